/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking ahead: what a command that comes soon will touch of the market is asked for from memory
 * before it is needed, for many commands at once, so that they wait together instead of one after
 * another. Changes nothing and promises nothing: a wrong guess costs a little time.
 */
#ifndef MARKET_AHEAD_H
#define MARKET_AHEAD_H

#include "market/market.h"

#define MARKET_AHEAD_STEPS  9u
#define MARKET_AHEAD_TRADER 3u /* from this step on the note of the trader can be asked for */

struct market_ahead {
    /* asked */
    uint64_t number;        /* of an open order that the command names; 0 = none */
    uint64_t order_to_come; /* the number that its own order will have; 0 = none */
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
    uint32_t level;
    uint64_t key;
};

/* One step of all. Between two steps of a command there should be time enough for memory to answer.
 * market_ahead_note says what stands beside the orders of trader, zeros if nobody knows. */
void market_ahead_step(const struct market *market, struct market_ahead *ahead, uint32_t step);
struct trader_note market_ahead_note(const struct market *market, const struct market_ahead *ahead);

#endif
