/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealed secrets and the node's key. A room of its own because two programs that never meet, the
 * founding and the gateway, must lay out the same bytes. Invariant: a nonce is random and never used
 * twice with a key but by an accident of 2^-96. Read next: signature.h for the cipher.
 */
#include "platform/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/entropy.h"

/* Opens the folder and the file in it. Returns the file; *folder_fd stays open when that worked. */
static int node_key_open(const char *folder, int flags, int *folder_fd)
{
    *folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder_fd < 0) {
        return -errno;
    }
    int fd = openat(*folder_fd, NODE_KEY_NAME, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        int error = -errno;
        (void)close(*folder_fd);
        return error;
    }
    return fd;
}

int node_key_create(const char *folder, struct node_key *key)
{
    int folder_fd;
    int result = 0;
    int fd = node_key_open(folder, O_WRONLY | O_CREAT | O_EXCL, &folder_fd);
    if (fd < 0) {
        return fd;
    }
    entropy_fill(key->bytes, sizeof key->bytes);
    ssize_t written = write(fd, key->bytes, sizeof key->bytes);
    if (written != (ssize_t)sizeof key->bytes) {
        result = written < 0 ? -errno : -EIO;
    } else if (fsync(fd) != 0 || fsync(folder_fd) != 0) {
        result = -errno;
    }
    (void)close(fd);
    (void)close(folder_fd);
    return result;
}

int node_key_read(const char *folder, struct node_key *key)
{
    int folder_fd;
    struct stat status;
    int result = 0;
    int fd = node_key_open(folder, O_RDONLY, &folder_fd);
    if (fd < 0) {
        return fd;
    }
    if (fstat(fd, &status) != 0) {
        result = -errno;
    } else if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        result = -EPERM;
    } else if (status.st_size != (off_t)sizeof key->bytes ||
               read(fd, key->bytes, sizeof key->bytes) != (ssize_t)sizeof key->bytes) {
        result = -EBADMSG;
    }
    (void)close(fd);
    (void)close(folder_fd);
    return result;
}

size_t secret_seal(const struct node_key *key, const struct hash256 *id, const void *secret,
                   size_t size, uint8_t *material)
{
    uint8_t *sealed = material + SEAL_NONCE_SIZE;
    struct seal seal = {
        .key = key->bytes, .nonce = material, .bound = id->bytes, .bound_size = sizeof id->bytes};
    entropy_fill(material, SEAL_NONCE_SIZE);
    return seal_close(&seal, secret, size, sealed, sealed + size) ? size + SEALED_OVERHEAD : 0;
}

bool secret_open(const struct node_key *key, const struct hash256 *id, const uint8_t *material,
                 size_t size, uint8_t *secret, size_t *secret_size)
{
    if (size < SEALED_OVERHEAD) {
        return false;
    }
    const uint8_t *sealed = material + SEAL_NONCE_SIZE;
    struct seal seal = {
        .key = key->bytes, .nonce = material, .bound = id->bytes, .bound_size = sizeof id->bytes};
    *secret_size = size - SEALED_OVERHEAD;
    return seal_open(&seal, sealed, *secret_size, sealed + *secret_size, secret);
}
