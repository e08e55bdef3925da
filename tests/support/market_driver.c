/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop that the engine runs around the market, without ledger and events.
 */
#include "support/market_driver.h"

#include <stdlib.h>

#include "support/movable_block.h"

#define SEED ((struct hash_seed){{7, 11}})

static void note(struct market_driver *driver, bool right, const char *wrong)
{
    if (!right && driver->wrong == NULL) {
        driver->wrong = wrong;
    }
}

void driver_start(struct market_driver *driver, const struct limits *limits, struct book_log *log)
{
    static const struct limits small = {
        .participants_max = 16,
        .accounts_max = 16,
        .assets_max = 4,
        .instruments_max = 4,
        .orders_max = 1000,
        .price_levels_max = 1000,
        .order_lists_max = 100,
        .client_ids_max = 64,
    };
    const struct limits *sizes = limits != NULL ? limits : &small;
    struct arena arena = {0};

    *driver = (struct market_driver){.log = log, .now_us = 1000000, .funds = -1};
    (void)market_create(&arena, sizes);
    ENSURE(!arena.overflow);
    driver->size = arena.used;
    driver->block = movable_block_new(arena.used);
    arena = (struct arena){.block = driver->block, .size = driver->size};
    driver->market = market_create(&arena, sizes);
    market_set_seed(driver->market, SEED);
    log->count = 0;
}

void driver_stop(struct market_driver *driver)
{
    free(driver->block);
    driver->block = NULL;
}

void driver_move(struct market_driver *driver)
{
    size_t place = (size_t)((uint8_t *)driver->market - driver->block);

    driver->block = movable_block_move(driver->block, driver->size);
    driver->market = (struct market *)(void *)(driver->block + place);
}

struct instrument_terms driver_terms(const char *symbol)
{
    struct instrument_terms terms = {
        .base = 1,
        .quote = 2,
        .tick = {1},
        .price_min = {1},
        .price_max = {1000000},
        .reference = {1000},
        .lot = {1},
        .quantity_min = {1},
        .quantity_max = {1000000},
    };

    memcpy(terms.symbol.text, symbol, strlen(symbol));
    return terms;
}

struct order_terms driver_limit(uint8_t side, int64_t price, int64_t quantity)
{
    return (struct order_terms){
        .quantity = {quantity},
        .price = {price},
        .instrument = 1,
        .side = side,
        .type = ORDER_TYPE_LIMIT,
        .time_in_force = TIME_IN_FORCE_GTC,
        .self_trade = SELF_TRADE_NONE,
    };
}

struct placement driver_placement(const struct market_driver *driver, uint32_t participant)
{
    return (struct placement){
        .participant = participant,
        .legs = 1,
        .now_us = driver->now_us,
    };
}

/* Brings the public's picture up to date; only instrument 1 has one. */
static void publish(struct market_driver *driver, const struct level_change *change)
{
    struct driver_side *side = &driver->sides[change->side];
    int64_t price = change->price.units;
    size_t at = 0;

    if (change->instrument != 1) {
        return;
    }
    note(driver, change->update == driver->updates + 1, "an update number is missing");
    note(driver, (change->quantity.units == 0) == (change->orders == 0),
         "a level has quantity and no orders, or the reverse");
    driver->updates = change->update;
    while (at < side->count && (change->side == SIDE_BUY ? side->levels[at].price > price
                                                         : side->levels[at].price < price)) {
        at++;
    }
    bool known = at < side->count && side->levels[at].price == price;
    size_t behind = side->count - at;
    if (change->orders == 0) {
        note(driver, known, "a level is gone that nobody knew");
        if (known) {
            memmove(&side->levels[at], &side->levels[at + 1],
                    (behind - 1) * sizeof side->levels[0]);
            side->count--;
        }
        return;
    }
    if (!known) {
        ENSURE(side->count < DRIVER_LEVELS_MAX);
        memmove(&side->levels[at + 1], &side->levels[at], behind * sizeof side->levels[0]);
        side->count++;
    }
    side->levels[at] = (struct model_level){price, change->quantity.units, change->orders};
}

void driver_close(struct market_driver *driver, uint32_t slot)
{
    struct level_change change;

    if (market_order_close(driver->market, slot, &change)) {
        publish(driver, &change);
    }
}

static uint64_t number_of(const struct market_driver *driver, uint32_t slot)
{
    return market_order(driver->market, slot)->number;
}

static void log_fill(struct market_driver *driver, const struct step *step)
{
    book_log_add(driver->log, (struct book_line){
                                  .act = BOOK_ACT_FILL,
                                  .maker = number_of(driver, step->maker),
                                  .taker = number_of(driver, step->taker),
                                  .price = step->price.units,
                                  .quantity = step->quantity.units,
                                  .quote = (int64_t)step->quote.units,
                                  .trade = step->trade,
                              });
}

static void prevent(struct market_driver *driver, const struct step *step)
{
    const struct order *maker = market_order(driver->market, step->maker);
    int128 given = maker->side == SIDE_SELL ? step->quantity.units : step->released.units;

    note(driver, step->quantity.units == 0 || step->released.units == given,
         "a decremented seller releases its quantity");
    book_log_add(driver->log, (struct book_line){
                                  .act = BOOK_ACT_PREVENT,
                                  .maker = number_of(driver, step->maker),
                                  .taker = number_of(driver, step->taker),
                                  .price = step->price.units,
                                  .quantity = step->quantity.units,
                                  .flags = (step->maker_expires ? BOOK_MAKER_EXPIRES : 0) |
                                           (step->taker_expires ? BOOK_TAKER_EXPIRES : 0),
                              });
    if (step->maker_expires) {
        driver_close(driver, step->maker);
    }
}

static void carry_out(struct market_driver *driver, const struct step *step)
{
    switch ((enum step_kind)step->kind) {
    case STEP_FILL: log_fill(driver, step); return;
    case STEP_SELF_TRADE: prevent(driver, step); return;
    case STEP_LEVEL: publish(driver, &step->level); return;
    case STEP_MAKER_DONE: driver_close(driver, step->maker); return;
    }
    ENSURE(false);
}

/* What the taker gave up to now: quote units, or base units when it sells. */
static int64_t spent(const struct order *order)
{
    return order->side == SIDE_BUY ? order->quote_units : order->quantity.units - order->left.units;
}

void driver_take(struct market_driver *driver, uint32_t slot)
{
    const struct order *order = market_order(driver->market, slot);
    struct match match;
    struct step step;
    struct level_change change;

    market_match_begin(driver->market, slot, driver->now_us, &match);
    while (market_match_step(driver->market, &match, &step)) {
        carry_out(driver, &step);
    }
    driver->end = match.end;
    note(driver, driver->funds < 0 || spent(order) <= driver->funds,
         "an order spent more than it was funded with");
    book_log_add(driver->log, (struct book_line){
                                  .act = BOOK_ACT_END,
                                  .taker = order->number,
                                  .quantity = order->left.units,
                                  .quote = order->quote_units,
                                  .flags = match.end,
                              });
    bool rests = match.end == MATCH_END_REST;
    if (match.end == MATCH_END_BAND) {
        driver->banded = 1;
        market_session_set(driver->market, order->instrument, SESSION_AUCTION, driver->now_us + 1);
        rests = market_order_protection(driver->market, slot).units == 0 &&
                (order->time_in_force == TIME_IN_FORCE_GTC ||
                 order->time_in_force == TIME_IN_FORCE_GTD);
    }
    if (rests) {
        market_order_rest(driver->market, slot, &change);
        publish(driver, &change);
    } else {
        driver_close(driver, slot);
    }
}

uint32_t driver_open(struct market_driver *driver, const struct placement *placement,
                     const struct order_terms *terms, uint32_t list)
{
    return market_order_open(driver->market, placement, terms, ++driver->number, list);
}

static enum result place(struct market_driver *driver, const struct placement *placement,
                         const struct order_terms *terms, uint32_t instead)
{
    struct amount funding;
    enum result result = market_order_check(driver->market, placement, terms);

    if (result != RESULT_OK) {
        return result;
    }
    if (!market_order_funding(driver->market, placement, terms, &funding)) {
        return RESULT_OVERFLOW;
    }
    if (instead != 0) {
        driver_close(driver, instead);
    }
    uint32_t slot = driver_open(driver, placement, terms, 0);
    driver->banded = 0;
    if (market_order(driver->market, slot)->state == ORDER_STATE_TAKING) {
        driver->funds = (int64_t)funding.units;
        driver_take(driver, slot);
        driver->funds = -1;
    }
    return RESULT_OK;
}

enum result driver_place(struct market_driver *driver, uint32_t participant,
                         const struct order_terms *terms)
{
    struct placement placement = driver_placement(driver, participant);

    return place(driver, &placement, terms, 0);
}

enum result driver_replace(struct market_driver *driver, uint64_t number, uint32_t participant,
                           const struct order_terms *terms)
{
    struct placement placement = driver_placement(driver, participant);

    placement.ignoring = market_order_find(driver->market, number);
    return place(driver, &placement, terms, placement.ignoring);
}

void driver_cancel(struct market_driver *driver, uint64_t number)
{
    uint32_t slot = market_order_find(driver->market, number);

    ENSURE(slot != 0);
    driver_close(driver, slot);
}

enum result driver_amend(struct market_driver *driver, uint64_t number, int64_t quantity)
{
    static const struct client_id same;
    uint32_t slot = market_order_find(driver->market, number);
    struct quantity wanted = {quantity};
    struct level_change change;
    enum result result = market_amend_check(driver->market, slot, wanted, &same);

    if (result == RESULT_OK && market_amend(driver->market, slot, wanted, &same, &change)) {
        publish(driver, &change);
    }
    return result;
}

bool driver_run_stops(struct market_driver *driver, uint16_t instrument, uint32_t most)
{
    for (uint32_t done = 0; done < most; done++) {
        uint32_t slot = market_next_triggered(driver->market, instrument);

        if (slot == 0) {
            break;
        }
        book_log_add(driver->log, (struct book_line){
                                      .act = BOOK_ACT_SET_OFF,
                                      .taker = number_of(driver, slot),
                                  });
        driver_take(driver, slot);
    }
    return market_has_triggered(driver->market, instrument);
}

bool driver_uncross(struct market_driver *driver, uint16_t instrument)
{
    struct auction_price price;
    struct match match = {0};
    struct step step;
    bool finished = false;

    if (market_auction_begin(driver->market, instrument, driver->now_us, &price) !=
        AUCTION_STATE_UNCROSS) {
        return false;
    }
    while (market_auction_step(driver->market, instrument, &match, &step, &finished)) {
        carry_out(driver, &step);
    }
    return finished;
}
