/* SPDX-License-Identifier: Apache-2.0
 *
 * Every order, open and closed, as it stands now: what people ask for by number, by the name they
 * gave it, or as a list. All open orders are always here; of the closed ones the most recent.
 */
#ifndef VIEWS_ORDER_HISTORY_H
#define VIEWS_ORDER_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "tarazy/event.h"

struct order_record {
    struct amount quote;      /* executed, in quote units */
    struct order_terms terms; /* quantity and client id as amended; not reduced by prevention */
    struct quantity executed;
    struct quantity prevented; /* what self-trade prevention took off */
    struct price protection;   /* market kinds: the price of the slippage limit; else 0 */
    int64_t opened_us;
    int64_t updated_us;
    int64_t working_us;  /* when it began to work; 0 = not that anybody knows */
    int64_t trailing_us; /* when trailing began; 0 = it does not trail */
    uint64_t number;     /* of the command that opened it */
    uint64_t order;
    uint64_t list;     /* 0 = none */
    uint64_t replaces; /* 0 = none */
    uint32_t participant;
    uint32_t next_closed; /* the order closed after this one; private */
    uint32_t amends;
    uint8_t status;  /* enum order_status */
    uint8_t working; /* 1: on the book, or it was until it closed. 0 also for a stop order of a list
                        that its price set off in the moment it started: no event tells that, ask
                        tarazy_query_order */
    uint8_t reason;  /* enum close_reason; 0 = open */
    uint8_t reserved;
};

struct order_history;

struct order_history_limits {
    uint32_t open_max;   /* the node's orders_max */
    uint32_t closed_max; /* closed orders remembered, at least 1 */
};

struct order_history *order_history_create(struct arena *arena,
                                           const struct order_history_limits *limits,
                                           struct hash_seed seed);

/* Takes in one event of a command made at time_us. */
void order_history_apply(struct order_history *history, int64_t time_us,
                         const struct event_header *event);

/* NULL: unknown or forgotten. Valid until the next apply. */
const struct order_record *order_history_find(const struct order_history *history, uint64_t order);

/* Asks for the memory that an order of this name will be entered in: a hint, which changes nothing. */
void order_history_ask(const struct order_history *history, uint32_t participant,
                       const struct client_id *client_id);

/* The order a participant calls by this name: the open one, else the youngest. */
const struct order_record *order_history_find_client(const struct order_history *history,
                                                     uint32_t participant,
                                                     const struct client_id *client_id);

/* A participant's orders on an instrument, oldest first and youngest first; NULL = none (left). */
const struct order_record *order_history_first(const struct order_history *history,
                                               uint32_t participant, uint16_t instrument);
const struct order_record *order_history_last(const struct order_history *history,
                                              uint32_t participant, uint16_t instrument);
const struct order_record *order_history_next(const struct order_history *history,
                                              const struct order_record *record);
const struct order_record *order_history_previous(const struct order_history *history,
                                                  const struct order_record *record);

/* How many are remembered, open and closed. */
uint32_t order_history_count(const struct order_history *history);

#endif
