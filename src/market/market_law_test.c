/* SPDX-License-Identifier: Apache-2.0
 *
 * A million random acts on the market and on the naive book: after each the same trades in the same
 * order, the same depth (in the state, and as published), the same session and prices. Now and then
 * every invariant is checked and the state is moved to another address.
 *
 * TARAZY_LAW_COMMANDS sets the number of acts, TARAZY_LAW_SEED the seed of the first world.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/market_driver.h"
#include "support/model_book.h"
#include "support/random_stream.h"

#define ACTS_DEFAULT 1000000u
#define WORLDS       20u
#define PEOPLE       5u
#define NAMES        50000u /* client ids of one participant */
#define ORDERS_FEW   120u
#define ORDERS_MANY  240u
#define MIDDLE       1000

/* One market and its twin. */
struct world {
    struct market_driver driver;
    struct model_book model;
    struct random_stream random;
    struct instrument_terms terms;
    struct book_log real;
    struct book_log naive;
    uint32_t names; /* client ids given out: 1 .. names */
    uint8_t named[PEOPLE + 1][NAMES + 1];
    uint32_t spread; /* prices lie within MIDDLE ± spread */
    uint64_t seed;
    uint64_t act;
    uint64_t auctions;
};

/* How often each result was given, in all worlds. */
static uint64_t results_seen[256];

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    uint64_t wanted = text != NULL ? strtoull(text, NULL, 10) : 0;

    return wanted != 0 ? wanted : otherwise;
}

static int64_t draw(struct world *world, int64_t from, int64_t to)
{
    return from + (int64_t)random_below(&world->random, (uint64_t)(to - from + 1));
}

static bool once_in(struct world *world, uint64_t times)
{
    return random_once_in(&world->random, times);
}

/* Rules differ from world to world: with and without bands, slippage, coarse prices. */
static void start(struct world *world, uint64_t seed)
{
    static const struct limits limits = {
        .participants_max = PEOPLE,
        .accounts_max = 1,
        .assets_max = 2,
        .instruments_max = 2,
        .orders_max = 400,
        .price_levels_max = 1200,
        .order_lists_max = 2,
        .client_ids_max = 60000,
    };

    memset(world, 0, sizeof *world);
    world->seed = seed;
    world->random.state = seed;
    driver_start(&world->driver, &limits, &world->real);
    world->terms = driver_terms("LAWTST");
    world->spread = (uint32_t)draw(world, 5, 40);
    if (once_in(world, 2)) {
        world->terms.slippage_ppm = (uint32_t)draw(world, 1000, 30000);
    }
    if (once_in(world, 2)) {
        world->terms.band_static_ppm = (uint32_t)draw(world, 10000, 50000);
        world->terms.auction_ms = 1;
    }
    if (once_in(world, 2)) {
        world->terms.band_dynamic_ppm = (uint32_t)draw(world, 5000, 30000);
        world->terms.auction_ms = 1;
    }
    if (once_in(world, 3)) {
        world->terms.market_quantity_max.units = 100;
    }
    assert_int_equal(market_listing_check(world->driver.market, &world->terms, 0), RESULT_OK);
    assert_int_equal(
        market_list_instrument(world->driver.market, &world->terms, 0, SESSION_CONTINUOUS), 1);
    const struct model_rules rules = {
        .tick = 1,
        .lot = 1,
        .scale = 1,
        .price_min = world->terms.price_min.units,
        .price_max = world->terms.price_max.units,
        .market_max = world->terms.market_quantity_max.units != 0
                          ? world->terms.market_quantity_max.units
                          : world->terms.quantity_max.units,
        .quantity_min = world->terms.quantity_min.units,
        .slippage_ppm = world->terms.slippage_ppm,
        .static_ppm = world->terms.band_static_ppm,
        .dynamic_ppm = world->terms.band_dynamic_ppm,
    };
    model_book_start(&world->model, &rules, MIDDLE, &world->naive);
}

static int64_t draw_price(struct world *world)
{
    int64_t spread = (int64_t)world->spread;

    return MIDDLE + draw(world, -spread, spread);
}

static void draw_name(struct world *world, uint32_t participant, struct order_terms *terms)
{
    uint32_t name = once_in(world, 10) && world->names > 0 ? (uint32_t)draw(world, 1, world->names)
                                                           : ++world->names;

    (void)participant;
    if (name > NAMES) {
        world->names = NAMES;
        return;
    }
    (void)snprintf(terms->client_id.text, sizeof terms->client_id.text, "n%u", (unsigned)name);
}

static bool is_named(struct world *world, uint32_t participant, const struct order_terms *terms)
{
    return terms->client_id.text[0] != '\0' &&
           world->named[participant][strtoul(terms->client_id.text + 1, NULL, 10)] != 0;
}

static void draw_kind(struct world *world, struct order_terms *terms)
{
    int64_t kind = draw(world, 0, 99);

    if (kind < 55) {
        terms->type = ORDER_TYPE_LIMIT;
        terms->time_in_force =
            (uint8_t)(once_in(world, 4) ? draw(world, TIME_IN_FORCE_IOC, TIME_IN_FORCE_GTD)
                                        : TIME_IN_FORCE_GTC);
    } else if (kind < 65) {
        terms->type = ORDER_TYPE_LIMIT_MAKER;
    } else if (kind < 80) {
        terms->type = ORDER_TYPE_MARKET;
    } else {
        terms->type = (uint8_t)draw(world, ORDER_TYPE_STOP_LOSS, ORDER_TYPE_TAKE_PROFIT_LIMIT);
        terms->time_in_force = (uint8_t)draw(world, TIME_IN_FORCE_GTC, TIME_IN_FORCE_GTD);
    }
    bool is_market = terms->type == ORDER_TYPE_MARKET || terms->type == ORDER_TYPE_STOP_LOSS ||
                     terms->type == ORDER_TYPE_TAKE_PROFIT;
    if (is_market) {
        terms->time_in_force = TIME_IN_FORCE_IOC;
        terms->price.units = 0;
    }
    if (terms->time_in_force == TIME_IN_FORCE_GTD) {
        terms->expires_us = world->driver.now_us + draw(world, 1, 3000);
    }
}

/* Terms that every filter without a look at the book lets through. */
static struct order_terms draw_terms(struct world *world, uint32_t participant)
{
    struct order_terms terms = driver_limit((uint8_t)draw(world, SIDE_BUY, SIDE_SELL),
                                            draw_price(world), draw(world, 1, 30));

    if (once_in(world, 20)) {
        terms.quantity.units = draw(world, 31, 400);
    }
    terms.self_trade = (uint8_t)draw(world, SELF_TRADE_NONE, SELF_TRADE_DECREMENT);
    draw_kind(world, &terms);
    if (terms.type == ORDER_TYPE_MARKET && once_in(world, 2)) {
        terms.flags = ORDER_FLAG_BY_QUOTE;
        terms.quantity.units = draw(world, 500, 40000);
    }
    if (terms.type >= ORDER_TYPE_STOP_LOSS) {
        terms.trailing_bps = once_in(world, 3) ? (uint32_t)draw(world, 10, 200) : 0;
        terms.stop_price.units =
            terms.trailing_bps != 0 && once_in(world, 2) ? 0 : draw_price(world);
    }
    bool may_rest = terms.price.units != 0 && (terms.time_in_force == TIME_IN_FORCE_GTC ||
                                               terms.time_in_force == TIME_IN_FORCE_GTD);
    if (may_rest && once_in(world, 4)) {
        terms.iceberg.units = draw(world, 1, terms.quantity.units);
    }
    if (once_in(world, 3)) {
        draw_name(world, participant, &terms);
    }
    if (world->terms.market_quantity_max.units != 0 && terms.price.units == 0 && terms.flags == 0 &&
        terms.quantity.units > world->terms.market_quantity_max.units) {
        terms.quantity.units = world->terms.market_quantity_max.units;
    }
    return terms;
}

static enum result expect(struct world *world, uint32_t participant,
                          const struct order_terms *terms, uint64_t without)
{
    bool stop = terms->type >= ORDER_TYPE_STOP_LOSS;
    bool collects = terms->type == ORDER_TYPE_LIMIT && (terms->time_in_force == TIME_IN_FORCE_GTC ||
                                                        terms->time_in_force == TIME_IN_FORCE_GTD);

    if (is_named(world, participant, terms)) {
        return RESULT_DUPLICATE_CLIENT_ID;
    }
    if (world->model.session != SESSION_CONTINUOUS && !stop && !collects) {
        return RESULT_MARKET_CLOSED;
    }
    return model_book_expect(&world->model, participant, terms, without);
}

static void fail_at(const struct world *world, const char *what)
{
    fail_msg("seed %llu, act %llu: %s", (unsigned long long)world->seed,
             (unsigned long long)world->act, what);
}

static void print_line(const char *who, const struct book_log *log, int64_t at)
{
    if ((uint32_t)at < log->count) {
        const struct book_line *line = &log->lines[at];

        print_message("%s: act %u maker %llu taker %llu price %lld quantity %lld quote %lld "
                      "trade %llu flags %u\n",
                      who, line->act, (unsigned long long)line->maker,
                      (unsigned long long)line->taker, (long long)line->price,
                      (long long)line->quantity, (long long)line->quote,
                      (unsigned long long)line->trade, line->flags);
    }
}

static void compare_logs(struct world *world)
{
    int64_t at = book_log_difference(&world->real, &world->naive);

    if (at >= 0) {
        print_line("market", &world->real, at);
        print_line("model ", &world->naive, at);
        fail_at(world, "the market and the naive book did different things");
    }
    world->real.count = 0;
    world->naive.count = 0;
}

static void compare_side(struct world *world, uint8_t side)
{
    static struct level_view real[DRIVER_LEVELS_MAX];
    static struct model_level naive[DRIVER_LEVELS_MAX];
    const struct driver_side *seen = &world->driver.sides[side];
    size_t count = market_depth(world->driver.market, 1, side, real, DRIVER_LEVELS_MAX);

    if (count != model_book_depth(&world->model, side, naive, DRIVER_LEVELS_MAX) ||
        count != seen->count) {
        fail_at(world, "a side has more levels than it should, or fewer");
    }
    for (size_t i = 0; i < count; i++) {
        if (real[i].price.units != naive[i].price || real[i].quantity.units != naive[i].quantity ||
            real[i].orders != naive[i].orders) {
            fail_at(world, "a level differs from the naive book's");
        }
        if (memcmp(&seen->levels[i], &naive[i], sizeof naive[i]) != 0 &&
            (seen->levels[i].price != naive[i].price ||
             seen->levels[i].quantity != naive[i].quantity ||
             seen->levels[i].orders != naive[i].orders)) {
            fail_at(world, "a level differs from what was published");
        }
    }
}

static void compare(struct world *world)
{
    struct instrument_view view;

    compare_logs(world);
    compare_side(world, SIDE_BUY);
    compare_side(world, SIDE_SELL);
    market_instrument_view(world->driver.market, 1, &view);
    if (view.session != world->model.session || view.last.units != world->model.last ||
        view.trades != world->model.trades || view.reference.units != world->model.reference ||
        view.orders != world->model.count) {
        fail_at(world, "session, prices or counts differ");
    }
    if (world->driver.wrong != NULL) {
        fail_at(world, world->driver.wrong);
    }
    if (world->act % 64 == 0 && market_audit(world->driver.market) != NULL) {
        fail_at(world, market_audit(world->driver.market));
    }
    if (world->act % 509 == 0) {
        driver_move(&world->driver);
    }
}

static void run_stops(struct world *world)
{
    uint32_t most = once_in(world, 8) ? 1 : 64;

    (void)driver_run_stops(&world->driver, 1, most);
    (void)model_book_run_stops(&world->model, most);
}

/* What the funds check promises: never less than needed; exactly the cost when nobody of one's own
 * is met and no band ends it early. */
static void check_cost(struct world *world, uint32_t participant, const struct order_terms *terms,
                       uint64_t without)
{
    struct placement placement = driver_placement(&world->driver, participant);
    struct amount funding;

    placement.ignoring = market_order_find(world->driver.market, without);
    if (terms->type != ORDER_TYPE_MARKET ||
        (terms->side == SIDE_BUY && terms->flags == ORDER_FLAG_BY_QUOTE)) {
        return;
    }
    assert_true(market_order_funding(world->driver.market, &placement, terms, &funding));
    int64_t cost = model_book_cost(&world->model, participant, terms, without);
    if ((int64_t)funding.units < cost ||
        (terms->self_trade <= SELF_TRADE_NONE && (int64_t)funding.units != cost)) {
        fail_at(world, "the funding is not the cost");
    }
}

static void place(struct world *world)
{
    uint32_t participant = (uint32_t)draw(world, 1, PEOPLE);
    struct order_terms terms = draw_terms(world, participant);
    uint64_t without = 0;

    if (once_in(world, 8) && world->model.count > 0) {
        const struct model_order *old =
            &world->model.orders[draw(world, 0, world->model.count - 1)];

        without = old->number;
        participant = old->participant;
    }
    enum result expected = expect(world, participant, &terms, without);
    if (expected == RESULT_OK) {
        check_cost(world, participant, &terms, without);
    }
    enum result result = without != 0 ? driver_replace(&world->driver, without, participant, &terms)
                                      : driver_place(&world->driver, participant, &terms);
    if (result != expected) {
        print_message("market %u, model %u: type %u side %u in force %u self-trade %u quantity "
                      "%lld price %lld instead of %llu\n",
                      result, expected, terms.type, terms.side, terms.time_in_force,
                      terms.self_trade, (long long)terms.quantity.units,
                      (long long)terms.price.units, (unsigned long long)without);
        fail_at(world, "an order was judged differently");
    }
    results_seen[result]++;
    if (result != RESULT_OK) {
        return;
    }
    if (terms.client_id.text[0] != '\0') {
        world->named[participant][strtoul(terms.client_id.text + 1, NULL, 10)] = 1;
    }
    if (without != 0) {
        model_book_cancel(&world->model, without);
    }
    model_book_place(&world->model, participant, &terms, world->driver.number);
    compare_logs(world);
    run_stops(world);
}

static const struct model_order *any_order(struct world *world)
{
    return &world->model.orders[draw(world, 0, world->model.count - 1)];
}

static void cancel(struct world *world)
{
    uint64_t number = any_order(world)->number;

    driver_cancel(&world->driver, number);
    model_book_cancel(&world->model, number);
}

static void amend(struct world *world)
{
    const struct model_order *order = any_order(world);
    uint64_t number = order->number;
    int64_t executed = order->quantity - order->left;
    int64_t quantity = draw(world, 1, order->quantity + 2);
    enum result expected =
        quantity > executed && quantity < order->quantity ? RESULT_OK : RESULT_AMEND_NOT_DOWN;
    enum result result = driver_amend(&world->driver, number, quantity);

    if (result != expected) {
        fail_at(world, "an amend was judged differently");
    }
    if (result == RESULT_OK) {
        model_book_amend(&world->model, number, quantity);
    }
}

static void expire(struct world *world)
{
    uint32_t slot;

    while ((slot = market_next_expired(world->driver.market, world->driver.now_us)) != 0) {
        uint64_t number = market_order(world->driver.market, slot)->number;

        if (model_book_find(&world->model, number)->terms.expires_us > world->driver.now_us) {
            fail_at(world, "an order expired too early");
        }
        driver_close(&world->driver, slot);
        model_book_cancel(&world->model, number);
    }
    for (uint32_t i = 0; i < world->model.count; i++) {
        int64_t expires_us = world->model.orders[i].terms.expires_us;

        if (expires_us != 0 && expires_us <= world->driver.now_us) {
            fail_at(world, "an order should have expired");
        }
    }
}

static void compare_auction(struct world *world)
{
    struct auction_price real = market_auction_price(world->driver.market, 1);
    struct model_auction naive = model_book_auction(&world->model);

    if (real.price.units != naive.price || real.quantity.units != naive.quantity ||
        real.surplus_units != naive.surplus) {
        print_message("market %lld × %lld (%lld), model %lld × %lld (%lld)\n",
                      (long long)real.price.units, (long long)real.quantity.units,
                      (long long)real.surplus_units, (long long)naive.price,
                      (long long)naive.quantity, (long long)naive.surplus);
        fail_at(world, "the auction's price differs");
    }
}

/* An auction that found no price inside the band: the operator names another reference. */
static void move_reference(struct world *world)
{
    world->terms.reference.units = world->terms.reference.units == MIDDLE ? MIDDLE + 1 : MIDDLE;
    market_terms_set(world->driver.market, 1, &world->terms);
    world->model.reference = world->terms.reference.units;
    if (world->model.trades == 0) {
        world->model.last = world->terms.reference.units;
        world->model.high = world->model.last;
        world->model.low = world->model.last;
    }
}

static void change_session(struct world *world)
{
    struct market *market = world->driver.market;

    if (world->model.session == SESSION_CONTINUOUS) {
        enum session to = once_in(world, 2) ? SESSION_PRE_OPEN : SESSION_AUCTION;

        market_session_set(market, 1, to, to == SESSION_AUCTION ? world->driver.now_us + 1 : 0);
        world->model.session = (uint8_t)to;
        return;
    }
    compare_auction(world);
    if (world->model.session == SESSION_PRE_OPEN) {
        market_session_set(market, 1, SESSION_CONTINUOUS, 0);
        world->model.session = SESSION_AUCTION;
    }
    world->driver.now_us += 2000;
    bool done = driver_uncross(&world->driver, 1);
    if (done != model_book_uncross(&world->model, UINT32_MAX)) {
        fail_at(world, "only one of the two finished the auction");
    }
    world->auctions += done;
    if (!done) {
        move_reference(world);
    }
    compare_logs(world);
    run_stops(world);
}

static void act(struct world *world)
{
    world->driver.now_us += draw(world, 0, 20);
    expire(world);
    uint32_t count = world->model.count;
    uint64_t to_place = count < ORDERS_FEW ? 80 : count > ORDERS_MANY ? 20 : 60;
    uint64_t wanted = random_below(&world->random, 100);
    bool collecting = world->model.session != SESSION_CONTINUOUS;
    if (once_in(world, collecting ? 12 : 400)) {
        change_session(world);
    } else if (wanted < to_place || count == 0) {
        place(world);
    } else if (wanted < to_place + (100 - to_place) * 2 / 3) {
        cancel(world);
    } else {
        amend(world);
    }
    compare(world);
}

static void a_market_does_what_a_naive_book_does(void **state)
{
    struct world *world = malloc(sizeof *world);
    uint64_t each = setting("TARAZY_LAW_COMMANDS", ACTS_DEFAULT) / WORLDS;
    uint64_t first = setting("TARAZY_LAW_SEED", 1);
    uint64_t trades = 0;
    uint64_t auctions = 0;

    assert_non_null(world);
    for (uint64_t seed = first; seed < first + WORLDS; seed++) {
        start(world, seed);
        for (world->act = 1; world->act <= each; world->act++) {
            act(world);
        }
        trades += world->model.trades;
        auctions += world->auctions;
        driver_stop(&world->driver);
    }
    print_message("%llu acts, %llu trades, %llu auctions\n", (unsigned long long)(each * WORLDS),
                  (unsigned long long)trades, (unsigned long long)auctions);
    assert_true(trades > each * WORLDS / 10);
    assert_true(auctions > each * WORLDS / 2000);
    static const enum result wanted[] = {
        RESULT_OK,
        RESULT_DUPLICATE_CLIENT_ID,
        RESULT_MARKET_CLOSED,
        RESULT_WOULD_MATCH,
        RESULT_WOULD_TRIGGER,
        RESULT_FOK_NOT_FILLED,
        RESULT_NO_LIQUIDITY,
        RESULT_LOT_SIZE,
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        print_message("%s: %llu\n", tarazy_result_name(wanted[i]),
                      (unsigned long long)results_seen[wanted[i]]);
        assert_true(results_seen[wanted[i]] > 0);
    }
    free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_market_does_what_a_naive_book_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
