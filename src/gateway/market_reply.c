/* SPDX-License-Identifier: Apache-2.0
 *
 * Market data as clients read it.
 *
 * Why a file of its own: the same shapes are asked for through two doors. Invariant: prices have the
 * decimals of the quote asset, quantities those of the base asset, exact. Read next: rest_market.c.
 */
#include "gateway/market_reply.h"

#include "base/ensure.h"
#include "gateway/venue.h"
#include "money/arithmetic.h"

static void write_levels(struct json_writer *json, const struct level_view *levels, size_t count,
                         const struct instrument_scale *scale)
{
    json_write_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        json_write_array_begin(json);
        reply_price(json, levels[i].price, scale);
        reply_quantity(json, levels[i].quantity, scale);
        json_write_array_end(json);
    }
    json_write_array_end(json);
}

void reply_depth_members(struct json_writer *json, const struct engine *engine, uint16_t instrument,
                         uint32_t limit)
{
    static struct level_view levels[MARKET_DEPTH_MAX]; /* one thread, one answer at a time */
    struct instrument_scale scale = instrument_scale_of(engine, instrument);

    ENSURE(limit <= MARKET_DEPTH_MAX);
    json_write_key(json, "bids");
    size_t count = tarazy_query_depth(engine, instrument, SIDE_BUY, levels, limit);
    write_levels(json, levels, count, &scale);
    json_write_key(json, "asks");
    count = tarazy_query_depth(engine, instrument, SIDE_SELL, levels, limit);
    write_levels(json, levels, count, &scale);
}

void reply_best_members(struct json_writer *json, const struct engine *engine, uint16_t instrument,
                        const struct instrument_scale *scale)
{
    struct level_view bid = {0};
    struct level_view ask = {0};

    (void)tarazy_query_depth(engine, instrument, SIDE_BUY, &bid, 1);
    (void)tarazy_query_depth(engine, instrument, SIDE_SELL, &ask, 1);
    reply_key_price(json, "bidPrice", bid.price, scale);
    reply_key_quantity(json, "bidQty", bid.quantity, scale);
    reply_key_price(json, "askPrice", ask.price, scale);
    reply_key_quantity(json, "askQty", ask.quantity, scale);
}

void reply_trade(struct answer *answer, const struct trade_record *trade,
                 const struct instrument_scale *scale)
{
    struct json_writer *json = &answer->json;

    json_write_object_begin(json);
    json_write_key_uint64(json, "id", trade->trade);
    reply_key_price(json, "price", trade->price, scale);
    reply_key_quantity(json, "qty", trade->quantity, scale);
    reply_key_amount(json, "quoteQty", trade->quote, scale->quote);
    answer_key_time(answer, "time", trade->time_us);
    json_write_key_bool(json, "isBuyerMaker", trade->taker_side == SIDE_SELL);
    json_write_key_bool(json, "isBestMatch", true);
    json_write_object_end(json);
}

void reply_aggregate(struct answer *answer, const struct aggregate_record *aggregate,
                     const struct instrument_scale *scale)
{
    struct json_writer *json = &answer->json;

    json_write_object_begin(json);
    json_write_key_uint64(json, "a", aggregate->aggregate);
    reply_key_price(json, "p", aggregate->price, scale);
    reply_key_quantity(json, "q", aggregate->quantity, scale);
    json_write_key_uint64(json, "f", aggregate->first);
    json_write_key_uint64(json, "l", aggregate->last);
    answer_key_time(answer, "T", aggregate->time_us);
    json_write_key_bool(json, "m", aggregate->taker_side == SIDE_SELL);
    json_write_key_bool(json, "M", true);
    json_write_object_end(json);
}

static void write_time(struct answer *answer, int64_t time_us)
{
    json_write_int64(&answer->json, answer->to.wants_microseconds ? time_us : time_us / 1000);
}

void reply_candle(struct answer *answer, const struct candle *candle, int64_t close_us,
                  const struct instrument_scale *scale)
{
    struct json_writer *json = &answer->json;

    json_write_array_begin(json);
    write_time(answer, candle->open_us);
    reply_price(json, candle->open, scale);
    reply_price(json, candle->high, scale);
    reply_price(json, candle->low, scale);
    reply_price(json, candle->close, scale);
    reply_amount(json, candle->base, scale->base);
    write_time(answer, close_us);
    reply_amount(json, candle->quote, scale->quote);
    json_write_uint64(json, candle->trades);
    reply_amount(json, candle->taker_base, scale->base);
    reply_amount(json, candle->taker_quote, scale->quote);
    json_write_text(json, "0"); /* of no meaning, of old */
    json_write_array_end(json);
}

/* −1: nothing traded. */
static void write_trade_id(struct json_writer *json, const char *name, uint64_t trade)
{
    if (trade == 0) {
        json_write_key_int64(json, name, -1);
    } else {
        json_write_key_uint64(json, name, trade);
    }
}

static void write_change(struct json_writer *json, const struct ticker *ticker,
                         const struct instrument_scale *scale)
{
    reply_key_price(json, "priceChange", ticker->change, scale);
    json_write_key_decimal(json, "priceChangePercent", ticker->change_percent, 3);
    reply_key_price(json, "weightedAvgPrice", ticker->average, scale);
}

static struct quantity last_quantity(const struct answer *answer, uint16_t instrument)
{
    const struct trade_history *trades = answer->venue->views.trades;
    uint64_t last = trade_history_trades(trades, instrument).last;

    if (last == 0) {
        return (struct quantity){0};
    }
    return trade_history_trade(trades, instrument, last)->quantity;
}

void reply_ticker(struct answer *answer, uint16_t instrument, const struct ticker *ticker,
                  enum ticker_style style)
{
    struct json_writer *json = &answer->json;
    const struct engine *engine = answer->venue->engine;
    struct instrument_scale scale = instrument_scale_of(engine, instrument);
    struct instrument_view view;

    (void)tarazy_query_instrument(engine, instrument, &view);
    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", scale.symbol);
    if (style != TICKER_STYLE_MINI) {
        write_change(json, ticker, &scale);
    }
    if (style == TICKER_STYLE_DAY) {
        reply_key_price(json, "prevClosePrice", ticker->previous, &scale);
        reply_key_quantity(json, "lastQty", last_quantity(answer, instrument), &scale);
        reply_best_members(json, engine, instrument, &scale);
    }
    reply_key_price(json, "openPrice", ticker->sum.open, &scale);
    reply_key_price(json, "highPrice", ticker->sum.high, &scale);
    reply_key_price(json, "lowPrice", ticker->sum.low, &scale);
    reply_key_price(json, "lastPrice", view.last, &scale);
    reply_key_amount(json, "volume", ticker->sum.base, scale.base);
    reply_key_amount(json, "quoteVolume", ticker->sum.quote, scale.quote);
    answer_key_time(answer, "openTime", ticker->open_us);
    answer_key_time(answer, "closeTime", ticker->close_us);
    write_trade_id(json, "firstId", ticker->sum.first_trade);
    write_trade_id(json, "lastId", ticker->sum.last_trade);
    json_write_key_uint64(json, "count", ticker->sum.trades);
    json_write_object_end(json);
}
