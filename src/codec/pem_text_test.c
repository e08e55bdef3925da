/* SPDX-License-Identifier: Apache-2.0
 *
 * PEM: blocks among other text, in lines of any length, cut at every byte.
 */
#include "codec/pem_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/base64_text.h"

#define KEY_BLOCK "-----BEGIN KEY-----\nZm9v\nYmFy\n-----END KEY-----\n"

static bool decode(const char *text, const char *label, char out[64])
{
    char copy[512];
    size_t size = 0;
    size_t text_size = strlen(text);

    assert_true(text_size <= sizeof copy);
    memcpy(copy, text, text_size);
    bool is_read = pem_decode(copy, text_size, label, (uint8_t *)out, 63, &size);
    out[is_read ? size : 0] = '\0';
    return is_read;
}

static void a_block_is_found_among_other_text(void **state)
{
    static const char *const texts[] = {
        KEY_BLOCK,
        "-----BEGIN KEY-----\r\nZm9v\r\nYmFy\r\n-----END KEY-----\r\n",
        "-----BEGIN KEY-----\nZm9vYmFy\n-----END KEY-----",
        "of whom it is\n" KEY_BLOCK "and what comes behind",
        "-----BEGIN OTHER KEY-----\nAAAA\n-----END OTHER KEY-----\n" KEY_BLOCK,
        KEY_BLOCK "-----BEGIN KEY-----\nAAAA\n-----END KEY-----\n",
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_true(decode(texts[i], "KEY", out));
        assert_string_equal(out, "foobar");
    }
}

static void what_is_no_block_of_this_label_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "Zm9v",
        "-----BEGIN KEY-----\n-----END KEY-----\n",
        "-----BEGIN KEY-----\nZm9v\n-----END OTHER-----\n",
        "-----END KEY-----\nZm9v\n-----BEGIN KEY-----\n",
        "-----BEGIN OTHER KEY-----\nZm9v\n-----END OTHER KEY-----\n",
        "-----BEGIN KEY-----\nZm9\n-----END KEY-----\n",
        "-----BEGIN KEY-----\nZm 9v\n-----END KEY-----\n",
        "-----BEGIN KEY-----\nProc-Type: 4,ENCRYPTED\n\nZm9v\n-----END KEY-----\n",
        "-----BEGIN KEY----\nZm9v\n-----END KEY-----\n",
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(decode(texts[i], "KEY", out));
    }
}

static void a_block_cut_anywhere_is_none(void **state)
{
    static const char text[] = KEY_BLOCK;
    const size_t whole = sizeof text - 2; /* without the last line's end */
    char out[64];

    (void)state;
    for (size_t cut = 0; cut <= whole; cut++) {
        char *copy = test_malloc(cut + 1); /* of just this size, for the sanitizers */
        size_t size = 0;

        memcpy(copy, text, cut);
        assert_int_equal(pem_decode(copy, cut, "KEY", (uint8_t *)out, sizeof out, &size),
                         cut == whole);
        test_free(copy);
    }
}

/* A block of these bytes in lines of so many characters. Its size. */
static size_t write_block(const uint8_t *bytes, size_t size, size_t width, char out[200])
{
    char base64[80];
    size_t length = base64_encode(bytes, size, base64, sizeof base64);
    size_t used = (size_t)snprintf(out, 200, "-----BEGIN A B-----");

    for (size_t i = 0; i < length; i++) {
        if (i % width == 0) {
            out[used++] = '\n';
        }
        out[used++] = base64[i];
    }
    used += (size_t)snprintf(out + used, 200 - used, "\n-----END A B-----\n");
    assert_true(used < 200);
    return used;
}

static void every_size_comes_back_from_lines_of_any_length(void **state)
{
    uint8_t bytes[60];
    uint8_t out[sizeof bytes];
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37);
    }
    for (size_t size = 1; size <= sizeof bytes; size++) {
        for (size_t width = 1; width <= 64; width += 7) {
            size_t got = 0;
            size_t used = write_block(bytes, size, width, text);

            assert_false(pem_decode(text, used, "A B", out, size - 1, &got)); /* no room */
            used = write_block(bytes, size, width, text);
            assert_true(pem_decode(text, used, "A B", out, size, &got));
            assert_int_equal(got, size);
            assert_memory_equal(out, bytes, size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_found_among_other_text),
        cmocka_unit_test(what_is_no_block_of_this_label_is_refused),
        cmocka_unit_test(a_block_cut_anywhere_is_none),
        cmocka_unit_test(every_size_comes_back_from_lines_of_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
