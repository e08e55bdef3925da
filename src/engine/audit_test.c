/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit sees what it says it sees: each law is broken by hand and must be named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "engine/state.h"
#include "money/arithmetic.h"
#include "support/engine_scene.h"

static int set_up(void **state)
{
    static struct scene scene;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);

    scene_start(&scene);
    assert_int_equal(scene_place(&scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_null(tarazy_engine_audit(scene.engine));
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    scene_end(*state);
    return 0;
}

static void expect_wrong(const struct scene *scene, const char *what)
{
    const char *wrong = tarazy_engine_audit(scene->engine);

    assert_non_null(wrong);
    assert_non_null(strstr(wrong, what));
}

static void a_hold_without_an_order_is_seen(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = engine_ledger(scene->engine);
    uint32_t account = ledger_find(ledger, SCENE_BOB, SCENE_KZT);

    assert_int_equal(ledger_hold(ledger, account, amount_of_units(5)), RESULT_OK);
    ledger_touched_clear(ledger);
    expect_wrong(scene, "held part is not what its orders");
}

static void an_order_without_its_hold_is_seen(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = engine_ledger(scene->engine);

    ledger_release(ledger, ledger_find(ledger, SCENE_ALICE, SCENE_KZT), amount_of_units(1));
    ledger_touched_clear(ledger);
    expect_wrong(scene, "held part is not what its orders");
}

static void an_account_still_marked_as_touched_is_seen(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = engine_ledger(scene->engine);
    uint32_t account = ledger_find(ledger, SCENE_ALICE, SCENE_KZT);

    ledger_release(ledger, account, amount_of_units(1));
    assert_int_equal(ledger_hold(ledger, account, amount_of_units(1)), RESULT_OK);
    expect_wrong(scene, "touched between two commands");
}

static void a_house_account_that_holds_is_seen(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = engine_ledger(scene->engine);
    struct posting posting = {.amount = amount_of_units(5),
                              .debit = ledger_find(ledger, SCENE_BOB, SCENE_KZT),
                              .credit = ledger_find(ledger, TARAZY_OWNER_FEES, SCENE_KZT),
                              .from = LEDGER_PART_AVAILABLE};

    ledger_post(ledger, &posting);
    assert_int_equal(ledger_hold(ledger, posting.credit, amount_of_units(5)), RESULT_OK);
    ledger_touched_clear(ledger);
    expect_wrong(scene, "a house account holds");
}

static void more_than_the_supply_is_seen(void **state)
{
    struct scene *scene = *state;

    engine_asset_at(scene->engine, SCENE_KZT)->supply_max = amount_of_units(3999999);
    expect_wrong(scene, "more of an asset than there is");
}

static void somebody_elses_account_for_fees_is_seen(void **state)
{
    struct scene *scene = *state;
    struct asset *asset = engine_asset_at(scene->engine, SCENE_KZT);

    asset->fees_account = asset->rounding_account;
    expect_wrong(scene, "house accounts are somebody else's");
}

static void an_order_number_ahead_of_its_time_is_seen(void **state)
{
    struct scene *scene = *state;

    scene->engine->last_order = 0;
    expect_wrong(scene, "a number that was not given yet");
}

static void a_list_left_in_the_queue_is_seen(void **state)
{
    struct scene *scene = *state;

    engine_starts(scene->engine)[3] = 1;
    expect_wrong(scene, "waits to be started");
}

static void a_withdrawal_without_its_hold_is_seen(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = engine_ledger(scene->engine);
    struct command_withdraw_request request = {.header.kind = COMMAND_WITHDRAW_REQUEST,
                                               .asset = SCENE_KZT,
                                               .rail = 2,
                                               .amount.units = 100,
                                               .address.text = "a"};

    assert_int_equal(scene_send(scene, SCENE_ALICE, &request.header), RESULT_OK);
    ledger_release(ledger, ledger_find(ledger, SCENE_ALICE, SCENE_KZT), amount_of_units(100));
    ledger_touched_clear(ledger);
    expect_wrong(scene, "held part is not what its orders");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_hold_without_an_order_is_seen),
        TEST(an_order_without_its_hold_is_seen),
        TEST(an_account_still_marked_as_touched_is_seen),
        TEST(a_house_account_that_holds_is_seen),
        TEST(more_than_the_supply_is_seen),
        TEST(somebody_elses_account_for_fees_is_seen),
        TEST(an_order_number_ahead_of_its_time_is_seen),
        TEST(a_list_left_in_the_queue_is_seen),
        TEST(a_withdrawal_without_its_hold_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
