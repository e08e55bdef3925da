/* SPDX-License-Identifier: Apache-2.0
 *
 * What an order holds, how it is reduced, renamed, shown and closed; expiry.
 */
#include "market/book.h"
#include "market/client_ids.h"
#include "support/expect_abort.h"
#include "support/market_scene.h"

static int64_t hold_of(const struct scene *scene, uint64_t number)
{
    return (int64_t)market_order_hold(scene->market, market_order_find(scene->market, number))
        .units;
}

static void an_order_holds_what_is_left_of_it(void **state)
{
    struct scene *scene = scene_start();
    uint64_t buy = scene_limit(scene, 1, SIDE_BUY, 900, 10);
    uint64_t sell = scene_limit(scene, 2, SIDE_SELL, 1100, 10);

    assert_int_equal(hold_of(scene, buy), 9000);
    assert_int_equal(hold_of(scene, sell), 10);
    (void)scene_limit(scene, 3, SIDE_SELL, 900, 4);
    (void)scene_limit(scene, 3, SIDE_BUY, 1100, 3);
    assert_int_equal(hold_of(scene, buy), 5400);
    assert_int_equal(hold_of(scene, sell), 7);
    scene_end(scene);
}

static int64_t funding_of(struct scene *scene, const struct order_terms *terms)
{
    struct placement placement = driver_placement(&scene->driver, 1);
    struct amount funding;

    assert_true(market_order_funding(scene->market, &placement, terms, &funding));
    return (int64_t)funding.units;
}

static void an_order_is_funded_at_what_it_may_cost(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 900, 10);

    assert_int_equal(funding_of(scene, &terms), 9000);
    terms = driver_limit(SIDE_SELL, 900, 10);
    assert_int_equal(funding_of(scene, &terms), 10);
    (void)scene_limit(scene, 2, SIDE_SELL, 1000, 4);
    (void)scene_limit(scene, 2, SIDE_SELL, 1010, 4);
    terms = scene_market_order(SIDE_BUY, 6);
    assert_int_equal(funding_of(scene, &terms), 4 * 1000 + 2 * 1010);
    terms.quantity.units = 20; /* more than there is */
    assert_int_equal(funding_of(scene, &terms), 4 * 1000 + 4 * 1010);
    terms = scene_market_order(SIDE_SELL, 6);
    assert_int_equal(funding_of(scene, &terms), 6);
    terms = scene_market_order(SIDE_BUY, 4500);
    terms.flags = ORDER_FLAG_BY_QUOTE;
    assert_int_equal(funding_of(scene, &terms), 4500);
    scene_end(scene);
}

static void own_orders_that_prevention_takes_away_make_it_dearer(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_market_order(SIDE_BUY, 4);

    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 4);
    (void)scene_limit(scene, 2, SIDE_SELL, 1010, 4);
    assert_int_equal(funding_of(scene, &terms), 4000);
    terms.self_trade = SELF_TRADE_EXPIRE_MAKER;
    assert_int_equal(funding_of(scene, &terms), 4040);
    scene_end(scene);
}

static void a_pending_market_leg_is_funded_from_the_last_price(void **state)
{
    struct instrument_terms rules = driver_terms("PEND");
    rules.slippage_ppm = 20000;
    struct scene *scene = scene_open(NULL, &rules);
    struct placement placement = driver_placement(&scene->driver, 1);
    struct order_terms terms = scene_market_order(SIDE_BUY, 10);
    struct amount funding;

    placement.pending = true;
    assert_true(market_order_funding(scene->market, &placement, &terms, &funding));
    assert_int_equal(funding.units, 10200);
    uint32_t slot = driver_open(&scene->driver, &placement, &terms, 0);
    assert_int_equal(market_order_hold(scene->market, slot).units, 10200);
    assert_int_equal(market_order(scene->market, slot)->state, ORDER_STATE_PENDING);
    driver_close(&scene->driver, slot);
    scene_end(scene);
}

static void an_amend_reduces_and_keeps_its_place(void **state)
{
    struct scene *scene = scene_start();
    uint64_t first = scene_limit(scene, 1, SIDE_SELL, 1000, 10);
    uint64_t second = scene_limit(scene, 2, SIDE_SELL, 1000, 10);

    assert_int_equal(driver_amend(&scene->driver, first, 4), RESULT_OK);
    assert_int_equal(scene_shown(scene, SIDE_SELL, 1000), 14);
    scene_forget(scene);
    (void)scene_limit(scene, 3, SIDE_BUY, 1000, 6);
    scene_assert_fill(scene, 0, first, 1000, 4);
    scene_assert_fill(scene, 1, second, 1000, 2);
    scene_end(scene);
}

static void an_amend_goes_down_and_not_below_what_is_executed(void **state)
{
    struct scene *scene = scene_start();
    uint64_t number = scene_limit(scene, 1, SIDE_SELL, 1000, 10);

    (void)scene_limit(scene, 2, SIDE_BUY, 1000, 4);
    assert_int_equal(driver_amend(&scene->driver, number, 11), RESULT_AMEND_NOT_DOWN);
    assert_int_equal(driver_amend(&scene->driver, number, 10), RESULT_AMEND_NOT_DOWN);
    assert_int_equal(driver_amend(&scene->driver, number, 4), RESULT_AMEND_NOT_DOWN);
    assert_int_equal(driver_amend(&scene->driver, number, 0), RESULT_AMEND_NOT_DOWN);
    assert_int_equal(driver_amend(&scene->driver, number, 5), RESULT_OK);
    assert_int_equal(scene_left(scene, number), 1);
    scene_end(scene);
}

static void an_amend_passes_the_filters(void **state)
{
    struct instrument_terms rules = driver_terms("AMEND");
    rules.lot.units = 10;
    rules.quantity_min.units = 20;
    rules.notional_min.units = 50000;
    rules.amends_max = 2;
    struct scene *scene = scene_open(NULL, &rules);
    uint64_t number = scene_limit(scene, 1, SIDE_SELL, 1000, 100);

    assert_int_equal(driver_amend(&scene->driver, number, 95), RESULT_LOT_SIZE);
    assert_int_equal(driver_amend(&scene->driver, number, 10), RESULT_LOT_SIZE);
    assert_int_equal(driver_amend(&scene->driver, number, 40), RESULT_NOTIONAL);
    assert_int_equal(driver_amend(&scene->driver, number, 90), RESULT_OK);
    assert_int_equal(driver_amend(&scene->driver, number, 80), RESULT_OK);
    assert_int_equal(driver_amend(&scene->driver, number, 70), RESULT_MAX_NUM_ORDER_AMENDS);
    rules.amends_max = 0;
    scene_terms(scene, &rules);
    market_session_set(scene->market, 1, SESSION_HALTED, 0);
    assert_int_equal(driver_amend(&scene->driver, number, 70), RESULT_MARKET_CLOSED);
    market_session_set(scene->market, 1, SESSION_PRE_OPEN, 0);
    assert_int_equal(driver_amend(&scene->driver, number, 70), RESULT_OK);
    scene_end(scene);
}

static void an_amended_iceberg_loses_hidden_parts_first(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_SELL, 1000, 30);

    terms.iceberg.units = 10;
    uint64_t number = scene_place(scene, 1, &terms);
    assert_int_equal(driver_amend(&scene->driver, number, 12), RESULT_OK);
    assert_int_equal(scene_shown(scene, SIDE_SELL, 1000), 10);
    assert_null(market_audit(scene->market));
    assert_int_equal(driver_amend(&scene->driver, number, 7), RESULT_OK);
    assert_int_equal(scene_shown(scene, SIDE_SELL, 1000), 7);
    scene_end(scene);
}

static void a_waiting_order_can_be_amended_too(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms stop = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 990, 980, 30);
    uint64_t number = scene_place(scene, 1, &stop);
    uint64_t updates = scene->driver.updates;

    assert_int_equal(driver_amend(&scene->driver, number, 12), RESULT_OK);
    assert_int_equal(scene->driver.updates, updates);
    assert_int_equal(scene_left(scene, number), 12);
    stop.stop_price.units = 0;
    stop.trailing_bps = 100;
    number = scene_place(scene, 1, &stop);
    assert_int_equal(driver_amend(&scene->driver, number, 12), RESULT_OK);
    scene_end(scene);
}

static void an_amend_can_give_a_new_name(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_SELL, 1000, 30);
    struct client_id second = {"second"};
    struct level_change change;

    memcpy(terms.client_id.text, "first", 5);
    uint64_t number = scene_place(scene, 1, &terms);
    uint32_t slot = market_order_find(scene->market, number);
    struct quantity less = {20};
    assert_int_equal(market_amend_check(scene->market, slot, less, &second), RESULT_OK);
    assert_true(market_amend(scene->market, slot, less, &second, &change));
    scene->driver.updates++;
    assert_int_equal(market_order_find_client(scene->market, 1, &second), slot);
    assert_int_equal(market_order_find_client(scene->market, 1, &terms.client_id), 0);
    assert_true(market_client_id_seen(scene->market, 1, &terms.client_id));
    struct quantity still_less = {10};
    assert_int_equal(market_amend_check(scene->market, slot, still_less, &terms.client_id),
                     RESULT_DUPLICATE_CLIENT_ID);
    assert_int_equal(market_amend_check(scene->market, slot, still_less, &second), RESULT_OK);
    assert_true(market_amend(scene->market, slot, still_less, &second, &change));
    scene->driver.updates++;
    assert_int_equal(market_order_find_client(scene->market, 1, &second), slot);
    scene->driver.sides[SIDE_SELL].levels[0].quantity = 10;
    scene_end(scene);
}

static void a_view_says_what_the_order_says(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_SELL, 1000, 30);
    struct order_view view;

    terms.iceberg.units = 5;
    terms.time_in_force = TIME_IN_FORCE_GTD;
    terms.expires_us = scene->driver.now_us + 5;
    terms.self_trade = SELF_TRADE_EXPIRE_BOTH;
    memcpy(terms.client_id.text, "mine", 4);
    uint64_t number = scene_place(scene, 1, &terms);
    uint32_t slot = market_order_find(scene->market, number);
    market_order_view(scene->market, slot, &view);
    assert_memory_equal(&view.terms, &terms, sizeof terms);
    assert_int_equal(view.status, ORDER_STATUS_NEW);
    assert_true(view.working);
    assert_int_equal(view.opened_us, scene->driver.now_us);
    (void)scene_limit(scene, 2, SIDE_BUY, 1000, 7);
    market_order_view(scene->market, slot, &view);
    assert_int_equal(view.status, ORDER_STATUS_PARTIALLY_FILLED);
    assert_int_equal(view.executed.units, 7);
    assert_int_equal(view.left.units, 23);
    assert_int_equal(view.quote.units, 7000);
    assert_int_equal(view.order, number);
    assert_int_equal(view.participant, 1);
    scene_end(scene);
}

static void orders_expire_in_the_order_of_their_deadlines(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_SELL, 1000, 30);
    uint64_t numbers[3];

    terms.time_in_force = TIME_IN_FORCE_GTD;
    for (int i = 0; i < 3; i++) {
        terms.expires_us = scene->driver.now_us + (i == 0 ? 20 : 10);
        numbers[i] = scene_place(scene, 1, &terms);
    }
    assert_int_equal(market_deadline(scene->market), scene->driver.now_us + 10);
    assert_int_equal(market_next_expired(scene->market, scene->driver.now_us + 9), 0);
    for (int i = 1; i <= 3; i++) {
        uint32_t slot = market_next_expired(scene->market, scene->driver.now_us + 20);

        assert_int_equal(market_order(scene->market, slot)->number, numbers[i % 3]);
        driver_close(&scene->driver, slot);
    }
    assert_int_equal(market_deadline(scene->market), INT64_MAX);
    scene_end(scene);
}

static void rest_a_market_order(void *argument)
{
    struct scene *scene = argument;
    struct level_change change;
    struct placement placement = driver_placement(&scene->driver, 1);
    struct order_terms terms = scene_market_order(SIDE_BUY, 5);

    market_order_rest(scene->market, driver_open(&scene->driver, &placement, &terms, 0), &change);
}

static void close_twice(void *argument)
{
    struct scene *scene = argument;
    uint32_t slot = market_order_find(scene->market, scene_limit(scene, 1, SIDE_BUY, 900, 5));

    driver_close(&scene->driver, slot);
    driver_close(&scene->driver, slot);
}

static void misuse_is_an_abort(void **state)
{
    struct scene *scene = scene_start();

    assert_true(does_abort(rest_a_market_order, scene));
    assert_true(does_abort(close_twice, scene));
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_holds_what_is_left_of_it),
        cmocka_unit_test(an_order_is_funded_at_what_it_may_cost),
        cmocka_unit_test(own_orders_that_prevention_takes_away_make_it_dearer),
        cmocka_unit_test(a_pending_market_leg_is_funded_from_the_last_price),
        cmocka_unit_test(an_amend_reduces_and_keeps_its_place),
        cmocka_unit_test(an_amend_goes_down_and_not_below_what_is_executed),
        cmocka_unit_test(an_amend_passes_the_filters),
        cmocka_unit_test(an_amended_iceberg_loses_hidden_parts_first),
        cmocka_unit_test(a_waiting_order_can_be_amended_too),
        cmocka_unit_test(an_amend_can_give_a_new_name),
        cmocka_unit_test(a_view_says_what_the_order_says),
        cmocka_unit_test(orders_expire_in_the_order_of_their_deadlines),
        cmocka_unit_test(misuse_is_an_abort),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
