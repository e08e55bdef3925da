/* SPDX-License-Identifier: Apache-2.0
 *
 * The scripted user of a server, and its clients.
 */
#include "support/server_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "codec/websocket_frame.h"

static void expect(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static int64_t rig_now_us(void *context)
{
    return ((struct rig *)context)->now_us;
}

static int64_t rig_wall_us(void *context)
{
    (void)context;
    return INT64_C(784111777000000); /* Sun, 06 Nov 1994 08:49:37 GMT */
}

/* Adds "[piece]" with the brackets given. */
static void text_append(char *text, const char *brackets, struct slice piece)
{
    size_t length = strlen(text);
    snprintf(text + length, RIG_TEXT - length, "%c%.*s%c", brackets[0], (int)piece.size,
             piece.size > 0 ? piece.data : "", brackets[1]);
}

/* ---- the user ---- */

static void on_request(void *context, struct server *server, struct server_handle handle,
                       const struct http_request *request, struct slice body)
{
    static char text[1 << 22];
    struct rig *rig = context;
    rig->requests++;
    /* Beside "/alone" no other may be begun. */
    if (!slice_equals_text(request->path, "/alone")) {
        server_let_follow(server, handle);
    }
    if (rig->answer == RIG_ANSWER_LATER) {
        expect(rig->handle_count < RIG_HANDLES);
        rig->handles[rig->handle_count++] = handle;
        return;
    }
    int size = snprintf(text, sizeof text, "%s %.*s %.*s", http_method_name(request->method),
                        (int)request->target.size, request->target.data, (int)body.size,
                        body.size > 0 ? body.data : "");
    struct server_response response = {
        .status = 200, .content_type = "text/plain", .body = slice_of(text, (size_t)size)};
    if (rig->answer == RIG_ANSWER_LARGE) {
        memset(text, 'L', rig->large_size);
        response.body = slice_of(text, rig->large_size);
    }
    expect(server_respond(server, handle, &response));
}

static bool may_follow(void *context, const struct http_request *request)
{
    const struct rig *rig = context;
    return !rig->is_strict && !slice_equals_text(request->path, "/reads");
}

static enum server_upgrade on_upgrade(void *context, struct server *server,
                                      struct server_handle handle,
                                      const struct http_request *request)
{
    struct rig *rig = context;
    (void)request;
    if (rig->refuses_upgrades) {
        return SERVER_UPGRADE_REFUSED;
    }
    rig->session = handle;
    rig->sessions++;
    if (rig->greets) {
        expect(server_ws_send(server, handle, slice_of_text("hello"), SERVER_POLICY_MUST_DELIVER) ==
               SERVER_SEND_QUEUED);
    }
    return SERVER_UPGRADE_ACCEPTED;
}

static void on_message(void *context, struct server *server, struct server_handle handle,
                       struct slice text)
{
    struct rig *rig = context;
    text_append(rig->messages, "[]", text);
    if (rig->echoes) {
        (void)server_ws_send(server, handle, text, SERVER_POLICY_MUST_DELIVER);
    }
}

static void on_close(void *context, struct server *server, struct server_handle handle,
                     uint16_t code)
{
    struct rig *rig = context;
    char number[8];
    int size = snprintf(number, sizeof number, "%u", (unsigned)code);
    /* Nothing can be sent to a session whose end is being told. */
    expect(server_ws_send(server, handle, slice_of_text("late"), SERVER_POLICY_MUST_DELIVER) ==
           SERVER_SEND_GONE);
    text_append(rig->closes, "()", slice_of(number, (size_t)size));
}

/* ---- the rig ---- */

void rig_open(struct rig *rig, const struct server_limits *limits)
{
    char address[80];
    *rig = (struct rig){.now_us = INT64_C(1000000000), .answer = RIG_ANSWER_ECHO};
    rig->clock =
        (struct clock_source){.context = rig, .wall_us = rig_wall_us, .monotonic_us = rig_now_us};
    expect(event_loop_create(&rig->loop, &rig->clock) == 0);
    rig->callbacks = (struct server_callbacks){.context = rig,
                                               .on_request = on_request,
                                               .may_follow = may_follow,
                                               .on_upgrade = on_upgrade,
                                               .on_message = on_message,
                                               .on_close = on_close};
    struct server_options options = {
        .loop = rig->loop, .callbacks = rig->callbacks, .server_name = "tarazy"};
    server_limits_default(&options.limits);
    options.limits.connections_max = 64;
    if (limits != NULL) {
        options.limits = *limits;
    }
    expect(server_create(&rig->server, &options) == 0);
    snprintf(rig->socket_path, sizeof rig->socket_path, "rig.%d.socket", (int)getpid());
    snprintf(address, sizeof address, "unix:%s", rig->socket_path);
    expect(server_listen(rig->server, address, NULL) == 0);
}

void rig_close(struct rig *rig)
{
    server_destroy(rig->server);
    event_loop_destroy(rig->loop);
}

int rig_connect(struct rig *rig)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    memcpy(address.sun_path, rig->socket_path, strlen(rig->socket_path));
    expect(fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    rig_turn(rig);
    return fd;
}

void rig_turn(struct rig *rig)
{
    int called;
    do {
        called = event_loop_run_once(rig->loop, 0);
        expect(called >= 0);
    } while (called > 0);
}

void rig_advance(struct rig *rig, int64_t milliseconds)
{
    for (int64_t i = 0; i < milliseconds; i++) {
        rig->now_us += 1000;
        rig_turn(rig);
    }
}

void rig_send(struct rig *rig, int fd, const char *bytes, size_t size)
{
    size_t at = 0;
    int refusals = 0;
    while (at < size && refusals < 10) {
        ssize_t done = send(fd, bytes + at, size - at, MSG_NOSIGNAL);
        at += done > 0 ? (size_t)done : 0;
        refusals = done > 0 ? 0 : refusals + 1;
        rig_turn(rig);
    }
}

void rig_send_text(struct rig *rig, int fd, const char *text)
{
    rig_send(rig, fd, text, strlen(text));
}

size_t rig_receive(struct rig *rig, int fd, char *out, size_t capacity, bool *is_closed)
{
    size_t size = 0;
    bool is_ended = false;
    while (size + 1 < capacity) {
        rig_turn(rig);
        ssize_t got = recv(fd, out + size, capacity - 1 - size, 0);
        if (got <= 0) {
            is_ended = got == 0 || errno != EAGAIN;
            break;
        }
        size += (size_t)got;
    }
    out[size] = '\0';
    if (is_closed != NULL) {
        *is_closed = is_ended;
    }
    return size;
}

bool rig_respond(struct rig *rig, struct server_handle handle, const char *body)
{
    const struct server_response response = {.status = 200, .body = slice_of_text(body)};
    bool is_done = server_respond(rig->server, handle, &response);
    rig_turn(rig);
    return is_done;
}

int rig_upgrade(struct rig *rig)
{
    char answer[512];
    int fd = rig_connect(rig);
    uint32_t before = rig->sessions;
    rig_send_text(rig, fd,
                  "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  "Sec-WebSocket-Version: 13\r\n\r\n");
    expect(rig->sessions == before + 1);
    if (!rig->greets) {
        (void)rig_receive(rig, fd, answer, sizeof answer, NULL);
        expect(strncmp(answer, "HTTP/1.1 101 ", 13) == 0);
    }
    return fd;
}

void rig_send_frame(struct rig *rig, int fd, uint8_t first, const char *payload, size_t size)
{
    static const uint8_t MASK[4] = {1, 2, 3, 4};
    char *bytes = malloc(size + WEBSOCKET_HEADER_SIZE_MAX);
    expect(bytes != NULL);
    size_t header =
        websocket_header_encode_masked(bytes, (enum websocket_opcode)(first & 15), size, MASK);
    bytes[0] = (char)first;
    memcpy(bytes + header, payload, size);
    websocket_mask(bytes + header, size, MASK, 0);
    rig_send(rig, fd, bytes, header + size);
    free(bytes);
}
