/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy serve`: starts core, gateway, history and, where asked for, notary and relay as processes of their own and watches over them.
 * Invariants: a core that stopped by itself (disk, damage) is never started again, and everything
 * stops with its exit code; a core that crashed is, for it recovers by replay; a gateway or history
 * that died always is. Standard output gets one line, `ready http://…`, when orders are accepted.
 * Read next: child_process.c, core_main.c.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/founding.h"
#include "platform/clock.h"
#include "platform/log_line.h"
#include "programs/child_process.h"
#include "programs/commands.h"
#include "programs/config.h"
#include "programs/exit_codes.h"
#include "programs/found_node.h"
#include "programs/options.h"
#include "programs/separation.h"

/* Places in the array of children. */
enum {
    SERVE_CORE = 0,
    SERVE_GATEWAY,
    SERVE_HISTORY,
    SERVE_NOTARY,
    SERVE_RELAY,
    SERVE_COUNTRY, /* a client of the gateway, and only once */
    SERVE_CHILDREN
};

enum {
    SERVE_PATIENCE_MS = 15000,  /* for each process to stop in order */
    SERVE_CRASHES_MAX = 8,      /* of the core, without becoming ready in between */
    SERVE_RELAY_ARGUMENTS = 16, /* --name value, and NULL */
    SERVE_COUNTRY_ARGUMENTS = 5,
    SERVE_GOES_ON = -1
};

#ifdef PROGRAM_WITH_GATEWAY
static const bool serve_has_gateway = true;
#else
static const bool serve_has_gateway = false;
#endif
#ifdef PROGRAM_WITH_HISTORY
static const bool serve_has_history = true;
#else
static const bool serve_has_history = false;
#endif

struct serve {
    struct child_process children[SERVE_CHILDREN];
    bool is_wanted[SERVE_CHILDREN];
    int signal_fd;
    bool is_announced; /* "ready" was printed */
    const char *directory;
    char *relay_arguments[SERVE_RELAY_ARGUMENTS];
    char *country_arguments[SERVE_COUNTRY_ARGUMENTS];
    char keys[CONFIG_PATH_MAX + 16];
};

static int64_t serve_now_ms(void)
{
    return clock_monotonic_us(clock_source_system()) / 1000;
}

/* ------------------------------------------------------------------ before the start */

/* Founds the sandbox if need be: *is_new. Returns an exit code, or SERVE_GOES_ON. */
static int serve_found(const struct config *config, bool *is_new)
{
    struct journal_error error;
    char text[JOURNAL_ERROR_TEXT_SIZE];
    int is_done = founding_is_done(storage_system(), config->directory, &error);
    *is_new = is_done == 0;
    if (is_done < 0) {
        (void)fprintf(stderr, "%s: %s\n", config->directory, journal_error_text(&error, text));
        return EXIT_CODE_DISK;
    }
    if (is_done > 0) {
        return SERVE_GOES_ON;
    }
    if (!config->sandbox) {
        (void)fprintf(stderr, "%s: there is no node here; found one with tarazy init\n",
                      config->directory);
        return EXIT_CODE_FAILED;
    }
    int code = found_node(config, NULL);
    return code == EXIT_CODE_DONE ? SERVE_GOES_ON : code;
}

/* ------------------------------------------------------------------ while it runs */

/* The small country plays itself into a new sandbox, by the front door. */
static void serve_start_country(struct serve *serve)
{
    struct child_process *country = &serve->children[SERVE_COUNTRY];
    char *const arguments[SERVE_COUNTRY_ARGUMENTS] = {
        (char *)(uintptr_t) "--url", serve->children[SERVE_GATEWAY].ready_text,
        (char *)(uintptr_t) "--keys", serve->keys, NULL};
    memcpy(serve->country_arguments, arguments, sizeof arguments);
    country->arguments = serve->country_arguments;
    country->due_ms = serve_now_ms();
}

/* A core that is ready lets the others start; a gateway that is ready is what people wait for. */
static void serve_note_ready(struct serve *serve, int which)
{
    struct child_process *child = &serve->children[which];
    int last = serve->is_wanted[SERVE_GATEWAY] ? SERVE_GATEWAY : SERVE_CORE;
    child_take_ready(child);
    if (!child->is_ready) {
        return;
    }
    if (which == SERVE_CORE) {
        int64_t now_ms = serve_now_ms();
        for (int i = SERVE_GATEWAY; i <= SERVE_RELAY; i++) {
            struct child_process *other = &serve->children[i];
            if (serve->is_wanted[i] && other->process == 0 && !other->was_ready &&
                other->due_ms == 0) {
                other->due_ms = now_ms;
            }
        }
    }
    if (which == last && !serve->is_announced) {
        serve->is_announced = true;
        (void)printf("ready %s\n", last == SERVE_GATEWAY ? child->ready_text : serve->directory);
        (void)fflush(stdout);
        if (serve->is_wanted[SERVE_COUNTRY]) {
            serve_start_country(serve);
        }
    }
}

/* What the end of a process means: an exit code for all, or SERVE_GOES_ON. */
static int serve_judge(const struct serve *serve, int which, int status)
{
    const struct child_process *child = &serve->children[which];
    int code;
    bool is_signal = child_end_is_signal(status, &code);
    if (which == SERVE_CORE) {
        if (!is_signal && code != EXIT_CODE_DONE) {
            return code;
        }
        return child->never_ready >= SERVE_CRASHES_MAX ? EXIT_CODE_CRASHES : SERVE_GOES_ON;
    }
    /* One that cannot even begin (a port in use, a bad certificate) will not begin later either. */
    bool never_began = !is_signal && code != EXIT_CODE_DONE && !child->was_ready;
    return which == SERVE_GATEWAY && never_began ? code : SERVE_GOES_ON;
}

/* Takes note of every process that has ended. */
static int serve_reap(struct serve *serve)
{
    int status;
    pid_t process;
    int verdict = SERVE_GOES_ON;
    while ((process = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int i = 0; i < SERVE_CHILDREN; i++) {
            if (serve->children[i].process != process) {
                continue;
            }
            if (serve->children[i].ready_fd >= 0) {
                serve_note_ready(serve, i); /* its last words */
            }
            child_has_ended(&serve->children[i], status, serve_now_ms());
            serve->is_wanted[SERVE_COUNTRY] = serve->is_wanted[SERVE_COUNTRY] && i != SERVE_COUNTRY;
            int judged = serve_judge(serve, i, status);
            verdict = verdict == SERVE_GOES_ON ? judged : verdict;
        }
    }
    return verdict;
}

static void serve_start_due(struct serve *serve)
{
    int64_t now_ms = serve_now_ms();
    for (int i = 0; i < SERVE_CHILDREN; i++) {
        struct child_process *child = &serve->children[i];
        if (serve->is_wanted[i] && child->process == 0 && child->due_ms > 0 &&
            child->due_ms <= now_ms && !child_start(child, now_ms)) {
            child->due_ms = now_ms + 1000;
        }
    }
}

/* Milliseconds until a process is to be started; −1: none is. */
static int serve_patience(const struct serve *serve)
{
    int64_t now_ms = serve_now_ms();
    int64_t patience_ms = -1;
    for (int i = 0; i < SERVE_CHILDREN; i++) {
        const struct child_process *child = &serve->children[i];
        if (!serve->is_wanted[i] || child->process != 0 || child->due_ms == 0) {
            continue;
        }
        int64_t left_ms = child->due_ms > now_ms ? child->due_ms - now_ms : 0;
        patience_ms = patience_ms < 0 || left_ms < patience_ms ? left_ms : patience_ms;
    }
    return (int)patience_ms;
}

/* True: we are asked to stop. */
static bool serve_take_signals(const struct serve *serve)
{
    struct signalfd_siginfo info;
    bool is_asked = false;
    while (read(serve->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        is_asked = is_asked || info.ssi_signo != SIGCHLD;
    }
    return is_asked;
}

/* Waits for the next thing to happen. False: the system refuses. */
static bool serve_wait(struct serve *serve, int patience_ms)
{
    struct pollfd fds[1 + SERVE_CHILDREN];
    fds[0] = (struct pollfd){.fd = serve->signal_fd, .events = POLLIN};
    for (int i = 0; i < SERVE_CHILDREN; i++) {
        fds[1 + i] = (struct pollfd){.fd = serve->children[i].ready_fd, .events = POLLIN};
    }
    if (poll(fds, 1 + SERVE_CHILDREN, patience_ms) < 0 && errno != EINTR) {
        return false;
    }
    for (int i = 0; i < SERVE_CHILDREN; i++) {
        if (fds[1 + i].revents != 0) {
            serve_note_ready(serve, i);
        }
    }
    return true;
}

static int serve_watch(struct serve *serve)
{
    int verdict = SERVE_GOES_ON;
    while (verdict == SERVE_GOES_ON) {
        serve_start_due(serve);
        if (!serve_wait(serve, serve_patience(serve))) {
            return EXIT_CODE_FAILED;
        }
        bool is_asked = serve_take_signals(serve);
        verdict = serve_reap(serve);
        if (is_asked && verdict == SERVE_GOES_ON) {
            return EXIT_CODE_DONE;
        }
    }
    return verdict;
}

/* ------------------------------------------------------------------ the end */

/* Asks one process to stop and waits for it. */
static void serve_stop_child(struct serve *serve, int which)
{
    struct child_process *child = &serve->children[which];
    int64_t deadline_ms = serve_now_ms() + SERVE_PATIENCE_MS;
    if (child->process == 0) {
        return;
    }
    (void)kill(child->process, SIGTERM);
    while (child->process != 0) {
        int64_t left_ms = deadline_ms - serve_now_ms();
        if (left_ms <= 0) {
            log_event(LOG_LEVEL_WARNING, "stop_took_too_long", "process", child->name);
            (void)kill(child->process, SIGKILL);
            left_ms = SERVE_PATIENCE_MS;
        }
        (void)serve_wait(serve, (int)left_ms);
        (void)serve_take_signals(serve);
        (void)serve_reap(serve);
    }
}

/* First who takes orders, then who decides, last who only writes them down. */
static void serve_stop(struct serve *serve)
{
    static const int order[] = {SERVE_COUNTRY, SERVE_GATEWAY, SERVE_CORE,
                                SERVE_HISTORY, SERVE_NOTARY,  SERVE_RELAY};
    for (int i = 0; i < SERVE_CHILDREN; i++) {
        serve->is_wanted[i] = false;
    }
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        serve_stop_child(serve, order[i]);
    }
}

/* The relay reads no configuration: it is told what it needs. */
static void serve_tell_relay(struct serve *serve, const struct config *config)
{
    const struct config_relay *relay = &config->relay;
    const char *group = config->users.group[0] != '\0' ? config->users.group : "tarazy";
    const struct {
        const char *name;
        const char *value;
    } all[] = {
        {"--dir", config->directory},
        {"--listen", relay->listen},
        {"--certificate", relay->certificate},
        {"--key", relay->key},
        {"--socket", relay->socket},
        {"--user", relay->user},
        {"--group", relay->user[0] != '\0' ? group : ""},
    };
    size_t count = 0;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].value[0] != '\0') {
            serve->relay_arguments[count++] = (char *)(uintptr_t)all[i].name;
            serve->relay_arguments[count++] = (char *)(uintptr_t)all[i].value;
        }
    }
    serve->relay_arguments[count] = NULL;
    serve->children[SERVE_RELAY].arguments = serve->relay_arguments;
}

static int serve_run(const struct config *config, char *const *arguments, bool is_new)
{
    static const char *const names[SERVE_CHILDREN] = {"core",   "gateway", "history",
                                                      "notary", "relay",   "country"};
    sigset_t set;
    struct serve serve = {
        .is_wanted = {true, serve_has_gateway && !config->no_gateway, serve_has_history,
                      config->with_notary,
                      config->relay.listen[0] != '\0' || config->relay.socket[0] != '\0',
                      config->mining && is_new && serve_has_gateway && !config->no_gateway},
        .directory = config->directory,
    };
    for (int i = 0; i < SERVE_CHILDREN; i++) {
        serve.children[i] =
            (struct child_process){.name = names[i], .arguments = arguments, .ready_fd = -1};
    }
    serve_tell_relay(&serve, config);
    (void)snprintf(serve.keys, sizeof serve.keys, "%s/keys.json", config->directory);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    serve.signal_fd = sigprocmask(SIG_BLOCK, &set, NULL) == 0
                          ? signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)
                          : -1;
    if (serve.signal_fd < 0) {
        log_event(LOG_LEVEL_ERROR, "failed", "what", strerror(errno));
        return EXIT_CODE_FAILED;
    }
    serve.children[SERVE_CORE].due_ms = serve_now_ms();
    int code = serve_watch(&serve);
    serve_stop(&serve);
    (void)close(serve.signal_fd);
    return code;
}

int serve_main(int argc, char **argv)
{
    static struct config config;
    int code = options_parse(argc, argv, &config);
    if (code >= 0) {
        return code;
    }
    if (config.check_only) {
        (void)printf("the configuration makes sense\n");
        return EXIT_CODE_DONE;
    }
    bool is_new = false;
    code = serve_found(&config, &is_new);
    if (code == SERVE_GOES_ON && !separation_arrange(&config)) {
        return EXIT_CODE_FAILED;
    }
    return code == SERVE_GOES_ON ? serve_run(&config, argv + 1, is_new) : code;
}
