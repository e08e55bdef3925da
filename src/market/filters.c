/* SPDX-License-Identifier: Apache-2.0
 *
 * The filters of the venue contract, each with its own result, and the checks of room that make
 * every later step infallible. A room of its own because the rules are a published list, and this
 * file is that list in its order.
 *
 * A filter whose term is 0 does not apply.
 *
 * Next: liquidity.c, for what depends on the other side of the book.
 */
#include "market/filters.h"

#include "market/book.h"
#include "market/liquidity.h"
#include "market/order_store.h"
#include "market/traders.h"
#include "market/triggers.h"
#include "money/arithmetic.h"

/* On the tick and within the instrument's range. */
static bool is_price_right(const struct instrument *instrument, struct price price)
{
    int64_t units = raw_of_price(price);

    return units >= raw_of_price(instrument->terms.price_min) &&
           units <= raw_of_price(instrument->terms.price_max) &&
           exact_is_multiple(&instrument->tick, units);
}

static enum result check_price(const struct instrument *instrument, const struct order_terms *terms)
{
    bool has_price = !order_type_is_market(terms->type);
    bool has_stop = raw_of_price(terms->stop_price) != 0;

    if ((has_price && !is_price_right(instrument, terms->price)) ||
        (has_stop && !is_price_right(instrument, terms->stop_price))) {
        return RESULT_PRICE_FILTER;
    }
    return RESULT_OK;
}

static bool is_lot_right(const struct instrument *instrument, struct quantity quantity)
{
    int64_t units = raw_of_quantity(quantity);

    return units >= raw_of_quantity(instrument->terms.quantity_min) && /* which is above zero */
           units <= raw_of_quantity(instrument->terms.quantity_max) &&
           exact_is_multiple(&instrument->lot, units);
}

static enum result check_lot(const struct instrument *instrument, const struct order_terms *terms)
{
    const struct instrument_terms *rules = &instrument->terms;

    if ((terms->flags & ORDER_FLAG_BY_QUOTE) != 0) {
        return raw_of_quantity(terms->quantity) > 0 ? RESULT_OK : RESULT_LOT_SIZE;
    }
    if (!is_lot_right(instrument, terms->quantity)) {
        return RESULT_LOT_SIZE;
    }
    if (order_type_is_market(terms->type) && raw_of_quantity(rules->market_quantity_max) != 0 &&
        quantity_compare(terms->quantity, rules->market_quantity_max) > 0) {
        return RESULT_MARKET_LOT_SIZE;
    }
    return RESULT_OK;
}

/* A shown part is itself a quantity one could order, and there are not too many of them. */
static enum result check_iceberg(const struct instrument *instrument,
                                 const struct order_terms *terms)
{
    int64_t part = raw_of_quantity(terms->iceberg);
    int64_t whole = raw_of_quantity(terms->quantity);

    if (part == 0) {
        return RESULT_OK;
    }
    if (part > whole || !is_lot_right(instrument, terms->iceberg)) {
        return RESULT_LOT_SIZE;
    }
    int64_t parts = (whole - 1) / part + 1;
    uint16_t parts_max = instrument->terms.iceberg_parts_max;
    return parts_max == 0 || parts <= parts_max ? RESULT_OK : RESULT_ICEBERG_PARTS;
}

static enum result check_trailing(const struct instrument *instrument,
                                  const struct order_terms *terms)
{
    const struct instrument_terms *rules = &instrument->terms;
    uint32_t bps = terms->trailing_bps;

    if (bps == 0) {
        return RESULT_OK;
    }
    if (bps < rules->trailing_min_bps || bps > INSTRUMENT_TRAILING_BPS_MAX ||
        (rules->trailing_max_bps != 0 && bps > rules->trailing_max_bps)) {
        return RESULT_TRAILING_DELTA;
    }
    return RESULT_OK;
}

/* Market kinds are valued at the last price, amounts in quote units at themselves. */
static enum result check_notional(const struct instrument *instrument,
                                  const struct order_terms *terms)
{
    int64_t units = raw_of_quantity(terms->quantity);

    if ((terms->flags & ORDER_FLAG_BY_QUOTE) == 0) {
        struct price price = order_type_is_market(terms->type) ? instrument->last : terms->price;

        units = instrument_notional(instrument, price, units);
    }
    return units >= instrument->notional_min && units <= instrument->notional_max ? RESULT_OK
                                                                                  : RESULT_NOTIONAL;
}

/* A bid may not be too far above the last price, an ask not too far below. */
static enum result check_percent(const struct instrument *instrument,
                                 const struct order_terms *terms)
{
    const struct instrument_terms *rules = &instrument->terms;
    bool is_bid = terms->side == SIDE_BUY;
    uint32_t ppm = is_bid ? rules->percent_up_ppm : rules->percent_down_ppm;

    if (ppm == 0 || order_type_is_market(terms->type)) {
        return RESULT_OK;
    }
    int64_t above = raw_of_price(terms->price) - raw_of_price(instrument->last);
    bool is_harmless = is_bid ? above <= 0 : above >= 0;
    return is_harmless || instrument_is_within(terms->price, instrument->last, ppm)
               ? RESULT_OK
               : RESULT_PERCENT_PRICE_BY_SIDE;
}

enum result filters_check_terms(const struct instrument *instrument,
                                const struct order_terms *terms)
{
    enum result result = check_price(instrument, terms);

    if (result == RESULT_OK) {
        result = check_lot(instrument, terms);
    }
    if (result == RESULT_OK) {
        result = check_iceberg(instrument, terms);
    }
    if (result == RESULT_OK) {
        result = check_trailing(instrument, terms);
    }
    if (result == RESULT_OK) {
        result = check_notional(instrument, terms);
    }
    if (result == RESULT_OK) {
        result = check_percent(instrument, terms);
    }
    return result;
}

static bool is_over(uint32_t count, uint32_t max)
{
    return max != 0 && count > max;
}

/* How many orders the participant would have, one by one of the kinds that are counted. */
static enum result check_counts(const struct market *market, const struct candidate *candidate)
{
    const struct order_terms *terms = candidate->terms;
    const struct instrument_terms *rules = &candidate->instrument->terms;
    const struct placement *placement = candidate->placement;
    const struct order *gone = candidate->ignored;
    uint32_t orders = placement->legs;
    uint32_t algo = 1;
    uint32_t icebergs = 1;

    if (candidate->trader != 0) {
        const struct trader *trader = market_trader_at(market, candidate->trader);

        orders += trader->orders;
        algo += trader->algo_orders;
        icebergs += trader->icebergs;
    }
    if (gone != NULL && gone->trader == candidate->trader) {
        const struct order_extra *extra = market_extra_of(market, gone);

        orders--;
        algo -= order_type_is_stop(gone->type);
        icebergs -= extra != NULL && raw_of_quantity(extra->iceberg) > 0;
    }
    if (is_over(orders, rules->orders_max) || is_over(orders, placement->orders_max)) {
        return RESULT_MAX_NUM_ORDERS;
    }
    if (order_type_is_stop(terms->type) && is_over(algo, rules->algo_orders_max)) {
        return RESULT_MAX_NUM_ALGO_ORDERS;
    }
    if (raw_of_quantity(terms->iceberg) != 0 && is_over(icebergs, rules->iceberg_orders_max)) {
        return RESULT_MAX_NUM_ICEBERG_ORDERS;
    }
    return RESULT_OK;
}

static enum result check_position(const struct market *market, const struct candidate *candidate)
{
    const struct order_terms *terms = candidate->terms;
    const struct instrument_terms *rules = &candidate->instrument->terms;
    struct amount after;

    if (terms->side != SIDE_BUY || amount_is_zero(rules->position_max)) {
        return RESULT_OK;
    }
    struct quantity quantity = terms->quantity;
    if ((terms->flags & ORDER_FLAG_BY_QUOTE) != 0) {
        quantity = liquidity_quantity_by_quote(market, candidate->placement, terms);
    }
    if (!amount_add(&after, candidate->placement->position, amount_of_quantity(quantity)) ||
        amount_compare(after, rules->position_max) > 0) {
        return RESULT_MAX_POSITION;
    }
    return RESULT_OK;
}

/* Levels that are free and promised to nobody, and those the ignored order gives back. */
static uint32_t free_levels(const struct market *market, const struct order *gone)
{
    uint32_t levels = pool_room(&market->ladders.levels) - market->levels_promised;

    if (gone != NULL) {
        levels += order_promises(market, gone);
        levels += gone->level != 0 && market_level_at(market, gone->level)->orders == 1;
    }
    return levels;
}

static uint32_t free_extras(const struct market *market, const struct order *gone)
{
    return pool_room(&market->extras) + (gone != NULL && gone->extra != 0);
}

static uint32_t count_trailing(const struct market *market, const struct candidate *candidate)
{
    const struct order *gone = candidate->ignored;
    const struct order_extra *extra = gone != NULL ? market_extra_of(market, gone) : NULL;
    bool trails = extra != NULL && extra->trailing_bps != 0 &&
                  gone->instrument == candidate->terms->instrument &&
                  (gone->state == ORDER_STATE_PENDING || gone->state == ORDER_STATE_WAITING);

    return candidate->instrument->trailing_count - trails;
}

/* Room for records, levels and sums, so that nothing fails once the order is open. What the ignored
 * order gives back counts: it is closed before this one is opened. */
static enum result check_room(const struct market *market, const struct candidate *candidate)
{
    const struct order_terms *terms = candidate->terms;
    const struct order *gone = candidate->ignored;
    uint32_t legs = candidate->placement->legs;
    int64_t total;

    ENSURE(legs >= 1);
    if (pool_room(&market->orders) + (gone != NULL) < legs ||
        (candidate->trader == 0 && !traders_has_room(market)) ||
        (order_needs_extra(terms, legs > 1) && free_extras(market, gone) < legs)) {
        return RESULT_ORDERS_FULL;
    }
    if (pool_room(&market->ladders.levels) - market->levels_promised < ORDER_PROMISES_MAX * legs &&
        free_levels(market, gone) < order_terms_promises(terms) + ORDER_PROMISES_MAX * (legs - 1)) {
        return RESULT_LEVELS_FULL;
    }
    if (terms->trailing_bps != 0 &&
        count_trailing(market, candidate) + legs > TARAZY_TRAILING_MAX) {
        return RESULT_TRAILING_FULL;
    }
    if ((terms->flags & ORDER_FLAG_BY_QUOTE) == 0 &&
        !checked_add_i64(&total, candidate->instrument->totals[terms->side],
                         raw_of_quantity(terms->quantity))) {
        return RESULT_OVERFLOW;
    }
    return RESULT_OK;
}

enum result filters_check_counts(const struct market *market, const struct candidate *candidate)
{
    enum result result = check_counts(market, candidate);

    if (result == RESULT_OK) {
        result = check_position(market, candidate);
    }
    if (result == RESULT_OK) {
        result = check_room(market, candidate);
    }
    return result;
}

/* What depends on where prices are now. */
static enum result check_working(const struct market *market, const struct candidate *candidate)
{
    const struct placement *placement = candidate->placement;
    const struct order_terms *terms = candidate->terms;
    const struct instrument *instrument = candidate->instrument;

    if (order_type_is_stop(terms->type)) {
        bool reached = raw_of_price(terms->stop_price) != 0 &&
                       triggers_is_reached(instrument, triggers_ladder(terms->type, terms->side),
                                           terms->stop_price);

        return reached ? RESULT_WOULD_TRIGGER : RESULT_OK;
    }
    if (terms->type == ORDER_TYPE_LIMIT_MAKER &&
        book_crosses(market, instrument, terms->side, terms->price, placement->ignoring)) {
        return RESULT_WOULD_MATCH;
    }
    if (terms->type == ORDER_TYPE_MARKET) {
        return liquidity_check_market(market, placement, terms);
    }
    if (terms->time_in_force == TIME_IN_FORCE_FOK &&
        !liquidity_fills_whole(market, placement, terms)) {
        return RESULT_FOK_NOT_FILLED;
    }
    return RESULT_OK;
}

/* Finds the records that the checks look at; a replace's order often knows its trader. */
static void look_up(const struct market *market, struct candidate *candidate)
{
    const struct placement *placement = candidate->placement;
    uint16_t instrument = candidate->terms->instrument;
    uint32_t ignored = placement->ignoring;

    if (ignored != 0) {
        candidate->ignored = market_order_at(market, ignored);
    }
    if (ignored != 0 && candidate->ignored->participant == placement->participant &&
        candidate->ignored->instrument == instrument) {
        candidate->trader = candidate->ignored->trader;
    } else {
        candidate->trader = traders_find(market, placement->participant, instrument);
    }
}

/*~ May this order be taken? Everything but its owner's balance is looked at here, and nothing is
 * changed; after RESULT_OK no step of its life can fail. */
enum result market_order_check(const struct market *market, const struct placement *placement,
                               const struct order_terms *terms)
{
    if (terms->instrument < 1 || terms->instrument > market->instrument_count) {
        return RESULT_UNKNOWN_INSTRUMENT;
    }
    const struct instrument *instrument = market_instrument_at(market, terms->instrument);
    enum result result = order_rules_check(terms);
    if (result != RESULT_OK) {
        return result;
    }
    if (market_client_id_seen(market, placement->participant, &terms->client_id)) {
        return RESULT_DUPLICATE_CLIENT_ID;
    }
    result = order_rules_session(instrument, terms);
    if (result != RESULT_OK && !placement->pending) {
        return result;
    }
    result = filters_check_terms(instrument, terms);
    if (result != RESULT_OK) {
        return result;
    }
    if (terms->time_in_force == TIME_IN_FORCE_GTD && terms->expires_us <= placement->now_us) {
        return RESULT_EXPIRED_BEFORE;
    }
    struct candidate candidate = {.placement = placement, .terms = terms, .instrument = instrument};
    look_up(market, &candidate);
    result = filters_check_counts(market, &candidate);
    if (result == RESULT_OK && !placement->pending) {
        result = check_working(market, &candidate);
    }
    return result;
}
