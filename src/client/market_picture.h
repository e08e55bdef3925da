/* SPDX-License-Identifier: Apache-2.0
 *
 * A market at one moment, as anybody sees it: the best levels, the last trades, the day's figures.
 * Decimal text stays text: it is shown, never reckoned with.
 */
#ifndef CLIENT_MARKET_PICTURE_H
#define CLIENT_MARKET_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/venue_client.h"

enum { PICTURE_ROWS_MAX = 50, PICTURE_TEXT_MAX = 40 };

struct picture_level {
    char price[PICTURE_TEXT_MAX];
    char quantity[PICTURE_TEXT_MAX];
};

struct picture_trade {
    char price[PICTURE_TEXT_MAX];
    char quantity[PICTURE_TEXT_MAX];
    int64_t time_ms;
    bool buyer_is_maker; /* the taker sold */
};

struct market_picture {
    struct picture_level bids[PICTURE_ROWS_MAX]; /* best first */
    struct picture_level asks[PICTURE_ROWS_MAX];
    struct picture_trade trades[PICTURE_ROWS_MAX]; /* newest first */
    size_t bid_count;
    size_t ask_count;
    size_t trade_count;
    char last[PICTURE_TEXT_MAX]; /* of the rolling 24 hours; empty before the first trade */
    char high[PICTURE_TEXT_MAX];
    char low[PICTURE_TEXT_MAX];
    char volume[PICTURE_TEXT_MAX];
};

/* Asks the venue for rows levels a side and rows trades. False: *refusal says why. */
bool market_picture_read(struct venue_client *client, const char *symbol, size_t rows,
                         struct market_picture *picture, struct venue_refusal *refusal);

#endif
