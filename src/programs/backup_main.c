/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy backup`: a copy of a node's journal, while it runs. Read next: backup/backup.h.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "backup/backup.h"
#include "node/link.h"
#include "node/link_client.h"
#include "platform/clock.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "programs/print_backup.h"

enum backup_option { BACKUP_OPTION_DIR = 1, BACKUP_OPTION_TO, BACKUP_OPTION_HELP };

static const struct option backup_options[] = {
    {"dir", required_argument, NULL, BACKUP_OPTION_DIR},
    {"to", required_argument, NULL, BACKUP_OPTION_TO},
    {"help", no_argument, NULL, BACKUP_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

enum { BACKUP_NICE = 10, BACKUP_WELCOME_MS = 10000 };

static void backup_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy backup --dir DIR --to FOLDER\n\n"
        "  --dir DIR     the node's folder; the node may run\n"
        "  --to FOLDER   made if it is not there; the same one the next time: only what is\n"
        "                new is copied\n",
        out);
}

/* Waits for the core's first word. 0, or a negative errno. */
static int backup_wait_welcome(struct link_client *link, uint64_t *number)
{
    struct link_notice notice;
    int result;
    while ((result = link_client_next(link, &notice)) == 0) {
        struct pollfd watched = {.fd = link->fd, .events = POLLIN};
        int ready = poll(&watched, 1, BACKUP_WELCOME_MS);
        if (ready == 0) {
            return -ETIMEDOUT;
        }
        if (ready < 0 && errno != EINTR) {
            return -errno;
        }
    }
    if (result < 0) {
        return result;
    }
    *number = notice.number;
    return notice.kind == LINK_NOTICE_WELCOME ? 0 : -EPROTO;
}

/* What is durable, by the core's word; 0 when there is no core. False: said. */
static bool backup_ask_core(const char *directory, uint64_t *number)
{
    struct link_client link;
    *number = 0;
    if (!link_client_create(&link)) {
        (void)fprintf(stderr, "out of memory\n");
        return false;
    }
    int result = link_client_connect(&link, directory);
    bool is_alone = result == -ENOENT || result == -ECONNREFUSED;
    if (result == 0) {
        result = backup_wait_welcome(&link, number);
    }
    link_client_destroy(&link);
    if (result < 0 && !is_alone) {
        (void)fprintf(stderr, "%s/%s: the core does not say what is durable: %s\n", directory,
                      LINK_SOCKET_NAME, strerror(-result));
        return false;
    }
    return true;
}

static int backup_make(const char *directory, const char *folder)
{
    const struct backup_place from = {storage_system(), directory};
    const struct backup_place to = {storage_system(), folder};
    struct backup_report report;
    struct journal_error error;
    uint64_t durable;
    int64_t begin_us = clock_monotonic_us(clock_source_system());
    /* The core comes first, also on a machine that is busy. */
    (void)setpriority(PRIO_PROCESS, 0, BACKUP_NICE);
    if (!backup_ask_core(directory, &durable)) {
        return EXIT_CODE_FAILED;
    }
    if (!backup_run(&from, &to, durable, &report, &error)) {
        return backup_print_failure(&error);
    }
    (void)printf("backup     %s\n", durable > 0 ? "of a running node" : "of a node at rest");
    if (report.was_there) {
        (void)printf("continued  from %" PRIu64 "\n", report.from_number);
    }
    backup_print(&report, clock_monotonic_us(clock_source_system()) - begin_us);
    return EXIT_CODE_DONE;
}

int backup_main(int argc, char **argv)
{
    const char *directory = NULL;
    const char *folder = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "", backup_options, NULL)) != -1) {
        switch (option) {
        case BACKUP_OPTION_DIR: directory = optarg; break;
        case BACKUP_OPTION_TO: folder = optarg; break;
        case BACKUP_OPTION_HELP: backup_print_help(stdout); return EXIT_CODE_DONE;
        default: /* not an enum: getopt_long has said what is wrong */
            backup_print_help(stderr);
            return EXIT_CODE_USAGE;
        }
    }
    if (directory == NULL || folder == NULL || optind != argc) {
        backup_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    return backup_make(directory, folder);
}
