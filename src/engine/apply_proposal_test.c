/* SPDX-License-Identifier: Apache-2.0
 *
 * Two people for one act: who may propose, who may approve, until when, and what is carried out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

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

static struct command_tier_set tier_act(void)
{
    return (struct command_tier_set){
        .header.kind = COMMAND_TIER_SET, .tier = 3, .rights = 7, .taker.ppm = 123};
}

static struct command_deposit deposit_act(const char *evidence)
{
    struct command_deposit act = {.header.kind = COMMAND_DEPOSIT,
                                  .target = SCENE_ALICE,
                                  .asset = SCENE_KZT,
                                  .amount.units = 500,
                                  .evidence.rail = 2};

    memcpy(act.evidence.text, evidence, strlen(evidence));
    return act;
}

static void one_proposes_another_approves_and_it_is_done(void **state)
{
    struct scene *scene = *state;
    struct command_tier_set act = tier_act();
    struct proposal_view view;
    struct tier_view tier;
    uint64_t proposal = scene_propose(scene, SCENE_OLGA, &act.header);

    assert_int_equal(proposal, 1);
    const struct event_proposal *open = scene_event(scene, EVENT_PROPOSAL, 0);
    assert_int_equal(open->state, PROPOSAL_STATE_OPEN);
    assert_int_equal(open->command, COMMAND_TIER_SET);
    assert_int_equal(tarazy_query_proposals(scene->engine, &view, 1), 1);
    assert_int_equal(view.proposal, proposal);
    assert_false(tarazy_query_tier(scene->engine, 3, &tier));

    assert_int_equal(scene_approve(scene, SCENE_ADAM, proposal), RESULT_OK);
    const struct event_proposal *done = scene_event(scene, EVENT_PROPOSAL, 0);
    assert_int_equal(done->state, PROPOSAL_STATE_EXECUTED);
    assert_int_equal(done->result, RESULT_OK);
    assert_int_equal(done->approver, SCENE_ADAM);
    assert_int_equal(scene_outcome(scene)->id, proposal);
    /* what it did stands before it */
    const struct event_registry *registry = scene_event(scene, EVENT_REGISTRY, 0);
    assert_int_equal(registry->subject, REGISTRY_SUBJECT_TIER);
    assert_true(registry->header.sequence < done->header.sequence);
    assert_true(tarazy_query_tier(scene->engine, 3, &tier));
    assert_int_equal(tier.taker.ppm, 123);
    assert_int_equal(tarazy_query_proposals(scene->engine, &view, 1), 0);
    assert_int_equal(scene_approve(scene, SCENE_ADAM, proposal), RESULT_UNKNOWN_PROPOSAL);
}

static void nobody_approves_his_own_proposal(void **state)
{
    struct scene *scene = *state;
    struct command_tier_set act = tier_act();
    uint64_t proposal = scene_propose(scene, SCENE_OMAR, &act.header);

    assert_int_not_equal(proposal, 0);
    assert_int_equal(scene_approve(scene, SCENE_OMAR, proposal), RESULT_SAME_PERSON);
    assert_int_equal(scene_approve(scene, SCENE_ADAM, proposal), RESULT_OK);
}

/* An identity of zeros says nothing: many may have it, and it makes nobody somebody else. */
static void somebody_without_an_identity_is_still_himself(void **state)
{
    struct scene *scene = *state;
    struct command_participant_create nameless = {.header.kind = COMMAND_PARTICIPANT_CREATE,
                                                  .handle.text = "nameless",
                                                  .roles = ROLE_OPERATOR | ROLE_APPROVER,
                                                  .tier = SCENE_TIER};
    struct command_key_create key = {.header.kind = COMMAND_KEY_CREATE,
                                     .owner = SCENE_PEOPLE + 1,
                                     .type = KEY_TYPE_ED25519,
                                     .scopes = KEY_SCOPE_OPERATE,
                                     .id.bytes[0] = SCENE_PEOPLE + 1,
                                     .material_size = 32};
    struct command_tier_set act = tier_act();

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &nameless.header), RESULT_OK);
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &key.header), RESULT_OK);
    uint64_t proposal = scene_propose(scene, SCENE_PEOPLE + 1, &act.header);
    assert_int_equal(scene_approve(scene, SCENE_PEOPLE + 1, proposal), RESULT_SAME_PERSON);
    assert_int_equal(scene_approve(scene, SCENE_ADAM, proposal), RESULT_OK);
}

static void one_person_under_two_names_is_one_person(void **state)
{
    struct scene *scene = *state;
    struct command_participant_create twin = {.header.kind = COMMAND_PARTICIPANT_CREATE,
                                              .handle.text = "other olga",
                                              .identity.bytes = "olga",
                                              .roles = ROLE_APPROVER,
                                              .tier = SCENE_TIER};
    struct command_key_create key = {.header.kind = COMMAND_KEY_CREATE,
                                     .owner = SCENE_PEOPLE + 1,
                                     .type = KEY_TYPE_ED25519,
                                     .scopes = KEY_SCOPE_OPERATE,
                                     .id.bytes[0] = SCENE_PEOPLE + 1,
                                     .material_size = 32};
    struct command_tier_set act = tier_act();

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &twin.header), RESULT_OK);
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &key.header), RESULT_OK);
    uint64_t proposal = scene_propose(scene, SCENE_OLGA, &act.header);
    assert_int_equal(scene_approve(scene, SCENE_PEOPLE + 1, proposal), RESULT_SAME_PERSON);
    assert_int_equal(scene_approve(scene, SCENE_OMAR, proposal), RESULT_OK);
}

static void only_an_approver_approves_and_only_who_may_act_proposes(void **state)
{
    struct scene *scene = *state;
    struct command_tier_set act = tier_act();
    struct command_deposit deposit = deposit_act("a");

    assert_int_equal(scene_propose(scene, SCENE_ALICE, &act.header), 0);
    assert_int_equal(scene->result, RESULT_NOT_PERMITTED);
    /* the custodian may propose, but not this */
    assert_int_equal(scene_propose(scene, SCENE_KAMILA, &act.header), 0);
    assert_int_equal(scene->result, RESULT_NOT_PERMITTED);
    assert_int_equal(scene_propose(scene, SCENE_OLGA, &deposit.header), 0);
    assert_int_equal(scene->result, RESULT_NOT_PERMITTED);
    uint64_t proposal = scene_propose(scene, SCENE_KAMILA, &deposit.header);
    assert_int_not_equal(proposal, 0);
    assert_int_equal(scene_approve(scene, SCENE_OLGA, proposal), RESULT_NOT_PERMITTED);
    assert_int_equal(scene_approve(scene, SCENE_KAMILA, proposal), RESULT_NOT_PERMITTED);
    assert_int_equal(scene_approve(scene, SCENE_ADAM, proposal), RESULT_OK);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 1000500);
}

static void what_one_may_do_alone_cannot_be_proposed(void **state)
{
    struct scene *scene = *state;
    struct command_session_set halt = {
        .header.kind = COMMAND_SESSION_SET, .instrument = 1, .session = SESSION_HALTED};
    struct command_order_place order = {.header.kind = COMMAND_ORDER_PLACE,
                                        .terms = scene_limit(SIDE_BUY, 1, 1)};
    struct command_approve approve = {.header.kind = COMMAND_APPROVE, .proposal = 1};

    assert_int_equal(scene_propose(scene, SCENE_OLGA, &halt.header), 0);
    assert_int_equal(scene->result, RESULT_NOT_PROPOSABLE);
    assert_int_equal(scene_propose(scene, SCENE_OLGA, &order.header), 0);
    assert_int_equal(scene->result, RESULT_NOT_PROPOSABLE);
    assert_int_equal(scene_propose(scene, SCENE_OLGA, &approve.header), 0);
    assert_int_equal(scene->result, RESULT_NOT_PROPOSABLE);
}

static enum result propose_until(struct scene *scene, int64_t expires_us)
{
    struct command_tier_set act = tier_act();
    struct command_propose propose = {
        .header.kind = COMMAND_PROPOSE, .expires_us = expires_us, .size = sizeof act};

    memcpy(propose.command, &act, sizeof act);
    return scene_send(scene, SCENE_OLGA, &propose.header);
}

static void a_proposal_expires_ahead_and_within_a_day(void **state)
{
    struct scene *scene = *state;
    int64_t day_us = (int64_t)86400 * 1000000;

    assert_int_equal(propose_until(scene, scene->now_us), RESULT_FIELD_INVALID);
    assert_int_equal(propose_until(scene, scene->now_us + day_us + 1), RESULT_FIELD_INVALID);
    assert_int_equal(propose_until(scene, scene->now_us + day_us), RESULT_OK);
    assert_int_equal(propose_until(scene, scene->now_us + 1), RESULT_OK);
}

static void an_expired_proposal_cannot_be_approved_and_the_clock_closes_it(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(propose_until(scene, scene->now_us + 1000), RESULT_OK);
    assert_int_equal(tarazy_engine_deadline(scene->engine), scene->now_us + 1000);
    scene->now_us += 1000;
    assert_int_equal(scene_approve(scene, SCENE_ADAM, 1), RESULT_PROPOSAL_EXPIRED);
    assert_int_equal(scene_clock(scene, scene->now_us), RESULT_OK);
    const struct event_proposal *event = scene_event(scene, EVENT_PROPOSAL, 0);
    assert_int_equal(event->state, PROPOSAL_STATE_EXPIRED);
    assert_int_equal(scene_approve(scene, SCENE_ADAM, 1), RESULT_UNKNOWN_PROPOSAL);
    assert_int_equal(tarazy_engine_deadline(scene->engine), INT64_MAX);
}

static void there_is_room_for_so_many_proposals(void **state)
{
    struct scene *scene = *state;

    for (uint32_t i = 0; i < scene_limits.proposals_max; i++) {
        assert_int_equal(propose_until(scene, scene->now_us + 1000), RESULT_OK);
    }
    assert_int_equal(propose_until(scene, scene->now_us + 1000), RESULT_PROPOSALS_FULL);
}

static void an_approved_act_passes_the_same_checks_as_a_direct_one(void **state)
{
    struct scene *scene = *state;
    struct command_deposit once = deposit_act("same");
    struct command_deposit again = deposit_act("same");

    assert_int_equal(scene_four_eyes(scene, SCENE_KAMILA, SCENE_ADAM, &once.header), RESULT_OK);
    assert_int_equal(scene_four_eyes(scene, SCENE_KAMILA, SCENE_ADAM, &again.header),
                     RESULT_EVIDENCE_USED);
    assert_int_equal(scene_event_count(scene, EVENT_POSTING), 0);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 1000500);
}

static void a_proposer_who_was_frozen_or_lost_the_role_does_nothing_any_more(void **state)
{
    struct scene *scene = *state;
    struct command_participant_freeze freeze = {
        .header.kind = COMMAND_PARTICIPANT_FREEZE, .target = SCENE_KAMILA, .frozen = 1};
    struct command_participant_update demote = {.header.kind = COMMAND_PARTICIPANT_UPDATE,
                                                .target = SCENE_OLGA,
                                                .roles = ROLE_TRADER,
                                                .tier = SCENE_TIER};
    struct command_deposit deposit = deposit_act("a");
    struct command_tier_set act = tier_act();
    uint64_t frozen = scene_propose(scene, SCENE_KAMILA, &deposit.header);
    uint64_t demoted = scene_propose(scene, SCENE_OLGA, &act.header);

    assert_int_equal(scene_send(scene, SCENE_OMAR, &freeze.header), RESULT_OK);
    assert_int_equal(scene_approve(scene, SCENE_ADAM, frozen), RESULT_OK);
    const struct event_proposal *event = scene_event(scene, EVENT_PROPOSAL, 0);
    assert_int_equal(event->state, PROPOSAL_STATE_REFUSED);
    assert_int_equal(event->result, RESULT_PARTICIPANT_FROZEN);
    assert_int_equal(scene_four_eyes(scene, SCENE_OMAR, SCENE_ADAM, &demote.header), RESULT_OK);
    assert_int_equal(scene_approve(scene, SCENE_ADAM, demoted), RESULT_OK);
    event = scene_event(scene, EVENT_PROPOSAL, 0);
    assert_int_equal(event->state, PROPOSAL_STATE_REFUSED);
    assert_int_equal(event->result, RESULT_NOT_PERMITTED);
}

static enum result withdraw(struct scene *scene, uint32_t who, uint64_t proposal)
{
    struct command_proposal_withdraw command = {.header.kind = COMMAND_PROPOSAL_WITHDRAW,
                                                .proposal = proposal};

    return scene_send(scene, who, &command.header);
}

static void a_proposal_is_withdrawn_by_its_proposer_or_an_approver(void **state)
{
    struct scene *scene = *state;
    struct command_tier_set act = tier_act();
    uint64_t first = scene_propose(scene, SCENE_OLGA, &act.header);
    uint64_t second = scene_propose(scene, SCENE_OLGA, &act.header);

    assert_int_equal(withdraw(scene, SCENE_KAMILA, first), RESULT_NOT_PERMITTED);
    assert_int_equal(withdraw(scene, SCENE_OLGA, first), RESULT_OK);
    const struct event_proposal *event = scene_event(scene, EVENT_PROPOSAL, 0);
    assert_int_equal(event->state, PROPOSAL_STATE_WITHDRAWN);
    assert_int_equal(event->approver, 0);
    assert_int_equal(withdraw(scene, SCENE_ADAM, second), RESULT_OK);
    event = scene_event(scene, EVENT_PROPOSAL, 0);
    assert_int_equal(event->approver, SCENE_ADAM);
    assert_int_equal(withdraw(scene, SCENE_ADAM, second), RESULT_UNKNOWN_PROPOSAL);
}

/* The link and the journal let no such thing through; the engine does not rely on it. */
static void a_proposal_of_the_wrong_size_is_malformed(void **state)
{
    struct scene *scene = *state;
    struct command_tier_set act = tier_act();
    _Alignas(64) struct command_propose propose = {.header.kind = COMMAND_PROPOSE,
                                                   .expires_us = scene->now_us + 1000,
                                                   .size = sizeof act - 64};

    memcpy(propose.command, &act, sizeof act);
    propose.header.number = tarazy_engine_number(scene->engine) + 1;
    propose.header.time_us = scene->now_us;
    propose.header.participant = SCENE_OLGA;
    propose.header.key = SCENE_OLGA;
    scene->events.used = 0;
    tarazy_engine_apply(scene->engine, &propose.header, &scene->events);
    assert_int_equal(scene_outcome(scene)->result, RESULT_MALFORMED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(one_proposes_another_approves_and_it_is_done),
        TEST(nobody_approves_his_own_proposal),
        TEST(somebody_without_an_identity_is_still_himself),
        TEST(one_person_under_two_names_is_one_person),
        TEST(only_an_approver_approves_and_only_who_may_act_proposes),
        TEST(what_one_may_do_alone_cannot_be_proposed),
        TEST(a_proposal_expires_ahead_and_within_a_day),
        TEST(an_expired_proposal_cannot_be_approved_and_the_clock_closes_it),
        TEST(there_is_room_for_so_many_proposals),
        TEST(an_approved_act_passes_the_same_checks_as_a_direct_one),
        TEST(a_proposer_who_was_frozen_or_lost_the_role_does_nothing_any_more),
        TEST(a_proposal_is_withdrawn_by_its_proposer_or_an_approver),
        TEST(a_proposal_of_the_wrong_size_is_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
