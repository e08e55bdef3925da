/* SPDX-License-Identifier: Apache-2.0
 *
 * The meter's parts that decide: which job is live, which difficulty comes next, how much waits for a connection.
 */
#include "stratum/meter_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/random_stream.h"

static struct meter_job *add_job(struct job_table *table, bool is_clean)
{
    struct stratum_job job = {.id = "theirs", .is_clean = is_clean, .bits = 0x1d00ffff};
    uint8_t *parts = calloc(1, 16);

    job.coinbase1 = parts;
    job.coinbase1_size = 8;
    job.coinbase2 = parts + 8;
    job.coinbase2_size = 8;
    return job_table_add(table, &job, parts, NULL);
}

static void a_job_is_found_until_a_clean_one_comes(void **state)
{
    struct job_table *table = calloc(1, sizeof *table);
    char names[3][JOB_NAME_SIZE];

    table->sequence = 1000;
    for (int i = 0; i < 3; i++) {
        memcpy(names[i], add_job(table, false)->name, JOB_NAME_SIZE);
    }
    for (int i = 0; i < 3; i++) {
        assert_non_null(job_table_find(table, names[i]));
    }
    struct meter_job *clean = add_job(table, true);
    assert_ptr_equal(job_table_newest(table), clean);
    for (int i = 0; i < 3; i++) {
        assert_null(job_table_find(table, names[i]));
    }
    assert_ptr_equal(job_table_find(table, clean->name), clean);
    assert_null(job_table_find(table, "03ec")); /* another spelling of a number is another name */
    assert_null(job_table_find(table, ""));
    assert_null(job_table_find(table, "theirs"));
    job_table_retire(table);
    assert_null(job_table_newest(table));
    job_table_free(table);
    free(table);
}

static void only_the_newest_jobs_are_kept(void **state)
{
    struct job_table *table = calloc(1, sizeof *table);
    char first[JOB_NAME_SIZE];

    memcpy(first, add_job(table, false)->name, sizeof first);
    for (int i = 1; i < JOBS_MAX; i++) {
        (void)add_job(table, false);
        assert_non_null(job_table_find(table, first));
    }
    (void)add_job(table, false);
    assert_null(job_table_find(table, first));
    job_table_free(table);
    free(table);
}

static struct difficulty of_text(const char *text)
{
    struct difficulty difficulty;

    assert_true(difficulty_parse(slice_of_text(text), &difficulty));
    return difficulty;
}

/* A miner of a steady speed: hashes a second / 2^32 in units of difficulty a second. */
static void a_steady_miner_gets_his_shares_a_minute(void **state)
{
    static const char *const starts[] = {"0.001", "1", "512"};

    for (size_t start = 0; start < 3; start++) {
        struct meter *meter = calloc(1, sizeof *meter);
        struct miner miner = {.meter = meter};
        struct meter_job job = {.pool_difficulty = of_text("65536")};
        int64_t now_ms = 0;
        double speed = 4.0; /* difficulty 1 found so often a second */

        meter->options.difficulty_start = of_text(starts[start]);
        meter->options.difficulty_min = of_text("0.0001");
        meter->options.difficulty_max = of_text("1000000");
        meter->options.shares_per_minute = 12;
        miner.assigned.difficulty = vardiff_next(&miner, &job, now_ms);
        for (int i = 0; i < 40; i++) { /* a job each 31 seconds */
            double difficulty = (double)miner.assigned.difficulty.mantissa;

            for (uint32_t j = 0; j < miner.assigned.difficulty.decimals; j++) {
                difficulty /= 10;
            }
            now_ms += 31000;
            miner.window_shares += (uint32_t)(31 * speed / difficulty);
            miner.assigned.difficulty = vardiff_next(&miner, &job, now_ms);
        }
        /* 12 a minute at 4 a second: difficulty 20 */
        assert_true(difficulty_compare(miner.assigned.difficulty, of_text("12")) > 0);
        assert_true(difficulty_compare(miner.assigned.difficulty, of_text("32")) < 0);
        free(meter);
    }
}

static void a_difficulty_stays_within_its_bounds(void **state)
{
    struct random_stream random = {3};
    struct meter *meter = calloc(1, sizeof *meter);
    struct miner miner = {.meter = meter};
    struct meter_job job = {.pool_difficulty = of_text("100")};

    meter->options.difficulty_start = of_text("5000");
    meter->options.difficulty_min = of_text("0.5");
    meter->options.difficulty_max = of_text("1000000");
    meter->options.shares_per_minute = 10;
    for (int64_t now_ms = 0; now_ms < 100000000; now_ms += (int64_t)random_below(&random, 60000)) {
        miner.window_shares += (uint32_t)random_skewed(&random, 14);
        if (random_once_in(&random, 50)) {
            miner.suggested =
                (struct difficulty){.mantissa = 1 + random_skewed(&random, 40), .decimals = 6};
        }
        miner.assigned.difficulty = vardiff_next(&miner, &job, now_ms);
        /* never above what the pool asks: the miner would lose shares that it pays */
        assert_true(difficulty_compare(miner.assigned.difficulty, job.pool_difficulty) <= 0);
        assert_true(difficulty_compare(miner.assigned.difficulty, meter->options.difficulty_min) >=
                    0);
    }
    free(meter);
}

static void what_waits_for_a_connection_has_a_cap(void **state)
{
    struct slice_own kept = {0};

    assert_true(bytes_keep(&kept, "0123456789", 10, 16));
    assert_false(bytes_keep(&kept, "0123456789", 10, 16));
    assert_true(bytes_keep(&kept, "abcdef", 6, 16));
    assert_false(bytes_keep(&kept, "x", 1, 16));
    bytes_drop(&kept, 8);
    assert_memory_equal(kept.bytes, "89abcdef", 8);
    bytes_drop(&kept, 8);
    assert_null(kept.bytes);
    assert_false(bytes_keep(&kept, "x", SIZE_MAX, 16));
}

static void an_idle_miner_takes_little_memory(void **state)
{
    assert_true(meter_miner_size() < 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_found_until_a_clean_one_comes),
        cmocka_unit_test(only_the_newest_jobs_are_kept),
        cmocka_unit_test(a_steady_miner_gets_his_shares_a_minute),
        cmocka_unit_test(a_difficulty_stays_within_its_bounds),
        cmocka_unit_test(what_waits_for_a_connection_has_a_cap),
        cmocka_unit_test(an_idle_miner_takes_little_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
