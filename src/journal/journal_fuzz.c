/* SPDX-License-Identifier: Apache-2.0
 *
 * Arbitrary bytes as a journal: as its first segment, or as a snapshot beside one. Sums would turn
 * almost every input away at the door, so on request they are made right before the bytes are looked
 * at. Nothing may crash; and two opinions must agree: a journal without a snapshot starts if and only
 * if the verifier finds nothing wrong but an unfinished write, and after the start not even that.
 *
 * The first byte of an input: 1 = make sums right, 2 = a snapshot.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/journal_folder.h"
#include "journal/journal_format.h"
#include "journal/recovery.h"
#include "journal/snapshot.h"
#include "journal/verifier.h"
#include "support/fake_disk.h"

#define INPUT_MAX       65536u
#define OPTION_REPAIR   1u
#define OPTION_SNAPSHOT 2u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct node_id NODE = {"sixteen bytes id"};

/* Limits that a test's memory can hold; the fake engine's size hangs on this one. */
static void shrink_limits(uint8_t *commands, uint32_t size)
{
    struct command_node_found *found = (void *)commands;

    if (size >= sizeof *found && found->header.kind == COMMAND_NODE_FOUND) {
        found->limits.orders_max = found->limits.orders_max % 1024 + 1;
    }
}

/* Gives the batch at `offset` the sums, the node and the hash before that it should have. Returns where
 * the next one begins; 0: no batch could be made of it. */
static uint64_t repair_batch(uint8_t *segment, uint64_t offset, uint64_t stop, struct sha256 *sha,
                             struct journal_head *head)
{
    struct batch_header header;
    struct batch_trailer trailer;

    if (stop - offset < journal_batch_extent(JOURNAL_LINE_SIZE)) {
        return 0;
    }
    memcpy(&header, segment + offset, sizeof header);
    if (header.magic != JOURNAL_BATCH_MAGIC || header.size > stop - offset ||
        journal_batch_extent(header.size) > stop - offset || header.size % JOURNAL_LINE_SIZE != 0) {
        return 0;
    }
    uint8_t *commands = segment + offset + sizeof header;
    shrink_limits(commands, header.size);
    header.previous = head->chain;
    header.node = NODE;
    header.zero_sectors = journal_batch_zero_sectors(commands, header.size, offset);
    batch_header_seal(&header);
    memcpy(segment + offset, &header, sizeof header);
    batch_trailer_make(&trailer, sha, &header, commands);
    memcpy(commands + header.size, &trailer, sizeof trailer);
    head->chain = trailer.chain;
    return offset + journal_batch_extent(header.size);
}

static void repair_segment(uint8_t *segment, uint64_t size)
{
    struct sha256 *sha = sha256_create();
    struct journal_head head = journal_genesis(sha, &NODE);
    struct segment_header header = {
        .size = size, .first_number = 1, .previous = head.chain, .node = NODE};
    uint64_t offset = sizeof header;

    segment_header_seal(&header);
    memcpy(segment, &header, sizeof header);
    while (offset != 0) {
        offset = repair_batch(segment, offset, journal_footer_offset(size), sha, &head);
    }
    sha256_destroy(sha);
}

static bool starts(struct fake_disk *disk)
{
    const struct recovery_options options = {
        .storage = fake_disk_storage(disk), .directory = "j", .segment_size = 8192};
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;

    if (!recovery_run(&options, &recovered, &report, &error)) {
        ENSURE(error.what != NULL);
        return false;
    }
    recovered_close(&recovered);
    return true;
}

static void try_segment(const uint8_t *data, size_t size, bool is_repaired)
{
    size_t file_size = (size + sizeof(struct segment_footer) + JOURNAL_PAGE_SIZE - 1) /
                       JOURNAL_PAGE_SIZE * JOURNAL_PAGE_SIZE;
    uint8_t *segment = calloc(1, file_size);
    struct fake_disk *disk = fake_disk_create();
    const struct verifier_options options = {.storage = fake_disk_storage(disk), .directory = "j"};
    struct verifier_report report;

    ENSURE(segment != NULL);
    memcpy(segment, data, size);
    if (is_repaired) {
        repair_segment(segment, file_size);
    }
    fake_disk_put(disk, journal_segment_name(1).text, segment, file_size);
    enum verifier_result before = journal_verify(&options, &report);
    /* The audit and a wrong digest at the very end are the verifier's own. */
    bool should_start = before == VERIFIER_RESULT_AGREES || before == VERIFIER_RESULT_TORN;
    ENSURE(starts(disk) == should_start || report.audit != NULL);
    if (should_start) {
        ENSURE(journal_verify(&options, &report) == VERIFIER_RESULT_AGREES);
    }
    fake_disk_destroy(disk);
    free(segment);
}

static void try_snapshot(const uint8_t *data, size_t size, bool is_repaired)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct sha256 *sha = sha256_create();
    struct snapshot_header header = {.number = 0};
    struct snapshot_state state;
    struct journal_error error;
    uint8_t *file = calloc(1, size + 1);

    ENSURE(file != NULL);
    memcpy(file, data, size);
    if (size >= JOURNAL_PAGE_SIZE) {
        memcpy(&header, file, sizeof header);
        if (is_repaired) {
            header.size = size - JOURNAL_PAGE_SIZE;
            snapshot_header_seal(&header, sha);
            memcpy(file, &header, sizeof header);
        }
    }
    uint64_t number = header.number != 0 ? header.number : 1;
    fake_disk_put(disk, journal_snapshot_name(number).text, file, size);
    int folder = storage->open_folder(storage->context, "j", false);
    if (snapshot_read(storage, folder, number, &state, &error)) {
        ENSURE(state.engine != NULL && state.head.number == number);
        snapshot_state_destroy(&state);
    } else {
        ENSURE(error.what != NULL && state.engine == NULL);
    }
    ENSURE(!starts(disk));
    sha256_destroy(sha);
    fake_disk_destroy(disk);
    free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    if ((data[0] & OPTION_SNAPSHOT) != 0) {
        try_snapshot(data + 1, size - 1, (data[0] & OPTION_REPAIR) != 0);
    } else {
        try_segment(data + 1, size - 1, (data[0] & OPTION_REPAIR) != 0);
    }
    return 0;
}
