/* SPDX-License-Identifier: Apache-2.0
 *
 * The real disk behind the table: plain Linux calls on folders and files that were opened once.
 * A room of its own because everything that promises durability must be seen in one place, and
 * because the crash tests put themselves between these calls and the kernel.
 *
 * Invariants: nothing is retried but EINTR; no error is hidden; a folder is synced through the
 * handle it was opened with.
 *
 * Read next: journal/log_file.c, the main user; tests/support/fake_disk.h, the disk of the tests.
 */
#include "platform/storage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/ensure.h"

#define FILE_PERMISSIONS   0640
#define FOLDER_PERMISSIONS 0750

static int result_of(int returned)
{
    return returned < 0 ? -errno : returned;
}

/* Makes the entry of `path` in its own folder durable. */
static int sync_parent(const char *path)
{
    char parent[4096];
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    if (length + 2 > sizeof parent) {
        return -ENAMETOOLONG;
    }
    snprintf(parent, sizeof parent, "%.*s.", (int)length, path);
    int folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return -errno;
    }
    int result = result_of(fsync(folder));
    close(folder);
    return result;
}

static int system_open_folder(void *context, const char *path, bool create)
{
    (void)context;
    if (create && mkdir(path, FOLDER_PERMISSIONS) == 0) {
        int synced = sync_parent(path);

        if (synced < 0) {
            return synced;
        }
    } else if (create && errno != EEXIST) {
        return -errno;
    }
    return result_of(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int system_lock(void *context, int folder, const char *name)
{
    (void)context;
    int file = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_PERMISSIONS);
    if (file < 0) {
        return -errno;
    }
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        int error = -errno;

        close(file);
        return error;
    }
    return file;
}

static int system_list(void *context, int folder, void (*visit)(void *visitor, const char *name),
                       void *visitor)
{
    (void)context;
    /* An open of its own: the position of a listing is shared by duplicates of a descriptor. */
    int file = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) {
        return -errno;
    }
    DIR *listing = fdopendir(file);
    if (listing == NULL) {
        int error = -errno;

        close(file);
        return error;
    }
    int result = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(listing);
        if (entry == NULL) {
            result = -errno;
            break;
        }
        const char *name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strlen(name) < STORAGE_NAME_SIZE) {
            visit(visitor, name);
        }
    }
    closedir(listing);
    return result;
}

static int system_open(void *context, int folder, const char *name, enum storage_mode mode)
{
    int flags = O_CLOEXEC | O_NOFOLLOW;

    (void)context;
    switch (mode) {
    case STORAGE_MODE_READ: flags |= O_RDONLY; break;
    case STORAGE_MODE_WRITE: flags |= O_RDWR; break;
    case STORAGE_MODE_CREATE: flags |= O_RDWR | O_CREAT | O_EXCL; break;
    }
    return result_of(openat(folder, name, flags, FILE_PERMISSIONS));
}

static int system_rename(void *context, int folder, const char *from, const char *to)
{
    (void)context;
    return result_of(renameat2(folder, from, folder, to, RENAME_NOREPLACE));
}

static int system_remove(void *context, int folder, const char *name)
{
    (void)context;
    return result_of(unlinkat(folder, name, 0));
}

static int system_sync_folder(void *context, int folder)
{
    (void)context;
    return result_of(fsync(folder));
}

static int system_close(void *context, int handle)
{
    (void)context;
    return result_of(close(handle));
}

static int64_t system_size(void *context, int file)
{
    struct stat status;

    (void)context;
    return fstat(file, &status) != 0 ? -errno : status.st_size;
}

static int system_resize(void *context, int file, uint64_t size)
{
    (void)context;
    return result_of(ftruncate(file, (off_t)size));
}

static int64_t system_read(void *context, int file, void *bytes, size_t size, uint64_t offset)
{
    uint8_t *at = bytes;
    size_t done = 0;

    (void)context;
    while (done < size) {
        ssize_t got = pread(file, at + done, size - done, (off_t)(offset + done));

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -errno;
        }
        if (got == 0) {
            break;
        }
        done += (size_t)got;
    }
    return (int64_t)done;
}

static int64_t system_write(void *context, int file, const struct byte_part *parts, size_t count,
                            uint64_t offset)
{
    struct iovec vectors[STORAGE_PARTS_MAX];
    ssize_t written;

    (void)context;
    ENSURE(count >= 1 && count <= STORAGE_PARTS_MAX);
    for (size_t i = 0; i < count; i++) {
        /* The kernel's struct has no const, though it only reads. */
        vectors[i].iov_base = (void *)(uintptr_t)parts[i].bytes;
        vectors[i].iov_len = parts[i].size;
    }
    do {
        written = pwritev(file, vectors, (int)count, (off_t)offset);
    } while (written < 0 && errno == EINTR);
    return written < 0 ? -errno : written;
}

static int system_sync(void *context, int file)
{
    (void)context;
    return result_of(fdatasync(file));
}

static void system_start_writeback(void *context, int file, uint64_t offset, uint64_t size)
{
    (void)context;
    (void)sync_file_range(file, (off_t)offset, (off_t)size, SYNC_FILE_RANGE_WRITE);
}

static int64_t system_next_data(void *context, int file, uint64_t offset)
{
    off_t found = lseek(file, (off_t)offset, SEEK_DATA);

    if (found >= 0) {
        return found;
    }
    if (errno == ENXIO) {
        return system_size(context, file);
    }
    return errno == EINVAL ? (int64_t)offset : -errno;
}

const struct storage *storage_system(void)
{
    static const struct storage storage = {
        .context = NULL,
        .open_folder = system_open_folder,
        .lock = system_lock,
        .list = system_list,
        .open = system_open,
        .rename = system_rename,
        .remove = system_remove,
        .sync_folder = system_sync_folder,
        .close = system_close,
        .size = system_size,
        .resize = system_resize,
        .read = system_read,
        .write = system_write,
        .sync = system_sync,
        .start_writeback = system_start_writeback,
        .next_data = system_next_data,
    };

    return &storage;
}

int storage_write_parts(const struct storage *storage, int file, const struct byte_part *parts,
                        size_t count, uint64_t offset)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        size += parts[i].size;
    }
    int64_t written = storage->write(storage->context, file, parts, count, offset);
    if (written < 0) {
        return (int)written;
    }
    return (uint64_t)written == size ? 0 : -EIO;
}

int storage_write_bytes(const struct storage *storage, int file, const void *bytes, size_t size,
                        uint64_t offset)
{
    const struct byte_part part = {bytes, size};

    return storage_write_parts(storage, file, &part, 1, offset);
}

int storage_read_bytes(const struct storage *storage, int file, void *bytes, size_t size,
                       uint64_t offset)
{
    int64_t got = storage->read(storage->context, file, bytes, size, offset);

    if (got < 0) {
        return (int)got;
    }
    return (uint64_t)got == size ? 0 : -ENODATA;
}
