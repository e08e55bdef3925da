/* SPDX-License-Identifier: Apache-2.0
 *
 * The disk of the world: the disk in memory of tests/support as each process sees it, with what can
 * go wrong on the way: errors, half writes, slow syncs, a process that dies at a call, reads that show
 * another bit, and writes that say yes and went elsewhere or nowhere (damage). Damage is remembered,
 * so that it can be undone once somebody has found it.
 */
#ifndef SIM_SIM_DISK_H
#define SIM_SIM_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/sim_world.h"
#include "support/fake_disk.h"

void sim_disk_start(void);
void sim_disk_end(void);

/* The disk itself, uncounted. */
struct fake_disk *sim_disk(void);

/* Gives the process its own way to the disk. */
void sim_disk_give(struct sim_process *process);

/* The power goes: what was not synced is lost as `loss` says. Every handle must have been closed. */
void sim_disk_lose_power(enum fake_loss loss);

/* ---- damage ---- */

/* Turns over a bit of the journal before the last batch that is durable; false: there is not enough of
 * it, or there is damage already. */
bool sim_disk_flip_journal(struct random_stream *random, uint64_t durable);

/* Turns over a bit of a snapshot. Not remembered: a snapshot is a cache. */
bool sim_disk_flip_snapshot(struct random_stream *random);

/* Is anything other than what was written? */
bool sim_disk_is_damaged(void);
/* Is it the last batch that went wrong, and nothing behind it? Nobody can miss it then. */
bool sim_disk_damage_is_last(void);
/* Tells where the core's journal ends. */
void sim_disk_note_head(uint64_t head);
/* A core has come back without the batch that went wrong: it never was. */
void sim_disk_note_recovered(uint64_t head);

/* Puts back what should be there. */
void sim_disk_repair(void);

/* A copy of the disk as it would be without damage, for the canary that hides it. */
struct fake_disk *sim_disk_copy_repaired(void);

#endif
