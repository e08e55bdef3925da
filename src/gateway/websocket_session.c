/* SPDX-License-Identifier: Apache-2.0
 *
 * WebSocket sessions: the handshake's answer, messages in, frames out, pings, closes, and what
 * happens to a client that does not read.
 *
 * Why here: every stream of the venue goes through this file; the rule that no queue grows without
 * bound is kept in one function, frame_send().
 * Invariants: nothing is queued behind a close frame; on_close is told once for each session that
 * on_upgrade accepted; queued bytes stay below the cap but for control frames, of which a few are
 * ever waiting.
 * Read next: shared_frame.c, connection_output.c.
 */
#include "base/ensure.h"
#include "codec/base64_text.h"
#include "gateway/connection.h"
#include "platform/signature.h"

/* RFC 6455 1.3 */
static const char HANDSHAKE_GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

static const char SWITCHING[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                "Upgrade: websocket\r\n"
                                "Connection: Upgrade\r\n"
                                "Sec-WebSocket-Accept: ";

enum { ACCEPT_SIZE = 28 };

/* ---- beginning ---- */

static void handshake_answer(struct connection *connection, const struct http_request *request)
{
    struct slice key = {0};
    uint8_t digest[SHA1_SIZE];
    ENSURE(http_request_find(request, "sec-websocket-key", &key) == 1);
    const struct byte_part parts[] = {{key.data, key.size},
                                      {HANDSHAKE_GUID, sizeof HANDSHAKE_GUID - 1}};
    sha1_compute(parts, 2, digest);
    size_t fixed = sizeof SWITCHING - 1;
    struct shared_frame *frame = shared_frame_create(fixed + ACCEPT_SIZE + 4);
    memcpy(frame->bytes, SWITCHING, fixed);
    ENSURE(base64_encode(digest, sizeof digest, frame->bytes + fixed, ACCEPT_SIZE) == ACCEPT_SIZE);
    memcpy(frame->bytes + fixed + ACCEPT_SIZE, "\r\n\r\n", 4);
    connection_queue(connection, frame);
}

/* Until the next ping, the last moment for a pong, or the end of the lifetime. */
static void deadline_renew(struct connection *connection)
{
    const struct server_limits *limits = &connection->server->limits;
    int64_t next_ms = connection->ping_due_ms;
    int64_t pong_end_ms = connection->pong_ms + limits->pong_deadline_ms;
    next_ms = pong_end_ms < next_ms ? pong_end_ms : next_ms;
    next_ms = connection->ends_ms < next_ms ? connection->ends_ms : next_ms;
    connection_expire_in(connection, next_ms - event_loop_now_ms(connection->server->loop));
}

void websocket_session_begin(struct connection *connection)
{
    const struct server_limits *limits = &connection->server->limits;
    int64_t now_ms = event_loop_now_ms(connection->server->loop);
    ENSURE(connection->state == CONNECTION_STATE_UPGRADE);
    handshake_answer(connection, &connection->server->request);
    connection->server->statistics.upgrades++;
    open_requests_clear(&connection->open, &connection->server->rings); /* the handle stays */
    connection->state = CONNECTION_STATE_WEBSOCKET;
    connection->owes_close = true;
    connection->close_code = WEBSOCKET_CLOSE_ABNORMAL;
    websocket_reader_begin(&connection->reader, WEBSOCKET_ROLE_SERVER, limits->message_size_max,
                           limits->fragments_max);
    connection->pong_ms = now_ms;
    connection->ping_due_ms = now_ms + limits->ping_interval_ms;
    connection->ends_ms =
        limits->websocket_lifetime_ms > 0 ? now_ms + limits->websocket_lifetime_ms : INT64_MAX;
    deadline_renew(connection);
}

/* ---- ending ---- */

void websocket_session_tell(struct connection *connection)
{
    struct server *server = connection->server;
    if (!connection->owes_close) {
        return;
    }
    connection->owes_close = false;
    if (server->callbacks.on_close != NULL) {
        bool was_dispatching = server->is_dispatching;
        server->is_dispatching = true;
        server->callbacks.on_close(server->callbacks.context, server,
                                   connection_handle(connection, 0), connection->close_code);
        server->is_dispatching = was_dispatching;
    }
}

static void control_queue(struct connection *connection, enum websocket_opcode opcode,
                          struct slice payload)
{
    connection_queue(connection, shared_frame_create_message(opcode, payload));
}

static void close_queue(struct connection *connection, uint16_t code, struct slice reason)
{
    char payload[WEBSOCKET_CONTROL_SIZE_MAX];
    size_t size =
        code != WEBSOCKET_CLOSE_NO_STATUS ? websocket_close_encode(payload, code, reason) : 0;
    connection->close_code = code;
    control_queue(connection, WEBSOCKET_OPCODE_CLOSE, slice_of(payload, size));
}

void websocket_session_close(struct connection *connection, uint16_t code, struct slice reason)
{
    close_queue(connection, code, reason);
    connection->state = CONNECTION_STATE_CLOSING;
    connection_expire_in(connection, connection->server->limits.close_deadline_ms);
}

void websocket_session_expire(struct connection *connection)
{
    const struct server_limits *limits = &connection->server->limits;
    int64_t now_ms = event_loop_now_ms(connection->server->loop);
    if (now_ms >= connection->pong_ms + limits->pong_deadline_ms) {
        websocket_session_close(connection, WEBSOCKET_CLOSE_POLICY,
                                slice_of_text("no pong in time"));
        return;
    }
    if (now_ms >= connection->ends_ms) {
        websocket_session_close(connection, WEBSOCKET_CLOSE_GOING_AWAY,
                                slice_of_text("end of the session's lifetime"));
        return;
    }
    if (now_ms >= connection->ping_due_ms) {
        connection->ping_due_ms = now_ms + limits->ping_interval_ms;
        control_queue(connection, WEBSOCKET_OPCODE_PING, slice_of(NULL, 0));
    }
    deadline_renew(connection);
}

/* ---- input ---- */

/* The peer's close: answered if we have not spoken first; either way the connection ends. */
static void close_take(struct connection *connection, const struct websocket_event *event)
{
    if (connection->state == CONNECTION_STATE_WEBSOCKET) {
        close_queue(connection, event->code, slice_of(NULL, 0));
    }
    connection_drain(connection);
}

static void breach_take(struct connection *connection, uint16_t code)
{
    if (connection->state == CONNECTION_STATE_WEBSOCKET) {
        close_queue(connection, code, slice_of(NULL, 0));
    }
    connection_drain(connection);
}

static void text_take(struct connection *connection, struct slice text)
{
    struct server *server = connection->server;
    server->statistics.messages_received++;
    if (server->callbacks.on_message == NULL) {
        return;
    }
    bool was_dispatching = server->is_dispatching;
    server->is_dispatching = true;
    server->callbacks.on_message(server->callbacks.context, server,
                                 connection_handle(connection, 0), text);
    server->is_dispatching = was_dispatching;
}

static bool has_room(const struct connection *connection, size_t size)
{
    const struct server_limits *limits = &connection->server->limits;
    return connection->output.bytes + size <= limits->output_size_max &&
           connection->output.frames < limits->output_frames_max;
}

/* False: no more events of this connection. */
static bool event_take(struct connection *connection, const struct websocket_event *event)
{
    bool is_open = connection->state == CONNECTION_STATE_WEBSOCKET;
    switch (event->kind) {
    case WEBSOCKET_EVENT_INCOMPLETE: return false;
    case WEBSOCKET_EVENT_TEXT:
        if (is_open) {
            text_take(connection, event->payload);
        }
        return true;
    case WEBSOCKET_EVENT_BINARY:
        breach_take(connection, WEBSOCKET_CLOSE_UNSUPPORTED_DATA);
        return false;
    case WEBSOCKET_EVENT_PING:
        /* Who pings without reading gets no pongs piled up. */
        if (is_open && has_room(connection, event->payload.size + 2)) {
            control_queue(connection, WEBSOCKET_OPCODE_PONG, event->payload);
        }
        return true;
    case WEBSOCKET_EVENT_PONG:
        connection->pong_ms = event_loop_now_ms(connection->server->loop);
        return true;
    case WEBSOCKET_EVENT_CLOSE: close_take(connection, event); return false;
    case WEBSOCKET_EVENT_ERROR: breach_take(connection, event->code); return false;
    }
    return false;
}

size_t websocket_session_input(struct connection *connection, char *bytes, size_t size)
{
    struct websocket_event event;
    do {
        event = websocket_reader_next(&connection->reader, bytes, size);
    } while (event_take(connection, &event));
    return websocket_reader_compact(&connection->reader, bytes, size);
}

/* ---- sending ---- */

/* A session that may be sent to. Inside on_upgrade the first use of it accepts, so that the 101
 * goes before. */
static struct connection *session_find(struct server *server, struct server_handle handle)
{
    struct connection *connection = connection_find(server, handle);
    if (connection != NULL && connection->state == CONNECTION_STATE_UPGRADE) {
        websocket_session_begin(connection);
    }
    return connection != NULL && connection->state == CONNECTION_STATE_WEBSOCKET ? connection
                                                                                 : NULL;
}

/* Is there room for a frame of this size, and if not, what of it. */
static enum server_send room_find(struct connection *connection, size_t size,
                                  enum server_policy policy)
{
    struct server *server = connection->server;
    if (has_room(connection, size)) {
        server->statistics.frames_queued++;
        return SERVER_SEND_QUEUED;
    }
    if (policy == SERVER_POLICY_CONFLATE_OK) {
        server->statistics.frames_conflated++;
        return SERVER_SEND_CONFLATED;
    }
    /* What it has not read by now it is not going to miss: the reason comes instead. */
    server->statistics.sessions_overflowed++;
    output_queue_cut(&connection->output, &server->blocks);
    websocket_session_close(connection, WEBSOCKET_CLOSE_POLICY, slice_of_text("slow reader"));
    return SERVER_SEND_OVERFLOW;
}

enum server_send server_ws_send(struct server *server, struct server_handle handle,
                                struct slice text, enum server_policy policy)
{
    struct connection *connection = session_find(server, handle);
    if (connection == NULL) {
        return SERVER_SEND_GONE;
    }
    enum server_send result = room_find(connection, text.size + 10, policy);
    if (result == SERVER_SEND_QUEUED) {
        connection_queue(connection, shared_frame_create_message(WEBSOCKET_OPCODE_TEXT, text));
    }
    return result;
}

enum server_send server_ws_send_frame(struct server *server, struct server_handle handle,
                                      struct shared_frame *frame, enum server_policy policy)
{
    struct connection *connection = session_find(server, handle);
    if (connection == NULL) {
        return SERVER_SEND_GONE;
    }
    enum server_send result = room_find(connection, frame->size, policy);
    if (result == SERVER_SEND_QUEUED) {
        connection_queue(connection, shared_frame_acquire(frame));
    }
    return result;
}

size_t server_ws_backlog(const struct server *server, struct server_handle handle)
{
    const struct connection *connection = connection_find(server, handle);
    return connection != NULL ? connection->output.bytes : 0;
}

void server_ws_close(struct server *server, struct server_handle handle, uint16_t code,
                     const char *reason)
{
    struct connection *connection = session_find(server, handle);
    if (connection != NULL) {
        websocket_session_close(connection, code, slice_of_text(reason));
    }
}
