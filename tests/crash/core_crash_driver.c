/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes the power away from a core whose large batches are written by a thread of its own, and whose start
 * reads ahead on another. The driver is its client: it sends orders over the socket, and what the core
 * tells it is durable must be there when the next core has recovered. The number that counts is 0.
 *
 * usage: core_crash_driver CORE SHIM check|long|mutant-early|mutant-sync [SEED]
 *
 *   check         some dozen points
 *   long          at least 1,200 points
 *   mutant-early  the core tells or goes on before its log has synced: it must show
 *   mutant-sync   nothing is synced: killing the core must not show that, losing power must
 *
 * Works in a new folder below the current one, which must be on a real disk: tmpfs is refused.
 *
 * Read next: power_shim.c for the ways; crash_core.c; README.md for what was found.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash/crash_core.h"
#include "journal/log_writer.h"
#include "journal/reader.h"
#include "journal/verifier.h"
#include "node/link_client.h"
#include "platform/storage.h"
#include "support/node_scene.h"
#include "support/random_stream.h"

#define REPORT_BIT (UINT64_C(1) << 63)
#define THREAD_BIT (UINT64_C(1) << 62)

enum {
    ROUNDS = 9,
    CHECK_POINTS = 60,
    LONG_POINTS = 1200,
    MUTANT_POINTS = 60,
    MUTANT_LOST_MIN = 3,
    PATIENCE_MS = 20000,
};

static const char *const LOSSES[] = {"kill", "partial", "all", "sectors", "bytes"};
enum { LOSS_KILL = 0, LOSS_ALL = 2, LOSSES_MAX = 5 };

static struct {
    const char *core;
    const char *shim;
    char folder[64];
    char removed[80];
    char founded[80];
    struct random_stream random;
    uint32_t request; /* the last that was sent; every order of a point has its own */
    /* what came of it */
    uint64_t points;
    uint64_t in_thread; /* deaths while a second thread wrote */
    uint64_t in_start;  /* deaths before the core listened */
    uint64_t lost;
    uint64_t batches;
    uint64_t large; /* of them large enough for the thread */
    bool is_quiet;
} run;

struct life {
    bool is_shimmed;
    uint64_t call; /* the power goes before it; 0: never */
    int loss;
    uint32_t rounds;
    /* what came of it */
    bool is_up;
    uint64_t recovered;
    uint64_t acknowledged;
    uint64_t calls;
    bool was_killed;
    int status;
};

static _Noreturn void stop(const char *what)
{
    (void)fprintf(stderr, "core_crash_driver: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- folders ---- */

static void empty_folder(const char *path)
{
    DIR *listing = opendir(path);
    const struct dirent *entry;
    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            (void)unlinkat(dirfd(listing), entry->d_name, 0);
        }
    }
    if (listing != NULL) {
        (void)closedir(listing);
    }
}

static void copy_file(int from_folder, int to_folder, const char *name)
{
    struct stat status;
    int from = openat(from_folder, name, O_RDONLY | O_CLOEXEC);
    int to = openat(to_folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (from < 0 || to < 0 || fstat(from, &status) != 0) {
        stop(name);
    }
    for (off_t left = status.st_size; left > 0;) {
        ssize_t done = sendfile(to, from, NULL, (size_t)left);
        if (done <= 0) {
            stop(name);
        }
        left -= done;
    }
    (void)close(from);
    (void)close(to);
}

/* A node that has just been founded. */
static void make_folder(void)
{
    empty_folder(run.folder);
    empty_folder(run.removed);
    (void)mkdir(run.folder, 0700);
    (void)mkdir(run.removed, 0700);
    DIR *listing = opendir(run.founded);
    int to = open(run.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const struct dirent *entry;
    if (listing == NULL || to < 0) {
        stop(run.founded);
    }
    while ((entry = readdir(listing)) != NULL) {
        if (entry->d_type == DT_REG) {
            copy_file(dirfd(listing), to, entry->d_name);
        }
    }
    (void)closedir(listing);
    (void)close(to);
    run.request = 0;
}

static void remove_folders(void)
{
    const char *const folders[] = {run.folder, run.removed, run.founded};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        empty_folder(folders[i]);
        (void)rmdir(folders[i]);
    }
}

static void prepare(void)
{
    struct statfs system;
    int status = -1;
    (void)snprintf(run.folder, sizeof run.folder, "core-crash-%ld", (long)getpid());
    (void)snprintf(run.removed, sizeof run.removed, "%s-removed", run.folder);
    (void)snprintf(run.founded, sizeof run.founded, "%s-founded", run.folder);
    if (mkdir(run.founded, 0700) != 0 || statfs(run.founded, &system) != 0) {
        stop(run.founded);
    }
    if (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC) {
        stop("durability is not tested on a file system in memory");
    }
    pid_t child = fork();
    if (child == 0) {
        (void)execl(run.core, run.core, run.founded, "found", (char *)NULL);
        _exit(98);
    }
    if (waitpid(child, &status, 0) != child || status != 0) {
        stop("the node cannot be founded");
    }
}

/* ---- one life ---- */

static _Noreturn void become_core(const struct life *life)
{
    char text[32];
    if (life->is_shimmed) {
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)life->call);
        (void)setenv("POWER_CALL", text, 1);
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)random_next(&run.random));
        (void)setenv("POWER_SEED", text, 1);
        (void)setenv("POWER_LOSS", LOSSES[life->loss], 1);
        (void)setenv("POWER_FOLDER", run.folder, 1);
        (void)setenv("POWER_TELL", "1", 1);
        (void)setenv("LD_PRELOAD", run.shim, 1);
    }
    if (run.is_quiet) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(nowhere, 2);
    }
    (void)execl(run.core, run.core, run.folder, "run", (char *)NULL);
    _exit(98);
}

/* What was sent is a function of its request: so is what must be found. */
static struct command_order_place order_of(uint32_t request)
{
    enum side side = request % 2 == 0 ? SIDE_BUY : SIDE_SELL;
    struct command_order_place order = node_order(side == SIDE_BUY ? NODE_ALICE : NODE_BOB, side,
                                                  100, 1 + (int64_t)(request / 2 % 7));
    order.header.request = request;
    return order;
}

/* Listens until everything up to `wanted` is durable. False: the core is gone. */
static bool listen_until(struct link_client *client, struct life *life, uint64_t wanted)
{
    struct link_notice notice;
    for (;;) {
        int result;
        while ((result = link_client_next(client, &notice)) > 0) {
            if (notice.number > life->acknowledged) {
                life->acknowledged = notice.number;
            }
        }
        if (result < 0) {
            return false;
        }
        if (life->acknowledged >= wanted && wanted != 0) {
            return true;
        }
        /* Notices that were told before the end are read, even if nothing can be sent any more. */
        bool is_sending = link_client_flush(client) == 0 && link_client_wants_write(client);
        struct pollfd link = {.fd = client->fd,
                              .events = (short)(POLLIN | (is_sending ? POLLOUT : 0))};
        if (poll(&link, 1, PATIENCE_MS) == 0) {
            stop("the core says nothing more");
        }
    }
}

static void trade(struct life *life)
{
    struct link_client client;
    if (!link_client_create(&client)) {
        stop("no memory for a client");
    }
    bool is_there = link_client_connect(&client, run.folder) == 0;
    for (uint32_t round = 0; round < life->rounds && is_there; round++) {
        bool is_small = random_once_in(&run.random, 3);
        uint64_t count = 1 + random_below(&run.random, is_small ? 20 : 1500);
        uint64_t before =
            life->acknowledged > life->recovered ? life->acknowledged : life->recovered;
        for (uint64_t i = 0; i < count && is_there; i++) {
            struct command_order_place order = order_of(++run.request);
            is_there = link_client_queue(&client, &order.header);
        }
        is_there = is_there && listen_until(&client, life, before + count);
    }
    link_client_destroy(&client);
}

static void take_reports(struct life *life, int out)
{
    uint64_t told;
    while (read(out, &told, sizeof told) == (ssize_t)sizeof told) {
        if ((told & REPORT_BIT) != 0) {
            life->calls = told & ~REPORT_BIT;
        } else if ((told & THREAD_BIT) != 0) {
            run.in_thread += told & 1;
        }
    }
}

static void live(struct life *life)
{
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
        stop("no pipe");
    }
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(in[0], 0);
        (void)dup2(out[1], 1);
        become_core(life);
    }
    (void)random_next(&run.random);
    (void)close(in[0]);
    (void)close(out[1]);
    uint64_t told = 0;
    ssize_t got = read(out[0], &told, sizeof told);
    life->is_up = got == (ssize_t)sizeof told && (told & (REPORT_BIT | THREAD_BIT)) == 0;
    if (life->is_up) {
        life->recovered = told;
        trade(life);
    } else if (got == (ssize_t)sizeof told) {
        run.in_thread += told & 1;
    }
    (void)close(in[1]); /* stop in order */
    take_reports(life, out[0]);
    (void)close(out[0]);
    if (child < 0 || waitpid(child, &life->status, 0) != child) {
        stop(run.core);
    }
    life->was_killed = WIFSIGNALED(life->status) && WTERMSIG(life->status) == SIGKILL;
}

/* ---- what is left ---- */

/* Every order in the journal is one that was sent; within a link none is left out. */
static const char *check_orders(const struct journal_batch *batch, struct command_header *last)
{
    const uint8_t *at = batch->commands;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct command_order_place order;
        struct command_header header;
        memcpy(&header, at, sizeof header);
        if (header.kind == COMMAND_ORDER_PLACE) {
            memcpy(&order, at, sizeof order);
            struct command_order_place sent = order_of(header.request);
            if (memcmp(&order.terms, &sent.terms, sizeof sent.terms) != 0 ||
                header.participant != sent.header.participant) {
                return "an order is not what was sent";
            }
            if (header.request <= last->request ||
                (header.origin == last->origin && header.request != last->request + 1)) {
                return "an order is missing, or there twice";
            }
            *last = header;
        }
        at += tarazy_command_size(header.kind);
    }
    return NULL;
}

static const char *check_journal(uint64_t *last_number)
{
    const struct storage *storage = storage_system();
    const struct journal_reader_options options = {
        .storage = storage, .directory = run.folder, .from = 1};
    const struct verifier_options verifier = {.storage = storage, .directory = run.folder};
    static struct verifier_report report;
    static struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    struct command_header last = {.origin = 0};
    struct journal_batch batch;
    const char *wrong = NULL;
    if (reader == NULL) {
        return error.what;
    }
    while (wrong == NULL &&
           journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
        wrong = check_orders(&batch, &last);
        *last_number = batch.first_number + batch.count - 1;
        run.batches++;
        run.large += batch.size >= LOG_WRITER_SIZE_MIN;
    }
    journal_reader_close(reader);
    if (wrong == NULL && journal_verify(&verifier, &report) != VERIFIER_RESULT_AGREES) {
        wrong = report.error.what != NULL ? report.error.what : "the verifier does not agree";
    }
    return wrong;
}

/* A core without the shim recovers, takes orders, and stops; then all of the journal is looked at. */
static const char *find_fault(uint64_t acknowledged)
{
    struct life life = {.rounds = 1};
    uint64_t last = 0;
    live(&life);
    if (!life.is_up) {
        return "the core does not come back";
    }
    if (life.recovered < acknowledged) {
        return "acknowledged commands are missing";
    }
    if (life.acknowledged <= life.recovered || life.status != 0) {
        return "the core does not go on";
    }
    const char *wrong = check_journal(&last);
    return wrong != NULL || last >= life.acknowledged ? wrong : "the journal ends too early";
}

/* A death, perhaps others soon after the next starts, and the look at what is left. False: nobody died. */
static bool die(uint64_t call, int loss, uint32_t again)
{
    struct life life = {.is_shimmed = true, .call = call, .loss = loss, .rounds = ROUNDS};
    uint64_t acknowledged = 0;
    const char *fault = NULL;
    make_folder();
    for (uint32_t i = 0; i <= again && fault == NULL; i++) {
        live(&life);
        if (life.is_up && life.recovered < acknowledged) {
            fault = "acknowledged commands are missing";
        }
        acknowledged = life.acknowledged > acknowledged ? life.acknowledged : acknowledged;
        if (!life.was_killed && life.status != 0) {
            fault = "the core ended by itself";
        }
        if (i == 0 && !life.was_killed && fault == NULL) {
            return false;
        }
        run.points += life.was_killed;
        run.in_start += life.was_killed && !life.is_up;
        life = (struct life){.is_shimmed = true,
                             .call = 1 + random_below(&run.random, 24),
                             .loss = (int)random_below(&run.random, LOSSES_MAX),
                             .rounds = 2};
    }
    fault = fault != NULL ? fault : find_fault(acknowledged);
    run.lost += fault != NULL;
    if (fault != NULL && !run.is_quiet) {
        (void)fprintf(stderr, "%s, call %llu, then %u more: acknowledged %llu: %s\n", LOSSES[loss],
                      (unsigned long long)call, again, (unsigned long long)acknowledged, fault);
    }
    return true;
}

/* ---- the plans ---- */

static uint64_t count_calls(void)
{
    struct life life = {.is_shimmed = true, .loss = LOSS_ALL, .rounds = ROUNDS};
    uint64_t last;
    make_folder();
    live(&life);
    if (!run.is_quiet && (life.status != 0 || life.calls < 20 || check_journal(&last) != NULL)) {
        stop("the core does not get to its end, or the shim is not there");
    }
    return life.calls >= 20 ? life.calls : 60;
}

static int check(uint64_t points)
{
    uint64_t calls = count_calls();
    while (run.points < points) {
        int loss = (int)random_below(&run.random, LOSSES_MAX);
        uint32_t again =
            random_once_in(&run.random, 4) ? 1 + (uint32_t)random_below(&run.random, 3) : 0;
        (void)die(1 + random_below(&run.random, calls), loss, again);
    }
    (void)printf(
        "%llu points (%llu while the thread wrote, %llu in a start), %llu with acknowledged "
        "commands lost; %llu batches left, %llu of them large\n",
        (unsigned long long)run.points, (unsigned long long)run.in_thread,
        (unsigned long long)run.in_start, (unsigned long long)run.lost,
        (unsigned long long)run.batches, (unsigned long long)run.large);
    /* Otherwise it is not about threads. */
    bool is_about_threads = run.in_thread * 5 > run.points && run.large * 5 > run.batches;
    return run.lost == 0 && is_about_threads ? 0 : 1;
}

static uint64_t lose(uint64_t calls, int loss)
{
    uint64_t lost = run.lost;
    for (uint64_t i = 0; i < MUTANT_POINTS; i++) {
        (void)die(1 + random_below(&run.random, calls), loss, 0);
    }
    return run.lost - lost;
}

static int expect_mutant(bool is_seen_by_kill)
{
    run.is_quiet = true;
    uint64_t calls = count_calls();
    uint64_t by_kill = lose(calls, LOSS_KILL);
    uint64_t by_power = lose(calls, LOSS_ALL);
    (void)printf("kill: %llu of %u points lost; power: %llu of %u\n", (unsigned long long)by_kill,
                 (unsigned)MUTANT_POINTS, (unsigned long long)by_power, (unsigned)MUTANT_POINTS);
    return by_power >= MUTANT_LOST_MIN && (is_seen_by_kill || by_kill == 0) ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        (void)fprintf(stderr, "usage: core_crash_driver CORE SHIM PLAN [SEED]\n");
        return 2;
    }
    int result = 2;
    run.core = argv[1];
    run.shim = argv[2];
    run.random.state = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
    (void)signal(SIGPIPE, SIG_IGN);
    prepare();
    if (strcmp(argv[3], "check") == 0) {
        result = check(CHECK_POINTS);
    } else if (strcmp(argv[3], "long") == 0) {
        result = check(LONG_POINTS);
    } else if (strcmp(argv[3], "mutant-early") == 0) {
        result = expect_mutant(true);
    } else if (strcmp(argv[3], "mutant-sync") == 0) {
        result = expect_mutant(false);
    }
    remove_folders();
    return result;
}
