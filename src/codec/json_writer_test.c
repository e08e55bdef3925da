/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON writer: what it writes can be read back, and it never writes past its room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/json_reader.h"
#include "codec/json_writer.h"

static void document_write(struct json_writer *writer)
{
    json_write_object_begin(writer);
    json_write_key_text(writer, "symbol", "BTCKZT");
    json_write_key_uint64(writer, "id", UINT64_MAX);
    json_write_key_int64(writer, "low", INT64_MIN);
    json_write_key_bool(writer, "yes", true);
    json_write_key_decimal(writer, "price", 4150000000000, 8);
    json_write_key(writer, "fills");
    json_write_array_begin(writer);
    json_write_object_begin(writer);
    json_write_object_end(writer);
    json_write_array_begin(writer);
    json_write_array_end(writer);
    json_write_null(writer);
    json_write_raw(writer, slice_of_text("[1]"));
    json_write_bool(writer, false);
    json_write_array_end(writer);
    json_write_key_string(writer, "note", slice_of_text("\"\\\n\r\t\x01\x7F\xC3\xA9\xFFz\xE2\x82"));
    json_write_object_end(writer);
}

static const char DOCUMENT[] =
    "{\"symbol\":\"BTCKZT\",\"id\":18446744073709551615,\"low\":-9223372036854775808,"
    "\"yes\":true,\"price\":\"41500.00000000\",\"fills\":[{},[],null,[1],false],"
    "\"note\":\"\\\"\\\\\\n\\r\\t\\u0001\\u007f\xC3\xA9\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\"}";

static void a_document_is_written_as_expected(void **state)
{
    char buffer[512];
    struct json_writer writer;
    struct json_value value;
    json_writer_begin(&writer, buffer, sizeof buffer);
    document_write(&writer);
    struct slice text = json_writer_text(&writer);
    assert_int_equal(text.size, sizeof DOCUMENT - 1);
    assert_memory_equal(text.data, DOCUMENT, text.size);
    assert_int_equal(json_text_check(text, 8, &value), JSON_RESULT_OK);
}

static void a_buffer_of_any_size_is_never_overrun(void **state)
{
    char buffer[512];
    for (size_t capacity = 0; capacity < sizeof DOCUMENT + 2; capacity++) {
        struct json_writer writer;
        memset(buffer, '#', sizeof buffer);
        json_writer_begin(&writer, buffer, capacity);
        document_write(&writer);
        bool fits = capacity >= sizeof DOCUMENT - 1;
        assert_int_equal(writer.is_truncated, !fits);
        assert_int_equal(json_writer_text(&writer).size, fits ? sizeof DOCUMENT - 1 : 0);
        assert_true(writer.size <= capacity);
        assert_memory_equal(buffer, DOCUMENT, writer.size); /* nothing after what did not fit */
        for (size_t i = capacity; i < sizeof buffer; i++) {
            assert_int_equal(buffer[i], '#');
        }
    }
}

static void any_bytes_survive_as_a_string(void **state)
{
    uint64_t random = 1;
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        char buffer[200];
        char decoded[200];
        size_t size = (size_t)(random >> 60);
        for (size_t i = 0; i < size; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            bytes[i] = (char)(random >> 56);
        }
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        struct json_writer writer;
        struct json_value value;
        size_t decoded_size;
        json_writer_begin(&writer, buffer, sizeof buffer);
        json_write_string(&writer, slice_of(bytes, size));
        assert_int_equal(json_text_check(json_writer_text(&writer), 0, &value), JSON_RESULT_OK);
        assert_true(json_string_decode(value, decoded, sizeof decoded, &decoded_size));
        bool is_ascii = true;
        for (size_t i = 0; i < size; i++) {
            is_ascii = is_ascii && (bytes[i] & 0x80) == 0;
        }
        if (is_ascii) {
            assert_true(slice_equals(slice_of(decoded, decoded_size), slice_of(bytes, size)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_written_as_expected),
        cmocka_unit_test(a_buffer_of_any_size_is_never_overrun),
        cmocka_unit_test(any_bytes_survive_as_a_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
