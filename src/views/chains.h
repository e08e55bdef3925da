/* SPDX-License-Identifier: Apache-2.0
 *
 * Who owns which records, in order: for each pair (owner, subject) a chain of record numbers, oldest
 * first. A record is any slot 1 … records_max of the user's own array; it stands in at most one
 * chain. Appending, unlinking and stepping are O(1).
 */
#ifndef VIEWS_CHAINS_H
#define VIEWS_CHAINS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"

struct chains;

/* Room for records_max records in as many chains. NULL while measuring. */
struct chains *chains_create(struct arena *arena, uint32_t records_max, struct hash_seed seed);

/* Puts a record, which stands in no chain, at the young end. */
void chains_append(struct chains *chains, uint32_t owner, uint32_t subject, uint32_t record);

/* Takes a record out of its chain; it must stand in one (ENSURE). */
void chains_remove(struct chains *chains, uint32_t record);

/* The oldest and the youngest record of a pair; 0 = none. */
uint32_t chains_first(const struct chains *chains, uint32_t owner, uint32_t subject);
uint32_t chains_last(const struct chains *chains, uint32_t owner, uint32_t subject);

/* The neighbours of a record in its chain; 0 = none. */
uint32_t chains_next(const struct chains *chains, uint32_t record);
uint32_t chains_previous(const struct chains *chains, uint32_t record);

#endif
