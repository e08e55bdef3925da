/* SPDX-License-Identifier: Apache-2.0
 *
 * Preparing exact division. A file of its own because the arithmetic needs saying once.
 */
#include "market/exact.h"

#include "base/ensure.h"

struct exact exact_divisor(int64_t divisor)
{
    ENSURE(divisor > 0);
    uint64_t odd = (uint64_t)divisor;
    uint64_t shift = 0;
    while ((odd & 1) == 0) {
        odd >>= 1;
        shift++;
    }
    /* Newton: odd × odd = 1 modulo 8, and each round doubles the number of right bits: 3 … 96. */
    uint64_t inverse = odd;
    for (int round = 0; round < 5; round++) {
        inverse *= 2 - odd * inverse;
    }
    ENSURE(inverse * odd == 1);
    return (struct exact){
        .inverse = inverse,
        .divisor = (uint64_t)divisor,
        .quotient_max = (uint64_t)(INT64_MAX / divisor),
        .shift = shift,
    };
}
