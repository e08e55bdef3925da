/* SPDX-License-Identifier: Apache-2.0
 *
 * The fee on energy under laws invented here: each refusal by name, each rule, and a naive twin over
 * random laws and quarters. The real vectors are in codec/jurisdiction_kz_test.c, with the real file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mining/energy_fee.h"
#include "money/arithmetic.h"
#include "support/law_records.h"
#include "support/random_stream.h"

#define ONE TARAZY_PARAMETER_MONEY_ONE

enum { MEGAWATT_HOUR = 1000000 };

/* Rates 1, 2, 3, 4, 5 by source; due on the 10th and 20th of the month after; weekend on Sunday. */
static void make_law(struct law_records *law)
{
    static const enum parameter_kind rates[] = {
        PARAMETER_FEE_RATE_GRID, PARAMETER_FEE_RATE_OWN, PARAMETER_FEE_RATE_OFF_GRID,
        PARAMETER_FEE_RATE_RENEWABLE, PARAMETER_FEE_RATE_UNMETERED};

    law->count = 0;
    for (int i = 0; i < 5; i++) {
        law_always(law, rates[i], (i + 1) * ONE);
    }
    law_always(law, PARAMETER_FEE_GROUNDS, FEE_GROUNDS_EACH);
    law_always(law, PARAMETER_FEE_ROUNDING, TAX_ROUNDING_DOWN);
    law_always(law, PARAMETER_FEE_ROUNDING_UNIT, ONE);
    law_always(law, PARAMETER_DECLARATION_DUE, 10)->key = 1;
    law_always(law, PARAMETER_PAYMENT_DUE, 20)->key = 1;
    law_always(law, PARAMETER_DUE_SHIFT, DAY_SHIFT_NEXT);
    law_always(law, PARAMETER_WEEKEND, 64);
    law_always(law, PARAMETER_HOLIDAYS_LISTED, 1);
}

static struct jurisdiction_parameter *find(struct law_records *law, enum parameter_kind kind)
{
    uint32_t i = 0;

    while (i < law->count && law->parameters[i].kind != (uint16_t)kind) {
        i++;
    }
    assert_true(i < law->count);
    return &law->parameters[i];
}

static const struct quarter spring = {2030, 2};

static enum jurisdiction_result compute(const struct law_records *law, const struct energy_use *use,
                                        struct energy_fee *fee)
{
    struct jurisdiction view = law_view(law);

    return energy_fee_compute(&view, spring, use, 2, fee);
}

static void assert_fee(const struct law_records *law, const struct energy_use *use, int64_t units)
{
    struct energy_fee fee;

    assert_int_equal(compute(law, use, &fee), JURISDICTION_RESULT_OK);
    assert_true(amount_units(fee.fee) == units);
}

static void each_source_has_its_own_rate(void **state)
{
    static struct law_records law;

    make_law(&law);
    for (int i = 0; i < ENERGY_SOURCES; i++) {
        struct energy_use use = {0};
        use.energy_wh[i] = MEGAWATT_HOUR;
        assert_fee(&law, &use, (i + 1) * INT64_C(100000)); /* 1000 kWh × rate, two decimals */
    }
    struct energy_use all = {
        .energy_wh = {MEGAWATT_HOUR, MEGAWATT_HOUR, MEGAWATT_HOUR, MEGAWATT_HOUR, MEGAWATT_HOUR}};
    assert_fee(&law, &all, 1500000);
}

static void with_several_grounds_the_highest_rate_is_on_all(void **state)
{
    static struct law_records law;
    struct energy_fee fee;
    struct energy_use use = {.energy_wh = {600000, 0, 0, 400000, 0}};

    make_law(&law);
    find(&law, PARAMETER_FEE_GROUNDS)->value = FEE_GROUNDS_HIGHEST;
    find(&law, PARAMETER_FEE_GROUNDS)->trust = TRUST_C;
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_OK);
    assert_true(amount_units(fee.fee) == 400000);
    assert_true(fee.has_grounds);
    assert_int_equal(fee.trust, TRUST_C);
    assert_int_equal(fee.lines[0].own_rate, ONE);
    assert_int_equal(fee.lines[0].rate, 4 * ONE);
    assert_int_equal(law.parameters[fee.lines[0].parameter].kind, PARAMETER_FEE_RATE_RENEWABLE);
    assert_int_equal(law.parameters[fee.lines[0].own_parameter].kind, PARAMETER_FEE_RATE_GRID);
    /* One source alone: the rule is not asked. */
    use.energy_wh[3] = 0;
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_OK);
    assert_false(fee.has_grounds);
    assert_int_equal(fee.trust, TRUST_A);
    /* The highest may stand first as well. */
    find(&law, PARAMETER_FEE_RATE_GRID)->value = 9 * ONE;
    use.energy_wh[3] = 400000;
    assert_fee(&law, &use, 900000);
}

static void the_weakest_rate_in_use_decides_the_trust(void **state)
{
    static struct law_records law;
    struct energy_fee fee;
    struct energy_use use = {.energy_wh = {MEGAWATT_HOUR, 0, 0, 0, 0}};

    make_law(&law);
    find(&law, PARAMETER_FEE_RATE_OWN)->trust = TRUST_D; /* not in use */
    find(&law, PARAMETER_FEE_RATE_GRID)->trust = TRUST_B;
    find(&law, PARAMETER_FEE_ROUNDING)->trust = TRUST_M; /* changes nothing */
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_OK);
    assert_int_equal(fee.trust, TRUST_B);
    assert_true(fee.is_exact);
    use.energy_wh[0] = 999999; /* now it does */
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_OK);
    assert_int_equal(fee.trust, TRUST_M);
    assert_false(fee.is_exact);
    use.energy_wh[1] = 1;
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_OK);
    assert_int_equal(fee.trust, TRUST_D);
}

static void the_sum_is_rounded_once_and_as_the_law_says(void **state)
{
    static struct law_records law;
    /* 0.5 + 0.5 kWh at 1 and 3: 0.5 + 1.5 = 2 exactly, though neither line is whole. */
    struct energy_use use = {.energy_wh = {500, 0, 500, 0, 0}};

    make_law(&law);
    assert_fee(&law, &use, 200);
    use.energy_wh[2] = 499; /* 1.997 */
    assert_fee(&law, &use, 100);
    find(&law, PARAMETER_FEE_ROUNDING)->value = TAX_ROUNDING_UP;
    assert_fee(&law, &use, 200);
    find(&law, PARAMETER_FEE_ROUNDING)->value = TAX_ROUNDING_HALF_UP;
    assert_fee(&law, &use, 200);
    use.energy_wh[0] = 3; /* 1.500 */
    assert_fee(&law, &use, 200);
    use.energy_wh[0] = 2; /* 1.499 */
    assert_fee(&law, &use, 100);
    find(&law, PARAMETER_FEE_ROUNDING_UNIT)->value =
        ONE / 100; /* to the hundredth: 1.499 -> 1.50 */
    assert_fee(&law, &use, 150);
}

static void the_scale_of_the_books_is_not_a_constant(void **state)
{
    static struct law_records law;
    struct energy_fee fee;
    struct energy_use use = {.energy_wh = {1234567, 0, 0, 0, 0}};

    make_law(&law);
    find(&law, PARAMETER_FEE_ROUNDING_UNIT)->value = 1; /* a millionth: nothing is lost */
    struct jurisdiction view = law_view(&law);
    for (uint8_t scale = 6; scale <= MONEY_SCALE_MAX; scale++) {
        assert_int_equal(energy_fee_compute(&view, spring, &use, scale, &fee),
                         JURISDICTION_RESULT_OK);
        assert_true(amount_units(fee.fee) ==
                    (int128)1234567 * 1000 * money_power_of_ten((uint8_t)(scale - 6)));
    }
    assert_int_equal(energy_fee_compute(&view, spring, &use, 5, &fee),
                     JURISDICTION_RESULT_ROUNDING_UNIT);
    find(&law, PARAMETER_FEE_ROUNDING_UNIT)->value = 0;
    assert_int_equal(energy_fee_compute(&view, spring, &use, 18, &fee),
                     JURISDICTION_RESULT_ROUNDING_UNIT);
    assert_int_equal(fee.fault.kind, PARAMETER_FEE_ROUNDING_UNIT);
}

/* A scale in the place of the flat rate: 9 below 10, 5 from 10 on. */
static void put_scale(struct law_records *law)
{
    struct jurisdiction_parameter *flat = find(law, PARAMETER_FEE_RATE_GRID);

    flat->kind = PARAMETER_FEE_SCALE_GRID;
    flat->value = 9 * ONE;
    law_always(law, PARAMETER_FEE_SCALE_GRID, 5 * ONE)->key = 10 * ONE;
}

static void a_scale_goes_by_the_average_price(void **state)
{
    static struct law_records law;
    struct energy_use use = {.energy_wh = {MEGAWATT_HOUR, 0, 0, 0, 0}, .has_grid_price = true};
    struct energy_fee fee;

    make_law(&law);
    put_scale(&law);
    use.grid_price = 0;
    assert_fee(&law, &use, 900000);
    use.grid_price = 10 * ONE - 1;
    assert_fee(&law, &use, 900000);
    use.grid_price = 10 * ONE;
    assert_fee(&law, &use, 500000);
    use.grid_price = INT64_MAX;
    assert_fee(&law, &use, 500000);
    use.grid_price = -1;
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_NEGATIVE);
    use.has_grid_price = false;
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_NO_PRICE);
    assert_int_equal(fee.fault.kind, PARAMETER_FEE_SCALE_GRID);
    use = (struct energy_use){.energy_wh = {0, MEGAWATT_HOUR, 0, 0, 0}};
    assert_fee(&law, &use, 200000); /* no energy from the grid: no price is needed */
}

static void two_rates_on_one_day_are_refused(void **state)
{
    static struct law_records law;
    struct energy_use use = {.energy_wh = {MEGAWATT_HOUR, 0, 0, 0, 0}, .has_grid_price = true};
    struct energy_fee fee;

    make_law(&law);
    law_add(&law, PARAMETER_FEE_SCALE_GRID, law_day(2030, 6, 30), TARAZY_DAY_OPEN, ONE);
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_TWO_RATES);
    find(&law, PARAMETER_FEE_RATE_GRID)->valid_to = law_day(2030, 6, 29);
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_CHANGES);
    find(&law, PARAMETER_FEE_RATE_GRID)->valid_to = law_day(2030, 3, 31);
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_MISSING);
    find(&law, PARAMETER_FEE_SCALE_GRID)->valid_from = law_day(2030, 4, 1);
    assert_fee(&law, &use, 100000);
}

static void a_rate_that_changes_within_the_quarter_is_refused(void **state)
{
    static struct law_records law;
    struct energy_use use = {.energy_wh = {MEGAWATT_HOUR, 0, 0, 0, 0}};
    struct energy_fee fee;

    make_law(&law);
    find(&law, PARAMETER_FEE_RATE_GRID)->valid_to = law_day(2030, 5, 9);
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_MISSING);
    assert_int_equal(fee.fault.kind, PARAMETER_FEE_RATE_GRID);
    assert_int_equal(fee.fault.day, law_day(2030, 5, 10));
    law_add(&law, PARAMETER_FEE_RATE_GRID, law_day(2030, 5, 10), TARAZY_DAY_OPEN, 2 * ONE);
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_CHANGES);
    assert_int_equal(fee.fault.day, law_day(2030, 5, 10));
    law.parameters[law.count - 1].value = ONE; /* written down again, the same rate */
    assert_fee(&law, &use, 100000);
    law.parameters[law.count - 1].valid_from--;
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_OVERLAP);
}

static void each_missing_parameter_is_named(void **state)
{
    static const enum parameter_kind needed[] = {
        PARAMETER_FEE_RATE_GRID,   PARAMETER_FEE_RATE_OWN,      PARAMETER_FEE_GROUNDS,
        PARAMETER_FEE_ROUNDING,    PARAMETER_FEE_ROUNDING_UNIT, PARAMETER_DECLARATION_DUE,
        PARAMETER_PAYMENT_DUE,     PARAMETER_DUE_SHIFT,         PARAMETER_WEEKEND,
        PARAMETER_HOLIDAYS_LISTED,
    };
    struct energy_use use = {.energy_wh = {MEGAWATT_HOUR, MEGAWATT_HOUR, 0, 0, 0}};

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        static struct law_records law;
        struct energy_fee fee;
        make_law(&law);
        find(&law, needed[i])->valid_from = law_day(2031, 1, 1);
        assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_MISSING);
        assert_int_equal(fee.fault.kind, needed[i]);
    }
}

static void negative_and_huge_energy_is_refused(void **state)
{
    static struct law_records law;
    struct energy_fee fee;
    struct energy_use use = {.energy_wh = {0, 0, -1, 0, 0}};

    make_law(&law);
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_NEGATIVE);
    use = (struct energy_use){.energy_wh = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}};
    for (int i = 0; i < 5; i++) {
        law.parameters[i].value = INT64_MAX;
    }
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_OVERFLOW);
    use = (struct energy_use){.energy_wh = {INT64_MAX, 0, 0, 0, 0}};
    struct jurisdiction view = law_view(&law);
    assert_int_equal(energy_fee_compute(&view, spring, &use, 18, &fee),
                     JURISDICTION_RESULT_OVERFLOW);
    /* Fits 128 bits, but not the books. */
    law.parameters[0].value = INT64_C(1000) * ONE;
    assert_int_equal(energy_fee_compute(&view, spring, &use, 18, &fee),
                     JURISDICTION_RESULT_OVERFLOW);
    assert_true(amount_compare(fee.fee, amount_bound()) > 0);
    assert_int_equal(energy_fee_compute(&view, (struct quarter){2030, 5}, &use, 2, &fee),
                     JURISDICTION_RESULT_BAD_DAY);
}

static void nothing_used_is_nothing_owed_but_declared(void **state)
{
    static struct law_records law;
    struct energy_use use = {0};
    struct energy_fee fee;

    make_law(&law);
    assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_OK);
    assert_true(amount_is_zero(fee.fee));
    assert_int_equal(fee.line_count, 0);
    assert_int_equal(fee.declaration.day, law_day(2030, 7, 10));
    assert_int_equal(fee.payment.day, law_day(2030, 7, 20));
}

static void prices_are_averaged_by_energy(void **state)
{
    struct energy_use use = {0};
    int128 cost = 0;

    assert_int_equal(energy_use_add(&use, &cost, ENERGY_SOURCE_GRID, 1000, 10 * ONE),
                     JURISDICTION_RESULT_OK);
    assert_int_equal(energy_use_add(&use, &cost, ENERGY_SOURCE_GRID, 2000, 20 * ONE),
                     JURISDICTION_RESULT_OK);
    assert_true(use.has_grid_price);
    assert_int_equal(use.grid_price, 16666666);
    assert_int_equal(energy_use_add(&use, &cost, ENERGY_SOURCE_OWN, 7, -1), JURISDICTION_RESULT_OK);
    assert_true(use.has_grid_price);
    assert_int_equal(energy_use_add(&use, &cost, ENERGY_SOURCE_GRID, 1, -1),
                     JURISDICTION_RESULT_OK);
    assert_false(use.has_grid_price);
    assert_int_equal(energy_use_add(&use, &cost, ENERGY_SOURCE_GRID, 1, ONE),
                     JURISDICTION_RESULT_OK);
    assert_false(use.has_grid_price);
    assert_int_equal(use.energy_wh[0], 3002);
    assert_int_equal(energy_use_add(&use, &cost, ENERGY_SOURCE_GRID, -1, 0),
                     JURISDICTION_RESULT_NEGATIVE);
    assert_int_equal(energy_use_add(&use, &cost, ENERGY_SOURCE_OWN, INT64_MAX, 0),
                     JURISDICTION_RESULT_OVERFLOW);
    assert_int_equal(use.energy_wh[1], 7);
}

/* The naive twin: watt-hour by watt-hour in 10^-9 of the currency, with sums of its own. */
static int128 naive_fee(const struct law_records *law, const struct energy_use *use, bool highest,
                        int rounding)
{
    int128 nano = 0;
    int64_t top = 0;

    for (int i = 0; i < 5; i++) {
        if (use->energy_wh[i] > 0 && law->parameters[i].value > top) {
            top = law->parameters[i].value;
        }
    }
    for (int i = 0; i < 5; i++) {
        nano += (int128)use->energy_wh[i] * (highest ? top : law->parameters[i].value);
    }
    int128 whole = nano / 1000000000;
    int128 rest = nano - whole * 1000000000;
    if ((rounding == TAX_ROUNDING_UP && rest > 0) ||
        (rounding == TAX_ROUNDING_HALF_UP && rest >= 500000000)) {
        whole++;
    }
    return whole * 100;
}

static void random_quarters_cost_what_the_naive_twin_says(void **state)
{
    static struct law_records law;
    struct random_stream stream = {20240515};

    for (int round = 0; round < 20000; round++) {
        struct energy_use use = {0};
        struct energy_fee fee;
        bool highest = random_once_in(&stream, 2);
        int rounding = 1 + (int)random_below(&stream, 3);
        make_law(&law);
        for (int i = 0; i < 5; i++) {
            law.parameters[i].value = (int64_t)random_skewed(&stream, 30);
            use.energy_wh[i] = random_once_in(&stream, 3) ? 0 : (int64_t)random_skewed(&stream, 45);
        }
        find(&law, PARAMETER_FEE_GROUNDS)->value = highest ? 2 : 1;
        find(&law, PARAMETER_FEE_ROUNDING)->value = rounding;
        assert_int_equal(compute(&law, &use, &fee), JURISDICTION_RESULT_OK);
        if (amount_units(fee.fee) != naive_fee(&law, &use, highest, rounding)) {
            fail_msg("round %d: another fee", round);
        }
    }
}

static void sources_have_one_name_each(void **state)
{
    for (int i = 1; i <= ENERGY_SOURCES; i++) {
        const char *name = energy_source_name((enum energy_source)i);
        assert_int_equal(energy_source_of_name(name, strlen(name)), i);
    }
    assert_null(energy_source_name((enum energy_source)0));
    assert_null(energy_source_name((enum energy_source)6));
    assert_int_equal(energy_source_of_name("gri", 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_source_has_its_own_rate),
        cmocka_unit_test(with_several_grounds_the_highest_rate_is_on_all),
        cmocka_unit_test(the_weakest_rate_in_use_decides_the_trust),
        cmocka_unit_test(the_sum_is_rounded_once_and_as_the_law_says),
        cmocka_unit_test(the_scale_of_the_books_is_not_a_constant),
        cmocka_unit_test(a_scale_goes_by_the_average_price),
        cmocka_unit_test(two_rates_on_one_day_are_refused),
        cmocka_unit_test(a_rate_that_changes_within_the_quarter_is_refused),
        cmocka_unit_test(each_missing_parameter_is_named),
        cmocka_unit_test(negative_and_huge_energy_is_refused),
        cmocka_unit_test(nothing_used_is_nothing_owed_but_declared),
        cmocka_unit_test(prices_are_averaged_by_energy),
        cmocka_unit_test(random_quarters_cost_what_the_naive_twin_says),
        cmocka_unit_test(sources_have_one_name_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
