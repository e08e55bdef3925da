/* SPDX-License-Identifier: Apache-2.0
 *
 * Torn or damaged: every way in which the last write can be missing is cut and loses nothing that was
 * acknowledged; every way in which something finished can be wrong stops the start.
 */
#include "journal/torn_tail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "journal/reader.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

#define SEGMENT_SIZE 32768u

/* A journal of one segment whose last batch is of interest. */
struct scene {
    struct fake_disk *disk;
    const struct storage *storage;
    struct journal_name name;
    uint64_t before; /* last number before the last batch */
    uint64_t last;   /* last number */
    uint64_t offset; /* of the last batch */
    uint64_t end;    /* behind it */
    uint8_t *whole;  /* the segment's bytes */
};

static void note_place(struct scene *scene)
{
    const struct journal_reader_options options = {
        .storage = scene->storage, .directory = "j", .from = 1};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    struct journal_batch batch;

    assert_non_null(reader);
    while (journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
        scene->before = batch.first_number - 1;
        scene->offset = batch.offset;
    }
    scene->end = journal_reader_tail(reader)->offset;
    scene->last = journal_reader_tail(reader)->head.number;
    journal_reader_close(reader);
}

static void set_scene(struct scene *scene, uint32_t count)
{
    struct journal_core core;
    size_t size;

    scene->disk = fake_disk_create();
    scene->storage = fake_disk_storage(scene->disk);
    scene->name = journal_segment_name(1);
    assert_true(journal_core_start(&core, scene->storage, "j", SEGMENT_SIZE));
    assert_true(journal_core_step(&core, 3));
    assert_true(journal_core_step(&core, 5));
    assert_true(journal_core_step(&core, count));
    journal_core_stop(&core);
    note_place(scene);
    scene->whole = malloc(SEGMENT_SIZE);
    memcpy(scene->whole, fake_disk_bytes(scene->disk, scene->name.text, &size), SEGMENT_SIZE);
    assert_int_equal(size, SEGMENT_SIZE);
}

static void clear_scene(struct scene *scene)
{
    free(scene->whole);
    fake_disk_destroy(scene->disk);
}

static void reset(struct scene *scene)
{
    fake_disk_put(scene->disk, scene->name.text, scene->whole, SEGMENT_SIZE);
}

static uint8_t *bytes_of(struct scene *scene)
{
    size_t size;

    return fake_disk_bytes(scene->disk, scene->name.text, &size);
}

/* What a finished folder's reader says at the end, and after which number. */
static enum journal_read read_to_end(struct scene *scene, uint64_t *last)
{
    const struct journal_reader_options options = {
        .storage = scene->storage, .directory = "j", .from = 1};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    struct journal_batch batch;
    enum journal_read read;

    assert_non_null(reader);
    do {
        read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
    } while (read == JOURNAL_READ_BATCH);
    *last = journal_reader_tail(reader)->head.number;
    if (read != JOURNAL_READ_END) {
        assert_int_equal(journal_reader_error(reader)->number, *last + 1);
        /* Final: asking again changes nothing. */
        assert_int_equal(journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch), read);
    }
    journal_reader_close(reader);
    return read;
}

static void the_last_batch_cut_at_every_byte_is_torn(void **state)
{
    static const uint32_t counts[] = {1, 2, 7, 12};

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct scene scene;
        uint64_t last;

        set_scene(&scene, counts[i]);
        assert_int_equal(read_to_end(&scene, &last), JOURNAL_READ_END);
        assert_int_equal(last, scene.last);
        for (uint64_t cut = scene.offset; cut < scene.end; cut++) {
            reset(&scene);
            memset(bytes_of(&scene) + cut, 0, (size_t)(scene.end - cut));
            enum journal_read read = read_to_end(&scene, &last);
            assert_int_equal(read, cut == scene.offset ? JOURNAL_READ_END : JOURNAL_READ_TORN);
            assert_int_equal(last, scene.before);
        }
        clear_scene(&scene);
    }
}

/* Every recovery from such a cut leaves a journal that goes on as if nothing had been. */
static void a_torn_batch_is_cut_reported_and_written_over(void **state)
{
    struct scene scene;

    set_scene(&scene, 9);
    for (uint64_t cut = scene.offset + 1; cut < scene.end; cut += 37) {
        struct journal_core core;
        uint64_t last;

        reset(&scene);
        memset(bytes_of(&scene) + cut, 0, (size_t)(scene.end - cut));
        assert_true(journal_core_start(&core, scene.storage, "j", SEGMENT_SIZE));
        assert_true(core.report.was_torn);
        assert_int_equal(core.report.torn.offset, scene.offset);
        assert_int_equal(core.report.torn.number, scene.before + 1);
        assert_true(core.report.torn_size >= 1);
        assert_int_equal(core.acknowledged, scene.before);
        assert_true(journal_core_step(&core, 2));
        journal_core_stop(&core);
        fake_disk_restart(scene.disk, FAKE_LOSS_ALL, NULL);
        assert_null(journal_flow_check(scene.storage, "j", &last));
        assert_int_equal(last, scene.before + 2);
    }
    clear_scene(&scene);
}

/* All combinations of sectors for a batch of few, many random ones for a batch of many. */
static void any_missing_sectors_of_the_last_batch_are_torn(void **state)
{
    struct scene scene;
    struct random_stream random = {5};
    uint64_t last;

    set_scene(&scene, 11);
    for (int round = 0; round < 3000; round++) {
        uint64_t lost_count = 0;
        bool is_whole = true;

        reset(&scene);
        uint8_t *bytes = bytes_of(&scene);
        for (uint64_t at = scene.offset; at < scene.end;) {
            uint64_t next = (at / JOURNAL_SECTOR_SIZE + 1) * JOURNAL_SECTOR_SIZE;
            size_t piece = (size_t)((next < scene.end ? next : scene.end) - at);

            if (random_once_in(&random, 1 + (uint64_t)round % 7)) {
                is_whole = is_whole && journal_is_zero(bytes + at, piece);
                memset(bytes + at, 0, piece);
                lost_count++;
            }
            at += piece;
        }
        enum journal_read read = read_to_end(&scene, &last);
        if (is_whole) {
            assert_int_equal(read, JOURNAL_READ_END);
            assert_int_equal(last, scene.last);
        } else {
            assert_true(read == JOURNAL_READ_TORN || read == JOURNAL_READ_END);
            assert_int_equal(last, scene.before);
            assert_true(lost_count > 0);
        }
    }
    clear_scene(&scene);
}

/* The last batch was acknowledged. A changed bit must not make it look unfinished. */
static void a_flipped_bit_in_the_last_batch_is_damage_not_a_tear(void **state)
{
    struct scene scene;
    uint64_t last;

    set_scene(&scene, 6);
    for (uint64_t bit = scene.offset * 8; bit < scene.end * 8; bit++) {
        reset(&scene);
        bytes_of(&scene)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(read_to_end(&scene, &last), JOURNAL_READ_DAMAGED);
        assert_int_equal(last, scene.before);
    }
    clear_scene(&scene);
}

static void a_missing_batch_that_a_later_one_vouches_for_is_damage(void **state)
{
    struct scene scene;
    uint64_t last;
    uint64_t end;

    set_scene(&scene, 4);
    /* The batch before the last: the last says that it was durable. */
    reset(&scene);
    uint8_t *bytes = bytes_of(&scene);
    memset(bytes + scene.offset, 0, (size_t)(scene.end - scene.offset));
    struct scene shorter = scene;
    note_place(&shorter);
    end = shorter.end;
    assert_int_equal(end, scene.offset);
    for (uint64_t cut = shorter.offset; cut < end; cut += 13) {
        reset(&scene);
        memset(bytes_of(&scene) + cut, 0, (size_t)(end - cut));
        assert_int_equal(read_to_end(&scene, &last), JOURNAL_READ_DAMAGED);
        assert_int_equal(last, shorter.before);
    }
    clear_scene(&scene);
}

/* A forged header inside a command is no proof: it names another node, or stands inside the batch. */
static void a_header_of_another_node_proves_nothing(void **state)
{
    struct scene scene;
    struct batch_header foreign = {.count = 1, .size = 64, .node = {"some other node."}};
    uint64_t last;

    set_scene(&scene, 4);
    foreign.first_number = scene.last + 10;
    foreign.durable_number = scene.last;
    batch_header_seal(&foreign);
    reset(&scene);
    uint8_t *bytes = bytes_of(&scene);
    memset(bytes + scene.end - 64, 0, 64);
    memcpy(bytes + scene.end + 640, &foreign, sizeof foreign);
    assert_int_equal(read_to_end(&scene, &last), JOURNAL_READ_TORN);
    memcpy(foreign.node.bytes, "sixteen bytes id", 16);
    batch_header_seal(&foreign);
    memcpy(bytes + scene.end + 640, &foreign, sizeof foreign);
    assert_int_equal(read_to_end(&scene, &last), JOURNAL_READ_DAMAGED);
    /* The same inside the torn batch's own commands: somebody sent it, as a key's material, say. */
    reset(&scene);
    bytes = bytes_of(&scene);
    memset(bytes + scene.end - 64, 0, 64);
    memcpy(bytes + scene.offset + 192, &foreign, sizeof foreign);
    assert_int_equal(read_to_end(&scene, &last), JOURNAL_READ_TORN);
    clear_scene(&scene);
}

/* Garbage behind the end is no batch that anybody was told of: it is cut, and said. */
static void whatever_stands_behind_the_end_is_noticed(void **state)
{
    struct scene scene;
    uint64_t last;

    set_scene(&scene, 2);
    for (uint64_t at = scene.end; at < SEGMENT_SIZE - sizeof(struct segment_footer); at += 101) {
        reset(&scene);
        uint8_t *bytes = bytes_of(&scene);
        bytes[at] = 0x10;
        enum journal_read read = read_to_end(&scene, &last);
        assert_true(read == JOURNAL_READ_TORN || read == JOURNAL_READ_DAMAGED);
        assert_int_equal(last, scene.last);
    }
    for (uint64_t at = SEGMENT_SIZE - sizeof(struct segment_footer); at < SEGMENT_SIZE; at++) {
        reset(&scene);
        uint8_t *bytes = bytes_of(&scene);
        bytes[at] = 0x10;
        assert_int_equal(read_to_end(&scene, &last), JOURNAL_READ_DAMAGED);
    }
    clear_scene(&scene);
}

static void a_disk_that_does_not_answer_is_no_verdict(void **state)
{
    struct scene scene;
    uint8_t *buffer = aligned_alloc(64, 2 << 20);
    struct torn_tail_finding finding;

    set_scene(&scene, 2);
    const struct storage *storage = scene.storage;
    int folder = storage->open_folder(storage->context, "j", false);
    int file = storage->open(storage->context, folder, scene.name.text, STORAGE_MODE_READ);
    const struct torn_tail_place place = {
        .storage = storage,
        .file = file,
        .offset = scene.offset,
        .segment_size = SEGMENT_SIZE,
        .number = scene.before + 1,
        .node = {"sixteen bytes id"},
        .buffer = buffer,
        .buffer_size = 2 << 20,
    };
    for (uint64_t call = 1; call <= 3; call++) {
        fake_disk_plan(scene.disk, FAKE_FAILURE_ONCE, call, 5);
        assert_int_equal(torn_tail_judge(&place, &finding), TORN_TAIL_FAILED);
        assert_int_equal(finding.error_number, -5);
    }
    fake_disk_plan(scene.disk, FAKE_FAILURE_NONE, 0, 0);
    assert_int_equal(torn_tail_judge(&place, &finding), TORN_TAIL_DAMAGED);
    free(buffer);
    clear_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_batch_cut_at_every_byte_is_torn),
        cmocka_unit_test(a_torn_batch_is_cut_reported_and_written_over),
        cmocka_unit_test(any_missing_sectors_of_the_last_batch_are_torn),
        cmocka_unit_test(a_flipped_bit_in_the_last_batch_is_damage_not_a_tear),
        cmocka_unit_test(a_missing_batch_that_a_later_one_vouches_for_is_damage),
        cmocka_unit_test(a_header_of_another_node_proves_nothing),
        cmocka_unit_test(whatever_stands_behind_the_end_is_noticed),
        cmocka_unit_test(a_disk_that_does_not_answer_is_no_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
