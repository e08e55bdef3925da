/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's functions over clients in memory. WebSocket sessions cannot be opened here; their
 * functions are there because the venue's code names them.
 *
 * Read next: src/gateway/server.h, whose contract this keeps for HTTP; sim_gate.c, the clients.
 */
#include "sim/sim_door.h"

#include <string.h>

#include "base/ensure.h"
#include "gateway/server.h"
#include "sim/sim_world.h"

enum { DOOR_CLIENTS = 8 };

struct server {
    struct server_callbacks callbacks;
    struct server_statistics statistics;
    uint32_t open[DOOR_CLIENTS]; /* generation of the request that waits; 0: none */
    uint32_t generation;
    sim_door_answer *on_answer;
};

static struct server door;

void sim_door_start(sim_door_answer *on_answer)
{
    memset(&door, 0, sizeof door);
    door.on_answer = on_answer;
}

void sim_door_request(uint32_t client, const char *head)
{
    static struct http_request request;
    ENSURE(client < DOOR_CLIENTS);
    enum http_result result = http_request_parse(&request, head, strlen(head));
    ENSURE(result == HTTP_RESULT_OK);
    door.open[client] = ++door.generation;
    door.callbacks.on_request(door.callbacks.context, &door,
                              (struct server_handle){client + 1, door.generation}, &request,
                              (struct slice){"", 0});
}

void sim_door_forget(void)
{
    memset(door.open, 0, sizeof door.open);
}

static bool is_open(struct server_handle handle)
{
    return handle.slot >= 1 && handle.slot <= DOOR_CLIENTS && handle.generation != 0 &&
           door.open[handle.slot - 1] == handle.generation;
}

bool server_respond(struct server *server, struct server_handle handle,
                    const struct server_response *response)
{
    if (!is_open(handle)) {
        return false;
    }
    server->open[handle.slot - 1] = 0;
    if (sim_call(20)) {
        server->on_answer(handle.slot - 1, response->status, response->body.data,
                          response->body.size);
    }
    return true;
}

/* ------------------------------------------------------------------ the rest of gateway/server.h */

void server_limits_default(struct server_limits *limits)
{
    memset(limits, 0, sizeof *limits);
}

int server_create(struct server **server, const struct server_options *options)
{
    door.callbacks = options->callbacks;
    *server = &door;
    return 0;
}

void server_destroy(struct server *server)
{
    (void)server;
    sim_door_forget();
}

void server_flush(struct server *server)
{
    (void)server;
}

uint32_t server_connection_count(const struct server *server)
{
    (void)server;
    return DOOR_CLIENTS;
}

void server_let_follow(struct server *server, struct server_handle handle)
{
    (void)server;
    (void)handle;
}

bool server_is_alive(const struct server *server, struct server_handle handle)
{
    (void)server;
    return is_open(handle);
}

void server_set_user(struct server *server, struct server_handle handle, void *user)
{
    (void)server;
    (void)handle;
    (void)user;
}

void *server_user(const struct server *server, struct server_handle handle)
{
    (void)server;
    (void)handle;
    return NULL;
}

bool server_peer(const struct server *server, struct server_handle handle, struct server_peer *peer)
{
    (void)server;
    (void)handle;
    *peer = (struct server_peer){.address = {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 1}};
    return true;
}

const struct server_statistics *server_statistics(const struct server *server)
{
    return &server->statistics;
}

enum server_send server_ws_send(struct server *server, struct server_handle handle,
                                struct slice text, enum server_policy policy)
{
    (void)server;
    (void)handle;
    (void)text;
    (void)policy;
    return SERVER_SEND_GONE;
}

enum server_send server_ws_send_frame(struct server *server, struct server_handle handle,
                                      struct shared_frame *frame, enum server_policy policy)
{
    (void)server;
    (void)handle;
    (void)frame;
    (void)policy;
    return SERVER_SEND_GONE;
}

size_t server_ws_backlog(const struct server *server, struct server_handle handle)
{
    (void)server;
    (void)handle;
    return 0;
}

void server_ws_close(struct server *server, struct server_handle handle, uint16_t code,
                     const char *reason)
{
    (void)server;
    (void)handle;
    (void)code;
    (void)reason;
}
