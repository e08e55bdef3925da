/* SPDX-License-Identifier: Apache-2.0
 *
 * Arithmetic on money: the only room that touches the members of struct amount, price, quantity
 * and rate. Whatever can overflow returns bool and must be looked at; every rounding has a name.
 */
#ifndef MONEY_ARITHMETIC_H
#define MONEY_ARITHMETIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/checked.h"
#include "base/ensure.h"
#include "tarazy/money.h"

/* Decimals an asset may have. */
#define MONEY_SCALE_MAX 18u

/* 10^scale; scale <= MONEY_SCALE_MAX (ENSURE). */
int64_t money_power_of_ten(uint8_t scale);

/* Largest magnitude an amount in the books may have: 2^120, so that sums of a few never overflow
 * unseen. */
static inline struct amount amount_bound(void)
{
    return (struct amount){(int128)1 << 120};
}

/* −2^120 <= a <= 2^120. */
static inline bool amount_is_bounded(struct amount a)
{
    int128 bound = (int128)1 << 120;

    return a.units >= -bound && a.units <= bound;
}

static inline struct amount amount_zero(void)
{
    return (struct amount){0};
}

static inline struct amount amount_of_units(int64_t units)
{
    return (struct amount){units};
}

/* Units as bare numbers, both ways: to read, show, hash or store them, never to reckon with them. */
static inline struct amount amount_of_wide(int128 units)
{
    return (struct amount){units};
}

static inline int128 amount_units(struct amount a)
{
    return a.units;
}

static inline int64_t price_units(struct price a)
{
    return a.units;
}

static inline int64_t quantity_units(struct quantity a)
{
    return a.units;
}

static inline uint32_t rate_ppm(struct rate a)
{
    return a.ppm;
}

static inline struct amount amount_of_quantity(struct quantity quantity)
{
    return (struct amount){quantity.units};
}

static inline MUST_CHECK bool amount_add(struct amount *out, struct amount a, struct amount b)
{
    return !__builtin_add_overflow(a.units, b.units, &out->units);
}

static inline MUST_CHECK bool amount_subtract(struct amount *out, struct amount a, struct amount b)
{
    return !__builtin_sub_overflow(a.units, b.units, &out->units);
}

/* −1, 0 or 1. */
static inline int amount_compare(struct amount a, struct amount b)
{
    return (a.units > b.units) - (a.units < b.units);
}

static inline bool amount_is_zero(struct amount a)
{
    return a.units == 0;
}

static inline bool amount_is_negative(struct amount a)
{
    return a.units < 0;
}

static inline bool amount_is_positive(struct amount a)
{
    return a.units > 0;
}

static inline struct amount amount_negate(struct amount a)
{
    return (struct amount){-a.units};
}

static inline struct amount amount_min(struct amount a, struct amount b)
{
    return a.units < b.units ? a : b;
}

static inline struct amount amount_max(struct amount a, struct amount b)
{
    return a.units > b.units ? a : b;
}

/* The amount as a quantity; false when it is negative or too large for one order. */
MUST_CHECK bool amount_to_quantity(struct quantity *out, struct amount amount);

static inline struct quantity quantity_zero(void)
{
    return (struct quantity){0};
}

static inline struct quantity quantity_of_units(int64_t units)
{
    return (struct quantity){units};
}

static inline bool quantity_is_zero(struct quantity a)
{
    return a.units == 0;
}

static inline bool quantity_is_positive(struct quantity a)
{
    return a.units > 0;
}

/* Is a a whole number of lots? ENSUREs lot > 0. */
static inline bool quantity_is_multiple(struct quantity a, struct quantity lot)
{
    ENSURE(lot.units > 0);
    return a.units % lot.units == 0;
}

/* a rounded down to a whole number of lots; ENSUREs a >= 0, lot > 0. */
static inline struct quantity quantity_floor(struct quantity a, struct quantity lot)
{
    ENSURE(a.units >= 0 && lot.units > 0);
    return (struct quantity){a.units - a.units % lot.units};
}

static inline int quantity_compare(struct quantity a, struct quantity b)
{
    return (a.units > b.units) - (a.units < b.units);
}

static inline struct price price_zero(void)
{
    return (struct price){0};
}

static inline struct price price_of_units(int64_t units)
{
    return (struct price){units};
}

static inline bool price_is_zero(struct price a)
{
    return a.units == 0;
}

static inline bool price_is_positive(struct price a)
{
    return a.units > 0;
}

/* Is a on the tick? ENSUREs tick > 0. */
static inline bool price_is_multiple(struct price a, struct price tick)
{
    ENSURE(tick.units > 0);
    return a.units % tick.units == 0;
}

static inline struct price price_min(struct price a, struct price b)
{
    return a.units < b.units ? a : b;
}

static inline struct price price_max(struct price a, struct price b)
{
    return a.units > b.units ? a : b;
}

static inline struct rate rate_of_ppm(uint32_t ppm)
{
    return (struct rate){ppm};
}

static inline int price_compare(struct price a, struct price b)
{
    return (a.units > b.units) - (a.units < b.units);
}

/* The smaller of two. */
static inline struct quantity quantity_min(struct quantity a, struct quantity b)
{
    return a.units < b.units ? a : b;
}

/* a − b; ENSUREs a >= b >= 0. */
static inline struct quantity quantity_subtract(struct quantity a, struct quantity b)
{
    ENSURE(b.units >= 0 && a.units >= b.units);
    return (struct quantity){a.units - b.units};
}

static inline MUST_CHECK bool quantity_add(struct quantity *out, struct quantity a,
                                           struct quantity b)
{
    return !__builtin_add_overflow(a.units, b.units, &out->units);
}

/* price × quantity / 10^base_scale in quote units. Exact for every price on the tick and quantity
 * on the lot of a listed instrument (the listing rule makes sure): a remainder is an ENSURE. */
struct amount money_notional(struct price price, struct quantity quantity, uint8_t base_scale);

/* The same for values that need not be on tick and lot, rounded down; true when nothing was lost. */
bool money_notional_floor(struct amount *out, struct price price, struct quantity quantity,
                          uint8_t base_scale);

/* Is tick × lot a whole number of quote units? */
bool money_is_whole(struct price tick, struct quantity lot, uint8_t base_scale);

/* The largest multiple of lot that quote units buy at price: rounded down, 0 if none. */
struct quantity money_affordable(struct amount quote, struct price price, struct quantity lot,
                                 uint8_t base_scale);

/* A fee on gross: `charged` is gross × rate rounded UP to a unit (the payer's side of the rounding
 * rule "fee up"); `earned` is the same rounded DOWN (what the fee account gets). charged − earned
 * is 0 or 1 unit and goes to the rounding account. gross >= 0. */
struct fee {
    struct amount charged;
    struct amount earned;
};
struct fee money_fee(struct amount gross, struct rate rate);

/* price × (1 ± ppm/10^6), moved to the tick nearest inside: down for a ceiling, up for a floor.
 * Saturates at INT64_MAX; never below one tick. */
struct price money_price_above(struct price price, uint32_t ppm, struct price tick);
struct price money_price_below(struct price price, uint32_t ppm, struct price tick);

#endif
