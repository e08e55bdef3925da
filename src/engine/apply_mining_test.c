/* SPDX-License-Identifier: Apache-2.0
 *
 * The law's numbers and the register of mining: each entry, each decision, each refusal by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/apply_mining.h"
#include "support/command_samples.h"
#include "support/mining_scene.h"

static void node_without_mining_refuses_every_command_about_it_by_name(void **state)
{
    struct scene scene;

    scene_start(&scene);
    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        union command_sample sample;

        if (*kind >= COMMAND_JURISDICTION_PARAMETER_SET) {
            (void)command_sample_make(&sample, *kind);
            assert_int_equal(check_family(scene.engine, &sample.header), RESULT_MINING_NOT_ENABLED);
        }
    }
    scene_end(&scene);
}

static void limits_of_mining_are_all_there_or_none(void **state)
{
    struct limits limits = scene_limits;

    assert_true(tarazy_engine_size(&limits) > 0);
    limits.mining = (struct mining_limits){1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    assert_true(tarazy_engine_size(&limits) > tarazy_engine_size(&scene_limits));
    for (size_t i = 0; i < sizeof limits.mining / sizeof(uint32_t); i++) {
        struct limits odd = limits;

        memset((uint8_t *)&odd.mining + i * sizeof(uint32_t), 0, sizeof(uint32_t));
        assert_int_equal(tarazy_engine_size(&odd), 0);
        memset((uint8_t *)&odd.mining + i * sizeof(uint32_t), 0xff, sizeof(uint32_t));
        assert_int_equal(tarazy_engine_size(&odd), 0);
    }
}

static void an_officer_applies_and_two_people_decide(void **state)
{
    struct scene scene;
    struct command_miner_set set;
    struct command_miner_decide decide = mining_scene_decide(3, LICENCE_DECISION_GRANT);

    mining_scene_start(&scene);
    set = mining_scene_miner(SCENE_CAROL, "L-3");
    assert_int_equal(scene_send(&scene, SCENE_OLGA, &set.header), RESULT_NOT_PERMITTED);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    assert_int_equal(scene_outcome(&scene)->id, 3);
    const struct event_mining_entry *entry = scene_event(&scene, EVENT_MINING_ENTRY, 0);
    assert_int_equal(entry->subject, MINING_SUBJECT_MINER);
    assert_int_equal(entry->change, MINING_CHANGE_ADDED);
    assert_int_equal(entry->status, LICENCE_STATUS_APPLIED);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &decide.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(mining_scene_two(&scene, &decide.header), RESULT_OK);
    entry = scene_event(&scene, EVENT_MINING_ENTRY, 0);
    assert_int_equal(entry->change, MINING_CHANGE_DECIDED);
    assert_int_equal(entry->status, LICENCE_STATUS_GRANTED);
    set.miner = 3;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_NEEDS_PROPOSAL);
    set.region = 11;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_OK);
    assert_int_equal(mining_miner(engine_mining(scene.engine), 3)->region, 11);
    assert_int_equal(mining_miner(engine_mining(scene.engine), 3)->licence.status,
                     LICENCE_STATUS_GRANTED);
    scene_end(&scene);
}

static enum result apply_for(struct scene *scene, const struct command_miner_set *base)
{
    struct command_miner_set set = *base;

    return set.miner == 0 ? scene_send(scene, SCENE_AIGUL, &set.header)
                          : mining_scene_two(scene, &set.header);
}

static void applications_are_refused_by_name(void **state)
{
    struct scene scene;

    mining_scene_start(&scene);
    const struct command_miner_set sound = mining_scene_miner(SCENE_CAROL, "L-3");
    struct command_miner_set set = sound;
    set.account = 60;
    assert_int_equal(apply_for(&scene, &set), RESULT_UNKNOWN_PARTICIPANT);
    set = sound;
    set.miner = 3;
    assert_int_equal(apply_for(&scene, &set), RESULT_UNKNOWN_MINER);
    set = sound;
    set.region = 0;
    assert_int_equal(apply_for(&scene, &set), RESULT_REGISTER_TERMS);
    set.region = 1000;
    assert_int_equal(apply_for(&scene, &set), RESULT_REGISTER_TERMS);
    set = sound;
    set.account = SCENE_ALICE;
    assert_int_equal(apply_for(&scene, &set), RESULT_DUPLICATE_MINER);
    set = mining_scene_miner(SCENE_CAROL, "L-1");
    assert_int_equal(apply_for(&scene, &set), RESULT_LICENCE_TAKEN);
    set = sound;
    set.valid_to_day = set.valid_from_day - 1;
    assert_int_equal(apply_for(&scene, &set), RESULT_LICENCE_TERM);
    set.valid_from_day = SCENE_DAY; /* 2026-09-21 and three years */
    set.valid_to_day = SCENE_DAY + 3 * 365 + 1;
    assert_int_equal(apply_for(&scene, &set), RESULT_LICENCE_TERM);
    set.valid_to_day--;
    assert_int_equal(apply_for(&scene, &set), RESULT_OK);
    set = mining_scene_miner(SCENE_ALICE, "");
    set.miner = SCENE_ALICE_MINES;
    assert_int_equal(apply_for(&scene, &set), RESULT_LICENCE_TERM);
    set = mining_scene_miner(SCENE_MAKER, "L-4");
    assert_int_equal(apply_for(&scene, &set), RESULT_OK);
    set = mining_scene_miner(SCENE_SAULE, "L-5");
    assert_int_equal(apply_for(&scene, &set), RESULT_MINERS_FULL);
    scene_end(&scene);
}

static enum result decide(struct scene *scene, uint32_t miner, enum licence_decision decision,
                          int32_t until_day)
{
    struct command_miner_decide command = mining_scene_decide(miner, decision);

    command.until_day = until_day;
    return mining_scene_two(scene, &command.header);
}

static void decisions_fit_the_state_of_the_licence(void **state)
{
    struct scene scene;
    int32_t today = SCENE_DAY + 2;

    mining_scene_start(&scene);
    assert_int_equal(decide(&scene, 9, LICENCE_DECISION_GRANT, 0), RESULT_UNKNOWN_MINER);
    assert_int_equal(decide(&scene, 2, LICENCE_DECISION_GRANT, 0), RESULT_LICENCE_TERM);
    struct command_miner_set nameless = mining_scene_miner(SCENE_BOB, "");
    nameless.miner = 2; /* a term, and still no number */
    assert_int_equal(apply_for(&scene, &nameless), RESULT_OK);
    assert_int_equal(decide(&scene, 2, LICENCE_DECISION_GRANT, 0), RESULT_LICENCE_TERM);
    assert_int_equal(decide(&scene, 2, LICENCE_DECISION_SUSPEND, today + 40), RESULT_LICENCE_STATE);
    assert_int_equal(decide(&scene, 2, LICENCE_DECISION_REVOKE, 0), RESULT_LICENCE_STATE);
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_GRANT, 0), RESULT_LICENCE_STATE);
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_REFUSE, 0), RESULT_LICENCE_STATE);
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_REVOKE, 5), RESULT_REGISTER_TERMS);
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_SUSPEND, 0), RESULT_LICENCE_TERM);
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_SUSPEND, today + 29), RESULT_LICENCE_TERM);
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_SUSPEND, today + 182), RESULT_LICENCE_TERM);
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_SUSPEND, today + 40), RESULT_OK);
    const struct mining_licence *licence = &mining_miner(engine_mining(scene.engine), 1)->licence;
    assert_false(mining_licence_holds(licence, today + 40));
    assert_true(mining_licence_holds(licence, today + 41));
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_GRANT, 0), RESULT_OK);
    assert_true(mining_licence_holds(licence, today));
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_REVOKE, 0), RESULT_OK);
    assert_false(mining_licence_holds(licence, today));
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_GRANT, 0), RESULT_LICENCE_STATE);
    assert_int_equal(decide(&scene, 2, LICENCE_DECISION_REFUSE, 0), RESULT_OK);
    assert_int_equal(decide(&scene, 2, LICENCE_DECISION_GRANT, 0), RESULT_LICENCE_STATE);
    struct command_miner_set again = mining_scene_miner(SCENE_ALICE, "L-9");
    assert_int_equal(apply_for(&scene, &again), RESULT_OK);
    again.miner = 1;
    assert_int_equal(apply_for(&scene, &again), RESULT_LICENCE_STATE);
    struct command_miner_set late = mining_scene_miner(SCENE_CAROL, "L-8");
    late.valid_to_day = today - 1;
    assert_int_equal(apply_for(&scene, &late), RESULT_OK);
    assert_int_equal(decide(&scene, 4, LICENCE_DECISION_GRANT, 0), RESULT_LICENCE_TERM);
    scene_end(&scene);
}

static void pools_are_accredited_like_miners(void **state)
{
    struct scene scene;
    struct command_pool_set set = {.header.kind = COMMAND_POOL_SET, .account = SCENE_OTHER_POOL};
    struct command_pool_decide grant = {.header.kind = COMMAND_POOL_DECIDE,
                                        .pool = 2,
                                        .decision = LICENCE_DECISION_GRANT,
                                        .reason = "in order"};

    mining_scene_start(&scene);
    set.account = SCENE_ALICE;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_READER_ROLE);
    set.account = SCENE_POOL;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_DUPLICATE_POOL);
    set.account = SCENE_OTHER_POOL;
    set.valid_from_day = 7;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_LICENCE_TERM);
    set.valid_from_day = 0;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    assert_int_equal(mining_scene_two(&scene, &grant.header), RESULT_LICENCE_TERM);
    set.pool = 3;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_UNKNOWN_POOL);
    grant.pool = 3;
    assert_int_equal(mining_scene_two(&scene, &grant.header), RESULT_UNKNOWN_POOL);
    set.pool = 2;
    set.valid_from_day = SCENE_DAY;
    set.valid_to_day = SCENE_DAY + 10;
    memcpy(set.accreditation, "P-2", 3);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_OK);
    grant.pool = 2;
    assert_int_equal(mining_scene_two(&scene, &grant.header), RESULT_OK);
    memset(set.accreditation, 0, sizeof set.accreditation);
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_LICENCE_TERM);
    grant.decision = LICENCE_DECISION_REVOKE;
    assert_int_equal(mining_scene_two(&scene, &grant.header), RESULT_OK);
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_LICENCE_STATE);
    set.pool = 0;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_POOLS_FULL);
    scene_end(&scene);
}

static void sites_are_refused_by_name_and_a_quota_takes_two(void **state)
{
    struct scene scene;
    struct command_site_set set = mining_scene_site(SCENE_BOB_MINES);

    mining_scene_start(&scene);
    set.site = 7;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_UNKNOWN_SITE);
    set = mining_scene_site(9);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_UNKNOWN_MINER);
    set = mining_scene_site(0);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_REGISTER_TERMS);
    set.host = 60;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_UNKNOWN_PARTICIPANT);
    set.host = SCENE_CAROL;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    set.quota_kw = 10;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_NEEDS_PROPOSAL);
    set.quota_kw = set.capacity_kw + 1;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_REGISTER_TERMS);
    set.quota_kw = set.capacity_kw;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_OK);
    set.region = 0;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_REGISTER_TERMS);
    set.region = 3;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_SITES_FULL);
    set.site = 1;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_OK);
    assert_int_equal(mining_site(engine_mining(scene.engine), 1)->region, 3);
    scene_end(&scene);
}

static void energy_meters_are_refused_by_name(void **state)
{
    struct scene scene;
    struct command_meter_set set = mining_scene_meter("EM-3");

    mining_scene_start(&scene);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_NEEDS_PROPOSAL);
    set.reader = SCENE_ALICE;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_READER_ROLE);
    set = mining_scene_meter("EM-3");
    set.meter = 3;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_UNKNOWN_METER);
    set = mining_scene_meter("EM-3");
    set.site = 9;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_UNKNOWN_SITE);
    set = mining_scene_meter("EM-3");
    set.miner = 0;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_UNKNOWN_MINER);
    set = mining_scene_meter("EM-3");
    set.register_digits = 5;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_REGISTER_TERMS);
    set.register_digits = 19;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_REGISTER_TERMS);
    set = mining_scene_meter("EM-2");
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_SERIAL_TAKEN);
    set.meter = 1;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_SERIAL_TAKEN);
    set = mining_scene_meter("EM-3");
    set.meter = 2;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_OK);
    set = mining_scene_meter("EM-2");
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_OK);
    set = mining_scene_meter("EM-4");
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_METERS_FULL);
    scene_end(&scene);
}

static void equipment_is_refused_by_name(void **state)
{
    struct scene scene;
    const struct command_equipment_set sound = {.header.kind = COMMAND_EQUIPMENT_SET,
                                                .miner = 1,
                                                .site = 1,
                                                .count = 10,
                                                .nameplate_ghs = 200000,
                                                .mj_per_th = 17500,
                                                .model = "Antminer S21"};
    struct command_equipment_set set = sound;

    mining_scene_start(&scene);
    set.equipment = 1;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_UNKNOWN_EQUIPMENT);
    set = sound;
    set.miner = 9;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_UNKNOWN_MINER);
    set = sound;
    set.site = 9;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_UNKNOWN_SITE);
    set = sound;
    set.nameplate_ghs = 0;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_REGISTER_TERMS);
    set = sound;
    set.mj_per_th = 0;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_REGISTER_TERMS);
    set = sound;
    set.count = 0;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_REGISTER_TERMS);
    set = sound;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_EQUIPMENT_FULL);
    set.equipment = 2;
    set.count = 0;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    assert_int_equal(mining_equipment(engine_mining(scene.engine), 2)->count, 0);
    scene_end(&scene);
}

static struct command_miner_address_set address_of(uint32_t miner, enum mining_address type,
                                                   const char *text)
{
    struct command_miner_address_set set = {
        .header.kind = COMMAND_MINER_ADDRESS_SET, .miner = miner, .type = (uint8_t)type};

    memcpy(set.text, text, strlen(text));
    return set;
}

static void stolen_addresses_names_and_ranges_are_refused(void **state)
{
    struct scene scene;
    struct command_miner_address_set set = address_of(2, MINING_ADDRESS_PAYOUT, "bc1qalice");

    mining_scene_start(&scene);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_ADDRESS_TAKEN);
    set = address_of(9, MINING_ADDRESS_PAYOUT, "bc1qbob");
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_UNKNOWN_MINER);
    set = address_of(2, MINING_ADDRESS_WORKER, "");
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_REGISTER_TERMS);
    set.range = (struct ip_range){.address = {1}, .prefix = 8};
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_REGISTER_TERMS);
    set = address_of(1, MINING_ADDRESS_WORKER, "bc1qalice"); /* a name is no address */
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    set.miner = 2;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_ADDRESS_TAKEN);
    set = address_of(1, MINING_ADDRESS_RANGE, "");
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_REGISTER_TERMS);
    set.range = (struct ip_range){.address = {0x20, 0x01, 0xd0}, .prefix = 20};
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    set.miner = 2;
    set.range.address[2] = 0xdf; /* its last four bits are free in the one that is there */
    set.range.prefix = 24;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_ADDRESS_TAKEN);
    set.range.address[2] = 0xe0;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    set.range = (struct ip_range){.address = {0x20}, .prefix = 1};
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_ADDRESS_TAKEN);
    assert_int_equal(mining_address_owner(engine_mining(scene.engine), MINING_ADDRESS_WORKER,
                                          address_of(0, 1, "bc1qalice").text),
                     1);
    scene_end(&scene);
}

static void addresses_are_taken_away_by_two_and_are_free_again(void **state)
{
    struct scene scene;
    struct command_miner_address_set set = address_of(1, MINING_ADDRESS_PAYOUT, "bc1qalice");
    struct command_miner_address_set range = address_of(2, MINING_ADDRESS_RANGE, "");

    mining_scene_start(&scene);
    range.range = (struct ip_range){.address = {10}, .prefix = 8};
    set.removed = 1;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_NEEDS_PROPOSAL);
    set.miner = 2;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_UNKNOWN_ADDRESS);
    set.miner = 1;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_OK);
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_UNKNOWN_ADDRESS);
    set.removed = 0;
    set.miner = 2;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &range.header), RESULT_OK);
    range.range.address[0] = 11;
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &range.header), RESULT_OK);
    range.removed = 1;
    range.range.address[0] = 10;
    assert_int_equal(mining_scene_two(&scene, &range.header), RESULT_OK);
    assert_int_equal(mining_scene_two(&scene, &range.header), RESULT_UNKNOWN_ADDRESS);
    for (char name = 'a'; name < 'e'; name++) {
        struct command_miner_address_set more = address_of(1, MINING_ADDRESS_WORKER, "w");

        more.text[1] = name;
        assert_int_equal(scene_send(&scene, SCENE_AIGUL, &more.header), RESULT_OK);
    }
    set = address_of(1, MINING_ADDRESS_WORKER, "last");
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_ADDRESSES_FULL);
    scene_end(&scene);
}

static void legal_parameters_take_two_and_never_overlap(void **state)
{
    struct scene scene;
    struct command_jurisdiction_parameter_set set = {.header.kind =
                                                         COMMAND_JURISDICTION_PARAMETER_SET,
                                                     .parameter = {.kind = PARAMETER_DUTY_TO_SELL,
                                                                   .trust = TRUST_C,
                                                                   .valid_from = 19723,
                                                                   .valid_to = TARAZY_DAY_OPEN,
                                                                   .value = 500000,
                                                                   .source = "invented"}};

    mining_scene_start(&scene);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_OK);
    const struct event_mining_entry *entry = scene_event(&scene, EVENT_MINING_ENTRY, 0);
    assert_int_equal(entry->subject, MINING_SUBJECT_PARAMETER);
    assert_int_equal(entry->change, MINING_CHANGE_ADDED);
    assert_int_equal(entry->entry, 13);
    set.parameter.valid_from = 20089;
    set.parameter.value = 750000;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_PARAMETER_OVERLAP);
    set.parameter.valid_from = 19723;
    set.parameter.valid_to = 20088;
    set.parameter.value = 500000;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_OK); /* ends it, by name */
    entry = scene_event(&scene, EVENT_MINING_ENTRY, 0);
    assert_int_equal(entry->change, MINING_CHANGE_CHANGED);
    assert_int_equal(entry->entry, 13);
    set.parameter.valid_from = 20089;
    set.parameter.valid_to = TARAZY_DAY_OPEN;
    set.parameter.value = 750000;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_OK);
    set.parameter.value = -1;
    assert_int_equal(mining_scene_two(&scene, &set.header), RESULT_PARAMETER_INVALID);
    assert_int_equal(mining_scene_law(&scene, PARAMETER_MCI, 0, 4325000000), RESULT_OK);
    assert_int_equal(mining_scene_law(&scene, PARAMETER_ENERGY_LOT, 0, 1000000), RESULT_OK);
    assert_int_equal(mining_scene_law(&scene, PARAMETER_VALUE_ADDED_TAX, 0, 0),
                     RESULT_PARAMETERS_FULL);
    scene_end(&scene);
}

static void founders_may_enact_the_law_alone(void **state)
{
    struct scene scene;
    struct command_node_found found = {.header.kind = COMMAND_NODE_FOUND, .hash_seed = {1, 2}};
    struct command_jurisdiction_parameter_set set = {.header.kind =
                                                         COMMAND_JURISDICTION_PARAMETER_SET,
                                                     .parameter = {.kind = PARAMETER_UTC_OFFSET,
                                                                   .trust = TRUST_A,
                                                                   .valid_to = TARAZY_DAY_OPEN,
                                                                   .value = 300,
                                                                   .source = "invented"}};

    found.limits = scene_limits;
    found.limits.mining = (struct mining_limits){1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    scene_start_empty(&scene, &found.limits);
    assert_int_equal(scene_send(&scene, 0, &found.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, 0, &set.header), RESULT_OK);
    scene_end(&scene);
}

static void decisions_need_to_know_which_day_it_is(void **state)
{
    struct scene scene;
    struct command_miner_set set = mining_scene_miner(SCENE_ALICE, "L-1");

    scene_start_mining(&scene);
    assert_int_equal(scene_send(&scene, SCENE_AIGUL, &set.header), RESULT_OK);
    assert_int_equal(decide(&scene, 1, LICENCE_DECISION_GRANT, 0), RESULT_PARAMETER_MISSING);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(node_without_mining_refuses_every_command_about_it_by_name),
        cmocka_unit_test(limits_of_mining_are_all_there_or_none),
        cmocka_unit_test(an_officer_applies_and_two_people_decide),
        cmocka_unit_test(applications_are_refused_by_name),
        cmocka_unit_test(decisions_fit_the_state_of_the_licence),
        cmocka_unit_test(pools_are_accredited_like_miners),
        cmocka_unit_test(sites_are_refused_by_name_and_a_quota_takes_two),
        cmocka_unit_test(energy_meters_are_refused_by_name),
        cmocka_unit_test(equipment_is_refused_by_name),
        cmocka_unit_test(stolen_addresses_names_and_ranges_are_refused),
        cmocka_unit_test(addresses_are_taken_away_by_two_and_are_free_again),
        cmocka_unit_test(legal_parameters_take_two_and_never_overlap),
        cmocka_unit_test(founders_may_enact_the_law_alone),
        cmocka_unit_test(decisions_need_to_know_which_day_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
