/* SPDX-License-Identifier: Apache-2.0
 *
 * The refusals clients match on, number by number and text by text; and every result of the engine.
 */
#include "gateway/errors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/wire_names.h"
#include "tarazy/event.h"

static void expect(enum result result, enum command_kind kind, int32_t code, const char *text)
{
    struct failure failure;

    assert_false(failure_set_result(&failure, result, (uint16_t)kind));
    assert_int_equal(failure.code, code);
    assert_string_equal(failure.text, text);
    assert_true(failure.status >= 400);
}

static void refusals_of_the_engine_have_their_words_in_the_contract(void **state)
{
    const enum command_kind place = COMMAND_ORDER_PLACE;

    expect(RESULT_INSUFFICIENT_BALANCE, place, -2010,
           "Account has insufficient balance for requested action.");
    expect(RESULT_WOULD_MATCH, place, -2010, "Order would immediately match and take.");
    expect(RESULT_WOULD_TRIGGER, place, -2010, "Stop price would trigger immediately.");
    expect(RESULT_MARKET_CLOSED, place, -2010, "Market is closed.");
    expect(RESULT_DUPLICATE_CLIENT_ID, place, -2010, "Duplicate order sent.");
    expect(RESULT_LOT_SIZE, place, -1013, "Filter failure: LOT_SIZE");
    expect(RESULT_PRICE_FILTER, place, -1013, "Filter failure: PRICE_FILTER");
    expect(RESULT_NOTIONAL, place, -1013, "Filter failure: NOTIONAL");
    expect(RESULT_MAX_NUM_ORDERS, place, -1013, "Filter failure: MAX_NUM_ORDERS");
    expect(RESULT_NO_LIQUIDITY, place, -1112, "No orders on book for symbol.");
    expect(RESULT_UNKNOWN_INSTRUMENT, place, -1121, "Invalid symbol.");
    expect(RESULT_UNKNOWN_ORDER, COMMAND_ORDER_CANCEL, -2011, "Unknown order sent.");
    expect(RESULT_NOT_YOUR_ORDER, COMMAND_ORDER_CANCEL, -2011, "Unknown order sent.");
    expect(RESULT_UNKNOWN_ORDER, COMMAND_ORDER_AMEND, -2013, "Order does not exist.");
    expect(RESULT_UNKNOWN_LIST, COMMAND_ORDER_LIST_CANCEL, -2011, "Unknown order list sent.");
    expect(RESULT_KEY_SCOPE, place, -2015, "Invalid API-key, IP, or permissions for action.");
    expect(RESULT_PARTICIPANT_FROZEN, place, -2010, "This action is disabled on this account.");
    /* What the contract has no word for keeps its own number and sentence. */
    expect(RESULT_TIER_LIMIT, COMMAND_WITHDRAW_REQUEST, -9032,
           "the daily limit of the participant's tier is reached");
}

static void every_result_becomes_a_refusal(void **state)
{
    struct failure failure;

#define EXPECT_A_REFUSAL(name, number, why)                                         \
    failure.code = 0;                                                               \
    assert_false(failure_set_result(&failure, RESULT_##name, COMMAND_ORDER_PLACE)); \
    assert_true(failure.code < 0 && failure.text[0] != '\0');
    TARAZY_RESULTS(EXPECT_A_REFUSAL)
#undef EXPECT_A_REFUSAL
}

static void names_stand_where_they_belong(void **state)
{
    struct failure failure;
    char name[FAILURE_TEXT_MAX + 50];

    (void)failure_set(&failure, VENUE_ERROR_MISSING_BOTH, "a", "b");
    assert_string_equal(failure.text, "Param 'a' or 'b' must be sent, but both were empty/null!");
    (void)failure_set(&failure, VENUE_ERROR_EMPTY, NULL, NULL);
    assert_string_equal(failure.text, "Parameter '' was empty.");
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    (void)failure_set(&failure, VENUE_ERROR_EMPTY, name, NULL);
    assert_int_equal(strlen(failure.text), FAILURE_TEXT_MAX - 1);
}

static void limits_and_unknown_outcomes_have_their_statuses(void **state)
{
    static const struct {
        enum venue_error error;
        int32_t code;
        uint32_t status;
    } cases[] = {
        {VENUE_ERROR_WEIGHT_EXCEEDED, -1003, 429}, {VENUE_ERROR_REQUESTS_EXCEEDED, -1003, 429},
        {VENUE_ERROR_BANNED, -1003, 418},          {VENUE_ERROR_TOO_MANY_ORDERS, -1015, 429},
        {VENUE_ERROR_TIMEOUT, -1007, 503},         {VENUE_ERROR_REPLACE_PARTLY, -2021, 409},
        {VENUE_ERROR_REPLACE_FAILED, -2022, 400},  {VENUE_ERROR_KEY_FORMAT, -2014, 401},
        {VENUE_ERROR_SIGNATURE, -1022, 400},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct failure failure;

        (void)failure_set(&failure, cases[i].error, NULL, NULL);
        assert_int_equal(failure.code, cases[i].code);
        assert_int_equal(failure.status, cases[i].status);
    }
}

static void a_refusal_is_written_as_clients_read_it(void **state)
{
    struct json_writer json;
    struct failure failure;
    char text[256];

    (void)failure_set(&failure, VENUE_ERROR_SYMBOL, NULL, NULL);
    json_writer_begin(&json, text, sizeof text);
    failure_write(&json, &failure);
    assert_true(
        slice_equals_text(json_writer_text(&json), "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}"));
}

/* Each word is read back as the number it was written for; numbers outside have none. */
static void check_words(const char *(*word)(uint8_t), uint8_t (*parse)(struct slice), uint8_t count)
{
    for (uint8_t number = 1; number <= count; number++) {
        assert_true(word(number)[0] != '\0');
        assert_int_equal(parse(slice_of_text(word(number))), number);
    }
    assert_string_equal(word(0), "");
    assert_string_equal(word((uint8_t)(count + 1)), "");
    assert_int_equal(parse(slice_of_text("no such word")), 0);
    assert_int_equal(parse(slice_of_text("")), 0);
}

static const char *interval_word(uint8_t number)
{
    return wire_interval((enum candle_interval)number);
}

static void words_of_the_wire_are_read_as_they_are_written(void **state)
{
    check_words(wire_side, wire_parse_side, SIDE_SELL);
    check_words(wire_order_type, wire_parse_order_type, ORDER_TYPE_TAKE_PROFIT_LIMIT);
    check_words(wire_time_in_force, wire_parse_time_in_force, TIME_IN_FORCE_GTD);
    check_words(wire_self_trade, wire_parse_self_trade, SELF_TRADE_DECREMENT);
    check_words(wire_contingency, wire_parse_contingency, CONTINGENCY_OTOCO);
    check_words(wire_session_name, wire_parse_session_name, SESSION_CANCEL_ONLY);
    check_words(interval_word, wire_parse_interval, (uint8_t)CANDLE_INTERVAL_COUNT);
    check_words(wire_key_type, wire_parse_key_type, KEY_TYPE_RSA);
    for (uint8_t status = 1; status <= ORDER_STATUS_REJECTED; status++) {
        assert_true(wire_order_status(status)[0] != '\0');
    }
    for (uint8_t session = 1; session <= SESSION_CANCEL_ONLY; session++) {
        assert_true(wire_session(session)[0] != '\0');
    }
    for (uint8_t list = 1; list <= LIST_STATE_ALL_DONE; list++) {
        assert_true(wire_list_state(list)[0] != '\0' && wire_list_status_type(list)[0] != '\0');
    }
}

static void lists_of_words_are_bits(void **state)
{
    uint32_t roles;
    uint8_t scopes;
    uint16_t rights;
    uint32_t bit;

    assert_true(wire_parse_roles(slice_of_text("trader,market-maker"), &roles));
    assert_int_equal(roles, ROLE_TRADER | ROLE_MARKET_MAKER);
    assert_false(wire_parse_roles(slice_of_text("trader,king"), &roles));
    assert_false(wire_parse_roles(slice_of_text("trader,,approver"), &roles));
    assert_true(wire_parse_scopes(slice_of_text("read,trade,withdraw,operate"), &scopes));
    assert_int_equal(scopes, 15);
    assert_true(wire_parse_rights(slice_of_text(""), &rights));
    assert_int_equal(rights, 0);
    assert_true(wire_parse_rights(slice_of_text("trade,deposit"), &rights));
    assert_int_equal(rights, TIER_RIGHT_TRADE | TIER_RIGHT_DEPOSIT);
    assert_string_equal(wire_role(5, &bit), "custodian");
    assert_int_equal(bit, ROLE_CUSTODIAN);
    assert_string_equal(wire_role(8, &bit), "pool");
    assert_int_equal(bit, ROLE_POOL);
    assert_null(wire_role(9, &bit));
    assert_null(wire_scope(4, &bit));
    assert_null(wire_right(3, &bit));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_of_the_engine_have_their_words_in_the_contract),
        cmocka_unit_test(every_result_becomes_a_refusal),
        cmocka_unit_test(names_stand_where_they_belong),
        cmocka_unit_test(limits_and_unknown_outcomes_have_their_statuses),
        cmocka_unit_test(a_refusal_is_written_as_clients_read_it),
        cmocka_unit_test(words_of_the_wire_are_read_as_they_are_written),
        cmocka_unit_test(lists_of_words_are_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
