/* SPDX-License-Identifier: Apache-2.0
 *
 * The network's hash rate from block headers.
 *
 * Why here: every share of a country is a part of this number, so it comes from evidence that costs
 * more to forge than to report: headers carry their work in themselves.
 * Invariants: headers are taken in one pass and in order; no sum is used before the last is checked.
 * Read next: mining_map.h.
 */
#include "survey/network_rate.h"

#include <math.h>
#include <stdbool.h>

#include "base/ensure.h"
#include "codec/csv_reader.h"
#include "codec/hex_text.h"
#include "platform/sha256.h"
#include "survey/hash_rate.h"
#include "survey/poisson_interval.h"
#include "survey/survey_number.h"

enum { MEDIAN_BLOCKS = 11, BITS_DIGITS = 8, HASH_SIZE = 32 };

static const char *const NETWORK_HEAD = "height,time,bits";

struct header_walk {
    uint64_t count;
    uint32_t times[MEDIAN_BLOCKS]; /* a ring: header i at i % MEDIAN_BLOCKS */
    uint32_t time_first;
    uint32_t time_last;
    double work; /* of all but the first */
    double work_squared;
    double work_last;
};

bool network_work_of_bits(uint32_t bits, double *work)
{
    uint32_t mantissa = bits & 0x7FFFFF;
    int shift = 8 * ((int)(bits >> 24) - 3);
    bool is_negative = (bits & 0x800000) != 0;
    if (is_negative || mantissa == 0) {
        return false;
    }
    /* target + 1 = (mantissa + 2^-shift) * 2^shift; for a negative shift the lowest bytes of the
     * mantissa are dropped first. */
    if (shift < 0) {
        mantissa >>= (uint32_t)-shift < 24 ? (uint32_t)-shift : 24;
        shift = 0;
    }
    if (mantissa == 0 || ilogb((double)mantissa) + shift >= 256) {
        return false;
    }
    *work = ldexp(1 / ((double)mantissa + ldexp(1, -shift)), 256 - shift);
    return true;
}

/* Later than the middle of the eleven before, or of as many as there are. */
static bool time_is_later(const struct header_walk *walk, uint32_t time)
{
    uint64_t seen = walk->count < MEDIAN_BLOCKS ? walk->count : MEDIAN_BLOCKS;
    uint64_t earlier = 0;
    for (uint64_t i = 0; i < seen; i++) {
        earlier += walk->times[i] < time;
    }
    return seen < MEDIAN_BLOCKS || earlier * 2 > seen;
}

static enum network_result walk_add(struct header_walk *walk, uint32_t time, uint32_t bits)
{
    double work = 0;
    if (!network_work_of_bits(bits, &work)) {
        return NETWORK_RESULT_BITS;
    }
    if (!time_is_later(walk, time)) {
        return NETWORK_RESULT_TIME;
    }
    if (walk->count == 0) {
        walk->time_first = time;
    } else {
        walk->work += work;
        walk->work_squared += work * work;
    }
    walk->time_last = time;
    walk->work_last = work;
    walk->times[walk->count % MEDIAN_BLOCKS] = time;
    walk->count++;
    return NETWORK_RESULT_OK;
}

static enum network_result walk_finish(const struct header_walk *walk, struct network_rate *rate)
{
    if (walk->count < NETWORK_BLOCKS_MIN) {
        return NETWORK_RESULT_FEW;
    }
    if (walk->time_last <= walk->time_first) {
        return NETWORK_RESULT_NO_TIME;
    }
    rate->blocks = walk->count - 1;
    rate->seconds = (double)(walk->time_last - walk->time_first);
    rate->work = walk->work;
    rate->effective = walk->work * walk->work / walk->work_squared;
    rate->difficulty_last = walk->work_last / HASH_RATE_PER_DIFFICULTY;
    rate->rate =
        network_rate_of_blocks(rate->effective, walk->work / rate->effective, rate->seconds);
    return NETWORK_RESULT_OK;
}

struct estimate network_rate_of_blocks(double blocks, double work_each, double seconds)
{
    ENSURE(blocks > 0 && seconds > 0);
    return estimate_scale(poisson_interval_of_time(blocks), work_each / seconds);
}

/* ------------------------------------------------------------------ CSV */

static bool bits_read(struct slice text, uint32_t *bits)
{
    *bits = 0;
    for (size_t i = 0; i < text.size; i++) {
        int digit = hex_digit_value(text.data[i]);
        if (digit < 0) {
            return false;
        }
        *bits = *bits << 4 | (uint32_t)digit;
    }
    return text.size == BITS_DIGITS;
}

static enum network_result row_add(struct header_walk *walk, const struct csv_row *row,
                                   uint64_t *height_next)
{
    uint64_t height = 0;
    uint64_t time = 0;
    uint32_t bits = 0;
    if (!survey_number_read_whole(row->fields[0], UINT32_MAX, &height) ||
        !survey_number_read_whole(row->fields[1], UINT32_MAX, &time) ||
        !bits_read(row->fields[2], &bits)) {
        return NETWORK_RESULT_NUMBER;
    }
    if (walk->count > 0 && height != *height_next) {
        return NETWORK_RESULT_HEIGHT;
    }
    *height_next = height + 1;
    return walk_add(walk, (uint32_t)time, bits);
}

static enum network_result csv_walk(struct slice file, struct header_walk *walk, uint64_t *place)
{
    struct csv_reader reader;
    struct csv_row row;
    uint64_t height_next = 0;
    enum csv_result read = csv_reader_begin(&reader, file, NETWORK_HEAD);
    enum network_result result = NETWORK_RESULT_OK;
    while (read == CSV_RESULT_OK && result == NETWORK_RESULT_OK) {
        read = csv_reader_next(&reader, &row);
        if (read == CSV_RESULT_OK) {
            result = row_add(walk, &row, &height_next);
        }
    }
    *place = reader.line;
    bool is_csv = read == CSV_RESULT_OK || read == CSV_RESULT_END;
    return is_csv ? result : NETWORK_RESULT_CSV;
}

/* ------------------------------------------------------------------ 80-byte headers */

static uint32_t word_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void header_hash(struct sha256 *sha, const uint8_t *header, struct hash256 *out)
{
    struct hash256 once;
    sha256_start(sha);
    sha256_add(sha, header, NETWORK_HEADER_SIZE);
    sha256_finish(sha, &once);
    sha256_start(sha);
    sha256_add(sha, &once, sizeof once);
    sha256_finish(sha, out);
}

/* The hash, a number of 256 bits with its lowest byte first, against mantissa * 256^(exponent-3). */
static bool hash_reaches(const struct hash256 *hash, uint32_t bits)
{
    uint8_t target[HASH_SIZE] = {0};
    const uint8_t *bytes = hash->bytes;
    int low = (int)(bits >> 24) - 3;
    for (int i = 0; i < 3; i++) {
        if (low + i >= 0 && low + i < HASH_SIZE) {
            target[low + i] = (uint8_t)(bits >> (8 * i));
        }
    }
    for (int i = HASH_SIZE - 1; i >= 0; i--) {
        if (bytes[i] != target[i]) {
            return bytes[i] < target[i];
        }
    }
    return true;
}

static enum network_result headers_walk(struct slice file, struct header_walk *walk,
                                        uint64_t *place)
{
    const uint8_t *bytes = (const uint8_t *)file.data;
    struct sha256 *sha = sha256_create();
    struct hash256 last = {0};
    struct hash256 hash;
    enum network_result result = NETWORK_RESULT_OK;
    for (size_t at = 0; at < file.size && result == NETWORK_RESULT_OK; at += NETWORK_HEADER_SIZE) {
        *place = at / NETWORK_HEADER_SIZE + 1;
        if (file.size - at < NETWORK_HEADER_SIZE) {
            result = NETWORK_RESULT_SIZE;
            break;
        }
        const uint8_t *header = bytes + at;
        uint32_t bits = word_at(header + 72);
        if (at > 0 && memcmp(header + 4, &last, sizeof last) != 0) {
            result = NETWORK_RESULT_CHAIN;
            break;
        }
        result = walk_add(walk, word_at(header + 68), bits);
        header_hash(sha, header, &hash);
        if (result == NETWORK_RESULT_OK && !hash_reaches(&hash, bits)) {
            result = NETWORK_RESULT_WORK;
        }
        last = hash;
    }
    sha256_destroy(sha);
    return result;
}

enum network_result network_rate_read(struct slice file, struct network_rate *rate, uint64_t *place)
{
    struct header_walk walk = {0};
    size_t head = strlen(NETWORK_HEAD);
    *place = 1;
    bool is_csv = file.size >= head && memcmp(file.data, NETWORK_HEAD, head) == 0;
    enum network_result result =
        is_csv ? csv_walk(file, &walk, place) : headers_walk(file, &walk, place);
    return result == NETWORK_RESULT_OK ? walk_finish(&walk, rate) : result;
}

const char *network_result_text(enum network_result result)
{
    switch (result) {
    case NETWORK_RESULT_OK: return "it is good";
    case NETWORK_RESULT_CSV: return "not the CSV that is expected";
    case NETWORK_RESULT_NUMBER: return "a height, time or bits that is no number of its kind";
    case NETWORK_RESULT_SIZE: return "a header is not whole: the file was cut";
    case NETWORK_RESULT_HEIGHT: return "the height does not follow the one before";
    case NETWORK_RESULT_CHAIN: return "the header does not follow the one before";
    case NETWORK_RESULT_BITS: return "bits that say no target";
    case NETWORK_RESULT_WORK: return "the header's hash is above its own target";
    case NETWORK_RESULT_TIME:
        return "a time that is not later than the middle of the eleven before";
    case NETWORK_RESULT_FEW: return "fewer than two headers";
    case NETWORK_RESULT_NO_TIME: return "the last header is not later than the first";
    }
    return "unknown";
}
