/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of orders: one cancels the other (OCO), one starts the other (OTO), one starts an OCO
 * (OTOCO). A room of its own because a list is data about orders, nothing that matches; what follows
 * when a leg fills or ends is the engine's doing.
 *
 * Rules of an OCO, as clients of the venue contract expect them: two legs of one instrument, side and
 * quantity, one above the last price and one below. A seller takes profit above (LIMIT_MAKER or
 * TAKE_PROFIT) and stops loss below; a buyer the other way round. A leg's place is its stop price, or
 * its limit for LIMIT_MAKER; a leg that only trails has none.
 *
 * Invariants: orders[leg] is the slot of an open order whose extra names list and leg, or 0.
 */
#include "market/client_ids.h"
#include "market/filters.h"
#include "market/order_store.h"
#include "market/traders.h"
#include "money/arithmetic.h"

#define LEGS_OCO   2u
#define LEGS_OTO   2u
#define LEGS_OTOCO 3u

/* Is it the leg that takes a profit (LIMIT_MAKER, TAKE_PROFIT)? Else it must be one that stops. */
static bool takes_profit(uint8_t type)
{
    return type == ORDER_TYPE_LIMIT_MAKER || type == ORDER_TYPE_TAKE_PROFIT ||
           type == ORDER_TYPE_TAKE_PROFIT_LIMIT;
}

static bool stops_loss(uint8_t type)
{
    return type == ORDER_TYPE_STOP_LOSS || type == ORDER_TYPE_STOP_LOSS_LIMIT;
}

static struct price place_of(const struct order_terms *terms)
{
    return terms->type == ORDER_TYPE_LIMIT_MAKER ? terms->price : terms->stop_price;
}

/* Do two legs make an OCO? working: their places are also compared with the last price. */
static bool is_oco(const struct instrument *instrument, const struct order_terms *legs,
                   bool working)
{
    const struct order_terms *profit = takes_profit(legs[0].type) ? &legs[0] : &legs[1];
    const struct order_terms *loss = takes_profit(legs[0].type) ? &legs[1] : &legs[0];

    if (!takes_profit(profit->type) || !stops_loss(loss->type) || profit->side != loss->side ||
        quantity_compare(profit->quantity, loss->quantity) != 0) {
        return false;
    }
    bool sells = profit->side == SIDE_SELL;
    int64_t above = raw_of_price(place_of(sells ? profit : loss));
    int64_t below = raw_of_price(place_of(sells ? loss : profit));
    int64_t last = raw_of_price(instrument->last);
    if (above != 0 && below != 0 && above <= below) {
        return false;
    }
    return !working || ((above == 0 || above > last) && (below == 0 || below < last));
}

/* The first leg of an OTO works at once: an order that can rest. */
static bool is_working(const struct order_terms *terms)
{
    return terms->type == ORDER_TYPE_LIMIT || terms->type == ORDER_TYPE_LIMIT_MAKER;
}

static bool is_shape_right(const struct instrument *instrument,
                           const struct command_order_list_place *place)
{
    const struct order_terms *legs = place->terms;

    switch ((enum contingency)place->contingency) {
    case CONTINGENCY_OCO: return place->legs == LEGS_OCO && is_oco(instrument, legs, true);
    case CONTINGENCY_OTO: return place->legs == LEGS_OTO && is_working(&legs[0]);
    case CONTINGENCY_OTOCO:
        return place->legs == LEGS_OTOCO && is_working(&legs[0]) &&
               is_oco(instrument, &legs[1], false);
    }
    return false;
}

static bool is_duplicate(const struct command_order_list_place *place)
{
    for (uint32_t i = 0; i < place->legs; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (!client_id_is_empty(&place->terms[i].client_id) &&
                client_id_equals(&place->terms[i].client_id, &place->terms[k].client_id)) {
                return true;
            }
        }
    }
    return false;
}

/* Counts of all legs together: market_order_check sees one leg at a time. */
static enum result check_counts(const struct market *market, uint32_t participant,
                                const struct instrument *instrument,
                                const struct command_order_list_place *place)
{
    uint32_t at = traders_find(market, participant, instrument->number);
    struct trader none = {0};
    const struct trader *trader = at != 0 ? market_trader_at(market, at) : &none;
    uint32_t algo = trader->algo_orders;
    uint32_t icebergs = trader->icebergs;
    const struct instrument_terms *rules = &instrument->terms;

    for (uint32_t leg = 0; leg < place->legs; leg++) {
        algo += order_type_is_stop(place->terms[leg].type);
        icebergs += raw_of_quantity(place->terms[leg].iceberg) != 0;
    }
    if (rules->order_lists_max != 0 && trader->lists + 1 > rules->order_lists_max) {
        return RESULT_MAX_NUM_ORDER_LISTS;
    }
    if (rules->algo_orders_max != 0 && algo > trader->algo_orders &&
        algo > rules->algo_orders_max) {
        return RESULT_MAX_NUM_ALGO_ORDERS;
    }
    if (rules->iceberg_orders_max != 0 && icebergs > trader->icebergs &&
        icebergs > rules->iceberg_orders_max) {
        return RESULT_MAX_NUM_ICEBERG_ORDERS;
    }
    return pool_room(&market->lists) > 0 ? RESULT_OK : RESULT_LISTS_FULL;
}

enum result market_list_check(const struct market *market, uint32_t participant,
                              const struct command_order_list_place *place)
{
    uint16_t number = place->terms[0].instrument;

    if (number < 1 || number > market->instrument_count) {
        return RESULT_UNKNOWN_INSTRUMENT;
    }
    if (place->legs < 2 || place->legs > TARAZY_LIST_LEGS_MAX) {
        return RESULT_LIST_INVALID;
    }
    const struct instrument *instrument = market_instrument_at(market, number);
    for (uint32_t leg = 0; leg < place->legs; leg++) {
        if (place->terms[leg].instrument != number ||
            (place->terms[leg].flags & ORDER_FLAG_BY_QUOTE) != 0) {
            return RESULT_LIST_INVALID;
        }
    }
    if (!client_id_is_empty(&place->client_id) &&
        (market_list_find_client(market, participant, &place->client_id) != 0 ||
         client_ids_recall(market, participant, &place->client_id, CLIENT_ID_KIND_LIST) != 0)) {
        return RESULT_DUPLICATE_CLIENT_ID;
    }
    if (is_duplicate(place)) {
        return RESULT_DUPLICATE_CLIENT_ID;
    }
    if (!is_shape_right(instrument, place)) {
        return RESULT_LIST_INVALID;
    }
    return check_counts(market, participant, instrument, place);
}

uint32_t market_list_open(struct market *market, uint32_t participant,
                          const struct command_order_list_place *place, uint64_t number)
{
    uint32_t slot = pool_take(&market->lists);

    ENSURE(slot != 0 && number != 0);
    struct order_list *list = market_list_at(market, slot);
    list->client_id = place->client_id;
    list->participant = participant;
    list->number = number;
    list->instrument = place->terms[0].instrument;
    list->contingency = place->contingency;
    list->legs = place->legs;
    table_insert(&market->lists_by_number, hash_u64(market->seed, number), slot);
    if (!client_id_is_empty(&list->client_id)) {
        table_insert(&market->lists_by_client,
                     client_id_hash(market, participant, &list->client_id), slot);
    }
    market_trader_at(market, traders_open(market, participant, list->instrument))->lists++;
    return slot;
}

void market_list_attach(struct market *market, uint32_t slot, uint32_t leg, uint32_t order)
{
    struct order_list *list = market_list_at(market, slot);
    struct order_extra *extra = market_extra_of(market, market_order(market, order));

    ENSURE(leg < list->legs && list->orders[leg] == 0 && extra != NULL && extra->list == slot);
    list->orders[leg] = order;
    list->order_numbers[leg] = market_order_at(market, order)->number;
    extra->leg = (uint8_t)leg;
}

const struct order_list *market_list(const struct market *market, uint32_t list)
{
    ENSURE(list >= 1 && list <= market->lists.capacity);
    return market_list_at(market, list);
}

uint32_t market_list_of_order(const struct market *market, uint32_t order)
{
    const struct order_extra *extra = market_extra_of(market, market_order(market, order));

    return extra != NULL ? extra->list : 0;
}

uint32_t market_list_find(const struct market *market, uint64_t number)
{
    uint64_t hash = hash_u64(market->seed, number);
    uint32_t cursor;

    for (uint32_t i = table_first(&market->lists_by_number, hash, &cursor); i != 0;
         i = table_next(&market->lists_by_number, hash, &cursor)) {
        if (market_list_at(market, i)->number == number) {
            return i;
        }
    }
    return 0;
}

uint32_t market_list_find_client(const struct market *market, uint32_t participant,
                                 const struct client_id *client_id)
{
    uint32_t cursor;

    if (client_id_is_empty(client_id)) {
        return 0;
    }
    uint64_t hash = client_id_hash(market, participant, client_id);
    for (uint32_t i = table_first(&market->lists_by_client, hash, &cursor); i != 0;
         i = table_next(&market->lists_by_client, hash, &cursor)) {
        const struct order_list *list = market_list_at(market, i);

        if (list->participant == participant && client_id_equals(&list->client_id, client_id)) {
            return i;
        }
    }
    return 0;
}

void market_list_set_started(struct market *market, uint32_t list)
{
    market_list_at(market, list)->started = 1;
}

void market_list_close(struct market *market, uint32_t slot)
{
    struct order_list *list = market_list_at(market, slot);
    uint32_t trader = traders_find(market, list->participant, list->instrument);

    for (uint32_t leg = 0; leg < list->legs; leg++) {
        ENSURE(list->orders[leg] == 0);
    }
    ENSURE(trader != 0 && market_trader_at(market, trader)->lists > 0);
    market_trader_at(market, trader)->lists--;
    traders_rest(market, trader);
    if (!client_id_is_empty(&list->client_id)) {
        table_remove(&market->lists_by_client,
                     client_id_hash(market, list->participant, &list->client_id), slot);
        client_ids_remember(market, list->participant, &list->client_id, CLIENT_ID_KIND_LIST,
                            list->number);
    }
    table_remove(&market->lists_by_number, hash_u64(market->seed, list->number), slot);
    pool_give(&market->lists, slot);
}
