/* SPDX-License-Identifier: Apache-2.0
 *
 * Money: prices times quantities, fees, percentages. A room of its own because every product here
 * goes through 128 bits and every division says which way it rounds and who keeps the rest; nobody
 * else multiplies or divides money.
 *
 * Invariants: nothing overflows unseen: each function says why its intermediate values fit, or checks;
 * amounts of the books are at most 2^120 in magnitude.
 *
 * Next: ledger/ledger.h, where amounts move.
 */
#include "money/arithmetic.h"

static const int64_t powers_of_ten[MONEY_SCALE_MAX + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

int64_t money_power_of_ten(uint8_t scale)
{
    ENSURE(scale <= MONEY_SCALE_MAX);
    return powers_of_ten[scale];
}

bool amount_to_quantity(struct quantity *out, struct amount amount)
{
    if (amount.units < 0 || amount.units > INT64_MAX) {
        return false;
    }
    out->units = (int64_t)amount.units;
    return true;
}

/* price × quantity / 10^base_scale with its remainder. Both factors are below 2^63, so the product
 * is below 2^126; nearly always it is below 2^64, and then one machine division does it. */
static struct amount divide_product(struct price price, struct quantity quantity,
                                    uint8_t base_scale, uint64_t *remainder)
{
    uint64_t divisor = (uint64_t)money_power_of_ten(base_scale);

    ENSURE(price.units >= 0 && quantity.units >= 0);
    uint128 product = (uint128)(uint64_t)price.units * (uint64_t)quantity.units;
    if ((uint64_t)(product >> 64) == 0) {
        *remainder = (uint64_t)product % divisor;
        return (struct amount){(uint64_t)product / divisor};
    }
    uint128 quotient = product / divisor;
    *remainder = (uint64_t)(product - quotient * divisor);
    return (struct amount){(int128)quotient};
}

struct amount money_notional(struct price price, struct quantity quantity, uint8_t base_scale)
{
    uint64_t remainder;
    struct amount notional = divide_product(price, quantity, base_scale, &remainder);

    ENSURE(remainder == 0);
    return notional;
}

bool money_notional_floor(struct amount *out, struct price price, struct quantity quantity,
                          uint8_t base_scale)
{
    uint64_t remainder;

    *out = divide_product(price, quantity, base_scale, &remainder);
    return remainder == 0;
}

bool money_is_whole(struct price tick, struct quantity lot, uint8_t base_scale)
{
    uint64_t remainder;

    if (tick.units <= 0 || lot.units <= 0) {
        return false;
    }
    (void)divide_product(tick, lot, base_scale, &remainder);
    return remainder == 0;
}

struct quantity money_affordable(struct amount quote, struct price price, struct quantity lot,
                                 uint8_t base_scale)
{
    uint64_t scale = (uint64_t)money_power_of_ten(base_scale);

    ENSURE(price.units > 0 && lot.units > 0);
    if (quote.units <= 0) {
        return (struct quantity){0};
    }
    /* Quote units that buy every quantity there is: with no more than these, quote × 10^scale is
     * below 2^126 and the result fits a quantity. */
    uint128 everything = (uint128)(uint64_t)price.units * (uint64_t)INT64_MAX / scale;
    int64_t most = INT64_MAX;
    if ((uint128)quote.units <= everything) {
        uint128 base = (uint128)quote.units * scale;

        most = (uint64_t)(base >> 64) == 0 ? (int64_t)((uint64_t)base / (uint64_t)price.units)
                                           : (int64_t)(base / (uint64_t)price.units);
    }
    return (struct quantity){most - most % lot.units};
}

struct fee money_fee(struct amount gross, struct rate rate)
{
    uint128 whole;
    uint64_t part;

    ENSURE(gross.units >= 0 && rate.ppm <= TARAZY_RATE_WHOLE);
    /* gross = whole × 10^6 + part; part × ppm is at most 10^12 and whole × ppm at most gross. */
    if ((uint128)gross.units >> 64 == 0) {
        whole = (uint64_t)gross.units / TARAZY_RATE_WHOLE;
        part = (uint64_t)gross.units % TARAZY_RATE_WHOLE;
    } else {
        whole = (uint128)gross.units / TARAZY_RATE_WHOLE;
        part = (uint64_t)((uint128)gross.units % TARAZY_RATE_WHOLE);
    }
    part *= rate.ppm;
    uint128 earned = whole * rate.ppm + part / TARAZY_RATE_WHOLE;
    uint128 charged = earned + (part % TARAZY_RATE_WHOLE != 0);
    return (struct fee){.charged = {(int128)charged}, .earned = {(int128)earned}};
}

/* The largest multiple of tick that is at most bound and fits a price; at least one tick. */
static struct price tick_below(uint128 bound, struct price tick)
{
    int64_t units = bound > INT64_MAX ? INT64_MAX : (int64_t)bound;

    units -= units % tick.units;
    return (struct price){units < tick.units ? tick.units : units};
}

/* price × parts / 10^6: the price is below 2^63 and parts below 2^33, so the product fits. */
struct price money_price_above(struct price price, uint32_t ppm, struct price tick)
{
    ENSURE(price.units >= 0 && tick.units > 0);
    uint128 product = (uint128)(uint64_t)price.units * ((uint64_t)TARAZY_RATE_WHOLE + ppm);
    return tick_below(product / TARAZY_RATE_WHOLE, tick);
}

struct price money_price_below(struct price price, uint32_t ppm, struct price tick)
{
    ENSURE(price.units >= 0 && tick.units > 0);
    uint64_t parts = ppm < TARAZY_RATE_WHOLE ? TARAZY_RATE_WHOLE - ppm : 0;
    uint128 product = (uint128)(uint64_t)price.units * parts;
    /* Two roundings up in a row are one: the floor is the first tick not below the exact value. */
    uint128 exact = (product + (TARAZY_RATE_WHOLE - 1)) / TARAZY_RATE_WHOLE;
    uint128 up = exact + (uint64_t)(tick.units - 1);
    return tick_below(up, tick);
}
