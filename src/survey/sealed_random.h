/* SPDX-License-Identifier: Apache-2.0
 *
 * Random numbers of a sandbox country, the same on every machine: splitmix64 (Steele, Lea, Flood
 * 2014), whole numbers underneath. The seed seals a country's truth: who knows it knows everything.
 */
#ifndef SURVEY_SEALED_RANDOM_H
#define SURVEY_SEALED_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct sealed_random {
    uint64_t state;
};

static inline uint64_t sealed_random_next(struct sealed_random *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* low .. high, both within reach; high >= low. */
static inline uint32_t sealed_random_whole(struct sealed_random *random, uint32_t low,
                                           uint32_t high)
{
    return low + (uint32_t)(sealed_random_next(random) % ((uint64_t)(high - low) + 1));
}

/* low <= x < high. */
static inline double sealed_random_between(struct sealed_random *random, double low, double high)
{
    double part = (double)(sealed_random_next(random) >> 11) / 9007199254740992.0;
    return low + (high - low) * part;
}

/* Mean 0, variance 1: the sum of twelve, so that no library's logarithm is in it. */
static inline double sealed_random_normal(struct sealed_random *random)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        sum += sealed_random_between(random, 0, 1);
    }
    return sum;
}

/* True with this probability. */
static inline bool sealed_random_chance(struct sealed_random *random, double probability)
{
    return sealed_random_between(random, 0, 1) < probability;
}

#endif
