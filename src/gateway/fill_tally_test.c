/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums of fills, compared with plain addition.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/fill_tally.h"
#include "money/arithmetic.h"
#include "support/expect_abort.h"
#include "support/random_stream.h"

enum { ORDERS = 900, FILLS = 3000 };

static struct quantity q(int64_t units)
{
    return quantity_of_units(units);
}

static struct amount a(int64_t units)
{
    return amount_of_units(units);
}

static struct order_record record_of(uint64_t order, int64_t executed, int64_t quote)
{
    return (struct order_record){.order = order, .executed = q(executed), .quote = a(quote)};
}

static void expect_sum(struct fill_sum sum, int64_t executed, int64_t quote)
{
    assert_int_equal(quantity_units(sum.executed), executed);
    assert_true(amount_units(sum.quote) == quote);
}

static void an_order_filled_before_goes_on_from_there(void **state)
{
    struct fill_tally *tally = fill_tally_create();
    struct order_record order = record_of(7, 60, 600); /* 10 + 20 of it in this command */
    struct fill_sum sum;

    fill_tally_begin(tally);
    fill_tally_note(tally, &order, q(10), a(100));
    fill_tally_note(tally, &order, q(20), a(200));
    expect_sum(fill_tally_now(tally, &order), 30, 300);
    assert_false(fill_tally_count(tally, 7, q(10), a(100), &sum));
    expect_sum(sum, 40, 400);
    assert_true(fill_tally_count(tally, 7, q(20), a(200), &sum));
    expect_sum(sum, 60, 600);
    expect_sum(fill_tally_now(tally, &order), 60, 600);
    fill_tally_destroy(tally);
}

static void an_order_without_fills_is_as_its_record_says(void **state)
{
    struct fill_tally *tally = fill_tally_create();
    struct order_record order = record_of(7, 60, 600);

    fill_tally_begin(tally);
    expect_sum(fill_tally_now(tally, &order), 60, 600);
    fill_tally_destroy(tally);
}

static void count_one(void *tally)
{
    struct fill_sum sum;

    (void)fill_tally_count(tally, 7, q(10), a(100), &sum);
}

static void the_command_before_is_forgotten(void **state)
{
    struct fill_tally *tally = fill_tally_create();
    struct order_record order = record_of(7, 60, 600);

    fill_tally_begin(tally);
    fill_tally_note(tally, &order, q(10), a(100));
    fill_tally_begin(tally);
    expect_sum(fill_tally_now(tally, &order), 60, 600);
    assert_true(does_abort(count_one, tally));
    fill_tally_destroy(tally);
}

static void long_sweeps_agree_with_plain_addition(void **state)
{
    struct fill_tally *tally = fill_tally_create();

    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct random_stream random = {seed};
        static struct order_record records[ORDERS];
        static int64_t running[ORDERS];
        static uint32_t fills[FILLS];
        static int64_t sizes[FILLS];
        static uint32_t left[ORDERS];

        memset(left, 0, sizeof left);
        for (uint32_t i = 0; i < ORDERS; i++) {
            running[i] = (int64_t)random_below(&random, 1000);
            records[i] =
                record_of(random_below(&random, 1u << 20) * ORDERS + i, running[i], running[i] * 3);
        }
        for (uint32_t i = 0; i < FILLS; i++) {
            fills[i] = (uint32_t)random_below(&random, ORDERS);
            sizes[i] = (int64_t)random_below(&random, 50);
            left[fills[i]]++;
            records[fills[i]].executed = q(quantity_units(records[fills[i]].executed) + sizes[i]);
            records[fills[i]].quote =
                a((int64_t)amount_units(records[fills[i]].quote) + 3 * sizes[i]);
        }
        fill_tally_begin(tally);
        for (uint32_t i = 0; i < FILLS; i++) {
            fill_tally_note(tally, &records[fills[i]], q(sizes[i]), a(3 * sizes[i]));
        }
        for (uint32_t i = 0; i < FILLS; i++) {
            uint32_t at = fills[i];
            struct fill_sum sum;

            running[at] += sizes[i];
            left[at]--;
            assert_int_equal(
                fill_tally_count(tally, records[at].order, q(sizes[i]), a(3 * sizes[i]), &sum),
                left[at] == 0);
            expect_sum(sum, running[at], 3 * running[at]);
        }
    }
    fill_tally_destroy(tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_filled_before_goes_on_from_there),
        cmocka_unit_test(an_order_without_fills_is_as_its_record_says),
        cmocka_unit_test(the_command_before_is_forgotten),
        cmocka_unit_test(long_sweeps_agree_with_plain_addition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
