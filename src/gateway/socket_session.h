/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the WebSocket door, shared by socket_door.c, stream_session.c, api_session.c and
 * api_methods.c and nobody else: what every session is, and what each kind of session does.
 */
#ifndef GATEWAY_SOCKET_SESSION_H
#define GATEWAY_SOCKET_SESSION_H

#include "gateway/socket_door.h"

enum socket_kind {
    SOCKET_KIND_STREAMS = 1,
    SOCKET_KIND_API,
};

enum {
    SOCKET_SUBSCRIPTIONS_MAX = 32, /* users' own events, of one session */
    SOCKET_API_KEY_SIZE = 64
};

/* Who a session acts for: by session.logon, or for cancel on disconnect. */
struct socket_identity {
    uint32_t participant; /* 0: nobody */
    uint32_t key;
};

struct socket_session {
    enum socket_kind kind;
    bool is_micro;
    struct socket_door *door;
    struct server_handle handle;
    uint8_t address[16];
    int64_t opened_us;
    struct socket_session *next; /* of the door */
    struct socket_session **link;
    uint32_t subscription_count;
    struct user_subscription *subscriptions[SOCKET_SUBSCRIPTIONS_MAX];

    /* STREAMS */
    struct stream_listener listener;
    int64_t messages_from_us; /* the second being counted */
    uint32_t messages;

    /* API */
    bool wants_rate_limits;
    struct socket_identity logon; /* its key is looked up again for every request */
    char api_key[SOCKET_API_KEY_SIZE];
    int64_t logon_us;
    struct socket_identity guarded; /* whose orders end with the session */
    uint32_t next_subscription;
};

struct socket_door {
    struct venue *venue;
    struct socket_door_options options;
    struct market_streams *market;
    struct user_streams *users;
    struct listen_keys *listen_keys;
    struct disconnect_guard *guard;
    struct event_timer tick;
    struct socket_session *sessions;
    struct socket_statistics statistics;
    struct request_metrics requests;
    bool was_waiting; /* at the last tick commands were under way, and no batch has come since */
    char *text;       /* SOCKET_TEXT_SIZE bytes, for the message being written */
};

enum { SOCKET_TEXT_SIZE = 1 << 18, SOCKET_TICK_MS = 1000 };

/* ---- socket_door.c ---- */

/* Opens a subscription for a session; NULL: too many. `like` without handle, time unit, owner. */
struct user_subscription *socket_session_subscribe(struct socket_session *session,
                                                   const struct user_subscription *like);

/* Takes a subscription out of its session's list; it is not ended by this. */
void socket_session_forget(struct socket_session *session,
                           const struct user_subscription *subscription);

/* ---- stream_session.c ---- */

/* Subscribes to names separated by '/'. False: *failure says which could not be. */
bool stream_session_open(struct socket_session *session, struct slice names,
                         struct failure *failure);
void stream_session_message(struct socket_session *session, struct slice text);

/* ---- api_session.c ---- */

void api_session_message(struct socket_session *session, struct slice text);

/* Sends an answer: venue_extension.answer_socket. */
void api_session_answer(struct socket_door *door, const struct reply_address *to, uint32_t status,
                        struct slice result);

/* ---- api_methods.c ---- */

/* The methods about the session itself and its subscriptions; NULL: none of these. */
const struct route *api_methods_find(struct slice name);

/* Must this one bring its own key and signature, whoever is logged on? */
bool api_methods_needs_signature(const struct route *route);

#endif
