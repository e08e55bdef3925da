/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy liabilities`: builds the tree of what a node owes, beside the running core, out of a snapshot
 * or any past record; shows the epoch key to whoever may know every balance; and, with --check, is the
 * supervisor's side: the tree is built again from one's own copy and compared. Read next:
 * proofs/liabilities_books.h, check_liabilities_main.c.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/hex_text.h"
#include "journal/state_at.h"
#include "platform/clock.h"
#include "platform/entropy.h"
#include "platform/process_user.h"
#include "programs/commands.h"
#include "programs/config.h"
#include "programs/exit_codes.h"
#include "programs/liabilities_paper.h"
#include "proofs/liabilities_check.h"
#include "proofs/liabilities_file.h"
#include "proofs/liabilities_note.h"

struct liabilities_call {
    const char *directory;
    const char *check;  /* statement to check; NULL: build */
    const char *secret; /* file with the epoch key; with check */
    const char *reveal; /* epoch whose key is shown; NULL: none */
    const char *seed;   /* file with the private key to sign what was found; with check */
    const char *signer; /* whose name that is */
    const char *user;   /* to whom the tree is given; NULL: nobody else */
    uint64_t record;    /* STATE_AT_SNAPSHOT: the newest snapshot */
    uint64_t epoch;     /* 0: the next one */
};

static void liabilities_usage(FILE *out)
{
    (void)fputs(
        "usage: tarazy liabilities --dir DIR [--record NUMBER] [--epoch EPOCH] [--for USER]\n"
        "       tarazy liabilities --dir DIR --reveal EPOCH\n"
        "       tarazy liabilities --dir DIR --check ROOT --key FILE\n"
        "           [--sign SEED --signer NAME]\n\n"
        "  --dir DIR        the node's folder, or a copy of its journal\n"
        "  --record NUMBER  the books after this command (default: the newest snapshot)\n"
        "  --epoch EPOCH    number of the tree (default: one above the last published)\n"
        "  --for USER       give the tree to the gateway's user: where processes have their own\n"
        "  --reveal EPOCH   print the key of a tree that was built here: for the supervisor\n"
        "  --check ROOT     build the tree of a statement again and compare\n"
        "  --key FILE       the epoch key that --reveal printed\n"
        "  --sign SEED      if all agrees, a signed note of it on standard output\n"
        "  --signer NAME    whose key that is\n",
        out);
}

/* The state asked for. False: said on standard error. */
static bool take_state(const struct liabilities_call *call, uint64_t record, struct state_at *state)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];
    struct journal_error error;

    if (state_at_read(storage_system(), call->directory, record, state, &error)) {
        return true;
    }
    (void)fprintf(stderr, "tarazy liabilities: %s: %s\n", call->directory,
                  journal_error_text(&error, text));
    return false;
}

/* ------------------------------------------------------------------ building */

static void print_statement(const struct liabilities_statement *statement, uint32_t accounts,
                            int64_t duration_us)
{
    struct liabilities_claim claim = liabilities_claim_of(statement);
    char root[LIABILITIES_HEX_SIZE];
    char totals[LIABILITIES_HEX_SIZE];

    (void)printf("record     %" PRIu64 "\nepoch      %" PRIu64 "\naccounts   %" PRIu32 "\n",
                 statement->record, statement->epoch, accounts);
    liabilities_paper_totals(statement);
    (void)printf("root       %s\ntotals     %s\n", liabilities_paper_hex(&claim.root, root),
                 liabilities_paper_hex(&claim.totals, totals));
    (void)printf("duration   %" PRId64 ".%03" PRId64 " s\n", duration_us / 1000000,
                 duration_us / 1000 % 1000);
    (void)printf("publish    tarazy admin --as NAME liabilities record=%" PRIu64 " epoch=%" PRIu64
                 " root=%s totals=%s\n",
                 statement->record, statement->epoch, root, totals);
}

/* An epoch that comes after the last one published. */
static uint64_t next_epoch(const struct engine *engine)
{
    struct liabilities_view last;

    return tarazy_query_liabilities(engine, &last) ? last.epoch + 1 : 1;
}

/* The tree to the user who serves proofs out of it. False: said. */
static bool give_tree(const struct liabilities_call *call, uint64_t epoch)
{
    char name[LIABILITIES_NAME_SIZE];
    char path[CONFIG_PATH_MAX + LIABILITIES_NAME_SIZE];
    uid_t user;

    if (call->user == NULL) {
        return true;
    }
    liabilities_file_name(epoch, ".tree", name);
    (void)snprintf(path, sizeof path, "%s/%s", call->directory, name);
    bool is_found = process_user_find(call->user, &user);
    if (!is_found || lchown(path, user, (gid_t)-1) != 0) {
        (void)fprintf(stderr, "tarazy liabilities: %s: cannot be given to %s: %s\n", path,
                      call->user, is_found ? strerror(errno) : "no such user");
        return false;
    }
    return true;
}

static int build_from(const struct liabilities_call *call, const struct engine *engine,
                      struct liabilities_statement *statement)
{
    struct liabilities_source source;
    struct node_key node_key;
    struct hash256 secret;
    int result = node_key_read(call->directory, &node_key);

    if (result != 0) {
        (void)fprintf(stderr, "tarazy liabilities: %s: %s\n", NODE_KEY_NAME, strerror(-result));
        return EXIT_CODE_FAILED;
    }
    if (!liabilities_books_source(engine, &source)) {
        (void)fprintf(stderr, "tarazy liabilities: no asset, or more than %u\n",
                      LIABILITIES_ASSETS_MAX);
        return EXIT_CODE_FAILED;
    }
    int64_t begin_us = clock_monotonic_us(clock_source_system());
    liabilities_books_statement(engine, call->epoch != 0 ? call->epoch : next_epoch(engine),
                                statement);
    entropy_fill(&secret, sizeof secret);
    const struct liabilities_plan plan = {
        .folder = call->directory, .source = &source, .secret = &secret, .node_key = &node_key};
    const char *error = liabilities_file_write(&plan, statement);
    secret_wipe(&secret, sizeof secret);
    secret_wipe(&node_key, sizeof node_key);
    if (error != NULL) {
        (void)fprintf(stderr, "tarazy liabilities: epoch %" PRIu64 ": %s\n", statement->epoch,
                      error);
        return EXIT_CODE_FAILED;
    }
    print_statement(statement, source.accounts,
                    clock_monotonic_us(clock_source_system()) - begin_us);
    return give_tree(call, statement->epoch) ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static int build(const struct liabilities_call *call)
{
    struct liabilities_statement *statement = calloc(1, sizeof *statement);
    struct state_at state;
    int code = EXIT_CODE_FAILED;

    if (statement != NULL && take_state(call, call->record, &state)) {
        code = build_from(call, state.engine, statement);
        state_at_destroy(&state);
    }
    free(statement);
    return code;
}

/* ------------------------------------------------------------------ the key */

static int reveal(const struct liabilities_call *call)
{
    struct node_key node_key;
    struct hash256 secret;
    const char *error = NULL;
    char hex[LIABILITIES_HEX_SIZE];
    int result = node_key_read(call->directory, &node_key);

    if (result != 0) {
        (void)fprintf(stderr, "tarazy liabilities: %s: %s\n", NODE_KEY_NAME, strerror(-result));
        return EXIT_CODE_FAILED;
    }
    struct liabilities_file *file =
        liabilities_file_open(call->directory, strtoull(call->reveal, NULL, 10), &node_key, &error);
    secret_wipe(&node_key, sizeof node_key);
    if (file == NULL) {
        (void)fprintf(stderr, "tarazy liabilities: epoch %s: %s\n", call->reveal, error);
        return EXIT_CODE_FAILED;
    }
    liabilities_file_secret(file, &secret);
    liabilities_file_close(file);
    (void)printf("%s\n", liabilities_paper_hex(&secret, hex));
    secret_wipe(&secret, sizeof secret);
    return EXIT_CODE_DONE;
}

/* ------------------------------------------------------------------ the supervisor's side */

static const char *yes_or_no(bool holds)
{
    return holds ? "yes" : "NO";
}

/* The note on standard output, its verifier key on standard error. */
static int sign_report(const struct liabilities_call *call, const struct liabilities_claim *claim,
                       const struct liabilities_report *report)
{
    char note[LIABILITIES_NOTE_MAX + 1];
    char verifier[NOTE_KEY_TEXT_MAX + 1];
    uint8_t raw[ED25519_KEY_SIZE];
    struct hash256 seed;
    struct note_key key;

    if (!liabilities_paper_key("tarazy liabilities", call->seed, &seed)) {
        return EXIT_CODE_USAGE;
    }
    bool is_signed = ed25519_public_key(seed.bytes, raw) &&
                     note_key_make(&key, call->signer, NOTE_KEY_KIND_ED25519, raw) &&
                     liabilities_note_write(claim, report, &key, seed.bytes, note) > 0;
    secret_wipe(&seed, sizeof seed);
    if (!is_signed) {
        (void)fprintf(stderr, "tarazy liabilities: cannot sign as '%s'\n", call->signer);
        return EXIT_CODE_FAILED;
    }
    note_key_write(&key, verifier);
    (void)fprintf(stderr, "key        %s\n", verifier);
    return fputs(note, stdout) < 0 || fflush(stdout) != 0 ? EXIT_CODE_FAILED : EXIT_CODE_DONE;
}

static int print_report(const struct liabilities_report *report)
{
    const char *wrong = liabilities_report_text(report);

    (void)printf("record     %" PRIu64 "\nepoch      %" PRIu64 "\n", report->statement.record,
                 report->statement.epoch);
    liabilities_paper_totals(&report->statement);
    (void)printf("totals exact             %s\n", yes_or_no(report->are_exact));
    (void)printf("totals as published      %s\n", yes_or_no(report->are_totals));
    (void)printf("nothing negative         %s\n", yes_or_no(report->none_negative));
    (void)printf("all accounts, each once  %s   (%" PRIu64 " accounts, %" PRIu64 " leaves)\n",
                 yes_or_no(report->all_once), report->accounts, report->leaves);
    (void)printf("root as published        %s\n", yes_or_no(report->is_root));
    if (wrong != NULL) {
        (void)fprintf(stderr, "tarazy liabilities: %s\n", wrong);
        return EXIT_CODE_DAMAGED;
    }
    (void)printf("result     agrees\n");
    return EXIT_CODE_DONE;
}

static int check(const struct liabilities_call *call)
{
    struct liabilities_statement *statement = calloc(1, sizeof *statement);
    struct liabilities_report *report = calloc(1, sizeof *report);
    struct state_at state;
    struct hash256 secret;
    int code = EXIT_CODE_FAILED;

    if (statement == NULL || report == NULL ||
        !liabilities_paper_statement("tarazy liabilities", call->check, statement) ||
        !liabilities_paper_key("tarazy liabilities", call->secret, &secret)) {
        code = EXIT_CODE_USAGE;
    } else if (take_state(call, statement->record, &state)) {
        struct liabilities_claim claim = liabilities_claim_of(statement);

        if (liabilities_check(state.engine, &claim, &secret, report)) {
            bool signs = call->seed != NULL && liabilities_report_is_good(report);
            code = signs ? sign_report(call, &claim, report) : print_report(report);
        } else {
            (void)fputs("tarazy liabilities: out of memory\n", stderr);
        }
        state_at_destroy(&state);
    }
    secret_wipe(&secret, sizeof secret);
    free(statement);
    free(report);
    return code;
}

/* ------------------------------------------------------------------ the command line */

static bool take_number(const char *text, uint64_t *out)
{
    char *end = NULL;

    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && text[0] >= '1' && text[0] <= '9' && *end == '\0' && *out <= INT64_MAX;
}

static bool take_option(struct liabilities_call *call, int option, const char *value)
{
    uint64_t epoch;

    switch (option) {
    case 'd': call->directory = value; return true;
    case 'c': call->check = value; return true;
    case 'k': call->secret = value; return true;
    case 'r': return take_number(value, &call->record);
    case 'e': return take_number(value, &call->epoch);
    case 'f': call->user = value; return true;
    case 's': call->seed = value; return true;
    case 'n': call->signer = value; return true;
    case 'v': call->reveal = value; return take_number(value, &epoch);
    default: return false; /* not an enum */
    }
}

/* One of the three forms, and nothing of the others. */
static bool call_is_sound(const struct liabilities_call *call)
{
    bool builds = call->record != 0 || call->epoch != 0 || call->user != NULL;

    return call->directory != NULL && (call->seed != NULL) == (call->signer != NULL) &&
           (call->seed == NULL || call->check != NULL) &&
           (call->check != NULL) == (call->secret != NULL) &&
           (call->check != NULL) + (call->reveal != NULL) + builds <= 1;
}

int liabilities_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"dir", required_argument, NULL, 'd'},
        {"record", required_argument, NULL, 'r'},
        {"epoch", required_argument, NULL, 'e'},
        {"reveal", required_argument, NULL, 'v'},
        {"check", required_argument, NULL, 'c'},
        {"key", required_argument, NULL, 'k'},
        {"for", required_argument, NULL, 'f'},
        {"sign", required_argument, NULL, 's'},
        {"signer", required_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct liabilities_call call = {0};
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            liabilities_usage(stdout);
            return EXIT_CODE_DONE;
        }
        if (!take_option(&call, option, optarg)) {
            liabilities_usage(stderr);
            return EXIT_CODE_USAGE;
        }
    }
    if (optind != argc || !call_is_sound(&call)) {
        liabilities_usage(stderr);
        return EXIT_CODE_USAGE;
    }
    if (call.reveal != NULL) {
        return reveal(&call);
    }
    return call.check != NULL ? check(&call) : build(&call);
}
