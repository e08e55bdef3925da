/* SPDX-License-Identifier: Apache-2.0
 *
 * Trades, and the sessions and levels around them. A file of its own because here prices meet rules: the
 * tick, both orders' limits, both bands, one price for an auction, fees by the published tier. Each trade
 * announces the postings that must follow it.
 *
 * Invariants: reference and last price are the inspector's own; a trade changes both orders or is a
 * complaint.
 *
 * Next: inspect_books.c for the postings.
 */
#include "base/time.h"
#include "inspector/inspector_state.h"

#define PPM 1000000

struct inspector_listing *inspector_listing(struct inspector *inspector, uint16_t instrument)
{
    return instrument >= 1 && instrument <= inspector->instruments_count
               ? &inspector->listings[instrument]
               : NULL;
}

static bool is_within(int64_t price, int64_t reference, uint32_t ppm)
{
    int128 distance = (int128)price - reference;

    return ppm == 0 || (distance < 0 ? -distance : distance) * PPM <= (int128)reference * ppm;
}

/* Price, quantity, quote: do they fit each other, the instrument and its session? */
static void check_print(struct inspector *inspector, const struct inspector_listing *listing,
                        const struct event_trade *event)
{
    int64_t price = price_units(event->price);
    int64_t quantity = quantity_units(event->quantity);
    bool auction = (event->flags & TRADE_FLAG_AUCTION) != 0;

    if (price <= 0 || quantity <= 0 || quantity % quantity_units(listing->terms.lot) != 0 ||
        (int128)price * quantity != amount_units(event->quote) * listing->unit) {
        inspector_complain(inspector, INSPECTOR_RULE_TRADE, event->trade,
                           "price, quantity and quote do not fit each other");
        return;
    }
    /* an auction that takes several commands keeps its price, whatever becomes of the bands */
    bool goes_on = auction && listing->auction_price != 0;
    uint32_t band = goes_on ? 0 : listing->terms.band_static_ppm;
    if (price % price_units(listing->terms.tick) != 0 ||
        !is_within(price, listing->reference, band)) {
        inspector_complain(inspector, INSPECTOR_RULE_BAND, event->trade,
                           "a trade off the tick or outside the static band");
    }
    if (listing->session != (auction ? SESSION_AUCTION : SESSION_CONTINUOUS)) {
        inspector_complain(inspector, INSPECTOR_RULE_BAND, event->trade,
                           "a trade that its session does not know");
    }
    if (auction ? goes_on && listing->auction_price != price
                : !is_within(price, listing->anchor, listing->terms.band_dynamic_ppm)) {
        inspector_complain(
            inspector, INSPECTOR_RULE_BAND, event->trade,
            "a trade outside the dynamic band, or at another price than its auction");
    }
}

/* The dynamic band counts from before the taker's first trade. */
static void note_taker(struct inspector_listing *listing, const struct event_trade *event)
{
    if (listing->number != event->header.number) {
        listing->number = event->header.number;
        listing->taker = 0;
    }
    if (listing->taker != event->taker_order) {
        listing->taker = event->taker_order;
        listing->anchor = listing->last;
    }
}

/* One order's side of a trade. */
struct side_of_trade {
    uint64_t number;
    uint32_t participant;
    int64_t left;
    uint8_t side;
};

static bool is_by_quote(const struct inspector_order *order)
{
    return (order->terms.flags & ORDER_FLAG_BY_QUOTE) != 0;
}

static void trade_order(struct inspector *inspector, const struct event_trade *event,
                        const struct side_of_trade *told)
{
    struct inspector_order *order = inspector_order(inspector, told->number);
    int64_t price = price_units(event->price);
    int64_t quantity = quantity_units(event->quantity);

    if (order == NULL || order->participant != told->participant ||
        order->terms.side != told->side || order->terms.instrument != event->instrument) {
        inspector_complain(inspector, INSPECTOR_RULE_TRADE, told->number,
                           "a trade of an order that is not open, or of somebody else");
        return;
    }
    if (order->pending || order->waiting ||
        (told->side == SIDE_BUY ? price > order->limit : price < order->limit)) {
        inspector_complain(inspector, INSPECTOR_RULE_LIMIT_PRICE, told->number,
                           "an order trades worse than its limit or before its time");
    }
    inspector_count_hold(inspector, order, -1);
    order->executed += quantity;
    order->quote += amount_units(event->quote);
    order->left -= is_by_quote(order) ? 0 : quantity;
    if (order->left < 0 || order->left != told->left) {
        inspector_complain(inspector, INSPECTOR_RULE_TRADE, told->number,
                           "another quantity is left than was traded");
    }
    inspector_count_hold(inspector, order, 1);
}

/* gross × ppm / 10^6 rounded up: what is charged. */
static int128 fee_up(int128 gross, uint32_t ppm)
{
    return (gross * ppm + (PPM - 1)) / PPM;
}

/* What one side pays on what it receives: the fee account gets it rounded down, the rounding account the
 * rest. */
static void expect_fee(struct inspector *inspector, const struct inspector_due *received,
                       uint32_t ppm, uint16_t reason)
{
    struct inspector_due due = *received;
    int128 earned = received->amount * ppm / PPM;

    due.debit = received->credit;
    due.credit = TARAZY_OWNER_FEES;
    due.amount = earned;
    due.reason = reason;
    inspector_expect_posting(inspector, &due);
    due.credit = TARAZY_OWNER_ROUNDING;
    due.amount = fee_up(received->amount, ppm) - earned;
    due.reason = POSTING_REASON_ROUNDING;
    inspector_expect_posting(inspector, &due);
}

/* Base to the buyer, quote to the seller; then each pays its fee in what it received. */
static void expect_postings(struct inspector *inspector, const struct inspector_listing *listing,
                            const struct event_trade *event)
{
    bool taker_buys = event->taker_side == SIDE_BUY;
    uint32_t buyer = taker_buys ? event->taker : event->maker;
    uint32_t seller = taker_buys ? event->maker : event->taker;
    const struct inspector_tier *maker = &inspector->tiers[inspector->people[event->maker].tier];
    const struct inspector_tier *taker = &inspector->tiers[inspector->people[event->taker].tier];
    struct inspector_due base = {
        .amount = quantity_units(event->quantity),
        .debit = seller,
        .credit = buyer,
        .reference = event->trade,
        .asset = listing->terms.base,
        .reason = POSTING_REASON_TRADE_BASE,
        .instrument = event->instrument,
    };
    struct inspector_due quote = base;

    quote.amount = amount_units(event->quote);
    quote.debit = buyer;
    quote.credit = seller;
    quote.asset = listing->terms.quote;
    quote.reason = POSTING_REASON_TRADE_QUOTE;
    const struct inspector_due *to_taker = taker_buys ? &base : &quote;
    const struct inspector_due *to_maker = taker_buys ? &quote : &base;
    if (amount_units(event->maker_fee) != fee_up(to_maker->amount, maker->maker_ppm) ||
        amount_units(event->taker_fee) != fee_up(to_taker->amount, taker->taker_ppm) ||
        event->maker_fee_asset != to_maker->asset || event->taker_fee_asset != to_taker->asset) {
        inspector_complain(inspector, INSPECTOR_RULE_FEE, event->trade,
                           "a fee is not the one of the published tier");
    }
    inspector_expect_posting(inspector, &base);
    inspector_expect_posting(inspector, &quote);
    expect_fee(inspector, &base, taker_buys ? taker->taker_ppm : maker->maker_ppm,
               taker_buys ? POSTING_REASON_FEE_TAKER : POSTING_REASON_FEE_MAKER);
    expect_fee(inspector, &quote, taker_buys ? maker->maker_ppm : taker->taker_ppm,
               taker_buys ? POSTING_REASON_FEE_MAKER : POSTING_REASON_FEE_TAKER);
}

/* Nobody trades with himself where his order says so; an auction is blind. */
static void check_owners(struct inspector *inspector, const struct event_trade *event)
{
    const struct inspector_order *taker = inspector_order(inspector, event->taker_order);

    if (event->maker == event->taker && (event->flags & TRADE_FLAG_AUCTION) == 0 && taker != NULL &&
        taker->terms.self_trade != SELF_TRADE_NONE) {
        inspector_complain(inspector, INSPECTOR_RULE_LIMIT_PRICE, event->trade,
                           "an order trades with its owner and was not to");
    }
}

void inspector_see_trade(struct inspector *inspector, const struct event_trade *event)
{
    struct inspector_listing *listing = inspector_listing(inspector, event->instrument);
    uint8_t other = event->taker_side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;

    if (inspector->now.due_next != inspector->now.due_count) {
        inspector_complain(inspector, INSPECTOR_RULE_POSTING, event->trade,
                           "the postings of the trade before are missing");
        return;
    }
    if (listing == NULL || event->trade != listing->trades + 1 || event->maker_order == 0 ||
        event->maker_order == event->taker_order || event->flags > TRADE_FLAG_AUCTION) {
        inspector_complain(inspector, INSPECTOR_RULE_TRADE, event->trade,
                           "a trade out of turn or between one order");
        return;
    }
    note_taker(listing, event);
    check_print(inspector, listing, event);
    const struct side_of_trade maker = {event->maker_order, event->maker,
                                        quantity_units(event->maker_left), other};
    const struct side_of_trade taker = {event->taker_order, event->taker,
                                        quantity_units(event->taker_left), event->taker_side};
    check_owners(inspector, event);
    if (inspector->complains) {
        return;
    }
    trade_order(inspector, event, &maker);
    trade_order(inspector, event, &taker);
    if (inspector->complains) {
        return;
    }
    listing->trades = event->trade;
    listing->last = price_units(event->price);
    if ((event->flags & TRADE_FLAG_AUCTION) != 0) {
        listing->auction_price = listing->last;
    }
    expect_postings(inspector, listing, event);
}

/* What an operator asked for: continuous trading may lead through an auction that ends now. */
static bool is_as_asked(const struct inspector *inspector, const struct event_session *event)
{
    const void *act = inspector->now.act;
    const struct command_session_set *set = act;

    if (!inspector_has(inspector, COMMAND_SESSION_SET) || set->instrument != event->instrument) {
        return false;
    }
    if (set->session == SESSION_CONTINUOUS) {
        return event->session == SESSION_AUCTION || event->session == SESSION_CONTINUOUS;
    }
    return event->session == set->session && event->until_us == set->until_us;
}

static bool is_uncrossed_as_traded(const struct inspector_listing *listing,
                                   const struct event_session *event)
{
    return listing->auction_price == 0 || price_units(event->price) == listing->auction_price;
}

void inspector_see_session(struct inspector *inspector, const struct event_session *event)
{
    struct inspector_listing *listing = inspector_listing(inspector, event->instrument);
    bool right = false;

    if (listing == NULL || event->session < SESSION_CLOSED ||
        event->session > SESSION_CANCEL_ONLY) {
        inspector_complain(inspector, INSPECTOR_RULE_SESSION, event->instrument, "no such session");
        return;
    }
    int64_t ends_us = time_after_ms(inspector->time_us, listing->terms.auction_ms);
    switch ((enum session_reason)event->reason) {
    case SESSION_REASON_OPERATOR: right = is_as_asked(inspector, event); break;
    case SESSION_REASON_VOLATILITY:
        right = listing->session == SESSION_CONTINUOUS && event->session == SESSION_AUCTION &&
                event->until_us == ends_us;
        break;
    case SESSION_REASON_EXTENDED:
        right = listing->session == SESSION_AUCTION && event->session == SESSION_AUCTION &&
                event->until_us == ends_us;
        break;
    case SESSION_REASON_UNCROSSED:
        right = listing->session == SESSION_AUCTION && event->session != SESSION_CLOSED &&
                is_uncrossed_as_traded(listing, event);
        break;
    case SESSION_REASON_INDICATIVE: right = event->session == listing->session; break;
    }
    if (!right) {
        inspector_complain(inspector, INSPECTOR_RULE_SESSION, event->instrument,
                           "a session changes other than commands, bands and auctions say");
        return;
    }
    listing->session = event->session;
    listing->auction_price = 0;
    if (event->reason == SESSION_REASON_UNCROSSED && event->session == SESSION_CONTINUOUS &&
        price_is_positive(event->price)) {
        listing->reference = price_units(event->price);
    }
    if (event->reason == SESSION_REASON_OPERATOR) {
        inspector->now.id = event->instrument;
        inspector->now.sessions++;
    }
}

void inspector_see_level(struct inspector *inspector, const struct event_level *event)
{
    struct inspector_listing *listing = inspector_listing(inspector, event->instrument);
    bool gone = event->orders == 0;

    if (listing == NULL || event->update != listing->updates + 1 ||
        (event->side != SIDE_BUY && event->side != SIDE_SELL) ||
        gone != quantity_is_zero(event->quantity) || price_units(event->price) <= 0 ||
        quantity_units(event->quantity) < 0 ||
        price_units(event->price) % price_units(listing->terms.tick) != 0) {
        inspector_complain(inspector, INSPECTOR_RULE_LEVEL, event->update,
                           "a level is published out of turn or makes no sense");
        return;
    }
    listing->updates = event->update;
}
