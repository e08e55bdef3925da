/* SPDX-License-Identifier: Apache-2.0
 *
 * Which fields go with which type, and which session takes which kind: the whole matrix.
 */
#include "market/filters.h"
#include "support/market_scene.h"

static struct order_terms terms_of(uint8_t type, uint8_t time_in_force, bool trailing)
{
    struct order_terms terms = driver_limit(SIDE_SELL, 1000, 10);

    terms.type = type;
    terms.time_in_force = time_in_force;
    if (order_type_is_market(type)) {
        terms.price.units = 0;
    }
    if (order_type_is_stop(type)) {
        terms.stop_price.units = trailing ? 0 : 900;
        terms.trailing_bps = trailing ? 100 : 0;
    }
    if (time_in_force == TIME_IN_FORCE_GTD) {
        terms.expires_us = 5;
    }
    return terms;
}

/* By type: which times in force it takes (bit 1 << enum). */
static uint32_t allowed(uint8_t type)
{
    const uint32_t rests = 1u << TIME_IN_FORCE_GTC | 1u << TIME_IN_FORCE_GTD;
    const uint32_t any = rests | 1u << TIME_IN_FORCE_IOC | 1u << TIME_IN_FORCE_FOK;

    switch ((enum order_type)type) {
    case ORDER_TYPE_LIMIT:
    case ORDER_TYPE_STOP_LOSS_LIMIT:
    case ORDER_TYPE_TAKE_PROFIT_LIMIT: return any;
    case ORDER_TYPE_LIMIT_MAKER: return rests;
    case ORDER_TYPE_MARKET:
    case ORDER_TYPE_STOP_LOSS:
    case ORDER_TYPE_TAKE_PROFIT: return 1u << TIME_IN_FORCE_IOC;
    }
    return 0;
}

static void each_type_takes_its_times_in_force_and_no_other(void **state)
{
    for (uint8_t type = ORDER_TYPE_LIMIT; type <= ORDER_TYPE_TAKE_PROFIT_LIMIT; type++) {
        for (uint8_t force = TIME_IN_FORCE_GTC; force <= TIME_IN_FORCE_GTD; force++) {
            struct order_terms terms = terms_of(type, force, false);
            bool right = (allowed(type) >> force & 1) != 0;

            assert_int_equal(order_rules_check(&terms),
                             right ? RESULT_OK : RESULT_ORDER_TYPE_INVALID);
        }
    }
}

static enum result with_price(struct order_terms terms, int64_t price)
{
    terms.price.units = price;
    return order_rules_check(&terms);
}

static enum result with_trigger(struct order_terms terms, int64_t stop, uint32_t bps)
{
    terms.stop_price.units = stop;
    terms.trailing_bps = bps;
    return order_rules_check(&terms);
}

static void only_limit_kinds_have_a_price_and_only_stops_a_trigger(void **state)
{
    for (uint8_t type = ORDER_TYPE_LIMIT; type <= ORDER_TYPE_TAKE_PROFIT_LIMIT; type++) {
        uint8_t force = order_type_is_market(type) ? TIME_IN_FORCE_IOC : TIME_IN_FORCE_GTC;
        struct order_terms terms = terms_of(type, force, false);
        bool limit = !order_type_is_market(type);
        bool stop = order_type_is_stop(type);

        assert_int_equal(with_price(terms, 5), limit ? RESULT_OK : RESULT_ORDER_TYPE_INVALID);
        assert_int_equal(with_price(terms, 0), limit ? RESULT_ORDER_TYPE_INVALID : RESULT_OK);
        assert_int_equal(with_trigger(terms, 0, 0), stop ? RESULT_ORDER_TYPE_INVALID : RESULT_OK);
        assert_int_equal(with_trigger(terms, 7, 0), stop ? RESULT_OK : RESULT_ORDER_TYPE_INVALID);
        assert_int_equal(with_trigger(terms, 0, 7), stop ? RESULT_OK : RESULT_ORDER_TYPE_INVALID);
        assert_int_equal(with_trigger(terms, 7, 7), stop ? RESULT_OK : RESULT_ORDER_TYPE_INVALID);
    }
}

static void only_market_orders_go_by_quote(void **state)
{
    for (uint8_t type = ORDER_TYPE_LIMIT; type <= ORDER_TYPE_TAKE_PROFIT_LIMIT; type++) {
        uint8_t force = order_type_is_market(type) ? TIME_IN_FORCE_IOC : TIME_IN_FORCE_GTC;
        struct order_terms terms = terms_of(type, force, false);

        terms.flags = ORDER_FLAG_BY_QUOTE;
        assert_int_equal(order_rules_check(&terms),
                         type == ORDER_TYPE_MARKET ? RESULT_OK : RESULT_ORDER_TYPE_INVALID);
    }
}

static void icebergs_can_rest(void **state)
{
    for (uint8_t type = ORDER_TYPE_LIMIT; type <= ORDER_TYPE_TAKE_PROFIT_LIMIT; type++) {
        for (uint8_t force = TIME_IN_FORCE_GTC; force <= TIME_IN_FORCE_GTD; force++) {
            struct order_terms terms = terms_of(type, force, false);
            bool rests = force == TIME_IN_FORCE_GTC || force == TIME_IN_FORCE_GTD;

            terms.iceberg.units = 2;
            assert_int_equal(order_rules_check(&terms), rests && !order_type_is_market(type)
                                                            ? RESULT_OK
                                                            : RESULT_ORDER_TYPE_INVALID);
        }
    }
}

static void an_expiry_goes_with_good_till_date_alone(void **state)
{
    struct order_terms terms = terms_of(ORDER_TYPE_LIMIT, TIME_IN_FORCE_GTD, false);

    assert_int_equal(order_rules_check(&terms), RESULT_OK);
    terms.expires_us = 0;
    assert_int_equal(order_rules_check(&terms), RESULT_ORDER_TYPE_INVALID);
    terms = terms_of(ORDER_TYPE_LIMIT, TIME_IN_FORCE_GTC, false);
    terms.expires_us = 5;
    assert_int_equal(order_rules_check(&terms), RESULT_ORDER_TYPE_INVALID);
}

/* Sets one byte of otherwise right terms. */
static enum result with_byte(size_t offset, uint8_t value)
{
    struct order_terms terms = terms_of(ORDER_TYPE_LIMIT, TIME_IN_FORCE_GTC, false);

    memcpy((uint8_t *)&terms + offset, &value, 1);
    return order_rules_check(&terms);
}

static void numbers_outside_their_enum_are_refused(void **state)
{
    const size_t fields[] = {
        offsetof(struct order_terms, side),
        offsetof(struct order_terms, type),
        offsetof(struct order_terms, time_in_force),
        offsetof(struct order_terms, self_trade),
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        assert_int_equal(with_byte(fields[i], 0), RESULT_ORDER_TYPE_INVALID);
        assert_int_equal(with_byte(fields[i], 8), RESULT_ORDER_TYPE_INVALID);
        assert_int_equal(with_byte(fields[i], 255), RESULT_ORDER_TYPE_INVALID);
    }
    assert_int_equal(with_byte(offsetof(struct order_terms, flags), 2), RESULT_ORDER_TYPE_INVALID);
}

/* What a session takes, were it not for anything else. */
static bool takes(enum session session, uint8_t type, uint8_t force)
{
    bool rests = force == TIME_IN_FORCE_GTC || force == TIME_IN_FORCE_GTD;

    if (session == SESSION_CONTINUOUS) {
        return true;
    }
    if (session == SESSION_PRE_OPEN || session == SESSION_AUCTION) {
        return order_type_is_stop(type) || (type == ORDER_TYPE_LIMIT && rests);
    }
    return false;
}

/* One kind in one session. */
static void assert_taken(struct scene *scene, enum session session, uint8_t type, uint8_t force)
{
    struct order_terms terms = terms_of(type, force, true);

    if (order_rules_check(&terms) != RESULT_OK) {
        return;
    }
    terms.expires_us = force == TIME_IN_FORCE_GTD ? scene->driver.now_us + 1 : 0;
    terms.price.units = force == TIME_IN_FORCE_FOK ? 950 : terms.price.units;
    assert_int_equal(scene_check(scene, 2, &terms),
                     takes(session, type, force) ? RESULT_OK : RESULT_MARKET_CLOSED);
}

static void each_session_takes_its_kinds(void **state)
{
    for (uint8_t session = SESSION_CLOSED; session <= SESSION_CANCEL_ONLY; session++) {
        struct scene *scene = scene_start();

        (void)scene_limit(scene, 1, SIDE_BUY, 950, 100);
        if (session != SESSION_CONTINUOUS) {
            market_session_set(scene->market, 1, (enum session)session, 0);
        }
        for (uint8_t type = ORDER_TYPE_LIMIT; type <= ORDER_TYPE_TAKE_PROFIT_LIMIT; type++) {
            for (uint8_t force = TIME_IN_FORCE_GTC; force <= TIME_IN_FORCE_GTD; force++) {
                assert_taken(scene, (enum session)session, type, force);
            }
        }
        scene_end(scene);
    }
}

static void nobody_joins_an_auction_that_is_being_carried_out(void **state)
{
    struct scene *scene = scene_start();
    struct order_terms terms = driver_limit(SIDE_BUY, 1000, 5);
    struct auction_price price;

    market_session_set(scene->market, 1, SESSION_AUCTION, 5);
    (void)scene_limit(scene, 1, SIDE_BUY, 1000, 5);
    (void)scene_limit(scene, 2, SIDE_SELL, 1000, 5);
    assert_int_equal(scene_check(scene, 3, &terms), RESULT_OK);
    scene->driver.now_us = 10;
    assert_int_equal(market_auction_begin(scene->market, 1, 10, &price), AUCTION_STATE_UNCROSS);
    assert_int_equal(scene_check(scene, 3, &terms), RESULT_MARKET_CLOSED);
    assert_true(driver_uncross(&scene->driver, 1));
    assert_int_equal(scene_check(scene, 3, &terms), RESULT_OK);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_takes_its_times_in_force_and_no_other),
        cmocka_unit_test(only_limit_kinds_have_a_price_and_only_stops_a_trigger),
        cmocka_unit_test(only_market_orders_go_by_quote),
        cmocka_unit_test(icebergs_can_rest),
        cmocka_unit_test(an_expiry_goes_with_good_till_date_alone),
        cmocka_unit_test(numbers_outside_their_enum_are_refused),
        cmocka_unit_test(each_session_takes_its_kinds),
        cmocka_unit_test(nobody_joins_an_auction_that_is_being_carried_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
