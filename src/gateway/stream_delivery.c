/* SPDX-License-Identifier: Apache-2.0
 *
 * To whom the market streams speak, and what becomes of those who read too slowly.
 *
 * Why a file of its own: the promise of no gap in the update ids is kept or broken here. A message
 * is a frame shared by all listeners of one form; who is behind is passed over and looked after at
 * the next fast tick.
 * Invariants: market.behind[s] counts the seats of depth streams of that speed that are behind; the
 * backlog of (instrument, speed) exists exactly while that count is not 0, and holds every window
 * flushed since the first of them fell behind, as far as its room goes; who is behind is sent
 * nothing but what catches him up.
 * Read next: diff_backlog.c.
 */
#include <stdlib.h>

#include "base/ensure.h"
#include "codec/websocket_frame.h"
#include "gateway/market_streams_state.h"

/* ------------------------------------------------------------------ bundles */

bool stream_delivery_is_wanted(const struct stream *stream, bool is_micro)
{
    return stream->audiences[stream_form_of(false, is_micro) - 1].count > 0 ||
           stream->audiences[stream_form_of(true, is_micro) - 1].count > 0;
}

static void remember_pending(struct market_streams *streams, struct stream *stream)
{
    if (stream->is_pending) {
        return;
    }
    if (streams->pending_count == streams->pending_capacity) {
        uint32_t larger = streams->pending_capacity == 0 ? 64 : streams->pending_capacity * 2;
        struct stream **moved = realloc(streams->pending, larger * sizeof(struct stream *));

        ENSURE(moved != NULL);
        streams->pending = moved;
        streams->pending_capacity = larger;
    }
    streams->pending[streams->pending_count++] = stream;
    stream->is_pending = true;
}

void stream_delivery_add(struct market_streams *streams, struct stream *stream, bool is_micro,
                         struct slice text)
{
    enum stream_form plain = stream_form_of(false, is_micro);
    enum stream_form wrapped = stream_form_of(true, is_micro);

    ENSURE(text.size > 0);
    if (stream->audiences[plain - 1].count > 0) {
        message_bundle_add(&stream->bundles[plain - 1], text);
        streams->statistics.messages++;
    }
    if (stream->audiences[wrapped - 1].count > 0) {
        message_bundle_add_wrapped(&stream->bundles[wrapped - 1],
                                   slice_of(stream->name, stream->name_size), text);
        streams->statistics.messages++;
    }
    remember_pending(streams, stream);
}

/* ------------------------------------------------------------------ one seat */

static bool must_be_whole(enum stream_kind kind)
{
    return kind == STREAM_KIND_TRADE || kind == STREAM_KIND_AGGREGATE;
}

void stream_delivery_fall_behind(struct market_streams *streams, struct stream_seat *seat,
                                 uint64_t first)
{
    const struct stream *stream = seat->stream;

    if (seat->behind_place != 0) {
        return;
    }
    stream_table_set_behind(streams->table, seat);
    seat->missed_from = first;
    if (stream->spec.kind == STREAM_KIND_DEPTH) {
        market_streams_market(streams, stream->instrument)->behind[stream_speed_of(stream) - 1]++;
    }
}

void stream_delivery_forget(struct market_streams *streams, struct stream_seat *seat)
{
    const struct stream *stream = seat->stream;

    if (seat->behind_place == 0) {
        return;
    }
    stream_table_clear_behind(streams->table, seat);
    if (stream->spec.kind != STREAM_KIND_DEPTH) {
        return;
    }
    enum stream_speed speed = stream_speed_of(stream);
    struct market *market = market_streams_market(streams, stream->instrument);

    ENSURE(market->behind[speed - 1] > 0);
    if (--market->behind[speed - 1] == 0) {
        diff_backlog_destroy(market->backlogs[speed - 1]);
        market->backlogs[speed - 1] = NULL;
    }
}

/* Queues a frame for a seat. first: the update it begins with, for depth changes. */
static void deliver(struct market_streams *streams, struct stream_seat *seat,
                    struct shared_frame *frame, uint64_t first)
{
    struct server *server = streams->options.server;
    struct server_handle handle = seat->listener->handle;

    if (must_be_whole(seat->stream->spec.kind)) {
        (void)server_ws_send_frame(server, handle, frame, SERVER_POLICY_MUST_DELIVER);
        streams->statistics.frames++;
        return;
    }
    if (seat->behind_place == 0 &&
        server_ws_backlog(server, handle) <= streams->options.slow_size &&
        server_ws_send_frame(server, handle, frame, SERVER_POLICY_CONFLATE_OK) !=
            SERVER_SEND_CONFLATED) {
        streams->statistics.frames++;
        return;
    }
    streams->statistics.conflated++;
    stream_delivery_fall_behind(streams, seat, first);
}

static void flush_stream(struct market_streams *streams, struct stream *stream, uint64_t first)
{
    for (uint32_t form = 0; form < STREAM_FORM_COUNT; form++) {
        const struct stream_audience *audience = &stream->audiences[form];
        struct shared_frame *frame = message_bundle_take(&stream->bundles[form]);

        for (uint32_t i = 0; frame != NULL && i < audience->count; i++) {
            deliver(streams, audience->seats[i], frame, first);
        }
        shared_frame_release(frame);
    }
}

void stream_delivery_flush(struct market_streams *streams)
{
    for (uint32_t i = 0; i < streams->pending_count; i++) {
        flush_stream(streams, streams->pending[i], 0);
        streams->pending[i]->is_pending = false;
    }
    streams->pending_count = 0;
}

/* ------------------------------------------------------------------ depth changes */

static bool is_depth(const struct stream *stream, enum stream_speed speed)
{
    return stream->spec.kind == STREAM_KIND_DEPTH && stream_speed_of(stream) == speed;
}

/* A window as text in one time unit, in streams->text. */
static struct slice write_window(struct market_streams *streams, uint16_t instrument,
                                 const struct depth_window *window, bool is_micro)
{
    struct instrument_view view;
    bool is_listed = tarazy_query_instrument(streams->engine, instrument, &view);
    const struct stream_scene scene = {&view, clock_wall_us(streams->clock), is_micro};
    struct json_writer json = stream_text_begin(streams, stream_text_size(window->changes, 1));

    ENSURE(is_listed);
    stream_message_depth(&json, &scene, window, streams->changes);
    return json_writer_text(&json);
}

/* Who fell behind at this window, or was behind before, needs it later. */
static void keep_window(struct market_streams *streams, enum stream_speed speed,
                        uint16_t instrument, const struct depth_window *window)
{
    struct market *market = market_streams_market(streams, instrument);
    struct diff_backlog **backlog = &market->backlogs[speed - 1];

    if (market->behind[speed - 1] == 0) {
        return;
    }
    if (*backlog == NULL) {
        *backlog = diff_backlog_create(streams->options.backlog_max);
    }
    diff_backlog_append(*backlog, window, streams->changes);
}

static void read_changes(struct market_streams *streams, const struct depth_feed *feed,
                         uint16_t instrument, const struct depth_window *window)
{
    uint32_t cursor = 0;
    uint32_t count = 0;

    while (depth_feed_next(feed, instrument, &cursor, &streams->changes[count])) {
        count++;
    }
    ENSURE(count == window->changes);
}

void stream_delivery_depth(struct market_streams *streams, enum stream_speed speed,
                           uint16_t instrument)
{
    struct depth_feed *feed = streams->feeds[speed - 1];
    const struct depth_window window = depth_feed_window(feed, instrument);
    bool is_read = false;

    for (struct stream *stream = stream_table_first(streams->table, instrument); stream != NULL;
         stream = stream->next) {
        if (!is_depth(stream, speed)) {
            continue;
        }
        if (!is_read) {
            read_changes(streams, feed, instrument, &window);
            is_read = true;
        }
        for (unsigned micro = 0; micro < 2; micro++) {
            if (stream_delivery_is_wanted(stream, micro != 0)) {
                stream_delivery_add(streams, stream, micro != 0,
                                    write_window(streams, instrument, &window, micro != 0));
            }
        }
        flush_stream(streams, stream, window.first);
    }
    if (is_read) {
        keep_window(streams, speed, instrument, &window);
    }
    depth_feed_flush(feed, instrument);
}

/* ------------------------------------------------------------------ catching up */

/* False: there is still no room; he stays behind. */
static bool send_text(struct market_streams *streams, struct stream_seat *seat, struct slice text)
{
    struct message_bundle bundle = {0};
    const struct stream *stream = seat->stream;

    if (stream_form_is_wrapped(seat->listener->form)) {
        message_bundle_add_wrapped(&bundle, slice_of(stream->name, stream->name_size), text);
    } else {
        message_bundle_add(&bundle, text);
    }
    struct shared_frame *frame = message_bundle_take(&bundle);
    enum server_send result = server_ws_send_frame(streams->options.server, seat->listener->handle,
                                                   frame, SERVER_POLICY_CONFLATE_OK);

    shared_frame_release(frame);
    if (result == SERVER_SEND_CONFLATED) {
        return false;
    }
    streams->statistics.messages++;
    streams->statistics.frames++;
    streams->statistics.caught_up++;
    return true;
}

/* All that was missed as one difference; or, when that is no longer known, the end. */
static bool catch_up_depth(struct market_streams *streams, struct stream_seat *seat)
{
    const struct stream *stream = seat->stream;
    const struct market *market = market_streams_market(streams, stream->instrument);
    const struct diff_backlog *backlog = market->backlogs[stream_speed_of(stream) - 1];
    struct depth_window window = {.first = seat->missed_from};

    if (backlog == NULL || !diff_backlog_covers(backlog, window.first)) {
        server_ws_close(streams->options.server, seat->listener->handle, WEBSOCKET_CLOSE_POLICY,
                        "too slow");
        streams->statistics.lost++;
        return true;
    }
    window.changes = diff_backlog_merge(backlog, window.first, streams->changes, &window.last);
    return send_text(streams, seat,
                     write_window(streams, stream->instrument, &window,
                                  stream_form_is_micro(seat->listener->form)));
}

static bool catch_up_newest(struct market_streams *streams, struct stream_seat *seat)
{
    struct slice text;

    return !stream_news_newest(streams, seat->stream, stream_form_is_micro(seat->listener->form),
                               &text) ||
           send_text(streams, seat, text);
}

static bool catch_up(struct market_streams *streams, struct stream_seat *seat)
{
    return seat->stream->spec.kind == STREAM_KIND_DEPTH ? catch_up_depth(streams, seat)
                                                        : catch_up_newest(streams, seat);
}

void stream_delivery_catch_up(struct market_streams *streams)
{
    size_t free_size = streams->options.slow_size / 4;

    /* From the end: clearing a seat moves the last one into its place. */
    for (uint32_t i = stream_table_behind_count(streams->table); i > 0; i--) {
        struct stream_seat *seat = stream_table_behind(streams->table, i - 1);

        if (server_ws_backlog(streams->options.server, seat->listener->handle) <= free_size &&
            catch_up(streams, seat)) {
            stream_delivery_forget(streams, seat);
        }
    }
}
