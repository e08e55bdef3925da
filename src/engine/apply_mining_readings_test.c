/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings of shares and energy, distributions and sales: nothing lost, nothing counted twice, each refusal
 * by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/apply_mining.h"
#include "support/mining_scene.h"

static enum result send_shares(struct scene *scene, const struct command_share_reading *base)
{
    struct command_share_reading reading = *base;

    return scene_send(scene, SCENE_METER, &reading.header);
}

static enum result send_energy(struct scene *scene, const struct command_energy_reading *base)
{
    struct command_energy_reading reading = *base;

    return scene_send(scene, SCENE_METER, &reading.header);
}

static enum result send_coins(struct scene *scene, const struct command_pool_distribution *base)
{
    struct command_pool_distribution given = *base;

    return scene_send(scene, SCENE_POOL, &given.header);
}

static void shares_add_up_by_miner_and_month(void **state)
{
    struct scene scene;

    mining_scene_start(&scene);
    struct command_share_reading reading = mining_scene_shares(&scene, 1);
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    assert_int_equal(scene_outcome(&scene)->id, 1);
    scene.now_us += SCENE_HOUR_US;
    reading = mining_scene_shares(&scene, 2);
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    const struct event_mining_shares *told = scene_event(&scene, EVENT_MINING_SHARES, 0);
    assert_int_equal(told->month, SCENE_MONTH);
    assert_int_equal(told->flags, 0);
    assert_int_equal(told->month_accepted, 200);
    assert_int_equal(told->month_rejected, 6);
    assert_int_equal(told->month_stale, 4);
    assert_int_equal(told->month_metered_us, 2 * SCENE_HOUR_US);
    assert_true(told->month_work.units == (int128)1 << 61);
    assert_true(told->work.units == (int128)1 << 60);
    assert_int_equal(told->effective_milli, 80000);
    scene_end(&scene);
}

static void readings_of_shares_follow_each_other(void **state)
{
    struct scene scene;

    mining_scene_start(&scene);
    const struct command_share_reading first = mining_scene_shares(&scene, 1);
    struct command_share_reading reading = mining_scene_shares(&scene, 2);
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_MISSING);
    assert_int_equal(send_shares(&scene, &first), RESULT_OK);
    assert_int_equal(send_shares(&scene, &first), RESULT_READING_REPEATED);
    reading.begin_us--;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_OVERLAP);
    scene.now_us += SCENE_HOUR_US;
    reading = mining_scene_shares(&scene, 2);
    reading.begin_us--;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_OVERLAP);
    reading.miner = SCENE_BOB_MINES; /* another miner's interval may be the same */
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    reading.miner = SCENE_ALICE_MINES;
    reading.begin_us++;
    reading.sequence = 4;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_MISSING);
    reading.sequence = 3;
    reading.end_us++; /* not yet */
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_INTERVAL);
    reading.end_us = reading.begin_us;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_INTERVAL);
    struct command_share_reading other = mining_scene_shares(&scene, 1);
    other.miner = 0;
    memcpy(other.name.text, "x", 1);
    assert_int_equal(scene_send(&scene, SCENE_OTHER_METER, &other.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &other.header), RESULT_NOT_PERMITTED);
    scene_end(&scene);
}

static void an_interval_lies_in_one_legal_month(void **state)
{
    struct scene scene;

    mining_scene_start(&scene);
    scene.now_us = ((int64_t)20727 * 24 - 5) * SCENE_HOUR_US; /* October begins, legal time */
    struct command_share_reading reading = mining_scene_shares(&scene, 1);
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    const struct event_mining_shares *told = scene_event(&scene, EVENT_MINING_SHARES, 0);
    assert_int_equal(told->month, SCENE_MONTH);
    scene.now_us += SCENE_HOUR_US;
    reading = mining_scene_shares(&scene, 2);
    reading.miner = SCENE_BOB_MINES;
    reading.begin_us--;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_INTERVAL);
    reading.begin_us++;
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    told = scene_event(&scene, EVENT_MINING_SHARES, 0);
    assert_int_equal(told->month, SCENE_MONTH + 1);
    scene_end(&scene);
}

static void names_in_readings_of_shares_are_those_of_the_register(void **state)
{
    struct scene scene;
    struct command_miner_address_set worker = {.header.kind = COMMAND_MINER_ADDRESS_SET,
                                               .miner = SCENE_ALICE_MINES,
                                               .type = MINING_ADDRESS_WORKER,
                                               .text = "alice.rig7"};

    mining_scene_start(&scene);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &worker.header), RESULT_OK);
    const struct command_share_reading sound = mining_scene_shares(&scene, 1);
    struct command_share_reading reading = sound;
    reading.miner = 9;
    assert_int_equal(send_shares(&scene, &reading), RESULT_UNKNOWN_MINER);
    reading = sound;
    reading.pool = 9;
    assert_int_equal(send_shares(&scene, &reading), RESULT_UNKNOWN_POOL);
    reading = sound;
    reading.site = 9;
    assert_int_equal(send_shares(&scene, &reading), RESULT_UNKNOWN_SITE);
    reading = sound;
    memcpy(reading.name.text, "x", 1);
    assert_int_equal(send_shares(&scene, &reading), RESULT_REGISTER_TERMS);
    reading = sound;
    reading.miner = 0;
    assert_int_equal(send_shares(&scene, &reading), RESULT_REGISTER_TERMS);
    memcpy(reading.name.text, "alice.rig7", 10);
    assert_int_equal(send_shares(&scene, &reading), RESULT_ADDRESS_TAKEN);
    reading.name.text[9] = '8';
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    const struct event_mining_shares *told = scene_event(&scene, EVENT_MINING_SHARES, 0);
    assert_int_equal(told->flags, MINING_FLAG_UNKNOWN_MINER | MINING_FLAG_UNLICENSED);
    reading.sequence = 2; /* somebody else unknown, at the same time */
    reading.name.text[9] = '9';
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    reading.sequence = 3;
    reading.begin_us--;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_OVERLAP);
    scene_end(&scene);
}

static void counts_of_shares_fit_each_other(void **state)
{
    struct scene scene;

    mining_scene_start(&scene);
    const struct command_share_reading sound = mining_scene_shares(&scene, 1);
    struct command_share_reading reading = sound;
    reading.accepted = 0;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_COUNTS);
    reading.effective_milli = 0;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_COUNTS);
    reading = sound;
    reading.work.units = 0;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_COUNTS);
    reading.work.units = 99;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_COUNTS);
    reading.work.units = ((int128)1 << 120) + 1;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_COUNTS);
    reading = sound;
    reading.effective_milli = 100001;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_COUNTS);
    reading.accepted = UINT64_MAX;
    assert_int_equal(send_shares(&scene, &reading), RESULT_READING_COUNTS);
    reading = sound;
    reading.work.units = (int128)1 << 120;
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    scene.now_us += SCENE_HOUR_US;
    reading = mining_scene_shares(&scene, 2);
    assert_int_equal(send_shares(&scene, &reading), RESULT_OVERFLOW);
    reading = (struct command_share_reading){.header.kind = COMMAND_SHARE_READING,
                                             .miner = SCENE_ALICE_MINES,
                                             .sequence = 2,
                                             .begin_us = scene.now_us - 1,
                                             .end_us = scene.now_us,
                                             .rejected = 1};
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK); /* nothing but rejected ones */
    scene_end(&scene);
}

static void room_for_readings_of_shares_ends_by_name(void **state)
{
    struct scene scene;

    mining_scene_start(&scene); /* marks: meter, (meter, alice), (meter, bob), other meter */
    struct command_share_reading reading = mining_scene_shares(&scene, 1);
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    reading.miner = SCENE_BOB_MINES;
    reading.sequence = 2;
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    reading.sequence = 1;
    assert_int_equal(scene_send(&scene, SCENE_OTHER_METER, &reading.header), RESULT_MARKS_FULL);
    reading.miner = 0;
    memcpy(reading.name.text, "x", 1);
    assert_int_equal(scene_send(&scene, SCENE_OTHER_METER, &reading.header), RESULT_OK);
    scene.now_us += 10 * SCENE_DAY_US;
    reading = mining_scene_shares(&scene, 3);
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    scene.now_us += 31 * SCENE_DAY_US;
    reading = mining_scene_shares(&scene, 4);
    assert_int_equal(send_shares(&scene, &reading), RESULT_SUMS_FULL);
    scene_end(&scene);
}

static void readings_without_a_licence_in_force_are_kept_and_flagged(void **state)
{
    struct scene scene;
    struct command_miner_decide suspend =
        mining_scene_decide(SCENE_ALICE_MINES, LICENCE_DECISION_SUSPEND);

    mining_scene_start(&scene);
    suspend.until_day = SCENE_DAY + 42;
    assert_int_equal(mining_scene_two(&scene, &suspend.header), RESULT_OK);
    struct command_share_reading reading = mining_scene_shares(&scene, 1);
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    const struct event_mining_shares *told = scene_event(&scene, EVENT_MINING_SHARES, 0);
    assert_int_equal(told->flags, MINING_FLAG_UNLICENSED);
    struct command_energy_reading energy = mining_scene_energy(1, 0, 0, 10);
    assert_int_equal(send_energy(&scene, &energy), RESULT_OK);
    const struct event_mining_energy *heard = scene_event(&scene, EVENT_MINING_ENERGY, 0);
    assert_int_equal(heard->flags, MINING_FLAG_UNLICENSED);
    const struct share_month *sum =
        mining_share_month(engine_mining(scene.engine), SCENE_ALICE_MINES, SCENE_MONTH);
    assert_int_equal(sum->flagged, 1);
    scene.now_us += 43 * SCENE_DAY_US; /* the suspension is over */
    reading = mining_scene_shares(&scene, 2);
    assert_int_equal(send_shares(&scene, &reading), RESULT_OK);
    told = scene_event(&scene, EVENT_MINING_SHARES, 0);
    assert_int_equal(told->flags, 0);
    scene_end(&scene);
}

static void energy_adds_up_by_meter_and_quarter(void **state)
{
    struct scene scene;

    mining_scene_start(&scene);
    struct command_energy_reading reading = mining_scene_energy(1, 0, 500, 700);
    assert_int_equal(send_energy(&scene, &reading), RESULT_OK);
    reading = mining_scene_energy(2, 1, 700, 1000);
    assert_int_equal(send_energy(&scene, &reading), RESULT_OK);
    const struct event_mining_energy *told = scene_event(&scene, EVENT_MINING_ENERGY, 0);
    assert_int_equal(told->quarter, SCENE_QUARTER);
    assert_int_equal(told->energy_wh, 300);
    assert_int_equal(told->quarter_wh, 500);
    assert_int_equal(told->quarter_metered_us, 2 * SCENE_HOUR_US);
    assert_int_equal(told->quarter_missing_us, 0);
    assert_int_equal(told->miner, SCENE_ALICE_MINES);
    assert_int_equal(told->source, ENERGY_SOURCE_GRID);
    assert_int_equal(told->flags, 0);
    scene_end(&scene);
}

static void a_gap_is_owned_up_to_and_loses_no_energy(void **state)
{
    struct scene scene;

    mining_scene_start(&scene);
    struct command_energy_reading reading = mining_scene_energy(1, 0, 500, 700);
    reading.flags = ENERGY_FLAG_AFTER_GAP;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_GAP);
    reading.flags = ENERGY_FLAG_NEW_REGISTER;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_REGISTER);
    reading.flags = 0;
    assert_int_equal(send_energy(&scene, &reading), RESULT_OK);
    reading = mining_scene_energy(2, 3, 700, 1000);
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_GAP);
    reading.flags = ENERGY_FLAG_AFTER_GAP;
    reading.register_begin_wh = 800;
    reading.energy_wh = 200;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_REGISTER);
    reading = mining_scene_energy(2, 3, 700, 1000);
    reading.flags = ENERGY_FLAG_AFTER_GAP;
    assert_int_equal(send_energy(&scene, &reading), RESULT_OK);
    const struct event_mining_energy *told = scene_event(&scene, EVENT_MINING_ENERGY, 0);
    assert_int_equal(told->flags, MINING_FLAG_AFTER_GAP);
    assert_int_equal(told->quarter_wh, 500);
    assert_int_equal(told->quarter_missing_us, 2 * SCENE_HOUR_US);
    reading = mining_scene_energy(3, 4, 0, 5);
    reading.flags = ENERGY_FLAG_AFTER_GAP;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_GAP);
    reading.flags = ENERGY_FLAG_NEW_REGISTER;
    assert_int_equal(send_energy(&scene, &reading), RESULT_OK);
    scene_end(&scene);
}

static void readings_of_energy_are_refused_by_name(void **state)
{
    struct scene scene;

    mining_scene_start(&scene);
    const struct command_energy_reading sound = mining_scene_energy(1, 0, 500, 700);
    struct command_energy_reading reading = sound;
    reading.meter = 9;
    assert_int_equal(send_energy(&scene, &reading), RESULT_UNKNOWN_METER);
    reading = sound;
    assert_int_equal(scene_send(&scene, SCENE_OTHER_METER, &reading.header), RESULT_NOT_YOUR_METER);
    reading.sequence = 2;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_MISSING);
    assert_int_equal(send_energy(&scene, &sound), RESULT_OK);
    assert_int_equal(send_energy(&scene, &sound), RESULT_READING_REPEATED);
    reading = mining_scene_energy(2, 1, 700, 900);
    reading.begin_us--;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_OVERLAP);
    reading = mining_scene_energy(2, 1, 701, 900);
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_REGISTER);
    reading = mining_scene_energy(2, 1, 700, 900);
    reading.energy_wh = 201;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_ENERGY);
    reading.energy_wh = -200;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_NEGATIVE);
    reading = mining_scene_energy(2, 1, 700, 699);
    reading.energy_wh = 0;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_NEGATIVE);
    reading = mining_scene_energy(2, 1, 700, 1000000000);
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_REGISTER);
    reading = mining_scene_energy(2, 1, 700, 900);
    reading.end_us = scene.now_us + 1;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_INTERVAL);
    scene.now_us += 30 * SCENE_DAY_US;
    reading.end_us = scene.now_us; /* into the next quarter */
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_INTERVAL);
    scene_end(&scene);
}

static void a_register_rolls_over_if_it_can(void **state)
{
    struct scene scene;

    mining_scene_start(&scene);
    struct command_energy_reading reading = mining_scene_energy(1, 0, 999999000, 999999900);
    assert_int_equal(send_energy(&scene, &reading), RESULT_OK);
    reading = mining_scene_energy(2, 1, 999999900, 400);
    reading.energy_wh = 500;
    assert_int_equal(send_energy(&scene, &reading), RESULT_OK);
    const struct event_mining_energy *told = scene_event(&scene, EVENT_MINING_ENERGY, 0);
    assert_int_equal(told->flags, MINING_FLAG_ROLLED_OVER);
    assert_int_equal(told->quarter_wh, 1400);
    reading = mining_scene_energy(1, 0, 100, 90); /* meter 2 never rolls over */
    reading.meter = 2;
    reading.energy_wh = 0;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_NEGATIVE);
    reading = mining_scene_energy(1, 0, 0, UINT64_MAX);
    reading.meter = 2;
    reading.energy_wh = INT64_MAX;
    assert_int_equal(send_energy(&scene, &reading), RESULT_READING_ENERGY);
    reading.register_end_wh = INT64_MAX;
    assert_int_equal(send_energy(&scene, &reading), RESULT_OK);
    reading = mining_scene_energy(2, 1, INT64_MAX, (uint64_t)INT64_MAX + 1);
    reading.meter = 2;
    assert_int_equal(send_energy(&scene, &reading), RESULT_OVERFLOW);
    scene_end(&scene);
}

static void room_for_sums_of_energy_ends_by_name(void **state)
{
    struct scene scene;

    mining_scene_start(&scene);
    for (uint64_t quarter = 0; quarter < 5; quarter++) {
        struct command_energy_reading reading =
            mining_scene_energy(quarter + 1, (int64_t)quarter * 92 * 24, quarter, quarter + 1);

        reading.flags = quarter == 0 ? 0 : ENERGY_FLAG_AFTER_GAP;
        scene.now_us = reading.end_us;
        assert_int_equal(send_energy(&scene, &reading), quarter < 4 ? RESULT_OK : RESULT_SUMS_FULL);
    }
    scene_end(&scene);
}

static void coins_received_and_sold_add_up(void **state)
{
    struct scene scene;
    struct command_sale_record sale = {.header.kind = COMMAND_SALE_RECORD,
                                       .miner = SCENE_ALICE_MINES,
                                       .asset = SCENE_BTC,
                                       .quote_asset = SCENE_KZT,
                                       .record = 77,
                                       .amount.units = 4000,
                                       .quote.units = 9,
                                       .exchange.text = "AIX sandbox",
                                       .evidence = {"record:77", 3}};

    mining_scene_start(&scene);
    struct command_pool_distribution given = mining_scene_coins(&scene, 1);
    assert_int_equal(send_coins(&scene, &given), RESULT_OK);
    given = mining_scene_coins(&scene, 2);
    memcpy(given.address.text, "bc1qnobody", 10);
    assert_int_equal(send_coins(&scene, &given), RESULT_OK);
    const struct event_mining_coins *told = scene_event(&scene, EVENT_MINING_COINS, 0);
    assert_int_equal(told->flags, MINING_FLAG_FOREIGN_ADDRESS);
    assert_true(told->quarter_received.units == 10000);
    assert_int_equal(told->quarter, SCENE_QUARTER);
    sale.sold_us = scene.now_us;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &sale.header), RESULT_OK);
    told = scene_event(&scene, EVENT_MINING_COINS, 0);
    assert_true(told->quarter_sold.units == 4000 && told->quarter_received.units == 10000);
    assert_int_equal(told->sequence, 0);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &sale.header), RESULT_EVIDENCE_USED);
    sale.evidence.text[0] = 'x';
    sale.miner = 9;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &sale.header), RESULT_UNKNOWN_MINER);
    sale.miner = 1;
    sale.quote.units = 0;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &sale.header), RESULT_AMOUNT_INVALID);
    sale.quote.units = 1;
    sale.quote_asset = SCENE_BTC;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &sale.header), RESULT_AMOUNT_INVALID);
    sale.quote_asset = 9;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &sale.header), RESULT_UNKNOWN_ASSET);
    sale.quote_asset = SCENE_KZT;
    sale.sold_us++;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &sale.header), RESULT_READING_INTERVAL);
    scene_end(&scene);
}

static void distributions_are_refused_by_name(void **state)
{
    struct scene scene;
    struct command_miner_address_set address = {.header.kind = COMMAND_MINER_ADDRESS_SET,
                                                .miner = SCENE_BOB_MINES,
                                                .type = MINING_ADDRESS_PAYOUT,
                                                .text = "bc1qbob"};

    mining_scene_start(&scene);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &address.header), RESULT_OK);
    const struct command_pool_distribution sound = mining_scene_coins(&scene, 1);
    struct command_pool_distribution given = sound;
    given.pool = 9;
    assert_int_equal(send_coins(&scene, &given), RESULT_UNKNOWN_POOL);
    given = sound;
    assert_int_equal(scene_send(&scene, SCENE_OTHER_POOL, &given.header), RESULT_NOT_YOUR_POOL);
    given.miner = 9;
    assert_int_equal(send_coins(&scene, &given), RESULT_UNKNOWN_MINER);
    given = sound;
    given.sequence = 2;
    assert_int_equal(send_coins(&scene, &given), RESULT_READING_MISSING);
    given.sequence = 0;
    assert_int_equal(send_coins(&scene, &given), RESULT_READING_REPEATED);
    given = sound;
    memcpy(given.address.text, "bc1qbob\0\0", 9);
    assert_int_equal(send_coins(&scene, &given), RESULT_ADDRESS_TAKEN);
    given = sound;
    given.amount.units = 0;
    assert_int_equal(send_coins(&scene, &given), RESULT_AMOUNT_INVALID);
    given.amount.units = ((int128)1 << 120) + 1;
    assert_int_equal(send_coins(&scene, &given), RESULT_AMOUNT_INVALID);
    given.amount.units--;
    assert_int_equal(send_coins(&scene, &given), RESULT_OK);
    given = mining_scene_coins(&scene, 2);
    assert_int_equal(send_coins(&scene, &given), RESULT_OVERFLOW);
    given.asset = 8;
    assert_int_equal(send_coins(&scene, &given), RESULT_UNKNOWN_ASSET);
    given.asset = SCENE_GOLD;
    given.evidence = sound.evidence;
    assert_int_equal(send_coins(&scene, &given), RESULT_EVIDENCE_USED);
    given.distributed_us++;
    assert_int_equal(send_coins(&scene, &given), RESULT_READING_INTERVAL);
    for (uint16_t asset = SCENE_GOLD; asset <= SCENE_USDT; asset++) {
        given = mining_scene_coins(&scene, asset + 1u);
        given.miner = SCENE_BOB_MINES;
        given.asset = asset;
        memcpy(given.address.text, "bc1qbob\0\0", 9);
        assert_int_equal(send_coins(&scene, &given), asset < 3 ? RESULT_OK : RESULT_SUMS_FULL);
        if (asset == 3) {
            break;
        }
    }
    scene_end(&scene);
}

static void readings_need_to_know_which_day_it_is(void **state)
{
    struct scene scene;
    struct command_share_reading reading;

    scene_start_mining(&scene);
    reading = mining_scene_shares(&scene, 1);
    reading.miner = 0;
    reading.pool = 0;
    reading.site = 0;
    memcpy(reading.name.text, "x", 1);
    assert_int_equal(send_shares(&scene, &reading), RESULT_PARAMETER_MISSING);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_add_up_by_miner_and_month),
        cmocka_unit_test(readings_of_shares_follow_each_other),
        cmocka_unit_test(an_interval_lies_in_one_legal_month),
        cmocka_unit_test(names_in_readings_of_shares_are_those_of_the_register),
        cmocka_unit_test(counts_of_shares_fit_each_other),
        cmocka_unit_test(room_for_readings_of_shares_ends_by_name),
        cmocka_unit_test(readings_without_a_licence_in_force_are_kept_and_flagged),
        cmocka_unit_test(energy_adds_up_by_meter_and_quarter),
        cmocka_unit_test(a_gap_is_owned_up_to_and_loses_no_energy),
        cmocka_unit_test(readings_of_energy_are_refused_by_name),
        cmocka_unit_test(a_register_rolls_over_if_it_can),
        cmocka_unit_test(room_for_sums_of_energy_ends_by_name),
        cmocka_unit_test(coins_received_and_sold_add_up),
        cmocka_unit_test(distributions_are_refused_by_name),
        cmocka_unit_test(readings_need_to_know_which_day_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
