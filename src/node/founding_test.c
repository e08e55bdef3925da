/* SPDX-License-Identifier: Apache-2.0
 *
 * Foundings: proven before a byte is written, written whole, never twice.
 */
#include "node/founding.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/recovery.h"
#include "support/fake_disk.h"
#include "support/node_scene.h"
#include "tarazy/query.h"

struct bench {
    struct fake_disk *disk;
    struct founding founding;
    struct founding_failure failure;
    struct founding_place place;
    struct journal_error error;
};

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->disk = fake_disk_create();
    bench->place = (struct founding_place){.storage = fake_disk_storage(bench->disk),
                                           .directory = "node",
                                           .segment_size = NODE_SEGMENT_SIZE};
    assert_true(founding_create(&bench->founding));
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    founding_destroy(&bench->founding);
    fake_disk_destroy(bench->disk);
    free(bench);
    return 0;
}

static int is_done(struct bench *bench)
{
    return founding_is_done(bench->place.storage, bench->place.directory, &bench->error);
}

static void a_founding_is_the_beginning_of_a_journal(void **state)
{
    struct bench *bench = *state;
    struct recovered recovered;
    struct recovery_report report;
    struct node_view node;
    node_scene_found(&bench->founding, true);
    assert_int_equal(is_done(bench), 0);
    assert_true(founding_write(&bench->founding, &bench->place, NODE_START_US, &bench->failure));
    assert_int_equal(is_done(bench), 1);
    struct recovery_options options = {.storage = bench->place.storage, .directory = "node"};
    assert_true(recovery_run(&options, &recovered, &report, &bench->error));
    assert_int_equal(tarazy_engine_number(recovered.engine), bench->founding.count);
    assert_int_equal(tarazy_engine_time(recovered.engine), NODE_START_US);
    tarazy_query_node(recovered.engine, &node);
    assert_true(node.open && node.sandbox);
    assert_int_equal(node.participants, 2);
    recovered_close(&recovered);
    /* A second time is refused, and changes nothing. */
    assert_false(founding_write(&bench->founding, &bench->place, NODE_START_US, &bench->failure));
    assert_int_equal(bench->failure.index, 0);
    assert_non_null(strstr(bench->failure.error.what, "already holds a node"));
}

static void one_command_that_is_refused_and_nothing_is_written(void **state)
{
    struct bench *bench = *state;
    struct command_sandbox_deposit deposit = {.header.kind = COMMAND_SANDBOX_DEPOSIT,
                                              .target = 9, /* nobody */
                                              .asset = 1,
                                              .amount = {5},
                                              .evidence = {.text = "x", .rail = 1}};
    node_scene_found(&bench->founding, false);
    uint32_t before = bench->founding.count;
    assert_true(founding_add(&bench->founding, &deposit.header));
    assert_false(founding_write(&bench->founding, &bench->place, NODE_START_US, &bench->failure));
    assert_int_equal(bench->failure.index, before + 1);
    assert_int_equal(bench->failure.kind, COMMAND_SANDBOX_DEPOSIT);
    assert_int_equal(bench->failure.result, RESULT_UNKNOWN_PARTICIPANT);
    assert_null(fake_disk_name(bench->disk, 0));
    assert_int_equal(is_done(bench), 0);
}

static void what_is_no_command_cannot_be_added(void **state)
{
    struct bench *bench = *state;
    struct command_tier_set tier = {.header.kind = COMMAND_TIER_SET, .tier = 99};
    assert_false(founding_add(&bench->founding, &tier.header));
    tier.header.kind = 9999;
    assert_false(founding_add(&bench->founding, &tier.header));
    assert_int_equal(bench->founding.count, 0);
}

/* A founding longer than one batch: participants to the limit, in many batches. */
static void a_long_founding_goes_into_several_batches(void **state)
{
    struct bench *bench = *state;
    struct recovered recovered;
    struct recovery_report report;
    enum { PEOPLE = 3000 };
    struct command_node_found found = {.header.kind = COMMAND_NODE_FOUND,
                                       .limits = {.participants_max = PEOPLE,
                                                  .accounts_max = 4,
                                                  .assets_max = 4,
                                                  .instruments_max = 4,
                                                  .orders_max = 16,
                                                  .price_levels_max = 16,
                                                  .order_lists_max = 4,
                                                  .client_ids_max = 4,
                                                  .keys_max = 4,
                                                  .proposals_max = 4,
                                                  .evidence_max = 4,
                                                  .withdrawals_max = 4}};
    struct command_tier_set tier = {.header.kind = COMMAND_TIER_SET, .tier = 1};
    assert_true(founding_add(&bench->founding, &found.header));
    assert_true(founding_add(&bench->founding, &tier.header));
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct command_participant_create create = {
            .header.kind = COMMAND_PARTICIPANT_CREATE, .roles = ROLE_TRADER, .tier = 1};
        (void)snprintf(create.handle.text, sizeof create.handle.text, "p%u", i);
        assert_true(founding_add(&bench->founding, &create.header));
    }
    assert_true(founding_write(&bench->founding, &bench->place, NODE_START_US, &bench->failure));
    struct recovery_options options = {.storage = bench->place.storage, .directory = "node"};
    assert_true(recovery_run(&options, &recovered, &report, &bench->error));
    assert_true(report.batches_replayed > 1);
    assert_int_equal(tarazy_engine_number(recovered.engine), PEOPLE + 2);
    recovered_close(&recovered);
}

static void whenever_the_power_goes_the_node_is_founded_or_not(void **state)
{
    struct bench *bench = *state;
    struct random_stream random = {.state = 9};
    node_scene_found(&bench->founding, true);
    for (uint64_t call = 1;; call++) {
        struct fake_disk *disk = fake_disk_create();
        bench->place.storage = fake_disk_storage(disk);
        fake_disk_plan(disk, FAKE_FAILURE_POWER, call, EIO);
        bool is_written =
            founding_write(&bench->founding, &bench->place, NODE_START_US, &bench->failure);
        bool has_failed = fake_disk_has_failed(disk);
        fake_disk_restart(disk, FAKE_LOSS_SECTORS, &random);
        int done = is_done(bench);
        assert_true(done >= 0);
        assert_true(!is_written || done == 1);
        if (done == 0) {
            /* It can simply be done again. */
            assert_true(
                founding_write(&bench->founding, &bench->place, NODE_START_US, &bench->failure));
            assert_int_equal(is_done(bench), 1);
        }
        fake_disk_destroy(disk);
        if (!has_failed) {
            assert_true(is_written && call > 5);
            break;
        }
    }
}

int main(void)
{
#define FOUNDING_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        FOUNDING_TEST(a_founding_is_the_beginning_of_a_journal),
        FOUNDING_TEST(one_command_that_is_refused_and_nothing_is_written),
        FOUNDING_TEST(what_is_no_command_cannot_be_added),
        FOUNDING_TEST(a_long_founding_goes_into_several_batches),
        FOUNDING_TEST(whenever_the_power_goes_the_node_is_founded_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
