/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the market streams, shared by market_streams.c (events in), stream_news.c (what to
 * say), stream_delivery.c (to whom, and who is behind) and nobody else.
 */
#ifndef GATEWAY_MARKET_STREAMS_STATE_H
#define GATEWAY_MARKET_STREAMS_STATE_H

#include "gateway/diff_backlog.h"
#include "gateway/market_streams.h"
#include "gateway/stream_message.h"

/* Depth changes are flushed at two speeds. */
enum stream_speed { STREAM_SPEED_FAST = 1, STREAM_SPEED_SLOW = 2 };
#define STREAM_SPEED_COUNT 2u

enum { STREAM_FAST_MS = 100, STREAM_SLOW_MS = 1000, STREAM_AVERAGE_MINUTES = 5 };

/* What is remembered of one instrument. */
struct market {
    bool has_new_book;                   /* since the last batch's end */
    bool has_moved_fast;                 /* the book, since the last fast tick */
    bool has_moved_slow;                 /* book or trades, since the last slow tick */
    bool has_traded_slow;                /* since the last slow tick */
    uint32_t behind[STREAM_SPEED_COUNT]; /* slow readers of depth changes, by speed − 1 */
    struct diff_backlog *backlogs[STREAM_SPEED_COUNT];
    struct level_view best_bid; /* told last */
    struct level_view best_ask;
};

struct market_streams {
    struct market_streams_options options;
    const struct clock_source *clock;
    const struct engine *engine; /* as last handed over; NULL: nothing happened yet */
    struct stream_table *table;
    struct market *markets;                       /* 1 … instruments_max */
    struct depth_feed *feeds[STREAM_SPEED_COUNT]; /* by speed − 1 */
    void *feed_block;
    struct event_timer fast;
    struct event_timer slow;
    struct stream **pending; /* streams whose bundles hold something */
    uint32_t pending_count;
    uint32_t pending_capacity;
    uint16_t *fresh; /* instruments with has_new_book */
    uint16_t fresh_count;
    struct depth_change *changes; /* of one window, or merged; room for changes_max + backlog_max */
    char *text;                   /* room for the message being written */
    size_t text_capacity;
    struct market_streams_statistics statistics;
};

static inline struct market *market_streams_market(struct market_streams *streams,
                                                   uint16_t instrument)
{
    return &streams->markets[instrument];
}

static inline enum stream_speed stream_speed_of(const struct stream *stream)
{
    return stream->spec.period_ms == STREAM_FAST_MS ? STREAM_SPEED_FAST : STREAM_SPEED_SLOW;
}

/* ---- stream_news.c: what to say ---- */

/* Room for a message of `size` bytes; starts it. */
struct json_writer stream_text_begin(struct market_streams *streams, size_t size);

/* Bytes that a message about so many levels or instruments can have at the most. */
size_t stream_text_size(size_t levels, size_t instruments);

/* The newest state of what the stream shows, for streams of which only that counts. False: there
 * is nothing to show yet. The text lies in streams->text. */
bool stream_news_newest(struct market_streams *streams, const struct stream *stream, bool is_micro,
                        struct slice *text);

/* Everything an instrument's or all instruments' streams say at the fast and the slow tick, and at
 * the end of a batch; put into their bundles. */
void stream_news_fast(struct market_streams *streams);
void stream_news_slow(struct market_streams *streams);
void stream_news_best(struct market_streams *streams, uint16_t instrument);

/* The trades of one command on an instrument. */
void stream_news_trades(struct market_streams *streams, uint16_t instrument, uint64_t number);

/* ---- stream_delivery.c: to whom ---- */

/* Puts a message into the bundles of those forms of a time unit that have listeners. */
void stream_delivery_add(struct market_streams *streams, struct stream *stream, bool is_micro,
                         struct slice text);

/* Is there a listener whose form has this time unit? */
bool stream_delivery_is_wanted(const struct stream *stream, bool is_micro);

/* Queues all bundles for their listeners. */
void stream_delivery_flush(struct market_streams *streams);

/* Sends the depth changes of one instrument since the last flush, and begins the next window. */
void stream_delivery_depth(struct market_streams *streams, enum stream_speed speed,
                           uint16_t instrument);

/* Looks after those who are behind. */
void stream_delivery_catch_up(struct market_streams *streams);

/* Marks a seat as behind, from update `first` on where depth changes are concerned. */
void stream_delivery_fall_behind(struct market_streams *streams, struct stream_seat *seat,
                                 uint64_t first);
void stream_delivery_forget(struct market_streams *streams, struct stream_seat *seat);

#endif
