/* SPDX-License-Identifier: Apache-2.0
 *
 * What every log has in common: the shape of a batch is checked before an implementation sees it,
 * and a log that has failed stays silent for ever. A room of its own so that a second
 * implementation inherits both instead of remembering them.
 *
 * Invariants: durable <= head.number; neither goes back; nothing is appended after a failure.
 *
 * Read next: log_file.c, the local implementation.
 */
#include "journal/log.h"

#include "base/ensure.h"

static bool is_alive(const struct log *log)
{
    return log->failure.what == NULL;
}

bool log_append(struct log *log, const struct log_batch *batch)
{
    ENSURE(batch->count >= 1 && batch->size >= JOURNAL_LINE_SIZE);
    ENSURE(batch->size % JOURNAL_LINE_SIZE == 0 && batch->size <= log->batch_size_max);
    ENSURE(batch->first_number == log->head.number + 1);
    ENSURE(log->head.number == 0 || batch->time_us >= log->head.time_us);
    /*~ The order has a number and a time; here it gets its place in the record. */
    return is_alive(log) && log->operations->append(log, batch);
}

bool log_sync(struct log *log)
{
    bool done = is_alive(log) && log->operations->sync(log);

    ENSURE(log->durable <= log->head.number);
    return done;
}

bool log_await(struct log *log)
{
    bool done = is_alive(log) && log->operations->await(log);

    ENSURE(log->durable <= log->head.number);
    return done;
}

bool log_work(struct log *log)
{
    return is_alive(log) && log->operations->work(log);
}

bool log_prepare(struct log *log)
{
    return is_alive(log) && log->operations->prepare(log);
}

int log_wakeup_fd(const struct log *log)
{
    return log->operations->wakeup_fd(log);
}

uint64_t log_durable(const struct log *log)
{
    return log->durable;
}

const struct journal_head *log_head(const struct log *log)
{
    return &log->head;
}

uint32_t log_batch_size_max(const struct log *log)
{
    return log->batch_size_max;
}

const struct journal_error *log_failure(const struct log *log)
{
    return is_alive(log) ? NULL : &log->failure;
}

void log_close(struct log *log)
{
    if (log != NULL) {
        log->operations->close(log);
    }
}
