/* SPDX-License-Identifier: Apache-2.0
 *
 * What an order must pass beside the market's filters: tier, money, accounts, position.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "engine/placing.h"
#include "support/engine_scene.h"

static int set_up(void **state)
{
    static struct scene scene;

    scene_start(&scene);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    scene_end(*state);
    return 0;
}

static void the_account_that_pays_follows_from_side_and_instrument(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 500000, 2);
    struct order_terms ask = scene_limit(SIDE_SELL, 1000000, 1000000);

    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 1000000);
    /* all money is held; gold sells none the less, and only gold */
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_INSUFFICIENT_BALANCE);
    assert_int_equal(scene_place(scene, SCENE_BOB, &ask), RESULT_OK);
    assert_int_equal(scene_held(scene, SCENE_BOB, SCENE_GOLD), 1000000);
    ask.quantity.units = 1;
    assert_int_equal(scene_place(scene, SCENE_BOB, &ask), RESULT_INSUFFICIENT_BALANCE);
}

static void the_last_unit_may_be_spent_and_not_one_more(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 100, 10001);

    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_INSUFFICIENT_BALANCE);
    bid.quantity.units = 10000;
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 0);
}

static void a_tier_without_the_right_to_trade_places_nothing(void **state)
{
    struct scene *scene = *state;
    struct command_tier_set set = {
        .header.kind = COMMAND_TIER_SET, .tier = SCENE_TIER, .rights = TIER_RIGHT_DEPOSIT};
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 1);

    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    uint64_t order = scene_outcome(scene)->id;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &set.header), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_TIER_FORBIDS);
    assert_int_equal(scene_cancel(scene, SCENE_ALICE, order), RESULT_OK);
}

static void a_tier_limits_open_orders(void **state)
{
    struct scene *scene = *state;
    struct command_tier_set set = {.header.kind = COMMAND_TIER_SET,
                                   .tier = SCENE_TIER,
                                   .rights = TIER_RIGHT_TRADE,
                                   .orders_max = 2};
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 1);

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &set.header), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_MAX_NUM_ORDERS);
}

static void an_unknown_instrument_takes_no_order(void **state)
{
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 1);

    bid.instrument = 77;
    assert_int_equal(scene_place(*state, SCENE_ALICE, &bid), RESULT_UNKNOWN_INSTRUMENT);
    bid.instrument = 0;
    assert_int_equal(scene_place(*state, SCENE_ALICE, &bid), RESULT_UNKNOWN_INSTRUMENT);
}

static void a_position_counts_what_is_owned_and_what_open_bids_may_bring(void **state)
{
    struct scene *scene = *state;
    struct command_instrument_update update = {.header.kind = COMMAND_INSTRUMENT_UPDATE,
                                               .instrument = SCENE_GOLDKZT,
                                               .terms = scene_goldkzt_terms()};
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 60);

    update.terms.position_max.units = 1000100;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &update.header), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_MAX_POSITION);
    bid.quantity.units = 40;
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    bid.quantity.units = 1;
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_MAX_POSITION);
    struct order_terms ask = scene_limit(SIDE_SELL, 110, 100);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &ask), RESULT_OK);
}

static void a_market_buy_holds_what_the_book_costs_and_keeps_nothing(void **state)
{
    struct scene *scene = *state;
    struct order_terms near = scene_limit(SIDE_SELL, 100, 10);
    struct order_terms far = scene_limit(SIDE_SELL, 120, 10);
    struct order_terms buy = scene_market(SIDE_BUY, 15);

    assert_int_equal(scene_place(scene, SCENE_BOB, &near), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_BOB, &far), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_CAROL, &buy), RESULT_OK);
    assert_int_equal(scene_available(scene, SCENE_CAROL, SCENE_KZT), 1000000 - 1000 - 600);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 0);
    const struct event_order_opened *opened = scene_event(scene, EVENT_ORDER_OPENED, 0);
    assert_int_equal(opened->protection.units, 150);
}

static void a_market_buy_by_amount_spends_no_more_than_that(void **state)
{
    struct scene *scene = *state;
    struct order_terms near = scene_limit(SIDE_SELL, 100, 10);
    struct order_terms buy = scene_market(SIDE_BUY, 777);

    buy.flags = ORDER_FLAG_BY_QUOTE;
    assert_int_equal(scene_place(scene, SCENE_BOB, &near), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_CAROL, &buy), RESULT_OK);
    assert_int_equal(scene_available(scene, SCENE_CAROL, SCENE_KZT), 1000000 - 700);
    assert_int_equal(scene_available(scene, SCENE_CAROL, SCENE_GOLD), 1000007);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 0);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->status, ORDER_STATUS_FILLED);
    assert_int_equal(closed->executed.units, 7);
    assert_int_equal(closed->quote.units, 700);
}

/* Somebody without any account comes in and is given some money. */
static void take_in_dana(struct scene *scene)
{
    struct command_participant_create dana = {.header.kind = COMMAND_PARTICIPANT_CREATE,
                                              .handle.text = "dana",
                                              .roles = ROLE_TRADER,
                                              .tier = SCENE_TIER};
    struct command_key_create key = {.header.kind = COMMAND_KEY_CREATE,
                                     .owner = SCENE_PEOPLE + 1,
                                     .type = KEY_TYPE_ED25519,
                                     .scopes = KEY_SCOPE_TRADE,
                                     .id.bytes[9] = 9,
                                     .material_size = 32};
    struct command_sandbox_deposit deposit = {.header.kind = COMMAND_SANDBOX_DEPOSIT,
                                              .target = SCENE_PEOPLE + 1,
                                              .asset = SCENE_KZT,
                                              .amount.units = 100,
                                              .evidence = {.text = "d", .rail = 1}};
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 1);
    struct balance_view view;

    assert_int_equal(scene_send(scene, SCENE_OLGA, &dana.header), RESULT_OK);
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &key.header), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_PEOPLE + 1, &bid), RESULT_INSUFFICIENT_BALANCE);
    assert_false(tarazy_query_balance(scene->engine, SCENE_PEOPLE + 1, SCENE_KZT, &view));
    assert_int_equal(scene_send(scene, SCENE_OLGA, &deposit.header), RESULT_OK);
}

static void an_order_brings_the_accounts_it_needs(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 1);
    struct balance_view view;

    take_in_dana(scene);
    assert_int_equal(scene_place(scene, SCENE_PEOPLE + 1, &bid), RESULT_OK);
    assert_true(tarazy_query_balance(scene->engine, SCENE_PEOPLE + 1, SCENE_GOLD, &view));
}

static void without_room_for_its_accounts_an_order_is_refused(void **state)
{
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 1);
    struct limits limits = scene_limits;
    struct scene scene;

    (void)state;
    /* four people, the mirror of the sandbox, fees and rounding, all of four assets; and dana's money */
    limits.accounts_max = 4 * 4 + 4 + 2 * 4 + 1;
    scene_start_with(&scene, &limits);
    take_in_dana(&scene);
    assert_int_equal(scene_place(&scene, SCENE_PEOPLE + 1, &bid), RESULT_ACCOUNTS_FULL);
    scene_end(&scene);
}

static void what_a_replacement_brings_counts_only_on_its_own_account(void **state)
{
    struct scene *scene = *state;
    const struct ledger *ledger = engine_ledger(scene->engine);
    const struct placing placing = {
        .accounts = {.base = ledger_find(ledger, SCENE_ALICE, SCENE_GOLD),
                     .quote = ledger_find(ledger, SCENE_ALICE, SCENE_KZT)}};
    const struct replaced replaced = {
        .order = 1, .account = placing.accounts.base, .released.units = 1000000};
    struct order_terms bid = scene_limit(SIDE_BUY, 100, 1);
    const struct amount dear = {1000001};

    assert_int_equal(placing_check_funds(scene->engine, &placing, &bid, dear, &replaced),
                     RESULT_INSUFFICIENT_BALANCE);
    bid.side = SIDE_SELL;
    assert_int_equal(placing_check_funds(scene->engine, &placing, &bid, dear, &replaced),
                     RESULT_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_account_that_pays_follows_from_side_and_instrument),
        TEST(the_last_unit_may_be_spent_and_not_one_more),
        TEST(a_tier_without_the_right_to_trade_places_nothing),
        TEST(a_tier_limits_open_orders),
        TEST(an_unknown_instrument_takes_no_order),
        TEST(a_position_counts_what_is_owned_and_what_open_bids_may_bring),
        TEST(a_market_buy_holds_what_the_book_costs_and_keeps_nothing),
        TEST(a_market_buy_by_amount_spends_no_more_than_that),
        TEST(an_order_brings_the_accounts_it_needs),
        cmocka_unit_test(without_room_for_its_accounts_an_order_is_refused),
        TEST(what_a_replacement_brings_counts_only_on_its_own_account),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
