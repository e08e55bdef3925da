/* SPDX-License-Identifier: Apache-2.0
 *
 * A forked child that does not outlive its parent.
 */
#ifndef PLATFORM_BOUND_CHILD_H
#define PLATFORM_BOUND_CHILD_H

#include <sys/types.h>

/* fork(), but the child gets this signal when the thread that forked it ends, however that comes; one whose parent was gone
 * before it could ask for that does not return from here, and ends without running anything of its owner's. 0: in the
 * child; -1: there is none, errno says why. */
pid_t bound_child_fork(int death_signal);

#endif
