/* SPDX-License-Identifier: Apache-2.0
 *
 * Applies a journal's batches to an engine and keeps book of the digests: the events of each batch
 * must have the digest that the next batch records. Recovery, followers and the verifier are loops
 * around a reader and this.
 */
#ifndef JOURNAL_REPLAYER_H
#define JOURNAL_REPLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/reader.h"
#include "tarazy/engine.h"

/* Told after each command: its events together, OUTCOME last; the engine shows the state after it. */
struct replay_sink {
    void *context;
    void (*on_command)(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size);
};

struct replayer;

/* events: the digest of the events of the last batch already applied (digest_start() for a new
 * engine). sink may be NULL. NULL: no memory. */
struct replayer *replayer_create(struct engine *engine, struct digest events,
                                 const struct replay_sink *sink);
void replayer_destroy(struct replayer *replayer);

/* Applies a batch, which must begin with the engine's number + 1 (ENSURE), but for the records that the
 * quarantines behind it name: those are skipped. false: replayer_refusal says why; nothing has been applied
 * then. Either the digest that the batch records is not that of the events before it, and this engine and
 * the one that wrote the journal do not agree; or something is wrong with a quarantine. */
bool replayer_apply(struct replayer *replayer, const struct journal_batch *batch);

/* The same up to a number inside the batch, which is then the last one this replayer takes. */
bool replayer_apply_up_to(struct replayer *replayer, const struct journal_batch *batch,
                          uint64_t number);

/* After false: a sentence that lives for ever, and the record it is about. */
const char *replayer_refusal(const struct replayer *replayer, uint64_t *number);

/* The same for commands that were never read from a file: the core's own, once they are durable. */
void replayer_apply_commands(struct replayer *replayer, const uint8_t *commands, uint32_t size);

/* The digest of the events of the last batch applied: what the next batch must record. */
struct digest replayer_events(const struct replayer *replayer);

#endif
