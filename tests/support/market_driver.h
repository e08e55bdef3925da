/* SPDX-License-Identifier: Apache-2.0
 *
 * Drives a market as the engine does, but without money: checks, opens, matches, closes, and writes
 * down what happened. Keeps the public's picture of the book from the published levels alone.
 */
#ifndef SUPPORT_MARKET_DRIVER_H
#define SUPPORT_MARKET_DRIVER_H

#include "market/market.h"
#include "support/book_log.h"
#include "support/model_book.h"

#define DRIVER_LEVELS_MAX 1024u

struct driver_side {
    struct model_level levels[DRIVER_LEVELS_MAX]; /* best first */
    size_t count;
};

struct market_driver {
    uint8_t *block;
    size_t size;
    struct market *market;
    struct book_log *log;
    struct driver_side sides[SIDE_SELL + 1]; /* of instrument 1 */
    uint64_t updates;                        /* last one published, of instrument 1 */
    uint64_t number;                         /* last order's */
    int64_t now_us;
    int64_t funds;     /* what the order being matched was funded with; −1 = not looked at */
    uint8_t end;       /* enum match_end of the last match */
    uint8_t banded;    /* it met a band: the session is AUCTION now */
    const char *wrong; /* the first contradiction seen */
};

/* limits NULL: small ones. log: where it writes. */
void driver_start(struct market_driver *driver, const struct limits *limits, struct book_log *log);
void driver_stop(struct market_driver *driver);

/* The same state at another address. */
void driver_move(struct market_driver *driver);

/* An instrument that takes nearly everything: tick 1, lot 1, scale 0, prices 1 .. 10^6. */
struct instrument_terms driver_terms(const char *symbol);
/* A limit order of participant's, good till cancelled. */
struct order_terms driver_limit(uint8_t side, int64_t price, int64_t quantity);

struct placement driver_placement(const struct market_driver *driver, uint32_t participant);

/* RESULT_OK: it was opened as number driver->number and matched. */
enum result driver_place(struct market_driver *driver, uint32_t participant,
                         const struct order_terms *terms);
/* Cancels `number` and places another in its stead; both or neither. */
enum result driver_replace(struct market_driver *driver, uint64_t number, uint32_t participant,
                           const struct order_terms *terms);
/* The same without any check. Returns the slot, 0 if it is gone already. */
uint32_t driver_open(struct market_driver *driver, const struct placement *placement,
                     const struct order_terms *terms, uint32_t list);
void driver_take(struct market_driver *driver, uint32_t slot);
void driver_close(struct market_driver *driver, uint32_t slot);
void driver_cancel(struct market_driver *driver, uint64_t number);
enum result driver_amend(struct market_driver *driver, uint64_t number, int64_t quantity);

/* Takes stop orders that are set off, at most so many; true: there may be more. */
bool driver_run_stops(struct market_driver *driver, uint16_t instrument, uint32_t most);

/* Carries out an auction that is due; true: it is done. */
bool driver_uncross(struct market_driver *driver, uint16_t instrument);

#endif
