/* SPDX-License-Identifier: Apache-2.0
 *
 * A little state that must never be forgotten and never go back: one file with two copies, written one
 * after the other, each synced. A crash tears one copy at most; a rotten copy is covered by the other;
 * when neither is whole, nobody may go on as if there had been no state.
 */
#ifndef WITNESS_TWO_SLOTS_H
#define WITNESS_TWO_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/storage.h"

enum { SLOT_SIZE = 4096, SLOT_HEAD_SIZE = 24, SLOT_HASH_SIZE = 32 };
enum { SLOT_PAYLOAD_MAX = SLOT_SIZE - SLOT_HEAD_SIZE - SLOT_HASH_SIZE };

struct two_slots {
    const struct storage *storage;
    int file;          /* -1: not open */
    uint64_t sequence; /* of the newest copy */
    bool has_failed;   /* a write went wrong: nothing is ever written again */
};

/* Opens name in the folder, and makes it if it is not there, with an empty state. payload has room for
 * SLOT_PAYLOAD_MAX bytes; *size says how many there are. 0, or a negative errno; -EBADMSG: neither copy
 * is whole. */
int two_slots_open(struct two_slots *slots, const struct storage *storage, int folder,
                   const char *name, void *payload, size_t *size);

/* Is remembered, whatever happens, when this returns 0. After an error, never again. */
int two_slots_write(struct two_slots *slots, const void *payload, size_t size);

/* Harmless when it is not open. */
void two_slots_close(struct two_slots *slots);

#endif
