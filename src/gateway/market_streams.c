/* SPDX-License-Identifier: Apache-2.0
 *
 * The market streams as a whole: making and ending, events in, ticks, joining and leaving.
 *
 * Why a file of its own: this is the door; what is said and to whom stands behind it.
 * Invariants: both depth feeds see every level change from the first command on, whether anybody
 * listens or not, so that update ids never have a gap; bundles are empty between two turns of the
 * loop, so a stream may be forgotten in any callback.
 * Read next: stream_news.c.
 */
#include "gateway/market_streams.h"

#include <errno.h>
#include <stdlib.h>

#include "base/ensure.h"
#include "gateway/market_streams_state.h"

void market_streams_defaults(struct market_streams_options *options)
{
    *options = (struct market_streams_options){
        .seats_max = 1000000,
        .seats_each = 1024,
        .changes_max = 65536,
        .backlog_max = 8192,
        .slow_size = (size_t)256 * 1024,
    };
}

/* ------------------------------------------------------------------ ticks */

static void flush_depth(struct market_streams *streams, enum stream_speed speed)
{
    const struct depth_feed *feed = streams->feeds[speed - 1];

    for (uint16_t i = depth_feed_pending(feed); i != 0; i = depth_feed_pending(feed)) {
        stream_delivery_depth(streams, speed, i);
    }
}

static void on_fast_tick(struct event_timer *timer)
{
    struct market_streams *streams = timer->context;

    event_timer_start(streams->options.loop, timer, STREAM_FAST_MS);
    if (streams->engine == NULL) {
        return;
    }
    flush_depth(streams, STREAM_SPEED_FAST);
    stream_news_fast(streams);
    stream_delivery_flush(streams);
    stream_delivery_catch_up(streams);
}

static void on_slow_tick(struct event_timer *timer)
{
    struct market_streams *streams = timer->context;

    event_timer_start(streams->options.loop, timer, STREAM_SLOW_MS);
    if (streams->engine == NULL) {
        return;
    }
    flush_depth(streams, STREAM_SPEED_SLOW);
    stream_news_slow(streams);
    stream_delivery_flush(streams);
}

/* ------------------------------------------------------------------ making and ending */

static void lay_out(struct market_streams *streams, struct arena *arena)
{
    const struct market_streams_options *options = &streams->options;

    for (uint32_t i = 0; i < STREAM_SPEED_COUNT; i++) {
        streams->feeds[i] =
            depth_feed_create(arena, options->instruments_max, options->changes_max, options->seed);
    }
}

static bool make_feeds(struct market_streams *streams)
{
    struct arena arena = {0};

    lay_out(streams, &arena);
    if (arena.overflow) {
        return false;
    }
    size_t size = (arena.used + 63) / 64 * 64;

    streams->feed_block = aligned_alloc(64, size);
    if (streams->feed_block == NULL) {
        return false;
    }
    memset(streams->feed_block, 0, size);
    arena = (struct arena){.block = streams->feed_block, .size = arena.used};
    lay_out(streams, &arena);
    return true;
}

static bool make_parts(struct market_streams *streams)
{
    const struct market_streams_options *options = &streams->options;
    const struct stream_table_limits limits = {
        .instruments_max = options->instruments_max,
        .seats_max = options->seats_max,
        .seats_each = options->seats_each,
        .seed = options->seed,
    };

    streams->table = stream_table_create(&limits);
    streams->markets = calloc((size_t)options->instruments_max + 1, sizeof streams->markets[0]);
    streams->fresh = calloc((size_t)options->instruments_max + 1, sizeof streams->fresh[0]);
    streams->changes =
        calloc((size_t)options->changes_max + options->backlog_max, sizeof streams->changes[0]);
    return streams->markets != NULL && streams->fresh != NULL && streams->changes != NULL &&
           make_feeds(streams);
}

int market_streams_create(struct market_streams **streams,
                          const struct market_streams_options *options)
{
    struct market_streams *made = calloc(1, sizeof *made);

    ENSURE(options->instruments_max <= UINT16_MAX);
    if (made == NULL) {
        return -ENOMEM;
    }
    made->options = *options;
    made->clock = event_loop_clock(options->loop);
    if (!make_parts(made)) {
        market_streams_destroy(made);
        return -ENOMEM;
    }
    made->fast = (struct event_timer){.on_due = on_fast_tick, .context = made};
    made->slow = (struct event_timer){.on_due = on_slow_tick, .context = made};
    event_timer_start(options->loop, &made->fast, STREAM_FAST_MS);
    event_timer_start(options->loop, &made->slow, STREAM_SLOW_MS);
    *streams = made;
    return 0;
}

void market_streams_destroy(struct market_streams *streams)
{
    if (streams == NULL) {
        return;
    }
    event_timer_stop(streams->options.loop, &streams->fast);
    event_timer_stop(streams->options.loop, &streams->slow);
    stream_table_destroy(streams->table);
    free(streams->markets);
    free(streams->fresh);
    free(streams->changes);
    free(streams->feed_block);
    free(streams->pending);
    free(streams->text);
    free(streams);
}

/* ------------------------------------------------------------------ events */

static void note_level(struct market_streams *streams, const struct event_level *level)
{
    struct market *market = market_streams_market(streams, level->instrument);

    for (enum stream_speed speed = STREAM_SPEED_FAST; speed <= STREAM_SPEED_SLOW; speed++) {
        while (!depth_feed_note(streams->feeds[speed - 1], level)) {
            flush_depth(streams, speed);
        }
    }
    if (!market->has_new_book) {
        market->has_new_book = true;
        streams->fresh[streams->fresh_count++] = level->instrument;
    }
    market->has_moved_fast = true;
    market->has_moved_slow = true;
}

static void note_trade(struct market_streams *streams, const struct event_trade *trade)
{
    struct market *market = market_streams_market(streams, trade->instrument);

    market->has_moved_slow = true;
    market->has_traded_slow = true;
}

void market_streams_on_command(struct market_streams *streams, const struct engine *engine,
                               const struct command_header *command, const uint8_t *events,
                               size_t size)
{
    const struct event_header *event = views_next_event(events, size, NULL);
    uint16_t traded = 0;

    streams->engine = engine;
    for (; event != NULL; event = views_next_event(events, size, event)) {
        if (event->kind == EVENT_LEVEL) {
            note_level(streams, (const struct event_level *)event);
        } else if (event->kind == EVENT_TRADE) {
            const struct event_trade *trade = (const struct event_trade *)event;

            note_trade(streams, trade);
            /* A clock may uncross several instruments; their trades do not mix. */
            if (traded != trade->instrument && traded != 0) {
                stream_news_trades(streams, traded, command->number);
            }
            traded = trade->instrument;
        }
    }
    if (traded != 0) {
        stream_news_trades(streams, traded, command->number);
    }
}

void market_streams_on_batch(struct market_streams *streams, const struct engine *engine)
{
    streams->engine = engine;
    for (uint16_t i = 0; i < streams->fresh_count; i++) {
        stream_news_best(streams, streams->fresh[i]);
        market_streams_market(streams, streams->fresh[i])->has_new_book = false;
    }
    streams->fresh_count = 0;
    stream_delivery_flush(streams);
}

/* ------------------------------------------------------------------ joining and leaving */

static enum market_streams_result find(const struct market_streams *streams,
                                       const struct engine *engine, struct slice name,
                                       struct stream_spec *spec, uint16_t *instrument)
{
    *instrument = 0;
    switch (stream_name_parse(spec, name)) {
    case STREAM_NAME_RESULT_NOT_A_STREAM: return MARKET_STREAMS_RESULT_NOT_A_STREAM;
    case STREAM_NAME_RESULT_SYMBOL_INVALID:
    case STREAM_NAME_RESULT_KIND_UNKNOWN: return MARKET_STREAMS_RESULT_NAME_INVALID;
    case STREAM_NAME_RESULT_OK: break;
    }
    if (spec->kind >= STREAM_KIND_ALL_TICKERS) {
        return MARKET_STREAMS_RESULT_OK;
    }
    *instrument = tarazy_query_instrument_by_symbol(engine, spec->symbol);
    return *instrument != 0 && *instrument <= streams->options.instruments_max
               ? MARKET_STREAMS_RESULT_OK
               : MARKET_STREAMS_RESULT_SYMBOL_UNKNOWN;
}

enum market_streams_result market_streams_check(const struct market_streams *streams,
                                                const struct engine *engine, struct slice name)
{
    struct stream_spec spec;
    uint16_t instrument;

    return find(streams, engine, name, &spec, &instrument);
}

/* Streams of which only the newest counts begin with it: whoever joins is "behind" until the next
 * fast tick. */
static bool begins_with_newest(enum stream_kind kind)
{
    return kind != STREAM_KIND_TRADE && kind != STREAM_KIND_AGGREGATE &&
           kind != STREAM_KIND_DEPTH && kind != STREAM_KIND_ALL_BOOK_TICKERS;
}

enum market_streams_result market_streams_join(struct market_streams *streams,
                                               const struct engine *engine,
                                               struct stream_listener *listener, struct slice name)
{
    struct stream_spec spec;
    struct stream_seat *seat;
    uint16_t instrument;
    enum market_streams_result result = find(streams, engine, name, &spec, &instrument);

    streams->engine = engine;
    if (result != MARKET_STREAMS_RESULT_OK) {
        return result;
    }
    switch (stream_table_join(streams->table, listener, name, &spec, instrument, &seat)) {
    case STREAM_TABLE_RESULT_TOO_MANY: return MARKET_STREAMS_RESULT_TOO_MANY;
    case STREAM_TABLE_RESULT_FULL: return MARKET_STREAMS_RESULT_FULL;
    case STREAM_TABLE_RESULT_OK:
        if (begins_with_newest(spec.kind)) {
            stream_delivery_fall_behind(streams, seat, 0);
        }
        break;
    case STREAM_TABLE_RESULT_ALREADY: break;
    }
    return MARKET_STREAMS_RESULT_OK;
}

static void leave_seat(struct market_streams *streams, struct stream_seat *seat)
{
    stream_delivery_forget(streams, seat);
    stream_table_leave(streams->table, seat);
}

bool market_streams_leave(struct market_streams *streams, struct stream_listener *listener,
                          struct slice name)
{
    struct stream_seat *seat = stream_table_find(streams->table, listener, name);

    if (seat == NULL) {
        return false;
    }
    leave_seat(streams, seat);
    return true;
}

void market_streams_leave_all(struct market_streams *streams, struct stream_listener *listener)
{
    while (listener->count > 0) {
        leave_seat(streams, listener->seats[listener->count - 1]);
    }
}

void market_streams_set_form(struct market_streams *streams, struct stream_listener *listener,
                             enum stream_form form)
{
    stream_table_set_form(streams->table, listener, form);
}

struct market_streams_statistics market_streams_statistics(const struct market_streams *streams)
{
    struct market_streams_statistics statistics = streams->statistics;

    statistics.seats = stream_table_seat_count(streams->table);
    statistics.streams = stream_table_stream_count(streams->table);
    statistics.behind = stream_table_behind_count(streams->table);
    return statistics;
}
