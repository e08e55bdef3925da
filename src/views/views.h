/* SPDX-License-Identifier: Apache-2.0
 *
 * All views of a node in one block: made once, fed with every command from the first on, thrown
 * away and rebuilt from the journal whenever one likes. They hold no truth.
 */
#ifndef VIEWS_VIEWS_H
#define VIEWS_VIEWS_H

#include <stddef.h>
#include <stdint.h>

#include "tarazy/engine.h"
#include "views/candles.h"
#include "views/list_history.h"
#include "views/order_history.h"
#include "views/prevented_matches.h"
#include "views/tickers.h"
#include "views/trade_history.h"
#include "views/transfers.h"

/* How much is remembered beyond what is open. */
struct view_limits {
    struct limits node;
    uint32_t closed_orders_max;
    uint32_t done_lists_max;
    uint32_t trades_max; /* per instrument */
    uint32_t fills_max;
    uint32_t prevented_max;
    uint32_t transfers_max;
};

/* What fits the node: half as many closed orders as open ones, and so on. */
struct view_limits view_limits_for(const struct limits *node);

struct views {
    struct order_history *orders;
    struct list_history *lists;
    struct trade_history *trades;
    struct candles *candles;
    struct tickers *tickers;
    struct prevented_matches *prevented;
    struct transfers *transfers;
    int64_t *balance_us; /* per participant: when a balance last changed; 0 = never */
    uint32_t participants_max;
};

/* Bytes of the block; 0 when the limits are absurd. */
size_t views_size(const struct view_limits *limits);

/* Lays the views out in block: zeroed, 64-byte aligned, of views_size bytes. seed keeps strangers
 * from crowding the tables and shows in no answer. */
void views_create(struct views *views, void *block, size_t size, const struct view_limits *limits,
                  struct hash_seed seed);

/* Takes in one command with its events, as a follower hands them over. */
void views_apply(struct views *views, const struct command_header *command, const uint8_t *events,
                 size_t size);

/* The next event of a command's events: NULL to start with; NULL when there is none left. */
const struct event_header *views_next_event(const uint8_t *events, size_t size,
                                            const struct event_header *event);

#endif
