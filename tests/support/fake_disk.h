/* SPDX-License-Identifier: Apache-2.0
 *
 * A disk in memory that can be failed at any call and lose power at any moment. It keeps apart what
 * has been written and what would survive: data until the file's sync, names until the folder's. One
 * folder, whatever it is called.
 *
 * The rules are the unkind end of what POSIX allows: a file's own sync does not save its name; after
 * a failed sync the data can still be read and will never be on the disk; un-synced sectors survive
 * in any combination; un-synced names survive in the order they were changed, up to some point.
 */
#ifndef SUPPORT_FAKE_DISK_H
#define SUPPORT_FAKE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/storage.h"
#include "support/random_stream.h"

struct fake_disk;

struct fake_disk *fake_disk_create(void);
void fake_disk_destroy(struct fake_disk *disk);

/* The same names and bytes, all durable, no handles, no plan. */
struct fake_disk *fake_disk_copy(const struct fake_disk *disk);

const struct storage *fake_disk_storage(struct fake_disk *disk);

/* ---- failing ---- */

enum fake_failure {
    FAKE_FAILURE_NONE = 1,
    FAKE_FAILURE_ONCE = 2,   /* this call, with the error number */
    FAKE_FAILURE_STICKY = 3, /* this call and every later one */
    FAKE_FAILURE_SHORT = 4,  /* this call, if it is a write, does half; else it fails */
    FAKE_FAILURE_POWER = 5,  /* the power goes before this call: nothing works any more */
};

/* Calls are counted from 1 since the plan was made; all but close and the hint count. */
void fake_disk_plan(struct fake_disk *disk, enum fake_failure failure, uint64_t call,
                    int error_number);
uint64_t fake_disk_calls(const struct fake_disk *disk);
bool fake_disk_has_failed(const struct fake_disk *disk);

/* From now on syncs of files and folder say yes and do nothing: what a journal without them would be. */
void fake_disk_lie(struct fake_disk *disk, bool is_lying);

/* ---- losing power ---- */

enum fake_loss {
    FAKE_LOSS_NOTHING = 1, /* kill -9: the kernel goes on and writes everything */
    FAKE_LOSS_ALL = 2,     /* whatever was not synced is gone */
    FAKE_LOSS_SECTORS = 3, /* un-synced sectors: some are there, some are not */
    FAKE_LOSS_BYTES = 4,   /* un-synced writes in order, up to some byte */
};

/* What a machine finds when it comes up again: no handles, no lock, no plan; all is durable. random:
 * not looked at for NOTHING and ALL. */
void fake_disk_restart(struct fake_disk *disk, enum fake_loss loss, struct random_stream *random);

/* ---- looking and meddling, uncounted, durable at once ---- */

/* The file's bytes, to be changed at will; NULL: there is none. */
uint8_t *fake_disk_bytes(struct fake_disk *disk, const char *name, size_t *size);
void fake_disk_truncate(struct fake_disk *disk, const char *name, size_t size);
void fake_disk_put(struct fake_disk *disk, const char *name, const void *bytes, size_t size);
/* Some of its bytes, and nothing else of it: what was written and not synced stays so. */
void fake_disk_patch(struct fake_disk *disk, const char *name, uint64_t offset, const void *bytes,
                     size_t size);
void fake_disk_rename(struct fake_disk *disk, const char *from, const char *to);
void fake_disk_remove(struct fake_disk *disk, const char *name);

/* The n-th name, ascending; NULL behind the last. */
const char *fake_disk_name(const struct fake_disk *disk, size_t index);

#endif
