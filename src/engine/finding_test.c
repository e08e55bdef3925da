/* SPDX-License-Identifier: Apache-2.0
 *
 * Which order a request means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/finding.h"
#include "support/engine_scene.h"

static void two_people_may_use_one_name_and_each_finds_his_own(void **state)
{
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);
    struct scene scene;
    uint32_t slot;

    (void)state;
    scene_start(&scene);
    bid.client_id = scene_name("same");
    assert_int_equal(scene_place(&scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(scene_place(&scene, SCENE_BOB, &bid), RESULT_OK);
    for (uint32_t who = SCENE_ALICE; who <= SCENE_BOB; who++) {
        const struct client_id name = scene_name("same");
        const struct wanted_order wanted = {
            .client_id = &name, .participant = who, .instrument = SCENE_GOLDKZT};

        assert_int_equal(finding_order(scene.engine, &wanted, &slot), RESULT_OK);
        assert_int_equal(market_order(engine_market(scene.engine), slot)->participant, who);
    }
    scene_end(&scene);
}

static void without_number_and_name_nothing_is_found(void **state)
{
    const struct client_id nothing = {{0}};
    const struct wanted_order wanted = {
        .client_id = &nothing, .participant = SCENE_ALICE, .instrument = SCENE_GOLDKZT};
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);
    struct scene scene;
    uint32_t slot;

    (void)state;
    scene_start(&scene);
    assert_int_equal(scene_place(&scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(finding_order(scene.engine, &wanted, &slot), RESULT_UNKNOWN_ORDER);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_people_may_use_one_name_and_each_finds_his_own),
        cmocka_unit_test(without_number_and_name_nothing_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
