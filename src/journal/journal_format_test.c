/* SPDX-License-Identifier: Apache-2.0
 *
 * The blocks of a journal by themselves: what makes them whole, that no bit of them can change unseen,
 * the names of files, the texts of errors.
 */
#include "journal/journal_format.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_error.h"
#include "journal/journal_folder.h"
#include "platform/checksum.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

static const struct node_id NODE = {"sixteen bytes id"};

/* ---- blocks ---- */

static struct segment_header a_segment_header(void)
{
    struct segment_header header = {.size = 8192, .first_number = 7, .node = NODE};

    segment_header_seal(&header);
    return header;
}

static struct segment_footer a_segment_footer(void)
{
    struct segment_footer footer = {.end = 1024, .first_number = 7, .last_number = 9, .node = NODE};

    segment_footer_seal(&footer);
    return footer;
}

static struct batch_header a_batch_header(void)
{
    struct batch_header header = {
        .count = 2, .first_number = 7, .time_us = 5, .durable_number = 6, .size = 256};

    batch_header_seal(&header);
    return header;
}

static void blocks_are_whole_as_made(void **state)
{
    struct segment_header segment = a_segment_header();
    struct segment_footer footer = a_segment_footer();
    struct batch_header batch = a_batch_header();

    assert_null(segment_header_check(&segment));
    assert_null(segment_footer_check(&footer));
    assert_null(batch_header_check(&batch));
}

static void no_bit_of_a_block_can_change_unseen(void **state)
{
    for (size_t bit = 0; bit < 128 * 8; bit++) {
        struct segment_header segment = a_segment_header();
        struct segment_footer footer = a_segment_footer();
        struct batch_header batch = a_batch_header();
        uint8_t mask = (uint8_t)(1u << bit % 8);

        ((uint8_t *)&segment)[bit / 8] ^= mask;
        ((uint8_t *)&footer)[bit / 8] ^= mask;
        ((uint8_t *)&batch)[bit / 8] ^= mask;
        assert_non_null(segment_header_check(&segment));
        assert_non_null(segment_footer_check(&footer));
        assert_non_null(batch_header_check(&batch));
    }
}

static void no_bit_of_a_snapshots_header_can_change_unseen(void **state)
{
    struct sha256 *sha = sha256_create();
    struct snapshot_header good = {.number = 7, .size = 4096, .node = NODE};

    snapshot_header_seal(&good, sha);
    assert_null(snapshot_header_check(&good, sha));
    for (size_t bit = 0; bit < sizeof good * 8; bit++) {
        struct snapshot_header header = good;

        ((uint8_t *)&header)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_non_null(snapshot_header_check(&header, sha));
    }
    sha256_destroy(sha);
}

/* Blocks with good checksums that no version would have written. */
static void blocks_that_contradict_themselves_are_refused(void **state)
{
    struct segment_header segment;
    struct segment_footer footer;
    struct batch_header batch;

#define REFUSED(block, make, seal, check, change) \
    do {                                          \
        (block) = make();                         \
        change;                                   \
        seal(&(block));                           \
        assert_non_null(check(&(block)));         \
    } while (0)
#define SEGMENT(change) \
    REFUSED(segment, a_segment_header, segment_header_seal, segment_header_check, change)
#define FOOTER(change) \
    REFUSED(footer, a_segment_footer, segment_footer_seal, segment_footer_check, change)
#define BATCH(change) REFUSED(batch, a_batch_header, batch_header_seal, batch_header_check, change)

    SEGMENT(segment.size = 2048);
    SEGMENT(segment.size = 8192 + 64);
    SEGMENT(segment.size = JOURNAL_SEGMENT_SIZE_MAX + 4096);
    SEGMENT(segment.first_number = 0);
    SEGMENT(segment.reserved0 = 1);
    SEGMENT(segment.reserved[31] = 1);
    FOOTER(footer.end = 64);
    FOOTER(footer.end = 1025);
    FOOTER(footer.first_number = 0);
    FOOTER(footer.last_number = 6);
    FOOTER(footer.reserved0 = 1);
    FOOTER(footer.reserved[0] = 1);
    BATCH(batch.count = 0);
    BATCH(batch.count = 5);
    BATCH(batch.first_number = 0; batch.durable_number = 0);
    BATCH(batch.first_number = UINT64_MAX - 1);
    BATCH(batch.durable_number = 7);
    BATCH(batch.size = 0);
    BATCH(batch.size = 250);
    BATCH(batch.size = JOURNAL_BATCH_SIZE_MAX + 64);
}

static void a_block_of_another_version_is_refused_with_that_reason(void **state)
{
    struct batch_header header = a_batch_header();

    header.version = JOURNAL_VERSION + 1;
    header.checksum = checksum_bytes(&header, offsetof(struct batch_header, checksum));
    assert_string_equal(batch_header_check(&header),
                        "the block is of a version that this program does not know");
}

static void the_chain_hangs_on_the_node(void **state)
{
    struct sha256 *sha = sha256_create();
    struct node_id other = NODE;

    other.bytes[15] ^= 1;
    struct journal_head one = journal_genesis(sha, &NODE);
    struct journal_head two = journal_genesis(sha, &other);
    assert_memory_not_equal(&one.chain, &two.chain, sizeof one.chain);
    assert_int_equal(one.number, 0);
    sha256_destroy(sha);
}

/* ---- batches ---- */

struct made_batch {
    _Alignas(64) uint8_t bytes[8192];
    struct batch_header header;
    size_t extent;
};

static void make_batch(struct made_batch *batch, uint64_t first, uint32_t count)
{
    struct sha256 *sha = sha256_create();
    struct batch_trailer trailer;
    uint32_t size = 0;

    memset(batch, 0, sizeof *batch);
    for (uint32_t i = 0; i < count; i++) {
        union command_sample command;
        size_t step = journal_flow_command(first + i, &command);

        memcpy(batch->bytes + sizeof batch->header + size, &command, step);
        size += (uint32_t)step;
    }
    batch->header = (struct batch_header){
        .count = count,
        .first_number = first,
        .durable_number = first - 1,
        .time_us = journal_flow_time(first + count - 1),
        .size = size,
    };
    batch_header_seal(&batch->header);
    memcpy(batch->bytes, &batch->header, sizeof batch->header);
    batch_trailer_make(&trailer, sha, &batch->header, batch->bytes + sizeof batch->header);
    memcpy(batch->bytes + sizeof batch->header + size, &trailer, sizeof trailer);
    batch->extent = (size_t)journal_batch_extent(size);
    sha256_destroy(sha);
}

static const char *check_commands(const struct made_batch *batch)
{
    return batch_commands_check(&batch->header, batch->bytes + sizeof batch->header);
}

static void no_bit_of_a_batch_can_change_unseen(void **state)
{
    struct sha256 *sha = sha256_create();
    struct made_batch batch;

    make_batch(&batch, 5, 4);
    assert_null(batch_check(batch.bytes, sha));
    assert_null(check_commands(&batch));
    /* The header has its own check; the rest of the batch must not depend on it being right. */
    for (size_t bit = sizeof batch.header * 8; bit < batch.extent * 8; bit++) {
        batch.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_non_null(batch_check(batch.bytes, NULL));
        assert_non_null(batch_check(batch.bytes, sha));
        batch.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    sha256_destroy(sha);
}

/* Who repairs the checksum and not the chain is seen by whoever checks the chain, and only there. */
static void the_chain_hash_sees_what_the_checksum_was_made_to_miss(void **state)
{
    struct sha256 *sha = sha256_create();
    struct made_batch batch;

    make_batch(&batch, 5, 4);
    uint8_t *trailer = batch.bytes + batch.extent - sizeof(struct batch_trailer);
    batch.bytes[sizeof batch.header + 50] ^= 1;
    uint64_t checksum = checksum_bytes(batch.bytes, batch.extent - 32);
    memcpy(trailer + offsetof(struct batch_trailer, checksum), &checksum, sizeof checksum);
    assert_null(batch_check(batch.bytes, NULL));
    assert_string_equal(batch_check(batch.bytes, sha), "the batch's chain hash does not agree");
    sha256_destroy(sha);
}

static void commands_out_of_order_are_refused(void **state)
{
    struct made_batch batch;
    struct command_header *first = (void *)(batch.bytes + sizeof batch.header);

    make_batch(&batch, 5, 4);
    first->number++;
    assert_non_null(check_commands(&batch));
    make_batch(&batch, 5, 4);
    first->time_us = batch.header.time_us + 1;
    assert_non_null(check_commands(&batch));
    make_batch(&batch, 5, 4);
    first->time_us = batch.header.time_us;
    assert_string_equal(check_commands(&batch), "a command of the batch is out of order");
    make_batch(&batch, 5, 4);
    first->kind = 9999;
    assert_non_null(check_commands(&batch));
    make_batch(&batch, 5, 4);
    batch.header.count = 3;
    assert_non_null(check_commands(&batch));
    make_batch(&batch, 5, 4);
    batch.header.size -= 64;
    assert_non_null(check_commands(&batch));
    make_batch(&batch, 1, 1);
    batch.bytes[sizeof batch.header + offsetof(struct command_node_found, reserved0)] = 1;
    assert_string_equal(check_commands(&batch), "a command of the batch is not well formed");
}

static void zero_sectors_count_alike_from_parts_and_from_the_whole(void **state)
{
    uint8_t *batch = calloc(1, 16384);
    struct random_stream random = {11};

    for (int round = 0; round < 2000; round++) {
        uint32_t size = (uint32_t)(random_below(&random, 100) + 1) * 64;
        uint64_t offset = random_below(&random, 64) * 64;
        size_t extent = (size_t)journal_batch_extent(size);

        memset(batch, 0, extent);
        batch[0] = 'T';
        batch[127] = 'd';
        batch[extent - 1] = 'd';
        for (uint64_t i = random_below(&random, 6); i > 0; i--) {
            batch[sizeof(struct batch_header) + random_below(&random, size)] = 1;
        }
        /* The trailer may begin a sector of its own: its hash is never zero, nor is it here. */
        batch[extent - 64] = 1;
        assert_int_equal(journal_zero_sectors(batch, extent, offset),
                         journal_batch_zero_sectors(batch + 128, size, offset));
    }
    free(batch);
}

static void zero_is_recognised_at_every_length(void **state)
{
    uint8_t bytes[70] = {0};

    for (size_t size = 0; size <= sizeof bytes; size++) {
        assert_true(journal_is_zero(bytes, size));
        for (size_t i = 0; i < size; i++) {
            bytes[i] = 0x80;
            assert_false(journal_is_zero(bytes, size));
            bytes[i] = 0;
        }
    }
}

static void the_largest_batch_fits_its_segment(void **state)
{
    for (uint64_t size = JOURNAL_SEGMENT_SIZE_MIN; size <= 1 << 22; size += JOURNAL_PAGE_SIZE) {
        uint32_t largest = journal_batch_size_max(size);

        assert_true(largest <= JOURNAL_BATCH_SIZE_MAX && largest >= TARAZY_COMMAND_SIZE_MAX);
        assert_int_equal(largest % JOURNAL_LINE_SIZE, 0);
        assert_true(sizeof(struct segment_header) + journal_batch_extent(largest) <=
                    journal_footer_offset(size));
    }
}

/* ---- names and errors ---- */

static void names_are_read_back_as_numbers(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_listing listing;
    struct journal_error error;
    int folder = storage->open_folder(storage->context, "x", false);

    for (uint64_t i = 100; i > 0; i--) {
        fake_disk_put(disk, journal_segment_name(i * 3).text, "", 0);
    }
    fake_disk_put(disk, journal_segment_name(UINT64_MAX).text, "", 0);
    fake_disk_put(disk, journal_snapshot_name(5).text, "", 0);
    fake_disk_put(disk, journal_snapshot_temporary_name(6).text, "", 0);
    fake_disk_put(disk, JOURNAL_NEXT_SEGMENT_NAME, "", 0);
    fake_disk_put(disk, JOURNAL_LOCK_NAME, "", 0);
    fake_disk_put(disk, "core.socket", "", 0);
    assert_true(journal_listing_read(&listing, storage, folder, &error));
    assert_int_equal(listing.segments.count, 101);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(listing.segments.values[i], 3 * (i + 1));
    }
    assert_int_equal(listing.segments.values[100], UINT64_MAX);
    assert_int_equal(listing.snapshots.count, 1);
    assert_int_equal(listing.temporaries.count, 1);
    assert_true(listing.has_next_segment);
    journal_listing_clear(&listing);
    fake_disk_destroy(disk);
}

static void a_name_that_only_looks_like_ours_is_told(void **state)
{
    static const char *const strangers[] = {
        "segment-1.journal",
        "segment-00000000000000000000.journal",
        "segment-00000000000000000001.journal.bak",
        "segment-99999999999999999999.journal",
        "segment-0000000000000000000x.journal",
        "snapshot-00000000000000000001.stat",
        "snapshot-",
    };

    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        struct fake_disk *disk = fake_disk_create();
        const struct storage *storage = fake_disk_storage(disk);
        struct journal_listing listing;
        struct journal_error error;
        int folder = storage->open_folder(storage->context, "x", false);

        fake_disk_put(disk, strangers[i], "", 0);
        assert_false(journal_listing_read(&listing, storage, folder, &error));
        assert_string_equal(error.file, strangers[i]);
        journal_listing_clear(&listing);
        fake_disk_destroy(disk);
    }
}

static void an_error_reads_as_one_line(void **state)
{
    struct journal_error error;
    char text[JOURNAL_ERROR_TEXT_SIZE];

    journal_error_set(&error, "the journal cannot be synced", journal_segment_name(1).text, -EIO);
    journal_error_place(&error, 448, 7);
    assert_string_equal(journal_error_text(&error, text),
                        "segment-00000000000000000001.journal, offset 448, number 7: "
                        "the journal cannot be synced: Input/output error");
    journal_error_set(&error, "there is no journal here", "", 0);
    assert_string_equal(journal_error_text(&error, text), "the folder: there is no journal here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_whole_as_made),
        cmocka_unit_test(no_bit_of_a_block_can_change_unseen),
        cmocka_unit_test(no_bit_of_a_snapshots_header_can_change_unseen),
        cmocka_unit_test(blocks_that_contradict_themselves_are_refused),
        cmocka_unit_test(a_block_of_another_version_is_refused_with_that_reason),
        cmocka_unit_test(the_chain_hangs_on_the_node),
        cmocka_unit_test(no_bit_of_a_batch_can_change_unseen),
        cmocka_unit_test(the_chain_hash_sees_what_the_checksum_was_made_to_miss),
        cmocka_unit_test(commands_out_of_order_are_refused),
        cmocka_unit_test(zero_sectors_count_alike_from_parts_and_from_the_whole),
        cmocka_unit_test(zero_is_recognised_at_every_length),
        cmocka_unit_test(the_largest_batch_fits_its_segment),
        cmocka_unit_test(names_are_read_back_as_numbers),
        cmocka_unit_test(a_name_that_only_looks_like_ours_is_told),
        cmocka_unit_test(an_error_reads_as_one_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
