/* SPDX-License-Identifier: Apache-2.0
 *
 * Unsigned whole numbers of 384 bits: what exact arithmetic on targets and sums of squares needs, and
 * no more. Nothing here is fast; it runs once per job or difficulty, never per share.
 */
#ifndef STRATUM_WIDE_H
#define STRATUM_WIDE_H

#include <stdint.h>

enum { WIDE_LIMBS = 6 };

struct wide {
    uint64_t limbs[WIDE_LIMBS]; /* least significant first */
};

/* Hashes expected, and products of two 64-bit numbers. */
__extension__ typedef unsigned __int128 wide_half;

struct wide wide_of(wide_half value);

/* The low 128 bits; ENSUREs that there is nothing above. */
wide_half wide_to_half(const struct wide *value);

int wide_compare(const struct wide *a, const struct wide *b);

/* a + b and a * b; ENSURE that they fit. */
struct wide wide_add(const struct wide *a, const struct wide *b);
struct wide wide_multiply(const struct wide *a, const struct wide *b);

/* value * 2^(64 * limbs); ENSUREs that it fits. */
struct wide wide_raise(const struct wide *value, unsigned limbs);

/* a / b rounded down; b is not 0 (ENSURE). */
struct wide wide_divide(const struct wide *a, const struct wide *b);

#endif
