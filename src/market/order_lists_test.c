/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists: which legs fit each other, counts of all legs together, finding, closing.
 */
#include "market/client_ids.h"
#include "market/filters.h"
#include "support/market_scene.h"

static struct order_terms leg_of(uint8_t type, uint8_t side, int64_t place, int64_t quantity)
{
    if (type == ORDER_TYPE_LIMIT || type == ORDER_TYPE_LIMIT_MAKER) {
        struct order_terms terms = driver_limit(side, place, quantity);

        terms.type = type;
        return terms;
    }
    bool market = type == ORDER_TYPE_STOP_LOSS || type == ORDER_TYPE_TAKE_PROFIT;
    return scene_stop(type, side, place, market ? 0 : place, quantity);
}

static struct command_order_list_place oco(uint8_t side, uint8_t above, int64_t above_price,
                                           uint8_t below, int64_t below_price)
{
    return (struct command_order_list_place){
        .contingency = CONTINGENCY_OCO,
        .legs = 2,
        .terms = {leg_of(above, side, above_price, 5), leg_of(below, side, below_price, 5)},
    };
}

static enum result check(struct scene *scene, const struct command_order_list_place *place)
{
    return market_list_check(scene->market, 1, place);
}

/* Both orders of the legs are the same list. */
static void assert_oco(struct scene *scene, struct command_order_list_place place,
                       enum result wanted)
{
    assert_int_equal(check(scene, &place), wanted);
    struct order_terms first = place.terms[0];
    place.terms[0] = place.terms[1];
    place.terms[1] = first;
    assert_int_equal(check(scene, &place), wanted);
}

static bool is_profit(uint8_t type)
{
    return type == ORDER_TYPE_LIMIT_MAKER || type == ORDER_TYPE_TAKE_PROFIT ||
           type == ORDER_TYPE_TAKE_PROFIT_LIMIT;
}

static bool is_loss(uint8_t type)
{
    return type == ORDER_TYPE_STOP_LOSS || type == ORDER_TYPE_STOP_LOSS_LIMIT;
}

static void one_leg_takes_a_profit_and_one_stops_a_loss(void **state)
{
    struct scene *scene = scene_start();

    for (uint8_t above = ORDER_TYPE_LIMIT; above <= ORDER_TYPE_TAKE_PROFIT_LIMIT; above++) {
        for (uint8_t below = ORDER_TYPE_LIMIT; below <= ORDER_TYPE_TAKE_PROFIT_LIMIT; below++) {
            bool sell = is_profit(above) && is_loss(below);
            bool buy = is_loss(above) && is_profit(below);

            assert_oco(scene, oco(SIDE_SELL, above, 1010, below, 990),
                       sell ? RESULT_OK : RESULT_LIST_INVALID);
            assert_oco(scene, oco(SIDE_BUY, above, 1010, below, 990),
                       buy ? RESULT_OK : RESULT_LIST_INVALID);
        }
    }
    scene_end(scene);
}

static void the_last_price_lies_between_the_legs(void **state)
{
    struct scene *scene = scene_start();
    const uint8_t maker = ORDER_TYPE_LIMIT_MAKER;
    const uint8_t stop = ORDER_TYPE_STOP_LOSS_LIMIT;

    assert_oco(scene, oco(SIDE_SELL, maker, 1001, stop, 999), RESULT_OK);
    assert_oco(scene, oco(SIDE_SELL, maker, 1000, stop, 999), RESULT_LIST_INVALID);
    assert_oco(scene, oco(SIDE_SELL, maker, 1001, stop, 1000), RESULT_LIST_INVALID);
    assert_oco(scene, oco(SIDE_BUY, stop, 1001, maker, 999), RESULT_OK);
    assert_oco(scene, oco(SIDE_BUY, stop, 1000, maker, 999), RESULT_LIST_INVALID);
    assert_oco(scene, oco(SIDE_BUY, stop, 1001, maker, 1000), RESULT_LIST_INVALID);
    scene_end(scene);
}

static void legs_share_instrument_side_and_quantity(void **state)
{
    struct scene *scene = scene_start();
    const struct command_order_list_place right =
        oco(SIDE_SELL, ORDER_TYPE_LIMIT_MAKER, 1010, ORDER_TYPE_STOP_LOSS, 990);
    struct command_order_list_place place = right;

    place.terms[1].quantity.units = 4;
    assert_int_equal(check(scene, &place), RESULT_LIST_INVALID);
    place = right;
    place.terms[1].side = SIDE_BUY;
    assert_int_equal(check(scene, &place), RESULT_LIST_INVALID);
    place = right;
    place.terms[1].instrument = 2;
    assert_int_equal(check(scene, &place), RESULT_LIST_INVALID);
    place.terms[0].instrument = 2;
    assert_int_equal(check(scene, &place), RESULT_UNKNOWN_INSTRUMENT);
    place = right;
    place.terms[1].flags = ORDER_FLAG_BY_QUOTE;
    assert_int_equal(check(scene, &place), RESULT_LIST_INVALID);
    place = right;
    place.legs = 3;
    assert_int_equal(check(scene, &place), RESULT_LIST_INVALID);
    place.legs = 1;
    assert_int_equal(check(scene, &place), RESULT_LIST_INVALID);
    place = right;
    place.contingency = 9;
    assert_int_equal(check(scene, &place), RESULT_LIST_INVALID);
    scene_end(scene);
}

static void a_leg_that_trails_has_no_place(void **state)
{
    struct scene *scene = scene_start();
    struct command_order_list_place place =
        oco(SIDE_SELL, ORDER_TYPE_LIMIT_MAKER, 1010, ORDER_TYPE_STOP_LOSS, 990);

    place.terms[1].stop_price.units = 0;
    place.terms[1].trailing_bps = 100;
    assert_int_equal(check(scene, &place), RESULT_OK);
    scene_end(scene);
}

static void the_first_leg_of_others_can_rest(void **state)
{
    struct scene *scene = scene_start();

    for (uint8_t type = ORDER_TYPE_LIMIT; type <= ORDER_TYPE_TAKE_PROFIT_LIMIT; type++) {
        struct command_order_list_place place = {
            .contingency = CONTINGENCY_OTO,
            .legs = 2,
            .terms = {leg_of(type, SIDE_BUY, 990, 5), leg_of(ORDER_TYPE_LIMIT, SIDE_SELL, 1010, 5)},
        };
        bool works = type == ORDER_TYPE_LIMIT || type == ORDER_TYPE_LIMIT_MAKER;

        assert_int_equal(check(scene, &place), works ? RESULT_OK : RESULT_LIST_INVALID);
    }
    scene_end(scene);
}

/* The pending pair need not lie around the present price, only in the right order. */
static void an_otoco_ends_in_an_oco(void **state)
{
    struct scene *scene = scene_start();
    struct command_order_list_place place = {
        .contingency = CONTINGENCY_OTOCO,
        .legs = 3,
        .terms =
            {
                leg_of(ORDER_TYPE_LIMIT, SIDE_BUY, 500, 5),
                leg_of(ORDER_TYPE_LIMIT_MAKER, SIDE_SELL, 550, 5),
                leg_of(ORDER_TYPE_STOP_LOSS, SIDE_SELL, 450, 5),
            },
    };

    assert_int_equal(check(scene, &place), RESULT_OK);
    place.terms[2].stop_price.units = 550;
    assert_int_equal(check(scene, &place), RESULT_LIST_INVALID);
    place.terms[2].stop_price.units = 450;
    place.terms[1].type = ORDER_TYPE_LIMIT;
    assert_int_equal(check(scene, &place), RESULT_LIST_INVALID);
    place.terms[1].type = ORDER_TYPE_LIMIT_MAKER;
    place.legs = 2;
    assert_int_equal(check(scene, &place), RESULT_LIST_INVALID);
    scene_end(scene);
}

static void all_legs_count_together(void **state)
{
    struct instrument_terms rules = driver_terms("COUNTS");
    rules.algo_orders_max = 1;
    rules.iceberg_orders_max = 1;
    struct scene *scene = scene_open(NULL, &rules);
    struct command_order_list_place place =
        oco(SIDE_SELL, ORDER_TYPE_TAKE_PROFIT_LIMIT, 1010, ORDER_TYPE_STOP_LOSS_LIMIT, 990);

    assert_int_equal(check(scene, &place), RESULT_MAX_NUM_ALGO_ORDERS);
    place = oco(SIDE_SELL, ORDER_TYPE_LIMIT_MAKER, 1010, ORDER_TYPE_STOP_LOSS_LIMIT, 990);
    assert_int_equal(check(scene, &place), RESULT_OK);
    place.terms[0].iceberg.units = 1;
    assert_int_equal(check(scene, &place), RESULT_OK);
    place.terms[1].iceberg.units = 1;
    assert_int_equal(check(scene, &place), RESULT_MAX_NUM_ICEBERG_ORDERS);
    scene_end(scene);
}

static void named(struct client_id *client_id, const char *name)
{
    memset(client_id, 0, sizeof *client_id);
    memcpy(client_id->text, name, strlen(name));
}

/* Opens an OTO list of participant's as the engine does; its slot. */
static uint32_t open_list(struct scene *scene, uint32_t who,
                          const struct command_order_list_place *place, uint64_t number)
{
    assert_int_equal(market_list_check(scene->market, who, place), RESULT_OK);
    uint32_t list = market_list_open(scene->market, who, place, number);
    for (uint32_t leg = 0; leg < place->legs; leg++) {
        struct placement placement = driver_placement(&scene->driver, who);

        placement.legs = place->legs;
        placement.pending = leg > 0;
        assert_int_equal(market_order_check(scene->market, &placement, &place->terms[leg]),
                         RESULT_OK);
        uint32_t order = driver_open(&scene->driver, &placement, &place->terms[leg], list);
        market_list_attach(scene->market, list, leg, order);
        if (leg == 0) {
            driver_take(&scene->driver, order);
        }
    }
    return list;
}

static struct command_order_list_place simple_list(const char *name)
{
    struct command_order_list_place place = {
        .contingency = CONTINGENCY_OTO,
        .legs = 2,
        .terms = {driver_limit(SIDE_BUY, 900, 5), driver_limit(SIDE_SELL, 1100, 5)},
    };

    named(&place.client_id, name);
    return place;
}

static void a_list_is_found_by_number_and_name_until_it_is_closed(void **state)
{
    struct scene *scene = scene_start();
    struct command_order_list_place place = simple_list("pair");
    uint32_t slot = open_list(scene, 1, &place, 77);
    const struct order_list *list = market_list(scene->market, slot);

    assert_int_equal(market_list_find(scene->market, 77), slot);
    assert_int_equal(market_list_find(scene->market, 78), 0);
    assert_int_equal(market_list_find_client(scene->market, 1, &place.client_id), slot);
    assert_int_equal(market_list_find_client(scene->market, 2, &place.client_id), 0);
    assert_int_equal(check(scene, &place), RESULT_DUPLICATE_CLIENT_ID);
    assert_int_equal(list->order_numbers[1], scene->driver.number);
    assert_int_equal(market_list_of_order(scene->market, list->orders[1]), slot);
    assert_null(market_audit(scene->market));
    uint32_t second = list->orders[1];
    driver_close(&scene->driver, list->orders[0]);
    assert_int_equal(list->orders[0], 0);
    assert_int_equal(list->orders[1], second);
    market_list_set_started(scene->market, slot);
    assert_int_equal(list->started, 1);
    driver_close(&scene->driver, second);
    market_list_close(scene->market, slot);
    assert_int_equal(market_list_find(scene->market, 77), 0);
    assert_int_equal(market_list_find_client(scene->market, 1, &place.client_id), 0);
    assert_int_equal(check(scene, &place), RESULT_DUPLICATE_CLIENT_ID); /* remembered */
    assert_int_equal(market_list_check(scene->market, 2, &place), RESULT_OK);
    scene_end(scene);
}

static void two_legs_may_not_bear_one_name(void **state)
{
    struct scene *scene = scene_start();
    struct command_order_list_place place = simple_list("pair");

    named(&place.terms[0].client_id, "leg");
    named(&place.terms[1].client_id, "leg2");
    assert_int_equal(check(scene, &place), RESULT_OK);
    named(&place.terms[1].client_id, "leg");
    assert_int_equal(check(scene, &place), RESULT_DUPLICATE_CLIENT_ID);
    scene_end(scene);
}

static void lists_are_counted_and_run_out(void **state)
{
    const struct limits limits = {
        .participants_max = 16,
        .accounts_max = 1,
        .assets_max = 2,
        .instruments_max = 1,
        .orders_max = 100,
        .price_levels_max = 100,
        .order_lists_max = 2,
        .client_ids_max = 4,
    };
    struct instrument_terms rules = driver_terms("LISTS");
    rules.order_lists_max = 1;
    struct scene *scene = scene_open(&limits, &rules);
    struct command_order_list_place place = simple_list("");

    (void)open_list(scene, 1, &place, 1);
    assert_int_equal(check(scene, &place), RESULT_MAX_NUM_ORDER_LISTS);
    uint32_t second = open_list(scene, 2, &place, 2);
    assert_int_equal(market_list_check(scene->market, 3, &place), RESULT_LISTS_FULL);
    for (uint32_t leg = 0; leg < 2; leg++) {
        driver_close(&scene->driver, market_list(scene->market, second)->orders[leg]);
    }
    market_list_close(scene->market, second);
    assert_int_equal(market_list_check(scene->market, 3, &place), RESULT_OK);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_leg_takes_a_profit_and_one_stops_a_loss),
        cmocka_unit_test(the_last_price_lies_between_the_legs),
        cmocka_unit_test(legs_share_instrument_side_and_quantity),
        cmocka_unit_test(a_leg_that_trails_has_no_place),
        cmocka_unit_test(the_first_leg_of_others_can_rest),
        cmocka_unit_test(an_otoco_ends_in_an_oco),
        cmocka_unit_test(all_legs_count_together),
        cmocka_unit_test(a_list_is_found_by_number_and_name_until_it_is_closed),
        cmocka_unit_test(two_legs_may_not_bear_one_name),
        cmocka_unit_test(lists_are_counted_and_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
