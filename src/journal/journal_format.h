/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands in a journal's files, byte by byte. docs/journal-format.md is the specification and
 * numbers the invariants; this is its one home in code: layouts, what makes a block whole, and what
 * is chained. Nothing here touches a file.
 *
 * All integers are little-endian. Every block is a multiple of 64 bytes at a multiple of 64.
 */
#ifndef JOURNAL_JOURNAL_FORMAT_H
#define JOURNAL_JOURNAL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "platform/sha256.h"
#include "tarazy/ids.h"
#include "tarazy/limits.h"

#define JOURNAL_VERSION          1u
#define JOURNAL_LINE_SIZE        64u   /* everything is made of lines of so many bytes */
#define JOURNAL_SECTOR_SIZE      512u  /* what a disk writes whole or not at all */
#define JOURNAL_PAGE_SIZE        4096u /* segments and a snapshot's block are multiples of it */
#define JOURNAL_BATCH_SIZE_MAX   (1u << 20) /* bytes of a batch's commands */
#define JOURNAL_SEGMENT_SIZE_MIN 4096u
#define JOURNAL_SEGMENT_SIZE_MAX (1ull << 32)
#define JOURNAL_SEGMENT_SIZE     (64ull << 20) /* unless configured otherwise */
#define JOURNAL_STATE_CHUNK_SIZE 65536u        /* leaf of a state digest */

/* Eight letters as they stand in the file. */
#define JOURNAL_WORD(a, b, c, d, e, f, g, h)                                          \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 | \
     (uint64_t)(e) << 32 | (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)

#define JOURNAL_SEGMENT_MAGIC  JOURNAL_WORD('T', 'R', 'Z', 'S', 'E', 'G', 'M', 'T')
#define JOURNAL_FOOTER_MAGIC   JOURNAL_WORD('T', 'R', 'Z', 'S', 'E', 'A', 'L', 'D')
#define JOURNAL_BATCH_MAGIC    JOURNAL_WORD('T', 'R', 'Z', 'B', 'A', 'T', 'C', 'H')
#define JOURNAL_SNAPSHOT_MAGIC JOURNAL_WORD('T', 'R', 'Z', 'S', 'T', 'A', 'T', 'E')
#define JOURNAL_HEADER_MARK    JOURNAL_WORD('h', 'e', 'a', 'd', '.', 'e', 'n', 'd') /* ends a header */
#define JOURNAL_BATCH_MARK     JOURNAL_WORD('b', 'a', 't', 'c', 'h', 'e', 'n', 'd') /* ends a batch */

/* Which journal this is: chosen at random when it is founded, in every block of it. */
struct node_id {
    uint8_t bytes[16];
};

struct segment_header { /* 128 bytes, at 0 */
    uint64_t magic;     /* JOURNAL_SEGMENT_MAGIC */
    uint32_t version;   /* JOURNAL_VERSION */
    uint32_t reserved0;
    uint64_t size;           /* of the whole file */
    uint64_t first_number;   /* of the first command that stands here */
    struct hash256 previous; /* chain hash before it */
    struct node_id node;
    uint8_t reserved[32];
    uint64_t checksum; /* of the 112 bytes before it */
    uint64_t mark;     /* JOURNAL_HEADER_MARK */
};

/* The last 128 bytes of a segment: zeros while it is written, a seal once another one follows. */
struct segment_footer {
    uint64_t magic; /* JOURNAL_FOOTER_MAGIC */
    uint32_t version;
    uint32_t reserved0;
    uint64_t end; /* offset behind the last batch; zeros from there to the footer */
    uint64_t first_number;
    uint64_t last_number;
    struct hash256 chain; /* of the last batch */
    struct node_id node;
    uint8_t reserved[24];
    uint64_t checksum; /* of the 112 bytes before it */
    uint64_t mark;
};

struct batch_header { /* 128 bytes */
    uint64_t magic;   /* JOURNAL_BATCH_MAGIC */
    uint32_t version;
    uint32_t count;          /* commands, at least 1 */
    uint64_t first_number;   /* of the first of them */
    int64_t time_us;         /* of the batch; never going back */
    uint64_t durable_number; /* the last number that was durable when this batch was written */
    uint32_t size;           /* bytes of the commands */
    uint32_t
        zero_sectors;     /* pieces of the batch, cut at multiples of 512 of the file's offset, that
                                are all zero as written */
    struct digest events; /* digest of the events of the batch before */
    struct hash256 previous; /* chain hash of the batch before */
    struct node_id node;
    uint64_t checksum; /* of the 112 bytes before it */
    uint64_t mark;     /* JOURNAL_HEADER_MARK */
};

struct batch_trailer {    /* 64 bytes, behind the commands */
    struct hash256 chain; /* SHA-256 of header and commands */
    uint64_t checksum;    /* of header, commands and chain */
    uint8_t reserved[16];
    uint64_t mark; /* JOURNAL_BATCH_MARK */
};

struct snapshot_header { /* 512 bytes, at 0; the block begins at JOURNAL_PAGE_SIZE */
    uint64_t magic;      /* JOURNAL_SNAPSHOT_MAGIC */
    uint32_t version;
    uint32_t reserved0;
    uint64_t number; /* of the last command applied: the last of a batch */
    int64_t time_us; /* of that batch */
    uint64_t size;   /* bytes of the block */
    struct node_id node;
    struct digest events; /* of the events of that batch: what the next one records */
    struct hash256 chain; /* of that batch */
    struct hash256 state; /* the block's digest: journal/state_digest.h */
    struct limits limits;
    uint8_t reserved[232];
    struct hash256 hash; /* SHA-256 of the 464 bytes before it */
    uint8_t reserved1[8];
    uint64_t mark; /* JOURNAL_HEADER_MARK */
};

_Static_assert(sizeof(struct segment_header) == 128, "segment header");
_Static_assert(sizeof(struct segment_footer) == 128, "segment footer");
_Static_assert(sizeof(struct batch_header) == 128, "batch header");
_Static_assert(sizeof(struct batch_trailer) == 64, "batch trailer");
_Static_assert(sizeof(struct snapshot_header) == 512, "snapshot header");
_Static_assert(offsetof(struct batch_header, checksum) == 112, "batch header");
_Static_assert(offsetof(struct segment_header, checksum) == 112, "segment header");
_Static_assert(offsetof(struct segment_footer, checksum) == 112, "segment footer");
_Static_assert(offsetof(struct snapshot_header, hash) == 464, "snapshot header");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "struct bytes are file bytes");

/* Bytes in the file of a batch with so many bytes of commands. */
static inline uint64_t journal_batch_extent(uint64_t size)
{
    return sizeof(struct batch_header) + size + sizeof(struct batch_trailer);
}

/* Where the footer of a segment of this size stands: batches end before it. */
static inline uint64_t journal_footer_offset(uint64_t segment_size)
{
    return segment_size - sizeof(struct segment_footer);
}

/* Bytes of commands of the largest batch for segments of this size. */
uint32_t journal_batch_size_max(uint64_t segment_size);

/* Where a journal stands after its last batch. */
struct journal_head {
    uint64_t number;      /* of the last command; 0 = none yet */
    int64_t time_us;      /* of the last batch */
    struct hash256 chain; /* of the last batch */
    struct node_id node;
};

/* The head before the first command: the chain starts from the node's id. */
struct journal_head journal_genesis(struct sha256 *sha, const struct node_id *node);

/* Fill in magic, version, mark and checksum; the rest is the caller's. */
void segment_header_seal(struct segment_header *header);
void segment_footer_seal(struct segment_footer *footer);
void batch_header_seal(struct batch_header *header);
void snapshot_header_seal(struct snapshot_header *header, struct sha256 *sha);

/* The chain hash and checksum of a batch whose header is sealed. */
void batch_trailer_make(struct batch_trailer *trailer, struct sha256 *sha,
                        const struct batch_header *header, const void *commands);

/* Each returns NULL when the block is whole by itself, else what is wrong with it, as a text that
 * lives for ever. Whether it fits its neighbours is the reader's question. */
const char *segment_header_check(const struct segment_header *header);
const char *segment_footer_check(const struct segment_footer *footer);
const char *batch_header_check(const struct batch_header *header);
const char *snapshot_header_check(const struct snapshot_header *header, struct sha256 *sha);

/* A whole batch at `batch` with a checked header: its trailer, checksum, and, unless sha is NULL, its
 * chain hash. */
const char *batch_check(const uint8_t *batch, struct sha256 *sha);

/* Are the commands of a batch what its header says: count, size, numbers without gap, each well
 * formed and not later than the batch? And does a quarantine stand only where one may (J24)? commands:
 * 64-byte aligned. */
const char *batch_commands_check(const struct batch_header *header, const uint8_t *commands);

/* How many pieces of bytes, cut where the file's offset is a multiple of 512, are all zero. offset:
 * where the bytes stand in the file. */
uint32_t journal_zero_sectors(const uint8_t *bytes, size_t size, uint64_t offset);

/* The same for a batch at offset of which only the commands are at hand: header and trailer are never
 * zero, so the pieces they reach into do not count. */
uint32_t journal_batch_zero_sectors(const uint8_t *commands, size_t size, uint64_t offset);

/* Nothing but zeros? */
bool journal_is_zero(const void *bytes, size_t size);

#endif
