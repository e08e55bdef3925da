/* SPDX-License-Identifier: Apache-2.0
 *
 * Level changes since the last flush, one entry per price, for diff streams: whoever has the book
 * of update `first − 1` and sets each entry's level has the book of update `last`. Update ids come
 * from the log and are gap-free per instrument, and so are the flushes.
 *
 * A gateway keeps one feed per stream speed.
 */
#ifndef VIEWS_DEPTH_FEED_H
#define VIEWS_DEPTH_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/checked.h"
#include "base/hash.h"
#include "tarazy/event.h"

struct depth_feed;

/* changes_max: entries of all instruments together. NULL while measuring. */
struct depth_feed *depth_feed_create(struct arena *arena, uint32_t instruments_max,
                                     uint32_t changes_max, struct hash_seed seed);

/* Takes in a level change. false, and nothing done, when there is no room: flush, then note it
 * again. */
MUST_CHECK bool depth_feed_note(struct depth_feed *feed, const struct event_level *level);

struct depth_window {
    uint64_t first; /* update ids; 0: nothing changed */
    uint64_t last;
    uint32_t changes; /* entries */
};
struct depth_window depth_feed_window(const struct depth_feed *feed, uint16_t instrument);

struct depth_change {
    struct price price;
    struct quantity quantity; /* 0: the level is gone */
    uint8_t side;
};

/* Walks the entries of an instrument in the order of their first change: start with cursor 0.
 * false: no more. */
bool depth_feed_next(const struct depth_feed *feed, uint16_t instrument, uint32_t *cursor,
                     struct depth_change *out);

/* Forgets the entries of an instrument: the next window begins after the last update. */
void depth_feed_flush(struct depth_feed *feed, uint16_t instrument);

/* An instrument that has changes, the one that has waited longest; 0 = none. */
uint16_t depth_feed_pending(const struct depth_feed *feed);

#endif
