/* SPDX-License-Identifier: Apache-2.0
 *
 * Trades, aggregates and fills against brute force over the list of all trades.
 */
#include "views/trade_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/movable_block.h"
#include "support/random_stream.h"
#include "support/sample_events.h"

#define TRADES       2000u
#define TRADES_MAX   300u
#define FILLS_MAX    500u
#define PARTICIPANTS 4u

struct fixture {
    uint8_t *block;
    struct trade_history *history;
    struct event_trade trades[TRADES];
    int64_t times[TRADES];
    size_t count;
};

static struct fixture *new_fixture(void)
{
    const struct trade_history_limits limits = {2, TRADES_MAX, FILLS_MAX};
    const struct hash_seed seed = {{8, 9}};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct arena measure = {0};

    (void)trade_history_create(&measure, &limits, seed);
    fixture->block = movable_block_new(measure.used);
    struct arena place = {.block = fixture->block, .size = measure.used};

    fixture->history = trade_history_create(&place, &limits, seed);
    return fixture;
}

static void free_fixture(struct fixture *fixture)
{
    free(fixture->block);
    free(fixture);
}

/* Commands of 1 to 5 trades, prices near each other, so that aggregates of all sizes come up. */
static void fill(struct fixture *fixture, uint64_t seed)
{
    struct random_stream random = {seed};
    uint64_t number = 1;
    int64_t time = 1000;

    while (fixture->count < TRADES) {
        uint32_t taker = (uint32_t)random_below(&random, PARTICIPANTS) + 1;
        enum side side = random_once_in(&random, 2) ? SIDE_BUY : SIDE_SELL;
        uint64_t fills = random_below(&random, 5) + 1;

        number++;
        time += (int64_t)random_below(&random, 3);
        for (uint64_t i = 0; i < fills && fixture->count < TRADES; i++) {
            struct event_trade trade =
                sample_trade(number, fixture->count + 1, 10 + (int64_t)random_below(&random, 2), 3);

            trade.taker_order = number * 100;
            trade.maker_order = number * 100 + 1 + i;
            trade.taker = taker;
            trade.maker = (uint32_t)random_below(&random, PARTICIPANTS) + 1;
            trade.taker_side = (uint8_t)side;
            trade.maker_fee = (struct amount){(int128)i};
            trade.maker_fee_asset = 5;
            trade.taker_fee_asset = 6;
            fixture->trades[fixture->count] = trade;
            fixture->times[fixture->count++] = time;
            trade_history_apply(fixture->history, time, &trade.header);
        }
    }
}

static void the_youngest_trades_are_remembered(void **state)
{
    struct fixture *fixture = new_fixture();

    assert_int_equal(trade_history_trades(fixture->history, 1).last, 0);
    fill(fixture, 21);
    struct id_range range = trade_history_trades(fixture->history, 1);

    assert_int_equal(range.last, TRADES);
    assert_int_equal(range.first, TRADES - TRADES_MAX + 1);
    for (uint64_t id = range.first; id <= range.last; id++) {
        const struct trade_record *record = trade_history_trade(fixture->history, 1, id);
        const struct event_trade *trade = &fixture->trades[id - 1];

        assert_int_equal(record->price.units, trade->price.units);
        assert_int_equal(record->maker_order, trade->maker_order);
        assert_int_equal(record->time_us, fixture->times[id - 1]);
    }
    assert_int_equal(trade_history_trades(fixture->history, 2).last, 0);
    free_fixture(fixture);
}

static void aggregates_join_one_takers_trades_at_one_price(void **state)
{
    struct fixture *fixture = new_fixture();
    uint64_t aggregate = 0;
    size_t i = 0;

    fill(fixture, 22);
    struct id_range range = trade_history_aggregates(fixture->history, 1);

    while (i < TRADES) {
        const struct event_trade *first = &fixture->trades[i];
        size_t end = i + 1;

        while (end < TRADES && fixture->trades[end].taker_order == first->taker_order &&
               fixture->trades[end].price.units == first->price.units) {
            end++;
        }
        aggregate++;
        if (aggregate >= range.first) {
            const struct aggregate_record *record =
                trade_history_aggregate(fixture->history, 1, aggregate);

            assert_int_equal(record->first, i + 1);
            assert_int_equal(record->last, end);
            assert_int_equal(record->quantity.units, 3 * (int64_t)(end - i));
            assert_int_equal(record->price.units, first->price.units);
        }
        i = end;
    }
    assert_int_equal(range.last, aggregate);
    free_fixture(fixture);
}

static void aggregates_are_found_by_time(void **state)
{
    struct fixture *fixture = new_fixture();

    fill(fixture, 23);
    struct id_range range = trade_history_aggregates(fixture->history, 1);

    for (int64_t time = fixture->times[TRADES - 1] + 2; time > 0; time--) {
        uint64_t found = trade_history_aggregate_since(fixture->history, 1, time);

        assert_in_range(found, range.first, range.last + 1);
        if (found <= range.last) {
            assert_true(trade_history_aggregate(fixture->history, 1, found)->time_us >= time);
        }
        if (found > range.first) {
            assert_true(trade_history_aggregate(fixture->history, 1, found - 1)->time_us < time);
        }
    }
    free_fixture(fixture);
}

static void fills_stand_on_both_sides_of_each_trade(void **state)
{
    struct fixture *fixture = new_fixture();
    size_t counts[PARTICIPANTS + 1] = {0};
    size_t fills = 0;

    fill(fixture, 24);
    for (size_t i = TRADES; i > TRADES - FILLS_MAX / 2; i--) {
        counts[fixture->trades[i - 1].maker]++;
        counts[fixture->trades[i - 1].taker]++;
    }
    for (uint32_t participant = 1; participant <= PARTICIPANTS; participant++) {
        uint64_t before = UINT64_MAX;

        for (const struct fill_record *record =
                 trade_history_fill_last(fixture->history, participant, 1);
             record != NULL; record = trade_history_fill_previous(fixture->history, record)) {
            const struct event_trade *trade = &fixture->trades[record->trade - 1];

            assert_true(record->trade <= before);
            before = record->trade;
            assert_int_equal(record->order,
                             record->is_maker ? trade->maker_order : trade->taker_order);
            assert_int_equal(record->fee_asset, record->is_maker ? 5 : 6);
            assert_true(record->is_maker ? record->side != trade->taker_side
                                         : record->side == trade->taker_side);
            assert_true(record->fee.units == (record->is_maker ? trade->maker_fee.units : 0));
            counts[participant]--;
            fills++;
        }
        assert_int_equal(counts[participant], 0);
        assert_null(trade_history_fill_first(fixture->history, participant, 2));
    }
    assert_int_equal(fills, FILLS_MAX);
    free_fixture(fixture);
}

static void skip_a_trade(void *context)
{
    struct fixture *fixture = context;
    struct event_trade trade = sample_trade(1, 2, 1, 1);

    trade_history_apply(fixture->history, 1, &trade.header);
}

static void a_missing_trade_is_a_bug(void **state)
{
    struct fixture *fixture = new_fixture();

    assert_true(does_abort(skip_a_trade, fixture));
    free_fixture(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_youngest_trades_are_remembered),
        cmocka_unit_test(aggregates_join_one_takers_trades_at_one_price),
        cmocka_unit_test(aggregates_are_found_by_time),
        cmocka_unit_test(fills_stand_on_both_sides_of_each_trade),
        cmocka_unit_test(a_missing_trade_is_a_bug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
