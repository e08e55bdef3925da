/* SPDX-License-Identifier: Apache-2.0
 *
 * One line of Stratum V1: a JSON object that is a request (method, params) or an answer (result, error).
 * Both roles read with it: the meter towards miners, and towards a pool. Whatever bytes come, the answer
 * is one of enum line_fault. Slices point into the line.
 *
 * Behaviour matched: cpuminer 2.5 (ids repeated, fractional difficulty, an answer to get_version) and
 * ckpool (`reject-reason` beside `"result":false`, `"error":null`); BIP 310 for mining.configure.
 */
#ifndef STRATUM_STRATUM_LINE_H
#define STRATUM_STRATUM_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/json_reader.h"
#include "codec/slice.h"
#include "stratum/difficulty.h"
#include "stratum/job.h"

enum {
    STRATUM_MINER_LINE_MAX = 2048, /* bytes of a miner's line without its end */
    STRATUM_POOL_LINE_MAX =
        65536,               /* of a pool's: two parts of a coinbase transaction and its branches */
    STRATUM_ID_MAX = 64,     /* of a request's id as it is written */
    STRATUM_WORKER_MAX = 80, /* characters of a worker's name */
    STRATUM_TEXT_MAX = 256,  /* of what people read: user agents, messages */
    STRATUM_SESSION_MAX = 64,
};

enum line_fault {
    LINE_FAULT_NONE = 1,
    LINE_FAULT_TOO_LONG, /* told by who collects the bytes of a line */
    LINE_FAULT_JSON,     /* not one strict JSON object */
    LINE_FAULT_ID,       /* an id that is neither null, a number nor a string, or a huge one */
    LINE_FAULT_METHOD,   /* neither a method nor a result */
    LINE_FAULT_PARAMS,   /* params are no array */
    LINE_FAULT_COUNT,    /* another number of parameters */
    LINE_FAULT_TYPE,     /* a parameter of another type */
    LINE_FAULT_WORKER, /* a worker's name that is empty, long, or has other than printable ASCII */
    LINE_FAULT_HEX,    /* not hexadecimal digits, or another number of them */
    LINE_FAULT_NONCE,  /* the nonce is not 8 digits */
    LINE_FAULT_EXTRANONCE, /* no digits, or too many */
    LINE_FAULT_DIFFICULTY, /* not a positive number within bounds */
    LINE_FAULT_JOB,        /* a job that cannot be: sizes, branches, bits */
};

/* For answers and logs. */
const char *line_fault_text(enum line_fault fault);

enum stratum_method {
    STRATUM_METHOD_UNKNOWN = 1,
    STRATUM_METHOD_SUBSCRIBE,
    STRATUM_METHOD_AUTHORIZE,
    STRATUM_METHOD_SUBMIT,
    STRATUM_METHOD_CONFIGURE,
    STRATUM_METHOD_EXTRANONCE_SUBSCRIBE,
    STRATUM_METHOD_SUGGEST_DIFFICULTY,
    STRATUM_METHOD_NOTIFY,
    STRATUM_METHOD_SET_DIFFICULTY,
    STRATUM_METHOD_SET_EXTRANONCE,
    STRATUM_METHOD_SET_VERSION_MASK,
    STRATUM_METHOD_GET_VERSION,
    STRATUM_METHOD_RECONNECT,
    STRATUM_METHOD_SHOW_MESSAGE,
    STRATUM_METHOD_PING,
};

/* The name on the wire; "" for UNKNOWN. */
const char *stratum_method_name(enum stratum_method method);

struct stratum_line {
    bool is_answer;
    enum stratum_method method; /* of a request */
    struct slice id;            /* as written; "null" when there was none */
    struct slice params;        /* of a request: a JSON array; "[]" when there was none */
    struct json_value result;   /* of an answer */
    struct json_value error;
    struct json_value reason; /* ckpool's reject-reason */
};

/* `line` without its end. */
enum line_fault stratum_line_read(struct slice line, struct stratum_line *out);

/* A whole id that we gave ourselves; false: it is another one. */
bool stratum_line_own_id(const struct stratum_line *line, uint64_t *id);

/* An answer that says yes: result true (or anything but false and null), no error. */
bool stratum_line_is_yes(const struct stratum_line *line);

/* ---- what miners send ---- */

struct stratum_subscribe {
    char agent[STRATUM_TEXT_MAX + 1]; /* printable ASCII, the rest '?' */
    char session[STRATUM_SESSION_MAX + 1];
};
enum line_fault stratum_read_subscribe(struct slice params, struct stratum_subscribe *out);

struct stratum_authorize {
    char worker[STRATUM_WORKER_MAX + 1];
    char password[STRATUM_TEXT_MAX + 1]; /* never logged */
};
enum line_fault stratum_read_authorize(struct slice params, struct stratum_authorize *out);

struct stratum_submit {
    char worker[STRATUM_WORKER_MAX + 1];
    char job[STRATUM_JOB_ID_MAX + 1];
    uint8_t extranonce2[STRATUM_EXTRANONCE_MAX];
    size_t extranonce2_size;
    uint32_t time;
    uint32_t nonce;
    uint32_t version_bits;
    bool has_version_bits;
};
enum line_fault stratum_read_submit(struct slice params, struct stratum_submit *out);

/* BIP 310: what of it the meter knows. */
struct stratum_configure {
    bool wants_version_rolling;
    bool wants_extranonce;
    bool wants_minimum_difficulty;
    uint32_t mask; /* all ones when it was not said */
};
enum line_fault stratum_read_configure(struct slice params, struct stratum_configure *out);

enum line_fault stratum_read_suggest_difficulty(struct slice params, struct difficulty *out);

/* ---- what pools send ---- */

/* Coinbase parts are decoded into parts[0..STRATUM_COINBASE_MAX), which the job then points into. */
enum line_fault stratum_read_notify(struct slice params, uint8_t *parts, struct stratum_job *out);
enum line_fault stratum_read_set_difficulty(struct slice params, struct difficulty *out);

struct stratum_extranonce {
    uint8_t extranonce1[STRATUM_EXTRANONCE_MAX];
    size_t extranonce1_size;
    size_t extranonce2_size;
};
enum line_fault stratum_read_set_extranonce(struct slice params, struct stratum_extranonce *out);
/* The result of our mining.subscribe. *session: to resume with; empty when the pool gives none. */
enum line_fault stratum_read_subscribed(struct json_value result, struct stratum_extranonce *out,
                                        char session[STRATUM_SESSION_MAX + 1]);
enum line_fault stratum_read_version_mask(struct slice params, uint32_t *mask);
/* The result of our mining.configure: 0 when the pool rolls no versions. */
uint32_t stratum_read_configured(struct json_value result);
/* Text of client.show_message, printable ASCII, the rest '?'. */
enum line_fault stratum_read_message(struct slice params, char out[STRATUM_TEXT_MAX + 1]);

#endif
