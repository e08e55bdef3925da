/* SPDX-License-Identifier: Apache-2.0
 *
 * What a book did, as a list of plain lines: written by the naive book and by whoever drives the real
 * one, and compared line by line.
 */
#ifndef SUPPORT_BOOK_LOG_H
#define SUPPORT_BOOK_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum book_act {
    BOOK_ACT_FILL = 1,    /* maker, taker, price, quantity, quote, trade */
    BOOK_ACT_PREVENT = 2, /* maker, taker, price, quantity, flags: who expires */
    BOOK_ACT_END = 3,     /* taker: the match ended so (flags: enum match_end's number) */
    BOOK_ACT_SET_OFF = 4, /* taker: a stop order was set off */
    BOOK_ACT_FOLLOW = 5,  /* taker: a trailing order began to follow the price */
};

#define BOOK_MAKER_EXPIRES 1u
#define BOOK_TAKER_EXPIRES 2u

struct book_line {
    uint64_t maker;
    uint64_t taker;
    int64_t price;
    int64_t quantity;
    int64_t quote;
    uint64_t trade;
    uint32_t act;
    uint32_t flags;
};

#define BOOK_LINES_MAX 65536u

struct book_log {
    uint32_t count;
    struct book_line lines[BOOK_LINES_MAX];
};

static inline void book_log_add(struct book_log *log, struct book_line line)
{
    if (log->count < BOOK_LINES_MAX) {
        log->lines[log->count++] = line;
    }
}

/* The first line in which they differ, or −1. */
static inline int64_t book_log_difference(const struct book_log *a, const struct book_log *b)
{
    uint32_t common = a->count < b->count ? a->count : b->count;

    for (uint32_t i = 0; i < common; i++) {
        if (memcmp(&a->lines[i], &b->lines[i], sizeof a->lines[i]) != 0) {
            return i;
        }
    }
    return a->count == b->count ? -1 : (int64_t)common;
}

#endif
