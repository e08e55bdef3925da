/* SPDX-License-Identifier: Apache-2.0
 *
 * The views over seeded random commands of all kinds: what they have put together from events alone
 * equals what the engine says of itself. And a reader of depth flushes has the book.
 *
 *     views_laws
 *
 * TARAZY_LAW_COMMANDS in the environment says how many commands in all; 0 or unset: 1 million.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "laws/law_world.h"
#include "support/movable_block.h"
#include "views/depth_feed.h"
#include "views/views.h"

#define COMMANDS_DEFAULT 1000000u
#define COMPARE_EVERY    500u
#define LEVELS_MAX       4096u
#define ORDERS_MAX       4096u
#define CHANGES_MAX      512u
#define INSTRUMENTS      16u

struct run {
    const char *name;
    law_generator *generator;
    const struct limits *limits;
    uint64_t seed;
};

static const struct run runs[] = {
    {"chaos", law_chaos, &law_limits_tight, 11},
    {"traders", law_traders, &law_limits_wide, 12},
    {"treasury", law_treasury, &law_limits_wide, 13},
    {"crowded", law_traders, &law_limits_tight, 14},
};

/* A reader's book of one side: levels in the order they first came. */
struct side_book {
    struct level_view levels[LEVELS_MAX];
    size_t count;
};

struct totals {
    int128 base;
    int128 quote;
    uint64_t trades;
};

struct world {
    uint8_t *block;
    uint8_t *feed_block;
    size_t size;
    struct views views;
    struct depth_feed *feed;
    struct side_book books[INSTRUMENTS + 1][2];
    uint64_t known[INSTRUMENTS + 1]; /* last update the reader has */
    struct totals totals[INSTRUMENTS + 1];
    uint64_t commands;
    uint64_t comparisons;
    const char *wrong;
};

static void complain(struct world *world, const char *what)
{
    if (world->wrong == NULL) {
        world->wrong = what;
    }
}

static void require(struct world *world, bool truth, const char *what)
{
    if (!truth) {
        complain(world, what);
    }
}

/* ------------------------------------------------------------------ the reader of depth */

static void set_level(struct side_book *book, const struct depth_change *change)
{
    size_t at = 0;

    while (at < book->count && book->levels[at].price.units != change->price.units) {
        at++;
    }
    if (change->quantity.units == 0) {
        if (at < book->count) {
            book->levels[at] = book->levels[--book->count];
        }
        return;
    }
    ENSURE(at < LEVELS_MAX);
    book->levels[at].price = change->price;
    book->levels[at].quantity = change->quantity;
    book->count += at == book->count;
}

static void flush(struct world *world, uint16_t instrument)
{
    struct depth_window window = depth_feed_window(world->feed, instrument);
    struct depth_change change;
    uint32_t cursor = 0;

    if (window.first == 0) {
        return;
    }
    require(world, window.first == world->known[instrument] + 1,
            "a flush does not follow the last");
    while (depth_feed_next(world->feed, instrument, &cursor, &change)) {
        set_level(&world->books[instrument][change.side - 1], &change);
    }
    world->known[instrument] = window.last;
    depth_feed_flush(world->feed, instrument);
}

static void note_level(struct world *world, const struct event_level *level)
{
    while (!depth_feed_note(world->feed, level)) {
        flush(world, depth_feed_pending(world->feed));
    }
}

static void compare_side(struct world *world, const struct law *law, uint16_t instrument,
                         enum side side)
{
    static struct level_view levels[LEVELS_MAX];
    const struct side_book *book = &world->books[instrument][side - 1];
    size_t count = tarazy_query_depth(law->engine, instrument, side, levels, LEVELS_MAX);
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < book->count; k++) {
            found += book->levels[k].price.units == levels[i].price.units &&
                     book->levels[k].quantity.units == levels[i].quantity.units;
        }
    }
    require(world, found == count && book->count == count, "the reader's book is another");
}

/* ------------------------------------------------------------------ orders and lists */

static void compare_order(struct world *world, const struct order_view *order)
{
    const struct order_record *record = order_history_find(world->views.orders, order->order);

    if (record == NULL) {
        complain(world, "an open order is not in the history");
        return;
    }
    bool by_quote = (order->terms.flags & ORDER_FLAG_BY_QUOTE) != 0;

    require(world, record->reason == 0, "an open order is over in the history");
    require(world, record->status == order->status, "an order's status is another");
    require(world, record->executed.units == order->executed.units, "executed is another");
    require(world, record->quote.units == order->quote.units, "the executed amount is another");
    require(world, record->list == order->list, "an order's list is another");
    require(world, record->opened_us == order->opened_us, "an order was opened at another time");
    /* That a stop order of a list was set off the moment it started is told by no event. */
    require(world, record->working == order->working || (order->working && order->list != 0),
            "working is another");
    require(world,
            by_quote || record->terms.quantity.units - record->prevented.units ==
                            order->terms.quantity.units,
            "an order's quantity is another");
    require(world,
            memcmp(&record->terms.client_id, &order->terms.client_id,
                   sizeof record->terms.client_id) == 0,
            "an order's name is another");
    if (order->list != 0) {
        const struct list_record *list = list_history_find(world->views.lists, order->list);

        require(world, list != NULL && list->state == LIST_STATE_EXECUTING,
                "the list of an open order does not run");
    }
}

static void compare_orders(struct world *world, const struct law *law, uint32_t participant,
                           uint16_t instrument)
{
    static struct order_view orders[ORDERS_MAX];
    size_t count = tarazy_query_orders(law->engine, participant, instrument, orders, ORDERS_MAX);
    size_t open = 0;

    for (size_t i = 0; i < count; i++) {
        compare_order(world, &orders[i]);
    }
    for (const struct order_record *record =
             order_history_first(world->views.orders, participant, instrument);
         record != NULL; record = order_history_next(world->views.orders, record)) {
        open += record->reason == 0;
    }
    require(world, open == count, "the history has other open orders");
}

/* ------------------------------------------------------------------ trades and candles */

static void compare_trades(struct world *world, const struct law *law, uint16_t instrument)
{
    struct instrument_view view;
    struct candle sum;
    const struct totals *totals = &world->totals[instrument];

    if (!tarazy_query_instrument(law->engine, instrument, &view)) {
        return;
    }
    struct id_range range = trade_history_trades(world->views.trades, instrument);

    require(world, range.last == view.trades, "the history has other trades");
    require(world, world->known[instrument] == view.updates, "an update is missing");
    if (view.trades > 0) {
        const struct trade_record *last =
            trade_history_trade(world->views.trades, instrument, range.last);

        require(world, last->price.units == view.last.units, "the last price is another");
    }
    candles_sum(world->views.candles, instrument, CANDLE_INTERVAL_1W, 0, &sum);
    require(world,
            sum.trades == totals->trades && sum.base.units == totals->base &&
                sum.quote.units == totals->quote,
            "candles do not add up to the trades");
}

static void compare_withdrawals(struct world *world, const struct law *law, uint32_t participant)
{
    static struct withdrawal_view open[ORDERS_MAX];
    size_t count = tarazy_query_withdrawals(law->engine, participant, open, ORDERS_MAX);

    for (size_t i = 0; i < count; i++) {
        const struct transfer_record *record =
            transfers_last(world->views.transfers, participant, TRANSFER_KIND_WITHDRAWAL);

        while (record != NULL && record->id != open[i].withdrawal) {
            record = transfers_previous(world->views.transfers, record);
        }
        require(world,
                record != NULL && record->state == WITHDRAWAL_STATE_REQUESTED &&
                    record->amount.units == open[i].amount.units && record->rail == open[i].rail,
                "an open withdrawal is told otherwise");
    }
}

static void compare(struct world *world, const struct law *law)
{
    struct node_view node;

    tarazy_query_node(law->engine, &node);
    for (uint16_t instrument = 1; instrument <= node.instruments; instrument++) {
        flush(world, instrument);
        compare_side(world, law, instrument, SIDE_BUY);
        compare_side(world, law, instrument, SIDE_SELL);
        compare_trades(world, law, instrument);
        for (uint32_t participant = 1; participant <= node.participants; participant++) {
            compare_orders(world, law, participant, instrument);
        }
    }
    for (uint32_t participant = 1; participant <= node.participants; participant++) {
        compare_withdrawals(world, law, participant);
    }
    world->comparisons++;
}

/* ------------------------------------------------------------------ one run */

static void observe(void *context, const struct law *law, const union law_command *command)
{
    struct world *world = context;
    const uint8_t *events = law->events.bytes;

    views_apply(&world->views, &command->header, events, law->events.used);
    for (const struct event_header *event = views_next_event(events, law->events.used, NULL);
         event != NULL; event = views_next_event(events, law->events.used, event)) {
        const void *whole = event;

        if (event->kind == EVENT_LEVEL) {
            note_level(world, whole);
        } else if (event->kind == EVENT_TRADE) {
            const struct event_trade *trade = whole;

            world->totals[trade->instrument].base += trade->quantity.units;
            world->totals[trade->instrument].quote += trade->quote.units;
            world->totals[trade->instrument].trades++;
        }
    }
    if (++world->commands % COMPARE_EVERY == 0) {
        compare(world, law);
    }
}

static void start(struct world *world, const struct limits *node)
{
    struct view_limits limits = view_limits_for(node);
    const struct hash_seed seed = {{21, 22}};
    struct arena measure = {0};

    memset(world, 0, sizeof *world);
    limits.closed_orders_max = 500; /* so that much is forgotten */
    limits.done_lists_max = 20;
    limits.trades_max = 64;
    limits.fills_max = 100;
    limits.prevented_max = 10;
    world->size = views_size(&limits);
    world->block = movable_block_new(world->size);
    views_create(&world->views, world->block, world->size, &limits, seed);
    (void)depth_feed_create(&measure, node->instruments_max, CHANGES_MAX, seed);
    world->feed_block = movable_block_new(measure.used);
    struct arena place = {.block = world->feed_block, .size = measure.used};

    world->feed = depth_feed_create(&place, node->instruments_max, CHANGES_MAX, seed);
}

static bool run_one(const struct run *run, uint64_t commands)
{
    static struct world world;
    static struct law law;
    static union law_command command;

    start(&world, run->limits);
    law_start(&law, run->limits, run->seed, observe, &world);
    for (uint64_t i = 0; i < commands && world.wrong == NULL; i++) {
        run->generator(&law, &command);
        law_send(&law, &command);
    }
    if (world.wrong != NULL) {
        (void)fprintf(stderr, "views_laws: %s, seed %llu, command %llu: %s\n", run->name,
                      (unsigned long long)run->seed, (unsigned long long)world.commands,
                      world.wrong);
    } else {
        (void)printf("%s: %llu commands, %llu comparisons, %u orders remembered\n", run->name,
                     (unsigned long long)world.commands, (unsigned long long)world.comparisons,
                     order_history_count(world.views.orders));
    }
    law_end(&law);
    free(world.block);
    free(world.feed_block);
    return world.wrong == NULL && world.comparisons > 0;
}

int main(void)
{
    const char *wanted = getenv("TARAZY_LAW_COMMANDS");
    uint64_t commands = wanted == NULL ? 0 : strtoull(wanted, NULL, 10);
    bool is_good = true;

    commands = commands == 0 ? COMMANDS_DEFAULT : commands;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        is_good = run_one(&runs[i], commands / (sizeof runs / sizeof runs[0])) && is_good;
    }
    return is_good ? 0 : 1;
}
