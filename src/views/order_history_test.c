/* SPDX-License-Identifier: Apache-2.0
 *
 * The lives of orders: what people read after each event, and what is forgotten.
 */
#include "views/order_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/movable_block.h"
#include "support/random_stream.h"
#include "support/sample_events.h"

#define ALICE 1u
#define BOB   2u

struct fixture {
    uint8_t *block;
    struct order_history *history;
};

static struct fixture new_fixture(uint32_t open_max, uint32_t closed_max)
{
    const struct order_history_limits limits = {open_max, closed_max};
    const struct hash_seed seed = {{3, 4}};
    struct arena measure = {0};
    struct fixture fixture;

    (void)order_history_create(&measure, &limits, seed);
    fixture.block = movable_block_new(measure.used);
    struct arena place = {.block = fixture.block, .size = measure.used};

    fixture.history = order_history_create(&place, &limits, seed);
    return fixture;
}

static void open_order(struct fixture *fixture, int64_t time, uint64_t order, uint32_t participant,
                       const char *client_id)
{
    struct event_order_opened opened = sample_opened(1, order, participant, client_id);

    order_history_apply(fixture->history, time, &opened.header);
}

static void close_order(struct fixture *fixture, int64_t time, uint64_t order)
{
    const struct order_record *record = order_history_find(fixture->history, order);
    struct event_order_closed closed =
        sample_closed(1, order, ORDER_STATUS_CANCELED, CLOSE_REASON_REQUESTED);

    closed.executed = record->executed;
    closed.quote = record->quote;
    order_history_apply(fixture->history, time, &closed.header);
}

static void an_order_is_new_then_partly_filled_then_filled(void **state)
{
    struct fixture fixture = new_fixture(10, 10);
    struct event_trade trade = sample_trade(2, 1, 10, 40);

    open_order(&fixture, 100, 1, ALICE, "a");
    open_order(&fixture, 200, 2, BOB, "b");
    const struct order_record *maker = order_history_find(fixture.history, 1);

    assert_int_equal(maker->status, ORDER_STATUS_NEW);
    assert_int_equal(maker->working_us, 100);
    trade.maker_order = 1;
    trade.taker_order = 2;
    trade.maker_left = (struct quantity){60};
    trade.taker_left = (struct quantity){0};
    order_history_apply(fixture.history, 200, &trade.header);
    assert_int_equal(maker->status, ORDER_STATUS_PARTIALLY_FILLED);
    assert_int_equal(maker->executed.units, 40);
    assert_true(maker->quote.units == 400);
    assert_int_equal(maker->updated_us, 200);
    assert_int_equal(order_history_find(fixture.history, 2)->status, ORDER_STATUS_FILLED);

    trade.quantity = (struct quantity){60};
    trade.quote = (struct amount){600};
    trade.maker_left = (struct quantity){0};
    order_history_apply(fixture.history, 300, &trade.header);
    struct event_order_closed closed =
        sample_closed(2, 1, ORDER_STATUS_FILLED, CLOSE_REASON_FILLED);

    closed.executed = (struct quantity){100};
    closed.quote = (struct amount){1000};
    order_history_apply(fixture.history, 300, &closed.header);
    assert_int_equal(maker->status, ORDER_STATUS_FILLED);
    assert_int_equal(maker->reason, CLOSE_REASON_FILLED);
    free(fixture.block);
}

static void a_stop_order_works_when_it_is_triggered(void **state)
{
    struct fixture fixture = new_fixture(10, 10);
    struct event_order_opened opened = sample_opened(1, 1, ALICE, "stop");
    struct event_order_changed changed = {
        .header = SAMPLE_HEADER(ORDER_CHANGED, event_order_changed, 2),
        .order = 1,
        .change = ORDER_CHANGE_TRAILING,
    };

    opened.working = 0;
    opened.terms.stop_price = (struct price){9};
    order_history_apply(fixture.history, 100, &opened.header);
    const struct order_record *record = order_history_find(fixture.history, 1);

    assert_int_equal(record->working, 0);
    assert_int_equal(record->working_us, 0);
    order_history_apply(fixture.history, 150, &changed.header);
    assert_int_equal(record->trailing_us, 150);
    changed.change = ORDER_CHANGE_TRIGGERED;
    order_history_apply(fixture.history, 200, &changed.header);
    assert_int_equal(record->working, 1);
    assert_int_equal(record->working_us, 200);
    free(fixture.block);
}

static void a_pending_leg_starts_or_waits_for_its_stop_price(void **state)
{
    struct fixture fixture = new_fixture(10, 10);

    for (uint64_t order = 1; order <= 2; order++) {
        struct event_order_opened opened = sample_opened(1, order, ALICE, "");
        struct event_order_changed changed = {
            .header = SAMPLE_HEADER(ORDER_CHANGED, event_order_changed, 2),
            .order = order,
            .change = ORDER_CHANGE_STARTED,
        };

        opened.status = ORDER_STATUS_PENDING_NEW;
        opened.working = 0;
        opened.terms.stop_price = (struct price){order == 2 ? 9 : 0};
        order_history_apply(fixture.history, 100, &opened.header);
        order_history_apply(fixture.history, 200, &changed.header);
        assert_int_equal(order_history_find(fixture.history, order)->status, ORDER_STATUS_NEW);
        assert_int_equal(order_history_find(fixture.history, order)->working, order == 1);
    }
    free(fixture.block);
}

static void an_amended_order_is_found_by_its_new_name_only(void **state)
{
    struct fixture fixture = new_fixture(10, 10);
    struct client_id old_name = sample_client_id("old");
    struct client_id new_name = sample_client_id("new");
    struct event_order_changed changed = {
        .header = SAMPLE_HEADER(ORDER_CHANGED, event_order_changed, 2),
        .order = 1,
        .change = ORDER_CHANGE_AMENDED,
        .quantity = {50},
        .client_id = new_name,
    };

    open_order(&fixture, 100, 1, ALICE, "old");
    order_history_apply(fixture.history, 200, &changed.header);
    assert_null(order_history_find_client(fixture.history, ALICE, &old_name));
    const struct order_record *record =
        order_history_find_client(fixture.history, ALICE, &new_name);

    assert_non_null(record);
    assert_int_equal(record->terms.quantity.units, 50);
    assert_int_equal(record->amends, 1);
    free(fixture.block);
}

static void prevention_is_told_apart_from_the_quantity_asked_for(void **state)
{
    struct fixture fixture = new_fixture(10, 10);
    struct event_order_changed changed = {
        .header = SAMPLE_HEADER(ORDER_CHANGED, event_order_changed, 2),
        .order = 1,
        .change = ORDER_CHANGE_DECREMENTED,
        .quantity = {70},
        .prevented = {30},
        .counter_order = 9,
    };

    open_order(&fixture, 100, 1, ALICE, "");
    order_history_apply(fixture.history, 200, &changed.header);
    assert_int_equal(order_history_find(fixture.history, 1)->terms.quantity.units, 100);
    assert_int_equal(order_history_find(fixture.history, 1)->prevented.units, 30);
    free(fixture.block);
}

static void a_name_means_the_open_order_else_the_youngest(void **state)
{
    struct fixture fixture = new_fixture(10, 10);
    struct client_id name = sample_client_id("bot");

    open_order(&fixture, 100, 1, ALICE, "bot");
    close_order(&fixture, 101, 1);
    open_order(&fixture, 102, 2, ALICE, "bot");
    close_order(&fixture, 103, 2);
    assert_int_equal(order_history_find_client(fixture.history, ALICE, &name)->order, 2);
    open_order(&fixture, 104, 3, ALICE, "bot");
    open_order(&fixture, 105, 4, BOB, "bot");
    assert_int_equal(order_history_find_client(fixture.history, ALICE, &name)->order, 3);
    assert_int_equal(order_history_find_client(fixture.history, BOB, &name)->order, 4);
    name = sample_client_id("");
    assert_null(order_history_find_client(fixture.history, ALICE, &name));

    /* An older order takes over the name of a younger one that is over. */
    struct event_order_changed changed = {
        .header = SAMPLE_HEADER(ORDER_CHANGED, event_order_changed, 2),
        .order = 3,
        .change = ORDER_CHANGE_AMENDED,
        .quantity = {50},
        .client_id = sample_client_id("taken over"),
    };
    open_order(&fixture, 106, 5, ALICE, "taken over");
    close_order(&fixture, 107, 5);
    order_history_apply(fixture.history, 108, &changed.header);
    name = sample_client_id("taken over");
    assert_int_equal(order_history_find_client(fixture.history, ALICE, &name)->order, 3);
    free(fixture.block);
}

/* Opens and closes at random and compares with plain arrays. */
static void open_orders_stay_and_the_longest_closed_go(void **state)
{
    enum { OPEN_MAX = 20, CLOSED_MAX = 15, ORDERS = 5000 };
    struct fixture fixture = new_fixture(OPEN_MAX, CLOSED_MAX);
    struct random_stream random = {17};
    uint64_t open[OPEN_MAX];
    static uint64_t closed[ORDERS];
    size_t open_count = 0;
    size_t closed_count = 0;
    uint64_t next = 1;

    while (next < ORDERS) {
        if (open_count < OPEN_MAX && !random_once_in(&random, 3)) {
            char name[16];

            snprintf(name, sizeof name, "n%u", (unsigned)(next % 7));
            open_order(&fixture, (int64_t)next, next, next % 2 == 0 ? ALICE : BOB, name);
            open[open_count++] = next++;
        } else if (open_count > 0) {
            size_t at = random_below(&random, open_count);

            close_order(&fixture, (int64_t)next, open[at]);
            closed[closed_count++] = open[at];
            open[at] = open[--open_count];
        }
        for (size_t i = 0; i < open_count; i++) {
            assert_int_equal(order_history_find(fixture.history, open[i])->reason, 0);
        }
        /* As many closed ones as there is room for, the youngest at least CLOSED_MAX of them. */
        for (size_t i = 0; i < closed_count && i < CLOSED_MAX; i++) {
            assert_non_null(order_history_find(fixture.history, closed[closed_count - 1 - i]));
        }
        assert_true(order_history_count(fixture.history) <= OPEN_MAX + CLOSED_MAX);
    }
    uint64_t before = 0;
    uint32_t seen = 0;

    for (uint32_t participant = ALICE; participant <= BOB; participant++) {
        before = 0;
        for (const struct order_record *record =
                 order_history_first(fixture.history, participant, 1);
             record != NULL; record = order_history_next(fixture.history, record)) {
            assert_true(record->order > before);
            assert_int_equal(record->participant, participant);
            before = record->order;
            seen++;
        }
    }
    assert_int_equal(seen, order_history_count(fixture.history));
    free(fixture.block);
}

static void close_with_other_figures(void *context)
{
    struct fixture *fixture = context;
    struct event_order_closed closed =
        sample_closed(1, 1, ORDER_STATUS_CANCELED, CLOSE_REASON_REQUESTED);

    closed.executed = (struct quantity){1};
    order_history_apply(fixture->history, 1, &closed.header);
}

static void a_close_that_disagrees_with_the_trades_is_a_bug(void **state)
{
    struct fixture fixture = new_fixture(10, 10);

    open_order(&fixture, 100, 1, ALICE, "");
    assert_true(does_abort(close_with_other_figures, &fixture));
    free(fixture.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_new_then_partly_filled_then_filled),
        cmocka_unit_test(a_stop_order_works_when_it_is_triggered),
        cmocka_unit_test(a_pending_leg_starts_or_waits_for_its_stop_price),
        cmocka_unit_test(an_amended_order_is_found_by_its_new_name_only),
        cmocka_unit_test(prevention_is_told_apart_from_the_quantity_asked_for),
        cmocka_unit_test(a_name_means_the_open_order_else_the_youngest),
        cmocka_unit_test(open_orders_stay_and_the_longest_closed_go),
        cmocka_unit_test(a_close_that_disagrees_with_the_trades_is_a_bug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
