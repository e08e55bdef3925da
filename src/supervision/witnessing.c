/* SPDX-License-Identifier: Apache-2.0
 *
 * A witness beside the loop. A room of its own because two processes meet here: the child may wait for a network and a
 * disk, the loop may not.
 *
 * Invariants: the child asks one question at a time and waits; the loop answers with what stands in memory and never
 * waits. The key is read in the child. A refusal that two checkpoints cannot put right is the end of cosigning until a
 * person has looked; of following it is not. A child that dies is started again, later; it goes on from its state on the
 * disk.
 *
 * Read next: cosigner.c, own_tree.c, owed_watch.c.
 */
#include "supervision/witnessing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/bound_child.h"
#include "platform/entropy.h"
#include "platform/replaced_file.h"
#include "platform/secret_file.h"

enum {
    WITNESSING_PAUSE_MS = 250,       /* between two looks */
    WITNESSING_RESTART_US = 5000000, /* after a child has died */
    WITNESSING_PATH_SIZE = 4200,
    WITNESSING_MESSAGES_A_TURN = 8
};

enum message_kind { MESSAGE_QUESTION = 1, MESSAGE_REPORT = 2, MESSAGE_TROUBLE = 3 };

struct message { /* from the child */
    enum message_kind kind;
    uint64_t size; /* QUESTION: the checkpoint's, and the last one cosigned */
    uint64_t cosigned_size;
    struct cosigner_report report;
    char trouble[160];
};

struct reply { /* to the child */
    enum own_word word;
    struct hash256 root;
};

struct witnessing {
    struct witnessing_options options;
    char folder[WITNESSING_PATH_SIZE];
    struct own_tree *tree;
    struct owed_watch owed;
    pid_t child; /* 0: none */
    int socket;
    int64_t begun_us;     /* of the child, or of the pause after it */
    int64_t covered_us;   /* since when something waits to be cosigned; 0: no turn yet */
    uint64_t ahead_size;  /* batches proven when the last checkpoint was found to be ahead of us */
    uint64_t wanted_size; /* of the last checkpoint asked about */
    uint64_t cosigned_size; /* as the child said */
    bool is_final;          /* no child is started any more */
    bool is_raised[ALARM_COUNT];
    char reason[320];
};

/* ------------------------------------------------------------------ the child */

struct child {
    int socket;
    int folder;
    struct cosigner cosigner;
    const struct witnessing_options *options;
};

static enum own_word ask_parent(void *context, uint64_t size, uint64_t cosigned_size,
                                struct hash256 *root)
{
    const struct child *child = context;
    struct message message = {
        .kind = MESSAGE_QUESTION, .size = size, .cosigned_size = cosigned_size};
    struct reply reply;

    if (send(child->socket, &message, sizeof message, MSG_NOSIGNAL) != (ssize_t)sizeof message ||
        recv(child->socket, &reply, sizeof reply, 0) != (ssize_t)sizeof reply) {
        return OWN_WORD_LOST;
    }
    *root = reply.root;
    return reply.word;
}

static _Noreturn void child_give_up(const struct child *child, const char *what, const char *why)
{
    struct message message = {.kind = MESSAGE_TROUBLE};

    (void)snprintf(message.trouble, sizeof message.trouble, "%s: %s", what, why);
    (void)send(child->socket, &message, sizeof message, MSG_NOSIGNAL);
    _exit(1);
}

/* The supervisor's key: made by whoever needs it first. Two children may try at once: one makes it. */
static int find_key(const char *folder, uint8_t seed[ED25519_KEY_SIZE])
{
    int result = secret_file_read(folder, WITNESSING_KEY_NAME, seed, ED25519_KEY_SIZE);

    if (result == -ENOENT) {
        entropy_fill(seed, ED25519_KEY_SIZE);
        result = secret_file_create(folder, WITNESSING_KEY_NAME, seed, ED25519_KEY_SIZE);
    }
    return result;
}

static void child_open(struct child *child, const char *folder)
{
    const struct witnessing_options *options = child->options;
    char verifier[NOTE_KEY_TEXT_MAX + 2];
    uint8_t seed[ED25519_KEY_SIZE];
    const char *error = NULL;
    int result = find_key(options->key_folder, seed);

    if (result != 0) {
        child_give_up(child, WITNESSING_KEY_NAME, strerror(-result));
    }
    const struct witness_options wanted = {
        .directory = folder, .log = options->log, .name = options->name, .seed = seed};
    child->cosigner.witness = witness_open(&wanted, &error);
    secret_wipe(seed, sizeof seed);
    if (child->cosigner.witness == NULL) {
        child_give_up(child, WITNESSING_FOLDER, error);
    }
    child->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    note_key_write(witness_key(child->cosigner.witness), verifier);
    size_t size = strlen(verifier);
    verifier[size] = '\n';
    result = replaced_file_write(child->folder, "key", verifier, size + 1);
    if (result != 0) {
        child_give_up(child, WITNESSING_FOLDER, strerror(-result));
    }
}

/* What was cosigned is there for whoever publishes it before the loop hears of it. */
static void child_look(struct child *child)
{
    struct message message = {.kind = MESSAGE_REPORT};
    struct cosigner_report *report = &message.report;

    cosigner_look(&child->cosigner, (uint64_t)(clock_wall_us(child->options->clock) / 1000000),
                  report);
    if (report->look == COSIGNER_LOOK_LOST) {
        _exit(0);
    }
    if (report->look == COSIGNER_LOOK_COSIGNED) {
        int result = replaced_file_write(child->folder, WITNESSING_COSIGNED_NAME, report->note,
                                         report->note_size);
        if (result != 0) {
            child_give_up(child, WITNESSING_COSIGNED_NAME, strerror(-result));
        }
    }
    if (send(child->socket, &message, sizeof message, MSG_NOSIGNAL) != (ssize_t)sizeof message) {
        _exit(0);
    }
    if (report->look == COSIGNER_LOOK_REFUSED && cosigner_is_final(report->answer)) {
        _exit(0);
    }
}

static _Noreturn void run_child(const struct witnessing *witnessing, int socket)
{
    struct child child = {.socket = socket, .options = &witnessing->options};
    struct pollfd watched = {.fd = socket, .events = POLLIN};

    child.cosigner = (struct cosigner){.log = witnessing->options.log,
                                       .source = witnessing->options.source,
                                       .own = {.context = &child, .ask = ask_parent}};
    child_open(&child, witnessing->folder);
    if (witnessing->options.on_child != NULL) {
        witnessing->options.on_child(witnessing->options.child_context);
    }
    /* Nothing is said to it unasked: what wakes it is that the other end has gone. */
    while (poll(&watched, 1, WITNESSING_PAUSE_MS) == 0) {
        child_look(&child);
    }
    _exit(0);
}

static bool start_child(struct witnessing *witnessing)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    pid_t child = bound_child_fork(SIGKILL);
    if (child == 0) {
        (void)close(ends[0]);
        run_child(witnessing, ends[1]);
    }
    (void)close(ends[1]);
    if (child < 0) {
        (void)close(ends[0]);
        return false;
    }
    witnessing->child = child;
    witnessing->socket = ends[0];
    return true;
}

static void end_child(struct witnessing *witnessing)
{
    if (witnessing->child != 0) {
        (void)kill(witnessing->child, SIGKILL);
        (void)close(witnessing->socket);
        (void)waitpid(witnessing->child, NULL, 0);
        witnessing->child = 0;
        witnessing->socket = -1;
    }
}

/* ------------------------------------------------------------------ opening */

struct witnessing *witnessing_create(const struct witnessing_options *options)
{
    struct witnessing *witnessing = calloc(1, sizeof *witnessing);

    if (witnessing == NULL) {
        return NULL;
    }
    witnessing->options = *options;
    witnessing->socket = -1;
    (void)snprintf(witnessing->folder, sizeof witnessing->folder, "%s/" WITNESSING_FOLDER,
                   options->directory);
    witnessing->begun_us = clock_monotonic_us(options->clock) - WITNESSING_RESTART_US;
    witnessing->tree = own_tree_create();
    witnessing->owed = (struct owed_watch){.tree = witnessing->tree,
                                           .storage = storage_system(),
                                           .copy = options->directory,
                                           .keys = options->epoch_keys};
    if (witnessing->tree == NULL || !owed_watch_open(&witnessing->owed)) {
        witnessing_destroy(witnessing);
        return NULL;
    }
    return witnessing;
}

void witnessing_destroy(struct witnessing *witnessing)
{
    if (witnessing != NULL) {
        end_child(witnessing);
        owed_watch_close(&witnessing->owed);
        own_tree_destroy(witnessing->tree);
        free(witnessing);
    }
}

void witnessing_listeners(struct witnessing *witnessing,
                          struct replica_listener out[WITNESSING_LISTENERS])
{
    out[0] = owed_watch_listener(&witnessing->owed);
    out[1] = own_tree_listener(witnessing->tree);
}

int witnessing_fd(const struct witnessing *witnessing)
{
    return witnessing->socket;
}

uint64_t witnessing_cosigned_size(const struct witnessing *witnessing)
{
    return witnessing->cosigned_size;
}

bool witnessing_has_refused(const struct witnessing *witnessing)
{
    return witnessing->is_final;
}

/* ------------------------------------------------------------------ alarms */

static void tell(struct witnessing *witnessing, struct pursuit_alarm *alarm)
{
    if (witnessing->is_raised[alarm->alarm] == alarm->is_raised) {
        return;
    }
    witnessing->is_raised[alarm->alarm] = alarm->is_raised;
    witnessing->options.alarms.on_alarm(witnessing->options.alarms.context, alarm);
}

static void raise_alarm(struct witnessing *witnessing, enum alarm which, uint64_t number,
                        const char *reason)
{
    struct pursuit_alarm alarm = {
        .alarm = which, .is_raised = true, .number = number, .reason = reason};

    tell(witnessing, &alarm);
}

static void clear_alarm(struct witnessing *witnessing, enum alarm which, const char *reason)
{
    struct pursuit_alarm alarm = {
        .alarm = which, .number = witnessing->cosigned_size, .reason = reason};

    tell(witnessing, &alarm);
}

/* ------------------------------------------------------------------ what the child says */

static void take_refusal(struct witnessing *witnessing, const struct cosigner_report *report)
{
    struct pursuit_alarm alarm = {
        .alarm = ALARM_CHECKPOINT,
        .is_raised = true,
        .number = report->size,
        .reason = witnessing->reason,
        .evidence = (const uint8_t *)report->note,
        .evidence_size = report->answer >= WITNESS_ANSWER_ROLLBACK ? report->note_size : 0,
    };

    (void)snprintf(witnessing->reason, sizeof witnessing->reason,
                   "a checkpoint of %llu batches is not cosigned: %s",
                   (unsigned long long)report->size, witness_answer_text(report->answer));
    if (cosigner_is_final(report->answer)) {
        /* A graver finding may follow a lighter one that still stands. */
        witnessing->is_raised[ALARM_CHECKPOINT] = false;
        witnessing->is_final = true;
    }
    tell(witnessing, &alarm);
}

static void take_report(struct witnessing *witnessing, const struct cosigner_report *report)
{
    witnessing->cosigned_size = report->cosigned_size;
    switch (report->look) {
    case COSIGNER_LOOK_COSIGNED:
        witnessing->covered_us = clock_monotonic_us(witnessing->options.clock);
        own_tree_settle(witnessing->tree, report->size);
        clear_alarm(witnessing, ALARM_CHECKPOINT, "a later checkpoint is cosigned");
        clear_alarm(witnessing, ALARM_UNSIGNED, "checkpoints are cosigned again");
        return;
    case COSIGNER_LOOK_REFUSED: take_refusal(witnessing, report); return;
    case COSIGNER_LOOK_SAME:
        clear_alarm(witnessing, ALARM_CHECKPOINT, "the checkpoint cosigned last is shown again");
        return;
    case COSIGNER_LOOK_AHEAD:
        /* While the copy catches up nothing can be cosigned, and nothing is wrong. */
        if (own_tree_synced(witnessing->tree) > witnessing->ahead_size) {
            witnessing->ahead_size = own_tree_synced(witnessing->tree);
            witnessing->covered_us = clock_monotonic_us(witnessing->options.clock);
        }
        return;
    case COSIGNER_LOOK_HELD: /* has an alarm of its own when it takes more than time */
        witnessing->covered_us = clock_monotonic_us(witnessing->options.clock);
        return;
    case COSIGNER_LOOK_NO_SOURCE:
    case COSIGNER_LOOK_GONE:
    case COSIGNER_LOOK_LOST: return;
    }
}

static void answer(struct witnessing *witnessing, const struct message *message)
{
    struct reply reply = {.word = OWN_WORD_LATER};

    witnessing->wanted_size = message->size;
    owed_watch_settle(&witnessing->owed, message->cosigned_size);
    switch (own_tree_root(witnessing->tree, message->size, &reply.root)) {
    case OWN_ROOT_KNOWN:
        reply.word =
            owed_watch_covers(&witnessing->owed, message->size) ? OWN_WORD_ROOT : OWN_WORD_HELD;
        break;
    case OWN_ROOT_LATER: break;
    case OWN_ROOT_GONE: reply.word = OWN_WORD_GONE; break;
    }
    (void)send(witnessing->socket, &reply, sizeof reply, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The child has ended: by itself, or because it could not go on. */
static void lose_child(struct witnessing *witnessing)
{
    end_child(witnessing);
    witnessing->begun_us = clock_monotonic_us(witnessing->options.clock);
}

static void hear_child(struct witnessing *witnessing)
{
    for (int i = 0; i < WITNESSING_MESSAGES_A_TURN && witnessing->child != 0; i++) {
        struct message message;
        ssize_t got = recv(witnessing->socket, &message, sizeof message, MSG_DONTWAIT);

        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (got != (ssize_t)sizeof message) {
            lose_child(witnessing);
            return;
        }
        switch (message.kind) {
        case MESSAGE_QUESTION: answer(witnessing, &message); break;
        case MESSAGE_REPORT: take_report(witnessing, &message.report); break;
        case MESSAGE_TROUBLE:
            (void)snprintf(witnessing->reason, sizeof witnessing->reason,
                           "the witness cannot work: %.*s", (int)sizeof message.trouble - 1,
                           message.trouble);
            raise_alarm(witnessing, ALARM_CHECKPOINT, witnessing->cosigned_size,
                        witnessing->reason);
            break;
        }
    }
}

/* ------------------------------------------------------------------ turns */

static void build_owed(struct witnessing *witnessing, int64_t now_us)
{
    struct owed_watch *watch = &witnessing->owed;
    uint64_t size = own_tree_synced(witnessing->tree);

    if (witnessing->wanted_size == 0) {
        return; /* what was cosigned in an earlier life is not known yet */
    }
    switch (owed_watch_work(watch, size, now_us)) {
    case OWED_NEWS_NONE: return;
    case OWED_NEWS_AGREES:
        clear_alarm(witnessing, ALARM_LIABILITIES, "the root was built again and agrees");
        return;
    case OWED_NEWS_WRONG:
        witnessing->is_raised[ALARM_LIABILITIES] = false; /* graver than a key that was missing */
        witnessing->is_final = true;
        break;
    case OWED_NEWS_NO_KEY:
    case OWED_NEWS_FAILED: break;
    }
    raise_alarm(witnessing, ALARM_LIABILITIES, watch->about.number, watch->reason);
}

/* Is something proven that no cosigned checkpoint covers, for longer than a notary takes? */
static void look_at_clock(struct witnessing *witnessing, int64_t now_us)
{
    uint64_t synced = own_tree_synced(witnessing->tree);

    if (witnessing->covered_us == 0 ||
        (synced <= witnessing->cosigned_size && witnessing->wanted_size <= synced)) {
        witnessing->covered_us = now_us;
    } else if (now_us - witnessing->covered_us >= witnessing->options.patience_us) {
        (void)snprintf(witnessing->reason, sizeof witnessing->reason,
                       "%llu batches are proven, %llu are under a checkpoint that was cosigned",
                       (unsigned long long)synced, (unsigned long long)witnessing->cosigned_size);
        raise_alarm(witnessing, ALARM_UNSIGNED, synced, witnessing->reason);
    }
}

void witnessing_work(struct witnessing *witnessing)
{
    int64_t now_us = clock_monotonic_us(witnessing->options.clock);

    if (witnessing->child == 0 && !witnessing->is_final &&
        now_us - witnessing->begun_us >= WITNESSING_RESTART_US) {
        witnessing->begun_us = now_us;
        (void)start_child(witnessing);
    }
    hear_child(witnessing);
    build_owed(witnessing, now_us);
    look_at_clock(witnessing, now_us);
    if (witnessing->is_final) {
        end_child(witnessing);
    }
}

void witnessing_stop(struct witnessing *witnessing)
{
    end_child(witnessing);
    side_task_stop(&witnessing->owed.task);
}
