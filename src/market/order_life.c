/* SPDX-License-Identifier: Apache-2.0
 *
 * An order's life: opened, resting, reduced, closed; what it holds and how it looks. A room of its
 * own because these are the calls by which the engine moves an order from state to state; where it
 * stands meanwhile (book, stop ladder, trailing chain) is each room's own affair.
 *
 * Next: matching.c.
 */
#include "market/book.h"
#include "market/client_ids.h"
#include "market/order_store.h"
#include "market/triggers.h"
#include "money/arithmetic.h"

/* The price a market kind may reach at the worst, fixed when it is opened: it is what its funds are
 * held for. From the best opposite price, from the price that sets a stop off, or, for a leg that
 * starts later, from the last trade. */
static struct price protection_of(const struct market *market, const struct placement *placement,
                                  const struct order_terms *terms)
{
    const struct instrument *instrument = market_instrument_at(market, terms->instrument);
    struct price from = instrument->last;

    if (order_type_is_stop(terms->type)) {
        from = triggers_expected(instrument, terms);
    } else if (!placement->pending) {
        uint32_t best =
            book_best(market, instrument, instrument_opposite(terms->side), placement->ignoring);

        if (best != 0) {
            from = market_level_at(market, best)->price;
        }
    }
    return instrument_protection(instrument, terms->side, from);
}

struct price market_terms_protection(const struct market *market, const struct placement *placement,
                                     const struct order_terms *terms)
{
    return order_type_is_market(terms->type) ? protection_of(market, placement, terms)
                                             : raw_to_price(0);
}

uint32_t market_order_open(struct market *market, const struct placement *placement,
                           const struct order_terms *terms, uint64_t number, uint32_t list)
{
    uint32_t slot = order_store_add(market, placement, terms, number, list);
    struct order *order = market_order_at(market, slot);
    struct instrument *instrument = market_instrument_at(market, terms->instrument);

    if (order_type_is_market(terms->type)) {
        order->price = protection_of(market, placement, terms);
    }
    if (terms->trailing_bps != 0) {
        instrument->trailing_count++;
    }
    if (!placement->pending) {
        market_order_start(market, slot);
    }
    return slot;
}

struct amount market_order_hold(const struct market *market, uint32_t slot)
{
    const struct order *order = market_order(market, slot);
    const struct instrument *instrument = market_instrument_at(market, order->instrument);

    if ((order->flags & ORDER_FLAG_BY_QUOTE) != 0 && order->side == SIDE_BUY) {
        return raw_to_amount(market_extra_at(market, order->extra)->quote_units -
                             order->quote_units);
    }
    if (order->side == SIDE_SELL) {
        return raw_to_amount(raw_of_quantity(order->left));
    }
    return raw_to_amount(
        instrument_notional(instrument, order->price, raw_of_quantity(order->left)));
}

struct price market_order_protection(const struct market *market, uint32_t slot)
{
    const struct order *order = market_order(market, slot);

    return order_type_is_market(order->type) ? order->price : raw_to_price(0);
}

/*~ What matching left of an order queues behind the others of its price. */
void market_order_rest(struct market *market, uint32_t slot, struct level_change *change)
{
    struct order *order = market_order_at(market, slot);

    ENSURE(order->state == ORDER_STATE_TAKING && !order_type_is_market(order->type) &&
           order_tif_may_rest(order->time_in_force));
    struct order_extra *extra = market_extra_of(market, order);
    if (extra != NULL && raw_of_quantity(extra->iceberg) > 0) {
        int64_t part = raw_of_quantity(extra->iceberg);
        int64_t left = raw_of_quantity(order->left);

        extra->shown = raw_to_quantity(left < part ? left : part);
    }
    order_set_state(market, order, ORDER_STATE_RESTING);
    book_join(market, slot, order->side, order->price);
    book_publish(market, order->level, change);
}

/* Takes a resting order off the book; true: the public sees a change now. */
static bool leave_book(struct market *market, uint32_t slot, struct level_change *change)
{
    uint32_t level = book_leave(market, slot);

    if (market->pinned[0] == level || market->pinned[1] == level) {
        return false; /* published when the match leaves the level */
    }
    book_publish(market, level, change);
    book_settle(market, level);
    return true;
}

bool market_order_close(struct market *market, uint32_t slot, struct level_change *change)
{
    const struct order *order = market_order(market, slot);
    const struct order_extra *extra = market_extra_of(market, order);
    bool changed = false;

    if (extra != NULL && extra->trailing_bps != 0 &&
        (order->state == ORDER_STATE_PENDING || order->state == ORDER_STATE_WAITING)) {
        market_instrument_at(market, order->instrument)->trailing_count--;
    }
    switch ((enum order_state)order->state) {
    case ORDER_STATE_PENDING: break;
    case ORDER_STATE_WAITING: triggers_leave(market, slot); break;
    case ORDER_STATE_TAKING: break;
    case ORDER_STATE_RESTING: changed = leave_book(market, slot, change); break;
    }
    order_store_remove(market, slot);
    return changed;
}

enum result market_amend_check(const struct market *market, uint32_t slot, struct quantity quantity,
                               const struct client_id *client_id)
{
    const struct order *order = market_order(market, slot);
    const struct instrument *instrument = market_instrument_at(market, order->instrument);
    const struct instrument_terms *terms = &instrument->terms;
    int64_t wanted = raw_of_quantity(quantity);
    int64_t whole = raw_of_quantity(order->quantity);
    int64_t executed = whole - raw_of_quantity(order->left);

    if (instrument->session != SESSION_PRE_OPEN && instrument->session != SESSION_AUCTION &&
        instrument->session != SESSION_CONTINUOUS) {
        return RESULT_MARKET_CLOSED;
    }
    if (market_list_of_order(market, slot) != 0) {
        return RESULT_LIST_INVALID;
    }
    if (wanted >= whole || wanted <= executed) {
        return RESULT_AMEND_NOT_DOWN;
    }
    if (order->amends == UINT8_MAX ||
        (terms->amends_max != 0 && order->amends >= terms->amends_max)) {
        return RESULT_MAX_NUM_ORDER_AMENDS;
    }
    if (!exact_is_multiple(&instrument->lot, wanted) ||
        wanted < raw_of_quantity(terms->quantity_min)) {
        return RESULT_LOT_SIZE;
    }
    struct price price = order_type_is_market(order->type) ? instrument->last : order->price;
    if (amount_compare(raw_to_amount(instrument_notional(instrument, price, wanted)),
                       terms->notional_min) < 0) {
        return RESULT_NOTIONAL;
    }
    if (!client_id_is_empty(client_id) && !client_id_equals(client_id, &order->client_id) &&
        market_client_id_seen(market, order->participant, client_id)) {
        return RESULT_DUPLICATE_CLIENT_ID;
    }
    return RESULT_OK;
}

/* The order's new name; the old one stays remembered. */
static void rename_order(struct market *market, uint32_t slot, const struct client_id *client_id)
{
    struct order *order = market_order_at(market, slot);

    if (client_id_is_empty(client_id) || client_id_equals(client_id, &order->client_id)) {
        return;
    }
    if (!client_id_is_empty(&order->client_id)) {
        client_ids_retire_order(market, slot);
    }
    order->client_id = *client_id;
    client_ids_add_order(market, slot);
}

/* Less of a queued order: hidden parts go first, so that the public sees as little as possible. */
static void shrink_queued(struct market *market, uint32_t slot, int64_t less)
{
    struct order *order = market_order_at(market, slot);
    struct level *level = market_level_at(market, order->level);
    struct order_extra *extra = market_extra_of(market, order);
    int64_t left = raw_of_quantity(order->left) - less;

    ENSURE(left > 0);
    if (order->state == ORDER_STATE_RESTING) {
        int64_t before = order_shown(market, order);
        int64_t now = before < left ? before : left;

        if (extra != NULL && raw_of_quantity(extra->iceberg) > 0) {
            extra->shown = raw_to_quantity(now);
        } else {
            now = left;
        }
        level->visible -= before - now;
        level->hidden -= less - (before - now);
        market_instrument_at(market, order->instrument)->totals[order->side] -= less;
    } else {
        level->visible -= less;
    }
}

bool market_amend(struct market *market, uint32_t slot, struct quantity quantity,
                  const struct client_id *client_id, struct level_change *change)
{
    struct order *order = market_order_at(market, slot);
    int64_t less = raw_of_quantity(order->quantity) - raw_of_quantity(quantity);
    int64_t left = raw_of_quantity(order->left) - less;

    ENSURE(less > 0 && left > 0);
    if (order->level != 0) {
        shrink_queued(market, slot, less);
    }
    order->quantity = quantity;
    order->left = raw_to_quantity(left);
    order->amends++;
    rename_order(market, slot, client_id);
    if (order->state != ORDER_STATE_RESTING) {
        return false;
    }
    book_publish(market, order->level, change);
    return true;
}

void market_order_view(const struct market *market, uint32_t slot, struct order_view *out)
{
    const struct order *order = market_order(market, slot);
    const struct order_extra *extra = market_extra_of(market, order);
    int64_t executed = raw_of_quantity(order->quantity) - raw_of_quantity(order->left);
    bool pending = order->state == ORDER_STATE_PENDING;

    *out = (struct order_view){
        .terms =
            {
                .quantity = order->quantity,
                .price = order_type_is_market(order->type) ? raw_to_price(0) : order->price,
                .instrument = order->instrument,
                .side = order->side,
                .type = order->type,
                .time_in_force = order->time_in_force,
                .self_trade = order->self_trade,
                .flags = order->flags,
                .client_id = order->client_id,
            },
        .quote = raw_to_amount(order->quote_units),
        .executed = raw_to_quantity(executed),
        .left = order->left,
        .order = order->number,
        .opened_us = order->opened_us,
        .participant = order->participant,
        .status = pending        ? ORDER_STATUS_PENDING_NEW
                  : executed > 0 ? ORDER_STATUS_PARTIALLY_FILLED
                                 : ORDER_STATUS_NEW,
        .working = order->state == ORDER_STATE_RESTING || order->state == ORDER_STATE_TAKING,
    };
    if (extra != NULL) {
        out->terms.stop_price = extra->stop_price;
        out->terms.iceberg = extra->iceberg;
        out->terms.expires_us = extra->expires_us;
        out->terms.trailing_bps = extra->trailing_bps;
        out->list = extra->list != 0 ? market_list_at(market, extra->list)->number : 0;
    }
}
