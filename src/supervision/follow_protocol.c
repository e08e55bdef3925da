/* SPDX-License-Identifier: Apache-2.0
 *
 * What is a well-formed hello, and a well-formed frame. A room of its own because both ends must have one
 * opinion, and because this is all that is ever parsed of a stranger's bytes before his key was looked at.
 * Invariant: a frame that was checked has a payload that fits the receiver's buffer. Read next: relay.c, which
 * takes hellos; pursuit.c, which takes frames.
 */
#include "supervision/follow_protocol.h"

#include "platform/checksum.h"

void follow_hello_seal(struct follow_hello *hello)
{
    hello->magic = FOLLOW_HELLO_MAGIC;
    hello->version = FOLLOW_VERSION;
    hello->mark = FOLLOW_HELLO_MARK;
}

const char *follow_hello_check(const struct follow_hello *hello)
{
    if (hello->magic != FOLLOW_HELLO_MAGIC || hello->mark != FOLLOW_HELLO_MARK) {
        return "this is no hello";
    }
    if (hello->version != FOLLOW_VERSION) {
        return "the hello is of a version that this program does not know";
    }
    if (hello->from == 0 || hello->reserved0 != 0 ||
        !journal_is_zero(hello->reserved, sizeof hello->reserved)) {
        return "the hello is not what any version says";
    }
    return NULL;
}

static uint64_t frame_checksum(const struct follow_frame *frame)
{
    return checksum_bytes(frame, offsetof(struct follow_frame, checksum));
}

void follow_frame_seal(struct follow_frame *frame)
{
    frame->magic = FOLLOW_FRAME_MAGIC;
    frame->checksum = frame_checksum(frame);
}

static bool has_place(const struct follow_frame *frame)
{
    return frame->segment != 0 || frame->segment_size != 0 || frame->offset != 0;
}

static bool is_batch_fit(const struct follow_frame *frame)
{
    uint32_t size = frame->payload_size;

    return size >= journal_batch_extent(JOURNAL_LINE_SIZE) && size <= FOLLOW_PAYLOAD_MAX &&
           size % JOURNAL_LINE_SIZE == 0 && frame->reason == 0 && frame->number != 0 &&
           frame->segment != 0 && frame->segment_size >= JOURNAL_SEGMENT_SIZE_MIN &&
           frame->segment_size <= JOURNAL_SEGMENT_SIZE_MAX &&
           frame->segment_size % JOURNAL_PAGE_SIZE == 0 &&
           frame->offset >= sizeof(struct segment_header) &&
           frame->offset % JOURNAL_LINE_SIZE == 0 && frame->offset < frame->segment_size &&
           size <= journal_footer_offset(frame->segment_size) - frame->offset;
}

/* Is everything but the sums as this kind has it? */
static bool is_fit(const struct follow_frame *frame)
{
    switch ((enum follow_kind)frame->kind) {
    case FOLLOW_KIND_BATCH: return is_batch_fit(frame);
    case FOLLOW_KIND_WELCOME:
        return frame->payload_size == sizeof(struct follow_welcome) && frame->reason == 0 &&
               !has_place(frame);
    case FOLLOW_KIND_HEARTBEAT:
        return frame->payload_size == sizeof(struct follow_pulse) &&
               (frame->reason == 1 || frame->reason == 2) && !has_place(frame);
    case FOLLOW_KIND_STATE:
        return frame->payload_size == sizeof(struct follow_state) && frame->reason == 0 &&
               frame->number != 0 && !has_place(frame);
    case FOLLOW_KIND_REFUSED:
        return frame->payload_size == 0 && frame->reason >= FOLLOW_REFUSAL_HELLO &&
               frame->reason <= FOLLOW_REFUSAL_DAMAGED && !has_place(frame);
    }
    return false;
}

const char *follow_frame_check(const struct follow_frame *frame)
{
    if (frame->magic != FOLLOW_FRAME_MAGIC) {
        return "no frame begins here";
    }
    if (frame->checksum != frame_checksum(frame)) {
        return "the frame's checksum does not agree";
    }
    return frame->reserved == 0 && is_fit(frame) ? NULL : "the frame is not what any version sends";
}

const char *follow_refusal_text(uint16_t reason)
{
    switch (reason) {
    case FOLLOW_REFUSAL_HELLO: return "the hello was not understood";
    case FOLLOW_REFUSAL_NODE: return "this is another node";
    case FOLLOW_REFUSAL_PERMISSION: return "the node's registry does not permit this key to follow";
    case FOLLOW_REFUSAL_BEYOND: return "the node's journal ends before this number";
    case FOLLOW_REFUSAL_DAMAGED: return "the node cannot read its own journal";
    default: return "of no known reason"; /* not an enum */
    }
}
