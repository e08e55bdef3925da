/* SPDX-License-Identifier: Apache-2.0
 *
 * The naive book's answers and its other ways to trade: what would happen, stop orders, auctions,
 * depth. See model_book.c.
 */
#include <stdlib.h>

#include "support/model_book_inside.h"

int64_t model_book_cost(const struct model_book *book, uint32_t participant,
                        const struct order_terms *terms, uint64_t without)
{
    struct model_book *copy = model_copy_of(book, without);
    struct model_order taker = model_order_from(copy, participant, terms, 0);

    (void)model_match(copy, &taker);
    int64_t cost = terms->side == SIDE_BUY ? taker.quote
                   : taker.by_quote        ? taker.quantity
                                           : terms->quantity.units;
    model_copy_end(copy);
    return cost;
}

enum result model_book_expect(const struct model_book *book, uint32_t participant,
                              const struct order_terms *terms, uint64_t without)
{
    struct model_order order = model_order_from(book, participant, terms, without);
    const struct model_order *best = model_first_of(book, model_other_side(terms->side), without);
    int64_t stop = terms->stop_price.units;

    if (model_is_stop(terms->type)) {
        bool reached =
            stop != 0 && (model_waits_for_rise(terms) ? stop <= book->high : stop >= book->low);

        return reached ? RESULT_WOULD_TRIGGER : RESULT_OK;
    }
    if (terms->type == ORDER_TYPE_LIMIT_MAKER && best != NULL &&
        model_meets(terms->side, terms->price.units, best->terms.price.units)) {
        return RESULT_WOULD_MATCH;
    }
    if (terms->type == ORDER_TYPE_MARKET) {
        if (best == NULL) {
            return RESULT_NO_LIQUIDITY;
        }
        order.base_left = INT64_MAX;
        bool too_little = order.by_quote && model_appetite(book, &order, best->terms.price.units) <
                                                book->rules.quantity_min;
        return too_little ? RESULT_LOT_SIZE : RESULT_OK;
    }
    if (terms->time_in_force == TIME_IN_FORCE_FOK && !model_fills_whole(book, &order, without)) {
        return RESULT_FOK_NOT_FILLED;
    }
    return RESULT_OK;
}

/* Rank of a stop order that is set off: rises lowest first, falls highest first, trailing last. */
static bool is_sooner(const struct model_order *a, const struct model_order *b)
{
    bool a_trails = a->place == MODEL_PLACE_TRAIL;
    bool b_trails = b->place == MODEL_PLACE_TRAIL;
    bool a_rises = model_waits_for_rise(&a->terms);
    bool b_rises = model_waits_for_rise(&b->terms);
    int64_t a_stop = a->terms.stop_price.units;
    int64_t b_stop = b->terms.stop_price.units;

    if (a_trails != b_trails) {
        return b_trails;
    }
    if (!a_trails && a_rises != b_rises) {
        return a_rises;
    }
    if (!a_trails && a_stop != b_stop) {
        return a_rises ? a_stop < b_stop : a_stop > b_stop;
    }
    return a->arrival < b->arrival;
}

static bool is_set_off(const struct model_book *book, const struct model_order *order)
{
    int64_t stop = order->terms.stop_price.units;

    if (order->place == MODEL_PLACE_TRAIL) {
        return order->set_off;
    }
    if (order->place != MODEL_PLACE_STOP) {
        return false;
    }
    return model_waits_for_rise(&order->terms) ? stop <= book->high : stop >= book->low;
}

bool model_book_run_stops(struct model_book *book, uint32_t most)
{
    for (uint32_t done = 0; book->session == SESSION_CONTINUOUS; done++) {
        const struct model_order *next = NULL;

        for (uint32_t i = 0; i < book->count; i++) {
            const struct model_order *order = &book->orders[i];

            if (is_set_off(book, order) && (next == NULL || is_sooner(order, next))) {
                next = order;
            }
        }
        if (done == most) {
            return true;
        }
        if (next == NULL) {
            book->high = book->last;
            book->low = book->last;
            return false;
        }
        struct model_order order = *next;
        model_forget(book, order.number);
        book_log_add(book->log, (struct book_line){.act = BOOK_ACT_SET_OFF, .taker = order.number});
        model_take(book, &order);
    }
    return false;
}

/* All that one side would trade at this price. */
static int64_t interest(const struct model_book *book, uint8_t side, int64_t price)
{
    int64_t sum = 0;

    for (uint32_t i = 0; i < book->count; i++) {
        const struct model_order *order = &book->orders[i];

        if (order->place == MODEL_PLACE_BOOK && order->terms.side == side &&
            model_meets(side, order->terms.price.units, price)) {
            sum += order->left;
        }
    }
    return sum;
}

struct model_auction model_book_auction(const struct model_book *book)
{
    const struct model_order *bid = model_first_of(book, SIDE_BUY, 0);
    const struct model_order *ask = model_first_of(book, SIDE_SELL, 0);
    struct model_auction best = {0};

    if (bid == NULL || ask == NULL) {
        return best;
    }
    for (int64_t price = ask->terms.price.units; price <= bid->terms.price.units;
         price += book->rules.tick) {
        int64_t demand = interest(book, SIDE_BUY, price);
        int64_t supply = interest(book, SIDE_SELL, price);
        struct model_auction at = {price, model_smaller(demand, supply), demand - supply};
        bool better = at.quantity > best.quantity;

        if (at.quantity == best.quantity) {
            int64_t less = llabs(best.surplus) - llabs(at.surplus);
            int64_t nearer = llabs(best.price - book->last) - llabs(at.price - book->last);

            better = less > 0 || (less == 0 && nearer > 0);
        }
        if (better && at.quantity > 0) {
            best = at;
        }
    }
    return best;
}

/* One fill at the auction's price; false: there is none. */
static bool uncross_one(struct model_book *book, int64_t price, int64_t *left)
{
    struct model_order *bid = model_first_of(book, SIDE_BUY, 0);
    struct model_order *ask = model_first_of(book, SIDE_SELL, 0);

    if (*left == 0 || bid == NULL || ask == NULL || bid->terms.price.units < price ||
        ask->terms.price.units > price) {
        return false;
    }
    int64_t quantity = model_smaller(model_smaller(bid->left, ask->left), *left);
    int64_t quote = model_notional(book, price, quantity);
    uint64_t buyer = bid->number;
    uint64_t seller = ask->number;
    *left -= quantity;
    bid->quote += quote;
    ask->quote += quote;
    model_reduce(book, bid, quantity, false);
    model_reduce(book, ask, quantity, false);
    bool bid_done = bid->left == 0;
    bool ask_done = ask->left == 0;
    book_log_add(book->log, (struct book_line){
                                .act = BOOK_ACT_FILL,
                                .maker = buyer < seller ? buyer : seller,
                                .taker = buyer < seller ? seller : buyer,
                                .price = price,
                                .quantity = quantity,
                                .quote = quote,
                                .trade = ++book->trades,
                            });
    model_hear(book, price);
    if (bid_done) {
        model_forget(book, buyer);
    }
    if (ask_done) {
        model_forget(book, seller);
    }
    return true;
}

bool model_book_uncross(struct model_book *book, uint32_t most)
{
    struct model_auction auction = model_book_auction(book);
    int64_t left = auction.quantity;
    uint32_t fills = 0;

    if (auction.price != 0 &&
        !model_is_within(auction.price, book->reference, book->rules.static_ppm)) {
        return false;
    }
    while (auction.price != 0 && fills < most && uncross_one(book, auction.price, &left)) {
        fills++;
    }
    if (fills == most && left > 0) {
        return false;
    }
    book->session = SESSION_CONTINUOUS;
    book->reference = auction.price != 0 ? auction.price : book->reference;
    return true;
}

size_t model_book_depth(const struct model_book *book, uint8_t side, struct model_level *out,
                        size_t max)
{
    size_t count = 0;

    for (uint32_t i = 0; i < book->count; i++) {
        const struct model_order *order = &book->orders[i];
        int64_t price = order->terms.price.units;
        size_t at = 0;

        if (order->place != MODEL_PLACE_BOOK || order->terms.side != side) {
            continue;
        }
        while (at < count && out[at].price != price &&
               (side == SIDE_BUY ? out[at].price > price : out[at].price < price)) {
            at++;
        }
        if (at == count || out[at].price != price) {
            if (count == max) {
                continue;
            }
            memmove(&out[at + 1], &out[at], (count - at) * sizeof out[0]);
            out[at] = (struct model_level){.price = price};
            count++;
        }
        out[at].quantity += order->shown;
        out[at].orders++;
    }
    return count;
}
