/* SPDX-License-Identifier: Apache-2.0
 *
 * The head parser: what clients send is taken, every known way to smuggle is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>

#include "codec/http_request.h"

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: a\r\n"

struct vector {
    enum http_result result;
    struct slice head;
};

#define VECTOR(kind, text)                       \
    {                                            \
        HTTP_RESULT_##kind, SLICE_CONSTANT(text) \
    }

/* Scans and parses, as a server does. */
static enum http_result head_read(struct http_request *request, struct slice head)
{
    size_t scanned = 0;
    enum http_result result = http_head_scan(head.data, head.size, &scanned);
    return result == HTTP_RESULT_OK ? http_request_parse(request, head.data, scanned) : result;
}

static const struct vector TAKEN[] = {
    VECTOR(OK, LINE HOST "\r\n"),
    VECTOR(OK, LINE "hOST:a\r\n\r\n"),
    VECTOR(OK, LINE "Host: \t a \t \r\n\r\n"),
    VECTOR(OK, LINE "Host: 127.0.0.1:8080\r\n\r\n"),
    VECTOR(OK, LINE "Host: [::1]:8080\r\n\r\n"),
    VECTOR(OK, LINE "Host: [::ffff:1.2.3.4]\r\n\r\n"),
    VECTOR(OK, LINE "Host: my_host-1.example\r\n\r\n"),
    VECTOR(OK, "HEAD /a HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(OK, "PUT /a HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(OK, "DELETE /a?b HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(OK, "OPTIONS /a HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(OK, "POST /a HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"),
    VECTOR(OK, "POST /a HTTP/1.1\r\n" HOST "Content-Length: 000012\r\n\r\n"),
    VECTOR(OK, "POST /a HTTP/1.1\r\n" HOST "Content-Length: 999999999999999999\r\n\r\n"),
    VECTOR(OK, "GET /stream?streams=!ticker@arr/btckzt@depth HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(OK, "GET /t?symbols=[%22A%22,%22B%22]&x={|}^ HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(OK, "GET /a?b?c HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(OK, "GET //a/../b HTTP/1.1\r\n" HOST "\r\n"), /* the router knows no such path */
    VECTOR(OK, LINE HOST "X-Empty:\r\nX-Blank: \r\n\r\n"),
    VECTOR(OK, LINE HOST "!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n"),
    VECTOR(OK, LINE HOST "A: b: c\r\n\r\n"),
    VECTOR(OK, LINE HOST "A: b\tc\r\n\r\n"),
    VECTOR(OK, LINE HOST "X-Transfer-Encoding: chunked\r\n\r\n"),
    VECTOR(OK, LINE HOST "Connection: keep-alive\r\n\r\nGET /next"),
};

/* Each of these has let somebody in somewhere, or is one reading too many. */
static const struct vector REFUSED[] = {
    /* two answers to "how long is the body" */
    VECTOR(LENGTH_AMBIGUOUS, LINE HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
    VECTOR(LENGTH_AMBIGUOUS, LINE HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
    VECTOR(TRANSFER_ENCODING, LINE HOST "Transfer-Encoding: chunked\r\n\r\n"),
    VECTOR(TRANSFER_ENCODING, LINE HOST "Transfer-Encoding: identity\r\n\r\n"),
    VECTOR(TRANSFER_ENCODING, LINE HOST "TRANSFER-ENCODING: \tchunked\r\n\r\n"),
    VECTOR(TRANSFER_ENCODING, LINE HOST "Transfer-Encoding: xchunked\r\n\r\n"),
    VECTOR(TRANSFER_ENCODING, LINE HOST "Transfer-Encoding:\r\n\r\n"),
    VECTOR(TRANSFER_ENCODING,
           LINE HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE HOST "Transfer-Encoding : chunked\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "Transfer-Encoding\x0B: chunked\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "Transfer-Encoding: \x0Cchunked\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE HOST " Transfer-Encoding: chunked\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "Transfer-Encoding:\x00 chunked\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 5\r\ncontent-length: 5\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 5, 5\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 5,6\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length:\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: +5\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: -5\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 0x5\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 5 6\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 5.0\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 1e1\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: \"5\"\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 18446744073709551621\r\n\r\n"),
    VECTOR(LENGTH_INVALID, LINE HOST "Content-Length: 1000000000000000000\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE HOST "Content-Length : 5\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE HOST "Content-Length\t: 5\r\n\r\n"),
    VECTOR(EXPECTATION, LINE HOST "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"),
    VECTOR(EXPECTATION, LINE HOST "expect: x\r\n\r\n"),
    /* where a line ends */
    VECTOR(BYTE_INVALID, "GET / HTTP/1.1\nHost: a\n\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A: b\nContent-Length: 5\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A: b\rContent-Length: 5\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A: b\r\rC: d\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A: b\r\n\rC: d\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A: b\r\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A: b\r\n\n"),
    VECTOR(BYTE_INVALID, LINE HOST "\n\r\n"),
    VECTOR(HEADER_INVALID, LINE HOST "A: b\r\n folded\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE HOST "A: b\r\n\tfolded\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE " " HOST "\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A: b\x00\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A: b\x7F\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A: \x1B[31m\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A: \xC3\xA9\r\n\r\n"),
    VECTOR(BYTE_INVALID, LINE HOST "A\xC2\xA0: b\r\n\r\n"),
    /* the host */
    VECTOR(HOST_INVALID, LINE "\r\n"),
    VECTOR(HOST_INVALID, LINE "Host:\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE HOST HOST "\r\n"),
    VECTOR(HOST_INVALID, LINE HOST "host: b\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE "Host: a b\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE "Host: a,b\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE "Host: a/b\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE "Host: u@a\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE "Host: a:\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE "Host: a:b\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE "Host: a:123456\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE "Host: [::1\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE "Host: []\r\n\r\n"),
    VECTOR(HOST_INVALID, LINE "Host: [::1]x\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE "Host : a\r\n\r\n"),
    /* the request line */
    VECTOR(REQUEST_LINE_INVALID, "\r\n\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "\r\nGET / HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET /\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, " GET / HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET  / HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET /  HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET / HTTP/1.1 \r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET /a b HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET\t/\tHTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET / http/1.1\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET / HTTP/1.1x\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET / HTTP/11\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET / HTTP/01.1\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "GET / HTTP/2\r\n" HOST "\r\n"),
    VECTOR(REQUEST_LINE_INVALID, "G(T / HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(VERSION_UNSUPPORTED, "GET / HTTP/1.0\r\n" HOST "\r\n"),
    VECTOR(VERSION_UNSUPPORTED, "GET / HTTP/1.2\r\n" HOST "\r\n"),
    VECTOR(VERSION_UNSUPPORTED, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    VECTOR(METHOD_UNKNOWN, "get / HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(METHOD_UNKNOWN, "PATCH / HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(METHOD_UNKNOWN, "TRACE / HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(METHOD_UNKNOWN, "CONNECT a:80 HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(METHOD_UNKNOWN, "GETX / HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(TARGET_INVALID, "GET http://b/ HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(TARGET_INVALID, "GET a HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(TARGET_INVALID, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(TARGET_INVALID, "GET /a#b HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(TARGET_INVALID, "GET /a\"b HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(TARGET_INVALID, "GET /a<b> HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(TARGET_INVALID, "GET /a\\b HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(TARGET_INVALID, "GET /a?b\\c HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(TARGET_INVALID, "GET /[a] HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(TARGET_INVALID, "GET /a\tb HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(BYTE_INVALID, "GET /a\x00"
                         "b HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(BYTE_INVALID, "GET /\xD0\x90 HTTP/1.1\r\n" HOST "\r\n"),
    VECTOR(BYTE_INVALID, "GET / HTTP/1.1\r" HOST "\r\n"),
    VECTOR(BYTE_INVALID, "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03"), /* TLS to a plain port */
    VECTOR(REQUEST_LINE_INVALID, "GET / HTTP/1.1GET / HTTP/1.1\r\n" HOST "\r\n"),
    /* field lines */
    VECTOR(HEADER_INVALID, LINE HOST "no colon\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE HOST ": no name\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE HOST "a b: c\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE HOST "a(b): c\r\n\r\n"),
    VECTOR(HEADER_INVALID, LINE HOST "\"a\": c\r\n\r\n"),
};

static void what_clients_send_is_taken(void **state)
{
    for (size_t i = 0; i < sizeof TAKEN / sizeof TAKEN[0]; i++) {
        struct http_request request;
        enum http_result result = head_read(&request, TAKEN[i].head);
        if (result != HTTP_RESULT_OK) {
            fail_msg("refused (%s): %s", http_result_text(result), TAKEN[i].head.data);
        }
    }
}

static void every_ambiguity_is_refused_with_its_status(void **state)
{
    assert_true(sizeof REFUSED / sizeof REFUSED[0] >= 40);
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        struct http_request request;
        enum http_result result = head_read(&request, REFUSED[i].head);
        if (result != REFUSED[i].result) {
            fail_msg("vector %zu: %s Expected: %s %s", i, http_result_text(result),
                     http_result_text(REFUSED[i].result), REFUSED[i].head.data);
        }
        assert_true(http_result_status(result) >= 400);
        assert_string_not_equal(http_status_phrase(http_result_status(result)), "");
    }
}

/* Scans the first `cut` bytes, then all of them. */
static enum http_result head_read_cut(struct slice head, size_t cut)
{
    struct http_request request;
    size_t scanned = 0;
    enum http_result result = http_head_scan(head.data, cut, &scanned);
    if (result == HTTP_RESULT_INCOMPLETE) {
        result = http_head_scan(head.data, head.size, &scanned);
    }
    return result == HTTP_RESULT_OK ? http_request_parse(&request, head.data, scanned) : result;
}

static void a_head_split_at_any_byte_reads_the_same(void **state)
{
    const struct vector *const tables[] = {TAKEN, REFUSED};
    const size_t counts[] = {sizeof TAKEN / sizeof TAKEN[0], sizeof REFUSED / sizeof REFUSED[0]};
    for (size_t table = 0; table < 2; table++) {
        for (size_t i = 0; i < counts[table]; i++) {
            const struct vector *vector = &tables[table][i];
            for (size_t cut = 0; cut <= vector->head.size; cut++) {
                assert_int_equal(head_read_cut(vector->head, cut), vector->result);
            }
        }
    }
}

static void the_parts_of_a_request_are_found(void **state)
{
    static const char TEXT[] = "POST /api/v3/order?a=1&b=%20 HTTP/1.1\r\n"
                               "Host: localhost:8080\r\n"
                               "X-MBX-APIKEY:  key \r\n"
                               "x-mbx-apikey: other\r\n"
                               "Connection: foo , Upgrade\r\n"
                               "connection: Close\r\n"
                               "Content-Length: 17\r\n\r\n";
    struct http_request request;
    struct slice value = {0};
    assert_int_equal(head_read(&request, slice_of(TEXT, sizeof TEXT - 1)), HTTP_RESULT_OK);
    assert_int_equal(request.method, HTTP_METHOD_POST);
    assert_true(slice_equals_text(request.target, "/api/v3/order?a=1&b=%20"));
    assert_true(slice_equals_text(request.path, "/api/v3/order"));
    assert_true(slice_equals_text(request.query, "a=1&b=%20"));
    assert_true(slice_equals_text(request.host, "localhost:8080"));
    assert_int_equal(request.content_length, 17);
    assert_int_equal(request.head_size, sizeof TEXT - 1);
    assert_true(request.wants_close);
    assert_true(request.wants_upgrade);
    assert_int_equal(request.header_count, 6);
    assert_int_equal(http_request_find(&request, "X-Mbx-ApiKey", &value), 2);
    assert_true(slice_equals_text(value, "key"));
    assert_int_equal(http_request_find(&request, "X-Mbx-ApiKe", &value), 0);
    assert_int_equal(http_request_find(&request, "X-Mbx-ApiKeys", &value), 0);
    assert_false(http_request_has_token(&request, "connection", "fo"));
    assert_true(http_request_has_token(&request, "connection", "FOO"));
    assert_string_equal(http_method_name(request.method), "POST");
}

static void size_and_number_of_fields_are_limited(void **state)
{
    static char text[HTTP_HEAD_SIZE_MAX + 100];
    struct http_request request;
    for (int fields = HTTP_HEADERS_MAX - 1; fields <= HTTP_HEADERS_MAX + 1; fields++) {
        size_t size = (size_t)snprintf(text, sizeof text, LINE HOST);
        for (int i = 1; i < fields; i++) {
            size += (size_t)snprintf(text + size, sizeof text - size, "F: %d\r\n", i);
        }
        size += (size_t)snprintf(text + size, sizeof text - size, "\r\n");
        assert_int_equal(head_read(&request, slice_of(text, size)),
                         fields <= HTTP_HEADERS_MAX ? HTTP_RESULT_OK
                                                    : HTTP_RESULT_HEADERS_TOO_MANY);
    }
    for (size_t whole = HTTP_HEAD_SIZE_MAX - 1; whole <= HTTP_HEAD_SIZE_MAX + 1; whole++) {
        static const char START[] = LINE HOST "A: ";
        memset(text, 'x', sizeof text);
        memcpy(text, START, sizeof START - 1);
        memcpy(text + whole - 4, "\r\n\r\n", 4);
        /* A head of exactly the limit is whole; one byte more and its end is never looked at. */
        assert_int_equal(head_read(&request, slice_of(text, whole)),
                         whole <= HTTP_HEAD_SIZE_MAX ? HTTP_RESULT_OK : HTTP_RESULT_HEAD_TOO_LARGE);
    }
}

static void a_slow_head_costs_no_more_than_a_fast_one(void **state)
{
    static char text[HTTP_HEAD_SIZE_MAX];
    size_t scanned = 0;
    memset(text, 'x', sizeof text);
    for (size_t size = 1; size < sizeof text; size++) {
        assert_int_equal(http_head_scan(text, size, &scanned), HTTP_RESULT_INCOMPLETE);
        assert_int_equal(scanned, size); /* nothing is looked at again */
    }
}

/* Runs of bytes are looked at in one go; what is found is what a look at one byte after the other finds. */
static void a_head_at_once_is_a_head_byte_by_byte(void **state)
{
    static const char ALPHABET[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa A:\t~\x7F\x1F\x80";
    uint64_t random = 9;
    for (int round = 0; round < 200000; round++) {
        char text[120];
        size_t size = 0;
        while (size < sizeof text - 2) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            uint64_t pick = random >> 33;
            if (pick % 37 < 2) {
                memcpy(text + size, "\r\n\r\n", 2);
                size += 2;
            } else if (pick % 997 == 3) {
                text[size++] = pick % 2 == 0 ? '\r' : '\n';
            } else {
                /* Mostly what is plain, or nothing long would ever be. */
                size_t among = pick % 101 == 0 ? sizeof ALPHABET - 1 : sizeof ALPHABET - 4;
                text[size++] = ALPHABET[(pick >> 8) % among];
            }
        }
        size_t whole = 0;
        size_t slow = 0;
        enum http_result expected = HTTP_RESULT_INCOMPLETE;
        for (size_t i = 1; i <= size && expected == HTTP_RESULT_INCOMPLETE; i++) {
            expected = http_head_scan(text, i, &slow);
        }
        assert_int_equal(http_head_scan(text, size, &whole), expected);
        assert_int_equal(whole, slow);
    }
}

/* RFC 3986 in the path, and the few more that browsers leave as they are behind the '?'. */
static void a_target_has_the_bytes_it_may_have(void **state)
{
    static const char PATH[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "-._~!$&'()*+,;=:@/%";
    static const char QUERY[] = "?[]{}|^";
    for (int byte = 0x21; byte < 0x7F; byte++) {
        struct http_request request;
        char text[64];
        bool is_in_path = strchr(PATH, byte) != NULL;
        bool is_in_query = is_in_path || strchr(QUERY, byte) != NULL;
        int size = snprintf(text, sizeof text, "GET /a?b%cc HTTP/1.1\r\nHost: a\r\n\r\n", byte);
        assert_int_equal(http_request_parse(&request, text, (size_t)size),
                         is_in_query ? HTTP_RESULT_OK : HTTP_RESULT_TARGET_INVALID);
        size = snprintf(text, sizeof text, "GET /a%cc HTTP/1.1\r\nHost: a\r\n\r\n", byte);
        assert_int_equal(http_request_parse(&request, text, (size_t)size),
                         is_in_path || byte == '?' ? HTTP_RESULT_OK : HTTP_RESULT_TARGET_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_clients_send_is_taken),
        cmocka_unit_test(every_ambiguity_is_refused_with_its_status),
        cmocka_unit_test(a_head_split_at_any_byte_reads_the_same),
        cmocka_unit_test(the_parts_of_a_request_are_found),
        cmocka_unit_test(size_and_number_of_fields_are_limited),
        cmocka_unit_test(a_slow_head_costs_no_more_than_a_fast_one),
        cmocka_unit_test(a_head_at_once_is_a_head_byte_by_byte),
        cmocka_unit_test(a_target_has_the_bytes_it_may_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
