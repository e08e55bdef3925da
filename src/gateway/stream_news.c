/* SPDX-License-Identifier: Apache-2.0
 *
 * What the market streams say, and when: at the end of a batch (trades, best prices), at the fast
 * tick (partial depth), at the slow tick (partial depth, tickers, candles, average prices).
 *
 * Why a file of its own: the views know the numbers and stream_message.c the letters; here it is
 * decided that there is something to tell. A market that never traded has no ticker, no candle and
 * no average price: its streams are silent.
 * Invariant: a message is written once per time unit, and only if somebody listens in that unit.
 * Read next: stream_delivery.c.
 */
#include <stdlib.h>

#include "base/ensure.h"
#include "gateway/market_streams_state.h"
#include "money/arithmetic.h"

enum { MESSAGE_SIZE = 1024, LEVEL_SIZE = 64, LEVELS_MAX = 20, CANDLES_CLOSED_MAX = 5 };

/* An interval is over when the market's own clock says so, or, when nothing happens, this much
 * after the wall's: a command of its last moment may still be on its way. */
#define CANDLE_GRACE_US INT64_C(500000)

struct json_writer stream_text_begin(struct market_streams *streams, size_t size)
{
    struct json_writer json;

    if (size > streams->text_capacity) {
        char *larger = realloc(streams->text, size);

        ENSURE(larger != NULL);
        streams->text = larger;
        streams->text_capacity = size;
    }
    json_writer_begin(&json, streams->text, streams->text_capacity);
    return json;
}

size_t stream_text_size(size_t levels, size_t instruments)
{
    return MESSAGE_SIZE * (instruments + 1) + LEVEL_SIZE * levels;
}

/* ------------------------------------------------------------------ one instrument's state */

struct stream_picture {
    struct instrument_view instrument;
    struct level_view bids[LEVELS_MAX];
    struct level_view asks[LEVELS_MAX];
    struct stream_levels levels;
};

static void look(struct market_streams *streams, uint16_t instrument, size_t levels,
                 struct stream_picture *picture)
{
    bool is_listed = tarazy_query_instrument(streams->engine, instrument, &picture->instrument);

    ENSURE(is_listed && levels <= LEVELS_MAX);
    picture->levels = (struct stream_levels){.bids = picture->bids, .asks = picture->asks};
    if (levels > 0) {
        picture->levels.bid_count =
            tarazy_query_depth(streams->engine, instrument, SIDE_BUY, picture->bids, levels);
        picture->levels.ask_count =
            tarazy_query_depth(streams->engine, instrument, SIDE_SELL, picture->asks, levels);
    }
}

static struct stream_scene scene_of(const struct market_streams *streams,
                                    const struct stream_picture *picture, bool is_micro)
{
    return (struct stream_scene){
        .instrument = &picture->instrument,
        .now_us = clock_wall_us(streams->clock),
        .is_micro = is_micro,
    };
}

static struct quantity last_quantity(const struct market_streams *streams, uint16_t instrument)
{
    const struct trade_history *trades = streams->options.views->trades;
    struct id_range range = trade_history_trades(trades, instrument);

    return range.last == 0 ? quantity_zero()
                           : trade_history_trade(trades, instrument, range.last)->quantity;
}

/* ------------------------------------------------------------------ tickers */

static void write_ticker(struct market_streams *streams, struct json_writer *json,
                         const struct stream_spec *spec, uint16_t instrument, bool is_micro)
{
    struct stream_picture picture;
    struct ticker ticker;

    look(streams, instrument, 1, &picture);
    struct stream_scene scene = scene_of(streams, &picture, is_micro);
    const struct ticker_query query = {
        .instrument = instrument,
        .base_scale = picture.instrument.base_scale,
        .now_us = scene.now_us,
        .window_us = spec->window != 0 ? stream_window_length(spec->window) : CALENDAR_DAY_US,
    };

    tickers_window(streams->options.views->tickers, streams->options.views->candles, &query,
                   &ticker);
    if (spec->window != 0) {
        stream_message_window_ticker(json, &scene, &ticker, spec->window);
    } else if (spec->kind == STREAM_KIND_MINI_TICKER ||
               spec->kind == STREAM_KIND_ALL_MINI_TICKERS) {
        stream_message_mini_ticker(json, &scene, &ticker);
    } else {
        const struct stream_ticker shown = {&ticker, &picture.levels,
                                            last_quantity(streams, instrument)};
        stream_message_ticker(json, &scene, &shown);
    }
}

static bool has_traded(const struct market_streams *streams, uint16_t instrument)
{
    return trade_history_trades(streams->options.views->trades, instrument).last != 0;
}

/* All tickers in one list: of every instrument that ever traded, or only of those that changed.
 * False: there are none. */
static bool write_all_tickers(struct market_streams *streams, const struct stream_spec *spec,
                              bool is_changed_only, bool is_micro, struct slice *text)
{
    struct node_view node;
    uint32_t count = 0;

    tarazy_query_node(streams->engine, &node);
    struct json_writer json = stream_text_begin(streams, stream_text_size(0, node.instruments));

    json_write_array_begin(&json);
    for (uint16_t i = 1; i <= node.instruments; i++) {
        const struct market *market = market_streams_market(streams, i);

        if (has_traded(streams, i) && (!is_changed_only || market->has_moved_slow)) {
            write_ticker(streams, &json, spec, i, is_micro);
            count++;
        }
    }
    json_write_array_end(&json);
    *text = json_writer_text(&json);
    return count > 0;
}

/* ------------------------------------------------------------------ books */

static void write_best(struct market_streams *streams, struct json_writer *json,
                       uint16_t instrument, bool is_micro)
{
    struct stream_picture picture;

    look(streams, instrument, 1, &picture);
    struct stream_scene scene = scene_of(streams, &picture, is_micro);

    stream_message_book_ticker(json, &scene, &picture.levels);
}

static void write_partial(struct market_streams *streams, struct json_writer *json,
                          const struct stream *stream, bool is_micro)
{
    struct stream_picture picture;

    look(streams, stream->instrument, stream->spec.levels, &picture);
    struct stream_scene scene = scene_of(streams, &picture, is_micro);

    stream_message_partial_depth(json, &scene, &picture.levels);
}

/* ------------------------------------------------------------------ candles, average */

static void write_candle(struct market_streams *streams, struct json_writer *json,
                         const struct stream *stream, int64_t open_us, bool is_closed,
                         bool is_micro)
{
    const struct stream_spec *spec = &stream->spec;
    const struct candle_query query = {
        .instrument = stream->instrument,
        .interval = spec->interval,
        .zone_minutes = spec->zone_minutes,
        .from_us = open_us,
        .to_us = open_us,
    };
    struct stream_picture picture;
    struct candle candle;

    if (candles_read(streams->options.views->candles, &query, &candle, 1) == 0) {
        return;
    }
    look(streams, stream->instrument, 0, &picture);
    struct stream_scene scene = scene_of(streams, &picture, is_micro);
    const struct stream_candle shown = {
        .candle = &candle,
        .interval = spec->interval,
        .close_us = calendar_step(spec->interval, open_us, spec->zone_minutes, 1) - 1,
        .is_closed = is_closed,
    };

    stream_message_candle(json, &scene, &shown);
}

static int64_t market_time(const struct market_streams *streams)
{
    int64_t engine_us = tarazy_engine_time(streams->engine);
    int64_t wall_us = clock_wall_us(streams->clock) - CANDLE_GRACE_US;

    return engine_us > wall_us ? engine_us : wall_us;
}

static int64_t open_of(const struct market_streams *streams, const struct stream *stream)
{
    return calendar_open(stream->spec.interval, market_time(streams), stream->spec.zone_minutes);
}

static void write_average(struct market_streams *streams, struct json_writer *json,
                          uint16_t instrument, bool is_micro)
{
    const struct trade_history *trades = streams->options.views->trades;
    struct stream_picture picture;
    struct id_range range = trade_history_trades(trades, instrument);

    look(streams, instrument, 0, &picture);
    struct stream_scene scene = scene_of(streams, &picture, is_micro);
    const struct ticker_query query = {
        .instrument = instrument,
        .base_scale = picture.instrument.base_scale,
        .now_us = scene.now_us,
        .window_us = STREAM_AVERAGE_MINUTES * CALENDAR_MINUTE_US,
    };
    const struct stream_average average = {
        .price = tickers_average(streams->options.views->candles, &query, STREAM_AVERAGE_MINUTES),
        .minutes = STREAM_AVERAGE_MINUTES,
        .traded_us = trade_history_trade(trades, instrument, range.last)->time_us,
    };

    stream_message_average_price(json, &scene, &average);
}

/* ------------------------------------------------------------------ the newest */

/* Streams about one instrument. Nothing is written when there is nothing to show. */
static void write_newest(struct market_streams *streams, struct json_writer *json,
                         const struct stream *stream, bool is_micro)
{
    switch (stream->spec.kind) {
    case STREAM_KIND_PARTIAL_DEPTH: write_partial(streams, json, stream, is_micro); break;
    case STREAM_KIND_BOOK_TICKER: write_best(streams, json, stream->instrument, is_micro); break;
    case STREAM_KIND_CANDLE:
        write_candle(streams, json, stream, open_of(streams, stream), false, is_micro);
        break;
    case STREAM_KIND_TICKER:
    case STREAM_KIND_MINI_TICKER:
    case STREAM_KIND_WINDOW_TICKER:
        if (has_traded(streams, stream->instrument)) {
            write_ticker(streams, json, &stream->spec, stream->instrument, is_micro);
        }
        break;
    case STREAM_KIND_AVERAGE_PRICE:
        if (has_traded(streams, stream->instrument)) {
            write_average(streams, json, stream->instrument, is_micro);
        }
        break;
    case STREAM_KIND_TRADE:
    case STREAM_KIND_AGGREGATE:
    case STREAM_KIND_DEPTH:
    case STREAM_KIND_ALL_TICKERS:
    case STREAM_KIND_ALL_MINI_TICKERS:
    case STREAM_KIND_ALL_BOOK_TICKERS:
    case STREAM_KIND_ALL_WINDOW_TICKERS: break;
    }
}

static bool is_list(enum stream_kind kind)
{
    return kind == STREAM_KIND_ALL_TICKERS || kind == STREAM_KIND_ALL_MINI_TICKERS ||
           kind == STREAM_KIND_ALL_WINDOW_TICKERS;
}

bool stream_news_newest(struct market_streams *streams, const struct stream *stream, bool is_micro,
                        struct slice *text)
{
    if (is_list(stream->spec.kind)) {
        return write_all_tickers(streams, &stream->spec, false, is_micro, text);
    }
    struct json_writer json = stream_text_begin(streams, stream_text_size(2 * LEVELS_MAX, 1));

    write_newest(streams, &json, stream, is_micro);
    *text = json_writer_text(&json);
    return text->size > 0;
}

/* Puts the newest state into the bundles of both time units. */
static void tell_newest(struct market_streams *streams, struct stream *stream)
{
    for (unsigned micro = 0; micro < 2; micro++) {
        struct slice text;

        if (stream_delivery_is_wanted(stream, micro != 0) &&
            stream_news_newest(streams, stream, micro != 0, &text)) {
            stream_delivery_add(streams, stream, micro != 0, text);
        }
    }
}

/* ------------------------------------------------------------------ the end of a batch */

static bool is_same_level(const struct level_view *a, const struct level_view *b)
{
    return price_compare(a->price, b->price) == 0 &&
           quantity_compare(a->quantity, b->quantity) == 0;
}

static void tell_best_to_all(struct market_streams *streams, struct stream *stream,
                             uint16_t instrument)
{
    for (unsigned micro = 0; micro < 2; micro++) {
        if (stream_delivery_is_wanted(stream, micro != 0)) {
            struct json_writer json = stream_text_begin(streams, stream_text_size(2, 1));

            write_best(streams, &json, instrument, micro != 0);
            stream_delivery_add(streams, stream, micro != 0, json_writer_text(&json));
        }
    }
}

void stream_news_best(struct market_streams *streams, uint16_t instrument)
{
    struct market *market = market_streams_market(streams, instrument);
    struct level_view bid = {.orders = 0};
    struct level_view ask = {.orders = 0};

    (void)tarazy_query_depth(streams->engine, instrument, SIDE_BUY, &bid, 1);
    (void)tarazy_query_depth(streams->engine, instrument, SIDE_SELL, &ask, 1);
    if (is_same_level(&bid, &market->best_bid) && is_same_level(&ask, &market->best_ask)) {
        return;
    }
    market->best_bid = bid;
    market->best_ask = ask;
    for (struct stream *stream = stream_table_first(streams->table, instrument); stream != NULL;
         stream = stream->next) {
        if (stream->spec.kind == STREAM_KIND_BOOK_TICKER) {
            tell_newest(streams, stream);
        }
    }
    for (struct stream *stream = stream_table_first(streams->table, 0); stream != NULL;
         stream = stream->next) {
        if (stream->spec.kind == STREAM_KIND_ALL_BOOK_TICKERS) {
            tell_best_to_all(streams, stream, instrument);
        }
    }
}

/* One trade or one aggregate, in both time units. */
static void tell_trade(struct market_streams *streams, struct stream *stream, uint64_t id)
{
    const struct trade_history *trades = streams->options.views->trades;
    struct stream_picture picture;

    look(streams, stream->instrument, 0, &picture);
    for (unsigned micro = 0; micro < 2; micro++) {
        if (!stream_delivery_is_wanted(stream, micro != 0)) {
            continue;
        }
        struct json_writer json = stream_text_begin(streams, stream_text_size(0, 1));
        struct stream_scene scene = scene_of(streams, &picture, micro != 0);

        if (stream->spec.kind == STREAM_KIND_TRADE) {
            stream_message_trade(&json, &scene,
                                 trade_history_trade(trades, stream->instrument, id));
        } else {
            stream_message_aggregate(&json, &scene,
                                     trade_history_aggregate(trades, stream->instrument, id));
        }
        stream_delivery_add(streams, stream, micro != 0, json_writer_text(&json));
    }
}

/* The first record of the command, going back from the newest. */
static uint64_t first_of_command(const struct trade_history *trades, const struct stream *stream,
                                 struct id_range range, uint64_t number)
{
    bool is_trade = stream->spec.kind == STREAM_KIND_TRADE;
    uint64_t id = range.last + 1;

    while (id > range.first) {
        uint64_t made_by =
            is_trade ? trade_history_trade(trades, stream->instrument, id - 1)->number
                     : trade_history_aggregate(trades, stream->instrument, id - 1)->number;
        if (made_by != number) {
            break;
        }
        id--;
    }
    return id;
}

void stream_news_trades(struct market_streams *streams, uint16_t instrument, uint64_t number)
{
    const struct trade_history *trades = streams->options.views->trades;

    for (struct stream *stream = stream_table_first(streams->table, instrument); stream != NULL;
         stream = stream->next) {
        struct id_range range;

        if (stream->spec.kind == STREAM_KIND_TRADE) {
            range = trade_history_trades(trades, instrument);
        } else if (stream->spec.kind == STREAM_KIND_AGGREGATE) {
            range = trade_history_aggregates(trades, instrument);
        } else {
            continue;
        }
        for (uint64_t id = first_of_command(trades, stream, range, number); id <= range.last;
             id++) {
            tell_trade(streams, stream, id);
        }
    }
}

/* ------------------------------------------------------------------ ticks */

static void tell_partial(struct market_streams *streams, struct stream *stream)
{
    struct instrument_view view;

    if (!tarazy_query_instrument(streams->engine, stream->instrument, &view) ||
        view.updates == stream->updates) {
        return;
    }
    stream->updates = view.updates;
    tell_newest(streams, stream);
}

void stream_news_fast(struct market_streams *streams)
{
    for (uint32_t i = 1; i <= streams->options.instruments_max; i++) {
        struct market *market = market_streams_market(streams, (uint16_t)i);

        if (!market->has_moved_fast) {
            continue;
        }
        market->has_moved_fast = false;
        for (struct stream *stream = stream_table_first(streams->table, (uint16_t)i);
             stream != NULL; stream = stream->next) {
            if (stream->spec.kind == STREAM_KIND_PARTIAL_DEPTH &&
                stream->spec.period_ms == STREAM_FAST_MS) {
                tell_partial(streams, stream);
            }
        }
    }
}

static void tell_candle(struct market_streams *streams, struct stream *stream, int64_t open_us,
                        bool is_closed)
{
    for (unsigned micro = 0; micro < 2; micro++) {
        if (!stream_delivery_is_wanted(stream, micro != 0)) {
            continue;
        }
        struct json_writer json = stream_text_begin(streams, stream_text_size(0, 1));

        write_candle(streams, &json, stream, open_us, is_closed, micro != 0);
        struct slice text = json_writer_text(&json);

        if (text.size > 0) {
            stream_delivery_add(streams, stream, micro != 0, text);
        }
    }
}

/* Candles that are over are told once more as closed, quiet ones too; of a long pause only the
 * first few. Then the present one, if it is new or somebody traded. */
static void tell_candles(struct market_streams *streams, struct stream *stream, bool has_news)
{
    int64_t open_us = open_of(streams, stream);
    int64_t told_us = stream->candle_open_us;

    if (!has_traded(streams, stream->instrument)) {
        return;
    }
    for (int i = 0; told_us != 0 && told_us < open_us && i < CANDLES_CLOSED_MAX; i++) {
        tell_candle(streams, stream, told_us, true);
        told_us = calendar_step(stream->spec.interval, told_us, stream->spec.zone_minutes, 1);
    }
    if (has_news || stream->candle_open_us != open_us) {
        tell_candle(streams, stream, open_us, false);
    }
    stream->candle_open_us = open_us;
}

static void tell_slow(struct market_streams *streams, const struct market *market,
                      struct stream *stream)
{
    switch (stream->spec.kind) {
    case STREAM_KIND_CANDLE: tell_candles(streams, stream, market->has_traded_slow); break;
    case STREAM_KIND_PARTIAL_DEPTH:
        if (market->has_moved_slow && stream->spec.period_ms == STREAM_SLOW_MS) {
            tell_partial(streams, stream);
        }
        break;
    case STREAM_KIND_TICKER:
    case STREAM_KIND_MINI_TICKER:
    case STREAM_KIND_WINDOW_TICKER:
        if (market->has_moved_slow) {
            tell_newest(streams, stream);
        }
        break;
    case STREAM_KIND_AVERAGE_PRICE:
        if (market->has_traded_slow) {
            tell_newest(streams, stream);
        }
        break;
    case STREAM_KIND_TRADE:
    case STREAM_KIND_AGGREGATE:
    case STREAM_KIND_DEPTH:
    case STREAM_KIND_BOOK_TICKER:
    case STREAM_KIND_ALL_TICKERS:
    case STREAM_KIND_ALL_MINI_TICKERS:
    case STREAM_KIND_ALL_BOOK_TICKERS:
    case STREAM_KIND_ALL_WINDOW_TICKERS: break;
    }
}

static void tell_lists(struct market_streams *streams)
{
    for (struct stream *stream = stream_table_first(streams->table, 0); stream != NULL;
         stream = stream->next) {
        for (unsigned micro = 0; micro < 2 && is_list(stream->spec.kind); micro++) {
            struct slice text;

            if (stream_delivery_is_wanted(stream, micro != 0) &&
                write_all_tickers(streams, &stream->spec, true, micro != 0, &text)) {
                stream_delivery_add(streams, stream, micro != 0, text);
            }
        }
    }
}

void stream_news_slow(struct market_streams *streams)
{
    tell_lists(streams);
    for (uint32_t i = 1; i <= streams->options.instruments_max; i++) {
        struct market *market = market_streams_market(streams, (uint16_t)i);

        for (struct stream *stream = stream_table_first(streams->table, (uint16_t)i);
             stream != NULL; stream = stream->next) {
            tell_slow(streams, market, stream);
        }
        market->has_moved_slow = false;
        market->has_traded_slow = false;
    }
}
