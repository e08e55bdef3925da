/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders from their opening to their end, and what they hold meanwhile: a seller the quantity that is
 * left, a buyer what that costs at the worst price it may trade at; of a list, what the most expensive of
 * its working orders holds. A file of its own because every event about orders moves that sum.
 *
 * Invariants: an order in the table is open; numbers follow each other; whatever changes an order takes
 * its hold out of its account before, and puts it back after.
 *
 * Next: inspect_lists.c.
 */
#include <string.h>

#include "inspector/inspector_state.h"

static bool is_market_kind(const struct order_terms *terms)
{
    return terms->type == ORDER_TYPE_MARKET || terms->type == ORDER_TYPE_STOP_LOSS ||
           terms->type == ORDER_TYPE_TAKE_PROFIT;
}

static bool is_stop_kind(const struct order_terms *terms)
{
    return terms->type >= ORDER_TYPE_STOP_LOSS;
}

static bool is_by_quote(const struct inspector_order *order)
{
    return (order->terms.flags & ORDER_FLAG_BY_QUOTE) != 0;
}

/* Works now or never, or has nothing left: it does not outlive the command. */
static bool is_unfinished(const struct inspector_order *order)
{
    bool immediate = !order->pending && !is_stop_kind(&order->terms) &&
                     (order->terms.time_in_force == TIME_IN_FORCE_IOC ||
                      order->terms.time_in_force == TIME_IN_FORCE_FOK);

    return immediate || (order->left == 0 && !is_by_quote(order));
}

static uint32_t find_slot(const struct inspector *inspector, uint64_t number)
{
    uint64_t hash = hash_u64(inspector->seed, number);
    uint32_t cursor;

    for (uint32_t i = table_first(&inspector->orders_by_number, hash, &cursor); i != 0;
         i = table_next(&inspector->orders_by_number, hash, &cursor)) {
        const struct inspector_order *order = pool_at(&inspector->orders, i);

        if (order->number == number) {
            return i;
        }
    }
    return 0;
}

struct inspector_order *inspector_order(struct inspector *inspector, uint64_t number)
{
    uint32_t slot = find_slot(inspector, number);

    return slot == 0 ? NULL : pool_at(&inspector->orders, slot);
}

static uint16_t spent_asset(const struct inspector *inspector, const struct order_terms *terms)
{
    const struct instrument_terms *rules = &inspector->listings[terms->instrument].terms;

    return terms->side == SIDE_BUY ? rules->quote : rules->base;
}

static int128 hold_of(const struct inspector *inspector, const struct inspector_order *order)
{
    if (order->pending) {
        return 0;
    }
    if (order->terms.side == SIDE_SELL) {
        return order->left;
    }
    return (int128)order->limit * order->left / inspector->listings[order->terms.instrument].unit;
}

/* The most that any working order of a list holds; all of them spend one asset. */
static int128 hold_of_list(struct inspector *inspector, const struct inspector_list *list,
                           uint16_t *asset)
{
    int128 most = 0;

    *asset = 0;
    for (uint32_t leg = 0; leg < list->legs; leg++) {
        const struct inspector_order *order = pool_at(&inspector->orders, list->orders[leg]);

        if (list->orders[leg] == 0 || order->pending) {
            continue;
        }
        uint16_t spent = spent_asset(inspector, &order->terms);
        if (*asset != 0 && *asset != spent) {
            inspector_complain(inspector, INSPECTOR_RULE_LIST, list->number,
                               "two orders of a list work at once on both sides");
        }
        *asset = spent;
        most = hold_of(inspector, order) > most ? hold_of(inspector, order) : most;
    }
    return most;
}

void inspector_count_list(struct inspector *inspector, const struct inspector_list *list, int sign)
{
    uint16_t asset;
    int128 hold = hold_of_list(inspector, list, &asset);

    if (hold != 0) {
        inspector_expect_held(inspector, list->participant, asset, sign * hold);
    }
}

void inspector_count_hold(struct inspector *inspector, const struct inspector_order *order,
                          int sign)
{
    if (is_unfinished(order)) {
        inspector->unfinished += sign > 0 ? 1u : (uint32_t)-1;
    }
    if (order->list != 0) {
        inspector_count_list(inspector, pool_at(&inspector->lists, order->list), sign);
        return;
    }
    int128 hold = hold_of(inspector, order);
    if (hold != 0) {
        inspector_expect_held(inspector, order->participant, spent_asset(inspector, &order->terms),
                              sign * hold);
    }
}

static void complain(struct inspector *inspector, uint64_t order, const char *what)
{
    inspector_complain(inspector, INSPECTOR_RULE_ORDER, order, what);
}

/* The terms the command at hand gave its n-th order; NULL: it opens none. */
static const struct order_terms *terms_given(const struct inspector *inspector, uint32_t nth)
{
    const void *act = inspector->now.act;

    if (inspector_has(inspector, COMMAND_ORDER_PLACE) && nth == 0) {
        return &((const struct command_order_place *)act)->terms;
    }
    if (inspector_has(inspector, COMMAND_ORDER_REPLACE) && nth == 0) {
        return &((const struct command_order_replace *)act)->terms;
    }
    if (inspector_has(inspector, COMMAND_ORDER_LIST_PLACE)) {
        const struct command_order_list_place *list = act;

        return nth < list->legs ? &list->terms[nth] : NULL;
    }
    return NULL;
}

/* May such an order be taken here and now? */
static void check_entry(struct inspector *inspector, const struct event_order_opened *event)
{
    const struct inspector_listing *listing = &inspector->listings[event->terms.instrument];
    const struct inspector_person *owner = &inspector->people[event->participant];
    const struct order_terms *terms = &event->terms;
    bool by_quote = (terms->flags & ORDER_FLAG_BY_QUOTE) != 0;
    int64_t price = price_units(terms->price);

    if ((inspector->tiers[owner->tier].rights & TIER_RIGHT_TRADE) == 0) {
        inspector_complain(inspector, INSPECTOR_RULE_TIER, event->order,
                           "an order of somebody whose tier does not trade");
    }
    if (listing->session != SESSION_CONTINUOUS && listing->session != SESSION_PRE_OPEN &&
        listing->session != SESSION_AUCTION) {
        inspector_complain(inspector, INSPECTOR_RULE_SESSION, event->order,
                           "an order is taken in a session that takes none");
    }
    if (is_market_kind(terms) != price_is_positive(event->protection) ||
        is_market_kind(terms) != (price == 0) || price % price_units(listing->terms.tick) != 0 ||
        price_units(event->protection) % price_units(listing->terms.tick) != 0 ||
        quantity_units(terms->quantity) <= 0 ||
        (!by_quote && quantity_units(terms->quantity) % quantity_units(listing->terms.lot) != 0)) {
        complain(inspector, event->order, "price or quantity are off the instrument's grid");
    }
}

static bool is_opened_as_told(const struct inspector *inspector,
                              const struct event_order_opened *event)
{
    const struct inspector_now *now = &inspector->now;
    const struct order_terms *terms = terms_given(inspector, now->opened);
    const void *act = now->act;
    const struct command_order_list_place *list = act;
    bool of_list = inspector_has(inspector, COMMAND_ORDER_LIST_PLACE);
    bool pending = of_list && list->contingency != CONTINGENCY_OCO && now->opened > 0;

    return terms != NULL && memcmp(terms, &event->terms, sizeof *terms) == 0 &&
           event->order == inspector->last_order + 1 && event->participant == now->actor &&
           event->list == (of_list ? inspector->last_list + 1 : 0) &&
           event->status == (pending ? ORDER_STATUS_PENDING_NEW : ORDER_STATUS_NEW) &&
           event->working <= (pending ? 0 : 1) &&
           (pending || is_stop_kind(terms) || event->working == 1) &&
           event->replaces ==
               (inspector_has(inspector, COMMAND_ORDER_REPLACE) ? now->cancelled : 0);
}

void inspector_see_opened(struct inspector *inspector, const struct event_order_opened *event)
{
    struct inspector_now *now = &inspector->now;

    if (!is_opened_as_told(inspector, event) ||
        inspector_listing(inspector, event->terms.instrument) == NULL) {
        complain(inspector, event->order, "an order is opened other than its command says");
        return;
    }
    check_entry(inspector, event);
    uint32_t slot = pool_take(&inspector->orders);
    if (slot == 0) {
        inspector_complain(inspector, INSPECTOR_RULE_ROOM, 0, "more orders than licensed");
        return;
    }
    struct inspector_order *order = pool_at(&inspector->orders, slot);
    bool by_quote = (event->terms.flags & ORDER_FLAG_BY_QUOTE) != 0;
    *order = (struct inspector_order){
        .terms = event->terms,
        .number = event->order,
        .quantity = by_quote ? 0 : quantity_units(event->terms.quantity),
        .limit =
            price_units(is_market_kind(&event->terms) ? event->protection : event->terms.price),
        .participant = event->participant,
        .pending = event->status == ORDER_STATUS_PENDING_NEW,
        .waiting = is_stop_kind(&event->terms) && event->working == 0,
    };
    order->left = order->quantity;
    inspector->last_order = event->order;
    table_insert(&inspector->orders_by_number, hash_u64(inspector->seed, order->number), slot);
    now->id = now->opened++ == 0 ? event->order : now->id;
    if (event->list != 0) {
        inspector_join_list(inspector, order, slot);
    }
    if (!inspector->complains) {
        inspector_count_hold(inspector, order, 1);
    }
}

static void change(struct inspector *inspector, struct inspector_order *order,
                   const struct event_order_changed *event)
{
    const void *act = inspector->now.act;
    const struct command_order_amend *amend = act;
    int64_t quantity = quantity_units(event->quantity);
    int64_t prevented = quantity_units(event->prevented);

    switch ((enum order_change)event->change) {
    case ORDER_CHANGE_TRIGGERED: order->waiting = false; break;
    case ORDER_CHANGE_STARTED:
        order->pending = false;
        order->waiting =
            false; /* a stop among them may be set off at once, and then says no more */
        break;
    case ORDER_CHANGE_AMENDED:
        if (!inspector_has(inspector, COMMAND_ORDER_AMEND) ||
            order->participant != inspector->now.actor || quantity >= order->quantity ||
            quantity != quantity_units(amend->quantity)) {
            complain(inspector, order->number, "an order is amended other than asked");
        }
        inspector->now.id = order->number;
        inspector->now.amended++;
        order->left -= order->quantity - quantity;
        order->quantity = quantity;
        break;
    case ORDER_CHANGE_DECREMENTED:
        order->left -= is_by_quote(order) ? 0 : prevented;
        order->quantity -= is_by_quote(order) ? 0 : prevented;
        break;
    case ORDER_CHANGE_TRAILING: break;
    }
    if (event->change < ORDER_CHANGE_TRIGGERED || event->change > ORDER_CHANGE_TRAILING ||
        (event->change == ORDER_CHANGE_DECREMENTED) != (prevented > 0) ||
        (event->change == ORDER_CHANGE_DECREMENTED) != (event->counter_order != 0)) {
        complain(inspector, order->number, "an order changes in no known way");
    }
}

void inspector_see_changed(struct inspector *inspector, const struct event_order_changed *event)
{
    struct inspector_order *order = inspector_order(inspector, event->order);

    if (order == NULL || event->participant != order->participant ||
        event->instrument != order->terms.instrument || event->side != order->terms.side) {
        complain(inspector, event->order, "an order changes that is not open, or was another");
        return;
    }
    inspector_count_hold(inspector, order, -1);
    change(inspector, order, event);
    inspector_count_hold(inspector, order, 1);
    if (order->left < 0 ||
        (!is_by_quote(order) && (order->left != quantity_units(event->left) ||
                                 order->quantity != quantity_units(event->quantity)))) {
        complain(inspector, event->order, "an order's change does not add up");
    }
}

/* Does the way an order ended fit who asked, what time it is, and what it traded? */
static bool is_end_right(const struct inspector *inspector, const struct inspector_order *order,
                         const struct event_order_closed *event)
{
    const struct command_header *act = inspector->now.act;
    uint16_t kind = act == NULL ? 0 : act->kind;
    bool own = order->participant == inspector->now.actor;

    switch ((enum close_reason)event->reason) {
    case CLOSE_REASON_FILLED:
        return event->status == ORDER_STATUS_FILLED && order->left == 0 && order->executed > 0;
    case CLOSE_REASON_REQUESTED:
        return event->status == ORDER_STATUS_CANCELED && own &&
               (kind == COMMAND_ORDER_CANCEL || kind == COMMAND_ORDER_CANCEL_ALL ||
                kind == COMMAND_ORDER_REPLACE || kind == COMMAND_ORDER_LIST_CANCEL);
    case CLOSE_REASON_DISCONNECTED:
        return event->status == ORDER_STATUS_CANCELED && own && kind == COMMAND_ORDER_CANCEL_ALL;
    case CLOSE_REASON_COUNTDOWN:
        return event->status == ORDER_STATUS_CANCELED && kind == COMMAND_CLOCK;
    case CLOSE_REASON_FROZEN:
        return event->status == ORDER_STATUS_CANCELED &&
               (kind == COMMAND_PARTICIPANT_FREEZE || kind == COMMAND_ORDER_CANCEL_ALL);
    case CLOSE_REASON_GTD:
        return event->status == ORDER_STATUS_EXPIRED && order->terms.expires_us != 0 &&
               order->terms.expires_us <= inspector->time_us;
    case CLOSE_REASON_LIST:
        return order->list != 0 &&
               (event->status == ORDER_STATUS_CANCELED || event->status == ORDER_STATUS_EXPIRED);
    case CLOSE_REASON_IOC:
    case CLOSE_REASON_PRICE_BAND:
    case CLOSE_REASON_FILLS_MAX:
    case CLOSE_REASON_SESSION: return event->status == ORDER_STATUS_EXPIRED;
    case CLOSE_REASON_SELF_TRADE:
        return event->status == ORDER_STATUS_EXPIRED_IN_MATCH && event->counter_order != 0;
    case CLOSE_REASON_REFUSED: return event->status == ORDER_STATUS_REJECTED;
    }
    return false;
}

void inspector_see_closed(struct inspector *inspector, const struct event_order_closed *event)
{
    struct inspector_now *now = &inspector->now;
    uint32_t slot = find_slot(inspector, event->order);
    struct inspector_order *order = pool_at(&inspector->orders, slot);

    if (slot == 0 || event->participant != order->participant ||
        event->instrument != order->terms.instrument ||
        quantity_units(event->executed) != order->executed ||
        quantity_units(event->left) != order->left || amount_units(event->quote) != order->quote) {
        complain(inspector, event->order, "an order's end does not say what it was and traded");
        return;
    }
    if (!is_end_right(inspector, order, event) ||
        (event->reason != CLOSE_REASON_SELF_TRADE && event->counter_order != 0)) {
        complain(inspector, event->order, "an order ends in a way that nothing led to");
    }
    if (order->terms.time_in_force == TIME_IN_FORCE_FOK && order->executed != 0 &&
        event->status != ORDER_STATUS_FILLED) {
        complain(inspector, event->order, "a fill-or-kill order is filled in part");
    }
    now->closed++;
    if (event->reason == CLOSE_REASON_REQUESTED && now->cancelled == 0) {
        now->cancelled = event->order;
        now->id = event->order;
    }
    inspector_count_hold(inspector, order, -1);
    if (order->list != 0) {
        inspector_leave_list(inspector, order, slot);
    }
    table_remove(&inspector->orders_by_number, hash_u64(inspector->seed, order->number), slot);
    pool_give(&inspector->orders, slot);
}
