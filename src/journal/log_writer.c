/* SPDX-License-Identifier: Apache-2.0
 *
 * One job, passed to a second thread and back. A file of its own so that the log of files knows
 * nothing of threads, and so that a test can put any log behind it.
 *
 * Invariants: the inner log is touched by one thread at a time: the second one while there is a job, the
 * caller's otherwise; durable moves only when the caller has seen the job done; what failed stays
 * failed.
 *
 * Read next: log_file.c, the log behind it.
 */
#include "journal/log_writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/state_block.h"

struct log_writer {
    struct log log;
    struct log *inner;
    struct state_block memory; /* the job's commands */
    struct log_batch job;
    bool is_waiting; /* appended here, and not handed over yet */
    bool has_thread;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t turned;
    bool has_job; /* under the lock: the second thread's turn */
    bool is_over; /* under the lock */
};

static struct log_writer *writer_of(struct log *log)
{
    return (struct log_writer *)log;
}

/* The caller's view of what the inner log has come to. */
static bool take_note(struct log_writer *writer, bool is_good)
{
    const struct journal_error *failure = log_failure(writer->inner);

    writer->log.head = *log_head(writer->inner);
    writer->log.durable = log_durable(writer->inner);
    if (failure != NULL) {
        writer->log.failure = *failure;
    }
    return is_good;
}

/* false: there will be no more. */
static bool await_job(struct log_writer *writer)
{
    (void)pthread_mutex_lock(&writer->lock);
    while (!writer->has_job && !writer->is_over) {
        (void)pthread_cond_wait(&writer->turned, &writer->lock);
    }
    bool is_job = writer->has_job;
    (void)pthread_mutex_unlock(&writer->lock);
    return is_job;
}

static void set_job(struct log_writer *writer, bool has_job)
{
    (void)pthread_mutex_lock(&writer->lock);
    writer->has_job = has_job;
    (void)pthread_cond_signal(&writer->turned);
    (void)pthread_mutex_unlock(&writer->lock);
}

static void *write_jobs(void *context)
{
    struct log_writer *writer = context;

    while (await_job(writer)) {
        if (log_append(writer->inner, &writer->job)) {
            (void)log_sync(writer->inner); /* what fails stays in the inner log */
        }
        set_job(writer, false);
    }
    return NULL;
}

/* Without a thread everything still works, on the caller's. */
static bool ensure_thread(struct log_writer *writer)
{
    if (!writer->has_thread) {
        writer->has_thread = pthread_create(&writer->thread, NULL, write_jobs, writer) == 0;
    }
    return writer->has_thread;
}

static bool log_writer_append(struct log *log, const struct log_batch *batch)
{
    struct log_writer *writer = writer_of(log);

    ENSURE(!writer->is_waiting);
    if (batch->size < LOG_WRITER_SIZE_MIN || log_durable(writer->inner) != log->head.number ||
        !ensure_thread(writer)) {
        return take_note(writer, log_append(writer->inner, batch));
    }
    memcpy(writer->memory.bytes, batch->commands, batch->size);
    writer->job = *batch;
    writer->job.commands = writer->memory.bytes;
    writer->is_waiting = true;
    log->head.number = batch->first_number + batch->count - 1;
    log->head.time_us = batch->time_us;
    return true;
}

static bool log_writer_sync(struct log *log)
{
    struct log_writer *writer = writer_of(log);

    if (writer->is_waiting) {
        set_job(writer, true);
        return true;
    }
    return take_note(writer, log_sync(writer->inner));
}

static bool log_writer_await(struct log *log)
{
    struct log_writer *writer = writer_of(log);

    if (!writer->is_waiting) {
        return true;
    }
    (void)pthread_mutex_lock(&writer->lock);
    while (writer->has_job) {
        (void)pthread_cond_wait(&writer->turned, &writer->lock);
    }
    (void)pthread_mutex_unlock(&writer->lock);
    writer->is_waiting = false;
    return take_note(writer, log_failure(writer->inner) == NULL);
}

static bool log_writer_work(struct log *log)
{
    (void)log;
    return true;
}

static bool log_writer_prepare(struct log *log)
{
    struct log_writer *writer = writer_of(log);

    ENSURE(!writer->is_waiting);
    bool has_more = log_prepare(writer->inner);
    (void)take_note(writer, true);
    return has_more;
}

static int log_writer_wakeup_fd(const struct log *log)
{
    (void)log;
    return -1;
}

static void log_writer_close(struct log *log)
{
    struct log_writer *writer = writer_of(log);

    if (writer->has_thread) {
        (void)pthread_mutex_lock(&writer->lock);
        writer->is_over = true;
        (void)pthread_cond_signal(&writer->turned);
        (void)pthread_mutex_unlock(&writer->lock);
        (void)pthread_join(writer->thread, NULL);
    }
    log_close(writer->inner);
    state_block_destroy(&writer->memory);
    (void)pthread_cond_destroy(&writer->turned);
    (void)pthread_mutex_destroy(&writer->lock);
    free(writer);
}

static const struct log_operations OPERATIONS = {
    .append = log_writer_append,
    .sync = log_writer_sync,
    .await = log_writer_await,
    .work = log_writer_work,
    .prepare = log_writer_prepare,
    .wakeup_fd = log_writer_wakeup_fd,
    .close = log_writer_close,
};

struct log *log_writer_create(struct log *inner)
{
    struct log_writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL) {
        return NULL;
    }
    writer->memory = state_block_create(log_batch_size_max(inner));
    if (writer->memory.bytes == NULL) {
        free(writer);
        return NULL;
    }
    (void)pthread_mutex_init(&writer->lock, NULL);
    (void)pthread_cond_init(&writer->turned, NULL);
    writer->log.operations = &OPERATIONS;
    writer->log.batch_size_max = log_batch_size_max(inner);
    writer->inner = inner;
    (void)take_note(writer, true);
    return &writer->log;
}
