/* SPDX-License-Identifier: Apache-2.0
 *
 * A core as `tarazy core` is one: recovery that reads ahead, a log with a thread, the core's own loop and
 * socket. What is missing are users, confinement and snapshots, whose calls the shim cannot hold back in
 * one process. It is made to be killed.
 *
 * usage: crash_core FOLDER found|run
 *
 * run: tells standard output the recovered number as 8 bytes when it listens; stops in order at the end of
 * standard input. Exit status 0: stopped in order. 3: the journal could not be recovered. 4: the log failed.
 *
 * Read next: core_crash_driver.c, which speaks to it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crash/crash_core.h"
#include "journal/log_writer.h"
#include "journal/recovery.h"
#include "node/core.h"
#include "platform/storage.h"
#include "support/node_scene.h"

static int found(const char *folder)
{
    struct founding founding;
    struct founding_failure failure = {0};
    const struct founding_place place = {
        .storage = storage_system(), .directory = folder, .segment_size = CRASH_CORE_SEGMENT_SIZE};
    if (!founding_create(&founding)) {
        return 1;
    }
    node_scene_found(&founding, true);
    bool is_founded = founding_write(&founding, &place, NODE_START_US, &failure);
    founding_destroy(&founding);
    return is_founded ? 0 : 1;
}

static int work(const char *folder, struct recovered *recovered)
{
    int error = 0;
    const struct core_options options = {.directory = folder,
                                         .log = recovered->log,
                                         .engine = recovered->engine,
                                         .events = recovered->events,
                                         .clock = clock_source_system(),
                                         .stop_fd = 0};
    struct core *core = core_open(&options, &error);
    if (core == NULL) {
        (void)fprintf(stderr, "crash_core: cannot listen: %s\n", strerror(-error));
        return 1;
    }
    uint64_t number = log_head(recovered->log)->number;
    int code = write(1, &number, sizeof number) == (ssize_t)sizeof number ? 0 : 1;
    if (code == 0 && core_run(core) != CORE_TURN_STOPPED) {
        code = 4;
    }
    core_close(core);
    return code;
}

static int run(const char *folder)
{
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;
    char text[JOURNAL_ERROR_TEXT_SIZE];
    const struct recovery_options options = {.storage = storage_system(),
                                             .directory = folder,
                                             .segment_size = CRASH_CORE_SEGMENT_SIZE,
                                             .reads_ahead = true};
    if (!recovery_run(&options, &recovered, &report, &error)) {
        (void)fprintf(stderr, "crash_core: %s\n", journal_error_text(&error, text));
        return 3;
    }
    struct log *writer = log_writer_create(recovered.log);
    if (writer != NULL) {
        recovered.log = writer;
    }
    int code = recovered.engine != NULL && writer != NULL ? work(folder, &recovered) : 1;
    recovered_close(&recovered);
    return code;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[2], "found") == 0) {
        return found(argv[1]);
    }
    if (argc == 3 && strcmp(argv[2], "run") == 0) {
        return run(argv[1]);
    }
    (void)fprintf(stderr, "usage: crash_core FOLDER found|run\n");
    return 2;
}
