/* SPDX-License-Identifier: Apache-2.0
 *
 * The order book as a child would keep it: one heap of orders, searched from end to end for whatever
 * is wanted next. It shares no code with src/: a mistake there does not stand here as well.
 *
 * One instrument. Whoever drives it first asks model_book_expect whether an order would be taken.
 */
#ifndef SUPPORT_MODEL_BOOK_H
#define SUPPORT_MODEL_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/book_log.h"
#include "tarazy/command.h"
#include "tarazy/result.h"

#define MODEL_ORDERS_MAX 1024u

struct model_rules {
    int64_t tick;
    int64_t lot;
    int64_t scale; /* 10^base_scale */
    int64_t price_min;
    int64_t price_max;
    int64_t market_max; /* base units one market order may trade */
    int64_t quantity_min;
    uint32_t slippage_ppm;
    uint32_t static_ppm;
    uint32_t dynamic_ppm;
};

enum model_place {
    MODEL_PLACE_BOOK = 1,
    MODEL_PLACE_STOP = 2,
    MODEL_PLACE_TRAIL = 3,
    MODEL_PLACE_TAKING = 4,
};

struct model_order {
    struct order_terms terms;
    uint64_t number;
    uint64_t arrival; /* at its place: smaller is served first */
    int64_t quantity; /* the whole */
    int64_t left;
    int64_t shown;
    int64_t limit;      /* the worst price, for market kinds, too */
    int64_t quote;      /* executed */
    int64_t quote_left; /* by quote */
    int64_t base_left;
    int64_t extreme; /* trailing; 0 = does not follow yet */
    uint32_t participant;
    uint32_t place; /* enum model_place */
    bool by_quote;
    bool set_off;
    bool announce;
};

struct model_book {
    struct model_rules rules;
    struct model_order orders[MODEL_ORDERS_MAX];
    uint32_t count;
    uint8_t session;
    bool banded; /* the last match met a band */
    uint64_t arrivals;
    uint64_t trades;
    int64_t last;
    int64_t high;
    int64_t low;
    int64_t reference;
    struct book_log *log;
};

struct model_level {
    int64_t price;
    int64_t quantity;
    uint32_t orders;
};

struct model_auction {
    int64_t price;
    int64_t quantity;
    int64_t surplus;
};

/* Continuous trading, nothing in the book. log: where it writes. */
void model_book_start(struct model_book *book, const struct model_rules *rules, int64_t reference,
                      struct book_log *log);

/* What depends on the state of the book: RESULT_OK, WOULD_MATCH, WOULD_TRIGGER, FOK_NOT_FILLED,
 * NO_LIQUIDITY, or LOT_SIZE for an amount that buys too little. The terms are otherwise right.
 * without: number of an order that is cancelled first; 0 = none. */
enum result model_book_expect(const struct model_book *book, uint32_t participant,
                              const struct order_terms *terms, uint64_t without);

/* What a MARKET order would give now: quote units (buy) or base units (sell by quote). */
int64_t model_book_cost(const struct model_book *book, uint32_t participant,
                        const struct order_terms *terms, uint64_t without);

/* Places an order: waits, or is matched and rests or ends. If it meets a band, the session becomes
 * AUCTION. */
void model_book_place(struct model_book *book, uint32_t participant,
                      const struct order_terms *terms, uint64_t number);

/* Takes the stop orders that are set off, at most so many; true: there may be more. */
bool model_book_run_stops(struct model_book *book, uint32_t most);

void model_book_cancel(struct model_book *book, uint64_t number);

/* Less of it, place kept. */
void model_book_amend(struct model_book *book, uint64_t number, int64_t quantity);

/* By trying every price. price 0: nothing crosses. */
struct model_auction model_book_auction(const struct model_book *book);

/* Carries the auction out (at most `most` fills); true: done, and the session is CONTINUOUS.
 * False at once when its price lies outside the static band. */
bool model_book_uncross(struct model_book *book, uint32_t most);

/* Fills at most max levels, best first; returns how many. */
size_t model_book_depth(const struct model_book *book, uint8_t side, struct model_level *out,
                        size_t max);

/* NULL if there is none of this number. */
struct model_order *model_book_find(const struct model_book *book, uint64_t number);

#endif
