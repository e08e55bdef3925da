/* SPDX-License-Identifier: Apache-2.0
 *
 * Matching by name: price before time, each way an order ends, icebergs, amounts in quote units,
 * slippage, bands, the bound on fills, what is published.
 */
#include "market/liquidity.h"
#include "support/market_scene.h"

static void the_best_price_is_served_first_and_then_the_oldest(void **state)
{
    struct scene *scene = scene_start();
    uint64_t late = scene_limit(scene, 1, SIDE_SELL, 1010, 5);
    uint64_t second = scene_limit(scene, 2, SIDE_SELL, 1005, 5);
    uint64_t third = scene_limit(scene, 3, SIDE_SELL, 1005, 5);

    scene_forget(scene);
    (void)scene_limit(scene, 4, SIDE_BUY, 1010, 12);
    scene_assert_fill(scene, 0, second, 1005, 5);
    scene_assert_fill(scene, 1, third, 1005, 5);
    scene_assert_fill(scene, 2, late, 1010, 2);
    assert_int_equal(scene_left(scene, late), 3);
    scene_end(scene);
}

static void sellers_are_matched_like_buyers(void **state)
{
    struct scene *scene = scene_start();
    uint64_t late = scene_limit(scene, 1, SIDE_BUY, 990, 5);
    uint64_t first = scene_limit(scene, 2, SIDE_BUY, 995, 5);

    scene_forget(scene);
    uint64_t taker = scene_limit(scene, 4, SIDE_SELL, 991, 12);
    scene_assert_fill(scene, 0, first, 995, 5);
    assert_int_equal(scene_line(scene, 1, BOOK_ACT_END)->flags, MATCH_END_REST);
    assert_int_equal(scene_left(scene, taker), 7);
    assert_int_equal(scene_left(scene, late), 5);
    scene_end(scene);
}

static void a_limit_order_never_trades_through_its_limit(void **state)
{
    struct scene *scene = scene_start();

    (void)scene_limit(scene, 1, SIDE_SELL, 1001, 5);
    scene_forget(scene);
    (void)scene_limit(scene, 2, SIDE_BUY, 1000, 5);
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_END)->flags, MATCH_END_REST);
    assert_int_equal(scene_shown(scene, SIDE_BUY, 1000), 5);
    scene_end(scene);
}

static void what_is_left_of_an_immediate_order_expires(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 8);

    terms.time_in_force = TIME_IN_FORCE_IOC;
    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 5);
    scene_forget(scene);
    uint64_t number = scene_place(scene, 2, &terms);
    assert_int_equal(scene_line(scene, 1, BOOK_ACT_END)->flags, MATCH_END_IOC);
    assert_int_equal(scene_line(scene, 1, BOOK_ACT_END)->quantity, 3);
    assert_null(scene_order(scene, number));
    scene_end(scene);
}

static void fill_or_kill_is_all_or_nothing(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 1001, 11);

    terms.time_in_force = TIME_IN_FORCE_FOK;
    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 5);
    (void)scene_limit(scene, 1, SIDE_SELL, 1001, 5);
    (void)scene_limit(scene, 1, SIDE_SELL, 1002, 5);
    assert_int_equal(scene_check(scene, 2, &terms), RESULT_FOK_NOT_FILLED);
    terms.quantity.units = 10;
    scene_forget(scene);
    (void)scene_place(scene, 2, &terms);
    assert_int_equal(scene_line(scene, 2, BOOK_ACT_END)->flags, MATCH_END_FILLED);
    scene_end(scene);
}

static void fill_or_kill_counts_hidden_parts_but_not_the_order_it_replaces(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms iceberg = driver_limit(SIDE_SELL, 1000, 50);
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 50);

    iceberg.iceberg.units = 10;
    terms.time_in_force = TIME_IN_FORCE_FOK;
    uint64_t number = scene_place(scene, 1, &iceberg);
    assert_int_equal(scene_check(scene, 2, &terms), RESULT_OK);
    struct placement placement = driver_placement(&scene->driver, 1);
    placement.ignoring = market_order_find(scene->market, number);
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_FOK_NOT_FILLED);
    scene_end(scene);
}

static void the_replaced_order_is_no_liquidity_even_among_others(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 10);
    struct placement placement = driver_placement(&scene->driver, 1);

    terms.time_in_force = TIME_IN_FORCE_FOK;
    uint64_t own = scene_limit(scene, 1, SIDE_SELL, 1000, 5);
    placement.ignoring = market_order_find(scene->market, own);
    (void)scene_limit(scene, 2, SIDE_SELL, 1000, 5);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    assert_int_equal(market_order_check(scene->market, &placement, &terms), RESULT_FOK_NOT_FILLED);
    scene_end(scene);
}

/* Each shown part is a fill of its own: 5,000 parts are too many for one command. */
static void fill_or_kill_does_not_start_on_too_many_parts(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms iceberg = driver_limit(SIDE_SELL, 1000, 5000);
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 4500);

    iceberg.iceberg.units = 1;
    terms.time_in_force = TIME_IN_FORCE_FOK;
    uint64_t number = scene_place(scene, 1, &iceberg);
    assert_int_equal(scene_check(scene, 2, &terms), RESULT_FOK_NOT_FILLED);
    driver_cancel(&scene->driver, number);
    iceberg.iceberg.units = 2;
    (void)scene_place(scene, 1, &iceberg);
    scene_forget(scene);
    (void)scene_place(scene, 2, &terms);
    assert_int_equal(scene_line(scene, 2250, BOOK_ACT_END)->flags, MATCH_END_FILLED);
    scene_end(scene);
}

static void an_iceberg_shows_one_part_and_queues_again_for_each(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_SELL, 1000, 25);

    terms.iceberg.units = 10;
    uint64_t iceberg = scene_place(scene, 1, &terms);
    uint64_t plain = scene_limit(scene, 2, SIDE_SELL, 1000, 7);
    assert_int_equal(scene_shown(scene, SIDE_SELL, 1000), 17);
    scene_forget(scene);
    (void)scene_limit(scene, 3, SIDE_BUY, 1000, 12);
    scene_assert_fill(scene, 0, iceberg, 1000, 10);
    scene_assert_fill(scene, 1, plain, 1000, 2);
    assert_int_equal(scene_shown(scene, SIDE_SELL, 1000), 15);
    scene_forget(scene);
    (void)scene_limit(scene, 3, SIDE_BUY, 1000, 16);
    scene_assert_fill(scene, 0, plain, 1000, 5);
    scene_assert_fill(scene, 1, iceberg, 1000, 10);
    scene_assert_fill(scene, 2, iceberg, 1000, 1);
    assert_int_equal(scene_shown(scene, SIDE_SELL, 1000), 4);
    assert_int_equal(scene_left(scene, iceberg), 4);
    scene_end(scene);
}

static void an_iceberg_that_traded_before_it_rests_shows_one_part(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 30);

    terms.iceberg.units = 10;
    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 24);
    uint64_t number = scene_place(scene, 2, &terms);
    assert_int_equal(scene_left(scene, number), 6);
    assert_int_equal(scene_shown(scene, SIDE_BUY, 1000), 6);
    scene_end(scene);
}

static void a_market_order_goes_as_far_as_its_slippage_limit(void **state)
{
    struct instrument_terms rules = driver_terms("SLIP");
    rules.slippage_ppm = 10000; /* 1 % of 1000 */
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = scene_market_order(SIDE_BUY, 15);

    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 5);
    uint64_t inside = scene_limit(scene, 1, SIDE_SELL, 1010, 5);
    uint64_t outside = scene_limit(scene, 1, SIDE_SELL, 1011, 5);
    scene_forget(scene);
    (void)scene_place(scene, 2, &terms);
    scene_assert_fill(scene, 1, inside, 1010, 5);
    assert_int_equal(scene_line(scene, 2, BOOK_ACT_END)->flags, MATCH_END_IOC);
    assert_int_equal(scene_left(scene, outside), 5);
    scene_end(scene);
}

static void a_market_buy_by_quote_spends_no_more_than_that(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_market_order(SIDE_BUY, 7000);

    terms.flags = ORDER_FLAG_BY_QUOTE;
    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 5);
    uint64_t second = scene_limit(scene, 1, SIDE_SELL, 1500, 5);
    scene_forget(scene);
    (void)scene_place(scene, 2, &terms);
    scene_assert_fill(scene, 1, second, 1500, 1);
    assert_int_equal(scene_line(scene, 2, BOOK_ACT_END)->flags, MATCH_END_FUNDS);
    assert_int_equal(scene_line(scene, 2, BOOK_ACT_END)->quote, 6500);
    terms.quantity.units = 3000;
    scene_forget(scene);
    (void)scene_place(scene, 2, &terms);
    assert_int_equal(scene_line(scene, 1, BOOK_ACT_END)->flags, MATCH_END_FILLED);
    scene_end(scene);
}

static void a_market_sell_by_quote_sells_until_it_has_that(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_market_order(SIDE_SELL, 5600);
    struct placement placement = driver_placement(&scene->driver, 2);
    struct amount funding;

    terms.flags = ORDER_FLAG_BY_QUOTE;
    (void)scene_limit(scene, 1, SIDE_BUY, 1000, 5);
    (void)scene_limit(scene, 1, SIDE_BUY, 500, 5);
    assert_true(market_order_funding(scene->market, &placement, &terms, &funding));
    assert_int_equal(funding.units, 6);
    scene_forget(scene);
    (void)scene_place(scene, 2, &terms);
    assert_int_equal(scene_line(scene, 2, BOOK_ACT_END)->flags, MATCH_END_FUNDS);
    assert_int_equal(scene_line(scene, 2, BOOK_ACT_END)->quote, 5500);
    scene_end(scene);
}

static void an_order_by_quote_trades_no_more_than_a_market_order_may(void **state)
{
    struct instrument_terms rules = driver_terms("MOST");
    rules.market_quantity_max.units = 6;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = scene_market_order(SIDE_BUY, 100000);

    terms.flags = ORDER_FLAG_BY_QUOTE;
    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 50);
    scene_forget(scene);
    (void)scene_place(scene, 2, &terms);
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_FILL)->quantity, 6);
    assert_int_equal(scene_line(scene, 1, BOOK_ACT_END)->flags, MATCH_END_IOC);
    scene_end(scene);
}

static void nothing_prints_outside_the_static_band(void **state)
{
    struct instrument_terms rules = driver_terms("BAND");
    rules.band_static_ppm = 50000; /* 950 .. 1050 */
    rules.auction_ms = 100;
    struct scene *scene = scene_open(NULL, &rules);

    (void)scene_limit(scene, 1, SIDE_SELL, 1050, 5);
    uint64_t outside = scene_limit(scene, 1, SIDE_SELL, 1051, 5);
    scene_forget(scene);
    uint64_t taker = scene_limit(scene, 2, SIDE_BUY, 1100, 8);
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_FILL)->price, 1050);
    assert_int_equal(scene_line(scene, 1, BOOK_ACT_END)->flags, MATCH_END_BAND);
    assert_int_equal(market_instrument(scene->market, 1)->session, SESSION_AUCTION);
    assert_int_equal(scene_left(scene, taker), 3); /* waits in the auction, across the book */
    assert_int_equal(scene_left(scene, outside), 5);
    scene_end(scene);
}

static void the_band_holds_on_the_far_side_too(void **state)
{
    struct instrument_terms rules = driver_terms("BAND");
    struct scene *scene = scene_open(NULL, &rules);

    /* A seller far below, who rested before there was a band. */
    (void)scene_limit(scene, 1, SIDE_SELL, 900, 5);
    rules.band_static_ppm = 50000;
    rules.auction_ms = 100;
    scene_terms(scene, &rules);
    scene_forget(scene);
    (void)scene_limit(scene, 2, SIDE_BUY, 1000, 5);
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_END)->flags, MATCH_END_BAND);
    scene_end(scene);
}

static void the_dynamic_band_is_measured_from_before_the_order(void **state)
{
    struct instrument_terms rules = driver_terms("BAND");
    rules.band_dynamic_ppm = 10000;
    rules.auction_ms = 100;
    struct scene *scene = scene_open(NULL, &rules);

    for (int64_t price = 1002; price <= 1014; price += 4) {
        (void)scene_limit(scene, 1, SIDE_SELL, price, 1);
    }
    scene_forget(scene);
    (void)scene_limit(scene, 2, SIDE_BUY, 1100, 4); /* 1002, 1006, 1010; 1014 would be outside */
    assert_int_equal(scene_line(scene, 2, BOOK_ACT_FILL)->price, 1010);
    assert_int_equal(scene_line(scene, 3, BOOK_ACT_END)->flags, MATCH_END_BAND);
    scene_end(scene);
}

static void what_may_not_rest_ends_at_the_band(void **state)
{
    struct instrument_terms rules = driver_terms("BAND");
    rules.band_static_ppm = 50000;
    rules.auction_ms = 100;
    struct scene *scene = scene_open(NULL, &rules);
    struct order_terms terms = scene_market_order(SIDE_BUY, 8);

    (void)scene_limit(scene, 1, SIDE_SELL, 1060, 5);
    scene_forget(scene);
    uint64_t number = scene_place(scene, 2, &terms);
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_END)->flags, MATCH_END_BAND);
    assert_null(scene_order(scene, number));
    scene_end(scene);
}

static void a_command_makes_so_many_fills_and_no_more(void **state)
{
    const struct limits limits = {
        .participants_max = 16,
        .accounts_max = 1,
        .assets_max = 2,
        .instruments_max = 1,
        .orders_max = TARAZY_FILLS_MAX + 10,
        .price_levels_max = 100,
        .order_lists_max = 1,
        .client_ids_max = 1,
    };
    struct instrument_terms rules = driver_terms("MANY");
    struct scene *scene = scene_open(&limits, &rules);
    struct order_terms kill = driver_limit(SIDE_BUY, 1000, TARAZY_FILLS_MAX + 1);

    for (uint32_t i = 0; i < TARAZY_FILLS_MAX + 1; i++) {
        (void)scene_limit(scene, 1, SIDE_SELL, 1000, 1);
    }
    kill.time_in_force = TIME_IN_FORCE_FOK;
    assert_int_equal(scene_check(scene, 2, &kill), RESULT_FOK_NOT_FILLED);
    kill.quantity.units--;
    assert_int_equal(scene_check(scene, 2, &kill), RESULT_OK);
    scene_forget(scene);
    uint64_t taker = scene_limit(scene, 2, SIDE_BUY, 1000, TARAZY_FILLS_MAX + 1);
    const struct book_line *end = scene_line(scene, TARAZY_FILLS_MAX, BOOK_ACT_END);
    assert_int_equal(end->flags, MATCH_END_FILLS_MAX);
    assert_int_equal(end->quantity, 1);
    assert_null(scene_order(scene, taker));
    scene_end(scene);
}

/* The steps of one match, by hand: a level is published once, after all that happened at it. */
static void each_level_is_published_once_when_it_is_left(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 1001, 7);
    struct placement placement = driver_placement(&scene->driver, 2);
    struct match match;
    struct step step;
    const uint8_t kinds[] = {
        STEP_FILL, STEP_MAKER_DONE, STEP_FILL, STEP_MAKER_DONE, STEP_LEVEL, STEP_FILL, STEP_LEVEL,
    };

    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 2);
    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 3);
    (void)scene_limit(scene, 1, SIDE_SELL, 1001, 5);
    uint32_t taker = driver_open(&scene->driver, &placement, &terms, 0);
    market_match_begin(scene->market, taker, 5, &match);
    for (size_t i = 0; i < sizeof kinds; i++) {
        struct level_change change;

        assert_true(market_match_step(scene->market, &match, &step));
        assert_int_equal(step.kind, kinds[i]);
        assert_true(step.kind != STEP_MAKER_DONE ||
                    !market_order_close(scene->market, step.maker, &change));
        assert_true(step.kind != STEP_LEVEL || step.level.side == SIDE_SELL);
    }
    assert_int_equal(step.level.quantity.units, 3);
    assert_int_equal(step.level.orders, 1);
    assert_int_equal(step.level.update, 5);
    assert_false(market_match_step(scene->market, &match, &step));
    assert_int_equal(match.end, MATCH_END_FILLED);
    assert_int_equal(match.fills, 3);
    driver_close(&scene->driver, taker);
    scene_end(scene);
}

/* Other orders of the level at hand may be closed between two steps. */
static void closing_others_between_steps_is_safe(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 9);
    struct placement placement = driver_placement(&scene->driver, 2);
    struct match match;
    struct step step;
    struct level_change change;

    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 2);
    uint64_t other = scene_limit(scene, 1, SIDE_SELL, 1000, 3);
    uint32_t taker = driver_open(&scene->driver, &placement, &terms, 0);
    market_match_begin(scene->market, taker, 5, &match);
    assert_true(market_match_step(scene->market, &match, &step));
    assert_int_equal(step.kind, STEP_FILL);
    uint32_t slot = market_order_find(scene->market, other);
    assert_false(market_order_close(scene->market, slot, &change));
    assert_true(market_match_step(scene->market, &match, &step));
    assert_int_equal(step.kind, STEP_MAKER_DONE);
    assert_false(market_order_close(scene->market, step.maker, &change));
    assert_true(market_match_step(scene->market, &match, &step));
    assert_int_equal(step.kind, STEP_LEVEL);
    assert_int_equal(step.level.orders, 0);
    assert_false(market_match_step(scene->market, &match, &step));
    assert_int_equal(match.end, MATCH_END_REST);
    market_order_rest(scene->market, taker, &change);
    assert_int_equal(change.quantity.units, 7);
    assert_int_equal(change.update, 4);
    scene_end(scene);
}

static void a_filled_level_is_gone_for_the_public(void **state)
{
    struct scene *scene = scene_start();

    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 5);
    assert_int_equal(scene->driver.sides[SIDE_SELL].count, 1);
    (void)scene_limit(scene, 2, SIDE_BUY, 1000, 5);
    assert_int_equal(scene->driver.sides[SIDE_SELL].count, 0);
    assert_int_equal(scene->driver.updates, 2);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_price_is_served_first_and_then_the_oldest),
        cmocka_unit_test(sellers_are_matched_like_buyers),
        cmocka_unit_test(a_limit_order_never_trades_through_its_limit),
        cmocka_unit_test(what_is_left_of_an_immediate_order_expires),
        cmocka_unit_test(fill_or_kill_is_all_or_nothing),
        cmocka_unit_test(fill_or_kill_counts_hidden_parts_but_not_the_order_it_replaces),
        cmocka_unit_test(the_replaced_order_is_no_liquidity_even_among_others),
        cmocka_unit_test(fill_or_kill_does_not_start_on_too_many_parts),
        cmocka_unit_test(an_iceberg_shows_one_part_and_queues_again_for_each),
        cmocka_unit_test(an_iceberg_that_traded_before_it_rests_shows_one_part),
        cmocka_unit_test(a_market_order_goes_as_far_as_its_slippage_limit),
        cmocka_unit_test(a_market_buy_by_quote_spends_no_more_than_that),
        cmocka_unit_test(a_market_sell_by_quote_sells_until_it_has_that),
        cmocka_unit_test(an_order_by_quote_trades_no_more_than_a_market_order_may),
        cmocka_unit_test(nothing_prints_outside_the_static_band),
        cmocka_unit_test(the_band_holds_on_the_far_side_too),
        cmocka_unit_test(the_dynamic_band_is_measured_from_before_the_order),
        cmocka_unit_test(what_may_not_rest_ends_at_the_band),
        cmocka_unit_test(a_command_makes_so_many_fills_and_no_more),
        cmocka_unit_test(each_level_is_published_once_when_it_is_left),
        cmocka_unit_test(closing_others_between_steps_is_safe),
        cmocka_unit_test(a_filled_level_is_gone_for_the_public),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
