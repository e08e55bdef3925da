/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrears and penalties, day by day, beside a naive twin that walks the days with a purse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mining/tax_arrears.h"
#include "money/arithmetic.h"
#include "support/law_records.h"
#include "support/random_stream.h"

/* 36.5 % a year of 365 days: a thousandth of the debt a day. */
static void make_law(struct law_records *law, int64_t on_payment_day)
{
    law->count = 0;
    law_always(law, PARAMETER_PENALTY_YEARLY_RATE, 365000)->trust = TRUST_B;
    law_always(law, PARAMETER_PENALTY_MULTIPLE, 1000000);
    law_always(law, PARAMETER_PENALTY_YEAR_DAYS, 365);
    law_always(law, PARAMETER_PENALTY_ON_PAYMENT_DAY, on_payment_day)->trust = TRUST_M;
    law_always(law, PARAMETER_FEE_ROUNDING, TAX_ROUNDING_DOWN);
}

static struct tax_arrears compute(const struct law_records *law, const struct tax_debt *debt,
                                  int32_t today, enum jurisdiction_result expected)
{
    struct jurisdiction view = law_view(law);
    struct tax_arrears arrears;

    assert_int_equal(tax_arrears_compute(&view, debt, today, &arrears), expected);
    return arrears;
}

static void nothing_is_late_on_the_due_day(void **state)
{
    static struct law_records law = {.count = 0}; /* no law: none is asked */
    struct tax_debt debt = {.due_day = 100, .owed = {1000000}};
    struct tax_arrears arrears = compute(&law, &debt, 100, JURISDICTION_RESULT_OK);

    assert_true(amount_units(arrears.unpaid) == 1000000);
    assert_true(amount_is_zero(arrears.penalty));
    assert_int_equal(arrears.days_late, 0);
    struct tax_payment paid = {100, {1000000}};
    debt.payments = &paid;
    debt.payment_count = 1;
    arrears = compute(&law, &debt, 5000, JURISDICTION_RESULT_OK);
    assert_true(amount_is_zero(arrears.unpaid));
    assert_int_equal(arrears.trust, 0);
}

static void each_day_late_costs_its_share(void **state)
{
    static struct law_records law;
    struct tax_payment payments[2] = {{110, {400000}}, {105, {600000}}};
    struct tax_debt debt = {.due_day = 100, .owed = {1000000}};

    make_law(&law, 1);
    struct tax_arrears arrears = compute(&law, &debt, 101, JURISDICTION_RESULT_OK);
    assert_true(amount_units(arrears.penalty) == 1000);
    assert_int_equal(arrears.days_late, 1);
    assert_int_equal(arrears.trust, TRUST_M);
    /* 5 days of the whole, the day of payment counts; 5 days of 400,000 */
    debt.payments = payments;
    debt.payment_count = 2;
    arrears = compute(&law, &debt, 200, JURISDICTION_RESULT_OK);
    assert_true(amount_units(arrears.penalty) == 5000 + 5 * 400);
    assert_int_equal(arrears.days_late, 10);
    assert_true(amount_is_zero(arrears.unpaid));
    /* The day of payment does not count: 4 and 5. */
    make_law(&law, 0);
    arrears = compute(&law, &debt, 200, JURISDICTION_RESULT_OK);
    assert_true(amount_units(arrears.penalty) == 4000 + 5 * 400);
    assert_int_equal(arrears.days_late, 9);
    /* A payment that has not yet come does not count. */
    arrears = compute(&law, &debt, 109, JURISDICTION_RESULT_OK);
    assert_true(amount_units(arrears.unpaid) == 400000);
    payments[0].amount = amount_of_units(400001);
    arrears = compute(&law, &debt, 110, JURISDICTION_RESULT_OK);
    assert_true(amount_units(arrears.overpaid) == 1);
    assert_true(amount_is_zero(arrears.unpaid));
}

static void what_the_law_does_not_say_is_named(void **state)
{
    struct tax_debt debt = {.due_day = 100, .owed = {1000000}};

    for (uint32_t i = 0; i < 5; i++) {
        static struct law_records law;
        make_law(&law, 1);
        law.parameters[i].valid_to = 104;
        struct tax_arrears arrears = compute(&law, &debt, 110, JURISDICTION_RESULT_MISSING);
        assert_int_equal(arrears.fault.kind, law.parameters[i].kind);
        assert_int_equal(arrears.fault.day, i == 4 ? 110 : 105);
    }
    static struct law_records law;
    make_law(&law, 1);
    law.parameters[2].valid_to = 104;
    law_add(&law, PARAMETER_PENALTY_YEAR_DAYS, 105, TARAZY_DAY_OPEN, 366);
    (void)compute(&law, &debt, 110, JURISDICTION_RESULT_CHANGES);
    make_law(&law, 1);
    law.parameters[2].value = 0;
    struct tax_arrears arrears = compute(&law, &debt, 110, JURISDICTION_RESULT_BAD_VALUE);
    assert_int_equal(arrears.fault.kind, PARAMETER_PENALTY_YEAR_DAYS);
    /* Paid before the law ends: it is not asked any more. */
    make_law(&law, 1);
    law.parameters[0].valid_to = 104;
    struct tax_payment paid = {104, {1000000}};
    debt.payments = &paid;
    debt.payment_count = 1;
    (void)compute(&law, &debt, 110, JURISDICTION_RESULT_OK);
}

static void debts_that_make_no_sense_are_refused(void **state)
{
    static struct law_records law;
    struct tax_payment paid[2] = {{1, {-1}}, {1, {1}}};
    struct tax_debt debt = {.due_day = 100, .owed = {-1}};

    make_law(&law, 1);
    (void)compute(&law, &debt, 110, JURISDICTION_RESULT_NEGATIVE);
    debt.owed = amount_of_units(5);
    (void)compute(&law, &debt, INT32_MAX, JURISDICTION_RESULT_BAD_DAY);
    (void)compute(&law, &debt, 101 + TAX_ARREARS_DAYS_MAX, JURISDICTION_RESULT_BAD_DAY);
    (void)compute(&law, &debt, 100 + TAX_ARREARS_DAYS_MAX, JURISDICTION_RESULT_OK);
    debt.payments = paid;
    debt.payment_count = 2;
    (void)compute(&law, &debt, 110, JURISDICTION_RESULT_NEGATIVE);
    paid[0].amount = amount_of_wide((int128)(~(uint128)0 >> 1));
    (void)compute(&law, &debt, 110, JURISDICTION_RESULT_OVERFLOW);
    debt.payment_count = 0;
    debt.owed = amount_bound();
    (void)compute(&law, &debt, 110, JURISDICTION_RESULT_OVERFLOW);
}

static void random_debts_cost_what_the_naive_twin_says(void **state)
{
    struct random_stream stream = {117};

    for (int round = 0; round < 2000; round++) {
        static struct law_records law;
        bool on_payment_day = random_once_in(&stream, 2);
        struct tax_payment payments[5];
        make_law(&law, on_payment_day);
        int32_t change = 100 + (int32_t)random_below(&stream, 60);
        int64_t rates[2] = {(int64_t)random_below(&stream, 400000),
                            (int64_t)random_below(&stream, 400000)};
        law.parameters[0].value = rates[0];
        law.parameters[0].valid_to = change - 1;
        law_add(&law, PARAMETER_PENALTY_YEARLY_RATE, change, TARAZY_DAY_OPEN, rates[1]);
        law.parameters[1].value = 1250000;
        struct tax_debt debt = {.due_day = 100,
                                .owed = amount_of_units((int64_t)random_skewed(&stream, 40)),
                                .payments = payments,
                                .payment_count = (uint32_t)random_below(&stream, 6)};
        for (uint32_t i = 0; i < debt.payment_count; i++) {
            payments[i] =
                (struct tax_payment){80 + (int32_t)random_below(&stream, 80),
                                     amount_of_units((int64_t)random_skewed(&stream, 38))};
        }
        int32_t today = 90 + (int32_t)random_below(&stream, 100);
        /* The twin: a purse that is filled as days go by. */
        int128 left = amount_units(debt.owed);
        int128 sum = 0;
        uint32_t late = 0;
        for (int32_t day = 0; day <= today; day++) {
            int128 before = left;
            for (uint32_t i = 0; i < debt.payment_count; i++) {
                left -= payments[i].day == day ? amount_units(payments[i].amount) : 0;
            }
            int128 base = on_payment_day ? before : left;
            if (day > 100 && base > 0) {
                sum += base * rates[day >= change];
                late++;
            }
        }
        struct tax_arrears arrears = compute(&law, &debt, today, JURISDICTION_RESULT_OK);
        assert_true(amount_units(arrears.unpaid) == (left > 0 ? left : 0));
        assert_true(amount_units(arrears.overpaid) == (left < 0 ? -left : 0));
        assert_true(amount_units(arrears.penalty) == sum * 1250000 / 1000000 / 1000000 / 365);
        assert_int_equal(arrears.days_late, late);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_late_on_the_due_day),
        cmocka_unit_test(each_day_late_costs_its_share),
        cmocka_unit_test(what_the_law_does_not_say_is_named),
        cmocka_unit_test(debts_that_make_no_sense_are_refused),
        cmocka_unit_test(random_debts_cost_what_the_naive_twin_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
