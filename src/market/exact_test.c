/* SPDX-License-Identifier: Apache-2.0
 *
 * Exact division against the machine's division.
 */
#include "market/exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/random_stream.h"

static void assert_divides(int64_t divisor, int64_t value)
{
    struct exact exact = exact_divisor(divisor);

    assert_int_equal(exact_is_multiple(&exact, value), value % divisor == 0);
    if (value % divisor == 0) {
        assert_int_equal(exact_quotient(&exact, value), value / divisor);
    }
}

static void multiples_are_told_from_others_and_divided(void **state)
{
    struct random_stream random = {1};

    for (int i = 0; i < 300000; i++) {
        int64_t divisor = 1 + (int64_t)(random_skewed(&random, 62) >> 1);
        int64_t value = (int64_t)(random_skewed(&random, 63));

        assert_divides(divisor, value);
        assert_divides(divisor, value - value % divisor);
        if (value - value % divisor < INT64_MAX) {
            assert_divides(divisor, value - value % divisor + 1);
        }
    }
}

static void edges_divide(void **state)
{
    const int64_t edges[] = {1, 2, 3, 10, 1024, 1000000007, (int64_t)1 << 62, INT64_MAX};

    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        for (size_t k = 0; k < sizeof edges / sizeof edges[0]; k++) {
            assert_divides(edges[i], edges[k]);
        }
        assert_divides(edges[i], 0);
    }
}

static void divide_by(void *divisor)
{
    (void)exact_divisor(*(int64_t *)divisor);
}

static void nothing_is_divided_by_zero_or_less(void **state)
{
    int64_t zero = 0;
    int64_t less = -5;

    assert_true(does_abort(divide_by, &zero));
    assert_true(does_abort(divide_by, &less));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiples_are_told_from_others_and_divided),
        cmocka_unit_test(edges_divide),
        cmocka_unit_test(nothing_is_divided_by_zero_or_less),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
