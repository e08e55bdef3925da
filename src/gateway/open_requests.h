/* SPDX-License-Identifier: Apache-2.0
 *
 * The open requests of one connection, in the order they came. HTTP/1.1 wants the answers in that
 * order; an answer that is ready before an earlier one waits here. A connection without an open
 * request owns no memory here.
 */
#ifndef GATEWAY_OPEN_REQUESTS_H
#define GATEWAY_OPEN_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/shared_frame.h"

enum {
    OPEN_REQUESTS_MAX = 64,       /* of one connection */
    OPEN_REQUESTS_BYTES = 131072, /* of their heads and bodies; above: no further one is begun */
    OPEN_RINGS_KEPT = 1024        /* in the pool */
};

struct open_request {
    struct shared_frame *frame; /* its answer, once there is one */
    struct shared_frame *body;  /* of it, when that is a frame of its own; else NULL */
    uint32_t size;              /* of the request: head and body */
    bool is_answered;
    bool is_head_only; /* HEAD: the answer goes without its body */
};

struct open_ring {
    struct open_ring *next; /* in the pool */
    struct open_request requests[OPEN_REQUESTS_MAX];
};

/* Rings that wait to be used again, at most OPEN_RINGS_KEPT; all zero is an empty pool. */
struct open_pool {
    struct open_ring *free;
    uint32_t count;
};

void open_pool_clear(struct open_pool *pool);

/* All zero: nothing is open. */
struct open_requests {
    struct open_ring *ring; /* NULL when nothing is open */
    uint32_t first;         /* place of the oldest */
    uint32_t count;
    size_t request_bytes; /* of all that are open */
    size_t held_bytes;    /* of answers that wait for an earlier one */
};

/* May one more be opened? */
bool open_requests_have_room(const struct open_requests *open);

/* Opens the newest; there must be room. Aborts when memory is out. */
void open_requests_begin(struct open_requests *open, struct open_pool *pool, uint32_t size,
                         bool is_head_only);

/* The index-th oldest, index < count. */
struct open_request *open_requests_at(const struct open_requests *open, uint32_t index);

/* Gives the index-th its answer; takes the caller's references over. body may be NULL. Once only. */
void open_requests_answer(struct open_requests *open, uint32_t index, struct shared_frame *frame,
                          struct shared_frame *body);

/* Takes the oldest off if it is answered: its frames are the caller's now. False: it is not, or
 * nothing is open. */
bool open_requests_take(struct open_requests *open, struct open_pool *pool,
                        struct open_request *taken);

/* Forgets all of them; answers that waited are dropped. */
void open_requests_clear(struct open_requests *open, struct open_pool *pool);

#endif
