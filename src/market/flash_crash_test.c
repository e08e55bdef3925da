/* SPDX-License-Identifier: Apache-2.0
 *
 * 21 June 2017 on another exchange: one market order sold from 317.81 down to 224.48, that set off
 * about 800 stop orders, and they sold down to 0.10. The same orders here: the price never leaves the
 * bands, no command sets off more than it may, and an auction is called.
 */
#include "market/triggers.h"

#include "support/market_scene.h"

#define BEFORE      31781 /* the last price, in cents */
#define STOPS       800
#define BAND_LOWEST 28603 /* 10 % below, rounded inwards */

static struct instrument_terms rules_of_the_day(bool bands)
{
    struct instrument_terms rules = driver_terms("ETHUSD");

    rules.reference.units = BEFORE;
    if (bands) {
        rules.band_static_ppm = 100000;
        rules.band_dynamic_ppm = 50000;
        rules.slippage_ppm = 30000;
        rules.auction_ms = 60000;
    }
    return rules;
}

static struct scene *open_market(bool bands)
{
    const struct limits limits = {
        .participants_max = 16,
        .accounts_max = 1,
        .assets_max = 2,
        .instruments_max = 1,
        .orders_max = 5000,
        .price_levels_max = 5000,
        .order_lists_max = 1,
        .client_ids_max = 1,
    };
    struct instrument_terms rules = rules_of_the_day(bands);
    struct scene *scene = scene_open(&limits, &rules);

    /* Buyers every half dollar, ever fewer, down to ten cents. */
    for (int64_t price = BEFORE - 1; price > 10; price -= 50) {
        (void)scene_limit(scene, 1, SIDE_BUY, price, price > 22448 ? 40 : 2);
    }
    (void)scene_limit(scene, 1, SIDE_BUY, 10, 5000);
    for (int64_t i = 0; i < STOPS; i++) {
        struct order_terms stop =
            scene_stop(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 31000 - i * 10, 0, 20);

        (void)scene_place(scene, 2, &stop);
    }
    scene_forget(scene);
    return scene;
}

static void sell_the_lot(struct scene *scene)
{
    struct order_terms terms = scene_market_order(SIDE_SELL, 8000);

    (void)scene_place(scene, 3, &terms);
}

static int64_t lowest_print(const struct scene *scene)
{
    int64_t lowest = INT64_MAX;

    for (uint32_t i = 0; i < scene->log.count; i++) {
        const struct book_line *line = &scene->log.lines[i];

        if (line->act == BOOK_ACT_FILL && line->price < lowest) {
            lowest = line->price;
        }
    }
    return lowest;
}

static void without_bands_the_price_falls_to_ten_cents(void **state)
{
    struct scene *scene = open_market(false);

    sell_the_lot(scene);
    while (driver_run_stops(&scene->driver, 1, TARAZY_TRIGGERS_MAX)) {
    }
    assert_int_equal(lowest_print(scene), 10);
    scene_end(scene);
}

static void with_bands_it_stays_inside_and_an_auction_is_called(void **state)
{
    struct scene *scene = open_market(true);
    uint32_t commands = 1;

    sell_the_lot(scene);
    while (driver_run_stops(&scene->driver, 1, TARAZY_TRIGGERS_MAX)) {
        commands++;
        assert_true(commands < STOPS);
    }
    assert_in_range(lowest_print(scene), BAND_LOWEST, BEFORE);
    assert_int_equal(market_instrument(scene->market, 1)->session, SESSION_AUCTION);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_bands_the_price_falls_to_ten_cents),
        cmocka_unit_test(with_bands_it_stays_inside_and_an_auction_is_called),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
