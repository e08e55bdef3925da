/* SPDX-License-Identifier: Apache-2.0
 *
 * The hash rate of the whole network, from the headers of its blocks: N blocks of known expected
 * work in the time between the first and the last. The number was fixed and the time was left to
 * chance, so the interval is the gamma distribution's of shape N (poisson_interval_of_time): a
 * relative standard error of 1 / sqrt(N), 8.3 % for a day's 144 blocks.
 *
 * What is not in the interval: times in headers are the miners' word, and may be some two hours off;
 * over a month that is 0.3 % at most.
 *
 * Sources of headers: 80-byte headers as Bitcoin sends and stores them, one behind the other
 * (developer reference, "block headers"), whose chain and work are checked; or CSV
 * `height,time,bits` (Unix seconds; bits as 8 hexadecimal digits), which is somebody's word.
 */
#ifndef SURVEY_NETWORK_RATE_H
#define SURVEY_NETWORK_RATE_H

#include <stdint.h>

#include "codec/slice.h"
#include "survey/estimate.h"

enum { NETWORK_HEADER_SIZE = 80, NETWORK_BLOCKS_MIN = 2 };

enum network_result {
    NETWORK_RESULT_OK = 1,
    NETWORK_RESULT_CSV,    /* not the CSV that is expected: the reader's own words say more */
    NETWORK_RESULT_NUMBER, /* height, time or bits is no number of its kind */
    NETWORK_RESULT_SIZE,   /* no whole number of headers: the file was cut */
    NETWORK_RESULT_HEIGHT, /* not the height behind the one before */
    NETWORK_RESULT_CHAIN,  /* a header does not follow the one before */
    NETWORK_RESULT_BITS,   /* bits that say no target */
    NETWORK_RESULT_WORK,   /* the header's hash is above its own target */
    NETWORK_RESULT_TIME, /* not later than the middle of the eleven before: no node would take it */
    NETWORK_RESULT_FEW,  /* fewer than NETWORK_BLOCKS_MIN */
    NETWORK_RESULT_NO_TIME /* the last is not later than the first */
};

struct network_rate {
    uint64_t blocks;  /* that were found within `seconds`: one fewer than headers */
    double seconds;   /* between the first and the last */
    double work;      /* expected hashes of those blocks */
    double effective; /* (sum w)^2 / sum w^2 of them */
    double difficulty_last;
    struct estimate rate; /* hashes per second */
};

/* Expected hashes of a block of these bits, 2^256 / (target + 1). False: negative, zero, or above
 * 256 bits. */
bool network_work_of_bits(uint32_t bits, double *work);

/* Reads the whole file in either form: it is CSV when it begins with "height,time,bits". On a fault
 * *place is the line, or the number of the header counted from 1. */
enum network_result network_rate_read(struct slice file, struct network_rate *rate,
                                      uint64_t *place);

/* What N blocks of one difficulty in so many seconds say. blocks, seconds > 0. */
struct estimate network_rate_of_blocks(double blocks, double work_each, double seconds);

const char *network_result_text(enum network_result result);

#endif
