/* SPDX-License-Identifier: Apache-2.0
 *
 * One batch as a relay sent it, by itself: without what came before. A file of its own because a replica asks it of a batch
 * when it comes, and reads it again when it was held. Read next: replica.c, which compares it with what it has.
 */
#include "supervision/shown_batch.h"

#include <string.h>

const char *shown_batch_check(struct sha256 *sha, const struct follow_frame *frame,
                              const struct batch_header *header, const uint8_t *bytes)
{
    const char *wrong = batch_header_check(header);

    if (wrong == NULL && journal_batch_extent(header->size) != frame->payload_size) {
        wrong = "the batch is not as long as its frame says";
    }
    if (wrong == NULL) {
        wrong = batch_check(bytes, sha);
    }
    if (wrong == NULL) {
        wrong = batch_commands_check(header, bytes + sizeof *header);
    }
    if (wrong == NULL && header->first_number + header->count - 1 != frame->number) {
        wrong = "the batch ends with another number than its frame says";
    }
    if (wrong == NULL &&
        journal_zero_sectors(bytes, frame->payload_size, frame->offset) != header->zero_sectors) {
        wrong = "the batch's count of empty sectors is not that of its bytes at this place";
    }
    return wrong;
}

struct journal_batch shown_batch_of(const struct follow_frame *frame, const uint8_t *bytes)
{
    struct batch_header header;
    struct batch_trailer trailer;

    memcpy(&header, bytes, sizeof header);
    memcpy(&trailer, bytes + sizeof header + header.size, sizeof trailer);
    return (struct journal_batch){
        .first_number = header.first_number,
        .count = header.count,
        .size = header.size,
        .time_us = header.time_us,
        .commands = bytes + sizeof header,
        .events = header.events,
        .previous = header.previous,
        .chain = trailer.chain,
        .durable_number = header.durable_number,
        .segment = frame->segment,
        .offset = frame->offset,
    };
}
