/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a journal: making blocks whole, and telling whether they are. A room of its own
 * because these rules are a promise to everyone who will ever read an old journal; it does no I/O,
 * so each rule can be tried on bytes in memory.
 *
 * Invariants: J2 to J8 of docs/journal-format.md.
 *
 * Read next: log_file.c, which writes these blocks; reader.c, which follows them.
 */
#include "journal/journal_format.h"

#include <string.h>

#include "base/ensure.h"
#include "platform/checksum.h"
#include "tarazy/command.h"

/* Bytes of a 128-byte block that its own checksum covers. */
#define BLOCK_CHECKED_SIZE 112u

/* What a journal's chain hangs on, in front of the node's id. */
static const char GENESIS_LABEL[16] = "tarazy journal 1";

uint32_t journal_batch_size_max(uint64_t segment_size)
{
    uint64_t room = journal_footer_offset(segment_size) - sizeof(struct segment_header) -
                    journal_batch_extent(0);

    ENSURE(segment_size >= JOURNAL_SEGMENT_SIZE_MIN);
    return room < JOURNAL_BATCH_SIZE_MAX ? (uint32_t)room : JOURNAL_BATCH_SIZE_MAX;
}

struct journal_head journal_genesis(struct sha256 *sha, const struct node_id *node)
{
    const struct byte_part parts[] = {
        {GENESIS_LABEL, sizeof GENESIS_LABEL},
        {node->bytes, sizeof node->bytes},
    };
    struct journal_head head = {.number = 0, .node = *node};

    sha256_parts(sha, parts, 2, &head.chain);
    return head;
}

void segment_header_seal(struct segment_header *header)
{
    header->magic = JOURNAL_SEGMENT_MAGIC;
    header->version = JOURNAL_VERSION;
    header->mark = JOURNAL_HEADER_MARK;
    header->checksum = checksum_bytes(header, BLOCK_CHECKED_SIZE);
}

void segment_footer_seal(struct segment_footer *footer)
{
    footer->magic = JOURNAL_FOOTER_MAGIC;
    footer->version = JOURNAL_VERSION;
    footer->mark = JOURNAL_HEADER_MARK;
    footer->checksum = checksum_bytes(footer, BLOCK_CHECKED_SIZE);
}

void batch_header_seal(struct batch_header *header)
{
    header->magic = JOURNAL_BATCH_MAGIC;
    header->version = JOURNAL_VERSION;
    header->mark = JOURNAL_HEADER_MARK;
    header->checksum = checksum_bytes(header, BLOCK_CHECKED_SIZE);
}

void snapshot_header_seal(struct snapshot_header *header, struct sha256 *sha)
{
    const struct byte_part part = {header, offsetof(struct snapshot_header, hash)};

    header->magic = JOURNAL_SNAPSHOT_MAGIC;
    header->version = JOURNAL_VERSION;
    header->mark = JOURNAL_HEADER_MARK;
    sha256_parts(sha, &part, 1, &header->hash);
}

void batch_trailer_make(struct batch_trailer *trailer, struct sha256 *sha,
                        const struct batch_header *header, const void *commands)
{
    const struct byte_part parts[] = {
        {header, sizeof *header},
        {commands, header->size},
        {&trailer->chain, sizeof trailer->chain},
    };

    memset(trailer, 0, sizeof *trailer);
    sha256_parts(sha, parts, 2, &trailer->chain);
    trailer->checksum = checksum_parts(parts, 3);
    trailer->mark = JOURNAL_BATCH_MARK;
}

bool journal_is_zero(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    /* The first byte is zero and every byte equals the one before it. */
    return size == 0 || (at[0] == 0 && memcmp(at, at + 1, size - 1) == 0);
}

uint32_t journal_zero_sectors(const uint8_t *bytes, size_t size, uint64_t offset)
{
    uint32_t count = 0;
    size_t done = 0;

    while (done < size) {
        size_t piece = JOURNAL_SECTOR_SIZE - (size_t)((offset + done) % JOURNAL_SECTOR_SIZE);

        if (piece > size - done) {
            piece = size - done;
        }
        if (journal_is_zero(bytes + done, piece)) {
            count++;
        }
        done += piece;
    }
    return count;
}

uint32_t journal_batch_zero_sectors(const uint8_t *commands, size_t size, uint64_t offset)
{
    uint64_t begin = offset + sizeof(struct batch_header);
    uint64_t first = (begin + JOURNAL_SECTOR_SIZE - 1) / JOURNAL_SECTOR_SIZE * JOURNAL_SECTOR_SIZE;
    uint64_t last = (begin + size) / JOURNAL_SECTOR_SIZE * JOURNAL_SECTOR_SIZE;

    if (last <= first) {
        return 0;
    }
    return journal_zero_sectors(commands + (first - begin), (size_t)(last - first), first);
}

/* The part of the checks that all 128-byte blocks share. */
static const char *block_check(const void *block, uint64_t magic, uint64_t mark, uint64_t checksum)
{
    uint64_t found_magic;
    uint32_t version;

    memcpy(&found_magic, block, sizeof found_magic);
    memcpy(&version, (const uint8_t *)block + sizeof found_magic, sizeof version);
    if (found_magic != magic || mark != JOURNAL_HEADER_MARK) {
        return "no block of this kind begins here";
    }
    if (checksum != checksum_bytes(block, BLOCK_CHECKED_SIZE)) {
        return "the checksum of the block's header does not agree";
    }
    if (version != JOURNAL_VERSION) {
        return "the block is of a version that this program does not know";
    }
    return NULL;
}

const char *segment_header_check(const struct segment_header *header)
{
    const char *wrong = block_check(header, JOURNAL_SEGMENT_MAGIC, header->mark, header->checksum);

    if (wrong != NULL) {
        return wrong;
    }
    if (header->size < JOURNAL_SEGMENT_SIZE_MIN || header->size > JOURNAL_SEGMENT_SIZE_MAX ||
        header->size % JOURNAL_PAGE_SIZE != 0 || header->first_number == 0 ||
        header->reserved0 != 0 || !journal_is_zero(header->reserved, sizeof header->reserved)) {
        return "the segment's header is not what any version wrote";
    }
    return NULL;
}

const char *segment_footer_check(const struct segment_footer *footer)
{
    const char *wrong = block_check(footer, JOURNAL_FOOTER_MAGIC, footer->mark, footer->checksum);

    if (wrong != NULL) {
        return wrong;
    }
    if (footer->end < sizeof(struct segment_header) || footer->end % JOURNAL_LINE_SIZE != 0 ||
        footer->first_number == 0 || footer->last_number < footer->first_number ||
        footer->reserved0 != 0 || !journal_is_zero(footer->reserved, sizeof footer->reserved)) {
        return "the segment's seal is not what any version wrote";
    }
    return NULL;
}

const char *batch_header_check(const struct batch_header *header)
{
    const char *wrong = block_check(header, JOURNAL_BATCH_MAGIC, header->mark, header->checksum);

    if (wrong != NULL) {
        return wrong;
    }
    if (header->count == 0 || header->first_number == 0 || header->size == 0 ||
        header->size > JOURNAL_BATCH_SIZE_MAX || header->size % JOURNAL_LINE_SIZE != 0 ||
        header->count > header->size / JOURNAL_LINE_SIZE ||
        header->first_number > UINT64_MAX - header->count ||
        header->durable_number >= header->first_number) {
        return "the batch's header is not what any version wrote";
    }
    return NULL;
}

const char *snapshot_header_check(const struct snapshot_header *header, struct sha256 *sha)
{
    const struct byte_part part = {header, offsetof(struct snapshot_header, hash)};
    struct hash256 hash;

    if (header->magic != JOURNAL_SNAPSHOT_MAGIC || header->mark != JOURNAL_HEADER_MARK) {
        return "this is no snapshot";
    }
    sha256_parts(sha, &part, 1, &hash);
    if (memcmp(&hash, &header->hash, sizeof hash) != 0) {
        return "the hash of the snapshot's header does not agree";
    }
    if (header->version != JOURNAL_VERSION) {
        return "the snapshot is of a version that this program does not know";
    }
    if (header->number == 0 || header->size == 0 || header->reserved0 != 0 ||
        !journal_is_zero(header->reserved, sizeof header->reserved) ||
        !journal_is_zero(header->reserved1, sizeof header->reserved1)) {
        return "the snapshot's header is not what any version wrote";
    }
    return NULL;
}

const char *batch_check(const uint8_t *batch, struct sha256 *sha)
{
    struct batch_header header;
    struct batch_trailer trailer;

    memcpy(&header, batch, sizeof header);
    memcpy(&trailer, batch + sizeof header + header.size, sizeof trailer);
    /* Header, commands and the chain hash stand behind each other in the file. */
    size_t summed = sizeof header + header.size + sizeof trailer.chain;
    if (trailer.mark != JOURNAL_BATCH_MARK ||
        !journal_is_zero(trailer.reserved, sizeof trailer.reserved) ||
        trailer.checksum != checksum_bytes(batch, summed)) {
        return "the batch's checksum does not agree";
    }
    if (sha != NULL) {
        const struct byte_part part = {batch, sizeof header + header.size};
        struct hash256 chain;

        sha256_parts(sha, &part, 1, &chain);
        if (memcmp(&chain, &trailer.chain, sizeof chain) != 0) {
            return "the batch's chain hash does not agree";
        }
    }
    return NULL;
}

/* Quarantines stand alone, few, in order, and behind the batch that they are about (J24). */
static const char *quarantines_check(const struct batch_header *header, const uint8_t *commands)
{
    const struct command_quarantine *quarantines = (const void *)commands;
    uint64_t before = 0;

    if (header->count > TARAZY_QUARANTINES_MAX ||
        header->size != header->count * sizeof(struct command_quarantine)) {
        return "a quarantine does not stand in a batch of its own";
    }
    for (uint32_t i = 0; i < header->count; i++) {
        const struct command_quarantine *quarantine = &quarantines[i];

        if (quarantine->header.kind != COMMAND_QUARANTINE || quarantine->header.participant != 0) {
            return "a quarantine does not stand in a batch of its own";
        }
        if (quarantine->record <= before || quarantine->record >= header->first_number ||
            memcmp(&quarantine->chain, &header->previous, sizeof header->previous) != 0) {
            return "a quarantine is not of the batch before it";
        }
        before = quarantine->record;
    }
    return NULL;
}

const char *batch_commands_check(const struct batch_header *header, const uint8_t *commands)
{
    uint32_t done = 0;
    bool has_quarantine = false;
    uint64_t number = header->first_number;
    int64_t time_us = INT64_MIN;

    while (done < header->size) {
        struct command_header command;

        memcpy(&command, commands + done, sizeof command);
        size_t size = tarazy_command_size(command.kind);
        if (size == 0 || size > header->size - done) {
            return "a command of the batch is of no known kind or not whole";
        }
        if (command.number != number || command.time_us < time_us ||
            command.time_us > header->time_us) {
            return "a command of the batch is out of order";
        }
        const void *whole = commands + done;
        if (!tarazy_command_is_well_formed(whole, size)) {
            return "a command of the batch is not well formed";
        }
        has_quarantine = has_quarantine || command.kind == COMMAND_QUARANTINE;
        time_us = command.time_us;
        done += (uint32_t)size;
        number++;
    }
    if (number != header->first_number + header->count) {
        return "the batch holds another count of commands than its header says";
    }
    return has_quarantine ? quarantines_check(header, commands) : NULL;
}
