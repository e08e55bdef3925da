/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory for a state, or for anything large and mostly untouched: fresh zero pages from the kernel,
 * which cost nothing until they are used. Snapshots and digests count on it.
 */
#ifndef JOURNAL_STATE_BLOCK_H
#define JOURNAL_STATE_BLOCK_H

#include <stddef.h>

struct state_block {
    void *bytes; /* page-aligned, zero; NULL = none */
    size_t size;
};

/* bytes is NULL when there is no room. */
struct state_block state_block_create(size_t size);

/* Takes all of its memory now, so that no command waits while the kernel finds and clears a page.
 * Changes no byte. Does nothing where the kernel cannot do it. */
void state_block_populate(const struct state_block *block);

void state_block_destroy(struct state_block *block);

#endif
