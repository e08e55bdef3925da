/* SPDX-License-Identifier: Apache-2.0
 *
 * School arithmetic on six 64-bit limbs. A file of its own because targets and the effective number of
 * shares both need more than 128 bits, and a wrong carry here would be a wrong reading everywhere.
 * Invariant: nothing wraps; what does not fit is an assertion. Read next: difficulty.c.
 */
#include "stratum/wide.h"

#include "base/ensure.h"

struct wide wide_of(wide_half value)
{
    return (struct wide){.limbs = {(uint64_t)value, (uint64_t)(value >> 64)}};
}

wide_half wide_to_half(const struct wide *value)
{
    for (unsigned i = 2; i < WIDE_LIMBS; i++) {
        ENSURE(value->limbs[i] == 0);
    }
    return ((wide_half)value->limbs[1] << 64) | value->limbs[0];
}

int wide_compare(const struct wide *a, const struct wide *b)
{
    for (unsigned i = WIDE_LIMBS; i-- > 0;) {
        if (a->limbs[i] != b->limbs[i]) {
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
        }
    }
    return 0;
}

struct wide wide_add(const struct wide *a, const struct wide *b)
{
    struct wide sum;
    wide_half carry = 0;

    for (unsigned i = 0; i < WIDE_LIMBS; i++) {
        carry += (wide_half)a->limbs[i] + b->limbs[i];
        sum.limbs[i] = (uint64_t)carry;
        carry >>= 64;
    }
    ENSURE(carry == 0);
    return sum;
}

/* a -= b, where b <= a. */
static void subtract(struct wide *a, const struct wide *b)
{
    uint64_t borrow = 0;

    for (unsigned i = 0; i < WIDE_LIMBS; i++) {
        uint64_t taken = a->limbs[i] - b->limbs[i];
        uint64_t left = taken - borrow;

        borrow = (uint64_t)(taken > a->limbs[i]) | (uint64_t)(left > taken);
        a->limbs[i] = left;
    }
    ENSURE(borrow == 0);
}

struct wide wide_multiply(const struct wide *a, const struct wide *b)
{
    struct wide product = {0};

    for (unsigned i = 0; i < WIDE_LIMBS; i++) {
        wide_half carry = 0;

        for (unsigned j = 0; j < WIDE_LIMBS && a->limbs[i] != 0; j++) {
            if (i + j >= WIDE_LIMBS) {
                ENSURE(b->limbs[j] == 0);
                continue;
            }
            carry += (wide_half)a->limbs[i] * b->limbs[j] + product.limbs[i + j];
            product.limbs[i + j] = (uint64_t)carry;
            carry >>= 64;
        }
        ENSURE(carry == 0);
    }
    return product;
}

struct wide wide_raise(const struct wide *value, unsigned limbs)
{
    struct wide raised = {0};

    for (unsigned i = 0; i < WIDE_LIMBS; i++) {
        if (i + limbs < WIDE_LIMBS) {
            raised.limbs[i + limbs] = value->limbs[i];
        } else {
            ENSURE(value->limbs[i] == 0);
        }
    }
    return raised;
}

/* value * 2 + bit; nothing falls off, since no remainder reaches half of the room. */
static void shift_in(struct wide *value, uint64_t bit)
{
    for (unsigned i = 0; i < WIDE_LIMBS; i++) {
        uint64_t top = value->limbs[i] >> 63;

        value->limbs[i] = value->limbs[i] << 1 | bit;
        bit = top;
    }
    ENSURE(bit == 0);
}

struct wide wide_divide(const struct wide *a, const struct wide *b)
{
    struct wide quotient = {0};
    struct wide rest = {0};
    const struct wide zero = {0};

    ENSURE(wide_compare(b, &zero) > 0);
    for (unsigned bit = 64 * WIDE_LIMBS; bit-- > 0;) {
        shift_in(&rest, a->limbs[bit / 64] >> (bit % 64) & 1);
        if (wide_compare(&rest, b) >= 0) {
            subtract(&rest, b);
            quotient.limbs[bit / 64] |= (uint64_t)1 << (bit % 64);
        }
    }
    return quotient;
}
