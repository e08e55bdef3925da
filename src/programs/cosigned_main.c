/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy cosigned`: publishes in a node's folder a checkpoint that a witness has cosigned. Takes only
 * what the node's own notary signed, a known witness cosigned, and the tiles continue; never an older one
 * than is published. With --follow it goes on doing so whenever the file has something new: the other end
 * of a supervisor that cosigns by itself. Read next: witness_main.c, supervision/witnessing.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/http_client.h"
#include "node/record_finder.h"
#include "node/record_places.h"
#include "platform/replaced_file.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"

enum cosigned_option {
    COSIGNED_OPTION_DIR = 1,
    COSIGNED_OPTION_WITNESS,
    COSIGNED_OPTION_FOLLOW,
    COSIGNED_OPTION_HELP
};

enum { COSIGNED_PAUSE_MS = 250 };

static const struct option cosigned_options[] = {
    {"dir", required_argument, NULL, COSIGNED_OPTION_DIR},
    {"witness", required_argument, NULL, COSIGNED_OPTION_WITNESS},
    {"follow", no_argument, NULL, COSIGNED_OPTION_FOLLOW},
    {"help", no_argument, NULL, COSIGNED_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct cosigned_task {
    const char *directory;
    const char *file;
    struct note_key witness;
    bool has_witness;
    bool follows;
    struct record_finder finder;
    struct http_client *client; /* where the file is elsewhere */
    char note[NOTE_SIZE_MAX];
    size_t note_size;
    char seen[NOTE_SIZE_MAX]; /* what was looked at last */
    size_t seen_size;
};

static void cosigned_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy cosigned --dir DIR --witness KEY [--follow] FILE\n\n"
        "  --dir DIR      the node's folder\n"
        "  --witness KEY  the verifier key of the witness\n"
        "  --follow       go on: publish whatever new stands in FILE, until it is ended\n"
        "  FILE           the checkpoint with the cosignature, as tarazy witness prints it and\n"
        "                 tarazy supervise keeps it; or http://…\n",
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
        case COSIGNED_OPTION_FOLLOW: task->follows = true; continue;
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

/* The file's bytes into task->note. NULL, or why not. */
static const char *cosigned_read(struct cosigned_task *task)
{
    ssize_t size;

    if (strncmp(task->file, "http", 4) == 0 && strstr(task->file, "://") != NULL) {
        const struct http_request_line line = {.method = "GET", .url = task->file};
        struct http_answer answer = http_client_send(task->client, &line);

        if (answer.status != 200 || answer.size == 0 || answer.size > sizeof task->note) {
            return answer.error != NULL ? answer.error : "it is not there";
        }
        memcpy(task->note, answer.body, answer.size);
        task->note_size = answer.size;
        return NULL;
    }
    int file = open(task->file, O_RDONLY | O_CLOEXEC);
    size = file < 0 ? -1 : read(file, task->note, sizeof task->note);
    if (file >= 0) {
        (void)close(file);
    }
    task->note_size = size > 0 ? (size_t)size : 0;
    return size > 0 ? NULL : "it cannot be read, or is empty";
}

/* Looks at the file once; says what is wrong with it once. */
static int cosigned_look(struct cosigned_task *task)
{
    const char *why = cosigned_read(task);

    if (why == NULL && task->note_size == task->seen_size &&
        memcmp(task->note, task->seen, task->seen_size) == 0) {
        return EXIT_CODE_DONE;
    }
    if (why != NULL) {
        if (!task->follows) {
            (void)fprintf(stderr, "%s: %s\n", task->file, why);
        }
        return EXIT_CODE_FAILED;
    }
    memcpy(task->seen, task->note, task->note_size);
    task->seen_size = task->note_size;
    why = cosigned_refuse(task);
    if (why != NULL) {
        (void)fprintf(stderr, "%s: %s\n", task->file, why);
        return EXIT_CODE_DAMAGED;
    }
    int result = cosigned_publish(task);
    if (result != 0) {
        (void)fprintf(stderr, "%s: %s\n", task->directory, strerror(-result));
        return EXIT_CODE_DISK;
    }
    return EXIT_CODE_DONE;
}

/* Until a signal. A disk that does not take it is the end; whatever else is wrong may be right the next time. */
static int cosigned_follow(struct cosigned_task *task)
{
    const struct timespec pause = {.tv_nsec = COSIGNED_PAUSE_MS * 1000000L};
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)printf("ready %s\n", task->directory);
    (void)fflush(stdout);
    do {
        if (cosigned_look(task) == EXIT_CODE_DISK) {
            return EXIT_CODE_DISK;
        }
    } while (sigtimedwait(&set, NULL, &pause) < 0);
    return EXIT_CODE_DONE;
}

int cosigned_main(int argc, char **argv)
{
    static struct cosigned_task task;
    int code = cosigned_parse(&task, argc, argv);

    if (code >= 0) {
        return code;
    }
    task.client = http_client_create();
    if (task.client == NULL) {
        (void)fputs("tarazy cosigned: no memory\n", stderr);
        return EXIT_CODE_FAILED;
    }
    code = task.follows ? cosigned_follow(&task) : cosigned_look(&task);
    http_client_destroy(task.client);
    return code;
}
