/* SPDX-License-Identifier: Apache-2.0
 *
 * What trades set off: lists whose first leg was filled, and stop orders.
 */
#ifndef ENGINE_CASCADE_H
#define ENGINE_CASCADE_H

#include "engine/apply.h"

/* Notes that a list's other legs start when the present matching is over. */
void cascade_note_start(struct apply *apply, uint32_t list);

/* The legs of a list that were opened or started now, and hold `held` together: takes the one that
 * takes, if any. Gives back what they hold too much. */
void cascade_take_legs(struct apply *apply, uint32_t number, struct amount held);

/* Starts the noted lists and sets off the instrument's stop orders, until nothing more follows or
 * the command's bounds are reached; what is left waits for the next clock. */
void cascade_run(struct apply *apply, uint16_t instrument);

#endif
