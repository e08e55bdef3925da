/* SPDX-License-Identifier: Apache-2.0
 *
 * A node reduced to its journal, for tests of what stands on disk: commands whose bytes are a
 * function of their number, a core that appends, syncs, acknowledges and applies them, and a check
 * that what a journal holds is just that.
 */
#ifndef SUPPORT_JOURNAL_FLOW_H
#define SUPPORT_JOURNAL_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/recovery.h"
#include "journal/replayer.h"
#include "support/command_samples.h"

#define JOURNAL_FLOW_SEGMENT_SIZE 16384u

/* Command `number` of the flow: NODE_FOUND first, then kinds of every size. Returns its size. */
size_t journal_flow_command(uint64_t number, union command_sample *command);

/* The time of command `number`. */
int64_t journal_flow_time(uint64_t number);

struct journal_core {
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;
    struct replayer *replayer;
    uint64_t acknowledged; /* the last number a client was told is durable */
};

/* Recovers (or founds) the journal. false: core->error. */
bool journal_core_start(struct journal_core *core, const struct storage *storage,
                        const char *directory, uint64_t segment_size);

/* One batch of the next `count` commands: append, sync, acknowledge, apply. false: the log failed. */
bool journal_core_step(struct journal_core *core, uint32_t count);

/* The same without the sync and without applying: the next journal_core_step syncs both. The flow's
 * events digests then do not matter: only for tests that never replay. */
bool journal_core_append(struct journal_core *core, uint32_t count);

bool journal_core_snapshot(struct journal_core *core, const struct storage *storage);
struct snapshot_source journal_core_source(const struct journal_core *core);

void journal_core_stop(struct journal_core *core);

/* Does the journal hold the flow from command 1 on and nothing else? Its last number goes to *last.
 * Returns NULL, or what is wrong. */
const char *journal_flow_check(const struct storage *storage, const char *directory,
                               uint64_t *last);

#endif
