/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree of what a node owes: building it, writing it, one client's proof out of the file, and checking
 * that.
 *
 *     liabilities_bench [ACCOUNTS] [ASSETS]      (100,000 and 4)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/clock.h"
#include "proofs/liabilities_file.h"
#include "proofs/liabilities_text.h"

enum { PROOFS = 200, HASHES = 200000 };

/* Everybody owns something of half the assets. */
static bool read_account(const void *context, uint32_t index, struct liabilities_account *account)
{
    const struct liabilities_source *source = context;
    int size;

    account->owner = index + 1;
    size = snprintf(account->identity, sizeof account->identity, "person-%u", index);
    account->identity_size = (size_t)size;
    for (unsigned i = 0; i < source->assets; i++) {
        account->values[i] = (index + i) % 2 == 0 ? 0 : (uint128)index * 1000003 + i;
    }
    return true;
}

static int64_t now_us(void)
{
    return clock_monotonic_us(clock_source_system());
}

static void print_ms(const char *what, int64_t us, unsigned count)
{
    (void)printf("%-28s %12.3f ms\n", what, (double)us / 1000 / count);
}

/* The reference: as many bytes as a node of the tree, hashed. */
static void bench_hash(unsigned assets)
{
    static uint8_t bytes[2 * sizeof(struct liabilities_node)];
    const struct byte_part part = {bytes, 1 + 2 * (32 + 16 * (size_t)assets)};
    int64_t begin_us = now_us();

    for (unsigned i = 0; i < HASHES; i++) {
        sha256_compute(&part, 1, bytes); /* the next depends on the last */
    }
    (void)printf("%-28s %12.3f us\n", "reference: hash of a node",
                 (double)(now_us() - begin_us) / HASHES);
}

static void bench_proofs(const struct liabilities_file *file, uint32_t accounts)
{
    struct liabilities_claim claim = liabilities_claim_of(liabilities_file_statement(file));
    struct liabilities_proof *proof = malloc(sizeof *proof);
    char *text = malloc(LIABILITIES_TEXT_MAX);
    uint128 balance[LIABILITIES_ASSETS_MAX];
    char name[32];
    int64_t prove_us = 0;
    int64_t check_us = 0;
    size_t bytes = 0;

    for (unsigned i = 0; i < PROOFS; i++) {
        uint32_t index = (uint32_t)((uint64_t)i * accounts / PROOFS);
        size_t size = (size_t)snprintf(name, sizeof name, "person-%u", index);
        int64_t begin_us = now_us();

        if (liabilities_file_prove(file, index + 1, name, size, proof) != NULL) {
            (void)fputs("no proof\n", stderr);
            exit(1);
        }
        prove_us += now_us() - begin_us;
        begin_us = now_us();
        if (liabilities_proof_check(proof, &claim, name, size, balance) !=
            LIABILITIES_VERDICT_AGREES) {
            exit(1);
        }
        check_us += now_us() - begin_us;
        bytes += liabilities_proof_write(proof, text, LIABILITIES_TEXT_MAX);
    }
    print_ms("one client's proof", prove_us, PROOFS);
    print_ms("checking it", check_us, PROOFS);
    (void)printf("%-28s %12zu bytes\n", "its text", bytes / PROOFS);
    free(text);
    free(proof);
}

int main(int argc, char **argv)
{
    struct liabilities_source source = {.accounts = 100000, .assets = 4, .read = read_account};
    const struct hash256 secret = {{1, 2, 3}};
    const struct node_key node_key = {{4, 5, 6}};
    struct liabilities_statement *statement = calloc(1, sizeof *statement);
    char folder[] = "liabilities-bench-XXXXXX";
    char path[128];
    char name[LIABILITIES_NAME_SIZE];
    struct rusage usage;
    struct stat status;
    const char *error = NULL;

    if (argc > 1) {
        source.accounts = (uint32_t)strtoul(argv[1], NULL, 10);
    }
    if (argc > 2) {
        source.assets = (unsigned)strtoul(argv[2], NULL, 10);
    }
    source.context = &source;
    if (statement == NULL || mkdtemp(folder) == NULL) {
        return 1;
    }
    statement->epoch = 1;
    statement->record = 1;
    statement->assets = source.assets;
    for (unsigned i = 0; i < source.assets; i++) {
        (void)snprintf(statement->asset[i].code, sizeof statement->asset[i].code, "A%u", i);
    }
    const struct liabilities_plan plan = {
        .folder = folder, .source = &source, .secret = &secret, .node_key = &node_key};
    int64_t begin_us = now_us();
    error = liabilities_file_write(&plan, statement);
    if (error != NULL) {
        (void)fprintf(stderr, "%s\n", error);
        return 1;
    }
    (void)printf("%u accounts, %u assets\n", source.accounts, source.assets);
    print_ms("build and write, synced", now_us() - begin_us, 1);
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("%-28s %12ld MiB\n", "memory at most", usage.ru_maxrss / 1024);
    liabilities_file_name(1, ".tree", name);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)stat(path, &status);
    (void)printf("%-28s %12lld MiB\n", "tree file", (long long)status.st_size >> 20);
    struct liabilities_file *file = liabilities_file_open(folder, 1, &node_key, &error);
    if (file == NULL) {
        return 1;
    }
    bench_proofs(file, source.accounts);
    bench_hash(source.assets);
    liabilities_file_close(file);
    (void)unlink(path);
    liabilities_file_name(1, ".root", name);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)unlink(path);
    (void)rmdir(folder);
    free(statement);
    return 0;
}
