/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy core`: the process that decides the order of things. Recovers the journal, then runs the
 * core's loop until it is told to stop or the disk fails. Read next: node/core.c.
 */
#include <errno.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "journal/log_writer.h"
#include "journal/recovery.h"
#include "node/core.h"
#include "node/link.h"
#include "platform/log_line.h"
#include "programs/commands.h"
#include "programs/config.h"
#include "programs/exit_codes.h"
#include "programs/options.h"
#include "programs/process_confinement.h"
#include "programs/readiness.h"
#include "programs/self_test.h"
#include "programs/separation.h"

static void core_log_error(const char *event, const struct journal_error *error)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];
    log_event(LOG_LEVEL_ERROR, event, "what", journal_error_text(error, text));
}

static void core_log_recovery(const struct recovery_report *report,
                              const struct recovered *recovered)
{
    struct log_line line;
    char text[JOURNAL_ERROR_TEXT_SIZE];
    log_line_begin(&line, LOG_LEVEL_INFO, "recovered");
    log_line_unsigned(&line, "number", log_head(recovered->log)->number);
    log_line_unsigned(&line, "snapshot", report->snapshot_number);
    log_line_unsigned(&line, "replayed", report->commands_replayed);
    log_line_end(&line);
    if (report->snapshots_bad > 0) {
        log_event(LOG_LEVEL_WARNING, "snapshot_passed_over", "what",
                  journal_error_text(&report->snapshot_error, text));
    }
    if (report->was_torn) {
        log_line_begin(&line, LOG_LEVEL_WARNING, "torn_tail_cut");
        log_line_text(&line, "where", journal_error_text(&report->torn, text));
        log_line_unsigned(&line, "bytes", report->torn_size);
        log_line_end(&line);
    }
}

/* Which exit code tells why there is no recovery. */
static int core_recovery_code(const struct journal_error *error)
{
    if (error->error_number == EWOULDBLOCK) {
        return EXIT_CODE_BUSY;
    }
    return error->error_number == 0 ? EXIT_CODE_DAMAGED : EXIT_CODE_DISK;
}

/* A descriptor that becomes readable when the process is asked to stop. */
static int core_stop_fd(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
        return -1;
    }
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int core_end(const struct core *core, const struct log *log, enum core_turn turn)
{
    struct log_line line;
    switch (turn) {
    case CORE_TURN_STOPPED:
        log_line_begin(&line, LOG_LEVEL_INFO, "stopped");
        log_line_unsigned(&line, "number", log_head(log)->number);
        log_line_end(&line);
        return EXIT_CODE_DONE;
    case CORE_TURN_DISK: core_log_error("disk_failed", log_failure(log)); return EXIT_CODE_DISK;
    case CORE_TURN_FAILED:
        log_line_begin(&line, LOG_LEVEL_ERROR, "failed");
        log_line_errno(&line, "what", core_error(core));
        log_line_end(&line);
        return EXIT_CODE_FAILED;
    case CORE_TURN_ON: break;
    }
    return EXIT_CODE_FAILED;
}

/* A folder in memory takes every sync and keeps nothing: then "acknowledged" means little. */
static void core_warn_of_memory(const char *folder)
{
    struct statfs system;

    if (statfs(folder, &system) == 0 &&
        (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC)) {
        log_event(LOG_LEVEL_WARNING, "folder_in_memory", "folder", folder);
    }
}

static int core_run_recovered(const struct config *config, const struct recovered *recovered,
                              uint64_t snapshot_number)
{
    const struct clock_source *clock = clock_source_system();
    struct snapshot_schedule schedule = {
        .storage = storage_system(),
        .folder = recovered->folder,
        .lock = recovered->lock,
        .every_records = config->snapshot_records,
        .every_us = (int64_t)config->snapshot_minutes * 60 * 1000000,
        .last_number = snapshot_number,
        .last_us = clock_monotonic_us(clock),
    };
    struct core_options options = {
        .directory = config->directory,
        .log = recovered->log,
        .engine = recovered->engine,
        .events = recovered->events,
        .clock = clock,
        .snapshots = &schedule,
        .stop_fd = core_stop_fd(),
        .allows_founding = config->allows_founding,
    };
    int error = 0;
    struct core *core = core_open(&options, &error);
    if (core == NULL) {
        struct log_line line;
        log_line_begin(&line, LOG_LEVEL_ERROR, "cannot_listen");
        log_line_errno(&line, "what", error);
        log_line_end(&line);
        return EXIT_CODE_FAILED;
    }
    core_warn_of_memory(config->directory);
    state_block_populate(&recovered->block);
    int code = EXIT_CODE_FAILED;
    if (separation_open_socket(config, LINK_SOCKET_NAME)) {
        process_confine(PROCESS_KIND_CORE, config);
        readiness_tell(config->ready_fd, "core");
        code = core_end(core, recovered->log, core_run(core));
        snapshot_schedule_stop(&schedule);
    }
    core_close(core);
    return code;
}

int core_main(int argc, char **argv)
{
    static struct config config;
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;
    int code = options_parse(argc, argv, &config);
    if (code >= 0) {
        return code;
    }
    if (config.self_test) {
        return self_test_run(PROCESS_KIND_CORE, &config, stdout);
    }
    if (!separation_become(&config, PROCESS_KIND_CORE)) {
        return EXIT_CODE_FAILED;
    }
    struct recovery_options options = {
        .storage = storage_system(),
        .directory = config.directory,
        .segment_size = config.segment_size,
        .reads_ahead = true,
    };
    if (!recovery_run(&options, &recovered, &report, &error)) {
        core_log_error("recovery_refused", &error);
        return core_recovery_code(&error);
    }
    if (recovered.engine == NULL) {
        log_event(LOG_LEVEL_ERROR, "not_founded", "dir", config.directory);
        code = EXIT_CODE_FAILED;
    } else {
        core_log_recovery(&report, &recovered);
        struct log *writer = log_writer_create(recovered.log);
        recovered.log = writer != NULL ? writer : recovered.log;
        code = core_run_recovered(&config, &recovered, report.snapshot_number);
    }
    recovered_close(&recovered);
    return code;
}
