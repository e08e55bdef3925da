/* SPDX-License-Identifier: Apache-2.0
 *
 * How exchanges have lied with trees of liabilities, one test per way: a broken scheme, written out here
 * in the few lines it takes, accepts the lie; ours refuses the same lie. The ways are those of eprint
 * 2018/1139 and of "Broken Proofs of Solvency" (FC'22 workshops).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/signature.h"
#include "proofs/liabilities_check.h"
#include "proofs/liabilities_text.h"
#include "support/engine_scene.h"
#include "support/liabilities_scene.h"

/* ------------------------------------------------------------------ broken schemes */

/* A tree of two leaves is enough to lie with. */
struct small_leaf {
    struct hash256 hash;
    uint64_t value;
};

static struct hash256 hash_of(const void *first, size_t first_size, const void *second,
                              size_t second_size)
{
    const struct byte_part parts[] = {{first, first_size}, {second, second_size}};
    struct hash256 out = {0};

    sha256_compute(parts, 2, out.bytes);
    return out;
}

/* Maxwell: the node hashes the sum above the children's hashes, not the children's values. */
static struct small_leaf maxwell_node(struct small_leaf left, struct small_leaf right)
{
    struct hash256 children[2] = {left.hash, right.hash};
    uint64_t sum = left.value + right.value;

    return (struct small_leaf){hash_of(&sum, sizeof sum, children, sizeof children), sum};
}

/* Sound at this point: each child's value is bound. */
static struct small_leaf bound_node(struct small_leaf left, struct small_leaf right)
{
    const struct small_leaf children[2] = {left, right};

    return (struct small_leaf){hash_of("", 1, children, sizeof children), left.value + right.value};
}

static bool same(struct small_leaf left, struct small_leaf right)
{
    return left.value == right.value && memcmp(&left.hash, &right.hash, sizeof left.hash) == 0;
}

static struct small_leaf leaf_of(const char *words, uint64_t value)
{
    return (struct small_leaf){hash_of(words, strlen(words), &value, sizeof value), value};
}

/* ------------------------------------------------------------------ ours, to be lied to */

struct stage {
    struct liabilities_scene scene;
    struct liabilities_proof *one; /* of account 0 */
    struct liabilities_proof *two; /* of account 1 */
};

/* Two people: 100 and 60 of one asset. */
static void stage_start(struct stage *stage, uint64_t first, uint64_t second)
{
    liabilities_scene_start(&stage->scene, 2, 1, 0, 21);
    stage->scene.accounts[0].values[0] = first;
    stage->scene.accounts[1].values[0] = second;
    assert_int_equal(liabilities_scene_build(&stage->scene), LIABILITIES_BUILD_DONE);
    stage->one = malloc(sizeof *stage->one);
    stage->two = malloc(sizeof *stage->two);
    liabilities_scene_prove(&stage->scene, 0, stage->one);
    liabilities_scene_prove(&stage->scene, 1, stage->two);
}

static void stage_end(struct stage *stage)
{
    free(stage->one);
    free(stage->two);
    liabilities_scene_end(&stage->scene);
}

static enum liabilities_verdict verdict(const struct stage *stage, uint32_t index,
                                        const struct liabilities_proof *proof,
                                        const struct liabilities_claim *claim)
{
    return liabilities_scene_check(&stage->scene, index, proof, claim);
}

/* Where the way of a part ends, by our own rules. */
static struct liabilities_node top_of(const struct stage *stage, uint32_t index,
                                      const struct liabilities_part *part, unsigned number)
{
    struct liabilities_node node;

    liabilities_part_leaf(&stage->scene.key, &stage->scene.accounts[index], number, 1, &node);
    for (unsigned level = 0; level < LIABILITIES_DEPTH; level++) {
        bool is_right = (part->position >> level & 1) != 0;

        assert_true(is_right ? liabilities_combine(&part->siblings[level], &node, 1, &node)
                             : liabilities_combine(&node, &part->siblings[level], 1, &node));
    }
    return node;
}

/* ------------------------------------------------------------------ flaw 1 */

static void sum_above_two_hashes_lets_sixty_vanish_and_bound_values_do_not(void **state)
{
    /* Broken: 100 and 60 are owed, the root says 100, both are content. Each is shown a brother who
     * owns so much that it comes to 100. */
    struct small_leaf alice = leaf_of("alice", 100);
    struct small_leaf bob = leaf_of("bob", 60);
    struct small_leaf for_alice = {bob.hash, 0};
    struct small_leaf for_bob = {alice.hash, 40};
    struct small_leaf root = maxwell_node(alice, for_alice);

    assert_int_equal(root.value, 100);
    assert_true(same(root, maxwell_node(for_bob, bob)));
    assert_false(same(bound_node(alice, for_alice), bound_node(for_bob, bob)));

    /* Ours: of every part of both, the brothers' values are put so that the top says 100. Whatever
     * root is published, not both are content. */
    struct stage stage;
    stage_start(&stage, 100, 60);
    struct liabilities_part *part = &stage.one->part[0];
    for (unsigned level = 0; level < LIABILITIES_DEPTH; level++) {
        part->siblings[level].values[0] = 0;
    }
    part->siblings[31].values[0] = 100 - part->values[0];
    struct liabilities_node forged = top_of(&stage, 0, part, 0);
    assert_int_equal(forged.values[0], 100);
    struct liabilities_claim honest = stage.scene.claim;
    assert_int_equal(verdict(&stage, 0, stage.one, &honest), LIABILITIES_VERDICT_ROOT);
    stage.one->statement.root = forged.hash;
    stage.one->statement.asset[0].total = 100;
    stage.two->statement = stage.one->statement;
    struct liabilities_claim lie = liabilities_claim_of(&stage.one->statement);
    assert_int_equal(verdict(&stage, 0, stage.one, &lie), LIABILITIES_VERDICT_ROOT);
    assert_int_equal(verdict(&stage, 1, stage.two, &lie), LIABILITIES_VERDICT_ROOT);
    stage_end(&stage);
}

static void total_that_the_root_does_not_bind_is_refused(void **state)
{
    struct stage stage;

    stage_start(&stage, 100, 60);
    stage.one->statement.asset[0].total = 100;
    struct liabilities_claim lie = liabilities_claim_of(&stage.one->statement);
    assert_int_equal(verdict(&stage, 0, stage.one, &lie), LIABILITIES_VERDICT_TOTALS);
    stage_end(&stage);
}

/* ------------------------------------------------------------------ flaw 2 */

/* The first two bytes of a leaf, as those did who cut their hashes. */
static uint16_t cut_leaf(const struct hash256 *salt, const char *identity, uint64_t value)
{
    struct hash256 id;
    struct hash256 hash;

    liabilities_id_hash(salt, identity, strlen(identity), &id);
    hash = hash_of(&id, sizeof id, &value, sizeof value);
    return (uint16_t)(hash.bytes[0] | hash.bytes[1] << 8);
}

static void cut_hashes_give_two_people_one_leaf_and_whole_ones_do_not(void **state)
{
    /* Broken: the salt is the operator's; he tries until the second person's leaf is the first one's. */
    struct hash256 salt = {{1}};
    struct hash256 tried = {{2}};
    uint16_t leaf = cut_leaf(&salt, "person-1", 100);
    uint32_t n = 0;

    while (cut_leaf(&tried, "person-2", 100) != leaf) {
        n++;
        memcpy(tried.bytes + 4, &n, sizeof n);
        assert_true(n < 10000000);
    }
    assert_int_equal(cut_leaf(&tried, "person-2", 100), leaf);

    /* Ours: a secret is searched for with as many parts and a first leaf that begins alike; the whole
     * hash tells them apart. */
    struct stage stage;
    struct hash256 secret = {{3}};
    struct liabilities_user user;
    stage_start(&stage, 100, 100);
    struct liabilities_proof *copy = stage.two;
    *copy = *stage.one;
    memcpy(copy->identity, stage.scene.accounts[1].identity, copy->identity_size);
    for (n = 0;; n++) {
        struct liabilities_node node = {.values = {copy->part[0].values[0]}};
        struct liabilities_node first;
        struct liabilities_leaf words = {.epoch = 5};

        memcpy(secret.bytes + 4, &n, sizeof n);
        liabilities_user_prepare(&user, &secret, 5);
        liabilities_user_salt(&user, 0, &words.salt);
        liabilities_id_hash(&words.salt, copy->identity, copy->identity_size, &words.id_hash);
        liabilities_leaf_hash(&words, 1, &node);
        liabilities_part_leaf(&stage.scene.key, &stage.scene.accounts[0], 0, 1, &first);
        if (liabilities_user_parts(&user) == copy->parts &&
            node.hash.bytes[0] == first.hash.bytes[0]) {
            break;
        }
        assert_true(n < 1000000);
    }
    copy->secret = secret;
    assert_int_equal(verdict(&stage, 1, copy, &stage.scene.claim), LIABILITIES_VERDICT_ROOT);
    stage_end(&stage);
}

static void leaf_without_a_name_serves_two_people_and_one_with_a_name_does_not(void **state)
{
    /* Broken: a leaf says what is owned, not by whom. Both own 100; one leaf is in the tree. */
    uint64_t salt = 17;
    struct small_leaf shown = {hash_of(&salt, sizeof salt, "", 0), 100};
    struct small_leaf empty = leaf_of("padding", 0);
    struct small_leaf root = bound_node(shown, empty);

    for (unsigned person = 0; person < 2; person++) {
        assert_true(same(root, bound_node(shown, empty)));
    }
    assert_int_equal(root.value, 100); /* 200 are owed */

    /* Ours: the first one's proof is shown to the second, as it is, and with his name put into it. */
    struct stage stage;
    stage_start(&stage, 100, 100);
    struct liabilities_proof *copy = stage.two;
    *copy = *stage.one;
    assert_int_equal(verdict(&stage, 1, copy, &stage.scene.claim), LIABILITIES_VERDICT_IDENTITY);
    memcpy(copy->identity, stage.scene.accounts[1].identity, copy->identity_size);
    assert_int_equal(verdict(&stage, 1, copy, &stage.scene.claim), LIABILITIES_VERDICT_ROOT);
    stage_end(&stage);
}

/* Sees only what it is shown: what those have who are given a root on a web page. */
static enum liabilities_verdict check_by_own_statement(const struct stage *stage, uint32_t index,
                                                       const struct liabilities_proof *proof)
{
    struct liabilities_claim own = liabilities_claim_of(&proof->statement);

    return verdict(stage, index, proof, &own);
}

static void roots_shown_to_one_person_each_agree_and_one_journal_has_one_root(void **state)
{
    struct stage stage;
    struct liabilities_claim first;

    /* Two trees, each without the other person's money, each with a proof for its own. */
    stage_start(&stage, 100, 0);
    first = stage.scene.claim;
    stage.scene.accounts[0].values[0] = 0;
    stage.scene.accounts[1].values[0] = 60;
    assert_int_equal(liabilities_scene_build(&stage.scene), LIABILITIES_BUILD_DONE);
    liabilities_scene_prove(&stage.scene, 1, stage.two);
    stage.scene.accounts[0].values[0] = 100;

    /* Broken: everybody checks against the root he was handed. */
    assert_int_equal(check_by_own_statement(&stage, 0, stage.one), LIABILITIES_VERDICT_AGREES);
    assert_int_equal(check_by_own_statement(&stage, 1, stage.two), LIABILITIES_VERDICT_AGREES);

    /* Ours: the claim is the journal's, one for all. */
    assert_int_equal(verdict(&stage, 0, stage.one, &first), LIABILITIES_VERDICT_AGREES);
    assert_int_equal(verdict(&stage, 1, stage.two, &first), LIABILITIES_VERDICT_CLAIM);
    stage.two->statement = stage.one->statement;
    assert_int_equal(verdict(&stage, 1, stage.two, &first), LIABILITIES_VERDICT_ROOT);
    stage_end(&stage);
}

static void journal_takes_no_second_root_of_an_epoch(void **state)
{
    struct command_liabilities_publish publish = {
        .header.kind = COMMAND_LIABILITIES_PUBLISH, .record = 5, .epoch = 5, .root.bytes = {1}};
    struct scene scene;

    scene_start(&scene);
    assert_int_equal(scene_send(&scene, SCENE_OLGA, &publish.header), RESULT_OK);
    publish.root.bytes[0] = 2;
    assert_int_equal(scene_send(&scene, SCENE_OLGA, &publish.header), RESULT_LIABILITIES_EPOCH);
    scene_end(&scene);
}

/* Who compares the first bytes only can be shown another tree whose root begins alike. */
static void every_byte_of_root_and_claim_counts(void **state)
{
    struct stage stage;

    stage_start(&stage, 100, 60);
    for (unsigned i = 0; i < 32; i++) {
        struct liabilities_claim claim = stage.scene.claim;

        claim.root.bytes[i] ^= 1;
        assert_int_equal(verdict(&stage, 0, stage.one, &claim), LIABILITIES_VERDICT_CLAIM);
        claim = stage.scene.claim;
        claim.totals.bytes[i] ^= 1;
        assert_int_equal(verdict(&stage, 0, stage.one, &claim), LIABILITIES_VERDICT_CLAIM);
        stage.one->statement.root.bytes[i] ^= 1;
        claim = liabilities_claim_of(&stage.one->statement);
        assert_int_equal(verdict(&stage, 0, stage.one, &claim), LIABILITIES_VERDICT_ROOT);
        stage.one->statement.root.bytes[i] ^= 1;
    }
    stage_end(&stage);
}

static void proof_of_an_older_epoch_is_not_one_of_this(void **state)
{
    struct stage stage;

    stage_start(&stage, 100, 60);
    struct liabilities_claim later = stage.scene.claim;
    later.epoch++;
    assert_int_equal(verdict(&stage, 0, stage.one, &later), LIABILITIES_VERDICT_CLAIM);
    later = stage.scene.claim;
    later.record++;
    assert_int_equal(verdict(&stage, 0, stage.one, &later), LIABILITIES_VERDICT_CLAIM);
    stage_end(&stage);
}

/* ------------------------------------------------------------------ flaw 3 */

static void negative_brother_lowers_the_total_and_is_refused(void **state)
{
    /* Broken: sums wrap, so a brother of −90 is possible. */
    struct small_leaf alice = leaf_of("alice", 100);
    struct small_leaf nobody = leaf_of("nobody", (uint64_t)-90);
    assert_int_equal(bound_node(alice, nobody).value, 10);

    /* Ours: neither in the builder … */
    struct stage stage;
    stage_start(&stage, 100, 60);
    stage.scene.accounts[1].values[0] = (uint128)-90;
    assert_int_equal(liabilities_scene_build(&stage.scene), LIABILITIES_BUILD_OVERFLOW);
    /* … nor on the way up … */
    stage.one->part[0].siblings[31].values[0] = (uint128)-90;
    assert_int_equal(verdict(&stage, 0, stage.one, &stage.scene.claim),
                     LIABILITIES_VERDICT_OVERFLOW);
    /* … nor in one's own leaf … */
    stage.two->part[0].values[0] = (uint128)-90;
    assert_int_equal(verdict(&stage, 1, stage.two, &stage.scene.claim),
                     LIABILITIES_VERDICT_OVERFLOW);
    /* … nor on paper. */
    char *text = malloc(LIABILITIES_TEXT_MAX);
    size_t size = liabilities_proof_write(stage.one, text, LIABILITIES_TEXT_MAX);
    assert_true(size > 0);
    assert_true(liabilities_proof_read(text, size, stage.two) > 0);
    free(text);
    stage_end(&stage);
}

static void sums_that_pass_the_end_are_refused(void **state)
{
    /* Broken: people who own 2^62 and 3 × 2^62 own nothing together. */
    struct small_leaf half =
        bound_node(leaf_of("a", UINT64_C(1) << 62), leaf_of("b", UINT64_C(3) << 62));
    assert_int_equal(half.value, 0);

    struct stage stage;
    stage_start(&stage, 100, 60);
    stage.scene.accounts[0].values[0] = (uint128)1 << 126;
    stage.scene.accounts[1].values[0] = (uint128)1 << 126;
    assert_int_equal(liabilities_scene_build(&stage.scene), LIABILITIES_BUILD_OVERFLOW);
    stage.scene.accounts[1].values[0]--;
    assert_int_equal(liabilities_scene_build(&stage.scene), LIABILITIES_BUILD_DONE);
    stage_end(&stage);
}

/* ------------------------------------------------------------------ accounts left out */

/* The books with somebody's money changed on the way into the tree. */
struct cooked {
    struct liabilities_source honest;
    uint32_t victim;
    uint32_t gains; /* whoever gets it; the victim itself: nobody */
    bool drops;     /* the last account is not there at all */
};

static bool cooked_read(const void *context, uint32_t index, struct liabilities_account *account)
{
    const struct cooked *cooked = context;

    if (!cooked->honest.read(cooked->honest.context, index, account)) {
        return false;
    }
    if (index == cooked->victim) {
        account->values[SCENE_KZT - 1] -= 1000;
    }
    if (index == cooked->gains) {
        account->values[SCENE_KZT - 1] += 1000;
    }
    return true;
}

static struct liabilities_claim publish_cooked(const struct scene *scene,
                                               const struct cooked *cooked,
                                               const struct hash256 *secret)
{
    const struct liabilities_source source = {
        .context = cooked,
        .accounts = cooked->honest.accounts - cooked->drops,
        .assets = cooked->honest.assets,
        .read = cooked_read,
    };
    struct liabilities_statement *statement = malloc(sizeof *statement);
    struct liabilities_key key;
    struct liabilities_node top;

    liabilities_key_prepare(&key, secret, 5);
    assert_int_equal(liabilities_build(&source, &key, LIABILITIES_DEPTH, NULL, &top),
                     LIABILITIES_BUILD_DONE);
    liabilities_books_statement(scene->engine, 5, statement);
    liabilities_statement_close(statement, &top);
    struct liabilities_claim claim = liabilities_claim_of(statement);
    free(statement);
    return claim;
}

static void supervisor_finds_who_was_left_out_or_paid_from_another(void **state)
{
    struct hash256 secret = {{8}};
    struct scene scene;
    struct liabilities_report *report = malloc(sizeof *report);
    struct cooked cooked = {.victim = SCENE_BOB - 1, .gains = SCENE_BOB - 1};

    scene_start(&scene);
    assert_true(liabilities_books_source(scene.engine, &cooked.honest));

    struct liabilities_claim honest = publish_cooked(&scene, &cooked, &secret);
    assert_true(liabilities_check(scene.engine, &honest, &secret, report));
    assert_null(liabilities_report_text(report));

    /* Money of one person is not in it: every other client's proof still agrees (the broken variant
     * is to ask some of them), the supervisor's does not. */
    cooked.gains = UINT32_MAX;
    struct liabilities_claim less = publish_cooked(&scene, &cooked, &secret);
    assert_true(liabilities_check(scene.engine, &less, &secret, report));
    assert_true(!report->is_root && !report->are_totals && report->are_exact);
    assert_false(liabilities_report_is_good(report));

    /* The same money under somebody else's name: totals are exact, accounts are not. */
    cooked.gains = SCENE_CAROL - 1;
    struct liabilities_claim moved = publish_cooked(&scene, &cooked, &secret);
    assert_true(liabilities_check(scene.engine, &moved, &secret, report));
    assert_true(!report->is_root && report->are_totals);
    assert_false(liabilities_report_is_good(report));

    /* An account (the rounding, with nothing in it) is not there: no total moves. */
    cooked.victim = cooked.gains = UINT32_MAX;
    cooked.drops = true;
    struct liabilities_claim dropped = publish_cooked(&scene, &cooked, &secret);
    assert_true(liabilities_check(scene.engine, &dropped, &secret, report));
    assert_true(!report->is_root && report->are_totals);
    assert_false(liabilities_report_is_good(report));
    free(report);
    scene_end(&scene);
}

static void clients_who_are_not_asked_do_not_find_a_dropped_account(void **state)
{
    /* Broken: the proof of everybody but the victim agrees with the cooked root. */
    struct stage stage;
    stage_start(&stage, 100, 60);
    stage.scene.source.accounts = 1;
    assert_int_equal(liabilities_scene_build(&stage.scene), LIABILITIES_BUILD_DONE);
    liabilities_scene_prove(&stage.scene, 0, stage.one);
    assert_int_equal(stage.scene.statement.asset[0].total, 100);
    assert_int_equal(verdict(&stage, 0, stage.one, &stage.scene.claim), LIABILITIES_VERDICT_AGREES);
    /* The victim has no proof that agrees. */
    assert_int_equal(verdict(&stage, 1, stage.two, &stage.scene.claim), LIABILITIES_VERDICT_CLAIM);
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sum_above_two_hashes_lets_sixty_vanish_and_bound_values_do_not),
        cmocka_unit_test(total_that_the_root_does_not_bind_is_refused),
        cmocka_unit_test(cut_hashes_give_two_people_one_leaf_and_whole_ones_do_not),
        cmocka_unit_test(leaf_without_a_name_serves_two_people_and_one_with_a_name_does_not),
        cmocka_unit_test(roots_shown_to_one_person_each_agree_and_one_journal_has_one_root),
        cmocka_unit_test(journal_takes_no_second_root_of_an_epoch),
        cmocka_unit_test(every_byte_of_root_and_claim_counts),
        cmocka_unit_test(proof_of_an_older_epoch_is_not_one_of_this),
        cmocka_unit_test(negative_brother_lowers_the_total_and_is_refused),
        cmocka_unit_test(sums_that_pass_the_end_are_refused),
        cmocka_unit_test(supervisor_finds_who_was_left_out_or_paid_from_another),
        cmocka_unit_test(clients_who_are_not_asked_do_not_find_a_dropped_account),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
