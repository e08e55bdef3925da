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
    assert_false(liabilities_report_is_good(report));
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
        cmocka_unit_test(handle_is_what_a_participants_leaf_calls_him),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
