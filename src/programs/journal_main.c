/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy journal DIR`: prints a journal's commands, one JSON object per line. Reads and checks the files
 * only; nothing is re-performed. Read next: command_json.c.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/command_json.h"
#include "journal/reader.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"

enum journal_option {
    JOURNAL_OPTION_DIR = 1,
    JOURNAL_OPTION_FROM,
    JOURNAL_OPTION_TO,
    JOURNAL_OPTION_HELP
};

static const struct option journal_options[] = {
    {"dir", required_argument, NULL, JOURNAL_OPTION_DIR},
    {"from", required_argument, NULL, JOURNAL_OPTION_FROM},
    {"to", required_argument, NULL, JOURNAL_OPTION_TO},
    {"help", no_argument, NULL, JOURNAL_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct journal_span {
    uint64_t from;
    uint64_t to;
};

static void journal_print_help(FILE *out)
{
    (void)fputs("usage: tarazy journal [--from NUMBER] [--to NUMBER] --dir DIR     or: … DIR\n\n"
                "  --from NUMBER   the first command to print (default 1)\n"
                "  --to NUMBER     the last one (default: all there are)\n",
                out);
}

static bool journal_take_number(const char *text, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && *out > 0;
}

/* False: standard output is gone. */
static bool journal_print_batch(const struct journal_batch *batch, struct journal_span span)
{
    static char text[COMMAND_JSON_SIZE_MAX];
    const uint8_t *place = batch->commands;
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct command_header *command = (const void *)place;
        struct json_writer json;
        place += tarazy_command_size(command->kind);
        if (command->number < span.from || command->number > span.to) {
            continue;
        }
        json_writer_begin(&json, text, sizeof text);
        command_json_write(&json, command);
        struct slice line = json_writer_text(&json);
        if (fwrite(line.data, 1, line.size, stdout) != line.size || putchar('\n') == EOF) {
            return false;
        }
    }
    return true;
}

static int journal_print(struct journal_reader *reader, struct journal_span span)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];
    struct journal_batch batch;
    enum journal_read read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
    while (read == JOURNAL_READ_BATCH && batch.first_number <= span.to) {
        if (!journal_print_batch(&batch, span)) {
            return EXIT_CODE_FAILED;
        }
        read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
    }
    if (fflush(stdout) != 0) {
        return EXIT_CODE_FAILED;
    }
    if (read == JOURNAL_READ_BATCH || read == JOURNAL_READ_END) {
        return EXIT_CODE_DONE;
    }
    (void)fprintf(stderr, "%s\n", journal_error_text(journal_reader_error(reader), text));
    return read == JOURNAL_READ_FAILED ? EXIT_CODE_FAILED : EXIT_CODE_DAMAGED;
}

int journal_main(int argc, char **argv)
{
    struct journal_span span = {.from = 1, .to = UINT64_MAX};
    struct journal_reader_options options = {.storage = storage_system()};
    struct journal_error error;
    char text[JOURNAL_ERROR_TEXT_SIZE];
    int option;
    while ((option = getopt_long(argc, argv, "", journal_options, NULL)) != -1) {
        if (option == JOURNAL_OPTION_HELP) {
            journal_print_help(stdout);
            return EXIT_CODE_DONE;
        }
        if (option == JOURNAL_OPTION_DIR) {
            options.directory = optarg;
            continue;
        }
        bool is_good = (option == JOURNAL_OPTION_FROM && journal_take_number(optarg, &span.from)) ||
                       (option == JOURNAL_OPTION_TO && journal_take_number(optarg, &span.to));
        if (!is_good) {
            journal_print_help(stderr);
            return EXIT_CODE_USAGE;
        }
    }
    if (optind + (options.directory == NULL) != argc) {
        journal_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    if (options.directory == NULL) {
        options.directory = argv[optind];
    }
    options.from = span.from;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    if (reader == NULL) {
        (void)fprintf(stderr, "%s: %s\n", options.directory, journal_error_text(&error, text));
        return EXIT_CODE_FAILED;
    }
    int code = journal_print(reader, span);
    journal_reader_close(reader);
    return code;
}
