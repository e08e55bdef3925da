/* SPDX-License-Identifier: Apache-2.0
 *
 * Value in and out: evidence, limits, holds, and every reason for refusing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "support/engine_scene.h"

#define BANK 2u

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

static struct command_deposit deposit_of(int128 amount, const char *evidence)
{
    struct command_deposit deposit = {.header.kind = COMMAND_DEPOSIT,
                                      .target = SCENE_ALICE,
                                      .asset = SCENE_KZT,
                                      .amount.units = amount,
                                      .evidence.rail = BANK};

    memcpy(deposit.evidence.text, evidence, strlen(evidence));
    return deposit;
}

static enum result send_deposit(struct scene *scene, struct command_deposit *deposit)
{
    return scene_four_eyes(scene, SCENE_KAMILA, SCENE_ADAM, &deposit->header);
}

static void a_sandbox_deposit_is_an_operators_and_mirrored_outside(void **state)
{
    struct scene *scene = *state;
    struct command_sandbox_deposit deposit = {.header.kind = COMMAND_SANDBOX_DEPOSIT,
                                              .target = SCENE_ALICE,
                                              .asset = SCENE_KZT,
                                              .amount.units = 50,
                                              .evidence = {.text = "x", .rail = 1}};

    assert_int_equal(scene_send(scene, SCENE_ALICE, &deposit.header), RESULT_NOT_PERMITTED);
    assert_int_equal(scene_send(scene, SCENE_OLGA, &deposit.header), RESULT_OK);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 1000050);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_OUTSIDE(1), SCENE_KZT), -4000050);
    const struct event_posting *posting = scene_event(scene, EVENT_POSTING, 0);
    assert_int_equal(posting->reason, POSTING_REASON_SANDBOX_DEPOSIT);
    assert_int_equal(posting->debit, TARAZY_OWNER_OUTSIDE(1));
    assert_int_equal(scene_send(scene, SCENE_OLGA, &deposit.header), RESULT_EVIDENCE_USED);
    deposit.evidence.rail = BANK;
    assert_int_equal(scene_send(scene, SCENE_OLGA, &deposit.header), RESULT_FIELD_INVALID);
}

static void a_node_that_is_no_sandbox_knows_no_sandbox_deposits(void **state)
{
    struct command_node_found found = {.header.kind = COMMAND_NODE_FOUND, .limits = scene_limits};
    struct scene scene;

    (void)state;
    scene_start_empty(&scene, &scene_limits);
    assert_int_equal(scene_send(&scene, 0, &found.header), RESULT_OK);
    assert_int_equal(scene_deposit(&scene, 1, 1, 5), RESULT_NOT_SANDBOX);
    scene_end(&scene);
}

static void a_deposit_names_target_asset_amount_and_new_evidence(void **state)
{
    struct scene *scene = *state;
    struct command_deposit deposit = deposit_of(100, "line 1");

    assert_int_equal(send_deposit(scene, &deposit), RESULT_OK);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 1000100);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_OUTSIDE(BANK), SCENE_KZT), -100);
    assert_int_equal(send_deposit(scene, &deposit), RESULT_EVIDENCE_USED);
    deposit = deposit_of(0, "line 2");
    assert_int_equal(send_deposit(scene, &deposit), RESULT_AMOUNT_INVALID);
    deposit = deposit_of(1, "line 2");
    deposit.target = 500;
    assert_int_equal(send_deposit(scene, &deposit), RESULT_UNKNOWN_PARTICIPANT);
    deposit = deposit_of(1, "line 2");
    deposit.asset = 0;
    assert_int_equal(send_deposit(scene, &deposit), RESULT_UNKNOWN_ASSET);
    deposit = deposit_of(1, "line 2");
    deposit.evidence.rail = TARAZY_RAIL_SANDBOX;
    assert_int_equal(send_deposit(scene, &deposit), RESULT_FIELD_INVALID);
}

static void the_same_reference_on_two_rails_is_two_pieces_of_evidence(void **state)
{
    struct scene *scene = *state;
    struct command_deposit deposit = deposit_of(100, "line 1");

    assert_int_equal(send_deposit(scene, &deposit), RESULT_OK);
    deposit.evidence.rail = BANK + 1;
    assert_int_equal(send_deposit(scene, &deposit), RESULT_OK);
}

static void the_books_never_hold_more_than_the_whole_supply(void **state)
{
    struct scene *scene = *state;
    struct command_sandbox_deposit deposit = {.header.kind = COMMAND_SANDBOX_DEPOSIT,
                                              .target = SCENE_ALICE,
                                              .asset = SCENE_KZT,
                                              .evidence = {.text = "x", .rail = 1}};

    /* 4,000,000 are there of 10^18 */
    deposit.amount.units = (int128)1000000000000000000 - 4000000 + 1;
    assert_int_equal(scene_send(scene, SCENE_OLGA, &deposit.header), RESULT_SUPPLY_EXCEEDED);
    deposit.amount.units = ~((uint128)1 << 127);
    assert_int_equal(scene_send(scene, SCENE_OLGA, &deposit.header), RESULT_OVERFLOW);
    deposit.amount.units = (int128)1000000000000000000 - 4000000;
    assert_int_equal(scene_send(scene, SCENE_OLGA, &deposit.header), RESULT_OK);
}

static void a_tier_limits_what_is_deposited_in_a_day(void **state)
{
    struct scene *scene = *state;
    struct command_deposit deposit = deposit_of(3000, "a");

    assert_int_equal(send_deposit(scene, &deposit), RESULT_OK);
    deposit = deposit_of(2001, "b");
    assert_int_equal(send_deposit(scene, &deposit), RESULT_TIER_LIMIT);
    deposit = deposit_of(2000, "b");
    assert_int_equal(send_deposit(scene, &deposit), RESULT_OK);
    scene->now_us += (int64_t)86400 * 1000000;
    deposit = deposit_of(5000, "c");
    assert_int_equal(send_deposit(scene, &deposit), RESULT_OK);
    /* tier 2 has no right at all; a new account has used nothing of its day */
    deposit = deposit_of(1, "d");
    deposit.target = SCENE_CAROL;
    assert_int_equal(send_deposit(scene, &deposit), RESULT_TIER_FORBIDS);
    deposit = deposit_of(5001, "d");
    deposit.target = SCENE_ADAM;
    assert_int_equal(send_deposit(scene, &deposit), RESULT_TIER_LIMIT);
    deposit.amount.units = 5000;
    assert_int_equal(send_deposit(scene, &deposit), RESULT_OK);
}

static void evidence_and_accounts_run_out(void **state)
{
    struct scene *scene = *state;
    uint32_t used = 4 * 4; /* the founding's deposits */

    scene->quick = true;
    for (uint32_t i = used; i < scene_limits.evidence_max; i++) {
        char text[] = "e??";

        text[1] = (char)('A' + i / 16);
        text[2] = (char)('A' + i % 16);
        struct command_deposit deposit = deposit_of(1, text);
        assert_int_equal(send_deposit(scene, &deposit), RESULT_OK);
    }
    struct command_deposit last = deposit_of(1, "last");
    assert_int_equal(send_deposit(scene, &last), RESULT_EVIDENCE_FULL);
}

static void without_room_for_an_account_nothing_comes_in(void **state)
{
    struct limits limits = scene_limits;
    struct command_node_found found = {.header.kind = COMMAND_NODE_FOUND, .sandbox = 1};
    struct command_tier_set tier = {.header.kind = COMMAND_TIER_SET, .tier = 1};
    struct command_participant_create person = {
        .header.kind = COMMAND_PARTICIPANT_CREATE, .handle.text = "a", .tier = 1};
    struct command_asset_create asset = {
        .header.kind = COMMAND_ASSET_CREATE, .code.text = "A", .supply_max.units = 100};
    struct scene scene;

    (void)state;
    limits.accounts_max = 3;
    found.limits = limits;
    scene_start_empty(&scene, &limits);
    assert_int_equal(scene_send(&scene, 0, &found.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, 0, &tier.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, 0, &person.header), RESULT_OK);
    assert_int_equal(scene_send(&scene, 0, &asset.header), RESULT_OK);
    /* two house accounts; the mirror and the owner's need two more */
    assert_int_equal(scene_deposit(&scene, 1, 1, 5), RESULT_ACCOUNTS_FULL);
    asset.code.text[0] = 'B';
    assert_int_equal(scene_send(&scene, 0, &asset.header), RESULT_ACCOUNTS_FULL);
    scene_end(&scene);
}

static struct command_withdraw_request request_of(int64_t amount, const char *name)
{
    return (struct command_withdraw_request){.header.kind = COMMAND_WITHDRAW_REQUEST,
                                             .asset = SCENE_KZT,
                                             .rail = BANK,
                                             .amount.units = amount,
                                             .address.text = "KZ123",
                                             .client_id = scene_name(name)};
}

static uint64_t request(struct scene *scene, int64_t amount, const char *name)
{
    struct command_withdraw_request command = request_of(amount, name);

    assert_int_equal(scene_send(scene, SCENE_ALICE, &command.header), RESULT_OK);
    return scene_outcome(scene)->id;
}

static void a_withdrawal_is_held_from_its_request_on(void **state)
{
    struct scene *scene = *state;
    uint64_t number = request(scene, 400, "w1");
    struct withdrawal_view view;

    assert_int_equal(number, 1);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 400);
    const struct event_withdrawal *event = scene_event(scene, EVENT_WITHDRAWAL, 0);
    assert_int_equal(event->state, WITHDRAWAL_STATE_REQUESTED);
    assert_int_equal(event->fee.units, 3);
    assert_int_equal(tarazy_query_withdrawals(scene->engine, SCENE_ALICE, &view, 1), 1);
    assert_string_equal(view.address.text, "KZ123");
    assert_int_equal(tarazy_query_withdrawals(scene->engine, SCENE_BOB, &view, 1), 0);
}

static void every_reason_for_refusing_a_withdrawal(void **state)
{
    struct scene *scene = *state;
    struct command_withdraw_request command = request_of(9, "w");

    assert_int_equal(scene_send(scene, SCENE_ALICE, &command.header), RESULT_WITHDRAWAL_TOO_SMALL);
    command = request_of(0, "w");
    assert_int_equal(scene_send(scene, SCENE_ALICE, &command.header), RESULT_AMOUNT_INVALID);
    command = request_of(100, "w");
    command.asset = 99;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &command.header), RESULT_UNKNOWN_ASSET);
    command = request_of(100, "w");
    assert_int_equal(scene_send(scene, SCENE_CAROL, &command.header), RESULT_TIER_FORBIDS);
    command = request_of(1000001, "w");
    assert_int_equal(scene_send(scene, SCENE_ALICE, &command.header), RESULT_INSUFFICIENT_BALANCE);
    command = request_of(1001, "w");
    assert_int_equal(scene_send(scene, SCENE_ALICE, &command.header), RESULT_TIER_LIMIT);
    command = request_of(100, "w");
    assert_int_equal(scene_send(scene, SCENE_KAMILA, &command.header), RESULT_NOT_PERMITTED);
}

static void a_withdrawal_above_its_fee_is_the_least_there_is(void **state)
{
    struct scene *scene = *state;
    struct command_asset_create dear = {.header.kind = COMMAND_ASSET_CREATE,
                                        .code.text = "DEAR",
                                        .supply_max.units = 1000,
                                        .withdraw_fee.units = 50};
    struct command_withdraw_request command = request_of(50, "w");

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &dear.header), RESULT_OK);
    command.asset = SCENE_USDT + 1;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &command.header), RESULT_WITHDRAWAL_TOO_SMALL);
    command.amount.units = 51;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &command.header), RESULT_INSUFFICIENT_BALANCE);
}

static void only_a_sandbox_pays_out_on_the_sandbox_rail(void **state)
{
    struct scene *scene = *state;
    struct scene real;
    struct command_withdraw_request command = request_of(100, "w");

    command.rail = TARAZY_RAIL_SANDBOX;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &command.header), RESULT_OK);
    scene_start_real(&real);
    assert_int_equal(scene_send(&real, SCENE_ALICE, &command.header), RESULT_FIELD_INVALID);
    command.rail = BANK;
    assert_int_equal(scene_send(&real, SCENE_ALICE, &command.header), RESULT_INSUFFICIENT_BALANCE);
    scene_end(&real);
}

static void the_same_request_sent_twice_pays_once(void **state)
{
    struct scene *scene = *state;
    struct command_withdraw_request again = request_of(400, "w1");
    uint64_t number = request(scene, 400, "w1");

    assert_int_equal(scene_send(scene, SCENE_ALICE, &again.header), RESULT_DUPLICATE_CLIENT_ID);
    assert_int_equal(scene_outcome(scene)->id, number);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 400);
    /* somebody else may use the same name */
    assert_int_equal(scene_send(scene, SCENE_BOB, &again.header), RESULT_OK);
}

static enum result settle(struct scene *scene, uint64_t number, const char *evidence, uint16_t rail)
{
    struct command_withdraw_settle command = {
        .header.kind = COMMAND_WITHDRAW_SETTLE, .withdrawal = number, .evidence.rail = rail};

    memcpy(command.evidence.text, evidence, strlen(evidence));
    return scene_four_eyes(scene, SCENE_KAMILA, SCENE_ADAM, &command.header);
}

static void a_settled_withdrawal_leaves_and_its_fee_stays(void **state)
{
    struct scene *scene = *state;
    uint64_t number = request(scene, 400, "w1");

    assert_int_equal(settle(scene, number, "out 1", BANK + 1), RESULT_FIELD_INVALID);
    assert_int_equal(settle(scene, number + 1, "out 1", BANK), RESULT_UNKNOWN_WITHDRAWAL);
    assert_int_equal(settle(scene, number, "out 1", BANK), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_POSTING), 2);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 0);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 999600);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_OUTSIDE(BANK), SCENE_KZT), 397);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_FEES, SCENE_KZT), 3);
    assert_int_equal(settle(scene, number, "out 2", BANK), RESULT_UNKNOWN_WITHDRAWAL);
    /* paid once, named for ever; evidence used once */
    struct command_withdraw_request again = request_of(400, "w1");
    assert_int_equal(scene_send(scene, SCENE_ALICE, &again.header), RESULT_DUPLICATE_CLIENT_ID);
    number = request(scene, 100, "w2");
    assert_int_equal(settle(scene, number, "out 1", BANK), RESULT_EVIDENCE_USED);
}

static void nothing_leaves_for_somebody_who_is_frozen(void **state)
{
    struct scene *scene = *state;
    struct command_participant_freeze freeze = {
        .header.kind = COMMAND_PARTICIPANT_FREEZE, .target = SCENE_ALICE, .frozen = 1};
    uint64_t number = request(scene, 400, "w1");

    assert_int_equal(scene_send(scene, SCENE_OLGA, &freeze.header), RESULT_OK);
    assert_int_equal(settle(scene, number, "out 1", BANK), RESULT_PARTICIPANT_FROZEN);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 400);
}

static void a_rejected_withdrawal_is_free_again_but_the_day_is_used(void **state)
{
    struct scene *scene = *state;
    uint64_t number = request(scene, 900, "w1");
    struct command_withdraw_reject reject = {.header.kind = COMMAND_WITHDRAW_REJECT,
                                             .withdrawal = number};
    struct command_withdraw_request more = request_of(101, "w2");

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &reject.header), RESULT_OK);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 0);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 1000000);
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &reject.header),
                     RESULT_UNKNOWN_WITHDRAWAL);
    assert_int_equal(scene_send(scene, SCENE_ALICE, &more.header), RESULT_TIER_LIMIT);
    scene->now_us += (int64_t)86400 * 1000000;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &more.header), RESULT_OK);
}

static void there_is_room_for_so_many_withdrawals(void **state)
{
    struct scene *scene = *state;
    struct command_withdraw_request command = request_of(10, "");

    for (uint32_t i = 0; i < scene_limits.withdrawals_max; i++) {
        (void)request(scene, 10, "");
    }
    assert_int_equal(scene_send(scene, SCENE_ALICE, &command.header), RESULT_WITHDRAWALS_FULL);
}

static void a_correction_moves_what_is_there_between_two_people(void **state)
{
    struct scene *scene = *state;
    struct command_correction act = {.header.kind = COMMAND_CORRECTION,
                                     .debit = SCENE_ALICE,
                                     .credit = SCENE_ADAM,
                                     .amount.units = 70,
                                     .asset = SCENE_KZT,
                                     .reason = "typed twice"};

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &act.header), RESULT_OK);
    assert_int_equal(scene_available(scene, SCENE_ADAM, SCENE_KZT), 70);
    act.debit = 99;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &act.header),
                     RESULT_UNKNOWN_PARTICIPANT);
    act.debit = SCENE_ADAM;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &act.header),
                     RESULT_FIELD_INVALID);
    act.credit = SCENE_BOB;
    act.amount.units = 71;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &act.header),
                     RESULT_INSUFFICIENT_BALANCE);
    act.amount.units = 0;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &act.header),
                     RESULT_AMOUNT_INVALID);
    act.amount.units = 70;
    act.asset = 99;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &act.header),
                     RESULT_UNKNOWN_ASSET);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_sandbox_deposit_is_an_operators_and_mirrored_outside),
        cmocka_unit_test(a_node_that_is_no_sandbox_knows_no_sandbox_deposits),
        TEST(a_deposit_names_target_asset_amount_and_new_evidence),
        TEST(the_same_reference_on_two_rails_is_two_pieces_of_evidence),
        TEST(the_books_never_hold_more_than_the_whole_supply),
        TEST(a_tier_limits_what_is_deposited_in_a_day),
        TEST(evidence_and_accounts_run_out),
        cmocka_unit_test(without_room_for_an_account_nothing_comes_in),
        TEST(a_withdrawal_is_held_from_its_request_on),
        TEST(every_reason_for_refusing_a_withdrawal),
        TEST(a_withdrawal_above_its_fee_is_the_least_there_is),
        TEST(only_a_sandbox_pays_out_on_the_sandbox_rail),
        TEST(the_same_request_sent_twice_pays_once),
        TEST(a_settled_withdrawal_leaves_and_its_fee_stays),
        TEST(nothing_leaves_for_somebody_who_is_frozen),
        TEST(a_rejected_withdrawal_is_free_again_but_the_day_is_used),
        TEST(there_is_room_for_so_many_withdrawals),
        TEST(a_correction_moves_what_is_there_between_two_people),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
