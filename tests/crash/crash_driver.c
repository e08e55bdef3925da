/* SPDX-License-Identifier: Apache-2.0
 *
 * Kills crash_writer at every call that changes its folder, in every way power can go, recovers what is
 * left, and counts acknowledged commands that are not there. The number that counts is 0.
 *
 * usage: crash_driver WRITER SHIM check|long|mutant-data|mutant-names [SEED]
 *
 *   check         every call of a life once in each way; then lives that are interrupted again while
 *                 they recover. Some hundred points.
 *   long          the same until there are 10,000 points.
 *   mutant-data   the writer does not sync data: killing it must not show that, losing power must.
 *   mutant-names  the writer does not sync its folder: the same.
 *
 * Works in a new folder below the current one, which must be on a real disk: tmpfs is refused.
 *
 * Read next: power_shim.c for the ways; README.md for what was found.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal/verifier.h"
#include "platform/storage.h"
#include "support/journal_flow.h"
#include "support/random_stream.h"

#define BATCHES      "26"
#define SEGMENT_SIZE 8192u
#define REPORT_BIT   (UINT64_C(1) << 63)
#define LONG_POINTS  10000u

static const char *const LOSSES[] = {"kill", "partial", "all", "sectors", "bytes"};

enum {
    LOSS_KILL = 0,
    LOSS_PARTIAL = 1,
    LOSS_ALL = 2,
    LOSS_SECTORS = 3,
    LOSS_BYTES = 4,
    LOSSES_MAX
};

struct run {
    const char *writer;
    const char *shim;
    char folder[64];
    char removed[80];
    uint64_t points; /* deaths */
    uint64_t lost;   /* of them with something acknowledged missing, or not recovered at all */
    bool is_quiet;   /* losses are expected */
};

/* What one life of the writer was. */
struct life {
    uint64_t acknowledged;
    uint64_t calls; /* if it ended by itself */
    bool was_killed;
};

static _Noreturn void stop(const char *what, const char *name)
{
    fprintf(stderr, "crash_driver: %s: %s\n", what, name);
    exit(1);
}

/* ---- the folder ---- */

static void empty_folder(const char *path)
{
    DIR *listing = opendir(path);
    const struct dirent *entry;

    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        if (entry->d_name[0] != '.') {
            unlinkat(dirfd(listing), entry->d_name, 0);
        }
    }
    if (listing != NULL) {
        closedir(listing);
    }
}

static void make_folder(const struct run *run)
{
    empty_folder(run->folder);
    empty_folder(run->removed);
    mkdir(run->folder, 0700);
    mkdir(run->removed, 0700);
}

static void remove_folder(const struct run *run)
{
    empty_folder(run->folder);
    empty_folder(run->removed);
    rmdir(run->folder);
    rmdir(run->removed);
}

static void refuse_memory(const char *path)
{
    struct statfs status;

    if (statfs(path, &status) != 0) {
        stop("cannot look at", path);
    }
    if (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC) {
        stop("durability is not tested on a file system in memory", path);
    }
}

/* ---- one life ---- */

static _Noreturn void become_writer(const struct run *run, uint64_t call, int loss, uint64_t seed)
{
    char text[32];

    snprintf(text, sizeof text, "%llu", (unsigned long long)call);
    setenv("POWER_CALL", text, 1);
    snprintf(text, sizeof text, "%llu", (unsigned long long)seed);
    setenv("POWER_SEED", text, 1);
    /* text stays the seed: it chooses the batches, too. */
    setenv("POWER_LOSS", LOSSES[loss], 1);
    setenv("POWER_FOLDER", run->folder, 1);
    setenv("LD_PRELOAD", run->shim, 1);
    execl(run->writer, run->writer, run->folder, BATCHES, text,
          loss == LOSS_KILL || loss == LOSS_PARTIAL ? "fork" : "inline", (char *)NULL);
    _exit(98);
}

/* Lets a writer live until it has ended or died before `call`. */
static struct life live(struct run *run, uint64_t call, int loss, uint64_t seed)
{
    struct life life = {0, 0, false};
    uint64_t told;
    int ends[2];
    int status;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        stop("no pipe", "");
    }
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        become_writer(run, call, loss, seed);
    }
    close(ends[1]);
    while (read(ends[0], &told, sizeof told) == (ssize_t)sizeof told) {
        if ((told & REPORT_BIT) != 0) {
            life.calls = told & ~REPORT_BIT;
        } else {
            life.acknowledged = told;
        }
    }
    close(ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child) {
        stop("no writer", run->writer);
    }
    life.was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!life.was_killed && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        fprintf(stderr, "the writer ended with status %#x: loss %s, call %llu, seed %llu\n",
                (unsigned)status, LOSSES[loss], (unsigned long long)call, (unsigned long long)seed);
        run->lost += !run->is_quiet;
    }
    return life;
}

/* ---- what is left ---- */

/* NULL when everything acknowledged is there and the journal is whole. */
static const char *find_fault(const struct run *run, uint64_t acknowledged)
{
    const struct storage *storage = storage_system();
    const struct verifier_options options = {.storage = storage, .directory = run->folder};
    static struct verifier_report report;
    static struct journal_core core;
    uint64_t last;

    if (!journal_core_start(&core, storage, run->folder, SEGMENT_SIZE)) {
        return core.error.what;
    }
    uint64_t found = core.acknowledged;
    bool goes_on = journal_core_step(&core, 3);
    journal_core_stop(&core);
    if (found < acknowledged) {
        return "acknowledged commands are missing";
    }
    if (!goes_on) {
        return "the journal does not go on";
    }
    const char *wrong = journal_flow_check(storage, run->folder, &last);
    if (wrong != NULL) {
        return wrong;
    }
    if (last != found + 3) {
        return "the journal does not end where it was written to";
    }
    return journal_verify(&options, &report) == VERIFIER_RESULT_AGREES ? NULL : report.error.what;
}

static void judge(struct run *run, uint64_t acknowledged, const char *where)
{
    const char *fault = find_fault(run, acknowledged);

    run->points++;
    if (fault != NULL) {
        run->lost++;
        if (!run->is_quiet) {
            fprintf(stderr, "%s: acknowledged %llu: %s\n", where, (unsigned long long)acknowledged,
                    fault);
        }
    }
}

/* One death, and the look at what is left. Returns false when the writer got to its end. */
static bool die_once(struct run *run, uint64_t call, int loss, uint64_t seed)
{
    char where[96];

    make_folder(run);
    struct life life = live(run, call, loss, seed);
    if (!life.was_killed) {
        return false;
    }
    snprintf(where, sizeof where, "%s, call %llu, seed %llu", LOSSES[loss],
             (unsigned long long)call, (unsigned long long)seed);
    judge(run, life.acknowledged, where);
    return true;
}

/* A death, and further deaths soon after each restart. */
static void die_again(struct run *run, struct random_stream *random, uint64_t calls)
{
    uint64_t seed = random_next(random) % 1000000;
    uint64_t call = random_below(random, calls) + 1;
    int loss = (int)random_below(random, LOSSES_MAX);
    uint64_t deaths = random_below(random, 3) + 2;
    uint64_t acknowledged = 0;
    char where[128];

    make_folder(run);
    snprintf(where, sizeof where, "%llu deaths, the first: %s, call %llu, seed %llu",
             (unsigned long long)deaths, LOSSES[loss], (unsigned long long)call,
             (unsigned long long)seed);
    for (uint64_t i = 0; i < deaths; i++) {
        struct life life = live(run, call, loss, seed);

        acknowledged = life.acknowledged > acknowledged ? life.acknowledged : acknowledged;
        run->points += life.was_killed;
        /* While it recovers: its first few calls. */
        call = random_below(random, 14) + 1;
        loss = (int)random_below(random, LOSSES_MAX);
    }
    judge(run, acknowledged, where);
    run->points--;
}

/* ---- the plans ---- */

static uint64_t count_calls(struct run *run)
{
    make_folder(run);
    struct life life = live(run, 0, LOSS_ALL, 1);

    if (life.was_killed || life.calls < 50) {
        stop("the writer does not get to its end, or the shim is not there", run->writer);
    }
    return life.calls;
}

/* Every call of a life, in one way. */
static void die_everywhere(struct run *run, int loss, uint64_t seed)
{
    uint64_t call = 1;

    while (die_once(run, call, loss, seed)) {
        call++;
    }
}

static int check(struct run *run, uint64_t seed, uint64_t points_min)
{
    struct random_stream random = {seed};
    uint64_t calls = count_calls(run);

    do {
        for (int loss = 0; loss < LOSSES_MAX; loss++) {
            die_everywhere(run, loss, seed + run->points);
        }
        for (int i = 0; i < 120; i++) {
            die_again(run, &random, calls);
        }
    } while (run->points < points_min);
    printf("%llu points, %llu with acknowledged commands lost\n", (unsigned long long)run->points,
           (unsigned long long)run->lost);
    return run->lost == 0 ? 0 : 1;
}

/* A writer that does not sync: what a kill shows of it, and what a loss of power shows. */
static int expect_mutant(struct run *run, uint64_t seed)
{
    uint64_t calls = count_calls(run);

    run->is_quiet = true;
    for (uint64_t call = 1; call <= calls; call += 2) {
        die_once(run, call, LOSS_KILL, seed);
    }
    uint64_t killed = run->points;
    uint64_t lost_to_kill = run->lost;
    for (uint64_t call = 1; call <= calls; call += 2) {
        die_once(run, call, LOSS_ALL, seed);
    }
    uint64_t lost_to_power = run->lost - lost_to_kill;
    printf("kill: %llu of %llu points lost; power: %llu of %llu\n",
           (unsigned long long)lost_to_kill, (unsigned long long)killed,
           (unsigned long long)lost_to_power, (unsigned long long)(run->points - killed));
    /* It must be caught, and not just now and then. */
    return lost_to_kill == 0 && lost_to_power * 2 > run->points - killed ? 0 : 1;
}

int main(int argc, char **argv)
{
    static struct run run;

    if (argc < 4) {
        fprintf(stderr, "usage: crash_driver WRITER SHIM PLAN [SEED]\n");
        return 2;
    }
    uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
    int result = 2;
    run.writer = argv[1];
    run.shim = argv[2];
    snprintf(run.folder, sizeof run.folder, "crash-%ld", (long)getpid());
    snprintf(run.removed, sizeof run.removed, "%s-removed", run.folder);
    make_folder(&run);
    refuse_memory(run.folder);
    if (strcmp(argv[3], "check") == 0) {
        result = check(&run, seed, 1);
    } else if (strcmp(argv[3], "long") == 0) {
        result = check(&run, seed, LONG_POINTS);
    } else if (strncmp(argv[3], "mutant", 6) == 0) {
        result = expect_mutant(&run, seed);
    }
    remove_folder(&run);
    return result;
}
