/* SPDX-License-Identifier: Apache-2.0
 *
 * The meter's turns: what shares brought is synced once for all of them, then answered and sent on; intervals end. A file of its own
 * because the order of these steps is the promise. Invariants: nobody is told "accepted" of what is not on the disk; the pool sees a
 * share after the log has it; after a failed sync nobody is told anything. Read next: session.c, upstream.c, interval.c.
 */
#include "stratum/meter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "platform/entropy.h"
#include "platform/log_line.h"
#include "platform/signature.h"
#include "stratum/meter_inside.h"

enum { IDLE_MS = 60000, SILENT_MINER_MS = 1800000, SECOND_MS = 1000 };

void meter_failed(struct meter *meter, int error)
{
    if (!meter->has_failed) {
        meter->has_failed = true;
        meter->options.on_failure(meter->options.context, error);
    }
}

bool meter_log(struct meter *meter, enum log_kind kind, struct log_record *record)
{
    return !meter->has_failed && interval_add(meter->options.interval, kind, record);
}

/* ---- shares on their way out ---- */

/* A share of node work that is a block. */
static void hand_in_block(struct meter *meter, const struct waiting_answer *answer,
                          const struct meter_job *job)
{
    uint8_t extranonce[2 * STRATUM_EXTRANONCE_MAX];
    char name[JOB_NAME_SIZE + 16];
    size_t size = meter->extranonce.extranonce1_size;
    size_t block_size;

    memcpy(extranonce, meter->extranonce.extranonce1, size);
    for (size_t i = 0; i < meter->number_size; i++) {
        extranonce[size++] = (uint8_t)(answer->own_number >> (8 * (meter->number_size - 1 - i)));
    }
    memcpy(extranonce + size, answer->submit.extranonce2, answer->submit.extranonce2_size);
    size += answer->submit.extranonce2_size;
    char *block =
        block_template_block(job->block, answer->header.bytes, extranonce, size, &block_size);
    (void)snprintf(name, sizeof name, "%s-%08x", job->name, answer->submit.nonce);
    log_event(LOG_LEVEL_INFO, "block_found", "job", job->name);
    node_work_submit(meter->options.node, name, block, block_size);
    free(block);
}

/* True: the pool was asked, and its answer will be the miner's. */
static bool send_on(struct meter *meter, const struct waiting_answer *answer)
{
    const struct meter_job *job = &meter->jobs.jobs[answer->job % JOBS_MAX];

    if (job->sequence != answer->job) {
        return false;
    }
    if (job->block != NULL) {
        hand_in_block(meter, answer, job);
        return false;
    }
    return upstream_submit(meter, answer, job);
}

static void answer_one(struct meter *meter, const struct waiting_answer *answer)
{
    struct line_buffer out = {meter->line, sizeof meter->line};
    bool is_asked = answer->is_sent_on && send_on(meter, answer);
    struct miner *miner = meter_miner(meter, answer->slot, answer->generation);

    if (miner == NULL || is_asked) {
        return;
    }
    size_t size = answer->is_sent_on && meter->options.node == NULL
                      ? write_refusal(out, slice_of_text(answer->id), 20, "No pool")
                      : write_yes(out, slice_of_text(answer->id));
    miner_send(miner, meter->line, size);
}

void meter_flush(struct meter *meter)
{
    if (meter->has_failed) {
        return;
    }
    int error = interval_sync(meter->options.interval);
    if (error != 0) {
        meter->waiting_count = 0;
        meter_failed(meter, error);
        return;
    }
    for (size_t i = 0; i < meter->waiting_count; i++) {
        answer_one(meter, &meter->waiting[i]);
    }
    meter->waiting_count = 0;
}

static void turn_end(struct event_turn_hook *hook)
{
    meter_flush(hook->context);
}

/* ---- jobs and extranonces ---- */

void meter_new_job(struct meter *meter, const struct stratum_job *job, uint8_t *parts,
                   struct block_template *block)
{
    struct meter_job *added = job_table_add(&meter->jobs, job, parts, block);

    if (block != NULL) {
        added->pool_difficulty = meter->options.difficulty_max;
        added->pool_target = job->block_target;
    } else {
        added->pool_difficulty = meter->upstream.difficulty;
        added->pool_target = target_of_difficulty(added->pool_difficulty);
    }
    session_notify_all(meter, added);
}

/* Bytes of our own out of the pool's room for extranonce2: 16 million miners where there is room, 65536 in the usual four
 * bytes, 256 in two or three. */
static size_t own_size(size_t room)
{
    if (room >= 7) {
        return 3;
    }
    return room >= 4 ? 2 : room >= 2 ? 1 : 0;
}

void meter_set_extranonce(struct meter *meter, const struct stratum_extranonce *extranonce)
{
    const struct stratum_extranonce *known = &meter->extranonce;
    size_t size = own_size(extranonce->extranonce2_size);

    if (size == 0 || extranonce->extranonce1_size + size > STRATUM_EXTRANONCE_MAX) {
        log_event(LOG_LEVEL_ERROR, "extranonce_too_short", NULL, NULL);
        return;
    }
    if (size == meter->number_size && known->extranonce1_size == extranonce->extranonce1_size &&
        known->extranonce2_size == extranonce->extranonce2_size &&
        memcmp(known->extranonce1, extranonce->extranonce1, known->extranonce1_size) == 0) {
        return; /* the pool knew us again: everybody works on */
    }
    meter->extranonce = *extranonce;
    meter->number_size = size;
    job_table_retire(&meter->jobs);
    session_extranonce_changed(meter);
}

static void node_news(void *context)
{
    struct meter *meter = context;
    struct block_template *block = node_work_take(meter->options.node);

    if (block == NULL) {
        return;
    }
    if (meter->number_size == 0) {
        struct stratum_extranonce extranonce = {
            .extranonce1_size = TEMPLATE_EXTRANONCE1_SIZE,
            .extranonce2_size = TEMPLATE_EXTRANONCE2_SIZE,
        };

        entropy_fill(extranonce.extranonce1, TEMPLATE_EXTRANONCE1_SIZE);
        meter->version_mask = SHARE_VERSION_MASK;
        meter_set_extranonce(meter, &extranonce);
    }
    uint8_t *parts = block->parts;
    block->parts = NULL;
    meter_new_job(meter, &block->job, parts, block);
}

/* ---- time ---- */

static void look_at_miners(struct meter *meter)
{
    int64_t now = event_loop_now_ms(meter->loop);

    for (uint32_t i = 0; i < meter->miner_count; i++) {
        struct miner *miner = meter->miners[i];
        bool has_worker = miner->workers[0].name != NULL;
        int64_t patience = has_worker ? SILENT_MINER_MS : IDLE_MS;

        if (miner->is_open && !miner->wants_subscription && now - miner->seen_ms > patience) {
            miner_close_now(miner, "silence");
        }
    }
}

static int end_interval(struct meter *meter)
{
    size_t readings = 0;
    struct log_line line;

    meter_flush(meter);
    if (meter->has_failed) {
        return -EIO;
    }
    int error = interval_turn(meter->options.interval, &readings);
    if (error != 0) {
        meter_failed(meter, error);
        return error;
    }
    session_renumber(meter);
    upstream_renumber(meter);
    log_line_begin(&line, LOG_LEVEL_INFO, "interval_ended");
    log_line_unsigned(&line, "readings", readings);
    log_line_unsigned(&line, "miners", meter->open_count);
    log_line_end(&line);
    meter->options.on_readings(meter->options.context);
    return 0;
}

static void each_second(struct event_timer *timer)
{
    struct meter *meter = timer->context;

    event_timer_start(meter->loop, timer, SECOND_MS);
    upstream_each_second(meter);
    look_at_miners(meter);
    if (!meter->has_failed && interval_is_due(meter->options.interval)) {
        (void)end_interval(meter);
    }
}

/* ---- life ---- */

/* The key that names sessions; the same over restarts, so that miners find their extranonce again. */
static int read_session_key(struct meter *meter)
{
    char path[METER_TEXT_MAX + 32];

    (void)snprintf(path, sizeof path, "%s/session.key", meter->options.directory);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        ssize_t size = read(file, meter->session_key, sizeof meter->session_key);

        (void)close(file);
        return size == (ssize_t)sizeof meter->session_key ? 0 : -EBADMSG;
    }
    entropy_fill(meter->session_key, sizeof meter->session_key);
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return -errno;
    }
    ssize_t size = write(file, meter->session_key, sizeof meter->session_key);
    int error = size == (ssize_t)sizeof meter->session_key && fsync(file) == 0 ? 0 : -EIO;
    (void)close(file);
    return error;
}

static int take_memory(struct meter *meter)
{
    meter->sha = sha256_create();
    meter->miners = calloc(meter->options.miners_max, sizeof(struct miner *));
    meter->free_slots = calloc(meter->options.miners_max, sizeof *meter->free_slots);
    meter->numbers = calloc((size_t)1 << (8 * OWN_NUMBER_SIZE_MAX - 3), 1);
    return meter->miners == NULL || meter->free_slots == NULL || meter->numbers == NULL ? -ENOMEM
                                                                                        : 0;
}

static int begin(struct meter *meter, const char **what)
{
    struct event_loop *loop = meter->loop;

    meter->turn = (struct event_turn_hook){.on_turn_end = turn_end, .context = meter};
    event_turn_hook_add(loop, &meter->turn);
    meter->second = (struct event_timer){.on_due = each_second, .context = meter};
    event_timer_start(loop, &meter->second, SECOND_MS);
    *what = meter->options.listen;
    int error = door_open(meter);
    if (error == 0) {
        *what = "pool";
        error = upstream_open(meter);
    }
    if (error == 0 && meter->options.node != NULL) {
        *what = "node";
        error = node_work_attach(meter->options.node, loop, node_news, meter);
    }
    return error;
}

int meter_create(const struct meter_options *options, struct meter **out, const char **what)
{
    struct meter *meter = calloc(1, sizeof *meter);

    ENSURE(meter != NULL);
    *out = NULL;
    meter->options = *options;
    meter->loop = options->loop;
    meter->door.fd = -1;
    meter->jobs.sequence = (uint64_t)clock_wall_us(event_loop_clock(options->loop));
    entropy_fill(&meter->number_next, sizeof meter->number_next);
    *what = options->directory;
    int error = read_session_key(meter);
    if (error == 0) {
        error = take_memory(meter);
    }
    if (error == 0) {
        error = begin(meter, what);
    }
    if (error != 0) {
        meter_destroy(meter);
        return error;
    }
    *out = meter;
    return 0;
}

void meter_destroy(struct meter *meter)
{
    if (meter == NULL) {
        return;
    }
    if (meter->options.node != NULL) {
        node_work_detach(meter->options.node);
    }
    event_timer_stop(meter->loop, &meter->second);
    event_turn_hook_remove(meter->loop, &meter->turn);
    upstream_close(meter);
    door_close(meter);
    job_table_free(&meter->jobs);
    sha256_destroy(meter->sha);
    free(meter->miners);
    free(meter->free_slots);
    free(meter->numbers);
    free(meter->waiting);
    secret_wipe(meter->session_key, sizeof meter->session_key);
    free(meter);
}

uint16_t meter_port(const struct meter *meter)
{
    return meter->port;
}

int meter_finish(struct meter *meter)
{
    return end_interval(meter);
}

size_t meter_miner_size(void)
{
    return sizeof(struct miner) + sizeof(struct miner *) + sizeof(uint32_t);
}
