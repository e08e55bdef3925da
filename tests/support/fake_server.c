/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's functions over one client in memory.
 */
#include "support/fake_server.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "gateway/server.h"

struct server {
    struct server_callbacks callbacks;
    struct server_peer peer;
    struct server_statistics statistics;
    struct fake_answer answer;
    uint32_t generation;
};

static struct server fake;

void fake_server_set_peer(const uint8_t address[16])
{
    memcpy(fake.peer.address, address, sizeof fake.peer.address);
}

void fake_server_request(const char *head, struct slice body)
{
    static struct http_request request;
    enum http_result result = http_request_parse(&request, head, strlen(head));

    if (result != HTTP_RESULT_OK) {
        fprintf(stderr, "%s: %s\n", http_result_text(result), head);
    }
    ENSURE(result == HTTP_RESULT_OK);
    fake.generation++;
    fake.answer.is_there = false;
    fake.answer.count = 0;
    fake.answer.size = 0;
    fake.answer.body[0] = '\0';
    fake.callbacks.on_request(fake.callbacks.context, &fake,
                              (struct server_handle){1, fake.generation}, &request, body);
}

const struct fake_answer *fake_server_answer(void)
{
    return &fake.answer;
}

/* ------------------------------------------------------------------ gateway/server.h */

void server_limits_default(struct server_limits *limits)
{
    memset(limits, 0, sizeof *limits);
}

int server_create(struct server **server, const struct server_options *options)
{
    fake.callbacks = options->callbacks;
    *server = &fake;
    return 0;
}

void server_destroy(struct server *server)
{
    (void)server;
}

int server_listen(struct server *server, const char *address, struct tls_context *tls)
{
    (void)server;
    (void)address;
    (void)tls;
    return 0;
}

uint16_t server_port(const struct server *server)
{
    (void)server;
    return 1;
}

void server_flush(struct server *server)
{
    (void)server;
}

void server_shutdown(struct server *server)
{
    (void)server;
}

uint32_t server_connection_count(const struct server *server)
{
    (void)server;
    return 0;
}

static void keep_headers(const struct server_response *response)
{
    size_t used = 0;

    for (size_t i = 0; i < response->header_count; i++) {
        int size = snprintf(fake.answer.headers + used, sizeof fake.answer.headers - used,
                            "%s: %.*s\n", response->headers[i].name,
                            (int)response->headers[i].value.size, response->headers[i].value.data);

        ENSURE(size > 0 && (size_t)size < sizeof fake.answer.headers - used);
        used += (size_t)size;
    }
}

bool server_respond(struct server *server, struct server_handle handle,
                    const struct server_response *response)
{
    if (handle.generation != server->generation) {
        return false; /* that client has gone */
    }
    ENSURE(response->body.size < FAKE_SERVER_BODY_MAX);
    fake.answer.is_there = true;
    fake.answer.count++;
    fake.answer.status = response->status;
    fake.answer.size = response->body.size;
    if (response->body.size > 0) {
        memcpy(fake.answer.body, response->body.data, response->body.size);
    }
    fake.answer.body[response->body.size] = '\0';
    keep_headers(response);
    return true;
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

bool server_is_alive(const struct server *server, struct server_handle handle)
{
    return handle.generation == server->generation;
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
    *peer = server->peer;
    return handle.generation == server->generation;
}

const struct server_statistics *server_statistics(const struct server *server)
{
    return &server->statistics;
}
