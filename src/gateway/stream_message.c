/* SPDX-License-Identifier: Apache-2.0
 *
 * Market data as JSON.
 *
 * Why a file of its own: the letters are a contract with clients that nobody of us wrote; they stand
 * here once and are compared with committed texts. Nothing is decided here.
 * Read next: market_streams.c, which decides when to say what.
 */
#include "gateway/stream_message.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "gateway/wire_names.h"
#include "money/arithmetic.h"

static int64_t in_unit(const struct stream_scene *scene, int64_t time_us)
{
    return scene->is_micro ? time_us : time_us / 1000;
}

static void write_time(struct json_writer *json, const struct stream_scene *scene, const char *key,
                       int64_t time_us)
{
    json_write_key_int64(json, key, in_unit(scene, time_us));
}

static void write_symbol(struct json_writer *json, const struct stream_scene *scene)
{
    const struct symbol *symbol = &scene->instrument->terms.symbol;

    json_write_key_string(json, "s",
                          slice_of(symbol->text, text_length(symbol->text, sizeof symbol->text)));
}

/* {"e":"trade","E":1700000000000,"s":"BTCUSDT" */
static void begin(struct json_writer *json, const struct stream_scene *scene, const char *event)
{
    json_write_object_begin(json);
    json_write_key_text(json, "e", event);
    write_time(json, scene, "E", scene->now_us);
    write_symbol(json, scene);
}

static void write_price(struct json_writer *json, const struct stream_scene *scene, const char *key,
                        struct price price)
{
    json_write_key_decimal(json, key, price_units(price), scene->instrument->quote_scale);
}

static void write_quantity(struct json_writer *json, const struct stream_scene *scene,
                           const char *key, struct quantity quantity)
{
    json_write_key_decimal(json, key, quantity_units(quantity), scene->instrument->base_scale);
}

static void write_base(struct json_writer *json, const struct stream_scene *scene, const char *key,
                       struct amount amount)
{
    json_write_key_decimal(json, key, amount_units(amount), scene->instrument->base_scale);
}

static void write_quote(struct json_writer *json, const struct stream_scene *scene, const char *key,
                        struct amount amount)
{
    json_write_key_decimal(json, key, amount_units(amount), scene->instrument->quote_scale);
}

void stream_message_trade(struct json_writer *json, const struct stream_scene *scene,
                          const struct trade_record *trade)
{
    begin(json, scene, "trade");
    json_write_key_uint64(json, "t", trade->trade);
    write_price(json, scene, "p", trade->price);
    write_quantity(json, scene, "q", trade->quantity);
    write_time(json, scene, "T", trade->time_us);
    json_write_key_bool(json, "m", trade->taker_side == SIDE_SELL);
    json_write_key_bool(json, "M", true);
    json_write_object_end(json);
}

void stream_message_aggregate(struct json_writer *json, const struct stream_scene *scene,
                              const struct aggregate_record *aggregate)
{
    begin(json, scene, "aggTrade");
    json_write_key_uint64(json, "a", aggregate->aggregate);
    write_price(json, scene, "p", aggregate->price);
    write_quantity(json, scene, "q", aggregate->quantity);
    json_write_key_uint64(json, "f", aggregate->first);
    json_write_key_uint64(json, "l", aggregate->last);
    write_time(json, scene, "T", aggregate->time_us);
    json_write_key_bool(json, "m", aggregate->taker_side == SIDE_SELL);
    json_write_key_bool(json, "M", true);
    json_write_object_end(json);
}

/* ["30000.00","0.50"] */
static void write_level(struct json_writer *json, const struct stream_scene *scene,
                        struct price price, struct quantity quantity)
{
    json_write_array_begin(json);
    json_write_decimal(json, price_units(price), scene->instrument->quote_scale);
    json_write_decimal(json, quantity_units(quantity), scene->instrument->base_scale);
    json_write_array_end(json);
}

static void write_changes(struct json_writer *json, const struct stream_scene *scene,
                          const struct depth_change *changes, uint32_t count, enum side side)
{
    json_write_key(json, side == SIDE_BUY ? "b" : "a");
    json_write_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        if (changes[i].side == side) {
            write_level(json, scene, changes[i].price, changes[i].quantity);
        }
    }
    json_write_array_end(json);
}

void stream_message_depth(struct json_writer *json, const struct stream_scene *scene,
                          const struct depth_window *window, const struct depth_change *changes)
{
    begin(json, scene, "depthUpdate");
    json_write_key_uint64(json, "U", window->first);
    json_write_key_uint64(json, "u", window->last);
    write_changes(json, scene, changes, window->changes, SIDE_BUY);
    write_changes(json, scene, changes, window->changes, SIDE_SELL);
    json_write_object_end(json);
}

static void write_levels(struct json_writer *json, const struct stream_scene *scene,
                         const char *key, const struct level_view *levels, size_t count)
{
    json_write_key(json, key);
    json_write_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        write_level(json, scene, levels[i].price, levels[i].quantity);
    }
    json_write_array_end(json);
}

void stream_message_partial_depth(struct json_writer *json, const struct stream_scene *scene,
                                  const struct stream_levels *levels)
{
    json_write_object_begin(json);
    json_write_key_uint64(json, "lastUpdateId", scene->instrument->updates);
    write_levels(json, scene, "bids", levels->bids, levels->bid_count);
    write_levels(json, scene, "asks", levels->asks, levels->ask_count);
    json_write_object_end(json);
}

/* The best level of one side, by the two keys; zeros when the side is empty. */
static void write_best(struct json_writer *json, const struct stream_scene *scene,
                       const char *const keys[2], const struct level_view *levels, size_t count)
{
    struct level_view best = {.orders = 0};

    if (count > 0) {
        best = levels[0];
    }
    write_price(json, scene, keys[0], best.price);
    write_quantity(json, scene, keys[1], best.quantity);
}

static void write_both_best(struct json_writer *json, const struct stream_scene *scene,
                            const struct stream_levels *best)
{
    static const char *const bid[2] = {"b", "B"};
    static const char *const ask[2] = {"a", "A"};

    write_best(json, scene, bid, best->bids, best->bid_count);
    write_best(json, scene, ask, best->asks, best->ask_count);
}

void stream_message_book_ticker(struct json_writer *json, const struct stream_scene *scene,
                                const struct stream_levels *best)
{
    json_write_object_begin(json);
    json_write_key_uint64(json, "u", scene->instrument->updates);
    write_symbol(json, scene);
    write_both_best(json, scene, best);
    json_write_object_end(json);
}

/* Number of the first or last trade; −1 when nothing traded. */
static int64_t trade_or_none(uint64_t trade)
{
    return trade == 0 ? -1 : (int64_t)trade;
}

static void write_candle(struct json_writer *json, const struct stream_scene *scene,
                         const struct stream_candle *shown)
{
    const struct candle *candle = shown->candle;

    write_time(json, scene, "t", candle->open_us);
    write_time(json, scene, "T", shown->close_us);
    write_symbol(json, scene);
    json_write_key_text(json, "i", wire_interval(shown->interval));
    json_write_key_int64(json, "f", trade_or_none(candle->first_trade));
    json_write_key_int64(json, "L", trade_or_none(candle->last_trade));
    write_price(json, scene, "o", candle->open);
    write_price(json, scene, "c", candle->close);
    write_price(json, scene, "h", candle->high);
    write_price(json, scene, "l", candle->low);
    write_base(json, scene, "v", candle->base);
    json_write_key_uint64(json, "n", candle->trades);
    json_write_key_bool(json, "x", shown->is_closed);
    write_quote(json, scene, "q", candle->quote);
    write_base(json, scene, "V", candle->taker_base);
    write_quote(json, scene, "Q", candle->taker_quote);
    json_write_key_text(json, "B", "0");
}

void stream_message_candle(struct json_writer *json, const struct stream_scene *scene,
                           const struct stream_candle *candle)
{
    begin(json, scene, "kline");
    json_write_key(json, "k");
    json_write_object_begin(json);
    write_candle(json, scene, candle);
    json_write_object_end(json);
    json_write_object_end(json);
}

/* Signed; "-0.00004000" and, for a change in thousandths of a percent, "-0.209". */
static void write_change(struct json_writer *json, const struct stream_scene *scene,
                         const struct ticker *ticker)
{
    write_price(json, scene, "p", ticker->change);
    json_write_key_decimal(json, "P", ticker->change_percent, 3);
}

static void write_volumes(struct json_writer *json, const struct stream_scene *scene,
                          const struct ticker *ticker)
{
    write_base(json, scene, "v", ticker->sum.base);
    write_quote(json, scene, "q", ticker->sum.quote);
}

static void write_span(struct json_writer *json, const struct stream_scene *scene,
                       const struct ticker *ticker)
{
    write_time(json, scene, "O", ticker->open_us);
    write_time(json, scene, "C", ticker->close_us);
    json_write_key_int64(json, "F", trade_or_none(ticker->sum.first_trade));
    json_write_key_int64(json, "L", trade_or_none(ticker->sum.last_trade));
    json_write_key_uint64(json, "n", ticker->sum.trades);
}

void stream_message_ticker(struct json_writer *json, const struct stream_scene *scene,
                           const struct stream_ticker *shown)
{
    const struct ticker *ticker = shown->ticker;

    begin(json, scene, "24hrTicker");
    write_change(json, scene, ticker);
    write_price(json, scene, "w", ticker->average);
    write_price(json, scene, "x", ticker->previous);
    write_price(json, scene, "c", ticker->close);
    write_quantity(json, scene, "Q", shown->last_quantity);
    write_both_best(json, scene, shown->best);
    write_price(json, scene, "o", ticker->sum.open);
    write_price(json, scene, "h", ticker->sum.high);
    write_price(json, scene, "l", ticker->sum.low);
    write_volumes(json, scene, ticker);
    write_span(json, scene, ticker);
    json_write_object_end(json);
}

void stream_message_mini_ticker(struct json_writer *json, const struct stream_scene *scene,
                                const struct ticker *ticker)
{
    begin(json, scene, "24hrMiniTicker");
    write_price(json, scene, "c", ticker->close);
    write_price(json, scene, "o", ticker->sum.open);
    write_price(json, scene, "h", ticker->sum.high);
    write_price(json, scene, "l", ticker->sum.low);
    write_volumes(json, scene, ticker);
    json_write_object_end(json);
}

static const char *window_event(enum stream_window window)
{
    switch (window) {
    case STREAM_WINDOW_1H: return "1hTicker";
    case STREAM_WINDOW_4H: return "4hTicker";
    case STREAM_WINDOW_1D: return "1dTicker";
    }
    return "";
}

void stream_message_window_ticker(struct json_writer *json, const struct stream_scene *scene,
                                  const struct ticker *ticker, enum stream_window window)
{
    begin(json, scene, window_event(window));
    write_change(json, scene, ticker);
    write_price(json, scene, "o", ticker->sum.open);
    write_price(json, scene, "h", ticker->sum.high);
    write_price(json, scene, "l", ticker->sum.low);
    write_price(json, scene, "c", ticker->close);
    write_price(json, scene, "w", ticker->average);
    write_volumes(json, scene, ticker);
    write_span(json, scene, ticker);
    json_write_object_end(json);
}

void stream_message_average_price(struct json_writer *json, const struct stream_scene *scene,
                                  const struct stream_average *average)
{
    char interval[16];

    (void)snprintf(interval, sizeof interval, "%" PRIu32 "m", average->minutes);
    begin(json, scene, "avgPrice");
    json_write_key_text(json, "i", interval);
    write_price(json, scene, "w", average->price);
    write_time(json, scene, "T", average->traded_us);
    json_write_object_end(json);
}
