/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory of a state, from the kernel and back to it. A file of its own because here alone the edges
 * take gigabytes, once, at the start.
 *
 * Read next: recovery.c, which fills one.
 */
#include "journal/state_block.h"

#include <sys/mman.h>

struct state_block state_block_create(size_t size)
{
    struct state_block block = {NULL, 0};
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (bytes != MAP_FAILED) {
        /* Commands touch lines all over the block: with small pages every one of them waits for a
         * translation. A kernel without large pages just goes on with small ones. */
        (void)madvise(bytes, size, MADV_HUGEPAGE);
        block.bytes = bytes;
        block.size = size;
    }
    return block;
}

void state_block_populate(const struct state_block *block)
{
    (void)madvise(block->bytes, block->size, MADV_POPULATE_WRITE);
}

void state_block_destroy(struct state_block *block)
{
    if (block->bytes != NULL) {
        (void)munmap(block->bytes, block->size);
    }
    *block = (struct state_block){NULL, 0};
}
