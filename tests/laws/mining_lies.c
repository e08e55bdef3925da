/* SPDX-License-Identifier: Apache-2.0
 *
 * Lies about mining: a true stream is shown to the supervisor's checker with one thing altered, and it must
 * complain by name. Each lie stands for a check of inspect_mining.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inspector/inspector.h"
#include "support/mining_scene.h"

static struct inspector *inspector;
static uint16_t kind_lied; /* events of this kind are altered, if any */
static size_t lie_offset;  /* one bit at this byte of the event */
static uint16_t
    kind_raised; /* readings of shares, everywhere they speak of their sequence, if it is that */

static void watch(const struct command_header *command, const struct event_buffer *events)
{
    static _Alignas(64) uint8_t copy[1 << 16];
    static _Alignas(64) uint8_t altered[TARAZY_COMMAND_SIZE_MAX];
    size_t at = 0;

    assert_true(events->used <= sizeof copy);
    memcpy(copy, events->bytes, events->used);
    memcpy(altered, command, tarazy_command_size(command->kind));
    while (at < events->used) {
        struct event_header header;

        memcpy(&header, copy + at, sizeof header);
        if (header.kind == kind_lied) {
            copy[at + lie_offset] ^= 1;
        }
        if (command->kind == kind_raised && header.kind == EVENT_MINING_SHARES) {
            ((struct event_mining_shares *)(void *)(copy + at))->sequence++;
        } else if (command->kind == kind_raised && header.kind == EVENT_OUTCOME) {
            ((struct event_outcome *)(void *)(copy + at))->id++;
        }
        at += header.size;
    }
    if (command->kind == kind_raised && kind_raised == COMMAND_SHARE_READING) {
        ((struct command_share_reading *)(void *)altered)->sequence++;
    }
    inspector_on_command(inspector, (const struct command_header *)(const void *)altered, copy,
                         events->used);
}

/* The whole life of a miner, short. */
static void live(struct scene *scene)
{
    struct command_energy_reading energy = mining_scene_energy(1, 0, 0, 7000000);
    struct command_fee_assess assess = {.header.kind = COMMAND_FEE_ASSESS,
                                        .miner = SCENE_ALICE_MINES,
                                        .quarter = SCENE_QUARTER,
                                        .asset = SCENE_KZT};
    struct command_fee_pay pay = {.header.kind = COMMAND_FEE_PAY,
                                  .miner = SCENE_ALICE_MINES,
                                  .quarter = SCENE_QUARTER,
                                  .amount.units = 100};

    mining_scene_start(scene);
    struct command_share_reading shares = mining_scene_shares(scene, 1);
    struct command_pool_distribution coins = mining_scene_coins(scene, 1);
    assert_int_equal(scene_send(scene, SCENE_METER, &shares.header), RESULT_OK);
    assert_int_equal(scene_send(scene, SCENE_METER, &energy.header), RESULT_OK);
    energy = mining_scene_energy(2, 1, 7000000, 7000500);
    assert_int_equal(scene_send(scene, SCENE_METER, &energy.header), RESULT_OK);
    assert_int_equal(scene_send(scene, SCENE_POOL, &coins.header), RESULT_OK);
    scene->now_us += 30 * SCENE_DAY_US;
    assert_int_equal(scene_send(scene, SCENE_AIGUL, &assess.header), RESULT_OK);
    assert_int_equal(scene_send(scene, SCENE_ALICE, &pay.header), RESULT_OK);
}

/* The rule that was broken; 0: no complaint. */
static uint8_t rule_of_lie(void)
{
    struct scene scene;
    struct node_view view;

    scene_watch = NULL;
    scene_start_mining(&scene);
    tarazy_query_node(scene.engine, &view);
    scene_end(&scene);
    size_t size = inspector_size(&view.limits);
    uint8_t *block = aligned_alloc(64, (size + 63) / 64 * 64);
    assert_non_null(block);
    memset(block, 0, size);
    inspector = inspector_create(block, size, &view.limits);
    scene_watch = watch;
    live(&scene);
    scene_watch = NULL;
    scene_end(&scene);
    const struct inspector_complaint *complaint = inspector_complaint(inspector);
    uint8_t rule = complaint == NULL ? 0 : complaint->rule;
    free(block);
    return rule;
}

static uint8_t rule_of_altered(uint16_t kind, size_t offset)
{
    kind_lied = kind;
    lie_offset = offset;
    uint8_t rule = rule_of_lie();
    kind_lied = 0;
    return rule;
}

static void truth_about_mining_is_believed(void **state)
{
    assert_int_equal(rule_of_lie(), 0);
}

#define LIE(type, member) offsetof(struct type, member)

static void every_figure_of_a_reading_of_shares_is_added_up_again(void **state)
{
    static const size_t lies[] = {
        LIE(event_mining_shares, work),           LIE(event_mining_shares, month_work),
        LIE(event_mining_shares, reader),         LIE(event_mining_shares, miner),
        LIE(event_mining_shares, pool),           LIE(event_mining_shares, site),
        LIE(event_mining_shares, sequence),       LIE(event_mining_shares, begin_us),
        LIE(event_mining_shares, end_us),         LIE(event_mining_shares, accepted),
        LIE(event_mining_shares, rejected),       LIE(event_mining_shares, stale),
        LIE(event_mining_shares, month_accepted), LIE(event_mining_shares, month_rejected),
        LIE(event_mining_shares, month_stale),    LIE(event_mining_shares, month_metered_us),
    };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        assert_int_equal(rule_of_altered(EVENT_MINING_SHARES, lies[i]), INSPECTOR_RULE_MINING);
    }
}

static void every_figure_of_a_reading_of_energy_is_added_up_again(void **state)
{
    static const size_t lies[] = {
        LIE(event_mining_energy, meter),
        LIE(event_mining_energy, miner),
        LIE(event_mining_energy, reader),
        LIE(event_mining_energy, sequence),
        LIE(event_mining_energy, begin_us),
        LIE(event_mining_energy, end_us),
        LIE(event_mining_energy, energy_wh),
        LIE(event_mining_energy, quarter_wh),
        LIE(event_mining_energy, quarter_metered_us),
        LIE(event_mining_energy, quarter_missing_us),
        LIE(event_mining_energy, source),
    };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        assert_int_equal(rule_of_altered(EVENT_MINING_ENERGY, lies[i]), INSPECTOR_RULE_MINING);
    }
}

static void entries_coins_and_fees_are_what_their_commands_say(void **state)
{
    assert_int_equal(rule_of_altered(EVENT_MINING_ENTRY, LIE(event_mining_entry, subject)),
                     INSPECTOR_RULE_MINING);
    assert_int_equal(rule_of_altered(EVENT_MINING_ENTRY, LIE(event_mining_entry, status)),
                     INSPECTOR_RULE_MINING);
    assert_int_equal(rule_of_altered(EVENT_MINING_COINS, LIE(event_mining_coins, amount)),
                     INSPECTOR_RULE_MINING);
    assert_int_equal(rule_of_altered(EVENT_MINING_COINS, LIE(event_mining_coins, quarter_received)),
                     INSPECTOR_RULE_MINING);
    assert_int_equal(rule_of_altered(EVENT_MINING_COINS, LIE(event_mining_coins, quarter_sold)),
                     INSPECTOR_RULE_MINING);
    assert_int_equal(rule_of_altered(EVENT_MINING_COINS, LIE(event_mining_coins, miner)),
                     INSPECTOR_RULE_MINING);
    assert_int_equal(rule_of_altered(EVENT_MINING_FEE, LIE(event_mining_fee, paid)),
                     INSPECTOR_RULE_MINING);
    assert_int_equal(rule_of_altered(EVENT_MINING_FEE, LIE(event_mining_fee, amount)),
                     INSPECTOR_RULE_MINING);
    assert_int_equal(rule_of_altered(EVENT_MINING_FEE, LIE(event_mining_fee, revision)),
                     INSPECTOR_RULE_MINING);
    assert_int_equal(rule_of_altered(EVENT_MINING_FEE, LIE(event_mining_fee, change)),
                     INSPECTOR_RULE_MINING);
}

static void a_reading_that_is_not_the_next_is_not_believed(void **state)
{
    kind_raised = COMMAND_SHARE_READING;
    assert_int_equal(rule_of_lie(), INSPECTOR_RULE_MINING);
    kind_raised = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_about_mining_is_believed),
        cmocka_unit_test(every_figure_of_a_reading_of_shares_is_added_up_again),
        cmocka_unit_test(every_figure_of_a_reading_of_energy_is_added_up_again),
        cmocka_unit_test(entries_coins_and_fees_are_what_their_commands_say),
        cmocka_unit_test(a_reading_that_is_not_the_next_is_not_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
