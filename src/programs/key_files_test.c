/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys as people bring them, private and public: what is taken, and what is said of everything else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "programs/private_key_file.h"
#include "programs/public_key_file.h"

#define KEY_PATH "key_files_test.pem"

/* RFC 8410, sections 10.1 and 10.3. */
#define RFC_PUBLIC                                                   \
    "-----BEGIN PUBLIC KEY-----\n"                                   \
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n" \
    "-----END PUBLIC KEY-----\n"
#define RFC_PRIVATE                                                      \
    "-----BEGIN PRIVATE KEY-----\n"                                      \
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n" \
    "-----END PRIVATE KEY-----\n"

static const uint8_t rfc_seed[ED25519_KEY_SIZE] = {
    0xD4, 0xEE, 0x72, 0xDB, 0xF9, 0x13, 0x58, 0x4A, 0xD5, 0xB6, 0xD8, 0xF1, 0xF7, 0x69, 0xF8, 0xAD,
    0x3A, 0xFE, 0x7C, 0x28, 0xCB, 0xF1, 0xD4, 0xFB, 0xE0, 0x97, 0xA8, 0x8F, 0x44, 0x75, 0x58, 0x42};
static const uint8_t rfc_public[ED25519_KEY_SIZE] = {
    0x19, 0xBF, 0x44, 0x09, 0x69, 0x84, 0xCD, 0xFE, 0x85, 0x41, 0xBA, 0xC1, 0x67, 0xDC, 0x3B, 0x96,
    0xC8, 0x50, 0x86, 0xAA, 0x30, 0xB6, 0xB6, 0xCB, 0x0C, 0x5C, 0x38, 0xAD, 0x70, 0x31, 0x66, 0xE1};

static void put(const char *text)
{
    FILE *file = fopen(KEY_PATH, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void the_standards_own_keys_are_taken(void **state)
{
    struct command_key_create command = {.header.kind = COMMAND_KEY_CREATE};
    uint8_t seed[ED25519_KEY_SIZE] = {0};
    char error[128] = "";

    (void)state;
    put(RFC_PRIVATE);
    assert_true(private_key_file_read(KEY_PATH, seed, error, sizeof error));
    assert_memory_equal(seed, rfc_seed, sizeof seed);
    put("whose it is\n" RFC_PUBLIC);
    assert_true(public_key_file_read(KEY_PATH, &command, error, sizeof error));
    assert_int_equal(command.type, KEY_TYPE_ED25519);
    assert_int_equal(command.material_size, ED25519_KEY_SIZE);
    assert_memory_equal(command.material, rfc_public, ED25519_KEY_SIZE);
    assert_int_equal(unlink(KEY_PATH), 0);
}

static void one_is_not_the_other_and_what_is_neither_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "no key",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
        /* one byte too few, and one of another algorithm */
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVg=\n"
        "-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VxBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
        "-----END PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZg==\n"
        "-----END PUBLIC KEY-----\n",
    };
    struct command_key_create command = {.header.kind = COMMAND_KEY_CREATE};
    uint8_t seed[ED25519_KEY_SIZE];
    char error[128];

    (void)state;
    put(RFC_PUBLIC);
    assert_false(private_key_file_read(KEY_PATH, seed, error, sizeof error));
    assert_non_null(strstr(error, "not a private Ed25519 key"));
    put(RFC_PRIVATE);
    assert_false(public_key_file_read(KEY_PATH, &command, error, sizeof error));
    assert_non_null(strstr(error, "not a public key"));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put(texts[i]);
        assert_false(private_key_file_read(KEY_PATH, seed, error, sizeof error));
        assert_non_null(strstr(error, "not a private Ed25519 key"));
        assert_false(public_key_file_read(KEY_PATH, &command, error, sizeof error));
        assert_non_null(strstr(error, "not a public key"));
    }
    assert_int_equal(unlink(KEY_PATH), 0);
    assert_false(private_key_file_read(KEY_PATH, seed, error, sizeof error));
    assert_string_equal(error, "No such file or directory");
    assert_false(public_key_file_read(".", &command, error, sizeof error));
    assert_string_equal(error, "cannot be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standards_own_keys_are_taken),
        cmocka_unit_test(one_is_not_the_other_and_what_is_neither_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
