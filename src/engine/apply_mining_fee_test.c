/* SPDX-License-Identifier: Apache-2.0
 *
 * The fee on the energy of mining: assessed from readings, paid out of the books or noted from a bank.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/apply_mining.h"
#include "support/mining_scene.h"

static enum result assess(struct scene *scene, uint32_t miner, int32_t quarter)
{
    struct command_fee_assess command = {
        .header.kind = COMMAND_FEE_ASSESS, .miner = miner, .quarter = quarter, .asset = SCENE_KZT};

    return scene_send(scene, SCENE_AIGUL, &command.header);
}

static struct command_fee_pay pay_of(int64_t amount)
{
    return (struct command_fee_pay){.header.kind = COMMAND_FEE_PAY,
                                    .miner = SCENE_ALICE_MINES,
                                    .quarter = SCENE_QUARTER,
                                    .amount.units = amount};
}

/* 7000 kWh from the grid and 500 of wind in the third quarter, which is over. */
static void start(struct scene *scene)
{
    struct command_energy_reading grid = mining_scene_energy(1, 0, 0, 7000000);
    struct command_energy_reading wind = mining_scene_energy(1, 0, 0, 500000);

    mining_scene_start(scene);
    wind.meter = 2;
    assert_int_equal(scene_send(scene, SCENE_METER, &grid.header), RESULT_OK);
    assert_int_equal(scene_send(scene, SCENE_METER, &wind.header), RESULT_OK);
    scene->now_us += 30 * SCENE_DAY_US;
}

static void the_engine_computes_what_is_owed(void **state)
{
    struct scene scene;

    start(&scene);
    assert_int_equal(assess(&scene, SCENE_ALICE_MINES, SCENE_QUARTER), RESULT_OK);
    const struct event_mining_fee *told = scene_event(&scene, EVENT_MINING_FEE, 0);
    assert_true(told->fee.units == 7000 * 3 + 500 * 2);
    assert_true(told->paid.units == 0);
    assert_int_equal(told->energy_wh, 7500000);
    assert_int_equal(told->declaration_day, 20772); /* 2026-11-15 */
    assert_int_equal(told->payment_day, 20782);     /* 2026-11-25 */
    assert_int_equal(told->revision, 1);
    assert_int_equal(told->trust, TRUST_B);
    assert_int_equal(told->asset, SCENE_KZT);
    assert_int_equal(told->change, MINING_FEE_CHANGE_ASSESSED);
    assert_int_equal(assess(&scene, SCENE_ALICE_MINES, SCENE_QUARTER), RESULT_OK);
    told = scene_event(&scene, EVENT_MINING_FEE, 0);
    assert_int_equal(told->revision, 2);
    scene_end(&scene);
}

static void assessments_are_refused_by_name(void **state)
{
    struct scene scene;
    struct command_fee_assess priced = {.header.kind = COMMAND_FEE_ASSESS,
                                        .miner = SCENE_ALICE_MINES,
                                        .quarter = SCENE_QUARTER,
                                        .grid_price = 20000000,
                                        .asset = SCENE_KZT,
                                        .has_price = 1};

    start(&scene);
    assert_int_equal(assess(&scene, 9, SCENE_QUARTER), RESULT_UNKNOWN_MINER);
    assert_int_equal(assess(&scene, 1, SCENE_QUARTER + 1), RESULT_QUARTER_INVALID);
    assert_int_equal(assess(&scene, 1, -4), RESULT_QUARTER_INVALID);
    assert_int_equal(assess(&scene, 1, 3), RESULT_QUARTER_INVALID);
    assert_int_equal(assess(&scene, 1, 4 * 2019), RESULT_PARAMETER_MISSING); /* before the law */
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &priced.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(mining_scene_two(&scene, &priced.header), RESULT_OK);
    priced.asset = SCENE_GOLD;
    assert_int_equal(mining_scene_two(&scene, &priced.header), RESULT_REGISTER_TERMS);
    priced.asset = 9;
    assert_int_equal(mining_scene_two(&scene, &priced.header), RESULT_UNKNOWN_ASSET);
    assert_int_equal(assess(&scene, 2, SCENE_QUARTER), RESULT_OK); /* nothing was read of him */
    const struct event_mining_fee *told = scene_event(&scene, EVENT_MINING_FEE, 0);
    assert_true(told->fee.units == 0);
    assert_int_equal(assess(&scene, 2, SCENE_QUARTER - 1), RESULT_ASSESSMENTS_FULL);
    scene_end(&scene);
}

static void a_fee_that_goes_by_the_price_needs_it(void **state)
{
    struct scene scene;
    struct command_jurisdiction_parameter_set flat = {.header.kind =
                                                          COMMAND_JURISDICTION_PARAMETER_SET,
                                                      .parameter = {.kind = PARAMETER_FEE_RATE_GRID,
                                                                    .trust = TRUST_B,
                                                                    .valid_from = 18262,
                                                                    .valid_to = 18263,
                                                                    .value = 3000000,
                                                                    .source = "invented"}};

    start(&scene);
    assert_int_equal(mining_scene_two(&scene, &flat.header), RESULT_OK);
    assert_int_equal(assess(&scene, 1, SCENE_QUARTER), RESULT_PARAMETER_MISSING);
    assert_int_equal(mining_scene_law(&scene, PARAMETER_FEE_SCALE_GRID, 0, 25000000), RESULT_OK);
    assert_int_equal(assess(&scene, 1, SCENE_QUARTER), RESULT_FEE_PRICE_MISSING);
    flat.parameter.valid_from = 20700; /* in the middle of the quarter */
    flat.parameter.valid_to = TARAZY_DAY_OPEN;
    assert_int_equal(mining_scene_two(&scene, &flat.header), RESULT_OK);
    assert_int_equal(assess(&scene, 1, SCENE_QUARTER), RESULT_FEE_LAW_UNCLEAR);
    scene_end(&scene);
}

static void a_miner_pays_out_of_his_own_account(void **state)
{
    struct scene scene;
    struct command_fee_pay pay = pay_of(20000);

    start(&scene);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &pay.header), RESULT_UNKNOWN_ASSESSMENT);
    assert_int_equal(assess(&scene, SCENE_ALICE_MINES, SCENE_QUARTER), RESULT_OK);
    assert_int_equal(scene_send(&scene, SCENE_BOB, &pay.header), RESULT_NOT_PERMITTED);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &pay.header), RESULT_OK);
    const struct event_posting *posting = scene_event(&scene, EVENT_POSTING, 0);
    assert_int_equal(posting->reason, POSTING_REASON_ENERGY_FEE);
    assert_int_equal(posting->credit, TARAZY_OWNER_TREASURY);
    assert_int_equal(posting->reference, SCENE_ALICE_MINES);
    assert_int_equal(scene_available(&scene, SCENE_ALICE, SCENE_KZT), 980000);
    assert_int_equal(scene_available(&scene, TARAZY_OWNER_TREASURY, SCENE_KZT), 20000);
    const struct event_mining_fee *told = scene_event(&scene, EVENT_MINING_FEE, 0);
    assert_int_equal(told->change, MINING_FEE_CHANGE_PAID);
    assert_true(told->paid.units == 20000 && told->amount.units == 20000);
    pay = pay_of(2001);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &pay.header), RESULT_FEE_OVERPAID);
    pay = pay_of(0);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &pay.header), RESULT_AMOUNT_INVALID);
    pay = pay_of(2000);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &pay.header), RESULT_OK);
    assert_int_equal(assess(&scene, SCENE_ALICE_MINES, SCENE_QUARTER), RESULT_OK);
    told = scene_event(&scene, EVENT_MINING_FEE, 0);
    assert_true(told->paid.units == 22000); /* a new revision keeps what was paid */
    pay.miner = 9;
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &pay.header), RESULT_UNKNOWN_MINER);
    scene_end(&scene);
}

static void nobody_pays_what_he_does_not_have(void **state)
{
    struct scene scene;
    struct command_fee_pay pay = pay_of(22000);
    struct command_withdraw_request leave = {.header.kind = COMMAND_WITHDRAW_REQUEST,
                                             .asset = SCENE_KZT,
                                             .rail = 2,
                                             .amount.units = 990000,
                                             .address.text = "somewhere"};
    struct command_tier_limit_set limit = {.header.kind = COMMAND_TIER_LIMIT_SET,
                                           .tier = SCENE_TIER,
                                           .asset = SCENE_KZT,
                                           .withdraw_day_max.units = -1,
                                           .deposit_day_max.units = -1};

    start(&scene);
    assert_int_equal(scene_four_eyes(&scene, SCENE_OLGA, SCENE_ADAM, &limit.header), RESULT_OK);
    assert_int_equal(assess(&scene, SCENE_ALICE_MINES, SCENE_QUARTER), RESULT_OK);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &leave.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &pay.header), RESULT_INSUFFICIENT_BALANCE);
    scene_end(&scene);
}

static void a_bank_reference_is_used_once_and_takes_two(void **state)
{
    struct scene scene;
    struct command_fee_pay pay = pay_of(1000);

    start(&scene);
    assert_int_equal(assess(&scene, SCENE_ALICE_MINES, SCENE_QUARTER), RESULT_OK);
    pay.by_bank = 1;
    pay.evidence = (struct evidence){"statement:17", 3};
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &pay.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &pay.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(mining_scene_two(&scene, &pay.header), RESULT_OK);
    assert_int_equal(scene_event_count(&scene, EVENT_POSTING), 0);
    const struct event_mining_fee *told = scene_event(&scene, EVENT_MINING_FEE, 0);
    assert_int_equal(told->change, MINING_FEE_CHANGE_PAID_BY_BANK);
    assert_true(told->paid.units == 1000);
    assert_int_equal(mining_scene_two(&scene, &pay.header), RESULT_EVIDENCE_USED);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_engine_computes_what_is_owed),
        cmocka_unit_test(assessments_are_refused_by_name),
        cmocka_unit_test(a_fee_that_goes_by_the_price_needs_it),
        cmocka_unit_test(a_miner_pays_out_of_his_own_account),
        cmocka_unit_test(nobody_pays_what_he_does_not_have),
        cmocka_unit_test(a_bank_reference_is_used_once_and_takes_two),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
