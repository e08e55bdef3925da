/* SPDX-License-Identifier: Apache-2.0
 *
 * The forked writer of snapshots, without a fork: it takes the place of src/journal/snapshot_child.c and
 * writes a copy of the state, later, as a process of its own that may die at any call. It does so in one
 * turn: its calls do not come between the core's.
 *
 * Read next: src/journal/snapshot_child.h, whose contract this keeps.
 */
#include "journal/snapshot_child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "sim/sim_core.h"
#include "sim/sim_disk.h"
#include "sim/sim_found.h"

static struct sim_process process;
static struct snapshot_source source;
static void *block;
static int folder;
static enum snapshot_progress progress;

struct sim_process *sim_snapshot_process(void)
{
    if (process.role == 0) {
        sim_process_make(&process, SIM_ROLE_SNAPSHOT, 2);
        sim_disk_give(&process);
        process.wake_us = SIM_NEVER;
    }
    return &process;
}

bool snapshot_child_start(struct snapshot_child *child, const struct storage *storage,
                          int in_folder, int lock, const struct snapshot_source *from)
{
    size_t size;
    const void *bytes = tarazy_engine_block(from->engine, &size);
    (void)storage;
    (void)lock;
    sim_snapshot_begun();
    if (child->process != 0) {
        errno = EBUSY;
        return false;
    }
    ENSURE(block == NULL);
    block = aligned_alloc(TARAZY_ENGINE_ALIGNMENT, (size + 63) / 64 * 64);
    ENSURE(block != NULL);
    memcpy(block, bytes, size);
    source = *from;
    source.engine = tarazy_engine_adopt(block, size);
    ENSURE(source.engine != NULL);
    folder = in_folder;
    child->process = 1;
    child->number = from->head.number;
    progress = SNAPSHOT_PROGRESS_RUNNING;
    process.wake_us = sim_now() + (int64_t)random_below(&sim.random, 400000);
    return true;
}

void sim_snapshot_turn(void)
{
    struct journal_error error;
    process.is_dead = false;
    sim_enter(&process);
    bool is_good = snapshot_write(&process.storage, folder, &source, &error);
    sim_leave();
    process.die_at = 0;
    process.wake_us = SIM_NEVER;
    progress = is_good && !process.is_dead ? SNAPSHOT_PROGRESS_DONE : SNAPSHOT_PROGRESS_FAILED;
}

static enum snapshot_progress look(struct snapshot_child *child)
{
    if (child->process == 0) {
        return SNAPSHOT_PROGRESS_NONE;
    }
    if (progress != SNAPSHOT_PROGRESS_RUNNING) {
        child->process = 0;
        child->status = progress == SNAPSHOT_PROGRESS_DONE ? 0 : EIO << 8;
        free(block);
        block = NULL;
    }
    return progress;
}

enum snapshot_progress snapshot_child_poll(struct snapshot_child *child)
{
    return look(child);
}

enum snapshot_progress snapshot_child_wait(struct snapshot_child *child)
{
    return look(child);
}

void snapshot_child_stop(struct snapshot_child *child)
{
    if (child->process != 0) {
        child->process = 0;
        free(block);
        block = NULL;
        process.wake_us = SIM_NEVER;
    }
}
