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
#include <unistd.h>

#include "history/history_database.h"
#include "history/projector.h"
#include "node/follower.h"
#include "platform/log_line.h"
#include "programs/commands.h"
#include "programs/config.h"
#include "programs/exit_codes.h"
#include "programs/options.h"
#include "programs/readiness.h"
#include "tarazy/query.h"

enum { COMMANDS_A_TURN = 4096, ROWS_A_COMMIT = 20000, PAUSE_MS = 100 };

struct history_process {
    struct history_database *database;
    struct projector *projector;
    struct follower *follower;
    bool failed;
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
    (void)context;
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
        if (wait_for_news(process, stop)) {
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
    return follow(process, config->ready_fd, stop);
}

/* Where history is kept when nobody says otherwise. */
static void default_url(const struct config *config, char *url, size_t capacity)
{
    if (config->history[0] != '\0') {
        snprintf(url, capacity, "%s", config->history);
    } else {
        snprintf(url, capacity, "sqlite:%s/history.sqlite", config->directory);
    }
}

int history_main(int argc, char **argv)
{
    struct config config;
    struct history_process process = {0};
    char url[CONFIG_PATH_MAX + 32];
    char error[HISTORY_ERROR_MAX];
    int code = options_parse(argc, argv, &config);

    if (code >= 0) {
        return code;
    }
    log_line_set_program("history");
    default_url(&config, url, sizeof url);
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
