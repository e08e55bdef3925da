/* SPDX-License-Identifier: Apache-2.0
 *
 * The disk as a table of functions: the journal touches files through it and through nothing else,
 * so that a test can count the calls, fail the n-th, or take the power away at it.
 *
 * A folder is opened once; files are named inside it, never by path. Handles are small integers.
 * Every function returns a negative errno when it fails. Nothing is retried here but EINTR.
 */
#ifndef PLATFORM_STORAGE_H
#define PLATFORM_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/byte_part.h"

#define STORAGE_NAME_SIZE 64u /* bytes of a file's name with its end */
#define STORAGE_PARTS_MAX 8u  /* parts of one write */

enum storage_mode {
    STORAGE_MODE_READ = 1,   /* must exist */
    STORAGE_MODE_WRITE = 2,  /* must exist; read and write */
    STORAGE_MODE_CREATE = 3, /* must not exist; read and write, owner and group may read */
};

struct storage {
    void *context;

    /* The folder's handle. create: made if it is not there, its own folder synced. */
    int (*open_folder)(void *context, const char *path, bool create);

    /* Takes the folder for one writer by an advisory lock on the file `name` (created if need be);
     * -EWOULDBLOCK while another holds it. Held until the handle is closed or the process ends. */
    int (*lock)(void *context, int folder, const char *name);

    /* Calls visit for each name but . and .., in no order. Names longer than STORAGE_NAME_SIZE are
     * nobody's here and left out. */
    int (*list)(void *context, int folder, void (*visit)(void *visitor, const char *name),
                void *visitor);

    /* The file's handle. Never follows a symbolic link. */
    int (*open)(void *context, int folder, const char *name, enum storage_mode mode);

    /* Never replaces: -EEXIST when `to` is there. Durable after sync_folder. */
    int (*rename)(void *context, int folder, const char *from, const char *to);

    /* Durable after sync_folder. */
    int (*remove)(void *context, int folder, const char *name);

    /* Makes created, renamed and removed names durable. */
    int (*sync_folder)(void *context, int folder);

    /* Of a file, a folder or a lock. */
    int (*close)(void *context, int handle);

    /* Bytes of the file. */
    int64_t (*size)(void *context, int file);

    /* Cuts or extends with zeros (a hole where the file system can). */
    int (*resize)(void *context, int file, uint64_t size);

    /* Bytes read: size, or fewer at the end of the file. */
    int64_t (*read)(void *context, int file, void *bytes, size_t size, uint64_t offset);

    /* One write of all parts (at most STORAGE_PARTS_MAX); bytes written, which may be fewer. */
    int64_t (*write)(void *context, int file, const struct byte_part *parts, size_t count,
                     uint64_t offset);

    /* What was written to the file, its size included, is on the disk when this returns 0. After an
     * error nobody knows: never call it again, never believe what can still be read. */
    int (*sync)(void *context, int file);

    /* A hint, without promise or error: begin writing out. */
    void (*start_writeback)(void *context, int file, uint64_t offset, uint64_t size);

    /* The first offset from here on that may hold something else than zeros; the file's size when
     * there is none. An implementation that cannot know answers `offset`. */
    int64_t (*next_data)(void *context, int file, uint64_t offset);
};

/* The real one. */
const struct storage *storage_system(void);

/* ---- what every caller needs: all or an error ---- */

/* 0, or a negative errno. A short write is -EIO and not continued: on a file of a fixed size it means
 * that something is wrong. */
int storage_write_parts(const struct storage *storage, int file, const struct byte_part *parts,
                        size_t count, uint64_t offset);
int storage_write_bytes(const struct storage *storage, int file, const void *bytes, size_t size,
                        uint64_t offset);

/* 0 when all of it was there; -ENODATA when the file ends before. */
int storage_read_bytes(const struct storage *storage, int file, void *bytes, size_t size,
                       uint64_t offset);

#endif
