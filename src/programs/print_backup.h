/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tarazy backup` and `tarazy restore` tell.
 */
#ifndef PROGRAMS_PRINT_BACKUP_H
#define PROGRAMS_PRINT_BACKUP_H

#include <stdint.h>

#include "backup/backup.h"

/* Number, chain, state, bytes, duration: one a line, on standard output. */
void backup_print(const struct backup_report *report, int64_t duration_us);

/* Says what is wrong on standard error. Returns the exit code that says it, too. */
int backup_print_failure(const struct journal_error *error);

#endif
