/* SPDX-License-Identifier: Apache-2.0
 *
 * Assets, instruments, sessions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "engine/listing.h"
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

static enum result list_asset(struct scene *scene, const char *code, int128 supply_max)
{
    struct command_asset_create create = {
        .header.kind = COMMAND_ASSET_CREATE, .scale = 2, .supply_max.units = supply_max};

    memcpy(create.code.text, code, strlen(code));
    return scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &create.header);
}

static void an_asset_is_listed_with_its_house_accounts(void **state)
{
    struct scene *scene = *state;
    struct asset_view asset;
    struct balance_view balance;

    assert_int_equal(list_asset(scene, "SHIB", (int128)1 << 100), RESULT_OK);
    uint16_t number =
        tarazy_query_asset_by_code(scene->engine, (struct asset_code){.text = "SHIB"});
    assert_int_equal(number, SCENE_USDT + 1);
    assert_true(tarazy_query_asset(scene->engine, number, &asset));
    assert_true(asset.supply_max.units == (int128)1 << 100);
    assert_int_equal(asset.total.units, 0);
    assert_true(tarazy_query_balance(scene->engine, TARAZY_OWNER_FEES, number, &balance));
    assert_true(tarazy_query_balance(scene->engine, TARAZY_OWNER_ROUNDING, number, &balance));
    assert_int_equal(tarazy_query_asset_by_code(scene->engine, (struct asset_code){.text = "NO"}),
                     0);
}

static void an_asset_needs_a_new_code_a_supply_and_room(void **state)
{
    struct scene *scene = *state;
    char code[] = "A?";

    assert_int_equal(list_asset(scene, "BTC", 5), RESULT_DUPLICATE_ASSET);
    assert_int_equal(list_asset(scene, "NEW", 0), RESULT_AMOUNT_INVALID);
    assert_int_equal(list_asset(scene, "NEW", ((int128)1 << 120) + 1), RESULT_AMOUNT_INVALID);
    assert_int_equal(list_asset(scene, "NEW", (int128)1 << 120), RESULT_OK);
    for (uint32_t i = SCENE_USDT + 1; i < scene_limits.assets_max; i++) {
        code[1] = (char)('A' + i);
        assert_int_equal(list_asset(scene, code, 5), RESULT_OK);
    }
    assert_int_equal(list_asset(scene, "LAST", 5), RESULT_ASSETS_FULL);
}

static void an_assets_fee_and_minimum_are_within_its_supply(void **state)
{
    struct scene *scene = *state;
    struct command_asset_create create = {.header.kind = COMMAND_ASSET_CREATE,
                                          .code.text = "X",
                                          .supply_max.units = 10,
                                          .withdraw_fee.units = 11};

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &create.header),
                     RESULT_AMOUNT_INVALID);
    create.withdraw_fee.units = 10;
    create.withdraw_min.units = 11;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &create.header),
                     RESULT_AMOUNT_INVALID);
    create.withdraw_min.units = 10;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &create.header), RESULT_OK);
}

static enum result list_instrument(struct scene *scene, struct instrument_terms terms)
{
    struct command_instrument_create create = {
        .header.kind = COMMAND_INSTRUMENT_CREATE, .session = SESSION_PRE_OPEN, .terms = terms};

    return scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &create.header);
}

static struct instrument_terms named(const char *symbol)
{
    struct instrument_terms terms = scene_btcusdt_terms();

    memset(&terms.symbol, 0, sizeof terms.symbol);
    memcpy(terms.symbol.text, symbol, strlen(symbol));
    return terms;
}

static void an_instrument_joins_two_listed_assets(void **state)
{
    struct scene *scene = *state;
    struct instrument_terms terms = named("NEWONE");
    struct instrument_view view;

    terms.base = 77;
    assert_int_equal(list_instrument(scene, terms), RESULT_UNKNOWN_ASSET);
    terms.base = SCENE_BTC;
    terms.quote = 0;
    assert_int_equal(list_instrument(scene, terms), RESULT_UNKNOWN_ASSET);
    terms.quote = SCENE_BTC;
    assert_int_equal(list_instrument(scene, terms), RESULT_LISTING_INVALID);
    terms.quote = SCENE_USDT;
    assert_int_equal(list_instrument(scene, terms), RESULT_OK);
    uint16_t number =
        tarazy_query_instrument_by_symbol(scene->engine, (struct symbol){.text = "NEWONE"});
    assert_true(tarazy_query_instrument(scene->engine, number, &view));
    assert_int_equal(view.session, SESSION_PRE_OPEN);
    assert_int_equal(view.base_scale, 8);
    assert_int_equal(view.quote_scale, 6);
}

static void what_the_market_says_about_terms_is_the_answer(void **state)
{
    struct scene *scene = *state;
    struct instrument_terms terms = named("NEWONE");
    char symbol[] = "N?";

    terms.lot.units = 1;
    assert_int_equal(list_instrument(scene, terms), RESULT_NOTIONAL_NOT_WHOLE);
    terms = named("BTCUSDT");
    assert_int_equal(list_instrument(scene, terms), RESULT_DUPLICATE_SYMBOL);
    for (uint32_t i = SCENE_BTCUSDT; i < scene_limits.instruments_max; i++) {
        symbol[1] = (char)('A' + i);
        assert_int_equal(list_instrument(scene, named(symbol)), RESULT_OK);
    }
    assert_int_equal(list_instrument(scene, named("LAST")), RESULT_INSTRUMENTS_FULL);
}

static void new_terms_keep_symbol_assets_tick_and_lot(void **state)
{
    struct scene *scene = *state;
    struct command_instrument_update update = {.header.kind = COMMAND_INSTRUMENT_UPDATE,
                                               .instrument = SCENE_BTCUSDT,
                                               .terms = scene_btcusdt_terms()};
    struct instrument_view view;

    update.terms.orders_max = 7;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &update.header), RESULT_OK);
    assert_true(tarazy_query_instrument(scene->engine, SCENE_BTCUSDT, &view));
    assert_int_equal(view.terms.orders_max, 7);
    update.terms.lot.units *= 2;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &update.header),
                     RESULT_LISTING_INVALID);
    update.instrument = 99;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &update.header),
                     RESULT_UNKNOWN_INSTRUMENT);
}

static void a_session_is_set_by_one_operator_and_says_so(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_HALTED, 0), RESULT_OK);
    const struct event_session *event = scene_event(scene, EVENT_SESSION, 0);
    assert_int_equal(event->session, SESSION_HALTED);
    assert_int_equal(event->reason, SESSION_REASON_OPERATOR);
    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_HALTED, 0),
                     RESULT_SESSION_INVALID);
    assert_int_equal(scene_session(scene, 99, SESSION_HALTED, 0), RESULT_UNKNOWN_INSTRUMENT);
}

static void only_an_auction_has_an_end_and_it_lies_ahead(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_HALTED, scene->now_us + 5),
                     RESULT_FIELD_INVALID);
    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_AUCTION, scene->now_us),
                     RESULT_FIELD_INVALID);
    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_AUCTION, scene->now_us + 5),
                     RESULT_OK);
    assert_int_equal(tarazy_engine_deadline(scene->engine), scene->now_us + 5);
}

static void an_asset_is_found_by_its_code_inside_the_engine(void **state)
{
    struct scene *scene = *state;
    const struct asset_code code = {.text = "USDT"};

    assert_int_equal(listing_find_asset(scene->engine, &code), SCENE_USDT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_asset_is_listed_with_its_house_accounts),
        TEST(an_asset_needs_a_new_code_a_supply_and_room),
        TEST(an_assets_fee_and_minimum_are_within_its_supply),
        TEST(an_instrument_joins_two_listed_assets),
        TEST(what_the_market_says_about_terms_is_the_answer),
        TEST(new_terms_keep_symbol_assets_tick_and_lot),
        TEST(a_session_is_set_by_one_operator_and_says_so),
        TEST(only_an_auction_has_an_end_and_it_lies_ahead),
        TEST(an_asset_is_found_by_its_code_inside_the_engine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
