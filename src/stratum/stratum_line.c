/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the envelope of a line, and what miners send. A file of its own because these are strangers' bytes: it is pure,
 * and a fuzz target feeds it. Invariants: every text that leaves is terminated and within its
 * bound; numbers come out in the machine's order. Read next: pool_line.c, session.c.
 */
#include "stratum/line_inside.h"

#include <string.h>

#include "base/ensure.h"
#include "codec/hex_text.h"

static const char *const method_names[] = {
    [STRATUM_METHOD_UNKNOWN] = "",
    [STRATUM_METHOD_SUBSCRIBE] = "mining.subscribe",
    [STRATUM_METHOD_AUTHORIZE] = "mining.authorize",
    [STRATUM_METHOD_SUBMIT] = "mining.submit",
    [STRATUM_METHOD_CONFIGURE] = "mining.configure",
    [STRATUM_METHOD_EXTRANONCE_SUBSCRIBE] = "mining.extranonce.subscribe",
    [STRATUM_METHOD_SUGGEST_DIFFICULTY] = "mining.suggest_difficulty",
    [STRATUM_METHOD_NOTIFY] = "mining.notify",
    [STRATUM_METHOD_SET_DIFFICULTY] = "mining.set_difficulty",
    [STRATUM_METHOD_SET_EXTRANONCE] = "mining.set_extranonce",
    [STRATUM_METHOD_SET_VERSION_MASK] = "mining.set_version_mask",
    [STRATUM_METHOD_GET_VERSION] = "client.get_version",
    [STRATUM_METHOD_RECONNECT] = "client.reconnect",
    [STRATUM_METHOD_SHOW_MESSAGE] = "client.show_message",
    [STRATUM_METHOD_PING] = "mining.ping",
};
enum { METHOD_LAST = STRATUM_METHOD_PING };

static const char *const fault_texts[] = {
    [LINE_FAULT_NONE] = "none",
    [LINE_FAULT_TOO_LONG] = "Line too long",
    [LINE_FAULT_JSON] = "Invalid JSON",
    [LINE_FAULT_ID] = "Invalid id",
    [LINE_FAULT_METHOD] = "No method",
    [LINE_FAULT_PARAMS] = "Params not array",
    [LINE_FAULT_COUNT] = "Invalid array size",
    [LINE_FAULT_TYPE] = "Invalid type of parameter",
    [LINE_FAULT_WORKER] = "Invalid worker name",
    [LINE_FAULT_HEX] = "Invalid hexadecimal",
    [LINE_FAULT_NONCE] = "Invalid nonce",
    [LINE_FAULT_EXTRANONCE] = "Invalid extranonce",
    [LINE_FAULT_DIFFICULTY] = "Invalid difficulty",
    [LINE_FAULT_JOB] = "Invalid job",
};

const char *line_fault_text(enum line_fault fault)
{
    ENSURE(fault >= LINE_FAULT_NONE && fault <= LINE_FAULT_JOB);
    return fault_texts[fault];
}

const char *stratum_method_name(enum stratum_method method)
{
    ENSURE(method >= STRATUM_METHOD_UNKNOWN && method <= STRATUM_METHOD_PING);
    return method_names[method];
}

static enum stratum_method method_of(struct json_value name)
{
    if (!name.is_escaped) {
        for (int i = STRATUM_METHOD_SUBSCRIBE; i <= METHOD_LAST; i++) {
            if (slice_equals_text(name.raw, method_names[i])) {
                return (enum stratum_method)i;
            }
        }
    }
    return STRATUM_METHOD_UNKNOWN;
}

/* ---- the envelope ---- */

enum { FIELD_ID, FIELD_METHOD, FIELD_PARAMS, FIELD_RESULT, FIELD_ERROR, FIELD_REASON, FIELD_COUNT };

#define ANY_TYPE 127u

static const struct json_field fields[FIELD_COUNT] = {
    [FIELD_ID] = {"id", ANY_TYPE, false},
    [FIELD_METHOD] = {"method", ANY_TYPE, false},
    [FIELD_PARAMS] = {"params", ANY_TYPE, false},
    [FIELD_RESULT] = {"result", ANY_TYPE, false},
    [FIELD_ERROR] = {"error", ANY_TYPE, false},
    [FIELD_REASON] = {"reject-reason", ANY_TYPE, false},
};

/* The id as it must be echoed, quotes included. */
static bool read_id(struct json_value id, struct slice *out)
{
    *out = slice_of_text("null");
    if (id.type == 0 || id.type == JSON_TYPE_NULL) {
        return true;
    }
    if (id.raw.size > STRATUM_ID_MAX ||
        (id.type != JSON_TYPE_NUMBER && id.type != JSON_TYPE_STRING)) {
        return false;
    }
    *out = id.type == JSON_TYPE_STRING ? slice_of(id.raw.data - 1, id.raw.size + 2) : id.raw;
    return true;
}

enum line_fault stratum_line_read(struct slice line, struct stratum_line *out)
{
    struct json_value values[FIELD_COUNT];

    *out = (struct stratum_line){.id = slice_of_text("null"), .method = STRATUM_METHOD_UNKNOWN};
    if (json_object_read(line, LINE_DEPTH_MAX, fields, FIELD_COUNT, JSON_UNKNOWN_SKIPPED, values) !=
        JSON_RESULT_OK) {
        return LINE_FAULT_JSON;
    }
    if (!read_id(values[FIELD_ID], &out->id)) {
        return LINE_FAULT_ID;
    }
    if (values[FIELD_METHOD].type == JSON_TYPE_STRING) {
        out->method = method_of(values[FIELD_METHOD]);
        out->params = slice_of_text("[]");
        if (values[FIELD_PARAMS].type == JSON_TYPE_ARRAY) {
            out->params = values[FIELD_PARAMS].raw;
        } else if (values[FIELD_PARAMS].type != 0 && values[FIELD_PARAMS].type != JSON_TYPE_NULL) {
            return LINE_FAULT_PARAMS;
        }
        return LINE_FAULT_NONE;
    }
    bool has_method = values[FIELD_METHOD].type != 0 && values[FIELD_METHOD].type != JSON_TYPE_NULL;
    if (has_method || (values[FIELD_RESULT].type == 0 && values[FIELD_ERROR].type == 0)) {
        return LINE_FAULT_METHOD;
    }
    out->is_answer = true;
    out->result = values[FIELD_RESULT];
    out->error = values[FIELD_ERROR];
    out->reason = values[FIELD_REASON];
    return LINE_FAULT_NONE;
}

bool stratum_line_own_id(const struct stratum_line *line, uint64_t *id)
{
    struct json_value value = {.type = JSON_TYPE_NUMBER, .raw = line->id};

    return line->id.size != 0 && line->id.data[0] >= '0' && line->id.data[0] <= '9' &&
           json_number_uint64(value, id);
}

bool stratum_line_is_yes(const struct stratum_line *line)
{
    bool has_error = line->error.type != 0 && line->error.type != JSON_TYPE_NULL;

    return !has_error && line->result.type != 0 && line->result.type != JSON_TYPE_FALSE &&
           line->result.type != JSON_TYPE_NULL;
}

/* ---- parameters ---- */

enum line_fault parameters_read(struct slice params, size_t max, struct json_value *values,
                                size_t *count)
{
    struct json_reader reader;
    struct json_token token;
    struct json_value value;

    *count = 0;
    json_reader_begin(&reader, params, LINE_DEPTH_MAX);
    if (json_reader_next(&reader, &token) != JSON_RESULT_OK ||
        token.kind != JSON_TOKEN_ARRAY_BEGIN) {
        return LINE_FAULT_PARAMS;
    }
    while (json_reader_value(&reader, &value) == JSON_RESULT_OK && value.type != 0) {
        if (*count == max) {
            return LINE_FAULT_COUNT;
        }
        values[(*count)++] = value;
    }
    return reader.result == JSON_RESULT_OK ? LINE_FAULT_NONE : LINE_FAULT_JSON;
}

/* People's text: what is not printable becomes '?', what is too long is cut. */
void text_take(struct json_value value, char *out, size_t max)
{
    char decoded[STRATUM_MINER_LINE_MAX];
    struct slice text;
    size_t size = 0;

    out[0] = '\0';
    if (value.type != JSON_TYPE_STRING ||
        !json_string_view(value, decoded, sizeof decoded, &text)) {
        return;
    }
    for (; size < text.size && size < max; size++) {
        char letter = text.data[size];

        out[size] = letter;
        if (letter < ' ' || letter > '~') {
            out[size] = '?';
        }
    }
    out[size] = '\0';
}

/* A word that means something: 1 to max printable ASCII characters without blanks, quotes, backslashes. */
bool word_take(struct json_value value, char *out, size_t max)
{
    if (value.type != JSON_TYPE_STRING || value.is_escaped || value.raw.size == 0 ||
        value.raw.size > max) {
        return false;
    }
    for (size_t i = 0; i < value.raw.size; i++) {
        char letter = value.raw.data[i];

        if (letter <= ' ' || letter > '~' || letter == '\'' || letter == '"') {
            return false;
        }
    }
    memcpy(out, value.raw.data, value.raw.size);
    out[value.raw.size] = '\0';
    return true;
}

bool hex_u32_take(struct json_value value, uint32_t *out)
{
    uint8_t bytes[4];

    if (value.type != JSON_TYPE_STRING || !hex_decode(value.raw, bytes, sizeof bytes)) {
        return false;
    }
    *out = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    return true;
}

bool hex_bytes_take(struct json_value value, uint8_t *out, size_t max, size_t *size)
{
    *size = value.raw.size / 2;
    return value.type == JSON_TYPE_STRING && *size <= max && hex_decode(value.raw, out, *size);
}

/* ---- what miners send ---- */

enum line_fault stratum_read_subscribe(struct slice params, struct stratum_subscribe *out)
{
    struct json_value values[4];
    size_t count;
    enum line_fault fault = parameters_read(params, 4, values, &count);

    *out = (struct stratum_subscribe){0};
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    if (count > 0) {
        text_take(values[0], out->agent, STRATUM_TEXT_MAX);
    }
    if (count > 1) {
        (void)word_take(values[1], out->session, STRATUM_SESSION_MAX);
    }
    return LINE_FAULT_NONE;
}

enum line_fault stratum_read_authorize(struct slice params, struct stratum_authorize *out)
{
    struct json_value values[4];
    size_t count;
    enum line_fault fault = parameters_read(params, 4, values, &count);

    *out = (struct stratum_authorize){0};
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    if (count == 0) {
        return LINE_FAULT_COUNT;
    }
    if (!word_take(values[0], out->worker, STRATUM_WORKER_MAX)) {
        return LINE_FAULT_WORKER;
    }
    if (count > 1) {
        text_take(values[1], out->password, STRATUM_TEXT_MAX);
    }
    return LINE_FAULT_NONE;
}

enum line_fault stratum_read_submit(struct slice params, struct stratum_submit *out)
{
    struct json_value values[6];
    size_t count;
    enum line_fault fault = parameters_read(params, 6, values, &count);

    *out = (struct stratum_submit){0};
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    if (count < 5) {
        return LINE_FAULT_COUNT;
    }
    if (!word_take(values[0], out->worker, STRATUM_WORKER_MAX)) {
        return LINE_FAULT_WORKER;
    }
    if (!word_take(values[1], out->job, STRATUM_JOB_ID_MAX)) {
        return LINE_FAULT_TYPE;
    }
    if (!hex_bytes_take(values[2], out->extranonce2, STRATUM_EXTRANONCE_MAX,
                        &out->extranonce2_size)) {
        return LINE_FAULT_EXTRANONCE;
    }
    if (!hex_u32_take(values[3], &out->time)) {
        return LINE_FAULT_HEX;
    }
    if (!hex_u32_take(values[4], &out->nonce)) {
        return LINE_FAULT_NONCE;
    }
    out->has_version_bits = count == 6;
    if (out->has_version_bits && !hex_u32_take(values[5], &out->version_bits)) {
        return LINE_FAULT_HEX;
    }
    return LINE_FAULT_NONE;
}

/* The names of extensions, an array of strings. */
static enum line_fault read_extensions(struct slice names, struct stratum_configure *out)
{
    struct json_value values[16];
    size_t count;
    enum line_fault fault = parameters_read(names, 16, values, &count);

    for (size_t i = 0; fault == LINE_FAULT_NONE && i < count; i++) {
        if (values[i].type != JSON_TYPE_STRING) {
            return LINE_FAULT_TYPE;
        }
        out->wants_version_rolling |= slice_equals_text(values[i].raw, "version-rolling");
        out->wants_extranonce |= slice_equals_text(values[i].raw, "subscribe-extranonce");
        out->wants_minimum_difficulty |= slice_equals_text(values[i].raw, "minimum-difficulty");
    }
    return fault;
}

enum line_fault stratum_read_configure(struct slice params, struct stratum_configure *out)
{
    static const struct json_field mask_field[] = {
        {"version-rolling.mask", JSON_TYPE_STRING, false},
    };
    struct json_value values[2];
    struct json_value mask;
    size_t count;
    enum line_fault fault = parameters_read(params, 2, values, &count);

    *out = (struct stratum_configure){.mask = UINT32_MAX};
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    if (count == 0) {
        return LINE_FAULT_COUNT;
    }
    fault = read_extensions(values[0].raw, out);
    if (fault != LINE_FAULT_NONE || count == 1) {
        return fault;
    }
    if (values[1].type != JSON_TYPE_OBJECT ||
        json_object_read(values[1].raw, LINE_DEPTH_MAX, mask_field, 1, JSON_UNKNOWN_SKIPPED,
                         &mask) != JSON_RESULT_OK) {
        return LINE_FAULT_TYPE;
    }
    return mask.type == 0 || hex_u32_take(mask, &out->mask) ? LINE_FAULT_NONE : LINE_FAULT_HEX;
}

enum line_fault difficulty_take(struct slice params, struct difficulty *out)
{
    struct json_value values[4];
    size_t count;
    enum line_fault fault = parameters_read(params, 4, values, &count);

    *out = (struct difficulty){0};
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    if (count == 0) {
        return LINE_FAULT_COUNT;
    }
    if (values[0].type != JSON_TYPE_NUMBER) {
        return LINE_FAULT_TYPE;
    }
    return difficulty_parse(values[0].raw, out) ? LINE_FAULT_NONE : LINE_FAULT_DIFFICULTY;
}

enum line_fault stratum_read_suggest_difficulty(struct slice params, struct difficulty *out)
{
    return difficulty_take(params, out);
}
