/* SPDX-License-Identifier: Apache-2.0
 *
 * Queues of frames, in blocks of a fixed size.
 *
 * Why here: queueing one frame for a thousand sessions must cost a pointer each, and an idle
 * session must own nothing.
 * Invariants: bytes is the sum of the sizes of the queued frames less `sent`; sent is less than the
 * size of the first frame; every block but the last is full up to its end; an empty queue has no
 * block. Frames of no bytes are never queued.
 * Read next: connection_output.c.
 */
#include "gateway/output_queue.h"

#include <stdlib.h>

#include "base/ensure.h"

static struct output_block *block_take(struct output_pool *pool)
{
    struct output_block *block = pool->free;
    if (block != NULL) {
        pool->free = block->next;
        pool->count--;
    } else {
        block = malloc(sizeof *block);
        ENSURE(block != NULL);
    }
    block->next = NULL;
    block->first = 0;
    block->end = 0;
    return block;
}

static void block_give(struct output_pool *pool, struct output_block *block)
{
    if (pool->count == OUTPUT_POOL_BLOCKS) {
        free(block);
        return;
    }
    block->next = pool->free;
    pool->free = block;
    pool->count++;
}

void output_pool_clear(struct output_pool *pool)
{
    while (pool->free != NULL) {
        struct output_block *block = pool->free;
        pool->free = block->next;
        free(block);
    }
    pool->count = 0;
}

void output_queue_push(struct output_queue *queue, struct output_pool *pool,
                       struct shared_frame *frame)
{
    if (frame->size == 0) {
        shared_frame_release(frame);
        return;
    }
    if (queue->last == NULL || queue->last->end == OUTPUT_BLOCK_FRAMES) {
        struct output_block *block = block_take(pool);
        if (queue->last == NULL) {
            queue->first = block;
        } else {
            queue->last->next = block;
        }
        queue->last = block;
    }
    queue->last->frames[queue->last->end++] = frame;
    queue->bytes += frame->size;
    queue->frames++;
}

size_t output_queue_peek(const struct output_queue *queue, struct iovec *pieces, size_t count_max)
{
    size_t count = 0;
    uint32_t sent = queue->sent;
    for (const struct output_block *block = queue->first; block != NULL; block = block->next) {
        for (uint32_t i = block->first; i < block->end; i++) {
            if (count == count_max) {
                return count;
            }
            struct shared_frame *frame = block->frames[i];
            pieces[count++] =
                (struct iovec){.iov_base = frame->bytes + sent, .iov_len = frame->size - sent};
            sent = 0;
        }
    }
    return count;
}

size_t output_queue_copy(const struct output_queue *queue, char *out, size_t capacity)
{
    struct iovec pieces[64];
    size_t count = output_queue_peek(queue, pieces, sizeof pieces / sizeof pieces[0]);
    size_t copied = 0;
    for (size_t i = 0; i < count && copied < capacity; i++) {
        size_t size = pieces[i].iov_len;
        size = size < capacity - copied ? size : capacity - copied;
        memcpy(out + copied, pieces[i].iov_base, size);
        copied += size;
    }
    return copied;
}

/* Takes the first frame off; its block too, when it was the block's last. */
static struct shared_frame *frame_pop(struct output_queue *queue, struct output_pool *pool)
{
    struct output_block *block = queue->first;
    struct shared_frame *frame = block->frames[block->first++];
    queue->bytes -= frame->size - queue->sent;
    queue->sent = 0;
    queue->frames--;
    if (block->first == block->end) {
        queue->first = block->next;
        if (queue->first == NULL) {
            queue->last = NULL;
        }
        block_give(pool, block);
    }
    return frame;
}

void output_queue_advance(struct output_queue *queue, struct output_pool *pool, size_t size)
{
    ENSURE(size <= queue->bytes);
    while (size > 0) {
        const struct output_block *block = queue->first;
        size_t left = block->frames[block->first]->size - queue->sent;
        if (size < left) {
            queue->sent += (uint32_t)size;
            queue->bytes -= size;
            return;
        }
        size -= left;
        shared_frame_release(frame_pop(queue, pool));
    }
}

void output_queue_clear(struct output_queue *queue, struct output_pool *pool)
{
    while (queue->frames > 0) {
        shared_frame_release(frame_pop(queue, pool));
    }
}

void output_queue_cut(struct output_queue *queue, struct output_pool *pool)
{
    if (queue->sent == 0) {
        output_queue_clear(queue, pool);
        return;
    }
    uint32_t sent = queue->sent;
    struct shared_frame *kept = shared_frame_acquire(queue->first->frames[queue->first->first]);
    output_queue_clear(queue, pool);
    output_queue_push(queue, pool, kept);
    queue->sent = sent;
    queue->bytes -= sent;
}
