/* SPDX-License-Identifier: Apache-2.0
 *
 * All views in one block; and those that need commands beside events: transfers, lists, prevented
 * matches.
 */
#include "views/views.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/movable_block.h"
#include "support/sample_events.h"
#include "views/list_history.h"
#include "views/prevented_matches.h"
#include "views/transfers.h"

#define ALICE 1u

struct fixture {
    uint8_t *block;
    size_t size;
    struct views views;
    uint8_t *events;
    size_t used;
    uint64_t number;
};

static struct fixture new_fixture(void)
{
    const struct limits node = {.participants_max = 10,
                                .accounts_max = 10,
                                .assets_max = 4,
                                .instruments_max = 2,
                                .orders_max = 10,
                                .price_levels_max = 10,
                                .order_lists_max = 2,
                                .client_ids_max = 10,
                                .keys_max = 4,
                                .proposals_max = 4,
                                .evidence_max = 10,
                                .withdrawals_max = 4};
    struct view_limits limits = view_limits_for(&node);
    struct fixture fixture = {0};

    limits.transfers_max = 3;
    limits.prevented_max = 3;
    limits.done_lists_max = 2;
    fixture.size = views_size(&limits);
    fixture.block = movable_block_new(fixture.size);
    fixture.events = movable_block_new(4096);
    views_create(&fixture.views, fixture.block, fixture.size, &limits, (struct hash_seed){{1, 1}});
    return fixture;
}

static void free_fixture(struct fixture *fixture)
{
    free(fixture->block);
    free(fixture->events);
}

static void push(struct fixture *fixture, const void *event)
{
    const struct event_header *header = event;

    memcpy(fixture->events + fixture->used, event, header->size);
    ((struct event_header *)(void *)(fixture->events + fixture->used))->number =
        fixture->number + 1;
    fixture->used += header->size;
}

/* Hands over what was pushed, with an outcome, as the events of a command. */
static void apply(struct fixture *fixture, struct command_header *command, enum result result,
                  uint64_t id)
{
    struct event_outcome outcome = {
        .header = SAMPLE_HEADER(OUTCOME, event_outcome, 0),
        .id = id,
        .command = command->kind,
        .result = (uint16_t)result,
    };

    push(fixture, &outcome);
    command->number = ++fixture->number;
    command->time_us = (int64_t)fixture->number * 1000;
    views_apply(&fixture->views, command, fixture->events, fixture->used);
    fixture->used = 0;
}

static void push_deposit(struct fixture *fixture, enum posting_reason reason, int64_t units)
{
    const struct event_posting posting = {
        .header = SAMPLE_HEADER(POSTING, event_posting, 0),
        .amount = {units},
        .debit = TARAZY_OWNER_OUTSIDE(1),
        .credit = ALICE,
        .asset = 2,
        .reason = (uint16_t)reason,
    };

    push(fixture, &posting);
}

static void push_proposal(struct fixture *fixture, uint64_t proposal, enum proposal_state state)
{
    const struct event_proposal event = {
        .header = SAMPLE_HEADER(PROPOSAL, event_proposal, 0),
        .proposal = proposal,
        .state = (uint16_t)state,
    };

    push(fixture, &event);
}

static void a_sandbox_deposit_is_remembered_with_its_evidence(void **state)
{
    struct fixture fixture = new_fixture();
    struct command_sandbox_deposit deposit = {
        .header = {.kind = COMMAND_SANDBOX_DEPOSIT},
        .evidence = {.text = "faucet-1", .rail = TARAZY_RAIL_SANDBOX},
    };

    push_deposit(&fixture, POSTING_REASON_SANDBOX_DEPOSIT, 500);
    apply(&fixture, &deposit.header, RESULT_OK, 0);
    const struct transfer_record *record =
        transfers_last(fixture.views.transfers, ALICE, TRANSFER_KIND_DEPOSIT);

    assert_non_null(record);
    assert_true(record->amount.units == 500);
    assert_string_equal(record->evidence.text, "faucet-1");
    assert_int_equal(record->is_sandbox, 1);
    assert_int_equal(record->asset, 2);
    assert_null(transfers_previous(fixture.views.transfers, record));
    assert_null(transfers_last(fixture.views.transfers, ALICE, TRANSFER_KIND_WITHDRAWAL));
    free_fixture(&fixture);
}

static void an_approved_deposit_has_the_evidence_of_its_proposal(void **state)
{
    struct fixture fixture = new_fixture();
    struct command_deposit deposit = {.header = {.kind = COMMAND_DEPOSIT},
                                      .evidence = {.text = "txid:0", .rail = 3}};
    struct command_propose propose = {.header = {.kind = COMMAND_PROPOSE}, .size = sizeof deposit};
    struct command_approve approve = {.header = {.kind = COMMAND_APPROVE}, .proposal = 77};

    memcpy(propose.command, &deposit, sizeof deposit);
    /* Refused, withdrawn and expired proposals leave no room taken: more than there are slots. */
    for (uint64_t i = 1; i <= 20; i++) {
        push_proposal(&fixture, i, PROPOSAL_STATE_OPEN);
        apply(&fixture, &propose.header, RESULT_OK, i);
        push_proposal(&fixture, i, i % 2 == 0 ? PROPOSAL_STATE_WITHDRAWN : PROPOSAL_STATE_EXPIRED);
        apply(&fixture, &approve.header, RESULT_OK, i);
    }
    apply(&fixture, &propose.header, RESULT_PROPOSALS_FULL, 0);
    push_proposal(&fixture, 77, PROPOSAL_STATE_OPEN);
    apply(&fixture, &propose.header, RESULT_OK, 77);
    push_proposal(&fixture, 77, PROPOSAL_STATE_EXECUTED);
    push_deposit(&fixture, POSTING_REASON_DEPOSIT, 9);
    apply(&fixture, &approve.header, RESULT_OK, 77);
    const struct transfer_record *record =
        transfers_last(fixture.views.transfers, ALICE, TRANSFER_KIND_DEPOSIT);

    assert_string_equal(record->evidence.text, "txid:0");
    assert_int_equal(record->evidence.rail, 3);
    assert_int_equal(record->is_sandbox, 0);
    free_fixture(&fixture);
}

static void push_withdrawal(struct fixture *fixture, uint64_t withdrawal,
                            enum withdrawal_state state)
{
    const struct event_withdrawal event = {
        .header = SAMPLE_HEADER(WITHDRAWAL, event_withdrawal, 0),
        .amount = {100},
        .fee = {1},
        .withdrawal = withdrawal,
        .participant = ALICE,
        .asset = 2,
        .state = (uint16_t)state,
    };

    push(fixture, &event);
}

static void a_withdrawal_goes_from_requested_to_settled_or_rejected(void **state)
{
    struct fixture fixture = new_fixture();
    struct command_withdraw_request request = {.header = {.kind = COMMAND_WITHDRAW_REQUEST},
                                               .address = {.text = "bc1q"},
                                               .client_id = sample_client_id("w")};
    struct command_withdraw_settle settle = {.header = {.kind = COMMAND_WITHDRAW_SETTLE},
                                             .evidence = {.text = "out"}};
    struct command_withdraw_reject reject = {.header = {.kind = COMMAND_WITHDRAW_REJECT}};

    for (uint64_t i = 1; i <= 5; i++) {
        push_withdrawal(&fixture, i, WITHDRAWAL_STATE_REQUESTED);
        apply(&fixture, &request.header, RESULT_OK, i);
    }
    push_withdrawal(&fixture, 1, WITHDRAWAL_STATE_SETTLED); /* forgotten: no harm */
    apply(&fixture, &settle.header, RESULT_OK, 1);
    push_withdrawal(&fixture, 5, WITHDRAWAL_STATE_SETTLED);
    apply(&fixture, &settle.header, RESULT_OK, 5);
    push_withdrawal(&fixture, 4, WITHDRAWAL_STATE_REJECTED);
    apply(&fixture, &reject.header, RESULT_OK, 4);

    const struct transfer_record *record =
        transfers_last(fixture.views.transfers, ALICE, TRANSFER_KIND_WITHDRAWAL);

    assert_int_equal(record->id, 5);
    assert_int_equal(record->state, WITHDRAWAL_STATE_SETTLED);
    assert_string_equal(record->evidence.text, "out");
    assert_string_equal(record->address.text, "bc1q");
    record = transfers_previous(fixture.views.transfers, record);
    assert_int_equal(record->state, WITHDRAWAL_STATE_REJECTED);
    assert_string_equal(record->evidence.text, "");
    record = transfers_previous(fixture.views.transfers, record);
    assert_int_equal(record->state, WITHDRAWAL_STATE_REQUESTED);
    assert_null(transfers_previous(fixture.views.transfers, record)); /* room for three */
    free_fixture(&fixture);
}

static void push_list(struct fixture *fixture, uint64_t list, const char *name,
                      enum list_state list_state)
{
    const struct event_order_list event = {
        .header = SAMPLE_HEADER(ORDER_LIST, event_order_list, 0),
        .list = list,
        .orders = {list * 10, list * 10 + 1, 0},
        .participant = ALICE,
        .instrument = 1,
        .contingency = CONTINGENCY_OCO,
        .state = (uint8_t)list_state,
        .client_id = sample_client_id(name),
        .legs = 2,
    };

    push(fixture, &event);
}

static void running_lists_stay_and_done_ones_are_forgotten_in_turn(void **state)
{
    struct fixture fixture = new_fixture();
    struct command_header command = {.kind = COMMAND_ORDER_LIST_PLACE};
    struct client_id name = sample_client_id("list");

    push_list(&fixture, 1, "first", LIST_STATE_EXECUTING);
    apply(&fixture, &command, RESULT_OK, 1);
    for (uint64_t list = 2; list < 10; list++) {
        push_list(&fixture, list, "list", LIST_STATE_EXECUTING);
        apply(&fixture, &command, RESULT_OK, list);
        assert_int_equal(list_history_find_client(fixture.views.lists, ALICE, &name)->list, list);
        push_list(&fixture, list, "list", LIST_STATE_ALL_DONE);
        apply(&fixture, &command, RESULT_OK, list);
        assert_int_equal(list_history_find_client(fixture.views.lists, ALICE, &name)->list, list);
    }
    assert_int_equal(list_history_find(fixture.views.lists, 1)->state, LIST_STATE_EXECUTING);
    assert_null(list_history_find(fixture.views.lists, 2));
    assert_int_equal(list_history_find(fixture.views.lists, 9)->state, LIST_STATE_ALL_DONE);
    assert_int_equal(list_history_find(fixture.views.lists, 9)->orders[1], 91);

    const struct list_record *record = list_history_first(fixture.views.lists, ALICE);
    assert_int_equal(record->list, 1);
    assert_int_equal(list_history_next(fixture.views.lists, record)->list, 7);
    record = list_history_last(fixture.views.lists, ALICE);
    assert_int_equal(record->list, 9);
    assert_int_equal(list_history_previous(fixture.views.lists, record)->list, 8);
    free_fixture(&fixture);
}

static void open_order(struct fixture *fixture, uint64_t order)
{
    struct event_order_opened opened = sample_opened(0, order, ALICE, "");

    push(fixture, &opened);
}

static void push_decrement(struct fixture *fixture, uint64_t order, uint64_t counter)
{
    const struct event_order_changed changed = {
        .header = SAMPLE_HEADER(ORDER_CHANGED, event_order_changed, 0),
        .order = order,
        .participant = ALICE,
        .instrument = 1,
        .change = ORDER_CHANGE_DECREMENTED,
        .prevented = {30},
        .counter_order = counter,
        .price = {11},
    };

    push(fixture, &changed);
}

static void push_prevented_close(struct fixture *fixture, uint64_t order, uint64_t counter,
                                 int64_t left)
{
    struct event_order_closed closed =
        sample_closed(0, order, ORDER_STATUS_EXPIRED_IN_MATCH, CLOSE_REASON_SELF_TRADE);

    closed.left = (struct quantity){left};
    closed.counter_order = counter;
    push(fixture, &closed);
}

static void two_events_that_name_each_other_are_one_prevented_match(void **state)
{
    struct fixture fixture = new_fixture();
    struct command_header command = {.kind = COMMAND_ORDER_PLACE};

    open_order(&fixture, 1);
    apply(&fixture, &command, RESULT_OK, 1);
    open_order(&fixture, 2);
    push_decrement(&fixture, 1, 2);
    push_decrement(&fixture, 2, 1);
    push_prevented_close(&fixture, 2, 1, 0);
    apply(&fixture, &command, RESULT_OK, 2);
    const struct prevented_record *record =
        prevented_matches_first(fixture.views.prevented, ALICE, 1);

    assert_int_equal(record->id, 1);
    assert_int_equal(record->taker_order, 2);
    assert_int_equal(record->maker_order, 1);
    assert_int_equal(record->maker_prevented.units, 30);
    assert_int_equal(record->taker_prevented.units, 30);
    assert_int_equal(record->price.units, 11);
    assert_null(prevented_matches_next(fixture.views.prevented, record));
    free_fixture(&fixture);
}

static void an_expired_maker_is_the_maker_and_old_records_go(void **state)
{
    struct fixture fixture = new_fixture();
    struct command_header command = {.kind = COMMAND_ORDER_PLACE};

    for (uint64_t order = 1; order <= 5; order++) {
        open_order(&fixture, order);
    }
    apply(&fixture, &command, RESULT_OK, 1);
    open_order(&fixture, 6);
    for (uint64_t order = 1; order <= 5; order++) {
        push_prevented_close(&fixture, order, 6, 100);
    }
    apply(&fixture, &command, RESULT_OK, 2);
    const struct prevented_record *record =
        prevented_matches_first(fixture.views.prevented, ALICE, 1);

    assert_int_equal(record->id, 3); /* room for three */
    assert_int_equal(record->taker_order, 6);
    assert_int_equal(record->maker_order, 3);
    assert_int_equal(record->maker_prevented.units, 100);
    assert_int_equal(record->taker_prevented.units, 0);
    assert_int_equal(record->price.units, 10); /* the maker's limit */
    const struct order_record *taker = order_history_find(fixture.views.orders, 6);

    assert_int_equal(prevented_matches_of_order(fixture.views.prevented, taker)->id, 5);
    const struct order_record *maker = order_history_find(fixture.views.orders, 4);

    assert_int_equal(prevented_matches_of_order(fixture.views.prevented, maker)->id, 4);
    free_fixture(&fixture);
}

static void balances_tell_when_they_last_changed(void **state)
{
    struct fixture fixture = new_fixture();
    struct command_header command = {.kind = COMMAND_CLOCK};
    struct event_balance balance = {.header = SAMPLE_HEADER(BALANCE, event_balance, 0),
                                    .owner = ALICE};

    apply(&fixture, &command, RESULT_OK, 0);
    push(&fixture, &balance);
    balance.owner = TARAZY_OWNER_FEES; /* the house is nobody's participant */
    push(&fixture, &balance);
    apply(&fixture, &command, RESULT_OK, 0);
    assert_int_equal(fixture.views.balance_us[ALICE], 2000);
    assert_int_equal(fixture.views.balance_us[0], 0);
    free_fixture(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sandbox_deposit_is_remembered_with_its_evidence),
        cmocka_unit_test(an_approved_deposit_has_the_evidence_of_its_proposal),
        cmocka_unit_test(a_withdrawal_goes_from_requested_to_settled_or_rejected),
        cmocka_unit_test(running_lists_stay_and_done_ones_are_forgotten_in_turn),
        cmocka_unit_test(two_events_that_name_each_other_are_one_prevented_match),
        cmocka_unit_test(an_expired_maker_is_the_maker_and_old_records_go),
        cmocka_unit_test(balances_tell_when_they_last_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
