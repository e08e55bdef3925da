/* SPDX-License-Identifier: Apache-2.0
 *
 * What passes for a hello and for a frame, field by field: everything else is turned away.
 */
#include "supervision/follow_protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct follow_hello good_hello(void)
{
    struct follow_hello hello = {.from = 1};
    follow_hello_seal(&hello);
    return hello;
}

static struct follow_frame good_batch(void)
{
    struct follow_frame frame = {.kind = FOLLOW_KIND_BATCH,
                                 .payload_size = 192 + 64,
                                 .number = 7,
                                 .segment = 1,
                                 .segment_size = 65536,
                                 .offset = 128};
    follow_frame_seal(&frame);
    return frame;
}

static void a_sealed_hello_is_well_formed(void **state)
{
    struct follow_hello hello = good_hello();
    assert_null(follow_hello_check(&hello));
}

static void a_hello_with_any_other_byte_in_its_fixed_fields_is_none(void **state)
{
    for (size_t at = 0; at < sizeof(struct follow_hello); at++) {
        struct follow_hello hello = good_hello();
        bool is_free = (at >= offsetof(struct follow_hello, from) &&
                        at < offsetof(struct follow_hello, reserved));
        ((uint8_t *)&hello)[at] ^= 0x40;
        if (!is_free) {
            assert_non_null(follow_hello_check(&hello));
        }
    }
}

static void a_hello_from_nothing_is_none(void **state)
{
    struct follow_hello hello = good_hello();
    hello.from = 0;
    assert_non_null(follow_hello_check(&hello));
}

static void a_frame_with_any_flipped_bit_is_none(void **state)
{
    for (size_t bit = 0; bit < 8 * sizeof(struct follow_frame); bit++) {
        struct follow_frame frame = good_batch();
        assert_null(follow_frame_check(&frame));
        ((uint8_t *)&frame)[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_non_null(follow_frame_check(&frame));
    }
}

/* Sealed again after a change: what the rules themselves turn away. */
static void expect_unfit(struct follow_frame frame)
{
    follow_frame_seal(&frame);
    assert_non_null(follow_frame_check(&frame));
}

static void a_batch_stands_where_one_can(void **state)
{
    struct follow_frame frame = good_batch();
    frame.payload_size = (uint32_t)FOLLOW_PAYLOAD_MAX + 64;
    frame.segment_size = 1u << 26;
    expect_unfit(frame);
    frame = good_batch();
    frame.payload_size = 192;
    expect_unfit(frame);
    frame = good_batch();
    frame.payload_size += 1;
    expect_unfit(frame);
    frame = good_batch();
    frame.segment_size += 1;
    expect_unfit(frame);
    frame = good_batch();
    frame.segment_size = 0;
    expect_unfit(frame);
    frame = good_batch();
    frame.offset = 0;
    expect_unfit(frame);
    frame = good_batch();
    frame.offset = 65536 - 128 - 192; /* one line too far */
    expect_unfit(frame);
    frame = good_batch();
    frame.segment = 0;
    expect_unfit(frame);
    frame = good_batch();
    frame.number = 0;
    expect_unfit(frame);
    frame = good_batch();
    frame.reserved = 1;
    expect_unfit(frame);
}

static void other_kinds_have_no_place_and_one_size(void **state)
{
    static const struct follow_frame good[] = {
        {.kind = FOLLOW_KIND_WELCOME, .payload_size = 64},
        {.kind = FOLLOW_KIND_HEARTBEAT, .payload_size = 64, .reason = 1},
        {.kind = FOLLOW_KIND_STATE, .payload_size = 64, .number = 9},
        {.kind = FOLLOW_KIND_REFUSED, .reason = FOLLOW_REFUSAL_BEYOND},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct follow_frame frame = good[i];
        follow_frame_seal(&frame);
        assert_null(follow_frame_check(&frame));
        frame.payload_size += 64;
        expect_unfit(frame);
        frame = good[i];
        frame.offset = 128;
        expect_unfit(frame);
        frame = good[i];
        frame.reason = 9;
        expect_unfit(frame);
    }
    expect_unfit((struct follow_frame){.kind = 6});
    expect_unfit((struct follow_frame){.kind = 0});
}

static void every_refusal_has_a_text(void **state)
{
    for (uint16_t reason = 0; reason <= FOLLOW_REFUSAL_DAMAGED + 1; reason++) {
        assert_non_null(follow_refusal_text(reason));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_hello_is_well_formed),
        cmocka_unit_test(a_hello_with_any_other_byte_in_its_fixed_fields_is_none),
        cmocka_unit_test(a_hello_from_nothing_is_none),
        cmocka_unit_test(a_frame_with_any_flipped_bit_is_none),
        cmocka_unit_test(a_batch_stands_where_one_can),
        cmocka_unit_test(other_kinds_have_no_place_and_one_size),
        cmocka_unit_test(every_refusal_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
