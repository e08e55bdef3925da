/* SPDX-License-Identifier: Apache-2.0
 *
 * Cancels of sessions that are gone.
 *
 * Why a file of its own: nobody waits for the answer to these commands, so somebody must see to it
 * that they get one. Invariants: an entry stays until its command comes back; sent_us 0 means that
 * it is not under way; at most one entry of a participant and key is not under way.
 * Read next: socket_door.c.
 */
#include "gateway/disconnect_guard.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

struct guard_entry {
    uint32_t participant;
    uint32_t key;
    int64_t sent_us; /* 0: to be sent */
};

struct disconnect_guard {
    struct disconnect_sender sender;
    struct guard_entry *entries;
    uint32_t count;
    uint32_t capacity;
    struct disconnect_statistics statistics;
};

struct disconnect_guard *disconnect_guard_create(const struct disconnect_sender *sender)
{
    struct disconnect_guard *guard = calloc(1, sizeof *guard);

    ENSURE(guard != NULL);
    guard->sender = *sender;
    return guard;
}

void disconnect_guard_destroy(struct disconnect_guard *guard)
{
    if (guard != NULL) {
        free(guard->entries);
    }
    free(guard);
}

static void send_entry(struct disconnect_guard *guard, struct guard_entry *entry, int64_t now_us)
{
    struct command_order_cancel_all command = {
        .header =
            {
                .nonce = guard->sender.nonce(guard->sender.context, entry->key),
                .kind = COMMAND_ORDER_CANCEL_ALL,
                .participant = entry->participant,
                .key = entry->key,
            },
        .reason = CANCEL_ALL_REASON_DISCONNECT,
    };

    entry->sent_us = guard->sender.submit(guard->sender.context, &command) ? now_us : 0;
}

/* The entry of a participant and key that is or is not under way; NULL: none. */
static struct guard_entry *find(const struct disconnect_guard *guard, uint32_t participant,
                                uint32_t key, bool is_under_way)
{
    for (uint32_t i = 0; i < guard->count; i++) {
        struct guard_entry *entry = &guard->entries[i];

        if (entry->participant == participant && entry->key == key &&
            (entry->sent_us != 0) == is_under_way) {
            return entry;
        }
    }
    return NULL;
}

void disconnect_guard_cancel(struct disconnect_guard *guard, uint32_t participant, uint32_t key)
{
    ENSURE(participant != 0 && key != 0);
    if (find(guard, participant, key, false) != NULL) {
        return;
    }
    if (guard->count == guard->capacity) {
        uint32_t larger = guard->capacity == 0 ? 16 : guard->capacity * 2;
        struct guard_entry *moved = realloc(guard->entries, larger * sizeof *moved);

        ENSURE(moved != NULL);
        guard->entries = moved;
        guard->capacity = larger;
    }
    guard->entries[guard->count++] = (struct guard_entry){.participant = participant, .key = key};
}

void disconnect_guard_note(struct disconnect_guard *guard, uint32_t participant, uint32_t key,
                           enum result result)
{
    struct guard_entry *entry = find(guard, participant, key, true);

    if (entry == NULL) {
        entry = find(guard, participant, key, false);
    }
    if (entry == NULL) {
        return;
    }
    if (result == RESULT_NONCE_NOT_INCREASING) {
        entry->sent_us = 0; /* another request of this key was faster */
        return;
    }
    guard->statistics.accepted += result == RESULT_OK;
    guard->statistics.refused += result != RESULT_OK;
    *entry = guard->entries[--guard->count];
}

void disconnect_guard_lost(struct disconnect_guard *guard)
{
    for (uint32_t i = 0; i < guard->count; i++) {
        guard->entries[i].sent_us = 0;
    }
}

void disconnect_guard_work(struct disconnect_guard *guard, int64_t now_us)
{
    for (uint32_t i = 0; i < guard->count; i++) {
        struct guard_entry *entry = &guard->entries[i];

        if (entry->sent_us == 0 || now_us - entry->sent_us > DISCONNECT_PATIENCE_US) {
            send_entry(guard, entry, now_us);
        }
    }
}

struct disconnect_statistics disconnect_guard_statistics(const struct disconnect_guard *guard)
{
    struct disconnect_statistics statistics = guard->statistics;

    statistics.waiting = guard->count;
    return statistics;
}
