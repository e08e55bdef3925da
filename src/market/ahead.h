/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking ahead: what a command that comes soon will touch of the market is asked for from memory
 * before it is needed, for many commands at once, so that they wait together instead of one after
 * another. Changes nothing and promises nothing: a wrong guess costs a little time.
 */
#ifndef MARKET_AHEAD_H
#define MARKET_AHEAD_H

#include "market/market.h"

struct market_ahead {
    /* asked */
    uint64_t number;        /* of an open order that the command names; 0 = none */
    uint64_t order_to_come; /* the number that its own order will have */
    struct price price;     /* of the order it places */
    uint32_t participant;
    uint32_t key_of_sender;
    uint16_t instrument; /* it places an order here; 0 = places none */
    uint8_t side;
    uint8_t reserved;
    /* found, from step to step */
    uint32_t order;
    uint32_t trader;
    uint32_t child; /* of the ladder, on the way to the price */
    uint64_t key;
};

/* The steps, in this order; between two of them there should be time enough for memory to answer.
 * tables: where the order and the trader are found. records: both, the ladder's top, the best levels.
 * around: the order's neighbours. down: a step down the ladder, to be taken at least three times
 * together with or after around. queue: the end of the queue that the order will join. */
void market_ahead_tables(const struct market *market, struct market_ahead *ahead);
void market_ahead_records(const struct market *market, struct market_ahead *ahead);
void market_ahead_around(const struct market *market, struct market_ahead *ahead);
void market_ahead_down(const struct market *market, struct market_ahead *ahead);
void market_ahead_queue(const struct market *market, const struct market_ahead *ahead);

/* Where a client's own name for an order will be looked for. */
void market_ahead_name(const struct market *market, uint32_t participant,
                       const struct client_id *name);

/* After around: the trader's chain is asked for. Returns what stands beside his orders, zeros if nobody
 * knows. */
struct trader_note market_ahead_trader(const struct market *market,
                                       const struct market_ahead *ahead);

#endif
