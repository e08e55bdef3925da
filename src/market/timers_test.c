/* SPDX-License-Identifier: Apache-2.0
 *
 * Deadlines against a list that is searched from end to end.
 */
#include "market/timers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/movable_block.h"
#include "support/random_stream.h"

#define ITEMS 200u

struct twin {
    int64_t due[ITEMS + 1]; /* 0 = none */
    uint64_t rank[ITEMS + 1];
};

static struct timers *timers_start(uint8_t **block)
{
    struct arena arena = {0};

    (void)arena_reserve(&arena, sizeof(struct timers));
    timers_create(NULL, &arena, ITEMS);
    *block = movable_block_new(arena.used);
    arena = (struct arena){.block = *block, .size = arena.used};
    struct timers *timers = arena_reserve(&arena, sizeof(struct timers));
    timers_create(timers, &arena, ITEMS);
    return timers;
}

static uint32_t twin_first(const struct twin *twin)
{
    uint32_t first = 0;

    for (uint32_t i = 1; i <= ITEMS; i++) {
        if (twin->due[i] != 0 &&
            (first == 0 || twin->due[i] < twin->due[first] ||
             (twin->due[i] == twin->due[first] && twin->rank[i] < twin->rank[first]))) {
            first = i;
        }
    }
    return first;
}

static void the_first_deadline_is_always_known(void **state)
{
    struct random_stream random = {1};
    struct twin twin = {0};
    uint8_t *block;
    struct timers *timers = timers_start(&block);

    assert_int_equal(timers_due(timers), INT64_MAX);
    for (int i = 0; i < 100000; i++) {
        uint32_t item = 1 + (uint32_t)random_below(&random, ITEMS);

        if (random_below(&random, (i / 5000) % 2 == 0 ? 4 : 2) != 0) {
            twin.due[item] = 1 + (int64_t)random_below(&random, 50);
            twin.rank[item] = random_next(&random);
            timers_set(timers, item, twin.due[item], twin.rank[item]);
        } else {
            twin.due[item] = 0;
            timers_clear(timers, item);
        }
        uint32_t first = twin_first(&twin);
        assert_int_equal(timers_first(timers), first);
        assert_int_equal(timers_due(timers), first != 0 ? twin.due[first] : INT64_MAX);
        if (i % 50 == 0) {
            assert_null(timers_audit(timers));
        }
    }
    free(block);
}

static void equal_deadlines_go_by_rank(void **state)
{
    uint8_t *block;
    struct timers *timers = timers_start(&block);

    for (uint32_t item = 1; item <= 20; item++) {
        timers_set(timers, item, 5, 100 - item);
    }
    for (uint32_t item = 20; item >= 1; item--) {
        assert_int_equal(timers_first(timers), item);
        timers_clear(timers, item);
    }
    assert_int_equal(timers_first(timers), 0);
    free(block);
}

static void nothing_is_left_in_memory_of_deadlines_gone(void **state)
{
    uint8_t *block;
    struct timers *timers = timers_start(&block);
    struct timers empty = *timers;
    size_t size = (ITEMS + 1) * (sizeof(struct timer) + sizeof(uint32_t));
    const uint8_t *memory = (const uint8_t *)timers + timers->heap_offset;

    for (uint32_t item = 1; item <= ITEMS; item++) {
        timers_set(timers, item, 1000 - item, item);
    }
    for (uint32_t item = 1; item <= ITEMS; item++) {
        timers_clear(timers, item);
    }
    assert_memory_equal(timers, &empty, sizeof empty);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(memory[i], 0);
    }
    free(block);
}

static void a_broken_heap_is_noticed(void **state)
{
    uint8_t *block;
    struct timers *timers = timers_start(&block);
    struct timer *heap = (struct timer *)(void *)((uint8_t *)timers + timers->heap_offset);

    for (uint32_t item = 1; item <= 10; item++) {
        timers_set(timers, item, item, item);
    }
    heap[1].due_us = 100;
    assert_non_null(timers_audit(timers));
    heap[1].due_us = 1;
    heap[2].item = 7;
    assert_non_null(timers_audit(timers));
    heap[2].item = 2;
    timers->count--;
    assert_non_null(timers_audit(timers));
    timers->count++;
    assert_null(timers_audit(timers));
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_deadline_is_always_known),
        cmocka_unit_test(equal_deadlines_go_by_rank),
        cmocka_unit_test(nothing_is_left_in_memory_of_deadlines_gone),
        cmocka_unit_test(a_broken_heap_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
