/* SPDX-License-Identifier: Apache-2.0
 *
 * A line of Stratum, any bytes, in both roles: whatever is taken is within its bounds, and a job, a share and a difficulty
 * that were taken are written and read again as the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stratum/share.h"
#include "stratum/stratum_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

static char text[2 * STRATUM_POOL_LINE_MAX];
static const struct line_buffer buffer = {text, sizeof text};
static uint8_t parts[STRATUM_COINBASE_MAX];
static uint8_t again[STRATUM_COINBASE_MAX];

static struct stratum_line reread(size_t size)
{
    struct stratum_line line;
    CHECK(size > 0 && memchr(text, '\n', size) == text + size - 1);
    CHECK(stratum_line_read(slice_of(text, size - 1), &line) == LINE_FAULT_NONE);
    return line;
}

static void submit_check(struct slice params)
{
    struct stratum_submit submit;
    struct stratum_submit back;
    if (stratum_read_submit(params, &submit) != LINE_FAULT_NONE) {
        return;
    }
    CHECK(strlen(submit.worker) <= STRATUM_WORKER_MAX && strlen(submit.job) <= STRATUM_JOB_ID_MAX);
    CHECK(submit.extranonce2_size <= STRATUM_EXTRANONCE_MAX);
    const struct pool_share share = {
        submit.worker, submit.job,   submit.extranonce2,  submit.extranonce2_size,
        submit.time,   submit.nonce, submit.version_bits, submit.has_version_bits};
    struct stratum_line line = reread(write_submit(buffer, 1, &share));
    CHECK(stratum_read_submit(line.params, &back) == LINE_FAULT_NONE);
    CHECK(memcmp(&submit, &back, sizeof submit) == 0);
}

static void job_check(struct slice params)
{
    struct stratum_job job;
    struct stratum_job back;
    if (stratum_read_notify(params, parts, &job) != LINE_FAULT_NONE) {
        return;
    }
    CHECK(job.branch_count <= STRATUM_BRANCHES_MAX);
    CHECK(job.coinbase1_size + job.coinbase2_size <= STRATUM_COINBASE_MAX);
    struct stratum_line line = reread(write_notify(buffer, job.id, &job, job.is_clean));
    CHECK(stratum_read_notify(line.params, again, &back) == LINE_FAULT_NONE);
    CHECK(memcmp(parts, again, job.coinbase1_size + job.coinbase2_size) == 0);
    CHECK(memcmp(job.previous, back.previous, 32) == 0 && job.bits == back.bits);
}

static void difficulty_check(struct slice params)
{
    struct difficulty difficulty;
    struct difficulty back;
    if (stratum_read_set_difficulty(params, &difficulty) != LINE_FAULT_NONE) {
        return;
    }
    struct stratum_line line = reread(write_set_difficulty(buffer, difficulty));
    CHECK(stratum_read_set_difficulty(line.params, &back) == LINE_FAULT_NONE);
    CHECK(difficulty_compare(difficulty, back) == 0);
    struct target target = target_of_difficulty(difficulty);
    CHECK(target_work(&target) > 0);
}

static void others_check(const struct stratum_line *line)
{
    struct stratum_subscribe subscribe;
    struct stratum_authorize authorize;
    struct stratum_configure configure;
    struct stratum_extranonce extranonce;
    char session[STRATUM_SESSION_MAX + 1];
    char message[STRATUM_TEXT_MAX + 1];
    uint32_t mask;
    (void)stratum_read_configure(line->params, &configure);
    (void)stratum_read_version_mask(line->params, &mask);
    if (stratum_read_subscribe(line->params, &subscribe) == LINE_FAULT_NONE) {
        (void)reread(write_subscribe(buffer, 1, subscribe.agent, subscribe.session));
    }
    if (stratum_read_authorize(line->params, &authorize) == LINE_FAULT_NONE) {
        (void)reread(write_authorize(buffer, 1, authorize.worker, authorize.password));
    }
    if (stratum_read_message(line->params, message) == LINE_FAULT_NONE) {
        (void)reread(write_message(buffer, message));
    }
    if (stratum_read_set_extranonce(line->params, &extranonce) == LINE_FAULT_NONE) {
        (void)reread(write_set_extranonce(buffer, &extranonce));
    }
    if (line->is_answer &&
        stratum_read_subscribed(line->result, &extranonce, session) == LINE_FAULT_NONE) {
        CHECK(extranonce.extranonce2_size >= 1);
        CHECK(extranonce.extranonce2_size <= STRATUM_EXTRANONCE_MAX);
        (void)stratum_read_configured(line->result);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stratum_line line;
    if (size > STRATUM_POOL_LINE_MAX ||
        stratum_line_read(slice_of((const char *)data, size), &line) != LINE_FAULT_NONE) {
        return 0;
    }
    (void)reread(write_yes(buffer, line.id));
    (void)reread(write_refusal(buffer, line.id, 20, "no"));
    submit_check(line.params);
    job_check(line.params);
    difficulty_check(line.params);
    others_check(&line);
    return 0;
}
