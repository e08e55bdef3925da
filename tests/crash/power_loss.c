/* SPDX-License-Identifier: Apache-2.0
 *
 * What reaches the disk for good, and what is left of the rest when the power goes. A file of its own
 * because this, and not which call is counted, is what a loss of power means.
 *
 * Read next: power_shim.c, the calls.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "crash/power_shim.h"

struct shim shim;

_Noreturn void shim_give_up(const char *why)
{
    fprintf(stderr, "power_shim: %s\n", why);
    _exit(99);
}

bool shim_holds_back(void)
{
    return shim.loss != LOSS_KILL && shim.loss != LOSS_PARTIAL;
}

void shim_path_of(char out[512], const char *name)
{
    snprintf(out, 512, "%s/%s", shim.folder, name);
}

void shim_removed_path(char out[512], uint32_t number)
{
    snprintf(out, 512, "%s-removed/%u", shim.folder, number);
}

/* ---- the disk, done for good ---- */

static void write_now(ino_t file, uint64_t offset, const uint8_t *bytes, size_t size)
{
    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        if (shim.is_tracked[fd] && shim.inode[fd] == file &&
            (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR) {
            if (syscall(SYS_pwrite64, fd, bytes, size, offset) != (long)size) {
                shim_give_up("a held write cannot be done");
            }
            return;
        }
    }
    /* Closed without a sync: nothing will bring these bytes to the disk but luck; no luck here. */
}

static void resize_now(ino_t file, uint64_t size)
{
    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        if (shim.is_tracked[fd] && shim.inode[fd] == file &&
            (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR) {
            if (syscall(SYS_ftruncate, fd, size) != 0) {
                shim_give_up("a held resize cannot be done");
            }
            return;
        }
    }
}

static void change_now(const struct change *change)
{
    if (change->is_resize) {
        resize_now(change->file, change->offset);
    } else {
        write_now(change->file, change->offset, change->bytes, change->size);
    }
}

/* The changes of one file reach the disk, in their order; the others stay. */
void shim_save_file(ino_t file)
{
    size_t left = 0;

    for (size_t i = 0; i < shim.change_count; i++) {
        struct change change = shim.changes[i];

        if (change.file == file) {
            change_now(&change);
            free(change.bytes);
        } else {
            shim.changes[left++] = change;
        }
    }
    shim.change_count = left;
}

void shim_save_names(void)
{
    for (size_t i = 0; i < shim.name_count; i++) {
        if (shim.names[i].to[0] == '\0') {
            char removed[512];

            shim_removed_path(removed, shim.names[i].removed);
            syscall(SYS_unlink, removed);
        }
    }
    shim.name_count = 0;
}

/* ---- the power goes ---- */

static void undo_name(const struct name_change *change)
{
    char from[512];
    char to[512];

    shim_path_of(from, change->from);
    shim_path_of(to, change->to);
    if (change->from[0] == '\0') {
        syscall(SYS_unlink, to);
    } else if (change->to[0] == '\0') {
        shim_removed_path(to, change->removed);
        syscall(SYS_rename, to, from);
    } else {
        syscall(SYS_rename, to, from);
    }
}

static void keep_some_sectors(const struct change *change)
{
    for (size_t done = 0; done < change->size;) {
        uint64_t at = change->offset + done;
        size_t piece = SECTOR - (size_t)(at % SECTOR);

        if (piece > change->size - done) {
            piece = change->size - done;
        }
        if (random_once_in(&shim.random, 2)) {
            write_now(change->file, at, change->bytes + done, piece);
        }
        done += piece;
    }
}

static void settle_changes(void)
{
    size_t kept = (size_t)random_below(&shim.random, shim.change_count + 1);

    for (size_t i = 0; i < shim.change_count; i++) {
        struct change *change = &shim.changes[i];

        if (i < kept) {
            change_now(change);
        } else if (shim.loss == LOSS_SECTORS && !change->is_resize) {
            keep_some_sectors(change);
        } else if (i == kept && !change->is_resize) {
            change->size = (size_t)random_below(&shim.random, change->size + 1);
            change_now(change);
        }
    }
}

static void tell_death(void)
{
    bool is_first = syscall(SYS_gettid) == syscall(SYS_getpid);
    uint64_t report = (uint64_t)1 << 62 | (is_first ? 0 : 1);

    if (shim.tells) {
        syscall(SYS_write, 1, &report, sizeof report);
    }
}

static _Noreturn void power_off(void)
{
    tell_death();
    if (shim_holds_back()) {
        size_t kept = 0;

        if (shim.loss != LOSS_ALL) {
            settle_changes();
            kept = (size_t)random_below(&shim.random, shim.name_count + 1);
        }
        while (shim.name_count > kept) {
            undo_name(&shim.names[--shim.name_count]);
        }
    }
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) {
        pause();
    }
}

void shim_count_call(void)
{
    shim.calls++;
    if (shim.calls == shim.fatal_call) {
        power_off();
    }
}
