/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of the processes of a node. A file of its own so that `serve` can hand its own
 * command line to what it starts. Read next: config.h.
 */
#include "programs/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/exit_codes.h"

enum option_id {
    OPTION_CONFIG = 1,
    OPTION_DIR,
    OPTION_LISTEN,
    OPTION_SANDBOX,
    OPTION_MINING,
    OPTION_LOG_LEVEL,
    OPTION_CHECK_CONFIG,
    OPTION_SELF_TEST,
    OPTION_NO_GATEWAY,
    OPTION_NOTARY,
    OPTION_FOUNDING,
    OPTION_READY_FD,
    OPTION_HELP,
};

static const struct option options_known[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"dir", required_argument, NULL, OPTION_DIR},
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"sandbox", no_argument, NULL, OPTION_SANDBOX},
    {"mining", no_argument, NULL, OPTION_MINING},
    {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
    {"check-config", no_argument, NULL, OPTION_CHECK_CONFIG},
    {"self-test", no_argument, NULL, OPTION_SELF_TEST},
    {"no-gateway", no_argument, NULL, OPTION_NO_GATEWAY},
    {"notary", no_argument, NULL, OPTION_NOTARY},
    {"founding", no_argument, NULL, OPTION_FOUNDING},
    {"ready-fd", required_argument, NULL, OPTION_READY_FD},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

/* What the command line said; applied after the file, so that it wins. */
struct options {
    const char *config;
    const char *dir;
    const char *listen[CONFIG_LISTENERS_MAX];
    uint32_t listen_count;
    const char *log_level;
    const char *ready_fd;
    bool sandbox;
    bool mining;
    bool check_config;
    bool self_test;
    bool no_gateway;
    bool with_notary;
    bool founding;
};

static void options_print_help(FILE *out, const char *name)
{
    (void)fprintf(
        out,
        "usage: %s [OPTION...]\n\n"
        "  --config FILE       read the configuration, see tarazy.conf(5)\n"
        "  --dir DIR           the node's folder\n"
        "  --listen ADDR:PORT  serve here, plain, on loopback; may be repeated; port 0: any\n"
        "  --sandbox           a throw-away node with play money, founded if DIR has none\n"
        "  --mining            with --sandbox: people of a mining authority, miners and pools\n"
        "  --log-level LEVEL   error, warning, info or debug\n"
        "  --check-config      only say whether the configuration makes sense\n"
        "  --self-test         core, gateway, history, notary: try what it must not do, and say so\n"
        "  --no-gateway        without a gateway: nobody can trade\n"
        "  --notary            with a notary: signed checkpoints, receipts\n"
        "  --founding          core: until the node is open it may act by the link\n"
        "  --ready-fd N        tell descriptor N when ready\n",
        name);
}

/* −1 to go on, else the exit code. */
static int options_take(struct options *options, int option, const char *name)
{
    switch ((enum option_id)option) {
    case OPTION_CONFIG: options->config = optarg; return -1;
    case OPTION_DIR: options->dir = optarg; return -1;
    case OPTION_LISTEN:
        if (options->listen_count == CONFIG_LISTENERS_MAX) {
            (void)fprintf(stderr, "%s: too many --listen\n", name);
            return EXIT_CODE_USAGE;
        }
        options->listen[options->listen_count++] = optarg;
        return -1;
    case OPTION_SANDBOX: options->sandbox = true; return -1;
    case OPTION_MINING: options->mining = true; return -1;
    case OPTION_LOG_LEVEL: options->log_level = optarg; return -1;
    case OPTION_CHECK_CONFIG: options->check_config = true; return -1;
    case OPTION_SELF_TEST: options->self_test = true; return -1;
    case OPTION_NO_GATEWAY: options->no_gateway = true; return -1;
    case OPTION_NOTARY: options->with_notary = true; return -1;
    case OPTION_FOUNDING: options->founding = true; return -1;
    case OPTION_READY_FD: options->ready_fd = optarg; return -1;
    case OPTION_HELP: options_print_help(stdout, name); return EXIT_CODE_DONE;
    }
    options_print_help(stderr, name); /* getopt_long has said what is wrong */
    return EXIT_CODE_USAGE;
}

static bool options_copy(char *out, size_t size, const char *value, const char *what)
{
    if (value == NULL || strlen(value) >= size) {
        (void)fprintf(stderr, "%s is too long\n", what);
        return false;
    }
    (void)snprintf(out, size, "%s", value);
    return true;
}

static bool options_apply_listeners(const struct options *options, struct config *config)
{
    if (options->listen_count > 0) {
        config->listener_count = options->listen_count;
        memset(config->listeners, 0, sizeof config->listeners);
    } else if (config->listener_count == 0) {
        config->listener_count = 1;
        (void)snprintf(config->listeners[0].address, sizeof config->listeners[0].address,
                       "127.0.0.1:8080");
    }
    for (uint32_t i = 0; i < options->listen_count; i++) {
        if (!options_copy(config->listeners[i].address, sizeof config->listeners[i].address,
                          options->listen[i], "--listen")) {
            return false;
        }
    }
    return true;
}

static bool options_apply_numbers(const struct options *options, struct config *config)
{
    if (options->log_level != NULL) {
        config->log_level = log_level_of_text(options->log_level);
        if (config->log_level == 0) {
            (void)fprintf(stderr, "--log-level: error, warning, info or debug\n");
            return false;
        }
    }
    if (options->ready_fd != NULL) {
        char *end = NULL;
        errno = 0;
        long fd = strtol(options->ready_fd, &end, 10);
        if (errno != 0 || *end != '\0' || end == options->ready_fd || fd < 0 || fd > 1000000) {
            (void)fprintf(stderr, "--ready-fd: not a descriptor\n");
            return false;
        }
        config->ready_fd = (int)fd;
    }
    return true;
}

static bool options_apply(const struct options *options, struct config *config)
{
    if (options->mining && !options->sandbox) {
        (void)fprintf(stderr, "--mining goes with --sandbox; other nodes have a section mining\n");
        return false;
    }
    config_set_defaults(config, options->sandbox);
    if (options->mining) {
        config->mining = true;
        config->limits.mining = (struct mining_limits)TARAZY_MINING_LIMITS_SMALL;
    }
    if (options->config != NULL &&
        (!options_copy(config->file, sizeof config->file, options->config, "--config") ||
         !config_read(config, options->config))) {
        return false;
    }
    if (options->dir != NULL &&
        !options_copy(config->directory, sizeof config->directory, options->dir, "--dir")) {
        return false;
    }
    config->check_only = options->check_config;
    config->self_test = options->self_test;
    config->no_gateway = options->no_gateway;
    config->with_notary = options->with_notary;
    config->allows_founding = options->founding;
    return options_apply_listeners(options, config) && options_apply_numbers(options, config) &&
           config_check(config);
}

int options_parse(int argc, char **argv, struct config *config)
{
    struct options options = {0};
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, "", options_known, NULL)) != -1) {
        int code = options_take(&options, option, argv[0]);
        if (code >= 0) {
            return code;
        }
    }
    if (optind != argc) {
        (void)fprintf(stderr, "%s: what is '%s'?\n", argv[0], argv[optind]);
        return EXIT_CODE_USAGE;
    }
    if (!options_apply(&options, config)) {
        return EXIT_CODE_USAGE;
    }
    log_line_set_level(config->log_level);
    return -1;
}
