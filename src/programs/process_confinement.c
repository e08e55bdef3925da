/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of docs/ARCHITECTURE.md, "must not", as the kernel enforces it. A file of its own so that
 * what an auditor tries is what the processes run under.
 *
 *     core      writes the node's folder, accepts on its socket, forks for snapshots; makes no socket
 *     gateway   reads the node's folder, accepts, makes Unix sockets to the core; writes no file
 *     history   reads the node's folder, writes its own; says nothing on its link to the core
 *     notary    likewise
 *     supervise writes its own folder, connects to relays and gateways, forks; reads nothing else but what
 *               it is told of and, to find addresses, the files of the resolver
 *
 * Read next: platform/confinement.h, self_test.c.
 */
#include "programs/process_confinement.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "node/record_places.h"
#include "platform/log_line.h"

static const char sqlite_prefix[] = "sqlite:";

void process_history_url(const struct config *config, char *out, size_t size)
{
    if (config->history[0] != '\0') {
        (void)snprintf(out, size, "%s", config->history);
    } else {
        (void)snprintf(out, size, "%s%s/history/history.sqlite", sqlite_prefix, config->directory);
    }
}

void process_history_folder(const struct config *config, char *out, size_t size)
{
    char url[CONFIG_PATH_MAX + 64];
    process_history_url(config, url, sizeof url);
    out[0] = '\0';
    if (strncmp(url, sqlite_prefix, sizeof sqlite_prefix - 1) != 0) {
        return;
    }
    char *path = url + sizeof sqlite_prefix - 1;
    char *slash = strrchr(path, '/');
    if (slash == NULL) {
        (void)snprintf(out, size, ".");
    } else {
        slash[slash == path ? 1 : 0] = '\0';
        (void)snprintf(out, size, "%s", path);
    }
}

void process_own_folder(enum process_kind kind, const struct config *config, char *out, size_t size)
{
    switch (kind) {
    case PROCESS_KIND_CORE:
    case PROCESS_KIND_GATEWAY:
    case PROCESS_KIND_SUPERVISOR: out[0] = '\0'; return;
    case PROCESS_KIND_HISTORY: process_history_folder(config, out, size); return;
    case PROCESS_KIND_NOTARY:
        (void)snprintf(out, size, "%s/%s", config->directory, RECORD_TREE_NAME);
        return;
    }
}

static void confinement_add(struct confinement *confinement, const char *path,
                            enum confinement_access access)
{
    confinement->folders[confinement->folder_count++] = (struct confinement_folder){path, access};
}

void process_confinement_of(enum process_kind kind, const struct config *config,
                            struct process_confinement *out)
{
    struct confinement *confinement = &out->confinement;
    *out = (struct process_confinement){0};
    switch (kind) {
    case PROCESS_KIND_CORE:
        confinement_add(confinement, config->directory, CONFINEMENT_ACCESS_WRITE);
        confinement->needs = CALL_NEED_WRITING | CALL_NEED_FORK | CALL_NEED_ACCEPT;
        break;
    case PROCESS_KIND_GATEWAY:
        confinement_add(confinement, config->directory, CONFINEMENT_ACCESS_READ);
        confinement->needs = CALL_NEED_ACCEPT | CALL_NEED_CONNECT;
        break;
    case PROCESS_KIND_HISTORY:
    case PROCESS_KIND_NOTARY:
        confinement_add(confinement, config->directory, CONFINEMENT_ACCESS_READ);
        process_own_folder(kind, config, out->own_folder, sizeof out->own_folder);
        if (out->own_folder[0] != '\0') {
            confinement_add(confinement, out->own_folder, CONFINEMENT_ACCESS_WRITE);
        }
        confinement->needs = CALL_NEED_WRITING | CALL_NEED_CONNECT;
        break;
    case PROCESS_KIND_SUPERVISOR:
        confinement_add(confinement, config->directory, CONFINEMENT_ACCESS_WRITE);
        confinement->needs = CALL_NEED_WRITING | CALL_NEED_FORK | CALL_NEED_CONNECT |
                             CALL_NEED_NETWORK | CALL_NEED_HELPERS;
        break;
    }
}

void process_confinement_add(struct process_confinement *wanted, const char *path,
                             enum confinement_access access)
{
    ENSURE(wanted->confinement.folder_count < CONFINEMENT_FOLDERS_MAX);
    confinement_add(&wanted->confinement, path, access);
}

void process_confine(enum process_kind kind, const struct config *config)
{
    struct process_confinement wanted;

    process_confinement_of(kind, config, &wanted);
    process_confine_to(&wanted);
}

void process_confine_to(const struct process_confinement *wanted)
{
    struct log_line line;
    uint32_t parts = confinement_apply(&wanted->confinement);

    log_line_begin(&line, parts == CONFINEMENT_PART_ALL ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING,
                   "confined");
    log_line_unsigned(&line, "privileges", (parts & CONFINEMENT_PART_PRIVILEGES) != 0);
    log_line_unsigned(&line, "files", (parts & CONFINEMENT_PART_FILES) != 0);
    log_line_unsigned(&line, "calls", (parts & CONFINEMENT_PART_CALLS) != 0);
    log_line_unsigned(&line, "network", (parts & CONFINEMENT_PART_NETWORK) != 0);
    log_line_unsigned(&line, "signals", (parts & CONFINEMENT_PART_SIGNALS) != 0);
    log_line_end(&line);
}

bool process_mute(int link)
{
    return call_filter_mute(link);
}
