/* SPDX-License-Identifier: Apache-2.0
 *
 * Which session an instrument is in, and until when. A room of its own because the engine, auctions
 * and bands all change it, and the deadlines must follow.
 *
 * Invariants: an auction has a deadline exactly when until_us is set; an auction is under way
 * (uncross) only in session AUCTION; continuous trading begins with an uncrossed book.
 */
#include "market/trading_session.h"

#include "base/time.h"
#include "market/book.h"

/* An auction that is due now, whatever now is. */
#define DUE_AT_ONCE 1

static void enter(struct market *market, struct instrument *instrument, enum session session,
                  int64_t until_us)
{
    instrument->session = (uint8_t)session;
    instrument->until_us = until_us;
    instrument->uncross = (struct uncross){0};
    if (session == SESSION_AUCTION && until_us != 0) {
        timers_set(&market->auctions, instrument->number, until_us, instrument->number);
    } else {
        timers_clear(&market->auctions, instrument->number);
    }
}

static bool is_crossed(const struct market *market, const struct instrument *instrument)
{
    uint32_t bid = instrument->ladders[LADDER_KIND_BIDS].best;

    return bid != 0 &&
           book_crosses(market, instrument, SIDE_BUY, market_level_at(market, bid)->price, 0);
}

void session_extend_auction(struct market *market, struct instrument *instrument, int64_t now_us)
{
    enter(market, instrument, SESSION_AUCTION, time_after_ms(now_us, instrument->terms.auction_ms));
}

void session_end_auction(struct market *market, struct instrument *instrument, struct price price)
{
    if (is_crossed(market, instrument)) {
        /* Somebody cancelled meanwhile: another price is found at once. */
        enter(market, instrument, SESSION_AUCTION, instrument->until_us);
        return;
    }
    if (raw_of_price(price) != 0) {
        instrument->reference = price;
    }
    enter(market, instrument, SESSION_CONTINUOUS, 0);
}

enum result market_session_check(const struct market *market, uint16_t number, enum session session)
{
    if (number < 1 || number > market->instrument_count) {
        return RESULT_UNKNOWN_INSTRUMENT;
    }
    const struct instrument *instrument = market_instrument_at(market, number);
    bool known = session >= SESSION_CLOSED && session <= SESSION_CANCEL_ONLY;
    bool same = instrument->session == (uint8_t)session;

    /* An auction may be given a new end, but not while it is being carried out. */
    if (!known || (same && session != SESSION_AUCTION) ||
        (same && raw_of_price(instrument->uncross.price) != 0)) {
        return RESULT_SESSION_INVALID;
    }
    return RESULT_OK;
}

void market_session_set(struct market *market, uint16_t number, enum session session,
                        int64_t until_us)
{
    struct instrument *instrument = market_instrument_at(market, number);
    bool collected =
        instrument->session == SESSION_PRE_OPEN || instrument->session == SESSION_AUCTION;

    ENSURE(market_session_check(market, number, session) == RESULT_OK);
    if (session == SESSION_CONTINUOUS && (collected || is_crossed(market, instrument))) {
        enter(market, instrument, SESSION_AUCTION, until_us > 0 ? until_us : DUE_AT_ONCE);
        return;
    }
    enter(market, instrument, session, session == SESSION_AUCTION ? until_us : 0);
}
