/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a batch stop an engine, and at which record? Found out where it does no harm: in a child process, on
 * a copy of the state.
 */
#ifndef PROGRAMS_POISON_TRIAL_H
#define PROGRAMS_POISON_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/reader.h"
#include "tarazy/engine.h"

/* Longer than this at one batch is stopped, too. */
enum { POISON_TRIAL_SECONDS = 60 };

/* Applies the batch to a copy of the engine, which stands right before it, without the records named (in their
 * order). *stopped: the record at which the engine stopped; 0: it did not. false: nothing was found out, the
 * child ended in another way (killed, no memory). */
bool poison_trial(const struct engine *engine, const struct journal_batch *batch,
                  const uint64_t *skipped, uint32_t skipped_count, uint64_t *stopped);

#endif
