/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the server core: slots, buffers, states. Shared by listener.c, connection.c,
 * connection_output.c, http_session.c, websocket_session.c and server.c, and nobody else; everybody
 * else includes gateway/server.h.
 *
 *     HANDSHAKE (TLS) -> HEAD -> BODY -> ANSWER -> HEAD ...        keep-alive
 *                                   \-> UPGRADE -> WEBSOCKET -> CLOSING
 *     any of them -> DRAINING (send what is queued) -> LINGERING (hear the peer out) -> FREE
 */
#ifndef GATEWAY_CONNECTION_H
#define GATEWAY_CONNECTION_H

#include "codec/websocket_frame.h"
#include "gateway/address_table.h"
#include "gateway/output_queue.h"
#include "gateway/server.h"

enum {
    LISTENERS_MAX = 8,
    RECEIVE_SIZE = 65536,    /* one read takes at most this much */
    GATHER_SIZE = 16384,     /* one TLS record */
    COMMON_LINES_MAX = 192,  /* the Date and Server lines of every answer */
    PIPELINE_OUTPUT = 65536, /* queued bytes above which the next pipelined request waits */
    LINGER_MS = 1000         /* how long a closed connection is listened to, so that the last
                                answer is not lost to a reset */
};

enum connection_state {
    CONNECTION_STATE_FREE = 1,
    CONNECTION_STATE_HANDSHAKE, /* TLS */
    CONNECTION_STATE_HEAD,      /* between requests, or inside a head */
    CONNECTION_STATE_BODY,      /* the head is whole, the body is not */
    CONNECTION_STATE_ANSWER,    /* a request is open: its answer is somebody's task */
    CONNECTION_STATE_UPGRADE,   /* inside on_upgrade */
    CONNECTION_STATE_WEBSOCKET,
    CONNECTION_STATE_CLOSING,  /* our close frame is queued, the peer's is awaited */
    CONNECTION_STATE_DRAINING, /* what is queued is sent, input is thrown away */
    CONNECTION_STATE_LINGERING /* our side is shut */
};

struct connection {
    struct event_source source;
    struct event_timer timer;
    struct server *server;
    struct tls_session *tls; /* NULL: plain */
    void *user;
    struct server_peer peer;

    enum connection_state state;
    uint32_t slot;
    uint32_t generation; /* a handle fits while this is its generation */
    uint32_t next_free;  /* slot + 1 */
    struct connection *next_marked;
    int64_t deadline_ms; /* INT64_MAX: none */

    char *input;          /* received and not understood yet; NULL: nothing */
    uint32_t input_start; /* of what is left of it */
    uint32_t input_size;  /* bytes from there on */
    uint32_t input_capacity;
    struct output_queue output;

    bool is_marked;      /* in the list of what the end of the turn looks at */
    bool is_input_ended; /* the peer will send no more */
    bool is_blocked;     /* the kernel takes no more for now */

    /* HTTP: of the request being read or answered */
    bool is_started;     /* its first byte is here */
    bool is_head_only;   /* HEAD: the answer goes without its body */
    bool wants_close;    /* the connection ends after the answer */
    size_t scanned;      /* bytes of the head looked at */
    size_t request_size; /* head and body */

    /* WebSocket */
    bool owes_close; /* on_close is still to be called */
    uint16_t close_code;
    struct websocket_reader reader;
    int64_t ping_due_ms;
    int64_t pong_ms; /* of the last pong, or of the handshake */
    int64_t ends_ms; /* end of its lifetime */
};

struct listener {
    struct event_source source;
    struct event_timer pause; /* after accept() failed for want of descriptors */
    struct server *server;
    struct tls_context *tls;
    uint16_t port;
    char path[108]; /* of a Unix socket */
};

struct server {
    struct event_loop *loop;
    struct event_turn_hook hook;
    struct server_limits limits;
    struct server_callbacks callbacks;
    const char *name;
    struct server_statistics statistics;
    struct listener listeners[LISTENERS_MAX];
    uint32_t listener_count;
    bool is_shutting_down;
    bool is_dispatching; /* inside a callback of the user */

    struct connection *connections; /* limits.connections_max slots */
    uint32_t connection_count;
    uint32_t first_free; /* slot + 1 */
    struct address_table *addresses;
    struct connection *marked_first;
    struct connection *marked_last;
    struct output_pool blocks;

    struct http_request request; /* of the callback being made */
    int64_t common_second;       /* what common_lines were made for */
    size_t common_size;
    char common_lines[COMMON_LINES_MAX];
    char receive[RECEIVE_SIZE];
    char gather[GATHER_SIZE];
};

/* ---- connection.c ---- */

/* Takes a descriptor over; it is closed when there is no room. */
void connection_open(struct server *server, int fd, struct tls_context *tls,
                     const struct server_peer *peer);

/* Ends a connection at once and frees its slot; tells on_close if it is owed. Only to be called
 * from the loop, never from inside a function of server.h. */
void connection_release(struct connection *connection);

/* The connection of a handle, NULL when the handle is old. */
struct connection *connection_find(const struct server *server, struct server_handle handle);
struct server_handle connection_handle(const struct connection *connection);

/* No handle given so far fits any more. */
void connection_age(struct connection *connection);

/* The next deadline; INT64_MAX: none. Cheap when it moves away, as it nearly always does. */
void connection_expire_in(struct connection *connection, int64_t delay_ms);

/* Has the connection looked at when the turn ends. */
void connection_mark(struct connection *connection);

/* Queues a frame; takes the caller's reference over. */
void connection_queue(struct connection *connection, struct shared_frame *frame);

/* Sends what is queued, then closes. */
void connection_drain(struct connection *connection);

/* Understands what is in the buffer already, after an answer made room. */
void connection_resume(struct connection *connection);

/* Asks the loop for what the state can use. */
void connection_interest_update(struct connection *connection);

/* ---- connection_output.c ---- */

/* Writes, and does what waited for it. */
void connection_flush(struct connection *connection);

/* ---- http_session.c ---- */

/* Understands a prefix of the bytes and returns its size; makes callbacks. */
size_t http_session_input(struct connection *connection, char *bytes, size_t size);
void http_session_expire(struct connection *connection);

/* ---- websocket_session.c ---- */

/* Turns the connection whose handshake is being served into a session: queues the 101. */
void websocket_session_begin(struct connection *connection);

/* Understands what it can and returns how many bytes are left, moved to the front. */
size_t websocket_session_input(struct connection *connection, char *bytes, size_t size);
void websocket_session_expire(struct connection *connection);

/* Begins to close: our close frame, then the peer's is awaited. */
void websocket_session_close(struct connection *connection, uint16_t code, struct slice reason);

/* Calls on_close if it is owed. */
void websocket_session_tell(struct connection *connection);

/* ---- listener.c ---- */

void listeners_close(struct server *server);

#endif
