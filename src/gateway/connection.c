/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections: slots, reading, deadlines.
 *
 * Why here: HTTP and WebSocket differ in what bytes mean; how bytes arrive, how long one waits for
 * them and how a slot is given back is the same for both.
 * Invariants: a slot is FREE or owns a descriptor; received bytes that are not understood yet are
 * in `input`, and there is no buffer when there are none; the timer runs out no later than the
 * deadline; a slot is given back only from the loop.
 * Read next: http_session.c, websocket_session.c, connection_output.c.
 */
#include "gateway/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ensure.h"

enum { INPUT_FIRST_CAPACITY = 1024 };

static void connection_ready(struct event_source *source, uint32_t ready);
static void connection_read(struct connection *connection);
static void connection_due(struct event_timer *timer);

/* ---- slots ---- */

void connection_open(struct server *server, int fd, struct tls_context *tls,
                     const struct server_peer *peer)
{
    ENSURE(server->first_free > 0);
    struct connection *connection = &server->connections[server->first_free - 1];
    ENSURE(connection->state == CONNECTION_STATE_FREE);
    struct tls_session *session = tls != NULL ? tls_session_create(tls, fd, NULL) : NULL;
    connection->source = (struct event_source){
        .fd = fd, .interest = EVENT_READ, .on_ready = connection_ready, .context = connection};
    if ((tls != NULL && session == NULL) ||
        event_source_add(server->loop, &connection->source) != 0) {
        tls_session_destroy(session);
        address_table_leave(server->addresses, peer->address);
        close(fd);
        return;
    }
    server->first_free = connection->next_free;
    server->connection_count++;
    connection->tls = session;
    connection->peer = *peer;
    connection->state = session != NULL ? CONNECTION_STATE_HANDSHAKE : CONNECTION_STATE_HEAD;
    connection->timer = (struct event_timer){.on_due = connection_due, .context = connection};
    connection_expire_in(connection, session != NULL ? server->limits.head_deadline_ms
                                                     : server->limits.idle_ms);
}

/* 0 fits nothing, so it is left out. */
static uint32_t generation_after(uint32_t generation, uint32_t count)
{
    uint32_t after = generation + count;
    return after + (after < generation);
}

static uint32_t generations_between(uint32_t from, uint32_t to)
{
    return to - from - (to < from);
}

void connection_age(struct connection *connection, uint32_t count)
{
    connection->generation = generation_after(connection->generation, count);
}

void connection_release(struct connection *connection)
{
    struct server *server = connection->server;
    if (connection->owes_close) {
        connection->state = CONNECTION_STATE_LINGERING; /* nothing more can be sent to it */
        websocket_session_tell(connection);
    }
    event_timer_stop(server->loop, &connection->timer);
    event_source_remove(server->loop, &connection->source);
    tls_session_destroy(connection->tls);
    close(connection->source.fd);
    address_table_leave(server->addresses, connection->peer.address);
    output_queue_clear(&connection->output, &server->blocks);
    free(connection->input);
    connection_age(connection, connection->open.count > 0 ? connection->open.count : 1);
    open_requests_clear(&connection->open, &server->rings);
    /* What outlives the connection: its place, its age, and being in the list of marked ones. */
    *connection = (struct connection){
        .server = server,
        .state = CONNECTION_STATE_FREE,
        .slot = connection->slot,
        .generation = connection->generation,
        .next_free = server->first_free,
        .is_marked = connection->is_marked,
        .next_marked = connection->next_marked,
    };
    server->first_free = connection->slot + 1;
    server->connection_count--;
}

struct connection *connection_find(const struct server *server, struct server_handle handle)
{
    if (handle.slot >= server->limits.connections_max) {
        return NULL;
    }
    struct connection *connection = &server->connections[handle.slot];
    if (connection->state == CONNECTION_STATE_FREE) {
        return NULL;
    }
    bool fits = connection->open.count > 0 ? connection_open_index(connection, handle) != UINT32_MAX
                                           : connection->generation == handle.generation;
    return fits ? connection : NULL;
}

uint32_t connection_open_index(const struct connection *connection, struct server_handle handle)
{
    uint32_t index = generations_between(connection->generation, handle.generation);
    bool is_waiting = handle.generation != 0 && index < connection->open.count &&
                      !open_requests_at(&connection->open, index)->is_answered;
    return is_waiting ? index : UINT32_MAX;
}

struct server_handle connection_handle(const struct connection *connection, uint32_t index)
{
    return (struct server_handle){.slot = connection->slot,
                                  .generation = generation_after(connection->generation, index)};
}

void connection_mark(struct connection *connection)
{
    struct server *server = connection->server;
    if (connection->is_marked) {
        return;
    }
    connection->is_marked = true;
    connection->next_marked = NULL;
    if (server->marked_last != NULL) {
        server->marked_last->next_marked = connection;
    } else {
        server->marked_first = connection;
    }
    server->marked_last = connection;
}

void connection_queue(struct connection *connection, struct shared_frame *frame)
{
    output_queue_push(&connection->output, &connection->server->blocks, frame);
    connection_mark(connection);
}

void connection_drain(struct connection *connection)
{
    connection->state = CONNECTION_STATE_DRAINING;
    connection_expire_in(connection, connection->server->limits.close_deadline_ms);
    connection_mark(connection);
}

/* ---- deadlines ---- */

void connection_expire_in(struct connection *connection, int64_t delay_ms)
{
    struct event_loop *loop = connection->server->loop;
    if (delay_ms == INT64_MAX) {
        connection->deadline_ms = INT64_MAX;
        return;
    }
    connection->deadline_ms = event_loop_now_ms(loop) + delay_ms;
    /* A timer that runs out earlier finds the new deadline and starts again. */
    if (!event_timer_is_running(&connection->timer) ||
        connection->timer.due_ms > connection->deadline_ms + 1) {
        event_timer_start(loop, &connection->timer, delay_ms);
    }
}

static void connection_expire(struct connection *connection)
{
    switch (connection->state) {
    case CONNECTION_STATE_HEAD:
    case CONNECTION_STATE_BODY: http_session_expire(connection); return;
    case CONNECTION_STATE_WEBSOCKET: websocket_session_expire(connection); return;
    case CONNECTION_STATE_HANDSHAKE:
    case CONNECTION_STATE_CLOSING:
    case CONNECTION_STATE_DRAINING:
    case CONNECTION_STATE_LINGERING: connection_release(connection); return;
    case CONNECTION_STATE_FREE:
    case CONNECTION_STATE_ENDING:
    case CONNECTION_STATE_UPGRADE: return;
    }
}

static void connection_due(struct event_timer *timer)
{
    struct connection *connection = timer->context;
    int64_t now_ms = event_loop_now_ms(connection->server->loop);
    if (connection->deadline_ms == INT64_MAX) {
        return;
    }
    if (connection->deadline_ms > now_ms) {
        event_timer_start(connection->server->loop, timer, connection->deadline_ms - now_ms);
        return;
    }
    connection_expire(connection);
}

/* ---- input ---- */

/* The most a connection may hold back, by what it is reading. */
static size_t input_max(const struct connection *connection)
{
    const struct server_limits *limits = &connection->server->limits;
    bool is_websocket = connection->state == CONNECTION_STATE_WEBSOCKET ||
                        connection->state == CONNECTION_STATE_CLOSING;
    return is_websocket ? (size_t)limits->message_size_max + 256
                        : (size_t)HTTP_HEAD_SIZE_MAX + limits->body_size_max;
}

static bool is_reading(const struct connection *connection)
{
    return !connection->is_input_ended && connection->state != CONNECTION_STATE_ENDING &&
           connection->input_size < input_max(connection);
}

void connection_interest_update(struct connection *connection)
{
    if (connection->state == CONNECTION_STATE_FREE ||
        connection->state == CONNECTION_STATE_HANDSHAKE) {
        return;
    }
    uint32_t interest =
        (is_reading(connection) ? EVENT_READ : 0u) | (connection->is_blocked ? EVENT_WRITE : 0u);
    (void)event_source_change(connection->server->loop, &connection->source, interest);
}

/* Gives the bytes to whom they mean something. Returns how many are left, and from where on. */
static size_t bytes_understand(struct connection *connection, char *bytes, size_t size,
                               size_t *start)
{
    char *rest = bytes;
    size_t left = size;
    bool is_moving = true;
    while (left > 0 && is_moving) {
        size_t used = 0;
        switch (connection->state) {
        case CONNECTION_STATE_HEAD:
        case CONNECTION_STATE_BODY:
            used = http_session_input(connection, rest, left);
            is_moving = used > 0 || (connection->state != CONNECTION_STATE_HEAD &&
                                     connection->state != CONNECTION_STATE_BODY);
            break;
        case CONNECTION_STATE_WEBSOCKET:
        case CONNECTION_STATE_CLOSING:
            left = websocket_session_input(connection, rest, left);
            is_moving = connection->state == CONNECTION_STATE_DRAINING;
            break;
        case CONNECTION_STATE_ENDING:
        case CONNECTION_STATE_DRAINING:
        case CONNECTION_STATE_LINGERING:
            used = left; /* heard and thrown away */
            break;
        case CONNECTION_STATE_FREE:
        case CONNECTION_STATE_HANDSHAKE:
        case CONNECTION_STATE_UPGRADE: is_moving = false; break;
        }
        rest += used;
        left -= used;
    }
    *start = (size_t)(rest - bytes);
    return left;
}

/* Makes `input` hold at least `capacity` bytes. */
static void input_reserve(struct connection *connection, size_t capacity)
{
    if (connection->input_capacity >= capacity) {
        return;
    }
    char *grown = realloc(connection->input, capacity);
    ENSURE(grown != NULL && capacity <= UINT32_MAX);
    connection->input = grown;
    connection->input_capacity = (uint32_t)capacity;
}

static void input_drop(struct connection *connection)
{
    free(connection->input);
    connection->input = NULL;
    connection->input_start = 0;
    connection->input_size = 0;
    connection->input_capacity = 0;
}

/* Keeps what is left of the server's receive buffer, with room for what is known to follow. */
static void input_keep(struct connection *connection, const char *bytes, size_t size)
{
    size_t capacity = size < INPUT_FIRST_CAPACITY ? INPUT_FIRST_CAPACITY : size;
    if (connection->state == CONNECTION_STATE_BODY && connection->request_size > capacity) {
        capacity = connection->request_size;
    }
    input_reserve(connection, capacity);
    memcpy(connection->input, bytes, size);
    connection->input_start = 0;
    connection->input_size = (uint32_t)size;
}

/* What is left goes to the front, so that there is room behind it. Only when there is none: a client
 * that pipelines would have its bytes moved once for every request. */
static void input_pack(struct connection *connection)
{
    if (connection->input_start > 0) {
        memmove(connection->input, connection->input + connection->input_start,
                connection->input_size);
        connection->input_start = 0;
    }
}

static void input_understand(struct connection *connection)
{
    size_t start;
    size_t left = bytes_understand(connection, connection->input + connection->input_start,
                                   connection->input_size, &start);
    connection->input_start += (uint32_t)start;
    connection->input_size = (uint32_t)left;
    if (left == 0) {
        input_drop(connection);
    } else if (connection->state == CONNECTION_STATE_BODY) {
        input_pack(connection);
        input_reserve(connection, connection->request_size);
    }
}

void connection_resume(struct connection *connection)
{
    if (connection->input_size > 0) {
        input_understand(connection);
    }
    if (connection->is_input_ended && http_session_may_begin(connection)) {
        http_session_end(connection); /* what is left will never be a request */
    }
    /* What TLS had decrypted while nobody was reading would not wake the loop again. */
    if (connection->tls != NULL && is_reading(connection) &&
        tls_session_pending(connection->tls) > 0) {
        connection_read(connection);
    }
}

/* The peer has shut its side: what it asked for is still answered, half a request is not. */
static void input_end(struct connection *connection)
{
    connection->is_input_ended = true;
    switch (connection->state) {
    case CONNECTION_STATE_ENDING: break;
    case CONNECTION_STATE_DRAINING: connection_mark(connection); break;
    case CONNECTION_STATE_HEAD:
    case CONNECTION_STATE_BODY:
        if (connection->output.bytes > 0 || connection->open.count > 0) {
            connection_mark(connection);
            break;
        }
        connection_release(connection);
        return;
    case CONNECTION_STATE_FREE:
    case CONNECTION_STATE_HANDSHAKE:
    case CONNECTION_STATE_UPGRADE:
    case CONNECTION_STATE_WEBSOCKET:
    case CONNECTION_STATE_CLOSING:
    case CONNECTION_STATE_LINGERING: connection_release(connection); return;
    }
    connection_interest_update(connection);
}

/* ---- reading ---- */

enum received { RECEIVED_BYTES = 1, RECEIVED_NOTHING, RECEIVED_END, RECEIVED_ERROR };

static enum received bytes_receive(struct connection *connection, char *out, size_t room,
                                   size_t *size)
{
    if (connection->tls != NULL) {
        switch (tls_session_read(connection->tls, out, room, size)) {
        case TLS_RESULT_OK: return RECEIVED_BYTES;
        case TLS_RESULT_WANT_READ:
        case TLS_RESULT_WANT_WRITE: return RECEIVED_NOTHING;
        case TLS_RESULT_CLOSED: return RECEIVED_END;
        case TLS_RESULT_FAILED: return RECEIVED_ERROR;
        }
    }
    ssize_t got = recv(connection->source.fd, out, room, 0);
    if (got > 0) {
        *size = (size_t)got;
        return RECEIVED_BYTES;
    }
    if (got == 0) {
        return RECEIVED_END;
    }
    return errno == EAGAIN || errno == EINTR ? RECEIVED_NOTHING : RECEIVED_ERROR;
}

/* One read: into the server's buffer when nothing is held back, else behind what is. */
static enum received input_receive(struct connection *connection)
{
    struct server *server = connection->server;
    bool is_direct = connection->input_size == 0;
    if (!is_direct &&
        connection->input_start + connection->input_size == connection->input_capacity) {
        input_pack(connection);
    }
    if (!is_direct && connection->input_size == connection->input_capacity) {
        size_t most = input_max(connection);
        size_t doubled = 2 * (size_t)connection->input_capacity;
        input_reserve(connection, doubled < most ? doubled : most);
    }
    uint32_t end = connection->input_start + connection->input_size;
    char *out = is_direct ? server->receive : connection->input + end;
    size_t room = is_direct ? sizeof server->receive : connection->input_capacity - end;
    ENSURE(room > 0);
    size_t size = 0;
    enum received received = bytes_receive(connection, out, room, &size);
    if (received != RECEIVED_BYTES) {
        return received;
    }
    server->statistics.bytes_received += size;
    if (is_direct) {
        size_t start;
        size_t left = bytes_understand(connection, out, size, &start);
        if (left > 0) {
            input_keep(connection, out + start, left);
        }
    } else {
        connection->input_size += (uint32_t)size;
        input_understand(connection);
    }
    return RECEIVED_BYTES;
}

static void connection_read(struct connection *connection)
{
    for (;;) {
        switch (input_receive(connection)) {
        case RECEIVED_BYTES:
            /* Bytes that TLS has decrypted already would not wake the loop again. */
            if (connection->tls != NULL && is_reading(connection) &&
                tls_session_pending(connection->tls) > 0) {
                continue;
            }
            connection_interest_update(connection);
            return;
        case RECEIVED_NOTHING: return;
        case RECEIVED_END: input_end(connection); return;
        case RECEIVED_ERROR: connection_release(connection); return;
        }
    }
}

static void handshake_continue(struct connection *connection)
{
    struct server *server = connection->server;
    switch (tls_session_handshake(connection->tls)) {
    case TLS_RESULT_OK:
        connection->state = CONNECTION_STATE_HEAD;
        connection_expire_in(connection, server->limits.idle_ms);
        connection_interest_update(connection);
        connection_read(connection);
        return;
    case TLS_RESULT_WANT_READ:
        (void)event_source_change(server->loop, &connection->source, EVENT_READ);
        return;
    case TLS_RESULT_WANT_WRITE:
        (void)event_source_change(server->loop, &connection->source, EVENT_WRITE);
        return;
    case TLS_RESULT_CLOSED:
    case TLS_RESULT_FAILED: connection_release(connection); return;
    }
}

static void connection_ready(struct event_source *source, uint32_t ready)
{
    struct connection *connection = source->context;
    if (connection->state == CONNECTION_STATE_HANDSHAKE) {
        handshake_continue(connection);
        return;
    }
    if ((ready & EVENT_WRITE) != 0) {
        connection->is_blocked = false;
        connection_mark(connection);
    }
    if ((ready & (EVENT_READ | EVENT_HANGUP)) == 0) {
        return;
    }
    if (is_reading(connection)) {
        connection_read(connection);
    } else if ((ready & EVENT_HANGUP) != 0) {
        connection_release(connection); /* both sides are closed: nobody is left to answer */
    }
}
