/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP/1.1 on one connection: requests in, answers out, in one order.
 *
 * Why here: this is where "anything ambiguous is refused and the connection closed" happens, and
 * where an answer that comes later finds its way back.
 * Invariants: an answer leaves when all before it have left, whoever is ready first; a request is
 * begun beside open ones only when both sides of the user's code allow it, so that nobody can tell
 * it from one after the other; a refused request is the last of its connection; an upgrade is begun
 * when nothing is open.
 * Read next: open_requests.c, websocket_session.c.
 */
#include <stdio.h>

#include "base/ensure.h"
#include "gateway/connection.h"
#include "gateway/response_head.h"

/* ---- answers ---- */

/* The Date and Server lines, made once a second. */
static struct slice common_lines(struct server *server)
{
    int64_t second = clock_wall_us(event_loop_clock(server->loop)) / 1000000;
    if (second != server->common_second || server->common_size == 0) {
        server->common_second = second;
        server->common_size = response_common_lines(second, server->name, server->common_lines,
                                                    sizeof server->common_lines);
    }
    return slice_of(server->common_lines, server->common_size);
}

/* Opens the request that has just been read; no deadline runs while it is nobody's turn. */
static void request_open(struct connection *connection, size_t size, bool is_head_only)
{
    open_requests_begin(&connection->open, &connection->server->rings, (uint32_t)size,
                        is_head_only);
    connection->is_started = false;
    connection->scanned = 0;
    connection->is_alone = true;
    connection_expire_in(connection, INT64_MAX);
}

/* Queues what is ready at the front; an answer behind one that is not waits for it. */
static void answers_queue(struct connection *connection)
{
    struct open_request taken;
    while (open_requests_take(&connection->open, &connection->server->rings, &taken)) {
        connection_age(connection, 1); /* a second answer must not meet the next request */
        connection_queue(connection, taken.frame);
        if (taken.body != NULL) {
            connection_queue(connection, taken.body);
        }
    }
    if (connection->open.count > 0) {
        return;
    }
    connection->is_held = false;
    if (connection->state == CONNECTION_STATE_ENDING) {
        connection_drain(connection);
    } else if (!connection->is_started) {
        connection_expire_in(connection, connection->server->limits.idle_ms);
    }
}

/* Answers one of the open requests. Only the newest can say that the connection ends: behind that
 * word a client looks for no more answers. */
static void answer_put(struct connection *connection, uint32_t index,
                       const struct server_response *response)
{
    const struct open_request *request = open_requests_at(&connection->open, index);
    const struct response_style style = {
        .common_lines = common_lines(connection->server),
        .is_head_only = request->is_head_only,
        .wants_close = connection->wants_close && index + 1 == connection->open.count,
    };
    struct shared_frame *body = response->body_frame != NULL && !request->is_head_only
                                    ? shared_frame_acquire(response->body_frame)
                                    : NULL;
    open_requests_answer(&connection->open, index, response_encode(response, &style), body);
    if (index == 0) {
        answers_queue(connection);
    }
}

/* After what is open nothing follows, and the last answer says so. */
static void connection_close_after(struct connection *connection)
{
    connection->wants_close = true;
    connection->state = CONNECTION_STATE_ENDING;
    connection_mark(connection); /* the loop need not watch for what is not read */
}

/* The server's own answer to what never becomes a request; the last one of the connection, behind
 * the answers to what is open. */
static void request_refuse(struct connection *connection, uint32_t status, const char *why,
                           const struct server_header *header)
{
    char body[192];
    int size = snprintf(body, sizeof body, "{\"code\":-1000,\"msg\":\"%s\"}", why);
    const struct server_response response = {
        .status = status,
        .content_type = "application/json",
        .headers = header,
        .header_count = header != NULL ? 1 : 0,
        .body = slice_of(body, (size_t)size),
    };
    connection->server->statistics.requests_malformed++;
    request_open(connection, 0, false);
    connection_close_after(connection);
    answer_put(connection, connection->open.count - 1, &response);
}

/*~ The answer of an order: the gateway calls this when the order's command has come back in a
 *  durable batch, perhaps many turns after on_request. */
bool server_respond(struct server *server, struct server_handle handle,
                    const struct server_response *response)
{
    struct connection *connection = connection_find(server, handle);
    if (connection == NULL || connection->open.count == 0) {
        return false;
    }
    if (connection->state == CONNECTION_STATE_UPGRADE) {
        connection->state = CONNECTION_STATE_HEAD; /* refused */
    }
    if (connection->wants_close || response->wants_close || server->is_shutting_down) {
        connection_close_after(connection);
    }
    answer_put(connection, connection_open_index(connection, handle), response);
    return true;
}

void server_let_follow(struct server *server, struct server_handle handle)
{
    struct connection *connection = connection_find(server, handle);
    if (connection != NULL && connection->open.count > 0 &&
        connection_open_index(connection, handle) + 1 == connection->open.count) {
        connection->is_alone = false;
    }
}

void http_session_end(struct connection *connection)
{
    connection->state = CONNECTION_STATE_ENDING;
    connection_mark(connection);
    connection_expire_in(connection, INT64_MAX);
    if (connection->open.count == 0) {
        connection_drain(connection);
    }
}

/* ---- upgrades ---- */

static bool is_upgrade(const struct http_request *request)
{
    return request->wants_upgrade && http_request_has_token(request, "upgrade", "websocket");
}

/* RFC 6455 4.2.1. False: refused and answered. */
static bool handshake_check(struct connection *connection, const struct http_request *request)
{
    static const struct server_header VERSION = {"Sec-WebSocket-Version", SLICE_CONSTANT("13")};
    struct slice version;
    struct slice key;
    if (request->method != HTTP_METHOD_GET || request->content_length > 0) {
        request_refuse(connection, 400, "A WebSocket handshake is a GET without a body.", NULL);
        return false;
    }
    if (http_request_find(request, "sec-websocket-version", &version) != 1 ||
        !slice_equals_text(version, "13")) {
        request_refuse(connection, 426, "Only version 13 of WebSocket is spoken.", &VERSION);
        return false;
    }
    if (http_request_find(request, "sec-websocket-key", &key) != 1 ||
        !websocket_key_is_valid(key)) {
        request_refuse(connection, 400, "Sec-WebSocket-Key is malformed.", NULL);
        return false;
    }
    return true;
}

static void upgrade_dispatch(struct connection *connection)
{
    struct server *server = connection->server;
    const struct server_handle handle = connection_handle(connection, 0);
    const struct http_request *request = &server->request;
    if (!handshake_check(connection, request)) {
        return;
    }
    enum server_upgrade upgrade = SERVER_UPGRADE_REFUSED;
    request_open(connection, connection->request_size, false);
    connection->wants_close = request->wants_close;
    connection->state = CONNECTION_STATE_UPGRADE;
    if (server->callbacks.on_upgrade != NULL && !server->is_shutting_down) {
        upgrade = server->callbacks.on_upgrade(server->callbacks.context, server, handle, request);
    }
    if (connection->state != CONNECTION_STATE_UPGRADE) {
        return; /* answered in the callback, or a session already because it was sent to */
    }
    if (upgrade == SERVER_UPGRADE_ACCEPTED) {
        websocket_session_begin(connection);
        return;
    }
    const struct server_response missing = {
        .status = 404,
        .content_type = "application/json",
        .body = slice_of_text("{\"code\":-1000,\"msg\":\"No such stream.\"}"),
    };
    (void)server_respond(server, handle, &missing);
}

/* ---- requests ---- */

/*~ One order's way in begins here: a whole request, read strictly, goes to the venue's API. */
static void request_dispatch(struct connection *connection, struct slice body)
{
    struct server *server = connection->server;
    const struct http_request *request = &server->request;
    server->statistics.requests++;
    bool was_dispatching = server->is_dispatching;
    server->is_dispatching = true;
    if (is_upgrade(request)) {
        upgrade_dispatch(connection);
    } else {
        request_open(connection, connection->request_size, request->method == HTTP_METHOD_HEAD);
        connection->state = CONNECTION_STATE_HEAD;
        if (request->wants_close) {
            connection_close_after(connection);
        }
        server->callbacks.on_request(server->callbacks.context, server,
                                     connection_handle(connection, connection->open.count - 1),
                                     request, body);
    }
    server->is_dispatching = was_dispatching;
}

/* May the request that is here be begun? If not, it stays where it is and is read again when
 * nothing is open any more. */
static bool request_may_follow(struct connection *connection)
{
    const struct server_callbacks *callbacks = &connection->server->callbacks;
    const struct http_request *request = &connection->server->request;
    if (connection->open.count == 0 || (!is_upgrade(request) && callbacks->may_follow != NULL &&
                                        callbacks->may_follow(callbacks->context, request))) {
        return true;
    }
    connection->is_held = true;
    connection->is_started = false;
    connection->scanned = 0;
    connection->state = CONNECTION_STATE_HEAD;
    connection_expire_in(connection, INT64_MAX); /* it is not slow: it waits for us */
    return false;
}

/* A head is whole. False: refused, or its body is still to come. */
static bool head_take(struct connection *connection, const char *bytes, size_t size)
{
    struct server *server = connection->server;
    const struct http_request *request = &server->request;
    enum http_result result = http_request_parse(&server->request, bytes, connection->scanned);
    if (result != HTTP_RESULT_OK) {
        request_refuse(connection, http_result_status(result), http_result_text(result), NULL);
        return false;
    }
    if (request->content_length > server->limits.body_size_max) {
        request_refuse(connection, 413, "The request body is too large.", NULL);
        return false;
    }
    connection->request_size = request->head_size + (size_t)request->content_length;
    if (connection->request_size > size) {
        connection->state = CONNECTION_STATE_BODY;
        connection_expire_in(connection, server->limits.body_deadline_ms +
                                             (int64_t)request->content_length * 1000 / 1024);
        return false;
    }
    return true;
}

/* Looks for one request at the front of the bytes. False: not whole yet, or refused. */
static bool request_find(struct connection *connection, const char *bytes, size_t size)
{
    struct server *server = connection->server;
    if (connection->state == CONNECTION_STATE_BODY) {
        if (size < connection->request_size) {
            return false;
        }
        /* The head is read again: cheaper than to keep what it said of every slow connection. */
        ENSURE(http_request_parse(&server->request, bytes, connection->scanned) == HTTP_RESULT_OK);
        return true;
    }
    if (!connection->is_started) {
        connection->is_started = true;
        connection_expire_in(connection, server->limits.head_deadline_ms);
    }
    enum http_result result = http_head_scan(bytes, size, &connection->scanned);
    if (result == HTTP_RESULT_INCOMPLETE) {
        return false;
    }
    if (result != HTTP_RESULT_OK) {
        request_refuse(connection, http_result_status(result), http_result_text(result), NULL);
        return false;
    }
    return head_take(connection, bytes, size);
}

bool http_session_may_begin(const struct connection *connection)
{
    const struct open_requests *open = &connection->open;
    if (connection->state != CONNECTION_STATE_HEAD && connection->state != CONNECTION_STATE_BODY) {
        return false;
    }
    if (connection->output.bytes + open->held_bytes >= PIPELINE_OUTPUT) {
        return false;
    }
    return open->count == 0 ||
           (!connection->is_alone && !connection->is_held && open_requests_have_room(open) &&
            !connection->server->is_shutting_down);
}

size_t http_session_input(struct connection *connection, char *bytes, size_t size)
{
    size_t used = 0;
    while (used < size && http_session_may_begin(connection)) {
        if (!request_find(connection, bytes + used, size - used) ||
            !request_may_follow(connection)) {
            break;
        }
        size_t request_size = connection->request_size;
        size_t head_size = connection->server->request.head_size;
        struct slice body = slice_of(bytes + used + head_size, request_size - head_size);
        used += request_size;
        request_dispatch(connection, body);
    }
    return used;
}

void http_session_expire(struct connection *connection)
{
    if (!connection->is_started || connection->is_blocked) {
        connection_release(connection); /* idle, or it does not read its answers */
        return;
    }
    request_refuse(connection, 408, "The request came too slowly.", NULL);
}
