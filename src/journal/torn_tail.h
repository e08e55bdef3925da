/* SPDX-License-Identifier: Apache-2.0
 *
 * The one question on which acknowledged commands hang: does what stands at the end of a journal come
 * from a write that was never finished (cut it), or was something finished that is damaged now (stop)?
 */
#ifndef JOURNAL_TORN_TAIL_H
#define JOURNAL_TORN_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_format.h"
#include "platform/storage.h"

/* A place in the last segment where the next batch should begin and no whole one does. */
struct torn_tail_place {
    const struct storage *storage;
    int file;
    uint64_t offset;
    uint64_t segment_size;
    uint64_t number; /* of the command that would be the next */
    struct node_id node;
    uint8_t *buffer; /* to read into: at least one largest batch, JOURNAL_LINE_SIZE-aligned */
    size_t buffer_size;
};

enum torn_tail {
    TORN_TAIL_NONE = 1, /* nothing but zeros: the journal simply ends here */
    TORN_TAIL_TORN = 2, /* a write that was never finished; nobody was told that it was durable */
    TORN_TAIL_DAMAGED = 3, /* *what says why it cannot be that */
    TORN_TAIL_FAILED = 4,  /* the disk did not answer: *error_number */
};

struct torn_tail_finding {
    uint64_t end; /* TORN: behind the last byte that is not zero */
    const char *what;
    int error_number;
};

/* The rule (docs/journal-format.md, "Torn or damaged"): torn, if and only if
 *   - no later batch header says that this number was durable when it was written, and
 *   - the batch shows that it is incomplete: its header's first line or last byte is missing; or, its
 *     header being whole, its last byte is missing or more of its sectors are zero than were written.
 * Missing means zero: segments are zeroed and synced before use. */
enum torn_tail torn_tail_judge(const struct torn_tail_place *place,
                               struct torn_tail_finding *finding);

#endif
