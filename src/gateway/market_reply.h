/* SPDX-License-Identifier: Apache-2.0
 *
 * Trades, candles, tickers and depth as the venue contract writes them: REST and WebSocket API alike.
 */
#ifndef GATEWAY_MARKET_REPLY_H
#define GATEWAY_MARKET_REPLY_H

#include "gateway/answer.h"
#include "gateway/order_reply.h"
#include "views/candles.h"
#include "views/tickers.h"
#include "views/trade_history.h"

enum { MARKET_DEPTH_MAX = 5000 };

/* "bids": [["price","quantity"],…], "asks": […]: two members of an open object. */
void reply_depth_members(struct json_writer *json, const struct engine *engine, uint16_t instrument,
                         uint32_t limit);

/* The best price of each side with its quantity, as four members; zeros where there is none. */
void reply_best_members(struct json_writer *json, const struct engine *engine, uint16_t instrument,
                        const struct instrument_scale *scale);

void reply_trade(struct answer *answer, const struct trade_record *trade,
                 const struct instrument_scale *scale);
void reply_aggregate(struct answer *answer, const struct aggregate_record *aggregate,
                     const struct instrument_scale *scale);

/* [openTime,"o","h","l","c","v",closeTime,…]; close_us: its last microsecond. */
void reply_candle(struct answer *answer, const struct candle *candle, int64_t close_us,
                  const struct instrument_scale *scale);

enum ticker_style {
    TICKER_STYLE_DAY = 1, /* ticker/24hr: with best prices and last quantity */
    TICKER_STYLE_FULL,
    TICKER_STYLE_MINI,
};
void reply_ticker(struct answer *answer, uint16_t instrument, const struct ticker *ticker,
                  enum ticker_style style);

#endif
