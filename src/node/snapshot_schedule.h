/* SPDX-License-Identifier: Apache-2.0
 *
 * When a snapshot is due: after so many commands or so much time, one at a time, beside the running
 * core. A snapshot that fails costs nothing but a longer replay: it is logged, and tried again when
 * the next one is due.
 */
#ifndef NODE_SNAPSHOT_SCHEDULE_H
#define NODE_SNAPSHOT_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/snapshot_child.h"

struct snapshot_schedule {
    const struct storage *storage;
    int folder;
    int lock;
    uint64_t every_records; /* 0: never because of their number */
    int64_t every_us;       /* 0: never because of time */
    uint64_t last_number;   /* of the newest one there is, or was begun */
    int64_t last_us;        /* when it was begun; monotonic */
    struct snapshot_child child;
};

/* Looks after a child that has ended; begins a snapshot of the source when one is due. The source
 * must be durable and the end of a batch. now_us: monotonic. */
void snapshot_schedule_poll(struct snapshot_schedule *schedule,
                            const struct snapshot_source *source, int64_t now_us);

/* Ends what is at work. */
void snapshot_schedule_stop(struct snapshot_schedule *schedule);

#endif
