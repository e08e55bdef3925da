/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy init`: founds a node from a founding file, in a folder that has none. Read next:
 * found_node.c.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "node/founding.h"
#include "programs/commands.h"
#include "programs/config.h"
#include "programs/exit_codes.h"
#include "programs/found_node.h"

enum init_option {
    INIT_OPTION_CONFIG = 1,
    INIT_OPTION_DIR,
    INIT_OPTION_FOUNDING,
    INIT_OPTION_HELP
};

static const struct option init_options[] = {
    {"config", required_argument, NULL, INIT_OPTION_CONFIG},
    {"dir", required_argument, NULL, INIT_OPTION_DIR},
    {"founding", required_argument, NULL, INIT_OPTION_FOUNDING},
    {"help", no_argument, NULL, INIT_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static void init_print_help(FILE *out)
{
    (void)fputs("usage: tarazy init --founding FILE [--dir DIR] [--config FILE]\n\n"
                "  --founding FILE   tiers, assets, instruments and people of the new node\n"
                "  --dir DIR         its folder, made if it is not there\n"
                "  --config FILE     read limits, segment size and folder from a configuration\n",
                out);
}

static int init_found(const struct config *config, const char *file)
{
    struct journal_error error;
    char text[JOURNAL_ERROR_TEXT_SIZE];
    int is_done = founding_is_done(storage_system(), config->directory, &error);
    if (is_done < 0) {
        (void)fprintf(stderr, "%s: %s\n", config->directory, journal_error_text(&error, text));
        return EXIT_CODE_DISK;
    }
    if (is_done > 0) {
        (void)fprintf(stderr, "%s: this folder already holds a node\n", config->directory);
        return EXIT_CODE_FAILED;
    }
    int code = found_node(config, file);
    if (code == EXIT_CODE_DONE) {
        (void)printf("founded %s\n", config->directory);
    }
    return code;
}

int init_main(int argc, char **argv)
{
    static struct config config;
    const char *file = NULL;
    const char *directory = NULL;
    int option;
    config_set_defaults(&config, false);
    while ((option = getopt_long(argc, argv, "", init_options, NULL)) != -1) {
        switch (option) {
        case INIT_OPTION_CONFIG:
            if (!config_read(&config, optarg)) {
                return EXIT_CODE_USAGE;
            }
            break;
        case INIT_OPTION_DIR: directory = optarg; break;
        case INIT_OPTION_FOUNDING: file = optarg; break;
        case INIT_OPTION_HELP: init_print_help(stdout); return EXIT_CODE_DONE;
        default: /* not an enum: getopt_long has said what is wrong */
            init_print_help(stderr);
            return EXIT_CODE_USAGE;
        }
    }
    bool is_too_long = directory != NULL && strlen(directory) >= sizeof config.directory;
    if (file == NULL || optind != argc || is_too_long) {
        init_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    if (directory != NULL) {
        (void)snprintf(config.directory, sizeof config.directory, "%s", directory);
    }
    return config_check(&config) ? init_found(&config, file) : EXIT_CODE_USAGE;
}
