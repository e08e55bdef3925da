/* SPDX-License-Identifier: Apache-2.0
 *
 * What the node owes, over HTTP: a real tree beside the rig's node, published by an operator, and each
 * client's own proof out of it.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "codec/hex_text.h"
#include "gateway/authenticate.h"
#include "proofs/liabilities_books.h"
#include "proofs/liabilities_file.h"
#include "proofs/liabilities_text.h"
#include "support/venue_rig.h"

struct bench {
    struct rig rig;
    char folder[64];
    struct liabilities_statement statement;
    char request[512];
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);

    rig_start(&bench->rig, NULL);
    (void)snprintf(bench->folder, sizeof bench->folder, "owed-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    bench->rig.venue->options.directory = bench->folder;
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const endings[] = {".tree", ".root"};
    struct bench *bench = *state;
    char name[LIABILITIES_NAME_SIZE];
    char path[160];

    for (uint64_t epoch = 1; epoch <= 2; epoch++) {
        for (unsigned i = 0; i < 2; i++) {
            liabilities_file_name(epoch, endings[i], name);
            (void)snprintf(path, sizeof path, "%s/%s", bench->folder, name);
            (void)unlink(path);
        }
    }
    assert_int_equal(rmdir(bench->folder), 0);
    rig_end(&bench->rig);
    free(bench);
    return 0;
}

/* Builds the tree of the rig's node and writes it beside it. */
static void build(struct bench *bench, uint64_t epoch, uint8_t seed)
{
    const struct hash256 secret = {{seed}};
    struct liabilities_source source;
    const struct venue *venue = bench->rig.venue;

    assert_true(liabilities_books_source(venue->engine, &source));
    liabilities_books_statement(venue->engine, epoch, &bench->statement);
    const struct liabilities_plan plan = {.folder = bench->folder,
                                          .source = &source,
                                          .secret = &secret,
                                          .node_key = key_ring_node_key(venue->keys)};
    assert_null(liabilities_file_write(&plan, &bench->statement));
}

/* "POST /tarazy/v1/liabilities …" of the tree that was built. */
static const char *publication(struct bench *bench)
{
    struct liabilities_claim claim = liabilities_claim_of(&bench->statement);
    char root[65] = {0};
    char totals[65] = {0};

    hex_encode(claim.root.bytes, 32, root);
    hex_encode(claim.totals.bytes, 32, totals);
    (void)snprintf(bench->request, sizeof bench->request,
                   "POST /tarazy/v1/liabilities record=%llu&epoch=%llu&root=%s&totals=%s",
                   (unsigned long long)claim.record, (unsigned long long)claim.epoch, root, totals);
    return bench->request;
}

/* The proof in an answer, with its line ends back. */
static size_t proof_of(const struct fake_answer *answer, char *text)
{
    static const char before[] = "\"proof\":\"";
    const char *at = strstr(answer->body, before);
    size_t size = 0;

    assert_non_null(at);
    for (at += strlen(before); *at != '"'; at++) {
        bool is_line_end = at[0] == '\\' && at[1] == 'n';

        text[size++] = is_line_end ? '\n' : *at;
        at += is_line_end;
    }
    return size;
}

static void before_a_root_is_published_there_is_nothing(void **state)
{
    struct bench *bench = *state;

    rig_expect(&bench->rig, RIG_NOBODY, "GET /api/v3/liabilities ", 400, "-9904");
    rig_expect(&bench->rig, RIG_ALICE, "GET /api/v3/liabilities/proof ", 400, "-9904");
    build(bench, 1, 1); /* built, not published */
    rig_expect(&bench->rig, RIG_ALICE, "GET /api/v3/liabilities/proof ", 400, "-9904");
}

static void each_gets_his_own_proof_and_it_agrees_with_the_published_root(void **state)
{
    static const char *const names[] = {"", "alice", "bob"};
    struct bench *bench = *state;
    struct liabilities_proof *proof = malloc(sizeof *proof);
    char *text = malloc(LIABILITIES_TEXT_MAX);
    uint128 balance[LIABILITIES_ASSETS_MAX];
    struct liabilities_view last;

    build(bench, 1, 1);
    rig_expect(&bench->rig, RIG_OLGA, publication(bench), 200, "\"status\":\"DONE\"");
    rig_expect(&bench->rig, RIG_NOBODY, "GET /api/v3/liabilities ", 200, "\"epoch\":1,\"root\":\"");
    assert_true(tarazy_query_liabilities(bench->rig.venue->engine, &last));
    struct liabilities_claim claim = {last.record, last.epoch, last.root, last.totals};
    for (uint32_t who = RIG_ALICE; who <= RIG_BOB; who++) {
        const struct fake_answer *answer =
            rig_call(&bench->rig, (enum rig_person)who, "GET", "/api/v3/liabilities/proof", "");

        assert_non_null(answer);
        assert_int_equal(answer->status, 200);
        assert_int_equal(liabilities_proof_read(text, proof_of(answer, text), proof), 0);
        assert_int_equal(
            liabilities_proof_check(proof, &claim, names[who], strlen(names[who]), balance),
            LIABILITIES_VERDICT_AGREES);
        for (uint16_t asset = 1; asset <= claim.record && asset <= 2; asset++) {
            struct balance_view view = {0};

            (void)tarazy_query_balance(bench->rig.venue->engine, who, asset, &view);
            assert_true(balance[asset - 1] ==
                        (uint128)(view.available.units + view.held.units)); /* raw: test */
        }
    }
    free(text);
    free(proof);
}

static void nobody_gets_a_proof_without_saying_who_he_is(void **state)
{
    struct bench *bench = *state;

    build(bench, 1, 1);
    rig_expect(&bench->rig, RIG_OLGA, publication(bench), 200, "\"status\":\"DONE\"");
    rig_expect(&bench->rig, RIG_NOBODY, "GET /api/v3/liabilities/proof ", 401, "-2014");
    rig_expect(&bench->rig, RIG_ALICE, "GET /api/v3/liabilities/proof participant=2", 400, "-1104");
}

static void tree_that_is_not_the_published_one_proves_nothing(void **state)
{
    struct bench *bench = *state;

    build(bench, 1, 1);
    (void)publication(bench);
    char *root = strstr(bench->request, "root=") + 5;
    *root = *root == '0' ? '1' : '0';
    rig_expect(&bench->rig, RIG_OLGA, bench->request, 200, "\"status\":\"DONE\"");
    rig_expect(&bench->rig, RIG_ALICE, "GET /api/v3/liabilities/proof ", 400, "-9904");
}

static void roots_are_published_by_operators_once_per_epoch(void **state)
{
    struct bench *bench = *state;

    build(bench, 1, 1);
    rig_expect(&bench->rig, RIG_ALICE, publication(bench), 401, "-2015");
    rig_expect(&bench->rig, RIG_OLGA, publication(bench), 200, "\"status\":\"DONE\"");
    rig_expect(&bench->rig, RIG_OLGA, publication(bench), 400, "-9151");
    rig_expect(&bench->rig, RIG_OLGA,
               "POST /tarazy/v1/liabilities record=1&epoch=2&root=12&totals=12", 400, "root");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(before_a_root_is_published_there_is_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            each_gets_his_own_proof_and_it_agrees_with_the_published_root, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_gets_a_proof_without_saying_who_he_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(tree_that_is_not_the_published_one_proves_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(roots_are_published_by_operators_once_per_epoch, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
