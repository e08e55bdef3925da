/* SPDX-License-Identifier: Apache-2.0
 *
 * The market's one door to the bare integers inside struct price, quantity and amount. Book keys,
 * level sums and tick arithmetic work on integers; whatever rounds or takes a percentage of money
 * is done in money/.
 */
#ifndef MARKET_RAW_H
#define MARKET_RAW_H

#include <stdint.h>

#include "base/ensure.h"
#include "tarazy/money.h"

static inline int64_t raw_of_price(struct price price)
{
    return price.units; /* raw: ticks and keys of the book */
}

static inline struct price raw_to_price(int64_t units)
{
    return (struct price){units};
}

static inline int64_t raw_of_quantity(struct quantity quantity)
{
    return quantity.units; /* raw: lots and level sums */
}

static inline struct quantity raw_to_quantity(int64_t units)
{
    return (struct quantity){units};
}

/* An order's notional: below 2^63 by the listing rule. */
static inline int64_t raw_of_amount(struct amount amount)
{
    int128 units = amount.units; /* raw: notionals are 64 bits wide in an order's record */

    ENSURE(units >= INT64_MIN && units <= INT64_MAX);
    return (int64_t)units;
}

static inline struct amount raw_to_amount(int64_t units)
{
    return (struct amount){units};
}

#endif
