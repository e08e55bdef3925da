/* SPDX-License-Identifier: Apache-2.0
 *
 * A set of header hashes. A file of its own because it is the one thing between a replayed share and a second payment.
 * Invariants: an entry leaves only when SEEN_FAMILIES newer blocks have been worked on since; at most half of
 * the slots are used; at the limit new shares are refused, never forgotten ones counted.
 * Read next: share.c.
 */
#include "stratum/seen_shares.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/hash.h"
#include "platform/entropy.h"

enum { SLOTS_MIN = 1024 };

struct seen_entry {
    uint64_t key[2]; /* the half of the hash that the target says nothing about */
    uint64_t family; /* 0: free */
};

struct seen_shares {
    struct seen_entry *entries;
    size_t slots; /* a power of two */
    size_t count;
    size_t max;
    struct hash_seed seed;
    uint8_t previous[SEEN_FAMILIES][32]; /* by family % SEEN_FAMILIES */
    uint64_t family;                     /* the newest; families are 1, 2, 3 ... */
};

struct seen_shares *seen_shares_create(size_t max)
{
    struct seen_shares *seen = calloc(1, sizeof *seen);

    if (seen == NULL) {
        return NULL;
    }
    seen->slots = SLOTS_MIN;
    seen->max = max;
    seen->entries = calloc(seen->slots, sizeof *seen->entries);
    if (seen->entries == NULL) {
        free(seen);
        return NULL;
    }
    entropy_fill(&seen->seed, sizeof seen->seed);
    return seen;
}

void seen_shares_destroy(struct seen_shares *seen)
{
    if (seen != NULL) {
        free(seen->entries);
        free(seen);
    }
}

size_t seen_shares_count(const struct seen_shares *seen)
{
    return seen->count;
}

static bool is_kept(const struct seen_shares *seen, uint64_t family)
{
    return family + SEEN_FAMILIES > seen->family;
}

/* The family of a previous block: a known one, or the next. */
static uint64_t family_of(struct seen_shares *seen, const uint8_t previous[32])
{
    for (uint64_t back = 0; back < SEEN_FAMILIES && back < seen->family; back++) {
        uint64_t family = seen->family - back;

        if (memcmp(seen->previous[family % SEEN_FAMILIES], previous, 32) == 0) {
            return family;
        }
    }
    seen->family++;
    memcpy(seen->previous[seen->family % SEEN_FAMILIES], previous, 32);
    return seen->family;
}

/* The entry with this key, or the free one where it belongs. */
static struct seen_entry *place_of(const struct seen_shares *seen, const uint64_t key[2])
{
    size_t at = (size_t)hash_u64(seen->seed, key[0]) & (seen->slots - 1);

    while (seen->entries[at].family != 0 && memcmp(seen->entries[at].key, key, 16) != 0) {
        at = (at + 1) & (seen->slots - 1);
    }
    return &seen->entries[at];
}

/* Everything anew in `slots` slots, without what need not be kept. */
static bool rebuild(struct seen_shares *seen, size_t slots)
{
    struct seen_entry *old = seen->entries;
    size_t old_slots = seen->slots;
    ENSURE(slots >= SLOTS_MIN);
    struct seen_entry *entries = calloc(slots, sizeof *entries);

    if (entries == NULL) {
        return false;
    }
    seen->entries = entries;
    seen->slots = slots;
    seen->count = 0;
    for (size_t i = 0; i < old_slots; i++) {
        if (old[i].family != 0 && is_kept(seen, old[i].family)) {
            *place_of(seen, old[i].key) = old[i];
            seen->count++;
        }
    }
    free(old);
    return true;
}

static bool make_room(struct seen_shares *seen)
{
    size_t kept = 0;
    size_t slots = seen->slots;

    if (seen->count < seen->slots / 2 && seen->count < seen->max) {
        return true;
    }
    for (size_t i = 0; i < seen->slots; i++) {
        kept += seen->entries[i].family != 0 && is_kept(seen, seen->entries[i].family) ? 1 : 0;
    }
    if (kept >= seen->max) {
        return false;
    }
    if (kept >= slots / 4) {
        slots *= 2;
    }
    return rebuild(seen, slots);
}

enum seen_result seen_shares_add(struct seen_shares *seen, const uint8_t previous[32],
                                 const struct hash256 *hash)
{
    uint64_t key[2];
    uint64_t family = family_of(seen, previous);

    memcpy(key, hash->bytes, sizeof key);
    if (place_of(seen, key)->family != 0) {
        return SEEN_RESULT_BEFORE;
    }
    if (!make_room(seen)) {
        return SEEN_RESULT_FULL;
    }
    struct seen_entry *entry = place_of(seen, key);
    ENSURE(entry->family == 0);
    *entry = (struct seen_entry){.key = {key[0], key[1]}, .family = family};
    seen->count++;
    return SEEN_RESULT_NEW;
}
