/* SPDX-License-Identifier: Apache-2.0
 *
 * Placing an order: everything that is checked and then done for each one, whether it comes alone, in
 * the place of another or as a leg of a list.
 */
#ifndef ENGINE_PLACING_H
#define ENGINE_PLACING_H

#include "engine/settle.h"

/* An order that a replacement cancels first, and what that gives back. */
struct replaced {
    uint32_t order;   /* 0 = none */
    uint32_t account; /* it gives back here */
    uint32_t trader;  /* the record of its owner and instrument, which are the new order's, too */
    struct amount released;
};

struct placing {
    struct placement placement;
    struct amount funding;    /* what it will hold from its opening on; pending legs: 0 */
    struct accounts accounts; /* 0 = to be opened */
};

/* May this participant place this now? placing comes with placement.legs (how many orders the command
 * places) and placement.pending (a leg that works later) set; the rest is filled in. Says nothing about
 * money: see placing_check_funds. */
MUST_CHECK enum result placing_check(const struct engine *engine,
                                     const struct command_header *command,
                                     const struct order_terms *terms,
                                     const struct replaced *replaced, struct placing *placing);

/* Can the participant pay, and is there room for the accounts it needs? funding: on the side of
 * `terms`. */
MUST_CHECK enum result placing_check_funds(const struct engine *engine,
                                           const struct placing *placing,
                                           const struct order_terms *terms, struct amount funding,
                                           const struct replaced *replaced);

/* Opens the accounts an order of this instrument needs and holds its funding. After the checks it
 * cannot fail (ENSURE). */
void placing_hold(struct apply *apply, struct placing *placing, const struct order_terms *terms,
                  struct amount funding);

/* Opens the order under the next number, and says so. Returns its slot. */
uint32_t placing_open(struct apply *apply, const struct placing *placing,
                      const struct order_terms *terms, uint32_t list, uint64_t replaces);

/* A plain order from its hold to where it rests, waits or ends, and what its trades set off. */
void placing_place(struct apply *apply, struct placing *placing, const struct order_terms *terms,
                   uint64_t replaces);

#endif
