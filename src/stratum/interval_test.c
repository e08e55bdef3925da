/* SPDX-License-Identifier: Apache-2.0
 *
 * Logs and readings on a disk that fails and loses power: what a miner was told counts once, whatever happens; on clocks
 * that jump; with files damaged and cut.
 */
#include "stratum/interval.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stratum/share_log.h"
#include "stratum/tally.h"
#include "support/fake_disk.h"
#include "support/random_stream.h"

/* ---- a world ---- */

struct world {
    struct fake_disk *disk;
    int64_t wall_us;
    int64_t monotonic_us;
    struct clock_source clock;
    struct interval_options options;
    char what[LOG_NAME_SIZE];
};

static int64_t world_wall(void *context)
{
    return ((struct world *)context)->wall_us;
}

static int64_t world_monotonic(void *context)
{
    return ((struct world *)context)->monotonic_us;
}

static void world_open(struct world *world)
{
    *world = (struct world){.disk = fake_disk_create(), .wall_us = 1000000000, .monotonic_us = 5};
    world->clock = (struct clock_source){world, world_wall, world_monotonic};
    world->options = (struct interval_options){
        .storage = fake_disk_storage(world->disk), .clock = &world->clock, .directory = "meter"};
}

static void world_pass(struct world *world, int64_t us)
{
    world->wall_us += us;
    world->monotonic_us += us;
}

static struct interval *open_well(struct world *world)
{
    struct interval *interval;

    assert_int_equal(interval_open(&world->options, &interval, world->what), 0);
    return interval;
}

static struct log_record share_of(uint32_t worker, uint64_t number)
{
    struct log_record record = {.worker = worker, .mantissa = 1, .decimals = 3};

    memcpy(record.body, &number, sizeof number);
    return record;
}

/* Everything that readings say, added up over all files. */
struct sums {
    uint64_t accepted;
    uint64_t rejected;
    uint64_t stale;
    uint64_t last;
    int64_t end_us;
};

static void sum_file(struct world *world, const char *name, struct sums *sums)
{
    size_t size;
    const char *bytes = (const char *)fake_disk_bytes(world->disk, name, &size);

    while (size > 0) {
        const char *end = memchr(bytes, '\n', size);
        struct reading reading;

        assert_non_null(end);
        assert_true(reading_read(slice_of(bytes, (size_t)(end - bytes)), &reading));
        assert_int_equal(reading.sequence, sums->last + 1); /* no gap, none twice */
        assert_true(reading.begin_us < reading.end_us || reading.accepted == 0);
        sums->last++;
        sums->accepted += reading.accepted;
        sums->rejected += reading.rejected;
        sums->stale += reading.stale;
        size -= (size_t)(end + 1 - bytes);
        bytes = end + 1;
    }
}

static struct sums sum_all(struct world *world)
{
    struct sums sums = {0};

    /* "readings-" and "sent-" sort by time among themselves; in these tests all are of one kind. */
    for (size_t i = 0; fake_disk_name(world->disk, i) != NULL; i++) {
        const char *name = fake_disk_name(world->disk, i);

        if (strncmp(name, "readings-", 9) == 0) {
            sum_file(world, name, &sums);
        }
    }
    return sums;
}

/* ---- tests ---- */

static void an_interval_gives_one_reading_for_each_account(void **state)
{
    struct world world;
    size_t readings;
    size_t size;
    struct reading reading;
    char *text;
    char name[LOG_NAME_SIZE];

    world_open(&world);
    struct interval *interval = open_well(&world);
    const char *const names[] = {"b.1", "b.2", "a"};
    for (uint64_t i = 0; i < 30; i++) {
        struct log_record record = share_of(interval_worker(interval, names[i % 3]), i);

        world_pass(&world, 1000);
        assert_true(interval_add(interval, i < 24 ? LOG_KIND_ACCEPTED : LOG_KIND_STALE, &record));
    }
    assert_int_equal(interval_sync(interval), 0);
    world_pass(&world, 1000000);
    assert_int_equal(interval_turn(interval, &readings), 0);
    assert_int_equal(readings, 2);
    assert_int_equal(spool_next(world.options.storage, 1, name, &text, &size), 1);
    assert_true(reading_read(slice_of(text, strcspn(text, "\n")), &reading));
    assert_string_equal(reading.account, "a");
    assert_int_equal(reading.sequence, 1);
    assert_int_equal(reading.accepted, 8);
    assert_int_equal(reading.stale, 2);
    assert_int_equal(reading.effective_milli, 8000);
    assert_int_equal(reading.begin_us, 1000000000);
    assert_int_equal(reading.end_us, 1000000000 + 30 * 1000 + 1000000);
    assert_true(reading.work == 8 * 4295032 || reading.work == 8 * 4295033);
    free(text);
    assert_int_equal(spool_done(world.options.storage, 1, name), 0);
    assert_int_equal(spool_next(world.options.storage, 1, name, &text, &size), 0);
    interval_destroy(interval);
    fake_disk_destroy(world.disk);
}

static void the_effective_count_follows_its_formula(void **state)
{
    struct random_stream random = {11};

    for (int round = 0; round < 50; round++) {
        struct tally_book *book = tally_book_create();
        struct log_record worker = {.kind = LOG_KIND_WORKER, .worker = 1, .body = "w"};
        uint64_t sum = 0;
        uint64_t squares = 0;
        size_t count;

        assert_true(tally_book_take(book, &worker));
        for (int i = 0; i < 100; i++) {
            struct log_record record = {.kind = LOG_KIND_ACCEPTED, .worker = 1};

            record.mantissa = (uint64_t)1 << random_below(
                                  &random, 12); /* powers divide the target exactly enough */
            struct target target =
                target_of_difficulty((struct difficulty){.mantissa = record.mantissa});
            uint64_t work = (uint64_t)target_work(&target);
            sum += work >> 20;
            squares += (work >> 20) * (work >> 20);
            assert_true(tally_book_take(book, &record));
        }
        const struct tally *tally = tally_book_sort(book, &count);
        uint64_t expected = (uint64_t)((wide_half)sum * sum * 1000 / squares);
        uint64_t effective = tally_effective_milli(tally);
        assert_int_equal(count, 1);
        assert_true(effective <= 100000 && effective + 100 > expected &&
                    expected + 100 > effective);
        tally_book_destroy(book);
    }
}

static void a_record_of_nobody_is_no_record(void **state)
{
    struct tally_book *book = tally_book_create();
    struct log_record record = share_of(1, 1);

    record.kind = LOG_KIND_ACCEPTED;
    assert_false(tally_book_take(book, &record));
    struct log_record worker = {.kind = LOG_KIND_WORKER, .worker = 1, .body = "w"};
    assert_true(tally_book_take(book, &worker));
    assert_true(tally_book_take(book, &record));
    record.worker = 2;
    assert_false(tally_book_take(book, &record));
    record.worker = 1;
    record.mantissa = 0;
    assert_false(tally_book_take(book, &record));
    record.mantissa = 1;
    record.decimals = 19;
    assert_false(tally_book_take(book, &record));
    tally_book_destroy(book);
}

static void clocks_that_jump_give_intervals_that_do_not_overlap(void **state)
{
    static const int64_t jumps[] = {0, 86400000000, -172800000000, -1, 3600000000, -3600000000};
    struct world world;
    size_t readings;
    int64_t last_end = 0;

    world_open(&world);
    world.wall_us = 1000000000000000;
    struct interval *interval = open_well(&world);
    for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
        struct log_record record = share_of(interval_worker(interval, "a"), i);
        int64_t begin = interval_begin_us(interval);

        assert_true(begin >= last_end);
        world_pass(&world, 300000000);
        world.wall_us += jumps[i];
        assert_true(interval_add(interval, LOG_KIND_ACCEPTED, &record));
        world_pass(&world, 300000000);
        assert_int_equal(interval_now_us(interval) - begin, 600000000);
        assert_int_equal(interval_turn(interval, &readings), 0);
        assert_int_equal(readings, 1);
        last_end = begin + 600000000;
    }
    interval_destroy(interval);
    interval = open_well(&world); /* a start finds its place behind them, too */
    assert_true(interval_begin_us(interval) >= last_end);
    interval_destroy(interval);
    assert_int_equal(sum_all(&world).accepted, 6);
    fake_disk_destroy(world.disk);
}

/* A meter's work until something fails: shares in batches, now and then the end of an interval. Returns how many
 * accepted shares its miners have been told of. */
static uint64_t work_until_failure(struct world *world, struct random_stream *random)
{
    static uint64_t number;
    struct interval *interval;
    uint64_t told = 0;
    size_t readings;

    if (interval_open(&world->options, &interval, world->what) != 0) {
        return 0;
    }
    for (int batch = 0; batch < 12; batch++) {
        uint64_t size = 1 + random_below(random, 6);

        for (uint64_t i = 0; i < size; i++) {
            uint32_t worker = interval_worker(interval, random_once_in(random, 2) ? "a.1" : "b");
            struct log_record record = share_of(worker, ++number);

            assert_true(interval_add(interval, LOG_KIND_ACCEPTED, &record));
        }
        world_pass(world, 1000000);
        if (interval_sync(interval) != 0) {
            break;
        }
        told += size;
        if (batch % 4 == 3 && interval_turn(interval, &readings) != 0) {
            break;
        }
    }
    interval_destroy(interval);
    return told;
}

static void what_was_told_counts_once_whenever_the_power_goes(void **state)
{
    static const enum fake_loss losses[] = {FAKE_LOSS_NOTHING, FAKE_LOSS_ALL, FAKE_LOSS_SECTORS,
                                            FAKE_LOSS_BYTES};
    struct random_stream random = {2026};

    for (uint64_t call = 1; call < 150; call++) {
        for (size_t loss = 0; loss < 4; loss++) {
            struct world world;

            world_open(&world);
            uint64_t told = work_until_failure(&world, &random);
            fake_disk_plan(world.disk, FAKE_FAILURE_POWER, call, EIO);
            world_pass(&world, 1000000);
            told += work_until_failure(&world, &random);
            fake_disk_restart(world.disk, losses[loss], &random);
            world_pass(&world, 1000000);
            struct interval *interval = open_well(&world);
            struct sums sums = sum_all(&world);
            assert_true(sums.accepted >= told);
            assert_true(sums.accepted <= told + 6); /* a batch may have been synced and not told */
            interval_destroy(interval);
            interval = open_well(&world); /* once more changes nothing */
            assert_int_equal(sum_all(&world).accepted, sums.accepted);
            interval_destroy(interval);
            fake_disk_destroy(world.disk);
        }
    }
}

static void a_disk_that_fails_is_told_and_nothing_told_is_lost(void **state)
{
    struct random_stream random = {2027};

    for (uint64_t call = 1; call < 150; call++) {
        struct world world;

        world_open(&world);
        fake_disk_plan(world.disk, FAKE_FAILURE_STICKY, call, EIO);
        uint64_t told = work_until_failure(&world, &random);
        fake_disk_restart(world.disk, FAKE_LOSS_ALL, &random);
        world_pass(&world, 1000000);
        struct interval *interval = open_well(&world);
        assert_true(sum_all(&world).accepted >= told);
        interval_destroy(interval);
        fake_disk_destroy(world.disk);
    }
}

static void the_shares_of_a_former_life_stay_seen(void **state)
{
    struct world world;
    struct log_record record;

    world_open(&world);
    struct interval *interval = open_well(&world);
    record = share_of(interval_worker(interval, "a"), 77);
    assert_true(interval_add(interval, LOG_KIND_ACCEPTED, &record));
    assert_int_equal(interval_sync(interval), 0);
    interval_destroy(interval);
    world_pass(&world, 1000);
    struct seen_shares *seen = seen_shares_create(100);
    world.options.seen = seen;
    interval = open_well(&world);
    assert_int_equal(seen_shares_count(seen), 1);
    struct sha256 *sha = sha256_create();
    struct hash256 hash;
    hash_twice(sha, &(struct byte_part){record.body, HEADER_SIZE}, 1, &hash);
    assert_int_equal(seen_shares_add(seen, record.body + 4, &hash), SEEN_RESULT_BEFORE);
    sha256_destroy(sha);
    interval_destroy(interval);
    seen_shares_destroy(seen);
    fake_disk_destroy(world.disk);
}

/* A log of some batches, left as by a crash; returns its name. */
static const char *left_log(struct world *world, uint64_t batches)
{
    static char name[LOG_NAME_SIZE];
    struct interval *interval = open_well(world);

    share_log_name(interval_begin_us(interval), name);
    for (uint64_t i = 0; i < batches; i++) {
        for (uint64_t j = 0; j < 3; j++) {
            struct log_record record = share_of(interval_worker(interval, "a"), 10 * i + j);

            assert_true(interval_add(interval, LOG_KIND_ACCEPTED, &record));
        }
        assert_int_equal(interval_sync(interval), 0);
    }
    interval_destroy(interval);
    world_pass(world, 1000);
    return name;
}

static void damage_is_told_apart_from_a_torn_end(void **state)
{
    /* Records: BEGIN; WORKER and 3 shares; 3 shares; 3 shares. */
    for (size_t record = 0; record < 11; record++) {
        struct world world;
        struct interval *interval = NULL;
        size_t size;

        world_open(&world);
        const char *name = left_log(&world, 3);
        uint8_t *bytes = fake_disk_bytes(world.disk, name, &size);
        assert_int_equal(size, 11 * 128);
        bytes[record * 128 + 9] ^= 1;
        int error = interval_open(&world.options, &interval, world.what);
        if (record < 8) { /* a later batch stands behind it */
            assert_int_equal(error, -EBADMSG);
            assert_string_equal(world.what, name);
        } else {
            assert_int_equal(error, 0);
            assert_int_equal(sum_all(&world).accepted, 6);
        }
        interval_destroy(interval);
        fake_disk_destroy(world.disk);
    }
}

static void a_log_cut_anywhere_gives_its_whole_batches(void **state)
{
    for (size_t size = 0; size <= 11 * 128; size += 37) {
        struct world world;

        world_open(&world);
        const char *name = left_log(&world, 3);
        fake_disk_truncate(world.disk, name, size);
        struct interval *interval = open_well(&world);
        uint64_t expected = size < 5 * 128 ? 0 : size < 8 * 128 ? 3 : size < 11 * 128 ? 6 : 9;
        assert_int_equal(sum_all(&world).accepted, expected);
        interval_destroy(interval);
        fake_disk_destroy(world.disk);
    }
}

static void two_meters_cannot_share_a_folder(void **state)
{
    struct world world;
    struct interval *second;

    world_open(&world);
    struct interval *first = open_well(&world);
    assert_int_equal(interval_open(&world.options, &second, world.what), -EWOULDBLOCK);
    interval_destroy(first);
    fake_disk_destroy(world.disk);
}

static void a_broken_line_of_readings_is_refused(void **state)
{
    struct reading reading = {.sequence = 1, .account = "a", .work = ((wide_half)1 << 120)};
    struct reading back;
    char text[1024];
    size_t size = reading_write(&reading, text, sizeof text);

    assert_true(reading_read(slice_of(text, size), &back));
    assert_memory_equal(&reading, &back, sizeof back);
    for (size_t cut = 0; cut < size; cut++) {
        assert_false(reading_read(slice_of(text, cut), &back));
        assert_int_equal(reading_write(&reading, text, cut), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interval_gives_one_reading_for_each_account),
        cmocka_unit_test(the_effective_count_follows_its_formula),
        cmocka_unit_test(a_record_of_nobody_is_no_record),
        cmocka_unit_test(clocks_that_jump_give_intervals_that_do_not_overlap),
        cmocka_unit_test(what_was_told_counts_once_whenever_the_power_goes),
        cmocka_unit_test(a_disk_that_fails_is_told_and_nothing_told_is_lost),
        cmocka_unit_test(the_shares_of_a_former_life_stay_seen),
        cmocka_unit_test(damage_is_told_apart_from_a_torn_end),
        cmocka_unit_test(a_log_cut_anywhere_gives_its_whole_batches),
        cmocka_unit_test(two_meters_cannot_share_a_folder),
        cmocka_unit_test(a_broken_line_of_readings_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
