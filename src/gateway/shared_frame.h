/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes to be sent, counted by reference. A market-data message is encoded once, with its WebSocket
 * header, and queued by reference for every session that wants it. One thread; the count is plain.
 */
#ifndef GATEWAY_SHARED_FRAME_H
#define GATEWAY_SHARED_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"
#include "codec/websocket_frame.h"

struct shared_frame {
    uint32_t references;
    uint32_t size;
    char bytes[]; /* exactly what goes on the wire */
};

/* Room for `size` bytes (at most 1 GiB) with one reference, contents undefined. Aborts when memory
 * is out: every queue above is bounded, so this is the machine's limit and not a client's doing. */
struct shared_frame *shared_frame_create(size_t size);

/* A whole WebSocket message of the server: header and payload. */
struct shared_frame *shared_frame_create_message(enum websocket_opcode opcode,
                                                 struct slice payload);

/* One more owner. Returns the same frame. */
struct shared_frame *shared_frame_acquire(struct shared_frame *frame);

/* One owner less; the last one frees it. NULL is allowed. */
void shared_frame_release(struct shared_frame *frame);

#endif
