/* SPDX-License-Identifier: Apache-2.0
 *
 * The network side of the gateway: listeners, connections, HTTP/1.1 and WebSocket sessions, plain
 * or TLS. It knows bytes, deadlines and caps; it knows nothing of markets. What to answer is asked
 * of four callbacks, and the answer may come in the callback or any number of turns later.
 *
 * Rules for the user of this header
 *   - A handle is {slot, generation}. The one given to on_request lives until the answer or until
 *     the client is gone; the one given to on_upgrade lives as long as the session. After that every
 *     call with it does nothing and says so; a handle may be kept as long as one likes.
 *   - Slices given to a callback are valid during the callback only.
 *   - Several requests of a connection may be open at a time, up to OPEN_REQUESTS_MAX, and be
 *     answered in any order; the answers leave in the order of the requests. One is begun while
 *     others are open only if the newest of them was let go by server_let_follow() and may_follow()
 *     says yes; whatever else the client pipelines waits in a bounded buffer.
 *   - Nothing is written inside server_respond() or server_ws_send(): the bytes are queued and
 *     leave in one write per connection at the end of the loop's turn (server_flush()).
 *   - on_close is never called from inside a function of this header, only from the loop; so a
 *     list of sessions can be walked while sending to them. server_destroy() is the one function
 *     that must not be called inside a callback.
 */
#ifndef GATEWAY_SERVER_H
#define GATEWAY_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/http_request.h"
#include "codec/slice.h"
#include "gateway/shared_frame.h"
#include "platform/event_loop.h"
#include "platform/tls.h"

struct server;

struct server_handle {
    uint32_t slot;
    uint32_t generation; /* 0: never valid, so a zeroed handle is harmless */
};

struct server_limits {
    uint32_t connections_max;           /* slots; the memory for them is taken at the start */
    uint32_t connections_per_address;   /* per IPv4 address or IPv6 /64 */
    uint32_t connections_from_loopback; /* the same for 127.0.0.0/8 and ::1 */
    uint32_t body_size_max;             /* bytes of a request's body; above: 413 */
    uint32_t message_size_max;          /* bytes of a WebSocket message; above: close 1009 */
    uint32_t fragments_max;             /* frames of a WebSocket message; above: close 1008 */
    uint32_t output_size_max;           /* queued bytes of one WebSocket session */
    uint32_t output_frames_max;         /* queued frames of one WebSocket session */
    int64_t head_deadline_ms;           /* from the first byte of a request to its blank line */
    int64_t body_deadline_ms;           /* from the blank line, plus body size / 1 KiB per second */
    int64_t idle_ms;               /* keep-alive without a request; a write that stands still */
    int64_t ping_interval_ms;      /* between two pings to a WebSocket client */
    int64_t pong_deadline_ms;      /* without any pong: the session is closed */
    int64_t close_deadline_ms;     /* to wait for the peer's side of a close */
    int64_t websocket_lifetime_ms; /* 0: no limit */
};

/* 10,000 connections, 50 per address, no limit from loopback; 128 KiB bodies, 64 KiB messages, 16
 * fragments; 1 MiB and 4,096 frames queued; head 5 s, body 5 s, idle 60 s, ping 20 s, pong 60 s,
 * close 5 s, lifetime 24 h. */
void server_limits_default(struct server_limits *limits);

enum server_upgrade {
    SERVER_UPGRADE_ACCEPTED = 1,
    SERVER_UPGRADE_REFUSED /* the callback has answered with server_respond(); if not: 404 */
};

struct server_callbacks {
    void *context;

    /* A whole request. Answer it, now or later, with server_respond() exactly once. */
    void (*on_request)(void *context, struct server *server, struct server_handle handle,
                       const struct http_request *request, struct slice body);

    /* May this request be begun while earlier ones of its connection are open? Asked only then.
     * NULL: never. An upgrade never may. */
    bool (*may_follow)(void *context, const struct http_request *request);

    /* A correct WebSocket handshake (its fields are checked already). NULL: always refused.
     * Sending may begin in the callback: that accepts, and the frames follow the 101. */
    enum server_upgrade (*on_upgrade)(void *context, struct server *server,
                                      struct server_handle handle,
                                      const struct http_request *request);

    /* A whole text message, valid UTF-8. Binary messages close the session with 1003. */
    void (*on_message)(void *context, struct server *server, struct server_handle handle,
                       struct slice text);

    /* A WebSocket session has ended, whoever ended it; told once for each accepted upgrade.
     * server_user() still answers inside the callback. */
    void (*on_close)(void *context, struct server *server, struct server_handle handle,
                     uint16_t code);
};

struct server_options {
    struct event_loop *loop;
    struct server_limits limits;
    struct server_callbacks callbacks;
    const char *server_name; /* Server: header; NULL: none. The Date comes from the loop's clock */
};

/* Makes a server without listeners and hooks it into the loop. Returns 0 or a negative errno. */
int server_create(struct server **server, const struct server_options *options);

/* Closes everything at once. on_close is not called any more. NULL is allowed. */
void server_destroy(struct server *server);

/* Listens at "127.0.0.1:8080", "[::1]:8080" or "unix:/path"; port 0 takes a free one. tls may be
 * NULL: plain; otherwise it must outlive the server. Returns 0 or a negative errno. */
int server_listen(struct server *server, const char *address, struct tls_context *tls);

/* The port of the first listener, 0 if there is none. */
uint16_t server_port(const struct server *server);

/* Writes all that is queued. The server does this itself at the end of each turn of the loop;
 * inside a callback it does nothing. */
void server_flush(struct server *server);

/* Stops listening, closes idle connections, lets open requests be answered, closes WebSocket
 * sessions with 1001. Turn the loop until server_connection_count() is 0 or patience ends. */
void server_shutdown(struct server *server);
uint32_t server_connection_count(const struct server *server);

/* ---- HTTP ---- */

struct server_header {
    const char *name;
    struct slice value; /* visible ASCII and blanks; checked */
};

enum { SERVER_HEADERS_MAX = 16 };

struct server_response {
    uint32_t status;
    const char *content_type;            /* NULL: none */
    const struct server_header *headers; /* beyond Date, Server, Content-*, Connection */
    size_t header_count;                 /* at most SERVER_HEADERS_MAX */
    struct slice body;                   /* copied */
    struct shared_frame *body_frame;     /* instead of `body`: sent by reference; stays yours */
    bool wants_close;                    /* close the connection after this answer */
};

/* Answers an open request. False: the client has gone or it has been answered. For HEAD the body is
 * left out and its length told. wants_close: what is open beside it is still answered. */
bool server_respond(struct server *server, struct server_handle handle,
                    const struct server_response *response);

/* To be called inside on_request, before anything is answered: further requests of the connection
 * may be begun while this one is open. Whoever calls it says that nobody could tell. */
void server_let_follow(struct server *server, struct server_handle handle);

/* ---- WebSocket ---- */

enum server_policy {
    SERVER_POLICY_CONFLATE_OK = 1, /* over the cap the message is dropped and the caller is told */
    SERVER_POLICY_MUST_DELIVER     /* over the cap the session is closed with 1008 */
};

enum server_send {
    SERVER_SEND_QUEUED = 1,
    SERVER_SEND_CONFLATED, /* not queued; the session lives */
    SERVER_SEND_OVERFLOW,  /* not queued; the session is being closed */
    SERVER_SEND_GONE       /* no such session any more */
};

/* Queues one text message for one session. */
enum server_send server_ws_send(struct server *server, struct server_handle handle,
                                struct slice text, enum server_policy policy);

/* Queues a frame of shared_frame_create_message() by reference; the caller keeps its own. */
enum server_send server_ws_send_frame(struct server *server, struct server_handle handle,
                                      struct shared_frame *frame, enum server_policy policy);

/* Bytes queued and not yet taken by the kernel; 0 for a session that is gone. */
size_t server_ws_backlog(const struct server *server, struct server_handle handle);

/* Begins to close: what is queued is sent, then the close frame. reason: at most 123 bytes. */
void server_ws_close(struct server *server, struct server_handle handle, uint16_t code,
                     const char *reason);

/* ---- any connection ---- */

/* False once the request is answered, the session closed or the client gone. */
bool server_is_alive(const struct server *server, struct server_handle handle);

/* One pointer of the user's per connection, NULL at first; NULL for a connection that is gone. It
 * lives as long as the connection, over all its requests. */
void server_set_user(struct server *server, struct server_handle handle, void *user);
void *server_user(const struct server *server, struct server_handle handle);

/* Who is at the other end: IPv4 as an IPv4-mapped IPv6 address; all zero for a Unix socket. */
struct server_peer {
    uint8_t address[16];
    uint16_t port;
    bool is_tls;
};

bool server_peer(const struct server *server, struct server_handle handle,
                 struct server_peer *peer);

/* Counters since the start, for /metrics. */
struct server_statistics {
    uint64_t connections_accepted;
    uint64_t connections_refused; /* a cap was reached */
    uint64_t requests;
    uint64_t requests_malformed; /* refused by the parser or a deadline */
    uint64_t upgrades;
    uint64_t messages_received;
    uint64_t frames_queued;
    uint64_t frames_conflated;
    uint64_t sessions_overflowed;
    uint64_t bytes_received;
    uint64_t bytes_sent;
    uint64_t writes; /* system calls that sent something */
};

const struct server_statistics *server_statistics(const struct server *server);

#endif
