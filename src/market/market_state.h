/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole of the market's state. Read this before any .c of this folder.
 *
 * One part of the state block: struct market, then its arrays. Offsets and indices only; every
 * struct is without padding.
 */
#ifndef MARKET_MARKET_STATE_H
#define MARKET_MARKET_STATE_H

#include "base/ensure.h"
#include "base/hash.h"
#include "base/pool.h"
#include "base/table.h"
#include "market/instrument.h"
#include "market/ladder.h"
#include "market/market.h"
#include "market/timers.h"

/* What few orders have. */
struct order_extra {         /* 96 bytes */
    struct price stop_price; /* as placed: trigger, or where trailing starts; 0 = none */
    struct price extreme;    /* trailing: best price seen since it began to follow; 0 = not yet */
    struct quantity iceberg; /* size of a shown part; 0 = all is shown */
    struct quantity shown;   /* what is left of the present part */
    int64_t expires_us;      /* GTD; else 0 */
    int64_t quote_units;     /* BY_QUOTE: the whole amount; else 0 */
    uint32_t order;
    uint32_t trailing_bps;
    uint32_t next_trailing;
    uint32_t previous_trailing;
    uint32_t list;
    uint8_t leg;
    uint8_t announce; /* trailing: began to follow, and nobody asked yet */
    uint8_t set_off;  /* trailing: a trade has set it off */
    uint8_t reserved[25];
};
_Static_assert(sizeof(struct order_extra) == 96, "no padding");

/* What a participant has on an instrument. Stays, idle, after its last order until the memory is
 * needed: most come back. */
struct trader { /* 64 bytes */
    uint32_t participant;
    uint32_t orders;
    uint32_t algo_orders; /* stop kinds, triggered ones included */
    uint32_t icebergs;
    uint32_t lists;
    uint32_t first; /* orders, oldest first */
    uint32_t last;
    uint32_t next_of_participant; /* traders; newest first */
    uint32_t previous_of_participant;
    uint32_t next_idle; /* longest idle first */
    uint32_t previous_idle;
    uint16_t instrument;
    uint8_t idle;
    uint8_t reserved0;
    int64_t countdown_us; /* dead-man timer; 0 = off */
    struct trader_note note;
};
_Static_assert(sizeof(struct trader) == 64, "no padding");

enum client_id_kind {
    CLIENT_ID_KIND_ORDER = 1,
    CLIENT_ID_KIND_LIST = 2,
};

/* A client id that was used by an order or list now gone. */
struct remembered { /* 56 bytes */
    struct client_id client_id;
    uint32_t participant;
    uint64_t number; /* of the order or list */
    uint32_t kind;   /* enum client_id_kind */
    uint32_t reserved;
};

struct market {
    struct hash_seed seed;
    uint64_t instruments_offset;  /* struct instrument [instruments_max + 1] */
    uint64_t participants_offset; /* uint32_t [participants_max + 1]: first trader */
    uint64_t remembered_offset;   /* struct remembered [client_ids_max + 1], a ring */
    uint32_t instruments_max;
    uint32_t participants_max;
    uint32_t remembered_max;
    uint32_t remembered_next; /* place of the ring that is overwritten next, 1 … */
    uint32_t instrument_count;
    uint32_t number_step; /* in the hash of an order's number: one place of its table */
    uint32_t reserved;
    uint32_t cascading;       /* instruments with cascading set */
    uint32_t levels_promised; /* levels that open orders may yet need: see order_promises */
    uint32_t idle_head;       /* traders */
    uint32_t idle_tail;
    uint32_t pinned[2];     /* levels being matched: published and freed at their end */
    uint32_t recent_trader; /* the one whose order was closed last: often it comes back at once */
    struct ladder_store ladders;
    struct pool orders;
    struct pool extras;
    struct pool lists;
    struct pool traders;
    struct table by_number;
    struct table by_client;
    struct table by_remembered;
    struct table by_trader;
    struct table by_symbol;
    struct table lists_by_number;
    struct table lists_by_client;
    struct timers expiries;   /* extras */
    struct timers countdowns; /* traders */
    struct timers auctions;   /* instruments */
};

static inline struct instrument *market_instrument_at(const struct market *market,
                                                      uint16_t instrument)
{
    ENSURE(instrument >= 1 && instrument <= market->instrument_count);
    return (struct instrument *)((uintptr_t)market + market->instruments_offset) + instrument;
}

static inline struct order *market_order_at(const struct market *market, uint32_t order)
{
    uintptr_t base = (uintptr_t)&market->orders;

    return (struct order *)(base + market->orders.offset) + order;
}

static inline struct order_extra *market_extra_at(const struct market *market, uint32_t extra)
{
    uintptr_t base = (uintptr_t)&market->extras;

    return (struct order_extra *)(base + market->extras.offset) + extra;
}

/* An order's extra, NULL when it has none. */
static inline struct order_extra *market_extra_of(const struct market *market,
                                                  const struct order *order)
{
    return order->extra != 0 ? market_extra_at(market, order->extra) : NULL;
}

static inline struct order_list *market_list_at(const struct market *market, uint32_t list)
{
    return pool_at(&market->lists, list);
}

static inline struct trader *market_trader_at(const struct market *market, uint32_t trader)
{
    uintptr_t base = (uintptr_t)&market->traders;

    return (struct trader *)(base + market->traders.offset) + trader;
}

static inline struct level *market_level_at(const struct market *market, uint32_t level)
{
    return ladder_level(&market->ladders, level);
}

static inline bool client_id_is_empty(const struct client_id *client_id)
{
    return client_id->text[0] == '\0';
}

#endif
