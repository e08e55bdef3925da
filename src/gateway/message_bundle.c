/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages glued together.
 *
 * Why a file of its own: the encoding of a frame is done at one place, and the hub that fills the
 * bundles need not know it. Invariants: bytes[0..used) are whole WebSocket messages; used is at
 * most the frame's size; no frame, nothing used. Read next: market_streams.c.
 */
#include "gateway/message_bundle.h"

#include "base/ensure.h"
#include "codec/websocket_frame.h"

enum { ROOM_AT_FIRST = 512 };

/* Makes room for `size` more bytes and returns where they go. */
static char *extend(struct message_bundle *bundle, size_t size)
{
    size_t needed = bundle->used + size;
    size_t room = bundle->frame != NULL ? bundle->frame->size : 0;

    if (needed > room) {
        room = room == 0 ? ROOM_AT_FIRST : room * 2;
        room = needed > room ? needed : room;
        struct shared_frame *larger = shared_frame_create(room);

        if (bundle->frame != NULL) {
            memcpy(larger->bytes, bundle->frame->bytes, bundle->used);
            shared_frame_release(bundle->frame);
        }
        bundle->frame = larger;
    }
    char *end = bundle->frame->bytes + bundle->used;

    bundle->used = (uint32_t)needed;
    return end;
}

static void append(struct message_bundle *bundle, struct slice bytes)
{
    if (bytes.size > 0) {
        memcpy(extend(bundle, bytes.size), bytes.data, bytes.size);
    }
}

static void begin(struct message_bundle *bundle, size_t payload_size)
{
    char header[WEBSOCKET_HEADER_SIZE_MAX];
    size_t size = websocket_header_encode(header, WEBSOCKET_OPCODE_TEXT, payload_size);

    append(bundle, slice_of(header, size));
    bundle->count++;
}

void message_bundle_add_between(struct message_bundle *bundle, struct slice before,
                                struct slice payload, struct slice behind)
{
    ENSURE(payload.size > 0);
    begin(bundle, before.size + payload.size + behind.size);
    append(bundle, before);
    append(bundle, payload);
    append(bundle, behind);
}

void message_bundle_add(struct message_bundle *bundle, struct slice payload)
{
    message_bundle_add_between(bundle, (struct slice){0}, payload, (struct slice){0});
}

void message_bundle_add_wrapped(struct message_bundle *bundle, struct slice name,
                                struct slice payload)
{
    static const struct slice opening = SLICE_CONSTANT("{\"stream\":\"");
    static const struct slice middle = SLICE_CONSTANT("\",\"data\":");
    char before[128];

    ENSURE(name.size > 0 && name.size <= 96);
    memcpy(before, opening.data, opening.size);
    memcpy(before + opening.size, name.data, name.size);
    memcpy(before + opening.size + name.size, middle.data, middle.size);
    message_bundle_add_between(bundle, slice_of(before, opening.size + name.size + middle.size),
                               payload, slice_of_text("}"));
}

struct shared_frame *message_bundle_take(struct message_bundle *bundle)
{
    struct shared_frame *frame = bundle->frame;

    if (frame != NULL) {
        /* The room that was not needed is not sent; it goes when the frame goes. */
        frame->size = bundle->used;
    }
    memset(bundle, 0, sizeof *bundle);
    return frame;
}

void message_bundle_clear(struct message_bundle *bundle)
{
    shared_frame_release(bundle->frame);
    memset(bundle, 0, sizeof *bundle);
}
