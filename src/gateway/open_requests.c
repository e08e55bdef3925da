/* SPDX-License-Identifier: Apache-2.0
 *
 * A ring of open requests, taken from a pool while there are any.
 *
 * Why a room of its own: that answers leave in the order of the requests, whoever is ready first, is
 * a promise of HTTP/1.1 that a client matches its orders by; here it is a queue and nothing else.
 * Invariants: there is a ring exactly when count > 0; count is at most OPEN_REQUESTS_MAX;
 * request_bytes and held_bytes are the sums over what is open.
 * Read next: http_session.c.
 */
#include "gateway/open_requests.h"

#include <stdlib.h>

#include "base/ensure.h"

static struct open_ring *ring_take(struct open_pool *pool)
{
    struct open_ring *ring = pool->free;
    if (ring != NULL) {
        pool->free = ring->next;
        pool->count--;
        return ring;
    }
    ring = malloc(sizeof *ring);
    ENSURE(ring != NULL);
    return ring;
}

static void ring_give(struct open_pool *pool, struct open_ring *ring)
{
    if (pool->count == OPEN_RINGS_KEPT) {
        free(ring);
        return;
    }
    ring->next = pool->free;
    pool->free = ring;
    pool->count++;
}

void open_pool_clear(struct open_pool *pool)
{
    while (pool->free != NULL) {
        struct open_ring *ring = pool->free;
        pool->free = ring->next;
        free(ring);
    }
    pool->count = 0;
}

bool open_requests_have_room(const struct open_requests *open)
{
    return open->count < OPEN_REQUESTS_MAX && open->request_bytes < OPEN_REQUESTS_BYTES;
}

struct open_request *open_requests_at(const struct open_requests *open, uint32_t index)
{
    ENSURE(index < open->count);
    return &open->ring->requests[(open->first + index) % OPEN_REQUESTS_MAX];
}

void open_requests_begin(struct open_requests *open, struct open_pool *pool, uint32_t size,
                         bool is_head_only)
{
    ENSURE(open->count < OPEN_REQUESTS_MAX);
    if (open->count == 0) {
        open->ring = ring_take(pool);
        open->first = 0;
    }
    open->count++;
    open->request_bytes += size;
    *open_requests_at(open, open->count - 1) =
        (struct open_request){.size = size, .is_head_only = is_head_only};
}

static size_t answer_size(const struct open_request *request)
{
    return (size_t)request->frame->size + (request->body != NULL ? request->body->size : 0);
}

void open_requests_answer(struct open_requests *open, uint32_t index, struct shared_frame *frame,
                          struct shared_frame *body)
{
    struct open_request *request = open_requests_at(open, index);
    ENSURE(!request->is_answered);
    request->is_answered = true;
    request->frame = frame;
    request->body = body;
    open->held_bytes += answer_size(request);
}

/* Takes the oldest off, answered or not. */
static struct open_request oldest_pop(struct open_requests *open, struct open_pool *pool)
{
    struct open_request taken = *open_requests_at(open, 0);
    open->request_bytes -= taken.size;
    open->held_bytes -= taken.is_answered ? answer_size(&taken) : 0;
    open->first = (open->first + 1) % OPEN_REQUESTS_MAX;
    open->count--;
    if (open->count == 0) {
        ENSURE(open->request_bytes == 0 && open->held_bytes == 0);
        ring_give(pool, open->ring);
        open->ring = NULL;
    }
    return taken;
}

bool open_requests_take(struct open_requests *open, struct open_pool *pool,
                        struct open_request *taken)
{
    if (open->count == 0 || !open_requests_at(open, 0)->is_answered) {
        return false;
    }
    *taken = oldest_pop(open, pool);
    return true;
}

void open_requests_clear(struct open_requests *open, struct open_pool *pool)
{
    while (open->count > 0) {
        struct open_request taken = oldest_pop(open, pool);
        shared_frame_release(taken.frame);
        shared_frame_release(taken.body);
    }
}
