/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy check-liabilities FILE`: a client checks that his balance is in what the node says it owes. It
 * reads the proof, the published root and what the client calls himself, and nothing else: no network,
 * no journal, no key of the node. Read next: proofs/liabilities_proof.h.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/decimal_text.h"
#include "codec/hex_text.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "programs/liabilities_paper.h"
#include "proofs/liabilities_note.h"

enum { EXPECTED_MAX = 64 };

static const char program[] = "tarazy check-liabilities";

struct check_call {
    struct liabilities_claim claim; /* what was published … */
    bool has_root;
    bool has_totals;
    const char *statement; /* … or the file that says it */
    const char *identity;
    const char *note; /* what the supervisor signed; NULL: not asked */
    struct note_key signer;
    bool has_signer;
    const char *expected[EXPECTED_MAX]; /* "BTC=1.5" */
    unsigned expected_count;
};

static void check_usage(FILE *out)
{
    (void)fputs(
        "usage: tarazy check-liabilities --as NAME (--statement FILE | --record N --epoch N\n"
        "           --root HEX --totals HEX) [--expect ASSET=AMOUNT]... [--note FILE --signer KEY]\n"
        "           FILE\n\n"
        "  --as NAME              what you call yourself at this node: your handle\n"
        "  --statement FILE       the statement (….root) whose root stands in the journal\n"
        "  --record --epoch --root --totals   or what the journal's command says\n"
        "  --expect ASSET=AMOUNT  what you own; without it, compare by eye\n"
        "  --note FILE            what the supervisor signed after building the whole tree again\n"
        "  --signer KEY           his verifier key: name+id+base64\n"
        "  FILE                   your proof\n",
        out);
}

static bool take_number(const char *text, uint64_t *out)
{
    char *end = NULL;

    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && text[0] >= '1' && text[0] <= '9' && *end == '\0';
}

static bool take_hash(const char *text, struct hash256 *out)
{
    return hex_decode(slice_of_text(text), out->bytes, sizeof out->bytes);
}

static bool take_option(struct check_call *call, int option, const char *value)
{
    switch (option) {
    case 'a': call->identity = value; return true;
    case 's': call->statement = value; return true;
    case 'n': return take_number(value, &call->claim.record);
    case 'e': return take_number(value, &call->claim.epoch);
    case 'r': call->has_root = true; return take_hash(value, &call->claim.root);
    case 't': call->has_totals = true; return take_hash(value, &call->claim.totals);
    case 'o': call->note = value; return true;
    case 'k': call->has_signer = true; return note_key_read(&call->signer, value, strlen(value));
    case 'x':
        if (call->expected_count == EXPECTED_MAX) {
            return false;
        }
        call->expected[call->expected_count++] = value;
        return true;
    default: return false; /* not an enum */
    }
}

/* Either the file, or all four. */
static bool call_is_sound(const struct check_call *call)
{
    bool has_some =
        call->claim.record != 0 || call->claim.epoch != 0 || call->has_root || call->has_totals;
    bool has_all =
        call->claim.record != 0 && call->claim.epoch != 0 && call->has_root && call->has_totals;

    return call->identity != NULL && (call->note != NULL) == call->has_signer &&
           (call->statement != NULL ? !has_some : has_all);
}

/* "BTC=1.5": is it so? False: said. */
static bool is_expected(const char *expected, const struct liabilities_statement *statement,
                        const uint128 *balance)
{
    const char *equals = strchr(expected, '=');
    size_t size = equals == NULL ? 0 : (size_t)(equals - expected);

    for (unsigned i = 0; i < statement->assets; i++) {
        const struct liabilities_asset *asset = &statement->asset[i];
        int64_t units;

        if (size == 0 || strlen(asset->code) != size || memcmp(asset->code, expected, size) != 0) {
            continue;
        }
        if (decimal_text_parse(slice_of_text(equals + 1), (uint32_t)asset->scale, &units) !=
            DECIMAL_RESULT_OK) {
            (void)fprintf(stderr, "%s: %s: not an amount of this asset\n", program, expected);
            return false;
        }
        if ((uint128)units != balance[i]) {
            (void)fprintf(stderr, "%s: %s is expected, another amount is proven\n", program,
                          expected);
            return false;
        }
        return true;
    }
    (void)fprintf(stderr, "%s: %s: no such asset in the statement\n", program, expected);
    return false;
}

static int check_proof(const struct check_call *call, const struct liabilities_proof *proof)
{
    uint128 balance[LIABILITIES_ASSETS_MAX];
    enum liabilities_verdict verdict = liabilities_proof_check(proof, &call->claim, call->identity,
                                                               strlen(call->identity), balance);

    (void)printf("record     %" PRIu64 "\nepoch      %" PRIu64 "\n", call->claim.record,
                 call->claim.epoch);
    if (verdict != LIABILITIES_VERDICT_AGREES) {
        (void)printf("result     refused\n");
        (void)fprintf(stderr, "%s: %s\n", program, liabilities_verdict_text(verdict));
        return EXIT_CODE_DAMAGED;
    }
    liabilities_paper_totals(&proof->statement);
    liabilities_paper_balance(&proof->statement, balance);
    for (unsigned i = 0; i < call->expected_count; i++) {
        if (!is_expected(call->expected[i], &proof->statement, balance)) {
            (void)printf("result     refused\n");
            return EXIT_CODE_DAMAGED;
        }
    }
    if (call->note != NULL &&
        !liabilities_paper_note(program, call->note, &call->signer, &call->claim)) {
        (void)printf("result     refused\n");
        return EXIT_CODE_DAMAGED;
    }
    (void)printf("result     agrees\n");
    return EXIT_CODE_DONE;
}

static int check_file(struct check_call *call, const char *path)
{
    struct liabilities_statement *statement = calloc(1, sizeof *statement);
    struct liabilities_proof *proof = calloc(1, sizeof *proof);
    int code = EXIT_CODE_USAGE;
    bool is_read = statement != NULL && proof != NULL;

    if (is_read && call->statement != NULL) {
        is_read = liabilities_paper_statement(program, call->statement, statement);
        call->claim = liabilities_claim_of(statement);
    }
    if (is_read && liabilities_paper_proof(program, path, proof)) {
        code = check_proof(call, proof);
    }
    free(statement);
    free(proof);
    return code;
}

int check_liabilities_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"as", required_argument, NULL, 'a'},
        {"statement", required_argument, NULL, 's'},
        {"record", required_argument, NULL, 'n'},
        {"epoch", required_argument, NULL, 'e'},
        {"root", required_argument, NULL, 'r'},
        {"totals", required_argument, NULL, 't'},
        {"expect", required_argument, NULL, 'x'},
        {"note", required_argument, NULL, 'o'},
        {"signer", required_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct check_call call = {0};
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            check_usage(stdout);
            return EXIT_CODE_DONE;
        }
        if (!take_option(&call, option, optarg)) {
            check_usage(stderr);
            return EXIT_CODE_USAGE;
        }
    }
    if (optind + 1 != argc || !call_is_sound(&call)) {
        check_usage(stderr);
        return EXIT_CODE_USAGE;
    }
    return check_file(&call, argv[optind]);
}
