/* SPDX-License-Identifier: Apache-2.0
 *
 * The shapes of money. Four different structs so that the compiler refuses to mix them; the
 * members are touched only in src/money/ (a script checks it; elsewhere the line says why).
 *
 * Every asset has a scale: an amount of n units is n / 10^scale of the asset. There is no float.
 */
#ifndef TARAZY_MONEY_H
#define TARAZY_MONEY_H

#include <stdint.h>

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

/* Units of one asset. 128 bits: the supply of SHIB, 5.9e14 coins at 8 decimals, passes 2^63. */
struct amount {
    int128 units;
};

/* Quote units for one whole base coin (for 10^base_scale base units). Always > 0 when set. */
struct price {
    int64_t units;
};

/* Base units of one order or trade. */
struct quantity {
    int64_t units;
};

/* Parts per million of an amount: 1 000 ppm = 0.1 %. */
struct rate {
    uint32_t ppm;
};

#define TARAZY_RATE_WHOLE 1000000u

#endif
