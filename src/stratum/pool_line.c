/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading what pools send. A file of its own because a pool is a stranger, too, and its lines carry jobs of many
 * kilobytes. Invariant: a job that leaves here can be hashed without another look. Read next: upstream.c.
 */
#include <string.h>

#include "codec/hex_text.h"
#include "stratum/line_inside.h"

enum { NOTIFY_PARAMETERS = 9 };

static enum line_fault read_branches(struct json_value list, struct stratum_job *job)
{
    struct json_value values[STRATUM_BRANCHES_MAX];
    size_t count;

    if (list.type != JSON_TYPE_ARRAY) {
        return LINE_FAULT_TYPE;
    }
    enum line_fault fault = parameters_read(list.raw, STRATUM_BRANCHES_MAX, values, &count);
    if (fault != LINE_FAULT_NONE) {
        return fault == LINE_FAULT_COUNT ? LINE_FAULT_JOB : fault;
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i].type != JSON_TYPE_STRING ||
            !hex_decode(values[i].raw, job->branches[i].bytes, 32)) {
            return LINE_FAULT_HEX;
        }
    }
    job->branch_count = (uint32_t)count;
    return LINE_FAULT_NONE;
}

static enum line_fault read_coinbase(const struct json_value *values, uint8_t *parts,
                                     struct stratum_job *job)
{
    if (!hex_bytes_take(values[0], parts, STRATUM_COINBASE_MAX, &job->coinbase1_size) ||
        !hex_bytes_take(values[1], parts + job->coinbase1_size,
                        STRATUM_COINBASE_MAX - job->coinbase1_size, &job->coinbase2_size)) {
        return LINE_FAULT_HEX;
    }
    job->coinbase1 = parts;
    job->coinbase2 = parts + job->coinbase1_size;
    return job->coinbase1_size + job->coinbase2_size == 0 ? LINE_FAULT_JOB : LINE_FAULT_NONE;
}

enum line_fault stratum_read_notify(struct slice params, uint8_t *parts, struct stratum_job *out)
{
    struct json_value values[NOTIFY_PARAMETERS + 1];
    uint8_t previous[32];
    size_t count;
    enum line_fault fault = parameters_read(params, NOTIFY_PARAMETERS + 1, values, &count);

    *out = (struct stratum_job){0};
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    if (count < NOTIFY_PARAMETERS) {
        return LINE_FAULT_COUNT;
    }
    if (!word_take(values[0], out->id, STRATUM_JOB_ID_MAX)) {
        return LINE_FAULT_JOB;
    }
    if (values[1].type != JSON_TYPE_STRING || !hex_decode(values[1].raw, previous, 32)) {
        return LINE_FAULT_HEX;
    }
    job_turn_words(previous, out->previous);
    fault = read_coinbase(&values[2], parts, out);
    if (fault == LINE_FAULT_NONE) {
        fault = read_branches(values[4], out);
    }
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    if (!hex_u32_take(values[5], &out->version) || !hex_u32_take(values[6], &out->bits) ||
        !hex_u32_take(values[7], &out->time)) {
        return LINE_FAULT_HEX;
    }
    if (values[8].type != JSON_TYPE_TRUE && values[8].type != JSON_TYPE_FALSE) {
        return LINE_FAULT_TYPE;
    }
    out->is_clean = values[8].type == JSON_TYPE_TRUE;
    return target_of_bits(out->bits, &out->block_target) ? LINE_FAULT_NONE : LINE_FAULT_JOB;
}

enum line_fault stratum_read_set_difficulty(struct slice params, struct difficulty *out)
{
    return difficulty_take(params, out);
}

/* extranonce1 and the size of extranonce2. */
static enum line_fault read_extranonce(const struct json_value *values,
                                       struct stratum_extranonce *out)
{
    uint64_t size;

    if (!hex_bytes_take(values[0], out->extranonce1, STRATUM_EXTRANONCE_MAX,
                        &out->extranonce1_size)) {
        return LINE_FAULT_EXTRANONCE;
    }
    if (values[1].type != JSON_TYPE_NUMBER || !json_number_uint64(values[1], &size) || size == 0 ||
        size > STRATUM_EXTRANONCE_MAX) {
        return LINE_FAULT_EXTRANONCE;
    }
    out->extranonce2_size = (size_t)size;
    return LINE_FAULT_NONE;
}

enum line_fault stratum_read_set_extranonce(struct slice params, struct stratum_extranonce *out)
{
    struct json_value values[3];
    size_t count;
    enum line_fault fault = parameters_read(params, 3, values, &count);

    *out = (struct stratum_extranonce){0};
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    return count < 2 ? LINE_FAULT_COUNT : read_extranonce(values, out);
}

/* The session's name is the second word of the subscription to mining.notify: [["mining.notify","name"], ...] or
 * just ["mining.notify","name"]. */
static void find_session(struct json_value list, char session[STRATUM_SESSION_MAX + 1])
{
    struct json_value values[8];
    struct json_value pair[4];
    size_t count;
    size_t pair_count;

    if (list.type != JSON_TYPE_ARRAY ||
        parameters_read(list.raw, 8, values, &count) != LINE_FAULT_NONE) {
        return;
    }
    if (count == 2 && slice_equals_text(values[0].raw, "mining.notify")) {
        (void)word_take(values[1], session, STRATUM_SESSION_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i].type == JSON_TYPE_ARRAY &&
            parameters_read(values[i].raw, 4, pair, &pair_count) == LINE_FAULT_NONE &&
            pair_count >= 2 && slice_equals_text(pair[0].raw, "mining.notify")) {
            (void)word_take(pair[1], session, STRATUM_SESSION_MAX);
        }
    }
}

enum line_fault stratum_read_subscribed(struct json_value result, struct stratum_extranonce *out,
                                        char session[STRATUM_SESSION_MAX + 1])
{
    struct json_value values[4];
    size_t count;

    *out = (struct stratum_extranonce){0};
    session[0] = '\0';
    if (result.type != JSON_TYPE_ARRAY) {
        return LINE_FAULT_TYPE;
    }
    enum line_fault fault = parameters_read(result.raw, 4, values, &count);
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    if (count < 3) {
        return LINE_FAULT_COUNT;
    }
    find_session(values[0], session);
    return read_extranonce(&values[1], out);
}

enum line_fault stratum_read_version_mask(struct slice params, uint32_t *mask)
{
    struct json_value values[2];
    size_t count;
    enum line_fault fault = parameters_read(params, 2, values, &count);

    *mask = 0;
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    if (count == 0) {
        return LINE_FAULT_COUNT;
    }
    return hex_u32_take(values[0], mask) ? LINE_FAULT_NONE : LINE_FAULT_HEX;
}

uint32_t stratum_read_configured(struct json_value result)
{
    static const struct json_field fields[] = {
        {"version-rolling", JSON_TYPE_TRUE | JSON_TYPE_FALSE | JSON_TYPE_STRING, false},
        {"version-rolling.mask", JSON_TYPE_STRING, false},
    };
    struct json_value values[2];
    uint32_t mask;

    if (result.type != JSON_TYPE_OBJECT ||
        json_object_read(result.raw, LINE_DEPTH_MAX, fields, 2, JSON_UNKNOWN_SKIPPED, values) !=
            JSON_RESULT_OK) {
        return 0;
    }
    return values[0].type == JSON_TYPE_TRUE && hex_u32_take(values[1], &mask) ? mask : 0;
}

enum line_fault stratum_read_message(struct slice params, char out[STRATUM_TEXT_MAX + 1])
{
    struct json_value values[2];
    size_t count;
    enum line_fault fault = parameters_read(params, 2, values, &count);

    out[0] = '\0';
    if (fault != LINE_FAULT_NONE) {
        return fault;
    }
    if (count == 0 || values[0].type != JSON_TYPE_STRING) {
        return LINE_FAULT_TYPE;
    }
    text_take(values[0], out, STRATUM_TEXT_MAX);
    return LINE_FAULT_NONE;
}
