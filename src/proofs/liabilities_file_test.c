/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree of an epoch as a file: every proof out of it is the one of the plain way, a damaged file
 * proves nothing, and nobody else may read it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proofs/liabilities_file.h"
#include "proofs/liabilities_text.h"
#include "support/liabilities_scene.h"
#include "support/random_stream.h"

static const struct node_key node_key = {{7}};

struct shelf {
    struct liabilities_scene scene;
    char folder[64];
    char tree[160];
    char root[160];
    struct liabilities_proof *proof;
    struct liabilities_proof *plain;
};

static const char *shelf_write(struct shelf *shelf, unsigned row_max)
{
    const struct liabilities_plan plan = {
        .folder = shelf->folder,
        .source = &shelf->scene.source,
        .secret = &shelf->scene.secret,
        .node_key = &node_key,
        .row_max = row_max,
    };

    return liabilities_file_write(&plan, &shelf->scene.statement);
}

static void shelf_start(struct shelf *shelf, uint32_t accounts, unsigned row_max)
{
    char name[LIABILITIES_NAME_SIZE];

    liabilities_scene_start(&shelf->scene, accounts, 3, 1000000, accounts);
    (void)snprintf(shelf->folder, sizeof shelf->folder, "liabilities-XXXXXX");
    assert_non_null(mkdtemp(shelf->folder));
    liabilities_file_name(5, ".tree", name);
    (void)snprintf(shelf->tree, sizeof shelf->tree, "%s/%s", shelf->folder, name);
    liabilities_file_name(5, ".root", name);
    (void)snprintf(shelf->root, sizeof shelf->root, "%s/%s", shelf->folder, name);
    assert_null(shelf_write(shelf, row_max));
    shelf->scene.claim = liabilities_claim_of(&shelf->scene.statement);
    shelf->proof = malloc(sizeof *shelf->proof);
    shelf->plain = malloc(sizeof *shelf->plain);
}

static void shelf_end(struct shelf *shelf)
{
    (void)unlink(shelf->tree);
    (void)unlink(shelf->root);
    assert_int_equal(rmdir(shelf->folder), 0);
    free(shelf->proof);
    free(shelf->plain);
    liabilities_scene_end(&shelf->scene);
}

static struct liabilities_file *shelf_open(const struct shelf *shelf)
{
    const char *error = NULL;
    struct liabilities_file *file = liabilities_file_open(shelf->folder, 5, &node_key, &error);

    assert_true((file == NULL) == (error != NULL));
    return file;
}

static const char *shelf_prove(const struct shelf *shelf, const struct liabilities_file *file,
                               uint32_t index)
{
    const struct liabilities_account *account = &shelf->scene.accounts[index];

    return liabilities_file_prove(file, account->owner, account->identity, account->identity_size,
                                  shelf->proof);
}

static void prove_all(uint32_t accounts, unsigned row_max)
{
    struct shelf shelf;
    char *texts[2] = {malloc(LIABILITIES_TEXT_MAX), malloc(LIABILITIES_TEXT_MAX)};

    shelf_start(&shelf, accounts, row_max);
    struct liabilities_file *file = shelf_open(&shelf);
    assert_non_null(file);
    for (uint32_t i = 0; i < accounts; i++) {
        assert_null(shelf_prove(&shelf, file, i));
        assert_int_equal(liabilities_scene_check(&shelf.scene, i, shelf.proof, &shelf.scene.claim),
                         LIABILITIES_VERDICT_AGREES);
        if (i < 3) {
            liabilities_scene_prove(&shelf.scene, i, shelf.plain);
            size_t size = liabilities_proof_write(shelf.proof, texts[0], LIABILITIES_TEXT_MAX);
            assert_int_equal(liabilities_proof_write(shelf.plain, texts[1], LIABILITIES_TEXT_MAX),
                             size);
            assert_memory_equal(texts[0], texts[1], size);
        }
    }
    /* Who came later is not in it. */
    assert_non_null(liabilities_file_prove(file, accounts + 1, "x", 1, shelf.proof));
    liabilities_file_close(file);
    shelf_end(&shelf);
    free(texts[0]);
    free(texts[1]);
}

static void every_proof_out_of_a_file_is_the_one_of_the_plain_way(void **state)
{
    prove_all(1, 0);
    prove_all(6, 0);
    prove_all(6, 4);
    prove_all(300, 0);
    prove_all(40, 12);
}

static void file_is_for_its_owner_alone_and_the_root_for_everybody(void **state)
{
    struct shelf shelf;
    struct stat status;
    static struct liabilities_statement read; /* zero, also between its members */
    char text[4096];

    shelf_start(&shelf, 6, 0);
    assert_int_equal(stat(shelf.tree, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(stat(shelf.root, &status), 0);
    assert_int_equal(status.st_mode & 0444, 0444);
    FILE *file = fopen(shelf.root, "re");
    size_t size = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    assert_int_equal(liabilities_statement_read(text, size, &read), 0);
    assert_memory_equal(&read, &shelf.scene.statement, sizeof read);
    shelf_end(&shelf);
}

static void epoch_is_never_written_over(void **state)
{
    struct shelf shelf;

    shelf_start(&shelf, 6, 0);
    shelf.scene.accounts[0].values[0]++;
    assert_non_null(shelf_write(&shelf, 0));
    struct liabilities_file *file = shelf_open(&shelf);
    assert_non_null(file);
    assert_memory_equal(&liabilities_file_statement(file)->root, &shelf.scene.claim.root, 32);
    liabilities_file_close(file);
    shelf_end(&shelf);
}

static void epoch_key_comes_out_with_the_nodes_key_and_not_without(void **state)
{
    const struct node_key other = {{8}};
    const char *error = NULL;
    struct hash256 secret;
    struct shelf shelf;

    shelf_start(&shelf, 6, 0);
    struct liabilities_file *file = shelf_open(&shelf);
    liabilities_file_secret(file, &secret);
    assert_memory_equal(&secret, &shelf.scene.secret, sizeof secret);
    liabilities_file_close(file);
    assert_null(liabilities_file_open(shelf.folder, 5, &other, &error));
    assert_non_null(error);
    assert_null(liabilities_file_open(shelf.folder, 6, &node_key, &error));
    shelf_end(&shelf);
}

static void change_byte(const char *path, long at, uint8_t change)
{
    FILE *file = fopen(path, "r+e");
    uint8_t byte;

    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fread(&byte, 1, 1, file), 1);
    byte ^= change;
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(&byte, 1, 1, file), 1);
    assert_int_equal(fclose(file), 0);
}

/* Whatever byte is changed: no proof, or the same true one. */
static void damaged_file_proves_nothing_false(void **state)
{
    struct random_stream random = {4};
    struct shelf shelf;
    struct stat status;
    unsigned refused = 0;

    shelf_start(&shelf, 12, 3);
    assert_int_equal(stat(shelf.tree, &status), 0);
    for (unsigned round = 0; round < 400; round++) {
        long at = (long)random_below(&random, (uint64_t)status.st_size);
        uint8_t change = (uint8_t)(1 + random_below(&random, 255));
        uint32_t index = (uint32_t)random_below(&random, 12);

        change_byte(shelf.tree, at, change);
        struct liabilities_file *file = shelf_open(&shelf);
        if (file == NULL || shelf_prove(&shelf, file, index) != NULL) {
            refused++;
        } else {
            assert_int_equal(
                liabilities_scene_check(&shelf.scene, index, shelf.proof, &shelf.scene.claim),
                LIABILITIES_VERDICT_AGREES);
        }
        liabilities_file_close(file);
        change_byte(shelf.tree, at, change);
    }
    assert_true(refused > 100);
    shelf_end(&shelf);
}

static void file_that_was_cut_is_refused(void **state)
{
    struct shelf shelf;
    struct stat status;

    shelf_start(&shelf, 6, 0);
    assert_int_equal(stat(shelf.tree, &status), 0);
    assert_int_equal(truncate(shelf.tree, status.st_size - 1), 0);
    assert_null(shelf_open(&shelf));
    assert_int_equal(truncate(shelf.tree, 100), 0);
    assert_null(shelf_open(&shelf));
    shelf_end(&shelf);
}

static void accounts_that_are_too_large_leave_no_file(void **state)
{
    struct shelf shelf;

    shelf_start(&shelf, 6, 0);
    assert_int_equal(unlink(shelf.tree), 0);
    assert_int_equal(unlink(shelf.root), 0);
    shelf.scene.accounts[0].values[0] = LIABILITIES_VALUE_MAX;
    shelf.scene.accounts[1].values[0] = 1;
    assert_non_null(shelf_write(&shelf, 0));
    assert_int_equal(access(shelf.tree, F_OK), -1);
    assert_int_equal(access(shelf.root, F_OK), -1);
    shelf_end(&shelf); /* the folder is empty */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_proof_out_of_a_file_is_the_one_of_the_plain_way),
        cmocka_unit_test(file_is_for_its_owner_alone_and_the_root_for_everybody),
        cmocka_unit_test(epoch_is_never_written_over),
        cmocka_unit_test(epoch_key_comes_out_with_the_nodes_key_and_not_without),
        cmocka_unit_test(damaged_file_proves_nothing_false),
        cmocka_unit_test(file_that_was_cut_is_refused),
        cmocka_unit_test(accounts_that_are_too_large_leave_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
