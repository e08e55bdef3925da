/* SPDX-License-Identifier: Apache-2.0
 *
 * Each invariant broken by hand: the audit names it.
 */
#include "market/client_ids.h"
#include "market/traders.h"
#include "support/market_scene.h"

/* A market with some of everything; the numbers of its orders. */
struct bed {
    struct scene *scene;
    uint8_t *backup;
    uint32_t bid; /* slots */
    uint32_t second_bid;
    uint32_t iceberg;
    uint32_t waiting;
    uint32_t trailing;
    uint32_t leg;
};

static uint32_t slot_of(const struct scene *scene, uint64_t number)
{
    return market_order_find(scene->market, number);
}

static void add_list(struct bed *bed)
{
    struct scene *scene = bed->scene;
    const struct command_order_list_place place = {
        .contingency = CONTINGENCY_OTO,
        .legs = 2,
        .terms = {driver_limit(SIDE_BUY, 850, 5), driver_limit(SIDE_SELL, 1300, 5)},
    };
    uint32_t list = market_list_open(scene->market, 3, &place, 5);

    for (uint32_t leg = 0; leg < 2; leg++) {
        struct placement placement = driver_placement(&scene->driver, 3);

        placement.pending = leg > 0;
        bed->leg = driver_open(&scene->driver, &placement, &place.terms[leg], list);
        market_list_attach(scene->market, list, leg, bed->leg);
        if (leg == 0) {
            driver_take(&scene->driver, bed->leg);
        }
    }
}

static int bed_start(void **state)
{
    struct bed *bed = calloc(1, sizeof *bed);
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_SELL, 1100, 30);

    assert_non_null(bed);
    bed->scene = scene;
    terms.iceberg.units = 10;
    terms.time_in_force = TIME_IN_FORCE_GTD;
    terms.expires_us = scene->driver.now_us + 100;
    memcpy(terms.client_id.text, "berg", 4);
    bed->iceberg = slot_of(scene, scene_place(scene, 2, &terms));
    bed->bid = slot_of(scene, scene_limit(scene, 1, SIDE_BUY, 900, 5));
    bed->second_bid = slot_of(scene, scene_limit(scene, 1, SIDE_BUY, 900, 6));
    (void)scene_limit(scene, 1, SIDE_BUY, 800, 6);
    terms = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 950, 940, 5);
    bed->waiting = slot_of(scene, scene_place(scene, 1, &terms));
    terms.stop_price.units = 0;
    terms.trailing_bps = 500;
    bed->trailing = slot_of(scene, scene_place(scene, 1, &terms));
    memcpy(terms.client_id.text, "gone", 4);
    driver_cancel(&scene->driver, scene_place(scene, 1, &terms));
    market_countdown_set(scene->market, 1, 1, scene->driver.now_us + 50);
    add_list(bed);
    bed->backup = malloc(scene->driver.size);
    assert_non_null(bed->backup);
    memcpy(bed->backup, scene->driver.block, scene->driver.size);
    assert_null(market_audit(scene->market));
    *state = bed;
    return 0;
}

static int bed_end(void **state)
{
    struct bed *bed = *state;

    scene_end(bed->scene);
    free(bed->backup);
    free(bed);
    return 0;
}

/* The audit says so; then everything is as it was. */
static void assert_noticed(struct bed *bed, const char *sentence)
{
    const char *wrong = market_audit(bed->scene->market);

    assert_non_null(wrong);
    assert_string_equal(wrong, sentence);
    memcpy(bed->scene->driver.block, bed->backup, bed->scene->driver.size);
    assert_null(market_audit(bed->scene->market));
}

static struct order *order_at(const struct bed *bed, uint32_t slot)
{
    return market_order_at(bed->scene->market, slot);
}

static struct level *level_of(const struct bed *bed, uint32_t slot)
{
    return market_level_at(bed->scene->market, order_at(bed, slot)->level);
}

static struct order_extra *extra_of(const struct bed *bed, uint32_t slot)
{
    return market_extra_at(bed->scene->market, order_at(bed, slot)->extra);
}

static struct instrument *instrument_of(const struct bed *bed)
{
    return market_instrument_at(bed->scene->market, 1);
}

static void sums_of_levels_and_sides(void **state)
{
    struct bed *bed = *state;

    level_of(bed, bed->bid)->visible++;
    assert_noticed(bed, "a level's sums are wrong");
    level_of(bed, bed->iceberg)->hidden--;
    assert_noticed(bed, "a level's sums are wrong");
    level_of(bed, bed->bid)->orders++;
    assert_noticed(bed, "a level's sums are wrong");
    order_at(bed, bed->bid)->left.units--;
    assert_noticed(bed, "a level's sums are wrong");
    instrument_of(bed)->totals[SIDE_BUY]++;
    assert_noticed(bed, "a side's total is wrong");
    extra_of(bed, bed->iceberg)->shown.units = 31;
    assert_noticed(bed, "an order shows more than it has, or nothing");
    extra_of(bed, bed->iceberg)->shown.units = 0;
    assert_noticed(bed, "an order shows more than it has, or nothing");
}

static void places_of_orders(void **state)
{
    struct bed *bed = *state;

    order_at(bed, bed->bid)->price.units = 901;
    assert_noticed(bed, "an order stands at the wrong level");
    order_at(bed, bed->bid)->side = SIDE_SELL;
    assert_noticed(bed, "an order stands at the wrong level");
    order_at(bed, bed->second_bid)->previous = 0;
    assert_noticed(bed, "an order stands at the wrong level");
    order_at(bed, bed->bid)->state = ORDER_STATE_WAITING;
    assert_noticed(bed, "an order stands at the wrong level");
    extra_of(bed, bed->waiting)->stop_price.units = 951;
    assert_noticed(bed, "an order stands at the wrong level");
    level_of(bed, bed->bid)->price.units = 901;
    assert_noticed(bed, "a level hangs on the wrong ladder");
    level_of(bed, bed->bid)->ladder = LADDER_KIND_FALL;
    assert_noticed(bed, "a level hangs on the wrong ladder");
}

static void prices_and_sessions(void **state)
{
    struct bed *bed = *state;
    struct instrument *instrument = instrument_of(bed);

    instrument->low.units = 940;
    assert_noticed(bed, "a stop order was set off and nobody knows");
    instrument->high.units = 999;
    assert_noticed(bed, "the last price is not between low and high");
    instrument->uncross.price.units = 1000;
    assert_noticed(bed, "an auction is under way in another session");
    extra_of(bed, bed->trailing)->set_off = 1;
    instrument->trailing_set_off = 1;
    assert_noticed(bed, "a trailing order was set off and nobody knows");
    instrument->trailing_tail = 0;
    assert_noticed(bed, "the chain of trailing orders has a wrong end");
    extra_of(bed, bed->trailing)->previous_trailing = 1;
    assert_noticed(bed, "the chain of trailing orders is broken");
}

static void a_crossed_book(void **state)
{
    struct bed *bed = *state;
    struct scene *scene = bed->scene;

    market_session_set(scene->market, 1, SESSION_AUCTION, 0);
    (void)scene_limit(scene, 1, SIDE_BUY, 1100, 1);
    assert_null(market_audit(scene->market));
    instrument_of(bed)->session = SESSION_CONTINUOUS;
    scene->driver.sides[SIDE_BUY].count = 0;
    assert_noticed(bed, "the book is crossed in continuous trading");
}

static void counts(void **state)
{
    struct bed *bed = *state;
    struct market *market = bed->scene->market;

    instrument_of(bed)->orders++;
    assert_noticed(bed, "the instruments' counts do not add up");
    instrument_of(bed)->orders = 1;
    assert_noticed(bed, "an instrument's count of orders is wrong");
    market->cascading++;
    assert_noticed(bed, "the instruments' counts do not add up");
    market->levels_promised++;
    assert_noticed(bed, "more levels are promised than there are");
    market->pinned[0] = 1;
    assert_noticed(bed, "a level is still being matched");
    market->ladders.levels.count++;
    assert_noticed(bed, "some levels or nodes hang on no ladder");
}

static void orders_by_themselves(void **state)
{
    struct bed *bed = *state;

    order_at(bed, bed->bid)->number = 1234;
    assert_noticed(bed, "an order is not found by its number");
    memcpy(order_at(bed, bed->bid)->client_id.text, "new", 3);
    assert_noticed(bed, "an order is not found by its client id");
    extra_of(bed, bed->iceberg)->order = bed->bid;
    assert_noticed(bed, "an extra belongs to another order");
    extra_of(bed, bed->leg)->leg = 0;
    assert_noticed(bed, "an order is not a leg of its list");
    order_at(bed, bed->leg)->state = ORDER_STATE_TAKING;
    assert_noticed(bed, "an order is still being matched");
    order_at(bed, bed->leg)->state = ORDER_STATE_WAITING;
    assert_noticed(bed, "some orders stand nowhere");
    extra_of(bed, bed->iceberg)->expires_us = 0;
    assert_noticed(bed, "some extras or expiries belong to no order");
}

static void traders_and_names(void **state)
{
    struct bed *bed = *state;
    struct market *market = bed->scene->market;
    struct trader *trader = market_trader_at(market, order_at(bed, bed->bid)->trader);

    trader->orders++;
    assert_noticed(bed, "a trader's counts are wrong");
    trader->algo_orders--;
    assert_noticed(bed, "a trader's counts are wrong");
    trader->last = bed->bid;
    assert_noticed(bed, "a trader's counts are wrong");
    trader->idle = 1;
    assert_noticed(bed, "a trader is idle and has something, or the reverse");
    order_at(bed, bed->second_bid)->previous_of_trader = 0;
    assert_noticed(bed, "a trader's chain of orders is broken");
    trader->previous_of_participant = 2;
    assert_noticed(bed, "a participant's chain of traders is broken");
    market->traders.count++;
    assert_noticed(bed, "some traders are in no participant's chain");
    market->recent_trader = 0;
    trader->instrument = 2;
    assert_noticed(bed, "a trader's chain of orders is broken");
    client_ids_remembered(market, 1)->client_id.text[0] = 'x';
    assert_noticed(bed, "a remembered client id is not found");
    client_ids_remembered(market, 2)->number = 7;
    assert_noticed(bed, "a remembered client id is not found");
}

static void deadlines(void **state)
{
    struct bed *bed = *state;
    struct market *market = bed->scene->market;
    struct timers *timers = &market->countdowns;
    uint32_t *places = (uint32_t *)(void *)((uint8_t *)timers + timers->place_offset);

    places[7] = 3;
    assert_noticed(bed, "an item points at a deadline it does not have");
    timers->count = 0;
    assert_noticed(bed, "an item points at a deadline it does not have");
    market->expiries.count = 0;
    assert_noticed(bed, "some extras or expiries belong to no order");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sums_of_levels_and_sides, bed_start, bed_end),
        cmocka_unit_test_setup_teardown(places_of_orders, bed_start, bed_end),
        cmocka_unit_test_setup_teardown(prices_and_sessions, bed_start, bed_end),
        cmocka_unit_test_setup_teardown(a_crossed_book, bed_start, bed_end),
        cmocka_unit_test_setup_teardown(counts, bed_start, bed_end),
        cmocka_unit_test_setup_teardown(orders_by_themselves, bed_start, bed_end),
        cmocka_unit_test_setup_teardown(traders_and_names, bed_start, bed_end),
        cmocka_unit_test_setup_teardown(deadlines, bed_start, bed_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
