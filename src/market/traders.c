/* SPDX-License-Identifier: Apache-2.0
 *
 * One record per participant and instrument. A room of its own because filters, "all my orders" and
 * dead-man timers ask the same question: what does this participant have here?
 *
 * Invariants: counts equal what the chain of orders holds; a record is idle exactly when it has
 * neither orders, lists nor a countdown; idle records stay findable until another one needs the
 * memory, the longest idle first.
 */
#include "market/traders.h"

static uint32_t *first_of(const struct market *market, uint32_t participant)
{
    ENSURE(participant >= 1 && participant <= market->participants_max);
    return (uint32_t *)((uintptr_t)market + market->participants_offset) + participant;
}

static uint64_t hash_of(const struct market *market, uint32_t participant, uint16_t instrument)
{
    return hash_u64(market->seed, (uint64_t)participant << 16 | instrument);
}

uint32_t traders_find(const struct market *market, uint32_t participant, uint16_t instrument)
{
    const struct trader *recent = market_trader_at(market, market->recent_trader);
    uint32_t cursor;

    if (recent->participant == participant && recent->instrument == instrument) {
        return market->recent_trader;
    }
    uint64_t hash = hash_of(market, participant, instrument);
    for (uint32_t i = table_first(&market->by_trader, hash, &cursor); i != 0;
         i = table_next(&market->by_trader, hash, &cursor)) {
        const struct trader *trader = market_trader_at(market, i);

        if (trader->participant == participant && trader->instrument == instrument) {
            return i;
        }
    }
    return 0;
}

void traders_ask_place(const struct market *market, uint32_t participant, uint16_t instrument)
{
    table_ask(&market->by_trader, hash_of(market, participant, instrument));
}

void traders_ask_first(const struct market *market, uint32_t participant)
{
    if (participant <= market->participants_max) {
        __builtin_prefetch(
            (uint32_t *)((uintptr_t)market + market->participants_offset) + participant, 1);
    }
}

uint32_t traders_guess(const struct market *market, uint32_t participant, uint16_t instrument)
{
    uint32_t cursor;

    return table_first(&market->by_trader, hash_of(market, participant, instrument), &cursor);
}

uint32_t market_trader(const struct market *market, uint32_t participant, uint16_t instrument)
{
    return traders_find(market, participant, instrument);
}

struct trader_note market_trader_note(const struct market *market, uint32_t trader)
{
    ENSURE(trader >= 1 && trader < market->traders.fresh);
    return market_trader_at(market, trader)->note;
}

void market_trader_set_note(struct market *market, uint32_t trader, struct trader_note note)
{
    ENSURE(trader >= 1 && trader < market->traders.fresh);
    market_trader_at(market, trader)->note = note;
}

bool traders_has_room(const struct market *market)
{
    return pool_room(&market->traders) > 0 || market->idle_head != 0;
}

static void leave_idle(struct market *market, struct trader *trader)
{
    if (trader->previous_idle != 0) {
        market_trader_at(market, trader->previous_idle)->next_idle = trader->next_idle;
    } else {
        market->idle_head = trader->next_idle;
    }
    if (trader->next_idle != 0) {
        market_trader_at(market, trader->next_idle)->previous_idle = trader->previous_idle;
    } else {
        market->idle_tail = trader->previous_idle;
    }
    trader->next_idle = 0;
    trader->previous_idle = 0;
    trader->idle = 0;
}

/* Forgets the longest idle record. */
static void evict(struct market *market)
{
    uint32_t slot = market->idle_head;

    ENSURE(slot != 0);
    struct trader *trader = market_trader_at(market, slot);
    if (market->recent_trader == slot) {
        market->recent_trader = 0;
    }
    leave_idle(market, trader);
    if (trader->previous_of_participant != 0) {
        market_trader_at(market, trader->previous_of_participant)->next_of_participant =
            trader->next_of_participant;
    } else {
        *first_of(market, trader->participant) = trader->next_of_participant;
    }
    if (trader->next_of_participant != 0) {
        market_trader_at(market, trader->next_of_participant)->previous_of_participant =
            trader->previous_of_participant;
    }
    table_remove(&market->by_trader, hash_of(market, trader->participant, trader->instrument),
                 slot);
    pool_give(&market->traders, slot);
}

uint32_t traders_open(struct market *market, uint32_t participant, uint16_t instrument)
{
    uint32_t slot = traders_find(market, participant, instrument);

    if (slot != 0) {
        struct trader *known = market_trader_at(market, slot);

        if (known->idle) {
            leave_idle(market, known);
        }
        return slot;
    }
    if (pool_room(&market->traders) == 0) {
        evict(market);
    }
    slot = pool_take(&market->traders);
    struct trader *trader = market_trader_at(market, slot);
    uint32_t *first = first_of(market, participant);
    trader->participant = participant;
    trader->instrument = instrument;
    trader->next_of_participant = *first;
    if (*first != 0) {
        market_trader_at(market, *first)->previous_of_participant = slot;
    }
    *first = slot;
    table_insert(&market->by_trader, hash_of(market, participant, instrument), slot);
    return slot;
}

void traders_rest(struct market *market, uint32_t slot)
{
    struct trader *trader = market_trader_at(market, slot);

    if (trader->orders != 0 || trader->lists != 0 || trader->countdown_us != 0 || trader->idle) {
        return;
    }
    trader->idle = 1;
    trader->previous_idle = market->idle_tail;
    if (market->idle_tail != 0) {
        market_trader_at(market, market->idle_tail)->next_idle = slot;
    } else {
        market->idle_head = slot;
    }
    market->idle_tail = slot;
}

static bool is_iceberg(const struct market *market, const struct order *order)
{
    return order->extra != 0 && raw_of_quantity(market_extra_at(market, order->extra)->iceberg) > 0;
}

void traders_add_order(struct market *market, uint32_t slot)
{
    struct order *order = market_order_at(market, slot);

    order->trader = traders_open(market, order->participant, order->instrument);
    struct trader *trader = market_trader_at(market, order->trader);
    order->previous_of_trader = trader->last;
    if (trader->last != 0) {
        market_order_at(market, trader->last)->next_of_trader = slot;
    } else {
        trader->first = slot;
    }
    trader->last = slot;
    trader->orders++;
    trader->algo_orders += order_type_is_stop(order->type);
    trader->icebergs += is_iceberg(market, order);
}

void traders_remove_order(struct market *market, uint32_t slot)
{
    struct order *order = market_order_at(market, slot);
    struct trader *trader = market_trader_at(market, order->trader);

    if (order->previous_of_trader != 0) {
        market_order_at(market, order->previous_of_trader)->next_of_trader = order->next_of_trader;
    } else {
        trader->first = order->next_of_trader;
    }
    if (order->next_of_trader != 0) {
        market_order_at(market, order->next_of_trader)->previous_of_trader =
            order->previous_of_trader;
    } else {
        trader->last = order->previous_of_trader;
    }
    ENSURE(trader->orders > 0);
    market->recent_trader = order->trader;
    trader->orders--;
    trader->algo_orders -= order_type_is_stop(order->type);
    trader->icebergs -= is_iceberg(market, order);
    traders_rest(market, order->trader);
}

/* From a trader's record onwards, the first order there is. */
static uint32_t first_order_from(const struct market *market, uint32_t slot)
{
    while (slot != 0) {
        const struct trader *trader = market_trader_at(market, slot);

        if (trader->first != 0) {
            return trader->first;
        }
        slot = trader->next_of_participant;
    }
    return 0;
}

uint32_t market_first_of_participant(const struct market *market, uint32_t participant,
                                     uint16_t instrument)
{
    if (instrument == 0) {
        return first_order_from(market, *first_of(market, participant));
    }
    uint32_t trader = traders_find(market, participant, instrument);
    return trader != 0 ? market_trader_at(market, trader)->first : 0;
}

uint32_t market_next_of_participant(const struct market *market, uint32_t slot, uint16_t instrument)
{
    const struct order *order = market_order_at(market, slot);

    if (order->next_of_trader != 0 || instrument != 0) {
        return order->next_of_trader;
    }
    return first_order_from(market, market_trader_at(market, order->trader)->next_of_participant);
}

enum result market_countdown_check(const struct market *market, uint32_t participant,
                                   uint16_t instrument)
{
    if (instrument < 1 || instrument > market->instrument_count) {
        return RESULT_UNKNOWN_INSTRUMENT;
    }
    return traders_has_room(market) || traders_find(market, participant, instrument) != 0
               ? RESULT_OK
               : RESULT_ORDERS_FULL;
}

void market_countdown_set(struct market *market, uint32_t participant, uint16_t instrument,
                          int64_t due_us)
{
    uint32_t slot = traders_find(market, participant, instrument);

    if (slot == 0 && due_us == 0) {
        return;
    }
    slot = traders_open(market, participant, instrument);
    struct trader *trader = market_trader_at(market, slot);
    trader->countdown_us = due_us;
    if (due_us != 0) {
        timers_set(&market->countdowns, slot, due_us, (uint64_t)participant << 16 | instrument);
    } else {
        timers_clear(&market->countdowns, slot);
        traders_rest(market, slot);
    }
}

bool market_next_countdown(struct market *market, int64_t now_us, uint32_t *participant,
                           uint16_t *instrument)
{
    uint32_t slot = timers_first(&market->countdowns);

    if (slot == 0 || timers_due(&market->countdowns) > now_us) {
        return false;
    }
    struct trader *trader = market_trader_at(market, slot);
    *participant = trader->participant;
    *instrument = trader->instrument;
    market_countdown_set(market, *participant, *instrument, 0);
    return true;
}

/* One record: its chain, its counts, whether it is idle. */
static const char *audit_trader(const struct market *market, uint32_t slot)
{
    const struct trader *trader = market_trader_at(market, slot);
    struct trader counted = {0};
    uint32_t previous = 0;

    for (uint32_t i = trader->first; i != 0; i = market_order_at(market, i)->next_of_trader) {
        const struct order *order = market_order_at(market, i);

        if (order->trader != slot || order->previous_of_trader != previous ||
            order->participant != trader->participant || order->instrument != trader->instrument ||
            counted.orders >= market->orders.count) {
            return "a trader's chain of orders is broken";
        }
        counted.orders++;
        counted.algo_orders += order_type_is_stop(order->type);
        counted.icebergs += is_iceberg(market, order);
        previous = i;
    }
    if (trader->last != previous || counted.orders != trader->orders ||
        counted.algo_orders != trader->algo_orders || counted.icebergs != trader->icebergs) {
        return "a trader's counts are wrong";
    }
    bool empty = trader->orders == 0 && trader->lists == 0 && trader->countdown_us == 0;
    if (empty != (trader->idle == 1)) {
        return "a trader is idle and has something, or the reverse";
    }
    return traders_find(market, trader->participant, trader->instrument) == slot
               ? NULL
               : "a trader is not found";
}

const char *traders_audit(const struct market *market)
{
    uint32_t count = 0;
    uint32_t orders = 0;

    for (uint32_t participant = 1; participant <= market->participants_max; participant++) {
        uint32_t previous = 0;

        for (uint32_t i = *first_of(market, participant); i != 0;
             i = market_trader_at(market, i)->next_of_participant) {
            const struct trader *trader = market_trader_at(market, i);
            const char *wrong = audit_trader(market, i);

            if (wrong != NULL) {
                return wrong;
            }
            if (trader->participant != participant || trader->previous_of_participant != previous) {
                return "a participant's chain of traders is broken";
            }
            previous = i;
            count++;
            orders += trader->orders;
        }
    }
    if (count != market->traders.count || count != market->by_trader.count) {
        return "some traders are in no participant's chain";
    }
    return orders == market->orders.count ? NULL : "some orders are in no trader's chain";
}
