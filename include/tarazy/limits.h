/* SPDX-License-Identifier: Apache-2.0
 *
 * How much there is room for. A node's limits are part of its first command, so that everyone
 * who re-performs its journal sizes the same state and rejects at the same point. Reaching a
 * limit is a rejection (RESULT_..._FULL), never growth.
 */
#ifndef TARAZY_LIMITS_H
#define TARAZY_LIMITS_H

#include <stdint.h>

/* The mining part of a node's state. All zero: this node has no mining, and every command about it is
 * refused (RESULT_MINING_NOT_ENABLED). Else none of them is zero. */
struct mining_limits { /* 48 bytes */
    uint32_t miners_max;
    uint32_t pools_max;
    uint32_t sites_max;
    uint32_t meters_max; /* energy meters */
    uint32_t equipment_max;
    uint32_t addresses_max;    /* payout addresses, worker names and address ranges together */
    uint32_t marks_max;        /* one per meter of shares, and one per (meter, miner) it measures */
    uint32_t share_months_max; /* (miner, month) pairs with shares */
    uint32_t energy_quarters_max; /* (energy meter, quarter, source) with energy */
    uint32_t coin_quarters_max;   /* (miner, quarter, asset) with coins received or sold */
    uint32_t parameters_max;      /* dated legal parameters */
    uint32_t assessments_max;     /* (miner, quarter) with an assessed fee */
};

struct limits {
    uint32_t participants_max;
    uint32_t accounts_max; /* (owner, asset) pairs, house accounts included */
    uint32_t assets_max;
    uint32_t instruments_max;
    uint32_t orders_max;       /* resting, waiting and pending orders together */
    uint32_t price_levels_max; /* price levels of all books and stop ladders together */
    uint32_t order_lists_max;
    uint32_t client_ids_max; /* how many recent client ids are remembered for idempotency */
    uint32_t keys_max;
    uint32_t proposals_max;   /* open proposals */
    uint32_t evidence_max;    /* used (rail, reference) pairs: kept for ever */
    uint32_t withdrawals_max; /* open withdrawals */
    struct mining_limits mining;
};

/* Fixed bounds: the same on every node of this version. */
#define TARAZY_COMMAND_SIZE_MAX 1024u  /* bytes of the largest command */
#define TARAZY_FILLS_MAX        4096u  /* fills of one command; what is left then expires */
#define TARAZY_TRIGGERS_MAX     64u    /* stop orders set off by one command; the rest wait */
#define TARAZY_CLOSES_MAX       16384u /* orders ended by one cancel-all, freeze or clock */
#define TARAZY_TRAILING_MAX     1024u  /* trailing orders of one instrument */
#define TARAZY_TIERS_MAX        16u
#define TARAZY_RAILS_MAX        16u
#define TARAZY_LIST_LEGS_MAX    3u
#define TARAZY_EVENTS_SIZE_MAX  (16u << 20) /* bytes of the events of one command */

/* A throw-away node: 256 MiB in all at the most. */
#define TARAZY_LIMITS_SMALL                                                                        \
    {                                                                                              \
        .participants_max = 10000, .accounts_max = 40000, .assets_max = 64, .instruments_max = 32, \
        .orders_max = 200000, .price_levels_max = 100000, .order_lists_max = 20000,                \
        .client_ids_max = 200000, .keys_max = 1024, .proposals_max = 256, .evidence_max = 100000,  \
        .withdrawals_max = 10000                                                                   \
    }

/* The mining of a throw-away node, some ten MiB. */
#define TARAZY_MINING_LIMITS_SMALL                                                                 \
    {                                                                                              \
        .miners_max = 200, .pools_max = 50, .sites_max = 400, .meters_max = 800,                   \
        .equipment_max = 2000, .addresses_max = 2000, .marks_max = 1000, .share_months_max = 5000, \
        .energy_quarters_max = 5000, .coin_quarters_max = 5000, .parameters_max = 1000,            \
        .assessments_max = 2000                                                                    \
    }

#endif
