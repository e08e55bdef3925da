/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the server core: slots, buffers, states. Shared by listener.c, connection.c,
 * connection_output.c, http_session.c, websocket_session.c and server.c, and nobody else; everybody
 * else includes gateway/server.h.
 *
 *     HANDSHAKE (TLS) -> HEAD -> BODY -> HEAD ...                  requests are read one by one
 *                                   \-> UPGRADE -> WEBSOCKET -> CLOSING
 *     HEAD, BODY -> ENDING                              the last request has been taken
 *     any of them -> DRAINING (send what is queued) -> LINGERING (hear the peer out) -> FREE
 *
 * What is read and what is open are two things: in HEAD, BODY and ENDING any number of earlier
 * requests, up to a bound, wait for their answers (open_requests.h).
 */
#ifndef GATEWAY_CONNECTION_H
#define GATEWAY_CONNECTION_H

#include "codec/websocket_frame.h"
#include "gateway/address_table.h"
#include "gateway/open_requests.h"
#include "gateway/output_queue.h"
#include "gateway/server.h"

enum {
    LISTENERS_MAX = 8,
    RECEIVE_SIZE = 65536,    /* one read takes at most this much */
    GATHER_SIZE = 16384,     /* one TLS record */
    COMMON_LINES_MAX = 192,  /* the Date and Server lines of every answer */
    PIPELINE_OUTPUT = 65536, /* bytes of answers above which the next pipelined request waits */
    LINGER_MS = 1000         /* how long a closed connection is listened to, so that the last
                                answer is not lost to a reset */
};

enum connection_state {
    CONNECTION_STATE_FREE = 1,
    CONNECTION_STATE_HANDSHAKE, /* TLS */
    CONNECTION_STATE_HEAD,      /* between requests, or inside a head */
    CONNECTION_STATE_BODY,      /* the head is whole, the body is not */
    CONNECTION_STATE_ENDING,    /* no more is read: what is open is answered, then DRAINING */
    CONNECTION_STATE_UPGRADE,   /* inside on_upgrade: the one request that is open */
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
    uint32_t generation; /* of the oldest open request; of the next one when none is open */
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

    /* HTTP: of the request being read */
    bool is_started;     /* its first byte is here */
    size_t scanned;      /* bytes of the head looked at */
    size_t request_size; /* head and body */

    /* HTTP: of the requests being answered */
    struct open_requests open;
    bool is_alone;    /* the newest lets none follow before it is answered */
    bool is_held;     /* the next one is here, and may not follow what is open */
    bool wants_close; /* the last answer says that the connection ends */

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
    struct open_pool rings;

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

/* Which of the open requests a handle fits, 0 the oldest; UINT32_MAX: none that waits for an answer. */
uint32_t connection_open_index(const struct connection *connection, struct server_handle handle);

/* The handle of the index-th oldest open request; of a session: 0. */
struct server_handle connection_handle(const struct connection *connection, uint32_t index);

/* The handles of the `count` oldest requests do not fit any more. */
void connection_age(struct connection *connection, uint32_t count);

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

/* May the next request be looked at now? */
bool http_session_may_begin(const struct connection *connection);
void http_session_expire(struct connection *connection);

/* No more requests: what is open is answered, then the connection closes. */
void http_session_end(struct connection *connection);

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
