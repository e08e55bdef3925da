/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a journal's batches in order, from any number: a finished folder to its end, or a live one
 * behind its writer, up to the number that is known to be durable. Only reads; takes no lock; memory
 * is bounded by the largest batch.
 *
 * Every batch handed out has been checked: checksum, place in the order, framing of its commands,
 * and (unless switched off) the SHA-256 chain. The chain is checked from the segment on in which
 * `from` stands; who wants all of it reads from 1.
 */
#ifndef JOURNAL_READER_H
#define JOURNAL_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "journal/journal_format.h"
#include "journal/log_file.h"
#include "platform/storage.h"

/* The limit of a finished folder: to the end, whatever that is. */
#define JOURNAL_LIMIT_NONE UINT64_MAX

struct journal_reader_options {
    const struct storage *storage;
    const char *directory;
    uint64_t from;   /* the first batch handed out is the one that holds this number (at least 1) */
    bool skip_chain; /* checksums only: for a follower beside the writer that checked it all */
};

struct journal_batch {
    uint64_t first_number;
    uint32_t count;
    uint32_t size; /* bytes of the commands */
    int64_t time_us;
    const uint8_t *commands; /* 64-byte aligned; stays until the next call of the reader */
    struct digest events;    /* recorded digest of the events of the batch before */
    struct hash256 previous;
    struct hash256 chain;
    uint64_t durable_number; /* as of when it was written */
    uint64_t segment;        /* where it stands: first number of the segment, offset */
    uint64_t offset;
    /* Quarantines that stand directly behind it (struct command_quarantine, one behind the other; as
     * far as the limit lets the reader see): replayer_apply heeds them. NULL: none. */
    const uint8_t *behind;
    uint32_t behind_count;
};

enum journal_read {
    JOURNAL_READ_BATCH = 1, /* *batch is the next one */
    JOURNAL_READ_END = 2,   /* nothing more up to the limit; may be asked again with a higher one */
    JOURNAL_READ_TORN = 3,  /* the last write was never finished: see journal_reader_error; only
                                 without a limit. Recovery cuts it. */
    JOURNAL_READ_DAMAGED = 4, /* what stands there cannot come from a crash */
    JOURNAL_READ_FAILED = 5,  /* the disk or the memory did not do what was asked */
};

struct journal_reader;

/* NULL: *error says why (no journal there, no segment that could hold `from`, damage, …). */
struct journal_reader *journal_reader_open(const struct journal_reader_options *options,
                                           struct journal_error *error);
void journal_reader_close(struct journal_reader *reader);

/* The next batch. limit: the last number known to be durable: nothing beyond it is looked at, and
 * everything up to it must be there. TORN, DAMAGED and FAILED are final. */
enum journal_read journal_reader_next(struct journal_reader *reader, uint64_t limit,
                                      struct journal_batch *batch);

/* After TORN, DAMAGED or FAILED: what and where. */
const struct journal_error *journal_reader_error(const struct journal_reader *reader);

/* Where a segment ends that another one follows and that has no seal: a change of segments was
 * interrupted, which recovery finishes. NULL when there is none. */
const struct journal_tail *journal_reader_unsealed(const struct journal_reader *reader);

/* The place behind the last batch seen (handed out, or passed over on the way to `from`): what the
 * log resumes from. Right after opening, head is that of the last batch before `from`; where a segment
 * begins with it, its time is not known (INT64_MIN). */
const struct journal_tail *journal_reader_tail(const struct journal_reader *reader);

#endif
