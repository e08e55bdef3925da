/* SPDX-License-Identifier: Apache-2.0
 *
 * The block: measured, made, taken up at another address, and not touched where nothing stands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/state.h"
#include "support/engine_scene.h"
#include "support/expect_abort.h"

static void absurd_limits_have_no_size(void **state)
{
    struct limits limits = scene_limits;

    (void)state;
    assert_true(tarazy_engine_size(&limits) > 0);
    limits.orders_max = 0;
    assert_int_equal(tarazy_engine_size(&limits), 0);
    limits.orders_max = UINT32_MAX;
    assert_int_equal(tarazy_engine_size(&limits), 0);
    limits = scene_limits;
    limits.assets_max = 65536;
    assert_int_equal(tarazy_engine_size(&limits), 0);
    limits = scene_limits;
    limits.instruments_max = 65536;
    assert_int_equal(tarazy_engine_size(&limits), 0);
    limits = scene_limits;
    limits.price_levels_max = 1u << 28;
    assert_int_equal(tarazy_engine_size(&limits), 0);
}

static void a_small_node_takes_at_most_256_mib(void **state)
{
    const struct limits limits = TARAZY_LIMITS_SMALL;

    (void)state;
    assert_in_range(tarazy_engine_size(&limits), 1, 256u << 20);
}

static void create_in_dirty_memory(void *block)
{
    memset(block, 1, tarazy_engine_size(&scene_limits));
    (void)tarazy_engine_create(block, tarazy_engine_size(&scene_limits), &scene_limits);
}

static void create_with_another_size(void *block)
{
    (void)tarazy_engine_create(block, tarazy_engine_size(&scene_limits) + 64, &scene_limits);
}

static void a_block_must_be_zeroed_and_of_the_right_size(void **state)
{
    uint8_t *block = aligned_alloc(64, tarazy_engine_size(&scene_limits) + 64);

    (void)state;
    assert_non_null(block);
    memset(block, 0, tarazy_engine_size(&scene_limits) + 64);
    assert_true(does_abort(create_in_dirty_memory, block));
    assert_true(does_abort(create_with_another_size, block));
    free(block);
}

static void only_a_block_of_this_version_and_size_is_taken_up(void **state)
{
    struct scene scene;
    size_t size;

    (void)state;
    scene_start(&scene);
    uint8_t *copy = aligned_alloc(64, scene.size + 64);
    assert_non_null(copy);
    memcpy(copy, tarazy_engine_block(scene.engine, &size), scene.size);
    assert_int_equal(size, scene.size);
    assert_non_null(tarazy_engine_adopt(copy, size));
    assert_null(tarazy_engine_adopt(copy, size - 64));
    assert_null(tarazy_engine_adopt(copy, 16));
    assert_null(tarazy_engine_adopt(copy + 8, size));
    struct engine *engine = (struct engine *)(void *)copy;
    engine->magic++;
    assert_null(tarazy_engine_adopt(copy, size));
    engine->magic--;
    engine->version++;
    assert_null(tarazy_engine_adopt(copy, size));
    engine->version--;
    engine->limits.orders_max *= 2;
    assert_null(tarazy_engine_adopt(copy, size));
    free(copy);
    scene_end(&scene);
}

static void a_copy_at_another_address_goes_on_as_the_original(void **state)
{
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);
    struct order_terms ask = scene_limit(SIDE_SELL, 90, 9);
    struct scene scene;
    struct scene other;

    (void)state;
    scene_start(&scene);
    assert_int_equal(scene_place(&scene, SCENE_ALICE, &bid), RESULT_OK);
    scene_start(&other);
    memset(other.engine, 0xa5, other.size);
    memcpy(other.engine, scene.engine, scene.size);
    other.engine = tarazy_engine_adopt(other.engine, other.size);
    assert_non_null(other.engine);
    assert_int_equal(scene_place(&scene, SCENE_BOB, &ask), RESULT_OK);
    assert_int_equal(scene_place(&other, SCENE_BOB, &ask), RESULT_OK);
    assert_int_equal(scene.events.used, other.events.used);
    assert_memory_equal(scene.events.bytes, other.events.bytes, scene.events.used);
    assert_memory_equal(scene.engine, other.engine, scene.size);
    scene_end(&scene);
    scene_end(&other);
}

static size_t resident_pages(void *block, size_t size)
{
    size_t pages = (size + 4095) / 4096;
    unsigned char *present = malloc(pages);
    size_t count = 0;

    assert_non_null(present);
    assert_int_equal(mincore(block, size, present), 0);
    for (size_t i = 0; i < pages; i++) {
        count += present[i] & 1;
    }
    free(present);
    return count;
}

/* A million participants, four million orders, a thousand instruments: the capacity the project
 * promises on a machine of 24 GiB. An empty one costs next to nothing. */
static void a_large_state_costs_only_what_is_used_of_it(void **state)
{
    struct limits limits = {
        .participants_max = 1000000,
        .accounts_max = 4000000,
        .assets_max = 1000,
        .instruments_max = 1000,
        .orders_max = 4000000,
        .price_levels_max = 2000000,
        .order_lists_max = 200000,
        .client_ids_max = 4000000,
        .keys_max = 1000000,
        .proposals_max = 1024,
        .evidence_max = 4000000,
        .withdrawals_max = 100000,
    };
    size_t size = tarazy_engine_size(&limits);

    (void)state;
    assert_in_range(size, 1, (size_t)8 << 30);
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(block != MAP_FAILED);
    assert_ptr_equal(tarazy_engine_create(block, size, &limits), block);
    /* one page for each of the parts' heads, no more */
    assert_in_range(resident_pages(block, size), 1, 64);
    assert_int_equal(munmap(block, size), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absurd_limits_have_no_size),
        cmocka_unit_test(a_small_node_takes_at_most_256_mib),
        cmocka_unit_test(a_block_must_be_zeroed_and_of_the_right_size),
        cmocka_unit_test(only_a_block_of_this_version_and_size_is_taken_up),
        cmocka_unit_test(a_copy_at_another_address_goes_on_as_the_original),
        cmocka_unit_test(a_large_state_costs_only_what_is_used_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
