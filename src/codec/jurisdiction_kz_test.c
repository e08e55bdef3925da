/* SPDX-License-Identifier: Apache-2.0
 *
 * The law of Kazakhstan as it is shipped, against vectors with the trust they are known with; and the
 * law of a country that is not there, which shares no number with it: what both compute comes from
 * the files alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "codec/jurisdiction_file.h"
#include "codec/jurisdiction_value.h"
#include "mining/duty_to_sell.h"
#include "mining/energy_fee.h"
#include "mining/mining_income.h"
#include "money/arithmetic.h"

static struct jurisdiction_file law;

static void read_law(const char *name)
{
    static char text[200000];
    char path[1000];
    const char *folder = getenv("TARAZY_SOURCE_DIR");

    (void)snprintf(path, sizeof path, "%s/%s", folder == NULL ? "." : folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text, file);
    assert_true(size > 0 && size < sizeof text);
    assert_int_equal(fclose(file), 0);
    struct jurisdiction_file_problem problem = jurisdiction_file_parse(&law, slice_of(text, size));
    if (problem.result != JURISDICTION_FILE_RESULT_OK) {
        fail_msg("%s:%u: %s", name, problem.line, jurisdiction_file_problem_text(&problem));
    }
}

static int32_t day(const char *text)
{
    int32_t out = 0;

    assert_true(jurisdiction_day_read(slice_of_text(text), &out));
    return out;
}

struct vector {
    struct quarter quarter;
    struct energy_use use;
    int64_t fee; /* in units of the scale */
    enum trust trust;
};

#define KWH         INT64_C(1000)
#define MILLION_KWH (1000000 * KWH)

static void check_vectors(const struct vector *vectors, size_t count, uint8_t scale)
{
    struct jurisdiction view = jurisdiction_file_view(&law);

    for (size_t i = 0; i < count; i++) {
        struct energy_fee fee;
        enum jurisdiction_result result =
            energy_fee_compute(&view, vectors[i].quarter, &vectors[i].use, scale, &fee);
        if (result != JURISDICTION_RESULT_OK) {
            fail_msg("vector %zu: %s", i, jurisdiction_result_text(result));
        }
        if (amount_units(fee.fee) != vectors[i].fee || fee.trust != vectors[i].trust) {
            fail_msg("vector %zu: %lld (trust %c)", i, (long long)amount_units(fee.fee),
                     trust_letter(fee.trust));
        }
    }
}

static void every_known_fee_of_kazakhstan_comes_out_with_its_trust(void **state)
{
    static const struct vector vectors[] = {
        {{2022, 1}, {{MILLION_KWH}, 0, false}, 100000000, TRUST_B},
        {{2023, 1}, {{MILLION_KWH}, 24000000, true}, 100000000, TRUST_B},
        {{2023, 1}, {{0, 0, 0, 0, MILLION_KWH}, 0, false}, 2500000000, TRUST_B},
        {{2023, 1}, {{0, MILLION_KWH}, 0, false}, 1000000000, TRUST_B},
        {{2023, 1}, {{0, 0, 0, MILLION_KWH}, 0, false}, 100000000, TRUST_B},
        /* the highest rate on all: one reading */
        {{2023, 1}, {{600000 * KWH, 400000 * KWH}, 24500000, true}, 1000000000, TRUST_C},
        /* the scale as reconstructed */
        {{2023, 1}, {{MILLION_KWH}, 10000000, true}, 1500000000, TRUST_D},
        {{2023, 1}, {{MILLION_KWH}, 12500000, true}, 1300000000, TRUST_D},
        {{2023, 1}, {{MILLION_KWH}, 23990000, true}, 200000000, TRUST_D},
        {{2023, 1}, {{MILLION_KWH}, 500000, true}, 2500000000, TRUST_B},
        {{2023, 1}, {{MILLION_KWH}, 1000000, true}, 2400000000, TRUST_D},
        {{2023, 4}, {{MILLION_KWH}, 90000000, true}, 100000000, TRUST_B},
        {{2024, 1}, {{MILLION_KWH}, 0, false}, 200000000, TRUST_B},
        {{2024, 1}, {{0, 0, 0, MILLION_KWH}, 0, false}, 100000000, TRUST_B},
        {{2024, 1}, {{0, 0, MILLION_KWH}, 0, false}, 100000000, TRUST_B},
        {{2024, 1}, {{0, MILLION_KWH}, 0, false}, 200000000, TRUST_B},
        {{2026, 3}, {{MILLION_KWH}, 0, false}, 200000000, TRUST_C},
    };

    read_law("jurisdictions/kz.conf");
    assert_string_equal(law.country, "KZ");
    assert_string_equal(law.currency, "KZT");
    check_vectors(vectors, sizeof vectors / sizeof vectors[0], 2);
}

static void the_scale_of_2023_meets_every_sure_point_and_its_formula(void **state)
{
    struct jurisdiction view;

    read_law("jurisdictions/kz.conf");
    view = jurisdiction_file_view(&law);
    for (int64_t price = 0; price < 40000000; price += 37000) { /* 0.037 tenge apart */
        struct energy_use use = {.energy_wh = {KWH}, .grid_price = price, .has_grid_price = true};
        struct energy_fee fee;
        int64_t tenge = price / 1000000 >= 24 ? 1 : 25 - price / 1000000;
        assert_int_equal(energy_fee_compute(&view, (struct quarter){2023, 2}, &use, 2, &fee),
                         JURISDICTION_RESULT_OK);
        assert_true(amount_units(fee.fee) == tenge * 100);
        bool is_sure = price < 1000000 || price >= 24000000;
        assert_int_equal(fee.trust, is_sure ? TRUST_B : TRUST_D);
    }
}

static void every_known_due_day_of_kazakhstan_comes_out(void **state)
{
    static const struct {
        struct quarter quarter;
        const char *declaration; /* as the text says; NULL: none */
        const char *declared_by; /* the working day */
        const char *payment;
        const char *paid_by;
        enum trust trust; /* of the payment's day */
    } vectors[] = {
        {{2022, 1}, NULL, NULL, "2022-04-20", "2022-04-20", TRUST_B},
        {{2022, 4}, NULL, NULL, "2023-01-20", "2023-01-20", TRUST_B},
        {{2023, 1}, "2023-05-15", "2023-05-15", "2023-05-25", "2023-05-25", TRUST_A},
        {{2023, 4}, "2024-02-15", "2024-02-15", "2024-02-25", "2024-02-26", TRUST_M},
        {{2024, 1}, "2024-05-15", "2024-05-15", "2024-05-25", "2024-05-27", TRUST_M},
        {{2024, 4}, "2025-02-15", "2025-02-17", "2025-02-25", "2025-02-25", TRUST_A},
        {{2026, 2}, "2026-08-15", "2026-08-17", "2026-08-25", "2026-08-25", TRUST_C},
    };
    struct energy_use use = {.energy_wh = {0, KWH}};

    read_law("jurisdictions/kz.conf");
    struct jurisdiction view = jurisdiction_file_view(&law);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct energy_fee fee;
        assert_int_equal(energy_fee_compute(&view, vectors[i].quarter, &use, 2, &fee),
                         JURISDICTION_RESULT_OK);
        assert_int_equal(fee.declaration.is_due, vectors[i].declaration != NULL);
        if (fee.declaration.is_due) {
            assert_int_equal(fee.declaration.nominal_day, day(vectors[i].declaration));
            assert_int_equal(fee.declaration.day, day(vectors[i].declared_by));
        }
        assert_int_equal(fee.payment.nominal_day, day(vectors[i].payment));
        assert_int_equal(fee.payment.day, day(vectors[i].paid_by));
        assert_int_equal(fee.payment.trust, vectors[i].trust);
        assert_int_equal(fee.payment.holidays_trust, TRUST_M);
    }
}

/* What is not known is not guessed. */
static void years_without_law_or_holidays_are_refused(void **state)
{
    struct energy_use use = {.energy_wh = {KWH}};
    struct energy_fee fee;

    read_law("jurisdictions/kz.conf");
    struct jurisdiction view = jurisdiction_file_view(&law);
    assert_int_equal(energy_fee_compute(&view, (struct quarter){2021, 4}, &use, 2, &fee),
                     JURISDICTION_RESULT_MISSING);
    assert_int_equal(fee.fault.kind, PARAMETER_FEE_RATE_GRID);
    assert_int_equal(energy_fee_compute(&view, (struct quarter){2023, 1}, &use, 2, &fee),
                     JURISDICTION_RESULT_NO_PRICE);
    assert_int_equal(energy_fee_compute(&view, (struct quarter){2028, 1}, &use, 2, &fee),
                     JURISDICTION_RESULT_MISSING);
    assert_int_equal(fee.fault.kind, PARAMETER_HOLIDAYS_LISTED);
}

static void every_quarter_of_2022_to_2027_has_a_fee_whatever_the_source(void **state)
{
    read_law("jurisdictions/kz.conf");
    struct jurisdiction view = jurisdiction_file_view(&law);
    for (int32_t year = 2022; year <= 2027; year++) {
        for (uint8_t number = 1; number <= (year == 2027 ? 3 : 4); number++) {
            struct energy_use use = {.energy_wh = {KWH, KWH, KWH, KWH, KWH},
                                     .grid_price = 15000000,
                                     .has_grid_price = true};
            struct energy_fee fee;
            assert_int_equal(
                energy_fee_compute(&view, (struct quarter){year, number}, &use, 2, &fee),
                JURISDICTION_RESULT_OK);
            assert_true(amount_is_positive(fee.fee));
        }
    }
}

static int64_t value_on(enum parameter_kind kind, const char *date, enum trust trust)
{
    struct jurisdiction view = jurisdiction_file_view(&law);
    uint32_t index;

    assert_int_equal(jurisdiction_find(&view, kind, day(date), &index), JURISDICTION_RESULT_OK);
    assert_int_equal(law.parameters[index].trust, trust);
    return law.parameters[index].value;
}

static void licences_of_2023_cost_what_is_known(void **state)
{
    read_law("jurisdictions/kz.conf");
    int64_t mci = value_on(PARAMETER_MCI, "2023-06-01", TRUST_M);
    int64_t own_site = value_on(PARAMETER_LICENCE_FEE_OWN_SITE, "2023-06-01", TRUST_B);
    int64_t hosted = value_on(PARAMETER_LICENCE_FEE_HOSTED, "2023-06-01", TRUST_B);

    assert_int_equal(mci * own_site, INT64_C(6900000) * TARAZY_PARAMETER_MONEY_ONE);
    assert_int_equal(mci * hosted, INT64_C(17250) * TARAZY_PARAMETER_MONEY_ONE);
    assert_int_equal(value_on(PARAMETER_MCI, "2026-12-31", TRUST_M) / TARAZY_PARAMETER_MONEY_ONE,
                     4325);
    assert_int_equal(value_on(PARAMETER_LICENCE_TERM, "2026-01-01", TRUST_A), 3);
}

static void the_duty_to_sell_is_half_in_2024_and_three_quarters_from_2025(void **state)
{
    struct duty_line line = {.distributed = {1000}, .sold = {600}};
    struct duty duty;

    read_law("jurisdictions/kz.conf");
    struct jurisdiction view = jurisdiction_file_view(&law);
    assert_int_equal(value_on(PARAMETER_DUTY_TO_SELL, "2023-12-31", TRUST_B), 0);
    assert_int_equal(value_on(PARAMETER_DUTY_TO_SELL, "2026-07-01", TRUST_D), 750000);
    assert_int_equal(
        duty_to_sell_compute(&view, day("2024-01-01"), day("2024-12-31"), &line, &duty),
        JURISDICTION_RESULT_OK);
    assert_true(amount_is_zero(duty.shortfall));
    assert_int_equal(
        duty_to_sell_compute(&view, day("2025-01-01"), day("2025-12-31"), &line, &duty),
        JURISDICTION_RESULT_OK);
    assert_true(amount_units(duty.shortfall) == 150);
    assert_int_equal(
        duty_to_sell_compute(&view, day("2024-12-01"), day("2025-01-31"), &line, &duty),
        JURISDICTION_RESULT_CHANGES);
}

static void a_coin_of_a_sunday_has_the_value_of_friday(void **state)
{
    struct jurisdiction_fault fault;
    struct valuation_day valued;

    read_law("jurisdictions/kz.conf");
    struct jurisdiction view = jurisdiction_file_view(&law);
    assert_int_equal(mining_income_valuation_day(&view, day("2024-06-02"), &valued, &fault),
                     JURISDICTION_RESULT_OK);
    assert_int_equal(valued.day, day("2024-05-31"));
    /* From mid-2025 the day before: a Tuesday's coin has Monday's value. */
    assert_int_equal(mining_income_valuation_day(&view, day("2025-09-16"), &valued, &fault),
                     JURISDICTION_RESULT_OK);
    assert_int_equal(valued.day, day("2025-09-15"));
    assert_int_equal(valued.trust, TRUST_C);
    /* Nauryz 2024, Thursday to Saturday, and the Sunday and Monday behind it. */
    assert_int_equal(mining_income_valuation_day(&view, day("2024-03-25"), &valued, &fault),
                     JURISDICTION_RESULT_OK);
    assert_int_equal(valued.day, day("2024-03-20"));
}

/* The invented country, in thousandths: nothing of the other is left. */
static void an_invented_country_has_fees_of_its_own(void **state)
{
    static const struct vector vectors[] = {
        /* price 0.033 and above: 0.0125 a kWh; 12.5 kWh-fee on 1000 kWh */
        {{2031, 2}, {{1000 * KWH}, 33000, true}, 12500, TRUST_B},
        {{2031, 2}, {{1000 * KWH}, 32999, true}, 500000, TRUST_B},
        {{2031, 2}, {{1000 * KWH}, 2000000, true}, 7000000, TRUST_D},
        /* each at its own rate, the sum up to the next 0.005: 0.333333 + 0.1 = 0.433333 */
        {{2031, 2}, {{0, KWH, KWH, KWH}, 0, false}, 435, TRUST_A},
        /* from 2032 the highest on all: 3 × 99.999999 = 299.999997 */
        {{2032, 1}, {{KWH, KWH, 0, 0, KWH}, 0, false}, 300000, TRUST_B},
        /* flat, rounded up from 0.0003 */
        {{2032, 1}, {{KWH}, 0, false}, 5, TRUST_A},
    };
    struct energy_use use = {.energy_wh = {0, KWH}};
    struct energy_fee fee;

    read_law("tests/support/invented.conf");
    check_vectors(vectors, sizeof vectors / sizeof vectors[0], 3);
    struct jurisdiction view = jurisdiction_file_view(&law);
    assert_int_equal(energy_fee_compute(&view, (struct quarter){2031, 2}, &use, 3, &fee),
                     JURISDICTION_RESULT_OK);
    /* 31 July and 30 July are holidays: back to the 29th; 7 September is a Sunday, here at work */
    assert_int_equal(fee.declaration.day, day("2031-07-29"));
    assert_int_equal(fee.payment.day, day("2031-09-07"));
    assert_int_equal(energy_fee_compute(&view, (struct quarter){2031, 3}, &use, 3, &fee),
                     JURISDICTION_RESULT_OK);
    assert_int_equal(fee.declaration.day, day("2031-10-31")); /* a Friday at work */
    assert_int_equal(fee.payment.day, day("2031-12-07"));
    assert_int_equal(energy_fee_compute(&view, (struct quarter){2031, 2}, &use, 2, &fee),
                     JURISDICTION_RESULT_ROUNDING_UNIT); /* 0.005 is finer than hundredths */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_known_fee_of_kazakhstan_comes_out_with_its_trust),
        cmocka_unit_test(the_scale_of_2023_meets_every_sure_point_and_its_formula),
        cmocka_unit_test(every_known_due_day_of_kazakhstan_comes_out),
        cmocka_unit_test(years_without_law_or_holidays_are_refused),
        cmocka_unit_test(every_quarter_of_2022_to_2027_has_a_fee_whatever_the_source),
        cmocka_unit_test(licences_of_2023_cost_what_is_known),
        cmocka_unit_test(the_duty_to_sell_is_half_in_2024_and_three_quarters_from_2025),
        cmocka_unit_test(a_coin_of_a_sunday_has_the_value_of_friday),
        cmocka_unit_test(an_invented_country_has_fees_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
