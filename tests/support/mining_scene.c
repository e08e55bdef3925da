/* SPDX-License-Identifier: Apache-2.0
 *
 * The small exchange with mining.
 */
#include "support/mining_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOURS_SOUND 48

static void set_text(char *field, const char *text)
{
    memcpy(field, text, strlen(text));
}

enum result mining_scene_two(struct scene *scene, struct command_header *command)
{
    return scene_four_eyes(scene, SCENE_AIGUL, SCENE_ADAM, command);
}

enum result mining_scene_law(struct scene *scene, enum parameter_kind kind, int64_t key,
                             int64_t value)
{
    struct command_jurisdiction_parameter_set set = {
        .header.kind = COMMAND_JURISDICTION_PARAMETER_SET,
        .parameter = {.kind = (uint16_t)kind,
                      .trust = TRUST_B,
                      .valid_from = 18262, /* 2020-01-01 */
                      .valid_to = TARAZY_DAY_OPEN,
                      .key = key,
                      .value = value,
                      .source = "invented for tests"},
    };

    return mining_scene_two(scene, &set.header);
}

struct command_miner_set mining_scene_miner(uint32_t account, const char *licence)
{
    struct command_miner_set set = {.header.kind = COMMAND_MINER_SET,
                                    .account = account,
                                    .valid_from_day = SCENE_DAY - 100,
                                    .valid_to_day = SCENE_DAY + 300,
                                    .region = 10,
                                    .subtype = LICENCE_SUBTYPE_I};

    set_text(set.licence, licence);
    return set;
}

struct command_site_set mining_scene_site(uint32_t miner)
{
    return (struct command_site_set){.header.kind = COMMAND_SITE_SET,
                                     .miner = miner,
                                     .capacity_kw = 5000,
                                     .region = 10,
                                     .name = "Ekibastuz 1"};
}

struct command_meter_set mining_scene_meter(const char *serial)
{
    struct command_meter_set set = {.header.kind = COMMAND_METER_SET,
                                    .site = 1,
                                    .miner = SCENE_ALICE_MINES,
                                    .reader = SCENE_METER,
                                    .register_digits = 9,
                                    .source = ENERGY_SOURCE_GRID};

    set_text(set.serial, serial);
    return set;
}

struct command_miner_decide mining_scene_decide(uint32_t miner, enum licence_decision decision)
{
    return (struct command_miner_decide){.header.kind = COMMAND_MINER_DECIDE,
                                         .miner = miner,
                                         .decision = (uint8_t)decision,
                                         .reason = "as the file says"};
}

struct command_share_reading mining_scene_shares(const struct scene *scene, uint64_t sequence)
{
    return (struct command_share_reading){
        .header.kind = COMMAND_SHARE_READING,
        .miner = SCENE_ALICE_MINES,
        .pool = 1,
        .site = 1,
        .sequence = sequence,
        .begin_us = scene->now_us - SCENE_HOUR_US,
        .end_us = scene->now_us,
        .accepted = 100,
        .rejected = 3,
        .stale = 2,
        .effective_milli = 80000,
        .work.units = (int128)1 << 60,
    };
}

struct command_energy_reading mining_scene_energy(uint64_t sequence, int64_t hour,
                                                  uint64_t begin_wh, uint64_t end_wh)
{
    return (struct command_energy_reading){
        .header.kind = COMMAND_ENERGY_READING,
        .meter = 1,
        .sequence = sequence,
        .begin_us = SCENE_START_US + hour * SCENE_HOUR_US,
        .end_us = SCENE_START_US + (hour + 1) * SCENE_HOUR_US,
        .register_begin_wh = begin_wh,
        .register_end_wh = end_wh,
        .energy_wh = (int64_t)(end_wh - begin_wh),
    };
}

struct command_pool_distribution mining_scene_coins(const struct scene *scene, uint64_t sequence)
{
    struct command_pool_distribution given = {.header.kind = COMMAND_POOL_DISTRIBUTION,
                                              .pool = 1,
                                              .miner = SCENE_ALICE_MINES,
                                              .sequence = sequence,
                                              .distributed_us = scene->now_us,
                                              .amount.units = 5000,
                                              .asset = SCENE_BTC,
                                              .address.text = "bc1qalice",
                                              .evidence.rail = 2};

    (void)snprintf(given.evidence.text, sizeof given.evidence.text, "block-tx:%u",
                   (unsigned)sequence);
    return given;
}

static void enact(struct scene *scene)
{
    assert_int_equal(mining_scene_law(scene, PARAMETER_UTC_OFFSET, 0, 300), RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_FEE_RATE_GRID, 0, 3000000), RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_FEE_RATE_RENEWABLE, 0, 2000000), RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_FEE_GROUNDS, 0, FEE_GROUNDS_EACH),
                     RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_FEE_ROUNDING, 0, TAX_ROUNDING_DOWN),
                     RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_FEE_ROUNDING_UNIT, 0, 1000000), RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_DECLARATION_DUE, 2, 15), RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_PAYMENT_DUE, 2, 25), RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_DUE_SHIFT, 0, DAY_SHIFT_NONE), RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_LICENCE_TERM, 0, 3), RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_LICENCE_SUSPENSION_MIN, 0, 1), RESULT_OK);
    assert_int_equal(mining_scene_law(scene, PARAMETER_LICENCE_SUSPENSION_MAX, 0, 6), RESULT_OK);
}

static void accredit(struct scene *scene)
{
    struct command_pool_set pool = {.header.kind = COMMAND_POOL_SET,
                                    .account = SCENE_POOL,
                                    .valid_from_day = SCENE_DAY - 100,
                                    .valid_to_day = SCENE_DAY + 300,
                                    .accreditation = "P-1"};
    struct command_pool_decide decide = {.header.kind = COMMAND_POOL_DECIDE,
                                         .pool = 1,
                                         .decision = LICENCE_DECISION_GRANT,
                                         .reason = "as the file says"};

    assert_int_equal(scene_send(scene, SCENE_AIGUL, &pool.header), RESULT_OK);
    assert_int_equal(mining_scene_two(scene, &decide.header), RESULT_OK);
}

void mining_scene_start(struct scene *scene)
{
    scene_start_mining(scene);
    enact(scene);
    struct command_miner_set alice = mining_scene_miner(SCENE_ALICE, "L-1");
    struct command_miner_set bob = mining_scene_miner(SCENE_BOB, "");
    struct command_miner_decide grant =
        mining_scene_decide(SCENE_ALICE_MINES, LICENCE_DECISION_GRANT);
    struct command_site_set site = mining_scene_site(SCENE_ALICE_MINES);
    struct command_meter_set grid = mining_scene_meter("EM-1");
    struct command_meter_set wind = mining_scene_meter("EM-2");
    struct command_miner_address_set address = {.header.kind = COMMAND_MINER_ADDRESS_SET,
                                                .miner = SCENE_ALICE_MINES,
                                                .type = MINING_ADDRESS_PAYOUT,
                                                .text = "bc1qalice"};

    bob.valid_from_day = 0;
    bob.valid_to_day = 0;
    wind.source = ENERGY_SOURCE_RENEWABLE;
    wind.register_digits = 0;
    assert_int_equal(scene_send(scene, SCENE_AIGUL, &alice.header), RESULT_OK);
    assert_int_equal(scene_send(scene, SCENE_AIGUL, &bob.header), RESULT_OK);
    assert_int_equal(mining_scene_two(scene, &grant.header), RESULT_OK);
    assert_int_equal(scene_send(scene, SCENE_AIGUL, &site.header), RESULT_OK);
    assert_int_equal(mining_scene_two(scene, &grid.header), RESULT_OK);
    assert_int_equal(mining_scene_two(scene, &wind.header), RESULT_OK);
    assert_int_equal(scene_send(scene, SCENE_AIGUL, &address.header), RESULT_OK);
    accredit(scene);
    scene->now_us += HOURS_SOUND * SCENE_HOUR_US;
}
