/* SPDX-License-Identifier: Apache-2.0
 *
 * The WebSocket door: which session a path opens, and what all sessions share. It hangs into the
 * venue as its extension.
 *
 *     /ws                      streams, nothing at first; SUBSCRIBE follows
 *     /ws/<name>[/<name>…]     streams by name; a listenKey is a name, too
 *     /stream?streams=a/b      the same, wrapped: {"stream":"a","data":…}
 *     /ws-api/v3               the WebSocket API
 *
 * Options in the query: timeUnit=MICROSECOND, and for the API returnRateLimits=false. Names that
 * cannot be streams ("0", as clients number their connections) open an empty session; names that
 * could be and are not are refused.
 */
#ifndef GATEWAY_SOCKET_DOOR_H
#define GATEWAY_SOCKET_DOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/disconnect_guard.h"
#include "gateway/listen_keys.h"
#include "gateway/market_streams.h"
#include "gateway/request_metrics.h"
#include "gateway/user_streams.h"
#include "gateway/venue.h"

struct socket_door_options {
    struct market_streams_options market; /* limits; the pointers are filled in */
    uint32_t subscriptions_max;           /* users' own events, of everybody */
    uint32_t listen_keys_max;
    uint32_t messages_per_second; /* a stream session's client may send; then 1008. 0: any */
};

/* Those of market_streams_defaults(); 100,000 subscriptions, 10,000 listen keys, 5 messages. */
void socket_door_defaults(struct socket_door_options *options);

struct socket_door;

/* Makes the door and extends the venue with it, before the first turn of the loop. NULL: out of
 * memory. */
struct socket_door *socket_door_create(struct venue *venue,
                                       const struct socket_door_options *options);

/* Ends all sessions without a word and takes itself out of the venue, which must still be there.
 * NULL is allowed. */
void socket_door_destroy(struct socket_door *door);

/* Tells every session that the server goes down; the server closes them afterwards. */
void socket_door_announce_shutdown(struct socket_door *door);

/* The door of a venue; NULL: it has none. */
struct socket_door *socket_door_of(const struct venue *venue);

struct listen_keys *socket_door_listen_keys(struct socket_door *door);
struct user_streams *socket_door_users(struct socket_door *door);
const struct request_metrics *socket_door_requests(const struct socket_door *door);

struct socket_statistics {
    uint32_t stream_sessions; /* now */
    uint32_t api_sessions;
    uint64_t messages_refused; /* sessions closed for talking too much */
    uint64_t events;           /* of the commands seen so far */
    uint64_t batch_lag_us;     /* from the last batch's time to when it was applied */
    uint32_t stalled_s;        /* so long commands have been under way and no batch has come */
    struct market_streams_statistics market;
    struct user_streams_statistics users;
    struct disconnect_statistics disconnects;
};
struct socket_statistics socket_door_statistics(const struct socket_door *door);

#endif
