/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the mining part: what was entered is found, what was not is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/mining_scene.h"
#include "tarazy/mining_query.h"

static void what_was_entered_is_found(void **state)
{
    const struct address hers = {"bc1qalice"};
    struct scene scene;
    struct mining_view mining;
    struct miner_view miner;
    struct pool_view pool;
    struct site_view site;
    struct meter_view meter;
    struct jurisdiction_parameter parameter;

    mining_scene_start(&scene);
    assert_true(tarazy_query_mining(scene.engine, &mining));
    assert_int_equal(mining.miners, 2);
    assert_int_equal(mining.pools, 1);
    assert_int_equal(mining.sites, 1);
    assert_int_equal(mining.meters, 2);
    assert_int_equal(mining.equipment, 0);
    assert_int_equal(mining.parameters, 12);
    assert_true(tarazy_query_miner(scene.engine, 1, &miner));
    assert_string_equal(miner.licence, "L-1");
    assert_int_equal(miner.account, SCENE_ALICE);
    assert_int_equal(miner.status, LICENCE_STATUS_GRANTED);
    assert_true(miner.in_force);
    assert_true(tarazy_query_miner(scene.engine, 2, &miner));
    assert_false(miner.in_force);
    assert_true(tarazy_query_pool(scene.engine, 1, &pool));
    assert_string_equal(pool.accreditation, "P-1");
    assert_true(pool.in_force);
    assert_true(tarazy_query_site(scene.engine, 1, &site));
    assert_string_equal(site.name, "Ekibastuz 1");
    assert_true(tarazy_query_meter(scene.engine, 2, &meter));
    assert_string_equal(meter.serial, "EM-2");
    assert_int_equal(meter.source, ENERGY_SOURCE_RENEWABLE);
    assert_true(tarazy_query_parameter(scene.engine, 1, &parameter));
    assert_int_equal(parameter.kind, PARAMETER_UTC_OFFSET);
    assert_int_equal(tarazy_query_miner_by_address(scene.engine, MINING_ADDRESS_PAYOUT, hers), 1);
    assert_int_equal(tarazy_query_miner_by_address(scene.engine, MINING_ADDRESS_WORKER, hers), 0);
    scene_end(&scene);
}

static void sums_are_found_by_whose_and_when(void **state)
{
    struct scene scene;
    struct command_energy_reading energy = mining_scene_energy(1, 0, 0, 500);
    struct command_fee_assess assess = {.header.kind = COMMAND_FEE_ASSESS,
                                        .miner = 1,
                                        .quarter = SCENE_QUARTER,
                                        .asset = SCENE_KZT};
    struct share_month_view month;
    struct energy_quarter_view quarters[2];
    struct coin_quarter_view coins;
    struct assessment_view fee;

    mining_scene_start(&scene);
    struct command_share_reading shares = mining_scene_shares(&scene, 1);
    struct command_pool_distribution given = mining_scene_coins(&scene, 1);
    assert_int_equal(tarazy_query_share_sequence(scene.engine, SCENE_METER), 0);
    assert_int_equal(scene_send(&scene, SCENE_METER, &shares.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, SCENE_METER, &energy.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, SCENE_POOL, &given.header), RESULT_OK);
    scene.now_us += 30 * SCENE_DAY_US;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &assess.header), RESULT_OK);
    assert_int_equal(tarazy_query_share_sequence(scene.engine, SCENE_METER), 1);
    assert_true(tarazy_query_share_month(scene.engine, 1, SCENE_MONTH, &month));
    assert_int_equal(month.accepted, 100);
    assert_false(tarazy_query_share_month(scene.engine, 1, SCENE_MONTH + 1, &month));
    assert_int_equal(tarazy_query_energy(scene.engine, 1, quarters, 2), 1);
    assert_int_equal(quarters[0].energy_wh, 500);
    assert_int_equal(quarters[0].meter, 1);
    assert_int_equal(tarazy_query_energy(scene.engine, 1, NULL, 0), 1);
    assert_int_equal(tarazy_query_energy(scene.engine, 2, quarters, 2), 0);
    assert_true(tarazy_query_coin_quarter(scene.engine, 1, SCENE_QUARTER, SCENE_BTC, &coins));
    assert_true(coins.received.units == 5000);
    assert_false(tarazy_query_coin_quarter(scene.engine, 1, SCENE_QUARTER, SCENE_KZT, &coins));
    assert_true(tarazy_query_assessment(scene.engine, 1, SCENE_QUARTER, &fee));
    assert_int_equal(fee.energy_wh, 500);
    assert_int_equal(fee.revision, 1);
    assert_false(tarazy_query_assessment(scene.engine, 2, SCENE_QUARTER, &fee));
    scene_end(&scene);
}

static void what_is_not_there_is_not_found(void **state)
{
    union {
        struct mining_view mining;
        struct miner_view miner;
        struct pool_view pool;
        struct site_view site;
        struct meter_view meter;
        struct equipment_view equipment;
        struct jurisdiction_parameter parameter;
        struct share_month_view month;
    } out;
    struct scene scene;

    scene_start(&scene);
    assert_false(tarazy_query_mining(scene.engine, &out.mining));
    assert_false(tarazy_query_miner(scene.engine, 1, &out.miner));
    assert_false(tarazy_query_share_month(scene.engine, 1, SCENE_MONTH, &out.month));
    assert_int_equal(tarazy_query_energy(scene.engine, 1, NULL, 0), 0);
    scene_end(&scene);
    mining_scene_start(&scene);
    assert_false(tarazy_query_miner(scene.engine, 0, &out.miner));
    assert_false(tarazy_query_miner(scene.engine, 3, &out.miner));
    assert_false(tarazy_query_pool(scene.engine, 2, &out.pool));
    assert_false(tarazy_query_site(scene.engine, 2, &out.site));
    assert_false(tarazy_query_meter(scene.engine, 3, &out.meter));
    assert_false(tarazy_query_equipment(scene.engine, 1, &out.equipment));
    assert_false(tarazy_query_parameter(scene.engine, 0, &out.parameter));
    assert_false(tarazy_query_parameter(scene.engine, 13, &out.parameter));
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_entered_is_found),
        cmocka_unit_test(sums_are_found_by_whose_and_when),
        cmocka_unit_test(what_is_not_there_is_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
