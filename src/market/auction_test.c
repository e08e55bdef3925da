/* SPDX-License-Identifier: Apache-2.0
 *
 * The price of an auction: each rule by an example, and all of them against the rule tried at every
 * price, on small dense books where ties are frequent.
 */
#include "support/market_scene.h"
#include "support/model_book.h"
#include "support/random_stream.h"

static struct scene *collecting(void)
{
    struct scene *scene = scene_start();

    market_session_set(scene->market, 1, SESSION_AUCTION, scene->driver.now_us + 1);
    return scene;
}

static void assert_price(const struct scene *scene, int64_t price, int64_t quantity,
                         int64_t surplus)
{
    struct auction_price found = market_auction_price(scene->market, 1);

    assert_int_equal(found.price.units, price);
    assert_int_equal(found.quantity.units, quantity);
    assert_int_equal(found.surplus_units, surplus);
}

static void nothing_crosses_without_both_sides_or_a_meeting(void **state)
{
    struct scene *scene = collecting();

    assert_price(scene, 0, 0, 0);
    (void)scene_limit(scene, 1, SIDE_BUY, 1000, 5);
    assert_price(scene, 0, 0, 0);
    (void)scene_limit(scene, 2, SIDE_SELL, 1001, 5);
    assert_price(scene, 0, 0, 0);
    (void)scene_limit(scene, 2, SIDE_SELL, 1000, 5);
    assert_price(scene, 1000, 5, 0);
    scene_end(scene);
}

static void most_volume_comes_first(void **state)
{
    struct scene *scene = collecting();

    /* At 1010 only 5 would trade; at 990 all 20. */
    (void)scene_limit(scene, 1, SIDE_BUY, 1010, 5);
    (void)scene_limit(scene, 1, SIDE_BUY, 990, 15);
    (void)scene_limit(scene, 2, SIDE_SELL, 980, 20);
    assert_price(scene, 990, 20, 0);
    scene_end(scene);
}

static void then_least_surplus(void **state)
{
    struct scene *scene = collecting();

    /* 10 trade at any price from 990 to 1010; up to 995, 4 more buyers are left over. */
    (void)scene_limit(scene, 1, SIDE_BUY, 1010, 10);
    (void)scene_limit(scene, 1, SIDE_BUY, 995, 4);
    (void)scene_limit(scene, 2, SIDE_SELL, 990, 10);
    scene_terms(scene, market_terms(scene->market, 1));
    assert_price(scene, 1000, 10, 0);
    (void)scene_limit(scene, 2, SIDE_SELL, 996, 3);
    assert_price(scene, 1000, 10, -3);
    (void)scene_limit(scene, 1, SIDE_BUY, 996, 1);
    assert_price(scene, 996, 11, -2);
    scene_end(scene);
}

/* One buyer at `bid`, one seller at `ask`, the last price 1000. */
static void assert_between(int64_t bid, int64_t ask, int64_t price)
{
    struct scene *scene = collecting();

    (void)scene_limit(scene, 1, SIDE_BUY, bid, 10);
    (void)scene_limit(scene, 2, SIDE_SELL, ask, 10);
    assert_price(scene, price, 10, 0);
    scene_end(scene);
}

static void then_nearest_to_the_last_price(void **state)
{
    assert_between(1010, 990, 1000);
    assert_between(1010, 1003, 1003);
    assert_between(997, 990, 997);
    assert_between(1000, 1000, 1000);
}

static void on_neighbouring_prices_the_smaller_surplus_wins(void **state)
{
    struct scene *scene = collecting();

    /* 10 trade from 990 to 1010. Up to 1000 buyers are left over, from 1001 on sellers. */
    (void)scene_limit(scene, 1, SIDE_BUY, 1010, 10);
    (void)scene_limit(scene, 2, SIDE_SELL, 990, 10);
    uint64_t buyers = scene_limit(scene, 1, SIDE_BUY, 1000, 4);
    (void)scene_limit(scene, 2, SIDE_SELL, 1001, 3);
    assert_price(scene, 1001, 10, -3);
    driver_cancel(&scene->driver, buyers);
    (void)scene_limit(scene, 1, SIDE_BUY, 1000, 2);
    assert_price(scene, 1000, 10, 2);
    (void)scene_limit(scene, 1, SIDE_BUY, 1000, 1);
    assert_price(scene, 1000, 10, 3); /* equal on both sides: the last price decides */
    scene_end(scene);
}

static void hidden_parts_count(void **state)
{
    struct scene *scene = collecting();
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 50);

    terms.iceberg.units = 5;
    (void)scene_place(scene, 1, &terms);
    (void)scene_limit(scene, 2, SIDE_SELL, 1000, 40);
    assert_price(scene, 1000, 40, 10);
    scene_end(scene);
}

static void prices_are_on_the_tick(void **state)
{
    struct instrument_terms rules = driver_terms("TICKS");
    rules.tick.units = 25;
    rules.price_min.units = 25;
    struct scene *scene = scene_open(NULL, &rules);

    market_session_set(scene->market, 1, SESSION_AUCTION, 5);
    (void)scene_limit(scene, 1, SIDE_BUY, 1100, 10);
    (void)scene_limit(scene, 2, SIDE_SELL, 1025, 10);
    assert_price(scene, 1025, 10, 0);
    scene_end(scene);
}

/* A random book of few prices and small quantities, the same in both. */
static void fill_both(struct scene *scene, struct model_book *model, struct random_stream *random)
{
    uint64_t orders = 1 + random_below(random, 14);

    for (uint64_t i = 0; i < orders; i++) {
        struct order_terms terms = driver_limit(random_once_in(random, 2) ? SIDE_BUY : SIDE_SELL,
                                                994 + (int64_t)random_below(random, 13),
                                                1 + (int64_t)random_below(random, 5));

        if (random_once_in(random, 4)) {
            terms.iceberg.units = 1;
        }
        (void)scene_place(scene, 1, &terms);
        model_book_place(model, 1, &terms, scene->driver.number);
    }
}

static void the_walk_finds_what_trying_every_price_finds(void **state)
{
    static struct book_log log;
    static struct model_book model;
    const struct model_rules rules = {
        .tick = 1,
        .lot = 1,
        .scale = 1,
        .price_min = 1,
        .price_max = 1000000,
        .market_max = 1000,
        .quantity_min = 1,
    };
    struct random_stream random = {77};
    uint32_t crossed = 0;

    for (int round = 0; round < 20000; round++) {
        struct scene *scene = collecting();

        model_book_start(&model, &rules, 1000, &log);
        model.session = SESSION_AUCTION;
        log.count = 0;
        fill_both(scene, &model, &random);
        struct model_auction naive = model_book_auction(&model);
        assert_price(scene, naive.price, naive.quantity, naive.surplus);
        crossed += naive.price != 0;
        scene_end(scene);
    }
    assert_in_range(crossed, 8000, 19000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_crosses_without_both_sides_or_a_meeting),
        cmocka_unit_test(most_volume_comes_first),
        cmocka_unit_test(then_least_surplus),
        cmocka_unit_test(then_nearest_to_the_last_price),
        cmocka_unit_test(on_neighbouring_prices_the_smaller_surplus_wins),
        cmocka_unit_test(hidden_parts_count),
        cmocka_unit_test(prices_are_on_the_tick),
        cmocka_unit_test(the_walk_finds_what_trying_every_price_finds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
