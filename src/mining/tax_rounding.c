/* SPDX-License-Identifier: Apache-2.0
 *
 * Divisions whose remainder has an owner. A file of its own because every sum that a law names comes
 * through here once, at its end. Invariant: the result differs from the exact one by less than one.
 */
#include "mining/tax_rounding.h"

#include "base/ensure.h"

#define TAX_INT128_MAX ((int128)(~(uint128)0 >> 1))

int128 tax_divide(int128 value, int128 divisor, enum tax_rounding rounding, bool *is_exact)
{
    ENSURE(value >= 0 && divisor > 0);
    int128 quotient = value / divisor;
    int128 rest = value % divisor;

    *is_exact = rest == 0;
    switch (rounding) {
    case TAX_ROUNDING_DOWN: return quotient;
    case TAX_ROUNDING_UP: return rest == 0 ? quotient : quotient + 1;
    case TAX_ROUNDING_HALF_UP: return rest < divisor - rest ? quotient : quotient + 1;
    }
    ensure_failed("a rounding", __FILE__, __LINE__);
}

bool tax_multiply(int128 *out, int128 a, int128 b)
{
    ENSURE(a >= 0 && b >= 0);
    if (b != 0 && a > TAX_INT128_MAX / b) {
        return false;
    }
    *out = a * b;
    return true;
}
