/* SPDX-License-Identifier: Apache-2.0
 *
 * The server as a whole: making, ending, the end of a turn, and the small questions about a handle.
 *
 * Why here: everything that walks over all connections or speaks for the server rather than for
 * one of them.
 * Invariants: every connection that changed in a turn is in the list of marked ones until it has
 * been flushed; nothing is flushed inside a callback of the user.
 * Read next: connection.h for the states, then listener.c.
 */
#include "gateway/server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/ensure.h"
#include "gateway/connection.h"

void server_limits_default(struct server_limits *limits)
{
    *limits = (struct server_limits){
        .connections_max = 10000,
        .connections_per_address = 50,
        .connections_from_loopback = UINT32_MAX,
        .body_size_max = 131072,
        .message_size_max = WEBSOCKET_MESSAGE_SIZE_DEFAULT,
        .fragments_max = WEBSOCKET_FRAGMENTS_DEFAULT,
        .output_size_max = 1u << 20,
        .output_frames_max = 4096,
        .head_deadline_ms = 5000,
        .body_deadline_ms = 5000,
        .idle_ms = 60000,
        .ping_interval_ms = 20000,
        .pong_deadline_ms = 60000,
        .close_deadline_ms = 5000,
        .websocket_lifetime_ms = INT64_C(24) * 3600 * 1000,
    };
}

static void turn_end(struct event_turn_hook *hook)
{
    server_flush(hook->context);
}

static bool limits_are_sane(const struct server_limits *limits)
{
    const uint32_t size_max = 1u << 28;
    return limits->connections_max > 0 && limits->connections_max < 1u << 24 &&
           limits->body_size_max <= size_max && limits->message_size_max <= size_max &&
           limits->fragments_max > 0 && limits->output_frames_max > 0 &&
           limits->head_deadline_ms > 0 && limits->body_deadline_ms > 0 && limits->idle_ms > 0 &&
           limits->ping_interval_ms > 0 && limits->pong_deadline_ms > 0 &&
           limits->close_deadline_ms > 0 && limits->websocket_lifetime_ms >= 0;
}

static void slots_prepare(struct server *server)
{
    uint32_t count = server->limits.connections_max;
    for (uint32_t i = 0; i < count; i++) {
        server->connections[i] = (struct connection){
            .server = server,
            .state = CONNECTION_STATE_FREE,
            .slot = i,
            .generation = 1,
            .next_free = i + 1 < count ? i + 2 : 0,
        };
    }
    server->first_free = 1;
}

int server_create(struct server **server, const struct server_options *options)
{
    if (!limits_are_sane(&options->limits) || options->callbacks.on_request == NULL ||
        (options->server_name != NULL && strlen(options->server_name) > 64)) {
        return -EINVAL;
    }
    struct server *made = calloc(1, sizeof *made);
    struct connection *slots = calloc(options->limits.connections_max, sizeof *slots);
    struct address_table *addresses = address_table_create(options->limits.connections_max);
    if (made == NULL || slots == NULL || addresses == NULL) {
        address_table_destroy(addresses);
        free(slots);
        free(made);
        return -ENOMEM;
    }
    made->loop = options->loop;
    made->limits = options->limits;
    made->callbacks = options->callbacks;
    made->name = options->server_name;
    made->connections = slots;
    made->addresses = addresses;
    slots_prepare(made);
    made->hook = (struct event_turn_hook){.on_turn_end = turn_end, .context = made};
    event_turn_hook_add(made->loop, &made->hook);
    /* TLS writes to sockets whose peer is gone; that is an error to be read, not a signal. */
    (void)signal(SIGPIPE, SIG_IGN);
    *server = made;
    return 0;
}

void server_destroy(struct server *server)
{
    if (server == NULL) {
        return;
    }
    ENSURE(!server->is_dispatching);
    listeners_close(server);
    event_turn_hook_remove(server->loop, &server->hook);
    for (uint32_t i = 0; i < server->limits.connections_max; i++) {
        struct connection *connection = &server->connections[i];
        if (connection->state != CONNECTION_STATE_FREE) {
            connection->owes_close = false;
            connection_release(connection);
        }
    }
    output_pool_clear(&server->blocks);
    open_pool_clear(&server->rings);
    address_table_destroy(server->addresses);
    free(server->connections);
    free(server);
}

void server_flush(struct server *server)
{
    if (server->is_dispatching) {
        return;
    }
    while (server->marked_first != NULL) {
        struct connection *connection = server->marked_first;
        server->marked_first = connection->next_marked;
        if (server->marked_first == NULL) {
            server->marked_last = NULL;
        }
        connection->next_marked = NULL;
        connection->is_marked = false;
        connection_flush(connection);
    }
}

void server_shutdown(struct server *server)
{
    server->is_shutting_down = true;
    listeners_close(server);
    for (uint32_t i = 0; i < server->limits.connections_max; i++) {
        struct connection *connection = &server->connections[i];
        switch (connection->state) {
        case CONNECTION_STATE_WEBSOCKET:
            websocket_session_close(connection, WEBSOCKET_CLOSE_GOING_AWAY,
                                    slice_of_text("the server is going away"));
            break;
        case CONNECTION_STATE_HEAD:
            if (!connection->is_started && connection->open.count == 0) {
                connection_drain(connection);
            }
            break;
        case CONNECTION_STATE_HANDSHAKE: connection_drain(connection); break;
        case CONNECTION_STATE_FREE:
        case CONNECTION_STATE_BODY:
        case CONNECTION_STATE_ENDING:
        case CONNECTION_STATE_UPGRADE:
        case CONNECTION_STATE_CLOSING:
        case CONNECTION_STATE_DRAINING:
        case CONNECTION_STATE_LINGERING: break;
        }
    }
}

uint32_t server_connection_count(const struct server *server)
{
    return server->connection_count;
}

const struct server_statistics *server_statistics(const struct server *server)
{
    return &server->statistics;
}

/* ---- questions about a handle ---- */

bool server_is_alive(const struct server *server, struct server_handle handle)
{
    const struct connection *connection = connection_find(server, handle);
    if (connection == NULL) {
        return false;
    }
    return connection->open.count > 0 || connection->state == CONNECTION_STATE_WEBSOCKET;
}

void server_set_user(struct server *server, struct server_handle handle, void *user)
{
    struct connection *connection = connection_find(server, handle);
    if (connection != NULL) {
        connection->user = user;
    }
}

void *server_user(const struct server *server, struct server_handle handle)
{
    const struct connection *connection = connection_find(server, handle);
    return connection != NULL ? connection->user : NULL;
}

bool server_peer(const struct server *server, struct server_handle handle, struct server_peer *peer)
{
    const struct connection *connection = connection_find(server, handle);
    if (connection == NULL) {
        return false;
    }
    *peer = connection->peer;
    return true;
}
