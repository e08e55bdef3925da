/* SPDX-License-Identifier: Apache-2.0
 *
 * The views of a node, laid out together and fed together.
 *
 * Why a file of its own: the one place that fixes the order in which the views see an event.
 * prevented_matches looks into order_history, so it comes after it. Read next: order_history.c.
 */
#include "views/views.h"

#include "base/ensure.h"

static uint32_t at_least(uint32_t value, uint32_t least)
{
    return value > least ? value : least;
}

/* How many orders one command can end: whoever tells of their end must still find them all. */
static uint32_t ended_at_once(const struct limits *node)
{
    uint32_t most = TARAZY_CLOSES_MAX + TARAZY_FILLS_MAX;

    return node->orders_max < most ? node->orders_max : most;
}

struct view_limits view_limits_for(const struct limits *node)
{
    return (struct view_limits){
        .node = *node,
        .closed_orders_max = at_least(node->orders_max / 2, at_least(ended_at_once(node), 1000)),
        .done_lists_max = at_least(node->order_lists_max / 2, 1000),
        .trades_max = 16384,
        .fills_max = at_least(node->orders_max, 10000),
        .prevented_max = 10000,
        .transfers_max = at_least(node->withdrawals_max * 2, 10000),
    };
}

/* Places (or measures, block NULL) every view; the one walk for both. */
static void lay_out(struct views *views, struct arena *arena, const struct view_limits *limits,
                    struct hash_seed seed)
{
    const struct order_history_limits orders = {limits->node.orders_max, limits->closed_orders_max};
    const struct list_history_limits lists = {limits->node.order_lists_max, limits->done_lists_max};
    const struct trade_history_limits trades = {limits->node.instruments_max, limits->trades_max,
                                                limits->fills_max};
    const struct transfers_limits transfers = {limits->transfers_max, limits->node.proposals_max};

    views->orders = order_history_create(arena, &orders, seed);
    views->lists = list_history_create(arena, &lists, seed);
    views->trades = trade_history_create(arena, &trades, seed);
    views->candles = candles_create(arena, limits->node.instruments_max);
    views->tickers = tickers_create(arena, limits->node.instruments_max);
    views->prevented = prevented_matches_create(arena, limits->prevented_max, seed);
    views->transfers = transfers_create(arena, &transfers, seed);
    views->balance_us =
        arena_reserve(arena, ((size_t)limits->node.participants_max + 1) * sizeof(int64_t));
    views->participants_max = limits->node.participants_max;
}

size_t views_size(const struct view_limits *limits)
{
    struct arena arena = {0};
    struct views views;

    lay_out(&views, &arena, limits, (struct hash_seed){{0, 0}});
    return arena.overflow ? 0 : arena.used;
}

void views_create(struct views *views, void *block, size_t size, const struct view_limits *limits,
                  struct hash_seed seed)
{
    struct arena arena = {.block = block, .size = size};

    ENSURE(block != NULL && (uintptr_t)block % 64 == 0);
    lay_out(views, &arena, limits, seed);
    ENSURE(!arena.overflow && arena.used == size);
}

static void apply_balance(struct views *views, int64_t time_us, const struct event_balance *event)
{
    if (event->owner >= 1 && event->owner <= views->participants_max) {
        views->balance_us[event->owner] = time_us;
    }
}

/*~ route of one order: after the engine has applied it in a follower, its events bring the views
 *  up to date; next stop: gateway/venue.c, which answers the client. */
void views_apply(struct views *views, const struct command_header *command, const uint8_t *events,
                 size_t size)
{
    int64_t time_us = command->time_us;

    for (const struct event_header *event = views_next_event(events, size, NULL); event != NULL;
         event = views_next_event(events, size, event)) {
        ENSURE(event->number == command->number);
        order_history_apply(views->orders, time_us, event);
        list_history_apply(views->lists, time_us, event);
        trade_history_apply(views->trades, time_us, event);
        candles_apply(views->candles, time_us, event);
        prevented_matches_apply(views->prevented, views->orders, time_us, event);
        transfers_apply(views->transfers, command, event);
        if (event->kind == EVENT_BALANCE) {
            apply_balance(views, time_us, (const struct event_balance *)event);
        }
    }
}

const struct event_header *views_next_event(const uint8_t *events, size_t size,
                                            const struct event_header *event)
{
    size_t at = 0;

    if (event != NULL) {
        at = (size_t)((uintptr_t)event - (uintptr_t)events) + event->size;
    }
    if (at >= size) {
        return NULL;
    }
    const struct event_header *next = (const struct event_header *)(events + at);

    ENSURE(size - at >= sizeof *next && next->size >= sizeof *next && next->size <= size - at);
    return next;
}
