/* SPDX-License-Identifier: Apache-2.0
 *
 * The WebSocket functions of gateway/server.h over clients in memory.
 */
#include "support/fake_sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/websocket_frame.h"
#include "support/fake_server.h"
#include "support/fake_server_inside.h"

enum { SOCKETS_MAX = 64, FIRST_SLOT = 100, MESSAGE_MAX = 4 << 20 };

struct fake_socket {
    bool is_open;
    bool is_stalled;
    uint16_t close_code;
    uint32_t generation;
    void *user;
    char *bytes; /* as they came: whole frames */
    size_t size;
    size_t read;
    size_t unread_at_stall; /* bytes before the stall */
};

static struct fake_socket sockets[SOCKETS_MAX];
static size_t cap = 1u << 20;
static uint64_t frames;

static struct fake_socket *find(struct server_handle handle)
{
    if (handle.slot < FIRST_SLOT || handle.slot >= FIRST_SLOT + SOCKETS_MAX) {
        return NULL;
    }
    struct fake_socket *socket = &sockets[handle.slot - FIRST_SLOT];

    return socket->generation == handle.generation ? socket : NULL;
}

static struct fake_socket *find_open(struct server_handle handle)
{
    struct fake_socket *socket = find(handle);

    return socket != NULL && socket->is_open ? socket : NULL;
}

struct server_handle fake_socket_open(const char *target)
{
    static uint32_t generations;
    struct server_handle handle = {0};

    for (uint32_t i = 0; i < SOCKETS_MAX && handle.generation == 0; i++) {
        if (!sockets[i].is_open) {
            handle = (struct server_handle){FIRST_SLOT + i, ++generations};
            free(sockets[i].bytes);
            sockets[i] = (struct fake_socket){.is_open = true, .generation = generations};
        }
    }
    ENSURE(handle.generation != 0);
    if (fake_server_upgrade(handle, target) == SERVER_UPGRADE_ACCEPTED) {
        return handle;
    }
    sockets[handle.slot - FIRST_SLOT].is_open = false;
    return (struct server_handle){0};
}

void fake_socket_send(struct server_handle handle, const char *text)
{
    const struct server_callbacks *callbacks = fake_server_callbacks();

    ENSURE(find_open(handle) != NULL);
    callbacks->on_message(callbacks->context, fake_server_itself(), handle, slice_of_text(text));
}

const char *fake_socket_next(struct server_handle handle)
{
    static char message[MESSAGE_MAX + 1];
    struct fake_socket *socket = find(handle);
    struct websocket_reader reader;

    if (socket == NULL || socket->is_stalled || socket->read == socket->size) {
        return NULL;
    }
    websocket_reader_begin(&reader, WEBSOCKET_ROLE_CLIENT, MESSAGE_MAX, 1);
    struct websocket_event event =
        websocket_reader_next(&reader, socket->bytes + socket->read, socket->size - socket->read);

    ENSURE(event.kind == WEBSOCKET_EVENT_TEXT && event.payload.size <= MESSAGE_MAX);
    memcpy(message, event.payload.data, event.payload.size);
    message[event.payload.size] = '\0';
    socket->read = (size_t)(event.payload.data + event.payload.size - socket->bytes);
    return message;
}

void fake_socket_stall(struct server_handle handle, bool is_stalled)
{
    struct fake_socket *socket = find(handle);

    ENSURE(socket != NULL);
    socket->is_stalled = is_stalled;
    socket->unread_at_stall = socket->size;
}

void fake_sockets_set_cap(size_t size)
{
    cap = size;
}

static void end(struct server_handle handle, struct fake_socket *socket, uint16_t code)
{
    const struct server_callbacks *callbacks = fake_server_callbacks();

    callbacks->on_close(callbacks->context, fake_server_itself(), handle, code);
    socket->is_open = false;
}

void fake_socket_leave(struct server_handle handle)
{
    struct fake_socket *socket = find_open(handle);

    ENSURE(socket != NULL);
    end(handle, socket, WEBSOCKET_CLOSE_ABNORMAL);
}

uint16_t fake_socket_close_code(struct server_handle handle)
{
    const struct fake_socket *socket = find(handle);

    ENSURE(socket != NULL);
    return socket->close_code;
}

void fake_sockets_turn(void)
{
    for (uint32_t i = 0; i < SOCKETS_MAX; i++) {
        if (sockets[i].is_open && sockets[i].close_code != 0) {
            end((struct server_handle){FIRST_SLOT + i, sockets[i].generation}, &sockets[i],
                sockets[i].close_code);
        }
    }
}

uint64_t fake_sockets_frames(void)
{
    return frames;
}

void fake_sockets_clear(void)
{
    for (uint32_t i = 0; i < SOCKETS_MAX; i++) {
        free(sockets[i].bytes);
        sockets[i] = (struct fake_socket){.generation = sockets[i].generation};
    }
    frames = 0;
    cap = 1u << 20;
}

/* ------------------------------------------------------------------ gateway/server.h */

enum server_send server_ws_send_frame(struct server *server, struct server_handle handle,
                                      struct shared_frame *frame, enum server_policy policy)
{
    struct fake_socket *socket = find_open(handle);

    if (socket == NULL || socket->close_code != 0) {
        return SERVER_SEND_GONE;
    }
    if (server_ws_backlog(server, handle) + frame->size > cap) {
        if (policy == SERVER_POLICY_CONFLATE_OK) {
            return SERVER_SEND_CONFLATED;
        }
        socket->close_code = WEBSOCKET_CLOSE_POLICY;
        return SERVER_SEND_OVERFLOW;
    }
    socket->bytes = realloc(socket->bytes, socket->size + frame->size);
    ENSURE(socket->bytes != NULL);
    memcpy(socket->bytes + socket->size, frame->bytes, frame->size);
    socket->size += frame->size;
    frames++;
    return SERVER_SEND_QUEUED;
}

enum server_send server_ws_send(struct server *server, struct server_handle handle,
                                struct slice text, enum server_policy policy)
{
    struct shared_frame *frame = shared_frame_create_message(WEBSOCKET_OPCODE_TEXT, text);
    enum server_send result = server_ws_send_frame(server, handle, frame, policy);

    shared_frame_release(frame);
    return result;
}

size_t server_ws_backlog(const struct server *server, struct server_handle handle)
{
    const struct fake_socket *socket = find_open(handle);

    (void)server;
    return socket != NULL && socket->is_stalled ? socket->size - socket->unread_at_stall : 0;
}

void server_ws_close(struct server *server, struct server_handle handle, uint16_t code,
                     const char *reason)
{
    struct fake_socket *socket = find_open(handle);

    (void)server;
    (void)reason;
    if (socket != NULL && socket->close_code == 0) {
        socket->close_code = code;
    }
}

void server_set_user(struct server *server, struct server_handle handle, void *user)
{
    struct fake_socket *socket = find_open(handle);

    (void)server;
    if (socket != NULL) {
        socket->user = user;
    }
}

void *server_user(const struct server *server, struct server_handle handle)
{
    const struct fake_socket *socket = find_open(handle);

    (void)server;
    return socket != NULL ? socket->user : NULL;
}
