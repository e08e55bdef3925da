/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys for a founding. A file of its own because nothing else in the project ever holds a secret in
 * clear and puts it on disk. Invariant: the bytes leave this file only into keys.json, mode 0600, and
 * sealed into a command. Read next: platform/seal.h.
 */
#include "programs/key_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "codec/base64_text.h"
#include "codec/hex_text.h"
#include "codec/json_writer.h"
#include "platform/entropy.h"

enum { KEY_JSON_SIZE = 1024, KEY_PEM_SIZE = 256, KEY_SECRET_BYTES = KEY_SECRET_SIZE / 2 };

#define KEY_LIST_TEMPORARY KEY_LIST_NAME ".temp"

/* RFC 8410: what stands before the 32 bytes in PKCS #8 and in SubjectPublicKeyInfo. */
static const uint8_t key_private_prefix[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                             0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
static const uint8_t key_public_prefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                            0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

bool key_list_create(struct key_list *list)
{
    *list = (struct key_list){.keys = calloc(KEY_LIST_MAX, sizeof(struct made_key))};
    return list->keys != NULL;
}

void key_list_destroy(struct key_list *list)
{
    if (list->keys != NULL) {
        secret_wipe(list->keys, KEY_LIST_MAX * sizeof list->keys[0]);
    }
    free(list->keys);
    *list = (struct key_list){0};
}

/* Sealed secret or raw public key. False: libcrypto failed. */
static bool key_make_material(struct made_key *key, const struct node_key *node_key,
                              struct command_key_create *create)
{
    if (key->type == KEY_TYPE_HMAC) {
        uint8_t bytes[KEY_SECRET_BYTES];
        entropy_fill(bytes, sizeof bytes);
        hex_encode(bytes, sizeof bytes, key->secret);
        secret_wipe(bytes, sizeof bytes);
        size_t size =
            secret_seal(node_key, &key->id, key->secret, sizeof key->secret, create->material);
        create->material_size = (uint16_t)size;
        return size > 0;
    }
    ENSURE(key->type == KEY_TYPE_ED25519);
    entropy_fill(key->seed, sizeof key->seed);
    if (!ed25519_public_key(key->seed, key->public_key)) {
        return false;
    }
    memcpy(create->material, key->public_key, sizeof key->public_key);
    create->material_size = sizeof key->public_key;
    return true;
}

struct made_key *key_list_make(struct key_list *list, enum key_type type,
                               const struct node_key *node_key, struct command_key_create *create)
{
    if (list->count == KEY_LIST_MAX) {
        return NULL;
    }
    struct made_key *key = &list->keys[list->count];
    *key = (struct made_key){.type = type};
    entropy_fill(key->id.bytes, sizeof key->id.bytes);
    create->type = (uint8_t)type;
    create->id = key->id;
    if (!key_make_material(key, node_key, create)) {
        return NULL;
    }
    list->count++;
    return key;
}

/* "-----BEGIN x-----\n<base64>\n-----END x-----\n" */
static struct slice key_pem(const char *label, const uint8_t *der, size_t size,
                            char out[KEY_PEM_SIZE])
{
    char base64[128];
    size_t length = base64_encode(der, size, base64, sizeof base64);
    ENSURE(length > 0);
    int written = snprintf(out, KEY_PEM_SIZE, "-----BEGIN %s-----\n%.*s\n-----END %s-----\n", label,
                           (int)length, base64, label);
    ENSURE(written > 0 && written < KEY_PEM_SIZE);
    secret_wipe(base64, sizeof base64);
    return slice_of(out, (size_t)written);
}

static void key_write_ed25519(struct json_writer *json, const struct made_key *key)
{
    char pem[KEY_PEM_SIZE];
    uint8_t private_der[sizeof key_private_prefix + ED25519_KEY_SIZE];
    uint8_t public_der[sizeof key_public_prefix + ED25519_KEY_SIZE];
    memcpy(private_der, key_private_prefix, sizeof key_private_prefix);
    memcpy(private_der + sizeof key_private_prefix, key->seed, ED25519_KEY_SIZE);
    memcpy(public_der, key_public_prefix, sizeof key_public_prefix);
    memcpy(public_der + sizeof key_public_prefix, key->public_key, ED25519_KEY_SIZE);
    json_write_key_text(json, "type", "ED25519");
    json_write_key_string(json, "privateKey",
                          key_pem("PRIVATE KEY", private_der, sizeof private_der, pem));
    json_write_key_string(json, "publicKey",
                          key_pem("PUBLIC KEY", public_der, sizeof public_der, pem));
    secret_wipe(private_der, sizeof private_der);
    secret_wipe(pem, sizeof pem);
}

static void key_write(struct json_writer *json, const struct made_key *key)
{
    char id[2 * sizeof key->id.bytes];
    hex_encode(key->id.bytes, sizeof key->id.bytes, id);
    json_write_object_begin(json);
    json_write_key_text(json, "participant", key->participant);
    json_write_key_text(json, "role", key->role);
    json_write_key_string(json, "apiKey", slice_of(id, sizeof id));
    if (key->type == KEY_TYPE_HMAC) {
        json_write_key_string(json, "secretKey", slice_of(key->secret, sizeof key->secret));
        json_write_key_text(json, "type", "HMAC");
    } else {
        key_write_ed25519(json, key);
    }
    json_write_object_end(json);
}

/* Writes, syncs and renames. 0 or a negative errno. */
static int key_list_store(const char *folder, struct slice text)
{
    int result = 0;
    int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0) {
        return -errno;
    }
    int fd = openat(folder_fd, KEY_LIST_TEMPORARY,
                    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        result = -errno;
        goto close_folder;
    }
    ssize_t written = write(fd, text.data, text.size);
    if (written != (ssize_t)text.size) {
        result = written < 0 ? -errno : -EIO;
    } else if (fsync(fd) != 0 ||
               renameat(folder_fd, KEY_LIST_TEMPORARY, folder_fd, KEY_LIST_NAME) != 0 ||
               fsync(folder_fd) != 0) {
        result = -errno;
    }
    (void)close(fd);
close_folder:
    (void)close(folder_fd);
    return result;
}

int key_list_write(const struct key_list *list, const char *folder)
{
    struct json_writer json;
    size_t size = (list->count + 1) * KEY_JSON_SIZE;
    char *text = malloc(size);
    if (text == NULL) {
        return -ENOMEM;
    }
    json_writer_begin(&json, text, size);
    json_write_array_begin(&json);
    for (size_t i = 0; i < list->count; i++) {
        key_write(&json, &list->keys[i]);
    }
    json_write_array_end(&json);
    ENSURE(!json.is_truncated);
    int result = key_list_store(folder, json_writer_text(&json));
    secret_wipe(text, size);
    free(text);
    return result;
}
