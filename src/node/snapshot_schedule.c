/* SPDX-License-Identifier: Apache-2.0
 *
 * The decision when to write a snapshot. A room of its own because the core's loop should not have
 * to know. Invariants: at most one child; last_number only grows; a failure is never an
 * error of the core. Read next: journal/snapshot_child.h for how it is written.
 */
#include "node/snapshot_schedule.h"

#include <errno.h>
#include <sys/wait.h>

#include "base/ensure.h"
#include "platform/log_line.h"

/* The child has ended: what became of it. */
static void snapshot_schedule_note(const struct snapshot_child *child, bool is_good)
{
    struct log_line line;
    log_line_begin(&line, is_good ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
                   is_good ? "snapshot_written" : "snapshot_failed");
    log_line_unsigned(&line, "number", child->number);
    if (!is_good && WIFSIGNALED(child->status)) {
        log_line_number(&line, "signal", WTERMSIG(child->status));
    } else if (!is_good) {
        log_line_errno(&line, "why", WEXITSTATUS(child->status));
    }
    log_line_end(&line);
}

static bool snapshot_schedule_is_due(const struct snapshot_schedule *schedule, uint64_t number,
                                     int64_t now_us)
{
    if (number == schedule->last_number) {
        return false;
    }
    bool is_due_by_number =
        schedule->every_records > 0 && number - schedule->last_number >= schedule->every_records;
    bool is_due_by_time =
        schedule->every_us > 0 && now_us - schedule->last_us >= schedule->every_us;
    return is_due_by_number || is_due_by_time;
}

void snapshot_schedule_poll(struct snapshot_schedule *schedule,
                            const struct snapshot_source *source, int64_t now_us)
{
    uint64_t number = source->head.number;
    ENSURE(number >= schedule->last_number);
    switch (snapshot_child_poll(&schedule->child)) {
    case SNAPSHOT_PROGRESS_RUNNING: return;
    case SNAPSHOT_PROGRESS_DONE: snapshot_schedule_note(&schedule->child, true); break;
    case SNAPSHOT_PROGRESS_FAILED: snapshot_schedule_note(&schedule->child, false); break;
    case SNAPSHOT_PROGRESS_NONE: break;
    }
    if (!snapshot_schedule_is_due(schedule, number, now_us)) {
        return;
    }
    /* Also after a failure: the next try is due as much later as one after a success. */
    schedule->last_number = number;
    schedule->last_us = now_us;
    if (!snapshot_child_start(&schedule->child, schedule->storage, schedule->folder, schedule->lock,
                              source)) {
        struct log_line line;
        log_line_begin(&line, LOG_LEVEL_ERROR, "snapshot_failed");
        log_line_unsigned(&line, "number", number);
        log_line_errno(&line, "why", errno);
        log_line_end(&line);
    }
}

void snapshot_schedule_stop(struct snapshot_schedule *schedule)
{
    snapshot_child_stop(&schedule->child);
}
