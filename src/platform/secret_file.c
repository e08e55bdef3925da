/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of secrets. One home for what the node's key, the notary's and a witness's ask of the disk, so that none of
 * them forgets a question. Invariant: a secret is on the disk with its name before it is used. Read next: seal.c.
 */
#include "platform/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens the folder and the file in it. Returns the file; *folder_fd stays open when that worked. */
static int secret_file_open(const char *folder, const char *name, int flags, int *folder_fd)
{
    *folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder_fd < 0) {
        return -errno;
    }
    int fd = openat(*folder_fd, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        int error = -errno;

        (void)close(*folder_fd);
        return error;
    }
    return fd;
}

int secret_file_create(const char *folder, const char *name, const void *bytes, size_t size)
{
    int folder_fd;
    int result = 0;
    int fd = secret_file_open(folder, name, O_WRONLY | O_CREAT | O_EXCL, &folder_fd);

    if (fd < 0) {
        return fd;
    }
    ssize_t written = write(fd, bytes, size);
    if (written != (ssize_t)size) {
        result = written < 0 ? -errno : -EIO;
    } else if (fsync(fd) != 0 || fsync(folder_fd) != 0) {
        result = -errno;
    }
    (void)close(fd);
    (void)close(folder_fd);
    return result;
}

int secret_file_read(const char *folder, const char *name, void *bytes, size_t size)
{
    struct stat status;
    int folder_fd;
    int result = 0;
    int fd = secret_file_open(folder, name, O_RDONLY, &folder_fd);

    if (fd < 0) {
        return fd;
    }
    if (fstat(fd, &status) != 0) {
        result = -errno;
    } else if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        result = -EPERM;
    } else if (status.st_size != (off_t)size || read(fd, bytes, size) != (ssize_t)size) {
        result = -EBADMSG;
    }
    (void)close(fd);
    (void)close(folder_fd);
    return result;
}
