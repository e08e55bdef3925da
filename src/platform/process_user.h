/* SPDX-License-Identifier: Apache-2.0
 *
 * A process that was started as root goes on as somebody who may little.
 */
#ifndef PLATFORM_PROCESS_USER_H
#define PLATFORM_PROCESS_USER_H

#include <stdbool.h>
#include <sys/types.h>

struct process_user {
    uid_t user;
    gid_t group;
};

/* A user or group by name or by number; never root. False: there is none of that name. */
bool process_user_find(const char *name, uid_t *user);
bool process_group_find(const char *name, gid_t *group);

/* For ever: user, group, no other groups. The death of the parent is still heard of, if it was
 * before. False, with errno: nothing may go on then. */
bool process_user_become(const struct process_user *user);

#endif
