/* SPDX-License-Identifier: Apache-2.0
 *
 * The disk in memory: its calls, and meddling with it. What it is made of stands in fake_disk_model.h.
 *
 * Read next: src/journal/crash_points_test.c, which pulls the plug.
 */
#include "support/fake_disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "support/fake_disk_model.h"

/* ---- calls ---- */

/* Counts a call; 0, or the negative errno it is to fail with. */
static int count_call(struct fake_disk *disk)
{
    disk->calls++;
    bool is_due = disk->calls == disk->failure_call;
    bool is_past = disk->calls > disk->failure_call;

    switch (disk->failure) {
    case FAKE_FAILURE_NONE: return 0;
    case FAKE_FAILURE_ONCE:
    case FAKE_FAILURE_SHORT: break;
    case FAKE_FAILURE_STICKY:
    case FAKE_FAILURE_POWER: is_due = is_due || is_past; break;
    }
    disk->has_failed = disk->has_failed || is_due;
    return is_due ? -disk->error_number : 0;
}

static int take_handle(struct fake_disk *disk, enum fake_handle_kind kind, uint32_t file,
                       bool may_write)
{
    for (int i = 1; i < FAKE_HANDLES_MAX; i++) {
        if (disk->handles[i].kind == FAKE_HANDLE_FREE) {
            disk->handles[i] = (struct fake_handle){kind, file, may_write};
            return i;
        }
    }
    return -EMFILE;
}

static struct fake_handle *handle_at(struct fake_disk *disk, int number, enum fake_handle_kind kind)
{
    ENSURE(number >= 1 && number < FAKE_HANDLES_MAX && disk->handles[number].kind == kind);
    return &disk->handles[number];
}

static struct fake_file *open_file(struct fake_disk *disk, int number)
{
    return fake_disk_file(disk, handle_at(disk, number, FAKE_HANDLE_FILE)->file);
}

static int fake_open_folder(void *context, const char *path, bool create)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);

    (void)path;
    (void)create;
    return error < 0 ? error : take_handle(disk, FAKE_HANDLE_FOLDER, 0, false);
}

static int fake_lock(void *context, int folder, const char *name)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);

    handle_at(disk, folder, FAKE_HANDLE_FOLDER);
    for (int i = 0; i < FAKE_HANDLES_MAX && error == 0; i++) {
        error = disk->handles[i].kind == FAKE_HANDLE_LOCK ? -EWOULDBLOCK : 0;
    }
    if (error < 0) {
        return error;
    }
    if (fake_names_find(&disk->now, name) == NULL) {
        fake_disk_change_name(disk, "", name, fake_disk_make_file(disk));
    }
    return take_handle(disk, FAKE_HANDLE_LOCK, 0, false);
}

static int fake_list(void *context, int folder, void (*visit)(void *visitor, const char *name),
                     void *visitor)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);

    handle_at(disk, folder, FAKE_HANDLE_FOLDER);
    for (size_t i = 0; i < FAKE_FILES_MAX && error == 0; i++) {
        if (disk->now.entries[i].file != 0) {
            visit(visitor, disk->now.entries[i].name);
        }
    }
    return error;
}

static int fake_open(void *context, int folder, const char *name, enum storage_mode mode)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);
    const struct fake_entry *entry = fake_names_find(&disk->now, name);

    handle_at(disk, folder, FAKE_HANDLE_FOLDER);
    if (error < 0) {
        return error;
    }
    if (mode == STORAGE_MODE_CREATE) {
        if (entry != NULL) {
            return -EEXIST;
        }
        uint32_t file = fake_disk_make_file(disk);
        fake_disk_change_name(disk, "", name, file);
        return take_handle(disk, FAKE_HANDLE_FILE, file, true);
    }
    if (entry == NULL) {
        return -ENOENT;
    }
    return take_handle(disk, FAKE_HANDLE_FILE, entry->file, mode == STORAGE_MODE_WRITE);
}

static int fake_rename(void *context, int folder, const char *from, const char *to)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);
    const struct fake_entry *entry = fake_names_find(&disk->now, from);

    handle_at(disk, folder, FAKE_HANDLE_FOLDER);
    if (error < 0) {
        return error;
    }
    if (entry == NULL || fake_names_find(&disk->now, to) != NULL) {
        return entry == NULL ? -ENOENT : -EEXIST;
    }
    fake_disk_change_name(disk, from, to, entry->file);
    return 0;
}

static int fake_remove(void *context, int folder, const char *name)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);
    const struct fake_entry *entry = fake_names_find(&disk->now, name);

    handle_at(disk, folder, FAKE_HANDLE_FOLDER);
    if (error < 0) {
        return error;
    }
    if (entry == NULL) {
        return -ENOENT;
    }
    fake_disk_change_name(disk, name, "", entry->file);
    return 0;
}

static int fake_sync_folder(void *context, int folder)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);

    handle_at(disk, folder, FAKE_HANDLE_FOLDER);
    if (error == 0 && !disk->is_lying) {
        disk->disk = disk->now;
        disk->change_count = 0;
    }
    return error;
}

static int fake_close(void *context, int handle)
{
    struct fake_disk *disk = context;

    ENSURE(handle >= 1 && handle < FAKE_HANDLES_MAX);
    ENSURE(disk->handles[handle].kind != FAKE_HANDLE_FREE);
    disk->handles[handle].kind = FAKE_HANDLE_FREE;
    return 0;
}

static int64_t fake_size(void *context, int handle)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);

    return error < 0 ? error : (int64_t)open_file(disk, handle)->now.size;
}

static int fake_resize(void *context, int handle, uint64_t size)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);

    if (error == 0) {
        fake_file_change(open_file(disk, handle), true, size, NULL, 0);
    }
    return error;
}

static int64_t fake_read(void *context, int handle, void *bytes, size_t size, uint64_t offset)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);
    const struct fake_file *file = open_file(disk, handle);

    if (error < 0) {
        return error;
    }
    if (offset >= file->now.size) {
        return 0;
    }
    size_t got = file->now.size - offset < size ? file->now.size - (size_t)offset : size;
    memcpy(bytes, file->now.bytes + offset, got);
    return (int64_t)got;
}

static int64_t fake_write(void *context, int handle, const struct byte_part *parts, size_t count,
                          uint64_t offset)
{
    struct fake_disk *disk = context;
    struct fake_file *file = open_file(disk, handle);
    struct fake_content whole = {NULL, 0, 0};
    int error = count_call(disk);

    if (!disk->handles[handle].may_write) {
        return -EBADF;
    }
    for (size_t i = 0; i < count; i++) {
        fake_content_write(&whole, whole.size, parts[i].bytes, parts[i].size);
    }
    size_t written = whole.size;
    if (error < 0) {
        written = disk->failure == FAKE_FAILURE_SHORT ? written / 2 : 0;
    }
    if (written > 0) {
        fake_file_change(file, false, offset, whole.bytes, written);
    }
    fake_content_free(&whole);
    return error < 0 && written == 0 ? error : (int64_t)written;
}

static int fake_sync(void *context, int handle)
{
    struct fake_disk *disk = context;
    struct fake_file *file = open_file(disk, handle);
    int error = count_call(disk);

    if (error == 0 && !disk->is_lying) {
        fake_file_save(file);
    } else if (error < 0 && disk->failure != FAKE_FAILURE_POWER) {
        /* After an error the pages count as clean: readable, and never written. */
        fake_file_forget(file);
    }
    return error;
}

static void fake_start_writeback(void *context, int handle, uint64_t offset, uint64_t size)
{
    (void)context;
    (void)handle;
    (void)offset;
    (void)size;
}

/* Passes over zeros, as a file system that keeps holes would. */
static int64_t fake_next_data(void *context, int handle, uint64_t offset)
{
    struct fake_disk *disk = context;
    int error = count_call(disk);
    const struct fake_file *file = open_file(disk, handle);

    static const uint8_t zeros[256];
    while (error == 0 && offset + sizeof zeros <= file->now.size &&
           memcmp(file->now.bytes + offset, zeros, sizeof zeros) == 0) {
        offset += sizeof zeros;
    }
    while (error == 0 && offset < file->now.size && file->now.bytes[offset] == 0) {
        offset++;
    }
    return error < 0 ? error : (int64_t)offset;
}

/* ---- the disk ---- */

struct fake_disk *fake_disk_create(void)
{
    struct fake_disk *disk = calloc(1, sizeof *disk);

    ENSURE(disk != NULL);
    disk->failure = FAKE_FAILURE_NONE;
    disk->storage = (struct storage){
        .context = disk,
        .open_folder = fake_open_folder,
        .lock = fake_lock,
        .list = fake_list,
        .open = fake_open,
        .rename = fake_rename,
        .remove = fake_remove,
        .sync_folder = fake_sync_folder,
        .close = fake_close,
        .size = fake_size,
        .resize = fake_resize,
        .read = fake_read,
        .write = fake_write,
        .sync = fake_sync,
        .start_writeback = fake_start_writeback,
        .next_data = fake_next_data,
    };
    return disk;
}

void fake_disk_destroy(struct fake_disk *disk)
{
    for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
        fake_file_free(&disk->files[i]);
    }
    free(disk->changes);
    free(disk);
}

struct fake_disk *fake_disk_copy(const struct fake_disk *disk)
{
    struct fake_disk *copy = fake_disk_create();

    copy->now = disk->now;
    copy->disk = disk->now;
    for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
        if (disk->files[i].is_used) {
            copy->files[i].is_used = true;
            fake_content_copy(&copy->files[i].now, &disk->files[i].now);
            fake_content_copy(&copy->files[i].disk, &disk->files[i].now);
        }
    }
    return copy;
}

const struct storage *fake_disk_storage(struct fake_disk *disk)
{
    return &disk->storage;
}

void fake_disk_plan(struct fake_disk *disk, enum fake_failure failure, uint64_t call,
                    int error_number)
{
    disk->failure = failure;
    disk->failure_call = call;
    disk->error_number = error_number;
    disk->calls = 0;
    disk->has_failed = false;
}

uint64_t fake_disk_calls(const struct fake_disk *disk)
{
    return disk->calls;
}

bool fake_disk_has_failed(const struct fake_disk *disk)
{
    return disk->has_failed;
}

void fake_disk_lie(struct fake_disk *disk, bool is_lying)
{
    disk->is_lying = is_lying;
}

/* ---- meddling ---- */

static struct fake_file *named(struct fake_disk *disk, const char *name)
{
    const struct fake_entry *entry = fake_names_find(&disk->now, name);

    return entry != NULL ? fake_disk_file(disk, entry->file) : NULL;
}

uint8_t *fake_disk_bytes(struct fake_disk *disk, const char *name, size_t *size)
{
    struct fake_file *file = named(disk, name);

    *size = file != NULL ? file->now.size : 0;
    return file != NULL ? file->now.bytes : NULL;
}

void fake_disk_truncate(struct fake_disk *disk, const char *name, size_t size)
{
    struct fake_file *file = named(disk, name);

    ENSURE(file != NULL);
    fake_content_resize(&file->now, size);
    fake_content_copy(&file->disk, &file->now);
}

void fake_disk_put(struct fake_disk *disk, const char *name, const void *bytes, size_t size)
{
    struct fake_file *file = named(disk, name);

    if (file == NULL) {
        struct fake_name_change change = {.file = fake_disk_make_file(disk)};

        snprintf(change.to, sizeof change.to, "%s", name);
        fake_names_change(&disk->now, &change);
        fake_names_change(&disk->disk, &change);
        file = fake_disk_file(disk, change.file);
    }
    /* bytes may be this file's own. */
    struct fake_content content = {NULL, 0, 0};
    fake_content_write(&content, 0, bytes, size);
    fake_content_copy(&file->now, &content);
    fake_content_copy(&file->disk, &content);
    fake_content_free(&content);
}

void fake_disk_patch(struct fake_disk *disk, const char *name, uint64_t offset, const void *bytes,
                     size_t size)
{
    struct fake_file *file = named(disk, name);

    ENSURE(file != NULL && offset + size <= file->now.size);
    memcpy(file->now.bytes + offset, bytes, size);
    if (offset + size <= file->disk.size) {
        memcpy(file->disk.bytes + offset, bytes, size);
    }
}

void fake_disk_rename(struct fake_disk *disk, const char *from, const char *to)
{
    const struct fake_entry *entry = fake_names_find(&disk->now, from);

    ENSURE(entry != NULL);
    struct fake_name_change change = {.file = entry->file};
    snprintf(change.from, sizeof change.from, "%s", from);
    snprintf(change.to, sizeof change.to, "%s", to);
    fake_names_change(&disk->disk, &change);
    fake_names_change(&disk->now, &change);
}

void fake_disk_remove(struct fake_disk *disk, const char *name)
{
    fake_disk_rename(disk, name, "");
}

static int compare_names(const void *a, const void *b)
{
    const struct fake_entry *const *left = a;
    const struct fake_entry *const *right = b;

    return strcmp((*left)->name, (*right)->name);
}

const char *fake_disk_name(const struct fake_disk *disk, size_t index)
{
    const struct fake_entry *sorted[FAKE_FILES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
        if (disk->now.entries[i].file != 0) {
            sorted[count++] = &disk->now.entries[i];
        }
    }
    if (count > 1) {
        qsort(sorted, count, sizeof sorted[0], compare_names);
    }
    return index < count ? sorted[index]->name : NULL;
}
