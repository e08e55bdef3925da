/* SPDX-License-Identifier: Apache-2.0
 *
 * Telling an unfinished write from damage. A room of its own because a wrong answer either loses
 * acknowledged commands or keeps a healthy node down after a power cut; everything it looks at is
 * named in one page of the format's description.
 *
 * Invariants: only reads; what it does not understand is damage.
 *
 * Read next: reader.c, which asks; recovery.c, which cuts.
 */
#include "journal/torn_tail.h"

#include <string.h>

#include "base/ensure.h"

static const char WAS_DURABLE[] = "what stands here was durable and is not whole any more";
static const char IS_COMPLETE[] =
    "the last batch was written to its end and is not what was written";

static bool read_at(const struct torn_tail_place *place, struct torn_tail_finding *finding,
                    size_t size, uint64_t offset)
{
    ENSURE(size <= place->buffer_size);
    int result = storage_read_bytes(place->storage, place->file, place->buffer, size, offset);
    finding->error_number = result;
    return result == 0;
}

/* Is this the header of a batch that was written when `number` had been durable? A header alone will
 * do: it is made after the sync that it tells of. */
static bool proves_durable(const struct torn_tail_place *place, const uint8_t *line)
{
    struct batch_header header;

    memcpy(&header, line, sizeof header);
    return header.magic == JOURNAL_BATCH_MAGIC && batch_header_check(&header) == NULL &&
           memcmp(&header.node, &place->node, sizeof header.node) == 0 &&
           header.first_number > place->number && header.durable_number >= place->number;
}

/* Bytes of `size` up to and with the last that is not zero. */
static size_t used_of(const uint8_t *bytes, size_t size)
{
    if (journal_is_zero(bytes, size)) {
        return 0;
    }
    while (bytes[size - 1] == 0) {
        size--;
    }
    return size;
}

/* Walks the rest of the segment: finding->end, and whether a later header proves durability. */
static bool scan(const struct torn_tail_place *place, uint64_t proofs_from, bool *is_proven,
                 struct torn_tail_finding *finding)
{
    uint64_t stop = journal_footer_offset(place->segment_size);
    /* Slices overlap by a header, so that none is cut in two. */
    size_t step = (size_t)1 << 19;
    size_t overlap = sizeof(struct batch_header);

    *is_proven = false;
    for (uint64_t at = place->offset; at < stop; at += step) {
        size_t size = stop - at < step + overlap ? (size_t)(stop - at) : step + overlap;

        if (!read_at(place, finding, size, at)) {
            return false;
        }
        size_t used = used_of(place->buffer, size);
        finding->end = used > 0 ? at + used : finding->end;
        for (size_t line = 0; line + overlap <= size && line < used; line += JOURNAL_LINE_SIZE) {
            if (at + line >= proofs_from && proves_durable(place, place->buffer + line)) {
                *is_proven = true;
            }
        }
    }
    return true;
}

/* A batch with a whole header: does it show that something of it is missing? */
static bool is_incomplete_batch(const uint8_t *batch, const struct batch_header *header,
                                uint64_t offset)
{
    size_t extent = (size_t)journal_batch_extent(header->size);

    return batch[extent - 1] == 0 ||
           journal_zero_sectors(batch, extent, offset) > header->zero_sectors;
}

static bool is_incomplete_header(const uint8_t *batch)
{
    return journal_is_zero(batch, JOURNAL_LINE_SIZE) || batch[sizeof(struct batch_header) - 1] == 0;
}

enum torn_tail torn_tail_judge(const struct torn_tail_place *place,
                               struct torn_tail_finding *finding)
{
    struct batch_header header;
    uint64_t room = journal_footer_offset(place->segment_size) - place->offset;
    uint64_t proofs_from = place->offset + JOURNAL_LINE_SIZE;
    bool is_proven;
    bool is_incomplete;

    *finding = (struct torn_tail_finding){.end = place->offset, .what = WAS_DURABLE};
    if (room < sizeof header) {
        /* Too small for a batch, ever: nothing was written here. */
        is_incomplete = false;
    } else if (!read_at(place, finding, sizeof header, place->offset)) {
        return TORN_TAIL_FAILED;
    } else {
        memcpy(&header, place->buffer, sizeof header);
        is_incomplete = is_incomplete_header(place->buffer);
        if (batch_header_check(&header) == NULL && journal_batch_extent(header.size) <= room) {
            size_t extent = (size_t)journal_batch_extent(header.size);

            if (!read_at(place, finding, extent, place->offset)) {
                return TORN_TAIL_FAILED;
            }
            is_incomplete = is_incomplete_batch(place->buffer, &header, place->offset);
            proofs_from = place->offset + extent;
        }
    }
    if (!scan(place, proofs_from, &is_proven, finding)) {
        return TORN_TAIL_FAILED;
    }
    if (finding->end == place->offset) {
        return TORN_TAIL_NONE;
    }
    if (is_proven || !is_incomplete) {
        finding->what = is_proven ? WAS_DURABLE : IS_COMPLETE;
        return TORN_TAIL_DAMAGED;
    }
    return TORN_TAIL_TORN;
}
