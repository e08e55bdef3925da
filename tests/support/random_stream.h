/* SPDX-License-Identifier: Apache-2.0
 *
 * Random numbers for tests, the same on every machine: splitmix64 (Steele, Lea, Flood 2014). A test
 * names its seed, so that what failed once fails again.
 */
#ifndef SUPPORT_RANDOM_STREAM_H
#define SUPPORT_RANDOM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct random_stream {
    uint64_t state;
};

static inline uint64_t random_next(struct random_stream *stream)
{
    uint64_t z = (stream->state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 .. bound − 1; bound > 0. The tiny unevenness does not matter to a test. */
static inline uint64_t random_below(struct random_stream *stream, uint64_t bound)
{
    return random_next(stream) % bound;
}

/* True once in `times`. */
static inline bool random_once_in(struct random_stream *stream, uint64_t times)
{
    return random_below(stream, times) == 0;
}

/* A number with a random number of bits: small ones and edges as often as large ones. */
static inline uint64_t random_skewed(struct random_stream *stream, unsigned bits_max)
{
    unsigned bits = (unsigned)random_below(stream, (uint64_t)bits_max + 1);
    uint64_t value = bits == 0 ? 0 : random_next(stream) >> (64 - bits);

    switch (random_below(stream, 8)) {
    case 0: return bits == 0 ? 0 : (uint64_t)1 << (bits - 1);
    case 1: return bits == 0 ? 0 : ~(uint64_t)0 >> (64 - bits);
    default: return value;
    }
}

static inline void random_bytes(struct random_stream *stream, void *bytes, size_t size)
{
    uint8_t *at = bytes;

    for (size_t done = 0; done < size; done++) {
        at[done] = (uint8_t)random_next(stream);
    }
}

#endif
