/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection of the WebSocket API: requests in, answers out. The operations are those of REST;
 * what is here is the envelope, and who is asking.
 *
 *     {"id":1,"method":"order.place","params":{…}}
 *     {"id":1,"status":200,"result":{…},"rateLimits":[…]}
 *
 * Why a file of its own: everything that is WebSocket about an operation is here, and nothing of it
 * in the operations. Order of checks as in rest_door.c: envelope, method, rate limits, parameters'
 * grammar, key, time, signature, the parameters' own rules, the operation.
 * Invariants: a request that brings its own apiKey must be signed with it, whoever is logged on; a
 * session's key is looked up anew for every request, so that a revocation counts at once.
 * Read next: api_methods.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/json_reader.h"
#include "gateway/call.h"
#include "gateway/router.h"
#include "gateway/socket_session.h"
#include "gateway/socket_signature.h"

enum { SIGNED_TEXT_MAX = 65536, ENVELOPE_SIZE = 1024 };

/* What every request may say beside the operation's own parameters. */
static const struct parameter_rule plain_rules[] = {
    {"apiKey", PARAMETER_TYPE_TEXT, false},    {"signature", PARAMETER_TYPE_TEXT, false},
    {"timestamp", PARAMETER_TYPE_TIME, false}, {"recvWindow", PARAMETER_TYPE_DECIMAL, false},
    {"nonce", PARAMETER_TYPE_INTEGER, false},  {"returnRateLimits", PARAMETER_TYPE_BOOL, false},
};

/* The same for who has logged on, and for who signs each request. */
static const struct parameter_rule session_rules[] = {
    {"timestamp", PARAMETER_TYPE_TIME, true},
    {"recvWindow", PARAMETER_TYPE_DECIMAL, false},
    {"nonce", PARAMETER_TYPE_INTEGER, false},
    {"returnRateLimits", PARAMETER_TYPE_BOOL, false},
};

static const struct parameter_rule signed_rules[] = {
    {"apiKey", PARAMETER_TYPE_TEXT, true},    {"timestamp", PARAMETER_TYPE_TIME, true},
    {"signature", PARAMETER_TYPE_TEXT, true}, {"recvWindow", PARAMETER_TYPE_DECIMAL, false},
    {"nonce", PARAMETER_TYPE_INTEGER, false}, {"returnRateLimits", PARAMETER_TYPE_BOOL, false},
};

#define TABLE_OF(rules)                             \
    {                                               \
        (rules), sizeof(rules) / sizeof((rules)[0]) \
    }
static const struct parameter_table plain_table = TABLE_OF(plain_rules);
static const struct parameter_table session_table = TABLE_OF(session_rules);
static const struct parameter_table signed_table = TABLE_OF(signed_rules);

/* A message on its way to becoming a call. */
struct visit {
    struct socket_session *session;
    struct call call;
    struct slice method;
    struct slice parameters; /* empty: none were sent */
};

/* ------------------------------------------------------------------ answers */

/* One entry of "rateLimits". */
struct shown_limit {
    const char *type;
    const char *interval;
    uint32_t intervals;
    uint32_t limit;
    uint32_t count;
};

static void write_limit(struct json_writer *json, const struct shown_limit *limit)
{
    json_write_object_begin(json);
    json_write_key_text(json, "rateLimitType", limit->type);
    json_write_key_text(json, "interval", limit->interval);
    json_write_key_uint64(json, "intervalNum", limit->intervals);
    json_write_key_uint64(json, "limit", limit->limit);
    json_write_key_uint64(json, "count", limit->count);
    json_write_object_end(json);
}

static void write_limits(const struct venue *venue, struct json_writer *json,
                         const struct reply_address *to)
{
    const struct rate_options *options = rate_limits_options(venue->rates);

    json_write_array_begin(json);
    if (to->participant != 0) {
        struct order_counts counts =
            rate_limits_orders(venue->rates, to->participant, venue_now_us(venue));

        write_limit(json, &(struct shown_limit){"ORDERS", "SECOND", 10, options->orders_10_seconds,
                                                counts.ten_seconds});
        write_limit(json,
                    &(struct shown_limit){"ORDERS", "DAY", 1, options->orders_day, counts.day});
    }
    write_limit(json, &(struct shown_limit){"REQUEST_WEIGHT", "MINUTE", 1, options->weight_minute,
                                            to->weight_used});
    json_write_array_end(json);
}

/* {"id":1,"status":200,"result": and what follows the result. The id is JSON already. */
void api_session_answer(struct socket_door *door, const struct reply_address *to, uint32_t status,
                        struct slice result)
{
    struct message_bundle bundle = {0};
    char before[REPLY_ID_MAX + 64];
    char limits[ENVELOPE_SIZE];
    struct json_writer json;
    int size = snprintf(before, sizeof before,
                        "{\"id\":%.*s,\"status\":%" PRIu32 ",\"%s\":", (int)to->id_size, to->id,
                        status, status < 400 ? "result" : "error");

    ENSURE(size > 0 && (size_t)size < sizeof before);
    json_writer_begin(&json, limits + sizeof ",\"rateLimits\":" - 1,
                      sizeof limits - sizeof ",\"rateLimits\":}");
    memcpy(limits, ",\"rateLimits\":", sizeof ",\"rateLimits\":" - 1);
    write_limits(door->venue, &json, to);
    size_t limits_size = sizeof ",\"rateLimits\":" - 1 + json_writer_text(&json).size;

    limits[limits_size++] = '}';
    message_bundle_add_between(&bundle, slice_of(before, (size_t)size), result,
                               to->wants_rate_limits ? slice_of(limits, limits_size)
                                                     : slice_of_text("}"));
    struct shared_frame *frame = message_bundle_take(&bundle);

    /* What cannot be delivered ends the session: its client must not wait for ever. */
    (void)server_ws_send_frame(door->venue->server, to->handle, frame, SERVER_POLICY_MUST_DELIVER);
    shared_frame_release(frame);
}

/* ------------------------------------------------------------------ steps */

static bool set_id(struct reply_address *to, const struct json_value *id)
{
    struct slice raw = id->raw;

    if (id->type == JSON_TYPE_STRING) {
        raw = slice_of(raw.data - 1, raw.size + 2); /* with its quotes */
    }
    if (id->type == 0 || raw.size > sizeof to->id) {
        return id->type == 0;
    }
    memcpy(to->id, raw.data, raw.size);
    to->id_size = (uint8_t)raw.size;
    return true;
}

static bool read_envelope(struct visit *visit, struct slice text)
{
    static const struct json_field fields[] = {
        {"id", JSON_TYPE_NUMBER | JSON_TYPE_STRING | JSON_TYPE_NULL, false},
        {"method", JSON_TYPE_STRING, true},
        {"params", JSON_TYPE_OBJECT, false},
    };
    struct json_value values[3];

    if (json_object_read(text, 5, fields, 3, JSON_UNKNOWN_REFUSED, values) != JSON_RESULT_OK ||
        !set_id(&visit->call.answer.to, &values[0])) {
        return false;
    }
    visit->method = values[1].raw;
    visit->parameters = values[2].raw;
    return true;
}

static bool find_route(struct visit *visit)
{
    struct call *call = &visit->call;

    call->route = api_methods_find(visit->method);
    if (call->route == NULL) {
        call->route = router_find_socket(call->venue->router, visit->method);
    }
    if (call->route == NULL) {
        return false;
    }
    call->answer.to.family = (uint8_t)call->route->security;
    return true;
}

static bool charge(struct visit *visit, uint32_t weight)
{
    struct call *call = &visit->call;
    struct rate_verdict verdict = {0};
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

static bool read_parameters(struct visit *visit)
{
    struct call *call = &visit->call;
    struct parameters *parameters = call->venue->parameters;
    struct failure failure;

    parameters->count = 0;
    parameters->text_used = 0;
    call->parameters = parameters;
    if (visit->parameters.size > 0 &&
        !parameters_read_json(parameters, visit->parameters, &failure)) {
        call_fail(call, &failure);
        return false;
    }
    return true;
}

/* Checks what the door itself will read, before it reads it. */
static bool check_common(struct visit *visit, const struct parameter_table *table)
{
    struct call *call = &visit->call;
    struct failure failure;

    call->common = table;
    if (!parameters_check_table(call->parameters, table, &failure)) {
        call_fail(call, &failure);
        return false;
    }
    return true;
}

/* The key that the request names, or that the session logged on with. */
static bool find_key(struct visit *visit, bool is_signed)
{
    struct call *call = &visit->call;
    struct failure failure;
    struct key_demand demand = {
        .api_key = slice_of(visit->session->api_key, SOCKET_API_KEY_SIZE),
        .address = call->address,
        .scope = security_scope(call->route->security),
        .now_us = call->now_us,
    };

    if (is_signed && !parameters_find(call->parameters, "apiKey", &demand.api_key)) {
        return call_error(call, VENUE_ERROR_MISSING, "apiKey", NULL);
    }
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

static bool is_signature_of(const struct visit *visit, enum socket_signature_form form,
                            struct slice signature, struct failure *failure)
{
    const struct call *call = &visit->call;
    struct slice message;

    /* The answer has not been begun in earnest: its buffer is free. */
    if (!socket_signature_text(call->parameters, form, call->venue->scratch, SIGNED_TEXT_MAX,
                               &message)) {
        return failure_set(failure, VENUE_ERROR_SIGNATURE, NULL, NULL);
    }
    return authenticate_signature(call->venue->keys, call->venue->engine, &call->caller, message,
                                  signature, failure);
}

static bool check_signature(struct visit *visit)
{
    struct call *call = &visit->call;
    struct slice signature = {0};
    struct failure failure;

    (void)parameters_find(call->parameters, "signature", &signature);
    if (is_signature_of(visit, SOCKET_SIGNATURE_FORM_PLAIN, signature, &failure) ||
        (socket_signature_has_forms(call->parameters) &&
         is_signature_of(visit, SOCKET_SIGNATURE_FORM_ENCODED, signature, &failure))) {
        return true;
    }
    call_fail(call, &failure);
    return false;
}

/* Does the request bring its own key and signature? */
static bool is_signed_itself(const struct visit *visit)
{
    const struct call *call = &visit->call;
    struct slice unused;

    return visit->session->logon.participant == 0 || api_methods_needs_signature(call->route) ||
           parameters_find(call->parameters, "apiKey", &unused) ||
           parameters_find(call->parameters, "signature", &unused);
}

static bool authenticate(struct visit *visit)
{
    struct call *call = &visit->call;
    bool is_signed = is_signed_itself(visit);

    if (call->route->security == SECURITY_NONE) {
        return check_common(visit, &plain_table);
    }
    if (!security_is_signed(call->route->security)) {
        return check_common(visit, &plain_table) && find_key(visit, is_signed);
    }
    if (!find_key(visit, is_signed)) {
        return false;
    }
    if (!is_signed) {
        return check_common(visit, &session_table) && check_time(visit);
    }
    return check_common(visit, &signed_table) && check_time(visit) && check_signature(visit);
}

/* Nonsense costs, too. */
static void refuse(struct visit *visit, enum venue_error error)
{
    if (charge(visit, 1)) {
        (void)call_error(&visit->call, error, NULL, NULL);
    }
}

/* returnRateLimits of the request goes before that of the session. */
static bool read_wishes(struct visit *visit)
{
    struct call *call = &visit->call;

    call->answer.to.wants_rate_limits =
        parameters_bool(call->parameters, "returnRateLimits", visit->session->wants_rate_limits);
    return true;
}

/*~ route of one order: a WebSocket message has been read; here it becomes a call, as in rest_door.c.
 *  Next stop: call.c. */
void api_session_message(struct socket_session *session, struct slice text)
{
    struct venue *venue = session->door->venue;
    struct reply_address to = {
        .handle = session->handle,
        .door = DOOR_SOCKET,
        .wants_microseconds = session->is_micro,
        .wants_rate_limits = session->wants_rate_limits,
        .id_size = 4,
        .id = "null",
    };
    struct visit visit = {.session = session};
    struct call *call = &visit.call;

    call->venue = venue;
    call->now_us = venue_now_us(venue);
    memcpy(call->address, session->address, sizeof call->address);
    to.begun_us = call->now_us;
    answer_begin(&call->answer, venue, &to);
    if (!read_envelope(&visit, text)) {
        refuse(&visit, VENUE_ERROR_JSON);
    } else if (!find_route(&visit)) {
        refuse(&visit, VENUE_ERROR_NOT_FOUND);
    } else if (charge(&visit, call->route->weight) && read_parameters(&visit) &&
               read_wishes(&visit) && authenticate(&visit)) {
        json_writer_begin(&call->answer.json, venue->scratch, venue->scratch_size);
        call_run(call);
    }
}
