/* SPDX-License-Identifier: Apache-2.0
 *
 * What the shim remembers: files it follows, and what was changed and not synced. Hidden from the program
 * that it is loaded into.
 */
#ifndef CRASH_POWER_SHIM_H
#define CRASH_POWER_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "support/random_stream.h"

#pragma GCC visibility push(hidden)

enum { NAME_SIZE = 64, DESCRIPTORS_MAX = 256, CHANGES_MAX = 4096, SECTOR = 512 };

enum loss { LOSS_KILL = 1, LOSS_PARTIAL = 2, LOSS_ALL = 3, LOSS_SECTORS = 4, LOSS_BYTES = 5 };

struct change { /* of a file's bytes, not yet synced */
    ino_t file;
    bool is_resize;
    uint64_t offset; /* or the new size */
    uint8_t *bytes;
    size_t size;
};

struct name_change { /* not yet synced; from empty: made; to empty: removed */
    char from[NAME_SIZE];
    char to[NAME_SIZE];
    uint32_t removed; /* under which name the removed file waits */
};

struct shim {
    bool is_on;
    char folder[256];
    struct stat folder_status;
    enum loss loss;
    uint64_t fatal_call;
    uint64_t calls;
    struct random_stream random;
    struct change changes[CHANGES_MAX];
    size_t change_count;
    struct name_change names[CHANGES_MAX];
    size_t name_count;
    uint32_t removed_count;
    bool is_tracked[DESCRIPTORS_MAX];
    ino_t inode[DESCRIPTORS_MAX];
    bool tells;
};

extern struct shim shim;

_Noreturn void shim_give_up(const char *why);

/* Or does every write go to the kernel at once? */
bool shim_holds_back(void);

void shim_path_of(char out[512], const char *name);
/* Where a removed file waits for the sync of its folder. */
void shim_removed_path(char out[512], uint32_t number);

/* A file's bytes, or the folder's names, reach the disk for good. */
void shim_save_file(ino_t file);
void shim_save_names(void);

/* Before everything that changes the folder; the fatal one does not return. */
void shim_count_call(void);

#pragma GCC visibility pop

#endif
