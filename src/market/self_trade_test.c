/* SPDX-License-Identifier: Apache-2.0
 *
 * Self-trade prevention: the whole table of modes, and what each leaves of both orders.
 */
#include "market/liquidity.h"
#include "support/market_scene.h"

struct row {
    uint8_t mode;
    int64_t maker; /* quantities that meet at 1000 */
    int64_t taker;
    uint32_t flags;    /* who expires */
    int64_t prevented; /* taken off both */
    int64_t maker_left;
    int64_t taker_left; /* resting afterwards; 0 = gone */
};

static const struct row table[] = {
    {SELF_TRADE_EXPIRE_TAKER, 5, 8, BOOK_TAKER_EXPIRES, 0, 5, 0},
    {SELF_TRADE_EXPIRE_MAKER, 5, 8, BOOK_MAKER_EXPIRES, 0, 0, 8},
    {SELF_TRADE_EXPIRE_BOTH, 5, 8, BOOK_MAKER_EXPIRES | BOOK_TAKER_EXPIRES, 0, 0, 0},
    {SELF_TRADE_DECREMENT, 5, 8, BOOK_MAKER_EXPIRES, 5, 0, 3},
    {SELF_TRADE_DECREMENT, 8, 5, BOOK_TAKER_EXPIRES, 5, 3, 0},
    {SELF_TRADE_DECREMENT, 5, 5, BOOK_MAKER_EXPIRES | BOOK_TAKER_EXPIRES, 5, 0, 0},
};

static struct order_terms with_mode(uint8_t side, int64_t quantity, uint8_t mode)
{
    struct order_terms terms = driver_limit(side, 1000, quantity);

    terms.self_trade = mode;
    return terms;
}

static void play(const struct row *row, uint8_t maker_side)
{
    struct scene *scene = scene_start();
    uint8_t taker_side = maker_side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
    struct order_terms terms = with_mode(taker_side, row->taker, row->mode);
    uint64_t maker = scene_limit(scene, 1, maker_side, 1000, row->maker);

    scene_forget(scene);
    uint64_t taker = scene_place(scene, 1, &terms);
    const struct book_line *line = scene_line(scene, 0, BOOK_ACT_PREVENT);
    assert_int_equal(line->maker, maker);
    assert_int_equal(line->taker, taker);
    assert_int_equal(line->flags, row->flags);
    assert_int_equal(line->quantity, row->prevented);
    assert_int_equal(scene_left(scene, maker), row->maker_left);
    assert_int_equal(scene_left(scene, taker), row->taker_left);
    assert_int_equal(scene_line(scene, 1, BOOK_ACT_END)->flags,
                     (row->flags & BOOK_TAKER_EXPIRES) != 0 ? MATCH_END_SELF_TRADE
                                                            : MATCH_END_REST);
    assert_int_equal(market_instrument(scene->market, 1)->trades, 0);
    scene_end(scene);
}

static void each_mode_does_to_both_orders_what_the_table_says(void **state)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        play(&table[i], SIDE_SELL);
        play(&table[i], SIDE_BUY);
    }
}

static void without_prevention_one_trades_with_oneself(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = with_mode(SIDE_BUY, 5, SELF_TRADE_NONE);
    uint64_t maker = scene_limit(scene, 1, SIDE_SELL, 1000, 5);

    scene_forget(scene);
    (void)scene_place(scene, 1, &terms);
    scene_assert_fill(scene, 0, maker, 1000, 5);
    scene_end(scene);
}

static void the_takers_mode_decides(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms maker = with_mode(SIDE_SELL, 5, SELF_TRADE_EXPIRE_BOTH);
    struct order_terms taker = with_mode(SIDE_BUY, 5, SELF_TRADE_NONE);
    uint64_t number = scene_place(scene, 1, &maker);

    scene_forget(scene);
    (void)scene_place(scene, 1, &taker);
    scene_assert_fill(scene, 0, number, 1000, 5);
    scene_end(scene);
}

static void others_are_traded_with_before_and_after(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = with_mode(SIDE_BUY, 12, SELF_TRADE_EXPIRE_MAKER);
    uint64_t before = scene_limit(scene, 2, SIDE_SELL, 1000, 4);
    uint64_t own = scene_limit(scene, 1, SIDE_SELL, 1000, 4);
    uint64_t after = scene_limit(scene, 3, SIDE_SELL, 1000, 4);

    scene_forget(scene);
    (void)scene_place(scene, 1, &terms);
    scene_assert_fill(scene, 0, before, 1000, 4);
    assert_int_equal(scene_line(scene, 1, BOOK_ACT_PREVENT)->maker, own);
    scene_assert_fill(scene, 2, after, 1000, 4);
    assert_int_equal(scene_line(scene, 3, BOOK_ACT_END)->quantity, 4);
    scene_end(scene);
}

static void a_taker_that_expires_keeps_what_it_had_traded(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = with_mode(SIDE_BUY, 12, SELF_TRADE_EXPIRE_TAKER);

    (void)scene_limit(scene, 2, SIDE_SELL, 999, 4);
    uint64_t own = scene_limit(scene, 1, SIDE_SELL, 1000, 4);
    scene_forget(scene);
    (void)scene_place(scene, 1, &terms);
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_FILL)->quantity, 4);
    assert_int_equal(scene_line(scene, 1, BOOK_ACT_PREVENT)->flags, BOOK_TAKER_EXPIRES);
    assert_int_equal(scene_line(scene, 2, BOOK_ACT_END)->quantity, 8);
    assert_int_equal(scene_left(scene, own), 4);
    scene_end(scene);
}

static void a_decremented_order_is_smaller_as_a_whole(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = with_mode(SIDE_BUY, 4, SELF_TRADE_DECREMENT);
    uint64_t maker = scene_limit(scene, 1, SIDE_SELL, 1000, 10);

    (void)scene_limit(scene, 2, SIDE_BUY, 1000, 3);
    (void)scene_place(scene, 1, &terms);
    uint32_t slot = market_order_find(scene->market, maker);
    const struct order *order = market_order(scene->market, slot);
    assert_int_equal(order->quantity.units, 6);
    assert_int_equal(order->left.units, 3); /* 3 are executed, as before */
    assert_int_equal(market_order_hold(scene->market, slot).units, 3);
    scene_end(scene);
}

/* What the decremented maker need no longer hold: base of a seller, quote of a buyer. */
static void a_decrement_says_what_is_released(void **state)
{
    for (uint8_t side = SIDE_BUY; side <= SIDE_SELL; side++) {
        struct scene *scene = scene_start();
        uint8_t other = side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
        struct order_terms terms = with_mode(other, 4, SELF_TRADE_DECREMENT);
        struct placement placement = driver_placement(&scene->driver, 1);
        uint32_t maker = market_order_find(scene->market, scene_limit(scene, 1, side, 1000, 10));
        struct amount before = market_order_hold(scene->market, maker);
        struct match match;
        struct step step;

        uint32_t taker = driver_open(&scene->driver, &placement, &terms, 0);
        market_match_begin(scene->market, taker, 5, &match);
        assert_true(market_match_step(scene->market, &match, &step));
        assert_int_equal(step.kind, STEP_SELF_TRADE);
        assert_int_equal(step.released.units, side == SIDE_SELL ? 4 : 4000);
        struct amount after = market_order_hold(scene->market, maker);
        assert_true(before.units - after.units == step.released.units);
        assert_true(market_match_step(scene->market, &match, &step));
        assert_int_equal(step.kind, STEP_LEVEL);
        assert_false(market_match_step(scene->market, &match, &step));
        assert_int_equal(match.end, MATCH_END_SELF_TRADE);
        assert_int_equal(match.counter_order, market_order(scene->market, maker)->number);
        driver_close(&scene->driver, taker);
        scene_end(scene);
    }
}

static void an_iceberg_is_decremented_as_a_whole(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms iceberg = with_mode(SIDE_SELL, 30, SELF_TRADE_NONE);
    struct order_terms terms = with_mode(SIDE_BUY, 24, SELF_TRADE_DECREMENT);

    iceberg.iceberg.units = 10;
    uint64_t maker = scene_place(scene, 1, &iceberg);
    scene_forget(scene);
    (void)scene_place(scene, 1, &terms);
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_PREVENT)->quantity, 24);
    assert_int_equal(scene_left(scene, maker), 6);
    assert_int_equal(scene_shown(scene, SIDE_SELL, 1000), 6);
    scene_end(scene);
}

static void a_decrement_counts_against_an_amount_in_quote_units(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = scene_market_order(SIDE_BUY, 5000);

    terms.flags = ORDER_FLAG_BY_QUOTE;
    terms.self_trade = SELF_TRADE_DECREMENT;
    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 3);
    uint64_t other = scene_limit(scene, 2, SIDE_SELL, 1000, 3);
    scene_forget(scene);
    (void)scene_place(scene, 1, &terms);
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_PREVENT)->quantity, 3);
    scene_assert_fill(scene, 1, other, 1000, 2);
    assert_int_equal(scene_line(scene, 2, BOOK_ACT_END)->flags, MATCH_END_FILLED);
    scene_end(scene);
}

static void fill_or_kill_does_not_start_what_prevention_would_stop(void **state)
{
    struct scene *scene = scene_start();

    (void)scene_limit(scene, 2, SIDE_SELL, 1000, 5);
    (void)scene_limit(scene, 1, SIDE_SELL, 1000, 5);
    (void)scene_limit(scene, 3, SIDE_SELL, 1000, 5);
    for (uint8_t mode = SELF_TRADE_NONE; mode <= SELF_TRADE_DECREMENT; mode++) {
        struct order_terms terms = with_mode(SIDE_BUY, 10, mode);
        bool passes = mode == SELF_TRADE_NONE || mode == SELF_TRADE_EXPIRE_MAKER;

        terms.time_in_force = TIME_IN_FORCE_FOK;
        assert_int_equal(scene_check(scene, 1, &terms), passes ? RESULT_OK : RESULT_FOK_NOT_FILLED);
        terms.quantity.units = 5; /* the first maker alone is enough */
        assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    }
    scene_end(scene);
}

static void preventions_count_towards_the_bound_of_a_command(void **state)
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
    struct order_terms terms = with_mode(SIDE_BUY, 1, SELF_TRADE_EXPIRE_MAKER);

    for (uint32_t i = 0; i < TARAZY_FILLS_MAX + 1; i++) {
        (void)scene_limit(scene, 1, SIDE_SELL, 1000, 1);
    }
    scene_forget(scene);
    (void)scene_place(scene, 1, &terms);
    assert_int_equal(scene_line(scene, TARAZY_FILLS_MAX, BOOK_ACT_END)->flags, MATCH_END_FILLS_MAX);
    assert_int_equal(scene_shown(scene, SIDE_SELL, 1000), 1);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mode_does_to_both_orders_what_the_table_says),
        cmocka_unit_test(without_prevention_one_trades_with_oneself),
        cmocka_unit_test(the_takers_mode_decides),
        cmocka_unit_test(others_are_traded_with_before_and_after),
        cmocka_unit_test(a_taker_that_expires_keeps_what_it_had_traded),
        cmocka_unit_test(a_decremented_order_is_smaller_as_a_whole),
        cmocka_unit_test(a_decrement_says_what_is_released),
        cmocka_unit_test(an_iceberg_is_decremented_as_a_whole),
        cmocka_unit_test(a_decrement_counts_against_an_amount_in_quote_units),
        cmocka_unit_test(fill_or_kill_does_not_start_what_prevention_would_stop),
        cmocka_unit_test(preventions_count_towards_the_bound_of_a_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
