/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders as their events tell them: opened once, traded no more than their quantity, inside their limit
 * and the instrument's bands, closed once with the right sums; numbers without gaps; a public book built
 * from level events alone. What they hold is worked out by the published rule, not asked.
 */
#include <stdlib.h>
#include <string.h>

#include "laws/law_watch.h"

#define BUCKETS    16384u
#define ORDERS_MAX 65536u
#define LISTS_MAX  4096u
#define LEVELS_MAX 4096u

struct known_order {
    struct order_terms terms;
    uint64_t number;
    uint64_t list;
    int128 quote;
    int64_t quantity;
    int64_t left;
    int64_t executed;
    int64_t protection;
    uint32_t participant;
    uint32_t next; /* in its bucket, or free */
    bool pending;
    bool waiting; /* a stop order that was not set off */
};

struct known_level {
    int64_t price;
    int64_t quantity;
    uint32_t orders;
};

struct known_book {
    struct known_level levels[3][LEVELS_MAX]; /* by side */
    uint32_t counts[3];
    uint64_t updates;
    uint64_t trades;
    uint8_t session;
    bool uncrossed; /* an auction ended in the present command */
    uint64_t number;
    int64_t auction_price;
};

struct watch_orders {
    uint32_t buckets[BUCKETS];
    struct known_order orders[ORDERS_MAX];
    uint32_t free;
    uint32_t fresh;
    uint32_t count;
    uint64_t last_number;
    uint64_t last_list;
    struct event_order_list lists[LISTS_MAX];
    uint32_t lists_count;
    struct known_book books[WATCH_INSTRUMENTS_MAX];
};

struct watch_orders *watch_orders_new(void)
{
    struct watch_orders *orders = calloc(1, sizeof *orders);

    if (orders == NULL) {
        abort();
    }
    orders->fresh = 1;
    return orders;
}

void watch_orders_free(struct watch_orders *orders)
{
    free(orders);
}

static struct known_order *find(const struct watch *watch, uint64_t number)
{
    struct watch_orders *all = watch->orders;

    for (uint32_t i = all->buckets[number % BUCKETS]; i != 0; i = all->orders[i].next) {
        if (all->orders[i].number == number) {
            return &all->orders[i];
        }
    }
    return NULL;
}

static struct known_order *add(struct watch *watch, uint64_t number)
{
    struct watch_orders *all = watch->orders;
    uint32_t slot = all->free != 0 ? all->free : all->fresh++;
    struct known_order *order = &all->orders[slot];

    if (slot >= ORDERS_MAX) {
        watch_break(watch, "more orders than the watch can count");
        abort();
    }
    all->free = all->free != 0 ? order->next : 0;
    *order = (struct known_order){
        .number = number,
        .next = all->buckets[number % BUCKETS],
    };
    all->buckets[number % BUCKETS] = slot;
    all->count++;
    return order;
}

static void drop(struct watch_orders *all, uint64_t number)
{
    uint32_t *at = &all->buckets[number % BUCKETS];

    while (all->orders[*at].number != number) {
        at = &all->orders[*at].next;
    }
    uint32_t slot = *at;
    *at = all->orders[slot].next;
    all->orders[slot].number = 0;
    all->orders[slot].next = all->free;
    all->free = slot;
    all->count--;
}

static bool is_stop(uint8_t type)
{
    return type >= ORDER_TYPE_STOP_LOSS;
}

static bool is_market(uint8_t type)
{
    return type == ORDER_TYPE_MARKET || type == ORDER_TYPE_STOP_LOSS ||
           type == ORDER_TYPE_TAKE_PROFIT;
}

static bool by_quote(const struct known_order *order)
{
    return (order->terms.flags & ORDER_FLAG_BY_QUOTE) != 0;
}

static void see_opened(struct watch *watch, const struct event_order_opened *event)
{
    if (event->order != watch->orders->last_number + 1) {
        watch_break(watch, "order %llu is out of turn", (unsigned long long)event->order);
    }
    watch->orders->last_number = event->order;
    struct known_order *order = add(watch, event->order);
    order->terms = event->terms;
    order->list = event->list;
    order->participant = event->participant;
    order->protection = event->protection.units;
    order->quantity = by_quote(order) ? 0 : event->terms.quantity.units;
    order->left = order->quantity;
    order->pending = event->status == ORDER_STATUS_PENDING_NEW;
    order->waiting = is_stop(event->terms.type) && !event->working;
    if (is_market(event->terms.type) != (event->protection.units != 0)) {
        watch_break(watch, "order %llu: a market kind has a protection price, others none",
                    (unsigned long long)event->order);
    }
}

/* The worst price the order may trade at. */
static int64_t limit_of(const struct known_order *order)
{
    return is_market(order->terms.type) ? order->protection : order->terms.price.units;
}

static int64_t power_of_ten(uint8_t scale)
{
    int64_t power = 1;

    while (scale-- > 0) {
        power *= 10;
    }
    return power;
}

/* ceil(gross × ppm / 10^6) */
static int128 fee_on(int128 gross, uint32_t ppm)
{
    return (gross * ppm + 999999) / 1000000;
}

static void check_fees(struct watch *watch, const struct event_trade *trade)
{
    const struct instrument_view *view = &watch->instruments[trade->instrument];
    bool taker_buys = trade->taker_side == SIDE_BUY;
    int128 taker_gross = taker_buys ? trade->quantity.units : trade->quote.units;
    int128 maker_gross = taker_buys ? trade->quote.units : trade->quantity.units;
    uint16_t taker_asset = taker_buys ? view->terms.base : view->terms.quote;
    uint16_t maker_asset = taker_buys ? view->terms.quote : view->terms.base;

    if (trade->taker_fee.units != fee_on(taker_gross, watch->people[trade->taker].taker_ppm) ||
        trade->maker_fee.units != fee_on(maker_gross, watch->people[trade->maker].maker_ppm) ||
        trade->taker_fee_asset != taker_asset || trade->maker_fee_asset != maker_asset) {
        watch_break(watch, "trade %llu: a fee is not the published one",
                    (unsigned long long)trade->trade);
    }
}

static bool is_within(int64_t price, int64_t reference, uint32_t ppm)
{
    int128 distance = price > reference ? price - reference : reference - price;

    return ppm == 0 || distance * 1000000 <= (int128)reference * ppm;
}

static void check_price(struct watch *watch, const struct event_trade *trade)
{
    const struct instrument_view *view = &watch->instruments[trade->instrument];
    struct known_book *book = &watch->orders->books[trade->instrument];
    bool auction = (trade->flags & TRADE_FLAG_AUCTION) != 0;
    int128 quote = (int128)trade->price.units * trade->quantity.units;
    int64_t scale = power_of_ten(view->base_scale);

    if (trade->price.units % view->terms.tick.units != 0 || trade->quantity.units <= 0 ||
        quote % scale != 0 || trade->quote.units != quote / scale) {
        watch_break(watch, "trade %llu: price, quantity and quote do not fit",
                    (unsigned long long)trade->trade);
    }
    /* within a command that ends an auction the reference moves; the state shows only the last */
    if (book->uncrossed && book->number == trade->header.number) {
        return;
    }
    if (!is_within(trade->price.units, view->reference.units, view->terms.band_static_ppm)) {
        watch_break(watch, "trade %llu prints outside the static band",
                    (unsigned long long)trade->trade);
    }
    if (auction == (book->session == SESSION_CONTINUOUS)) {
        watch_break(watch, "trade %llu does not belong into the session",
                    (unsigned long long)trade->trade);
    }
}

static void trade_order(struct watch *watch, const struct event_trade *trade,
                        struct known_order *order, int64_t left)
{
    bool buys = order->terms.side == SIDE_BUY;
    int64_t limit = limit_of(order);

    if (order->pending || order->waiting ||
        (buys ? trade->price.units > limit : trade->price.units < limit)) {
        watch_break(watch, "order %llu trades outside its limit or before its time",
                    (unsigned long long)order->number);
    }
    order->executed += trade->quantity.units;
    order->quote += trade->quote.units;
    if (!by_quote(order)) {
        order->left -= trade->quantity.units;
    }
    if (order->left < 0 || order->left != left) {
        watch_break(watch, "order %llu: another quantity is left than traded",
                    (unsigned long long)order->number);
    }
}

static void see_trade(struct watch *watch, const struct event_trade *trade)
{
    struct known_order *maker = find(watch, trade->maker_order);
    struct known_order *taker = find(watch, trade->taker_order);
    struct known_book *book = &watch->orders->books[trade->instrument];

    if (maker == NULL || taker == NULL || maker == taker ||
        maker->terms.side == taker->terms.side || taker->terms.side != trade->taker_side ||
        maker->terms.instrument != trade->instrument ||
        taker->terms.instrument != trade->instrument || maker->participant != trade->maker ||
        taker->participant != trade->taker) {
        watch_break(watch, "trade %llu: not two open orders of two sides",
                    (unsigned long long)trade->trade);
        return;
    }
    if (trade->trade != ++book->trades) {
        watch_break(watch, "trade %llu is out of turn", (unsigned long long)trade->trade);
    }
    if ((trade->flags & TRADE_FLAG_AUCTION) == 0 && maker->participant == taker->participant &&
        taker->terms.self_trade != SELF_TRADE_NONE) {
        watch_break(watch, "trade %llu is with oneself", (unsigned long long)trade->trade);
    }
    check_price(watch, trade);
    check_fees(watch, trade);
    trade_order(watch, trade, maker, trade->maker_left.units);
    trade_order(watch, trade, taker, trade->taker_left.units);
}

static void see_changed(struct watch *watch, const struct event_order_changed *event)
{
    struct known_order *order = find(watch, event->order);

    if (order == NULL) {
        watch_break(watch, "order %llu changes and is not open", (unsigned long long)event->order);
        return;
    }
    switch ((enum order_change)event->change) {
    case ORDER_CHANGE_TRIGGERED: order->waiting = false; break;
    case ORDER_CHANGE_STARTED:
        order->pending = false;
        order->waiting = false; /* set again below if it waits: only its hold matters here */
        break;
    case ORDER_CHANGE_AMENDED:
        order->left -= order->quantity - event->quantity.units;
        order->quantity = event->quantity.units;
        break;
    case ORDER_CHANGE_DECREMENTED:
        if (!by_quote(order)) {
            order->left -= event->prevented.units;
            order->quantity -= event->prevented.units;
        }
        break;
    case ORDER_CHANGE_TRAILING: break;
    }
    if (!by_quote(order) &&
        (order->left != event->left.units || order->quantity != event->quantity.units)) {
        watch_break(watch, "order %llu: a change does not add up",
                    (unsigned long long)event->order);
    }
}

static void see_closed(struct watch *watch, const struct event_order_closed *event)
{
    const struct known_order *order = find(watch, event->order);

    if (order == NULL) {
        watch_break(watch, "order %llu is closed twice", (unsigned long long)event->order);
        return;
    }
    if (event->executed.units != order->executed || event->left.units != order->left ||
        event->quote.units != order->quote || event->participant != order->participant) {
        watch_break(watch, "order %llu: its end does not say what it traded",
                    (unsigned long long)event->order);
    }
    bool filled = event->status == ORDER_STATUS_FILLED;
    if (filled != (event->reason == CLOSE_REASON_FILLED) || (filled && order->left != 0)) {
        watch_break(watch, "order %llu: filled with something left",
                    (unsigned long long)event->order);
    }
    if (order->terms.time_in_force == TIME_IN_FORCE_FOK && order->executed != 0 && !filled) {
        watch_break(watch, "order %llu: fill-or-kill was filled in part",
                    (unsigned long long)event->order);
    }
    drop(watch->orders, event->order);
}

static void see_level(struct watch *watch, const struct event_level *event)
{
    struct known_book *book = &watch->orders->books[event->instrument];
    struct known_level *levels = book->levels[event->side];
    uint32_t *count = &book->counts[event->side];
    uint32_t at = 0;

    if (event->update != ++book->updates) {
        watch_break(watch, "level update %llu is out of turn", (unsigned long long)event->update);
    }
    if ((event->quantity.units == 0) != (event->orders == 0)) {
        watch_break(watch, "a level shows orders and no quantity, or the reverse");
    }
    while (at < *count && levels[at].price != event->price.units) {
        at++;
    }
    if (event->quantity.units == 0) {
        if (at < *count) {
            levels[at] = levels[--*count];
        }
        return;
    }
    if (at == *count && *count < LEVELS_MAX) {
        ++*count;
    }
    levels[at] = (struct known_level){event->price.units, event->quantity.units, event->orders};
}

static void see_list(struct watch *watch, const struct event_order_list *event)
{
    struct watch_orders *all = watch->orders;
    uint32_t at = 0;

    if (event->state == LIST_STATE_EXECUTING) {
        if (event->list != ++all->last_list || all->lists_count == LISTS_MAX) {
            watch_break(watch, "list %llu is out of turn", (unsigned long long)event->list);
            return;
        }
        all->lists[all->lists_count++] = *event;
        return;
    }
    while (at < all->lists_count && all->lists[at].list != event->list) {
        at++;
    }
    if (at == all->lists_count) {
        watch_break(watch, "list %llu ends twice", (unsigned long long)event->list);
        return;
    }
    for (uint32_t leg = 0; leg < event->legs; leg++) {
        if (find(watch, event->orders[leg]) != NULL) {
            watch_break(watch, "list %llu is done and an order of it open",
                        (unsigned long long)event->list);
        }
    }
    all->lists[at] = all->lists[--all->lists_count];
}

static void see_session(struct watch *watch, const struct event_session *event)
{
    struct known_book *book = &watch->orders->books[event->instrument];

    book->session = event->session;
    if (event->reason == SESSION_REASON_UNCROSSED) {
        book->uncrossed = true;
        book->number = event->header.number;
    }
}

void watch_orders_event(struct watch *watch, const struct event_header *event)
{
    const void *whole = event;

    if (event->sequence == 0) {
        /* the session a book is in before the command */
        for (uint16_t i = 1; i <= watch->instruments_count; i++) {
            watch->orders->books[i].session = watch->instruments[i].session;
        }
    }
    switch ((enum event_kind)event->kind) {
    case EVENT_ORDER_OPENED: see_opened(watch, whole); break;
    case EVENT_ORDER_CHANGED: see_changed(watch, whole); break;
    case EVENT_ORDER_CLOSED: see_closed(watch, whole); break;
    case EVENT_TRADE: see_trade(watch, whole); break;
    case EVENT_LEVEL: see_level(watch, whole); break;
    case EVENT_ORDER_LIST: see_list(watch, whole); break;
    case EVENT_SESSION: see_session(watch, whole); break;
    case EVENT_OUTCOME:
    case EVENT_POSTING:
    case EVENT_BALANCE:
    case EVENT_WITHDRAWAL:
    case EVENT_PROPOSAL:
    case EVENT_REGISTRY:
    case EVENT_MINING_ENTRY:
    case EVENT_MINING_SHARES:
    case EVENT_MINING_ENERGY:
    case EVENT_MINING_COINS:
    case EVENT_MINING_FEE: break;
    }
}

/* What one working order holds: what it would give, at its worst price. */
static int128 hold_of(const struct watch *watch, const struct known_order *order)
{
    const struct instrument_view *view = &watch->instruments[order->terms.instrument];

    if (order->pending) {
        return 0;
    }
    if (order->terms.side == SIDE_SELL) {
        return order->left;
    }
    return (int128)limit_of(order) * order->left / power_of_ten(view->base_scale);
}

static bool spends(const struct watch *watch, const struct known_order *order, uint16_t asset)
{
    const struct instrument_terms *terms = &watch->instruments[order->terms.instrument].terms;

    return (order->terms.side == SIDE_BUY ? terms->quote : terms->base) == asset;
}

/* Of a list the most that any of its working legs holds. */
static int128 held_by_list(const struct watch *watch, const struct event_order_list *list,
                           uint16_t asset)
{
    int128 held = 0;

    for (uint32_t leg = 0; leg < list->legs; leg++) {
        const struct known_order *order = find(watch, list->orders[leg]);

        if (order != NULL && spends(watch, order, asset) && hold_of(watch, order) > held) {
            held = hold_of(watch, order);
        }
    }
    return held;
}

int128 watch_orders_held(const struct watch *watch, uint32_t owner, uint16_t asset)
{
    const struct watch_orders *all = watch->orders;
    int128 held = 0;

    for (uint32_t slot = 1; slot < all->fresh; slot++) {
        const struct known_order *order = &all->orders[slot];

        if (order->number != 0 && order->participant == owner && order->list == 0 &&
            spends(watch, order, asset)) {
            held += hold_of(watch, order);
        }
    }
    for (uint32_t i = 0; i < all->lists_count; i++) {
        if (all->lists[i].participant == owner) {
            held += held_by_list(watch, &all->lists[i], asset);
        }
    }
    return held;
}

static void compare_side(struct watch *watch, const struct law *law, uint16_t instrument,
                         enum side side)
{
    static struct level_view views[LEVELS_MAX];
    const struct known_book *book = &watch->orders->books[instrument];
    size_t count = tarazy_query_depth(law->engine, instrument, side, views, LEVELS_MAX);

    if (count != book->counts[side]) {
        watch_break(watch, "instrument %u: the book has other levels than were published",
                    instrument);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t at = 0;

        while (at < book->counts[side] && book->levels[side][at].price != views[i].price.units) {
            at++;
        }
        if (at == book->counts[side] ||
            book->levels[side][at].quantity != views[i].quantity.units ||
            book->levels[side][at].orders != views[i].orders) {
            watch_break(watch, "instrument %u: a level differs from what was published",
                        instrument);
        }
        bool sorted =
            i == 0 || (side == SIDE_BUY ? views[i].price.units < views[i - 1].price.units
                                        : views[i].price.units > views[i - 1].price.units);
        if (!sorted) {
            watch_break(watch, "instrument %u: depth is not sorted", instrument);
        }
    }
}

static void compare_order(struct watch *watch, const struct law *law,
                          const struct known_order *order)
{
    struct order_view view;

    if (!tarazy_query_order(law->engine, order->number, &view)) {
        watch_break(watch, "order %llu is open and not there", (unsigned long long)order->number);
        return;
    }
    if (view.left.units != order->left || view.executed.units != order->executed ||
        view.quote.units != order->quote || view.participant != order->participant ||
        view.list != order->list || (view.status == ORDER_STATUS_PENDING_NEW) != order->pending) {
        watch_break(watch, "order %llu is other than its events say",
                    (unsigned long long)order->number);
    }
    if (view.terms.side != order->terms.side || view.terms.type != order->terms.type ||
        view.terms.price.units != order->terms.price.units) {
        watch_break(watch, "order %llu has other terms than it was opened with",
                    (unsigned long long)order->number);
    }
}

void watch_orders_compare(struct watch *watch, const struct law *law)
{
    const struct watch_orders *all = watch->orders;
    struct node_view node;

    tarazy_query_node(law->engine, &node);
    if (node.orders != all->count) {
        watch_break(watch, "%u orders are open, events say %u", node.orders, all->count);
    }
    for (uint32_t slot = 1; slot < all->fresh; slot++) {
        if (all->orders[slot].number != 0) {
            compare_order(watch, law, &all->orders[slot]);
        }
    }
    for (uint16_t instrument = 1; instrument <= node.instruments; instrument++) {
        compare_side(watch, law, instrument, SIDE_BUY);
        compare_side(watch, law, instrument, SIDE_SELL);
    }
}
