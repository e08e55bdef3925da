/* SPDX-License-Identifier: Apache-2.0
 *
 * A core reduced to its journal, on a real disk: recovers or founds, writes batches of the flow, takes
 * snapshots, and tells standard output each number that has become durable, as 8 bytes, the moment a
 * real core would tell its clients. It is made to be killed.
 *
 * usage: crash_writer FOLDER BATCHES SEED inline|fork
 *
 * inline: snapshots are written by this process; fork: by a child beside it, as a real core does. (The
 * shim holds un-synced writes in one process: losing power needs inline.)
 *
 * Exit status 0: all batches are durable. 3: the journal could not be recovered.
 *
 * Read next: power_shim.c; crash_driver.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal/snapshot_child.h"
#include "platform/storage.h"
#include "support/journal_flow.h"
#include "support/random_stream.h"

#define SEGMENT_SIZE 8192u

static void acknowledge(uint64_t number)
{
    if (write(1, &number, sizeof number) != (ssize_t)sizeof number) {
        _exit(4);
    }
}

/* A snapshot that cannot be made is the disk's fault here: nobody fails it but the power. */
static bool take_snapshot(struct journal_core *core, struct snapshot_child *child, bool is_forked)
{
    const struct storage *storage = storage_system();

    if (!is_forked) {
        return journal_core_snapshot(core, storage);
    }
    if (snapshot_child_poll(child) == SNAPSHOT_PROGRESS_RUNNING) {
        return true;
    }
    struct snapshot_source source = journal_core_source(core);
    return snapshot_child_start(child, storage, core->recovered.folder, core->recovered.lock,
                                &source);
}

static int write_batches(struct journal_core *core, uint64_t batches, uint64_t seed, bool is_forked)
{
    struct random_stream random = {seed};
    struct snapshot_child child = {0};
    char text[JOURNAL_ERROR_TEXT_SIZE];

    for (uint64_t i = 0; i < batches; i++) {
        if (!journal_core_step(core, (uint32_t)random_below(&random, 6) + 1)) {
            fprintf(stderr, "crash_writer: %s\n",
                    journal_error_text(log_failure(core->recovered.log), text));
            return 1;
        }
        acknowledge(core->acknowledged);
        if (i % 12 == 7 && !take_snapshot(core, &child, is_forked)) {
            fprintf(stderr, "crash_writer: %s\n", journal_error_text(&core->error, text));
            return 1;
        }
    }
    (void)snapshot_child_wait(&child);
    return 0;
}

int main(int argc, char **argv)
{
    struct journal_core core;
    char text[JOURNAL_ERROR_TEXT_SIZE];

    if (argc != 5) {
        fprintf(stderr, "usage: crash_writer FOLDER BATCHES SEED inline|fork\n");
        return 2;
    }
    if (!journal_core_start(&core, storage_system(), argv[1], SEGMENT_SIZE)) {
        fprintf(stderr, "crash_writer: %s\n", journal_error_text(&core.error, text));
        return 3;
    }
    acknowledge(core.acknowledged);
    int result = write_batches(&core, strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10),
                               strcmp(argv[4], "fork") == 0);
    journal_core_stop(&core);
    return result;
}
