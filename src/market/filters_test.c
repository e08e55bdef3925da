/* SPDX-License-Identifier: Apache-2.0
 *
 * Each filter by name, on both sides of its edge, and off when its term is 0.
 */
#include "market/filters.h"
#include "money/arithmetic.h"
#include "support/market_scene.h"

/* Instrument 1 with tick 5, lot 10 and ranges that are easy to be on the edge of; last price 1000. */
static struct instrument_terms filtered(void)
{
    struct instrument_terms terms = driver_terms("FILTER");

    terms.tick.units = 5;
    terms.price_min.units = 100;
    terms.price_max.units = 10000;
    terms.lot.units = 10;
    terms.quantity_min.units = 20;
    terms.quantity_max.units = 5000;
    return terms;
}

static enum result check_limit(struct scene *scene, uint8_t side, int64_t price, int64_t quantity)
{
    struct order_terms terms = driver_limit(side, price, quantity);

    return scene_check(scene, 1, &terms);
}

static void an_unknown_instrument_is_refused(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 10);

    terms.instrument = 2;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_UNKNOWN_INSTRUMENT);
    terms.instrument = 0;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_UNKNOWN_INSTRUMENT);
    scene_end(scene);
}

static void price_filter(void **state)
{
    struct instrument_terms rules = filtered();
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms stop = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 900, 895, 20);

    assert_int_equal(check_limit(scene, SIDE_BUY, 100, 20), RESULT_OK);
    assert_int_equal(check_limit(scene, SIDE_BUY, 95, 20), RESULT_PRICE_FILTER);
    assert_int_equal(check_limit(scene, SIDE_SELL, 10000, 20), RESULT_OK);
    assert_int_equal(check_limit(scene, SIDE_SELL, 10005, 20), RESULT_PRICE_FILTER);
    assert_int_equal(check_limit(scene, SIDE_SELL, 1001, 20), RESULT_PRICE_FILTER);
    assert_int_equal(check_limit(scene, SIDE_SELL, -1000, 20), RESULT_PRICE_FILTER);
    assert_int_equal(check_limit(scene, SIDE_SELL, INT64_MAX, 20), RESULT_PRICE_FILTER);
    assert_int_equal(scene_check(scene, 1, &stop), RESULT_OK);
    stop.stop_price.units = 901;
    assert_int_equal(scene_check(scene, 1, &stop), RESULT_PRICE_FILTER);
    stop.stop_price.units = 95;
    assert_int_equal(scene_check(scene, 1, &stop), RESULT_PRICE_FILTER);
    scene_end(scene);
}

static void lot_size(void **state)
{
    struct instrument_terms rules = filtered();
    struct scene *scene = scene_open(NULL, &rules);

    assert_int_equal(check_limit(scene, SIDE_BUY, 1000, 20), RESULT_OK);
    assert_int_equal(check_limit(scene, SIDE_BUY, 1000, 10), RESULT_LOT_SIZE);
    assert_int_equal(check_limit(scene, SIDE_BUY, 1000, 5000), RESULT_OK);
    assert_int_equal(check_limit(scene, SIDE_BUY, 1000, 5010), RESULT_LOT_SIZE);
    assert_int_equal(check_limit(scene, SIDE_BUY, 1000, 25), RESULT_LOT_SIZE);
    assert_int_equal(check_limit(scene, SIDE_BUY, 1000, 0), RESULT_LOT_SIZE);
    assert_int_equal(check_limit(scene, SIDE_BUY, 1000, -20), RESULT_LOT_SIZE);
    scene_end(scene);
}

static void market_lot_size(void **state)
{
    struct instrument_terms rules = filtered();
    rules.market_quantity_max.units = 300;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = scene_market_order(SIDE_BUY, 300);

    (void)scene_limit(scene, 2, SIDE_SELL, 1000, 1000);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    terms.quantity.units = 310;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_MARKET_LOT_SIZE);
    assert_int_equal(check_limit(scene, SIDE_BUY, 1000, 310), RESULT_OK);
    terms = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 900, 0, 310);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_MARKET_LOT_SIZE);
    rules.market_quantity_max.units = 0;
    scene_terms(scene, &rules);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    scene_end(scene);
}

static void notional(void **state)
{
    struct instrument_terms rules = filtered();
    rules.notional_min.units = 30000;
    rules.notional_max.units = 60000;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = scene_market_order(SIDE_BUY, 30);

    assert_int_equal(check_limit(scene, SIDE_BUY, 1000, 30), RESULT_OK);
    assert_int_equal(check_limit(scene, SIDE_BUY, 995, 30), RESULT_NOTIONAL);
    assert_int_equal(check_limit(scene, SIDE_BUY, 1000, 60), RESULT_OK);
    assert_int_equal(check_limit(scene, SIDE_BUY, 1005, 60), RESULT_NOTIONAL);
    (void)scene_limit(scene, 2, SIDE_SELL, 1500, 30);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK); /* at the last price, 1000 */
    terms.quantity.units = 20;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_NOTIONAL);
    terms.flags = ORDER_FLAG_BY_QUOTE;
    terms.quantity.units = 30000;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    terms.quantity.units = 29999;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_NOTIONAL);
    terms.quantity.units = 60001;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_NOTIONAL);
    rules.notional_min.units = 0;
    rules.notional_max.units = 0;
    scene_terms(scene, &rules);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    scene_end(scene);
}

static void percent_price_by_side(void **state)
{
    struct instrument_terms rules = filtered();
    rules.percent_up_ppm = 50000;
    rules.percent_down_ppm = 20000;
    struct scene *scene = scene_open(NULL, &rules);

    assert_int_equal(check_limit(scene, SIDE_BUY, 1050, 20), RESULT_OK);
    assert_int_equal(check_limit(scene, SIDE_BUY, 1055, 20), RESULT_PERCENT_PRICE_BY_SIDE);
    assert_int_equal(check_limit(scene, SIDE_BUY, 100, 20), RESULT_OK);
    assert_int_equal(check_limit(scene, SIDE_SELL, 980, 20), RESULT_OK);
    assert_int_equal(check_limit(scene, SIDE_SELL, 975, 20), RESULT_PERCENT_PRICE_BY_SIDE);
    assert_int_equal(check_limit(scene, SIDE_SELL, 10000, 20), RESULT_OK);
    rules.percent_up_ppm = 0;
    rules.percent_down_ppm = 0;
    scene_terms(scene, &rules);
    assert_int_equal(check_limit(scene, SIDE_BUY, 10000, 20), RESULT_OK);
    assert_int_equal(check_limit(scene, SIDE_SELL, 100, 20), RESULT_OK);
    scene_end(scene);
}

static void iceberg_parts(void **state)
{
    struct instrument_terms rules = filtered();
    rules.iceberg_parts_max = 4;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 120);

    terms.iceberg.units = 30;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    terms.quantity.units = 130;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_ICEBERG_PARTS);
    terms.iceberg.units = 35;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_LOT_SIZE);
    terms.iceberg.units = 10;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_LOT_SIZE);
    terms.iceberg.units = 140;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_LOT_SIZE);
    terms.iceberg.units = -20;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_LOT_SIZE);
    rules.iceberg_parts_max = 0;
    scene_terms(scene, &rules);
    terms.iceberg.units = 20;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    scene_end(scene);
}

static enum result check_trailing(struct scene *scene, uint32_t bps)
{
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 0, 0, 20);

    terms.trailing_bps = bps;
    return scene_check(scene, 1, &terms);
}

static void trailing_delta(void **state)
{
    struct instrument_terms rules = filtered();
    rules.trailing_min_bps = 50;
    rules.trailing_max_bps = 500;
    struct scene *scene = scene_open(NULL, &rules);

    assert_int_equal(check_trailing(scene, 49), RESULT_TRAILING_DELTA);
    assert_int_equal(check_trailing(scene, 50), RESULT_OK);
    assert_int_equal(check_trailing(scene, 500), RESULT_OK);
    assert_int_equal(check_trailing(scene, 501), RESULT_TRAILING_DELTA);
    rules.trailing_min_bps = 0;
    rules.trailing_max_bps = 0;
    scene_terms(scene, &rules);
    assert_int_equal(check_trailing(scene, 1), RESULT_OK);
    assert_int_equal(check_trailing(scene, 9999), RESULT_OK);
    assert_int_equal(check_trailing(scene, 10000), RESULT_TRAILING_DELTA);
    assert_int_equal(check_trailing(scene, UINT32_MAX), RESULT_TRAILING_DELTA);
    scene_end(scene);
}

static void expired_before(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 5);

    terms.time_in_force = TIME_IN_FORCE_GTD;
    terms.expires_us = scene->driver.now_us;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_EXPIRED_BEFORE);
    terms.expires_us++;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    scene_end(scene);
}

static void duplicate_client_id_is_seen_before_anything_else(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 900, 5);

    memcpy(terms.client_id.text, "mine", 4);
    uint64_t number = scene_place(scene, 1, &terms);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_DUPLICATE_CLIENT_ID);
    assert_int_equal(scene_check(scene, 2, &terms), RESULT_OK);
    market_session_set(scene->market, 1, SESSION_HALTED, 0);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_DUPLICATE_CLIENT_ID);
    driver_cancel(&scene->driver, number);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_DUPLICATE_CLIENT_ID);
    assert_int_equal(market_client_id_order(scene->market, 1, &terms.client_id), number);
    scene_end(scene);
}

static void would_match_and_would_trigger(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms maker = driver_limit(SIDE_BUY, 1009, 5);
    struct order_terms stop = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 999, 0, 5);

    maker.type = ORDER_TYPE_LIMIT_MAKER;
    (void)scene_limit(scene, 2, SIDE_SELL, 1010, 5);
    assert_int_equal(scene_check(scene, 1, &maker), RESULT_OK);
    maker.price.units = 1010;
    assert_int_equal(scene_check(scene, 1, &maker), RESULT_WOULD_MATCH);
    const struct {
        uint8_t type;
        uint8_t side;
        int64_t waits;
    } rules[] = {
        {ORDER_TYPE_STOP_LOSS, SIDE_SELL, 999},
        {ORDER_TYPE_STOP_LOSS, SIDE_BUY, 1001},
        {ORDER_TYPE_TAKE_PROFIT, SIDE_SELL, 1001},
        {ORDER_TYPE_TAKE_PROFIT, SIDE_BUY, 999},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        stop.type = rules[i].type;
        stop.side = rules[i].side;
        stop.stop_price.units = rules[i].waits;
        assert_int_equal(scene_check(scene, 1, &stop), RESULT_OK);
        stop.stop_price.units = 1000;
        assert_int_equal(scene_check(scene, 1, &stop), RESULT_WOULD_TRIGGER);
        stop.stop_price.units = 2000 - rules[i].waits;
        assert_int_equal(scene_check(scene, 1, &stop), RESULT_WOULD_TRIGGER);
    }
    scene_end(scene);
}

static void no_liquidity(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_market_order(SIDE_BUY, 5);

    assert_int_equal(scene_check(scene, 1, &terms), RESULT_NO_LIQUIDITY);
    uint64_t bid = scene_limit(scene, 2, SIDE_BUY, 990, 5);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_NO_LIQUIDITY);
    (void)scene_limit(scene, 2, SIDE_SELL, 1010, 1);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    terms.flags = ORDER_FLAG_BY_QUOTE;
    terms.quantity.units = 1009;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_LOT_SIZE);
    terms.quantity.units = 1010;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    /* What the replaced order offers is gone by then. */
    struct placement placement = driver_placement(&scene->driver, 2);
    placement.ignoring = market_order_find(scene->market, bid);
    terms = scene_market_order(SIDE_SELL, 1);
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_NO_LIQUIDITY);
    scene_end(scene);
}

static void a_pending_leg_is_not_compared_with_the_present_book(void **state)
{
    struct scene *scene = scene_start();
    struct placement placement = driver_placement(&scene->driver, 1);
    struct order_terms terms = scene_market_order(SIDE_BUY, 5);

    placement.pending = true;
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_OK);
    terms = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 1100, 0, 5);
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_OK);
    (void)scene_limit(scene, 2, SIDE_SELL, 1000, 5);
    terms = driver_limit(SIDE_BUY, 1000, 5);
    terms.type = ORDER_TYPE_LIMIT_MAKER;
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_OK);
    terms.quantity.units = 0;
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_LOT_SIZE);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_instrument_is_refused),
        cmocka_unit_test(price_filter),
        cmocka_unit_test(lot_size),
        cmocka_unit_test(market_lot_size),
        cmocka_unit_test(notional),
        cmocka_unit_test(percent_price_by_side),
        cmocka_unit_test(iceberg_parts),
        cmocka_unit_test(trailing_delta),
        cmocka_unit_test(expired_before),
        cmocka_unit_test(duplicate_client_id_is_seen_before_anything_else),
        cmocka_unit_test(would_match_and_would_trigger),
        cmocka_unit_test(no_liquidity),
        cmocka_unit_test(a_pending_leg_is_not_compared_with_the_present_book),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
