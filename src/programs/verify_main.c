/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy verify DIR`: re-reads and re-performs a whole journal. Exit code 0 only if everything agrees.
 * Read next: journal/verifier.h.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/hex_text.h"
#include "journal/verifier.h"
#include "platform/clock.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"

enum verify_option { VERIFY_OPTION_DIR = 1, VERIFY_OPTION_EXPECT, VERIFY_OPTION_HELP };

static const struct option verify_options[] = {
    {"dir", required_argument, NULL, VERIFY_OPTION_DIR},
    {"expect", required_argument, NULL, VERIFY_OPTION_EXPECT},
    {"help", no_argument, NULL, VERIFY_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

enum { VERIFY_HEX_SIZE = 2 * sizeof(struct hash256) + 1 };

static void verify_print_help(FILE *out)
{
    (void)fputs("usage: tarazy verify [--expect NUMBER:CHAIN] --dir DIR     or: … DIR\n\n"
                "  --expect NUMBER:CHAIN   the journal must pass through this command with this\n"
                "                          chain hash (64 hexadecimal digits)\n",
                out);
}

static const char *verify_hex(const struct hash256 *hash, char out[VERIFY_HEX_SIZE])
{
    hex_encode(hash->bytes, sizeof hash->bytes, out);
    out[VERIFY_HEX_SIZE - 1] = '\0';
    return out;
}

static bool verify_take_expected(const char *text, struct verifier_options *options)
{
    char *end = NULL;
    options->expected_number = strtoull(text, &end, 10);
    return text[0] >= '1' && text[0] <= '9' && *end == ':' &&
           hex_decode(slice_of_text(end + 1), options->expected_chain.bytes,
                      sizeof options->expected_chain.bytes);
}

static const char *verify_result_text(enum verifier_result result)
{
    switch (result) {
    case VERIFIER_RESULT_AGREES: return "agrees";
    case VERIFIER_RESULT_TORN: return "torn";
    case VERIFIER_RESULT_DAMAGED: return "damaged";
    case VERIFIER_RESULT_DIVERGED: return "diverged";
    case VERIFIER_RESULT_FAILED: break;
    }
    return "failed";
}

static int verify_code(enum verifier_result result)
{
    switch (result) {
    case VERIFIER_RESULT_AGREES: return EXIT_CODE_DONE;
    case VERIFIER_RESULT_TORN:
    case VERIFIER_RESULT_DAMAGED:
    case VERIFIER_RESULT_DIVERGED: return EXIT_CODE_DAMAGED;
    case VERIFIER_RESULT_FAILED: break;
    }
    return EXIT_CODE_FAILED;
}

static void verify_print(const struct verifier_report *report, enum verifier_result result,
                         int64_t duration_us)
{
    char hex[VERIFY_HEX_SIZE];
    char text[JOURNAL_ERROR_TEXT_SIZE];
    (void)printf("result     %s\n", verify_result_text(result));
    (void)printf("segments   %" PRIu64 "\n", report->segments);
    (void)printf("batches    %" PRIu64 "\n", report->batches);
    (void)printf("commands   %" PRIu64 "\n", report->commands);
    (void)printf("snapshots  %" PRIu64 " compared and equal\n", report->snapshots);
    (void)printf("number     %" PRIu64 "\n", report->head.number);
    (void)printf("chain      %s\n", verify_hex(&report->head.chain, hex));
    (void)printf("state      %s\n", verify_hex(&report->state, hex));
    (void)printf("duration   %" PRId64 ".%03" PRId64 " s\n", duration_us / 1000000,
                 duration_us / 1000 % 1000);
    if (report->audit != NULL) {
        (void)fprintf(stderr, "the books: %s\n", report->audit);
    }
    if (result != VERIFIER_RESULT_AGREES) {
        (void)fprintf(stderr, "%s\n", journal_error_text(&report->error, text));
    }
}

/* What agrees although it was not carried out: whoever verifies should know who answers for it. */
static void verify_note_skipped(void *context, const struct engine *engine,
                                const struct command_header *command, const uint8_t *events,
                                size_t size)
{
    (void)context;
    (void)engine;
    (void)events;
    (void)size;
    if (command->kind == COMMAND_QUARANTINE) {
        const void *whole = command;
        const struct command_quarantine *quarantine = whole;
        (void)printf("skipped    %" PRIu64 " by participants %" PRIu32 " and %" PRIu32 ": %.*s\n",
                     quarantine->record, quarantine->operator_id, quarantine->approver_id,
                     (int)sizeof quarantine->reason, quarantine->reason);
    }
}

int verify_main(int argc, char **argv)
{
    const struct replay_sink sink = {.on_command = verify_note_skipped};
    struct verifier_options options = {
        .storage = storage_system(), .reads_ahead = true, .sink = &sink};
    struct verifier_report report = {0};
    int option;
    while ((option = getopt_long(argc, argv, "", verify_options, NULL)) != -1) {
        if (option == VERIFY_OPTION_HELP) {
            verify_print_help(stdout);
            return EXIT_CODE_DONE;
        }
        if (option == VERIFY_OPTION_DIR) {
            options.directory = optarg;
        } else if (option != VERIFY_OPTION_EXPECT || !verify_take_expected(optarg, &options)) {
            verify_print_help(stderr);
            return EXIT_CODE_USAGE;
        }
    }
    if (optind + (options.directory == NULL) != argc) {
        verify_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    if (options.directory == NULL) {
        options.directory = argv[optind];
    }
    int64_t begin_us = clock_monotonic_us(clock_source_system());
    enum verifier_result result = journal_verify(&options, &report);
    verify_print(&report, result, clock_monotonic_us(clock_source_system()) - begin_us);
    return verify_code(result);
}
