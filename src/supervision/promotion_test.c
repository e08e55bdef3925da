/* SPDX-License-Identifier: Apache-2.0
 *
 * A copy becomes a core's folder only when it is whole and the old core is fenced, or two who may have signed that it is.
 */
#include "supervision/promotion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/base64_text.h"
#include "codec/hex_text.h"
#include "journal/journal_folder.h"
#include "journal/recovery.h"
#include "platform/signature.h"
#include "supervision/fence_statement.h"
#include "supervision/replica.h"
#include "support/engine_scene.h"
#include "support/node_scene.h"

/* ------------------------------------------------------------------ statements */

/* Keys of our own: seed of one byte 32 times, id of the same. */
struct signing {
    struct scene scene;
    struct journal_head head;
    char text[FENCE_STATEMENT_SIZE_MAX];
    size_t size;
    size_t message_size;
};

static void add_key(struct scene *scene, uint32_t who, uint8_t byte, uint8_t scopes)
{
    uint8_t seed[ED25519_KEY_SIZE];
    struct command_key_create create = {.header.kind = COMMAND_KEY_CREATE,
                                        .owner = who,
                                        .type = KEY_TYPE_ED25519,
                                        .scopes = scopes,
                                        .material_size = 32};
    memset(create.id.bytes, byte, sizeof create.id.bytes);
    memset(seed, byte, sizeof seed);
    assert_true(ed25519_public_key(seed, create.material));
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_OMAR, &create.header), RESULT_OK);
}

static void sign_with(struct signing *signing, uint8_t byte)
{
    uint8_t seed[ED25519_KEY_SIZE];
    uint8_t signature[ED25519_SIGNATURE_SIZE];
    struct hash256 id;
    memset(seed, byte, sizeof seed);
    memset(id.bytes, byte, sizeof id.bytes);
    assert_true(ed25519_sign(seed, signing->text, signing->message_size, signature));
    memcpy(signing->text + signing->size, "signed ", 7);
    hex_encode(id.bytes, sizeof id.bytes, signing->text + signing->size + 7);
    signing->text[signing->size + 71] = ' ';
    assert_int_equal(
        base64_encode(signature, sizeof signature, signing->text + signing->size + 72, 100), 88);
    signing->text[signing->size + 160] = '\n';
    signing->size += 161;
}

static void draft(struct signing *signing)
{
    signing->size = fence_statement_draft(&signing->head, "unplugged, sealed in room 7",
                                          signing->text, sizeof signing->text);
    assert_true(signing->size > 0);
    signing->message_size = signing->size;
}

static const char *refusal(const struct signing *signing)
{
    return fence_statement_refuse(slice_of(signing->text, signing->size), &signing->head,
                                  signing->scene.engine, signing->scene.now_us);
}

static int setup_signing(void **state)
{
    struct signing *signing = calloc(1, sizeof *signing);
    assert_non_null(signing);
    scene_start(&signing->scene);
    add_key(&signing->scene, SCENE_OLGA, 1, KEY_SCOPE_OPERATE);
    add_key(&signing->scene, SCENE_ADAM, 2, KEY_SCOPE_OPERATE);
    add_key(&signing->scene, SCENE_OMAR, 3, KEY_SCOPE_OPERATE);
    add_key(&signing->scene, SCENE_OMAR, 4, KEY_SCOPE_OPERATE);
    add_key(&signing->scene, SCENE_SAULE, 5, KEY_SCOPE_OPERATE);
    add_key(&signing->scene, SCENE_ADAM, 6, KEY_SCOPE_READ);
    signing->head = (struct journal_head){.number = 77};
    memset(signing->head.chain.bytes, 0xcc, sizeof signing->head.chain.bytes);
    memset(signing->head.node.bytes, 0x11, sizeof signing->head.node.bytes);
    draft(signing);
    *state = signing;
    return 0;
}

static int teardown_signing(void **state)
{
    struct signing *signing = *state;
    scene_end(&signing->scene);
    free(signing);
    return 0;
}

static void an_operator_and_an_approver_can_sign(void **state)
{
    struct signing *signing = *state;
    sign_with(signing, 1);
    sign_with(signing, 2);
    assert_null(refusal(signing));
    draft(signing);
    sign_with(signing, 2);
    sign_with(signing, 1);
    assert_null(refusal(signing));
}

static void every_other_letter_makes_it_worthless(void **state)
{
    struct signing *signing = *state;
    sign_with(signing, 1);
    sign_with(signing, 2);
    for (size_t at = 0; at < signing->size; at++) {
        signing->text[at] ^= 1;
        assert_non_null(refusal(signing));
        signing->text[at] ^= 1;
    }
    assert_null(refusal(signing));
    signing->head.number++;
    assert_non_null(refusal(signing));
}

static void one_signature_is_not_enough_and_three_are_too_many(void **state)
{
    struct signing *signing = *state;
    assert_non_null(refusal(signing));
    sign_with(signing, 1);
    assert_non_null(refusal(signing));
    sign_with(signing, 2);
    sign_with(signing, 3);
    assert_non_null(refusal(signing));
}

static void one_person_with_two_keys_and_both_roles_is_one_person(void **state)
{
    struct signing *signing = *state;
    sign_with(signing, 3);
    sign_with(signing, 4);
    assert_string_equal(refusal(signing), "both signatures are one person's");
}

static void two_without_the_roles_cannot(void **state)
{
    struct signing *signing = *state;
    sign_with(signing, 2);
    sign_with(signing, 5);
    assert_string_equal(refusal(signing), "the signers are not an operator and an approver");
}

static void a_key_that_may_not_operate_cannot_sign(void **state)
{
    struct signing *signing = *state;
    sign_with(signing, 1);
    sign_with(signing, 6);
    assert_string_equal(refusal(signing), "a signature is by no key that may operate");
}

static void a_revoked_key_cannot_sign(void **state)
{
    struct signing *signing = *state;
    struct command_key_revoke revoke = {.header.kind = COMMAND_KEY_REVOKE};
    sign_with(signing, 1);
    sign_with(signing, 2);
    memset(revoke.id.bytes, 2, sizeof revoke.id.bytes);
    assert_int_equal(scene_send(&signing->scene, SCENE_OLGA, &revoke.header), RESULT_OK);
    assert_string_equal(refusal(signing), "a signature is by no key that may operate");
}

static void a_frozen_person_cannot_sign(void **state)
{
    struct signing *signing = *state;
    struct command_participant_freeze freeze = {
        .header.kind = COMMAND_PARTICIPANT_FREEZE, .target = SCENE_ADAM, .frozen = 1};
    sign_with(signing, 1);
    sign_with(signing, 2);
    assert_int_equal(scene_send(&signing->scene, SCENE_OLGA, &freeze.header), RESULT_OK);
    assert_string_equal(refusal(signing), "a signer is frozen");
}

static void how_is_one_line(void **state)
{
    struct signing *signing = *state;
    assert_int_equal(fence_statement_draft(&signing->head, "", signing->text, 4096), 0);
    assert_int_equal(fence_statement_draft(&signing->head, "a\nb", signing->text, 4096), 0);
    assert_int_equal(fence_statement_draft(&signing->head, "a", signing->text, 60), 0);
}

/* ------------------------------------------------------------------ promoting */

struct play {
    struct node_scene node;
    struct fake_disk *copy;
    struct promotion_options options;
    struct journal_head head;
    char reason[PROMOTION_TEXT_SIZE];
};

static void trade(struct play *play, int count)
{
    struct link_client client;
    struct link_notice notice;
    node_client_open(&play->node, &client, &notice);
    for (int i = 0; i < count; i++) {
        struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90 + i % 5, 1);
        node_client_send(&client, &order.header);
        assert_int_equal(node_scene_settle(&play->node), CORE_TURN_ON);
    }
    link_client_destroy(&client);
}

static int setup(void **state)
{
    struct play *play = calloc(1, sizeof *play);
    assert_non_null(play);
    node_scene_create(&play->node);
    assert_true(node_scene_start(&play->node));
    trade(play, 20);
    /* The same files: what a supervisor's copy is (replica_test.c). */
    play->copy = fake_disk_copy(play->node.disk);
    play->options = (struct promotion_options){.storage = fake_disk_storage(play->copy),
                                               .directory = "copy",
                                               .old_storage = fake_disk_storage(play->node.disk),
                                               .old_directory = play->node.folder,
                                               .now_us = play->node.wall_us};
    *state = play;
    return 0;
}

static int teardown(void **state)
{
    struct play *play = *state;
    fake_disk_destroy(play->copy);
    node_scene_destroy(&play->node);
    free(play);
    return 0;
}

static bool promote(struct play *play)
{
    return promotion_run(&play->options, &play->head, play->reason);
}

static bool can_start(struct fake_disk *disk)
{
    struct recovery_options options = {.storage = fake_disk_storage(disk), .directory = "folder"};
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;
    bool is_started = recovery_run(&options, &recovered, &report, &error);
    if (is_started) {
        recovered_close(&recovered);
    }
    return is_started;
}

static void expect_refused(struct play *play, const char *part)
{
    assert_false(promote(play));
    if (strstr(play->reason, part) == NULL) {
        fail_msg("refused, but: %s", play->reason);
    }
}

static void a_whole_copy_of_a_stopped_core_takes_its_place(void **state)
{
    struct play *play = *state;
    uint64_t number = log_head(play->node.recovered.log)->number;
    node_scene_kill(&play->node);
    assert_true(promote(play));
    assert_int_equal(play->head.number, number);
    assert_true(can_start(play->copy));
    assert_false(can_start(play->node.disk)); /* the old one never again */
    expect_refused(play, "promoted");         /* and once only */
}

static void a_promoted_copy_is_no_copy_any_more(void **state)
{
    struct play *play = *state;
    struct replica_finding finding;
    const struct replica_options options = {.storage = play->options.storage, .directory = "copy"};
    node_scene_kill(&play->node);
    assert_true(promote(play));
    assert_null(replica_open(&options, &finding));
    assert_int_equal(finding.kind, REPLICA_KIND_OWN);
}

static void a_running_core_is_not_replaced(void **state)
{
    struct play *play = *state;
    expect_refused(play, "a core holds the old folder");
    trade(play, 2);
}

static void a_copy_that_somebody_writes_is_not_promoted(void **state)
{
    struct play *play = *state;
    struct replica_finding finding;
    const struct replica_options options = {.storage = play->options.storage, .directory = "copy"};
    node_scene_kill(&play->node);
    struct replica *replica = replica_open(&options, &finding);
    assert_non_null(replica);
    expect_refused(play, "another process holds the journal");
    replica_close(replica);
    assert_true(promote(play));
}

static void a_copy_that_lacks_records_is_not_promoted(void **state)
{
    struct play *play = *state;
    trade(play, 1);
    node_scene_kill(&play->node);
    expect_refused(play, "records that the copy lacks");
    assert_true(can_start(play->node.disk));
}

static void a_copy_of_another_history_is_not_promoted(void **state)
{
    struct play *play = *state;
    struct fake_disk *before = fake_disk_copy(play->node.disk);
    trade(play, 4);
    fake_disk_destroy(play->copy);
    play->copy = fake_disk_copy(play->node.disk);
    play->options.storage = fake_disk_storage(play->copy);
    node_scene_kill(&play->node);
    fake_disk_destroy(play->node.disk);
    play->node.disk = before;
    play->options.old_storage = fake_disk_storage(before);
    assert_true(node_scene_start(&play->node));
    play->node.wall_us += 5000000;
    trade(play, 4);
    node_scene_kill(&play->node);
    expect_refused(play, "another history");
    assert_true(can_start(play->node.disk));
}

static void a_copy_with_a_flipped_bit_is_not_promoted(void **state)
{
    struct play *play = *state;
    size_t size;
    struct journal_name name = journal_segment_name(1);
    node_scene_kill(&play->node);
    fake_disk_bytes(play->copy, name.text, &size)[400] ^= 8;
    assert_false(promote(play));
    assert_true(can_start(play->node.disk));
}

static void a_copy_with_evidence_is_not_promoted(void **state)
{
    struct play *play = *state;
    node_scene_kill(&play->node);
    play->options.evidence_count = 1;
    expect_refused(play, "evidence");
}

static void a_copy_that_does_not_pass_through_a_remembered_head_is_not_promoted(void **state)
{
    struct play *play = *state;
    struct journal_head head = *log_head(play->node.recovered.log);
    node_scene_kill(&play->node);
    play->options.expected_number = head.number;
    play->options.expected_chain = head.chain;
    play->options.expected_chain.bytes[0] ^= 1;
    expect_refused(play, "does not verify");
    play->options.expected_chain = head.chain;
    assert_true(promote(play));
}

static void without_the_old_folder_two_must_have_signed(void **state)
{
    struct play *play = *state;
    node_scene_kill(&play->node);
    play->options.old_directory = NULL;
    play->options.statement = slice_of_text("tarazy fence 1\n");
    expect_refused(play, "the statement is not about this node");
    assert_true(promotion_prove(&play->options, &play->head, play->reason));
    char text[FENCE_STATEMENT_SIZE_MAX];
    size_t size = fence_statement_draft(&play->head, "gone", text, sizeof text);
    play->options.statement = slice_of(text, size);
    expect_refused(play, "two people must have signed");
}

static void an_interrupted_promotion_can_be_finished(void **state)
{
    struct play *play = *state;
    struct fake_disk *copy;
    node_scene_kill(&play->node);
    copy = fake_disk_copy(play->copy);
    assert_true(promote(play));
    /* As if the process had died between the two fences. */
    fake_disk_destroy(play->copy);
    play->copy = copy;
    play->options.storage = fake_disk_storage(copy);
    assert_true(promote(play));
    assert_true(can_start(play->copy));
    assert_false(can_start(play->node.disk));
}

#define SIGNING(name) cmocka_unit_test_setup_teardown(name, setup_signing, teardown_signing)
#define STORY(name)   cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SIGNING(an_operator_and_an_approver_can_sign),
        SIGNING(every_other_letter_makes_it_worthless),
        SIGNING(one_signature_is_not_enough_and_three_are_too_many),
        SIGNING(one_person_with_two_keys_and_both_roles_is_one_person),
        SIGNING(two_without_the_roles_cannot),
        SIGNING(a_key_that_may_not_operate_cannot_sign),
        SIGNING(a_revoked_key_cannot_sign),
        SIGNING(a_frozen_person_cannot_sign),
        SIGNING(how_is_one_line),
        STORY(a_whole_copy_of_a_stopped_core_takes_its_place),
        STORY(a_promoted_copy_is_no_copy_any_more),
        STORY(a_running_core_is_not_replaced),
        STORY(a_copy_that_somebody_writes_is_not_promoted),
        STORY(a_copy_that_lacks_records_is_not_promoted),
        STORY(a_copy_of_another_history_is_not_promoted),
        STORY(a_copy_with_a_flipped_bit_is_not_promoted),
        STORY(a_copy_with_evidence_is_not_promoted),
        STORY(a_copy_that_does_not_pass_through_a_remembered_head_is_not_promoted),
        STORY(without_the_old_folder_two_must_have_signed),
        STORY(an_interrupted_promotion_can_be_finished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
