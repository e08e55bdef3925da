/* SPDX-License-Identifier: Apache-2.0
 *
 * The disk in memory knows one folder. This puts folders on top of it: names in a folder other than the
 * first one asked for get a mark of their folder, so that "tile/0/000" and "tile/1/000" are two files.
 */
#ifndef SUPPORT_FOLDERED_DISK_H
#define SUPPORT_FOLDERED_DISK_H

#include "platform/storage.h"
#include "support/fake_disk.h"

enum { FOLDERED_HANDLES_MAX = 64, FOLDERED_MARK_SIZE = 10 };

struct foldered_disk {
    struct storage storage; /* what is given to the code under test */
    const struct storage *under;
    const char *plain;                                    /* this folder's names get no mark */
    char marks[FOLDERED_HANDLES_MAX][FOLDERED_MARK_SIZE]; /* by handle */
};

/* Handles of the disk stay below FOLDERED_HANDLES_MAX. */
void foldered_disk_make(struct foldered_disk *foldered, struct fake_disk *disk, const char *plain);

/* The name that a file of a folder has on the disk underneath. */
void foldered_disk_name(const struct foldered_disk *foldered, const char *path, const char *name,
                        char out[STORAGE_NAME_SIZE]);

#endif
