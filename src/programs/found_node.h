/* SPDX-License-Identifier: Apache-2.0
 *
 * Founding a node from a founding file: what `tarazy init` and `tarazy serve --sandbox` share.
 */
#ifndef PROGRAMS_FOUND_NODE_H
#define PROGRAMS_FOUND_NODE_H

#include "programs/config.h"

/* Makes the folder if need be, the node's key, keys.json and the journal, in this order: whatever
 * interrupts it, there is no journal whose secrets are lost. file NULL: the sandbox's. Returns an exit
 * code; what went wrong was printed. */
int found_node(const struct config *config, const char *file);

#endif
