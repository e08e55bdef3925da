/* SPDX-License-Identifier: Apache-2.0
 *
 * Public market data, pushed. What the engine's events change is told to those who listen: trades at
 * the end of each batch, the best prices too, depth every 100 ms or second, tickers and candles
 * every second. Each message is encoded once per form and queued by reference.
 *
 * Slow readers: a listener whose queue is longer than slow_size is behind. Of what only the newest
 * counts (best prices, partial depth, tickers, candles) he gets the newest when his line is free; of
 * depth changes he gets all he missed as one, with no gap in the update ids. Trades are never
 * left out: who cannot take them is closed by the server with 1008.
 */
#ifndef GATEWAY_MARKET_STREAMS_H
#define GATEWAY_MARKET_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/stream_table.h"
#include "platform/clock.h"
#include "platform/event_loop.h"
#include "tarazy/engine.h"
#include "views/views.h"

struct market_streams;

struct market_streams_options {
    struct server *server;
    struct event_loop *loop;
    struct views *views; /* fed with each command before market_streams_on_command() */
    struct hash_seed seed;
    uint32_t instruments_max;
    uint32_t seats_max;   /* of all listeners together */
    uint32_t seats_each;  /* streams of one connection */
    uint32_t changes_max; /* depth changes between two flushes, of all instruments together */
    uint32_t backlog_max; /* depth changes kept for slow readers, per instrument and speed */
    size_t slow_size;     /* bytes queued for a connection above which it is behind */
};

/* 1,000,000 seats, 1,024 each; 65,536 changes, 8,192 for slow readers; 256 KiB. */
void market_streams_defaults(struct market_streams_options *options);

/* Starts its timers in the loop. The pointers of the options must outlive it. Returns 0 or a
 * negative errno. */
int market_streams_create(struct market_streams **streams,
                          const struct market_streams_options *options);

/* Every listener must have left. NULL is allowed. */
void market_streams_destroy(struct market_streams *streams);

/* One command with its events, as a follower tells them. Every command from the first on. */
void market_streams_on_command(struct market_streams *streams, const struct engine *engine,
                               const struct command_header *command, const uint8_t *events,
                               size_t size);

/* The end of a batch: tells what is told at once. */
void market_streams_on_batch(struct market_streams *streams, const struct engine *engine);

enum market_streams_result {
    MARKET_STREAMS_RESULT_OK = 1, /* also when he listens to it already */
    MARKET_STREAMS_RESULT_NOT_A_STREAM,
    MARKET_STREAMS_RESULT_NAME_INVALID,
    MARKET_STREAMS_RESULT_SYMBOL_UNKNOWN,
    MARKET_STREAMS_RESULT_TOO_MANY, /* seats_each */
    MARKET_STREAMS_RESULT_FULL,     /* seats_max */
};

/* Would join take this name? Says nothing about room. */
enum market_streams_result market_streams_check(const struct market_streams *streams,
                                                const struct engine *engine, struct slice name);

enum market_streams_result market_streams_join(struct market_streams *streams,
                                               const struct engine *engine,
                                               struct stream_listener *listener, struct slice name);

/* False: he did not listen to it. */
bool market_streams_leave(struct market_streams *streams, struct stream_listener *listener,
                          struct slice name);
void market_streams_leave_all(struct market_streams *streams, struct stream_listener *listener);

void market_streams_set_form(struct market_streams *streams, struct stream_listener *listener,
                             enum stream_form form);

/* Since the start, for /metrics. */
struct market_streams_statistics {
    uint64_t messages;  /* encoded, each form once */
    uint64_t frames;    /* queued, all listeners together */
    uint64_t conflated; /* not queued because somebody was behind */
    uint64_t caught_up;
    uint64_t lost;  /* closed: fell further behind than the backlog reaches */
    uint32_t seats; /* now */
    uint32_t streams;
    uint32_t behind;
};
struct market_streams_statistics market_streams_statistics(const struct market_streams *streams);

#endif
