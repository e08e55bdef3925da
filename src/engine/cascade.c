/* SPDX-License-Identifier: Apache-2.0
 *
 * One trade leads to another: a filled first leg starts the rest of its list, a new last price sets off
 * stop orders, and their trades do the same again. A file of its own because this is the loop that must
 * be bounded: Coinbase's market fell from 317 to 10 cents in 2017 through stops that set off stops.
 *
 * Invariants: never nested: the next order is matched when the one before is done; at most
 * TARAZY_TRIGGERS_MAX stop orders a command, the rest at the next clock; a pending leg holds nothing
 * until it starts, and is refused then if its owner cannot pay.
 *
 * Next: apply_auction.c.
 */
#include "engine/cascade.h"

#include "engine/closing.h"
#include "engine/taking.h"

void cascade_note_start(struct apply *apply, uint32_t list)
{
    ENSURE(apply->starts < ENGINE_STARTS_MAX);
    engine_starts(apply->engine)[apply->starts++] = list;
}

static uint32_t first_leg(const struct order_list *list)
{
    for (uint32_t leg = 0; leg < list->legs; leg++) {
        if (list->orders[leg] != 0) {
            return list->orders[leg];
        }
    }
    ENSURE(false);
    return 0;
}

/* What the list will hold once its pending legs work. */
static struct amount needed_to_start(const struct apply *apply, const struct order_list *list)
{
    struct amount needed = amount_zero();

    for (uint32_t leg = 0; leg < list->legs; leg++) {
        if (list->orders[leg] != 0) {
            needed = amount_max(needed, market_order_hold(apply->market, list->orders[leg]));
        }
    }
    return needed;
}

/* The first leg that takes at once: a stop that is set off before any other. */
static uint32_t leg_that_takes(const struct apply *apply, const struct order_list *list)
{
    uint32_t takes = 0;

    for (uint32_t leg = 0; leg < list->legs; leg++) {
        uint32_t order = list->orders[leg];

        if (order == 0 || market_order(apply->market, order)->state != ORDER_STATE_TAKING) {
            continue;
        }
        uint8_t type = market_order(apply->market, order)->type;
        bool plain = type == ORDER_TYPE_LIMIT || type == ORDER_TYPE_LIMIT_MAKER;
        if (!plain) {
            return order;
        }
        takes = takes == 0 ? order : takes;
    }
    return takes;
}

void cascade_take_legs(struct apply *apply, uint32_t number, struct amount held)
{
    const struct order_list *list = market_list(apply->market, number);
    uint32_t order = leg_that_takes(apply, list);

    if (order == 0) {
        uint32_t waiting = first_leg(list);

        settle_release(apply,
                       settle_spent_account(apply->market, market_order(apply->market, waiting)),
                       held, settle_held_by_list(apply->market, list));
        return;
    }
    uint8_t type = market_order(apply->market, order)->type;
    if (type != ORDER_TYPE_LIMIT && type != ORDER_TYPE_LIMIT_MAKER) {
        close_alternatives(apply, order); /* a stop set off at once */
    }
    take_order(apply, order, held);
}

/* The first leg is filled: the others begin to work, if their owner can pay for them now. */
static void start_list(struct apply *apply, uint32_t number)
{
    static const struct closing refused = {
        .reason = CLOSE_REASON_REFUSED,
        .status = ORDER_STATUS_REJECTED,
    };
    static const struct changed started = {.change = ORDER_CHANGE_STARTED};
    const struct order_list *list = market_list(apply->market, number);
    uint32_t first = first_leg(list);
    uint32_t account = settle_spent_account(apply->market, market_order(apply->market, first));
    struct amount needed = needed_to_start(apply, list);

    if (ledger_hold(apply->ledger, account, needed) != RESULT_OK) {
        close_order(apply, first, &refused);
        return;
    }
    market_list_set_started(apply->market, number);
    for (uint32_t leg = 0; leg < list->legs; leg++) {
        if (list->orders[leg] != 0) {
            market_order_start(apply->market, list->orders[leg]);
            emit_order_changed(apply, list->orders[leg], &started);
        }
    }
    cascade_take_legs(apply, number, needed);
}

/* A price set a stop order off. What its list holds is the order's now. */
static void set_off(struct apply *apply, uint32_t order)
{
    static const struct changed triggered = {.change = ORDER_CHANGE_TRIGGERED};
    struct amount held = settle_held(apply->market, order);

    apply->triggers++;
    emit_order_changed(apply, order, &triggered);
    close_alternatives(apply, order);
    take_order(apply, order, held);
}

static uint32_t next_triggered(const struct apply *apply, uint16_t instrument)
{
    if (apply->triggers >= TARAZY_TRIGGERS_MAX || apply->fills >= TARAZY_FILLS_MAX) {
        return 0;
    }
    return market_next_triggered(apply->market, instrument);
}

/* Trailing orders that reached their start and follow the price from now on. */
static void announce_trailing(struct apply *apply, uint16_t instrument)
{
    static const struct changed trailing = {.change = ORDER_CHANGE_TRAILING};
    uint32_t order = market_next_trailing(apply->market, instrument);

    while (order != 0) {
        emit_order_changed(apply, order, &trailing);
        order = market_next_trailing(apply->market, instrument);
    }
}

/* Carries out what is noted and set off; false: nothing more follows in this command. */
static bool run_next(struct apply *apply, uint16_t instrument, uint32_t *started)
{
    uint32_t *starts = engine_starts(apply->engine);

    if (*started < apply->starts) {
        uint32_t list = starts[*started];

        starts[(*started)++] = 0;
        start_list(apply, list);
        return true;
    }
    uint32_t order = next_triggered(apply, instrument);
    if (order != 0) {
        set_off(apply, order);
    }
    return order != 0;
}

void cascade_run(struct apply *apply, uint16_t instrument)
{
    bool traded = apply->fills > 0 || market_has_triggered(apply->market, instrument);
    uint32_t started = 0;

    while (started < apply->starts || market_has_triggered(apply->market, instrument)) {
        if (!run_next(apply, instrument, &started)) {
            break;
        }
    }
    apply->starts = 0;
    if (traded) {
        announce_trailing(apply, instrument);
    }
}
