/* SPDX-License-Identifier: Apache-2.0
 *
 * The checkers: what anybody in the world has ever seen of the node, held against everything that
 * anybody sees later. What a follower has seen was called durable; from then on it must stay.
 */
#ifndef SIM_SIM_CHECK_H
#define SIM_SIM_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "laws/law_world.h"
#include "node/core.h"
#include "sim/sim_world.h"
#include "tarazy/engine.h"

void check_start(void);
void check_end(void);

/* A follower has applied a command. From the founding on, in order, or from somewhere. */
void check_see(const struct engine *engine, const struct command_header *command,
               const uint8_t *events, size_t size);

/* The last number that anybody was told is durable. */
uint64_t check_told(void);

/* A core has recovered up to this number. */
void check_recovered(uint64_t number);

/* ---- what clients want: an intent has one effect or none, however often it is sent ---- */

uint32_t check_intent_new(void); /* from 1 */
uint32_t check_intents(void);
uint64_t check_effects(void); /* intents that happened, as counted by check_intents_hold */
uint32_t check_kinds(void);   /* kinds of commands that were accepted at least once */
/* The client was told that it happened (number: of the command that did it), or that an earlier try
 * had (number 0). */
void check_intent_told(uint32_t intent, uint64_t number);
/* The client was told that it was refused in this command; nothing of it may have happened then. */
void check_intent_refused(uint32_t intent);

/* The intent's name as a client id or evidence, and back: 0: none of ours. */
void check_intent_name(uint32_t intent, unsigned attempt, char text[static 24]);
uint32_t check_intent_of(const struct command_header *command);

/* ---- comparisons, now and then ---- */

/* Two states of equal number, byte for byte. */
void check_equal(enum sim_checker checker, const struct engine *one, const struct engine *other,
                 const char *who);
/* The engine's own audit, and the watchers' comparison of all events with the state. */
void check_books(const struct engine *engine);
/* Command 1 to the core's number again, by a reader of its own: the live state. */
void check_replay(const struct engine *live);
/* The verifier's word on the disk up to what is durable: it agrees; or, with damage, it does not. */
void check_verify(uint64_t durable, bool is_damaged);
/* Every intent: told is true, and nothing happened twice. */
void check_intents_hold(void);

#endif
