/* SPDX-License-Identifier: Apache-2.0
 *
 * Cancel one order and place another, in one command. A file of its own because two things are
 * checked here before either is done: the new order may use the money and the place in the counts that
 * the old one gives back.
 *
 * STOP_ON_FAILURE: both or neither. ALLOW_FAILURE, the engine's one exception to "refused means nothing
 * changed": each is done if it can be, and the outcome says what became of which:
 *
 *     result                 cancel_result  place_result
 *     OK                     OK             OK             both done
 *     OK                     reason         OK             placed; there was nothing to cancel
 *     REPLACE_NOT_PLACED     OK             reason         cancelled only
 *     REPLACE_NOT_CANCELLED  reason         0 or reason    nothing done
 *     REPLACE_NOT_CANCELLED  0              reason         nothing done (STOP_ON_FAILURE)
 *
 * Invariant: even where a failure is allowed, all is decided before anything changes.
 *
 * Next: apply_list.c.
 */
#include "engine/closing.h"
#include "engine/finding.h"
#include "engine/placing.h"

struct decision {
    enum result result;
    enum result cancel; /* 0 = would have been possible, not done */
    enum result place;  /* 0 = not tried */
    uint32_t order;     /* slot to cancel; 0 = none */
    struct placing placing;
};

/* What a list holds and has on the book beyond the order itself would be gone, too, before the new
 * order is matched. For a kind whose cost or chance depends on the present book that cannot be said
 * beforehand. */
static bool is_placeable_after_list(const struct market *market, uint32_t order,
                                    const struct order_terms *terms)
{
    return market_list_of_order(market, order) == 0 ||
           (terms->type != ORDER_TYPE_MARKET && terms->time_in_force != TIME_IN_FORCE_FOK);
}

/* What cancelling an order gives back: all that its list holds, on the account of the leg that works. */
static struct replaced released_by(const struct market *market, uint32_t slot)
{
    uint32_t list = market_list_of_order(market, slot);
    uint32_t holder = list == 0 ? slot : settle_working_leg(market, market_list(market, list));
    struct replaced replaced = {.order = slot, .trader = market_order(market, slot)->trader};

    if (holder != 0) {
        const struct order *order = market_order(market, holder);

        replaced.account = settle_spent_account(market, order);
        replaced.released = settle_held(market, slot);
    }
    return replaced;
}

static enum result check_new_order(const struct engine *engine,
                                   const struct command_order_replace *replace,
                                   struct decision *decision)
{
    const struct market *market = engine_market(engine);
    struct replaced replaced = {0};

    if (decision->order != 0) {
        if (!is_placeable_after_list(market, decision->order, &replace->terms)) {
            return RESULT_ORDER_TYPE_INVALID;
        }
        replaced = released_by(market, decision->order);
    }
    decision->placing = (struct placing){.placement = {.legs = 1}};
    enum result result =
        placing_check(engine, &replace->header, &replace->terms, &replaced, &decision->placing);
    if (result != RESULT_OK) {
        return result;
    }
    return placing_check_funds(engine, &decision->placing, &replace->terms,
                               decision->placing.funding, &replaced);
}

static void decide(const struct engine *engine, const struct command_order_replace *replace,
                   struct decision *decision)
{
    const struct wanted_order wanted = {
        .number = replace->order,
        .client_id = &replace->original,
        .participant = replace->header.participant,
        .instrument = replace->terms.instrument,
        .restriction = replace->restriction,
    };
    bool both = replace->mode == REPLACE_MODE_STOP_ON_FAILURE;

    *decision = (struct decision){.result = RESULT_REPLACE_NOT_CANCELLED};
    decision->cancel = finding_order(engine, &wanted, &decision->order);
    if (decision->cancel != RESULT_OK) {
        decision->order = 0;
        if (both) {
            return;
        }
    }
    decision->place = check_new_order(engine, replace, decision);
    if (decision->place == RESULT_OK) {
        decision->result = RESULT_OK;
    } else if (both) {
        decision->cancel = (enum result)0;
    } else if (decision->cancel == RESULT_OK) {
        decision->result = RESULT_REPLACE_NOT_PLACED;
    }
}

enum result check_order_replace(const struct engine *engine,
                                const struct command_order_replace *replace)
{
    struct decision decision;

    decide(engine, replace, &decision);
    return decision.result;
}

enum result apply_order_replace(struct apply *apply, const struct command_order_replace *replace)
{
    const struct closing closing = {
        .reason = CLOSE_REASON_REQUESTED,
        .status = ORDER_STATUS_CANCELED,
        .client_id = &replace->cancel_client_id,
    };
    struct decision decision;

    decide(apply->engine, replace, &decision);
    apply->cancel_result = (uint16_t)decision.cancel;
    apply->place_result = (uint16_t)decision.place;
    if (decision.place == RESULT_DUPLICATE_CLIENT_ID) {
        apply->id = market_client_id_order(apply->market, replace->header.participant,
                                           &replace->terms.client_id);
    }
    if (decision.result == RESULT_REPLACE_NOT_CANCELLED) {
        return decision.result;
    }
    if (decision.order != 0) {
        apply->cancelled = market_order(apply->market, decision.order)->number;
        close_order(apply, decision.order, &closing);
    }
    if (decision.result == RESULT_OK) {
        placing_place(apply, &decision.placing, &replace->terms, apply->cancelled);
    }
    return decision.result;
}
