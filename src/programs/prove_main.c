/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy prove`: makes proofs out of a node's folder: that a command is in the tree its notary signed,
 * or that a later tree continues an earlier one. Only reads. Read next: node/record_finder.c,
 * check_proof_main.c.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/record_finder.h"
#include "node/record_places.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"

enum prove_option {
    PROVE_OPTION_DIR = 1,
    PROVE_OPTION_NUMBER,
    PROVE_OPTION_CONSISTENCY,
    PROVE_OPTION_COSIGNED,
    PROVE_OPTION_HELP,
};

static const struct option prove_options[] = {
    {"dir", required_argument, NULL, PROVE_OPTION_DIR},
    {"number", required_argument, NULL, PROVE_OPTION_NUMBER},
    {"consistency", no_argument, NULL, PROVE_OPTION_CONSISTENCY},
    {"cosigned", no_argument, NULL, PROVE_OPTION_COSIGNED},
    {"help", no_argument, NULL, PROVE_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct prove_task {
    const char *directory;
    uint64_t number;     /* 0: growth is asked for */
    const char *name;    /* which checkpoint: a file of the tree's folder */
    bool is_consistency; /* between two sizes */
    uint64_t sizes[2];
};

static void prove_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy prove --dir DIR --number NUMBER [--cosigned]\n"
        "       tarazy prove --dir DIR --consistency OLD NEW\n\n"
        "  --dir DIR         the node's folder\n"
        "  --number NUMBER   prove that this command is in the tree of the newest checkpoint\n"
        "  --cosigned        of the newest checkpoint that witnesses have cosigned\n"
        "  --consistency     prove that the tree of size NEW continues that of size OLD\n",
        out);
}

static bool prove_take_number(const char *text, uint64_t *out)
{
    char *end = NULL;

    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && *out < MERKLE_SIZE_MAX;
}

static int prove_say(enum record_found found)
{
    if (found == RECORD_FOUND_NOT_YET) {
        (void)fputs("no checkpoint is that far yet\n", stderr);
        return EXIT_CODE_FAILED;
    }
    (void)fputs(
        "the proof cannot be made: a tile, the places or the journal cannot be read, or are "
        "not what was hashed\n",
        stderr);
    return EXIT_CODE_DAMAGED;
}

static int prove_print(const char *text, size_t size)
{
    return fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0 ? EXIT_CODE_DONE
                                                                        : EXIT_CODE_FAILED;
}

static int prove_number(struct record_finder *finder, const struct prove_task *task)
{
    static char note[NOTE_SIZE_MAX];
    static char text[PROOF_TEXT_MAX + 1];
    static struct record_proof proof;
    struct checkpoint checkpoint;
    size_t note_size = record_finder_checkpoint(finder, task->name, note, &checkpoint);

    if (note_size == 0) {
        (void)fprintf(stderr, "%s: there is no such checkpoint; does a notary run?\n",
                      task->directory);
        return EXIT_CODE_FAILED;
    }
    enum record_found found = record_finder_prove(finder, task->number, checkpoint.size, &proof);
    if (found != RECORD_FOUND_YES) {
        return prove_say(found);
    }
    return prove_print(text, proof_text_write(&proof, note, note_size, text, sizeof text));
}

static int prove_growth(struct record_finder *finder, const struct prove_task *task)
{
    static char note[NOTE_SIZE_MAX];
    static char text[GROWTH_TEXT_MAX + 1];
    struct growth_proof growth;
    struct checkpoint checkpoint;

    if (record_finder_checkpoint(finder, RECORD_CHECKPOINT_NAME, note, &checkpoint) == 0 ||
        task->sizes[1] > checkpoint.size) {
        return prove_say(RECORD_FOUND_NOT_YET);
    }
    enum record_found found = record_finder_growth(finder, task->sizes[0], task->sizes[1], &growth);
    return found == RECORD_FOUND_YES ? prove_print(text, growth_text_write(&growth, text))
                                     : prove_say(found);
}

/* -1 to go on, else the exit code. */
static int prove_parse(struct prove_task *task, int argc, char **argv)
{
    bool is_good = true;
    int option;

    while ((option = getopt_long(argc, argv, "", prove_options, NULL)) != -1) {
        switch ((enum prove_option)option) {
        case PROVE_OPTION_DIR: task->directory = optarg; continue;
        case PROVE_OPTION_NUMBER:
            is_good = is_good && prove_take_number(optarg, &task->number) && task->number > 0;
            continue;
        case PROVE_OPTION_CONSISTENCY: task->is_consistency = true; continue;
        case PROVE_OPTION_COSIGNED: task->name = RECORD_COSIGNED_NAME; continue;
        case PROVE_OPTION_HELP: prove_print_help(stdout); return EXIT_CODE_DONE;
        }
        is_good = false;
    }
    if (task->is_consistency) {
        is_good = is_good && task->number == 0 && argc - optind == 2 &&
                  prove_take_number(argv[optind], &task->sizes[0]) &&
                  prove_take_number(argv[optind + 1], &task->sizes[1]) &&
                  task->sizes[0] <= task->sizes[1];
    } else {
        is_good = is_good && task->number > 0 && optind == argc;
    }
    if (!is_good || task->directory == NULL) {
        prove_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    return -1;
}

int prove_main(int argc, char **argv)
{
    struct prove_task task = {.name = RECORD_CHECKPOINT_NAME};
    struct record_finder finder;
    int code = prove_parse(&task, argc, argv);

    if (code >= 0) {
        return code;
    }
    if (!record_finder_set(&finder, NULL, task.directory)) {
        (void)fprintf(stderr, "%s: the path is too long\n", task.directory);
        return EXIT_CODE_USAGE;
    }
    return task.is_consistency ? prove_growth(&finder, &task) : prove_number(&finder, &task);
}
