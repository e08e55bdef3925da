/* SPDX-License-Identifier: Apache-2.0
 *
 * A server of gateway/server.h with a clock that the test turns, a scripted user behind it, and
 * clients on Unix sockets, which deliver at once: no test waits for anything.
 */
#ifndef SUPPORT_SERVER_RIG_H
#define SUPPORT_SERVER_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/server.h"

enum { RIG_HANDLES = 1024, RIG_TEXT = 1 << 16 };

enum rig_answer {
    RIG_ANSWER_ECHO = 1, /* at once: "METHOD target body" */
    RIG_ANSWER_LATER,    /* the handle is kept in handles[] */
    RIG_ANSWER_LARGE     /* at once: large_size bytes of body */
};

struct rig {
    struct event_loop *loop;
    struct server *server;
    struct clock_source clock;
    struct server_callbacks callbacks; /* the scripted user, for another server of the test */
    int64_t now_us;
    char socket_path[64];

    enum rig_answer answer;
    size_t large_size;
    bool refuses_upgrades;
    bool is_strict; /* nothing may be begun beside an open request */
    bool greets;    /* sends "hello" inside on_upgrade */
    bool echoes;    /* answers a WebSocket message with itself */

    uint32_t requests; /* on_request was called so often */
    struct server_handle handles[RIG_HANDLES];
    uint32_t handle_count;
    struct server_handle session; /* of the last upgrade */
    uint32_t sessions;
    char messages[RIG_TEXT]; /* "[text]" of each message received */
    char closes[RIG_TEXT];   /* "(code)" of each on_close */
};

/* Opens a server on a socket in the current folder. limits NULL: the default ones. */
void rig_open(struct rig *rig, const struct server_limits *limits);
void rig_close(struct rig *rig);

/* A client's end; not blocking. */
int rig_connect(struct rig *rig);

/* Turns the loop until nothing happens any more. */
void rig_turn(struct rig *rig);

/* Lets time pass, turning the loop at every millisecond asked for. */
void rig_advance(struct rig *rig, int64_t milliseconds);

/* Sends everything, turning the loop when the socket is full, and then turns it until quiet. */
void rig_send(struct rig *rig, int fd, const char *bytes, size_t size);
void rig_send_text(struct rig *rig, int fd, const char *text);

/* Reads what is there into out (zero-terminated). Returns the size; *is_closed tells the end. */
size_t rig_receive(struct rig *rig, int fd, char *out, size_t capacity, bool *is_closed);

/* Answers a kept handle with 200 and this text. */
bool rig_respond(struct rig *rig, struct server_handle handle, const char *body);

/* Sends a handshake and checks the 101. Returns the client's end. */
int rig_upgrade(struct rig *rig);

/* Sends one frame as a client does: masked, with this first byte. */
void rig_send_frame(struct rig *rig, int fd, uint8_t first, const char *payload, size_t size);

#endif
