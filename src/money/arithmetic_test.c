/* SPDX-License-Identifier: Apache-2.0
 *
 * Money against its definitions: each result is checked by multiplying back with arithmetic as it
 * is taught in school, on numbers of as many digits as it takes. The twin never divides.
 */
#include "money/arithmetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/random_stream.h"

#define ROUNDS 200000

/* The twin's numbers: not negative, digits to the base 2^16, lowest first. */
enum { DIGITS = 18 };
struct big {
    uint32_t digits[DIGITS];
};

static struct big big_of(uint128 value)
{
    struct big out = {{0}};

    for (int i = 0; value != 0; i++) {
        out.digits[i] = (uint32_t)(value & 0xffff);
        value >>= 16;
    }
    return out;
}

static struct big big_add(struct big a, struct big b)
{
    uint32_t carry = 0;

    for (int i = 0; i < DIGITS; i++) {
        uint32_t sum = a.digits[i] + b.digits[i] + carry;

        a.digits[i] = sum & 0xffff;
        carry = sum >> 16;
    }
    assert_int_equal(carry, 0);
    return a;
}

static struct big big_multiply(struct big a, struct big b)
{
    struct big out = {{0}};

    for (int shift = 0; shift < DIGITS; shift++) {
        if (b.digits[shift] == 0) {
            continue;
        }
        struct big row = {{0}};
        uint32_t carry = 0;

        for (int i = 0; i + shift < DIGITS; i++) {
            uint32_t product = a.digits[i] * b.digits[shift] + carry;

            row.digits[i + shift] = product & 0xffff;
            carry = product >> 16;
        }
        assert_int_equal(carry, 0);
        out = big_add(out, row);
    }
    return out;
}

static int big_compare(struct big a, struct big b)
{
    for (int i = DIGITS - 1; i >= 0; i--) {
        if (a.digits[i] != b.digits[i]) {
            return a.digits[i] > b.digits[i] ? 1 : -1;
        }
    }
    return 0;
}

static struct big product(uint128 a, uint128 b)
{
    return big_multiply(big_of(a), big_of(b));
}

static uint64_t power_of_ten(uint8_t scale)
{
    uint64_t power = 1;

    for (uint8_t i = 0; i < scale; i++) {
        power *= 10;
    }
    return power;
}

static struct random_stream random_numbers;

static int64_t random_i64(void)
{
    return (int64_t)random_skewed(&random_numbers, 63);
}

static int64_t random_positive(void)
{
    int64_t value = random_i64();

    return value > 0 ? value : 1;
}

static uint8_t random_scale(void)
{
    return (uint8_t)random_below(&random_numbers, MONEY_SCALE_MAX + 1);
}

/* 0 .. 2^120 */
static struct amount random_amount(void)
{
    uint128 units = (uint128)random_skewed(&random_numbers, 60) << 60;

    if (random_once_in(&random_numbers, 2)) {
        units = 0;
    }
    units += random_skewed(&random_numbers, 60);
    return amount_of_wide((int128)units);
}

static int start(void **state)
{
    random_numbers = (struct random_stream){71};
    return 0;
}

static void powers_of_ten_are_what_multiplying_gives(void **state)
{
    for (uint8_t scale = 0; scale <= MONEY_SCALE_MAX; scale++) {
        assert_int_equal(money_power_of_ten(scale), power_of_ten(scale));
    }
}

/* floor × 10^scale <= price × quantity < (floor + 1) × 10^scale, and exact when it says so. */
static void notional_floor_is_the_largest_whole_number_below_the_product(void **state)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct price price = {random_i64()};
        struct quantity quantity = {random_i64()};
        uint8_t scale = random_scale();
        struct amount notional;
        bool exact = money_notional_floor(&notional, price, quantity, scale);
        struct big real = product((uint128)price.units, (uint128)quantity.units);
        struct big low = product((uint128)notional.units, power_of_ten(scale));

        assert_true(notional.units >= 0);
        assert_true(big_compare(low, real) <= 0);
        assert_true(big_compare(big_add(low, big_of(power_of_ten(scale))), real) > 0);
        assert_int_equal(exact, big_compare(low, real) == 0);
    }
}

/* A price on a tick times a quantity on a lot, where tick × lot is whole, is whole. */
static void notional_of_a_listed_instrument_is_always_exact(void **state)
{
    int listed = 0;

    for (int round = 0; round < ROUNDS; round++) {
        uint8_t scale = random_scale();
        uint8_t tick_scale = (uint8_t)random_below(&random_numbers, scale + 1u);
        struct price tick = {(int64_t)power_of_ten(tick_scale) *
                             (1 + (int64_t)random_below(&random_numbers, 3))};
        struct quantity lot = {(int64_t)power_of_ten((uint8_t)(scale - tick_scale)) *
                               (1 + (int64_t)random_below(&random_numbers, 3))};
        struct price price = {tick.units * (int64_t)random_below(&random_numbers, 1000)};
        struct quantity quantity = {lot.units * (int64_t)random_below(&random_numbers, 1000)};

        if (tick.units > INT64_MAX / 1000 || lot.units > INT64_MAX / 1000) {
            continue;
        }
        listed++;
        assert_true(money_is_whole(tick, lot, scale));
        struct amount notional = money_notional(price, quantity, scale);
        assert_int_equal(big_compare(product((uint128)notional.units, power_of_ten(scale)),
                                     product((uint128)price.units, (uint128)quantity.units)),
                         0);
    }
    assert_true(listed > ROUNDS / 2);
}

static void tick_times_lot_is_whole_only_if_it_is_a_multiple(void **state)
{
    assert_true(money_is_whole((struct price){100}, (struct quantity){1000000}, 8));
    assert_false(money_is_whole((struct price){100}, (struct quantity){100000}, 8));
    assert_true(money_is_whole((struct price){1}, (struct quantity){1}, 0));
    assert_false(money_is_whole((struct price){3}, (struct quantity){3}, 1));
    assert_false(money_is_whole((struct price){0}, (struct quantity){10}, 1));
    assert_false(money_is_whole((struct price){10}, (struct quantity){0}, 1));
    assert_false(money_is_whole((struct price){-10}, (struct quantity){10}, 1));
    assert_false(money_is_whole((struct price){10}, (struct quantity){-10}, 1));
}

/* The result is on the lot, is paid for, and one lot more is not (or is more than a quantity). */
static void check_affordable(int128 quote, struct price price, struct quantity lot, uint8_t scale)
{
    struct quantity most = money_affordable(amount_of_wide(quote), price, lot, scale);
    struct big budget = product((uint128)quote, power_of_ten(scale));
    uint128 more = (uint128)most.units + (uint128)lot.units;

    assert_true(most.units >= 0 && most.units % lot.units == 0);
    assert_true(big_compare(product((uint128)price.units, (uint128)most.units), budget) <= 0);
    assert_true(more > INT64_MAX || big_compare(product((uint128)price.units, more), budget) > 0);
}

static void affordable_is_the_most_that_the_quote_pays(void **state)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct price price = {random_positive()};
        struct quantity lot = {random_positive()};
        uint8_t scale = random_scale();
        int128 everything = (int128)price.units * INT64_MAX / (int128)power_of_ten(scale);

        check_affordable(random_amount().units, price, lot, scale);
        /* Where the largest quantity there is begins to be affordable. */
        check_affordable(everything, price, lot, scale);
        check_affordable(everything + 1, price, lot, scale);
        check_affordable(everything > 0 ? everything - 1 : 0, price, lot, scale);
    }
}

static void nothing_is_affordable_for_nothing_or_less(void **state)
{
    struct price price = price_of_units(5);
    struct quantity lot = quantity_of_units(1);

    assert_int_equal(money_affordable(amount_of_units(0), price, lot, 0).units, 0);
    assert_int_equal(money_affordable(amount_of_units(-9), price, lot, 0).units, 0);
}

/* earned × 10^6 <= gross × ppm < (earned + 1) × 10^6, and charged is that rounded the other way. */
static void fee_is_charged_rounded_up_and_earned_rounded_down(void **state)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct amount gross = random_amount();
        struct rate rate = {(uint32_t)random_below(&random_numbers, TARAZY_RATE_WHOLE + 1)};
        struct fee fee = money_fee(gross, rate);
        struct big real = product((uint128)gross.units, rate.ppm);
        struct big earned = product((uint128)fee.earned.units, TARAZY_RATE_WHOLE);
        struct big charged = product((uint128)fee.charged.units, TARAZY_RATE_WHOLE);
        struct big unit = big_of(TARAZY_RATE_WHOLE);

        assert_true(big_compare(earned, real) <= 0);
        assert_true(big_compare(big_add(earned, unit), real) > 0);
        assert_true(big_compare(charged, real) >= 0);
        assert_true(big_compare(big_add(real, unit), charged) > 0);
        assert_true(fee.charged.units - fee.earned.units == (big_compare(earned, real) != 0));
        assert_true(fee.charged.units <= gross.units);
    }
}

static void fee_of_one_unit_is_one_unit_charged_and_none_earned(void **state)
{
    struct fee fee = money_fee(amount_of_units(1), rate_of_ppm(1000));

    assert_int_equal(fee.charged.units, 1);
    assert_int_equal(fee.earned.units, 0);
    fee = money_fee(amount_of_units(1000), rate_of_ppm(1000));
    assert_int_equal(fee.charged.units, 1);
    assert_int_equal(fee.earned.units, 1);
    fee = money_fee(amount_of_units(12345), rate_of_ppm(0));
    assert_int_equal(fee.charged.units, 0);
    fee = money_fee(amount_bound(), rate_of_ppm(TARAZY_RATE_WHOLE));
    assert_true(fee.charged.units == amount_bound().units);
}

static int64_t largest_on(struct price tick)
{
    return INT64_MAX - INT64_MAX % tick.units;
}

static void price_above_is_the_last_tick_below_the_ceiling(void **state)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct price price = {random_i64()};
        struct price tick = {random_positive()};
        uint32_t ppm = (uint32_t)random_skewed(&random_numbers, 32);
        struct price ceiling = money_price_above(price, ppm, tick);
        struct big real = product((uint128)price.units, (uint128)TARAZY_RATE_WHOLE + ppm);
        uint128 next = (uint128)ceiling.units + (uint128)tick.units;

        assert_true(ceiling.units >= tick.units && ceiling.units % tick.units == 0);
        assert_true(ceiling.units == tick.units ||
                    big_compare(product((uint128)ceiling.units, TARAZY_RATE_WHOLE), real) <= 0);
        assert_true(next > INT64_MAX || big_compare(product(next, TARAZY_RATE_WHOLE), real) > 0);
    }
}

static void price_below_is_the_first_tick_above_the_floor(void **state)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct price price = {random_i64()};
        struct price tick = {random_positive()};
        uint32_t ppm =
            (uint32_t)random_skewed(&random_numbers, random_once_in(&random_numbers, 2) ? 20 : 32);
        struct price floor = money_price_below(price, ppm, tick);
        uint32_t parts = ppm < TARAZY_RATE_WHOLE ? TARAZY_RATE_WHOLE - ppm : 0;
        struct big real = product((uint128)price.units, parts);
        uint128 before = (uint128)floor.units - (uint128)tick.units;

        assert_true(floor.units >= tick.units && floor.units % tick.units == 0);
        assert_true(floor.units == largest_on(tick) ||
                    big_compare(product((uint128)floor.units, TARAZY_RATE_WHOLE), real) >= 0);
        assert_true(before == 0 || big_compare(product(before, TARAZY_RATE_WHOLE), real) < 0);
    }
}

/* With bands the order book checks prices against: nothing inside is cut off, nothing outside let in. */
static void bands_around_a_price_on_the_tick_contain_it(void **state)
{
    struct price price = {5000000};
    struct price tick = {100};

    assert_int_equal(money_price_above(price, 0, tick).units, 5000000);
    assert_int_equal(money_price_below(price, 0, tick).units, 5000000);
    assert_int_equal(money_price_above(price, 50000, tick).units, 5250000);
    assert_int_equal(money_price_below(price, 50000, tick).units, 4750000);
    assert_int_equal(money_price_above(price, 33, tick).units, 5000100); /* 5,000,165 */
    assert_int_equal(money_price_below(price, 33, tick).units, 4999900); /* 4,999,835 */
    assert_int_equal(money_price_below(price, 1000000, tick).units, 100);
    assert_int_equal(money_price_below(price, UINT32_MAX, tick).units, 100);
    assert_int_equal(money_price_above((struct price){INT64_MAX}, 1, (struct price){1}).units,
                     INT64_MAX);
}

/* The twin adds with the sign and the size apart. */
static void sums_of_amounts_say_when_they_overflow(void **state)
{
    int128 largest = (int128)(~(uint128)0 >> 1);
    struct amount out;

    assert_true(amount_add(&out, amount_of_wide(largest - 1), amount_of_units(1)));
    assert_true(out.units == largest);
    assert_false(amount_add(&out, amount_of_wide(largest), amount_of_units(1)));
    assert_true(amount_subtract(&out, amount_of_wide(-largest), amount_of_units(1)));
    assert_false(amount_subtract(&out, amount_of_wide(-largest - 1), amount_of_units(1)));
    for (int round = 0; round < 1000; round++) {
        struct amount a = random_amount();
        struct amount b = random_amount();

        assert_true(amount_add(&out, a, b));
        struct big twin = big_add(big_of((uint128)a.units), big_of((uint128)b.units));
        assert_int_equal(big_compare(big_of((uint128)out.units), twin), 0);
        assert_true(amount_subtract(&out, out, b));
        assert_int_equal(amount_compare(out, a), 0);
    }
}

static void amounts_compare_and_convert_as_numbers_do(void **state)
{
    struct amount minus = amount_of_units(-1);
    struct amount zero = amount_zero();
    struct amount one = amount_of_quantity(quantity_of_units(1));
    struct quantity quantity;

    assert_int_equal(amount_compare(minus, zero), -1);
    assert_int_equal(amount_compare(zero, zero), 0);
    assert_int_equal(amount_compare(one, minus), 1);
    assert_true(amount_is_negative(minus) && !amount_is_positive(minus) && !amount_is_zero(minus));
    assert_true(!amount_is_negative(zero) && !amount_is_positive(zero) && amount_is_zero(zero));
    assert_true(!amount_is_negative(one) && amount_is_positive(one) && !amount_is_zero(one));
    assert_int_equal(amount_compare(amount_negate(one), minus), 0);
    assert_int_equal(amount_compare(amount_min(one, minus), minus), 0);
    assert_int_equal(amount_compare(amount_min(minus, one), minus), 0);
    assert_int_equal(amount_compare(amount_max(one, minus), one), 0);
    assert_int_equal(amount_compare(amount_max(minus, one), one), 0);
    assert_true(amount_is_bounded(amount_bound()));
    assert_true(amount_is_bounded(amount_negate(amount_bound())));
    assert_false(amount_is_bounded(amount_of_wide(amount_bound().units + 1)));
    assert_false(amount_is_bounded(amount_of_wide(-amount_bound().units - 1)));

    assert_false(amount_to_quantity(&quantity, minus));
    assert_false(amount_to_quantity(&quantity, amount_of_wide((int128)INT64_MAX + 1)));
    assert_true(amount_to_quantity(&quantity, amount_of_units(INT64_MAX)));
    assert_int_equal(quantity_units(quantity), INT64_MAX);
    assert_true(amount_to_quantity(&quantity, zero));
    assert_true(quantity_is_zero(quantity));
}

static void quantities_and_prices_compare_and_round_as_numbers_do(void **state)
{
    struct quantity seven = quantity_of_units(7);
    struct quantity ten = quantity_of_units(10);
    struct quantity out;

    assert_int_equal(quantity_compare(seven, ten), -1);
    assert_int_equal(quantity_compare(ten, seven), 1);
    assert_int_equal(quantity_compare(ten, ten), 0);
    assert_int_equal(quantity_units(quantity_min(seven, ten)), 7);
    assert_int_equal(quantity_units(quantity_min(ten, seven)), 7);
    assert_int_equal(quantity_units(quantity_subtract(ten, seven)), 3);
    assert_int_equal(quantity_units(quantity_subtract(ten, ten)), 0);
    assert_int_equal(quantity_units(quantity_subtract(ten, quantity_zero())), 10);
    assert_int_equal(quantity_units(quantity_floor(ten, seven)), 7);
    assert_int_equal(quantity_units(quantity_floor(quantity_zero(), seven)), 0);
    assert_true(quantity_is_multiple(quantity_of_units(21), seven));
    assert_false(quantity_is_multiple(ten, seven));
    assert_true(quantity_is_positive(ten) && !quantity_is_positive(quantity_zero()));
    assert_true(quantity_add(&out, ten, seven));
    assert_int_equal(quantity_units(out), 17);
    assert_false(quantity_add(&out, quantity_of_units(INT64_MAX), quantity_of_units(1)));

    assert_int_equal(price_compare(price_of_units(1), price_of_units(2)), -1);
    assert_int_equal(price_compare(price_of_units(2), price_of_units(1)), 1);
    assert_int_equal(price_compare(price_zero(), price_zero()), 0);
    assert_int_equal(price_units(price_min(price_of_units(1), price_of_units(2))), 1);
    assert_int_equal(price_units(price_max(price_of_units(1), price_of_units(2))), 2);
    assert_true(price_is_multiple(price_of_units(300), price_of_units(100)));
    assert_false(price_is_multiple(price_of_units(301), price_of_units(100)));
    assert_true(price_is_zero(price_zero()) && !price_is_positive(price_zero()));
    assert_true(price_is_positive(price_of_units(1)) && !price_is_zero(price_of_units(1)));
    assert_int_equal(rate_ppm(rate_of_ppm(5)), 5);
}

static void act_remainder(void *argument)
{
    (void)money_notional((struct price){3}, (struct quantity){3}, 1);
}

static void act_scale(void *argument)
{
    (void)money_power_of_ten(19);
}

static void act_negative_price(void *argument)
{
    struct amount out;

    (void)money_notional_floor(&out, (struct price){-1}, (struct quantity){1}, 0);
}

static void act_negative_quantity(void *argument)
{
    struct amount out;

    (void)money_notional_floor(&out, (struct price){1}, (struct quantity){-1}, 0);
}

static void act_negative_gross(void *argument)
{
    (void)money_fee(amount_of_units(-1), rate_of_ppm(1));
}

static void act_rate_above_whole(void *argument)
{
    (void)money_fee(amount_of_units(1), rate_of_ppm(TARAZY_RATE_WHOLE + 1));
}

static void act_free_price(void *argument)
{
    (void)money_affordable(amount_of_units(1), price_zero(), quantity_of_units(1), 0);
}

static void act_no_lot(void *argument)
{
    (void)money_affordable(amount_of_units(1), price_of_units(1), quantity_zero(), 0);
}

static void act_no_tick_above(void *argument)
{
    (void)money_price_above(price_of_units(1), 0, price_zero());
}

static void act_no_tick_below(void *argument)
{
    (void)money_price_below(price_of_units(1), 0, price_zero());
}

static void act_subtract_more(void *argument)
{
    (void)quantity_subtract(quantity_of_units(1), quantity_of_units(2));
}

static void act_subtract_negative(void *argument)
{
    (void)quantity_subtract(quantity_of_units(1), quantity_of_units(-2));
}

static void act_multiple_of_no_lot(void *argument)
{
    (void)quantity_is_multiple(quantity_of_units(1), quantity_zero());
}

static void act_floor_to_no_lot(void *argument)
{
    (void)quantity_floor(quantity_of_units(1), quantity_zero());
}

static void act_floor_of_negative(void *argument)
{
    (void)quantity_floor(quantity_of_units(-1), quantity_of_units(1));
}

static void act_multiple_of_no_tick(void *argument)
{
    (void)price_is_multiple(price_of_units(1), price_zero());
}

static void misuse_of_money_aborts(void **state)
{
    void (*const acts[])(void *) = {
        act_remainder,           act_scale,           act_negative_price,
        act_negative_quantity,   act_negative_gross,  act_rate_above_whole,
        act_free_price,          act_no_lot,          act_no_tick_above,
        act_no_tick_below,       act_subtract_more,   act_subtract_negative,
        act_multiple_of_no_lot,  act_floor_to_no_lot, act_floor_of_negative,
        act_multiple_of_no_tick,
    };

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        assert_true(does_abort(acts[i], NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_of_ten_are_what_multiplying_gives),
        cmocka_unit_test(notional_floor_is_the_largest_whole_number_below_the_product),
        cmocka_unit_test(notional_of_a_listed_instrument_is_always_exact),
        cmocka_unit_test(tick_times_lot_is_whole_only_if_it_is_a_multiple),
        cmocka_unit_test(affordable_is_the_most_that_the_quote_pays),
        cmocka_unit_test(nothing_is_affordable_for_nothing_or_less),
        cmocka_unit_test(fee_is_charged_rounded_up_and_earned_rounded_down),
        cmocka_unit_test(fee_of_one_unit_is_one_unit_charged_and_none_earned),
        cmocka_unit_test(price_above_is_the_last_tick_below_the_ceiling),
        cmocka_unit_test(price_below_is_the_first_tick_above_the_floor),
        cmocka_unit_test(bands_around_a_price_on_the_tick_contain_it),
        cmocka_unit_test(sums_of_amounts_say_when_they_overflow),
        cmocka_unit_test(amounts_compare_and_convert_as_numbers_do),
        cmocka_unit_test(quantities_and_prices_compare_and_round_as_numbers_do),
        cmocka_unit_test(misuse_of_money_aborts),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
