/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy supervise`: follows nodes from another machine, re-performs everything they do, keeps a proven copy of each
 * journal, and alarms. Here is only the command line and the wiring of who else looks at what is re-performed. Read next:
 * supervision/supervisor.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "codec/hex_text.h"
#include "platform/log_line.h"
#include "programs/checkpoint_source.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "programs/process_confinement.h"
#include "programs/self_test.h"
#include "programs/separation.h"
#include "supervision/alarm_book.h"
#include "supervision/supervisor.h"

enum supervise_option {
    SUPERVISE_OPTION_FOLLOW = 1,
    SUPERVISE_OPTION_DIR,
    SUPERVISE_OPTION_CERTIFICATE,
    SUPERVISE_OPTION_KEY,
    SUPERVISE_OPTION_KEY_ID,
    SUPERVISE_OPTION_TRUST,
    SUPERVISE_OPTION_SILENCE,
    SUPERVISE_OPTION_SNAPSHOT,
    SUPERVISE_OPTION_WITNESS,
    SUPERVISE_OPTION_CHECKPOINTS,
    SUPERVISE_OPTION_LOG,
    SUPERVISE_OPTION_EPOCH_KEYS,
    SUPERVISE_OPTION_USER,
    SUPERVISE_OPTION_SELF_TEST,
    SUPERVISE_OPTION_STATUS,
    SUPERVISE_OPTION_HELP
};

static const struct option supervise_arguments[] = {
    {"follow", required_argument, NULL, SUPERVISE_OPTION_FOLLOW},
    {"dir", required_argument, NULL, SUPERVISE_OPTION_DIR},
    {"certificate", required_argument, NULL, SUPERVISE_OPTION_CERTIFICATE},
    {"key", required_argument, NULL, SUPERVISE_OPTION_KEY},
    {"key-id", required_argument, NULL, SUPERVISE_OPTION_KEY_ID},
    {"trust", required_argument, NULL, SUPERVISE_OPTION_TRUST},
    {"silence", required_argument, NULL, SUPERVISE_OPTION_SILENCE},
    {"snapshot-commands", required_argument, NULL, SUPERVISE_OPTION_SNAPSHOT},
    {"witness", required_argument, NULL, SUPERVISE_OPTION_WITNESS},
    {"checkpoints", required_argument, NULL, SUPERVISE_OPTION_CHECKPOINTS},
    {"log", required_argument, NULL, SUPERVISE_OPTION_LOG},
    {"epoch-keys", required_argument, NULL, SUPERVISE_OPTION_EPOCH_KEYS},
    {"user", required_argument, NULL, SUPERVISE_OPTION_USER},
    {"self-test", no_argument, NULL, SUPERVISE_OPTION_SELF_TEST},
    {"status", no_argument, NULL, SUPERVISE_OPTION_STATUS},
    {"help", no_argument, NULL, SUPERVISE_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

enum {
    SUPERVISE_TURN_MS = 50,
    SUPERVISE_TEXT_MAX = 512,
    SUPERVISE_SILENCE_MS = 5000,
    SUPERVISE_SNAPSHOT_COMMANDS = 1000000,
    SUPERVISE_PATIENCE_US = 10000000 /* proven, and no checkpoint to cosign: ten of the notary's */
};

struct supervise_command {
    struct supervisor_node nodes[SUPERVISOR_NODES_MAX];
    struct checkpoint_place places[SUPERVISOR_NODES_MAX]; /* of the nodes' checkpoints */
    bool has_log[SUPERVISOR_NODES_MAX];
    size_t node_count;
    const char *directory;
    const char *witness;
    const char *user;
    const char *certificate;
    const char *key;
    const char *trust;
    struct hash256 key_id;
    uint64_t snapshot_commands;
    uint32_t silence_ms;
    bool has_key_id;
    bool wants_status;
    bool wants_self_test;
};

static void supervise_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy supervise --follow [NAME=]ADDRESS [OF IT...]... --dir DIR [OPTION...]\n"
        "       tarazy supervise --status --dir DIR\n\n"
        "  --follow ADDRESS    a relay: HOST:PORT or unix:PATH; NAME is its folder in DIR\n"
        "  --dir DIR           copies, alarms.jsonl, status.json\n"
        "  --certificate FILE  our certificate, PEM; its key is registered with the nodes\n"
        "  --key FILE          its private key, PEM\n"
        "  --key-id HEX        the API key's id, 64 hexadecimal digits\n"
        "  --trust FILE        certificates of the relays, or of who signed them, PEM\n"
        "  --silence MS        silence that is an alarm (5000)\n"
        "  --witness NAME      cosign checkpoints of the nodes, under this name\n"
        "  --status            print what is known and end\n\n"
        "of the --follow before it:\n"
        "  --checkpoints FROM  where its checkpoints are: http://HOST:PORT, or a node's folder\n"
        "  --log KEY           its notary's verifier key\n"
        "  --epoch-keys DIR    keys of its trees of liabilities: EPOCH.key\n",
        out);
}

/* Options of one node stand behind its --follow. */
static bool supervise_take_of_node(struct supervise_command *command, int option, const char *text)
{
    if (command->node_count == 0) {
        return false;
    }
    size_t last = command->node_count - 1;
    struct supervisor_node *node = &command->nodes[last];

    switch (option) {
    case SUPERVISE_OPTION_CHECKPOINTS:
        node->is_witnessed = checkpoint_place_set(&command->places[last], text);
        node->source = checkpoint_place_source(&command->places[last]);
        return node->is_witnessed;
    case SUPERVISE_OPTION_LOG:
        command->has_log[last] = note_key_read(&node->log, text, strlen(text));
        return command->has_log[last];
    case SUPERVISE_OPTION_EPOCH_KEYS: node->epoch_keys = text; return true;
    default: return false; /* not an enum */
    }
}

static bool supervise_take(struct supervise_command *command, int option, const char *text)
{
    char *end = NULL;

    switch (option) {
    case SUPERVISE_OPTION_FOLLOW:
        return command->node_count < SUPERVISOR_NODES_MAX &&
               supervisor_node_read(text, &command->nodes[command->node_count++]);
    case SUPERVISE_OPTION_DIR: command->directory = text; return true;
    case SUPERVISE_OPTION_CERTIFICATE: command->certificate = text; return true;
    case SUPERVISE_OPTION_KEY: command->key = text; return true;
    case SUPERVISE_OPTION_TRUST: command->trust = text; return true;
    case SUPERVISE_OPTION_KEY_ID:
        command->has_key_id =
            hex_decode(slice_of_text(text), command->key_id.bytes, sizeof command->key_id.bytes);
        return command->has_key_id;
    case SUPERVISE_OPTION_SILENCE:
        command->silence_ms = (uint32_t)strtoul(text, &end, 10);
        return *end == '\0' && command->silence_ms >= 1000 && command->silence_ms <= 86400000;
    case SUPERVISE_OPTION_SNAPSHOT:
        command->snapshot_commands = strtoull(text, &end, 10);
        return *end == '\0' && *text >= '0' && *text <= '9';
    case SUPERVISE_OPTION_WITNESS:
        command->witness = text;
        return note_name_is_good(text, strlen(text));
    case SUPERVISE_OPTION_USER: command->user = text; return true;
    case SUPERVISE_OPTION_SELF_TEST: command->wants_self_test = true; return true;
    case SUPERVISE_OPTION_STATUS: command->wants_status = true; return true;
    default: return supervise_take_of_node(command, option, text); /* not an enum */
    }
}

/* A witness needs a name, somewhere to look and a key to check; and nothing of that is of use alone. */
static bool supervise_witness_is_sound(const struct supervise_command *command)
{
    bool is_any = false;

    for (size_t i = 0; i < command->node_count; i++) {
        const struct supervisor_node *node = &command->nodes[i];

        if (node->is_witnessed != command->has_log[i] ||
            (node->epoch_keys != NULL && !node->is_witnessed)) {
            return false;
        }
        is_any = is_any || node->is_witnessed;
    }
    return is_any == (command->witness != NULL);
}

/* Two nodes in one folder would be one copy of two histories. */
static bool supervise_names_differ(const struct supervise_command *command)
{
    for (size_t i = 0; i < command->node_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(command->nodes[i].name, command->nodes[j].name) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* Returns -1 to go on, else the exit code. */
static int supervise_parse(int argc, char **argv, struct supervise_command *command)
{
    int option;
    bool is_good = true;

    while (is_good && (option = getopt_long(argc, argv, "", supervise_arguments, NULL)) != -1) {
        if (option == SUPERVISE_OPTION_HELP) {
            supervise_print_help(stdout);
            return EXIT_CODE_DONE;
        }
        is_good = supervise_take(command, option, optarg);
    }
    bool has_certificate = command->certificate != NULL;
    if (!is_good || optind != argc || command->directory == NULL ||
        (command->node_count == 0) != command->wants_status ||
        has_certificate != (command->key != NULL) || has_certificate != command->has_key_id ||
        !supervise_names_differ(command) || !supervise_witness_is_sound(command)) {
        supervise_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    return -1;
}

static int supervise_print_status(const char *directory)
{
    static char text[ALARM_STATUS_SIZE];
    char path[SUPERVISE_TEXT_MAX];

    (void)snprintf(path, sizeof path, "%s/" ALARM_STATUS_NAME, directory);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return EXIT_CODE_FAILED;
    }
    size_t size = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    return fwrite(text, 1, size, stdout) == size ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static struct tls_context *supervise_tls(const struct supervise_command *command)
{
    char error[SUPERVISE_TEXT_MAX];
    struct tls_context *tls = tls_context_create_client(command->trust, error, sizeof error);

    if (tls == NULL || !tls_context_show_certificate(tls, command->certificate, command->key, error,
                                                     sizeof error)) {
        log_event(LOG_LEVEL_ERROR, "certificate", "what", error);
        tls_context_destroy(tls);
        return NULL;
    }
    return tls;
}

/* Its own folder for writing; for reading, what each node's witness looks at. */
static void supervise_confine(const struct supervise_command *command)
{
    static const char *const of_names[] = {"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
                                           "/etc/gai.conf", "/etc/host.conf"};
    static struct config config;
    struct process_confinement wanted;
    bool asks_names = false;

    (void)snprintf(config.directory, sizeof config.directory, "%s", command->directory);
    process_confinement_of(PROCESS_KIND_SUPERVISOR, &config, &wanted);
    for (size_t i = 0; i < command->node_count; i++) {
        const struct supervisor_node *node = &command->nodes[i];

        if (node->epoch_keys != NULL) {
            process_confinement_add(&wanted, node->epoch_keys, CONFINEMENT_ACCESS_READ);
        }
        if (node->is_witnessed && command->places[i].is_folder) {
            process_confinement_add(&wanted, command->places[i].address, CONFINEMENT_ACCESS_READ);
        }
        asks_names = asks_names || (node->is_witnessed && !command->places[i].is_folder);
    }
    for (size_t i = 0; asks_names && i < sizeof of_names / sizeof of_names[0]; i++) {
        process_confinement_add(&wanted, of_names[i], CONFINEMENT_ACCESS_FILE);
    }
    if (asks_names) {
        process_confinement_add(&wanted, "/etc/ssl", CONFINEMENT_ACCESS_READ);
        process_confinement_add(&wanted, "/usr/share/ca-certificates", CONFINEMENT_ACCESS_READ);
    }
    process_confine_to(&wanted);
}

static int supervise_self_test(const struct supervise_command *command)
{
    static struct config config;

    (void)snprintf(config.directory, sizeof config.directory, "%.800s/%.64s", command->directory,
                   command->nodes[0].name);
    return self_test_run(PROCESS_KIND_SUPERVISOR, &config, stdout);
}

static int supervise_run(const struct supervise_command *command, struct tls_context *tls, int stop)
{
    const struct supervisor_options options = {
        .directory = command->directory,
        .clock = clock_source_system(),
        .tls = tls,
        .key = command->key_id,
        .silence_ms = command->silence_ms,
        .nodes = command->nodes,
        .node_count = command->node_count,
        .snapshot_commands = command->snapshot_commands,
        .witness_name = command->witness,
        .witness_patience_us = SUPERVISE_PATIENCE_US,
    };
    struct signalfd_siginfo info;
    const char *error = NULL;
    struct supervisor *supervisor = supervisor_open(&options, &error);

    if (supervisor == NULL) {
        log_event(LOG_LEVEL_ERROR, "cannot_supervise", "what", error);
        return EXIT_CODE_FAILED;
    }
    supervise_confine(command);
    (void)printf("ready %s\n", command->directory);
    (void)fflush(stdout);
    while (read(stop, &info, sizeof info) < 0) {
        supervisor_turn(supervisor, stop, SUPERVISE_TURN_MS);
    }
    int code = supervisor_has_finding(supervisor) ? EXIT_CODE_DAMAGED : EXIT_CODE_DONE;
    supervisor_close(supervisor);
    return code;
}

int supervise_main(int argc, char **argv)
{
    static struct supervise_command command = {.silence_ms = SUPERVISE_SILENCE_MS,
                                               .snapshot_commands = SUPERVISE_SNAPSHOT_COMMANDS};
    struct tls_context *tls = NULL;
    sigset_t set;
    int code = supervise_parse(argc, argv, &command);

    if (code >= 0) {
        return code;
    }
    if (command.wants_status) {
        return supervise_print_status(command.directory);
    }
    if (command.wants_self_test) {
        return supervise_self_test(&command);
    }
    if (command.certificate != NULL && (tls = supervise_tls(&command)) == NULL) {
        return EXIT_CODE_FAILED;
    }
    /* The keys are read: from here on it needs its own folder, which is that user's. */
    if (!separation_become_user(command.user, NULL)) {
        tls_context_destroy(tls);
        return EXIT_CODE_FAILED;
    }
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    int stop = sigprocmask(SIG_BLOCK, &set, NULL) == 0
                   ? signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)
                   : -1;
    code = stop < 0 ? EXIT_CODE_FAILED : supervise_run(&command, tls, stop);
    tls_context_destroy(tls);
    return code;
}
