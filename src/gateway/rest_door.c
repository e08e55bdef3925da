/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP door.
 *
 * Why a file of its own: everything that is HTTP about an operation is here, and nothing of it in the
 * operations. Order of checks: route, rate limits, parameters' grammar, key, time, signature, the
 * parameters' own rules, the operation. Invariant: the signature is checked over the bytes of query
 * and body exactly as they came, without their `signature` field, percent-encoded as they were.
 * Read next: call.c.
 */
#include "gateway/rest_door.h"

#include <stdint.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/query_text.h"
#include "gateway/call.h"
#include "gateway/venue.h"

#define HEADER_KEY  "X-MBX-APIKEY"
#define HEADER_UNIT "X-MBX-TIME-UNIT"

/* What a signed request says beside the operation's own parameters. */
static const struct parameter_rule signed_rules[] = {
    {"timestamp", PARAMETER_TYPE_TIME, true},
    {"signature", PARAMETER_TYPE_TEXT, true},
    {"recvWindow", PARAMETER_TYPE_DECIMAL, false},
    {"nonce", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_table signed_table = {signed_rules,
                                                    sizeof signed_rules / sizeof signed_rules[0]};
static const struct parameter_table unsigned_table = {NULL, 0};

/* A request on its way to becoming a call. */
struct visit {
    struct call call;
    const struct http_request *request;
    struct slice body;
    struct slice api_key;
    bool is_json;
};

/* ------------------------------------------------------------------ steps */

static bool charge(struct visit *visit, uint32_t weight)
{
    struct call *call = &visit->call;
    struct rate_verdict verdict;
    struct failure failure;
    bool is_fine = rate_limits_charge(call->venue->rates, call->address, weight, call->now_us,
                                      &verdict, &failure);

    call->answer.to.weight_used = verdict.weight_used;
    call->answer.to.retry_after_s = verdict.retry_after_s;
    if (!is_fine) {
        call_fail(call, &failure);
    }
    return is_fine;
}

/* What there is not costs, too: asking for it at any rate must not be free. */
static bool find_route(struct visit *visit)
{
    struct venue *venue = visit->call.venue;
    enum http_method method = visit->request->method;
    bool path_exists;

    if (method == HTTP_METHOD_HEAD) {
        method = HTTP_METHOD_GET;
    }
    visit->call.path = visit->request->path;
    visit->call.route = router_find(venue->router, method, visit->request->path, &path_exists);
    if (visit->call.route == NULL) {
        return charge(visit, 1) &&
               call_error(&visit->call,
                          path_exists ? VENUE_ERROR_METHOD_NOT_ALLOWED : VENUE_ERROR_NOT_FOUND,
                          NULL, NULL);
    }
    visit->call.answer.to.is_public = visit->call.route->security == SECURITY_NONE;
    visit->call.answer.to.family = (uint8_t)visit->call.route->security;
    if (visit->call.route->may_follow) {
        server_let_follow(venue->server, visit->call.answer.to.handle);
    }
    return true;
}

/* A header that counts, and must not stand twice: which of them would count? */
static bool find_header(struct visit *visit, const char *name, struct slice *value)
{
    *value = (struct slice){0};
    if (http_request_find(visit->request, name, value) > 1) {
        return call_error(&visit->call, VENUE_ERROR_DUPLICATE_PARAMETER, NULL, NULL);
    }
    return true;
}

static bool is_json_body(const struct visit *visit)
{
    struct slice type = {0};

    (void)http_request_find(visit->request, "Content-Type", &type);
    const char *semicolon = type.size == 0 ? NULL : memchr(type.data, ';', type.size);

    if (semicolon != NULL) {
        type.size = (size_t)(semicolon - type.data);
    }
    return visit->body.size > 0 && slice_equals_any_case(slice_trim(type), "application/json");
}

static bool read_headers(struct visit *visit)
{
    struct slice unit;

    if (!find_header(visit, HEADER_KEY, &visit->api_key) ||
        !find_header(visit, HEADER_UNIT, &unit)) {
        return false;
    }
    visit->call.answer.to.wants_microseconds = slice_equals_any_case(unit, "MICROSECOND");
    if (unit.size != 0 && !visit->call.answer.to.wants_microseconds &&
        !slice_equals_any_case(unit, "MILLISECOND")) {
        return call_error(&visit->call, VENUE_ERROR_INVALID, HEADER_UNIT, NULL);
    }
    visit->is_json = is_json_body(visit);
    return true;
}

/* The body as far as it is a form: all of it, or nothing. */
static struct slice form_of(const struct visit *visit)
{
    const struct slice nothing = {0};

    return visit->is_json && visit->call.route->takes_json ? nothing : visit->body;
}

static bool read_parameters(struct visit *visit)
{
    struct call *call = &visit->call;
    struct parameters *parameters = call->venue->parameters;
    bool has_json = visit->is_json && call->route->takes_json;
    struct slice form = form_of(visit);
    struct failure failure;

    call->parameters = parameters;
    if (!parameters_read_form(parameters, visit->request->query, form, &failure) ||
        (has_json && !parameters_read_json(parameters, visit->body, &failure))) {
        call_fail(call, &failure);
        return false;
    }
    return true;
}

static bool find_key(struct visit *visit)
{
    struct call *call = &visit->call;
    const struct key_demand demand = {
        .api_key = visit->api_key,
        .address = call->address,
        .scope = security_scope(call->route->security),
        .now_us = call->now_us,
    };
    struct failure failure;

    if (!authenticate_key(call->venue->engine, &demand, &call->caller, &failure)) {
        call_fail(call, &failure);
        return false;
    }
    return true;
}

static bool check_time(struct visit *visit)
{
    struct call *call = &visit->call;
    struct slice window = {0};
    struct failure failure;

    call->recv_window_us = RECV_WINDOW_DEFAULT_US;
    call->timestamp_us = parameters_time(call->parameters, "timestamp", 0);
    call->nonce = (uint64_t)parameters_integer(call->parameters, "nonce", 0);
    if ((parameters_find(call->parameters, "recvWindow", &window) &&
         !authenticate_read_window(window, &call->recv_window_us, &failure)) ||
        !authenticate_time(call->now_us, call->timestamp_us, call->recv_window_us, &failure)) {
        call_fail(call, &failure);
        return false;
    }
    return true;
}

size_t rest_door_signed_bytes(struct slice query, struct slice body, char *buffer, size_t capacity,
                              struct slice *message)
{
    struct slice pieces[4];
    struct slice signature;
    size_t used = 0;
    size_t found = query_cut(query, "signature", &pieces[0], &pieces[1], &signature);

    found += query_cut(body, "signature", &pieces[2], &pieces[3], &signature);
    *message = pieces[0];
    if (pieces[1].size + pieces[2].size + pieces[3].size == 0) {
        return found; /* the usual case: the signature is the query's last field */
    }
    for (size_t i = 0; i < 4; i++) {
        if (pieces[i].size > capacity - used) {
            return SIZE_MAX;
        }
        if (pieces[i].size > 0) {
            memcpy(buffer + used, pieces[i].data, pieces[i].size);
        }
        used += pieces[i].size;
    }
    *message = slice_of(buffer, used);
    return found;
}

static bool check_signature(struct visit *visit)
{
    struct call *call = &visit->call;
    struct venue *venue = call->venue;
    struct slice form = form_of(visit);
    struct slice signature = {0};
    struct slice message;
    struct failure failure;
    /* The answer has not been begun in earnest: its buffer is free. */
    size_t found = rest_door_signed_bytes(visit->request->query, form, venue->scratch,
                                          venue->scratch_size / 2, &message);

    if (form.size != visit->body.size && visit->body.size < venue->scratch_size / 2) {
        /* A JSON body is signed as it stands, behind the query. */
        memmove(venue->scratch, message.data, message.size);
        memcpy(venue->scratch + message.size, visit->body.data, visit->body.size);
        message = slice_of(venue->scratch, message.size + visit->body.size);
    }
    if (found != 1 || !parameters_find(call->parameters, "signature", &signature)) {
        return call_error(call, VENUE_ERROR_SIGNATURE, NULL, NULL);
    }
    if (!authenticate_signature(venue->keys, venue->engine, &call->caller, message, signature,
                                &failure)) {
        call_fail(call, &failure);
        return false;
    }
    return true;
}

/* The fields a signature needs, in the words of a missing parameter. */
static bool check_signed_fields(struct visit *visit)
{
    struct call *call = &visit->call;
    struct failure failure;

    if (!parameters_check_table(call->parameters, call->common, &failure)) {
        call_fail(call, &failure);
        return false;
    }
    return true;
}

static bool authenticate(struct visit *visit)
{
    struct call *call = &visit->call;

    call->common = &unsigned_table;
    if (call->route->security == SECURITY_NONE) {
        return true;
    }
    if (!find_key(visit)) {
        return false;
    }
    if (!security_is_signed(call->route->security)) {
        return true;
    }
    call->common = &signed_table;
    return check_signed_fields(visit) && check_time(visit) && check_signature(visit);
}

bool rest_door_may_follow(void *context, const struct http_request *request)
{
    const struct venue *venue = context;
    bool path_exists;
    const struct route *route =
        router_find(venue->router, request->method, request->path, &path_exists);

    return route != NULL && route->may_follow;
}

/*~ route of one order: an HTTP request has been read (http_session.c); here it becomes a call: route,
 *  limits, parameters, key, time, signature. Next stop: call.c, then rest_order.c. */
void rest_door_request(void *context, struct server *server, struct server_handle handle,
                       const struct http_request *request, struct slice body)
{
    struct venue *venue = context;
    struct server_peer peer = {0};
    const struct reply_address to = {
        .handle = handle, .door = DOOR_HTTP, .begun_us = venue_now_us(venue)};
    struct visit visit = {.request = request, .body = body};
    struct call *call = &visit.call;

    call->venue = venue;
    call->now_us = to.begun_us;
    (void)server_peer(server, handle, &peer);
    memcpy(call->address, peer.address, sizeof call->address);
    answer_begin(&call->answer, venue, &to);
    if (find_route(&visit) && charge(&visit, call->route->weight) && read_headers(&visit) &&
        read_parameters(&visit) && authenticate(&visit)) {
        json_writer_begin(&call->answer.json, venue->scratch, venue->scratch_size);
        call_run(call);
    }
}
