/* SPDX-License-Identifier: Apache-2.0
 *
 * Who the processes of a node are when they are started as root: each a user of its own, in one
 * group, and the node's folder so that only the core's user can write the journal.
 *
 *     folder                     core:group    0750
 *     segments, snapshots, lock  core:group    0640
 *     core.socket                core:group    0660
 *     history/                   history:group 0750
 *     tlog/                      notary:group  0750
 *     node.key, notary.key,
 *     keys.json                  as founded (root, 0600): who needs a key reads it before it changes
 */
#ifndef PROGRAMS_SEPARATION_H
#define PROGRAMS_SEPARATION_H

#include <stdbool.h>

#include "platform/process_user.h"
#include "programs/config.h"

enum process_kind {
    PROCESS_KIND_CORE = 1,
    PROCESS_KIND_GATEWAY,
    PROCESS_KIND_HISTORY,
    PROCESS_KIND_NOTARY,
    PROCESS_KIND_SUPERVISOR /* of no node: elsewhere, and as whom it is told */
};

const char *process_kind_name(enum process_kind kind);

struct separation {
    bool is_wanted; /* root, and there are users: configured, or tarazy-core and so on */
    struct process_user users[PROCESS_KIND_NOTARY + 1];
};

/* False: users are configured that do not exist (logged). */
bool separation_find(const struct config *config, struct separation *separation);

/* Before anything is started: the folder is given to those who shall have it. False: logged. */
bool separation_arrange(const struct config *config);

/* Before a process becomes its own user: makes its folder, if need be, and gives it to that user with
 * the files in it, when wanted. False: logged. */
bool separation_give_place(const struct config *config, enum process_kind kind, const char *path);

/* Goes on as the process's own user, when wanted. False: it must not go on (logged). */
bool separation_become(const struct config *config, enum process_kind kind);

/* For a process that reads no configuration and was started as root: goes on as this user and group (NULL: of the same
 * name); no user: as it is, with a warning. False: it must not go on (logged). */
bool separation_become_user(const char *name, const char *group);

/* After the core listens, when it has become its own user: lets the group connect. */
bool separation_open_socket(const struct config *config, const char *name);

#endif
