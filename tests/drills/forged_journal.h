/* SPDX-License-Identifier: Apache-2.0
 *
 * A journal in a forger's hands: batches that can be changed at will and written out again, with as much
 * put right behind the change as the forger can and cares to.
 */
#ifndef DRILLS_FORGED_JOURNAL_H
#define DRILLS_FORGED_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/journal_format.h"
#include "support/fake_disk.h"
#include "tarazy/command.h"

#define FORGED_BATCH_COMMANDS_MAX 16u
#define FORGED_BATCH_SIZE_MAX     (FORGED_BATCH_COMMANDS_MAX * TARAZY_COMMAND_SIZE_MAX)
#define FORGED_BATCHES_MAX        1024u

struct forged_batch {
    struct batch_header header;
    struct batch_trailer trailer;
    uint8_t *commands; /* FORGED_BATCH_SIZE_MAX bytes */
    uint32_t size;
    uint32_t count;
};

struct forged_journal {
    struct forged_batch batches[FORGED_BATCHES_MAX];
    uint32_t count;
    uint64_t segment_size;
    struct node_id node;
};

/* How much is put right behind a change. */
enum forgery {
    FORGERY_NONE = 1,   /* the batch is as it was around the change */
    FORGERY_SUMS = 2,   /* numbers, times, sizes and checksums fit; the chain is as it was */
    FORGERY_CHAIN = 3,  /* and the chain is hashed again from there on */
    FORGERY_EVENTS = 4, /* and the commands were executed again for the digests of events */
};

struct forged_journal *forged_create(uint64_t segment_size);
void forged_destroy(struct forged_journal *journal);
void forged_copy(struct forged_journal *to, const struct forged_journal *from);

/* Appends a true batch; its header and trailer are made by forged_repair. */
void forged_append(struct forged_journal *journal, const uint8_t *commands, uint32_t size,
                   uint32_t count);

/* Where the n-th command of a batch begins, and its size. */
size_t forged_command_offset(const struct forged_batch *batch, uint32_t nth, size_t *size);

/* Puts right what the forgery says. */
void forged_repair(struct forged_journal *journal, enum forgery forgery, struct sha256 *sha);

/* Numbers and chain hash after the last batch, as it stands. */
struct journal_head forged_head(const struct forged_journal *journal);

/* Writes all of it to an empty disk, as segments with headers and seals that fit. */
void forged_write(const struct forged_journal *journal, struct fake_disk *disk, struct sha256 *sha);

#endif
