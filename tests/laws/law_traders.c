/* SPDX-License-Identifier: Apache-2.0
 *
 * The second generator: agents. Each instrument has a fair price that wanders; makers quote around it
 * and move their quotes, takers cross, holders put stops below and targets above, now and then somebody
 * sweeps the book so that stops fall in a row and bands break. Nearly everything is accepted: deep
 * books, long queues, many partial fills, cascades. One draw a statement: see law_chaos.c.
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

/* The last price, pulled a little towards the reference so that it does not wander off for good. */
static int64_t fair_ticks(struct law *law, uint16_t instrument, int64_t tick)
{
    struct instrument_view view;

    if (!tarazy_query_instrument(law->engine, instrument, &view)) {
        return 1;
    }
    int64_t last = view.last.units / tick;
    int64_t home = view.terms.reference.units / tick;
    return last + (home - last) / 16;
}

/* Most agents live on the plain and the banded instrument. */
static uint16_t draw_instrument(struct law *law)
{
    static const uint16_t busy[] = {1, 1, 1, 2, 2, 2, 3, 4};

    return busy[below(law, sizeof busy / sizeof busy[0])];
}

static struct order_terms limit_at(struct law *law, uint16_t instrument, uint8_t side, int64_t away)
{
    struct instrument_terms terms = law_terms(instrument);
    int64_t tick = terms.tick.units;
    int64_t ticks = fair_ticks(law, instrument, tick) + (side == SIDE_BUY ? -away : away);

    if (ticks < 1) {
        ticks = 1;
    }
    int64_t lots = 1 + (int64_t)(below(law, 7) * below(law, 7));
    uint8_t self_trade = once_in(law, 3) ? (uint8_t)(1 + below(law, 5)) : (uint8_t)SELF_TRADE_NONE;
    return (struct order_terms){
        .quantity.units = terms.lot.units * lots,
        .price.units = ticks * tick,
        .instrument = instrument,
        .side = side,
        .type = ORDER_TYPE_LIMIT,
        .time_in_force = TIME_IN_FORCE_GTC,
        .self_trade = self_trade,
    };
}

static void quote(struct law *law, union law_command *command)
{
    uint8_t side = (uint8_t)(1 + below(law, 2));
    uint16_t instrument = draw_instrument(law);
    int64_t away = 1 + (int64_t)(below(law, 8) * below(law, 8));

    command->header.kind = COMMAND_ORDER_PLACE;
    command->order_place.terms = limit_at(law, instrument, side, away);
    struct order_terms *terms = &command->order_place.terms;
    if (once_in(law, 6)) {
        terms->type = ORDER_TYPE_LIMIT_MAKER;
    }
    if (once_in(law, 6)) {
        terms->iceberg.units = terms->quantity.units / law_terms(terms->instrument).lot.units >= 4
                                   ? law_terms(terms->instrument).lot.units * 2
                                   : 0;
    }
    if (once_in(law, 6)) {
        terms->time_in_force = TIME_IN_FORCE_GTD;
        terms->expires_us = law->now_us + 100000 + (int64_t)below(law, 5000000);
    }
}

static void take(struct law *law, union law_command *command)
{
    uint8_t side = (uint8_t)(1 + below(law, 2));
    uint16_t instrument = draw_instrument(law);

    command->header.kind = COMMAND_ORDER_PLACE;
    command->order_place.terms = limit_at(law, instrument, side, -(int64_t)below(law, 12));
    struct order_terms *terms = &command->order_place.terms;
    switch (below(law, 6)) {
    case 0: terms->time_in_force = TIME_IN_FORCE_IOC; break;
    case 1: terms->time_in_force = TIME_IN_FORCE_FOK; break;
    case 2:
    case 3:
        terms->type = ORDER_TYPE_MARKET;
        terms->price.units = 0;
        terms->time_in_force = TIME_IN_FORCE_IOC;
        break;
    case 4:
        terms->type = ORDER_TYPE_MARKET;
        terms->price.units = 0;
        terms->time_in_force = TIME_IN_FORCE_IOC;
        terms->flags = ORDER_FLAG_BY_QUOTE;
        terms->quantity.units =
            law_terms(instrument).reference.units / 100 * (1 + (int64_t)below(law, 500));
        break;
    default: break;
    }
}

/* Rarely, somebody takes everything there is. */
static void sweep(struct law *law, union law_command *command)
{
    uint8_t side = (uint8_t)(1 + below(law, 2));

    command->header.kind = COMMAND_ORDER_PLACE;
    command->order_place.terms = limit_at(law, draw_instrument(law), side, -60);
    command->order_place.terms.quantity.units *= 40;
    command->order_place.terms.time_in_force =
        once_in(law, 2) ? TIME_IN_FORCE_IOC : TIME_IN_FORCE_GTC;
}

static void protect(struct law *law, union law_command *command)
{
    uint8_t side = (uint8_t)(1 + below(law, 2));
    uint16_t instrument = draw_instrument(law);
    int64_t tick = law_terms(instrument).tick.units;
    int64_t away = 1 + (int64_t)below(law, 30);
    struct order_terms *terms = &command->order_place.terms;

    command->header.kind = COMMAND_ORDER_PLACE;
    *terms = limit_at(law, instrument, side, -away - 3);
    terms->type = ORDER_TYPE_STOP_LOSS_LIMIT;
    terms->stop_price.units =
        (fair_ticks(law, instrument, tick) + (side == SIDE_BUY ? away : -away)) * tick;
    if (terms->stop_price.units < tick) {
        terms->stop_price.units = tick;
    }
    if (once_in(law, 3)) {
        terms->type = ORDER_TYPE_STOP_LOSS;
        terms->price.units = 0;
        terms->time_in_force = TIME_IN_FORCE_IOC;
    }
    if (once_in(law, 4)) {
        terms->trailing_bps = 20 + (uint32_t)below(law, 300);
        terms->stop_price.units = once_in(law, 2) ? terms->stop_price.units : 0;
    }
}

/* Buy below, and once bought, sell above or stop. Or the pair alone. */
static void bracket(struct law *law, union law_command *command)
{
    struct command_order_list_place *place = &command->order_list_place;
    uint16_t instrument = draw_instrument(law);
    int64_t tick = law_terms(instrument).tick.units;
    int64_t away = 2 + (int64_t)below(law, 20);
    bool with_entry = once_in(law, 2);
    uint8_t side = (uint8_t)(1 + below(law, 2));
    uint8_t exit_side = with_entry ? (uint8_t)(3 - side) : side;
    struct order_terms *profit = &place->terms[with_entry ? 1 : 0];
    struct order_terms *loss = &place->terms[with_entry ? 2 : 1];

    command->header.kind = COMMAND_ORDER_LIST_PLACE;
    place->contingency = with_entry ? CONTINGENCY_OTOCO : CONTINGENCY_OCO;
    place->legs = with_entry ? 3 : 2;
    place->terms[0] = limit_at(law, instrument, side, once_in(law, 3) ? -2 : away / 2);
    struct order_terms entry = place->terms[0];
    *profit = limit_at(law, instrument, exit_side, away);
    profit->type = ORDER_TYPE_LIMIT_MAKER;
    *loss = limit_at(law, instrument, exit_side, -away - 2);
    loss->type = ORDER_TYPE_STOP_LOSS_LIMIT;
    loss->stop_price.units =
        (fair_ticks(law, instrument, tick) + (exit_side == SIDE_BUY ? away : -away)) * tick;
    if (loss->stop_price.units < tick) {
        loss->stop_price.units = tick;
    }
    loss->quantity = profit->quantity;
    if (with_entry) {
        place->terms[0] = entry;
        place->terms[0].quantity = profit->quantity;
    }
    if (with_entry && once_in(law, 3)) {
        /* an OTO: the second leg takes at once when it starts */
        place->contingency = CONTINGENCY_OTO;
        place->legs = 2;
        place->terms[1] = limit_at(law, instrument, exit_side, -4);
        memset(&place->terms[2], 0, sizeof place->terms[2]);
    }
}

static bool own_order(struct law *law, union law_command *command, struct order_view *view)
{
    if (!tarazy_query_order(law->engine, law_recent_any(law, &law->orders), view)) {
        return false;
    }
    command->header.participant = view->participant;
    return true;
}

static void requote(struct law *law, union law_command *command)
{
    struct order_view view;

    if (!own_order(law, command, &view)) {
        quote(law, command);
        return;
    }
    switch (below(law, 4)) {
    case 0:
        command->header.kind = COMMAND_ORDER_CANCEL;
        command->order_cancel.order = view.order;
        command->order_cancel.instrument = view.terms.instrument;
        break;
    case 1:
        command->header.kind = COMMAND_ORDER_AMEND;
        command->order_amend.order = view.order;
        command->order_amend.instrument = view.terms.instrument;
        command->order_amend.quantity.units =
            view.terms.quantity.units - law_terms(view.terms.instrument).lot.units;
        if (command->order_amend.quantity.units < 0) {
            command->order_amend.quantity.units = 0;
        }
        break;
    default:
        command->header.kind = COMMAND_ORDER_REPLACE;
        command->order_replace.order = view.order;
        command->order_replace.mode = REPLACE_MODE_STOP_ON_FAILURE;
        command->order_replace.terms =
            limit_at(law, view.terms.instrument, view.terms.side, (int64_t)below(law, 30) - 2);
        break;
    }
}

/* When there is hardly any room left, agents look after what they have. */
static bool is_crowded(struct law *law)
{
    struct node_view node;

    tarazy_query_node(law->engine, &node);
    return node.orders > node.limits.orders_max / 10 * 9 && !once_in(law, 4);
}

static void order_of_day(struct law *law, union law_command *command)
{
    struct instrument_view view;
    uint16_t instrument = draw_instrument(law);

    command->header.kind = COMMAND_SESSION_SET;
    command->header.participant = law_any_operator(law);
    command->session_set.instrument = instrument;
    command->session_set.session = SESSION_CONTINUOUS;
    if (tarazy_query_instrument(law->engine, instrument, &view) &&
        view.session == SESSION_CONTINUOUS) {
        command->session_set.session =
            once_in(law, 2) ? (uint8_t)SESSION_AUCTION : (uint8_t)SESSION_PRE_OPEN;
        if (command->session_set.session == SESSION_AUCTION) {
            command->session_set.until_us = law->now_us + 1 + (int64_t)below(law, 500000);
        }
    }
}

static void pass_time(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_CLOCK;
    command->header.participant = 0;
    law->now_us += (int64_t)below(law, 500000);
}

void law_traders(struct law *law, union law_command *command)
{
    uint64_t draw = below(law, 1000);

    *command = (union law_command){.bytes = {0}};
    command->header.participant = law_any_trader(law);
    law->now_us += (int64_t)below(law, 800);
    if (tarazy_engine_deadline(law->engine) <= law->now_us && once_in(law, 4)) {
        pass_time(law, command);
    } else if (draw < 800 && is_crowded(law)) {
        requote(law, command);
    } else if (draw < 330) {
        quote(law, command);
    } else if (draw < 520) {
        take(law, command);
    } else if (draw < 800) {
        requote(law, command);
    } else if (draw < 880) {
        protect(law, command);
    } else if (draw < 960) {
        bracket(law, command);
    } else if (draw < 980) {
        sweep(law, command);
    } else if (draw < 984) {
        order_of_day(law, command);
    } else {
        pass_time(law, command);
    }
    if (command->header.participant != 0) {
        command->header.key = command->header.participant;
    }
}
