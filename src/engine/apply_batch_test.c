/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch is its commands one by one, however far it looks ahead.
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
#include "market/ladder.h"
#include "support/command_samples.h"
#include "support/engine_scene.h"

#define MANY 30001u /* people from whom on the engine looks ahead at all */

/* Orders with names, new ones and ones that were there before, and cancels by those names: more than
 * are remembered. */
static size_t fill_named(uint8_t *bytes)
{
    size_t size = 0;

    for (uint32_t i = 0; i < 90; i++) {
        struct command_order_place *place = (void *)(bytes + size);

        memset(place, 0, sizeof *place);
        place->header.kind = COMMAND_ORDER_PLACE;
        place->header.participant = i % 10 == 0 ? UINT32_MAX : SCENE_CAROL;
        place->terms = scene_limit(SIDE_BUY, 60, 1);
        (void)snprintf(place->terms.client_id.text, sizeof place->terms.client_id.text, "n%u",
                       i % 70);
        size += sizeof *place;
        if (i % 2 == 0) {
            struct command_order_cancel *cancel = (void *)(bytes + size);

            memset(cancel, 0, sizeof *cancel);
            cancel->header.kind = COMMAND_ORDER_CANCEL;
            cancel->header.participant = SCENE_CAROL;
            cancel->instrument = place->terms.instrument;
            cancel->original = place->terms.client_id;
            size += sizeof *cancel;
        }
    }
    return size;
}

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
    return size + fill_named(bytes + size);
}

static void start_crowded(struct scene *scene)
{
    struct limits limits = scene_limits;
    struct command_participant_create person = {
        .header.kind = COMMAND_PARTICIPANT_CREATE, .roles = ROLE_TRADER, .tier = SCENE_TIER};

    limits.participants_max = MANY + 10;
    limits.client_ids_max = 32; /* fewer than names in the batch: the oldest are forgotten */
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

struct collected {
    struct digest digest;
    unsigned commands;
};

static void collect(void *context, const struct command_header *command,
                    const struct event_buffer *events)
{
    struct collected *collected = context;

    assert_true(command->kind != 0 && events->count > 0);
    digest_update(&collected->digest, events->bytes, events->used);
    collected->commands++;
}

/* Numbers and times that follow what the scene has done so far. */
static void number_batch(const struct scene *scene, uint8_t *bytes, size_t size)
{
    uint64_t number = tarazy_engine_number(scene->engine);

    for (size_t at = 0; at < size;) {
        struct command_header *command = (void *)(bytes + at);

        command->number = ++number;
        command->time_us = tarazy_engine_time(scene->engine);
        at += tarazy_command_size(command->kind);
    }
}

static void apply_one_by_one(struct scene *scene, const uint8_t *batch, size_t size,
                             struct collected *into)
{
    for (size_t at = 0; at < size;) {
        const struct command_header *command = (const void *)(batch + at);

        scene->events.used = 0;
        scene->events.count = 0;
        tarazy_engine_apply(scene->engine, command, &scene->events);
        collect(into, command, &scene->events);
        at += tarazy_command_size(command->kind);
    }
}

/* The same events and the same state as one by one, whatever the commands say. */
static void check_against_one_by_one(struct scene *scene)
{
    static _Alignas(64) uint8_t batch[131072];
    size_t size = fill_batch(batch);
    struct collected ones = {digest_start(), 0};
    struct collected whole = {digest_start(), 0};
    const struct batch_sink sink = {&whole, collect};
    size_t block_size;
    void *block = (void *)(uintptr_t)tarazy_engine_block(scene->engine, &block_size);
    uint8_t *after = malloc(block_size);

    assert_true(size <= sizeof batch && after != NULL);
    number_batch(scene, batch, size);
    memcpy(scene->before, block, block_size);
    apply_one_by_one(scene, batch, size, &ones);
    memcpy(after, block, block_size);
    memcpy(block, scene->before, block_size);
    tarazy_engine_apply_batch(scene->engine, batch, size, &scene->events, &sink);
    assert_int_equal(whole.commands, ones.commands);
    assert_memory_equal(&whole.digest, &ones.digest, sizeof whole.digest);
    assert_memory_equal(block, after, block_size);
    free(after);
}

static void with_many_people_a_batch_is_its_commands_one_by_one(void **state)
{
    struct scene scene;

    (void)state;
    start_crowded(&scene);
    check_against_one_by_one(&scene);
    scene_end(&scene);
}

static void with_few_people_a_batch_is_its_commands_one_by_one(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene);
    check_against_one_by_one(&scene);
    scene_end(&scene);
}

static void a_batch_of_nothing_does_nothing(void **state)
{
    struct scene scene;
    const struct batch_sink sink = {NULL, collect};

    (void)state;
    scene_start(&scene);
    uint64_t number = tarazy_engine_number(scene.engine);
    tarazy_engine_apply_batch(scene.engine, NULL, 0, &scene.events, &sink);
    assert_int_equal(tarazy_engine_number(scene.engine), number);
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
        market_ahead_tables(market, &ahead);
        market_ahead_records(market, &ahead);
        market_ahead_around(market, &ahead);
        for (int step = 0; step < 4; step++) {
            market_ahead_down(market, &ahead);
        }
        market_ahead_queue(market, &ahead);
        uint32_t slot = market_order_find(market, ahead.number);
        assert_int_equal(ahead.order, slot);
        assert_int_equal(ahead.trader, market_order(market, slot)->trader);
        assert_int_equal(ladder_met(ahead.child), market_order(market, slot)->level);
        assert_int_not_equal(market_ahead_trader(market, &ahead).words[0], 0);
    }
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_many_people_a_batch_is_its_commands_one_by_one),
        cmocka_unit_test(with_few_people_a_batch_is_its_commands_one_by_one),
        cmocka_unit_test(a_batch_of_nothing_does_nothing),
        cmocka_unit_test(what_is_there_is_guessed_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
