/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole node under a failing disk: clients, a core and followers take turns at random, the disk fails
 * or the power goes at a random call, and the node starts again, hundreds of times. After every start:
 * whatever anybody was told is durable is there, and re-performing it gives the state that was seen.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "support/node_scene.h"
#include "support/random_stream.h"
#include "tarazy/query.h"

enum { SEEDS = 60, LIVES = 6, STEPS = 160, FOLLOWERS = 2, WITNESSES_MAX = 20000 };

/* What somebody has seen, to be held against every later life. */
struct witness {
    uint64_t hash;
    bool is_there;
};

struct simulation {
    struct node_scene scene;
    struct random_stream random;
    struct follower *followers[FOLLOWERS];
    struct witness *witnesses; /* by number: a hash of that command's events */
    uint64_t told;             /* durable, as somebody was told */
    uint64_t commands;
    uint32_t crashes;
    uint32_t torn;
};

static const struct hash_seed seed_of_hashes = {{3, 4}};

/* Every follower of every life must see the same events for the same number. */
static void on_command(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size)
{
    struct simulation *simulation = context;
    assert_true(command->number < WITNESSES_MAX);
    struct witness *witness = &simulation->witnesses[command->number];
    uint64_t hash = hash_bytes(seed_of_hashes, events, size);
    assert_int_equal(tarazy_engine_number(engine), command->number);
    if (witness->is_there) {
        assert_int_equal(witness->hash, hash);
    }
    *witness = (struct witness){.hash = hash, .is_there = true};
    if (command->number > simulation->told) {
        simulation->told = command->number;
    }
}

static void open_followers(struct simulation *simulation)
{
    for (int i = 0; i < FOLLOWERS; i++) {
        const char *error = NULL;
        struct follower_options options = {.directory = simulation->scene.folder,
                                           .storage = fake_disk_storage(simulation->scene.disk),
                                           .from = 1,
                                           .replay_from_start = true,
                                           .verify_chain = i == 0};
        struct follower_sink sink = {.context = simulation, .on_command = on_command};
        simulation->followers[i] = follower_open(&options, &sink, &error);
        if (simulation->followers[i] == NULL) {
            fail_msg("follower_open: %s", error);
        }
    }
}

static void close_followers(struct simulation *simulation)
{
    for (int i = 0; i < FOLLOWERS; i++) {
        follower_close(simulation->followers[i]);
        simulation->followers[i] = NULL;
    }
}

static void submit_something(struct simulation *simulation)
{
    struct random_stream *random = &simulation->random;
    struct follower *follower = simulation->followers[random_below(random, FOLLOWERS)];
    uint32_t who = random_once_in(random, 2) ? NODE_ALICE : NODE_BOB;
    enum side side = random_once_in(random, 2) ? SIDE_BUY : SIDE_SELL;
    uint64_t count = 1 + random_below(random, 20);
    for (uint64_t i = 0; i < count; i++) {
        struct command_order_place order =
            node_order(who, side, (int64_t)(95 + random_below(random, 10)),
                       (int64_t)(1 + random_below(random, 5)));
        order.header.request = follower_next_request(follower);
        if (follower_submit(follower, &order.header)) {
            simulation->commands++;
        }
    }
}

/* One random step. False: this life is over. */
static bool step(struct simulation *simulation)
{
    struct random_stream *random = &simulation->random;
    switch (random_below(random, 4)) {
    case 0: submit_something(simulation); return true;
    case 1:
        simulation->scene.wall_us += (int64_t)random_below(random, 2000) - 500;
        return core_turn(simulation->scene.core, 0) == CORE_TURN_ON;
    default:
        /* A follower that cannot read is not the end of the node; but the disk is one for all. */
        return follower_work(simulation->followers[random_below(random, FOLLOWERS)],
                             (uint32_t)(1 + random_below(random, 40))) >= 0;
    }
}

static void plan_failure(struct simulation *simulation)
{
    static const enum fake_failure failures[] = {FAKE_FAILURE_ONCE, FAKE_FAILURE_STICKY,
                                                 FAKE_FAILURE_SHORT, FAKE_FAILURE_POWER};
    struct random_stream *random = &simulation->random;
    fake_disk_plan(simulation->scene.disk, failures[random_below(random, 4)],
                   1 + random_below(random, 120), random_once_in(random, 2) ? EIO : ENOSPC);
}

/* What a crash leaves: after kill -9 everything written, after a power cut only what was synced and
 * some of the rest. */
static void crash(struct simulation *simulation)
{
    static const enum fake_loss losses[] = {FAKE_LOSS_NOTHING, FAKE_LOSS_ALL, FAKE_LOSS_SECTORS,
                                            FAKE_LOSS_BYTES};
    close_followers(simulation);
    node_scene_kill(&simulation->scene);
    fake_disk_restart(simulation->scene.disk, losses[random_below(&simulation->random, 4)],
                      &simulation->random);
    simulation->crashes++;
}

static void live(struct simulation *simulation)
{
    struct node_scene *scene = &simulation->scene;
    if (!node_scene_start(scene)) {
        char text[JOURNAL_ERROR_TEXT_SIZE];
        fail_msg("recovery: %s", journal_error_text(&scene->error, text));
    }
    simulation->torn += scene->report.was_torn ? 1 : 0;
    uint64_t recovered = log_head(scene->recovered.log)->number;
    if (recovered < simulation->told) {
        fail_msg("%llu was durable, %llu is there", (unsigned long long)simulation->told,
                 (unsigned long long)recovered);
    }
    /* What nobody was told may be gone; other commands then take these numbers. */
    for (uint64_t number = simulation->told + 1; number < WITNESSES_MAX; number++) {
        simulation->witnesses[number].is_there = false;
    }
    open_followers(simulation);
    plan_failure(simulation);
    for (int i = 0; i < STEPS && step(simulation); i++) {
    }
}

/* A last life without failures: all settles, everybody agrees, the books are whole. */
static void finish(struct simulation *simulation)
{
    struct node_scene *scene = &simulation->scene;
    assert_true(node_scene_start(scene));
    open_followers(simulation);
    for (int round = 0; round < 20; round++) {
        submit_something(simulation);
        for (int i = 0; i < FOLLOWERS; i++) {
            while (follower_work(simulation->followers[i], 1000) > 0) {
            }
        }
        assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    }
    size_t size;
    const void *block = tarazy_engine_block(scene->recovered.engine, &size);
    for (int i = 0; i < FOLLOWERS; i++) {
        size_t other;
        while (follower_work(simulation->followers[i], 1000) > 0) {
        }
        assert_true(follower_is_live(simulation->followers[i]));
        const void *replica =
            tarazy_engine_block(follower_engine(simulation->followers[i]), &other);
        assert_int_equal(size, other);
        assert_memory_equal(block, replica, size);
    }
    assert_null(tarazy_engine_audit(scene->recovered.engine));
    close_followers(simulation);
}

static void nothing_that_was_called_durable_is_ever_lost(void **state)
{
    static struct simulation simulation;
    uint64_t commands = 0;
    uint32_t crashes = 0;
    uint32_t torn = 0;
    struct witness *witnesses = calloc(WITNESSES_MAX, sizeof *witnesses);
    assert_non_null(witnesses);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        memset(witnesses, 0, WITNESSES_MAX * sizeof *witnesses);
        simulation = (struct simulation){.random = {.state = seed}, .witnesses = witnesses};
        node_scene_create(&simulation.scene);
        for (int i = 0; i < LIVES; i++) {
            live(&simulation);
            crash(&simulation);
        }
        finish(&simulation);
        node_scene_destroy(&simulation.scene);
        commands += simulation.commands;
        crashes += simulation.crashes;
        torn += simulation.torn;
    }
    free(witnesses);
    print_message("%llu commands, %u crashes, %u torn tails\n", (unsigned long long)commands,
                  crashes, torn);
    assert_true(torn > 0); /* else the power was never cut where it hurts */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_was_called_durable_is_ever_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
