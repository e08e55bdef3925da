/* SPDX-License-Identifier: Apache-2.0 */
#include "client/keys_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char good[] =
    "[{\"participant\":\"alice\",\"role\":\"trader\",\"apiKey\":\"A\",\"privateKey\":\"P\","
    "\"type\":\"ED25519\"},"
    "{\"participant\":\"alice\",\"role\":\"trader\",\"apiKey\":\"K1\",\"secretKey\":\"S1\","
    "\"type\":\"HMAC\"},"
    "{\"participant\":\"bob\",\"role\":\"trader\",\"apiKey\":\"K2\",\"secretKey\":\"S2\","
    "\"type\":\"HMAC\"}]";

static void write_file(char *path, const char *text)
{
    int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
}

static void the_hmac_key_of_a_participant_is_found(void **state)
{
    char path[] = "keys-test-XXXXXX";
    struct client_key key;
    const char *error;

    (void)state;
    write_file(path, good);
    assert_true(keys_file_find(path, "bob", &key, &error));
    assert_string_equal(key.api_key, "K2");
    assert_string_equal(key.secret, "S2");
    assert_true(keys_file_find(path, "alice", &key, &error));
    assert_string_equal(key.api_key, "K1");
    assert_false(keys_file_find(path, "carol", &key, &error));
    assert_non_null(strstr(error, "carol"));
    unlink(path);
}

static void a_bad_file_is_an_error_that_names_it(void **state)
{
    static const char *const bad[] = {"", "{}", "[", "[1]", "[{\"participant\":\"bob\"}]"};
    struct client_key key;
    const char *error;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char path[] = "keys-test-XXXXXX";

        write_file(path, bad[i]);
        assert_false(keys_file_find(path, "bob", &key, &error));
        assert_non_null(strstr(error, path));
        unlink(path);
    }
    assert_false(keys_file_find("no-such-file", "bob", &key, &error));
    assert_non_null(strstr(error, "no-such-file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hmac_key_of_a_participant_is_found),
        cmocka_unit_test(a_bad_file_is_an_error_that_names_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
