/* SPDX-License-Identifier: Apache-2.0
 *
 * A journal of 100 kB in which every single bit is flipped once, and files and batches are taken out,
 * put in, exchanged, cut and renamed. All of it must be seen: by the reader, by the verifier, and, where
 * the start of a node would read it, by recovery.
 *
 * With the argument `all` every bit is flipped; without it, every 97th.
 */
#include "journal/verifier.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "journal/reader.h"
#include "journal/segment_map.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

static uint64_t flip_step = 97;

static uint64_t write_journal(struct fake_disk *disk, uint64_t segment_size, size_t size,
                              bool with_snapshots)
{
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_core core;
    size_t written = 0;

    assert_true(journal_core_start(&core, storage, "j", segment_size));
    for (uint32_t i = 0; written < size; i++) {
        uint64_t first = core.acknowledged + 1;

        assert_true(journal_core_step(&core, 1 + i % 9));
        for (uint64_t number = first; number <= core.acknowledged; number++) {
            union command_sample command;

            written += journal_flow_command(number, &command);
        }
        if (with_snapshots && i % 40 == 20) {
            assert_true(journal_core_snapshot(&core, storage));
        }
    }
    uint64_t last = core.acknowledged;
    journal_core_stop(&core);
    fake_disk_restart(disk, FAKE_LOSS_ALL, NULL);
    return last;
}

static enum verifier_result verify(struct fake_disk *disk, struct verifier_report *report)
{
    const struct verifier_options options = {.storage = fake_disk_storage(disk), .directory = "j"};

    return journal_verify(&options, report);
}

/* The start of a node on a copy: does it come up, and with which number? */
static bool does_start(const struct fake_disk *disk, uint64_t *acknowledged)
{
    struct fake_disk *copy = fake_disk_copy(disk);
    struct journal_core core;
    bool is_up = journal_core_start(&core, fake_disk_storage(copy), "j", 8192);

    *acknowledged = is_up ? core.acknowledged : 0;
    if (is_up) {
        journal_core_stop(&core);
    }
    fake_disk_destroy(copy);
    return is_up;
}

/* Reads from the number on; what it says at the end. */
static enum journal_read read_from(struct fake_disk *disk, uint64_t from)
{
    const struct journal_reader_options options = {
        .storage = fake_disk_storage(disk), .directory = "j", .from = from};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    struct journal_batch batch;
    enum journal_read read = JOURNAL_READ_DAMAGED;

    if (reader != NULL) {
        do {
            read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
        } while (read == JOURNAL_READ_BATCH);
    }
    journal_reader_close(reader);
    return read;
}

static uint64_t number_of(const char *name)
{
    return strtoull(strpbrk(name, "0123456789"), NULL, 10);
}

/* Where the last segment's batches end: behind that a flipped bit may look like a write begun. */
static uint64_t end_of_last_segment(struct fake_disk *disk, uint64_t last)
{
    const struct journal_reader_options options = {
        .storage = fake_disk_storage(disk), .directory = "j", .from = last};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    struct journal_batch batch;

    assert_non_null(reader);
    while (journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
    }
    uint64_t end = journal_reader_tail(reader)->offset;
    journal_reader_close(reader);
    return end;
}

/* One flip: the reader sees it from the touched segment on; a sample of them is verified and started
 * as a whole. */
static void check_flip(struct fake_disk *disk, const char *name, uint64_t bit, bool is_behind_end,
                       uint64_t last)
{
    struct verifier_report report;
    uint64_t acknowledged;
    enum journal_read read = read_from(disk, number_of(name));

    assert_true(read == JOURNAL_READ_DAMAGED || (is_behind_end && read == JOURNAL_READ_TORN));
    if (bit % 1009 != 0) {
        return;
    }
    enum verifier_result verified = verify(disk, &report);
    assert_true(verified == VERIFIER_RESULT_DAMAGED ||
                (is_behind_end && verified == VERIFIER_RESULT_TORN));
    assert_string_equal(report.error.file, name);
    bool is_up = does_start(disk, &acknowledged);
    assert_true(!is_up || (is_behind_end && acknowledged == last));
}

static void every_flipped_bit_of_a_journal_is_detected(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    uint64_t last = write_journal(disk, 4096, 100000, false);
    uint64_t end = end_of_last_segment(disk, last);
    uint64_t total = 0;
    const char *name;

    for (size_t i = 0; (name = fake_disk_name(disk, i)) != NULL; i++) {
        const char *next_name = fake_disk_name(disk, i + 1);
        bool is_last = next_name == NULL || strstr(next_name, ".journal") == NULL;
        size_t size;
        uint8_t *bytes = fake_disk_bytes(disk, name, &size);

        if (strstr(name, ".journal") == NULL) {
            continue;
        }
        for (uint64_t bit = i % flip_step; bit < size * 8; bit += flip_step) {
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            check_flip(disk, name, bit, is_last && bit / 8 >= end, last);
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            total++;
        }
    }
    printf("flipped %llu bits\n", (unsigned long long)total);
    assert_true(total >= UINT64_C(800000) / flip_step);
    assert_int_equal(read_from(disk, 1), JOURNAL_READ_END);
    fake_disk_destroy(disk);
}

static void every_flipped_bit_of_a_snapshot_is_detected(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    uint64_t last = write_journal(disk, 65536, 60000, true);
    const char *name = fake_disk_name(disk, 0);
    struct verifier_report report;
    uint64_t acknowledged;
    size_t size;

    for (size_t i = 1; strstr(name, ".state") == NULL; i++) {
        name = fake_disk_name(disk, i);
    }
    uint8_t *bytes = fake_disk_bytes(disk, name, &size);
    for (uint64_t bit = 0; bit < size * 8; bit += flip_step * 41) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(verify(disk, &report), VERIFIER_RESULT_DAMAGED);
        assert_string_equal(report.error.file, name);
        /* A snapshot is a cache: the node starts without it. */
        assert_true(bit % 8 != 0 || (does_start(disk, &acknowledged) && acknowledged == last));
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(verify(disk, &report), VERIFIER_RESULT_AGREES);
    assert_true(report.snapshots >= 1);
    fake_disk_destroy(disk);
}

/* ---- files ---- */

struct files {
    char names[64][STORAGE_NAME_SIZE];
    size_t count;
};

static struct files segments_of(const struct fake_disk *disk)
{
    struct files files = {.count = 0};
    const char *name;

    for (size_t i = 0; (name = fake_disk_name(disk, i)) != NULL; i++) {
        if (strstr(name, ".journal") != NULL) {
            snprintf(files.names[files.count++], STORAGE_NAME_SIZE, "%s", name);
        }
    }
    return files;
}

static void assert_refused(struct fake_disk *disk)
{
    struct verifier_report report;
    uint64_t acknowledged;

    assert_int_equal(verify(disk, &report), VERIFIER_RESULT_DAMAGED);
    assert_non_null(report.error.what);
    assert_false(does_start(disk, &acknowledged));
    fake_disk_destroy(disk);
}

static void a_missing_segment_is_noticed_wherever_it_was(void **state)
{
    struct fake_disk *disk = fake_disk_create();

    write_journal(disk, 8192, 60000, false);
    struct files files = segments_of(disk);
    assert_true(files.count > 5);
    for (size_t i = 0; i < files.count; i++) {
        struct fake_disk *copy = fake_disk_copy(disk);

        fake_disk_remove(copy, files.names[i]);
        assert_refused(copy);
    }
    fake_disk_destroy(disk);
}

static void segments_exchanged_doubled_or_renamed_are_noticed(void **state)
{
    struct fake_disk *disk = fake_disk_create();

    write_journal(disk, 8192, 60000, false);
    struct files files = segments_of(disk);
    for (size_t i = 0; i + 1 < files.count; i++) {
        struct fake_disk *copy = fake_disk_copy(disk);
        size_t size;

        fake_disk_rename(copy, files.names[i], "aside");
        fake_disk_rename(copy, files.names[i + 1], files.names[i]);
        fake_disk_rename(copy, "aside", files.names[i + 1]);
        assert_refused(copy);
        copy = fake_disk_copy(disk);
        const uint8_t *bytes = fake_disk_bytes(copy, files.names[i], &size);
        fake_disk_put(copy, journal_segment_name(100000 + i).text, bytes, size);
        assert_refused(copy);
        copy = fake_disk_copy(disk);
        fake_disk_rename(copy, files.names[i], journal_segment_name(100000 + i).text);
        assert_refused(copy);
    }
    struct verifier_report report;
    fake_disk_rename(disk, files.names[files.count - 1], journal_segment_name(100000).text);
    verify(disk, &report);
    assert_string_equal(report.error.what,
                        "the segment's header says another number than the file's name");
    assert_refused(disk);
}

static void a_segment_cut_or_lengthened_is_noticed(void **state)
{
    struct fake_disk *disk = fake_disk_create();

    write_journal(disk, 8192, 60000, false);
    struct files files = segments_of(disk);
    for (size_t i = 0; i < files.count; i++) {
        static const size_t sizes[] = {0, 64, 4096, 8191, 8192 + 64, 16384};

        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            struct fake_disk *copy = fake_disk_copy(disk);

            fake_disk_truncate(copy, files.names[i], sizes[s]);
            assert_refused(copy);
        }
    }
    fake_disk_destroy(disk);
}

static void a_segment_of_another_journal_is_noticed(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    struct segment_header header;
    size_t size;

    write_journal(disk, 8192, 60000, false);
    struct files files = segments_of(disk);
    for (size_t i = 0; i < files.count; i++) {
        struct fake_disk *copy = fake_disk_copy(disk);
        uint8_t *bytes = fake_disk_bytes(copy, files.names[i], &size);

        memcpy(&header, bytes, sizeof header);
        header.node.bytes[3] ^= 1;
        segment_header_seal(&header);
        memcpy(bytes, &header, sizeof header);
        assert_refused(copy);
    }
    fake_disk_destroy(disk);
}

/* ---- batches ---- */

struct places {
    uint64_t segment[512];
    uint64_t offset[512];
    uint64_t extent[512];
    size_t count;
};

static struct places batches_of(struct fake_disk *disk)
{
    const struct journal_reader_options options = {
        .storage = fake_disk_storage(disk), .directory = "j", .from = 1};
    struct places places = {.count = 0};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    struct journal_batch batch;

    assert_non_null(reader);
    while (journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
        places.segment[places.count] = batch.segment;
        places.offset[places.count] = batch.offset;
        places.extent[places.count++] = journal_batch_extent(batch.size);
    }
    journal_reader_close(reader);
    return places;
}

static uint8_t *segment_bytes(struct fake_disk *disk, const struct places *places, size_t index)
{
    size_t size;

    return fake_disk_bytes(disk, journal_segment_name(places->segment[index]).text, &size);
}

/* The bytes behind a batch move up, as if it had never been. */
static void a_batch_taken_out_is_noticed(void **state)
{
    struct fake_disk *disk = fake_disk_create();

    write_journal(disk, 8192, 60000, false);
    struct places places = batches_of(disk);
    for (size_t i = 0; i + 1 < places.count; i++) {
        struct fake_disk *copy = fake_disk_copy(disk);
        uint8_t *bytes = segment_bytes(copy, &places, i) + places.offset[i];
        size_t rest = 8192 - 128 - (size_t)(places.offset[i] + places.extent[i]);

        memmove(bytes, bytes + places.extent[i], rest);
        memset(bytes + rest, 0, (size_t)places.extent[i]);
        if (places.segment[i] == places.segment[i + 1]) {
            struct verifier_report report;

            verify(copy, &report);
            assert_string_equal(report.error.what, "a batch is missing, doubled or out of order");
        }
        assert_refused(copy);
    }
    fake_disk_destroy(disk);
}

static void a_batch_put_in_twice_is_noticed(void **state)
{
    struct fake_disk *disk = fake_disk_create();

    write_journal(disk, 65536, 60000, false);
    struct places places = batches_of(disk);
    for (size_t i = 0; i < places.count; i++) {
        struct fake_disk *copy = fake_disk_copy(disk);
        uint8_t *bytes = segment_bytes(copy, &places, i) + places.offset[i];
        size_t rest = 65536 - 128 - (size_t)(places.offset[i] + 2 * places.extent[i]);

        if (places.offset[i] + 2 * places.extent[i] + 128 > 65536) {
            fake_disk_destroy(copy);
            continue;
        }
        memmove(bytes + places.extent[i], bytes, rest + (size_t)places.extent[i]);
        assert_refused(copy);
    }
    fake_disk_destroy(disk);
}

static void neighbouring_batches_exchanged_are_noticed(void **state)
{
    struct fake_disk *disk = fake_disk_create();

    write_journal(disk, 8192, 60000, false);
    struct places places = batches_of(disk);
    for (size_t i = 0; i + 1 < places.count; i++) {
        struct fake_disk *copy = fake_disk_copy(disk);
        uint8_t *bytes = segment_bytes(copy, &places, i) + places.offset[i];
        uint8_t first[8192];

        if (places.segment[i] != places.segment[i + 1]) {
            fake_disk_destroy(copy);
            continue;
        }
        memcpy(first, bytes, (size_t)places.extent[i]);
        memmove(bytes, bytes + places.extent[i], (size_t)places.extent[i + 1]);
        memcpy(bytes + places.extent[i + 1], first, (size_t)places.extent[i]);
        assert_refused(copy);
    }
    fake_disk_destroy(disk);
}

/* Changes a batch's header and makes all its sums right again. */
static void forge(uint8_t *batch, void (*change)(struct batch_header *header))
{
    struct sha256 *sha = sha256_create();
    struct batch_header header;
    struct batch_trailer trailer;

    memcpy(&header, batch, sizeof header);
    change(&header);
    batch_header_seal(&header);
    memcpy(batch, &header, sizeof header);
    batch_trailer_make(&trailer, sha, &header, batch + sizeof header);
    memcpy(batch + sizeof header + header.size, &trailer, sizeof trailer);
    sha256_destroy(sha);
}

static void change_nothing(struct batch_header *header)
{
    (void)header;
}

static void change_node(struct batch_header *header)
{
    header->node.bytes[0] ^= 1;
}

/* Later than its commands, so that only its neighbours can object. */
static void change_time(struct batch_header *header)
{
    header->time_us += INT64_C(3600000000);
}

static void change_zero_sectors(struct batch_header *header)
{
    header->zero_sectors++;
}

static void change_previous(struct batch_header *header)
{
    header->previous.bytes[31] ^= 1;
}

static void assert_refused_with(struct fake_disk *disk, const char *what)
{
    struct verifier_report report;

    assert_int_equal(verify(disk, &report), VERIFIER_RESULT_DAMAGED);
    assert_string_equal(report.error.what, what);
    assert_refused(disk);
}

static void a_batch_forged_with_all_its_sums_does_not_fit_its_neighbours(void **state)
{
    static const struct {
        void (*change)(struct batch_header *header);
        const char *what;
    } forgeries[] = {
        {change_node, "the batch is of another journal"},
        {change_previous, "the batch does not continue the one before it"},
        {change_zero_sectors, "the batch's count of empty sectors is not what any version wrote"},
    };
    struct fake_disk *disk = fake_disk_create();

    write_journal(disk, 65536, 30000, false);
    struct places places = batches_of(disk);
    for (size_t f = 0; f < sizeof forgeries / sizeof forgeries[0]; f++) {
        struct fake_disk *copy = fake_disk_copy(disk);

        /* The last one: nobody after it objects. */
        forge(segment_bytes(copy, &places, places.count - 1) + places.offset[places.count - 1],
              forgeries[f].change);
        assert_refused_with(copy, forgeries[f].what);
    }
    for (size_t i = 1; i + 1 < places.count; i++) {
        struct fake_disk *copy = fake_disk_copy(disk);
        uint8_t *batch = segment_bytes(copy, &places, i) + places.offset[i];

        /* A command that was never sent; the batch is whole, the next one does not continue it. */
        ((struct command_header *)(void *)(batch + sizeof(struct batch_header)))->request ^= 1;
        forge(batch, change_nothing);
        assert_refused_with(copy, "the batch does not continue the one before it");
    }
    struct fake_disk *copy = fake_disk_copy(disk);
    forge(segment_bytes(copy, &places, 3) + places.offset[3], change_time);
    struct hash256 chain;
    struct batch_header next;
    uint8_t *bytes = segment_bytes(copy, &places, 4) + places.offset[4];
    memcpy(&chain, bytes - sizeof(struct batch_trailer), sizeof chain);
    memcpy(&next, bytes, sizeof next);
    next.previous = chain;
    memcpy(bytes, &next, sizeof next);
    forge(bytes, change_nothing);
    assert_refused_with(copy, "the batch is older than the one before it");
    fake_disk_destroy(disk);
}

/* The history is rewritten consistently: every checksum and hash is right. Only who remembers a head
 * can know, and the verifier can be told one. */
static void a_journal_cut_back_or_rewritten_is_noticed_by_who_remembers_its_head(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    struct fake_disk *other = fake_disk_create();
    struct verifier_report report;

    write_journal(disk, 65536, 30000, false);
    assert_int_equal(verify(disk, &report), VERIFIER_RESULT_AGREES);
    struct verifier_options options = {
        .storage = fake_disk_storage(disk),
        .directory = "j",
        .expected_number = report.head.number,
        .expected_chain = report.head.chain,
    };
    assert_int_equal(journal_verify(&options, &report), VERIFIER_RESULT_AGREES);
    write_journal(other, 65536, 20000, false);
    options.storage = fake_disk_storage(other);
    assert_int_equal(journal_verify(&options, &report), VERIFIER_RESULT_DAMAGED);
    assert_string_equal(report.error.what, "the journal ends before the head that is remembered");
    options.storage = fake_disk_storage(disk);
    options.expected_chain.bytes[0] ^= 1;
    assert_int_equal(journal_verify(&options, &report), VERIFIER_RESULT_DAMAGED);
    options.expected_chain.bytes[0] ^= 1;
    options.expected_number--;
    assert_int_equal(journal_verify(&options, &report), VERIFIER_RESULT_DAMAGED);
    fake_disk_destroy(other);
    fake_disk_destroy(disk);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flipped_bit_of_a_journal_is_detected),
        cmocka_unit_test(every_flipped_bit_of_a_snapshot_is_detected),
        cmocka_unit_test(a_missing_segment_is_noticed_wherever_it_was),
        cmocka_unit_test(segments_exchanged_doubled_or_renamed_are_noticed),
        cmocka_unit_test(a_segment_cut_or_lengthened_is_noticed),
        cmocka_unit_test(a_segment_of_another_journal_is_noticed),
        cmocka_unit_test(a_batch_taken_out_is_noticed),
        cmocka_unit_test(a_batch_put_in_twice_is_noticed),
        cmocka_unit_test(neighbouring_batches_exchanged_are_noticed),
        cmocka_unit_test(a_batch_forged_with_all_its_sums_does_not_fit_its_neighbours),
        cmocka_unit_test(a_journal_cut_back_or_rewritten_is_noticed_by_who_remembers_its_head),
    };

    /* A million readers: keep their memory instead of giving it back each time. */
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    if (argc > 1 && strcmp(argv[1], "all") == 0) {
        flip_step = 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
