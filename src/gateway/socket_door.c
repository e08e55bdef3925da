/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening and ending WebSocket sessions, and passing on what the venue tells.
 *
 * Why a file of its own: sessions of both kinds begin with a path and end in the same way, and the
 * end is where things get lost: seats, subscriptions, a cancel on disconnect.
 * Invariants: every session is in the door's list and is the user pointer of its connection; a
 * session that has ended owns nothing any more.
 * Read next: stream_session.c and api_session.c.
 */
#include "gateway/socket_door.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/query_text.h"
#include "gateway/socket_session.h"
#include "gateway/user_message.h"
#include "platform/entropy.h"

enum { UPGRADE_WEIGHT = 2 };

void socket_door_defaults(struct socket_door_options *options)
{
    *options = (struct socket_door_options){
        .subscriptions_max = 100000,
        .listen_keys_max = 10000,
        .messages_per_second = 5,
    };
    market_streams_defaults(&options->market);
}

struct listen_keys *socket_door_listen_keys(struct socket_door *door)
{
    return door->listen_keys;
}

struct user_streams *socket_door_users(struct socket_door *door)
{
    return door->users;
}

const struct request_metrics *socket_door_requests(const struct socket_door *door)
{
    return &door->requests;
}

/* ------------------------------------------------------------------ sessions */

struct user_subscription *socket_session_subscribe(struct socket_session *session,
                                                   const struct user_subscription *like)
{
    struct user_subscription terms = *like;

    if (session->subscription_count == SOCKET_SUBSCRIPTIONS_MAX) {
        return NULL;
    }
    terms.handle = session->handle;
    terms.is_micro = session->is_micro;
    terms.owner = session;
    struct user_subscription *made = user_streams_open(session->door->users, &terms);

    if (made != NULL) {
        session->subscriptions[session->subscription_count++] = made;
    }
    return made;
}

void socket_session_forget(struct socket_session *session,
                           const struct user_subscription *subscription)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < session->subscription_count; i++) {
        if (session->subscriptions[i] != subscription) {
            session->subscriptions[kept++] = session->subscriptions[i];
        }
    }
    session->subscription_count = kept;
}

static void on_subscription_ended(void *context, struct user_subscription *subscription)
{
    (void)context;
    socket_session_forget(subscription->owner, subscription);
}

static struct socket_session *session_make(struct socket_door *door, struct server_handle handle,
                                           enum socket_kind kind)
{
    struct socket_session *session = calloc(1, sizeof *session);
    struct server_peer peer = {0};

    ENSURE(session != NULL);
    (void)server_peer(door->venue->server, handle, &peer);
    memcpy(session->address, peer.address, sizeof session->address);
    session->kind = kind;
    session->door = door;
    session->handle = handle;
    session->opened_us = venue_now_us(door->venue);
    session->wants_rate_limits = true;
    session->listener = (struct stream_listener){.handle = handle, .form = STREAM_FORM_PLAIN};
    session->next = door->sessions;
    session->link = &door->sessions;
    if (session->next != NULL) {
        session->next->link = &session->next;
    }
    door->sessions = session;
    server_set_user(door->venue->server, handle, session);
    return session;
}

static void work_guard(struct socket_door *door)
{
    if (venue_is_live(door->venue)) {
        disconnect_guard_work(door->guard, venue_now_us(door->venue));
    }
}

/* The session's client has gone. */
static void session_end(struct socket_session *session)
{
    struct socket_door *door = session->door;

    market_streams_leave_all(door->market, &session->listener);
    while (session->subscription_count > 0) {
        user_streams_drop(door->users, session->subscriptions[--session->subscription_count]);
    }
    if (session->guarded.participant != 0) {
        disconnect_guard_cancel(door->guard, session->guarded.participant, session->guarded.key);
        work_guard(door);
    }
    *session->link = session->next;
    if (session->next != NULL) {
        session->next->link = session->link;
    }
    server_set_user(door->venue->server, session->handle, NULL);
    free(session);
}

/* ------------------------------------------------------------------ the handshake */

/* What a path asks for. */
struct opening {
    enum socket_kind kind;
    bool is_wrapped;
    bool is_micro;
    bool wants_rate_limits;
    struct slice names;
};

static bool cut_prefix(struct slice *path, const char *prefix)
{
    size_t size = strlen(prefix);

    if (path->size < size || memcmp(path->data, prefix, size) != 0) {
        return false;
    }
    *path = slice_of(path->data + size, path->size - size);
    return true;
}

static bool read_path(struct opening *opening, struct slice path)
{
    opening->kind = SOCKET_KIND_STREAMS;
    if (slice_equals_text(path, "/ws-api/v3")) {
        opening->kind = SOCKET_KIND_API;
        return true;
    }
    if (slice_equals_text(path, "/stream")) {
        opening->is_wrapped = true;
        return true;
    }
    if (slice_equals_text(path, "/ws")) {
        return true;
    }
    if (cut_prefix(&path, "/ws/")) {
        opening->names = path;
        return true;
    }
    return false;
}

static bool read_unit(struct opening *opening, struct slice value, struct failure *failure)
{
    opening->is_micro = slice_equals_any_case(value, "MICROSECOND");
    if (!opening->is_micro && !slice_equals_any_case(value, "MILLISECOND")) {
        return failure_set(failure, VENUE_ERROR_INVALID, "timeUnit", NULL);
    }
    return true;
}

/* Fields that nobody knows are passed over: some clients mark their URLs with them. */
static bool read_query(struct opening *opening, struct slice query, struct failure *failure)
{
    struct query_cursor cursor;
    struct query_field field;
    enum query_result result;

    query_begin(&cursor, query);
    for (result = query_next(&cursor, &field); result == QUERY_RESULT_OK;
         result = query_next(&cursor, &field)) {
        if (slice_equals_text(field.name, "streams") && opening->is_wrapped) {
            opening->names = field.value;
        } else if (slice_equals_text(field.name, "timeUnit") &&
                   !read_unit(opening, field.value, failure)) {
            return false;
        } else if (slice_equals_text(field.name, "returnRateLimits")) {
            opening->wants_rate_limits = !slice_equals_any_case(field.value, "false");
        }
    }
    if (result != QUERY_RESULT_END) {
        return failure_set(failure, VENUE_ERROR_ILLEGAL_CHARACTERS, "query",
                           "application/x-www-form-urlencoded");
    }
    return true;
}

static bool charge(struct socket_door *door, struct server_handle handle, struct reply_address *to,
                   struct failure *failure)
{
    struct rate_verdict verdict = {0};
    struct server_peer peer = {0};

    (void)server_peer(door->venue->server, handle, &peer);
    bool is_fine = rate_limits_charge(door->venue->rates, peer.address, UPGRADE_WEIGHT,
                                      venue_now_us(door->venue), &verdict, failure);

    to->weight_used = verdict.weight_used;
    to->retry_after_s = verdict.retry_after_s;
    return is_fine;
}

static bool open_session(struct socket_door *door, struct server_handle handle,
                         const struct http_request *request, struct failure *failure)
{
    struct opening opening = {.wants_rate_limits = true};

    if (!read_path(&opening, request->path)) {
        return failure_set(failure, VENUE_ERROR_NOT_FOUND, NULL, NULL);
    }
    if (!read_query(&opening, request->query, failure)) {
        return false;
    }
    struct socket_session *session = session_make(door, handle, opening.kind);

    session->is_micro = opening.is_micro;
    session->wants_rate_limits = opening.wants_rate_limits;
    session->listener.form = stream_form_of(opening.is_wrapped, opening.is_micro);
    if (opening.kind == SOCKET_KIND_STREAMS &&
        !stream_session_open(session, opening.names, failure)) {
        session_end(session);
        return false;
    }
    return true;
}

static enum server_upgrade on_upgrade(void *context, struct server *server,
                                      struct server_handle handle,
                                      const struct http_request *request)
{
    struct socket_door *door = context;
    struct reply_address to = {.handle = handle, .door = DOOR_HTTP, .is_public = true};
    struct failure failure;
    struct answer answer;

    (void)server;
    if (charge(door, handle, &to, &failure) && open_session(door, handle, request, &failure)) {
        return SERVER_UPGRADE_ACCEPTED;
    }
    answer_begin(&answer, door->venue, &to);
    answer_fail(&answer, &failure);
    return SERVER_UPGRADE_REFUSED;
}

/* ------------------------------------------------------------------ the venue's news */

static void on_message(void *context, struct server *server, struct server_handle handle,
                       struct slice text)
{
    struct socket_session *session = server_user(server, handle);

    (void)context;
    ENSURE(session != NULL);
    switch (session->kind) {
    case SOCKET_KIND_STREAMS: stream_session_message(session, text); break;
    case SOCKET_KIND_API: api_session_message(session, text); break;
    }
}

static void on_close(void *context, struct server *server, struct server_handle handle,
                     uint16_t code)
{
    struct socket_session *session = server_user(server, handle);

    (void)context;
    (void)code;
    if (session != NULL) {
        session_end(session);
    }
}

/* The outcome stands last, so its sequence number tells how many events there are. */
static const struct event_outcome *outcome_of(const uint8_t *events, size_t size)
{
    ENSURE(size >= sizeof(struct event_outcome));
    return (const void *)(events + size - sizeof(struct event_outcome));
}

/* A cancel on disconnect that has come back, whoever sent it. */
static void note_disconnect(struct socket_door *door, const struct command_header *command,
                            const uint8_t *events, size_t size)
{
    const struct command_order_cancel_all *cancel = (const void *)command;
    const struct event_outcome *outcome = outcome_of(events, size);

    if (command->kind == COMMAND_ORDER_CANCEL_ALL &&
        cancel->reason == CANCEL_ALL_REASON_DISCONNECT) {
        disconnect_guard_note(door->guard, command->participant, command->key,
                              (enum result)outcome->result);
    }
}

static void on_command(void *context, const struct command_header *command, const uint8_t *events,
                       size_t size)
{
    struct socket_door *door = context;

    market_streams_on_command(door->market, door->venue->engine, command, events, size);
    user_streams_on_command(door->users, door->venue->engine, command, events, size);
    note_disconnect(door, command, events, size);
    door->statistics.events += outcome_of(events, size)->header.sequence + UINT64_C(1);
}

static void on_answer(void *context, const struct reply_address *to, uint32_t status)
{
    struct socket_door *door = context;

    request_metrics_note(&door->requests, to, status, venue_now_us(door->venue));
}

static void on_batch(void *context, uint64_t number, int64_t time_us)
{
    struct socket_door *door = context;
    int64_t lag_us = venue_now_us(door->venue) - time_us;

    (void)number;
    door->statistics.batch_lag_us = lag_us > 0 ? (uint64_t)lag_us : 0;
    door->statistics.stalled_s = 0;
    door->was_waiting = false;
    user_streams_on_batch(door->users);
    market_streams_on_batch(door->market, door->venue->engine);
}

static void on_link(void *context, bool up)
{
    struct socket_door *door = context;

    if (!up) {
        disconnect_guard_lost(door->guard);
    } else {
        work_guard(door);
    }
}

static void expire_listen_keys(struct socket_door *door)
{
    struct listen_key expired;

    while (listen_keys_expire(door->listen_keys, venue_now_us(door->venue), &expired)) {
        user_streams_end_listen_key(door->users, door->venue->engine, expired.participant,
                                    slice_of(expired.text, LISTEN_KEY_SIZE), true);
    }
}

/* A core that is held or hangs keeps its link; that commands are under way and nothing comes is all
 * that can be seen of it. Only a batch ends it: requests that were given up prove nothing. */
static void look_for_stall(struct socket_door *door)
{
    bool is_waiting = pending_count(door->venue->pending) > 0;

    if (door->statistics.stalled_s > 0 || (is_waiting && door->was_waiting)) {
        door->statistics.stalled_s++;
    }
    door->was_waiting = is_waiting;
}

static void on_tick(struct event_timer *timer)
{
    struct socket_door *door = timer->context;

    look_for_stall(door);
    expire_listen_keys(door);
    user_streams_check_keys(door->users, door->venue->engine);
    work_guard(door);
    event_timer_start(door->venue->loop, &door->tick, SOCKET_TICK_MS);
}

/* ------------------------------------------------------------------ the guard's way out */

static bool guard_submit(void *context, struct command_order_cancel_all *command)
{
    struct socket_door *door = context;

    command->header.request = follower_next_request(door->venue->follower);
    return follower_submit(door->venue->follower, &command->header);
}

static uint64_t guard_nonce(void *context, uint32_t number)
{
    struct socket_door *door = context;
    struct key_view key;

    if (!tarazy_query_key_by_number(door->venue->engine, number, &key) || !key.nonce_required) {
        return 0;
    }
    return key.nonce + 1;
}

/* ------------------------------------------------------------------ making and ending */

static void answer_socket(void *context, const struct reply_address *to, uint32_t status,
                          struct slice json)
{
    api_session_answer(context, to, status, json);
}

static void extend(struct socket_door *door)
{
    const struct venue_extension extension = {
        .context = door,
        .on_command = on_command,
        .on_batch = on_batch,
        .on_link = on_link,
        .on_upgrade = on_upgrade,
        .on_message = on_message,
        .on_close = on_close,
        .on_answer = on_answer,
        .answer_socket = answer_socket,
    };

    venue_extend(door->venue, &extension);
}

static bool make_market(struct socket_door *door)
{
    struct market_streams_options *options = &door->options.market;

    options->server = door->venue->server;
    options->loop = door->venue->loop;
    options->views = &door->venue->views;
    options->instruments_max = door->venue->node.limits.instruments_max;
    entropy_fill(&options->seed, sizeof options->seed);
    return market_streams_create(&door->market, options) == 0;
}

static void make_users(struct socket_door *door)
{
    struct user_streams_options options = {
        .server = door->venue->server,
        .clock = door->venue->clock,
        .views = &door->venue->views,
        .subscriptions_max = door->options.subscriptions_max,
        .context = door,
        .on_ended = on_subscription_ended,
    };

    entropy_fill(&options.seed, sizeof options.seed);
    door->users = user_streams_create(&options);
}

struct socket_door *socket_door_create(struct venue *venue,
                                       const struct socket_door_options *options)
{
    struct socket_door *door = calloc(1, sizeof *door);

    if (door == NULL) {
        return NULL;
    }
    door->venue = venue;
    door->options = *options;
    door->text = malloc(SOCKET_TEXT_SIZE);
    if (door->text == NULL || !make_market(door)) {
        free(door->text);
        free(door);
        return NULL;
    }
    make_users(door);
    door->listen_keys = listen_keys_create(options->listen_keys_max);
    door->guard = disconnect_guard_create(
        &(struct disconnect_sender){.context = door, .submit = guard_submit, .nonce = guard_nonce});
    door->tick = (struct event_timer){.on_due = on_tick, .context = door};
    event_timer_start(venue->loop, &door->tick, SOCKET_TICK_MS);
    extend(door);
    return door;
}

void socket_door_destroy(struct socket_door *door)
{
    if (door == NULL) {
        return;
    }
    venue_extend(door->venue, &(struct venue_extension){.context = NULL});
    event_timer_stop(door->venue->loop, &door->tick);
    struct socket_session *next = door->sessions;

    while (next != NULL) {
        struct socket_session *at = next;

        next = at->next;
        session_end(at);
    }
    market_streams_destroy(door->market);
    user_streams_destroy(door->users);
    listen_keys_destroy(door->listen_keys);
    disconnect_guard_destroy(door->guard);
    free(door->text);
    free(door);
}

/* {"e":"serverShutdown",…}, wrapped as an event where the API speaks. */
static struct slice write_shutdown(struct socket_door *door, const struct socket_session *session)
{
    const struct user_scene scene = {
        .engine = door->venue->engine,
        .now_us = venue_now_us(door->venue),
        .is_micro = session->is_micro,
    };
    struct json_writer json;

    json_writer_begin(&json, door->text, SOCKET_TEXT_SIZE);
    if (session->kind == SOCKET_KIND_API) {
        json_write_object_begin(&json);
        json_write_key(&json, "event");
        user_message_shutdown(&json, &scene);
        json_write_object_end(&json);
    } else {
        user_message_shutdown(&json, &scene);
    }
    return json_writer_text(&json);
}

void socket_door_announce_shutdown(struct socket_door *door)
{
    for (struct socket_session *at = door->sessions; at != NULL; at = at->next) {
        (void)server_ws_send(door->venue->server, at->handle, write_shutdown(door, at),
                             SERVER_POLICY_CONFLATE_OK);
    }
}

struct socket_door *socket_door_of(const struct venue *venue)
{
    return venue->extension.on_upgrade == on_upgrade ? venue->extension.context : NULL;
}

struct socket_statistics socket_door_statistics(const struct socket_door *door)
{
    struct socket_statistics statistics = door->statistics;

    for (const struct socket_session *at = door->sessions; at != NULL; at = at->next) {
        if (at->kind == SOCKET_KIND_API) {
            statistics.api_sessions++;
        } else {
            statistics.stream_sessions++;
        }
    }
    statistics.market = market_streams_statistics(door->market);
    statistics.users = user_streams_statistics(door->users);
    statistics.disconnects = disconnect_guard_statistics(door->guard);
    return statistics;
}
