/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of commands against the second description of them in command_shape_test.h, which leaves no byte
 * out; each field is tried with all of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/command_shape_test.h"
#include "base/shape.h"
#include "support/command_samples.h"
#include "support/random_stream.h"

static struct random_stream random_numbers = {61};

/* Is the field's sample well formed with these bytes in the field? */
static bool holds_with(const struct field *field, const void *bytes)
{
    union command_sample sample;
    size_t size = command_sample_make(&sample, field->kind);

    memcpy(sample.bytes + field->offset, bytes, field->size);
    return tarazy_command_is_well_formed(&sample.header, size);
}

/* The same with a little-endian number, cut to the field's size. */
static bool holds_with_number(const struct field *field, uint64_t number)
{
    return holds_with(field, &number);
}

static void every_kind_has_a_well_formed_sample_of_its_size_and_no_other(void **state)
{
    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        union command_sample sample;
        size_t size = command_sample_make(&sample, *kind);

        assert_int_equal(size, tarazy_command_size(*kind));
        for (size_t other = 0; other <= TARAZY_COMMAND_SIZE_MAX; other++) {
            assert_int_equal(tarazy_command_is_well_formed(&sample.header, other), other == size);
        }
    }
}

static void kinds_that_are_not_listed_have_no_size_no_name_and_no_shape(void **state)
{
    const uint16_t *known = command_sample_kinds;
    union command_sample sample = {.bytes = {0}};

    for (unsigned kind = 0; kind <= UINT16_MAX; kind++) {
        if (kind == *known) {
            assert_non_null(tarazy_command_name((uint16_t)kind));
            known++;
            continue;
        }
        sample.header.kind = (uint16_t)kind;
        assert_int_equal(tarazy_command_size((uint16_t)kind), 0);
        assert_null(tarazy_command_name((uint16_t)kind));
        assert_false(tarazy_command_is_well_formed(&sample.header, 64));
    }
    assert_string_equal(tarazy_command_name(COMMAND_ORDER_PLACE), "ORDER_PLACE");
    assert_string_equal(tarazy_command_name(COMMAND_COUNTDOWN_SET), "COUNTDOWN_SET");
}

static void table_of_fields_leaves_no_byte_of_any_command_out(void **state)
{
    size_t at = 0;

    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        size_t end = sizeof(struct command_header);

        for (; at < FIELD_COUNT && fields[at].kind == *kind; at++) {
            assert_int_equal(fields[at].offset, end);
            end += fields[at].size;
        }
        assert_int_equal(end, tarazy_command_size(*kind));
    }
    assert_int_equal(at, FIELD_COUNT);
}

static void try_any(const struct field *field)
{
    for (int round = 0; round < 20; round++) {
        uint8_t bytes[256];

        random_bytes(&random_numbers, bytes, sizeof bytes);
        assert_true(field->size <= sizeof bytes && holds_with(field, bytes));
    }
}

static void try_zero(const struct field *field)
{
    for (size_t bit = 0; bit < field->size * 8; bit++) {
        uint8_t bytes[128] = {0};

        assert_true(field->size <= sizeof bytes);
        bytes[bit / 8] = (uint8_t)(1u << bit % 8);
        assert_false(holds_with(field, bytes));
    }
}

/* All values of a small field, and the neighbourhood of the limit and of every bit of a large one. */
static void try_number(const struct field *field)
{
    uint64_t lowest = field->rule == ENUM ? 1 : 0;
    uint64_t end = field->size == 1 ? 256 : 65536;

    for (uint64_t value = 0; value < end; value++) {
        assert_int_equal(holds_with_number(field, value), value >= lowest && value <= field->limit);
    }
    assert_true(holds_with_number(field, field->limit));
    if (field->size == 4) {
        assert_false(holds_with_number(field, field->limit + 1));
        assert_false(holds_with_number(field, UINT32_MAX));
    }
}

static void try_bits(const struct field *field)
{
    for (size_t bit = 0; bit < field->size * 8; bit++) {
        uint64_t value = (uint64_t)1 << bit;

        assert_int_equal(holds_with_number(field, value), (field->limit & value) != 0);
        assert_int_equal(holds_with_number(field, field->limit | value),
                         (field->limit & value) != 0);
    }
    assert_true(holds_with_number(field, 0));
}

static void try_signed(const struct field *field)
{
    int128 lowest = field->rule == DAY_MAX ? -1 : 0;
    int128 largest = field->size == 8 ? INT64_MAX : (int128)(~(uint128)0 >> 1);
    const int128 values[] = {-largest - 1, -2, -1, 0, 1, largest};

    assert_true(field->size == 8 || field->size == 16);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_int_equal(holds_with(field, &values[i]), values[i] >= lowest);
    }
}

static void try_text(const struct field *field)
{
    char text[128] = {0};

    assert_true(field->size <= sizeof text);
    assert_int_equal(holds_with(field, text), field->rule == MAY);
    for (size_t length = 1; length <= field->size; length++) {
        text[length - 1] = 'A';
        assert_true(holds_with(field, text));
    }
    for (unsigned character = 1; character < 256; character++) {
        const char one[2] = {(char)character, '\0'};

        text[field->size / 2] = (char)character;
        assert_int_equal(holds_with(field, text),
                         text_is_of(one, sizeof one, (enum text_charset)field->limit));
    }
    /* A hole: letters after the end. */
    text[field->size / 2] = '\0';
    assert_false(holds_with(field, text));
}

static void try_range(const struct field *field)
{
    for (unsigned prefix = 0; prefix < 256; prefix++) {
        struct ip_range range = {.prefix = (uint8_t)prefix};

        assert_int_equal(holds_with(field, &range), prefix <= 128);
        range.address[3] = 10;
        assert_int_equal(holds_with(field, &range), prefix >= 1 && prefix <= 128);
    }
    for (size_t i = 0; i < 7; i++) {
        struct ip_range range = {.prefix = 32};

        range.reserved[i] = 1;
        assert_false(holds_with(field, &range));
    }
}

static void every_field_takes_exactly_what_the_table_says(void **state)
{
    for (const struct field *field = fields; field < fields + FIELD_COUNT; field++) {
        switch ((enum field_rule)field->rule) {
        case ANY: try_any(field); break;
        case ZERO: try_zero(field); break;
        case ENUM:
        case UP_TO: try_number(field); break;
        case BITS: try_bits(field); break;
        case SIGNED:
        case DAY_MAX: try_signed(field); break;
        case MAY:
        case MUST: try_text(field); break;
        case RANGE: try_range(field); break;
        case OWN: break;
        }
    }
}

static void header_says_anything_but_a_time_before_1970(void **state)
{
    union command_sample sample;
    size_t size = command_sample_make(&sample, COMMAND_ORDER_PLACE);

    sample.header = (struct command_header){
        .number = UINT64_MAX,
        .time_us = INT64_MAX,
        .nonce = UINT64_MAX,
        .kind = COMMAND_ORDER_PLACE,
        .origin = UINT16_MAX,
        .participant = UINT32_MAX,
        .request = UINT32_MAX,
        .key = UINT32_MAX,
    };
    assert_true(tarazy_command_is_well_formed(&sample.header, size));
    sample.header.time_us = -1;
    assert_false(tarazy_command_is_well_formed(&sample.header, size));
}

static void key_material_ends_where_its_size_says(void **state)
{
    union command_sample sample;
    size_t size = command_sample_make(&sample, COMMAND_KEY_CREATE);
    struct command_key_create *create = (void *)&sample;

    memset(create->material, 0xff, sizeof create->material);
    for (unsigned length = 0; length <= UINT16_MAX; length++) {
        create->material_size = (uint16_t)length;
        assert_int_equal(tarazy_command_is_well_formed(&sample.header, size),
                         length == TARAZY_KEY_MATERIAL_MAX);
    }
    for (size_t length = TARAZY_KEY_MATERIAL_MAX; length-- > 0;) {
        create->material[length] = 0;
        create->material_size = (uint16_t)length;
        assert_true(tarazy_command_is_well_formed(&sample.header, size));
        if (length > 0) {
            create->material_size = (uint16_t)(length - 1);
            assert_false(tarazy_command_is_well_formed(&sample.header, size));
        }
    }
}

static void order_list_has_two_or_three_whole_legs_and_zeros_after_them(void **state)
{
    union command_sample sample;
    size_t size = command_sample_make(&sample, COMMAND_ORDER_LIST_PLACE);
    struct command_order_list_place *place = (void *)&sample;

    memset(sample.bytes + size, 0xff, sizeof sample - size); /* nobody looks there */
    for (unsigned legs = 0; legs < 256; legs++) {
        place->legs = (uint8_t)legs;
        assert_int_equal(tarazy_command_is_well_formed(&sample.header, size), legs == 2);
    }
    place->terms[2] = place->terms[1];
    for (unsigned legs = 0; legs < 256; legs++) {
        place->legs = (uint8_t)legs;
        assert_int_equal(tarazy_command_is_well_formed(&sample.header, size), legs == 3);
    }
    place->legs = 3;
    place->terms[2].side = 3;
    assert_false(tarazy_command_is_well_formed(&sample.header, size));
    for (int legs = 1; legs >= 0; legs--) {
        place->legs = (uint8_t)legs;
        memset(place->terms + legs, 0, (3 - (size_t)legs) * sizeof place->terms[0]);
        assert_false(tarazy_command_is_well_formed(&sample.header, size));
    }
}

static void proposal_wraps_every_other_kind(void **state)
{
    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        union command_sample sample;

        if (*kind == COMMAND_PROPOSE) {
            continue;
        }
        size_t size = command_sample_propose(&sample, *kind);
        assert_true(tarazy_command_is_well_formed(&sample.header, size));
    }
}

static void proposal_wraps_only_what_is_itself_well_formed(void **state)
{
    for (const struct field *field = fields; field < fields + FIELD_COUNT; field++) {
        union command_sample sample;

        if (field->rule != ZERO || field->kind == COMMAND_PROPOSE) {
            continue;
        }
        size_t size = command_sample_propose(&sample, field->kind);
        struct command_propose *propose = (void *)&sample;
        propose->command[field->offset] = 1;
        assert_false(tarazy_command_is_well_formed(&sample.header, size));
    }
}

static void proposal_wraps_a_header_that_says_nothing_but_its_kind(void **state)
{
    for (size_t byte = 0; byte < sizeof(struct command_header); byte++) {
        union command_sample sample;
        size_t size = command_sample_propose(&sample, COMMAND_NODE_OPEN);
        struct command_propose *propose = (void *)&sample;

        propose->command[byte] ^= 0x40;
        assert_false(tarazy_command_is_well_formed(&sample.header, size));
    }
}

static void proposal_says_the_size_of_what_it_wraps_and_has_zeros_after_it(void **state)
{
    union command_sample sample;
    size_t size = command_sample_propose(&sample, COMMAND_KEY_REVOKE);
    struct command_propose *propose = (void *)&sample;

    for (unsigned other = 0; other <= UINT16_MAX; other++) {
        propose->size = (uint16_t)other;
        assert_int_equal(tarazy_command_is_well_formed(&sample.header, size), other == 128);
    }
    propose->size = 128;
    for (size_t after = 128; after < TARAZY_PROPOSED_SIZE_MAX; after++) {
        propose->command[after] = 1;
        assert_false(tarazy_command_is_well_formed(&sample.header, size));
        propose->command[after] = 0;
    }
    assert_true(tarazy_command_is_well_formed(&sample.header, size));
}

static void proposal_cannot_wrap_a_proposal(void **state)
{
    union command_sample sample;
    size_t size = command_sample_propose(&sample, COMMAND_TIER_SET);
    struct command_propose *propose = (void *)&sample;
    const struct command_header inner = {.kind = COMMAND_PROPOSE};

    memset(propose->command, 0, sizeof propose->command);
    memcpy(propose->command, &inner, sizeof inner);
    for (unsigned inner_size = 0; inner_size <= TARAZY_PROPOSED_SIZE_MAX; inner_size++) {
        propose->size = (uint16_t)inner_size;
        assert_false(tarazy_command_is_well_formed(&sample.header, size));
    }
}

static void price_of_a_fee_is_given_or_zero(void **state)
{
    union command_sample sample;
    size_t size = command_sample_make(&sample, COMMAND_FEE_ASSESS);
    struct command_fee_assess *assess = (void *)&sample;

    for (unsigned has_price = 0; has_price < 256; has_price++) {
        assess->has_price = (uint8_t)has_price;
        assess->grid_price = 1;
        assert_int_equal(tarazy_command_is_well_formed(&sample.header, size), has_price == 1);
        assess->grid_price = 0;
        assert_int_equal(tarazy_command_is_well_formed(&sample.header, size), has_price <= 1);
    }
}

static void payment_of_a_fee_has_evidence_exactly_when_a_bank_says_so(void **state)
{
    union command_sample sample;
    size_t size = command_sample_make(&sample, COMMAND_FEE_PAY);
    struct command_fee_pay *pay = (void *)&sample;

    for (unsigned by_bank = 0; by_bank < 256; by_bank++) {
        pay->by_bank = (uint8_t)by_bank;
        assert_int_equal(tarazy_command_is_well_formed(&sample.header, size), by_bank == 1);
    }
    memset(&pay->evidence, 0, sizeof pay->evidence);
    for (unsigned by_bank = 0; by_bank < 256; by_bank++) {
        pay->by_bank = (uint8_t)by_bank;
        assert_int_equal(tarazy_command_is_well_formed(&sample.header, size), by_bank == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_well_formed_sample_of_its_size_and_no_other),
        cmocka_unit_test(kinds_that_are_not_listed_have_no_size_no_name_and_no_shape),
        cmocka_unit_test(table_of_fields_leaves_no_byte_of_any_command_out),
        cmocka_unit_test(every_field_takes_exactly_what_the_table_says),
        cmocka_unit_test(header_says_anything_but_a_time_before_1970),
        cmocka_unit_test(key_material_ends_where_its_size_says),
        cmocka_unit_test(order_list_has_two_or_three_whole_legs_and_zeros_after_them),
        cmocka_unit_test(price_of_a_fee_is_given_or_zero),
        cmocka_unit_test(payment_of_a_fee_has_evidence_exactly_when_a_bank_says_so),
        cmocka_unit_test(proposal_wraps_every_other_kind),
        cmocka_unit_test(proposal_wraps_only_what_is_itself_well_formed),
        cmocka_unit_test(proposal_wraps_a_header_that_says_nothing_but_its_kind),
        cmocka_unit_test(proposal_says_the_size_of_what_it_wraps_and_has_zeros_after_it),
        cmocka_unit_test(proposal_cannot_wrap_a_proposal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
