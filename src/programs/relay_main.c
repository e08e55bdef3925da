/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy relay`: serves the journal of a node to followers, on this machine and over TLS. It may die at any moment and
 * costs the core nothing: it reads files. Read next: supervision/relay.h.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "platform/confinement.h"
#include "platform/log_line.h"
#include "platform/process_user.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "programs/readiness.h"
#include "programs/separation.h"
#include "supervision/relay.h"

enum relay_option {
    RELAY_OPTION_DIR = 1,
    RELAY_OPTION_LISTEN,
    RELAY_OPTION_CERTIFICATE,
    RELAY_OPTION_KEY,
    RELAY_OPTION_SOCKET,
    RELAY_OPTION_USER,
    RELAY_OPTION_GROUP,
    RELAY_OPTION_READY_FD,
    RELAY_OPTION_HELP
};

static const struct option relay_arguments[] = {
    {"dir", required_argument, NULL, RELAY_OPTION_DIR},
    {"listen", required_argument, NULL, RELAY_OPTION_LISTEN},
    {"certificate", required_argument, NULL, RELAY_OPTION_CERTIFICATE},
    {"key", required_argument, NULL, RELAY_OPTION_KEY},
    {"socket", required_argument, NULL, RELAY_OPTION_SOCKET},
    {"user", required_argument, NULL, RELAY_OPTION_USER},
    {"group", required_argument, NULL, RELAY_OPTION_GROUP},
    {"ready-fd", required_argument, NULL, RELAY_OPTION_READY_FD},
    {"help", no_argument, NULL, RELAY_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

enum { RELAY_TURN_MS = 1000, RELAY_TEXT_MAX = 512 };

struct relay_command {
    const char *directory;
    const char *listen;
    const char *certificate;
    const char *key;
    const char *socket;
    const char *user;
    const char *group;
    const char *ready_fd;
};

static void relay_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy relay --dir DIR [--socket PATH] [--listen HOST:PORT --certificate FILE "
        "--key FILE]\n\n"
        "  --dir DIR           the node's folder\n"
        "  --socket PATH       serve followers of this machine on a Unix socket\n"
        "  --listen HOST:PORT  serve followers over TLS 1.3; who may follow stands in the node's\n"
        "                      registry: supervisors, by a key of theirs\n"
        "  --certificate FILE  the relay's certificate chain, PEM\n"
        "  --key FILE          its private key, PEM\n"
        "  --user NAME         started as root: go on as this user\n"
        "  --group NAME        and this group (its own name)\n"
        "  --ready-fd N        tell descriptor N when ready\n",
        out);
}

/* Returns -1 to go on, else the exit code. */
static int relay_parse(int argc, char **argv, struct relay_command *command)
{
    const char **const places[] = {
        [RELAY_OPTION_DIR] = &command->directory,
        [RELAY_OPTION_LISTEN] = &command->listen,
        [RELAY_OPTION_CERTIFICATE] = &command->certificate,
        [RELAY_OPTION_KEY] = &command->key,
        [RELAY_OPTION_SOCKET] = &command->socket,
        [RELAY_OPTION_USER] = &command->user,
        [RELAY_OPTION_GROUP] = &command->group,
        [RELAY_OPTION_READY_FD] = &command->ready_fd,
    };
    int option;

    while ((option = getopt_long(argc, argv, "", relay_arguments, NULL)) != -1) {
        if (option == RELAY_OPTION_HELP) {
            relay_print_help(stdout);
            return EXIT_CODE_DONE;
        }
        if (option < RELAY_OPTION_DIR || option > RELAY_OPTION_READY_FD ||
            *places[option] != NULL) {
            relay_print_help(stderr);
            return EXIT_CODE_USAGE;
        }
        *places[option] = optarg;
    }
    bool has_door = command->listen != NULL || command->socket != NULL;
    bool has_tls = command->certificate != NULL && command->key != NULL;
    if (optind != argc || command->directory == NULL || !has_door ||
        (command->listen != NULL) != has_tls) {
        relay_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    return -1;
}

static bool relay_open_doors(struct relay *relay, const struct relay_command *command,
                             struct tls_context **tls)
{
    char text[RELAY_TEXT_MAX];
    int result = 0;

    if (command->socket != NULL) {
        (void)snprintf(text, sizeof text, "unix:%s", command->socket);
        result = relay_listen(relay, text, NULL);
    }
    if (result == 0 && command->listen != NULL) {
        *tls = tls_context_create_server(command->certificate, command->key, text, sizeof text);
        if (*tls == NULL || !tls_context_ask_clients(*tls, text, sizeof text)) {
            log_event(LOG_LEVEL_ERROR, "certificate", "what", text);
            return false;
        }
        result = relay_listen(relay, command->listen, *tls);
    }
    if (result != 0) {
        log_event(LOG_LEVEL_ERROR, "cannot_listen", "what", strerror(-result));
    }
    return result == 0;
}

/* From here on: the node's folder for reading, the link, and connections on the doors that are open. */
static void relay_confine(const struct relay_command *command)
{
    const struct confinement confinement = {
        .folders = {{command->directory, CONFINEMENT_ACCESS_READ}},
        .folder_count = 1,
        .needs = CALL_NEED_ACCEPT | CALL_NEED_CONNECT,
    };
    struct log_line line;
    uint32_t parts = confinement_apply(&confinement);

    log_line_begin(&line, parts == CONFINEMENT_PART_ALL ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING,
                   "confined");
    log_line_unsigned(&line, "parts", parts);
    log_line_unsigned(&line, "of", CONFINEMENT_PART_ALL);
    log_line_end(&line);
}

/* Once the core's word has been reached: nobody is let in before. */
static void relay_tell_ready(const struct relay *relay, const struct relay_command *command)
{
    const char *colon = command->listen != NULL ? strrchr(command->listen, ':') : NULL;
    char text[RELAY_TEXT_MAX];

    if (colon != NULL) {
        (void)snprintf(text, sizeof text, "%.*s:%u", (int)(colon - command->listen),
                       command->listen, (unsigned)relay_port(relay));
    } else {
        (void)snprintf(text, sizeof text, "unix:%s", command->socket);
    }
    if (command->ready_fd == NULL) {
        (void)printf("ready %s\n", text);
        (void)fflush(stdout);
    }
    readiness_tell(command->ready_fd != NULL ? (int)strtol(command->ready_fd, NULL, 10) : -1, text);
}

/* The doors are open and the keys are read: the rest it does as somebody who may little, to whom the socket then belongs. */
static bool relay_become_user(const struct relay_command *command)
{
    const char *group = command->group != NULL ? command->group : command->user;
    uid_t user;
    gid_t group_id;

    if (command->user != NULL && command->socket != NULL && geteuid() == 0 &&
        (!process_user_find(command->user, &user) || !process_group_find(group, &group_id) ||
         lchown(command->socket, user, group_id) != 0)) {
        log_event(LOG_LEVEL_ERROR, "cannot_listen", "what", "the socket cannot be given away");
        return false;
    }
    return separation_become_user(command->user, group);
}

static int relay_run(struct relay *relay, const struct relay_command *command, int stop)
{
    bool is_ready = false;
    struct signalfd_siginfo info;

    while (read(stop, &info, sizeof info) < 0) {
        if (relay_turn(relay, stop, RELAY_TURN_MS) < 0) {
            log_event(LOG_LEVEL_ERROR, "journal", "what", relay_error(relay));
            return EXIT_CODE_DAMAGED;
        }
        if (!is_ready && relay_is_live(relay)) {
            is_ready = true;
            relay_tell_ready(relay, command);
        }
    }
    return EXIT_CODE_DONE;
}

int relay_main(int argc, char **argv)
{
    struct relay_command command = {0};
    struct relay_options options = {.storage = storage_system(), .clock = clock_source_system()};
    struct tls_context *tls = NULL;
    const char *error = NULL;
    sigset_t set;
    int code = relay_parse(argc, argv, &command);

    if (code >= 0) {
        return code;
    }
    log_line_set_program("relay");
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    int stop = sigprocmask(SIG_BLOCK, &set, NULL) == 0
                   ? signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)
                   : -1;
    relay_options_default(&options);
    options.directory = command.directory;
    struct relay *relay = relay_open(&options, &error);
    if (relay == NULL || stop < 0) {
        log_event(LOG_LEVEL_ERROR, "cannot_follow", "what", error);
        return EXIT_CODE_FAILED;
    }
    code = EXIT_CODE_FAILED;
    if (relay_open_doors(relay, &command, &tls) && relay_become_user(&command)) {
        relay_confine(&command);
        code = relay_run(relay, &command, stop);
    }
    relay_close(relay);
    tls_context_destroy(tls);
    return code;
}
