/* SPDX-License-Identifier: Apache-2.0
 *
 * Open withdrawals, and the names of those that were closed: a request that is sent twice, because
 * the answer to the first got lost, must not pay twice.
 */
#ifndef ENGINE_WITHDRAWALS_H
#define ENGINE_WITHDRAWALS_H

#include "base/arena.h"
#include "engine/state.h"

/* Reserves (measures with withdrawals NULL, or places) room for so many open withdrawals and for
 * the names of as many closed ones. */
void withdrawals_create(struct withdrawals *withdrawals, struct arena *arena, uint32_t count_max);

/* How many can still be opened. */
uint32_t withdrawals_room(const struct withdrawals *withdrawals);

/* The open withdrawal of this number, or this name; NULL if there is none. */
const struct withdrawal *withdrawals_find(const struct engine *engine, uint64_t number);
const struct withdrawal *withdrawals_find_name(const struct engine *engine, uint32_t participant,
                                               const struct client_id *name);

/* Did this participant ask for a withdrawal of this name: an open one, or one of the last
 * withdrawals_max closed? Never for an empty name. */
bool withdrawals_seen(const struct engine *engine, uint32_t participant,
                      const struct client_id *name);

/* Opens one: fills in number and chain, copies the rest. There must be room (ENSURE). */
const struct withdrawal *withdrawals_open(struct engine *engine, const struct withdrawal *request);

/* Forgets an open one, but for its name. */
void withdrawals_close(struct engine *engine, uint64_t number);

/* Oldest open one, and the next; NULL = no more. */
const struct withdrawal *withdrawals_first(const struct engine *engine);
const struct withdrawal *withdrawals_after(const struct engine *engine,
                                           const struct withdrawal *withdrawal);

/* NULL, or the first invariant that does not hold. */
const char *withdrawals_audit(const struct engine *engine);

#endif
