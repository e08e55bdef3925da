/* SPDX-License-Identifier: Apache-2.0
 *
 * The table against a list: whatever a list with linear search finds, the table finds, and no more.
 */
#include "base/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/movable_block.h"
#include "support/random_stream.h"

#define CAPACITY 200u

struct entry {
    uint64_t hash;
    uint32_t index;
};

/* The twin: an array in order of arrival. */
struct list {
    struct entry entries[CAPACITY];
    uint32_t count;
};

struct fixture {
    uint8_t *block;
    size_t size;
};

static struct table *table_of(struct fixture *fixture)
{
    return (struct table *)(void *)fixture->block;
}

static struct fixture new_table(uint32_t capacity)
{
    size_t size = sizeof(struct table) + table_memory_size(capacity);
    struct fixture fixture = {movable_block_new(size), size};

    table_create(table_of(&fixture), fixture.block + sizeof(struct table), capacity);
    return fixture;
}

static uint32_t count_in_list(const struct list *list, uint64_t hash, uint32_t index)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < list->count; i++) {
        count += list->entries[i].hash == hash && list->entries[i].index == index;
    }
    return count;
}

/* Candidates may have another hash (the table keeps 32 bits of it), so each entry is looked for. */
static uint32_t count_in_table(const struct table *table, uint64_t hash, uint32_t index)
{
    uint32_t count = 0;
    uint32_t cursor;

    for (uint32_t i = table_first(table, hash, &cursor); i != 0;
         i = table_next(table, hash, &cursor)) {
        count += i == index;
    }
    return count;
}

static void compare(const struct table *table, const struct list *list)
{
    assert_int_equal(table->count, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct entry *entry = &list->entries[i];

        assert_int_equal(count_in_table(table, entry->hash, entry->index),
                         count_in_list(list, entry->hash, entry->index));
    }
}

/* Hashes from a small range crowd: runs are long, collisions happen all the time; just below 2^32
 * they stand at the end of the table and run on at its beginning. */
static void churn(uint64_t seed, uint64_t first, uint64_t hashes, uint32_t rounds)
{
    struct random_stream random = {seed};
    struct fixture fixture = new_table(CAPACITY);
    struct list list = {.count = 0};
    uint32_t next = 1;

    for (uint32_t round = 0; round < rounds; round++) {
        bool grow = list.count < CAPACITY && (list.count == 0 || random_below(&random, 100) < 52);

        if (grow) {
            struct entry entry = {first + random_below(&random, hashes), next++};

            table_insert(table_of(&fixture), entry.hash, entry.index);
            list.entries[list.count++] = entry;
        } else {
            uint32_t at = (uint32_t)random_below(&random, list.count);

            table_remove(table_of(&fixture), list.entries[at].hash, list.entries[at].index);
            assert_int_equal(
                count_in_table(table_of(&fixture), list.entries[at].hash, list.entries[at].index),
                0);
            list.entries[at] = list.entries[--list.count];
        }
        if (round % 16 == 0) {
            compare(table_of(&fixture), &list);
        }
        if (round % 1000 == 999) {
            fixture.block = movable_block_move(fixture.block, fixture.size);
        }
    }
    compare(table_of(&fixture), &list);
    free(fixture.block);
}

static void table_finds_what_a_list_finds_under_random_inserts_and_removes(void **state)
{
    churn(1, 0, UINT64_MAX, 40000);
    churn(2, 0, UINT32_MAX, 40000);
}

static void table_finds_what_a_list_finds_when_all_hashes_crowd_together(void **state)
{
    churn(3, 5, 4, 5000);
    churn(4, 1u << 31, 1u << 27, 20000);
    churn(5, UINT32_MAX - (1u << 28), 1u << 28, 20000);
    churn(6, UINT32_MAX - (1u << 25), 1u << 26, 20000);
}

static void table_removes_the_entry_that_was_named_among_equal_hashes(void **state)
{
    struct fixture fixture = new_table(CAPACITY);
    struct table *table = table_of(&fixture);

    for (uint32_t index = 1; index <= 5; index++) {
        table_insert(table, 77, index);
    }
    table_remove(table, 77, 3);
    assert_int_equal(count_in_table(table, 77, 3), 0);
    for (uint32_t index = 1; index <= 5; index++) {
        assert_int_equal(count_in_table(table, 77, index), index != 3);
    }
    free(fixture.block);
}

static void table_layout_is_a_function_of_the_calls_alone(void **state)
{
    struct fixture one = new_table(CAPACITY);
    struct fixture other = new_table(CAPACITY);

    for (uint32_t index = 1; index <= 100; index++) {
        table_insert(table_of(&one), index * 0x9e3779b9u, index);
        table_insert(table_of(&other), index * 0x9e3779b9u, index);
    }
    /* What came and went leaves no trace where nothing stands behind it. */
    table_insert(table_of(&one), 12345, 101);
    table_remove(table_of(&one), 12345, 101);
    assert_memory_equal(one.block, other.block, one.size);
    free(one.block);
    free(other.block);
}

static void insert_into_full(void *argument)
{
    table_insert(argument, 1, 99);
}

static void insert_index_zero(void *argument)
{
    table_insert(argument, 1, 0);
}

static void remove_absent(void *argument)
{
    table_remove(argument, 1234567, 3);
}

static void table_aborts_when_the_caller_did_not_make_sure(void **state)
{
    struct fixture fixture = new_table(16);
    struct table *table = table_of(&fixture);

    assert_true(does_abort(insert_index_zero, table));
    assert_true(does_abort(remove_absent, table));
    for (uint32_t index = 1; index <= 16; index++) {
        assert_false(does_abort(insert_into_full, table));
        table_insert(table, index, index);
    }
    assert_true(does_abort(insert_into_full, table));
    free(fixture.block);
}

static void create_with_absurdly_many_slots(void *argument)
{
    table_create(argument, (uint8_t *)argument + 64, UINT32_MAX);
}

static void create_with_slots_before_it(void *argument)
{
    table_create(argument, (uint8_t *)argument - 64, 3);
}

static void create_with_slots_out_of_line(void *argument)
{
    table_create(argument, (uint8_t *)argument + 68, 3);
}

static void table_aborts_when_it_is_made_of_what_cannot_be(void **state)
{
    uint8_t *block = movable_block_new(512);

    assert_true(does_abort(create_with_absurdly_many_slots, block + 64));
    assert_true(does_abort(create_with_slots_before_it, block + 64));
    assert_true(does_abort(create_with_slots_out_of_line, block + 64));
    free(block);
}

static void table_memory_keeps_a_third_free_and_says_when_there_is_no_such_size(void **state)
{
    for (uint32_t capacity = 1; capacity < 5000; capacity++) {
        size_t slots = table_memory_size(capacity) / 8;

        assert_true(slots * 2 >= (size_t)capacity * 3);
    }
    assert_int_equal(table_memory_size(UINT32_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_finds_what_a_list_finds_under_random_inserts_and_removes),
        cmocka_unit_test(table_finds_what_a_list_finds_when_all_hashes_crowd_together),
        cmocka_unit_test(table_removes_the_entry_that_was_named_among_equal_hashes),
        cmocka_unit_test(table_layout_is_a_function_of_the_calls_alone),
        cmocka_unit_test(table_aborts_when_the_caller_did_not_make_sure),
        cmocka_unit_test(table_aborts_when_it_is_made_of_what_cannot_be),
        cmocka_unit_test(table_memory_keeps_a_third_free_and_says_when_there_is_no_such_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
