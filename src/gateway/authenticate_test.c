/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys, clocks and signatures: signatures made by the openssl command line, each rule broken once.
 */
#include "gateway/authenticate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/base64_text.h"
#include "codec/hex_text.h"
#include "gateway/range_text.h"
#include "support/movable_block.h"
#include "tarazy/engine.h"

#define NOW     INT64_C(1795305600000000)
#define MESSAGE "symbol=BTCKZT&side=BUY&timestamp=1795305600000"
#define SECRET  "the-text-itself-is-the-secret"

static const char hmac_signature[] =
    "e7217e6562ef6eb7483ab8bb20b34007a125b25e2769add9b01f76ab4c3e9216";

static const char ed25519_key[] = "MCowBQYDK2VwAyEA24WTqv5pFuKQjDmku2RMIxaiQ3PJgJ7jYl8uzg2Zo5M=";
static const char ed25519_signature[] =
    "oIZPHhZwifDg71lg0tS4h8lTZxRce79w4KA3QtnXmSKGWr0aDDq8gUesImsu3gppwHwX5WyqIb+dFQacmqsgDQ==";

static const char rsa_key[] =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtckRo86bNDKpAdhTXWtn2r6nDpZR5K1YhGNLq3wNmI1AZKW4"
    "iWLfX11rr8cq5dv1RovuldV9FEhrgp0bfsLILh0swNyJVePjVt/NUUn0xJ6HEBWx88xMqrsc7BwzZHNoXlPvIQ3AK99o"
    "3Q+XSUf6tgnGXVNCiv1eQzarP4V39I2T/pSuqBmKMuGR2WpoZxJRXPGdISglRFdtyjDI9ipQpyBVsygKLCk7xBCC43iz"
    "jRwZ4zbvvG4sI381WW1hOECfGjqyrdp1PNLI0ztIhgVYQr9IuAuW/rEm0OK0iMzijvJEEAgfO6dfQtYVYuADh18DQZS8"
    "ZoK2dNUqiCsElnjyWQIDAQAB";
static const char rsa_signature[] =
    "rWfBDvlsg3k2xrjFEB1GbysL8DtkjrRA6jOHF6kHIpVaTxcXmudt0TbqSGy14thVIVBqYJPt0wEuXCY46LZapXjiM5eo"
    "cyrWGSRMY8MVNwvIDMURnhZ4XVo29XNdjCKfFCh9e2RJIHz/YR2DRr04mlAtCYYxa0pW8FQr6dtWcfgV3V5rVTdrMrOA"
    "sSToIINR0Wafbt5rpgsS1eD9bmzOZb+JOnoaQ7TBn3gqjYJB5LJMdcg8fG02KQ+G2pWELjaiOFcoHquaJsn3nRujJ4hx"
    "bc86IQ1ZIHT8TzZJUp1U5MB8rtWNOjcO9+xgtpmzObbKzr3peSB934LrehncZuzmVg==";

static const struct node_key node_key = {.bytes = {42}};

enum key_number { KEY_HMAC = 1, KEY_ED25519, KEY_RSA, KEY_LOOPBACK, KEY_EXPIRING, KEY_MOVED };

struct fixture {
    struct engine *engine;
    struct key_ring *ring;
    struct event_buffer events;
};

static void apply(struct fixture *fixture, struct command_header *command)
{
    command->number = tarazy_engine_number(fixture->engine) + 1;
    command->time_us = NOW;
    fixture->events.used = 0;
    tarazy_engine_apply(fixture->engine, command, &fixture->events);
    const struct event_outcome *outcome =
        (const void *)(fixture->events.bytes + fixture->events.used - sizeof *outcome);

    assert_string_equal(tarazy_result_name((enum result)outcome->result), "OK");
}

static void add_key(struct fixture *fixture, enum key_number number, struct command_key_create *key)
{
    key->header.kind = COMMAND_KEY_CREATE;
    key->owner = 1;
    key->id.bytes[0] = (uint8_t)number;
    if (key->scopes == 0) {
        key->scopes = KEY_SCOPE_READ;
    }
    if (key->type == KEY_TYPE_HMAC && key->material_size == 0) {
        key->material_size =
            (uint16_t)secret_seal(&node_key, &key->id, SECRET, strlen(SECRET), key->material);
    }
    apply(fixture, &key->header);
}

static void add_public(struct fixture *fixture, enum key_number number, enum key_type type,
                       const char *text)
{
    struct command_key_create key = {.type = (uint8_t)type};
    uint8_t der[512];
    size_t size;

    assert_true(base64_decode(slice_of_text(text), der, sizeof der, &size));
    key.material_size = (uint16_t)(type == KEY_TYPE_ED25519 ? 32 : size);
    memcpy(key.material, der + size - key.material_size, key.material_size);
    add_key(fixture, number, &key);
}

static void add_keys(struct fixture *fixture)
{
    struct command_key_create hmac = {.type = KEY_TYPE_HMAC};
    struct command_key_create loopback = {.type = KEY_TYPE_HMAC};
    struct command_key_create expiring = {.type = KEY_TYPE_HMAC, .expires_us = NOW + 1000};
    struct command_key_create moved = {.type = KEY_TYPE_HMAC};
    struct hash256 other = {{99}};

    add_key(fixture, KEY_HMAC, &hmac);
    add_public(fixture, KEY_ED25519, KEY_TYPE_ED25519, ed25519_key);
    add_public(fixture, KEY_RSA, KEY_TYPE_RSA, rsa_key);
    assert_true(range_text_parse_list(slice_of_text("127.0.0.1,2001:db8::/33"), loopback.ranges));
    add_key(fixture, KEY_LOOPBACK, &loopback);
    add_key(fixture, KEY_EXPIRING, &expiring);
    /* Sealed for another key: moved, so it must not open. */
    moved.material_size =
        (uint16_t)secret_seal(&node_key, &other, SECRET, strlen(SECRET), moved.material);
    add_key(fixture, KEY_MOVED, &moved);
}

static int set_up(void **state)
{
    const struct limits limits = {4, 8, 2, 2, 8, 8, 2, 8, 16, 2, 4, 2, {0}};
    struct command_node_found found = {.header = {.kind = COMMAND_NODE_FOUND}, .limits = limits};
    struct command_tier_set tier = {.header = {.kind = COMMAND_TIER_SET}, .tier = 1};
    struct command_participant_create create = {.header = {.kind = COMMAND_PARTICIPANT_CREATE},
                                                .handle = {"alice"},
                                                .roles = ROLE_TRADER,
                                                .tier = 1};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    size_t size = tarazy_engine_size(&limits);

    fixture->engine = tarazy_engine_create(movable_block_new(size), size, &limits);
    fixture->events.bytes = aligned_alloc(16, TARAZY_EVENTS_SIZE_MAX);
    fixture->events.size = TARAZY_EVENTS_SIZE_MAX;
    fixture->ring = key_ring_create(&node_key);
    apply(fixture, &found.header);
    apply(fixture, &tier.header);
    apply(fixture, &create.header);
    add_keys(fixture);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    key_ring_destroy(fixture->ring);
    free(fixture->engine);
    free(fixture->events.bytes);
    free(fixture);
    return 0;
}

static bool find_key(struct fixture *fixture, const struct key_demand *wanted,
                     enum key_number number, struct caller *caller, struct failure *failure)
{
    static const uint8_t address[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 1};
    struct key_demand demand = *wanted;
    struct hash256 id = {{(uint8_t)number}};
    char text[64];

    hex_encode(id.bytes, sizeof id.bytes, text);
    demand.api_key = slice_of(text, sizeof text);
    if (demand.address == NULL) {
        demand.address = address;
    }
    if (demand.now_us == 0) {
        demand.now_us = NOW;
    }
    return authenticate_key(fixture->engine, &demand, caller, failure);
}

static int32_t key_code(struct fixture *fixture, enum key_number number, struct key_demand demand)
{
    struct caller caller;
    struct failure failure = {0};

    return find_key(fixture, &demand, number, &caller, &failure) ? 0 : failure.code;
}

static bool is_signed(struct fixture *fixture, enum key_number number, const char *message,
                      const char *signature)
{
    struct caller caller;
    struct failure failure = {0};

    assert_true(find_key(fixture, &(struct key_demand){0}, number, &caller, &failure));
    bool is_right =
        authenticate_signature(fixture->ring, fixture->engine, &caller, slice_of_text(message),
                               slice_of_text(signature), &failure);

    assert_int_equal(failure.code, is_right ? 0 : -1022);
    return is_right;
}

static void signatures_of_the_three_types_are_verified(void **state)
{
    assert_true(is_signed(*state, KEY_HMAC, MESSAGE, hmac_signature));
    assert_true(is_signed(*state, KEY_ED25519, MESSAGE, ed25519_signature));
    assert_true(is_signed(*state, KEY_RSA, MESSAGE, rsa_signature));
    /* Again, from the ring. */
    assert_true(is_signed(*state, KEY_HMAC, MESSAGE, hmac_signature));
    assert_true(is_signed(*state, KEY_RSA, MESSAGE, rsa_signature));
}

static void hexadecimal_digits_are_of_either_case(void **state)
{
    char upper[sizeof hmac_signature];

    for (size_t i = 0; i < sizeof upper; i++) {
        char digit = hmac_signature[i];

        upper[i] = digit >= 'a' && digit <= 'f' ? (char)(digit - 'a' + 'A') : digit;
    }
    assert_true(is_signed(*state, KEY_HMAC, MESSAGE, upper));
}

static void a_changed_message_or_signature_is_refused(void **state)
{
    static const struct {
        enum key_number key;
        const char *signature;
    } signatures[] = {
        {KEY_HMAC, hmac_signature}, {KEY_ED25519, ed25519_signature}, {KEY_RSA, rsa_signature}};

    for (size_t i = 0; i < 3; i++) {
        char changed[512];

        snprintf(changed, sizeof changed, "%s", signatures[i].signature);
        assert_false(is_signed(*state, signatures[i].key, MESSAGE "0", changed));
        assert_false(is_signed(*state, signatures[i].key, MESSAGE, ""));
        for (size_t at = 0; at < 40; at += 13) {
            char kept = changed[at];

            changed[at] = kept == '7' ? '8' : '7';
            assert_false(is_signed(*state, signatures[i].key, MESSAGE, changed));
            changed[at] = kept;
        }
        assert_true(is_signed(*state, signatures[i].key, MESSAGE, changed));
        /* One key's signature is not another's. */
        assert_false(is_signed(*state, signatures[(i + 1) % 3].key, MESSAGE, changed));
    }
}

static void a_secret_sealed_for_another_key_does_not_open(void **state)
{
    assert_false(is_signed(*state, KEY_MOVED, MESSAGE, hmac_signature));
}

static void an_api_key_is_sixty_four_digits(void **state)
{
    static const char *const bad[] = {
        "", "abc", "0100000000000000000000000000000000000000000000000000000000000000ff",
        "zz00000000000000000000000000000000000000000000000000000000000000"};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const uint8_t address[16] = {0};
        struct key_demand demand = {.api_key = slice_of_text(bad[i]), .address = address};
        struct caller caller;
        struct failure failure;

        assert_false(authenticate_key(fixture->engine, &demand, &caller, &failure));
        assert_int_equal(failure.code, -2014);
        assert_int_equal(failure.status, 401);
        assert_string_equal(failure.text, "API-key format invalid.");
    }
}

static void what_is_wrong_with_a_key_is_not_told(void **state)
{
    const uint8_t elsewhere[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 10};
    struct failure failure;
    struct caller caller;

    assert_int_equal(key_code(*state, (enum key_number)77, (struct key_demand){0}), -2015);
    assert_int_equal(key_code(*state, KEY_HMAC, (struct key_demand){.scope = KEY_SCOPE_TRADE}),
                     -2015);
    assert_int_equal(key_code(*state, KEY_LOOPBACK, (struct key_demand){.address = elsewhere}),
                     -2015);
    assert_int_equal(key_code(*state, KEY_EXPIRING, (struct key_demand){.now_us = NOW + 1000}),
                     -2015);
    assert_int_equal(key_code(*state, KEY_EXPIRING, (struct key_demand){.now_us = NOW + 999}), 0);
    assert_false(find_key(*state, &(struct key_demand){.scope = KEY_SCOPE_TRADE}, KEY_HMAC, &caller,
                          &failure));
    assert_string_equal(failure.text, "Invalid API-key, IP, or permissions for action.");
    assert_int_equal(failure.status, 401);
}

static void addresses_are_compared_by_prefix(void **state)
{
    static const struct {
        const char *address;
        bool is_allowed;
    } cases[] = {
        {"127.0.0.1", true},
        {"127.0.0.2", false},
        {"2001:db8::1", true},
        {"2001:db8:7fff::1", true},
        {"2001:db8:8000::1", false},
        {"2001:db9::1", false},
        {"::1", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ip_range range;

        assert_true(range_text_parse(slice_of_text(cases[i].address), &range));
        assert_int_equal(
            key_code(*state, KEY_LOOPBACK, (struct key_demand){.address = range.address}) == 0,
            cases[i].is_allowed);
    }
}

static int32_t time_code(int64_t now_us, int64_t timestamp_us, int64_t window_us)
{
    struct failure failure;

    return authenticate_time(now_us, timestamp_us, window_us, &failure) ? 0 : failure.code;
}

static void a_request_is_young_and_not_of_the_future(void **state)
{
    struct failure failure;

    assert_int_equal(time_code(NOW, NOW, 5000000), 0);
    assert_int_equal(time_code(NOW, NOW - 5000000, 5000000), 0);
    assert_int_equal(time_code(NOW, NOW - 5000001, 5000000), -1021);
    assert_int_equal(time_code(NOW, NOW + 999999, 5000000), 0);
    assert_int_equal(time_code(NOW, NOW + 1000000, 5000000), -1021);
    assert_int_equal(time_code(NOW, 0, 60000000), -1021);
    assert_false(authenticate_time(NOW, NOW - 6000000, 5000000, &failure));
    assert_string_equal(failure.text, "Timestamp for this request is outside of the recvWindow.");
    assert_false(authenticate_time(NOW, NOW + 6000000, 5000000, &failure));
    assert_string_equal(failure.text,
                        "Timestamp for this request was 1000ms ahead of the server's time.");
}

static void a_window_has_three_decimals_and_an_end(void **state)
{
    struct failure failure;
    int64_t window;

    assert_true(authenticate_read_window(slice_of_text("5000"), &window, &failure));
    assert_int_equal(window, 5000000);
    assert_true(authenticate_read_window(slice_of_text("4999.999"), &window, &failure));
    assert_int_equal(window, 4999999);
    assert_true(authenticate_read_window(slice_of_text("60000"), &window, &failure));
    assert_false(authenticate_read_window(slice_of_text("60000.001"), &window, &failure));
    assert_int_equal(failure.code, -1130);
    assert_false(authenticate_read_window(slice_of_text("5000.0001"), &window, &failure));
    assert_false(authenticate_read_window(slice_of_text("-1"), &window, &failure));
}

static void a_new_secret_opens_with_the_ring_that_made_it(void **state)
{
    struct fixture *fixture = *state;
    struct command_key_create first = {.type = KEY_TYPE_HMAC};
    struct command_key_create second = {.type = KEY_TYPE_HMAC};
    uint8_t opened[TARAZY_KEY_MATERIAL_MAX];
    char secret[HMAC_SECRET_SIZE];
    char other[HMAC_SECRET_SIZE];
    size_t size;

    assert_true(key_ring_new_secret(fixture->ring, &first, secret));
    assert_true(key_ring_new_secret(fixture->ring, &second, other));
    assert_true(
        secret_open(&node_key, &first.id, first.material, first.material_size, opened, &size));
    assert_int_equal(size, HMAC_SECRET_SIZE);
    assert_memory_equal(opened, secret, sizeof secret);
    assert_memory_not_equal(secret, other, sizeof secret);
    assert_memory_not_equal(first.id.bytes, second.id.bytes, sizeof first.id.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define STORY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        STORY(signatures_of_the_three_types_are_verified),
        STORY(hexadecimal_digits_are_of_either_case),
        STORY(a_changed_message_or_signature_is_refused),
        STORY(a_secret_sealed_for_another_key_does_not_open),
        STORY(an_api_key_is_sixty_four_digits),
        STORY(what_is_wrong_with_a_key_is_not_told),
        STORY(addresses_are_compared_by_prefix),
        STORY(a_request_is_young_and_not_of_the_future),
        STORY(a_window_has_three_decimals_and_an_end),
        STORY(a_new_secret_opens_with_the_ring_that_made_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
