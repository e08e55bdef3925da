/* SPDX-License-Identifier: Apache-2.0
 *
 * State in two copies. A file of its own because the notary and the witness both stake their key on
 * it: who forgets what it signed can be made to sign two histories. Invariants: under its name the file
 * has had two whole copies from the first moment on; the second copy is begun only when the first is on
 * the disk; reading takes the newest whole one.
 *
 * A copy: magic (8) | sequence (8) | size (8) | payload, zeros to the end | SHA-256 of all before it.
 */
#include "witness/two_slots.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "platform/signature.h"

static const char slot_magic[8] = {'T', 'R', 'Z', 'S', 'L', 'O', 'T', '1'};

enum { SLOT_COUNT = 2, SLOT_HASHED = SLOT_SIZE - SLOT_HASH_SIZE };

struct slot {
    uint64_t sequence; /* 0: not whole */
    uint64_t size;
    uint8_t bytes[SLOT_SIZE];
};

static void slot_hash(const uint8_t bytes[SLOT_SIZE], uint8_t hash[SLOT_HASH_SIZE])
{
    const struct byte_part part = {.bytes = bytes, .size = SLOT_HASHED};

    sha256_compute(&part, 1, hash);
}

static void slot_make(uint8_t bytes[SLOT_SIZE], uint64_t sequence, const void *payload, size_t size)
{
    uint64_t size_word = size;

    memset(bytes, 0, SLOT_SIZE);
    memcpy(bytes, slot_magic, sizeof slot_magic);
    memcpy(bytes + 8, &sequence, 8);
    memcpy(bytes + 16, &size_word, 8);
    if (size > 0) {
        memcpy(bytes + SLOT_HEAD_SIZE, payload, size);
    }
    slot_hash(bytes, bytes + SLOT_HASHED);
}

/* Sequence 0 when it is not whole. */
static void slot_judge(struct slot *slot)
{
    uint8_t hash[SLOT_HASH_SIZE];

    slot_hash(slot->bytes, hash);
    memcpy(&slot->sequence, slot->bytes + 8, 8);
    memcpy(&slot->size, slot->bytes + 16, 8);
    if (memcmp(slot->bytes, slot_magic, sizeof slot_magic) != 0 ||
        memcmp(hash, slot->bytes + SLOT_HASHED, sizeof hash) != 0 ||
        slot->size > SLOT_PAYLOAD_MAX) {
        slot->sequence = 0;
    }
}

/* A whole file under a temporary name, which then gets its own. */
static int two_slots_create(const struct storage *storage, int folder, const char *name)
{
    char temporary[STORAGE_NAME_SIZE];
    uint8_t bytes[SLOT_SIZE];

    (void)snprintf(temporary, sizeof temporary, "%s.new", name);
    int result = storage->remove(storage->context, folder, temporary);
    if (result < 0 && result != -ENOENT) {
        return result;
    }
    int file = storage->open(storage->context, folder, temporary, STORAGE_MODE_CREATE);
    if (file < 0) {
        return file;
    }
    slot_make(bytes, 1, NULL, 0);
    result = storage_write_bytes(storage, file, bytes, sizeof bytes, 0);
    if (result == 0) {
        result = storage_write_bytes(storage, file, bytes, sizeof bytes, SLOT_SIZE);
    }
    if (result == 0) {
        result = storage->sync(storage->context, file);
    }
    (void)storage->close(storage->context, file);
    if (result == 0) {
        result = storage->rename(storage->context, folder, temporary, name);
    }
    return result < 0 ? result : storage->sync_folder(storage->context, folder);
}

static int two_slots_read(struct two_slots *slots, void *payload, size_t *size)
{
    struct slot copies[SLOT_COUNT];

    for (size_t i = 0; i < SLOT_COUNT; i++) {
        int result = storage_read_bytes(slots->storage, slots->file, copies[i].bytes, SLOT_SIZE,
                                        i * SLOT_SIZE);
        if (result < 0) {
            return result == -ENODATA ? -EBADMSG : result;
        }
        slot_judge(&copies[i]);
    }
    const struct slot *newest = copies[0].sequence >= copies[1].sequence ? &copies[0] : &copies[1];
    if (newest->sequence == 0) {
        return -EBADMSG;
    }
    slots->sequence = newest->sequence;
    *size = newest->size;
    memcpy(payload, newest->bytes + SLOT_HEAD_SIZE, newest->size);
    /* Whatever is not whole, or not the newest, is made so: the next write may tear the other one. */
    return copies[0].sequence == copies[1].sequence ? 0 : two_slots_write(slots, payload, *size);
}

int two_slots_open(struct two_slots *slots, const struct storage *storage, int folder,
                   const char *name, void *payload, size_t *size)
{
    *slots = (struct two_slots){.storage = storage, .file = -1};
    int file = storage->open(storage->context, folder, name, STORAGE_MODE_WRITE);
    if (file == -ENOENT) {
        int result = two_slots_create(storage, folder, name);

        if (result < 0) {
            return result;
        }
        file = storage->open(storage->context, folder, name, STORAGE_MODE_WRITE);
    }
    if (file < 0) {
        return file;
    }
    slots->file = file;
    int result = two_slots_read(slots, payload, size);
    if (result < 0) {
        two_slots_close(slots);
    }
    return result;
}

int two_slots_write(struct two_slots *slots, const void *payload, size_t size)
{
    uint8_t bytes[SLOT_SIZE];
    int result = slots->has_failed ? -EIO : 0;

    ENSURE(size <= SLOT_PAYLOAD_MAX && slots->file >= 0);
    slot_make(bytes, slots->sequence + 1, payload, size);
    for (size_t i = 0; i < SLOT_COUNT && result == 0; i++) {
        result =
            storage_write_bytes(slots->storage, slots->file, bytes, sizeof bytes, i * SLOT_SIZE);
        if (result == 0) {
            result = slots->storage->sync(slots->storage->context, slots->file);
        }
    }
    if (result == 0) {
        slots->sequence++;
    } else {
        slots->has_failed = true;
    }
    return result;
}

void two_slots_close(struct two_slots *slots)
{
    if (slots->storage != NULL && slots->file >= 0) {
        (void)slots->storage->close(slots->storage->context, slots->file);
    }
    slots->file = -1;
}
