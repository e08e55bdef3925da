/* SPDX-License-Identifier: Apache-2.0
 *
 * What market streams say: one function per kind of message, each writes one JSON value. Prices and
 * quantities are decimals as text, times milliseconds or, where the client asked for it,
 * microseconds. The letters are the venue contract's.
 */
#ifndef GATEWAY_STREAM_MESSAGE_H
#define GATEWAY_STREAM_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/json_writer.h"
#include "gateway/stream_name.h"
#include "tarazy/query.h"
#include "views/candles.h"
#include "views/depth_feed.h"
#include "views/tickers.h"
#include "views/trade_history.h"

/* What every message has: whose market, when it is told and in which unit. */
struct stream_scene {
    const struct instrument_view *instrument;
    int64_t now_us;
    bool is_micro;
};

void stream_message_trade(struct json_writer *json, const struct stream_scene *scene,
                          const struct trade_record *trade);

void stream_message_aggregate(struct json_writer *json, const struct stream_scene *scene,
                              const struct aggregate_record *aggregate);

/* changes[]: bids and asks mixed; each list keeps their order. first and last: update ids. */
void stream_message_depth(struct json_writer *json, const struct stream_scene *scene,
                          const struct depth_window *window, const struct depth_change *changes);

struct stream_levels {
    const struct level_view *bids;
    const struct level_view *asks;
    size_t bid_count;
    size_t ask_count;
};

/* The best levels with the number of the book's last update. */
void stream_message_partial_depth(struct json_writer *json, const struct stream_scene *scene,
                                  const struct stream_levels *levels);

/* The best of both sides; an empty side shows zeros. */
void stream_message_book_ticker(struct json_writer *json, const struct stream_scene *scene,
                                const struct stream_levels *best);

/* close_us: the interval's last microsecond. */
struct stream_candle {
    const struct candle *candle;
    enum candle_interval interval;
    int64_t close_us;
    bool is_closed;
};
void stream_message_candle(struct json_writer *json, const struct stream_scene *scene,
                           const struct stream_candle *candle);

/* last_quantity: of the last trade at all. */
struct stream_ticker {
    const struct ticker *ticker;
    const struct stream_levels *best;
    struct quantity last_quantity;
};
void stream_message_ticker(struct json_writer *json, const struct stream_scene *scene,
                           const struct stream_ticker *shown);

void stream_message_mini_ticker(struct json_writer *json, const struct stream_scene *scene,
                                const struct ticker *ticker);

void stream_message_window_ticker(struct json_writer *json, const struct stream_scene *scene,
                                  const struct ticker *ticker, enum stream_window window);

struct stream_average {
    struct price price;
    uint32_t minutes;
    int64_t traded_us; /* the last trade */
};
void stream_message_average_price(struct json_writer *json, const struct stream_scene *scene,
                                  const struct stream_average *average);

#endif
