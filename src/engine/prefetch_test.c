/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking ahead changes nothing, whatever the commands say, and goes on from few to few.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/state.h"
#include "market/ahead.h"
#include "support/command_samples.h"
#include "support/engine_scene.h"

#define MANY 30001u /* people from whom on the engine looks ahead at all */

/* A batch: a sample of every kind, then orders about things that are there and things that are not. */
static size_t fill_batch(uint8_t *bytes)
{
    size_t size = 0;

    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        size += command_sample_make((union command_sample *)(void *)(bytes + size), *kind);
    }
    for (uint32_t i = 0; i < 40; i++) {
        struct command_order_replace *replace = (void *)(bytes + size);

        memset(replace, 0, sizeof *replace);
        replace->header.kind = COMMAND_ORDER_REPLACE;
        replace->header.participant = i % 3 == 0 ? UINT32_MAX : i;
        replace->header.key = i % 5 == 0 ? UINT32_MAX : i;
        replace->order = i % 4 == 0 ? UINT64_MAX : i;
        replace->terms = scene_limit(i % 2 == 0 ? SIDE_BUY : SIDE_SELL, (int64_t)i * 7 + 60, 1);
        replace->terms.instrument = (uint16_t)(i % 5);
        replace->terms.side = (uint8_t)(i % 4);
        size += sizeof *replace;
    }
    return size;
}

static void start_crowded(struct scene *scene)
{
    struct limits limits = scene_limits;
    struct command_participant_create person = {
        .header.kind = COMMAND_PARTICIPANT_CREATE, .roles = ROLE_TRADER, .tier = SCENE_TIER};

    limits.participants_max = MANY + 10;
    scene_start_with(scene, &limits);
    scene->quick = true;
    for (uint32_t i = 0; i < MANY; i++) {
        memset(person.handle.text, 0, sizeof person.handle.text);
        (void)snprintf(person.handle.text, sizeof person.handle.text, "p%u", i);
        assert_int_equal(scene_send(scene, SCENE_OLGA, &person.header), RESULT_OK);
    }
    for (int64_t price = 60; price < 140; price++) {
        struct order_terms terms = scene_limit(price < 100 ? SIDE_BUY : SIDE_SELL, price, 1);

        assert_int_equal(scene_place(scene, SCENE_CAROL, &terms), RESULT_OK);
    }
}

static void looking_ahead_changes_nothing(void **state)
{
    static _Alignas(64) uint8_t batch[65536];
    struct scene scene;
    size_t size = fill_batch(batch);
    size_t block_size;
    size_t done = 0;
    unsigned calls = 0;

    (void)state;
    assert_true(size <= sizeof batch);
    start_crowded(&scene);
    memcpy(scene.before, tarazy_engine_block(scene.engine, &block_size), scene.size);
    while (done < size) {
        size_t step = tarazy_engine_prefetch(scene.engine, batch + done, size - done);

        assert_true(step > 0 && step <= size - done);
        done += step;
        calls++;
    }
    assert_true(calls > 2);
    assert_memory_equal(scene.before, tarazy_engine_block(scene.engine, &block_size), scene.size);
    scene_end(&scene);
}

static void with_few_people_there_is_nothing_to_look_for(void **state)
{
    static _Alignas(64) uint8_t batch[65536];
    struct scene scene;
    size_t size = fill_batch(batch);

    (void)state;
    scene_start(&scene);
    assert_int_equal(tarazy_engine_prefetch(scene.engine, batch, size), size);
    scene_end(&scene);
}

/* Guesses need not be right, but they are where the thing is there: or all of it were for nothing. */
static void what_is_there_is_guessed_right(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene);
    for (int64_t price = 1; price < 5000; price += 37) {
        struct order_terms bid = scene_limit(SIDE_BUY, price, 1);

        assert_int_equal(scene_place(&scene, SCENE_CAROL, &bid), RESULT_OK);
        const struct market *market = engine_market(scene.engine);
        struct market_ahead ahead = {.number = scene_outcome(&scene)->id,
                                     .price = bid.price,
                                     .participant = SCENE_CAROL,
                                     .instrument = SCENE_GOLDKZT,
                                     .side = SIDE_BUY};
        for (uint32_t step = 0; step < MARKET_AHEAD_STEPS; step++) {
            market_ahead_step(market, &ahead, step);
        }
        uint32_t slot = market_order_find(market, ahead.number);
        assert_int_equal(ahead.order, slot);
        assert_int_equal(ahead.trader, market_order(market, slot)->trader);
        assert_int_equal(ahead.level, market_order(market, slot)->level);
        assert_int_not_equal(market_ahead_note(market, &ahead).words[0], 0);
    }
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looking_ahead_changes_nothing),
        cmocka_unit_test(with_few_people_there_is_nothing_to_look_for),
        cmocka_unit_test(what_is_there_is_guessed_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
