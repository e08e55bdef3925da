/* SPDX-License-Identifier: Apache-2.0
 *
 * The words and numbers that HTTP answers are made of.
 *
 * Why here: tables, kept apart from the parser so that the parser can be read in one go.
 * Read next: gateway/http_session.c.
 */
#include "codec/http_request.h"

unsigned http_result_status(enum http_result result)
{
    switch (result) {
    case HTTP_RESULT_OK:
    case HTTP_RESULT_INCOMPLETE: return 0;
    case HTTP_RESULT_BYTE_INVALID:
    case HTTP_RESULT_REQUEST_LINE_INVALID:
    case HTTP_RESULT_TARGET_INVALID:
    case HTTP_RESULT_HEADER_INVALID:
    case HTTP_RESULT_HOST_INVALID:
    case HTTP_RESULT_LENGTH_INVALID:
    case HTTP_RESULT_LENGTH_AMBIGUOUS: return 400;
    case HTTP_RESULT_METHOD_UNKNOWN:
    case HTTP_RESULT_TRANSFER_ENCODING: return 501;
    case HTTP_RESULT_VERSION_UNSUPPORTED: return 505;
    case HTTP_RESULT_HEADERS_TOO_MANY:
    case HTTP_RESULT_HEAD_TOO_LARGE: return 431;
    case HTTP_RESULT_EXPECTATION: return 417;
    }
    return 0;
}

const char *http_result_text(enum http_result result)
{
    switch (result) {
    case HTTP_RESULT_OK: return "The request head is well formed.";
    case HTTP_RESULT_INCOMPLETE: return "The request head is not complete.";
    case HTTP_RESULT_BYTE_INVALID:
        return "The request head holds a byte that is not allowed there.";
    case HTTP_RESULT_REQUEST_LINE_INVALID: return "The request line is malformed.";
    case HTTP_RESULT_METHOD_UNKNOWN: return "The method is not known.";
    case HTTP_RESULT_TARGET_INVALID: return "The request target is malformed.";
    case HTTP_RESULT_VERSION_UNSUPPORTED: return "Only HTTP/1.1 is spoken.";
    case HTTP_RESULT_HEADER_INVALID: return "A header field is malformed.";
    case HTTP_RESULT_HEADERS_TOO_MANY: return "Too many header fields.";
    case HTTP_RESULT_HEAD_TOO_LARGE: return "The request head is too large.";
    case HTTP_RESULT_HOST_INVALID: return "Exactly one valid Host is needed.";
    case HTTP_RESULT_LENGTH_INVALID: return "Content-Length is malformed or doubled.";
    case HTTP_RESULT_LENGTH_AMBIGUOUS:
        return "Content-Length and Transfer-Encoding exclude each other.";
    case HTTP_RESULT_TRANSFER_ENCODING: return "Transfer-Encoding is not supported.";
    case HTTP_RESULT_EXPECTATION: return "Expect is not supported.";
    }
    return "";
}

const char *http_status_phrase(unsigned status)
{
    static const struct {
        unsigned status;
        const char *phrase;
    } PHRASES[] = {
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {418, "I'm a teapot"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof PHRASES / sizeof PHRASES[0]; i++) {
        if (PHRASES[i].status == status) {
            return PHRASES[i].phrase;
        }
    }
    return "";
}
