/* SPDX-License-Identifier: Apache-2.0
 *
 * Measuring and placing agree; absurd sizes are said, not wrapped around.
 */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/movable_block.h"
#include "support/random_stream.h"

static void arena_places_parts_exactly_where_it_measured_them(void **state)
{
    struct random_stream random = {21};

    for (int round = 0; round < 200; round++) {
        size_t sizes[10];
        struct arena measure = {.block = NULL};

        for (int i = 0; i < 10; i++) {
            sizes[i] = 1 + (size_t)random_below(&random, 300);
            assert_null(arena_reserve(&measure, sizes[i]));
        }
        assert_false(measure.overflow);
        uint8_t *block = movable_block_new(measure.used);
        struct arena place = {.block = block, .size = measure.used};
        uint8_t *end = block;
        for (int i = 0; i < 10; i++) {
            uint8_t *part = arena_reserve(&place, sizes[i]);

            assert_ptr_equal(part, end);
            assert_int_equal((uintptr_t)part % 64, 0);
            end = part + (sizes[i] + 63) / 64 * 64;
        }
        assert_int_equal(place.used, measure.used);
        free(block);
    }
}

static void arena_marks_sizes_that_overflow(void **state)
{
    struct arena zero = {.block = NULL};
    struct arena rounding = {.block = NULL};
    struct arena together = {.block = NULL};

    (void)arena_reserve(&zero, 0);
    assert_true(zero.overflow);
    (void)arena_reserve(&rounding, SIZE_MAX - 10);
    assert_true(rounding.overflow);
    (void)arena_reserve(&together, SIZE_MAX / 2);
    assert_false(together.overflow);
    (void)arena_reserve(&together, SIZE_MAX / 2);
    (void)arena_reserve(&together, SIZE_MAX / 2);
    assert_true(together.overflow);
}

static void reserve_too_much(void *argument)
{
    (void)arena_reserve(argument, 65);
}

static void arena_aborts_rather_than_place_past_its_block(void **state)
{
    uint8_t *block = movable_block_new(64);
    struct arena arena = {.block = block, .size = 64};

    assert_true(does_abort(reserve_too_much, &arena));
    assert_ptr_equal(arena_reserve(&arena, 64), block);
    assert_true(does_abort(reserve_too_much, &arena));
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_places_parts_exactly_where_it_measured_them),
        cmocka_unit_test(arena_marks_sizes_that_overflow),
        cmocka_unit_test(arena_aborts_rather_than_place_past_its_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
