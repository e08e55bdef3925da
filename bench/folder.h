/* SPDX-License-Identifier: Apache-2.0
 *
 * Folders that a benchmark made for itself, and takes away again.
 */
#ifndef BENCH_FOLDER_H
#define BENCH_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

static inline int folder_remove_one(const char *path, const struct stat *state, int type,
                                    struct FTW *place)
{
    (void)state;
    (void)type;
    (void)place;
    return remove(path);
}

/* Takes away a folder with all that is in it; says on standard error if something stays. */
static inline void folder_remove(const char *path)
{
    if (nftw(path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) {
        fprintf(stderr, "bench: %s stays behind\n", path);
    }
}

#endif
