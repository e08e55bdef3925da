/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy restore`: a backup becomes a node's folder again. Read next: backup/backup_restore.c.
 */
#include <getopt.h>
#include <stdio.h>

#include "backup/backup.h"
#include "platform/clock.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "programs/print_backup.h"

enum restore_option { RESTORE_OPTION_FROM = 1, RESTORE_OPTION_DIR, RESTORE_OPTION_HELP };

static const struct option restore_options[] = {
    {"from", required_argument, NULL, RESTORE_OPTION_FROM},
    {"dir", required_argument, NULL, RESTORE_OPTION_DIR},
    {"help", no_argument, NULL, RESTORE_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static void restore_print_help(FILE *out)
{
    (void)fputs("usage: tarazy restore --from FOLDER --dir DIR\n\n"
                "  --from FOLDER   a backup made by tarazy backup\n"
                "  --dir DIR       empty, or not there\n",
                out);
}

static int restore_make(const char *folder, const char *directory)
{
    const struct backup_place from = {storage_system(), folder};
    const struct backup_place to = {storage_system(), directory};
    struct backup_report report;
    struct journal_error error;
    int64_t begin_us = clock_monotonic_us(clock_source_system());
    if (!backup_restore(&from, &to, &report, &error)) {
        return backup_print_failure(&error);
    }
    (void)printf("restored   chain and state are what the backup says\n");
    backup_print(&report, clock_monotonic_us(clock_source_system()) - begin_us);
    (void)printf(
        "missing    node.key and the identity data: put back your copies before the start\n");
    return EXIT_CODE_DONE;
}

int restore_main(int argc, char **argv)
{
    const char *directory = NULL;
    const char *folder = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "", restore_options, NULL)) != -1) {
        switch (option) {
        case RESTORE_OPTION_FROM: folder = optarg; break;
        case RESTORE_OPTION_DIR: directory = optarg; break;
        case RESTORE_OPTION_HELP: restore_print_help(stdout); return EXIT_CODE_DONE;
        default: /* not an enum: getopt_long has said what is wrong */
            restore_print_help(stderr);
            return EXIT_CODE_USAGE;
        }
    }
    if (directory == NULL || folder == NULL || optind != argc) {
        restore_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    return restore_make(folder, directory);
}
