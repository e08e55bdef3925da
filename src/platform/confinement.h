/* SPDX-License-Identifier: Apache-2.0
 *
 * A process gives up what it will not need, once its files and sockets are open: a fault in it, or a
 * stranger in it, then reaches no further. Linux's Landlock and seccomp, without any library.
 */
#ifndef PLATFORM_CONFINEMENT_H
#define PLATFORM_CONFINEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/call_filter.h"

enum confinement_access {
    CONFINEMENT_ACCESS_READ = 1,  /* files and listings below it */
    CONFINEMENT_ACCESS_WRITE = 2, /* also to write, make, rename and remove files there */
    CONFINEMENT_ACCESS_FILE = 3,  /* one file, for reading */
};

enum { CONFINEMENT_FOLDERS_MAX = 48 };

struct confinement_folder {
    const char *path;
    enum confinement_access access;
};

/* What stays: nothing else does. Nobody may listen or execute anything, nor use the network
 * but who needs it (CALL_NEED_NETWORK). */
struct confinement {
    struct confinement_folder folders[CONFINEMENT_FOLDERS_MAX];
    size_t folder_count;
    uint32_t needs; /* enum call_need, or-ed */
};

/* What is in force; or-ed. A kernel that lacks one of them is no error: the caller logs it. */
enum confinement_part {
    CONFINEMENT_PART_PRIVILEGES = 1, /* no program can give more rights again */
    CONFINEMENT_PART_FILES = 2,      /* the folders alone */
    CONFINEMENT_PART_CALLS = 4,      /* the calls it needs alone */
    CONFINEMENT_PART_NETWORK = 8,    /* no TCP port bound, nor connected but by need, by Landlock */
    CONFINEMENT_PART_SIGNALS = 16,   /* no signal but to itself and its children */
};
enum { CONFINEMENT_PART_ALL = 31 };

/* For ever, for this process and its children. A folder that is not there is left out. */
uint32_t confinement_apply(const struct confinement *confinement);

#endif
