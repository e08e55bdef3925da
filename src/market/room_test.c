/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts and room: every limit is a refusal at the right number, and what was accepted never fails
 * afterwards. An order that is replaced does not count.
 */
#include "market/filters.h"
#include "market/order_store.h"
#include "market/traders.h"
#include "support/market_scene.h"
#include "support/random_stream.h"

static struct limits limits_with(uint32_t orders, uint32_t levels)
{
    return (struct limits){
        .participants_max = 5000,
        .accounts_max = 1,
        .assets_max = 2,
        .instruments_max = 2,
        .orders_max = orders,
        .price_levels_max = levels,
        .order_lists_max = 4,
        .client_ids_max = 4,
    };
}

static struct placement replacing(const struct scene *scene, uint32_t who, uint64_t number)
{
    struct placement placement = driver_placement(&scene->driver, who);

    placement.ignoring = market_order_find(scene->market, number);
    return placement;
}

static void max_num_orders(void **state)
{
    struct instrument_terms rules = driver_terms("COUNTS");
    rules.orders_max = 3;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = driver_limit(SIDE_BUY, 900, 5);
    uint64_t first = scene_place(scene, 1, &terms);
    struct placement placement = driver_placement(&scene->driver, 1);

    (void)scene_place(scene, 1, &terms);
    placement.legs = 2;
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_MAX_NUM_ORDERS);
    placement.legs = 1;
    placement.orders_max = 2; /* the tier's limit counts as well */
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_MAX_NUM_ORDERS);
    (void)scene_place(scene, 1, &terms);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_MAX_NUM_ORDERS);
    assert_int_equal(scene_check(scene, 2, &terms), RESULT_OK);
    placement = replacing(scene, 1, first);
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_OK);
    rules.orders_max = 0;
    scene_terms(scene, &rules);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    scene_end(scene);
}

static void max_num_algo_orders(void **state)
{
    struct instrument_terms rules = driver_terms("COUNTS");
    rules.algo_orders_max = 1;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms stop = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 900, 0, 5);
    struct order_terms plain = driver_limit(SIDE_BUY, 900, 5);
    uint64_t first = scene_place(scene, 1, &stop);
    uint64_t other = scene_place(scene, 1, &plain);

    assert_int_equal(scene_check(scene, 1, &stop), RESULT_MAX_NUM_ALGO_ORDERS);
    assert_int_equal(scene_check(scene, 1, &plain), RESULT_OK);
    struct placement placement = replacing(scene, 1, first);
    assert_int_equal(market_order_check(scene->market, &placement, &stop), RESULT_OK);
    placement = replacing(scene, 1, other);
    assert_int_equal(market_order_check(scene->market, &placement, &stop),
                     RESULT_MAX_NUM_ALGO_ORDERS);
    scene_end(scene);
}

static void max_num_iceberg_orders(void **state)
{
    struct instrument_terms rules = driver_terms("COUNTS");
    rules.iceberg_orders_max = 1;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms iceberg = driver_limit(SIDE_BUY, 900, 5);
    struct order_terms plain = iceberg;

    iceberg.iceberg.units = 2;
    uint64_t first = scene_place(scene, 1, &iceberg);
    assert_int_equal(scene_check(scene, 1, &iceberg), RESULT_MAX_NUM_ICEBERG_ORDERS);
    assert_int_equal(scene_check(scene, 1, &plain), RESULT_OK);
    struct placement placement = replacing(scene, 1, first);
    assert_int_equal(market_order_check(scene->market, &placement, &iceberg), RESULT_OK);
    scene_end(scene);
}

static void max_position(void **state)
{
    struct instrument_terms rules = driver_terms("COUNTS");
    rules.position_max.units = 100;
    struct scene *scene = scene_open(NULL, &rules);
    struct placement placement = driver_placement(&scene->driver, 1);
    struct order_terms terms = driver_limit(SIDE_BUY, 900, 40);

    placement.position.units = 60;
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_OK);
    placement.position.units = 61;
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_MAX_POSITION);
    terms.side = SIDE_SELL;
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_OK);
    (void)scene_limit(scene, 2, SIDE_SELL, 10, 100);
    terms = scene_market_order(SIDE_BUY, 400); /* quote units: 40 at a price of 10 */
    terms.flags = ORDER_FLAG_BY_QUOTE;
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_MAX_POSITION);
    placement.position.units = 60;
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_OK);
    scene_end(scene);
}

static void orders_full(void **state)
{
    struct limits limits = limits_with(3, 100);
    struct instrument_terms rules = driver_terms("ROOM");
    struct scene *scene = scene_open(&limits, &rules);
    struct order_terms terms = driver_limit(SIDE_BUY, 900, 5);
    struct placement placement = driver_placement(&scene->driver, 1);

    (void)scene_place(scene, 1, &terms);
    uint64_t last = scene_place(scene, 1, &terms);
    placement.legs = 2;
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_ORDERS_FULL);
    (void)scene_place(scene, 2, &terms);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_ORDERS_FULL);
    placement = replacing(scene, 1, last);
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_OK);
    scene_end(scene);
}

static void orders_that_need_an_extra_run_out_first(void **state)
{
    struct limits limits = limits_with(4000, 10000);
    struct instrument_terms rules = driver_terms("ROOM");
    struct scene *scene = scene_open(&limits, &rules);
    struct order_terms iceberg = driver_limit(SIDE_BUY, 900, 5);
    struct order_terms plain = iceberg;
    uint64_t last = 0;

    iceberg.iceberg.units = 1;
    for (uint32_t i = 0; i < 1024; i++) {
        last = scene_place(scene, 1, &iceberg);
    }
    assert_int_equal(scene_check(scene, 1, &iceberg), RESULT_ORDERS_FULL);
    assert_int_equal(scene_check(scene, 1, &plain), RESULT_OK);
    struct placement placement = replacing(scene, 1, last);
    assert_int_equal(market_order_check(scene->market, &placement, &iceberg), RESULT_OK);
    placement = replacing(scene, 1, scene_place(scene, 1, &plain));
    assert_int_equal(market_order_check(scene->market, &placement, &iceberg), RESULT_ORDERS_FULL);
    scene_end(scene);
}

static void levels_full(void **state)
{
    struct limits limits = limits_with(100, 4);
    struct instrument_terms rules = driver_terms("ROOM");
    struct scene *scene = scene_open(&limits, &rules);
    struct order_terms stop = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 900, 890, 5);
    struct order_terms plain = driver_limit(SIDE_BUY, 500, 5);
    uint64_t waiting = scene_place(scene, 1, &stop); /* a level to wait at, one to rest at later */
    uint64_t resting = scene_place(scene, 1, &plain);

    assert_int_equal(scene_check(scene, 1, &stop), RESULT_LEVELS_FULL);
    plain.price.units = 510;
    assert_int_equal(scene_check(scene, 1, &plain), RESULT_OK);
    uint64_t second = scene_place(scene, 1, &plain);
    assert_int_equal(scene_check(scene, 1, &plain), RESULT_LEVELS_FULL);
    struct placement placement = replacing(scene, 1, resting);
    assert_int_equal(market_order_check(scene->market, &placement, &plain), RESULT_OK);
    assert_int_equal(market_order_check(scene->market, &placement, &stop), RESULT_LEVELS_FULL);
    placement = replacing(scene, 1, waiting);
    assert_int_equal(market_order_check(scene->market, &placement, &stop), RESULT_OK);
    /* The level kept free for the stop order is there when it is set off. */
    driver_cancel(&scene->driver, second);
    plain = driver_limit(SIDE_SELL, 500, 1);
    (void)scene_place(scene, 2, &plain);
    assert_false(driver_run_stops(&scene->driver, 1, 64));
    assert_int_equal(scene_left(scene, resting), 4);
    assert_int_equal(scene_shown(scene, SIDE_SELL, 890), 5);
    assert_int_equal(scene_left(scene, waiting), 5);
    assert_int_equal(scene->market->levels_promised, 0);
    scene_end(scene);
}

static void trailing_full(void **state)
{
    struct limits limits = limits_with(8000, 100);
    struct instrument_terms rules = driver_terms("ROOM");
    struct scene *scene = scene_open(&limits, &rules);
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 0, 0, 5);
    uint64_t number = 0;

    terms.trailing_bps = 100;
    for (uint32_t i = 0; i < TARAZY_TRAILING_MAX; i++) {
        number = scene_place(scene, 1 + i % 5, &terms);
    }
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_TRAILING_FULL);
    struct placement placement = replacing(scene, 1, number);
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_OK);
    driver_cancel(&scene->driver, number);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    scene_end(scene);
}

static void a_side_never_adds_up_to_more_than_fits(void **state)
{
    struct instrument_terms rules = driver_terms("ROOM");
    rules.price_max.units = 2;
    rules.price_min.units = 1;
    rules.reference.units = 1;
    rules.quantity_max.units = INT64_MAX / 4;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = driver_limit(SIDE_BUY, 1, INT64_MAX / 4);

    for (int i = 0; i < 4; i++) {
        (void)scene_place(scene, 1, &terms);
    }
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OVERFLOW);
    terms.quantity.units = 3;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    terms.quantity.units = 4;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OVERFLOW);
    terms.side = SIDE_SELL;
    terms.price.units = 2;
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    scene_end(scene);
}

/* Fills a small market with everything there is, again and again: what the check lets through never
 * fails, whatever is full. */
static void what_was_accepted_finds_room(void **state)
{
    struct limits limits = limits_with(60, 25);
    struct instrument_terms rules = driver_terms("ROOM");
    struct scene *scene = scene_open(&limits, &rules);
    struct random_stream random = {9};
    uint32_t refused = 0;

    for (int i = 0; i < 40000; i++) {
        uint8_t side = random_once_in(&random, 2) ? SIDE_BUY : SIDE_SELL;
        int64_t price = 980 + (int64_t)random_below(&random, 41);
        int64_t stop = 980 + (int64_t)random_below(&random, 41);
        bool waits = random_once_in(&random, 3);
        struct order_terms terms =
            waits ? scene_stop(random_once_in(&random, 2) ? ORDER_TYPE_STOP_LOSS_LIMIT
                                                          : ORDER_TYPE_TAKE_PROFIT_LIMIT,
                               side, stop, price, 1 + (int64_t)random_below(&random, 9))
                  : driver_limit(side, price, 1 + (int64_t)random_below(&random, 9));
        uint32_t who = 1 + (uint32_t)random_below(&random, 5000);
        enum result result = driver_place(&scene->driver, who, &terms);

        refused += result == RESULT_LEVELS_FULL || result == RESULT_ORDERS_FULL;
        (void)driver_run_stops(&scene->driver, 1, 64);
        if (random_once_in(&random, 3)) {
            uint32_t slot = market_first_of_participant(
                scene->market, 1 + (uint32_t)random_below(&random, 5000), 0);

            if (slot != 0) {
                driver_close(&scene->driver, slot);
            }
        }
        if (i % 100 == 0) {
            assert_null(market_audit(scene->market));
        }
    }
    assert_true(refused > 1000);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(max_num_orders),
        cmocka_unit_test(max_num_algo_orders),
        cmocka_unit_test(max_num_iceberg_orders),
        cmocka_unit_test(max_position),
        cmocka_unit_test(orders_full),
        cmocka_unit_test(orders_that_need_an_extra_run_out_first),
        cmocka_unit_test(levels_full),
        cmocka_unit_test(trailing_full),
        cmocka_unit_test(a_side_never_adds_up_to_more_than_fits),
        cmocka_unit_test(what_was_accepted_finds_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
