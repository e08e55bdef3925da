/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy notary`: follows the journal, keeps its Merkle tree, and signs a checkpoint every second while
 * there is something new. No replica of the state: it reads what the core calls durable, and nothing
 * else. It may die at any moment: it goes on from what it signed last. Read next: notary/notary.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/reader.h"
#include "node/link_client.h"
#include "node/record_places.h"
#include "notary/notary.h"
#include "notary/notary_key.h"
#include "platform/clock.h"
#include "platform/log_line.h"
#include "platform/replaced_file.h"
#include "platform/seal.h"
#include "programs/commands.h"
#include "programs/config.h"
#include "programs/exit_codes.h"
#include "programs/options.h"
#include "programs/process_confinement.h"
#include "programs/readiness.h"
#include "programs/self_test.h"
#include "programs/separation.h"

enum { BATCHES_A_TURN = 1024, PAUSE_MS = 100, CHECKPOINT_MS = 1000, NOTARY_PATH_MAX = 1100 };

struct notary_process {
    const struct config *config;
    struct notary *notary;
    struct journal_reader *reader;
    struct link_client link;
    uint64_t durable; /* as the core said */
    int64_t due_ms;   /* no checkpoint before */
    int tree;         /* the tree's folder, as a descriptor */
    bool is_mute;     /* it can say nothing to the core, nor find it again */
    bool has_lost;    /* … and the core has gone: the end is near */
    int stop;
};

static int64_t notary_now_ms(void)
{
    return clock_monotonic_us(clock_source_system()) / 1000;
}

static int notary_say(const char *event, const char *what, int code)
{
    log_event(LOG_LEVEL_ERROR, event, "what", what);
    return code;
}

/* ------------------------------------------------------------------ publishing */

/* A reader sees the old one or the new one. */
static bool notary_put_file(const struct notary_process *process, const char *name,
                            const char *text, size_t size)
{
    int result = replaced_file_write(process->tree, name, text, size);

    errno = -result;
    return result == 0;
}

/* What is out already; 0: nothing is. */
static size_t notary_read_published(const char *path, char *out, size_t capacity)
{
    char name[NOTARY_PATH_MAX + 16];

    (void)snprintf(name, sizeof name, "%s/%s", path, RECORD_CHECKPOINT_NAME);
    int file = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    ssize_t size = read(file, out, capacity);
    (void)close(file);
    return size > 0 ? (size_t)size : 0;
}

static bool notary_publish(struct notary_process *process)
{
    char note[CHECKPOINT_NOTE_MAX + 1];
    size_t size = notary_sign(process->notary, note);

    process->due_ms = notary_now_ms() + CHECKPOINT_MS;
    if (size == 0) {
        (void)notary_say("cannot_sign", notary_error(process->notary), 0);
        return false;
    }
    if (!notary_put_file(process, RECORD_CHECKPOINT_NAME, note, size)) {
        (void)notary_say("cannot_publish", strerror(errno), 0);
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------ opening */

static struct journal_reader *notary_open_reader(const struct config *config, uint64_t from)
{
    const struct journal_reader_options options = {
        .storage = storage_system(), .directory = config->directory, .from = from};
    char text[JOURNAL_ERROR_TEXT_SIZE];
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);

    if (reader == NULL) {
        (void)notary_say("journal", journal_error_text(&error, text), 0);
    }
    return reader;
}

/* The key of before; a new one only where no tree was ever made. */
static int notary_find_key(const struct config *config, const struct node_id *node,
                           const char *tree, uint8_t seed[ED25519_KEY_SIZE])
{
    struct node_key node_key;
    struct stat status;
    int result = node_key_read(config->directory, &node_key);

    if (result != 0) {
        return result;
    }
    result = notary_key_read(config->directory, &node_key, node, seed);
    if (result == -ENOENT && stat(tree, &status) != 0 && errno == ENOENT) {
        result = notary_key_create(config->directory, &node_key, node, seed);
    }
    secret_wipe(&node_key, sizeof node_key);
    return result;
}

static int notary_open_tree(struct notary_process *process, const struct node_id *node)
{
    char tree[NOTARY_PATH_MAX];
    char published[NOTE_SIZE_MAX];
    char error[NOTARY_ERROR_MAX];
    uint8_t seed[ED25519_KEY_SIZE];
    struct notary_options options = {.directory = tree, .node = *node, .seed = seed};

    (void)snprintf(tree, sizeof tree, "%s/%s", process->config->directory, RECORD_TREE_NAME);
    int result = notary_find_key(process->config, node, tree, seed);
    if (result != 0) {
        return notary_say("notary_key", strerror(-result), EXIT_CODE_FAILED);
    }
    /* Its key is read: from now on it needs no more than its tree and a journal to read. */
    if (!separation_give_place(process->config, PROCESS_KIND_NOTARY, tree) ||
        !separation_become(process->config, PROCESS_KIND_NOTARY)) {
        return EXIT_CODE_FAILED;
    }
    options.published_size = notary_read_published(tree, published, sizeof published);
    options.published = options.published_size > 0 ? published : NULL;
    process->notary = notary_open(&options, error);
    secret_wipe(seed, sizeof seed);
    if (process->notary == NULL) {
        return notary_say("notary", error, EXIT_CODE_DAMAGED);
    }
    process->tree = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return process->tree < 0 ? notary_say("notary", strerror(errno), EXIT_CODE_FAILED) : -1;
}

/* The key as verifiers want it, and the checkpoint of before: a crash may have come between its
 * signature and its publication. */
static int notary_show(struct notary_process *process)
{
    char key[NOTE_KEY_TEXT_MAX + 2];

    note_key_write(notary_key(process->notary), key);
    size_t size = strlen(key);
    key[size] = '\n';
    if (!notary_put_file(process, RECORD_KEY_NAME, key, size + 1)) {
        return notary_say("cannot_publish", strerror(errno), EXIT_CODE_FAILED);
    }
    return notary_last(process->notary).size == 0 || notary_publish(process) ? -1 : EXIT_CODE_DISK;
}

/* -1, or the exit code. */
static int notary_prepare(struct notary_process *process)
{
    struct journal_reader *first = notary_open_reader(process->config, 1);

    if (first == NULL) {
        return EXIT_CODE_FAILED;
    }
    struct node_id node = journal_reader_tail(first)->head.node;
    journal_reader_close(first);
    int code = notary_open_tree(process, &node);
    if (code >= 0) {
        return code;
    }
    process->reader = notary_open_reader(process->config, notary_number(process->notary) + 1);
    if (process->reader == NULL) {
        return EXIT_CODE_DAMAGED;
    }
    if (!notary_is_of(process->notary, &journal_reader_tail(process->reader)->head)) {
        return notary_say("journal", "it does not continue what was signed", EXIT_CODE_DAMAGED);
    }
    return notary_show(process);
}

/* ------------------------------------------------------------------ following */

/* Listens to the core. -1, or the exit code. */
static int notary_hear(struct notary_process *process)
{
    struct link_notice notice;
    int result = 0;

    if (process->has_lost ||
        (process->link.fd < 0 && link_client_connect(&process->link, process->config->directory))) {
        return -1;
    }
    if (!process->is_mute) {
        process->is_mute = process_mute(process->link.fd);
    }
    while ((result = link_client_next(&process->link, &notice)) > 0) {
        if (notice.kind == LINK_NOTICE_WELCOME && notice.number < notary_number(process->notary)) {
            return notary_say("journal", "the core calls less durable than was signed",
                              EXIT_CODE_DAMAGED);
        }
        process->durable = notice.number > process->durable ? notice.number : process->durable;
    }
    if (result < 0 && process->is_mute) {
        process->has_lost =
            true; /* the descriptor stays: its number is the one that may not speak */
    } else if (result < 0) {
        link_client_disconnect(&process->link);
    }
    return -1;
}

/* Takes in some durable batches. -1, or the exit code. */
static int notary_take(struct notary_process *process)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];
    struct journal_batch batch;

    for (uint32_t i = 0; i < BATCHES_A_TURN; i++) {
        if (notary_number(process->notary) >= process->durable) {
            return -1;
        }
        switch (journal_reader_next(process->reader, process->durable, &batch)) {
        case JOURNAL_READ_BATCH: break;
        case JOURNAL_READ_END: return -1;
        case JOURNAL_READ_TORN:
        case JOURNAL_READ_DAMAGED:
        case JOURNAL_READ_FAILED:
            return notary_say("journal",
                              journal_error_text(journal_reader_error(process->reader), text),
                              EXIT_CODE_DAMAGED);
        }
        if (!notary_add(process->notary, &batch)) {
            return notary_say("notary", notary_error(process->notary), EXIT_CODE_DAMAGED);
        }
    }
    return -1;
}

/* Waits for news, or for the next checkpoint to be due. True: stop. */
static bool notary_wait(const struct notary_process *process, bool is_live)
{
    struct pollfd watched[2] = {
        {.fd = process->stop, .events = POLLIN},
        {.fd = process->link.fd, .events = POLLIN},
    };
    int64_t left_ms = process->due_ms - notary_now_ms();
    int wait_ms = process->link.fd < 0 ? PAUSE_MS : -1;

    if (notary_has_news(process->notary)) {
        wait_ms = left_ms > 0 ? (int)left_ms : 0;
    }
    (void)poll(watched, 2, is_live ? wait_ms : 0);
    return (watched[0].revents & POLLIN) != 0;
}

static int notary_follow(struct notary_process *process)
{
    bool is_ready = false;

    for (;;) {
        int code = notary_hear(process);

        if (code < 0) {
            code = notary_take(process);
        }
        if (code >= 0) {
            return code;
        }
        bool is_live = notary_number(process->notary) >= process->durable;
        /* Only when caught up: on the way there a tree would be smaller than one signed before a state
         * was lost. */
        if (is_live && notary_has_news(process->notary) && notary_now_ms() >= process->due_ms &&
            !notary_publish(process)) {
            return EXIT_CODE_DISK;
        }
        if (!is_ready && is_live && process->durable > 0) {
            is_ready = true;
            readiness_tell(process->config->ready_fd, "notary");
        }
        if ((process->has_lost && is_live) || notary_wait(process, is_live)) {
            return !notary_has_news(process->notary) || notary_publish(process) ? EXIT_CODE_DONE
                                                                                : EXIT_CODE_DISK;
        }
    }
}

static int notary_stop_descriptor(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    return sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC) : -1;
}

int notary_main(int argc, char **argv)
{
    static struct config config;
    struct notary_process process = {.config = &config, .tree = -1};
    int code = options_parse(argc, argv, &config);

    if (code >= 0) {
        return code;
    }
    if (config.self_test) {
        return self_test_run(PROCESS_KIND_NOTARY, &config, stdout);
    }
    log_line_set_program("notary");
    process.stop = notary_stop_descriptor();
    if (process.stop < 0 || !link_client_create(&process.link)) {
        return notary_say("failed", strerror(errno), EXIT_CODE_FAILED);
    }
    code = notary_prepare(&process);
    if (code < 0) {
        process_confine(PROCESS_KIND_NOTARY, &config);
        code = notary_follow(&process);
    }
    journal_reader_close(process.reader);
    notary_close(process.notary);
    link_client_destroy(&process.link);
    return code;
}
