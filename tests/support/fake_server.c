/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's functions over one client in memory.
 */
#include "support/fake_server.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "gateway/server.h"
#include "support/fake_server_inside.h"
#include "support/fake_sockets.h"

struct server {
    struct server_callbacks callbacks;
    struct server_peer peer;
    struct server_statistics statistics;
    struct fake_answer answer;
    uint32_t generation;
    uint32_t followed;  /* generation of the last request beside which others may be begun */
    uint32_t upgrading; /* generation of the session that asks to be opened; 0: none */
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

bool fake_server_lets_follow(void)
{
    return fake.followed == fake.generation;
}

struct server *fake_server_itself(void)
{
    return &fake;
}

const struct server_callbacks *fake_server_callbacks(void)
{
    return &fake.callbacks;
}

enum server_upgrade fake_server_upgrade(struct server_handle handle, const char *target)
{
    static struct http_request request;
    char head[2048];
    int size = snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);

    ENSURE(size > 0 && (size_t)size < sizeof head &&
           http_request_parse(&request, head, (size_t)size) == HTTP_RESULT_OK);
    fake.answer.is_there = false;
    fake.answer.count = 0;
    fake.upgrading = handle.generation;
    enum server_upgrade result =
        fake.callbacks.on_upgrade(fake.callbacks.context, &fake, handle, &request);

    fake.upgrading = 0;
    return result;
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
    fake_sockets_clear();
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
    if (handle.generation != server->generation && handle.generation != server->upgrading) {
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

void server_let_follow(struct server *server, struct server_handle handle)
{
    (void)server;
    fake.followed = handle.generation;
}

bool server_is_alive(const struct server *server, struct server_handle handle)
{
    return handle.generation == server->generation;
}

bool server_peer(const struct server *server, struct server_handle handle, struct server_peer *peer)
{
    *peer = server->peer;
    (void)handle; /* every client is at the same place */
    return true;
}

const struct server_statistics *server_statistics(const struct server *server)
{
    return &server->statistics;
}
