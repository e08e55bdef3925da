/* SPDX-License-Identifier: Apache-2.0
 *
 * From events to rows. It sees every command from the first on (candles need all trades), and writes
 * the effects of those the database has not seen.
 */
#ifndef HISTORY_PROJECTOR_H
#define HISTORY_PROJECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "history/history_database.h"
#include "tarazy/engine.h"

struct projector;

/* instruments_max: of the node's limits. The database stays the caller's. NULL: no memory. */
struct projector *projector_create(struct history_database *database, uint32_t instruments_max);
void projector_destroy(struct projector *projector);

/* One command with its events, in order, as a follower's sink gets them. False: the database failed
 * (its error says why). */
bool projector_apply(struct projector *projector, const struct engine *engine,
                     const struct command_header *command, const uint8_t *events, size_t size);

/* Makes what was applied permanent; nothing to do is fine. */
bool projector_commit(struct projector *projector);

/* Rows that wait for the next commit. */
uint64_t projector_waiting(const struct projector *projector);

#endif
