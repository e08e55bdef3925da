/* SPDX-License-Identifier: Apache-2.0
 *
 * Joining and leaving: small cases by hand, then a long random life compared with a dumb twin that
 * keeps nothing but who listens to which name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "gateway/stream_table.h"
#include "support/random_stream.h"

enum { LISTENERS = 12, NAMES = 20 };

static struct stream_table *make(uint32_t seats_max, uint32_t seats_each)
{
    const struct stream_table_limits limits = {
        .instruments_max = 4,
        .seats_max = seats_max,
        .seats_each = seats_each,
        .seed = {{1, 2}},
    };

    return stream_table_create(&limits);
}

static enum stream_table_result join(struct stream_table *table, struct stream_listener *listener,
                                     const char *name, uint16_t instrument)
{
    struct stream_spec spec;
    struct stream_seat *seat;

    assert_int_equal(stream_name_parse(&spec, slice_of_text(name)), STREAM_NAME_RESULT_OK);
    return stream_table_join(table, listener, slice_of_text(name), &spec, instrument, &seat);
}

static void leave(struct stream_table *table, struct stream_listener *listener, const char *name)
{
    struct stream_seat *seat = stream_table_find(table, listener, slice_of_text(name));

    assert_non_null(seat);
    stream_table_leave(table, seat);
}

static void a_stream_lives_as_long_as_somebody_listens(void **state)
{
    struct stream_table *table = make(10, 10);
    struct stream_listener one = {.form = STREAM_FORM_PLAIN};
    struct stream_listener two = {.form = STREAM_FORM_WRAPPED};

    assert_null(stream_table_first(table, 1));
    assert_int_equal(join(table, &one, "a@trade", 1), STREAM_TABLE_RESULT_OK);
    assert_int_equal(join(table, &two, "a@trade", 1), STREAM_TABLE_RESULT_OK);
    struct stream *stream = stream_table_first(table, 1);

    assert_non_null(stream);
    assert_null(stream->next);
    assert_int_equal(stream->audiences[STREAM_FORM_PLAIN - 1].count, 1);
    assert_int_equal(stream->audiences[STREAM_FORM_WRAPPED - 1].count, 1);
    assert_true(stream_table_has(table, 1, STREAM_KIND_TRADE));
    assert_false(stream_table_has(table, 1, STREAM_KIND_DEPTH));
    leave(table, &one, "a@trade");
    assert_ptr_equal(stream_table_first(table, 1), stream);
    leave(table, &two, "a@trade");
    assert_null(stream_table_first(table, 1));
    assert_int_equal(stream_table_stream_count(table), 0);
    stream_table_destroy(table);
}

static void nobody_has_two_seats_in_one_stream(void **state)
{
    struct stream_table *table = make(10, 10);
    struct stream_listener one = {.form = STREAM_FORM_PLAIN};

    assert_int_equal(join(table, &one, "a@trade", 1), STREAM_TABLE_RESULT_OK);
    assert_int_equal(join(table, &one, "a@trade", 1), STREAM_TABLE_RESULT_ALREADY);
    assert_int_equal(one.count, 1);
    leave(table, &one, "a@trade");
    stream_table_destroy(table);
}

static void a_listener_and_all_together_have_their_limits(void **state)
{
    struct stream_table *table = make(3, 2);
    struct stream_listener one = {.form = STREAM_FORM_PLAIN};
    struct stream_listener two = {.form = STREAM_FORM_PLAIN};

    assert_int_equal(join(table, &one, "a@trade", 1), STREAM_TABLE_RESULT_OK);
    assert_int_equal(join(table, &one, "b@trade", 2), STREAM_TABLE_RESULT_OK);
    assert_int_equal(join(table, &one, "a@ticker", 1), STREAM_TABLE_RESULT_TOO_MANY);
    assert_int_equal(join(table, &two, "a@trade", 1), STREAM_TABLE_RESULT_OK);
    assert_int_equal(join(table, &two, "b@trade", 2), STREAM_TABLE_RESULT_FULL);
    leave(table, &one, "a@trade");
    assert_int_equal(join(table, &two, "b@trade", 2), STREAM_TABLE_RESULT_OK);
    leave(table, &one, "b@trade");
    leave(table, &two, "a@trade");
    leave(table, &two, "b@trade");
    assert_int_equal(stream_table_seat_count(table), 0);
    stream_table_destroy(table);
}

static void changing_the_form_moves_every_seat(void **state)
{
    struct stream_table *table = make(10, 10);
    struct stream_listener one = {.form = STREAM_FORM_PLAIN};
    struct stream_listener two = {.form = STREAM_FORM_PLAIN};

    (void)join(table, &two, "a@trade", 1);
    (void)join(table, &one, "a@trade", 1);
    (void)join(table, &one, "!ticker@arr", 0);
    stream_table_set_form(table, &one, STREAM_FORM_WRAPPED_MICRO);
    struct stream *stream = stream_table_first(table, 1);

    assert_int_equal(stream->audiences[STREAM_FORM_PLAIN - 1].count, 1);
    assert_int_equal(stream->audiences[STREAM_FORM_WRAPPED_MICRO - 1].count, 1);
    assert_ptr_equal(stream->audiences[STREAM_FORM_WRAPPED_MICRO - 1].seats[0]->listener, &one);
    assert_int_equal(stream_table_first(table, 0)->audiences[STREAM_FORM_WRAPPED_MICRO - 1].count,
                     1);
    leave(table, &one, "a@trade");
    leave(table, &one, "!ticker@arr");
    leave(table, &two, "a@trade");
    stream_table_destroy(table);
}

static void who_is_behind_is_listed_once_and_forgotten_when_leaving(void **state)
{
    struct stream_table *table = make(10, 10);
    struct stream_listener one = {.form = STREAM_FORM_PLAIN};

    (void)join(table, &one, "a@depth", 1);
    (void)join(table, &one, "a@bookTicker", 1);
    stream_table_set_behind(table, one.seats[0]);
    stream_table_set_behind(table, one.seats[1]);
    stream_table_set_behind(table, one.seats[0]);
    assert_int_equal(stream_table_behind_count(table), 2);
    leave(table, &one, "a@depth");
    assert_int_equal(stream_table_behind_count(table), 1);
    assert_ptr_equal(stream_table_behind(table, 0), one.seats[0]);
    stream_table_clear_behind(table, one.seats[0]);
    stream_table_clear_behind(table, one.seats[0]);
    assert_int_equal(stream_table_behind_count(table), 0);
    leave(table, &one, "a@bookTicker");
    stream_table_destroy(table);
}

static void forms_are_told_apart(void **state)
{
    for (unsigned wrapped = 0; wrapped < 2; wrapped++) {
        for (unsigned micro = 0; micro < 2; micro++) {
            enum stream_form form = stream_form_of(wrapped != 0, micro != 0);

            assert_int_equal(stream_form_is_wrapped(form), wrapped != 0);
            assert_int_equal(stream_form_is_micro(form), micro != 0);
        }
    }
}

/* The twin: seats[listener][name], and the form of each listener. */
struct twin {
    bool seats[LISTENERS][NAMES];
    bool behind[LISTENERS][NAMES];
};

static const char *name_of(char *buffer, size_t size, uint32_t index)
{
    static const char *const kinds[] = {"trade", "depth", "ticker", "bookTicker", "kline_1m"};

    (void)snprintf(buffer, size, "s%u@%s", index / 5, kinds[index % 5]);
    return buffer;
}

static void compare(struct stream_table *table, struct stream_listener *listeners,
                    const struct twin *twin)
{
    uint32_t seats = 0;
    uint32_t behind = 0;
    uint32_t streams = 0;

    for (uint32_t name = 0; name < NAMES; name++) {
        char text[STREAM_NAME_SIZE_MAX];
        struct slice slice = slice_of_text(name_of(text, sizeof text, name));
        uint32_t in_audience = 0;

        for (uint32_t at = 0; at < LISTENERS; at++) {
            struct stream_seat *seat = stream_table_find(table, &listeners[at], slice);

            assert_int_equal(seat != NULL, twin->seats[at][name]);
            if (seat == NULL) {
                continue;
            }
            in_audience++;
            behind += twin->behind[at][name];
            assert_int_equal(seat->behind_place != 0, twin->behind[at][name]);
            assert_ptr_equal(seat->stream->audiences[listeners[at].form - 1].seats[seat->place],
                             seat);
        }
        seats += in_audience;
        streams += in_audience > 0;
    }
    assert_int_equal(stream_table_seat_count(table), seats);
    assert_int_equal(stream_table_stream_count(table), streams);
    assert_int_equal(stream_table_behind_count(table), behind);
}

static void step(struct stream_table *table, struct stream_listener *listeners, struct twin *twin,
                 struct random_stream *random)
{
    uint32_t at = (uint32_t)random_below(random, LISTENERS);
    uint32_t name = (uint32_t)random_below(random, NAMES);
    char text[STREAM_NAME_SIZE_MAX];
    struct slice slice = slice_of_text(name_of(text, sizeof text, name));
    struct stream_seat *seat = stream_table_find(table, &listeners[at], slice);

    switch (random_below(random, 8)) {
    case 0:
        stream_table_set_form(table, &listeners[at], 1 + (unsigned)random_below(random, 4));
        break;
    case 1:
        while (listeners[at].count > 0) {
            stream_table_leave(table, listeners[at].seats[0]);
        }
        memset(twin->seats[at], 0, sizeof twin->seats[at]);
        memset(twin->behind[at], 0, sizeof twin->behind[at]);
        break;
    case 2:
        if (seat != NULL) {
            stream_table_set_behind(table, seat);
            twin->behind[at][name] = true;
        }
        break;
    case 3:
        if (seat != NULL) {
            stream_table_clear_behind(table, seat);
            twin->behind[at][name] = false;
        }
        break;
    default: /* not an enum */
        if (seat != NULL) {
            stream_table_leave(table, seat);
            twin->behind[at][name] = false;
        } else {
            assert_int_equal(join(table, &listeners[at], text, (uint16_t)(name / 5)),
                             STREAM_TABLE_RESULT_OK);
        }
        twin->seats[at][name] = seat == NULL;
    }
}

static void a_long_random_life_agrees_with_the_twin(void **state)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct stream_table *table = make(LISTENERS * NAMES, NAMES);
        struct stream_listener listeners[LISTENERS] = {0};
        struct twin twin = {0};
        struct random_stream random = {seed};

        for (uint32_t i = 0; i < LISTENERS; i++) {
            listeners[i].form = STREAM_FORM_PLAIN;
        }
        for (uint32_t i = 0; i < 4000; i++) {
            step(table, listeners, &twin, &random);
            if (i % 7 == 0) {
                compare(table, listeners, &twin);
            }
        }
        for (uint32_t i = 0; i < LISTENERS; i++) {
            while (listeners[i].count > 0) {
                stream_table_leave(table, listeners[i].seats[listeners[i].count - 1]);
            }
        }
        stream_table_destroy(table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_lives_as_long_as_somebody_listens),
        cmocka_unit_test(nobody_has_two_seats_in_one_stream),
        cmocka_unit_test(a_listener_and_all_together_have_their_limits),
        cmocka_unit_test(changing_the_form_moves_every_seat),
        cmocka_unit_test(who_is_behind_is_listed_once_and_forgotten_when_leaving),
        cmocka_unit_test(forms_are_told_apart),
        cmocka_unit_test(a_long_random_life_agrees_with_the_twin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
