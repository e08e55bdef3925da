/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two files of the naive book share.
 */
#ifndef SUPPORT_MODEL_BOOK_INSIDE_H
#define SUPPORT_MODEL_BOOK_INSIDE_H

#include "support/model_book.h"

/* Numbers of enum match_end, which the model may not include. */
enum model_end {
    MODEL_END_FILLED = 1,
    MODEL_END_REST = 2,
    MODEL_END_IOC = 3,
    MODEL_END_SELF_TRADE = 4,
    MODEL_END_FILLS_MAX = 5,
    MODEL_END_BAND = 6,
    MODEL_END_FUNDS = 7,
    MODEL_END_REFUSED = 8,
};

bool model_is_stop(uint8_t type);
bool model_waits_for_rise(const struct order_terms *terms);
bool model_meets(uint8_t taker_side, int64_t limit, int64_t price);
bool model_is_within(int64_t price, int64_t reference, uint32_t ppm);
uint8_t model_other_side(uint8_t side);
int64_t model_smaller(int64_t a, int64_t b);
int64_t model_notional(const struct model_book *book, int64_t price, int64_t quantity);

/* The order of this side served first; without: leave that number out. */
struct model_order *model_first_of(const struct model_book *book, uint8_t side, uint64_t without);

/* Takes an order out of the heap. */
void model_forget(struct model_book *book, uint64_t number);

/* Takes quantity off an order on the book: shown first; a used-up part is followed by a new one,
 * which (if at_the_back) queues behind the others. */
void model_reduce(struct model_book *book, struct model_order *order, int64_t quantity,
                  bool at_the_back);

/* A trade printed: stop orders hear of it. */
void model_hear(struct model_book *book, int64_t price);

/* An order that stands nowhere yet. */
struct model_order model_order_from(const struct model_book *book, uint32_t participant,
                                    const struct order_terms *terms, uint64_t without);

/* What it would take at this price. */
int64_t model_appetite(const struct model_book *book, const struct model_order *taker,
                       int64_t price);

/* Matches until it cannot go on; the taker is not in the heap. */
enum model_end model_match(struct model_book *book, struct model_order *taker);

/* Can it be filled whole, never meeting an order of its own that matters? */
bool model_fills_whole(const struct model_book *book, const struct model_order *order,
                       uint64_t without);

/* It works: it is matched and rests or ends. */
void model_take(struct model_book *book, struct model_order *order);

/* A copy to try things on, and its end. */
struct model_book *model_copy_of(const struct model_book *book, uint64_t without);
void model_copy_end(struct model_book *copy);

#endif
