/* SPDX-License-Identifier: Apache-2.0
 *
 * Which terms can be listed, how they may change, and what the arithmetic built on them promises.
 */
#include "market/instrument.h"

#include "money/arithmetic.h"
#include "support/market_scene.h"
#include "support/random_stream.h"

/* A market with no instrument yet. */
static struct scene *empty_scene(void)
{
    struct scene *scene = malloc(sizeof *scene);

    assert_non_null(scene);
    driver_start(&scene->driver, NULL, &scene->log);
    scene->market = scene->driver.market;
    return scene;
}

static enum result listing(struct scene *scene, const struct instrument_terms *terms)
{
    return market_listing_check(scene->market, terms, 0);
}

#define ASSERT_INVALID(change)                                            \
    do {                                                                  \
        struct instrument_terms terms = driver_terms("LISTED");           \
        change;                                                           \
        assert_int_equal(listing(scene, &terms), RESULT_LISTING_INVALID); \
    } while (0)

#define ASSERT_VALID(change)                                    \
    do {                                                        \
        struct instrument_terms terms = driver_terms("LISTED"); \
        change;                                                 \
        assert_int_equal(listing(scene, &terms), RESULT_OK);    \
    } while (0)

static void names_and_assets_must_be_there(void **state)
{
    struct scene *scene = empty_scene();

    ASSERT_VALID((void)0);
    ASSERT_INVALID(memset(&terms.symbol, 0, sizeof terms.symbol));
    ASSERT_INVALID(terms.symbol.text[0] = 'l');
    ASSERT_INVALID(terms.symbol.text[10] = 'X');
    ASSERT_INVALID(terms.base = 0);
    ASSERT_INVALID(terms.quote = 0);
    ASSERT_INVALID(terms.quote = terms.base);
    scene_end(scene);
}

static void prices_must_be_on_the_tick_and_in_order(void **state)
{
    struct scene *scene = empty_scene();

    ASSERT_INVALID(terms.tick.units = 0);
    ASSERT_INVALID(terms.tick.units = -1);
    ASSERT_INVALID(terms.tick.units = 3);
    ASSERT_INVALID(terms.price_min.units = 0);
    ASSERT_INVALID(terms.price_max.units = 0);
    ASSERT_INVALID(terms.price_min.units = 1001);
    ASSERT_INVALID(terms.price_max.units = 999);
    ASSERT_INVALID(terms.reference.units = 0);
    ASSERT_VALID(terms.price_min.units = 1000);
    ASSERT_VALID(terms.price_max.units = 1000);
    ASSERT_VALID((terms.quantity_max.units = 1, terms.price_max.units = (int64_t)LADDER_KEY_MAX));
    ASSERT_INVALID(
        (terms.quantity_max.units = 1, terms.price_max.units = (int64_t)LADDER_KEY_MAX + 1));
    scene_end(scene);
}

static void quantities_must_be_on_the_lot_and_in_order(void **state)
{
    struct scene *scene = empty_scene();

    ASSERT_INVALID(terms.lot.units = 0);
    ASSERT_INVALID(terms.lot.units = 7);
    ASSERT_INVALID(terms.quantity_min.units = 0);
    ASSERT_INVALID(terms.quantity_max.units = 0);
    ASSERT_INVALID(terms.quantity_min.units = terms.quantity_max.units + 1);
    ASSERT_VALID(terms.market_quantity_max = terms.quantity_max);
    ASSERT_INVALID(terms.market_quantity_max.units = terms.quantity_max.units + 1);
    ASSERT_INVALID(terms.market_quantity_max.units = -1);
    scene_end(scene);
}

static void rules_must_not_contradict_each_other(void **state)
{
    struct scene *scene = empty_scene();

    ASSERT_INVALID(terms.notional_min.units = -1);
    ASSERT_INVALID(terms.notional_max.units = -1);
    ASSERT_INVALID((terms.notional_min.units = 5, terms.notional_max.units = 4));
    ASSERT_VALID((terms.notional_min.units = 5, terms.notional_max.units = 0));
    ASSERT_INVALID(terms.position_max.units = -1);
    ASSERT_INVALID(terms.band_static_ppm = 1); /* a breach could not end */
    ASSERT_INVALID(terms.band_dynamic_ppm = 1);
    ASSERT_VALID((terms.band_dynamic_ppm = 1, terms.auction_ms = 1));
    ASSERT_INVALID(terms.trailing_max_bps = 10000);
    ASSERT_VALID(terms.trailing_max_bps = 9999);
    ASSERT_INVALID((terms.trailing_min_bps = 6, terms.trailing_max_bps = 5));
    ASSERT_INVALID(terms.amends_max = 256);
    scene_end(scene);
}

static void notionals_are_whole_and_fit(void **state)
{
    struct scene *scene = empty_scene();
    struct instrument_terms terms = driver_terms("LISTED");

    terms.tick.units = 10;
    terms.price_min.units = 10;
    terms.lot.units = 100;
    terms.quantity_min.units = 100;
    assert_int_equal(market_listing_check(scene->market, &terms, 3), RESULT_OK);
    assert_int_equal(market_listing_check(scene->market, &terms, 4), RESULT_NOTIONAL_NOT_WHOLE);
    assert_int_equal(market_listing_check(scene->market, &terms, 19), RESULT_LISTING_INVALID);
    terms = driver_terms("LISTED");
    terms.price_max.units = (int64_t)1 << 35;
    terms.quantity_max.units = (int64_t)1 << 28;
    assert_int_equal(listing(scene, &terms), RESULT_LISTING_INVALID);
    terms.quantity_max.units--;
    assert_int_equal(listing(scene, &terms), RESULT_OK);
    scene_end(scene);
}

static void symbols_are_unique_and_the_list_has_an_end(void **state)
{
    struct scene *scene = empty_scene();
    struct instrument_terms terms = driver_terms("AAA");
    char name[] = "AAA";

    for (int i = 0; i < 4; i++) {
        name[2] = (char)('A' + i);
        terms = driver_terms(name);
        assert_int_equal(listing(scene, &terms), RESULT_OK);
        assert_int_equal(market_list_instrument(scene->market, &terms, 0, SESSION_CLOSED), i + 1);
        assert_int_equal(listing(scene, &terms), RESULT_DUPLICATE_SYMBOL);
        assert_int_equal(market_instrument_find(scene->market, terms.symbol), i + 1);
        assert_int_equal(market_terms(scene->market, (uint16_t)(i + 1))->lot.units, 1);
    }
    terms = driver_terms("NEW");
    assert_int_equal(listing(scene, &terms), RESULT_INSTRUMENTS_FULL);
    assert_int_equal(market_instrument_find(scene->market, terms.symbol), 0);
    assert_int_equal(market_instrument_count(scene->market), 4);
    assert_null(market_instrument(scene->market, 0));
    assert_null(market_instrument(scene->market, 5));
    assert_null(market_terms(scene->market, 5));
    scene_end(scene);
}

static void some_terms_never_change(void **state)
{
    struct scene *scene = scene_start();
    const struct instrument_terms old = *market_terms(scene->market, 1);
    struct instrument_terms terms = old;

    assert_int_equal(market_terms_check(scene->market, 1, &terms), RESULT_OK);
    assert_int_equal(market_terms_check(scene->market, 2, &terms), RESULT_UNKNOWN_INSTRUMENT);
    terms.tick.units = 2;
    terms.price_min.units = 2;
    assert_int_equal(market_terms_check(scene->market, 1, &terms), RESULT_LISTING_INVALID);
    terms = old;
    terms.lot.units = 2;
    terms.quantity_min.units = 2;
    assert_int_equal(market_terms_check(scene->market, 1, &terms), RESULT_LISTING_INVALID);
    terms = old;
    terms.symbol.text[0] = 'X';
    assert_int_equal(market_terms_check(scene->market, 1, &terms), RESULT_LISTING_INVALID);
    terms = old;
    terms.base = 3;
    assert_int_equal(market_terms_check(scene->market, 1, &terms), RESULT_LISTING_INVALID);
    terms = old;
    terms.quote = 3;
    assert_int_equal(market_terms_check(scene->market, 1, &terms), RESULT_LISTING_INVALID);
    terms = old;
    terms.price_min.units = 0;
    assert_int_equal(market_terms_check(scene->market, 1, &terms), RESULT_LISTING_INVALID);
    scene_end(scene);
}

/* An order of older, wider terms may meet one of newer terms: their largest values together fit. */
static void old_and_new_limits_fit_together(void **state)
{
    struct instrument_terms terms = driver_terms("WIDE");
    terms.price_max.units = (int64_t)1 << 35;
    terms.quantity_max.units = 1000;
    struct scene *scene = scene_open(NULL, &terms);

    terms.price_max.units = 2000;
    scene_terms(scene, &terms);
    terms.quantity_max.units = (int64_t)1 << 28;
    assert_int_equal(market_terms_check(scene->market, 1, &terms), RESULT_LISTING_INVALID);
    terms.quantity_max.units--;
    assert_int_equal(market_terms_check(scene->market, 1, &terms), RESULT_OK);
    scene_end(scene);
}

static void a_new_reference_price_counts_for_the_band(void **state)
{
    struct scene *scene = scene_start();
    struct instrument_terms terms = *market_terms(scene->market, 1);

    terms.reference.units = 1100;
    scene_terms(scene, &terms);
    assert_int_equal(market_instrument(scene->market, 1)->reference.units, 1100);
    assert_int_equal(market_instrument(scene->market, 1)->last.units, 1100);
    scene_last(scene, 1105);
    terms.reference.units = 1200;
    scene_terms(scene, &terms);
    assert_int_equal(market_instrument(scene->market, 1)->reference.units, 1200);
    assert_int_equal(market_instrument(scene->market, 1)->last.units, 1105);
    scene_end(scene);
}

static void distances_are_exact(void **state)
{
    const struct price at = {1000000};

    assert_true(instrument_is_within((struct price){1050000}, at, 50000));
    assert_false(instrument_is_within((struct price){1050001}, at, 50000));
    assert_true(instrument_is_within((struct price){950000}, at, 50000));
    assert_false(instrument_is_within((struct price){949999}, at, 50000));
    assert_true(instrument_is_within((struct price){1}, at, 0));
    assert_true(instrument_is_within((struct price){INT64_MAX}, (struct price){INT64_MAX}, 1));
    assert_false(instrument_is_within((struct price){1}, (struct price){INT64_MAX}, 999999));
}

static void the_protection_stays_inside_the_price_filter(void **state)
{
    struct instrument_terms terms = driver_terms("SLIP");
    terms.tick.units = 10;
    terms.price_min.units = 100;
    terms.price_max.units = 2000;
    terms.slippage_ppm = 30000;
    struct scene *scene = scene_open(NULL, &terms);
    const struct instrument *instrument = market_instrument(scene->market, 1);

    /* 1000 × 1.03 = 1030; 1010 × 1.03 = 1040.3, and the tick inside is 1040. */
    assert_int_equal(instrument_protection(instrument, SIDE_BUY, (struct price){1000}).units, 1030);
    assert_int_equal(instrument_protection(instrument, SIDE_BUY, (struct price){1010}).units, 1040);
    assert_int_equal(instrument_protection(instrument, SIDE_SELL, (struct price){1000}).units, 970);
    assert_int_equal(instrument_protection(instrument, SIDE_SELL, (struct price){1010}).units, 980);
    assert_int_equal(instrument_protection(instrument, SIDE_BUY, (struct price){1990}).units, 2000);
    assert_int_equal(instrument_protection(instrument, SIDE_SELL, (struct price){100}).units, 100);
    terms.slippage_ppm = 0;
    scene_terms(scene, &terms);
    assert_int_equal(instrument_protection(instrument, SIDE_BUY, (struct price){1000}).units, 2000);
    assert_int_equal(instrument_protection(instrument, SIDE_SELL, (struct price){1000}).units, 100);
    scene_end(scene);
}

/* The quick arithmetic by ticks and lots is that of money/. */
static void notionals_are_those_of_money(void **state)
{
    struct random_stream random = {3};

    for (int round = 0; round < 200; round++) {
        struct scene *scene = empty_scene();
        struct instrument_terms terms = driver_terms("QUICK");
        uint8_t scale = (uint8_t)random_below(&random, 9);
        int64_t power = money_power_of_ten(scale);

        terms.lot.units = 1 + (int64_t)random_below(&random, 1000);
        terms.tick.units = power * (1 + (int64_t)random_below(&random, 50));
        terms.price_min = terms.tick;
        terms.reference.units = terms.tick.units * 3;
        terms.price_max.units = terms.tick.units * 1000;
        terms.quantity_min = terms.lot;
        terms.quantity_max.units = terms.lot.units * 100000;
        assert_int_equal(market_listing_check(scene->market, &terms, scale), RESULT_OK);
        (void)market_list_instrument(scene->market, &terms, scale, SESSION_CONTINUOUS);
        const struct instrument *instrument = market_instrument(scene->market, 1);
        for (int i = 0; i < 200; i++) {
            struct price price = {terms.tick.units * (1 + (int64_t)random_below(&random, 1000))};
            struct quantity quantity = {terms.lot.units *
                                        (1 + (int64_t)random_below(&random, 100000))};
            struct amount whole = money_notional(price, quantity, scale);
            int64_t quote = (int64_t)random_skewed(&random, 60);

            assert_true(instrument_notional(instrument, price, quantity.units) == whole.units);
            assert_int_equal(
                instrument_affordable(instrument, price, quote),
                money_affordable((struct amount){quote}, price, terms.lot, scale).units);
        }
        scene_end(scene);
    }
}

static void better_prices_have_smaller_keys(void **state)
{
    struct scene *scene = scene_start();
    const struct instrument *instrument = market_instrument(scene->market, 1);
    const struct price low = {999};
    const struct price high = {1000};

    assert_true(instrument_key(instrument, LADDER_KIND_BIDS, high) <
                instrument_key(instrument, LADDER_KIND_BIDS, low));
    assert_true(instrument_key(instrument, LADDER_KIND_ASKS, low) <
                instrument_key(instrument, LADDER_KIND_ASKS, high));
    assert_true(instrument_key(instrument, LADDER_KIND_RISE, low) <
                instrument_key(instrument, LADDER_KIND_RISE, high));
    assert_true(instrument_key(instrument, LADDER_KIND_FALL, high) <
                instrument_key(instrument, LADDER_KIND_FALL, low));
    scene_end(scene);
}

static void a_view_shows_the_instrument(void **state)
{
    struct scene *scene = scene_start();
    struct instrument_view view;

    (void)scene_limit(scene, 1, SIDE_BUY, 990, 5);
    (void)scene_limit(scene, 1, SIDE_SELL, 1010, 5);
    market_instrument_view(scene->market, 1, &view);
    assert_int_equal(view.best_bid.units, 990);
    assert_int_equal(view.best_ask.units, 1010);
    assert_int_equal(view.last.units, 1000);
    assert_int_equal(view.reference.units, 1000);
    assert_int_equal(view.trades, 0);
    assert_int_equal(view.updates, 2);
    assert_int_equal(view.orders, 2);
    assert_int_equal(view.session, SESSION_CONTINUOUS);
    assert_int_equal(market_base_scale(scene->market, 1), 0);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_assets_must_be_there),
        cmocka_unit_test(prices_must_be_on_the_tick_and_in_order),
        cmocka_unit_test(quantities_must_be_on_the_lot_and_in_order),
        cmocka_unit_test(rules_must_not_contradict_each_other),
        cmocka_unit_test(notionals_are_whole_and_fit),
        cmocka_unit_test(symbols_are_unique_and_the_list_has_an_end),
        cmocka_unit_test(some_terms_never_change),
        cmocka_unit_test(old_and_new_limits_fit_together),
        cmocka_unit_test(a_new_reference_price_counts_for_the_band),
        cmocka_unit_test(distances_are_exact),
        cmocka_unit_test(the_protection_stays_inside_the_price_filter),
        cmocka_unit_test(notionals_are_those_of_money),
        cmocka_unit_test(better_prices_have_smaller_keys),
        cmocka_unit_test(a_view_shows_the_instrument),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
