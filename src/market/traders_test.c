/* SPDX-License-Identifier: Apache-2.0
 *
 * Who has what: chains by age, records that stay idle and make room, client ids remembered and
 * forgotten, dead-man timers.
 */
#include "market/traders.h"

#include "market/client_ids.h"
#include "support/market_scene.h"

static void all_orders_of_a_participant_are_found_oldest_first(void **state)
{
    struct scene *scene = scene_start();
    struct instrument_terms other = driver_terms("OTHER");
    uint64_t numbers[4];
    uint32_t slot;

    assert_int_equal(market_list_instrument(scene->market, &other, 0, SESSION_CONTINUOUS), 2);
    for (int i = 0; i < 4; i++) {
        struct order_terms terms = driver_limit(SIDE_BUY, 900 + i, 5);

        terms.instrument = i % 2 == 0 ? 1 : 2;
        numbers[i] = scene_place(scene, 1, &terms);
        (void)scene_limit(scene, 2, SIDE_BUY, 800, 5);
    }
    slot = market_first_of_participant(scene->market, 1, 1);
    assert_int_equal(market_order(scene->market, slot)->number, numbers[0]);
    slot = market_next_of_participant(scene->market, slot, 1);
    assert_int_equal(market_order(scene->market, slot)->number, numbers[2]);
    assert_int_equal(market_next_of_participant(scene->market, slot, 1), 0);
    uint32_t seen = 0;
    for (slot = market_first_of_participant(scene->market, 1, 0); slot != 0;
         slot = market_next_of_participant(scene->market, slot, 0)) {
        assert_int_equal(market_order(scene->market, slot)->participant, 1);
        seen++;
    }
    assert_int_equal(seen, 4);
    assert_int_equal(market_first_of_participant(scene->market, 3, 0), 0);
    scene_end(scene);
}

/* 1024 records at the least; 3000 participants come and go. */
static void idle_records_make_room_the_longest_idle_first(void **state)
{
    const struct limits limits = {
        .participants_max = 3000,
        .accounts_max = 1,
        .assets_max = 2,
        .instruments_max = 1,
        .orders_max = 2000,
        .price_levels_max = 100,
        .order_lists_max = 1,
        .client_ids_max = 1,
    };
    struct instrument_terms rules = driver_terms("IDLE");
    struct scene *scene = scene_open(&limits, &rules);

    for (uint32_t who = 1; who <= 1024; who++) {
        driver_cancel(&scene->driver, scene_limit(scene, who, SIDE_BUY, 900, 5));
    }
    uint64_t again = scene_limit(scene, 1, SIDE_BUY, 900, 5); /* the first is back, not idle */
    assert_null(market_audit(scene->market));
    uint64_t next = scene_limit(scene, 1025, SIDE_BUY, 900, 5);
    assert_int_equal(traders_find(scene->market, 2, 1), 0);
    assert_int_not_equal(traders_find(scene->market, 3, 1), 0);
    assert_int_not_equal(traders_find(scene->market, 1, 1), 0);
    driver_cancel(&scene->driver, again);
    driver_cancel(&scene->driver, next);
    for (uint32_t who = 1; who <= 3000; who++) {
        driver_cancel(&scene->driver, scene_limit(scene, who, SIDE_BUY, 900, 5));
    }
    assert_null(market_audit(scene->market));
    for (uint32_t who = 1; who <= 1024; who++) {
        (void)scene_limit(scene, who, SIDE_BUY, 900, 5);
    }
    struct order_terms terms = driver_limit(SIDE_BUY, 900, 5);
    assert_int_equal(scene_check(scene, 1025, &terms), RESULT_ORDERS_FULL);
    assert_int_equal(scene_check(scene, 1024, &terms), RESULT_OK);
    assert_int_equal(market_countdown_check(scene->market, 1025, 1), RESULT_ORDERS_FULL);
    assert_int_equal(market_countdown_check(scene->market, 1024, 1), RESULT_OK);
    scene_end(scene);
}

static void a_note_stays_with_the_record(void **state)
{
    struct scene *scene = scene_start();
    const struct trader_note note = {{7, 9}};

    assert_int_equal(market_trader(scene->market, 1, 1), 0);
    uint64_t number = scene_limit(scene, 1, SIDE_BUY, 900, 5);
    uint32_t trader = market_trader(scene->market, 1, 1);
    assert_int_equal(market_order(scene->market, market_order_find(scene->market, number))->trader,
                     trader);
    assert_int_equal(market_trader_note(scene->market, trader).words[1], 0);
    market_trader_set_note(scene->market, trader, note);
    driver_cancel(&scene->driver, number);
    (void)scene_limit(scene, 2, SIDE_BUY, 900, 5);
    (void)scene_limit(scene, 1, SIDE_BUY, 900, 5);
    assert_int_equal(market_trader(scene->market, 1, 1), trader);
    assert_int_equal(market_trader_note(scene->market, trader).words[0], 7);
    assert_int_equal(market_trader_note(scene->market, trader).words[1], 9);
    scene_end(scene);
}

static void a_countdown_runs_out_once(void **state)
{
    struct scene *scene = scene_start();
    uint32_t participant = 0;
    uint16_t instrument = 0;

    assert_int_equal(market_countdown_check(scene->market, 1, 2), RESULT_UNKNOWN_INSTRUMENT);
    assert_int_equal(market_countdown_check(scene->market, 1, 0), RESULT_UNKNOWN_INSTRUMENT);
    assert_int_equal(market_countdown_check(scene->market, 1, 1), RESULT_OK);
    market_countdown_set(scene->market, 2, 1, 500);
    market_countdown_set(scene->market, 1, 1, 500);
    market_countdown_set(scene->market, 3, 1, 400);
    market_countdown_set(scene->market, 3, 1, 600); /* in time: begins anew */
    market_countdown_set(scene->market, 4, 1, 450);
    market_countdown_set(scene->market, 4, 1, 0); /* off */
    market_countdown_set(scene->market, 5, 1, 0);
    assert_int_equal(market_deadline(scene->market), 500);
    assert_false(market_next_countdown(scene->market, 499, &participant, &instrument));
    assert_null(market_audit(scene->market));
    for (uint32_t who = 1; who <= 3; who++) {
        assert_true(market_next_countdown(scene->market, 600, &participant, &instrument));
        assert_int_equal(participant, who);
        assert_int_equal(instrument, 1);
    }
    assert_false(market_next_countdown(scene->market, 600, &participant, &instrument));
    assert_int_equal(market_deadline(scene->market), INT64_MAX);
    scene_end(scene);
}

static struct client_id name_of(uint32_t n)
{
    struct client_id name = {{'n', (char)('0' + n / 10), (char)('0' + n % 10)}};

    return name;
}

static void so_many_names_are_remembered_and_then_the_oldest_goes(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 900, 5);
    uint64_t first = 0;

    for (uint32_t n = 0; n < 65; n++) { /* the driver's market remembers 64 */
        terms.client_id = name_of(n);
        uint64_t number = scene_place(scene, 1, &terms);

        first = n == 1 ? number : first;
        driver_cancel(&scene->driver, number);
    }
    terms.client_id = name_of(0);
    assert_false(market_client_id_seen(scene->market, 1, &terms.client_id));
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_OK);
    for (uint32_t n = 1; n < 65; n++) {
        terms.client_id = name_of(n);
        assert_true(market_client_id_seen(scene->market, 1, &terms.client_id));
        assert_false(market_client_id_seen(scene->market, 2, &terms.client_id));
    }
    terms.client_id = name_of(1);
    assert_int_equal(market_client_id_order(scene->market, 1, &terms.client_id), first);
    assert_int_equal(market_order_find_client(scene->market, 1, &terms.client_id), 0);
    scene_end(scene);
}

static void an_open_order_is_known_by_name_for_as_long_as_it_is_open(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 900, 5);

    terms.client_id = name_of(99);
    uint64_t number = scene_place(scene, 1, &terms);
    for (uint32_t n = 0; n < 80; n++) {
        terms.client_id = name_of(n);
        driver_cancel(&scene->driver, scene_place(scene, 1, &terms));
    }
    terms.client_id = name_of(99);
    assert_int_equal(market_client_id_order(scene->market, 1, &terms.client_id), number);
    assert_int_equal(scene_check(scene, 1, &terms), RESULT_DUPLICATE_CLIENT_ID);
    scene_end(scene);
}

static void orders_without_a_name_have_none_in_common(void **state)
{
    struct scene *scene = scene_start();
    const struct client_id none = {{0}};

    (void)scene_limit(scene, 1, SIDE_BUY, 900, 5);
    (void)scene_limit(scene, 1, SIDE_BUY, 900, 5);
    assert_int_equal(market_order_find_client(scene->market, 1, &none), 0);
    assert_false(market_client_id_seen(scene->market, 1, &none));
    assert_int_equal(market_list_find_client(scene->market, 1, &none), 0);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_orders_of_a_participant_are_found_oldest_first),
        cmocka_unit_test(idle_records_make_room_the_longest_idle_first),
        cmocka_unit_test(a_note_stays_with_the_record),
        cmocka_unit_test(a_countdown_runs_out_once),
        cmocka_unit_test(so_many_names_are_remembered_and_then_the_oldest_goes),
        cmocka_unit_test(an_open_order_is_known_by_name_for_as_long_as_it_is_open),
        cmocka_unit_test(orders_without_a_name_have_none_in_common),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
