/* SPDX-License-Identifier: Apache-2.0
 *
 * The ladder against a sorted array: sparse keys, dense keys, and both edges of the key space.
 */
#include "market/ladder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/movable_block.h"
#include "support/random_stream.h"

#define LEVELS_MAX 300u

struct bed {
    struct ladder_store store;
    struct ladder ladder;
};

struct twin {
    uint64_t keys[LEVELS_MAX]; /* sorted */
    uint32_t count;
};

static struct bed *bed_start(uint8_t **block)
{
    struct arena arena = {0};

    (void)arena_reserve(&arena, sizeof(struct bed));
    ladder_store_create(NULL, &arena, LEVELS_MAX);
    *block = movable_block_new(arena.used);
    arena = (struct arena){.block = *block, .size = arena.used};
    struct bed *bed = arena_reserve(&arena, sizeof(struct bed));
    ladder_store_create(&bed->store, &arena, LEVELS_MAX);
    return bed;
}

static uint32_t twin_place(const struct twin *twin, uint64_t key)
{
    uint32_t at = 0;

    while (at < twin->count && twin->keys[at] < key) {
        at++;
    }
    return at;
}

static bool twin_has(const struct twin *twin, uint64_t key)
{
    uint32_t at = twin_place(twin, key);

    return at < twin->count && twin->keys[at] == key;
}

static void twin_add(struct twin *twin, uint64_t key)
{
    uint32_t at = twin_place(twin, key);

    memmove(&twin->keys[at + 1], &twin->keys[at], (twin->count - at) * sizeof twin->keys[0]);
    twin->keys[at] = key;
    twin->count++;
}

static void twin_drop(struct twin *twin, uint64_t key)
{
    uint32_t at = twin_place(twin, key);

    twin->count--;
    memmove(&twin->keys[at], &twin->keys[at + 1], (twin->count - at) * sizeof twin->keys[0]);
}

static void assert_same(const struct bed *bed, const struct twin *twin, uint64_t probe)
{
    uint32_t levels = 0;
    uint32_t nodes = 0;
    uint32_t after = ladder_after(&bed->store, &bed->ladder, probe);
    uint32_t at = twin_place(twin, probe + 1);

    assert_int_equal(bed->ladder.count, twin->count);
    assert_int_equal(after != 0, at < twin->count);
    if (after != 0) {
        assert_int_equal(ladder_level(&bed->store, after)->key, twin->keys[at]);
    }
    assert_int_equal(ladder_find(&bed->store, &bed->ladder, probe) != 0, twin_has(twin, probe));
    assert_int_equal(bed->ladder.best != 0, twin->count > 0);
    if (twin->count > 0) {
        assert_int_equal(ladder_level(&bed->store, bed->ladder.best)->key, twin->keys[0]);
    }
    assert_null(ladder_audit(&bed->store, &bed->ladder, &levels, &nodes));
    assert_int_equal(levels, twin->count);
    assert_int_equal(levels, bed->store.levels.count);
    assert_int_equal(nodes, bed->store.nodes.count);
    assert_true(nodes < levels || nodes == 0);
}

/* Keys of a width, or of all widths; always the two edges among them. */
static uint64_t draw_key(struct random_stream *random, unsigned bits)
{
    switch (random_below(random, 20)) {
    case 0: return 0;
    case 1: return LADDER_KEY_MAX;
    default: break;
    }
    uint64_t key = bits != 0 ? random_next(random) >> (64 - bits) : random_skewed(random, 36);
    return random_once_in(random, 2) ? key : LADDER_KEY_MAX - key;
}

static void play(unsigned bits, uint64_t seed)
{
    struct random_stream random = {seed};
    struct twin twin = {0};
    uint8_t *block;
    struct bed *bed = bed_start(&block);

    for (int i = 0; i < 20000; i++) {
        uint64_t key = draw_key(&random, bits);
        uint64_t growing = (uint64_t)(i / 2000) % 2 == 0 ? 3 : 1; /* fill up, then empty */
        bool add = random_below(&random, 4) < growing;

        if (add && twin.count < LEVELS_MAX) {
            uint32_t level = ladder_insert(&bed->store, &bed->ladder, key);

            assert_int_equal(ladder_level(&bed->store, level)->key, key);
            if (!twin_has(&twin, key)) {
                twin_add(&twin, key);
            }
        } else if (!add && twin.count > 0) {
            uint64_t gone = twin.keys[random_below(&random, twin.count)];

            ladder_remove(&bed->store, &bed->ladder, ladder_find(&bed->store, &bed->ladder, gone));
            twin_drop(&twin, gone);
        }
        assert_same(bed, &twin, draw_key(&random, bits));
    }
    free(block);
}

static void a_ladder_of_neighbouring_prices_is_sorted(void **state)
{
    play(7, 1);
    play(9, 2);
}

static void a_ladder_of_scattered_prices_is_sorted(void **state)
{
    play(36, 3);
    play(0, 4);
    play(20, 5);
}

static void a_full_store_of_levels_always_has_room_for_nodes(void **state)
{
    struct random_stream random = {6};
    uint8_t *block;
    struct bed *bed = bed_start(&block);

    while (bed->ladder.count < LEVELS_MAX) {
        (void)ladder_insert(&bed->store, &bed->ladder, random_next(&random) >> 28);
    }
    assert_int_equal(pool_room(&bed->store.levels), 0);
    assert_true(bed->store.nodes.count < LEVELS_MAX);
    while (bed->ladder.best != 0) {
        ladder_remove(&bed->store, &bed->ladder, bed->ladder.best);
    }
    assert_int_equal(bed->store.nodes.count, 0);
    assert_int_equal(bed->ladder.root, 0);
    free(block);
}

static void a_broken_ladder_is_noticed(void **state)
{
    uint8_t *block;
    struct bed *bed = bed_start(&block);
    uint32_t counts[2] = {0};

    for (uint64_t key = 10; key < 200; key += 7) {
        (void)ladder_insert(&bed->store, &bed->ladder, key);
    }
    struct ladder right = bed->ladder;
    bed->ladder.count++;
    assert_non_null(ladder_audit(&bed->store, &bed->ladder, &counts[0], &counts[1]));
    bed->ladder = right;
    bed->ladder.best = ladder_find(&bed->store, &bed->ladder, 17);
    assert_non_null(ladder_audit(&bed->store, &bed->ladder, &counts[0], &counts[1]));
    bed->ladder = right;
    struct level *level = ladder_level(&bed->store, ladder_find(&bed->store, &bed->ladder, 24));
    level->key = 25;
    assert_non_null(ladder_audit(&bed->store, &bed->ladder, &counts[0], &counts[1]));
    level->key = 24;
    uint64_t *bitmap = pool_at(&bed->store.nodes, 1); /* a node begins with its bitmap */
    uint64_t before = *bitmap;
    *bitmap &= *bitmap - 1;
    assert_non_null(ladder_audit(&bed->store, &bed->ladder, &counts[0], &counts[1]));
    *bitmap = before;
    assert_null(ladder_audit(&bed->store, &bed->ladder, &counts[0], &counts[1]));
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ladder_of_neighbouring_prices_is_sorted),
        cmocka_unit_test(a_ladder_of_scattered_prices_is_sorted),
        cmocka_unit_test(a_full_store_of_levels_always_has_room_for_nodes),
        cmocka_unit_test(a_broken_ladder_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
