/* SPDX-License-Identifier: Apache-2.0
 *
 * Difficulties, targets and work. A file of its own because the readings rest on it: one rounding, one
 * direction, in one place. Targets round down (a harder target never counts for less than it was),
 * work rounds down. Read next: wide.c, share.c.
 */
#include "stratum/difficulty.h"

#include <stdio.h>

#include "base/ensure.h"

static const uint64_t powers_of_ten[DIFFICULTY_DECIMALS_MAX + 1] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
};

/* ---- text ---- */

/* What is read of a number before it is brought into bounds. */
struct digits {
    uint64_t mantissa;
    int count;    /* digits taken that count */
    int exponent; /* of ten, of the last digit taken */
};

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static void take_digit(struct digits *digits, char letter, bool is_fraction)
{
    if (digits->count < DIFFICULTY_DECIMALS_MAX) {
        digits->mantissa = digits->mantissa * 10 + (uint64_t)(letter - '0');
        digits->count += digits->mantissa != 0 ? 1 : 0;
        digits->exponent -= is_fraction ? 1 : 0;
    } else if (!is_fraction) {
        digits->exponent++;
    }
}

/* An exponent's digits; numbers that nobody means are cut at 9999. False: there is none. */
static bool read_exponent(struct slice text, size_t *at, int *exponent)
{
    bool is_negative = *at < text.size && text.data[*at] == '-';
    int value = 0;

    if (*at < text.size && (text.data[*at] == '-' || text.data[*at] == '+')) {
        (*at)++;
    }
    if (*at >= text.size) {
        return false;
    }
    for (; *at < text.size && is_digit(text.data[*at]); (*at)++) {
        value = value < 1000 ? value * 10 + (text.data[*at] - '0') : 9999;
    }
    *exponent = is_negative ? -value : value;
    return true;
}

static bool read_digits(struct slice text, struct digits *digits)
{
    size_t at = 0;
    int exponent = 0;

    *digits = (struct digits){0};
    if (text.size == 0 || text.size > 128 || !is_digit(text.data[0])) {
        return false;
    }
    for (; at < text.size && is_digit(text.data[at]); at++) {
        take_digit(digits, text.data[at], false);
    }
    if (at < text.size && text.data[at] == '.') {
        if (at + 1 >= text.size || !is_digit(text.data[at + 1])) {
            return false;
        }
        for (at++; at < text.size && is_digit(text.data[at]); at++) {
            take_digit(digits, text.data[at], true);
        }
    }
    if (at < text.size && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        if (!read_exponent(text, &at, &exponent)) {
            return false;
        }
    }
    digits->exponent += exponent;
    return at == text.size;
}

/* Without needless zeros. */
static struct difficulty normalised(uint64_t mantissa, uint32_t decimals)
{
    while (decimals > 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        decimals--;
    }
    return (struct difficulty){.mantissa = mantissa, .decimals = decimals};
}

bool difficulty_parse(struct slice text, struct difficulty *difficulty)
{
    struct digits digits;

    *difficulty = (struct difficulty){0};
    if (!read_digits(text, &digits) || digits.mantissa == 0) {
        return false;
    }
    while (digits.exponent < 0 && digits.mantissa % 10 == 0) {
        digits.mantissa /= 10;
        digits.exponent++;
    }
    for (; digits.exponent < -DIFFICULTY_DECIMALS_MAX && digits.mantissa != 0; digits.exponent++) {
        digits.mantissa /= 10;
    }
    for (; digits.exponent > 0 && digits.mantissa <= DIFFICULTY_MANTISSA_MAX / 10;
         digits.exponent--) {
        digits.mantissa *= 10;
    }
    if (digits.mantissa == 0 || digits.exponent > 0 || digits.exponent < -DIFFICULTY_DECIMALS_MAX) {
        return false;
    }
    *difficulty = normalised(digits.mantissa, (uint32_t)-digits.exponent);
    return true;
}

size_t difficulty_format(struct difficulty difficulty, char out[DIFFICULTY_TEXT_SIZE])
{
    ENSURE(difficulty.decimals <= DIFFICULTY_DECIMALS_MAX);
    uint64_t one = powers_of_ten[difficulty.decimals];
    int size =
        difficulty.decimals == 0
            ? snprintf(out, DIFFICULTY_TEXT_SIZE, "%llu", (unsigned long long)difficulty.mantissa)
            : snprintf(out, DIFFICULTY_TEXT_SIZE, "%llu.%0*llu",
                       (unsigned long long)(difficulty.mantissa / one), (int)difficulty.decimals,
                       (unsigned long long)(difficulty.mantissa % one));

    ENSURE(size > 0 && size < DIFFICULTY_TEXT_SIZE);
    return (size_t)size;
}

/* ---- arithmetic ---- */

int difficulty_compare(struct difficulty a, struct difficulty b)
{
    ENSURE(a.decimals <= DIFFICULTY_DECIMALS_MAX && b.decimals <= DIFFICULTY_DECIMALS_MAX);
    wide_half left = (wide_half)a.mantissa * powers_of_ten[b.decimals];
    wide_half right = (wide_half)b.mantissa * powers_of_ten[a.decimals];

    return (left > right) - (left < right);
}

struct difficulty difficulty_scale(struct difficulty difficulty, uint64_t numerator,
                                   uint64_t denominator)
{
    ENSURE(denominator != 0 && difficulty.mantissa <= DIFFICULTY_MANTISSA_MAX);
    wide_half mantissa = (wide_half)difficulty.mantissa * numerator;
    uint32_t decimals = difficulty.decimals;
    uint64_t step = 1;

    /* Digits behind the point, as many as there is room for, before the division takes some away. */
    while (decimals < DIFFICULTY_DECIMALS_MAX && mantissa / denominator < 1000) {
        if (mantissa > ~(wide_half)0 / 10) {
            break;
        }
        mantissa *= 10;
        decimals++;
    }
    mantissa /= denominator;
    if (mantissa > DIFFICULTY_MANTISSA_MAX) {
        mantissa = DIFFICULTY_MANTISSA_MAX;
    }
    while (mantissa / step >= 1000) {
        step *= 10;
    }
    mantissa -= mantissa % step;
    return normalised(mantissa == 0 ? 1 : (uint64_t)mantissa, decimals);
}

struct target target_of_difficulty(struct difficulty difficulty)
{
    ENSURE(difficulty.mantissa != 0 && difficulty.decimals <= DIFFICULTY_DECIMALS_MAX);
    /* 65535 * 2^208 * 10^decimals / mantissa: 284 bits at the most. */
    struct wide one = wide_of((wide_half)65535 << 16);
    struct wide scale = wide_of(powers_of_ten[difficulty.decimals]);
    struct wide mantissa = wide_of(difficulty.mantissa);
    struct wide raised = wide_raise(&one, 3);
    struct wide product = wide_multiply(&raised, &scale);
    struct wide value = wide_divide(&product, &mantissa);
    struct target target;

    for (unsigned i = 0; i < 4; i++) {
        bool is_over = value.limbs[4] != 0 || value.limbs[5] != 0;

        target.limbs[i] = is_over ? UINT64_MAX : value.limbs[i];
    }
    return target;
}

bool target_of_bits(uint32_t bits, struct target *target)
{
    uint32_t size = bits >> 24;
    uint64_t mantissa = bits & 0x7fffffu;

    *target = (struct target){0};
    if ((bits & 0x800000u) != 0 || mantissa == 0) {
        return false;
    }
    if (size <= 3) {
        target->limbs[0] = mantissa >> (8 * (3 - size));
        return target->limbs[0] != 0;
    }
    for (uint32_t i = 0; i < 3; i++) {
        uint64_t byte = mantissa >> (8 * i) & 0xff;
        uint32_t place = size - 3 + i;

        if (place >= 32 && byte != 0) {
            return false;
        }
        if (place < 32) {
            target->limbs[place / 8] |= byte << (8 * (place % 8));
        }
    }
    return true;
}

static uint64_t limb_of(const uint8_t *bytes)
{
    uint64_t limb = 0;

    for (unsigned i = 8; i-- > 0;) {
        limb = limb << 8 | bytes[i];
    }
    return limb;
}

bool target_is_met(const struct target *target, const struct hash256 *hash)
{
    for (unsigned i = 4; i-- > 0;) {
        uint64_t limb = limb_of(hash->bytes + (size_t)8 * i);

        if (limb != target->limbs[i]) {
            return limb < target->limbs[i];
        }
    }
    return true;
}

wide_half target_work(const struct target *target)
{
    const struct wide one = wide_of(1);
    struct wide whole = {.limbs = {0, 0, 0, 0, 1}};
    struct wide value = {0};

    ENSURE(target->limbs[2] != 0 || target->limbs[3] != 0);
    for (unsigned i = 0; i < 4; i++) {
        value.limbs[i] = target->limbs[i];
    }
    struct wide next = wide_add(&value, &one);
    struct wide work = wide_divide(&whole, &next);

    return wide_to_half(&work);
}
