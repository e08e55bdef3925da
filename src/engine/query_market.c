/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the state: instruments, books, orders and lists. See query_node.c for the rest.
 *
 * Invariant: nothing here changes anything; what does not exist is false or 0, never a bug.
 */
#include "base/ensure.h"
#include "engine/state.h"
#include "tarazy/query.h"

bool tarazy_query_instrument(const struct engine *engine, uint16_t instrument,
                             struct instrument_view *out)
{
    const struct market *market = engine_market(engine);
    const struct instrument_terms *terms = market_terms(market, instrument);

    if (terms == NULL) {
        return false;
    }
    market_instrument_view(market, instrument, out);
    out->quote_scale = engine_asset_at(engine, terms->quote)->scale;
    return true;
}

uint16_t tarazy_query_instrument_by_symbol(const struct engine *engine, struct symbol symbol)
{
    return market_instrument_find(engine_market(engine), symbol);
}

size_t tarazy_query_depth(const struct engine *engine, uint16_t instrument, enum side side,
                          struct level_view *out, size_t max)
{
    const struct market *market = engine_market(engine);

    if (market_instrument(market, instrument) == NULL) {
        return 0;
    }
    return market_depth(market, instrument, side, out, max);
}

bool tarazy_query_order(const struct engine *engine, uint64_t number, struct order_view *out)
{
    const struct market *market = engine_market(engine);
    uint32_t order = market_order_find(market, number);

    if (order == 0) {
        return false;
    }
    market_order_view(market, order, out);
    return true;
}

uint64_t tarazy_query_order_by_client_id(const struct engine *engine, uint32_t participant,
                                         struct client_id client_id)
{
    const struct market *market = engine_market(engine);
    uint32_t order = market_order_find_client(market, participant, &client_id);

    return order == 0 ? 0 : market_order(market, order)->number;
}

/* The market walks instrument by instrument; people read in the order of placing. The views that are
 * asked for are kept sorted while they come, so a participant's few orders need no other memory. */
static size_t insert_view(struct order_view *out, size_t count, size_t max,
                          const struct order_view *view)
{
    size_t at = count < max ? count : max;

    while (at > 0 && out[at - 1].order > view->order) {
        if (at < max) {
            out[at] = out[at - 1];
        }
        at--;
    }
    if (at < max) {
        out[at] = *view;
    }
    return count < max ? count + 1 : max;
}

size_t tarazy_query_orders(const struct engine *engine, uint32_t participant, uint16_t instrument,
                           struct order_view *out, size_t max)
{
    const struct market *market = engine_market(engine);
    size_t count = 0;

    if (registry_participant(engine_registry(engine), participant) == NULL) {
        return 0;
    }
    for (uint32_t order = market_first_of_participant(market, participant, instrument); order != 0;
         order = market_next_of_participant(market, order, instrument)) {
        struct order_view view;

        market_order_view(market, order, &view);
        count = insert_view(out, count, max, &view);
    }
    return count;
}

bool tarazy_query_order_list(const struct engine *engine, uint64_t number,
                             struct order_list_view *out)
{
    const struct market *market = engine_market(engine);
    uint32_t slot = market_list_find(market, number);

    if (slot == 0) {
        return false;
    }
    const struct order_list *list = market_list(market, slot);
    *out = (struct order_list_view){
        .client_id = list->client_id,
        .list = list->number,
        .participant = list->participant,
        .instrument = list->instrument,
        .contingency = list->contingency,
        .legs = list->legs,
    };
    for (uint32_t leg = 0; leg < list->legs; leg++) {
        out->orders[leg] = list->order_numbers[leg];
    }
    return true;
}
