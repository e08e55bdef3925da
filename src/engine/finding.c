/* SPDX-License-Identifier: Apache-2.0
 *
 * Which order does a request mean? A file of its own because a mistake here touches somebody else's
 * order: three commands ask, and all must get the same answer.
 *
 * Next: apply_order.c.
 */
#include "engine/finding.h"

#include "base/text.h"

/* Names are unique per participant, so a name finds only one's own orders; numbers find anybody's. */
static uint32_t find(const struct market *market, const struct wanted_order *wanted)
{
    if (wanted->number == 0) {
        return client_id_is_none(wanted->client_id)
                   ? 0
                   : market_order_find_client(market, wanted->participant, wanted->client_id);
    }
    uint32_t slot = market_order_find(market, wanted->number);
    if (slot == 0 || client_id_is_none(wanted->client_id)) {
        return slot;
    }
    const struct client_id *name = &market_order(market, slot)->client_id;
    return text_equals(name->text, wanted->client_id->text, sizeof name->text) ? slot : 0;
}

static bool fits(const struct order *order, uint8_t restriction)
{
    bool executed = quantity_compare(order->quantity, order->left) != 0;

    if (restriction == CANCEL_RESTRICTION_ONLY_NEW) {
        return !executed;
    }
    return restriction != CANCEL_RESTRICTION_ONLY_PARTIALLY_FILLED || executed;
}

enum result finding_order(const struct engine *engine, const struct wanted_order *wanted,
                          uint32_t *slot)
{
    const struct market *market = engine_market(engine);

    *slot = find(market, wanted);
    if (*slot == 0) {
        return RESULT_UNKNOWN_ORDER;
    }
    const struct order *order = market_order(market, *slot);
    if (order->participant != wanted->participant) {
        return RESULT_NOT_YOUR_ORDER;
    }
    if (order->instrument != wanted->instrument) {
        return RESULT_UNKNOWN_ORDER;
    }
    return fits(order, wanted->restriction) ? RESULT_OK : RESULT_CANCEL_RESTRICTED;
}
