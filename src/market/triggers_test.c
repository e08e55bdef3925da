/* SPDX-License-Identifier: Apache-2.0
 *
 * Stop orders: which price sets off which, in which order, trailing ones, cascades that are bounded,
 * legs that start late.
 */
#include "market/triggers.h"

#include "market/order_store.h"
#include "support/market_scene.h"

static bool was_set_off(const struct scene *scene, uint64_t number)
{
    for (uint32_t i = 0; i < scene->log.count; i++) {
        const struct book_line *line = &scene->log.lines[i];

        if (line->act == BOOK_ACT_SET_OFF && line->taker == number) {
            return true;
        }
    }
    return false;
}

static void move_last(struct scene *scene, int64_t price)
{
    scene_last(scene, price);
    (void)driver_run_stops(&scene->driver, 1, 64);
}

static void each_kind_waits_for_its_direction(void **state)
{
    const struct {
        uint8_t type;
        uint8_t side;
        int64_t stop;
        int64_t near; /* does not set it off */
    } rows[] = {
        {ORDER_TYPE_STOP_LOSS, SIDE_SELL, 990, 991},
        {ORDER_TYPE_STOP_LOSS, SIDE_BUY, 1010, 1009},
        {ORDER_TYPE_TAKE_PROFIT, SIDE_SELL, 1010, 1009},
        {ORDER_TYPE_TAKE_PROFIT, SIDE_BUY, 990, 991},
        {ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 990, 991},
        {ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_BUY, 1010, 1009},
        {ORDER_TYPE_TAKE_PROFIT_LIMIT, SIDE_SELL, 1010, 1009},
        {ORDER_TYPE_TAKE_PROFIT_LIMIT, SIDE_BUY, 990, 991},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene *scene = scene_start();
        bool limit = rows[i].type == ORDER_TYPE_STOP_LOSS_LIMIT ||
                     rows[i].type == ORDER_TYPE_TAKE_PROFIT_LIMIT;
        int64_t price = rows[i].side == SIDE_BUY ? 900 : 1100;
        struct order_terms terms =
            scene_stop(rows[i].type, rows[i].side, rows[i].stop, limit ? price : 0, 5);
        uint64_t number = scene_place(scene, 1, &terms);

        move_last(scene, rows[i].near);
        assert_false(was_set_off(scene, number));
        move_last(scene, rows[i].stop);
        assert_true(was_set_off(scene, number));
        assert_int_equal(scene_shown(scene, rows[i].side, price), limit ? 5 : 0);
        scene_end(scene);
    }
}

static void a_stop_order_is_not_on_the_book(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 990, 980, 5);
    struct order_view view;
    uint64_t number = scene_place(scene, 1, &terms);

    assert_int_equal(scene->driver.updates, 0);
    assert_int_equal(scene_shown(scene, SIDE_SELL, 980), 0);
    market_order_view(scene->market, market_order_find(scene->market, number), &view);
    assert_false(view.working);
    assert_int_equal(view.status, ORDER_STATUS_NEW);
    assert_int_equal(view.terms.stop_price.units, 990);
    driver_cancel(&scene->driver, number);
    assert_int_equal(scene->driver.updates, 0);
    scene_end(scene);
}

static void rises_go_first_then_falls_then_trailing_ones(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms trailing = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 0, 1200, 1);
    struct order_terms rise = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_BUY, 1010, 800, 1);
    struct order_terms fall = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 990, 1200, 1);
    uint64_t wanted[6];

    trailing.trailing_bps = 50;
    wanted[5] = scene_place(scene, 1, &trailing);
    wanted[4] = scene_place(scene, 1, &fall);
    fall.stop_price.units = 995;
    wanted[3] = scene_place(scene, 1, &fall);
    wanted[1] = scene_place(scene, 1, &rise);
    wanted[2] = scene_place(scene, 1, &rise);
    rise.stop_price.units = 1005;
    wanted[0] = scene_place(scene, 1, &rise);
    scene_last(scene, 1010);
    scene_last(scene, 990);
    scene_forget(scene);
    assert_false(driver_run_stops(&scene->driver, 1, 64));
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(scene_line(scene, 2 * i, BOOK_ACT_SET_OFF)->taker, wanted[i]);
    }
    scene_end(scene);
}

/* A sweep trades at 990 first and ends at 1010: both kinds have seen their price. */
static void a_price_in_the_middle_of_a_sweep_sets_off_too(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms fall = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 995, 1200, 1);

    uint64_t number = scene_place(scene, 1, &fall);
    (void)scene_limit(scene, 2, SIDE_SELL, 990, 1);
    (void)scene_limit(scene, 2, SIDE_SELL, 1010, 1);
    (void)scene_limit(scene, 3, SIDE_BUY, 1010, 2);
    assert_int_equal(market_instrument(scene->market, 1)->last.units, 1010);
    assert_false(driver_run_stops(&scene->driver, 1, 64));
    assert_true(was_set_off(scene, number));
    scene_end(scene);
}

static void stops_set_off_stops_and_the_rest_waits_for_its_turn(void **state)
{
    struct scene *scene = scene_start();
    int64_t price;

    for (price = 999; price >= 990; price--) {
        struct order_terms stop = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, price, 0, 1);

        (void)scene_place(scene, 1, &stop);
        (void)scene_limit(scene, 2, SIDE_BUY, price - 1, 1);
    }
    (void)scene_limit(scene, 3, SIDE_BUY, 999, 1);
    (void)scene_limit(scene, 3, SIDE_SELL, 999, 1); /* the first stone */
    assert_true(market_has_triggered(scene->market, 1));
    assert_int_equal(market_deadline(scene->market), 0);
    assert_true(driver_run_stops(&scene->driver, 1, 4));
    assert_int_equal(market_instrument(scene->market, 1)->last.units, 995);
    assert_int_equal(market_deadline(scene->market), 0);
    assert_null(market_audit(scene->market));
    assert_false(driver_run_stops(&scene->driver, 1, 64));
    assert_int_equal(market_instrument(scene->market, 1)->last.units, 989);
    assert_int_equal(market_deadline(scene->market), INT64_MAX);
    scene_end(scene);
}

static void a_new_stop_order_is_measured_against_what_the_others_wait_for(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms rise = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_BUY, 1005, 0, 1);

    scene_last(scene, 1010);
    scene_last(scene, 1000); /* nobody asked yet: 1010 still counts */
    assert_int_equal(scene_check(scene, 1, &rise), RESULT_WOULD_TRIGGER);
    assert_false(driver_run_stops(&scene->driver, 1, 64));
    assert_int_equal(scene_check(scene, 1, &rise), RESULT_OK);
    scene_end(scene);
}

static void nothing_is_set_off_while_trading_is_stopped(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms stop = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 990, 0, 1);
    uint64_t number = scene_place(scene, 1, &stop);

    scene_last(scene, 990);
    market_session_set(scene->market, 1, SESSION_HALTED, 0);
    assert_false(market_has_triggered(scene->market, 1));
    assert_int_equal(market_deadline(scene->market), INT64_MAX);
    assert_false(driver_run_stops(&scene->driver, 1, 64));
    assert_false(was_set_off(scene, number));
    market_session_set(scene->market, 1, SESSION_CONTINUOUS, 0);
    assert_int_equal(market_deadline(scene->market), 0);
    assert_false(driver_run_stops(&scene->driver, 1, 64));
    assert_true(was_set_off(scene, number));
    scene_end(scene);
}

static void a_trailing_seller_follows_the_price_up_and_sells_when_it_falls(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 0, 900, 5);

    terms.trailing_bps = 100; /* 1 % */
    uint64_t number = scene_place(scene, 1, &terms);
    move_last(scene, 991);  /* 1000 × 0.99 = 990 */
    move_last(scene, 1100); /* now 1089 */
    move_last(scene, 1090);
    assert_false(was_set_off(scene, number));
    move_last(scene, 1089);
    assert_true(was_set_off(scene, number));
    scene_end(scene);
}

static void a_trailing_buyer_follows_the_price_down_and_buys_when_it_rises(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_BUY, 0, 1200, 5);

    terms.trailing_bps = 100;
    uint64_t number = scene_place(scene, 1, &terms);
    move_last(scene, 900); /* 909 */
    move_last(scene, 908);
    assert_false(was_set_off(scene, number));
    move_last(scene, 909);
    assert_true(was_set_off(scene, number));
    scene_end(scene);
}

static void with_a_stop_price_trailing_begins_there(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_stop(ORDER_TYPE_TAKE_PROFIT_LIMIT, SIDE_SELL, 1050, 900, 5);

    terms.trailing_bps = 100;
    uint64_t number = scene_place(scene, 1, &terms);
    move_last(scene, 1040);
    move_last(scene, 1000); /* more than 1 % down, but it does not follow yet */
    assert_int_equal(market_next_trailing(scene->market, 1), 0);
    move_last(scene, 1050);
    assert_int_equal(market_next_trailing(scene->market, 1),
                     market_order_find(scene->market, number));
    assert_int_equal(market_next_trailing(scene->market, 1), 0);
    assert_false(was_set_off(scene, number));
    move_last(scene, 1039); /* 1050 × 0.99 = 1039.5 */
    assert_true(was_set_off(scene, number));
    scene_end(scene);
}

static void a_trailing_order_that_is_set_off_stays_so(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 0, 900, 5);

    terms.trailing_bps = 100;
    uint64_t number = scene_place(scene, 1, &terms);
    scene_last(scene, 980);
    scene_last(scene, 1000);
    (void)driver_run_stops(&scene->driver, 1, 64);
    assert_true(was_set_off(scene, number));
    scene_end(scene);
}

static void a_trailing_order_can_be_cancelled_or_set_off_in_any_place_of_the_chain(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 0, 1100, 5);
    uint64_t numbers[5];

    for (uint32_t i = 0; i < 5; i++) {
        terms.trailing_bps = i == 2 ? 100 : 1000;
        numbers[i] = scene_place(scene, 1, &terms);
    }
    move_last(scene, 985);
    assert_true(was_set_off(scene, numbers[2]));
    assert_null(market_audit(scene->market));
    driver_cancel(&scene->driver, numbers[0]);
    assert_null(market_audit(scene->market));
    driver_cancel(&scene->driver, numbers[4]);
    assert_null(market_audit(scene->market));
    assert_int_equal(market_instrument(scene->market, 1)->trailing_count, 2);
    move_last(scene, 800);
    assert_int_equal(market_instrument(scene->market, 1)->trailing_count, 0);
    scene_end(scene);
}

static void the_protection_of_a_market_stop_counts_from_where_it_is_set_off(void **state)
{
    struct instrument_terms rules = driver_terms("PROTECT");
    rules.slippage_ppm = 10000;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_BUY, 1100, 0, 5);
    struct placement placement = driver_placement(&scene->driver, 1);
    struct amount funding;

    assert_true(market_order_funding(scene->market, &placement, &terms, &funding));
    assert_int_equal(funding.units, 5 * 1111);
    uint32_t slot = driver_open(&scene->driver, &placement, &terms, 0);
    assert_int_equal(market_order_protection(scene->market, slot).units, 1111);
    assert_int_equal(market_order_hold(scene->market, slot).units, 5 * 1111);
    /* One that trails from now: at most 1000 × 1.05, and 1 % above. */
    terms = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_BUY, 0, 0, 5);
    terms.trailing_bps = 500;
    assert_int_equal(market_terms_protection(scene->market, &placement, &terms).units, 1060);
    terms = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 900, 0, 5);
    assert_int_equal(market_terms_protection(scene->market, &placement, &terms).units, 891);
    scene_end(scene);
}

/* Set off, a market stop keeps within its protection, 981 … */
static void a_market_stop_does_not_run_through_a_thin_book(void **state)
{
    struct instrument_terms rules = driver_terms("PROTECT");
    rules.slippage_ppm = 10000;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 990, 0, 5);

    (void)scene_place(scene, 1, &terms);
    uint64_t near = scene_limit(scene, 2, SIDE_BUY, 985, 2);
    uint64_t far = scene_limit(scene, 2, SIDE_BUY, 980, 9);
    scene_last(scene, 990);
    (void)driver_run_stops(&scene->driver, 1, 64);
    assert_int_equal(scene_left(scene, near), 0);
    assert_int_equal(scene_left(scene, far), 9);
    scene_end(scene);
}

/* … and within the slippage limit of what it then finds: 1 % below 995 is 986. */
static void a_market_stop_slips_no_further_than_any_market_order(void **state)
{
    struct instrument_terms rules = driver_terms("PROTECT");
    rules.slippage_ppm = 10000;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 990, 0, 5);

    (void)scene_place(scene, 1, &terms);
    scene_last(scene, 990);
    uint64_t near = scene_limit(scene, 2, SIDE_BUY, 995, 2);
    uint64_t far = scene_limit(scene, 2, SIDE_BUY, 985, 9);
    (void)driver_run_stops(&scene->driver, 1, 64);
    assert_int_equal(scene_left(scene, near), 0);
    assert_int_equal(scene_left(scene, far), 9);
    scene_end(scene);
}

static uint32_t open_pending(struct scene *scene, const struct order_terms *terms)
{
    struct placement placement = driver_placement(&scene->driver, 1);

    placement.pending = true;
    return driver_open(&scene->driver, &placement, terms, 0);
}

static void a_leg_that_starts_waits_unless_its_price_is_there_already(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_stop(ORDER_TYPE_STOP_LOSS_LIMIT, SIDE_SELL, 990, 900, 5);
    uint32_t waits = open_pending(scene, &terms);
    terms.stop_price.units = 1000;
    uint32_t reached = open_pending(scene, &terms);
    terms = driver_limit(SIDE_BUY, 800, 5);
    uint32_t plain = open_pending(scene, &terms);
    terms = scene_stop(ORDER_TYPE_TAKE_PROFIT_LIMIT, SIDE_SELL, 1000, 900, 5);
    terms.trailing_bps = 100;
    uint32_t trails = open_pending(scene, &terms);

    assert_null(market_audit(scene->market));
    market_order_start(scene->market, waits);
    assert_int_equal(market_order(scene->market, waits)->state, ORDER_STATE_WAITING);
    market_order_start(scene->market, reached);
    assert_int_equal(market_order(scene->market, reached)->state, ORDER_STATE_TAKING);
    driver_take(&scene->driver, reached);
    market_order_start(scene->market, plain);
    assert_int_equal(market_order(scene->market, plain)->state, ORDER_STATE_TAKING);
    driver_take(&scene->driver, plain);
    market_order_start(scene->market, trails);
    assert_int_equal(market_order(scene->market, trails)->state, ORDER_STATE_WAITING);
    assert_int_equal(market_next_trailing(scene->market, 1), trails);
    scene_end(scene);
}

/* A leg that starts, or a stop set off, and cannot be taken any more, is refused. */
static void what_cannot_be_taken_when_it_starts_is_refused(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 5);

    (void)scene_limit(scene, 2, SIDE_SELL, 1000, 3);
    terms.type = ORDER_TYPE_LIMIT_MAKER;
    uint32_t slot = open_pending(scene, &terms);
    market_order_start(scene->market, slot);
    driver_take(&scene->driver, slot);
    assert_int_equal(scene->driver.end, MATCH_END_REFUSED);
    terms = driver_limit(SIDE_BUY, 1000, 5);
    terms.time_in_force = TIME_IN_FORCE_FOK;
    slot = open_pending(scene, &terms);
    market_order_start(scene->market, slot);
    driver_take(&scene->driver, slot);
    assert_int_equal(scene->driver.end, MATCH_END_REFUSED);
    terms = scene_market_order(SIDE_BUY, 5);
    slot = open_pending(scene, &terms);
    market_session_set(scene->market, 1, SESSION_AUCTION, 0);
    market_order_start(scene->market, slot);
    driver_take(&scene->driver, slot);
    assert_int_equal(scene->driver.end, MATCH_END_REFUSED);
    terms = driver_limit(SIDE_BUY, 1000, 5);
    slot = open_pending(scene, &terms);
    market_order_start(scene->market, slot);
    driver_take(&scene->driver, slot);
    assert_int_equal(scene->driver.end, MATCH_END_REST);
    terms.type = ORDER_TYPE_LIMIT_MAKER;
    slot = open_pending(scene, &terms);
    market_order_start(scene->market, slot);
    driver_take(&scene->driver, slot);
    assert_int_equal(scene->driver.end, MATCH_END_REFUSED);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_waits_for_its_direction),
        cmocka_unit_test(a_stop_order_is_not_on_the_book),
        cmocka_unit_test(rises_go_first_then_falls_then_trailing_ones),
        cmocka_unit_test(a_price_in_the_middle_of_a_sweep_sets_off_too),
        cmocka_unit_test(stops_set_off_stops_and_the_rest_waits_for_its_turn),
        cmocka_unit_test(a_new_stop_order_is_measured_against_what_the_others_wait_for),
        cmocka_unit_test(nothing_is_set_off_while_trading_is_stopped),
        cmocka_unit_test(a_trailing_seller_follows_the_price_up_and_sells_when_it_falls),
        cmocka_unit_test(a_trailing_buyer_follows_the_price_down_and_buys_when_it_rises),
        cmocka_unit_test(with_a_stop_price_trailing_begins_there),
        cmocka_unit_test(a_trailing_order_that_is_set_off_stays_so),
        cmocka_unit_test(a_trailing_order_can_be_cancelled_or_set_off_in_any_place_of_the_chain),
        cmocka_unit_test(the_protection_of_a_market_stop_counts_from_where_it_is_set_off),
        cmocka_unit_test(a_market_stop_does_not_run_through_a_thin_book),
        cmocka_unit_test(a_market_stop_slips_no_further_than_any_market_order),
        cmocka_unit_test(a_leg_that_starts_waits_unless_its_price_is_there_already),
        cmocka_unit_test(what_cannot_be_taken_when_it_starts_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
