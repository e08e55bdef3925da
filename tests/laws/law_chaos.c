/* SPDX-License-Identifier: Apache-2.0
 *
 * The first generator: every kind of command, numbers from small ranges, fields drawn without regard
 * to each other. Much of it is refused; what is not refused are combinations nobody thought of. It
 * shares no drawing with law_traders.c, so that what one can never produce the other may.
 *
 * One draw a statement: the order in which C evaluates operands and initialisers is the compiler's, and
 * every compiler must draw the same.
 */
#include <string.h>

#include "laws/law_world.h"

static uint64_t below(struct law *law, uint64_t bound)
{
    return random_below(&law->stream, bound);
}

static bool once_in(struct law *law, uint64_t times)
{
    return random_once_in(&law->stream, times);
}

/* Near the middle of what is traded, on the tick mostly. */
static int64_t any_price(struct law *law, uint16_t instrument)
{
    struct instrument_terms terms = law_terms(instrument);
    int64_t tick = terms.tick.units;
    int64_t middle = terms.reference.units / tick;
    int64_t ticks = middle - 12 + (int64_t)below(law, 25);

    if (once_in(law, 40)) {
        ticks = (int64_t)below(law, (uint64_t)middle * 3);
    }
    return ticks * tick + (once_in(law, 60) ? 1 : 0);
}

static int64_t any_quantity(struct law *law, uint16_t instrument)
{
    struct instrument_terms terms = law_terms(instrument);
    int64_t lots = 1 + (int64_t)below(law, once_in(law, 20) ? 2000 : 12);

    return lots * terms.lot.units + (once_in(law, 80) ? 1 : 0);
}

static void draw_terms(struct law *law, uint16_t instrument, struct order_terms *terms)
{
    memset(terms, 0, sizeof *terms);
    terms->quantity.units = any_quantity(law, instrument);
    terms->instrument = instrument;
    terms->side = (uint8_t)(1 + below(law, 2));
    terms->type = once_in(law, 2) ? (uint8_t)ORDER_TYPE_LIMIT : (uint8_t)(1 + below(law, 7));
    terms->time_in_force = TIME_IN_FORCE_GTC;
    terms->self_trade = (uint8_t)(1 + below(law, 5));
    bool market = terms->type == ORDER_TYPE_MARKET || terms->type == ORDER_TYPE_STOP_LOSS ||
                  terms->type == ORDER_TYPE_TAKE_PROFIT;
    if (market) {
        terms->time_in_force = TIME_IN_FORCE_IOC;
    } else {
        terms->price.units = any_price(law, instrument);
        terms->time_in_force = once_in(law, 5) ? (uint8_t)(1 + below(law, 4)) : 1;
    }
    if (terms->type >= ORDER_TYPE_STOP_LOSS) {
        terms->stop_price.units = once_in(law, 6) ? 0 : any_price(law, instrument);
        terms->trailing_bps = once_in(law, 3) ? (uint32_t)below(law, 400) : 0;
    }
    if (terms->time_in_force == TIME_IN_FORCE_GTD) {
        terms->expires_us = law->now_us - 100000 + (int64_t)below(law, 4000000);
    }
    if (!market && once_in(law, 5)) {
        terms->iceberg.units = any_quantity(law, instrument);
    }
    if (terms->type == ORDER_TYPE_MARKET && once_in(law, 3)) {
        terms->flags = ORDER_FLAG_BY_QUOTE;
        terms->quantity.units = (int64_t)below(law, 200000000);
    }
    if (once_in(law, 3)) {
        terms->client_id = law_name(law, !once_in(law, 6));
    }
    if (once_in(law, 50)) {
        terms->time_in_force = (uint8_t)(1 + below(law, 4));
    }
}

static uint16_t any_instrument(struct law *law)
{
    return (uint16_t)(once_in(law, 100) ? below(law, 8) : 1 + below(law, LAW_INSTRUMENTS));
}

static void draw_place(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_ORDER_PLACE;
    draw_terms(law, any_instrument(law), &command->order_place.terms);
}

/* An order of the sender's, or any number; its instrument mostly right. */
static uint64_t any_order(struct law *law, uint32_t *sender, uint16_t *instrument)
{
    struct order_view view;
    uint64_t order = law_recent_any(law, &law->orders);

    *instrument = any_instrument(law);
    if (tarazy_query_order(law->engine, order, &view)) {
        *instrument = view.terms.instrument;
        if (!once_in(law, 20)) {
            *sender = view.participant;
        }
    }
    return order;
}

static void draw_cancel(struct law *law, union law_command *command)
{
    struct command_order_cancel *cancel = &command->order_cancel;

    command->header.kind = COMMAND_ORDER_CANCEL;
    cancel->order = any_order(law, &command->header.participant, &cancel->instrument);
    cancel->restriction = once_in(law, 6) ? (uint8_t)below(law, 3) : 0;
    if (once_in(law, 10)) {
        cancel->order = 0;
        cancel->original = law_name(law, false);
    }
    if (once_in(law, 4)) {
        cancel->client_id = law_name(law, true);
    }
}

static void draw_replace(struct law *law, union law_command *command)
{
    struct command_order_replace *replace = &command->order_replace;
    uint16_t instrument;

    command->header.kind = COMMAND_ORDER_REPLACE;
    replace->order = any_order(law, &command->header.participant, &instrument);
    replace->mode = (uint8_t)(1 + below(law, 2));
    replace->restriction = once_in(law, 8) ? (uint8_t)below(law, 3) : 0;
    draw_terms(law, instrument, &replace->terms);
}

static void draw_amend(struct law *law, union law_command *command)
{
    struct command_order_amend *amend = &command->order_amend;

    command->header.kind = COMMAND_ORDER_AMEND;
    amend->order = any_order(law, &command->header.participant, &amend->instrument);
    amend->quantity.units = any_quantity(law, amend->instrument);
    if (once_in(law, 4)) {
        amend->client_id = law_name(law, !once_in(law, 4));
    }
}

/* Legs that fit as often as not. */
static void draw_list(struct law *law, union law_command *command)
{
    struct command_order_list_place *place = &command->order_list_place;
    uint16_t instrument = any_instrument(law);
    uint32_t pair;

    command->header.kind = COMMAND_ORDER_LIST_PLACE;
    place->contingency = (uint8_t)(1 + below(law, 3));
    place->legs = place->contingency == CONTINGENCY_OTOCO ? 3 : 2;
    if (once_in(law, 4)) {
        place->client_id = law_name(law, true);
    }
    for (uint32_t leg = 0; leg < place->legs; leg++) {
        draw_terms(law, instrument, &place->terms[leg]);
        if (once_in(law, 20)) {
            place->terms[leg].instrument = any_instrument(law);
        }
    }
    if (once_in(law, 8)) {
        return;
    }
    if (place->contingency != CONTINGENCY_OCO) {
        place->terms[0].type = ORDER_TYPE_LIMIT;
        place->terms[0].stop_price.units = 0;
        place->terms[0].trailing_bps = 0;
        place->terms[0].flags = 0;
        place->terms[0].time_in_force = TIME_IN_FORCE_GTC;
        place->terms[0].expires_us = 0;
        place->terms[0].price.units = any_price(law, instrument);
        place->terms[0].quantity.units = any_quantity(law, instrument);
    }
    if (place->contingency == CONTINGENCY_OTO) {
        return;
    }
    pair = place->contingency == CONTINGENCY_OCO ? 0 : 1;
    struct order_terms *profit = &place->terms[pair];
    struct order_terms *loss = &place->terms[pair + 1];
    memset(loss, 0, sizeof *loss);
    loss->quantity.units = any_quantity(law, instrument);
    loss->price.units = any_price(law, instrument);
    loss->stop_price.units = any_price(law, instrument);
    loss->instrument = instrument;
    loss->side = (uint8_t)(1 + below(law, 2));
    loss->type = ORDER_TYPE_STOP_LOSS_LIMIT;
    loss->time_in_force = TIME_IN_FORCE_GTC;
    loss->self_trade = (uint8_t)(1 + below(law, 5));
    if (once_in(law, 3)) {
        loss->type = ORDER_TYPE_STOP_LOSS;
        loss->price.units = 0;
        loss->time_in_force = TIME_IN_FORCE_IOC;
    }
    *profit = *loss;
    profit->type = ORDER_TYPE_LIMIT_MAKER;
    profit->time_in_force = TIME_IN_FORCE_GTC;
    profit->stop_price.units = 0;
    profit->price.units = any_price(law, instrument);
}

static void draw_list_cancel(struct law *law, union law_command *command)
{
    struct command_order_list_cancel *cancel = &command->order_list_cancel;
    struct order_list_view view;

    command->header.kind = COMMAND_ORDER_LIST_CANCEL;
    cancel->list = law_recent_any(law, &law->lists);
    cancel->instrument = any_instrument(law);
    if (tarazy_query_order_list(law->engine, cancel->list, &view)) {
        cancel->instrument = view.instrument;
        command->header.participant = once_in(law, 10) ? law_any_trader(law) : view.participant;
    }
    if (once_in(law, 10)) {
        cancel->list = 0;
        cancel->original = law_name(law, false);
    }
}

static void draw_cancel_all(struct law *law, union law_command *command)
{
    struct command_order_cancel_all *cancel = &command->order_cancel_all;

    command->header.kind = COMMAND_ORDER_CANCEL_ALL;
    cancel->instrument = once_in(law, 2) ? 0 : any_instrument(law);
    cancel->reason = (uint8_t)(1 + below(law, 2));
    if (once_in(law, 4)) {
        command->header.participant = law_any_operator(law);
        cancel->target = law_any_trader(law);
    }
}

static void draw_session(struct law *law, union law_command *command)
{
    struct command_session_set *set = &command->session_set;

    command->header.kind = COMMAND_SESSION_SET;
    command->header.participant = law_any_operator(law);
    set->instrument = any_instrument(law);
    set->session = once_in(law, 8) ? (uint8_t)(1 + below(law, 6)) : (uint8_t)SESSION_CONTINUOUS;
    if (set->session == SESSION_AUCTION && once_in(law, 2)) {
        set->until_us = law->now_us + (int64_t)below(law, 5000000);
    }
}

static void draw_clock(struct law *law, union law_command *command)
{
    int64_t due = tarazy_engine_deadline(law->engine);

    command->header.kind = COMMAND_CLOCK;
    command->header.participant = 0;
    if (due > law->now_us && due - law->now_us < 60000000) {
        law->now_us = due;
    }
}

static void draw_countdown(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_COUNTDOWN_SET;
    command->countdown_set.instrument = any_instrument(law);
    command->countdown_set.countdown_ms = once_in(law, 3) ? 0 : (uint32_t)below(law, 5000);
}

static void draw_freeze(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_PARTICIPANT_FREEZE;
    command->header.participant = law_any_operator(law);
    command->participant_freeze.target = (uint32_t)below(law, LAW_TRADERS + 3);
    command->participant_freeze.frozen = 1;
}

/* A trader who was frozen comes back by two people; the rest of law_treasury.c's world in passing. */
static void draw_unfreeze(struct law *law, union law_command *command)
{
    struct command_participant_freeze *freeze =
        (struct command_participant_freeze *)(void *)command->propose.command;

    command->header.kind = COMMAND_PROPOSE;
    command->header.participant = law_any_operator(law);
    command->propose.expires_us = law->now_us + 1 + (int64_t)below(law, 3000000);
    command->propose.size = sizeof *freeze;
    freeze->header.kind = COMMAND_PARTICIPANT_FREEZE;
    freeze->target = law_frozen_person(law);
}

static void draw_approve(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_APPROVE;
    command->header.participant = law_any_approver(law);
    command->approve.proposal =
        once_in(law, 10) ? law_recent_any(law, &law->proposals) : law_open_proposal(law);
}

static void draw_rest(struct law *law, union law_command *command)
{
    switch (below(law, 24)) {
    case 0: draw_freeze(law, command); break;
    case 1: draw_cancel_all(law, command); break;
    case 2:
    case 3:
    case 4: draw_unfreeze(law, command); break;
    case 5:
    case 6:
    case 7:
    case 8: draw_approve(law, command); break;
    case 9:
    case 10:
    case 11: draw_clock(law, command); break;
    case 12:
    case 13:
    case 14: draw_countdown(law, command); break;
    default: draw_list_cancel(law, command); break;
    }
}

void law_chaos(struct law *law, union law_command *command)
{
    uint64_t draw = below(law, 100);

    *command = (union law_command){.bytes = {0}};
    command->header.participant = law_any_trader(law);
    law->now_us += once_in(law, 4) ? (int64_t)below(law, 20000) : 0;
    law->now_us -= once_in(law, 500) ? (int64_t)below(law, 20000) : 0;
    if (draw < 45) {
        draw_place(law, command);
    } else if (draw < 58) {
        draw_cancel(law, command);
    } else if (draw < 68) {
        draw_replace(law, command);
    } else if (draw < 74) {
        draw_amend(law, command);
    } else if (draw < 84) {
        draw_list(law, command);
    } else if (draw < 87) {
        draw_clock(law, command);
    } else if (draw < 89) {
        draw_session(law, command);
    } else {
        draw_rest(law, command);
    }
    if (command->header.participant != 0) {
        command->header.key = command->header.participant;
    }
    if (once_in(law, 300)) {
        command->header.participant = (uint32_t)below(law, LAW_PEOPLE + 3);
    }
    if (once_in(law, 300)) {
        command->header.nonce = below(law, 50);
    }
}
