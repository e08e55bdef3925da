/* SPDX-License-Identifier: Apache-2.0
 *
 * Limits, windows, bans.
 */
#include "gateway/rate_limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define START  INT64_C(1795305600000000) /* a full minute, five minutes and day */

static const struct rate_options strict = {
    .weight_minute = 100,
    .raw_5_minutes = 50,
    .orders_10_seconds = 5,
    .orders_day = 8,
};

static const uint8_t home[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 1};
static const uint8_t neighbour[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 2};

static struct failure failure;
static struct rate_verdict verdict;

static int32_t charge(struct rate_limits *limits, const uint8_t *address, uint32_t weight,
                      int64_t now)
{
    return rate_limits_charge(limits, address, weight, now, &verdict, &failure) ? 0 : failure.code;
}

static void weight_is_counted_per_address_and_minute(void **state)
{
    struct rate_limits *limits = rate_limits_create(&strict, 10);

    assert_int_equal(charge(limits, home, 60, START), 0);
    assert_int_equal(verdict.weight_used, 60);
    assert_int_equal(charge(limits, home, 40, START + MINUTE - 1), 0);
    assert_int_equal(verdict.weight_used, 100);
    assert_int_equal(charge(limits, home, 1, START + MINUTE - 10 * SECOND), -1003);
    assert_int_equal(failure.status, 429);
    assert_int_equal(verdict.retry_after_s, 10);
    assert_non_null(strstr(failure.text, "current limit is 100 request weight per 1 MINUTE"));
    assert_int_equal(charge(limits, neighbour, 1, START + MINUTE - 1), 0);
    assert_int_equal(charge(limits, home, 1, START + MINUTE), 0);
    assert_int_equal(verdict.weight_used, 1);
    assert_int_equal(rate_limits_add(limits, home, 5, START + MINUTE), 6);
    rate_limits_destroy(limits);
}

static void requests_are_counted_over_five_minutes(void **state)
{
    struct rate_limits *limits = rate_limits_create(&strict, 10);

    for (int i = 0; i < 50; i++) {
        assert_int_equal(charge(limits, home, 0, START + i * SECOND), 0);
    }
    assert_int_equal(charge(limits, home, 0, START + 100 * SECOND), -1003);
    assert_int_equal(verdict.retry_after_s, 200);
    assert_int_equal(charge(limits, home, 0, START + 5 * MINUTE), 0);
    rate_limits_destroy(limits);
}

static void who_does_not_listen_is_banned_for_longer_each_time(void **state)
{
    struct rate_limits *limits = rate_limits_create(&strict, 10);
    int64_t now = START;

    for (uint32_t ban = 120; ban <= 480; ban *= 2) {
        assert_int_equal(charge(limits, home, 101, now), -1003);
        for (int i = 0; failure.status == 429 && i < 1000; i++) {
            assert_int_equal(charge(limits, home, 1, now), -1003);
        }
        assert_int_equal(failure.status, 418);
        assert_int_equal(verdict.retry_after_s, ban);
        assert_int_equal(charge(limits, home, 0, now + ban * SECOND - 1), -1003);
        assert_int_equal(failure.status, 418);
        assert_non_null(strstr(failure.text, "IP banned until 1795"));
        assert_int_equal(charge(limits, neighbour, 0, now), 0);
        now += ban * SECOND + 5 * MINUTE;
        assert_int_equal(charge(limits, home, 0, now), 0);
    }
    rate_limits_destroy(limits);
}

static void an_ipv6_client_is_a_network(void **state)
{
    struct rate_limits *limits = rate_limits_create(&strict, 10);
    const uint8_t one[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    const uint8_t same_network[16] = {0x20, 0x01, 0x0d, 0xb8, [8] = 9, [15] = 2};
    const uint8_t other_network[16] = {0x20, 0x01, 0x0d, 0xb8, [7] = 1, [15] = 1};

    assert_int_equal(charge(limits, one, 100, START), 0);
    assert_int_equal(charge(limits, same_network, 1, START), -1003);
    assert_int_equal(charge(limits, other_network, 1, START), 0);
    rate_limits_destroy(limits);
}

static void many_addresses_are_counted_in_fixed_memory(void **state)
{
    struct rate_limits *limits = rate_limits_create(&strict, 10);

    for (uint32_t i = 0; i < 200000; i++) {
        uint8_t address[16] = {[10] = 0xFF, [11] = 0xFF};

        memcpy(address + 12, &i, sizeof i);
        assert_int_equal(charge(limits, address, 100, START + i), 0);
    }
    /* The youngest are still known. */
    uint8_t last[16] = {[10] = 0xFF, [11] = 0xFF};
    uint32_t number = 199999;

    memcpy(last + 12, &number, sizeof number);
    assert_int_equal(charge(limits, last, 1, START + 200000), -1003);
    rate_limits_destroy(limits);
}

static int32_t order(struct rate_limits *limits, uint32_t participant, uint32_t orders, int64_t now)
{
    return rate_limits_order(limits, participant, orders, now, &verdict, &failure) ? 0
                                                                                   : failure.code;
}

static void orders_are_counted_per_participant(void **state)
{
    struct rate_limits *limits = rate_limits_create(&strict, 10);

    assert_int_equal(order(limits, 1, 3, START), 0);
    assert_int_equal(order(limits, 1, 3, START + 3 * SECOND), -1015);
    assert_string_equal(failure.text,
                        "Too many new orders; current limit is 5 orders per 10 SECOND.");
    assert_int_equal(failure.status, 429);
    assert_int_equal(verdict.retry_after_s, 7);
    assert_int_equal(order(limits, 1, 2, START + 3 * SECOND), 0);
    assert_int_equal(order(limits, 2, 5, START + 3 * SECOND), 0);
    assert_int_equal(rate_limits_orders(limits, 1, START + 3 * SECOND).ten_seconds, 5);
    assert_int_equal(rate_limits_orders(limits, 1, START + 10 * SECOND).ten_seconds, 0);
    assert_int_equal(rate_limits_orders(limits, 1, START + 10 * SECOND).day, 5);
    assert_int_equal(order(limits, 1, 4, START + 10 * SECOND), -1015);
    assert_string_equal(failure.text, "Too many new orders; current limit is 8 orders per 1 DAY.");
    assert_int_equal(order(limits, 1, 4, START + 1440 * MINUTE), 0);
    rate_limits_destroy(limits);
}

static void an_order_that_traded_no_longer_counts(void **state)
{
    struct rate_limits *limits = rate_limits_create(&strict, 10);

    assert_int_equal(order(limits, 1, 5, START), 0);
    rate_limits_order_filled(limits, 1, START);
    assert_int_equal(order(limits, 1, 1, START), 0);
    assert_int_equal(order(limits, 1, 1, START), -1015);
    /* Never below zero: fills of older windows give nothing back. */
    for (int i = 0; i < 20; i++) {
        rate_limits_order_filled(limits, 1, START + 1440 * MINUTE);
    }
    assert_int_equal(rate_limits_orders(limits, 1, START + 1440 * MINUTE).day, 0);
    assert_int_equal(order(limits, 1, 6, START + 1440 * MINUTE), -1015);
    rate_limits_destroy(limits);
}

static void switched_off_it_counts_and_refuses_nobody(void **state)
{
    struct rate_options options = strict;

    options.is_off = true;
    struct rate_limits *limits = rate_limits_create(&options, 10);

    for (int i = 0; i < 1000; i++) {
        assert_int_equal(charge(limits, home, 100, START), 0);
        assert_int_equal(order(limits, 1, 1, START), 0);
    }
    assert_int_equal(verdict.weight_used, 100000);
    assert_int_equal(rate_limits_orders(limits, 1, START).day, 1000);
    rate_limits_destroy(limits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weight_is_counted_per_address_and_minute),
        cmocka_unit_test(requests_are_counted_over_five_minutes),
        cmocka_unit_test(who_does_not_listen_is_banned_for_longer_each_time),
        cmocka_unit_test(an_ipv6_client_is_a_network),
        cmocka_unit_test(many_addresses_are_counted_in_fixed_memory),
        cmocka_unit_test(orders_are_counted_per_participant),
        cmocka_unit_test(an_order_that_traded_no_longer_counts),
        cmocka_unit_test(switched_off_it_counts_and_refuses_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
