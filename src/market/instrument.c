/* SPDX-License-Identifier: Apache-2.0
 *
 * Instruments: which terms make sense, listing them, changing them, looking at them. A room of its
 * own because everything the hot paths rely on is proven here, once: notionals are whole and fit 63
 * bits, prices fit a ladder's keys.
 *
 * Invariants: an instrument's tick, lot, unit and numbers never change; price_ceiling and
 * quantity_ceiling are the largest limits there ever were, and their notional is below 2^63.
 *
 * Next: trading_session.c.
 */
#include "market/instrument.h"

#include <string.h>

#include "base/text.h"
#include "market/market_state.h"
#include "money/arithmetic.h"

bool instrument_is_within(struct price price, struct price reference, uint32_t ppm)
{
    int64_t distance = raw_of_price(price) - raw_of_price(reference); /* both are above zero */
    uint128 far = (uint128)(distance < 0 ? -distance : distance) * TARAZY_RATE_WHOLE;

    return ppm == 0 || far <= (uint128)raw_of_price(reference) * ppm;
}

struct price instrument_protection(const struct instrument *instrument, uint8_t side,
                                   struct price from)
{
    const struct instrument_terms *terms = &instrument->terms;
    uint32_t ppm = terms->slippage_ppm;

    if (side == SIDE_BUY) {
        struct price above = money_price_above(from, ppm, terms->tick);

        return ppm == 0 || price_compare(above, terms->price_max) > 0 ? terms->price_max : above;
    }
    struct price below = money_price_below(from, ppm, terms->tick);
    return ppm == 0 || price_compare(below, terms->price_min) < 0 ? terms->price_min : below;
}

static bool is_multiple(int64_t value, int64_t of)
{
    return of > 0 && value > 0 && value % of == 0;
}

static bool are_prices_right(const struct instrument_terms *terms)
{
    int64_t tick = raw_of_price(terms->tick);

    return is_multiple(raw_of_price(terms->price_min), tick) &&
           is_multiple(raw_of_price(terms->price_max), tick) &&
           is_multiple(raw_of_price(terms->reference), tick) &&
           price_compare(terms->price_min, terms->reference) <= 0 &&
           price_compare(terms->reference, terms->price_max) <= 0 &&
           raw_of_price(terms->price_max) / tick <= (int64_t)LADDER_KEY_MAX;
}

static bool are_quantities_right(const struct instrument_terms *terms)
{
    int64_t lot = raw_of_quantity(terms->lot);
    int64_t market_max = raw_of_quantity(terms->market_quantity_max);

    return is_multiple(raw_of_quantity(terms->quantity_min), lot) &&
           is_multiple(raw_of_quantity(terms->quantity_max), lot) &&
           quantity_compare(terms->quantity_min, terms->quantity_max) <= 0 &&
           (market_max == 0 || is_multiple(market_max, lot)) &&
           market_max <= raw_of_quantity(terms->quantity_max);
}

static bool are_rules_right(const struct instrument_terms *terms)
{
    bool has_band = terms->band_static_ppm != 0 || terms->band_dynamic_ppm != 0;

    return !amount_is_negative(terms->notional_min) && !amount_is_negative(terms->notional_max) &&
           !amount_is_negative(terms->position_max) &&
           (amount_is_zero(terms->notional_max) ||
            amount_compare(terms->notional_min, terms->notional_max) <= 0) &&
           (!has_band || terms->auction_ms != 0) &&
           terms->trailing_max_bps <= INSTRUMENT_TRAILING_BPS_MAX &&
           (terms->trailing_max_bps == 0 || terms->trailing_min_bps <= terms->trailing_max_bps) &&
           terms->amends_max <= UINT8_MAX;
}

/* Does the largest order's notional fit 63 bits? */
static bool fits(struct price price_max, struct quantity quantity_max, uint8_t base_scale)
{
    struct amount notional;

    (void)money_notional_floor(&notional, price_max, quantity_max, base_scale);
    return amount_compare(notional, raw_to_amount(INT64_MAX)) < 0;
}

static bool is_symbol_right(const struct instrument_terms *terms)
{
    return !text_is_empty(terms->symbol.text, sizeof terms->symbol.text) &&
           text_is_of(terms->symbol.text, sizeof terms->symbol.text, TEXT_CHARSET_CODE) &&
           terms->base != 0 && terms->quote != 0 && terms->base != terms->quote;
}

enum result market_listing_check(const struct market *market, const struct instrument_terms *terms,
                                 uint8_t base_scale)
{
    if (base_scale > MONEY_SCALE_MAX || !is_symbol_right(terms) || !are_prices_right(terms) ||
        !are_quantities_right(terms) || !are_rules_right(terms) ||
        !fits(terms->price_max, terms->quantity_max, base_scale)) {
        return RESULT_LISTING_INVALID;
    }
    if (!money_is_whole(terms->tick, terms->lot, base_scale)) {
        return RESULT_NOTIONAL_NOT_WHOLE;
    }
    if (market_instrument_find(market, terms->symbol) != 0) {
        return RESULT_DUPLICATE_SYMBOL;
    }
    if (market->instrument_count == market->instruments_max ||
        market->instrument_count == UINT16_MAX) {
        return RESULT_INSTRUMENTS_FULL;
    }
    return RESULT_OK;
}

static uint64_t hash_symbol(const struct market *market, const struct symbol *symbol)
{
    return hash_bytes(market->seed, symbol, sizeof *symbol);
}

/* No order's notional reaches 2^63. */
static int64_t clip(struct amount amount)
{
    struct amount most = raw_to_amount(INT64_MAX);

    return amount_compare(amount, most) < 0 ? raw_of_amount(amount) : INT64_MAX;
}

static void set_terms(struct instrument *instrument, const struct instrument_terms *terms)
{
    instrument->terms = *terms;
    instrument->notional_min = clip(terms->notional_min);
    instrument->notional_max =
        amount_is_zero(terms->notional_max) ? INT64_MAX : clip(terms->notional_max);
}

uint16_t market_list_instrument(struct market *market, const struct instrument_terms *terms,
                                uint8_t base_scale, enum session session)
{
    ENSURE(market_listing_check(market, terms, base_scale) == RESULT_OK);
    uint16_t number = (uint16_t)++market->instrument_count;
    struct instrument *instrument = market_instrument_at(market, number);
    set_terms(instrument, terms);
    instrument->tick = exact_divisor(raw_of_price(terms->tick));
    instrument->lot = exact_divisor(raw_of_quantity(terms->lot));
    instrument->unit = raw_of_amount(money_notional(terms->tick, terms->lot, base_scale));
    instrument->last = terms->reference;
    instrument->high = terms->reference;
    instrument->low = terms->reference;
    instrument->reference = terms->reference;
    instrument->price_ceiling = terms->price_max;
    instrument->quantity_ceiling = terms->quantity_max;
    instrument->number = number;
    instrument->session = (uint8_t)session;
    instrument->base_scale = base_scale;
    table_insert(&market->by_symbol, hash_symbol(market, &terms->symbol), number);
    return number;
}

static struct price higher(struct price a, struct price b)
{
    return price_compare(a, b) > 0 ? a : b;
}

static struct quantity larger(struct quantity a, struct quantity b)
{
    return quantity_compare(a, b) > 0 ? a : b;
}

enum result market_terms_check(const struct market *market, uint16_t number,
                               const struct instrument_terms *terms)
{
    if (number < 1 || number > market->instrument_count) {
        return RESULT_UNKNOWN_INSTRUMENT;
    }
    const struct instrument *instrument = market_instrument_at(market, number);
    const struct instrument_terms *old = &instrument->terms;
    if (price_compare(terms->tick, old->tick) != 0 || quantity_compare(terms->lot, old->lot) != 0 ||
        memcmp(&terms->symbol, &old->symbol, sizeof old->symbol) != 0 || terms->base != old->base ||
        terms->quote != old->quote || !are_prices_right(terms) || !are_quantities_right(terms) ||
        !are_rules_right(terms) ||
        !fits(higher(terms->price_max, instrument->price_ceiling),
              larger(terms->quantity_max, instrument->quantity_ceiling), instrument->base_scale)) {
        return RESULT_LISTING_INVALID;
    }
    return RESULT_OK;
}

void market_terms_set(struct market *market, uint16_t number, const struct instrument_terms *terms)
{
    struct instrument *instrument = market_instrument_at(market, number);

    ENSURE(market_terms_check(market, number, terms) == RESULT_OK);
    if (price_compare(terms->reference, instrument->terms.reference) != 0) {
        instrument->reference = terms->reference;
        if (instrument->trades == 0) {
            instrument->last = terms->reference;
            instrument->high = terms->reference;
            instrument->low = terms->reference;
        }
    }
    set_terms(instrument, terms);
    instrument->price_ceiling = higher(terms->price_max, instrument->price_ceiling);
    instrument->quantity_ceiling = larger(terms->quantity_max, instrument->quantity_ceiling);
}

const struct instrument *market_instrument(const struct market *market, uint16_t number)
{
    return number >= 1 && number <= market->instrument_count ? market_instrument_at(market, number)
                                                             : NULL;
}

uint16_t market_instrument_count(const struct market *market)
{
    return (uint16_t)market->instrument_count;
}

uint16_t market_instrument_find(const struct market *market, struct symbol symbol)
{
    uint64_t hash = hash_symbol(market, &symbol);
    uint32_t cursor;

    for (uint32_t i = table_first(&market->by_symbol, hash, &cursor); i != 0;
         i = table_next(&market->by_symbol, hash, &cursor)) {
        const struct instrument *instrument = market_instrument_at(market, (uint16_t)i);

        if (memcmp(&instrument->terms.symbol, &symbol, sizeof symbol) == 0) {
            return (uint16_t)i;
        }
    }
    return 0;
}

static struct price best_price(const struct market *market, const struct instrument *instrument,
                               uint8_t ladder)
{
    uint32_t best = instrument->ladders[ladder].best;

    return best != 0 ? market_level_at(market, best)->price : raw_to_price(0);
}

void market_instrument_view(const struct market *market, uint16_t number,
                            struct instrument_view *out)
{
    const struct instrument *instrument = market_instrument_at(market, number);

    *out = (struct instrument_view){
        .terms = instrument->terms,
        .last = instrument->last,
        .reference = instrument->reference,
        .best_bid = best_price(market, instrument, LADDER_KIND_BIDS),
        .best_ask = best_price(market, instrument, LADDER_KIND_ASKS),
        .session_until_us = instrument->until_us,
        .trades = instrument->trades,
        .updates = instrument->updates,
        .orders = instrument->orders,
        .instrument = number,
        .session = instrument->session,
        .base_scale = instrument->base_scale,
    };
}

const struct instrument_terms *market_terms(const struct market *market, uint16_t number)
{
    const struct instrument *instrument = market_instrument(market, number);

    return instrument != NULL ? &instrument->terms : NULL;
}

uint8_t market_base_scale(const struct market *market, uint16_t number)
{
    return market_instrument_at(market, number)->base_scale;
}
