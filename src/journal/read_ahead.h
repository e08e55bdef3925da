/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a journal on a thread of its own, ahead of whoever applies it: checksums, chain and shapes of
 * the next batches are checked while the engine executes these. Halves the time of a start and of a
 * verification. Nothing else of this program has threads; this one ends before its user goes on.
 */
#ifndef JOURNAL_READ_AHEAD_H
#define JOURNAL_READ_AHEAD_H

#include "journal/reader.h"

struct read_ahead;

/* reader: opened, and not touched by anybody else until read_ahead_stop. limit: as for
 * journal_reader_next. NULL: no memory, or no thread to be had. */
struct read_ahead *read_ahead_start(struct journal_reader *reader, uint64_t limit);

/* What journal_reader_next would have said, in the same order. batch->commands stays until the next
 * call. Anything but BATCH is final. */
enum journal_read read_ahead_next(struct read_ahead *ahead, struct journal_batch *batch);

/* Waits for the thread. After END, TORN, DAMAGED or FAILED the reader stands where it would without
 * reading ahead; stopped before that, it may be further. */
void read_ahead_stop(struct read_ahead *ahead);

#endif
