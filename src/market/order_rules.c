/* SPDX-License-Identifier: Apache-2.0
 *
 * Which fields go with which type of order, and which session takes which kind. Apart from the
 * filters because nothing here depends on prices or quantities.
 */
#include "market/filters.h"

static bool is_of_enum(const struct order_terms *terms)
{
    return terms->side >= SIDE_BUY && terms->side <= SIDE_SELL && terms->type >= ORDER_TYPE_LIMIT &&
           terms->type <= ORDER_TYPE_TAKE_PROFIT_LIMIT &&
           terms->time_in_force >= TIME_IN_FORCE_GTC && terms->time_in_force <= TIME_IN_FORCE_GTD &&
           terms->self_trade >= SELF_TRADE_NONE && terms->self_trade <= SELF_TRADE_DECREMENT &&
           (terms->flags & ~(uint32_t)ORDER_FLAG_BY_QUOTE) == 0;
}

/* Market kinds are immediate; post-only orders must be able to rest; others are free. */
static bool is_time_in_force_right(const struct order_terms *terms)
{
    bool is_gtd = terms->time_in_force == TIME_IN_FORCE_GTD;

    if (is_gtd != (terms->expires_us != 0)) {
        return false;
    }
    if (order_type_is_market(terms->type)) {
        return terms->time_in_force == TIME_IN_FORCE_IOC;
    }
    return terms->type != ORDER_TYPE_LIMIT_MAKER || order_tif_may_rest(terms->time_in_force);
}

enum result order_rules_check(const struct order_terms *terms)
{
    bool has_price = raw_of_price(terms->price) != 0;
    bool has_trigger = raw_of_price(terms->stop_price) != 0 || terms->trailing_bps != 0;
    bool has_iceberg = raw_of_quantity(terms->iceberg) != 0;
    bool by_quote = (terms->flags & ORDER_FLAG_BY_QUOTE) != 0;

    if (!is_of_enum(terms) || !is_time_in_force_right(terms)) {
        return RESULT_ORDER_TYPE_INVALID;
    }
    bool is_market = order_type_is_market(terms->type);
    if (has_price == is_market || has_trigger != order_type_is_stop(terms->type)) {
        return RESULT_ORDER_TYPE_INVALID;
    }
    if (by_quote && terms->type != ORDER_TYPE_MARKET) {
        return RESULT_ORDER_TYPE_INVALID;
    }
    if (has_iceberg && (is_market || !order_tif_may_rest(terms->time_in_force))) {
        return RESULT_ORDER_TYPE_INVALID;
    }
    return RESULT_OK;
}

enum result order_rules_session(const struct instrument *instrument,
                                const struct order_terms *terms)
{
    bool waits = order_type_is_stop(terms->type);
    bool collects = terms->type == ORDER_TYPE_LIMIT && order_tif_may_rest(terms->time_in_force);

    switch ((enum session)instrument->session) {
    case SESSION_CONTINUOUS: return RESULT_OK;
    case SESSION_PRE_OPEN:
    case SESSION_AUCTION:
        /* While an auction is being carried out its price is fixed: nobody may join. */
        if (raw_of_price(instrument->uncross.price) != 0) {
            return RESULT_MARKET_CLOSED;
        }
        return waits || collects ? RESULT_OK : RESULT_MARKET_CLOSED;
    case SESSION_CLOSED:
    case SESSION_HALTED:
    case SESSION_CANCEL_ONLY: return RESULT_MARKET_CLOSED;
    }
    ENSURE(false);
    return RESULT_MARKET_CLOSED;
}
