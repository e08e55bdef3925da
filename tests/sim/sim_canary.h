/* SPDX-License-Identifier: Apache-2.0
 *
 * Bugs planted in the world, one for each checker, to show that it can fail. Only the program
 * `sim_canary` is built with them (SIM_WITH_CANARIES); in `sim` each of these says no.
 */
#ifndef SIM_SIM_CANARY_H
#define SIM_SIM_CANARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_canary {
    SIM_CANARY_NONE = 1,
    SIM_CANARY_LYING_SYNC,    /* durable: syncs say yes and do nothing */
    SIM_CANARY_LOST_POSTING,  /* books: one posting of a trade is not shown */
    SIM_CANARY_CORE_BIT,      /* replay: a bit of the core's memory turns over */
    SIM_CANARY_FOLLOWER_SKIP, /* follower: one follower passes over a command */
    SIM_CANARY_NEW_NAME,      /* once: a client tries again under another client id */
    SIM_CANARY_WALL_TIME,     /* time: the times shown are those of a clock that may be set */
    SIM_CANARY_HIDDEN_DAMAGE, /* damage: who looks for it is shown the bytes as they were */
    SIM_CANARY_SWALLOW,       /* liveness: the network loses a message and goes on */
    SIM_CANARY_EARLY_ANSWER,  /* answer: a client is told yes before the core has it */
};

/* By its name; false: there is none, or this program has none built in. */
bool canary_choose(const char *name);
enum sim_canary canary_chosen(void);
bool canary_is(enum sim_canary canary);

/* Once in a while, when chosen. */
bool canary_swallows_message(void);

#endif
