/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy history`: the follower that keeps the journal's effects in SQL tables. It may die at any
 * moment: it goes on from the number its database stands at, and can rebuild all of it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history/history_database.h"
#include "history/projector.h"
#include "node/follower.h"
#include "platform/log_line.h"
#include "programs/commands.h"
#include "programs/config.h"
#include "programs/exit_codes.h"
#include "programs/options.h"
#include "programs/process_confinement.h"
#include "programs/readiness.h"
#include "programs/self_test.h"
#include "programs/separation.h"
#include "tarazy/query.h"

enum { COMMANDS_A_TURN = 4096, ROWS_A_COMMIT = 20000, PAUSE_MS = 100 };

struct history_process {
    struct history_database *database;
    struct projector *projector;
    struct follower *follower;
    bool failed;
    bool is_linked;
    bool was_linked; /* once: then it was tried to make it mute */
    bool is_mute;    /* it can say nothing to the core, nor find it again */
};

static void on_command(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size)
{
    struct history_process *process = context;

    if (process->failed) {
        return;
    }
    if (process->projector == NULL) { /* the first command: now the limits are known */
        struct node_view node;

        tarazy_query_node(engine, &node);
        process->projector = projector_create(process->database, node.limits.instruments_max);
    }
    process->failed = process->projector == NULL ||
                      !projector_apply(process->projector, engine, command, events, size);
}

static void on_batch(void *context, const struct engine *engine, uint64_t number, int64_t time_us)
{
    struct history_process *process = context;

    (void)engine;
    (void)number;
    (void)time_us;
    if (!process->failed && projector_waiting(process->projector) >= ROWS_A_COMMIT) {
        process->failed = !projector_commit(process->projector);
    }
}

static void on_refused(void *context, uint32_t request, enum result result)
{
    (void)context;
    (void)request;
    (void)result;
}

static void on_link(void *context, bool up)
{
    struct history_process *process = context;

    process->is_linked = up;
    log_event(up ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, up ? "link_up" : "link_lost", NULL, NULL);
}

static int stop_descriptor(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    return sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC) : -1;
}

/* Waits for news or the order to stop; true: stop. */
static bool wait_for_news(const struct history_process *process, int stop)
{
    struct pollfd watched[2] = {
        {.fd = stop, .events = POLLIN},
        {.fd = follower_fd(process->follower), .events = POLLIN},
    };

    (void)poll(watched, 2, PAUSE_MS);
    return (watched[0].revents & POLLIN) != 0;
}

static bool commit(struct history_process *process)
{
    if (process->projector != NULL && !process->failed) {
        process->failed = !projector_commit(process->projector);
    }
    return !process->failed;
}

/* Once it hears the core it never speaks to it, by the kernel's word. True: the core has gone, and who
 * cannot speak cannot call it again; `tarazy serve` starts another one. */
static bool has_lost_core(struct history_process *process)
{
    if (process->is_linked && !process->was_linked) {
        process->was_linked = true;
        process->is_mute = process_mute(follower_fd(process->follower));
    }
    return process->is_mute && !process->is_linked;
}

static int follow(struct history_process *process, int ready_fd, int stop)
{
    bool is_ready = false;

    for (;;) {
        int more = follower_work(process->follower, COMMANDS_A_TURN);

        if (more < 0) {
            log_event(LOG_LEVEL_ERROR, "journal", "what", follower_error(process->follower));
            return EXIT_CODE_DAMAGED;
        }
        if (process->failed || (more == 0 && !commit(process))) {
            log_event(LOG_LEVEL_ERROR, "database", "what", process->database->error);
            return EXIT_CODE_FAILED;
        }
        if (more > 0) {
            continue;
        }
        if (!is_ready && follower_is_live(process->follower)) {
            is_ready = true;
            readiness_tell(ready_fd, "history");
        }
        if (has_lost_core(process) || wait_for_news(process, stop)) {
            return commit(process) ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
        }
    }
}

static int run(const struct config *config, struct history_process *process)
{
    const struct follower_sink sink = {process, on_command, on_batch, on_refused, on_link};
    const struct follower_options options = {
        .directory = config->directory,
        .from = 1,
        .replay_from_start = true,
        .verify_chain = true,
    };
    const char *error = NULL;
    int stop = stop_descriptor();

    process->follower = follower_open(&options, &sink, &error);
    if (process->follower == NULL || stop < 0) {
        log_event(LOG_LEVEL_ERROR, "cannot_follow", "what", error);
        return EXIT_CODE_FAILED;
    }
    process_confine(PROCESS_KIND_HISTORY, config);
    return follow(process, config->ready_fd, stop);
}

/* Would history have to write in the folder where the journal is? */
static bool is_in_the_journal(const struct config *config)
{
    char folder[CONFIG_PATH_MAX + 32];
    struct stat own;
    struct stat node;

    process_history_folder(config, folder, sizeof folder);
    return folder[0] != '\0' && stat(folder, &own) == 0 && stat(config->directory, &node) == 0 &&
           own.st_dev == node.st_dev && own.st_ino == node.st_ino;
}

/* The folder of the default; any other is its owner's. False: logged. */
static bool make_place(const struct config *config)
{
    char folder[CONFIG_PATH_MAX + 32];

    if (config->history[0] == '\0') {
        process_history_folder(config, folder, sizeof folder);
        if (mkdir(folder, 0750) != 0 && errno != EEXIST) {
            log_event(LOG_LEVEL_ERROR, "database", "what", strerror(errno));
            return false;
        }
    }
    if (is_in_the_journal(config)) {
        log_event(LOG_LEVEL_ERROR, "database", "what",
                  "a database file must not be in the node's folder itself, but it may be below");
        return false;
    }
    return true;
}

int history_main(int argc, char **argv)
{
    struct config config;
    struct history_process process = {0};
    char url[CONFIG_PATH_MAX + 64];
    char error[HISTORY_ERROR_MAX];
    int code = options_parse(argc, argv, &config);

    if (code >= 0) {
        return code;
    }
    if (config.self_test) {
        return self_test_run(PROCESS_KIND_HISTORY, &config, stdout);
    }
    log_line_set_program("history");
    if (!separation_become(&config, PROCESS_KIND_HISTORY) || !make_place(&config)) {
        return EXIT_CODE_FAILED;
    }
    process_history_url(&config, url, sizeof url);
    process.database = history_database_open(url, error);
    if (process.database == NULL) {
        log_event(LOG_LEVEL_ERROR, "database", "what", error);
        return EXIT_CODE_FAILED;
    }
    code = run(&config, &process);
    if (process.follower != NULL) {
        follower_close(process.follower);
    }
    projector_destroy(process.projector);
    process.database->kind->close(process.database);
    return code;
}
