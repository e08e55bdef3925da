/* SPDX-License-Identifier: Apache-2.0
 *
 * Matches that self-trade prevention did not let happen: who would have met whom, at what price,
 * and what it cost each of them. Ids count 1, 2, 3 … over the node; the oldest are forgotten first.
 */
#ifndef VIEWS_PREVENTED_MATCHES_H
#define VIEWS_PREVENTED_MATCHES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "views/order_history.h"

struct prevented_record {
    uint64_t id; /* 0: none */
    uint64_t taker_order;
    uint64_t maker_order;
    uint64_t number; /* of the command: several matches of one command belong together */
    struct price price;
    struct quantity maker_prevented; /* what the maker lost; 0 = it stayed as it was */
    struct quantity taker_prevented;
    int64_t time_us;
    uint32_t participant;
    uint16_t instrument;
    uint8_t self_trade; /* enum self_trade: the taker's mode, which decided */
    uint8_t reserved;
};

struct prevented_matches;

struct prevented_matches *prevented_matches_create(struct arena *arena, uint32_t records_max,
                                                   struct hash_seed seed);

/* Takes in one event of a command made at time_us. orders: the history as it stands after this
 * event (both orders of a prevented match were open before it, so both are known). */
void prevented_matches_apply(struct prevented_matches *matches, const struct order_history *orders,
                             int64_t time_us, const struct event_header *event);

/* Prevented matches of a participant on an instrument, oldest first, youngest first; NULL = none. */
const struct prevented_record *prevented_matches_first(const struct prevented_matches *matches,
                                                       uint32_t participant, uint16_t instrument);
const struct prevented_record *prevented_matches_next(const struct prevented_matches *matches,
                                                      const struct prevented_record *record);

/* The last one an order took part in; NULL = none. Looks at the participant's records only. */
const struct prevented_record *prevented_matches_of_order(const struct prevented_matches *matches,
                                                          const struct order_record *order);

#endif
