/* SPDX-License-Identifier: Apache-2.0
 *
 * Forking a child that is bound to its parent. A file of its own because the order of three calls matters: who asks the
 * kernel for the signal after the parent has gone would never get it, so that is looked at behind the asking.
 *
 * Read next: its users, journal/snapshot_child.c and programs/child_process.c.
 */
#include "platform/bound_child.h"

#include <sys/prctl.h>
#include <unistd.h>

enum { BOUND_CHILD_LOST = 255 };

pid_t bound_child_fork(int death_signal)
{
    pid_t parent = getpid();
    pid_t child = fork();

    if (child == 0 && (prctl(PR_SET_PDEATHSIG, death_signal) != 0 || getppid() != parent)) {
        _exit(BOUND_CHILD_LOST);
    }
    return child;
}
