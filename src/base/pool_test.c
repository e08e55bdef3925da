/* SPDX-License-Identifier: Apache-2.0
 *
 * The pool against a twin that remembers which slots are out and in which order they came back.
 */
#include "base/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/movable_block.h"
#include "support/random_stream.h"

#define CAPACITY  100u
#define SLOT_SIZE 40u
#define HEAD_SIZE 64u /* the pool itself, rounded up to where slots may stand */

struct fixture {
    uint8_t *block;
    size_t size;
};

/* The twin: a stack of what came back, a counter of what was never out, a flag per slot. */
struct twin {
    uint32_t back[CAPACITY];
    uint32_t back_count;
    uint32_t fresh;
    bool out[CAPACITY + 1];
    uint32_t out_count;
};

static struct pool *pool_of(struct fixture *fixture)
{
    return (struct pool *)(void *)fixture->block;
}

static struct fixture new_pool(uint32_t capacity)
{
    size_t size = HEAD_SIZE + pool_memory_size(capacity, SLOT_SIZE);
    struct fixture fixture = {movable_block_new(size), size};

    pool_create(pool_of(&fixture), fixture.block + HEAD_SIZE, capacity, SLOT_SIZE);
    return fixture;
}

static uint32_t twin_take(struct twin *twin)
{
    uint32_t index = 0;

    if (twin->back_count > 0) {
        index = twin->back[--twin->back_count];
    } else if (twin->fresh < CAPACITY) {
        index = ++twin->fresh;
    }
    if (index != 0) {
        twin->out[index] = true;
        twin->out_count++;
    }
    return index;
}

static void twin_give(struct twin *twin, uint32_t index)
{
    twin->out[index] = false;
    twin->out_count--;
    twin->back[twin->back_count++] = index;
}

/* A slot's bytes after the first four, which a free slot uses. */
static bool is_filled_with(const struct pool *pool, uint32_t index, uint8_t value)
{
    const uint8_t *slot = pool_at(pool, index);

    for (size_t i = 4; i < SLOT_SIZE; i++) {
        if (slot[i] != value) {
            return false;
        }
    }
    return true;
}

static void check_slots(const struct pool *pool, const struct twin *twin)
{
    assert_int_equal(pool->count, twin->out_count);
    assert_int_equal(pool_room(pool), CAPACITY - twin->out_count);
    for (uint32_t index = 1; index <= CAPACITY; index++) {
        assert_true(is_filled_with(pool, index, twin->out[index] ? (uint8_t)index : 0));
    }
}

static void take_one(struct pool *pool, struct twin *twin)
{
    static const uint8_t zeros[SLOT_SIZE];
    uint32_t index = pool_take(pool);

    assert_int_equal(index, twin_take(twin));
    if (index != 0) {
        assert_memory_equal(pool_at(pool, index), zeros, SLOT_SIZE);
        memset(pool_at(pool, index), (int)index, SLOT_SIZE);
    }
}

static void pool_hands_out_the_same_slots_as_its_twin_and_always_zeroed(void **state)
{
    struct random_stream random = {11};
    struct fixture fixture = new_pool(CAPACITY);
    struct twin twin = {.fresh = 0};

    for (uint32_t round = 0; round < 50000; round++) {
        uint32_t index = 1 + (uint32_t)random_below(&random, CAPACITY);
        /* Waves of filling and emptying, so that both ends are reached. */
        uint64_t chance = (round / 2000) % 2 == 0 ? 70 : 30;

        if (random_below(&random, 100) < chance) {
            take_one(pool_of(&fixture), &twin);
        } else if (twin.out[index]) {
            pool_give(pool_of(&fixture), index);
            twin_give(&twin, index);
        }
        if (round % 97 == 0) {
            check_slots(pool_of(&fixture), &twin);
            fixture.block = movable_block_move(fixture.block, fixture.size);
        }
    }
    free(fixture.block);
}

static void pool_that_is_full_hands_out_nothing(void **state)
{
    struct fixture fixture = new_pool(3);
    struct pool *pool = pool_of(&fixture);

    assert_int_equal(pool_take(pool), 1);
    assert_int_equal(pool_take(pool), 2);
    assert_int_equal(pool_take(pool), 3);
    assert_int_equal(pool_room(pool), 0);
    assert_int_equal(pool_take(pool), 0);
    pool_give(pool, 2);
    assert_int_equal(pool_take(pool), 2);
    free(fixture.block);
}

static void give_zero(void *argument)
{
    pool_give(argument, 0);
}

static void give_never_taken(void *argument)
{
    pool_give(argument, 2);
}

static void pool_aborts_when_it_is_given_what_it_never_handed_out(void **state)
{
    struct fixture fixture = new_pool(3);
    struct pool *pool = pool_of(&fixture);

    assert_int_equal(pool_take(pool), 1);
    assert_true(does_abort(give_zero, pool));
    assert_true(does_abort(give_never_taken, pool));
    assert_int_equal(pool_take(pool), 2);
    assert_false(does_abort(give_never_taken, pool));
    free(fixture.block);
}

static void create_with_slots_of_no_size(void *argument)
{
    pool_create(argument, (uint8_t *)argument + HEAD_SIZE, 3, 0);
}

static void create_with_slots_of_odd_size(void *argument)
{
    pool_create(argument, (uint8_t *)argument + HEAD_SIZE, 3, 12);
}

static void create_with_slots_of_absurd_size(void *argument)
{
    pool_create(argument, (uint8_t *)argument + HEAD_SIZE, 3, (size_t)1 << 32);
}

static void create_with_no_slots(void *argument)
{
    pool_create(argument, (uint8_t *)argument + HEAD_SIZE, 0, SLOT_SIZE);
}

static void create_with_absurdly_many_slots(void *argument)
{
    pool_create(argument, (uint8_t *)argument + HEAD_SIZE, UINT32_MAX, SLOT_SIZE);
}

static void create_with_slots_before_it(void *argument)
{
    pool_create(argument, (uint8_t *)argument - HEAD_SIZE, 3, SLOT_SIZE);
}

static void create_with_slots_out_of_line(void *argument)
{
    pool_create(argument, (uint8_t *)argument + HEAD_SIZE + 8, 3, SLOT_SIZE);
}

static void pool_aborts_when_it_is_made_of_what_cannot_be(void **state)
{
    void (*const acts[])(void *) = {
        create_with_slots_of_no_size,     create_with_slots_of_odd_size,
        create_with_slots_of_absurd_size, create_with_no_slots,
        create_with_absurdly_many_slots,  create_with_slots_before_it,
        create_with_slots_out_of_line,
    };
    uint8_t *block = movable_block_new(4 * HEAD_SIZE);

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        assert_true(does_abort(acts[i], block + HEAD_SIZE));
    }
    free(block);
}

static void pool_memory_size_says_when_it_does_not_fit(void **state)
{
    assert_int_equal(pool_memory_size(3, 40), 160);
    assert_int_equal(pool_memory_size(UINT32_MAX - 1, SIZE_MAX / 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pool_hands_out_the_same_slots_as_its_twin_and_always_zeroed),
        cmocka_unit_test(pool_that_is_full_hands_out_nothing),
        cmocka_unit_test(pool_aborts_when_it_is_given_what_it_never_handed_out),
        cmocka_unit_test(pool_aborts_when_it_is_made_of_what_cannot_be),
        cmocka_unit_test(pool_memory_size_says_when_it_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
