/* SPDX-License-Identifier: Apache-2.0
 *
 * Every invariant of the market, checked the slow way: for tests, verifiers and supervisors. One
 * place for all, because an invariant that nobody checks is a wish.
 */
#include "market/book.h"
#include "market/client_ids.h"
#include "market/order_store.h"
#include "market/traders.h"
#include "market/triggers.h"

/* What the walk over all ladders adds up. */
struct tally {
    uint32_t levels;
    uint32_t nodes;
    uint32_t orders; /* on ladders and trailing */
};

/* Does an order stand where its state and price say? */
static bool is_placed(const struct market *market, const struct order *order,
                      const struct level *level)
{
    const struct order_extra *extra = market_extra_of(market, order);
    struct price price = order->price;
    uint8_t ladder = order->side;
    uint8_t state = ORDER_STATE_RESTING;

    if (level->ladder == LADDER_KIND_RISE || level->ladder == LADDER_KIND_FALL) {
        if (extra == NULL || !order_type_is_stop(order->type) || extra->trailing_bps != 0) {
            return false;
        }
        price = extra->stop_price;
        ladder = triggers_ladder(order->type, order->side);
        state = ORDER_STATE_WAITING;
    }
    return order->state == state && ladder == level->ladder &&
           raw_of_price(price) == raw_of_price(level->price) &&
           order->instrument == level->instrument && raw_of_quantity(order->left) > 0;
}

static const char *audit_level(const struct market *market, uint32_t at, struct tally *tally)
{
    const struct level *level = market_level_at(market, at);
    bool is_book = level->ladder == LADDER_KIND_BIDS || level->ladder == LADDER_KIND_ASKS;
    int64_t visible = 0;
    int64_t hidden = 0;
    uint32_t orders = 0;
    uint32_t previous = 0;

    for (uint32_t i = level->head; i != 0 && orders <= level->orders;) {
        const struct order *order = market_order_at(market, i);
        int64_t left = raw_of_quantity(order->left);
        int64_t shown = is_book ? order_shown(market, order) : left;

        if (order->level != at || order->previous != previous || !is_placed(market, order, level)) {
            return "an order stands at the wrong level";
        }
        if (shown <= 0 || shown > left) {
            return "an order shows more than it has, or nothing";
        }
        visible += shown;
        hidden += left - shown;
        orders++;
        previous = i;
        i = order->next;
    }
    if (orders == 0 || orders != level->orders || previous != level->tail ||
        visible != level->visible || hidden != level->hidden) {
        return "a level's sums are wrong";
    }
    tally->orders += orders;
    return NULL;
}

static const char *audit_ladder(const struct market *market, const struct instrument *instrument,
                                uint8_t kind, struct tally *tally)
{
    const struct ladder *ladder = &instrument->ladders[kind];
    int64_t total = 0;
    const char *wrong = ladder_audit(&market->ladders, ladder, &tally->levels, &tally->nodes);

    for (uint32_t at = ladder->best; wrong == NULL && at != 0;
         at = book_next(market, instrument, at)) {
        const struct level *level = market_level_at(market, at);

        if (level->ladder != kind || level->instrument != instrument->number ||
            level->key != instrument_key(instrument, kind, level->price)) {
            return "a level hangs on the wrong ladder";
        }
        wrong = audit_level(market, at, tally);
        total += level->visible + level->hidden;
    }
    if (wrong == NULL && kind <= LADDER_KIND_ASKS && total != instrument->totals[kind]) {
        return "a side's total is wrong";
    }
    return wrong;
}

static const char *audit_trailing(const struct market *market, const struct instrument *instrument,
                                  struct tally *tally)
{
    uint32_t previous = 0;
    uint32_t set_off = 0;

    for (uint32_t i = instrument->trailing_head; i != 0;) {
        const struct order_extra *extra = market_extra_at(market, i);
        const struct order *order = market_order_at(market, extra->order);

        if (extra->previous_trailing != previous || order->extra != i ||
            order->state != ORDER_STATE_WAITING || extra->trailing_bps == 0 ||
            order->instrument != instrument->number) {
            return "the chain of trailing orders is broken";
        }
        tally->orders++;
        set_off += extra->set_off;
        previous = i;
        i = extra->next_trailing;
    }
    if (set_off != instrument->trailing_set_off || (set_off != 0 && !instrument->cascading)) {
        return "a trailing order was set off and nobody knows";
    }
    return previous == instrument->trailing_tail ? NULL
                                                 : "the chain of trailing orders has a wrong end";
}

/* Between commands: continuous trading is uncrossed, nothing that is set off still waits unseen. */
static const char *audit_prices(const struct market *market, const struct instrument *instrument)
{
    uint32_t bid = instrument->ladders[LADDER_KIND_BIDS].best;
    uint32_t rise = instrument->ladders[LADDER_KIND_RISE].best;
    uint32_t fall = instrument->ladders[LADDER_KIND_FALL].best;

    if (instrument->session == SESSION_CONTINUOUS && bid != 0 &&
        book_crosses(market, instrument, SIDE_BUY, market_level_at(market, bid)->price, 0)) {
        return "the book is crossed in continuous trading";
    }
    if (raw_of_price(instrument->low) > raw_of_price(instrument->last) ||
        raw_of_price(instrument->high) < raw_of_price(instrument->last)) {
        return "the last price is not between low and high";
    }
    bool reached = (rise != 0 && triggers_is_reached(instrument, LADDER_KIND_RISE,
                                                     market_level_at(market, rise)->price)) ||
                   (fall != 0 && triggers_is_reached(instrument, LADDER_KIND_FALL,
                                                     market_level_at(market, fall)->price));
    if (reached && !instrument->cascading) {
        return "a stop order was set off and nobody knows";
    }
    bool under_way = raw_of_price(instrument->uncross.price) != 0;
    if (under_way && instrument->session != SESSION_AUCTION) {
        return "an auction is under way in another session";
    }
    return NULL;
}

static const char *audit_instrument(const struct market *market, uint16_t number,
                                    struct tally *tally)
{
    const struct instrument *instrument = market_instrument_at(market, number);
    uint32_t before = tally->orders;
    const char *wrong = audit_prices(market, instrument);

    for (uint8_t kind = LADDER_KIND_BIDS; wrong == NULL && kind <= LADDER_KIND_FALL; kind++) {
        wrong = audit_ladder(market, instrument, kind, tally);
    }
    if (wrong == NULL) {
        wrong = audit_trailing(market, instrument, tally);
    }
    if (wrong == NULL && tally->orders - before > instrument->orders) {
        return "an instrument's count of orders is wrong";
    }
    return wrong;
}

/* One order by itself: found by its names, chained to its extra, in its list. */
static const char *audit_order(const struct market *market, uint32_t slot)
{
    const struct order *order = market_order_at(market, slot);
    const struct order_extra *extra = market_extra_of(market, order);

    if (market_order_find(market, order->number) != slot) {
        return "an order is not found by its number";
    }
    if (!client_id_is_empty(&order->client_id) &&
        market_order_find_client(market, order->participant, &order->client_id) != slot) {
        return "an order is not found by its client id";
    }
    if (order->state == ORDER_STATE_TAKING) {
        return "an order is still being matched";
    }
    if (extra != NULL && extra->order != slot) {
        return "an extra belongs to another order";
    }
    if (extra != NULL && extra->list != 0 &&
        market_list_at(market, extra->list)->orders[extra->leg] != slot) {
        return "an order is not a leg of its list";
    }
    return NULL;
}

/* All orders, by way of their traders. */
static const char *audit_orders(const struct market *market, uint32_t on_ladders)
{
    uint32_t count = 0;
    uint32_t pending = 0;
    uint32_t extras = 0;
    uint32_t expiries = 0;
    uint32_t promised = 0;

    for (uint32_t who = 1; who <= market->participants_max; who++) {
        for (uint32_t i = market_first_of_participant(market, who, 0); i != 0;
             i = market_next_of_participant(market, i, 0)) {
            const struct order *order = market_order_at(market, i);
            const struct order_extra *extra = market_extra_of(market, order);
            const char *wrong = audit_order(market, i);

            if (wrong != NULL) {
                return wrong;
            }
            count++;
            pending += order->state == ORDER_STATE_PENDING;
            extras += extra != NULL;
            expiries += extra != NULL && extra->expires_us != 0;
            promised += order_promises(market, order);
        }
    }
    if (count != market->orders.count || count != market->by_number.count ||
        count != on_ladders + pending) {
        return "some orders stand nowhere";
    }
    if (extras != market->extras.count || expiries != market->expiries.count) {
        return "some extras or expiries belong to no order";
    }
    if (promised != market->levels_promised || promised > pool_room(&market->ladders.levels)) {
        return "more levels are promised than there are";
    }
    return NULL;
}

const char *market_audit(const struct market *market)
{
    struct tally tally = {0};
    const char *wrong = NULL;
    uint32_t orders = 0;
    uint32_t cascading = 0;

    for (uint32_t i = 1; wrong == NULL && i <= market->instrument_count; i++) {
        const struct instrument *instrument = market_instrument_at(market, (uint16_t)i);

        wrong = audit_instrument(market, (uint16_t)i, &tally);
        orders += instrument->orders;
        cascading += instrument->cascading;
    }
    if (wrong == NULL && (tally.levels != market->ladders.levels.count ||
                          tally.nodes != market->ladders.nodes.count)) {
        wrong = "some levels or nodes hang on no ladder";
    }
    if (wrong == NULL && (orders != market->orders.count || cascading != market->cascading)) {
        wrong = "the instruments' counts do not add up";
    }
    if (wrong == NULL && (market->pinned[0] != 0 || market->pinned[1] != 0)) {
        wrong = "a level is still being matched";
    }
    if (wrong == NULL) {
        wrong = traders_audit(market);
    }
    if (wrong == NULL) {
        wrong = audit_orders(market, tally.orders);
    }
    if (wrong == NULL) {
        wrong = client_ids_audit(market);
    }
    if (wrong == NULL) {
        wrong = timers_audit(&market->expiries);
    }
    if (wrong == NULL) {
        wrong = timers_audit(&market->countdowns);
    }
    return wrong != NULL ? wrong : timers_audit(&market->auctions);
}
