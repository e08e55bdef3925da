/* SPDX-License-Identifier: Apache-2.0
 *
 * The last words of a process. A file of its own because the rooms that assert may not print.
 * Invariant: the process still dies of SIGABRT. Read next: base/ensure.h.
 */
#include "programs/abort_report.h"

#include <signal.h>
#include <stddef.h>

#include "base/ensure.h"
#include "journal/engine_at_work.h"
#include "platform/log_line.h"

static void abort_report_write(int signal_number)
{
    struct log_line line;
    (void)signal_number;
    if (ensure_last_failure.condition == NULL) {
        return; /* somebody else's abort */
    }
    log_line_begin(&line, LOG_LEVEL_ERROR, "assertion_failed");
    log_line_text(&line, "condition", ensure_last_failure.condition);
    log_line_text(&line, "file", ensure_last_failure.file);
    log_line_number(&line, "line", ensure_last_failure.line);
    uint64_t record = engine_at_work_record();
    if (record != 0) {
        log_line_unsigned(&line, "record", record);
        log_line_text(&line, "what", "this record stopped the engine: see tarazy-quarantine(1)");
    }
    log_line_end(&line);
}

void abort_report_install(void)
{
    struct sigaction action = {.sa_handler = abort_report_write};
    (void)sigaction(SIGABRT, &action, NULL);
}
