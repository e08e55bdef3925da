/* SPDX-License-Identifier: Apache-2.0
 *
 * What a fill does to the books, to the last unit: fees up, remainders to the rounding account.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/settle.h"
#include "support/engine_scene.h"

static int set_up(void **state)
{
    static struct scene scene;

    scene_start(&scene);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    scene_end(*state);
    return 0;
}

static uint64_t place(struct scene *scene, uint32_t who, struct order_terms terms)
{
    assert_int_equal(scene_place(scene, who, &terms), RESULT_OK);
    return scene_outcome(scene)->id;
}

static void a_fee_is_charged_up_earned_down_and_the_unit_between_is_rounding(void **state)
{
    struct scene *scene = *state;

    /* maker: 0.1 % of 1,510 = 1.51 → 2; taker: 0.2 % of 10 = 0.02 → 1 */
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 151, 10));
    (void)place(scene, SCENE_ALICE, scene_limit(SIDE_BUY, 151, 10));
    const struct event_trade *trade = scene_event(scene, EVENT_TRADE, 0);
    assert_int_equal(trade->maker_fee.units, 2);
    assert_int_equal(trade->taker_fee.units, 1);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_FEES, SCENE_KZT), 1);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_ROUNDING, SCENE_KZT), 1);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_FEES, SCENE_GOLD), 0);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_ROUNDING, SCENE_GOLD), 1);
    assert_int_equal(scene_available(scene, SCENE_BOB, SCENE_KZT), 1000000 + 1510 - 2);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_GOLD), 1000000 + 10 - 1);
    /* base, quote, rounding of the buyer, fee and rounding of the seller */
    assert_int_equal(scene_event_count(scene, EVENT_POSTING), 5);
}

static void a_fee_that_is_whole_has_no_rounding(void **state)
{
    struct scene *scene = *state;

    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 100, 500));
    (void)place(scene, SCENE_ALICE, scene_limit(SIDE_BUY, 100, 500));
    assert_int_equal(scene_event_count(scene, EVENT_POSTING), 4);
    const struct event_posting *posting = scene_event(scene, EVENT_POSTING, 0);
    assert_int_equal(posting->reason, POSTING_REASON_TRADE_BASE);
    assert_int_equal(posting->instrument, SCENE_GOLDKZT);
    assert_int_equal(posting->reference, 1);
    posting = scene_event(scene, EVENT_POSTING, 1);
    assert_int_equal(posting->reason, POSTING_REASON_TRADE_QUOTE);
    posting = scene_event(scene, EVENT_POSTING, 2);
    assert_int_equal(posting->reason, POSTING_REASON_FEE_TAKER);
    assert_int_equal(posting->amount.units, 1);
    posting = scene_event(scene, EVENT_POSTING, 3);
    assert_int_equal(posting->reason, POSTING_REASON_FEE_MAKER);
    assert_int_equal(posting->amount.units, 50);
}

static void who_pays_no_fee_is_posted_none(void **state)
{
    struct scene *scene = *state;

    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_SELL, 100, 500));
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 100, 500));
    assert_int_equal(scene_event_count(scene, EVENT_POSTING), 2);
    /* four accounts, each once */
    assert_int_equal(scene_event_count(scene, EVENT_BALANCE), 4);
}

static void a_fee_of_the_whole_leaves_nothing_and_owes_nothing(void **state)
{
    struct scene *scene = *state;
    struct command_tier_set all = {.header.kind = COMMAND_TIER_SET,
                                   .tier = SCENE_TIER,
                                   .rights = TIER_RIGHT_TRADE,
                                   .maker.ppm = 1000000,
                                   .taker.ppm = 1000000};

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &all.header), RESULT_OK);
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 100, 5));
    (void)place(scene, SCENE_ALICE, scene_limit(SIDE_BUY, 100, 5));
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_GOLD), 1000000);
    assert_int_equal(scene_available(scene, SCENE_BOB, SCENE_KZT), 1000000);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_FEES, SCENE_KZT), 500);
}

static void decimals_stay_exact(void **state)
{
    struct scene *scene = *state;
    struct order_terms ask = scene_limit(SIDE_SELL, 50000130000, 12340000);
    struct order_terms bid = scene_limit(SIDE_BUY, 50000130000, 12340000);

    ask.instrument = SCENE_BTCUSDT;
    bid.instrument = SCENE_BTCUSDT;
    (void)place(scene, SCENE_BOB, ask);
    (void)place(scene, SCENE_ALICE, bid);
    const struct event_trade *trade = scene_event(scene, EVENT_TRADE, 0);
    /* 0.1234 × 50,000.13 = 6,170.016042 */
    assert_int_equal(trade->quote.units, 6170016042);
    assert_int_equal(trade->maker_fee.units, 6170017);
    assert_int_equal(trade->taker_fee.units, 24680);
}

static void the_spent_asset_is_quote_for_buyers_and_base_for_sellers(void **state)
{
    const struct scene *scene = *state;
    const struct market *market = engine_market(scene->engine);

    assert_int_equal(settle_spent_asset(market, SCENE_BTCUSDT, SIDE_BUY), SCENE_USDT);
    assert_int_equal(settle_spent_asset(market, SCENE_BTCUSDT, SIDE_SELL), SCENE_BTC);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_fee_is_charged_up_earned_down_and_the_unit_between_is_rounding),
        TEST(a_fee_that_is_whole_has_no_rounding),
        TEST(who_pays_no_fee_is_posted_none),
        TEST(a_fee_of_the_whole_leaves_nothing_and_owes_nothing),
        TEST(decimals_stay_exact),
        TEST(the_spent_asset_is_quote_for_buyers_and_base_for_sellers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
