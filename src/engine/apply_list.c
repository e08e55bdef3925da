/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of orders: one cancels the other (OCO), one starts another (OTO), one starts a pair of which
 * one cancels the other (OTOCO). The market checks that the legs fit; here they are paid for, opened
 * and set going.
 *
 * Invariants: working legs of a list share one hold, the largest of theirs; pending legs hold nothing
 * until they start; cancelling any leg cancels the list; nothing is changed before every leg has been
 * checked.
 *
 * Next: cascade.c.
 */
#include "base/text.h"
#include "engine/cascade.h"
#include "engine/closing.h"
#include "engine/placing.h"

struct list_plan {
    struct placing legs[TARAZY_LIST_LEGS_MAX];
    struct amount funding; /* of all legs that work from the start */
};

static const struct replaced nothing_replaced;

/* In an OCO both legs work at once; elsewhere all but the first wait for it. */
static bool is_pending(const struct command_order_list_place *place, uint32_t leg)
{
    return place->contingency != CONTINGENCY_OCO && leg > 0;
}

static enum result check_legs(const struct engine *engine,
                              const struct command_order_list_place *place, struct list_plan *plan)
{
    plan->funding = amount_zero();
    for (uint32_t leg = 0; leg < place->legs; leg++) {
        struct placing *placing = &plan->legs[leg];

        *placing = (struct placing){
            .placement = {.legs = place->legs, .pending = is_pending(place, leg)},
        };
        enum result result =
            placing_check(engine, &place->header, &place->terms[leg], &nothing_replaced, placing);
        if (result != RESULT_OK) {
            return result;
        }
        plan->funding = amount_max(plan->funding, placing->funding);
    }
    return RESULT_OK;
}

static enum result check_list(const struct engine *engine,
                              const struct command_order_list_place *place, struct list_plan *plan)
{
    uint32_t sender = place->header.participant;
    enum result result = market_list_check(engine_market(engine), sender, place);

    if (result != RESULT_OK) {
        return result;
    }
    result = check_legs(engine, place, plan);
    if (result != RESULT_OK) {
        return result;
    }
    return placing_check_funds(engine, &plan->legs[0], &place->terms[0], plan->funding,
                               &nothing_replaced);
}

enum result check_order_list_place(const struct engine *engine,
                                   const struct command_order_list_place *place)
{
    struct list_plan plan;

    return check_list(engine, place, &plan);
}

/* The list is known first, then its legs, then what becomes of them. */
static uint32_t open_list(struct apply *apply, const struct command_order_list_place *place,
                          const struct list_plan *plan)
{
    uint64_t number = ++apply->engine->last_list;
    uint32_t list = market_list_open(apply->market, place->header.participant, place, number);

    apply->list = number;
    apply->id = apply->engine->last_order + 1;
    for (uint32_t leg = 0; leg < place->legs; leg++) {
        uint32_t order = placing_open(apply, &plan->legs[leg], &place->terms[leg], list, 0);

        market_list_attach(apply->market, list, leg, order);
    }
    emit_order_list(apply, market_list(apply->market, list), LIST_STATE_EXECUTING);
    return list;
}

enum result apply_order_list_place(struct apply *apply,
                                   const struct command_order_list_place *place)
{
    struct list_plan plan;
    enum result result = check_list(apply->engine, place, &plan);

    if (result != RESULT_OK) {
        return result;
    }
    placing_hold(apply, &plan.legs[0], &place->terms[0], plan.funding);
    for (uint32_t leg = 1; leg < place->legs; leg++) {
        plan.legs[leg].accounts = plan.legs[0].accounts;
    }
    uint32_t list = open_list(apply, place, &plan);
    cascade_take_legs(apply, list, plan.funding);
    cascade_run(apply, place->terms[0].instrument);
    return RESULT_OK;
}

static enum result find_list(const struct engine *engine,
                             const struct command_order_list_cancel *cancel, uint32_t *found)
{
    const struct market *market = engine_market(engine);
    uint32_t sender = cancel->header.participant;

    *found = cancel->list != 0 ? market_list_find(market, cancel->list)
                               : market_list_find_client(market, sender, &cancel->original);
    if (*found == 0) {
        return RESULT_UNKNOWN_LIST;
    }
    const struct order_list *list = market_list(market, *found);
    if (list->participant != sender) {
        return RESULT_NOT_YOUR_ORDER;
    }
    bool name_fits =
        cancel->list == 0 || client_id_is_none(&cancel->original) ||
        text_equals(cancel->original.text, list->client_id.text, sizeof list->client_id.text);
    return name_fits && list->instrument == cancel->instrument ? RESULT_OK : RESULT_UNKNOWN_LIST;
}

enum result check_order_list_cancel(const struct engine *engine,
                                    const struct command_order_list_cancel *cancel)
{
    uint32_t list;

    return find_list(engine, cancel, &list);
}

enum result apply_order_list_cancel(struct apply *apply,
                                    const struct command_order_list_cancel *cancel)
{
    const struct closing closing = {
        .reason = CLOSE_REASON_REQUESTED,
        .status = ORDER_STATUS_CANCELED,
        .client_id = &cancel->client_id,
    };
    uint32_t slot;
    enum result result = find_list(apply->engine, cancel, &slot);

    if (result != RESULT_OK) {
        return result;
    }
    const struct order_list *list = market_list(apply->market, slot);
    uint32_t leg = 0;
    while (leg < list->legs && list->orders[leg] == 0) {
        leg++;
    }
    ENSURE(leg < list->legs);
    apply->id = list->order_numbers[leg];
    apply->list = list->number;
    close_order(apply, list->orders[leg], &closing);
    return RESULT_OK;
}
