/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of commands against a second description of them: a table that says of every byte of
 * every kind what may stand in it. The table leaves no byte out; each field is tried with all of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/shape.h"
#include "support/command_samples.h"
#include "support/random_stream.h"

enum field_rule {
    ANY = 1, /* every value */
    ZERO,    /* reserved */
    ENUM,    /* 1 .. limit */
    UP_TO,   /* 0 .. limit */
    BITS,    /* no bits but those of limit */
    SIGNED,  /* not below zero, 8 or 16 bytes */
    DAY_MAX, /* not below -1, 16 bytes */
    MAY,     /* text of charset limit, may be empty */
    MUST,    /* text of charset limit, not empty */
    RANGE,   /* struct ip_range: has its own test */
    OWN,     /* has its own test */
};

struct field {
    uint16_t kind;
    uint16_t rule; /* enum field_rule */
    size_t offset;
    size_t size;
    uint32_t limit;
};

#define CODE  TEXT_CHARSET_CODE
#define ID    TEXT_CHARSET_CLIENT_ID
#define PLAIN TEXT_CHARSET_PLAIN

#define FIELD(KIND, type, member, rule, limit)                           \
    {                                                                    \
        COMMAND_##KIND, (rule), offsetof(struct command_##type, member), \
            sizeof(((struct command_##type *)0)->member), (limit)        \
    }

#define EVIDENCE(KIND, name) \
    FIELD(KIND, name, evidence.text, MUST, PLAIN), FIELD(KIND, name, evidence.rail, ENUM, 16)

#define ORDER_TERMS(KIND, name, terms)                                                           \
    FIELD(KIND, name, terms.quantity, SIGNED, 0), FIELD(KIND, name, terms.price, SIGNED, 0),     \
        FIELD(KIND, name, terms.stop_price, SIGNED, 0),                                          \
        FIELD(KIND, name, terms.iceberg, SIGNED, 0),                                             \
        FIELD(KIND, name, terms.expires_us, SIGNED, 0),                                          \
        FIELD(KIND, name, terms.trailing_bps, ANY, 0),                                           \
        FIELD(KIND, name, terms.instrument, ANY, 0), FIELD(KIND, name, terms.side, ENUM, 2),     \
        FIELD(KIND, name, terms.type, ENUM, 7), FIELD(KIND, name, terms.time_in_force, ENUM, 4), \
        FIELD(KIND, name, terms.self_trade, ENUM, 5), FIELD(KIND, name, terms.flags, BITS, 1),   \
        FIELD(KIND, name, terms.client_id.text, MAY, ID)

#define INSTRUMENT_TERMS(KIND, name)                                                             \
    FIELD(KIND, name, terms.notional_min, SIGNED, 0),                                            \
        FIELD(KIND, name, terms.notional_max, SIGNED, 0),                                        \
        FIELD(KIND, name, terms.position_max, SIGNED, 0),                                        \
        FIELD(KIND, name, terms.symbol.text, MUST, CODE), FIELD(KIND, name, terms.base, ANY, 0), \
        FIELD(KIND, name, terms.quote, ANY, 0), FIELD(KIND, name, terms.tick, SIGNED, 0),        \
        FIELD(KIND, name, terms.price_min, SIGNED, 0),                                           \
        FIELD(KIND, name, terms.price_max, SIGNED, 0),                                           \
        FIELD(KIND, name, terms.reference, SIGNED, 0), FIELD(KIND, name, terms.lot, SIGNED, 0),  \
        FIELD(KIND, name, terms.quantity_min, SIGNED, 0),                                        \
        FIELD(KIND, name, terms.quantity_max, SIGNED, 0),                                        \
        FIELD(KIND, name, terms.market_quantity_max, SIGNED, 0),                                 \
        FIELD(KIND, name, terms.band_static_ppm, ANY, 0),                                        \
        FIELD(KIND, name, terms.band_dynamic_ppm, ANY, 0),                                       \
        FIELD(KIND, name, terms.slippage_ppm, ANY, 0),                                           \
        FIELD(KIND, name, terms.percent_up_ppm, ANY, 0),                                         \
        FIELD(KIND, name, terms.percent_down_ppm, ANY, 0),                                       \
        FIELD(KIND, name, terms.auction_ms, ANY, 0),                                             \
        FIELD(KIND, name, terms.trailing_min_bps, ANY, 0),                                       \
        FIELD(KIND, name, terms.trailing_max_bps, ANY, 0),                                       \
        FIELD(KIND, name, terms.orders_max, ANY, 0),                                             \
        FIELD(KIND, name, terms.algo_orders_max, ANY, 0),                                        \
        FIELD(KIND, name, terms.iceberg_orders_max, ANY, 0),                                     \
        FIELD(KIND, name, terms.iceberg_parts_max, ANY, 0),                                      \
        FIELD(KIND, name, terms.amends_max, ANY, 0),                                             \
        FIELD(KIND, name, terms.order_lists_max, ANY, 0),                                        \
        FIELD(KIND, name, terms.reserved, ZERO, 0)

/* In order of offset within a kind. */
static const struct field fields[] = {
    FIELD(NODE_FOUND, node_found, sandbox, UP_TO, 1),
    FIELD(NODE_FOUND, node_found, reserved0, ZERO, 0),
    FIELD(NODE_FOUND, node_found, hash_seed, ANY, 0),
    FIELD(NODE_FOUND, node_found, name.text, MAY, PLAIN),
    FIELD(NODE_FOUND, node_found, limits, ANY, 0),
    FIELD(NODE_FOUND, node_found, reserved, ZERO, 0),
    FIELD(NODE_OPEN, node_open, reserved, ZERO, 0),
    FIELD(CLOCK, clock, reserved, ZERO, 0),
    FIELD(PARTICIPANT_CREATE, participant_create, handle.text, MUST, PLAIN),
    FIELD(PARTICIPANT_CREATE, participant_create, identity, ANY, 0),
    FIELD(PARTICIPANT_CREATE, participant_create, roles, BITS, 63),
    FIELD(PARTICIPANT_CREATE, participant_create, tier, ANY, 0),
    FIELD(PARTICIPANT_CREATE, participant_create, reserved, ZERO, 0),
    FIELD(PARTICIPANT_UPDATE, participant_update, target, ANY, 0),
    FIELD(PARTICIPANT_UPDATE, participant_update, roles, BITS, 63),
    FIELD(PARTICIPANT_UPDATE, participant_update, tier, ANY, 0),
    FIELD(PARTICIPANT_UPDATE, participant_update, reserved, ZERO, 0),
    FIELD(PARTICIPANT_FREEZE, participant_freeze, target, ANY, 0),
    FIELD(PARTICIPANT_FREEZE, participant_freeze, frozen, UP_TO, 1),
    FIELD(PARTICIPANT_FREEZE, participant_freeze, reserved, ZERO, 0),
    FIELD(KEY_CREATE, key_create, owner, ANY, 0),
    FIELD(KEY_CREATE, key_create, type, ENUM, 3),
    FIELD(KEY_CREATE, key_create, scopes, BITS, 15),
    FIELD(KEY_CREATE, key_create, nonce_required, UP_TO, 1),
    FIELD(KEY_CREATE, key_create, reserved0, ZERO, 0),
    FIELD(KEY_CREATE, key_create, expires_us, SIGNED, 0),
    FIELD(KEY_CREATE, key_create, id, ANY, 0),
    FIELD(KEY_CREATE, key_create, ranges[0], RANGE, 0),
    FIELD(KEY_CREATE, key_create, ranges[1], RANGE, 0),
    FIELD(KEY_CREATE, key_create, ranges[2], RANGE, 0),
    FIELD(KEY_CREATE, key_create, ranges[3], RANGE, 0),
    FIELD(KEY_CREATE, key_create, material_size, OWN, 0),
    FIELD(KEY_CREATE, key_create, material, OWN, 0),
    FIELD(KEY_CREATE, key_create, reserved, ZERO, 0),
    FIELD(KEY_REVOKE, key_revoke, id, ANY, 0),
    FIELD(KEY_REVOKE, key_revoke, reserved, ZERO, 0),
    FIELD(TIER_SET, tier_set, tier, ENUM, 16),
    FIELD(TIER_SET, tier_set, rights, BITS, 7),
    FIELD(TIER_SET, tier_set, maker, UP_TO, 1000000),
    FIELD(TIER_SET, tier_set, taker, UP_TO, 1000000),
    FIELD(TIER_SET, tier_set, orders_max, ANY, 0),
    FIELD(TIER_SET, tier_set, reserved, ZERO, 0),
    FIELD(TIER_LIMIT_SET, tier_limit_set, tier, ENUM, 16),
    FIELD(TIER_LIMIT_SET, tier_limit_set, asset, ANY, 0),
    FIELD(TIER_LIMIT_SET, tier_limit_set, reserved0, ZERO, 0),
    FIELD(TIER_LIMIT_SET, tier_limit_set, withdraw_day_max, DAY_MAX, 0),
    FIELD(TIER_LIMIT_SET, tier_limit_set, deposit_day_max, DAY_MAX, 0),
    FIELD(TIER_LIMIT_SET, tier_limit_set, reserved, ZERO, 0),
    FIELD(PROPOSE, propose, expires_us, SIGNED, 0),
    FIELD(PROPOSE, propose, size, OWN, 0),
    FIELD(PROPOSE, propose, reserved0, ZERO, 0),
    FIELD(PROPOSE, propose, reserved1, ZERO, 0),
    FIELD(PROPOSE, propose, command, OWN, 0),
    FIELD(APPROVE, approve, proposal, ANY, 0),
    FIELD(APPROVE, approve, reserved, ZERO, 0),
    FIELD(PROPOSAL_WITHDRAW, proposal_withdraw, proposal, ANY, 0),
    FIELD(PROPOSAL_WITHDRAW, proposal_withdraw, reserved, ZERO, 0),
    FIELD(ASSET_CREATE, asset_create, code.text, MUST, CODE),
    FIELD(ASSET_CREATE, asset_create, scale, UP_TO, 18),
    FIELD(ASSET_CREATE, asset_create, reserved0, ZERO, 0),
    FIELD(ASSET_CREATE, asset_create, supply_max, SIGNED, 0),
    FIELD(ASSET_CREATE, asset_create, withdraw_min, SIGNED, 0),
    FIELD(ASSET_CREATE, asset_create, withdraw_fee, SIGNED, 0),
    FIELD(ASSET_CREATE, asset_create, name.text, MAY, PLAIN),
    FIELD(ASSET_CREATE, asset_create, reserved, ZERO, 0),
    FIELD(INSTRUMENT_CREATE, instrument_create, session, ENUM, 6),
    FIELD(INSTRUMENT_CREATE, instrument_create, reserved0, ZERO, 0),
    INSTRUMENT_TERMS(INSTRUMENT_CREATE, instrument_create),
    FIELD(INSTRUMENT_CREATE, instrument_create, reserved, ZERO, 0),
    FIELD(INSTRUMENT_UPDATE, instrument_update, instrument, ANY, 0),
    FIELD(INSTRUMENT_UPDATE, instrument_update, reserved0, ZERO, 0),
    INSTRUMENT_TERMS(INSTRUMENT_UPDATE, instrument_update),
    FIELD(INSTRUMENT_UPDATE, instrument_update, reserved, ZERO, 0),
    FIELD(SESSION_SET, session_set, instrument, ANY, 0),
    FIELD(SESSION_SET, session_set, session, ENUM, 6),
    FIELD(SESSION_SET, session_set, reserved0, ZERO, 0),
    FIELD(SESSION_SET, session_set, until_us, SIGNED, 0),
    FIELD(SESSION_SET, session_set, reserved, ZERO, 0),
    FIELD(SANDBOX_DEPOSIT, sandbox_deposit, target, ANY, 0),
    FIELD(SANDBOX_DEPOSIT, sandbox_deposit, asset, ANY, 0),
    FIELD(SANDBOX_DEPOSIT, sandbox_deposit, reserved0, ZERO, 0),
    FIELD(SANDBOX_DEPOSIT, sandbox_deposit, amount, SIGNED, 0),
    EVIDENCE(SANDBOX_DEPOSIT, sandbox_deposit),
    FIELD(SANDBOX_DEPOSIT, sandbox_deposit, reserved, ZERO, 0),
    FIELD(DEPOSIT, deposit, target, ANY, 0),
    FIELD(DEPOSIT, deposit, asset, ANY, 0),
    FIELD(DEPOSIT, deposit, reserved0, ZERO, 0),
    FIELD(DEPOSIT, deposit, amount, SIGNED, 0),
    EVIDENCE(DEPOSIT, deposit),
    FIELD(DEPOSIT, deposit, reserved, ZERO, 0),
    FIELD(WITHDRAW_REQUEST, withdraw_request, asset, ANY, 0),
    FIELD(WITHDRAW_REQUEST, withdraw_request, rail, ENUM, 16),
    FIELD(WITHDRAW_REQUEST, withdraw_request, reserved0, ZERO, 0),
    FIELD(WITHDRAW_REQUEST, withdraw_request, amount, SIGNED, 0),
    FIELD(WITHDRAW_REQUEST, withdraw_request, address.text, MUST, PLAIN),
    FIELD(WITHDRAW_REQUEST, withdraw_request, client_id.text, MAY, ID),
    FIELD(WITHDRAW_REQUEST, withdraw_request, reserved, ZERO, 0),
    FIELD(WITHDRAW_SETTLE, withdraw_settle, withdrawal, ANY, 0),
    EVIDENCE(WITHDRAW_SETTLE, withdraw_settle),
    FIELD(WITHDRAW_SETTLE, withdraw_settle, reserved, ZERO, 0),
    FIELD(WITHDRAW_REJECT, withdraw_reject, withdrawal, ANY, 0),
    FIELD(WITHDRAW_REJECT, withdraw_reject, reserved, ZERO, 0),
    FIELD(CORRECTION, correction, debit, ANY, 0),
    FIELD(CORRECTION, correction, credit, ANY, 0),
    FIELD(CORRECTION, correction, amount, SIGNED, 0),
    FIELD(CORRECTION, correction, asset, ANY, 0),
    FIELD(CORRECTION, correction, reason, MUST, PLAIN),
    ORDER_TERMS(ORDER_PLACE, order_place, terms),
    FIELD(ORDER_CANCEL, order_cancel, order, ANY, 0),
    FIELD(ORDER_CANCEL, order_cancel, original.text, MAY, ID),
    FIELD(ORDER_CANCEL, order_cancel, client_id.text, MAY, ID),
    FIELD(ORDER_CANCEL, order_cancel, instrument, ANY, 0),
    FIELD(ORDER_CANCEL, order_cancel, restriction, UP_TO, 2),
    FIELD(ORDER_CANCEL, order_cancel, reserved, ZERO, 0),
    FIELD(ORDER_CANCEL_ALL, order_cancel_all, instrument, ANY, 0),
    FIELD(ORDER_CANCEL_ALL, order_cancel_all, reason, ENUM, 2),
    FIELD(ORDER_CANCEL_ALL, order_cancel_all, reserved0, ZERO, 0),
    FIELD(ORDER_CANCEL_ALL, order_cancel_all, target, ANY, 0),
    FIELD(ORDER_CANCEL_ALL, order_cancel_all, reserved, ZERO, 0),
    FIELD(ORDER_REPLACE, order_replace, order, ANY, 0),
    FIELD(ORDER_REPLACE, order_replace, original.text, MAY, ID),
    FIELD(ORDER_REPLACE, order_replace, cancel_client_id.text, MAY, ID),
    FIELD(ORDER_REPLACE, order_replace, mode, ENUM, 2),
    FIELD(ORDER_REPLACE, order_replace, restriction, UP_TO, 2),
    FIELD(ORDER_REPLACE, order_replace, reserved0, ZERO, 0),
    ORDER_TERMS(ORDER_REPLACE, order_replace, terms),
    FIELD(ORDER_REPLACE, order_replace, reserved, ZERO, 0),
    FIELD(ORDER_AMEND, order_amend, order, ANY, 0),
    FIELD(ORDER_AMEND, order_amend, quantity, SIGNED, 0),
    FIELD(ORDER_AMEND, order_amend, original.text, MAY, ID),
    FIELD(ORDER_AMEND, order_amend, client_id.text, MAY, ID),
    FIELD(ORDER_AMEND, order_amend, instrument, ANY, 0),
    FIELD(ORDER_AMEND, order_amend, reserved, ZERO, 0),
    FIELD(ORDER_LIST_PLACE, order_list_place, client_id.text, MAY, ID),
    FIELD(ORDER_LIST_PLACE, order_list_place, contingency, ENUM, 3),
    FIELD(ORDER_LIST_PLACE, order_list_place, legs, OWN, 0),
    FIELD(ORDER_LIST_PLACE, order_list_place, reserved0, ZERO, 0),
    ORDER_TERMS(ORDER_LIST_PLACE, order_list_place, terms[0]),
    ORDER_TERMS(ORDER_LIST_PLACE, order_list_place, terms[1]),
    FIELD(ORDER_LIST_PLACE, order_list_place, terms[2], ZERO, 0), /* the sample has two legs */
    FIELD(ORDER_LIST_PLACE, order_list_place, reserved, ZERO, 0),
    FIELD(ORDER_LIST_CANCEL, order_list_cancel, list, ANY, 0),
    FIELD(ORDER_LIST_CANCEL, order_list_cancel, original.text, MAY, ID),
    FIELD(ORDER_LIST_CANCEL, order_list_cancel, client_id.text, MAY, ID),
    FIELD(ORDER_LIST_CANCEL, order_list_cancel, instrument, ANY, 0),
    FIELD(ORDER_LIST_CANCEL, order_list_cancel, reserved, ZERO, 0),
    FIELD(COUNTDOWN_SET, countdown_set, instrument, ANY, 0),
    FIELD(COUNTDOWN_SET, countdown_set, reserved0, ZERO, 0),
    FIELD(COUNTDOWN_SET, countdown_set, countdown_ms, ANY, 0),
    FIELD(COUNTDOWN_SET, countdown_set, reserved, ZERO, 0),
    {COMMAND_LIABILITIES_PUBLISH, ANY, 40, 80, 0}, /* record, epoch, root, totals */
    FIELD(LIABILITIES_PUBLISH, liabilities_publish, reserved, ZERO, 0),
    {COMMAND_QUARANTINE, ANY, 40, 216, 0}, /* all the rest: numbers, hashes, people, signatures */
    FIELD(QUARANTINE, quarantine, reason, MUST, PLAIN),
};

#define FIELD_COUNT (sizeof fields / sizeof fields[0])

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
        cmocka_unit_test(proposal_wraps_every_other_kind),
        cmocka_unit_test(proposal_wraps_only_what_is_itself_well_formed),
        cmocka_unit_test(proposal_wraps_a_header_that_says_nothing_but_its_kind),
        cmocka_unit_test(proposal_says_the_size_of_what_it_wraps_and_has_zeros_after_it),
        cmocka_unit_test(proposal_cannot_wrap_a_proposal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
