/* SPDX-License-Identifier: Apache-2.0
 *
 * Listen keys: whose they are and how long they are good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/listen_keys.h"

#define NOW INT64_C(1700000000000000)

static struct slice text_of(const struct listen_key *key)
{
    return slice_of(key->text, LISTEN_KEY_SIZE);
}

static void asking_again_gives_the_same_key_for_another_hour(void **state)
{
    struct listen_keys *keys = listen_keys_create(4);
    struct listen_key first = *listen_keys_open(keys, 7, 1, NOW);
    const struct listen_key *again = listen_keys_open(keys, 7, 1, NOW + 1000);

    assert_memory_equal(first.text, again->text, LISTEN_KEY_SIZE);
    assert_true(again->expires_us == NOW + 1000 + LISTEN_KEY_VALID_US);
    assert_int_equal(listen_keys_count(keys), 1);
    listen_keys_destroy(keys);
}

static void every_api_key_has_its_own(void **state)
{
    struct listen_keys *keys = listen_keys_create(4);
    struct listen_key first = *listen_keys_open(keys, 7, 1, NOW);
    struct listen_key second = *listen_keys_open(keys, 7, 2, NOW);
    struct listen_key third = *listen_keys_open(keys, 8, 3, NOW);

    assert_memory_not_equal(first.text, second.text, LISTEN_KEY_SIZE);
    assert_memory_not_equal(first.text, third.text, LISTEN_KEY_SIZE);
    assert_int_equal(listen_keys_find(keys, text_of(&third), NOW)->participant, 8);
    listen_keys_destroy(keys);
}

static void a_key_is_good_for_an_hour_and_no_longer(void **state)
{
    struct listen_keys *keys = listen_keys_create(4);
    struct listen_key key = *listen_keys_open(keys, 7, 1, NOW);
    struct listen_key expired;

    assert_non_null(listen_keys_find(keys, text_of(&key), NOW + LISTEN_KEY_VALID_US - 1));
    assert_null(listen_keys_find(keys, text_of(&key), NOW + LISTEN_KEY_VALID_US));
    assert_false(listen_keys_extend(keys, text_of(&key), 7, NOW + LISTEN_KEY_VALID_US));
    assert_false(listen_keys_expire(keys, NOW + LISTEN_KEY_VALID_US - 1, &expired));
    assert_true(listen_keys_expire(keys, NOW + LISTEN_KEY_VALID_US, &expired));
    assert_memory_equal(expired.text, key.text, LISTEN_KEY_SIZE);
    assert_false(listen_keys_expire(keys, NOW + LISTEN_KEY_VALID_US, &expired));
    assert_int_equal(listen_keys_count(keys), 0);
    listen_keys_destroy(keys);
}

static void extending_gives_another_hour(void **state)
{
    struct listen_keys *keys = listen_keys_create(4);
    struct listen_key key = *listen_keys_open(keys, 7, 1, NOW);

    assert_true(listen_keys_extend(keys, text_of(&key), 7, NOW + 5000));
    assert_non_null(listen_keys_find(keys, text_of(&key), NOW + LISTEN_KEY_VALID_US));
    listen_keys_destroy(keys);
}

static void a_key_that_ran_out_is_never_given_again(void **state)
{
    struct listen_keys *keys = listen_keys_create(4);
    struct listen_key key = *listen_keys_open(keys, 7, 1, NOW);
    const struct listen_key *again = listen_keys_open(keys, 7, 1, NOW + LISTEN_KEY_VALID_US);

    assert_memory_not_equal(key.text, again->text, LISTEN_KEY_SIZE);
    listen_keys_destroy(keys);
}

static void nobody_touches_another_ones_key(void **state)
{
    struct listen_keys *keys = listen_keys_create(4);
    struct listen_key key = *listen_keys_open(keys, 7, 1, NOW);

    assert_false(listen_keys_extend(keys, text_of(&key), 8, NOW));
    assert_false(listen_keys_close(keys, text_of(&key), 8, NOW));
    assert_true(listen_keys_close(keys, text_of(&key), 7, NOW));
    assert_null(listen_keys_find(keys, text_of(&key), NOW));
    listen_keys_destroy(keys);
}

static void there_is_room_for_so_many(void **state)
{
    struct listen_keys *keys = listen_keys_create(2);

    assert_non_null(listen_keys_open(keys, 1, 1, NOW));
    assert_non_null(listen_keys_open(keys, 2, 2, NOW));
    assert_null(listen_keys_open(keys, 3, 3, NOW));
    assert_non_null(listen_keys_open(keys, 1, 1, NOW));
    listen_keys_destroy(keys);
}

static void texts_are_letters_and_digits_of_the_whole_alphabet(void **state)
{
    struct listen_keys *keys = listen_keys_create(200);
    uint32_t seen[128] = {0};
    uint32_t kinds = 0;

    for (uint32_t i = 1; i <= 200; i++) {
        const struct listen_key *key = listen_keys_open(keys, i, i, NOW);

        for (uint32_t c = 0; c < LISTEN_KEY_SIZE; c++) {
            seen[(uint8_t)key->text[c] & 127]++;
        }
    }
    for (uint32_t c = 0; c < 128; c++) {
        bool is_letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

        assert_int_equal(seen[c] > 0, is_letter);
        kinds += seen[c] > 0;
    }
    assert_int_equal(kinds, 62);
    listen_keys_destroy(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asking_again_gives_the_same_key_for_another_hour),
        cmocka_unit_test(every_api_key_has_its_own),
        cmocka_unit_test(a_key_is_good_for_an_hour_and_no_longer),
        cmocka_unit_test(extending_gives_another_hour),
        cmocka_unit_test(a_key_that_ran_out_is_never_given_again),
        cmocka_unit_test(nobody_touches_another_ones_key),
        cmocka_unit_test(there_is_room_for_so_many),
        cmocka_unit_test(texts_are_letters_and_digits_of_the_whole_alphabet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
