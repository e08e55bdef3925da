/* SPDX-License-Identifier: Apache-2.0
 *
 * Exact division by a number known beforehand (a tick, a lot): one multiplication instead of a
 * division. An odd number has an inverse modulo 2^64; what is a multiple of it, times that inverse,
 * is the quotient.
 */
#ifndef MARKET_EXACT_H
#define MARKET_EXACT_H

#include <stdbool.h>
#include <stdint.h>

struct exact {
    uint64_t inverse; /* of the divisor's odd part, modulo 2^64 */
    uint64_t divisor;
    uint64_t quotient_max; /* largest quotient whose product fits 63 bits */
    uint64_t shift;        /* the divisor is odd part × 2^shift */
};

/* divisor > 0. */
struct exact exact_divisor(int64_t divisor);

/* value / divisor; value must be a multiple (see exact_is_multiple). */
static inline uint64_t exact_quotient(const struct exact *exact, int64_t value)
{
    return ((uint64_t)value >> exact->shift) * exact->inverse;
}

/* Is value >= 0 a multiple of the divisor? */
static inline bool exact_is_multiple(const struct exact *exact, int64_t value)
{
    uint64_t quotient = exact_quotient(exact, value);

    return quotient <= exact->quotient_max && quotient * exact->divisor == (uint64_t)value;
}

#endif
