/* SPDX-License-Identifier: Apache-2.0
 *
 * The notary's key file. Apart from the notary so that the tree knows nothing of files of secrets.
 * Invariant: a key is made only where there is none; it opens only with the node's key and for the
 * node it was made for. Read next: platform/seal.c.
 */
#include "notary/notary_key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/entropy.h"

enum { NOTARY_KEY_BYTES = ED25519_KEY_SIZE + SEALED_OVERHEAD };

/* What the seal is bound to: the purpose and the node. */
static struct hash256 notary_key_bound(const struct node_id *node)
{
    static const char purpose[] = "tarazy notary key 1";
    const struct byte_part parts[] = {
        {.bytes = purpose, .size = sizeof purpose},
        {.bytes = node->bytes, .size = sizeof node->bytes},
    };
    struct hash256 bound = {0};

    sha256_compute(parts, 2, bound.bytes);
    return bound;
}

/* The file; *folder_fd stays open when that worked. */
static int notary_key_open(const char *folder, int flags, int *folder_fd)
{
    *folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder_fd < 0) {
        return -errno;
    }
    int fd = openat(*folder_fd, NOTARY_KEY_NAME, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        int error = -errno;

        (void)close(*folder_fd);
        return error;
    }
    return fd;
}

int notary_key_create(const char *folder, const struct node_key *node_key,
                      const struct node_id *node, uint8_t seed[ED25519_KEY_SIZE])
{
    struct hash256 bound = notary_key_bound(node);
    uint8_t sealed[NOTARY_KEY_BYTES];
    int folder_fd;
    int result = 0;

    entropy_fill(seed, ED25519_KEY_SIZE);
    if (secret_seal(node_key, &bound, seed, ED25519_KEY_SIZE, sealed) != sizeof sealed) {
        return -EIO;
    }
    int fd = notary_key_open(folder, O_WRONLY | O_CREAT | O_EXCL, &folder_fd);
    if (fd < 0) {
        return fd;
    }
    ssize_t written = write(fd, sealed, sizeof sealed);
    if (written != (ssize_t)sizeof sealed) {
        result = written < 0 ? -errno : -EIO;
    } else if (fsync(fd) != 0 || fsync(folder_fd) != 0) {
        result = -errno;
    }
    (void)close(fd);
    (void)close(folder_fd);
    return result;
}

int notary_key_read(const char *folder, const struct node_key *node_key, const struct node_id *node,
                    uint8_t seed[ED25519_KEY_SIZE])
{
    struct hash256 bound = notary_key_bound(node);
    uint8_t sealed[NOTARY_KEY_BYTES];
    struct stat status;
    size_t size = 0;
    int folder_fd;
    int result = 0;
    int fd = notary_key_open(folder, O_RDONLY, &folder_fd);

    if (fd < 0) {
        return fd;
    }
    if (fstat(fd, &status) != 0) {
        result = -errno;
    } else if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        result = -EPERM;
    } else if (status.st_size != (off_t)sizeof sealed ||
               read(fd, sealed, sizeof sealed) != (ssize_t)sizeof sealed ||
               !secret_open(node_key, &bound, sealed, sizeof sealed, seed, &size)) {
        result = -EBADMSG;
    }
    (void)close(fd);
    (void)close(folder_fd);
    return result;
}
