/* SPDX-License-Identifier: Apache-2.0
 *
 * What a connection still has to send: frames by reference, in order. An empty queue holds no
 * memory, so an idle connection costs nothing here.
 */
#ifndef GATEWAY_OUTPUT_QUEUE_H
#define GATEWAY_OUTPUT_QUEUE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "gateway/shared_frame.h"

enum { OUTPUT_BLOCK_FRAMES = 28, OUTPUT_POOL_BLOCKS = 1024 };

struct output_block {
    struct output_block *next;
    uint32_t first; /* frames[first..end) are queued */
    uint32_t end;
    struct shared_frame *frames[OUTPUT_BLOCK_FRAMES];
};

/* Blocks that wait to be used again, at most OUTPUT_POOL_BLOCKS; all zero is an empty pool. */
struct output_pool {
    struct output_block *free;
    uint32_t count;
};

void output_pool_clear(struct output_pool *pool);

/* All zero is an empty queue. */
struct output_queue {
    struct output_block *first;
    struct output_block *last;
    size_t bytes;    /* not yet taken by the kernel */
    uint32_t frames; /* the one that is partly sent included */
    uint32_t sent;   /* bytes of the first frame that have been sent */
};

/* Queues a frame and takes over the caller's reference. Aborts when memory is out. */
void output_queue_push(struct output_queue *queue, struct output_pool *pool,
                       struct shared_frame *frame);

/* Describes the front of the queue; returns how many of the count_max pieces were filled. */
size_t output_queue_peek(const struct output_queue *queue, struct iovec *pieces, size_t count_max);

/* Copies the front of the queue; returns how many bytes. */
size_t output_queue_copy(const struct output_queue *queue, char *out, size_t capacity);

/* Drops `size` bytes from the front: they have been sent. */
void output_queue_advance(struct output_queue *queue, struct output_pool *pool, size_t size);

/* Drops everything but a first frame that is partly sent, which the receiver needs whole. */
void output_queue_cut(struct output_queue *queue, struct output_pool *pool);

/* Drops everything. */
void output_queue_clear(struct output_queue *queue, struct output_pool *pool);

#endif
