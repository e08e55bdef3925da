/* SPDX-License-Identifier: Apache-2.0
 *
 * Difficulty as an exact decimal, and the 256-bit targets that it stands for. Nothing is ever a double:
 * what was assigned and what is counted are the same number.
 *
 * Difficulty 1 is the target 65535 * 2^208 (Bitcoin's "pool difficulty" and its block difficulty 1);
 * difficulty d is floor(65535 * 2^208 / d), at most 2^256 - 1.
 */
#ifndef STRATUM_DIFFICULTY_H
#define STRATUM_DIFFICULTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"
#include "stratum/wide.h"
#include "tarazy/ids.h"

enum {
    DIFFICULTY_DECIMALS_MAX = 18,
    DIFFICULTY_TEXT_SIZE = 48, /* the longest text with its terminating zero */
};
#define DIFFICULTY_MANTISSA_MAX ((uint64_t)1000000000000000000)

/* mantissa / 10^decimals without needless zeros; mantissa 0: not set. */
struct difficulty {
    uint64_t mantissa; /* at most DIFFICULTY_MANTISSA_MAX */
    uint32_t decimals;
    uint32_t reserved;
};

/* Reads a JSON number: positive, from 10^-18 to 10^18; digits behind the 18th that counts are cut off,
 * so that a share is rather sent on than kept back. False: not such a number. */
bool difficulty_parse(struct slice text, struct difficulty *difficulty);

/* Writes the decimal, terminated; returns its length. It parses back to the same difficulty. */
size_t difficulty_format(struct difficulty difficulty, char out[DIFFICULTY_TEXT_SIZE]);

/* -1, 0, 1. */
int difficulty_compare(struct difficulty a, struct difficulty b);

/* difficulty * numerator / denominator, rounded down to three digits that count; within the bounds of
 * difficulty_parse. denominator is not 0. */
struct difficulty difficulty_scale(struct difficulty difficulty, uint64_t numerator,
                                   uint64_t denominator);

struct target {
    uint64_t limbs[4]; /* least significant first */
};

/* Of a difficulty that is set (ENSURE). */
struct target target_of_difficulty(struct difficulty difficulty);

/* From a block header's bits (compact form). False: negative, zero, or more than 256 bits. */
bool target_of_bits(uint32_t bits, struct target *target);

/* Does a block hash (as SHA-256 gives it: a little-endian number) lie at or below the target? */
bool target_is_met(const struct target *target, const struct hash256 *hash);

/* Hashes expected until the target is met: floor(2^256 / (target + 1)). The target is at least 2^128
 * (ENSURE), as that of every difficulty is. */
wide_half target_work(const struct target *target);

#endif
