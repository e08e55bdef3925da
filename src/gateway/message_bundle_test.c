/* SPDX-License-Identifier: Apache-2.0
 *
 * Bundles: what goes in comes out as WebSocket messages, one by one, in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "codec/websocket_frame.h"
#include "gateway/message_bundle.h"

/* Reads the frame as a client does and compares its texts with expected[0..count). */
static void expect(const struct shared_frame *frame, const char *const *expected, size_t count)
{
    struct websocket_reader reader;
    char *copy = malloc(frame->size);

    assert_non_null(copy);
    memcpy(copy, frame->bytes, frame->size);
    websocket_reader_begin(&reader, WEBSOCKET_ROLE_CLIENT, 1u << 20, 16);
    for (size_t i = 0; i < count; i++) {
        struct websocket_event event = websocket_reader_next(&reader, copy, frame->size);

        assert_int_equal(event.kind, WEBSOCKET_EVENT_TEXT);
        assert_true(slice_equals_text(event.payload, expected[i]));
    }
    assert_int_equal(websocket_reader_next(&reader, copy, frame->size).kind,
                     WEBSOCKET_EVENT_INCOMPLETE);
    free(copy);
}

static void an_empty_bundle_has_no_frame(void **state)
{
    struct message_bundle bundle = {0};

    assert_null(message_bundle_take(&bundle));
    message_bundle_clear(&bundle);
}

static void messages_come_out_in_order(void **state)
{
    static const char *const expected[] = {
        "{\"a\":1}",
        "{\"stream\":\"btcusdt@trade\",\"data\":{\"a\":1}}",
        "{\"subscriptionId\":0,\"event\":{\"a\":1}}",
    };
    struct message_bundle bundle = {0};
    struct slice payload = slice_of_text("{\"a\":1}");

    message_bundle_add(&bundle, payload);
    message_bundle_add_wrapped(&bundle, slice_of_text("btcusdt@trade"), payload);
    message_bundle_add_between(&bundle, slice_of_text("{\"subscriptionId\":0,\"event\":"), payload,
                               slice_of_text("}"));
    assert_int_equal(bundle.count, 3);
    struct shared_frame *frame = message_bundle_take(&bundle);

    expect(frame, expected, 3);
    shared_frame_release(frame);
    assert_null(message_bundle_take(&bundle));
}

static void many_messages_of_all_lengths_fit(void **state)
{
    enum { COUNT = 300 };
    static char texts[COUNT][COUNT + 1];
    const char *expected[COUNT];
    struct message_bundle bundle = {0};

    for (size_t i = 0; i < COUNT; i++) {
        memset(texts[i], 'x', i + 1);
        expected[i] = texts[i];
        message_bundle_add(&bundle, slice_of_text(texts[i]));
    }
    struct shared_frame *frame = message_bundle_take(&bundle);

    expect(frame, expected, COUNT);
    shared_frame_release(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_bundle_has_no_frame),
        cmocka_unit_test(messages_come_out_in_order),
        cmocka_unit_test(many_messages_of_all_lengths_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
