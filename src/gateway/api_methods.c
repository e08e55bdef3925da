/* SPDX-License-Identifier: Apache-2.0
 *
 * Methods of the WebSocket API that REST does not have: who the session acts for, and its
 * subscriptions to users' own events.
 *
 * Why a file of its own: everything else a session may ask is an operation of the router's tables;
 * these change the session itself. They are written like routes, so that they pass the same checks.
 * Invariants: a session is logged on only with an Ed25519 key that signed the logon; it has at most
 * one subscription per participant.
 * Read next: user_streams.c.
 */
#include <string.h>

#include "base/ensure.h"
#include "gateway/call.h"
#include "gateway/router.h"
#include "gateway/socket_session.h"

static struct socket_session *session_of(const struct call *call)
{
    struct socket_session *session = server_user(call->venue->server, call->answer.to.handle);

    /* The message being answered came from it, in this very turn. */
    ENSURE(session != NULL && session->kind == SOCKET_KIND_API);
    return session;
}

/* ------------------------------------------------------------------ logon, status, logout */

static void reply_status(struct call *call, const struct socket_session *session)
{
    struct json_writer *json = &call->answer.json;
    bool is_on = session->logon.participant != 0;

    json_write_object_begin(json);
    json_write_key(json, "apiKey");
    if (is_on) {
        json_write_string(json, slice_of(session->api_key, SOCKET_API_KEY_SIZE));
        answer_key_time(&call->answer, "authorizedSince", session->logon_us);
    } else {
        json_write_null(json);
        json_write_key(json, "authorizedSince");
        json_write_null(json);
    }
    answer_key_time(&call->answer, "connectedSince", session->opened_us);
    json_write_key_bool(json, "returnRateLimits", session->wants_rate_limits);
    answer_key_time(&call->answer, "serverTime", call->now_us);
    json_write_key_bool(json, "userDataStream", session->subscription_count > 0);
    json_write_key_bool(json, "cancelOnDisconnect", session->guarded.participant != 0);
    json_write_object_end(json);
    call_reply(call);
}

/* Takes the wish for cancel on disconnect. False: the call has been answered. */
static bool read_guard(struct call *call, struct socket_session *session, uint32_t participant,
                       uint32_t key)
{
    struct slice unused;
    struct key_view view;

    if (!parameters_find(call->parameters, "cancelOnDisconnect", &unused)) {
        return true;
    }
    if (session->guarded.participant != 0 && session->guarded.participant != participant) {
        return call_error(call, VENUE_ERROR_INVALID, "cancelOnDisconnect", NULL);
    }
    if (!parameters_bool(call->parameters, "cancelOnDisconnect", false)) {
        session->guarded = (struct socket_identity){0};
        return true;
    }
    if (!tarazy_query_key_by_number(call->venue->engine, key, &view) ||
        (view.scopes & KEY_SCOPE_TRADE) == 0) {
        return call_error(call, VENUE_ERROR_KEY_REJECTED, NULL, NULL);
    }
    session->guarded = (struct socket_identity){participant, key};
    return true;
}

static void answer_logon(struct call *call)
{
    struct socket_session *session = session_of(call);
    struct slice api_key = {0};

    if (call->caller.type != KEY_TYPE_ED25519) {
        (void)call_error(call, VENUE_ERROR_KEY_TYPE, NULL, NULL);
        return;
    }
    if (!read_guard(call, session, call->caller.participant, call->caller.key)) {
        return;
    }
    (void)parameters_find(call->parameters, "apiKey", &api_key);
    ENSURE(api_key.size == SOCKET_API_KEY_SIZE); /* authenticate_key has looked */
    memcpy(session->api_key, api_key.data, SOCKET_API_KEY_SIZE);
    session->logon = (struct socket_identity){call->caller.participant, call->caller.key};
    session->logon_us = call->now_us;
    reply_status(call, session);
}

static void answer_status(struct call *call)
{
    reply_status(call, session_of(call));
}

/* Ends a subscription of the session, with its last word. */
static void end_subscription(struct call *call, struct socket_session *session,
                             struct user_subscription *subscription)
{
    socket_session_forget(session, subscription);
    user_streams_terminate(session->door->users, call->venue->engine, subscription);
}

static struct user_subscription *find_of_participant(const struct socket_session *session,
                                                     uint32_t participant)
{
    for (uint32_t i = 0; i < session->subscription_count; i++) {
        if (session->subscriptions[i]->participant == participant) {
            return session->subscriptions[i];
        }
    }
    return NULL;
}

static void answer_logout(struct call *call)
{
    struct socket_session *session = session_of(call);
    struct user_subscription *own = find_of_participant(session, session->logon.participant);

    session->logon = (struct socket_identity){0};
    memset(session->api_key, 0, sizeof session->api_key);
    reply_status(call, session);
    if (own != NULL) {
        end_subscription(call, session, own);
    }
}

/* ------------------------------------------------------------------ subscriptions */

static void reply_subscription(struct call *call, uint32_t number)
{
    struct json_writer *json = &call->answer.json;

    json_write_object_begin(json);
    json_write_key_uint64(json, "subscriptionId", number);
    json_write_object_end(json);
    call_reply(call);
}

static void subscribe(struct call *call, struct socket_session *session, uint32_t participant,
                      uint32_t key)
{
    const struct user_subscription like = {
        .participant = participant,
        .key = key,
        .number = session->next_subscription,
        .wrap = USER_WRAP_API,
    };

    if (find_of_participant(session, participant) != NULL) {
        (void)call_error(call, VENUE_ERROR_SUBSCRIBED, NULL, NULL);
        return;
    }
    if (!read_guard(call, session, participant, key)) {
        return;
    }
    if (socket_session_subscribe(session, &like) == NULL) {
        (void)call_error(call, VENUE_ERROR_BUSY, NULL, NULL);
        return;
    }
    session->next_subscription++;
    reply_subscription(call, like.number);
}

static void answer_subscribe(struct call *call)
{
    struct socket_session *session = session_of(call);
    const struct key_demand demand = {
        .api_key = slice_of(session->api_key, SOCKET_API_KEY_SIZE),
        .address = call->address,
        .scope = KEY_SCOPE_READ,
        .now_us = call->now_us,
    };
    struct failure failure;

    if (session->logon.participant == 0) {
        (void)call_error(call, VENUE_ERROR_UNAUTHORIZED, NULL, NULL);
        return;
    }
    /* The key may have been revoked since the logon. */
    if (!authenticate_key(call->venue->engine, &demand, &call->caller, &failure)) {
        call_fail(call, &failure);
        return;
    }
    subscribe(call, session, session->logon.participant, session->logon.key);
}

static void answer_subscribe_signature(struct call *call)
{
    subscribe(call, session_of(call), call->caller.participant, call->caller.key);
}

static void answer_unsubscribe(struct call *call)
{
    struct socket_session *session = session_of(call);
    int64_t number = parameters_integer(call->parameters, "subscriptionId", -1);
    uint32_t found = 0;

    for (uint32_t i = 0; i < session->subscription_count; i++) {
        found += number < 0 || session->subscriptions[i]->number == number;
    }
    if (found == 0) {
        (void)call_error(call, VENUE_ERROR_NOT_SUBSCRIBED, NULL, NULL);
        return;
    }
    json_write_object_begin(&call->answer.json);
    json_write_object_end(&call->answer.json);
    call_reply(call);
    for (uint32_t i = session->subscription_count; i > 0; i--) {
        struct user_subscription *at = session->subscriptions[i - 1];

        if (number < 0 || at->number == number) {
            end_subscription(call, session, at);
        }
    }
}

static void answer_subscriptions(struct call *call)
{
    const struct socket_session *session = session_of(call);
    struct json_writer *json = &call->answer.json;

    json_write_array_begin(json);
    for (uint32_t i = 0; i < session->subscription_count; i++) {
        json_write_object_begin(json);
        json_write_key_uint64(json, "subscriptionId", session->subscriptions[i]->number);
        json_write_object_end(json);
    }
    json_write_array_end(json);
    call_reply(call);
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule guard_rules[] = {
    {"cancelOnDisconnect", PARAMETER_TYPE_BOOL, false},
};

static const struct parameter_rule unsubscribe_rules[] = {
    {"subscriptionId", PARAMETER_TYPE_INTEGER, false},
};

static const struct route methods[] = {
    {.socket_method = "session.logon",
     .answer = answer_logon,
     ROUTE_PARAMETERS(guard_rules),
     .security = SECURITY_READ,
     .weight = 2,
     .summary = "Acts for the owner of this key from now on"},
    {.socket_method = "session.status",
     .answer = answer_status,
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "Who the session acts for"},
    {.socket_method = "session.logout",
     .answer = answer_logout,
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "Acts for nobody from now on"},
    {.socket_method = "session.subscriptions",
     .answer = answer_subscriptions,
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "The session's subscriptions"},
    {.socket_method = "userDataStream.subscribe",
     .answer = answer_subscribe,
     ROUTE_PARAMETERS(guard_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "Own events of who has logged on"},
    {.socket_method = "userDataStream.subscribe.signature",
     .answer = answer_subscribe_signature,
     ROUTE_PARAMETERS(guard_rules),
     .security = SECURITY_READ,
     .weight = 2,
     .summary = "Own events of who signs this request"},
    {.socket_method = "userDataStream.unsubscribe",
     .answer = answer_unsubscribe,
     ROUTE_PARAMETERS(unsubscribe_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "Ends one subscription, or all"},
};

const struct route *api_methods_find(struct slice name)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (slice_equals_text(name, methods[i].socket_method)) {
            return &methods[i];
        }
    }
    return NULL;
}

bool api_methods_needs_signature(const struct route *route)
{
    return route->answer == answer_logon || route->answer == answer_subscribe_signature;
}
