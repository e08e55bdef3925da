/* SPDX-License-Identifier: Apache-2.0
 *
 * A night's results: sums over many runs, and the file in which a night that was interrupted goes on. One
 * line for each seed that is done: which program, which seed, what came of it.
 */
#ifndef SIM_SIM_RESULTS_H
#define SIM_SIM_RESULTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/sim_child.h"

struct sim_results {
    FILE *file;    /* NULL: none */
    char name[24]; /* of the program: a commit; other programs' lines do not count */
    uint8_t *done; /* a bit for each seed from `from` on */
    uint64_t from;
    uint64_t seeds;    /* done, with those read from the file */
    uint64_t failures; /* among them */
    struct sim_report sum;
};

/* Reads what the file says of this program, and goes on at its end. path NULL: sums only. False: it
 * cannot be opened, or has a line that nobody here wrote. */
bool sim_results_open(struct sim_results *results, const char *path, const char *name,
                      uint64_t from);
void sim_results_close(struct sim_results *results);

bool sim_results_has(const struct sim_results *results, uint64_t seed);
void sim_results_take(struct sim_results *results, const struct sim_child *child);

/* Totals, and what an hour under faults holds of each. */
void sim_results_print(const struct sim_results *results);

#endif
