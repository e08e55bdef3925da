/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy promote`: a supervisor's copy becomes the folder of a core, by hand. Read next: supervision/promotion.h.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/hex_text.h"
#include "platform/clock.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "supervision/alarm_book.h"
#include "supervision/fence_statement.h"
#include "supervision/promotion.h"

enum promote_option {
    PROMOTE_OPTION_DIR = 1,
    PROMOTE_OPTION_OLD,
    PROMOTE_OPTION_STATEMENT,
    PROMOTE_OPTION_DRAFT,
    PROMOTE_OPTION_EXPECT,
    PROMOTE_OPTION_HELP
};

static const struct option promote_arguments[] = {
    {"dir", required_argument, NULL, PROMOTE_OPTION_DIR},
    {"old", required_argument, NULL, PROMOTE_OPTION_OLD},
    {"statement", required_argument, NULL, PROMOTE_OPTION_STATEMENT},
    {"draft", required_argument, NULL, PROMOTE_OPTION_DRAFT},
    {"expect", required_argument, NULL, PROMOTE_OPTION_EXPECT},
    {"help", no_argument, NULL, PROMOTE_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct promote_command {
    struct promotion_options options;
    const char *statement;
    const char *draft;
    char text[FENCE_STATEMENT_SIZE_MAX + 1];
};

static void promote_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy promote --dir COPY --old DIR\n"
        "       tarazy promote --dir COPY --draft HOW > statement\n"
        "       tarazy promote --dir COPY --statement FILE\n\n"
        "  --dir COPY              a supervisor's copy of the node\n"
        "  --old DIR               the old core's folder: it is locked, compared and fenced\n"
        "  --draft HOW             print what two people are to sign when it cannot be reached;\n"
        "                          HOW: one line, what was done to the old machine\n"
        "  --statement FILE        the draft with their two signatures\n"
        "  --expect NUMBER:CHAIN   the copy must pass through this head\n",
        out);
}

static bool promote_take_expected(const char *text, struct promotion_options *options)
{
    char *end = NULL;

    options->expected_number = strtoull(text, &end, 10);
    return text[0] >= '1' && text[0] <= '9' && *end == ':' &&
           hex_decode(slice_of_text(end + 1), options->expected_chain.bytes,
                      sizeof options->expected_chain.bytes);
}

static bool promote_take(struct promote_command *command, int option, const char *text)
{
    switch (option) {
    case PROMOTE_OPTION_DIR: command->options.directory = text; return true;
    case PROMOTE_OPTION_OLD: command->options.old_directory = text; return true;
    case PROMOTE_OPTION_STATEMENT: command->statement = text; return true;
    case PROMOTE_OPTION_DRAFT: command->draft = text; return true;
    case PROMOTE_OPTION_EXPECT: return promote_take_expected(text, &command->options);
    default: return false; /* not an enum */
    }
}

/* Returns -1 to go on, else the exit code. */
static int promote_parse(int argc, char **argv, struct promote_command *command)
{
    int option;
    bool is_good = true;

    while (is_good && (option = getopt_long(argc, argv, "", promote_arguments, NULL)) != -1) {
        if (option == PROMOTE_OPTION_HELP) {
            promote_print_help(stdout);
            return EXIT_CODE_DONE;
        }
        is_good = promote_take(command, option, optarg);
    }
    int ways = (command->options.old_directory != NULL ? 1 : 0) +
               (command->statement != NULL ? 1 : 0) + (command->draft != NULL ? 1 : 0);
    if (!is_good || optind != argc || command->options.directory == NULL || ways != 1) {
        promote_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    return -1;
}

static bool promote_read_statement(struct promote_command *command)
{
    FILE *file = fopen(command->statement, "re");

    if (file == NULL) {
        (void)fprintf(stderr, "%s: %s\n", command->statement, strerror(errno));
        return false;
    }
    size_t size = fread(command->text, 1, sizeof command->text, file);
    (void)fclose(file);
    command->options.statement = slice_of(command->text, size);
    return true;
}

static int promote_draft(struct promote_command *command)
{
    struct journal_head head;
    char reason[PROMOTION_TEXT_SIZE];

    if (!promotion_prove(&command->options, &head, reason)) {
        (void)fprintf(stderr, "not promoted: %s\n", reason);
        return EXIT_CODE_DAMAGED;
    }
    size_t size = fence_statement_draft(&head, command->draft, command->text, sizeof command->text);
    if (size == 0) {
        (void)fputs("HOW is one line of text\n", stderr);
        return EXIT_CODE_USAGE;
    }
    return fwrite(command->text, 1, size, stdout) == size ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

int promote_main(int argc, char **argv)
{
    static struct promote_command command;
    struct journal_head head;
    char reason[PROMOTION_TEXT_SIZE];
    int code = promote_parse(argc, argv, &command);

    if (code >= 0) {
        return code;
    }
    int evidence = alarm_evidence_count(command.options.directory);
    if (evidence < 0) {
        (void)fprintf(stderr, "%s: %s\n", command.options.directory, strerror(-evidence));
        return EXIT_CODE_FAILED;
    }
    command.options.evidence_count = (uint64_t)evidence;
    command.options.storage = storage_system();
    command.options.old_storage = storage_system();
    command.options.now_us = clock_wall_us(clock_source_system());
    if (command.draft != NULL) {
        return promote_draft(&command);
    }
    if (command.statement != NULL && !promote_read_statement(&command)) {
        return EXIT_CODE_FAILED;
    }
    if (!promotion_run(&command.options, &head, reason)) {
        (void)fprintf(stderr, "not promoted: %s\n", reason);
        return EXIT_CODE_DAMAGED;
    }
    (void)printf("promoted: %s goes on behind command %" PRIu64 "\n"
                 "Clients' HMAC keys need the node's node.key there; nothing else is missing.\n",
                 command.options.directory, head.number);
    return EXIT_CODE_DONE;
}
