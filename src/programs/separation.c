/* SPDX-License-Identifier: Apache-2.0
 *
 * Users of processes. A file of its own because giving files away as root has to be done with care:
 * only regular files with one name, of a name that is the journal's, never through a link.
 * Read next: platform/process_user.c; man/tarazy-serve.1.scd says what a packager has to make.
 */
#include "programs/separation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/log_line.h"
#include "programs/process_confinement.h"

enum { MODE_FOLDER = 0750, MODE_FILE = 0640, MODE_SOCKET = 0660 };

static const struct config_users separation_standard = {
    .core = "tarazy-core",
    .gateway = "tarazy-gateway",
    .history = "tarazy-history",
    .notary = "tarazy-notary",
    .group = "tarazy",
};

static bool separation_has_changed; /* this process was root and is not any more */

const char *process_kind_name(enum process_kind kind)
{
    switch (kind) {
    case PROCESS_KIND_CORE: return "core";
    case PROCESS_KIND_GATEWAY: return "gateway";
    case PROCESS_KIND_HISTORY: return "history";
    case PROCESS_KIND_NOTARY: return "notary";
    case PROCESS_KIND_SUPERVISOR: return "supervise";
    }
    return "process";
}

static bool separation_fail(const char *where, int error)
{
    struct log_line line;
    log_line_begin(&line, LOG_LEVEL_ERROR, "separation_failed");
    log_line_text(&line, "where", where);
    log_line_errno(&line, "what", error);
    log_line_end(&line);
    return false;
}

bool separation_find(const struct config *config, struct separation *separation)
{
    bool is_configured = config->users.core[0] != '\0';
    const struct config_users *users = is_configured ? &config->users : &separation_standard;
    struct process_user *found = separation->users;
    gid_t group = 0;
    *separation = (struct separation){0};
    if (geteuid() != 0) {
        return true;
    }
    separation->is_wanted = process_group_find(users->group, &group) &&
                            process_user_find(users->core, &found[PROCESS_KIND_CORE].user) &&
                            process_user_find(users->gateway, &found[PROCESS_KIND_GATEWAY].user) &&
                            process_user_find(users->history, &found[PROCESS_KIND_HISTORY].user) &&
                            process_user_find(users->notary, &found[PROCESS_KIND_NOTARY].user);
    for (int kind = PROCESS_KIND_CORE; kind <= PROCESS_KIND_NOTARY; kind++) {
        found[kind].group = group;
    }
    return separation->is_wanted || !is_configured || separation_fail("users", ESRCH);
}

static bool separation_is_folder(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 && S_ISDIR(status.st_mode);
}

/* A file that was opened by name: may it be given away? */
static bool separation_is_plain(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

static bool separation_give_file(int folder, const char *name, const struct process_user *owner)
{
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) {
        return separation_fail(name, errno);
    }
    /* A folder inside was made by the owner itself. */
    bool is_given = separation_is_folder(file) ||
                    (separation_is_plain(file) && fchown(file, owner->user, owner->group) == 0 &&
                     fchmod(file, MODE_FILE) == 0);
    int error = errno;
    (void)close(file);
    return is_given || separation_fail(name, error);
}

/* Everything in a folder whose name begins with one of these. */
static bool separation_give_files(int folder, const char *const *beginnings,
                                  const struct process_user *owner)
{
    bool is_given = true;
    int listing_fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = listing_fd < 0 ? NULL : fdopendir(listing_fd);
    if (listing == NULL) {
        return separation_fail(".", errno);
    }
    for (const struct dirent *entry; is_given && (entry = readdir(listing)) != NULL;) {
        for (size_t i = 0; beginnings[i] != NULL && is_given; i++) {
            if (entry->d_name[0] != '.' &&
                strncmp(entry->d_name, beginnings[i], strlen(beginnings[i])) == 0) {
                is_given = separation_give_file(folder, entry->d_name, owner);
                break;
            }
        }
    }
    (void)closedir(listing);
    return is_given;
}

/* The folder itself and what of it is the owner's. */
static bool separation_give_folder(const char *path, const char *const *beginnings,
                                   const struct process_user *owner)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (folder < 0) {
        return separation_fail(path, errno);
    }
    bool is_given = separation_give_files(folder, beginnings, owner);
    if (is_given &&
        (fchown(folder, owner->user, owner->group) != 0 || fchmod(folder, MODE_FOLDER) != 0)) {
        is_given = separation_fail(path, errno);
    }
    (void)close(folder);
    return is_given;
}

bool separation_arrange(const struct config *config)
{
    static const char *const of_core[] = {"segment-", "segment.next", "snapshot-", "lock", NULL};
    static const char *const of_history[] = {"history.sqlite", NULL};
    struct separation separation = {0};
    char path[CONFIG_PATH_MAX + 32];
    if (!separation_find(config, &separation)) {
        return false;
    }
    if (!separation.is_wanted) {
        if (geteuid() == 0) {
            log_event(LOG_LEVEL_WARNING, "runs_as_root", "why",
                      "no users are configured, and there is no tarazy-core");
        }
        return true;
    }
    process_history_folder(config, path, sizeof path);
    if (config->history[0] == '\0' && mkdir(path, MODE_FOLDER) != 0 && errno != EEXIST) {
        return separation_fail(path, errno);
    }
    return (config->history[0] != '\0' ||
            separation_give_folder(path, of_history, &separation.users[PROCESS_KIND_HISTORY])) &&
           separation_give_folder(config->directory, of_core, &separation.users[PROCESS_KIND_CORE]);
}

bool separation_give_place(const struct config *config, enum process_kind kind, const char *path)
{
    static const char *const everything[] = {"", NULL};
    struct separation separation = {0};
    if (mkdir(path, MODE_FOLDER) != 0 && errno != EEXIST) {
        return separation_fail(path, errno);
    }
    return separation_find(config, &separation) &&
           (!separation.is_wanted ||
            separation_give_folder(path, everything, &separation.users[kind]));
}

bool separation_become(const struct config *config, enum process_kind kind)
{
    struct separation separation = {0};
    if (kind == PROCESS_KIND_SUPERVISOR) {
        return true; /* separation_become_user */
    }
    if (!separation_find(config, &separation)) {
        return false;
    }
    if (!separation.is_wanted) {
        return true;
    }
    separation_has_changed = process_user_become(&separation.users[kind]);
    return separation_has_changed || separation_fail(process_kind_name(kind), errno);
}

bool separation_become_user(const char *name, const char *group)
{
    struct process_user user = {0};

    if (geteuid() != 0) {
        return name == NULL || separation_fail(name, EPERM);
    }
    if (name == NULL) {
        log_event(LOG_LEVEL_WARNING, "runs_as_root", "why", "no --user is given");
        return true;
    }
    if (!process_user_find(name, &user.user) ||
        !process_group_find(group != NULL ? group : name, &user.group)) {
        return separation_fail(name, ESRCH);
    }
    return process_user_become(&user) || separation_fail(name, errno);
}

bool separation_open_socket(const struct config *config, const char *name)
{
    char path[CONFIG_PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/%s", config->directory, name);
    return !separation_has_changed || chmod(path, MODE_SOCKET) == 0 || separation_fail(path, errno);
}
