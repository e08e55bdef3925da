/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums per account, out of the records of a log and of nothing else: the running meter and a meter that comes back after a
 * crash count with the same function.
 */
#ifndef STRATUM_TALLY_H
#define STRATUM_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stratum/share_log.h"
#include "stratum/wide.h"

enum { TALLY_WORKERS_MAX = 1 << 20 };

/* An account is a worker's name up to its first point: "almaty" of "almaty.rig-7". */
struct tally {
    char account[STRATUM_WORKER_MAX + 1];
    uint64_t accepted;
    uint64_t rejected;
    uint64_t stale;
    uint64_t refused;
    wide_half work;      /* expected hashes of the accepted shares */
    struct wide squares; /* sum of their squares */
};

struct tally_book;

struct tally_book *tally_book_create(void);
void tally_book_destroy(struct tally_book *book);

/* For log_reading.visit, and for each record of a synced batch. Records of workers that were not introduced are
 * ENSUREd away by `false`. */
bool tally_book_take(struct tally_book *book, const struct log_record *record);

/* Begin of the interval, and its end: of the END record, else the time of the last record; always later
 * than the begin. */
int64_t tally_book_begin_us(const struct tally_book *book);
int64_t tally_book_end_us(const struct tally_book *book);
/* Did an END record close it? */
bool tally_book_is_closed(const struct tally_book *book);

/* Accounts in the order of their names; valid until the next take. */
const struct tally *tally_book_sort(struct tally_book *book, size_t *count);

/* (sum of work)^2 / (sum of squares) * 1000, rounded down: 1000 times the shares when all weigh the same. */
uint64_t tally_effective_milli(const struct tally *tally);

#endif
