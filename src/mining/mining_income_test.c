/* SPDX-License-Identifier: Apache-2.0
 *
 * Income of miners: which day's value counts, and what coins make at it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mining/mining_income.h"
#include "money/arithmetic.h"
#include "support/law_records.h"
#include "support/random_stream.h"

static void make_law(struct law_records *law, int64_t lag, int64_t shift, int64_t rounding)
{
    law->count = 0;
    law_always(law, PARAMETER_VALUATION_LAG, lag);
    law_always(law, PARAMETER_VALUATION_SHIFT, shift)->trust = TRUST_M;
    law_always(law, PARAMETER_INCOME_ROUNDING, rounding);
    law_always(law, PARAMETER_WEEKEND, 96);
    law_always(law, PARAMETER_HOLIDAYS_LISTED, 1);
}

static int32_t value_day(const struct law_records *law, int32_t receipt, enum trust trust)
{
    struct jurisdiction view = law_view(law);
    struct jurisdiction_fault fault;
    struct valuation_day out;

    assert_int_equal(mining_income_valuation_day(&view, receipt, &out, &fault),
                     JURISDICTION_RESULT_OK);
    assert_int_equal(out.trust, trust);
    return out.day;
}

static void a_day_of_rest_takes_the_value_of_the_working_day_before(void **state)
{
    static struct law_records law;
    int32_t friday = law_day(2024, 5, 24);

    make_law(&law, 0, DAY_SHIFT_PREVIOUS, 1);
    assert_int_equal(value_day(&law, friday, TRUST_A), friday);
    assert_int_equal(value_day(&law, friday + 1, TRUST_M), friday);
    assert_int_equal(value_day(&law, friday + 2, TRUST_M), friday);
    assert_int_equal(value_day(&law, friday + 3, TRUST_A), friday + 3);
    /* A lag of a day: Monday's receipt takes Sunday's, which is Friday's. */
    make_law(&law, 1, DAY_SHIFT_PREVIOUS, 1);
    assert_int_equal(value_day(&law, friday + 3, TRUST_M), friday);
    assert_int_equal(value_day(&law, friday + 4, TRUST_A), friday + 3);
    make_law(&law, 1, DAY_SHIFT_NONE, 1);
    assert_int_equal(value_day(&law, friday + 3, TRUST_A), friday + 2);
}

static void what_the_law_does_not_say_is_named(void **state)
{
    static struct law_records law;
    struct jurisdiction_fault fault;
    struct valuation_day out;
    struct mining_income income;
    struct mining_receipt receipt = {.coin_scale = 8, .currency_scale = 2};

    for (uint32_t i = 0; i < 2; i++) {
        make_law(&law, 0, DAY_SHIFT_PREVIOUS, 1);
        law.parameters[i].valid_to = -1;
        struct jurisdiction view = law_view(&law);
        assert_int_equal(mining_income_valuation_day(&view, 0, &out, &fault),
                         JURISDICTION_RESULT_MISSING);
        assert_int_equal(fault.kind, law.parameters[i].kind);
    }
    make_law(&law, INT64_MAX, DAY_SHIFT_NONE, 1);
    law.parameters[2].valid_to = -1;
    struct jurisdiction view = law_view(&law);
    assert_int_equal(mining_income_valuation_day(&view, 0, &out, &fault),
                     JURISDICTION_RESULT_BAD_DAY);
    assert_int_equal(mining_income_compute(&view, &receipt, (struct official_value){1, 0}, &income),
                     JURISDICTION_RESULT_MISSING);
    assert_int_equal(income.fault.kind, PARAMETER_INCOME_ROUNDING);
}

static int128 income_of(int64_t rounding, const struct mining_receipt *receipt,
                        struct official_value value)
{
    static struct law_records law;
    struct mining_income income;

    make_law(&law, 0, DAY_SHIFT_NONE, rounding);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(mining_income_compute(&view, receipt, value, &income), JURISDICTION_RESULT_OK);
    return amount_units(income.income);
}

static void coins_are_worth_their_value(void **state)
{
    struct mining_receipt receipt = {.coins = {150000000}, .coin_scale = 8, .currency_scale = 2};

    /* 1.5 BTC at 30,000,000.25 */
    assert_true(income_of(TAX_ROUNDING_DOWN, &receipt, (struct official_value){3000000025, 2}) ==
                4500000037);
    assert_true(income_of(TAX_ROUNDING_UP, &receipt, (struct official_value){3000000025, 2}) ==
                4500000038);
    assert_true(income_of(TAX_ROUNDING_HALF_UP, &receipt, (struct official_value){3000000025, 2}) ==
                4500000038);
    /* A coin worth 0.0000412: finer than a hundredth. */
    receipt.coins = amount_of_units(INT64_C(100000000000000));
    assert_true(income_of(TAX_ROUNDING_DOWN, &receipt, (struct official_value){412, 7}) == 4120);
    /* Books finer than coin and value together. */
    receipt = (struct mining_receipt){.coins = {3}, .coin_scale = 0, .currency_scale = 18};
    assert_true(income_of(TAX_ROUNDING_DOWN, &receipt, (struct official_value){2, 1}) ==
                INT64_C(600000000000000000));
}

static void negative_and_huge_is_refused(void **state)
{
    static struct law_records law;
    struct mining_income income;
    struct mining_receipt receipt = {.coins = {-1}, .coin_scale = 8, .currency_scale = 2};

    make_law(&law, 0, DAY_SHIFT_NONE, 1);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(mining_income_compute(&view, &receipt, (struct official_value){1, 0}, &income),
                     JURISDICTION_RESULT_NEGATIVE);
    receipt.coins = amount_of_units(1);
    assert_int_equal(
        mining_income_compute(&view, &receipt, (struct official_value){-1, 0}, &income),
        JURISDICTION_RESULT_NEGATIVE);
    receipt.coins = amount_bound();
    assert_int_equal(
        mining_income_compute(&view, &receipt, (struct official_value){INT64_MAX, 0}, &income),
        JURISDICTION_RESULT_OVERFLOW);
    receipt.coins = amount_of_units(INT64_MAX);
    receipt.coin_scale = 0;
    receipt.currency_scale = 18;
    assert_int_equal(mining_income_compute(&view, &receipt, (struct official_value){1, 0}, &income),
                     JURISDICTION_RESULT_OVERFLOW);
    receipt.currency_scale = 0;
    receipt.coins = amount_of_units(INT64_C(1) << 60);
    assert_int_equal(mining_income_compute(&view, &receipt,
                                           (struct official_value){INT64_C(1) << 62, 0}, &income),
                     JURISDICTION_RESULT_OVERFLOW); /* fits 128 bits, but not the books */
}

/* Two receipts are never worth more, rounded down, than both together; up, never less. */
static void rounding_never_leaves_its_direction(void **state)
{
    struct random_stream stream = {11};

    for (int round = 0; round < 20000; round++) {
        int64_t one = (int64_t)random_skewed(&stream, 50);
        int64_t two = (int64_t)random_skewed(&stream, 50);
        struct official_value value = {(int64_t)random_skewed(&stream, 50), 4};
        struct mining_receipt receipt = {
            .coins = amount_of_units(one), .coin_scale = 8, .currency_scale = 2};
        int128 down = income_of(TAX_ROUNDING_DOWN, &receipt, value);
        int128 up = income_of(TAX_ROUNDING_UP, &receipt, value);
        assert_true(up - down == 0 || up - down == 1);
        receipt.coins = amount_of_units(two);
        down += income_of(TAX_ROUNDING_DOWN, &receipt, value);
        up += income_of(TAX_ROUNDING_UP, &receipt, value);
        receipt.coins = amount_of_units(one + two);
        assert_true(income_of(TAX_ROUNDING_DOWN, &receipt, value) >= down);
        assert_true(income_of(TAX_ROUNDING_UP, &receipt, value) <= up);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_of_rest_takes_the_value_of_the_working_day_before),
        cmocka_unit_test(what_the_law_does_not_say_is_named),
        cmocka_unit_test(coins_are_worth_their_value),
        cmocka_unit_test(negative_and_huge_is_refused),
        cmocka_unit_test(rounding_never_leaves_its_direction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
