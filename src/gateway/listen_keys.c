/* SPDX-License-Identifier: Apache-2.0
 *
 * Listen keys.
 *
 * Why a file of its own: they are bearer secrets with a clock, and that deserves tests without
 * sockets. A plain array: there are few, they are asked for seldom, and looking at all of them keeps
 * what a guess costs independent of what exists.
 * Invariants: at most one key per (participant, API key); entries[0..count) are used, the rest zero.
 * Read next: user_routes.c.
 */
#include "gateway/listen_keys.h"

#include <stdlib.h>

#include "base/ensure.h"
#include "platform/entropy.h"
#include "platform/signature.h"

struct listen_keys {
    uint32_t keys_max;
    uint32_t count;
    struct listen_key entries[];
};

struct listen_keys *listen_keys_create(uint32_t keys_max)
{
    struct listen_keys *keys = calloc(1, sizeof *keys + keys_max * sizeof keys->entries[0]);

    ENSURE(keys != NULL);
    keys->keys_max = keys_max;
    return keys;
}

void listen_keys_destroy(struct listen_keys *keys)
{
    if (keys != NULL) {
        secret_wipe(keys->entries, keys->keys_max * sizeof keys->entries[0]);
    }
    free(keys);
}

/* 64 of 62 characters: bytes that would favour the first few are thrown away. */
static void make_text(char text[LISTEN_KEY_SIZE])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    uint32_t made = 0;

    while (made < LISTEN_KEY_SIZE) {
        uint8_t bytes[LISTEN_KEY_SIZE];

        entropy_fill(bytes, sizeof bytes);
        for (uint32_t i = 0; i < sizeof bytes && made < LISTEN_KEY_SIZE; i++) {
            if (bytes[i] < 4 * 62) {
                text[made++] = letters[bytes[i] % 62];
            }
        }
    }
}

static bool is_valid(const struct listen_key *entry, int64_t now_us)
{
    return now_us < entry->expires_us;
}

static void forget(struct listen_keys *keys, struct listen_key *entry)
{
    struct listen_key *last = &keys->entries[--keys->count];

    *entry = *last;
    secret_wipe(last, sizeof *last);
}

const struct listen_key *listen_keys_open(struct listen_keys *keys, uint32_t participant,
                                          uint32_t key, int64_t now_us)
{
    struct listen_key *entry = NULL;

    ENSURE(participant != 0);
    for (uint32_t i = 0; i < keys->count; i++) {
        if (keys->entries[i].participant == participant && keys->entries[i].key == key) {
            entry = &keys->entries[i];
        }
    }
    if (entry == NULL && keys->count == keys->keys_max) {
        return NULL;
    }
    if (entry == NULL) {
        entry = &keys->entries[keys->count++];
        entry->participant = participant;
        entry->key = key;
        make_text(entry->text);
    } else if (!is_valid(entry, now_us)) {
        make_text(entry->text);
    }
    entry->expires_us = now_us + LISTEN_KEY_VALID_US;
    return entry;
}

static struct listen_key *find(const struct listen_keys *keys, struct slice text, int64_t now_us)
{
    const struct listen_key *found = NULL;

    if (text.size != LISTEN_KEY_SIZE) {
        return NULL;
    }
    for (uint32_t i = 0; i < keys->count; i++) {
        if (secret_equals(keys->entries[i].text, text.data, LISTEN_KEY_SIZE) &&
            is_valid(&keys->entries[i], now_us)) {
            found = &keys->entries[i];
        }
    }
    return (struct listen_key *)(uintptr_t)found;
}

const struct listen_key *listen_keys_find(const struct listen_keys *keys, struct slice text,
                                          int64_t now_us)
{
    return find(keys, text, now_us);
}

bool listen_keys_extend(struct listen_keys *keys, struct slice text, uint32_t participant,
                        int64_t now_us)
{
    struct listen_key *entry = find(keys, text, now_us);

    if (entry == NULL || entry->participant != participant) {
        return false;
    }
    entry->expires_us = now_us + LISTEN_KEY_VALID_US;
    return true;
}

bool listen_keys_close(struct listen_keys *keys, struct slice text, uint32_t participant,
                       int64_t now_us)
{
    struct listen_key *entry = find(keys, text, now_us);

    if (entry == NULL || entry->participant != participant) {
        return false;
    }
    forget(keys, entry);
    return true;
}

bool listen_keys_expire(struct listen_keys *keys, int64_t now_us, struct listen_key *expired)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        if (!is_valid(&keys->entries[i], now_us)) {
            *expired = keys->entries[i];
            forget(keys, &keys->entries[i]);
            return true;
        }
    }
    return false;
}

uint32_t listen_keys_count(const struct listen_keys *keys)
{
    return keys->count;
}
