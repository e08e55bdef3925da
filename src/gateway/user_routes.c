/* SPDX-License-Identifier: Apache-2.0
 *
 * Listen keys over REST: POST makes or prolongs one, PUT prolongs it, DELETE ends it. An API key is
 * asked for and no signature, as the clients who still use this do it.
 *
 * Why a file of its own: it is the old door to what userDataStream.subscribe does now, and can be
 * taken out as a whole. Read next: listen_keys.c.
 */
#include "gateway/call.h"
#include "gateway/routes.h"
#include "gateway/socket_door.h"
#include "gateway/venue.h"

/* The door with its listen keys; NULL: this venue has none, and the call has been answered. */
static struct socket_door *door_of(struct call *call)
{
    struct socket_door *door = socket_door_of(call->venue);

    if (door == NULL) {
        (void)call_error(call, VENUE_ERROR_DISCONNECTED, NULL, NULL);
    }
    return door;
}

static void reply_empty(struct call *call)
{
    json_write_object_begin(&call->answer.json);
    json_write_object_end(&call->answer.json);
    call_reply(call);
}

static void answer_start(struct call *call)
{
    struct socket_door *door = door_of(call);

    if (door == NULL) {
        return;
    }
    const struct listen_key *key = listen_keys_open(
        socket_door_listen_keys(door), call->caller.participant, call->caller.key, call->now_us);

    if (key == NULL) {
        (void)call_error(call, VENUE_ERROR_BUSY, NULL, NULL);
        return;
    }
    json_write_object_begin(&call->answer.json);
    json_write_key_string(&call->answer.json, "listenKey", slice_of(key->text, LISTEN_KEY_SIZE));
    json_write_object_end(&call->answer.json);
    call_reply(call);
}

static void answer_keep_alive(struct call *call)
{
    struct socket_door *door = door_of(call);
    struct slice text = {0};

    if (door == NULL) {
        return;
    }
    (void)parameters_find(call->parameters, "listenKey", &text);
    if (!listen_keys_extend(socket_door_listen_keys(door), text, call->caller.participant,
                            call->now_us)) {
        (void)call_error(call, VENUE_ERROR_LISTEN_KEY, NULL, NULL);
        return;
    }
    reply_empty(call);
}

static void answer_close(struct call *call)
{
    struct socket_door *door = door_of(call);
    struct slice text = {0};

    if (door == NULL) {
        return;
    }
    (void)parameters_find(call->parameters, "listenKey", &text);
    if (!listen_keys_close(socket_door_listen_keys(door), text, call->caller.participant,
                           call->now_us)) {
        (void)call_error(call, VENUE_ERROR_LISTEN_KEY, NULL, NULL);
        return;
    }
    user_streams_end_listen_key(socket_door_users(door), call->venue->engine,
                                call->caller.participant, text, false);
    reply_empty(call);
}

static const struct parameter_rule key_rules[] = {
    {"listenKey", PARAMETER_TYPE_TEXT, true},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_POST,
     .path = "/api/v3/userDataStream",
     .socket_method = "userDataStream.start",
     .answer = answer_start,
     .security = SECURITY_KEY,
     .weight = 2,
     .summary = "A listen key for one's own events, good for an hour"},
    {.method = HTTP_METHOD_PUT,
     .path = "/api/v3/userDataStream",
     .socket_method = "userDataStream.ping",
     .answer = answer_keep_alive,
     ROUTE_PARAMETERS(key_rules),
     .security = SECURITY_KEY,
     .weight = 2,
     .summary = "Another hour for a listen key"},
    {.method = HTTP_METHOD_DELETE,
     .path = "/api/v3/userDataStream",
     .socket_method = "userDataStream.stop",
     .answer = answer_close,
     ROUTE_PARAMETERS(key_rules),
     .security = SECURITY_KEY,
     .weight = 2,
     .summary = "Ends a listen key and what was opened by it"},
};

const struct route_table user_stream_routes = {routes, sizeof routes / sizeof routes[0]};
