/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy core --self-test` and the like: a process is confined as the real one is, tries what it must
 * not do, and is refused; and what it must do, and is let.
 */
#ifndef PROGRAMS_SELF_TEST_H
#define PROGRAMS_SELF_TEST_H

#include <stdio.h>

#include "programs/config.h"
#include "programs/separation.h"

/* Tries every act in a child of its own and prints a line for each to `out`. Harms nothing even where
 * an act is let that should not be. EXIT_CODE_DONE only if each came out as it must and the kernel
 * has every part of the confinement. config->directory holds a node, running or not. */
int self_test_run(enum process_kind kind, const struct config *config, FILE *out);

#endif
