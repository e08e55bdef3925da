/* SPDX-License-Identifier: Apache-2.0
 *
 * The naive order book: every question is answered by looking at every order. Slow and plain on
 * purpose; never includes the code it is compared with.
 *
 * Order of service on the book: best price, then smallest arrival. An order gets a new arrival when it
 * joins the book and when an iceberg shows a new part.
 */
#include <stdlib.h>

#include "support/model_book_inside.h"

#define STEPS_MAX 4096u /* fills and preventions of one match: TARAZY_FILLS_MAX */
#define BPS       10000

static bool is_market(uint8_t type)
{
    return type == ORDER_TYPE_MARKET || type == ORDER_TYPE_STOP_LOSS ||
           type == ORDER_TYPE_TAKE_PROFIT;
}

bool model_is_stop(uint8_t type)
{
    return type != ORDER_TYPE_LIMIT && type != ORDER_TYPE_MARKET && type != ORDER_TYPE_LIMIT_MAKER;
}

static bool may_rest(const struct order_terms *terms)
{
    return !is_market(terms->type) &&
           (terms->time_in_force == TIME_IN_FORCE_GTC || terms->time_in_force == TIME_IN_FORCE_GTD);
}

int64_t model_smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Does the stop price wait for a rise? */
bool model_waits_for_rise(const struct order_terms *terms)
{
    bool loss = terms->type == ORDER_TYPE_STOP_LOSS || terms->type == ORDER_TYPE_STOP_LOSS_LIMIT;

    return loss ? terms->side == SIDE_BUY : terms->side == SIDE_SELL;
}

int64_t model_notional(const struct model_book *book, int64_t price, int64_t quantity)
{
    return (int64_t)((int128)price * quantity / book->rules.scale);
}

void model_book_start(struct model_book *book, const struct model_rules *rules, int64_t reference,
                      struct book_log *log)
{
    *book = (struct model_book){
        .rules = *rules,
        .session = SESSION_CONTINUOUS,
        .last = reference,
        .high = reference,
        .low = reference,
        .reference = reference,
        .log = log,
    };
}

struct model_order *model_book_find(const struct model_book *book, uint64_t number)
{
    for (uint32_t i = 0; i < book->count; i++) {
        if (book->orders[i].number == number) {
            return (struct model_order *)(uintptr_t)&book->orders[i];
        }
    }
    return NULL;
}

void model_forget(struct model_book *book, uint64_t number)
{
    struct model_order *order = model_book_find(book, number);

    if (order == NULL) {
        abort();
    }
    *order = book->orders[--book->count];
    book->orders[book->count] = (struct model_order){0};
}

void model_book_cancel(struct model_book *book, uint64_t number)
{
    model_forget(book, number);
}

/* Is a served before b on the book? */
static bool is_before(const struct model_order *a, const struct model_order *b)
{
    if (a->terms.price.units != b->terms.price.units) {
        return a->terms.side == SIDE_BUY ? a->terms.price.units > b->terms.price.units
                                         : a->terms.price.units < b->terms.price.units;
    }
    return a->arrival < b->arrival;
}

/* The order of this side served first; without: leave that number out. */
struct model_order *model_first_of(const struct model_book *book, uint8_t side, uint64_t without)
{
    const struct model_order *best = NULL;

    for (uint32_t i = 0; i < book->count; i++) {
        const struct model_order *order = &book->orders[i];

        if (order->place == MODEL_PLACE_BOOK && order->terms.side == side &&
            order->number != without && (best == NULL || is_before(order, best))) {
            best = order;
        }
    }
    return (struct model_order *)(uintptr_t)best;
}

uint8_t model_other_side(uint8_t side)
{
    return side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

bool model_is_within(int64_t price, int64_t reference, uint32_t ppm)
{
    return ppm == 0 || (int128)llabs(price - reference) * 1000000 <= (int128)reference * ppm;
}

/* Worst price of a market kind, counted from a price. */
static int64_t protection(const struct model_book *book, uint8_t side, int64_t from)
{
    const struct model_rules *rules = &book->rules;
    int64_t tick = rules->tick;

    if (rules->slippage_ppm == 0) {
        return side == SIDE_BUY ? rules->price_max : rules->price_min;
    }
    if (side == SIDE_BUY) {
        int64_t most = (int64_t)((int128)from * (1000000 + rules->slippage_ppm) / 1000000);

        return model_smaller(most / tick * tick, rules->price_max);
    }
    int128 part = (int128)from * (1000000 - (int64_t)rules->slippage_ppm);
    int64_t least = (int64_t)((part + 999999) / 1000000);
    least = (least + tick - 1) / tick * tick;
    return least > rules->price_min ? least : rules->price_min;
}

bool model_meets(uint8_t taker_side, int64_t limit, int64_t price)
{
    return taker_side == SIDE_BUY ? price <= limit : price >= limit;
}

/* A trade printed: stop orders hear of it. */
void model_hear(struct model_book *book, int64_t price)
{
    for (uint32_t i = 0; i < book->count; i++) {
        struct model_order *order = &book->orders[i];
        int64_t delta = order->terms.trailing_bps;

        if (order->place != MODEL_PLACE_TRAIL || order->set_off) {
            continue;
        }
        if (order->extreme == 0) {
            int64_t stop = order->terms.stop_price.units;

            if (model_waits_for_rise(&order->terms) ? price >= stop : price <= stop) {
                order->extreme = price;
                order->announce = true;
            }
        } else if (order->terms.side == SIDE_SELL) {
            order->extreme = price > order->extreme ? price : order->extreme;
            order->set_off = price * BPS <= order->extreme * (BPS - delta);
        } else {
            order->extreme = price < order->extreme ? price : order->extreme;
            order->set_off = price * BPS >= order->extreme * (BPS + delta);
        }
    }
    book->last = price;
    book->high = price > book->high ? price : book->high;
    book->low = price < book->low ? price : book->low;
}

/* Takes quantity off an order on the book: shown first; a used-up part is followed by a new one,
 * which (if at_the_back) queues behind the others. */
void model_reduce(struct model_book *book, struct model_order *order, int64_t quantity,
                  bool at_the_back)
{
    order->left -= quantity;
    order->shown -= model_smaller(order->shown, quantity);
    if (order->shown == 0 && order->left > 0) {
        order->shown = model_smaller(order->left, order->terms.iceberg.units);
        if (at_the_back) {
            order->arrival = ++book->arrivals;
        }
    }
}

/* What the taker would take at this price. */
int64_t model_appetite(const struct model_book *book, const struct model_order *taker,
                       int64_t price)
{
    if (!taker->by_quote) {
        return taker->left;
    }
    int64_t lots = (int64_t)((int128)taker->quote_left * book->rules.scale / price);
    return model_smaller(lots / book->rules.lot * book->rules.lot, taker->base_left);
}

static void feed(const struct model_book *book, struct model_order *taker, int64_t quantity,
                 int64_t price)
{
    if (taker->by_quote) {
        taker->quote_left -= model_notional(book, price, quantity);
        taker->base_left -= quantity;
    } else {
        taker->left -= quantity;
    }
}

static bool is_sated(const struct model_order *taker)
{
    return taker->by_quote ? taker->quote_left == 0 : taker->left == 0;
}

static void trade(struct model_book *book, struct model_order *taker, struct model_order *maker,
                  int64_t wanted)
{
    int64_t price = maker->terms.price.units;
    int64_t quantity = model_smaller(wanted, maker->shown);
    int64_t quote = model_notional(book, price, quantity);

    feed(book, taker, quantity, price);
    if (taker->by_quote) {
        taker->quantity += quantity;
    }
    taker->quote += quote;
    maker->quote += quote;
    model_reduce(book, maker, quantity, true);
    book_log_add(book->log, (struct book_line){
                                .act = BOOK_ACT_FILL,
                                .maker = maker->number,
                                .taker = taker->number,
                                .price = price,
                                .quantity = quantity,
                                .quote = quote,
                                .trade = ++book->trades,
                            });
    model_hear(book, price);
    if (maker->left == 0) {
        model_forget(book, maker->number);
    }
}

/* One participant on both sides; true: the taker expires. */
static bool prevent(struct model_book *book, struct model_order *taker, struct model_order *maker,
                    int64_t wanted)
{
    uint8_t mode = taker->terms.self_trade;
    struct book_line line = {
        .act = BOOK_ACT_PREVENT,
        .maker = maker->number,
        .taker = taker->number,
        .price = maker->terms.price.units,
    };

    if (mode == SELF_TRADE_DECREMENT) {
        line.quantity = model_smaller(wanted, maker->left);
        feed(book, taker, line.quantity, line.price);
        taker->quantity -= taker->by_quote ? 0 : line.quantity;
        maker->quantity -= line.quantity;
        model_reduce(book, maker, line.quantity, true);
    }
    bool maker_ends = mode == SELF_TRADE_EXPIRE_MAKER || mode == SELF_TRADE_EXPIRE_BOTH ||
                      (mode == SELF_TRADE_DECREMENT && maker->left == 0);
    bool taker_ends = mode == SELF_TRADE_EXPIRE_TAKER || mode == SELF_TRADE_EXPIRE_BOTH ||
                      (mode == SELF_TRADE_DECREMENT && is_sated(taker));
    line.flags = (maker_ends ? BOOK_MAKER_EXPIRES : 0) | (taker_ends ? BOOK_TAKER_EXPIRES : 0);
    book_log_add(book->log, line);
    if (maker_ends) {
        model_forget(book, maker->number);
    }
    return taker_ends;
}

/* The worst price for this match. */
static int64_t match_limit(const struct model_book *book, const struct model_order *taker)
{
    const struct model_order *best = model_first_of(book, model_other_side(taker->terms.side), 0);

    if (!is_market(taker->terms.type) || best == NULL) {
        return taker->limit;
    }
    int64_t slip = protection(book, taker->terms.side, best->terms.price.units);
    bool slip_is_tighter =
        taker->terms.side == SIDE_BUY ? slip < taker->limit : slip > taker->limit;
    return slip_is_tighter ? slip : taker->limit;
}

/* Matches until it cannot go on. The taker is not in the heap. limit: its worst price. */
enum model_end model_match(struct model_book *book, struct model_order *taker)
{
    int64_t limit = match_limit(book, taker);
    int64_t anchor = book->last;
    enum model_end unfilled = may_rest(&taker->terms) ? MODEL_END_REST : MODEL_END_IOC;

    for (uint32_t steps = 0;; steps++) {
        struct model_order *maker = model_first_of(book, model_other_side(taker->terms.side), 0);
        int64_t price = maker != NULL ? maker->terms.price.units : 0;

        if (maker == NULL || !model_meets(taker->terms.side, limit, price)) {
            return unfilled;
        }
        if (!model_is_within(price, book->reference, book->rules.static_ppm) ||
            !model_is_within(price, anchor, book->rules.dynamic_ppm)) {
            return MODEL_END_BAND;
        }
        int64_t wanted = model_appetite(book, taker, price);
        if (wanted == 0) {
            return taker->base_left == 0 ? MODEL_END_IOC : MODEL_END_FUNDS;
        }
        if (steps == STEPS_MAX) {
            return MODEL_END_FILLS_MAX;
        }
        if (maker->participant == taker->participant &&
            taker->terms.self_trade != SELF_TRADE_NONE) {
            if (prevent(book, taker, maker, wanted)) {
                return MODEL_END_SELF_TRADE;
            }
            continue;
        }
        trade(book, taker, maker, wanted);
        if (is_sated(taker)) {
            return MODEL_END_FILLED;
        }
    }
}

struct model_order model_order_from(const struct model_book *book, uint32_t participant,
                                    const struct order_terms *terms, uint64_t without)
{
    struct model_order order = {
        .terms = *terms,
        .participant = participant,
        .by_quote = (terms->flags & ORDER_FLAG_BY_QUOTE) != 0,
        .limit = terms->price.units,
        .place = MODEL_PLACE_TAKING,
    };
    const struct model_order *best = model_first_of(book, model_other_side(terms->side), without);
    int64_t from = best != NULL ? best->terms.price.units : book->last;

    if (model_is_stop(terms->type)) {
        int64_t delta =
            terms->side == SIDE_SELL ? -(int64_t)terms->trailing_bps : (int64_t)terms->trailing_bps;

        from = terms->stop_price.units != 0 ? terms->stop_price.units : book->last;
        from = from * (BPS + delta) / BPS;
    }
    if (is_market(terms->type)) {
        order.limit = protection(book, terms->side, from);
    }
    if (order.by_quote) {
        order.quote_left = terms->quantity.units;
        order.base_left = book->rules.market_max;
    } else {
        order.quantity = terms->quantity.units;
        order.left = terms->quantity.units;
    }
    if (order.terms.iceberg.units >= terms->quantity.units) {
        order.terms.iceberg.units = 0;
    }
    return order;
}

/* A copy to try things on; log: thrown away. */
struct model_book *model_copy_of(const struct model_book *book, uint64_t without)
{
    struct model_book *copy = malloc(sizeof *copy);
    struct book_log *log = malloc(sizeof *log);

    if (copy == NULL || log == NULL) {
        abort();
    }
    *copy = *book;
    log->count = 0;
    copy->log = log;
    if (without != 0 && model_book_find(copy, without) != NULL) {
        model_forget(copy, without);
    }
    return copy;
}

void model_copy_end(struct model_book *copy)
{
    free(copy->log);
    free(copy);
}

/* Can it be filled whole, never meeting an order of its own that matters? */
bool model_fills_whole(const struct model_book *book, const struct model_order *order,
                       uint64_t without)
{
    struct model_book *copy = model_copy_of(book, without);
    struct model_order taker = *order;
    bool filled =
        model_match(copy, &taker) == MODEL_END_FILLED && taker.quantity == order->quantity;

    model_copy_end(copy);
    return filled;
}

static void rest(struct model_book *book, struct model_order *order)
{
    order->place = MODEL_PLACE_BOOK;
    order->arrival = ++book->arrivals;
    order->shown = order->terms.iceberg.units != 0
                       ? model_smaller(order->left, order->terms.iceberg.units)
                       : order->left;
    book->orders[book->count++] = *order;
}

/* An order works: it is matched and rests or ends. */
void model_take(struct model_book *book, struct model_order *order)
{
    enum model_end end = MODEL_END_REST;
    const struct model_order *best = model_first_of(book, model_other_side(order->terms.side), 0);
    bool crosses =
        best != NULL && model_meets(order->terms.side, order->limit, best->terms.price.units);

    if (book->session != SESSION_CONTINUOUS) {
        end = may_rest(&order->terms) ? MODEL_END_REST : MODEL_END_REFUSED;
    } else if (order->terms.type == ORDER_TYPE_LIMIT_MAKER && crosses) {
        end = MODEL_END_REFUSED;
    } else if (order->terms.time_in_force == TIME_IN_FORCE_FOK &&
               !model_fills_whole(book, order, 0)) {
        end = MODEL_END_REFUSED;
    } else {
        end = model_match(book, order);
    }
    book_log_add(book->log, (struct book_line){
                                .act = BOOK_ACT_END,
                                .taker = order->number,
                                .quantity = order->left,
                                .quote = order->quote,
                                .flags = end,
                            });
    if (end == MODEL_END_BAND) {
        book->session = SESSION_AUCTION;
        book->banded = true;
    }
    if (end == MODEL_END_REST || (end == MODEL_END_BAND && may_rest(&order->terms))) {
        rest(book, order);
    }
}

void model_book_place(struct model_book *book, uint32_t participant,
                      const struct order_terms *terms, uint64_t number)
{
    struct model_order order = model_order_from(book, participant, terms, 0);

    book->banded = false;
    order.number = number;
    if (!model_is_stop(terms->type)) {
        model_take(book, &order);
        return;
    }
    order.place = terms->trailing_bps != 0 ? MODEL_PLACE_TRAIL : MODEL_PLACE_STOP;
    order.arrival = ++book->arrivals;
    if (order.place == MODEL_PLACE_TRAIL && terms->stop_price.units == 0) {
        order.extreme = book->last;
    }
    book->orders[book->count++] = order;
}

void model_book_amend(struct model_book *book, uint64_t number, int64_t quantity)
{
    struct model_order *order = model_book_find(book, number);

    if (order == NULL) {
        abort();
    }
    order->left -= order->quantity - quantity;
    order->quantity = quantity;
    order->shown =
        order->terms.iceberg.units != 0 ? model_smaller(order->shown, order->left) : order->left;
}
