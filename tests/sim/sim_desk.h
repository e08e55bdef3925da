/* SPDX-License-Identifier: Apache-2.0
 *
 * Desks: followers with clients. A desk is the real follower in a process that dies and comes back; its
 * clients draw commands from the law tests' generators, wait for the answer that the follower brings,
 * and ask again under the same client id when they cannot know.
 */
#ifndef SIM_SIM_DESK_H
#define SIM_SIM_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/sim_world.h"
#include "tarazy/engine.h"

void sim_desks_start(uint32_t clients);
void sim_desks_end(void);

int64_t sim_desk_next(uint32_t desk);
void sim_desk_turn(uint32_t desk);

struct sim_process *sim_desk_process(uint32_t desk);
/* Kills it; it starts again so much later. */
void sim_desk_down(uint32_t desk, int64_t after_us);

/* NULL: it is down. */
const struct engine *sim_desk_engine(uint32_t desk);
bool sim_desk_is_live(uint32_t desk);
uint32_t sim_desk_lives(uint32_t desk); /* so often has it been started */

/* Clients of all desks that still wait for an answer. */
uint32_t sim_desks_waiting(void);
/* Clients begin nothing new from now on. */
void sim_desks_finish(void);

struct sim_desk_tally {
    uint64_t sent;
    uint64_t answered;
    uint64_t refused; /* before they were journaled */
    uint64_t unknown; /* tries whose outcome was unknown for a while */
    uint64_t starts;
    uint64_t stopped_by_damage;
};
const struct sim_desk_tally *sim_desk_tally(void);

#endif
