/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection that listens to streams: what it asks for, and the answers.
 *
 *     {"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}   ->  {"result":null,"id":1}
 *     {"error":{"code":2,"msg":"Invalid request: …"},"id":1}
 *
 * Why a file of its own: this little protocol has its own envelope and its own error numbers (0 to
 * 3), unlike everything else. Invariant: a SUBSCRIBE takes effect as a whole or not at all.
 * Read next: market_streams.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/json_reader.h"
#include "codec/query_text.h"
#include "codec/websocket_frame.h"
#include "gateway/socket_session.h"

enum stream_error {
    STREAM_ERROR_PROPERTY = 1, /* sent as 0 */
    STREAM_ERROR_TYPE,         /* 1 */
    STREAM_ERROR_REQUEST,      /* 2 */
    STREAM_ERROR_JSON,         /* 3 */
};

enum { PARAMETERS_AT_ONCE_MAX = 1024, NAME_BUFFER_SIZE = 128, REASON_SIZE = 192 };

/* ------------------------------------------------------------------ names */

static bool is_listen_key(struct slice name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) {
            return false;
        }
    }
    return name.size == LISTEN_KEY_SIZE;
}

static bool has_listen_key(const struct socket_session *session, struct slice name)
{
    for (uint32_t i = 0; i < session->subscription_count; i++) {
        const struct user_subscription *at = session->subscriptions[i];

        if (slice_equals(slice_of(at->listen_key, LISTEN_KEY_SIZE), name)) {
            return true;
        }
    }
    return false;
}

static bool open_listen_key(struct socket_session *session, struct slice name,
                            struct failure *failure)
{
    const struct listen_key *key =
        listen_keys_find(session->door->listen_keys, name, venue_now_us(session->door->venue));

    if (key == NULL) {
        return failure_set(failure, VENUE_ERROR_LISTEN_KEY, NULL, NULL);
    }
    if (has_listen_key(session, name)) {
        return true;
    }
    struct user_subscription like = {
        .participant = key->participant,
        .key = key->key,
        .wrap = stream_form_is_wrapped(session->listener.form) ? USER_WRAP_STREAM : USER_WRAP_NONE,
        .has_listen_key = true,
    };

    memcpy(like.listen_key, key->text, sizeof like.listen_key);
    if (socket_session_subscribe(session, &like) == NULL) {
        return failure_set(failure, VENUE_ERROR_BUSY, NULL, NULL);
    }
    return true;
}

/* The venue's words for what is wrong with a name. */
static bool set_failure(struct failure *failure, enum market_streams_result result,
                        struct slice name)
{
    char shown[STREAM_NAME_SIZE_MAX + 1];
    size_t size = name.size < sizeof shown - 1 ? name.size : sizeof shown - 1;

    memcpy(shown, name.data, size);
    shown[size] = '\0';
    switch (result) {
    case MARKET_STREAMS_RESULT_SYMBOL_UNKNOWN:
        return failure_set(failure, VENUE_ERROR_SYMBOL, NULL, NULL);
    case MARKET_STREAMS_RESULT_TOO_MANY:
        return failure_set(failure, VENUE_ERROR_TOO_MANY_PARAMETERS, NULL, NULL);
    case MARKET_STREAMS_RESULT_FULL: return failure_set(failure, VENUE_ERROR_BUSY, NULL, NULL);
    case MARKET_STREAMS_RESULT_NOT_A_STREAM:
    case MARKET_STREAMS_RESULT_NAME_INVALID:
    case MARKET_STREAMS_RESULT_OK: break;
    }
    return failure_set(failure, VENUE_ERROR_INVALID, shown, NULL);
}

static bool join(struct socket_session *session, struct slice name, struct failure *failure)
{
    struct socket_door *door = session->door;

    if (is_listen_key(name)) {
        return open_listen_key(session, name, failure);
    }
    enum market_streams_result result =
        market_streams_join(door->market, door->venue->engine, &session->listener, name);

    return result == MARKET_STREAMS_RESULT_OK ? true : set_failure(failure, result, name);
}

/* ------------------------------------------------------------------ the path */

/* A name of a path or query as it was meant. In a query a plus sign is a blank; no name has blanks,
 * and "+08:00" is often written as it stands. */
static bool decode_name(struct slice raw, char *buffer, size_t capacity, struct slice *name)
{
    size_t size = 0;

    if (!query_decode(raw, buffer, capacity, &size)) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        buffer[i] = (char)(buffer[i] == ' ' ? '+' : buffer[i]);
    }
    *name = slice_of(buffer, size);
    return true;
}

/* Names that cannot be streams are passed over: clients number their connections with them. */
static bool is_passed_over(struct slice name)
{
    return name.size == 0 || (!is_listen_key(name) && name.data[0] != '!' &&
                              memchr(name.data, '@', name.size) == NULL);
}

bool stream_session_open(struct socket_session *session, struct slice names,
                         struct failure *failure)
{
    while (names.size > 0) {
        const char *slash = memchr(names.data, '/', names.size);
        size_t size = slash != NULL ? (size_t)(slash - names.data) : names.size;
        size_t step = slash != NULL ? size + 1 : size;
        char buffer[NAME_BUFFER_SIZE];
        struct slice name;

        if (!decode_name(slice_of(names.data, size), buffer, sizeof buffer, &name)) {
            return failure_set(failure, VENUE_ERROR_INVALID, "streams", NULL);
        }
        if (!is_passed_over(name) && !join(session, name, failure)) {
            return false;
        }
        names = slice_of(names.data + step, names.size - step);
    }
    return true;
}

/* ------------------------------------------------------------------ answers */

/* A request as it was read. */
struct stream_request {
    struct socket_session *session;
    struct json_value method;
    struct json_value parameters;
    struct json_value id; /* type 0: none was sent */
};

static void write_id(struct json_writer *json, const struct json_value *id)
{
    json_write_key(json, "id");
    if (id->type == JSON_TYPE_NUMBER) {
        json_write_raw(json, id->raw);
    } else if (id->type == JSON_TYPE_STRING) {
        /* With its quotes, which stand around it in the request. */
        json_write_raw(json, slice_of(id->raw.data - 1, id->raw.size + 2));
    } else {
        json_write_null(json);
    }
}

static void send_text(struct socket_session *session, const struct json_writer *json)
{
    struct slice text = json_writer_text(json);

    ENSURE(text.size > 0);
    (void)server_ws_send(session->door->venue->server, session->handle, text,
                         SERVER_POLICY_MUST_DELIVER);
}

static void reply_error(const struct stream_request *request, enum stream_error error,
                        const char *reason)
{
    struct json_writer json;

    json_writer_begin(&json, request->session->door->text, SOCKET_TEXT_SIZE);
    json_write_object_begin(&json);
    json_write_key(&json, "error");
    json_write_object_begin(&json);
    json_write_key_int64(&json, "code", (int64_t)error - STREAM_ERROR_PROPERTY);
    json_write_key_text(&json, "msg", reason);
    json_write_object_end(&json);
    write_id(&json, &request->id);
    json_write_object_end(&json);
    send_text(request->session, &json);
}

/* {"result": … */
static struct json_writer begin_result(const struct stream_request *request)
{
    struct json_writer json;

    json_writer_begin(&json, request->session->door->text, SOCKET_TEXT_SIZE);
    json_write_object_begin(&json);
    json_write_key(&json, "result");
    return json;
}

static void end_result(const struct stream_request *request, struct json_writer *json)
{
    write_id(json, &request->id);
    json_write_object_end(json);
    send_text(request->session, json);
}

static void reply_null(const struct stream_request *request)
{
    struct json_writer json = begin_result(request);

    json_write_null(&json);
    end_result(request, &json);
}

/* ------------------------------------------------------------------ SUBSCRIBE, UNSUBSCRIBE */

/* Calls each(request, name, failure) for every name; false: one of them is no string, or each() said
 * no. */
static bool each_name(struct stream_request *request, struct failure *failure,
                      bool (*each)(struct stream_request *request, struct slice name,
                                   struct failure *failure))
{
    struct json_reader reader;
    struct json_token token;

    json_reader_begin(&reader, request->parameters.raw, 2);
    (void)json_reader_next(&reader, &token);
    for (uint32_t i = 0; i <= PARAMETERS_AT_ONCE_MAX; i++) {
        struct json_value value = {0};

        if (json_reader_value(&reader, &value) != JSON_RESULT_OK) {
            return failure_set(failure, VENUE_ERROR_JSON, NULL, NULL);
        }
        if (value.type == 0) {
            return true;
        }
        if (value.type != JSON_TYPE_STRING || value.is_escaped) {
            return failure_set(failure, VENUE_ERROR_INVALID, "params", NULL);
        }
        if (!each(request, value.raw, failure)) {
            return false;
        }
    }
    return failure_set(failure, VENUE_ERROR_TOO_MANY_PARAMETERS, NULL, NULL);
}

/* Would it be taken, but for room? */
static bool check_name(struct stream_request *request, struct slice name, struct failure *failure)
{
    const struct socket_door *door = request->session->door;

    if (is_listen_key(name)) {
        if (listen_keys_find(door->listen_keys, name, venue_now_us(door->venue)) == NULL) {
            return failure_set(failure, VENUE_ERROR_LISTEN_KEY, NULL, NULL);
        }
        return true;
    }
    enum market_streams_result result =
        market_streams_check(door->market, door->venue->engine, name);

    return result == MARKET_STREAMS_RESULT_OK ? true : set_failure(failure, result, name);
}

static bool join_name(struct stream_request *request, struct slice name, struct failure *failure)
{
    return join(request->session, name, failure);
}

static bool leave_name(struct stream_request *request, struct slice name, struct failure *failure)
{
    struct socket_session *session = request->session;

    (void)failure;
    for (uint32_t i = session->subscription_count; i > 0 && is_listen_key(name); i--) {
        struct user_subscription *at = session->subscriptions[i - 1];

        if (slice_equals(slice_of(at->listen_key, LISTEN_KEY_SIZE), name)) {
            socket_session_forget(session, at);
            user_streams_drop(session->door->users, at);
        }
    }
    (void)market_streams_leave(session->door->market, &session->listener, name);
    return true;
}

static void refuse(const struct stream_request *request, const struct failure *failure)
{
    char reason[FAILURE_TEXT_MAX + 32];

    (void)snprintf(reason, sizeof reason, "Invalid request: %s", failure->text);
    reply_error(request, STREAM_ERROR_REQUEST, reason);
}

/* Seats are added at the end of the listener's list, so what this request took can be given back. */
static void give_back(struct socket_session *session, uint32_t seats, uint32_t subscriptions)
{
    struct socket_door *door = session->door;

    while (session->listener.count > seats) {
        const struct stream *stream = session->listener.seats[session->listener.count - 1]->stream;

        (void)market_streams_leave(door->market, &session->listener,
                                   slice_of(stream->name, stream->name_size));
    }
    while (session->subscription_count > subscriptions) {
        user_streams_drop(door->users, session->subscriptions[--session->subscription_count]);
    }
}

static void subscribe(struct stream_request *request)
{
    struct socket_session *session = request->session;
    uint32_t seats = session->listener.count;
    uint32_t subscriptions = session->subscription_count;
    struct failure failure;

    if (!each_name(request, &failure, check_name) || !each_name(request, &failure, join_name)) {
        give_back(session, seats, subscriptions);
        refuse(request, &failure);
        return;
    }
    reply_null(request);
}

static void unsubscribe(struct stream_request *request)
{
    struct failure failure;

    if (!each_name(request, &failure, leave_name)) {
        refuse(request, &failure);
        return;
    }
    reply_null(request);
}

static void list_subscriptions(struct stream_request *request)
{
    const struct socket_session *session = request->session;
    struct json_writer json = begin_result(request);

    json_write_array_begin(&json);
    for (uint32_t i = 0; i < session->listener.count; i++) {
        const struct stream *stream = session->listener.seats[i]->stream;

        json_write_string(&json, slice_of(stream->name, stream->name_size));
    }
    for (uint32_t i = 0; i < session->subscription_count; i++) {
        json_write_string(&json, slice_of(session->subscriptions[i]->listen_key, LISTEN_KEY_SIZE));
    }
    json_write_array_end(&json);
    end_result(request, &json);
}

/* ------------------------------------------------------------------ properties */

/* params: ["combined", true]. False: answered. */
static bool read_property(struct stream_request *request, bool wants_value, bool *value)
{
    struct json_reader reader;
    struct json_token token;
    struct json_value name = {0};
    struct json_value flag = {0};
    struct json_value end = {0};

    json_reader_begin(&reader, request->parameters.raw, 2);
    (void)json_reader_next(&reader, &token);
    (void)json_reader_value(&reader, &name);
    if (name.type != JSON_TYPE_STRING) {
        reply_error(request, STREAM_ERROR_REQUEST,
                    "Invalid request: property name must be a string");
        return false;
    }
    if (!slice_equals_text(name.raw, "combined")) {
        reply_error(request, STREAM_ERROR_PROPERTY, "Unknown property");
        return false;
    }
    (void)json_reader_value(&reader, wants_value ? &flag : &end);
    if (wants_value && flag.type != JSON_TYPE_TRUE && flag.type != JSON_TYPE_FALSE) {
        reply_error(request, STREAM_ERROR_TYPE, "Invalid value type: expected Boolean");
        return false;
    }
    if (wants_value) {
        (void)json_reader_value(&reader, &end);
    }
    *value = flag.type == JSON_TYPE_TRUE;
    if (end.type != 0) {
        reply_error(request, STREAM_ERROR_REQUEST, "Invalid request: too many parameters");
        return false;
    }
    return true;
}

static void set_property(struct stream_request *request)
{
    struct socket_session *session = request->session;
    bool is_wrapped;

    if (!read_property(request, true, &is_wrapped)) {
        return;
    }
    market_streams_set_form(session->door->market, &session->listener,
                            stream_form_of(is_wrapped, session->is_micro));
    for (uint32_t i = 0; i < session->subscription_count; i++) {
        session->subscriptions[i]->wrap = is_wrapped ? USER_WRAP_STREAM : USER_WRAP_NONE;
    }
    reply_null(request);
}

static void get_property(struct stream_request *request)
{
    bool unused;

    if (!read_property(request, false, &unused)) {
        return;
    }
    struct json_writer json = begin_result(request);

    json_write_bool(&json, stream_form_is_wrapped(request->session->listener.form));
    end_result(request, &json);
}

/* ------------------------------------------------------------------ a message */

static const struct {
    const char *name;
    bool wants_parameters;
    void (*act)(struct stream_request *request);
} methods[] = {
    {"SUBSCRIBE", true, subscribe},
    {"UNSUBSCRIBE", true, unsubscribe},
    {"LIST_SUBSCRIPTIONS", false, list_subscriptions},
    {"SET_PROPERTY", true, set_property},
    {"GET_PROPERTY", true, get_property},
};

static void act(struct stream_request *request)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (!slice_equals_text(request->method.raw, methods[i].name)) {
            continue;
        }
        if (methods[i].wants_parameters && request->parameters.type == 0) {
            reply_error(request, STREAM_ERROR_REQUEST, "Invalid request: missing field `params`");
            return;
        }
        methods[i].act(request);
        return;
    }
    reply_error(request, STREAM_ERROR_REQUEST,
                "Invalid request: unknown method, expected one of SUBSCRIBE, UNSUBSCRIBE, "
                "LIST_SUBSCRIPTIONS, SET_PROPERTY, GET_PROPERTY");
}

static bool read_request(struct stream_request *request, struct slice text)
{
    static const struct json_field fields[] = {
        {"method", JSON_TYPE_STRING, true},
        {"params", JSON_TYPE_ARRAY, false},
        {"id", JSON_TYPE_NUMBER | JSON_TYPE_STRING | JSON_TYPE_NULL, false},
    };
    struct json_value values[3];

    switch (json_object_read(text, 3, fields, 3, JSON_UNKNOWN_REFUSED, values)) {
    case JSON_RESULT_OK: break;
    case JSON_RESULT_UNKNOWN_KEY:
    case JSON_RESULT_DUPLICATE_KEY:
    case JSON_RESULT_MISSING_KEY:
    case JSON_RESULT_WRONG_TYPE:
        reply_error(request, STREAM_ERROR_REQUEST,
                    "Invalid request: expected `method` as a string, `params` as a list and `id`");
        return false;
    case JSON_RESULT_INCOMPLETE:
    case JSON_RESULT_SYNTAX:
    case JSON_RESULT_ENCODING:
    case JSON_RESULT_TOO_DEEP:
    case JSON_RESULT_TRAILING:
    case JSON_RESULT_TOO_MANY:
        reply_error(request, STREAM_ERROR_JSON, "Invalid JSON");
        return false;
    }
    request->method = values[0];
    request->parameters = values[1];
    if (values[2].raw.size > REPLY_ID_MAX - 2) {
        reply_error(request, STREAM_ERROR_REQUEST, "Invalid request: the id is too long");
        return false;
    }
    request->id = values[2];
    return true;
}

/* More messages in one second than allowed? */
static bool talks_too_much(struct socket_session *session)
{
    uint32_t allowed = session->door->options.messages_per_second;
    int64_t now_us = venue_now_us(session->door->venue);

    if (now_us - session->messages_from_us >= 1000000 || now_us < session->messages_from_us) {
        session->messages_from_us = now_us;
        session->messages = 0;
    }
    return ++session->messages > allowed && allowed != 0;
}

void stream_session_message(struct socket_session *session, struct slice text)
{
    struct stream_request request = {.session = session};

    if (talks_too_much(session)) {
        session->door->statistics.messages_refused++;
        server_ws_close(session->door->venue->server, session->handle, WEBSOCKET_CLOSE_POLICY,
                        "Too many requests");
        return;
    }
    if (read_request(&request, text)) {
        act(&request);
    }
}
