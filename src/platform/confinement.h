/* SPDX-License-Identifier: Apache-2.0
 *
 * A process gives up what it will not need, once its files and sockets are open: a fault in it, or a
 * stranger in it, then reaches no further. Linux's Landlock and seccomp, without any library.
 */
#ifndef PLATFORM_CONFINEMENT_H
#define PLATFORM_CONFINEMENT_H

#include <stdbool.h>
#include <stdint.h>

struct confinement {
    const char *folder;  /* the only place where files are opened from now on; NULL: anywhere */
    bool allows_network; /* sockets other than Unix ones may still be made */
};

/* What is in force; or-ed. A kernel that lacks one of them is no error: the caller logs it. */
enum confinement_part {
    CONFINEMENT_PART_PRIVILEGES = 1, /* no program can give more rights again */
    CONFINEMENT_PART_FILES = 2,      /* the folder alone */
    CONFINEMENT_PART_CALLS = 4, /* no exec, no ptrace, no mount, no kernel modules, no network */
};

/* For ever, for this process and its children. */
uint32_t confinement_apply(const struct confinement *confinement);

#endif
