/* SPDX-License-Identifier: Apache-2.0
 *
 * Counted bytes for the output queues.
 *
 * Why here: one market-data message goes to thousands of sessions; it is encoded once and dies
 * with the last queue that held it.
 * Invariants: references >= 1 while anybody may touch the frame; the bytes never change once the
 * frame is queued.
 * Read next: output_queue.c.
 */
#include "gateway/shared_frame.h"

#include <stdlib.h>

#include "base/ensure.h"

struct shared_frame *shared_frame_create(size_t size)
{
    ENSURE(size <= 1u << 30);
    struct shared_frame *frame = malloc(sizeof *frame + size);
    ENSURE(frame != NULL);
    frame->references = 1;
    frame->size = (uint32_t)size;
    return frame;
}

struct shared_frame *shared_frame_create_message(enum websocket_opcode opcode, struct slice payload)
{
    char header[WEBSOCKET_HEADER_SIZE_MAX];
    size_t header_size = websocket_header_encode(header, opcode, payload.size);
    struct shared_frame *frame = shared_frame_create(header_size + payload.size);
    memcpy(frame->bytes, header, header_size);
    if (payload.size > 0) {
        memcpy(frame->bytes + header_size, payload.data, payload.size);
    }
    return frame;
}

struct shared_frame *shared_frame_acquire(struct shared_frame *frame)
{
    ENSURE(frame->references > 0 && frame->references < UINT32_MAX);
    frame->references++;
    return frame;
}

void shared_frame_release(struct shared_frame *frame)
{
    if (frame == NULL) {
        return;
    }
    ENSURE(frame->references > 0);
    if (--frame->references == 0) {
        free(frame);
    }
}
