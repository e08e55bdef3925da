/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy cosigned`: publishes in a node's folder a checkpoint that a witness has cosigned. Takes only
 * what the node's own notary signed, a known witness cosigned, and the tiles continue; never an older one
 * than is published. Read next: witness_main.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/record_finder.h"
#include "node/record_places.h"
#include "platform/replaced_file.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"

enum cosigned_option { COSIGNED_OPTION_DIR = 1, COSIGNED_OPTION_WITNESS, COSIGNED_OPTION_HELP };

static const struct option cosigned_options[] = {
    {"dir", required_argument, NULL, COSIGNED_OPTION_DIR},
    {"witness", required_argument, NULL, COSIGNED_OPTION_WITNESS},
    {"help", no_argument, NULL, COSIGNED_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct cosigned_task {
    const char *directory;
    const char *file;
    struct note_key witness;
    bool has_witness;
    struct record_finder finder;
    char note[NOTE_SIZE_MAX];
    size_t note_size;
};

static void cosigned_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy cosigned --dir DIR --witness KEY FILE\n\n"
        "  --dir DIR      the node's folder\n"
        "  --witness KEY  the verifier key of the witness\n"
        "  FILE           the checkpoint with the cosignature, as tarazy witness prints it\n",
        out);
}

/* NULL, or why it is not published. */
static const char *cosigned_refuse(struct cosigned_task *task)
{
    char text[NOTE_KEY_TEXT_MAX + 2];
    char published[NOTE_SIZE_MAX];
    struct note_key key;
    struct checkpoint checkpoint;
    struct checkpoint last;
    struct signed_note note;
    struct tile_reader reader;
    struct hash256 root;
    int size = record_finder_read(&task->finder, RECORD_KEY_NAME, text, sizeof text);

    if (size <= 1 || !note_key_read(&key, text, (size_t)size - 1)) {
        return "the node has no notary's key";
    }
    if (checkpoint_open(&checkpoint, &note, task->note, task->note_size, &key) !=
        CHECKPOINT_CHECK_GOOD) {
        return "it is not a checkpoint of this node's notary";
    }
    if (signed_note_check(&note, &task->witness, NULL) != NOTE_CHECK_SIGNED ||
        task->witness.kind != NOTE_KEY_KIND_COSIGNATURE) {
        return "the witness has not cosigned it";
    }
    tile_folder_reader(&task->finder.tiles, checkpoint.size, &reader);
    struct merkle_source source = tile_reader_source(&reader);
    if (!merkle_source_root(&source, checkpoint.size, &root) ||
        !merkle_equals(&root, &checkpoint.root)) {
        return "it is not a beginning of this node's tree";
    }
    if (record_finder_checkpoint(&task->finder, RECORD_COSIGNED_NAME, published, &last) > 0 &&
        last.size > checkpoint.size) {
        return "a later one is published";
    }
    return NULL;
}

/* 0 or a negative errno. */
static int cosigned_publish(const struct cosigned_task *task)
{
    int tree = open(task->finder.tiles.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tree < 0) {
        return -errno;
    }
    int result = replaced_file_write(tree, RECORD_COSIGNED_NAME, task->note, task->note_size);
    (void)close(tree);
    return result;
}

/* -1 to go on, else the exit code. */
static int cosigned_parse(struct cosigned_task *task, int argc, char **argv)
{
    bool is_good = true;
    int option;

    while ((option = getopt_long(argc, argv, "", cosigned_options, NULL)) != -1) {
        switch ((enum cosigned_option)option) {
        case COSIGNED_OPTION_DIR: task->directory = optarg; continue;
        case COSIGNED_OPTION_WITNESS:
            task->has_witness = note_key_read(&task->witness, optarg, strlen(optarg));
            continue;
        case COSIGNED_OPTION_HELP: cosigned_print_help(stdout); return EXIT_CODE_DONE;
        }
        is_good = false;
    }
    if (!is_good || optind + 1 != argc || task->directory == NULL || !task->has_witness ||
        !record_finder_set(&task->finder, NULL, task->directory)) {
        cosigned_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    task->file = argv[optind];
    return -1;
}

int cosigned_main(int argc, char **argv)
{
    static struct cosigned_task task;
    int code = cosigned_parse(&task, argc, argv);

    if (code >= 0) {
        return code;
    }
    int file = open(task.file, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, task.note, sizeof task.note);
    if (file >= 0) {
        (void)close(file);
    }
    if (size <= 0) {
        (void)fprintf(stderr, "%s: it cannot be read, or is empty\n", task.file);
        return EXIT_CODE_FAILED;
    }
    task.note_size = (size_t)size;
    const char *why = cosigned_refuse(&task);
    if (why != NULL) {
        (void)fprintf(stderr, "%s: %s\n", task.file, why);
        return EXIT_CODE_DAMAGED;
    }
    int result = cosigned_publish(&task);
    if (result != 0) {
        (void)fprintf(stderr, "%s: %s\n", task.directory, strerror(-result));
        return EXIT_CODE_DISK;
    }
    return EXIT_CODE_DONE;
}
