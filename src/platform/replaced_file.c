/* SPDX-License-Identifier: Apache-2.0
 *
 * Replacing a small file. One home for what the notary, a witness and the publisher of cosignatures do. Invariant: the
 * new bytes are on the disk before they have the name. Read next: storage.h, which never replaces anything.
 */
#include "platform/replaced_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPLACED_NAME_SIZE = 256 };

static int write_whole(int file, const void *bytes, size_t size)
{
    ssize_t written = write(file, bytes, size);

    if (written != (ssize_t)size) {
        return written < 0 ? -errno : -EIO;
    }
    return fsync(file) != 0 ? -errno : 0;
}

int replaced_file_write(int folder, const char *name, const void *bytes, size_t size)
{
    char temporary[REPLACED_NAME_SIZE];

    (void)snprintf(temporary, sizeof temporary, "%s.new", name);
    int file =
        openat(folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (file < 0) {
        return -errno;
    }
    int result = write_whole(file, bytes, size);
    (void)close(file);
    if (result == 0 && (renameat(folder, temporary, folder, name) != 0 || fsync(folder) != 0)) {
        result = -errno;
    }
    return result;
}
