/* SPDX-License-Identifier: Apache-2.0
 *
 * Ceasing to be root. A file of its own because the order of the calls matters and each can fail: the
 * groups first, while there is still the right to, then the user in all three places, then a look
 * whether there is a way back.
 * Read next: confinement.c, which comes after it.
 */
#include "platform/process_user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* True: a number, and not 0. */
static bool process_number(const char *text, unsigned long *number)
{
    char *end = NULL;
    errno = 0;
    *number = strtoul(text, &end, 10);
    return text[0] >= '1' && text[0] <= '9' && *end == '\0' && errno == 0 && *number < 0xffffffffu;
}

bool process_user_find(const char *name, uid_t *user)
{
    unsigned long number;
    if (process_number(name, &number)) {
        *user = (uid_t)number;
        return true;
    }
    const struct passwd *entry = getpwnam(name);
    if (entry == NULL || entry->pw_uid == 0) {
        return false;
    }
    *user = entry->pw_uid;
    return true;
}

bool process_group_find(const char *name, gid_t *group)
{
    unsigned long number;
    if (process_number(name, &number)) {
        *group = (gid_t)number;
        return true;
    }
    const struct group *entry = getgrnam(name);
    if (entry == NULL || entry->gr_gid == 0) {
        return false;
    }
    *group = entry->gr_gid;
    return true;
}

bool process_user_become(const struct process_user *user)
{
    int death_signal = 0;
    pid_t parent = getppid();
    if (user->user == 0 || user->group == 0) {
        errno = EINVAL;
        return false;
    }
    if (prctl(PR_GET_PDEATHSIG, &death_signal) != 0 || setgroups(0, NULL) != 0 ||
        setresgid(user->group, user->group, user->group) != 0 ||
        setresuid(user->user, user->user, user->user) != 0) {
        return false;
    }
    if (setuid(0) == 0 || setgid(0) == 0 || getuid() != user->user || getegid() != user->group) {
        errno = EPERM;
        return false;
    }
    /* The kernel has forgotten it: who became another may not be the parent's child any more. */
    if (death_signal != 0 && (prctl(PR_SET_PDEATHSIG, death_signal) != 0 || getppid() != parent)) {
        errno = ESRCH;
        return false;
    }
    return true;
}
