/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine: one deterministic state machine. Same state, same command → same events, same bytes.
 * It has no clock, no files, no threads, no memory of its own: the caller gives one block.
 *
 *     size_t size = tarazy_engine_size(&limits);
 *     struct engine *engine = tarazy_engine_create(aligned_block, size, &limits);
 *     tarazy_engine_apply(engine, &command.header, &events);
 *
 * A snapshot is the block's bytes; tarazy_engine_adopt takes them up again at another address.
 * How to read the state: tarazy/query.h.
 */
#ifndef TARAZY_ENGINE_H
#define TARAZY_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"
#include "tarazy/event.h"
#include "tarazy/limits.h"
#include "tarazy/result.h"

struct engine;

#define TARAZY_ENGINE_ALIGNMENT 64u

/* Bytes of a state with these limits; 0 if they are absurd (overflow, or a zero). */
size_t tarazy_engine_size(const struct limits *limits);

/* Makes an empty state in block: 64-byte aligned, size from tarazy_engine_size, and zeroed, e.g. by
 * mmap: what is never needed is never touched. The first command must be NODE_FOUND with the same
 * limits. */
struct engine *tarazy_engine_create(void *block, size_t size, const struct limits *limits);

/* Takes up a block that was written by the same version: NULL if it is not one. Checks the
 * header and sizes, not the contents: the caller compares the digest. */
struct engine *tarazy_engine_adopt(void *block, size_t size);

/* Applies one well-formed command (16-byte aligned); appends its events, EVENT_OUTCOME last. The
 * buffer must have room for TARAZY_EVENTS_SIZE_MAX more bytes (ENSURE). Total: a command that cannot
 * be done is a rejection with RESULT_…, and changes nothing but the state's number and time and its
 * key's nonce. number must be the last one + 1 (ENSURE). */
void tarazy_engine_apply(struct engine *engine, const struct command_header *command,
                         struct event_buffer *events);

/* Passes over a command that a quarantine names: its outcome is RESULT_QUARANTINED, and nothing changes but
 * the state's number and time. Looks at nothing but the header, for whatever stops every engine may be
 * anywhere else. Same demands on number, alignment and room as tarazy_engine_apply. */
void tarazy_engine_skip(struct engine *engine, const struct command_header *command,
                        struct event_buffer *events);

/* Told after each command of a batch; events: only its own. */
struct batch_sink {
    void *context;
    void (*on_command)(void *context, const struct command_header *command,
                       const struct event_buffer *events);
};

/* Applies commands that follow each other in size bytes, as in the journal; events is used anew for
 * each. The same as applying them one by one, but faster where the state is much larger than the
 * caches: what the next few commands will touch is asked from memory ahead of time. */
void tarazy_engine_apply_batch(struct engine *engine, const void *commands, size_t size,
                               struct event_buffer *events, const struct batch_sink *sink);

/* Would apply say RESULT_OK now? Changes nothing. For "test" requests. */
enum result tarazy_engine_check(const struct engine *engine, const struct command_header *command);

/* When the next CLOCK is due, in UTC microseconds; INT64_MAX = never. In the past = at once. */
int64_t tarazy_engine_deadline(const struct engine *engine);

/* Number and time of the last command applied; 0 for a new state. */
uint64_t tarazy_engine_number(const struct engine *engine);
int64_t tarazy_engine_time(const struct engine *engine);

/* The whole state as bytes, for snapshots and digests. */
const void *tarazy_engine_block(const struct engine *engine, size_t *size);

/* Checks every invariant of the books (sum per asset is zero, nothing negative but the mirrors of
 * the outside, holds equal what orders and withdrawals hold, books sorted and uncrossed in
 * continuous trading, every index agrees). Slow: for tests, verifiers and supervisors.
 * Returns NULL when all hold, else a sentence naming the first that does not. */
const char *tarazy_engine_audit(const struct engine *engine);

#endif
