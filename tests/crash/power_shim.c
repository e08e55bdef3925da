/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes the power away from a real program on a real disk. Preloaded, it stands between the program
 * and the kernel for everything that changes one folder: it counts these calls and kills the process
 * before call N; and it holds back, in the process's memory, whatever has not been synced, so that it
 * dies with the process. kill -9 alone cannot do that: the kernel keeps every write.
 *
 *     POWER_FOLDER  the folder; "<folder>-removed" must exist beside it, empty
 *     POWER_CALL    which call the power goes before, from 1; 0 = never
 *     POWER_LOSS    kill     nothing is held back: only the process dies
 *                   partial  the same, and a write it dies in is done in part
 *                   all      everything un-synced is lost
 *                   sectors  of what is un-synced, some 512-byte sectors are there and some are not
 *                   bytes    un-synced writes are there in order, up to some byte
 *     POWER_SEED    for the choices of the last three
 *     POWER_TELL    set: a death is told to standard output first, as 8 bytes with the second highest bit
 *                   set, and the lowest if it was not the process's first thread that died
 *
 * The folder's syncs are not passed on to the disk, which would only take time: what dies here is a
 * process, and what a sync is worth is decided here. A file's sync saves its bytes and not its name; the folder's sync saves names. Un-synced names are
 * lost with `all`, and kept up to some point in their order with `sectors` and `bytes`. When the
 * program ends by itself the number of its calls is written to standard output, as 8 bytes with the
 * highest bit set.
 *
 * Read next: power_loss.c, what a loss is; crash_driver.c, which decides where; crash_writer.c, which suffers it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "crash/power_shim.h"

/* One call at a time, whoever makes it; the one that is fatal keeps it. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static int take_turn(void)
{
    (void)pthread_mutex_lock(&turn);
    return 1;
}

static void end_turn(const int *held)
{
    (void)held;
    (void)pthread_mutex_unlock(&turn);
}

/* To the end of the function. */
#define MY_TURN __attribute__((cleanup(end_turn), unused)) const int held = take_turn()

/* ---- what is ours ---- */

static enum loss loss_of(const char *name)
{
    static const char *const names[] = {"kill", "partial", "all", "sectors", "bytes"};

    for (int i = 0; name != NULL && i < 5; i++) {
        if (strcmp(name, names[i]) == 0) {
            return (enum loss)(i + 1);
        }
    }
    shim_give_up("POWER_LOSS is none of kill, partial, all, sectors, bytes");
}

__attribute__((constructor)) static void begin(void)
{
    const char *folder = getenv("POWER_FOLDER");
    const char *call = getenv("POWER_CALL");
    const char *seed = getenv("POWER_SEED");

    if (folder == NULL || call == NULL) {
        return;
    }
    snprintf(shim.folder, sizeof shim.folder, "%s", folder);
    if (syscall(SYS_newfstatat, AT_FDCWD, folder, &shim.folder_status, 0) != 0) {
        shim_give_up("POWER_FOLDER is not there");
    }
    shim.loss = loss_of(getenv("POWER_LOSS"));
    shim.fatal_call = strtoull(call, NULL, 10);
    shim.tells = getenv("POWER_TELL") != NULL;
    shim.random.state = seed != NULL ? strtoull(seed, NULL, 10) : 0;
    shim.is_on = true;
}

__attribute__((destructor)) static void end(void)
{
    uint64_t report = shim.calls | (uint64_t)1 << 63;

    if (shim.is_on) {
        syscall(SYS_write, 1, &report, sizeof report);
    }
}

static bool is_folder(int fd)
{
    struct stat status;

    return shim.is_on && fd >= 0 && syscall(SYS_newfstatat, fd, "", &status, AT_EMPTY_PATH) == 0 &&
           status.st_ino == shim.folder_status.st_ino && status.st_dev == shim.folder_status.st_dev;
}

static bool is_ours(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS_MAX && shim.is_tracked[fd];
}

static void track(int fd)
{
    struct stat status;

    if (fd >= DESCRIPTORS_MAX || syscall(SYS_newfstatat, fd, "", &status, AT_EMPTY_PATH) != 0) {
        shim_give_up("a file cannot be followed");
    }
    shim.is_tracked[fd] = true;
    shim.inode[fd] = status.st_ino;
}

static void note_name(const char *from, const char *to, uint32_t removed)
{
    struct name_change *change = &shim.names[shim.name_count++];

    if (shim.name_count == CHANGES_MAX) {
        shim_give_up("too many names");
    }
    snprintf(change->from, sizeof change->from, "%s", from);
    snprintf(change->to, sizeof change->to, "%s", to);
    change->removed = removed;
}

static void hold(int fd, bool is_resize, uint64_t offset, const uint8_t *bytes, size_t size)
{
    struct change *change = &shim.changes[shim.change_count++];

    if (shim.change_count == CHANGES_MAX) {
        shim_give_up("too many writes");
    }
    *change = (struct change){shim.inode[fd], is_resize, offset, malloc(size + 1), size};
    if (change->bytes == NULL) {
        shim_give_up("no memory");
    }
    if (size > 0) {
        memcpy(change->bytes, bytes, size);
    }
}

/* The size that the program must see. */
static uint64_t size_of(int fd)
{
    struct stat status;

    if (syscall(SYS_newfstatat, fd, "", &status, AT_EMPTY_PATH) != 0) {
        shim_give_up("a file's size cannot be found out");
    }
    uint64_t size = (uint64_t)status.st_size;
    for (size_t i = 0; i < shim.change_count; i++) {
        const struct change *change = &shim.changes[i];

        if (change->file == shim.inode[fd]) {
            uint64_t end = change->offset + change->size;

            size = change->is_resize ? change->offset : size > end ? size : end;
        }
    }
    return size;
}

/* Lays the held changes of a file over what was read of it: `size` bytes from offset. */
static void overlay(int fd, uint8_t *bytes, size_t size, uint64_t offset)
{
    for (size_t i = 0; i < shim.change_count; i++) {
        const struct change *change = &shim.changes[i];
        uint64_t begin = change->offset > offset ? change->offset : offset;
        uint64_t end = change->is_resize ? offset + size : change->offset + change->size;

        end = end < offset + size ? end : offset + size;
        if (change->file != shim.inode[fd] || begin >= end) {
            continue;
        }
        if (change->is_resize) {
            memset(bytes + (begin - offset), 0, (size_t)(end - begin));
        } else {
            memcpy(bytes + (begin - offset), change->bytes + (begin - change->offset),
                   (size_t)(end - begin));
        }
    }
}

/* ---- the calls ---- */

int openat(int folder, const char *name, int flags, ...)
{
    MY_TURN;
    mode_t mode = 0;
    bool is_new = false;

    if ((flags & O_CREAT) != 0) {
        va_list arguments;

        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    bool is_inside = is_folder(folder);
    if (is_inside && (flags & O_CREAT) != 0) {
        is_new = syscall(SYS_faccessat, folder, name, F_OK) != 0;
        if (is_new) {
            shim_count_call();
        }
    }
    int fd = (int)syscall(SYS_openat, folder, name, flags, mode);
    if (fd >= 0 && is_inside && (flags & O_DIRECTORY) == 0) {
        track(fd);
        if (is_new && shim_holds_back()) {
            note_name("", name, 0);
        }
    }
    return fd;
}

int close(int fd)
{
    MY_TURN;
    if (is_ours(fd)) {
        shim.is_tracked[fd] = false;
    }
    return (int)syscall(SYS_close, fd);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    MY_TURN;
    uint8_t *whole;
    size_t size = 0;

    if (!is_ours(fd)) {
        return syscall(SYS_pwritev, fd, parts, count, offset, 0);
    }
    for (int i = 0; i < count; i++) {
        size += parts[i].iov_len;
    }
    whole = malloc(size + 1);
    if (whole == NULL) {
        shim_give_up("no memory");
    }
    size_t done = 0;
    for (int i = 0; i < count; i++) {
        if (parts[i].iov_len > 0) {
            memcpy(whole + done, parts[i].iov_base, parts[i].iov_len);
        }
        done += parts[i].iov_len;
    }
    if (shim.loss == LOSS_PARTIAL && shim.calls + 1 == shim.fatal_call) {
        syscall(SYS_pwrite64, fd, whole, random_below(&shim.random, size + 1), offset);
    }
    shim_count_call();
    if (shim_holds_back()) {
        hold(fd, false, (uint64_t)offset, whole, size);
        free(whole);
        return (ssize_t)size;
    }
    ssize_t written = syscall(SYS_pwrite64, fd, whole, size, offset);
    free(whole);
    return written;
}

ssize_t pread(int fd, void *bytes, size_t size, off_t offset)
{
    MY_TURN;
    if (!is_ours(fd) || !shim_holds_back()) {
        return syscall(SYS_pread64, fd, bytes, size, offset);
    }
    uint64_t file_size = size_of(fd);
    if ((uint64_t)offset >= file_size) {
        return 0;
    }
    if (size > file_size - (uint64_t)offset) {
        size = (size_t)(file_size - (uint64_t)offset);
    }
    memset(bytes, 0, size);
    if (syscall(SYS_pread64, fd, bytes, size, offset) < 0) {
        return -1;
    }
    overlay(fd, bytes, size, (uint64_t)offset);
    return (ssize_t)size;
}

ssize_t __pread_chk(int fd, void *bytes, size_t size, off_t offset, size_t room);
ssize_t __pread_chk(int fd, void *bytes, size_t size, off_t offset, size_t room)
{
    if (size > room) {
        abort();
    }
    return pread(fd, bytes, size, offset);
}

int fstat(int fd, struct stat *status)
{
    MY_TURN;
    int result = (int)syscall(SYS_newfstatat, fd, "", status, AT_EMPTY_PATH);

    if (result == 0 && is_ours(fd) && shim_holds_back()) {
        status->st_size = (off_t)size_of(fd);
    }
    return result;
}

off_t lseek(int fd, off_t offset, int whence)
{
    MY_TURN;
    if (is_ours(fd) && shim_holds_back() && whence == SEEK_DATA) {
        if ((uint64_t)offset >= size_of(fd)) {
            errno = ENXIO;
            return -1;
        }
        return offset; /* which may be data, for all that is known */
    }
    return syscall(SYS_lseek, fd, offset, whence);
}

int ftruncate(int fd, off_t size)
{
    MY_TURN;
    if (!is_ours(fd)) {
        return (int)syscall(SYS_ftruncate, fd, size);
    }
    shim_count_call();
    if (shim_holds_back()) {
        hold(fd, true, (uint64_t)size, NULL, 0);
        return 0;
    }
    return (int)syscall(SYS_ftruncate, fd, size);
}

int fdatasync(int fd)
{
    MY_TURN;
    if (!is_ours(fd)) {
        return (int)syscall(SYS_fdatasync, fd);
    }
    shim_count_call();
    if (shim_holds_back()) {
        shim_save_file(shim.inode[fd]);
    }
    return 0;
}

int fsync(int fd)
{
    MY_TURN;
    bool is_names = is_folder(fd);

    if (is_names || is_ours(fd)) {
        shim_count_call();
    }
    if (is_ours(fd) && shim_holds_back()) {
        shim_save_file(shim.inode[fd]);
    } else if (is_names && shim_holds_back()) {
        shim_save_names();
    }
    return is_names || is_ours(fd) ? 0 : (int)syscall(SYS_fsync, fd);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    MY_TURN;
    bool is_inside = is_folder(from_folder);

    if (is_inside) {
        shim_count_call();
    }
    int result = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    if (result == 0 && is_inside && shim_holds_back()) {
        note_name(from, to, 0);
    }
    return result;
}

int unlinkat(int folder, const char *name, int flags)
{
    MY_TURN;
    if (!is_folder(folder)) {
        return (int)syscall(SYS_unlinkat, folder, name, flags);
    }
    shim_count_call();
    if (!shim_holds_back()) {
        return (int)syscall(SYS_unlinkat, folder, name, flags);
    }
    char from[512];
    char removed[512];
    shim_path_of(from, name);
    shim_removed_path(removed, ++shim.removed_count);
    int result = (int)syscall(SYS_rename, from, removed);
    if (result == 0) {
        note_name(name, "", shim.removed_count);
    }
    return result;
}

int sync_file_range(int fd, off_t offset, off_t size, unsigned flags)
{
    MY_TURN;
    if (is_ours(fd) && shim_holds_back()) {
        return 0;
    }
    return (int)syscall(SYS_sync_file_range, fd, offset, size, flags);
}
