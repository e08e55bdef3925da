/* SPDX-License-Identifier: Apache-2.0
 *
 * The order book: price levels as queues of orders, oldest first. A room of its own because resting,
 * waiting for a stop price, matching and auctions all queue orders in the same way.
 *
 * Invariants: a level's visible and hidden quantities and its count are the sums over its queue;
 * totals[side] is the sum over the side's levels; a level without orders exists only while a match
 * is at it (pinned); update numbers have no gaps, for each change is published once.
 *
 * Next: matching.c, which eats from the best level.
 */
#include "market/book.h"

#include "market/order_store.h"

static bool is_book(uint8_t ladder)
{
    return ladder == LADDER_KIND_BIDS || ladder == LADDER_KIND_ASKS;
}

static void append(struct market *market, struct level *level, uint32_t slot)
{
    struct order *order = market_order_at(market, slot);

    order->previous = level->tail;
    if (level->tail != 0) {
        market_order_at(market, level->tail)->next = slot;
    } else {
        level->head = slot;
    }
    level->tail = slot;
}

static void unlink_order(struct market *market, struct level *level, struct order *order)
{
    if (order->previous != 0) {
        market_order_at(market, order->previous)->next = order->next;
    } else {
        level->head = order->next;
    }
    if (order->next != 0) {
        market_order_at(market, order->next)->previous = order->previous;
    } else {
        level->tail = order->previous;
    }
    order->next = 0;
    order->previous = 0;
}

void book_join(struct market *market, uint32_t slot, uint8_t ladder, struct price price)
{
    struct order *order = market_order_at(market, slot);
    struct instrument *instrument = market_instrument_at(market, order->instrument);
    int64_t left = raw_of_quantity(order->left);
    int64_t shown = is_book(ladder) ? order_shown(market, order) : left;

    ENSURE(order->level == 0 && left > 0);
    order->level = ladder_insert(&market->ladders, &instrument->ladders[ladder],
                                 instrument_key(instrument, ladder, price));
    struct level *level = market_level_at(market, order->level);
    if (level->orders == 0) {
        level->price = price;
        level->instrument = order->instrument;
        level->ladder = ladder;
    }
    append(market, level, slot);
    level->orders++;
    level->visible += shown;
    level->hidden += left - shown;
    if (is_book(ladder)) {
        instrument->totals[order->side] += left;
    }
}

uint32_t book_leave(struct market *market, uint32_t slot)
{
    struct order *order = market_order_at(market, slot);
    uint32_t at = order->level;

    ENSURE(at != 0);
    struct level *level = market_level_at(market, at);
    int64_t left = raw_of_quantity(order->left);
    int64_t shown = is_book(level->ladder) ? order_shown(market, order) : left;
    unlink_order(market, level, order);
    order->level = 0;
    ENSURE(level->orders > 0 && level->visible >= shown && level->hidden >= left - shown);
    level->orders--;
    level->visible -= shown;
    level->hidden -= left - shown;
    if (is_book(level->ladder)) {
        market_instrument_at(market, order->instrument)->totals[order->side] -= left;
    }
    return at;
}

bool book_reduce(struct market *market, uint32_t slot, int64_t quantity)
{
    struct order *order = market_order_at(market, slot);
    struct level *level = market_level_at(market, order->level);
    struct order_extra *extra = market_extra_of(market, order);
    int64_t left = raw_of_quantity(order->left) - quantity;

    ENSURE(quantity > 0 && left >= 0);
    order->left = raw_to_quantity(left);
    if (is_book(level->ladder)) {
        market_instrument_at(market, order->instrument)->totals[order->side] -= quantity;
    }
    if (extra == NULL || raw_of_quantity(extra->iceberg) == 0 || !is_book(level->ladder)) {
        level->visible -= quantity;
        return false;
    }
    int64_t shown = raw_of_quantity(extra->shown);
    int64_t from_shown = quantity < shown ? quantity : shown;
    bool renewed = from_shown == shown && left > 0;
    int64_t now = shown - from_shown;
    if (renewed) {
        int64_t part = raw_of_quantity(extra->iceberg);

        now = left < part ? left : part;
    }
    extra->shown = raw_to_quantity(now);
    level->visible += now - shown;
    level->hidden -= quantity + now - shown;
    ENSURE(level->visible >= 0 && level->hidden >= 0);
    return renewed;
}

void book_requeue(struct market *market, uint32_t slot)
{
    struct order *order = market_order_at(market, slot);
    struct level *level = market_level_at(market, order->level);

    if (level->tail != slot) {
        unlink_order(market, level, order);
        append(market, level, slot);
    }
}

void book_settle(struct market *market, uint32_t at)
{
    const struct level *level = market_level_at(market, at);

    if (level->orders > 0 || market->pinned[0] == at || market->pinned[1] == at) {
        return;
    }
    ENSURE(level->visible == 0 && level->hidden == 0);
    struct instrument *instrument = market_instrument_at(market, level->instrument);
    ladder_remove(&market->ladders, &instrument->ladders[level->ladder], at);
}

void book_publish(struct market *market, uint32_t at, struct level_change *change)
{
    const struct level *level = market_level_at(market, at);
    struct instrument *instrument = market_instrument_at(market, level->instrument);

    *change = (struct level_change){
        .price = level->price,
        .quantity = raw_to_quantity(level->visible),
        .update = ++instrument->updates,
        .orders = level->orders,
        .instrument = level->instrument,
        .side = level->ladder,
    };
}

bool book_holds_only(const struct level *level, uint32_t order)
{
    return level->orders == 1 && level->head == order;
}

uint32_t book_best(const struct market *market, const struct instrument *instrument, uint8_t ladder,
                   uint32_t ignoring)
{
    uint32_t best = instrument->ladders[ladder].best;

    if (ignoring == 0 || best == 0) {
        return best;
    }
    return book_holds_only(market_level_at(market, best), ignoring)
               ? book_next(market, instrument, best)
               : best;
}

uint32_t book_next(const struct market *market, const struct instrument *instrument, uint32_t at)
{
    const struct level *level = market_level_at(market, at);

    return ladder_after(&market->ladders, &instrument->ladders[level->ladder], level->key);
}

bool book_crosses(const struct market *market, const struct instrument *instrument, uint8_t side,
                  struct price price, uint32_t ignoring)
{
    uint8_t ladder = instrument_opposite(side);
    uint32_t best = book_best(market, instrument, ladder, ignoring);

    return best != 0 &&
           market_level_at(market, best)->key <= instrument_key(instrument, ladder, price);
}

size_t market_depth(const struct market *market, uint16_t number, enum side side,
                    struct level_view *out, size_t max)
{
    const struct instrument *instrument = market_instrument_at(market, number);
    size_t count = 0;
    uint32_t at = instrument->ladders[side].best;

    while (at != 0 && count < max) {
        const struct level *level = market_level_at(market, at);

        out[count++] = (struct level_view){
            .price = level->price,
            .quantity = raw_to_quantity(level->visible),
            .orders = level->orders,
        };
        at = book_next(market, instrument, at);
    }
    return count;
}
