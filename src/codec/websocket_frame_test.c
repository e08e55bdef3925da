/* SPDX-License-Identifier: Apache-2.0
 *
 * WebSocket frames: messages come out whole whatever the pieces they came in, and every breach of
 * RFC 6455 is met with its close code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "codec/websocket_frame.h"

enum { MESSAGE_MAX = 1000, FRAGMENTS_MAX = 4, BUFFER_SIZE = MESSAGE_MAX + 256 };

static const uint8_t MASK[4] = {0x37, 0xFA, 0x21, 0x3D};

/* A stream of frames under construction. */
struct stream {
    char bytes[8192];
    size_t size;
};

/* One masked frame with any first byte, so that wrong ones can be made. */
static void frame_put(struct stream *stream, uint8_t first, const char *payload, size_t size)
{
    char *out = stream->bytes + stream->size;
    size_t header =
        websocket_header_encode_masked(out, (enum websocket_opcode)(first & 15), size, MASK);
    out[0] = (char)first;
    memcpy(out + header, payload, size);
    websocket_mask(out + header, size, MASK, 0);
    stream->size += header + size;
}

static void text_put(struct stream *stream, uint8_t first, const char *text)
{
    frame_put(stream, first, text, strlen(text));
}

/* Feeds a stream in pieces of `step` bytes and writes what comes out as one line of text. */
static void stream_tell(const struct stream *stream, size_t step, char *told, size_t told_size)
{
    struct websocket_reader reader;
    char buffer[BUFFER_SIZE];
    size_t size = 0;
    size_t at = 0;
    size_t written = 0;
    told[0] = '\0';
    websocket_reader_begin(&reader, WEBSOCKET_ROLE_SERVER, MESSAGE_MAX, FRAGMENTS_MAX);
    while (at < stream->size) {
        size_t piece = stream->size - at < step ? stream->size - at : step;
        piece = piece < sizeof buffer - size ? piece : sizeof buffer - size;
        assert_true(piece > 0); /* the buffer never fills up */
        memcpy(buffer + size, stream->bytes + at, piece);
        size += piece;
        at += piece;
        for (;;) {
            struct websocket_event event = websocket_reader_next(&reader, buffer, size);
            if (event.kind == WEBSOCKET_EVENT_INCOMPLETE) {
                break;
            }
            int length = (int)(event.payload.size < 40 ? event.payload.size : 40);
            written +=
                (size_t)snprintf(told + written, told_size - written, "%c%u:%zu:%.*s ",
                                 "-itbpoce"[event.kind], (unsigned)event.code, event.payload.size,
                                 length, length > 0 ? event.payload.data : "");
            if (event.kind == WEBSOCKET_EVENT_CLOSE || event.kind == WEBSOCKET_EVENT_ERROR) {
                return;
            }
        }
        size = websocket_reader_compact(&reader, buffer, size);
    }
}

static void stream_is(const struct stream *stream, const char *expected)
{
    for (size_t step = 1; step <= stream->size + 1; step++) {
        char told[2048];
        stream_tell(stream, step, told, sizeof told);
        assert_string_equal(told, expected);
    }
}

static void messages_pings_and_closes_are_told(void **state)
{
    struct stream stream = {0};
    text_put(&stream, 0x81, "hello");
    text_put(&stream, 0x82, "bin");
    text_put(&stream, 0x89, "ping?");
    text_put(&stream, 0x8A, "");
    text_put(&stream, 0x81, "");
    frame_put(&stream, 0x88,
              "\x03\xE8"
              "bye",
              5);
    text_put(&stream, 0x81, "after the end");
    stream_is(&stream, "t0:5:hello b0:3:bin p0:5:ping? o0:0: t0:0: c1000:3:bye ");
}

static void fragments_become_one_message_around_control_frames(void **state)
{
    struct stream stream = {0};
    text_put(&stream, 0x01, "one \xD0");
    text_put(&stream, 0x89, "1");
    text_put(&stream, 0x00, "\x90 two");
    text_put(&stream, 0x8A, "2");
    text_put(&stream, 0x80, " three");
    text_put(&stream, 0x02, "a");
    text_put(&stream, 0x00, "");
    text_put(&stream, 0x00, "b");
    text_put(&stream, 0x80, "c");
    text_put(&stream, 0x81, "next");
    stream_is(&stream, "p0:1:1 o0:1:2 t0:16:one \xD0\x90 two three b0:3:abc t0:4:next ");
}

static void breaches_are_refused_with_their_code(void **state)
{
    static const char *const EXPECTED[] = {
        "e1002:0: ", "e1002:0: ", "e1002:0: ", "e1002:0: ", "e1002:0: ", "e1002:0: ",
        "e1002:0: ", "e1002:0: ", "e1002:0: ", "e1007:0: ", "e1007:0: ", "e1002:0: ",
        "e1002:0: ", "e1002:0: ", "e1007:0: ", "c1005:0: ",
    };
    struct stream streams[16] = {0};
    text_put(&streams[0], 0xC1, "reserved bit 1");
    text_put(&streams[1], 0xA1, "reserved bit 2");
    text_put(&streams[2], 0x91, "reserved bit 3");
    text_put(&streams[3], 0x83, "opcode 3");
    text_put(&streams[4], 0x8B, "opcode 11");
    text_put(&streams[5], 0x09, "a ping in fragments");
    text_put(&streams[6], 0x80, "goes on with nothing");
    text_put(&streams[7], 0x01, "one message");
    text_put(&streams[7], 0x81, "inside another");
    frame_put(&streams[8], 0x88, "\x03", 1);
    text_put(&streams[9], 0x81, "\xC0\x80");
    text_put(&streams[10], 0x81, "cut \xE2\x82");
    frame_put(&streams[11], 0x88, "\x03\xED", 2); /* 1005 may not travel */
    frame_put(&streams[12], 0x88, "\x03\xE7", 2); /* 999 */
    frame_put(&streams[13], 0x88, "\x0B\xB7", 2); /* 2999 */
    frame_put(&streams[14], 0x88, "\x03\xE8\xFF", 3);
    text_put(&streams[15], 0x88, "");
    for (size_t i = 0; i < 16; i++) {
        stream_is(&streams[i], EXPECTED[i]);
    }
}

static void a_frame_without_a_mask_is_refused(void **state)
{
    struct stream stream = {0};
    stream.size = websocket_header_encode(stream.bytes, WEBSOCKET_OPCODE_TEXT, 2);
    memcpy(stream.bytes + stream.size, "hi", 2);
    stream.size += 2;
    stream_is(&stream, "e1002:0: ");

    struct websocket_reader reader;
    websocket_reader_begin(&reader, WEBSOCKET_ROLE_CLIENT, MESSAGE_MAX, FRAGMENTS_MAX);
    struct websocket_event event = websocket_reader_next(&reader, stream.bytes, stream.size);
    assert_int_equal(event.kind, WEBSOCKET_EVENT_TEXT);
    struct stream masked = {0};
    text_put(&masked, 0x81, "hi");
    websocket_reader_begin(&reader, WEBSOCKET_ROLE_CLIENT, MESSAGE_MAX, FRAGMENTS_MAX);
    event = websocket_reader_next(&reader, masked.bytes, masked.size);
    assert_int_equal(event.kind, WEBSOCKET_EVENT_ERROR);
    assert_int_equal(event.code, WEBSOCKET_CLOSE_PROTOCOL_ERROR);
}

static void sizes_are_limited_and_written_in_the_fewest_bytes(void **state)
{
    static char payload[MESSAGE_MAX + 1];
    memset(payload, 'x', sizeof payload);
    for (size_t size = 0; size <= MESSAGE_MAX;
         size = size < 120 || size > 130 ? size + 60 : size + 1) {
        struct stream stream = {0};
        char expected[100];
        frame_put(&stream, 0x81, payload, size);
        int length = (int)(size < 40 ? size : 40);
        snprintf(expected, sizeof expected, "t0:%zu:%.*s ", size, length, payload);
        stream_is(&stream, expected);
    }
    struct stream large = {0};
    frame_put(&large, 0x81, payload, MESSAGE_MAX + 1);
    stream_is(&large, "e1009:0: ");
    struct stream sum = {0};
    frame_put(&sum, 0x01, payload, MESSAGE_MAX - 10);
    frame_put(&sum, 0x80, payload, 11);
    stream_is(&sum, "e1009:0: ");
    struct stream pieces = {0};
    text_put(&pieces, 0x01, "1");
    text_put(&pieces, 0x00, "2");
    text_put(&pieces, 0x00, "3");
    text_put(&pieces, 0x00, "4");
    text_put(&pieces, 0x80, "5");
    stream_is(&pieces, "e1008:0: ");
    /* Judged by the header alone: nobody has to wait for 2^62 bytes to refuse them. */
    static const struct slice HEADERS[] = {
        SLICE_CONSTANT("\x81\xFF\x40\x00\x00\x00\x00\x00\x00\x00"), /* 2^62 bytes */
        SLICE_CONSTANT("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), /* above 2^63 */
        SLICE_CONSTANT("\x81\xFF\x00\x00\x00\x00\x00\x00\xFF\xFF"), /* 8 bytes where 2 do */
        SLICE_CONSTANT("\x81\xFE\x00\x7D"),                         /* 2 bytes where 0 do */
        SLICE_CONSTANT("\x89\xFE"),                                 /* a long ping */
    };
    static const uint16_t CODES[] = {1009, 1002, 1002, 1002, 1002};
    for (size_t i = 0; i < 5; i++) {
        struct websocket_reader reader;
        char buffer[16];
        memcpy(buffer, HEADERS[i].data, HEADERS[i].size);
        websocket_reader_begin(&reader, WEBSOCKET_ROLE_SERVER, MESSAGE_MAX, FRAGMENTS_MAX);
        struct websocket_event event = websocket_reader_next(&reader, buffer, HEADERS[i].size);
        assert_int_equal(event.kind, WEBSOCKET_EVENT_ERROR);
        assert_int_equal(event.code, CODES[i]);
        event = websocket_reader_next(&reader, buffer, HEADERS[i].size);
        assert_int_equal(event.kind, WEBSOCKET_EVENT_INCOMPLETE);
    }
}

static void headers_are_encoded_as_the_standard_shows(void **state)
{
    char out[WEBSOCKET_HEADER_SIZE_MAX];
    assert_int_equal(websocket_header_encode(out, WEBSOCKET_OPCODE_TEXT, 5), 2);
    assert_memory_equal(out, "\x81\x05", 2);
    assert_int_equal(websocket_header_encode(out, WEBSOCKET_OPCODE_BINARY, 125), 2);
    assert_memory_equal(out, "\x82\x7D", 2);
    assert_int_equal(websocket_header_encode(out, WEBSOCKET_OPCODE_BINARY, 256), 4);
    assert_memory_equal(out, "\x82\x7E\x01\x00", 4);
    assert_int_equal(websocket_header_encode(out, WEBSOCKET_OPCODE_BINARY, 65535), 4);
    assert_int_equal(websocket_header_encode(out, WEBSOCKET_OPCODE_BINARY, 65536), 10);
    assert_memory_equal(out, "\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10);
    /* RFC 6455 5.7: a masked "Hello" */
    char hello[] = "Hello";
    assert_int_equal(websocket_header_encode_masked(out, WEBSOCKET_OPCODE_TEXT, 5, MASK), 6);
    assert_memory_equal(out, "\x81\x85\x37\xFA\x21\x3D", 6);
    websocket_mask(hello, 5, MASK, 0);
    assert_memory_equal(hello, "\x7F\x9F\x4D\x51\x58", 5);
}

static void masking_in_pieces_is_masking_at_once(void **state)
{
    char whole[64];
    char pieces[64];
    for (size_t cut = 0; cut <= sizeof whole; cut++) {
        for (size_t i = 0; i < sizeof whole; i++) {
            whole[i] = pieces[i] = (char)(i * 7);
        }
        websocket_mask(whole, sizeof whole, MASK, 0);
        websocket_mask(pieces, cut, MASK, 0);
        websocket_mask(pieces + cut, sizeof pieces - cut, MASK, cut);
        assert_memory_equal(whole, pieces, sizeof whole);
    }
}

static void close_frames_are_cut_at_a_character(void **state)
{
    char out[WEBSOCKET_CONTROL_SIZE_MAX];
    char reason[200];
    assert_int_equal(websocket_close_encode(out, 1001, slice_of_text("bye")), 5);
    assert_memory_equal(out,
                        "\x03\xE9"
                        "bye",
                        5);
    assert_int_equal(websocket_close_encode(out, 1013, slice_of(NULL, 0)), 2);
    for (size_t i = 0; i < sizeof reason; i += 2) {
        reason[i] = '\xD0';
        reason[i + 1] = '\x90';
    }
    assert_int_equal(websocket_close_encode(out, 1001, slice_of(reason, sizeof reason)), 124);
    assert_true(utf8_text_is_valid(out + 2, 122));
}

static void handshake_keys_are_sixteen_bytes(void **state)
{
    assert_true(websocket_key_is_valid(slice_of_text("dGhlIHNhbXBsZSBub25jZQ==")));
    assert_false(websocket_key_is_valid(slice_of_text("dGhlIHNhbXBsZSBub25j")));
    assert_false(websocket_key_is_valid(slice_of_text("dGhlIHNhbXBsZSBub25jZQ=")));
    assert_false(websocket_key_is_valid(slice_of_text("dGhlIHNhbXBsZSBub25jZR==")));
    assert_false(websocket_key_is_valid(slice_of_text("dGhlIHNhbXBsZSBub25jZQAA")));
    assert_false(websocket_key_is_valid(slice_of_text("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_pings_and_closes_are_told),
        cmocka_unit_test(fragments_become_one_message_around_control_frames),
        cmocka_unit_test(breaches_are_refused_with_their_code),
        cmocka_unit_test(a_frame_without_a_mask_is_refused),
        cmocka_unit_test(sizes_are_limited_and_written_in_the_fewest_bytes),
        cmocka_unit_test(headers_are_encoded_as_the_standard_shows),
        cmocka_unit_test(masking_in_pieces_is_masking_at_once),
        cmocka_unit_test(close_frames_are_cut_at_a_character),
        cmocka_unit_test(handshake_keys_are_sixteen_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
