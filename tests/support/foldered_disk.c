/* SPDX-License-Identifier: Apache-2.0
 *
 * Folders for the disk in memory. A file of its own because only what writes tiles needs them.
 * Invariant: every call goes through to the disk underneath, one for one, so that a test can fail the
 * n-th. Read next: fake_disk.c.
 */
#include "support/foldered_disk.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"

static void mark_of(const struct foldered_disk *foldered, const char *path,
                    char mark[FOLDERED_MARK_SIZE])
{
    uint32_t hash = 2166136261u;

    mark[0] = '\0';
    if (strcmp(path, foldered->plain) == 0) {
        return;
    }
    for (const char *at = path; *at != '\0'; at++) {
        hash = (hash ^ (uint8_t)*at) * 16777619u;
    }
    (void)snprintf(mark, FOLDERED_MARK_SIZE, "%08x-", hash);
}

static void name_in(const struct foldered_disk *foldered, int folder, const char *name,
                    char out[STORAGE_NAME_SIZE])
{
    ENSURE(folder >= 0 && folder < FOLDERED_HANDLES_MAX);
    int length = snprintf(out, STORAGE_NAME_SIZE, "%s%s", foldered->marks[folder], name);
    ENSURE(length > 0 && length < (int)STORAGE_NAME_SIZE);
}

void foldered_disk_name(const struct foldered_disk *foldered, const char *path, const char *name,
                        char out[STORAGE_NAME_SIZE])
{
    char mark[FOLDERED_MARK_SIZE];

    mark_of(foldered, path, mark);
    (void)snprintf(out, STORAGE_NAME_SIZE, "%s%s", mark, name);
}

static int foldered_open_folder(void *context, const char *path, bool create)
{
    struct foldered_disk *foldered = context;
    int handle = foldered->under->open_folder(foldered->under->context, path, create);

    if (handle >= 0) {
        ENSURE(handle < FOLDERED_HANDLES_MAX);
        mark_of(foldered, path, foldered->marks[handle]);
    }
    return handle;
}

static int foldered_lock(void *context, int folder, const char *name)
{
    struct foldered_disk *foldered = context;
    char marked[STORAGE_NAME_SIZE];

    name_in(foldered, folder, name, marked);
    return foldered->under->lock(foldered->under->context, folder, marked);
}

struct foldered_visit {
    const char *mark;
    void (*visit)(void *visitor, const char *name);
    void *visitor;
};

static void foldered_pass(void *visitor, const char *name)
{
    const struct foldered_visit *visit = visitor;
    size_t length = strlen(visit->mark);

    if (strncmp(name, visit->mark, length) == 0) {
        visit->visit(visit->visitor, name + length);
    }
}

static int foldered_list(void *context, int folder, void (*visit)(void *visitor, const char *name),
                         void *visitor)
{
    struct foldered_disk *foldered = context;
    struct foldered_visit pass = {foldered->marks[folder], visit, visitor};

    return foldered->under->list(foldered->under->context, folder, foldered_pass, &pass);
}

static int foldered_open(void *context, int folder, const char *name, enum storage_mode mode)
{
    struct foldered_disk *foldered = context;
    char marked[STORAGE_NAME_SIZE];

    name_in(foldered, folder, name, marked);
    return foldered->under->open(foldered->under->context, folder, marked, mode);
}

static int foldered_rename(void *context, int folder, const char *from, const char *to)
{
    struct foldered_disk *foldered = context;
    char marked_from[STORAGE_NAME_SIZE];
    char marked_to[STORAGE_NAME_SIZE];

    name_in(foldered, folder, from, marked_from);
    name_in(foldered, folder, to, marked_to);
    return foldered->under->rename(foldered->under->context, folder, marked_from, marked_to);
}

static int foldered_remove(void *context, int folder, const char *name)
{
    struct foldered_disk *foldered = context;
    char marked[STORAGE_NAME_SIZE];

    name_in(foldered, folder, name, marked);
    return foldered->under->remove(foldered->under->context, folder, marked);
}

static int foldered_sync_folder(void *context, int folder)
{
    struct foldered_disk *foldered = context;
    return foldered->under->sync_folder(foldered->under->context, folder);
}

static int foldered_close(void *context, int handle)
{
    struct foldered_disk *foldered = context;
    return foldered->under->close(foldered->under->context, handle);
}

static int64_t foldered_size(void *context, int file)
{
    struct foldered_disk *foldered = context;
    return foldered->under->size(foldered->under->context, file);
}

static int foldered_resize(void *context, int file, uint64_t size)
{
    struct foldered_disk *foldered = context;
    return foldered->under->resize(foldered->under->context, file, size);
}

static int64_t foldered_read(void *context, int file, void *bytes, size_t size, uint64_t offset)
{
    struct foldered_disk *foldered = context;
    return foldered->under->read(foldered->under->context, file, bytes, size, offset);
}

static int64_t foldered_write(void *context, int file, const struct byte_part *parts, size_t count,
                              uint64_t offset)
{
    struct foldered_disk *foldered = context;
    return foldered->under->write(foldered->under->context, file, parts, count, offset);
}

static int foldered_sync(void *context, int file)
{
    struct foldered_disk *foldered = context;
    return foldered->under->sync(foldered->under->context, file);
}

static void foldered_start_writeback(void *context, int file, uint64_t offset, uint64_t size)
{
    struct foldered_disk *foldered = context;
    foldered->under->start_writeback(foldered->under->context, file, offset, size);
}

static int64_t foldered_next_data(void *context, int file, uint64_t offset)
{
    struct foldered_disk *foldered = context;
    return foldered->under->next_data(foldered->under->context, file, offset);
}

void foldered_disk_make(struct foldered_disk *foldered, struct fake_disk *disk, const char *plain)
{
    memset(foldered, 0, sizeof *foldered);
    foldered->under = fake_disk_storage(disk);
    foldered->plain = plain;
    foldered->storage = (struct storage){
        .context = foldered,
        .open_folder = foldered_open_folder,
        .lock = foldered_lock,
        .list = foldered_list,
        .open = foldered_open,
        .rename = foldered_rename,
        .remove = foldered_remove,
        .sync_folder = foldered_sync_folder,
        .close = foldered_close,
        .size = foldered_size,
        .resize = foldered_resize,
        .read = foldered_read,
        .write = foldered_write,
        .sync = foldered_sync,
        .start_writeback = foldered_start_writeback,
        .next_data = foldered_next_data,
    };
}
