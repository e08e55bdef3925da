/* SPDX-License-Identifier: Apache-2.0
 *
 * Rounding as a law names it, and products of 128 bits that say when they overflow.
 */
#ifndef MINING_TAX_ROUNDING_H
#define MINING_TAX_ROUNDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/checked.h"
#include "tarazy/jurisdiction_parameter.h"
#include "tarazy/money.h"

/* value / divisor rounded: DOWN and UP to the next whole number, HALF_UP to the nearest and a half
 * upwards. ENSUREs value >= 0, divisor > 0. *is_exact: nothing was lost. */
int128 tax_divide(int128 value, int128 divisor, enum tax_rounding rounding, bool *is_exact);

/* One or two factors >= 0 (ENSURE); false: too large. */
MUST_CHECK bool tax_multiply(int128 *out, int128 a, int128 b);

static inline MUST_CHECK bool tax_add(int128 *out, int128 a, int128 b)
{
    return !__builtin_add_overflow(a, b, out);
}

#endif
