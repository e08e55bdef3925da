/* SPDX-License-Identifier: Apache-2.0
 *
 * Open withdrawals and remembered names, against a plain list over random acts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "engine/withdrawals.h"
#include "support/engine_scene.h"
#include "support/random_stream.h"

#define NAMES 40u
#define ACTS  20000u

struct known {
    uint64_t number;
    uint32_t participant;
    uint32_t name; /* 0 = none */
};

/* The naive twin: open ones and, of the closed, those with names, newest last. */
struct twin {
    struct known open[16];
    uint32_t open_count;
    struct known closed[ACTS];
    uint32_t closed_count;
};

static struct client_id name_of(uint32_t name)
{
    char text[12] = {0};

    if (name != 0) {
        (void)snprintf(text, sizeof text, "w%u", name);
    }
    return scene_name(text);
}

static bool twin_seen(const struct twin *twin, uint32_t participant, uint32_t name)
{
    uint32_t from = twin->closed_count > scene_limits.withdrawals_max
                        ? twin->closed_count - scene_limits.withdrawals_max
                        : 0;

    for (uint32_t i = 0; i < twin->open_count; i++) {
        if (twin->open[i].participant == participant && twin->open[i].name == name) {
            return name != 0;
        }
    }
    for (uint32_t i = from; i < twin->closed_count; i++) {
        if (twin->closed[i].participant == participant && twin->closed[i].name == name) {
            return name != 0;
        }
    }
    return false;
}

static void open_one(struct scene *scene, struct twin *twin, uint32_t participant, uint32_t name)
{
    struct withdrawal request = {.participant = participant, .client_id = name_of(name)};

    if (twin->open_count == scene_limits.withdrawals_max || twin_seen(twin, participant, name)) {
        return;
    }
    const struct withdrawal *open = withdrawals_open(scene->engine, &request);
    twin->open[twin->open_count++] = (struct known){open->number, participant, name};
    assert_ptr_equal(withdrawals_find(scene->engine, open->number), open);
}

static void close_one(struct scene *scene, struct twin *twin, uint32_t at)
{
    if (at >= twin->open_count) {
        return;
    }
    withdrawals_close(scene->engine, twin->open[at].number);
    if (twin->open[at].name != 0) {
        twin->closed[twin->closed_count++] = twin->open[at];
    }
    memmove(&twin->open[at], &twin->open[at + 1],
            (twin->open_count - at - 1) * sizeof twin->open[0]);
    twin->open_count--;
}

static void they_agree_with_a_plain_list(void **state)
{
    static struct twin twin;
    struct random_stream stream = {77};
    struct scene scene;

    (void)state;
    scene_start_empty(&scene, &scene_limits);
    for (uint32_t act = 0; act < ACTS; act++) {
        uint32_t participant = 1 + (uint32_t)random_below(&stream, 3);
        uint32_t name = (uint32_t)random_below(&stream, NAMES);
        const struct client_id text = name_of(name);

        assert_int_equal(withdrawals_seen(scene.engine, participant, &text),
                         twin_seen(&twin, participant, name));
        if (random_once_in(&stream, 2)) {
            open_one(&scene, &twin, participant, name);
        } else {
            close_one(&scene, &twin, (uint32_t)random_below(&stream, 8));
        }
        assert_null(withdrawals_audit(scene.engine));
        assert_int_equal(withdrawals_room(&scene.engine->withdrawals),
                         scene_limits.withdrawals_max - twin.open_count);
        uint32_t at = 0;
        for (const struct withdrawal *open = withdrawals_first(scene.engine); open != NULL;
             open = withdrawals_after(scene.engine, open)) {
            assert_int_equal(open->number, twin.open[at++].number);
        }
        assert_int_equal(at, twin.open_count);
    }
    scene_end(&scene);
}

static void an_audit_sees_a_broken_chain_and_a_lost_name(void **state)
{
    struct withdrawal request = {.participant = 1, .client_id = scene_name("a")};
    struct scene scene;

    (void)state;
    scene_start_empty(&scene, &scene_limits);
    (void)withdrawals_open(scene.engine, &request);
    request.client_id = scene_name("b");
    (void)withdrawals_open(scene.engine, &request);
    assert_null(withdrawals_audit(scene.engine));
    scene.engine->withdrawals.last_number = 1;
    assert_non_null(withdrawals_audit(scene.engine));
    scene.engine->withdrawals.last_number = 2;
    struct withdrawal *first = pool_at(&scene.engine->withdrawals.open, 1);
    first->next = 0;
    assert_non_null(withdrawals_audit(scene.engine));
    first->next = 2;
    first->client_id = scene_name("c");
    assert_non_null(withdrawals_audit(scene.engine));
    first->client_id = scene_name("a");
    first->number = 9;
    assert_non_null(withdrawals_audit(scene.engine));
    first->number = 1;
    withdrawals_close(scene.engine, 1);
    assert_null(withdrawals_audit(scene.engine));
    scene.engine->withdrawals.remembered.count = 0;
    assert_non_null(withdrawals_audit(scene.engine));
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_agree_with_a_plain_list),
        cmocka_unit_test(an_audit_sees_a_broken_chain_and_a_lost_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
