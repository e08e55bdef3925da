/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy rebuild-tree`: the notary's tree once more, out of the journal, after its state was lost or a tile has rotted.
 * Built beside the old folder, compared with everything that says what was signed, and put in its place in one step. The
 * core goes on meanwhile: it says what is durable. Read next: notary/tree_rebuild.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/link_client.h"
#include "node/record_places.h"
#include "notary/notary_key.h"
#include "notary/tree_rebuild.h"
#include "platform/bound_child.h"
#include "platform/clock.h"
#include "platform/replaced_file.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "programs/separation.h"

enum rebuild_option {
    REBUILD_OPTION_DIR = 1,
    REBUILD_OPTION_CONFIG,
    REBUILD_OPTION_CHECKPOINT,
    REBUILD_OPTION_HELP
};

enum { REBUILD_CHECKPOINTS_MAX = 16, REBUILD_PATH_MAX = 1200, REBUILD_PATIENCE_MS = 10000 };

static const struct option rebuild_arguments[] = {
    {"dir", required_argument, NULL, REBUILD_OPTION_DIR},
    {"config", required_argument, NULL, REBUILD_OPTION_CONFIG},
    {"checkpoint", required_argument, NULL, REBUILD_OPTION_CHECKPOINT},
    {"help", no_argument, NULL, REBUILD_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

/* What is in the folder for others, and stays. */
static const char *const rebuild_kept[] = {RECORD_KEY_NAME, RECORD_CHECKPOINT_NAME,
                                           RECORD_COSIGNED_NAME};

struct rebuild_task {
    struct config config;
    const char *checkpoints[REBUILD_CHECKPOINTS_MAX];
    size_t count;
    char tree[REBUILD_PATH_MAX];  /* the folder of before … */
    char fresh[REBUILD_PATH_MAX]; /* … and the one that is built */
    int before;                   /* the first one's descriptor; -1: there is none */
    int lock;
    struct node_id node;
    uint8_t seed[ED25519_KEY_SIZE];
    struct note_key key;
    struct signed_trees trees;
    uint64_t durable;
};

static int rebuild_say(const char *where, const char *what, int code)
{
    (void)fprintf(stderr, "tarazy rebuild-tree: %s: %s\n", where, what);
    return code;
}

static void rebuild_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy rebuild-tree --dir DIR [--config FILE] [--checkpoint FILE]...\n\n"
        "  --dir DIR          the node's folder; its core must run, its notary must not\n"
        "  --config FILE      the node's configuration: whose the files shall be\n"
        "  --checkpoint FILE  a checkpoint that the notary has signed, from wherever it was\n"
        "                     kept: the tree must be the one it names; may be repeated\n",
        out);
}

/* -1 to go on, else the exit code. */
static int rebuild_parse(struct rebuild_task *task, int argc, char **argv)
{
    const char *directory = NULL;
    const char *file = NULL;
    bool is_good = true;
    int option;

    while ((option = getopt_long(argc, argv, "", rebuild_arguments, NULL)) != -1) {
        switch ((enum rebuild_option)option) {
        case REBUILD_OPTION_DIR: directory = optarg; continue;
        case REBUILD_OPTION_CONFIG: file = optarg; continue;
        case REBUILD_OPTION_CHECKPOINT:
            is_good = is_good && task->count < REBUILD_CHECKPOINTS_MAX;
            task->checkpoints[is_good ? task->count++ : 0] = optarg;
            continue;
        case REBUILD_OPTION_HELP: rebuild_print_help(stdout); return EXIT_CODE_DONE;
        }
        is_good = false;
    }
    config_set_defaults(&task->config, false);
    if (is_good && file != NULL && !config_read(&task->config, file)) {
        return EXIT_CODE_USAGE;
    }
    if (directory != NULL && strlen(directory) < sizeof task->config.directory) {
        (void)snprintf(task->config.directory, sizeof task->config.directory, "%s", directory);
    }
    if (!is_good || optind != argc || task->config.directory[0] == '\0') {
        rebuild_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    (void)snprintf(task->tree, sizeof task->tree, "%s/" RECORD_TREE_NAME, task->config.directory);
    (void)snprintf(task->fresh, sizeof task->fresh, "%s/" RECORD_TREE_NAME ".rebuilt",
                   task->config.directory);
    return -1;
}

/* ------------------------------------------------------------------ what there is */

/* Whose journal, and its notary's key. -1, or the exit code. */
static int rebuild_find_key(struct rebuild_task *task)
{
    const char *directory = task->config.directory;
    const struct journal_reader_options options = {
        .storage = storage_system(), .directory = directory, .from = 1};
    char text[JOURNAL_ERROR_TEXT_SIZE];
    struct journal_error error;
    struct node_key node_key;
    struct journal_reader *reader = journal_reader_open(&options, &error);

    if (reader == NULL) {
        return rebuild_say(directory, journal_error_text(&error, text), EXIT_CODE_FAILED);
    }
    task->node = journal_reader_tail(reader)->head.node;
    journal_reader_close(reader);
    int result = node_key_read(directory, &node_key);
    if (result == 0) {
        result = notary_key_read(directory, &node_key, &task->node, task->seed);
    }
    secret_wipe(&node_key, sizeof node_key);
    if (result != 0) {
        return rebuild_say(NOTARY_KEY_NAME, strerror(-result), EXIT_CODE_FAILED);
    }
    return notary_make_key(&task->node, task->seed, &task->key)
               ? -1
               : rebuild_say(NOTARY_KEY_NAME, "it cannot be used", EXIT_CODE_FAILED);
}

/* Keeps notaries out of the folder of before, which may be gone. -1, or the exit code. */
static int rebuild_hold(struct rebuild_task *task)
{
    const struct storage *storage = storage_system();
    struct stat status;

    if (lstat(task->fresh, &status) == 0) {
        return rebuild_say(task->fresh, "left over; look at it, and move it away",
                           EXIT_CODE_FAILED);
    }
    task->before = storage->open_folder(storage->context, task->tree, false);
    if (task->before < 0) {
        return task->before == -ENOENT
                   ? -1
                   : rebuild_say(task->tree, strerror(-task->before), EXIT_CODE_FAILED);
    }
    task->lock = notary_keep_out(storage, task->before);
    return task->lock >= 0 ? -1
                           : rebuild_say(task->tree,
                                         "a notary works there; a node's own one is "
                                         "tried again, and may be for a moment",
                                         EXIT_CODE_FAILED);
}

/* A checkpoint out of a file, which must be one. -1, or the exit code. */
static int rebuild_know(struct rebuild_task *task, const char *path, bool must_be)
{
    char note[NOTE_SIZE_MAX + 1];
    int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0 && errno == ENOENT && !must_be) {
        return -1;
    }
    ssize_t size = file < 0 ? -1 : read(file, note, sizeof note);
    int error = errno;
    if (file >= 0) {
        (void)close(file);
    }
    if (size < 0) {
        return rebuild_say(path, strerror(error), EXIT_CODE_FAILED);
    }
    const char *wrong = signed_trees_add_note(&task->trees, &task->key, note, (size_t)size);
    if (wrong != NULL) {
        return rebuild_say(path, wrong, EXIT_CODE_DAMAGED);
    }
    (void)printf("signed: %" PRIu64 " batches (%s)\n", task->trees.tree[task->trees.count - 1].size,
                 path);
    return -1;
}

/* Everything that says what was signed. -1, or the exit code. */
static int rebuild_gather(struct rebuild_task *task)
{
    char path[REBUILD_PATH_MAX + 16];
    struct checkpoint last = {.size = 0};
    int code = -1;

    if (task->before >= 0 && (!notary_recall(storage_system(), task->before, &task->node, &last) ||
                              !signed_trees_add(&task->trees, &last))) {
        return rebuild_say(task->tree, "its state is that of another node", EXIT_CODE_DAMAGED);
    }
    if (last.size > 0) {
        (void)printf("signed: %" PRIu64 " batches (the notary's state)\n", last.size);
    }
    for (size_t i = 1; i < sizeof rebuild_kept / sizeof rebuild_kept[0] && code < 0; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", task->tree, rebuild_kept[i]);
        code = rebuild_know(task, path, false);
    }
    for (size_t i = 0; i < task->count && code < 0; i++) {
        code = rebuild_know(task, task->checkpoints[i], true);
    }
    if (code < 0 && task->trees.count == 0) {
        return rebuild_say(task->tree,
                           "nothing there says what was signed: give a checkpoint that somebody "
                           "has kept with --checkpoint",
                           EXIT_CODE_FAILED);
    }
    return code;
}

/* The core's word, at which a notary stops, too. -1, or the exit code. */
static int rebuild_ask_core(struct rebuild_task *task)
{
    static struct link_client link;
    struct link_notice notice = {.kind = 0};
    int result = 0;

    if (!link_client_create(&link)) {
        return rebuild_say("core", "no memory", EXIT_CODE_FAILED);
    }
    if (link_client_connect(&link, task->config.directory) == 0) {
        struct pollfd watched = {.fd = link.fd, .events = POLLIN};

        do {
            result = link_client_next(&link, &notice);
        } while (result == 0 && poll(&watched, 1, REBUILD_PATIENCE_MS) > 0);
    }
    link_client_destroy(&link);
    task->durable = notice.number;
    return result > 0 && notice.kind == LINK_NOTICE_WELCOME
               ? -1
               : rebuild_say(task->config.directory,
                             "its core does not answer, and nobody else knows what is durable",
                             EXIT_CODE_FAILED);
}

/* ------------------------------------------------------------------ building */

/* The files that others read, as they are: the notary will bring them up to date. 0 or a negative errno. */
static int rebuild_keep_files(const struct rebuild_task *task)
{
    char bytes[NOTE_SIZE_MAX];
    int result = 0;
    int fresh = open(task->fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fresh < 0) {
        return -errno;
    }
    for (size_t i = 0; i < sizeof rebuild_kept / sizeof rebuild_kept[0] && result == 0; i++) {
        char path[REBUILD_PATH_MAX + 16];

        (void)snprintf(path, sizeof path, "%s/%s", task->tree, rebuild_kept[i]);
        int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        ssize_t size = file < 0 ? 0 : read(file, bytes, sizeof bytes);

        if (file >= 0) {
            (void)close(file);
        }
        result =
            size > 0 ? replaced_file_write(fresh, rebuild_kept[i], bytes, (size_t)size) : result;
    }
    (void)close(fresh);
    return result;
}

/* In a process of its own, as the notary's user: the files shall be his. Its exit code. */
static int rebuild_build(const struct rebuild_task *task)
{
    const struct notary_options notary = {
        .directory = task->fresh, .node = task->node, .seed = task->seed};
    const struct tree_rebuild_options options = {.notary = &notary,
                                                 .journal = task->config.directory,
                                                 .durable = task->durable,
                                                 .trees = &task->trees};
    struct tree_rebuild_report report;

    if (!separation_become(&task->config, PROCESS_KIND_NOTARY)) {
        return EXIT_CODE_FAILED;
    }
    switch (tree_rebuild(&options, &report)) {
    case TREE_REBUILT_DONE: break;
    case TREE_REBUILT_OTHER:
        return rebuild_say(task->config.directory, report.text, EXIT_CODE_DAMAGED);
    case TREE_REBUILT_UNKNOWN:
    case TREE_REBUILT_FAILED: return rebuild_say(task->fresh, report.text, EXIT_CODE_FAILED);
    }
    int result = rebuild_keep_files(task);
    if (result != 0) {
        return rebuild_say(task->fresh, strerror(-result), EXIT_CODE_DISK);
    }
    (void)printf("rebuilt: %" PRIu64 " batches, commands 1 to %" PRIu64 "\n", report.tree.size,
                 report.number);
    return EXIT_CODE_DONE;
}

static int rebuild_in_child(const struct rebuild_task *task)
{
    int status = 0;

    if (!separation_give_place(&task->config, PROCESS_KIND_NOTARY, task->fresh)) {
        return EXIT_CODE_FAILED;
    }
    (void)fflush(stdout);
    pid_t child = bound_child_fork(SIGTERM);
    if (child == 0) {
        int code = rebuild_build(task);

        (void)fflush(stdout);
        _exit(code);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
        return rebuild_say(task->fresh, "it was not built", EXIT_CODE_FAILED);
    }
    return WEXITSTATUS(status);
}

/* The new folder takes the place of the old one, which gets a name with the time. */
static int rebuild_swap(const struct rebuild_task *task)
{
    char aside[REBUILD_PATH_MAX + 48];
    int64_t now_us = clock_wall_us(clock_source_system());
    bool is_swapped = task->before < 0 ? rename(task->fresh, task->tree) == 0
                                       : renameat2(AT_FDCWD, task->fresh, AT_FDCWD, task->tree,
                                                   RENAME_EXCHANGE) == 0;

    if (!is_swapped) {
        return rebuild_say(task->tree, strerror(errno), EXIT_CODE_DISK);
    }
    (void)snprintf(aside, sizeof aside, "%s.before-%" PRId64, task->tree, now_us / 1000000);
    if (task->before >= 0 && rename(task->fresh, aside) == 0) {
        (void)printf("the folder of before: %s\n", aside);
    }
    int folder = open(task->config.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_durable = folder >= 0 && fsync(folder) == 0;
    int error = errno;
    if (folder >= 0) {
        (void)close(folder);
    }
    return is_durable ? EXIT_CODE_DONE
                      : rebuild_say(task->config.directory, strerror(error), EXIT_CODE_DISK);
}

int rebuild_tree_main(int argc, char **argv)
{
    static struct rebuild_task task = {.before = -1, .lock = -1};
    int code = rebuild_parse(&task, argc, argv);

    if (code < 0) {
        code = rebuild_find_key(&task);
    }
    if (code < 0) {
        code = rebuild_hold(&task);
    }
    if (code < 0) {
        code = rebuild_gather(&task);
    }
    if (code < 0) {
        code = rebuild_ask_core(&task);
    }
    if (code < 0) {
        code = rebuild_in_child(&task);
        code = code == EXIT_CODE_DONE ? rebuild_swap(&task) : code;
    }
    secret_wipe(task.seed, sizeof task.seed);
    return code; /* the lock goes with the process */
}
