/* SPDX-License-Identifier: Apache-2.0
 *
 * A log whose large batches are hashed, written and synced on a thread of their own, while the caller
 * applies them: two cores then share the work of one. Small batches, and everything else, go straight
 * to the log behind it: for a single order a second thread would only be a detour.
 */
#ifndef JOURNAL_LOG_WRITER_H
#define JOURNAL_LOG_WRITER_H

#include "journal/log.h"

/* From this many bytes of commands on, a batch is worth a detour. */
#define LOG_WRITER_SIZE_MIN (64u << 10)

/* inner is the new log's from here on. The thread begins with the first large batch: after the process
 * has been confined, so that it is, too. NULL: no memory; inner is the caller's still. */
struct log *log_writer_create(struct log *inner);

#endif
