/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy check-proof`: needs the proof, the checkpoint in it, and the keys; no node, no journal, no
 * network. What it prints has been checked, line by line. Read next: proofs/proof_text.c.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/command_json.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "proofs/proof_text.h"

enum check_option {
    CHECK_OPTION_KEY = 1,
    CHECK_OPTION_WITNESS,
    CHECK_OPTION_OLD,
    CHECK_OPTION_NEW,
    CHECK_OPTION_HELP,
};

enum { CHECK_WITNESSES_MAX = 16 };

static const struct option check_options[] = {
    {"key", required_argument, NULL, CHECK_OPTION_KEY},
    {"witness", required_argument, NULL, CHECK_OPTION_WITNESS},
    {"old", required_argument, NULL, CHECK_OPTION_OLD},
    {"new", required_argument, NULL, CHECK_OPTION_NEW},
    {"help", no_argument, NULL, CHECK_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct check_task {
    const char *file;
    const char *old_file; /* checkpoints, for a proof of growth */
    const char *new_file;
    struct note_key key;
    bool has_key;
    struct note_key witnesses[CHECK_WITNESSES_MAX];
    uint32_t witness_count;
};

static void check_print_help(FILE *out)
{
    (void)fputs("usage: tarazy check-proof --key KEY [--witness KEY]... FILE\n"
                "       tarazy check-proof --key KEY --old CHECKPOINT --new CHECKPOINT FILE\n\n"
                "  --key KEY         the log's verifier key: name+id+base64\n"
                "  --witness KEY     a witness who must have cosigned; may be repeated\n"
                "  --old, --new      FILE proves that the one checkpoint continues the other\n",
                out);
}

/* The whole file; 0: said why not. */
static size_t check_read(const char *path, char *out, size_t capacity)
{
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 0;
    }
    size_t size = fread(out, 1, capacity, file);
    bool is_whole = fgetc(file) == EOF && ferror(file) == 0;
    (void)fclose(file);
    if (size == 0 || !is_whole) {
        (void)fprintf(stderr, "%s: it is empty, too long, or cannot be read\n", path);
        return 0;
    }
    return size;
}

/* Every witness that was asked for must have signed. */
static int check_witnesses(const struct check_task *task, const struct signed_note *note)
{
    for (uint32_t i = 0; i < task->witness_count; i++) {
        uint64_t time_s = 0;

        if (signed_note_check(note, &task->witnesses[i], &time_s) != NOTE_CHECK_SIGNED) {
            (void)fprintf(stderr, "%s: not cosigned by %s\n", task->file, task->witnesses[i].name);
            return EXIT_CODE_DAMAGED;
        }
        (void)printf("cosigned by %s at %" PRIu64 "\n", task->witnesses[i].name, time_s);
    }
    return EXIT_CODE_DONE;
}

static void check_print_command(const struct record_proof *proof)
{
    static char text[COMMAND_JSON_SIZE_MAX];
    const struct command_header *command = (const void *)proof->command;
    struct json_writer json;

    if (proof->command_size == 0) {
        (void)printf("the command is not shown, only its leaf\n");
        return;
    }
    /* It is in the log whatever it says; only a well-formed one has a meaning to print. */
    if (!tarazy_command_is_well_formed(command, proof->command_size)) {
        return;
    }
    json_writer_begin(&json, text, sizeof text);
    command_json_write(&json, command);
    struct slice line = json_writer_text(&json);
    (void)printf("%.*s\n", (int)line.size, line.data);
}

static int check_inclusion(const struct check_task *task)
{
    static char text[PROOF_TEXT_MAX + 1];
    static struct record_proof proof;
    struct checkpoint checkpoint;
    struct signed_note note;
    size_t size = check_read(task->file, text, PROOF_TEXT_MAX);

    if (size == 0) {
        return EXIT_CODE_FAILED;
    }
    enum proof_check check = proof_text_check(text, size, &task->key, &proof, &checkpoint, &note);
    if (check != PROOF_CHECK_GOOD) {
        (void)fprintf(stderr, "%s: %s\n", task->file, proof_check_text(check));
        return EXIT_CODE_DAMAGED;
    }
    int code = check_witnesses(task, &note);
    if (code != EXIT_CODE_DONE) {
        return code;
    }
    (void)printf("command %" PRIu64 " is in %s: batch %" PRIu64 " of %" PRIu64 "\n",
                 proof.entry.first_number + proof.position, checkpoint.origin, proof.index,
                 checkpoint.size);
    check_print_command(&proof);
    return fflush(stdout) == 0 ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

/* A checkpoint file, signed by the log. */
static bool check_open(const struct check_task *task, const char *path,
                       struct checkpoint *checkpoint)
{
    static char text[NOTE_SIZE_MAX];
    struct signed_note note;
    size_t size = check_read(path, text, sizeof text);

    if (size == 0) {
        return false;
    }
    if (checkpoint_open(checkpoint, &note, text, size, &task->key) != CHECKPOINT_CHECK_GOOD) {
        (void)fprintf(stderr, "%s: %s\n", path, proof_check_text(PROOF_CHECK_CHECKPOINT));
        return false;
    }
    return true;
}

static int check_growth(const struct check_task *task)
{
    static char text[GROWTH_TEXT_MAX + 1];
    struct checkpoint older;
    struct checkpoint newer;
    struct growth_proof growth;
    size_t size = check_read(task->file, text, GROWTH_TEXT_MAX);

    if (size == 0 || !check_open(task, task->old_file, &older) ||
        !check_open(task, task->new_file, &newer)) {
        return EXIT_CODE_DAMAGED;
    }
    const struct merkle_growth trees = {older.size, newer.size, older.root, newer.root};
    if (!growth_text_read(&growth, text, size) || growth.old_size != older.size ||
        growth.new_size != newer.size || !merkle_proof_check_growth(&growth.proof, &trees)) {
        (void)fprintf(stderr, "%s: the one checkpoint does not continue the other\n", task->file);
        return EXIT_CODE_DAMAGED;
    }
    (void)printf("%s: the tree of %" PRIu64 " batches continues the tree of %" PRIu64 "\n",
                 newer.origin, newer.size, older.size);
    return fflush(stdout) == 0 ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static bool check_take_witness(struct check_task *task, const char *text)
{
    return task->witness_count < CHECK_WITNESSES_MAX &&
           note_key_read(&task->witnesses[task->witness_count++], text, strlen(text));
}

/* -1 to go on, else the exit code. */
static int check_parse(struct check_task *task, int argc, char **argv)
{
    bool is_good = true;
    int option;

    while ((option = getopt_long(argc, argv, "", check_options, NULL)) != -1) {
        switch ((enum check_option)option) {
        case CHECK_OPTION_KEY:
            task->has_key = note_key_read(&task->key, optarg, strlen(optarg));
            is_good = is_good && task->has_key;
            continue;
        case CHECK_OPTION_WITNESS: is_good = check_take_witness(task, optarg) && is_good; continue;
        case CHECK_OPTION_OLD: task->old_file = optarg; continue;
        case CHECK_OPTION_NEW: task->new_file = optarg; continue;
        case CHECK_OPTION_HELP: check_print_help(stdout); return EXIT_CODE_DONE;
        }
        is_good = false;
    }
    if (!is_good || !task->has_key || optind + 1 != argc ||
        (task->old_file == NULL) != (task->new_file == NULL)) {
        check_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    task->file = argv[optind];
    return -1;
}

int check_proof_main(int argc, char **argv)
{
    static struct check_task task;
    int code = check_parse(&task, argc, argv);

    if (code >= 0) {
        return code;
    }
    return task.old_file != NULL ? check_growth(&task) : check_inclusion(&task);
}
