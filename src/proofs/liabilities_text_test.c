/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements and proofs on paper: what was written reads back, and nothing else reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proofs/liabilities_text.h"
#include "support/liabilities_scene.h"
#include "support/random_stream.h"

struct paper {
    struct liabilities_scene scene;
    struct liabilities_proof *proof;
    struct liabilities_proof *read;
    char *text;
    size_t size;
};

static void paper_start(struct paper *paper)
{
    liabilities_scene_start(&paper->scene, 3, 2, 1000000, 11);
    assert_int_equal(liabilities_scene_build(&paper->scene), LIABILITIES_BUILD_DONE);
    paper->proof = malloc(sizeof *paper->proof);
    paper->read = calloc(1, sizeof *paper->read);
    paper->text = malloc(LIABILITIES_TEXT_MAX);
    liabilities_scene_prove(&paper->scene, 0, paper->proof);
    paper->size = liabilities_proof_write(paper->proof, paper->text, LIABILITIES_TEXT_MAX);
    assert_true(paper->size > 0);
}

static void paper_end(struct paper *paper)
{
    free(paper->proof);
    free(paper->read);
    free(paper->text);
    liabilities_scene_end(&paper->scene);
}

static void a_proof_reads_back_and_still_agrees(void **state)
{
    struct paper paper;

    paper_start(&paper);
    assert_int_equal(liabilities_proof_read(paper.text, paper.size, paper.read), 0);
    assert_int_equal(liabilities_scene_check(&paper.scene, 0, paper.read, &paper.scene.claim),
                     LIABILITIES_VERDICT_AGREES);
    paper_end(&paper);
}

static void a_statement_reads_back(void **state)
{
    struct paper paper;
    static struct liabilities_statement read; /* zero, also between its members */

    paper_start(&paper);
    size_t size =
        liabilities_statement_write(&paper.scene.statement, paper.text, LIABILITIES_TEXT_MAX);
    assert_int_equal(liabilities_statement_read(paper.text, size, &read), 0);
    assert_memory_equal(&read, &paper.scene.statement, sizeof read);
    assert_true(liabilities_proof_read(paper.text, size, paper.read) == 1);
    paper_end(&paper);
}

static void every_beginning_of_a_proof_is_refused(void **state)
{
    struct paper paper;

    paper_start(&paper);
    for (size_t size = 0; size < paper.size; size++) {
        assert_true(liabilities_proof_read(paper.text, size, paper.read) > 0);
    }
    paper.text[paper.size] = '\n';
    assert_true(liabilities_proof_read(paper.text, paper.size + 1, paper.read) > 0);
    paper_end(&paper);
}

/* One byte of another kind anywhere: refused, or (a digit for a digit) read and then not believed. */
static void no_byte_can_be_changed_without_being_noticed(void **state)
{
    struct random_stream random = {31};
    struct paper paper;

    paper_start(&paper);
    for (unsigned round = 0; round < 6000; round++) {
        size_t at = random_below(&random, paper.size);
        char kept = paper.text[at];

        paper.text[at] = (char)random_next(&random);
        if (paper.text[at] != kept &&
            liabilities_proof_read(paper.text, paper.size, paper.read) == 0) {
            assert_int_not_equal(
                liabilities_scene_check(&paper.scene, 0, paper.read, &paper.scene.claim),
                LIABILITIES_VERDICT_AGREES);
        }
        paper.text[at] = kept;
    }
    paper_end(&paper);
}

/* The first line that is wrong when `from` is replaced by `to`, once. */
static uint32_t line_after_swap(struct paper *paper, const char *from, const char *to)
{
    char *text = malloc(paper->size + 256);
    paper->text[paper->size] = '\0';
    const char *found = strstr(paper->text, from);

    assert_non_null(found);
    size_t before = (size_t)(found - paper->text);
    size_t after = paper->size - before - strlen(from);
    memcpy(text, paper->text, before);
    memcpy(text + before, to, strlen(to));
    memcpy(text + before + strlen(to), found + strlen(from), after);
    uint32_t line = liabilities_proof_read(text, before + strlen(to) + after, paper->read);
    free(text);
    return line;
}

static void another_spelling_is_refused_with_its_line(void **state)
{
    struct paper paper;

    paper_start(&paper);
    assert_int_equal(line_after_swap(&paper, "record 1000", "record 1000"), 0);
    assert_int_equal(line_after_swap(&paper, "record 1000", "record 01000"), 2);
    assert_int_equal(line_after_swap(&paper, "record 1000", "record  1000"), 2);
    assert_int_equal(line_after_swap(&paper, "record 1000", "record +1000"), 2);
    assert_int_equal(line_after_swap(&paper, "record 1000", "record 9223372036854775808"), 2);
    assert_int_equal(line_after_swap(&paper, "record 1000", "record 9223372036854775807"), 0);
    assert_int_equal(line_after_swap(&paper, "epoch 5\n", "epoch 5\r\n"), 3);
    assert_int_equal(line_after_swap(&paper, "assets 2", "assets 0"), 4);
    assert_int_equal(line_after_swap(&paper, "assets 2", "assets 257"), 4);
    assert_int_equal(line_after_swap(&paper, "assets 2", "assets 1"), 6);
    assert_int_equal(line_after_swap(&paper, "asset A0", "asset a0"), 5);
    assert_int_equal(line_after_swap(&paper, "asset A0", "asset "), 5);
    assert_int_equal(line_after_swap(&paper, "asset A0", "asset ABCDEFGHIJKLM"), 5);
    assert_int_equal(line_after_swap(&paper, "asset A0 0", "asset A0 19"), 5);
    assert_int_equal(line_after_swap(&paper, "identity person-1", "identity "), 8);
    assert_int_equal(line_after_swap(&paper, "identity person-1", "identity \1fees"), 8);
    assert_int_equal(line_after_swap(&paper, "parts ", "parts 1"), 10);
    assert_int_equal(line_after_swap(&paper, "parts ", "parts 0"), 10);
    paper_end(&paper);
}

static void a_text_that_does_not_fit_is_not_written(void **state)
{
    struct paper paper;

    paper_start(&paper);
    assert_int_equal(liabilities_proof_write(paper.proof, paper.text, paper.size - 1), 0);
    assert_int_equal(liabilities_proof_write(paper.proof, paper.text, paper.size), paper.size);
    paper_end(&paper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proof_reads_back_and_still_agrees),
        cmocka_unit_test(a_statement_reads_back),
        cmocka_unit_test(every_beginning_of_a_proof_is_refused),
        cmocka_unit_test(no_byte_can_be_changed_without_being_noticed),
        cmocka_unit_test(another_spelling_is_refused_with_its_line),
        cmocka_unit_test(a_text_that_does_not_fit_is_not_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
