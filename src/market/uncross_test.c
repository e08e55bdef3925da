/* SPDX-License-Identifier: Apache-2.0
 *
 * Carrying auctions out: one price for all, oldest first, over several commands if need be; bands;
 * what others may do meanwhile; sessions before and after.
 */
#include "market/trading_session.h"

#include "support/market_scene.h"

static struct scene *collecting(const struct limits *limits, const struct instrument_terms *rules)
{
    struct instrument_terms terms = driver_terms("AUCTN");
    struct scene *scene = scene_open(limits, rules != NULL ? rules : &terms);

    market_session_set(scene->market, 1, SESSION_AUCTION, scene->driver.now_us + 10);
    return scene;
}

static void become_due(struct scene *scene)
{
    scene->driver.now_us += 10;
}

static uint8_t session_of(const struct scene *scene)
{
    return market_instrument(scene->market, 1)->session;
}

static void everybody_trades_at_one_price(void **state)
{
    struct scene *scene = collecting(NULL, NULL);
    uint64_t best = scene_limit(scene, 1, SIDE_BUY, 1020, 5);
    uint64_t ask = scene_limit(scene, 2, SIDE_SELL, 980, 8);
    uint64_t second = scene_limit(scene, 3, SIDE_BUY, 1000, 5);

    become_due(scene);
    scene_forget(scene);
    assert_true(driver_uncross(&scene->driver, 1));
    const struct book_line *first = scene_line(scene, 0, BOOK_ACT_FILL);
    assert_int_equal(first->maker, best); /* the older of the two */
    assert_int_equal(first->taker, ask);
    assert_int_equal(first->price, 1000);
    assert_int_equal(first->quantity, 5);
    const struct book_line *last = scene_line(scene, 1, BOOK_ACT_FILL);
    assert_int_equal(last->maker, ask);
    assert_int_equal(last->taker, second);
    assert_int_equal(last->price, 1000);
    assert_int_equal(last->quantity, 3);
    assert_int_equal(scene_left(scene, second), 2);
    assert_int_equal(session_of(scene), SESSION_CONTINUOUS);
    assert_int_equal(market_instrument(scene->market, 1)->reference.units, 1000);
    scene_end(scene);
}

static void within_a_price_the_oldest_trade_first(void **state)
{
    struct scene *scene = collecting(NULL, NULL);
    uint64_t first = scene_limit(scene, 1, SIDE_BUY, 1000, 5);
    uint64_t second = scene_limit(scene, 2, SIDE_BUY, 1000, 5);

    (void)scene_limit(scene, 3, SIDE_SELL, 1000, 7);
    become_due(scene);
    assert_true(driver_uncross(&scene->driver, 1));
    assert_int_equal(scene_left(scene, first), 0);
    assert_int_equal(scene_left(scene, second), 3);
    scene_end(scene);
}

static void an_iceberg_is_served_whole_at_its_place(void **state)
{
    struct scene *scene = collecting(NULL, NULL);
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 20);

    terms.iceberg.units = 5;
    uint64_t iceberg = scene_place(scene, 1, &terms);
    uint64_t plain = scene_limit(scene, 2, SIDE_BUY, 1000, 5);
    (void)scene_limit(scene, 3, SIDE_SELL, 1000, 17);
    become_due(scene);
    assert_true(driver_uncross(&scene->driver, 1));
    assert_int_equal(scene_left(scene, iceberg), 3);
    assert_int_equal(scene_left(scene, plain), 5);
    assert_int_equal(scene_shown(scene, SIDE_BUY, 1000), 8);
    scene_end(scene);
}

static void one_may_trade_with_oneself_in_an_auction(void **state)
{
    struct scene *scene = collecting(NULL, NULL);
    struct order_terms terms = driver_limit(SIDE_SELL, 1000, 5);

    terms.self_trade = SELF_TRADE_EXPIRE_BOTH;
    (void)scene_limit(scene, 1, SIDE_BUY, 1000, 5);
    (void)scene_place(scene, 1, &terms);
    become_due(scene);
    scene_forget(scene);
    assert_true(driver_uncross(&scene->driver, 1));
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_FILL)->quantity, 5);
    scene_end(scene);
}

static void an_auction_without_a_price_opens_trading_all_the_same(void **state)
{
    struct scene *scene = collecting(NULL, NULL);

    (void)scene_limit(scene, 1, SIDE_BUY, 990, 5);
    become_due(scene);
    assert_true(driver_uncross(&scene->driver, 1));
    assert_int_equal(session_of(scene), SESSION_CONTINUOUS);
    assert_int_equal(market_instrument(scene->market, 1)->reference.units, 1000);
    assert_int_equal(market_instrument(scene->market, 1)->last.units, 1000);
    scene_end(scene);
}

static void an_auction_waits_for_its_end(void **state)
{
    struct scene *scene = collecting(NULL, NULL);
    struct auction_price price;

    assert_int_equal(market_deadline(scene->market), scene->driver.now_us + 10);
    assert_int_equal(market_auction_begin(scene->market, 1, scene->driver.now_us + 9, &price),
                     AUCTION_STATE_NONE);
    market_session_set(scene->market, 1, SESSION_AUCTION, 0); /* until told */
    assert_int_equal(market_deadline(scene->market), INT64_MAX);
    assert_int_equal(market_auction_begin(scene->market, 1, INT64_MAX, &price), AUCTION_STATE_NONE);
    market_session_set(scene->market, 1, SESSION_CONTINUOUS, 0);
    assert_true(market_deadline(scene->market) <= scene->driver.now_us);
    assert_int_equal(session_of(scene), SESSION_AUCTION);
    assert_true(driver_uncross(&scene->driver, 1));
    assert_int_equal(market_deadline(scene->market), INT64_MAX);
    scene_end(scene);
}

static void a_price_outside_the_static_band_extends_the_auction(void **state)
{
    struct instrument_terms rules = driver_terms("AUCTN");
    rules.band_static_ppm = 50000;
    rules.auction_ms = 3;
    struct scene *scene = collecting(NULL, &rules);
    struct auction_price price;

    (void)scene_limit(scene, 1, SIDE_BUY, 1100, 5);
    (void)scene_limit(scene, 2, SIDE_SELL, 1060, 5);
    become_due(scene);
    assert_int_equal(market_auction_begin(scene->market, 1, scene->driver.now_us, &price),
                     AUCTION_STATE_EXTENDED);
    assert_int_equal(price.price.units, 1060);
    assert_int_equal(session_of(scene), SESSION_AUCTION);
    assert_int_equal(market_deadline(scene->market), scene->driver.now_us + 3000);
    rules.reference.units = 1040; /* the operator has seen why */
    scene_terms(scene, &rules);
    scene->driver.now_us += 3000;
    scene_forget(scene);
    assert_true(driver_uncross(&scene->driver, 1));
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_FILL)->price, 1060);
    assert_int_equal(market_instrument(scene->market, 1)->reference.units, 1060);
    scene_end(scene);
}

/* More than one command's worth of orders on both sides. */
static struct scene *crowded(uint32_t orders)
{
    const struct limits limits = {
        .participants_max = 16,
        .accounts_max = 1,
        .assets_max = 2,
        .instruments_max = 1,
        .orders_max = 2 * orders + 10,
        .price_levels_max = 100,
        .order_lists_max = 1,
        .client_ids_max = 1,
    };
    struct scene *scene = collecting(&limits, NULL);

    for (uint32_t i = 0; i < orders; i++) {
        (void)scene_limit(scene, 1, SIDE_BUY, 1010, 1);
        (void)scene_limit(scene, 2, SIDE_SELL, 990, 1);
    }
    return scene;
}

static void a_large_auction_goes_on_at_the_same_price(void **state)
{
    struct scene *scene = crowded(TARAZY_FILLS_MAX + 100);
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 1);

    become_due(scene);
    scene_forget(scene);
    assert_false(driver_uncross(&scene->driver, 1));
    assert_int_equal(scene->log.count, TARAZY_FILLS_MAX);
    assert_int_equal(session_of(scene), SESSION_AUCTION);
    assert_true(market_deadline(scene->market) <= scene->driver.now_us);
    assert_int_equal(scene_check(scene, 3, &terms), RESULT_MARKET_CLOSED);
    assert_int_equal(market_session_check(scene->market, 1, SESSION_AUCTION),
                     RESULT_SESSION_INVALID);
    assert_null(market_audit(scene->market));
    struct auction_price rest;
    assert_int_equal(market_auction_begin(scene->market, 1, scene->driver.now_us, &rest),
                     AUCTION_STATE_UNCROSS);
    assert_int_equal(rest.price.units, 1000);
    assert_int_equal(rest.quantity.units, 100);
    assert_true(driver_uncross(&scene->driver, 1));
    assert_int_equal(scene->log.count, TARAZY_FILLS_MAX + 100);
    for (uint32_t i = 0; i < scene->log.count; i++) {
        assert_int_equal(scene->log.lines[i].price, 1000);
    }
    assert_int_equal(scene->driver.sides[SIDE_BUY].count, 0);
    scene_end(scene);
}

static void cancels_in_between_lead_to_another_price(void **state)
{
    struct scene *scene = crowded(TARAZY_FILLS_MAX + 2);

    uint64_t low = scene_limit(scene, 3, SIDE_BUY, 995, 1);
    become_due(scene);
    assert_false(driver_uncross(&scene->driver, 1));
    /* The two last bids at 1010 go: what is left crosses, but not at 1000. */
    for (int i = 0; i < 2; i++) {
        driver_close(&scene->driver, market_first_of_participant(scene->market, 1, 1));
    }
    assert_false(driver_uncross(&scene->driver, 1));
    assert_int_equal(session_of(scene), SESSION_AUCTION);
    assert_int_equal(scene_left(scene, low), 1);
    scene_forget(scene);
    assert_true(driver_uncross(&scene->driver, 1));
    assert_int_equal(scene_line(scene, 0, BOOK_ACT_FILL)->price, 995);
    scene_end(scene);
}

static void a_halt_ends_an_auction_under_way(void **state)
{
    struct scene *scene = crowded(TARAZY_FILLS_MAX + 2);

    become_due(scene);
    assert_false(driver_uncross(&scene->driver, 1));
    market_session_set(scene->market, 1, SESSION_HALTED, 0);
    assert_int_equal(market_deadline(scene->market), INT64_MAX);
    assert_null(market_audit(scene->market));
    /* The book is still crossed: trading can only begin with another auction. */
    market_session_set(scene->market, 1, SESSION_CONTINUOUS, 0);
    assert_int_equal(session_of(scene), SESSION_AUCTION);
    assert_true(driver_uncross(&scene->driver, 1));
    scene_end(scene);
}

static void each_level_is_published_when_the_auction_leaves_it(void **state)
{
    struct scene *scene = collecting(NULL, NULL);

    (void)scene_limit(scene, 1, SIDE_BUY, 1010, 5);
    (void)scene_limit(scene, 1, SIDE_BUY, 1005, 5);
    (void)scene_limit(scene, 2, SIDE_SELL, 990, 7);
    uint64_t before = scene->driver.updates;
    become_due(scene);
    assert_true(driver_uncross(&scene->driver, 1));
    assert_int_equal(scene->driver.updates, before + 3); /* 1010 gone, 1005 smaller, 990 gone */
    assert_int_equal(scene->driver.sides[SIDE_BUY].levels[0].quantity, 3);
    scene_end(scene);
}

static void sessions_change_by_rules(void **state)
{
    struct scene *scene = scene_start();

    assert_int_equal(market_session_check(scene->market, 2, SESSION_CLOSED),
                     RESULT_UNKNOWN_INSTRUMENT);
    assert_int_equal(market_session_check(scene->market, 1, SESSION_CONTINUOUS),
                     RESULT_SESSION_INVALID);
    assert_int_equal(market_session_check(scene->market, 1, (enum session)0),
                     RESULT_SESSION_INVALID);
    assert_int_equal(market_session_check(scene->market, 1, (enum session)7),
                     RESULT_SESSION_INVALID);
    for (uint8_t to = SESSION_CLOSED; to <= SESSION_CANCEL_ONLY; to++) {
        if (to == SESSION_CONTINUOUS) {
            continue;
        }
        assert_int_equal(market_session_check(scene->market, 1, (enum session)to), RESULT_OK);
        market_session_set(scene->market, 1, (enum session)to, 0);
        assert_int_equal(session_of(scene), to);
        assert_int_equal(market_session_check(scene->market, 1, (enum session)to),
                         to == SESSION_AUCTION ? RESULT_OK : RESULT_SESSION_INVALID);
        market_session_set(scene->market, 1, SESSION_CONTINUOUS, 0);
        bool collected = to == SESSION_PRE_OPEN || to == SESSION_AUCTION;
        assert_int_equal(session_of(scene), collected ? SESSION_AUCTION : SESSION_CONTINUOUS);
        assert_int_equal(driver_uncross(&scene->driver, 1), collected);
    }
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_trades_at_one_price),
        cmocka_unit_test(within_a_price_the_oldest_trade_first),
        cmocka_unit_test(an_iceberg_is_served_whole_at_its_place),
        cmocka_unit_test(one_may_trade_with_oneself_in_an_auction),
        cmocka_unit_test(an_auction_without_a_price_opens_trading_all_the_same),
        cmocka_unit_test(an_auction_waits_for_its_end),
        cmocka_unit_test(a_price_outside_the_static_band_extends_the_auction),
        cmocka_unit_test(a_large_auction_goes_on_at_the_same_price),
        cmocka_unit_test(cancels_in_between_lead_to_another_price),
        cmocka_unit_test(a_halt_ends_an_auction_under_way),
        cmocka_unit_test(each_level_is_published_when_the_auction_leaves_it),
        cmocka_unit_test(sessions_change_by_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
