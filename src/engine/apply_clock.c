/* SPDX-License-Identifier: Apache-2.0
 *
 * Time passes: everything that was waiting for it is done, oldest deadline first within each kind. A
 * file of its own because time is a command like any other; nothing in the engine looks at a clock.
 *
 * Invariants: bounded by TARAZY_CLOSES_MAX and TARAZY_FILLS_MAX; whatever is left keeps its deadline,
 * which is then in the past, so tarazy_engine_deadline asks for the next clock at once.
 *
 * Next: audit.c.
 */
#include "engine/apply_auction.h"
#include "engine/cascade.h"
#include "engine/closing.h"

enum result check_clock(const struct engine *engine, const struct command_clock *clock)
{
    (void)engine;
    ENSURE(clock->header.participant == 0); /* no role permits it */
    return RESULT_OK;
}

/* Dead-man timers. One whose orders were too many for this command is due again at once. */
static void run_countdowns(struct apply *apply)
{
    uint32_t participant;
    uint16_t instrument;

    while (apply_may_go_on(apply) &&
           market_next_countdown(apply->market, apply->now_us, &participant, &instrument)) {
        (void)close_all(apply, participant, instrument, CLOSE_REASON_COUNTDOWN);
        if (market_first_of_participant(apply->market, participant, instrument) != 0) {
            market_countdown_set(apply->market, participant, instrument, apply->now_us);
        }
        apply->closes++;
    }
}

static void expire_orders(struct apply *apply)
{
    static const struct closing expired = {
        .reason = CLOSE_REASON_GTD,
        .status = ORDER_STATUS_EXPIRED,
    };

    while (apply_may_go_on(apply)) {
        uint32_t order = market_next_expired(apply->market, apply->now_us);

        if (order == 0) {
            return;
        }
        close_order(apply, order, &expired);
    }
}

/* Auctions that are due, and stop orders that an earlier command left. */
static void run_instruments(struct apply *apply)
{
    uint16_t count = market_instrument_count(apply->market);

    for (uint32_t instrument = 1; instrument <= count && apply_may_go_on(apply); instrument++) {
        auction_run(apply, (uint16_t)instrument);
        if (market_has_triggered(apply->market, (uint16_t)instrument)) {
            cascade_run(apply, (uint16_t)instrument);
        }
    }
}

enum result apply_clock(struct apply *apply, const struct command_clock *clock)
{
    enum result result = check_clock(apply->engine, clock);

    if (result != RESULT_OK) {
        return result;
    }
    expire_proposals(apply);
    run_countdowns(apply);
    expire_orders(apply);
    run_instruments(apply);
    return RESULT_OK;
}

int64_t tarazy_engine_deadline(const struct engine *engine)
{
    int64_t market = market_deadline(engine_market(engine));
    int64_t registry = registry_deadline(engine_registry(engine));

    return market < registry ? market : registry;
}
