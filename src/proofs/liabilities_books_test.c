/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree over an engine's books: what is in it, and that a supervisor's replica finds the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proofs/liabilities_check.h"
#include "support/engine_scene.h"
#include "support/random_stream.h"

static const struct hash256 secret = {{42}};

/* Orders, fills with fees, holds: money on the move. */
static void trade(struct scene *scene, struct random_stream *random)
{
    static const uint32_t people[] = {SCENE_ALICE, SCENE_BOB, SCENE_CAROL, SCENE_MAKER};
    struct order_terms terms =
        scene_limit(random_once_in(random, 2) ? SIDE_BUY : SIDE_SELL,
                    90 + (int64_t)random_below(random, 20), 1 + (int64_t)random_below(random, 500));

    (void)scene_place(scene, people[random_below(random, 4)], &terms);
}

static struct liabilities_claim claim_of_books(const struct engine *engine, uint64_t epoch,
                                               struct liabilities_statement *statement)
{
    struct liabilities_source source;
    struct liabilities_key key;
    struct liabilities_node top;

    assert_true(liabilities_books_source(engine, &source));
    liabilities_key_prepare(&key, &secret, epoch);
    assert_int_equal(liabilities_build(&source, &key, LIABILITIES_DEPTH, NULL, &top),
                     LIABILITIES_BUILD_DONE);
    liabilities_books_statement(engine, epoch, statement);
    liabilities_statement_close(statement, &top);
    return liabilities_claim_of(statement);
}

static void totals_are_what_the_ledger_owes_after_every_stretch_of_trading(void **state)
{
    struct random_stream random = {5};
    struct liabilities_statement *statement = malloc(sizeof *statement);
    struct liabilities_report *report = malloc(sizeof *report);
    struct scene scene;

    scene_start(&scene);
    scene.quick = true;
    for (uint64_t epoch = 1; epoch <= 25; epoch++) {
        struct asset_view asset;

        for (unsigned i = 0; i < 20; i++) {
            trade(&scene, &random);
        }
        struct liabilities_claim claim = claim_of_books(scene.engine, epoch, statement);
        assert_int_equal(claim.record, tarazy_engine_number(scene.engine));
        assert_int_equal(statement->assets, 4);
        for (uint16_t i = 1; tarazy_query_asset(scene.engine, i, &asset); i++) {
            assert_true((uint128)asset.total.units ==
                        statement->asset[i - 1].total); /* raw: test */
            assert_string_equal(statement->asset[i - 1].code, asset.code.text);
        }
        assert_true(liabilities_check(scene.engine, &claim, &secret, report));
        assert_null(liabilities_report_text(report));
        assert_int_equal(report->accounts, SCENE_PEOPLE + 2);
    }
    assert_true(scene_held(&scene, SCENE_ALICE, SCENE_KZT) +
                    scene_held(&scene, SCENE_ALICE, SCENE_GOLD) >
                0);
    assert_true(scene_available(&scene, TARAZY_OWNER_FEES, SCENE_KZT) > 0);
    free(report);
    free(statement);
    scene_end(&scene);
}

static void supervisor_who_stands_elsewhere_or_has_another_key_does_not_sign(void **state)
{
    struct liabilities_statement *statement = malloc(sizeof *statement);
    struct liabilities_report *report = malloc(sizeof *report);
    struct scene scene;

    scene_start(&scene);
    struct liabilities_claim claim = claim_of_books(scene.engine, 1, statement);
    struct hash256 other = secret;
    other.bytes[31] ^= 1;
    assert_true(liabilities_check(scene.engine, &claim, &other, report));
    assert_false(report->is_root);
    assert_false(liabilities_report_is_good(report));
    struct liabilities_claim wrong = claim;
    wrong.totals.bytes[0] ^= 1;
    assert_true(liabilities_check(scene.engine, &wrong, &secret, report));
    assert_true(report->is_root);
    assert_false(liabilities_report_is_good(report));
    /* A command that moves nothing: the tree is the same, the record is another. */
    assert_int_equal(scene_clock(&scene, scene.now_us + 1), RESULT_OK);
    assert_true(liabilities_check(scene.engine, &claim, &secret, report));
    assert_true(report->is_root && !report->is_record);
    assert_string_equal(liabilities_report_text(report),
                        "the replica does not stand at the record that was published");
    assert_false(liabilities_report_is_good(report));
    free(report);
    free(statement);
    scene_end(&scene);
}

/* Puts another number where exactly one place of the state holds this one. */
static void change_in_block(const struct scene *scene, int128 from, int128 to)
{
    size_t size;
    const uint8_t *block = tarazy_engine_block(scene->engine, &size);
    unsigned found = 0;

    for (size_t at = 0; at + sizeof from <= size; at += sizeof from) {
        if (memcmp(block + at, &from, sizeof from) == 0) {
            memcpy((uint8_t *)(uintptr_t)(block + at), &to, sizeof to);
            found++;
        }
    }
    assert_int_equal(found, 1);
}

static void books_that_do_not_add_up_are_not_signed(void **state)
{
    const int64_t odd = 987654321012;
    struct command_sandbox_deposit deposit = {
        .header.kind = COMMAND_SANDBOX_DEPOSIT,
        .target = SCENE_ALICE,
        .asset = SCENE_KZT,
        .amount.units = odd, /* raw: test */
        .evidence = {.text = "an odd sum", .rail = TARAZY_RAIL_SANDBOX},
    };
    struct liabilities_statement *statement = malloc(sizeof *statement);
    struct liabilities_report *report = malloc(sizeof *report);
    struct balance_view balance;
    struct scene scene;

    scene_start(&scene);
    assert_int_equal(scene_send(&scene, SCENE_OLGA, &deposit.header), RESULT_OK);
    struct order_terms terms = scene_limit(SIDE_BUY, 90, 1000); /* part of it is held */
    assert_int_equal(scene_place(&scene, SCENE_ALICE, &terms), RESULT_OK);
    assert_true(tarazy_query_balance(scene.engine, SCENE_ALICE, SCENE_KZT, &balance));
    int128 units = balance.available.units; /* raw: test */
    /* One more, out of nothing: the mirrors of the outside do not know. */
    change_in_block(&scene, units, units + 1);
    struct liabilities_claim claim = claim_of_books(scene.engine, 1, statement);
    assert_true(liabilities_check(scene.engine, &claim, &secret, report));
    assert_true(report->is_root && report->are_totals && report->all_once && !report->are_exact);
    assert_false(liabilities_report_is_good(report));
    change_in_block(&scene, units + 1, -1); /* with what is held it would still be above zero */
    assert_true(liabilities_check(scene.engine, &claim, &secret, report));
    assert_int_equal(report->build, LIABILITIES_BUILD_ACCOUNT);
    assert_false(report->none_negative || liabilities_report_is_good(report));
    free(report);
    free(statement);
    scene_end(&scene);
}

/* Says another thing of Bob each time it is asked. */
struct fickle {
    struct liabilities_source honest;
    int change; /* of his tenge, once it has been asked about him twice */
    unsigned asked;
};

static bool fickle_read(const void *context, uint32_t index, struct liabilities_account *account)
{
    struct fickle *fickle = *(struct fickle *const *)context;

    if (!fickle->honest.read(fickle->honest.context, index, account)) {
        return false;
    }
    if (index == SCENE_BOB - 1 && ++fickle->asked > 2) {
        int128 value = (int128)account->values[SCENE_KZT - 1] + fickle->change;

        account->values[SCENE_KZT - 1] = (uint128)value;
    }
    return true;
}

static void parts_that_are_not_one_balance_are_not_signed(void **state)
{
    struct liabilities_statement *statement = malloc(sizeof *statement);
    struct liabilities_report *report = malloc(sizeof *report);
    struct scene scene;

    scene_start(&scene);
    struct liabilities_claim claim = claim_of_books(scene.engine, 1, statement);
    for (int change = -500000; change <= 500000; change += 1000000) {
        struct fickle fickle = {.change = change};
        struct fickle *context = &fickle;
        struct liabilities_source source;

        assert_true(liabilities_books_source(scene.engine, &fickle.honest));
        source = fickle.honest;
        source.context = &context;
        source.read = fickle_read;
        assert_true(liabilities_check_source(scene.engine, &source, &claim, &secret, report));
        assert_int_equal(report->build, LIABILITIES_BUILD_DONE);
        assert_false(report->all_once);
        assert_int_equal(report->none_negative, change < 0);
    }
    free(report);
    free(statement);
    scene_end(&scene);
}

static void handle_is_what_a_participants_leaf_calls_him(void **state)
{
    char identity[LIABILITIES_IDENTITY_MAX];
    struct participant_view view;
    struct scene scene;

    scene_start(&scene);
    assert_true(tarazy_query_participant(scene.engine, SCENE_BOB, &view));
    size_t size = liabilities_books_identity(scene.engine, SCENE_BOB, identity);
    assert_int_equal(size, strlen(view.handle.text));
    assert_memory_equal(identity, view.handle.text, size);
    assert_int_equal(liabilities_books_identity(scene.engine, SCENE_PEOPLE + 1, identity), 0);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_are_what_the_ledger_owes_after_every_stretch_of_trading),
        cmocka_unit_test(supervisor_who_stands_elsewhere_or_has_another_key_does_not_sign),
        cmocka_unit_test(books_that_do_not_add_up_are_not_signed),
        cmocka_unit_test(parts_that_are_not_one_balance_are_not_signed),
        cmocka_unit_test(handle_is_what_a_participants_leaf_calls_him),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
