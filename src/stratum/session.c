/* SPDX-License-Identifier: Apache-2.0
 *
 * What miners ask and what they are answered. A file of its own because here a stranger's claim meets the verdict. Invariants: an
 * accepted share is in the log's batch before its answer is in the queue behind the sync; a share counts under a name that this very
 * connection has authorized; two open miners never have the same extranonce1. Read next: share.c, meter.c, upstream.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/hex_text.h"
#include "platform/log_line.h"
#include "platform/signature.h"
#include "stratum/meter_inside.h"

enum { SESSION_MAC_SIZE = 12, SESSION_BYTES = 16 };

static struct line_buffer line_of(struct miner *miner)
{
    return (struct line_buffer){miner->meter->line, sizeof miner->meter->line};
}

static void send_line(struct miner *miner, size_t size)
{
    ENSURE(size > 0);
    miner_send(miner, miner->meter->line, size);
}

static void refuse(struct miner *miner, struct slice id, int code, const char *text)
{
    send_line(miner, write_refusal(line_of(miner), id, code, text));
}

/* A line that is no Stratum: told, and after too many the connection is over. */
static void fault(struct miner *miner, struct slice id, enum line_fault what)
{
    refuse(miner, id, 20, line_fault_text(what));
    if (++miner->faults > MINER_FAULTS_MAX || what == LINE_FAULT_JSON) {
        miner_close(miner, line_fault_text(what));
    }
}

/* ---- own numbers: what tells our miners apart within the pool's extranonce ---- */

static uint32_t number_limit(const struct meter *meter)
{
    return (uint32_t)1 << (8 * meter->number_size);
}

static bool number_is_free(const struct meter *meter, uint32_t number)
{
    return number < number_limit(meter) && (meter->numbers[number / 8] >> (number % 8) & 1) == 0;
}

static void number_take(struct miner *miner, uint32_t number)
{
    miner->meter->numbers[number / 8] |= (uint8_t)(1u << (number % 8));
    miner->own_number = number;
    miner->has_number = true;
}

static void number_give(struct miner *miner)
{
    struct meter *meter = miner->meter;

    if (miner->has_number) {
        uint32_t number = miner->own_number;

        meter->numbers[number / 8] &= (uint8_t) ~(1u << (number % 8));
        miner->has_number = false;
    }
}

static bool number_find(struct miner *miner)
{
    struct meter *meter = miner->meter;

    for (uint32_t tried = 0; tried < number_limit(meter); tried++) {
        uint32_t number = meter->number_next++ % number_limit(meter);

        if (number_is_free(meter, number)) {
            number_take(miner, number);
            return true;
        }
    }
    return false;
}

/* A session's name is its number and a code that only this meter's folder can make. */
static void session_bytes(const struct meter *meter, uint32_t number, uint8_t out[SESSION_BYTES])
{
    struct hmac_key key;
    uint8_t code[SHA256_SIZE];

    for (unsigned i = 0; i < 4; i++) {
        out[i] = (uint8_t)(number >> (24 - 8 * i));
    }
    hmac_key_prepare(&key, meter->session_key, sizeof meter->session_key);
    hmac_compute(&key, &(struct byte_part){out, 4}, 1, code);
    memcpy(out + 4, code, SESSION_MAC_SIZE);
}

static bool session_resume(struct miner *miner, const char *session)
{
    uint8_t claimed[SESSION_BYTES];
    uint8_t right[SESSION_BYTES];

    if (!hex_decode(slice_of_text(session), claimed, sizeof claimed)) {
        return false;
    }
    uint32_t number = (uint32_t)claimed[0] << 24 | (uint32_t)claimed[1] << 16 |
                      (uint32_t)claimed[2] << 8 | claimed[3];
    session_bytes(miner->meter, number, right);
    if (!secret_equals(claimed, right, sizeof right) || !number_is_free(miner->meter, number)) {
        return false;
    }
    number_take(miner, number);
    return true;
}

/* The pool's extranonce1 with the miner's own bytes behind it, and what is left to him. */
static struct stratum_extranonce extranonce_of(const struct miner *miner)
{
    const struct meter *meter = miner->meter;
    struct stratum_extranonce own = meter->extranonce;

    for (size_t i = 0; i < meter->number_size; i++) {
        size_t shift = 8 * (meter->number_size - 1 - i);

        own.extranonce1[own.extranonce1_size++] = (uint8_t)(miner->own_number >> shift);
    }
    own.extranonce2_size -= meter->number_size;
    return own;
}

void session_forget(struct miner *miner)
{
    number_give(miner);
    for (size_t i = 0; i < MINER_WORKERS_MAX; i++) {
        free(miner->workers[i].name);
        miner->workers[i] = (struct miner_worker){0};
    }
    free(miner->held_id);
    miner->held_id = NULL;
}

/* ---- jobs out ---- */

static bool same_difficulty(struct difficulty a, struct difficulty b)
{
    return a.mantissa == b.mantissa && a.decimals == b.decimals;
}

void session_notify(struct miner *miner, const struct meter_job *job, bool is_clean)
{
    struct difficulty next = vardiff_next(miner, job, event_loop_now_ms(miner->meter->loop));

    if (!same_difficulty(next, miner->assigned.difficulty)) {
        miner->earlier = miner->assigned;
        miner->assigned =
            (struct assignment){.difficulty = next, .target = target_of_difficulty(next)};
        miner->since = job->sequence;
        send_line(miner, write_set_difficulty(line_of(miner), next));
    }
    miner->was_notified = true;
    if (is_clean) {
        miner_send(miner, job->clean_line, job->clean_line_size);
    } else {
        miner_send(miner, job->line, job->line_size);
    }
}

void session_notify_all(struct meter *meter, const struct meter_job *job)
{
    for (uint32_t i = 0; i < meter->miner_count; i++) {
        struct miner *miner = meter->miners[i];

        if (miner->is_open && miner->is_subscribed) {
            session_notify(miner, job, job->job.is_clean || !miner->was_notified);
        }
    }
}

/* ---- subscribing ---- */

static void answer_subscription(struct miner *miner, struct slice id)
{
    struct stratum_extranonce own = extranonce_of(miner);
    struct meter_job *job = job_table_newest(&miner->meter->jobs);
    uint8_t bytes[SESSION_BYTES];
    char session[SESSION_NAME_SIZE] = {0};

    session_bytes(miner->meter, miner->own_number, bytes);
    hex_encode(bytes, sizeof bytes, session);
    miner->is_subscribed = true;
    send_line(miner, write_subscribed(line_of(miner), id, session, &own));
    if (job != NULL) {
        session_notify(miner, job, true);
    }
}

static void take_subscribe(struct miner *miner, const struct stratum_line *line)
{
    struct stratum_subscribe subscribe;
    enum line_fault what = stratum_read_subscribe(line->params, &subscribe);

    if (what != LINE_FAULT_NONE) {
        fault(miner, line->id, what);
        return;
    }
    if (miner->meter->number_size == 0) {
        free(miner->held_id);
        miner->held_id = strndup(line->id.data, line->id.size);
        miner->wants_subscription = miner->held_id != NULL;
        return;
    }
    if (!miner->has_number && !session_resume(miner, subscribe.session) && !number_find(miner)) {
        refuse(miner, line->id, 20, "No extranonce left");
        miner_close(miner, "no extranonce left");
        return;
    }
    answer_subscription(miner, line->id);
}

/* He goes on with other numbers, or has to come again. */
static void renew(struct miner *miner)
{
    number_give(miner);
    if (!number_find(miner)) {
        miner_close(miner, "no extranonce left");
        return;
    }
    if (miner->wants_subscription) {
        miner->wants_subscription = false;
        answer_subscription(miner, slice_of_text(miner->held_id));
        free(miner->held_id);
        miner->held_id = NULL;
    } else if (miner->wants_extranonce) {
        struct stratum_extranonce own = extranonce_of(miner);

        send_line(miner, write_set_extranonce(line_of(miner), &own));
        miner->was_notified = false;
    } else {
        miner_close(miner, "the extranonce changed");
    }
}

void session_extranonce_changed(struct meter *meter)
{
    memset(meter->numbers, 0, (size_t)1 << (8 * OWN_NUMBER_SIZE_MAX - 3));
    for (uint32_t i = 0; i < meter->miner_count; i++) {
        meter->miners[i]->has_number = false;
    }
    for (uint32_t i = 0; i < meter->miner_count; i++) {
        struct miner *miner = meter->miners[i];

        if (miner->is_open && (miner->is_subscribed || miner->wants_subscription)) {
            renew(miner);
        }
    }
}

void session_mask_changed(struct meter *meter)
{
    for (uint32_t i = 0; i < meter->miner_count; i++) {
        struct miner *miner = meter->miners[i];

        if (miner->is_open && (miner->version_mask & ~meter->version_mask) != 0) {
            miner->version_mask &= meter->version_mask;
            send_line(miner, write_version_mask(line_of(miner), miner->version_mask));
        }
    }
}

static void take_configure(struct miner *miner, const struct stratum_line *line)
{
    struct stratum_configure configure;
    enum line_fault what = stratum_read_configure(line->params, &configure);

    if (what != LINE_FAULT_NONE) {
        fault(miner, line->id, what);
        return;
    }
    if (configure.wants_version_rolling) {
        miner->version_mask = configure.mask & miner->meter->version_mask;
    }
    miner->wants_extranonce |= configure.wants_extranonce;
    send_line(miner, write_configured(line_of(miner), line->id, &configure, miner->version_mask));
}

/* ---- authorizing ---- */

static uint32_t worker_find(const struct miner *miner, const char *name)
{
    for (uint32_t i = 0; i < MINER_WORKERS_MAX; i++) {
        if (miner->workers[i].name != NULL && strcmp(miner->workers[i].name, name) == 0) {
            return i;
        }
    }
    return MINER_WORKERS_MAX;
}

static uint32_t worker_enter(struct miner *miner, const char *name)
{
    uint32_t place = worker_find(miner, name);

    for (uint32_t i = 0; i < MINER_WORKERS_MAX && place == MINER_WORKERS_MAX; i++) {
        if (miner->workers[i].name == NULL) {
            miner->workers[i] = (struct miner_worker){.name = strdup(name)};
            place = miner->workers[i].name == NULL ? MINER_WORKERS_MAX : i;
        }
    }
    return place;
}

static void take_authorize(struct miner *miner, const struct stratum_line *line)
{
    struct stratum_authorize authorize;
    char id[STRATUM_ID_MAX + 3];
    enum line_fault what = stratum_read_authorize(line->params, &authorize);

    if (what == LINE_FAULT_NONE && authorize.worker[0] == '.') {
        what = LINE_FAULT_WORKER;
    }
    if (what != LINE_FAULT_NONE) {
        fault(miner, line->id, what);
        return;
    }
    if (!register_names_admit(miner->meter->options.names, authorize.worker, authorize.password)) {
        log_event(LOG_LEVEL_WARNING, "worker_refused", "worker", authorize.worker);
        refuse(miner, line->id, 24, "Unauthorized worker");
        miner->faults++;
        return;
    }
    uint32_t worker = worker_enter(miner, authorize.worker);
    if (worker == MINER_WORKERS_MAX) {
        refuse(miner, line->id, 24, "Too many workers");
        return;
    }
    memcpy(id, line->id.data, line->id.size);
    id[line->id.size] = '\0';
    if (!upstream_authorize(miner, id, worker, authorize.password)) {
        send_line(miner, write_yes(line_of(miner), line->id));
    }
}

void session_authorized(struct miner *miner, const char *id, uint32_t worker, bool is_yes)
{
    if (is_yes) {
        send_line(miner, write_yes(line_of(miner), slice_of_text(id)));
        return;
    }
    free(miner->workers[worker].name);
    miner->workers[worker] = (struct miner_worker){0};
    refuse(miner, slice_of_text(id), 24, "Unauthorized worker");
}

void session_renumber(struct meter *meter)
{
    for (uint32_t i = 0; i < meter->miner_count; i++) {
        for (uint32_t j = 0; j < MINER_WORKERS_MAX; j++) {
            meter->miners[i]->workers[j].number = 0;
        }
    }
}

/* ---- shares ---- */

/* Under whom it counts: 0 for nobody. */
static uint32_t number_of(struct miner *miner, uint32_t worker)
{
    if (worker == MINER_WORKERS_MAX) {
        for (worker = 0; worker < MINER_WORKERS_MAX && miner->workers[worker].name == NULL;) {
            worker++;
        }
        if (worker == MINER_WORKERS_MAX) {
            return 0;
        }
    }
    struct miner_worker *entry = &miner->workers[worker];
    if (entry->number == 0) {
        entry->number = interval_worker(miner->meter->options.interval, entry->name);
    }
    return entry->number;
}

static const struct assignment *assignment_for(const struct miner *miner,
                                               const struct meter_job *job)
{
    const struct assignment *assigned =
        job->sequence < miner->since ? &miner->earlier : &miner->assigned;

    return assigned->difficulty.mantissa == 0 ? NULL : assigned;
}

/* Counts a share that is worth nothing, and tells its miner. */
static void bad_share(struct miner *miner, struct slice id, enum share_verdict verdict,
                      uint32_t worker)
{
    struct log_record record = {.worker = number_of(miner, worker), .detail = (uint8_t)verdict};
    bool is_stale = verdict == SHARE_VERDICT_STALE;

    if (record.worker != 0) {
        (void)meter_log(miner->meter, is_stale ? LOG_KIND_STALE : LOG_KIND_REJECTED, &record);
    }
    refuse(miner, id, share_verdict_code(verdict), share_verdict_text(verdict));
    if (++miner->bad_shares > MINER_BAD_SHARES_MAX) {
        miner_close(miner, "too many refused shares");
    }
}

static void answer_later(struct miner *miner, const struct waiting_answer *answer)
{
    struct meter *meter = miner->meter;

    if (meter->waiting_count == meter->waiting_capacity) {
        size_t capacity = meter->waiting_capacity == 0 ? 64 : 2 * meter->waiting_capacity;
        struct waiting_answer *grown = realloc(meter->waiting, capacity * sizeof *grown);

        ENSURE(grown != NULL);
        meter->waiting = grown;
        meter->waiting_capacity = capacity;
    }
    meter->waiting[meter->waiting_count++] = *answer;
}

static void good_share(struct miner *miner, uint32_t worker, const struct meter_job *job,
                       struct waiting_answer *answer)
{
    const struct assignment *assigned = assignment_for(miner, job);

    ENSURE(assigned != NULL); /* the share was held against it */
    struct log_record record = {
        .worker = number_of(miner, worker),
        .mantissa = assigned->difficulty.mantissa,
        .decimals = (uint16_t)assigned->difficulty.decimals,
    };

    memcpy(record.body, answer->header.bytes, HEADER_SIZE);
    if (record.worker == 0 || !meter_log(miner->meter, LOG_KIND_ACCEPTED, &record)) {
        refuse(miner, slice_of_text(answer->id), 20, "Meter is full");
        return;
    }
    miner->bad_shares = 0;
    miner->window_shares++;
    answer->is_sent_on = target_is_met(&job->pool_target, &answer->header.hash) ||
                         target_is_met(&job->job.block_target, &answer->header.hash);
    answer_later(miner, answer);
}

static void take_submit(struct miner *miner, const struct stratum_line *line)
{
    struct meter *meter = miner->meter;
    struct waiting_answer answer = {.slot = miner->slot, .generation = miner->generation};
    enum line_fault what = stratum_read_submit(line->params, &answer.submit);

    if (what != LINE_FAULT_NONE) {
        fault(miner, line->id, what);
        return;
    }
    uint32_t worker = worker_find(miner, answer.submit.worker);
    if (!miner->is_subscribed || worker == MINER_WORKERS_MAX) {
        bad_share(miner, line->id,
                  miner->is_subscribed ? SHARE_VERDICT_WORKER : SHARE_VERDICT_UNSUBSCRIBED,
                  MINER_WORKERS_MAX);
        return;
    }
    struct meter_job *job = job_table_find(&meter->jobs, answer.submit.job);
    const struct assignment *assigned = job == NULL ? NULL : assignment_for(miner, job);
    struct stratum_extranonce own = extranonce_of(miner);
    struct share_terms terms = {
        .job = assigned == NULL ? NULL : &job->job,
        .extranonce1 = own.extranonce1,
        .extranonce1_size = own.extranonce1_size,
        .extranonce2_size = own.extranonce2_size,
        .version_mask = miner->version_mask,
    };
    if (assigned != NULL) {
        terms.assigned = assigned->target;
    }
    answer.verdict =
        share_verify(meter->sha, meter->options.seen, &terms, &answer.submit, &answer.header);
    if (answer.verdict != SHARE_VERDICT_ACCEPTED) {
        bad_share(miner, line->id, answer.verdict, worker);
        return;
    }
    ENSURE(job != NULL); /* a share without a job is stale */
    memcpy(answer.id, line->id.data, line->id.size);
    answer.job = job->sequence;
    answer.own_number = miner->own_number;
    good_share(miner, worker, job, &answer);
}

/* ---- the rest ---- */

static void take_suggestion(struct miner *miner, const struct stratum_line *line)
{
    struct difficulty difficulty;
    enum line_fault what = stratum_read_suggest_difficulty(line->params, &difficulty);

    if (what != LINE_FAULT_NONE) {
        fault(miner, line->id, what);
        return;
    }
    miner->suggested = difficulty;
    send_line(miner, write_yes(line_of(miner), line->id));
}

static void take_request(struct miner *miner, const struct stratum_line *line)
{
    switch (line->method) {
    case STRATUM_METHOD_SUBSCRIBE: take_subscribe(miner, line); return;
    case STRATUM_METHOD_AUTHORIZE: take_authorize(miner, line); return;
    case STRATUM_METHOD_SUBMIT: take_submit(miner, line); return;
    case STRATUM_METHOD_CONFIGURE: take_configure(miner, line); return;
    case STRATUM_METHOD_SUGGEST_DIFFICULTY: take_suggestion(miner, line); return;
    case STRATUM_METHOD_EXTRANONCE_SUBSCRIBE:
        miner->wants_extranonce = true;
        send_line(miner, write_yes(line_of(miner), line->id));
        return;
    case STRATUM_METHOD_PING: send_line(miner, write_yes(line_of(miner), line->id)); return;
    case STRATUM_METHOD_GET_VERSION:
        send_line(miner, write_version(line_of(miner), line->id, "tarazy-meter/1"));
        return;
    case STRATUM_METHOD_UNKNOWN:
    case STRATUM_METHOD_NOTIFY:
    case STRATUM_METHOD_SET_DIFFICULTY:
    case STRATUM_METHOD_SET_EXTRANONCE:
    case STRATUM_METHOD_SET_VERSION_MASK:
    case STRATUM_METHOD_RECONNECT:
    case STRATUM_METHOD_SHOW_MESSAGE: break;
    }
    miner->faults++;
    refuse(miner, line->id, 20, "Unknown method");
    if (miner->faults > MINER_FAULTS_MAX) {
        miner_close(miner, "unknown methods");
    }
}

void session_take_line(struct miner *miner, struct slice text)
{
    struct stratum_line line;
    enum line_fault what = stratum_line_read(text, &line);

    if (what != LINE_FAULT_NONE) {
        fault(miner, line.id, what);
        return;
    }
    if (!line.is_answer) {
        take_request(miner, &line);
    }
}
