/* SPDX-License-Identifier: Apache-2.0
 *
 * The forger's tools, written from docs/journal-format.md. A file of its own because the drill must not
 * use the writer it would fool: that one has no function for lies.
 *
 * Invariant: FORGERY_EVENTS of an unchanged journal is the journal.
 */
#include "drills/forged_journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal_folder.h"
#include "journal/replayer.h"
#include "platform/checksum.h"
#include "platform/sha256.h"
#include "tarazy/engine.h"

struct forged_journal *forged_create(uint64_t segment_size)
{
    struct forged_journal *journal = calloc(1, sizeof *journal);

    if (journal == NULL) {
        abort();
    }
    journal->segment_size = segment_size;
    memset(journal->node.bytes, 0x5a, sizeof journal->node.bytes);
    return journal;
}

static uint8_t *commands_of(struct forged_journal *journal, uint32_t at)
{
    struct forged_batch *batch = &journal->batches[at];

    if (batch->commands == NULL) {
        batch->commands = aligned_alloc(64, FORGED_BATCH_SIZE_MAX);
    }
    if (batch->commands == NULL) {
        abort();
    }
    return batch->commands;
}

void forged_destroy(struct forged_journal *journal)
{
    for (uint32_t at = 0; at < FORGED_BATCHES_MAX; at++) {
        free(journal->batches[at].commands);
    }
    free(journal);
}

void forged_copy(struct forged_journal *to, const struct forged_journal *from)
{
    to->count = from->count;
    to->segment_size = from->segment_size;
    to->node = from->node;
    for (uint32_t at = 0; at < from->count; at++) {
        uint8_t *commands = commands_of(to, at);

        to->batches[at] = from->batches[at];
        to->batches[at].commands = commands;
        memcpy(commands, from->batches[at].commands, from->batches[at].size);
    }
}

void forged_append(struct forged_journal *journal, const uint8_t *commands, uint32_t size,
                   uint32_t count)
{
    if (journal->count == FORGED_BATCHES_MAX || size > FORGED_BATCH_SIZE_MAX) {
        abort();
    }
    uint8_t *own = commands_of(journal, journal->count);
    struct forged_batch *batch = &journal->batches[journal->count++];
    memcpy(own, commands, size);
    batch->size = size;
    batch->count = count;
}

size_t forged_command_offset(const struct forged_batch *batch, uint32_t nth, size_t *size)
{
    size_t at = 0;

    for (;;) {
        struct command_header header;

        memcpy(&header, batch->commands + at, sizeof header);
        *size = tarazy_command_size(header.kind);
        if (nth-- == 0 || *size == 0 || at + *size >= batch->size) {
            return at;
        }
        at += *size;
    }
}

/* Numbers without a gap, times that do not go back, sizes and counts as they are. */
static void repair_numbers(struct forged_journal *journal)
{
    uint64_t number = 0;
    int64_t time_us = 0;

    for (uint32_t at = 0; at < journal->count; at++) {
        struct forged_batch *batch = &journal->batches[at];

        batch->header.first_number = number + 1;
        for (uint32_t nth = 0; nth < batch->count; nth++) {
            size_t size;
            size_t offset = forged_command_offset(batch, nth, &size);
            struct command_header header;

            memcpy(&header, batch->commands + offset, sizeof header);
            header.number = ++number;
            header.time_us = header.time_us < time_us ? time_us : header.time_us;
            time_us = header.time_us;
            memcpy(batch->commands + offset, &header, sizeof header);
        }
        batch->header.count = batch->count;
        batch->header.size = batch->size;
        batch->header.node = journal->node;
        batch->header.time_us = batch->header.time_us < time_us ? time_us : batch->header.time_us;
        time_us = batch->header.time_us;
        if (batch->header.durable_number >= batch->header.first_number) {
            batch->header.durable_number = batch->header.first_number - 1;
        }
    }
}

static bool is_well_formed(const struct forged_journal *journal)
{
    for (uint32_t at = 0; at < journal->count; at++) {
        const struct forged_batch *batch = &journal->batches[at];

        for (uint32_t nth = 0; nth < batch->count; nth++) {
            static _Alignas(64) uint8_t bytes[TARAZY_COMMAND_SIZE_MAX];
            const void *whole = bytes;
            size_t size;
            size_t offset = forged_command_offset(batch, nth, &size);

            memcpy(bytes, batch->commands + offset, size);
            if (size == 0 || !tarazy_command_is_well_formed(whole, size)) {
                return false;
            }
        }
    }
    return true;
}

/* What the commands lead to: the digest of each batch's events into the next. */
static void repair_events(struct forged_journal *journal)
{
    struct command_node_found found;

    memcpy(&found, journal->batches[0].commands, sizeof found);
    if (found.header.kind != COMMAND_NODE_FOUND || !is_well_formed(journal)) {
        return; /* nobody can execute that */
    }
    size_t size = tarazy_engine_size(&found.limits);
    void *block = aligned_alloc(TARAZY_ENGINE_ALIGNMENT, size);
    if (block == NULL) {
        abort();
    }
    memset(block, 0, size);
    struct engine *engine = tarazy_engine_create(block, size, &found.limits);
    struct replayer *replayer = replayer_create(engine, digest_start(), NULL);
    for (uint32_t at = 0; at < journal->count; at++) {
        journal->batches[at].header.events = replayer_events(replayer);
        replayer_apply_commands(replayer, journal->batches[at].commands, journal->batches[at].size);
    }
    replayer_destroy(replayer);
    free(block);
}

static uint64_t offset_of(const struct forged_journal *journal, uint32_t wanted, uint64_t *segment)
{
    uint64_t offset = sizeof(struct segment_header);

    *segment = 1;
    for (uint32_t at = 0;; at++) {
        uint64_t extent = journal_batch_extent(journal->batches[at].size);

        if (offset + extent > journal_footer_offset(journal->segment_size)) {
            offset = sizeof(struct segment_header);
            *segment = journal->batches[at].header.first_number;
        }
        if (at == wanted) {
            return offset;
        }
        offset += extent;
    }
}

static void repair_sums(struct forged_journal *journal, bool with_chain, struct sha256 *sha)
{
    struct hash256 chain = journal_genesis(sha, &journal->node).chain;

    for (uint32_t at = 0; at < journal->count; at++) {
        struct forged_batch *batch = &journal->batches[at];
        struct hash256 stale = batch->trailer.chain;
        uint64_t segment;
        uint64_t offset = offset_of(journal, at, &segment);

        batch->header.zero_sectors =
            journal_batch_zero_sectors(batch->commands, batch->size, offset);
        if (with_chain) {
            batch->header.previous = chain;
        }
        batch_header_seal(&batch->header);
        batch_trailer_make(&batch->trailer, sha, &batch->header, batch->commands);
        if (!with_chain) {
            const struct byte_part parts[] = {
                {&batch->header, sizeof batch->header},
                {batch->commands, batch->size},
                {&batch->trailer.chain, sizeof batch->trailer.chain},
            };

            batch->trailer.chain = stale;
            batch->trailer.checksum = checksum_parts(parts, 3);
        }
        chain = batch->trailer.chain;
    }
}

void forged_repair(struct forged_journal *journal, enum forgery forgery, struct sha256 *sha)
{
    if (forgery == FORGERY_NONE) {
        return;
    }
    repair_numbers(journal);
    if (forgery == FORGERY_EVENTS) {
        repair_events(journal);
    }
    repair_sums(journal, forgery >= FORGERY_CHAIN, sha);
}

struct journal_head forged_head(const struct forged_journal *journal)
{
    const struct forged_batch *last = &journal->batches[journal->count - 1];

    return (struct journal_head){
        .number = last->header.first_number + last->count - 1,
        .time_us = last->header.time_us,
        .chain = last->trailer.chain,
        .node = journal->node,
    };
}

static void begin_segment(const struct forged_journal *journal, uint8_t *bytes, uint64_t first,
                          const struct hash256 *previous)
{
    struct segment_header header = {
        .size = journal->segment_size,
        .first_number = first,
        .previous = *previous,
        .node = journal->node,
    };

    memset(bytes, 0, journal->segment_size);
    segment_header_seal(&header);
    memcpy(bytes, &header, sizeof header);
}

static void end_segment(const struct forged_journal *journal, uint8_t *bytes, uint64_t first,
                        uint64_t end, const struct forged_batch *last)
{
    struct segment_footer footer = {
        .end = end,
        .first_number = first,
        .last_number = last->header.first_number + last->header.count - 1,
        .chain = last->trailer.chain,
        .node = journal->node,
    };

    segment_footer_seal(&footer);
    memcpy(bytes + journal_footer_offset(journal->segment_size), &footer, sizeof footer);
}

static void put_segment(const struct forged_journal *journal, struct fake_disk *disk,
                        const uint8_t *bytes, uint64_t first)
{
    struct journal_name name = journal_segment_name(first);

    fake_disk_put(disk, name.text, bytes, journal->segment_size);
}

void forged_write(const struct forged_journal *journal, struct fake_disk *disk, struct sha256 *sha)
{
    uint8_t *bytes = malloc(journal->segment_size);
    struct hash256 genesis = journal_genesis(sha, &journal->node).chain;
    uint64_t offset = sizeof(struct segment_header);
    uint64_t first = 1;

    if (bytes == NULL) {
        abort();
    }
    begin_segment(journal, bytes, 1, &genesis);
    for (uint32_t at = 0; at < journal->count; at++) {
        const struct forged_batch *batch = &journal->batches[at];
        uint64_t extent = journal_batch_extent(batch->size);

        if (offset + extent > journal_footer_offset(journal->segment_size)) {
            end_segment(journal, bytes, first, offset, batch - 1);
            put_segment(journal, disk, bytes, first);
            first = batch->header.first_number;
            begin_segment(journal, bytes, first, &(batch - 1)->trailer.chain);
            offset = sizeof(struct segment_header);
        }
        memcpy(bytes + offset, &batch->header, sizeof batch->header);
        memcpy(bytes + offset + sizeof batch->header, batch->commands, batch->size);
        memcpy(bytes + offset + sizeof batch->header + batch->size, &batch->trailer,
               sizeof batch->trailer);
        offset += extent;
    }
    put_segment(journal, disk, bytes, first);
    free(bytes);
}
