/* SPDX-License-Identifier: Apache-2.0
 *
 * The head of an HTTP/1.1 request (RFC 9112), read as strictly as it can be: one way to write each
 * thing, anything ambiguous refused. Whoever gets a refusal answers with http_result_status() and
 * closes the connection, because nobody can know where the next request would begin.
 *
 * Taken: origin-form targets, CRLF, exactly one Host, a body by one Content-Length in digits.
 * Refused: bare CR or LF, obs-fold, NUL and controls, bytes above 7E, blanks before the colon,
 * Transfer-Encoding (501), Expect (417), other methods (501), other versions (505), heads above
 * 8 KiB or 64 fields (431).
 */
#ifndef CODEC_HTTP_REQUEST_H
#define CODEC_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"

enum { HTTP_HEAD_SIZE_MAX = 8192, HTTP_HEADERS_MAX = 64 };

enum http_method {
    HTTP_METHOD_GET = 1,
    HTTP_METHOD_HEAD,
    HTTP_METHOD_POST,
    HTTP_METHOD_PUT,
    HTTP_METHOD_DELETE,
    HTTP_METHOD_OPTIONS
};

enum http_result {
    HTTP_RESULT_OK = 1,
    HTTP_RESULT_INCOMPLETE,           /* good so far, more bytes needed */
    HTTP_RESULT_BYTE_INVALID,         /* 400: a byte no head may hold, or a lone CR or LF */
    HTTP_RESULT_REQUEST_LINE_INVALID, /* 400 */
    HTTP_RESULT_METHOD_UNKNOWN,       /* 501: a token, but none of ours */
    HTTP_RESULT_TARGET_INVALID,       /* 400: not origin-form, or characters RFC 3986 forbids */
    HTTP_RESULT_VERSION_UNSUPPORTED,  /* 505: HTTP/x.y but not 1.1 */
    HTTP_RESULT_HEADER_INVALID,       /* 400: a field line that is not token ":" value */
    HTTP_RESULT_HEADERS_TOO_MANY,     /* 431 */
    HTTP_RESULT_HEAD_TOO_LARGE,       /* 431 */
    HTTP_RESULT_HOST_INVALID,         /* 400: none, several, or not a host */
    HTTP_RESULT_LENGTH_INVALID,       /* 400: Content-Length twice, or not digits */
    HTTP_RESULT_LENGTH_AMBIGUOUS,     /* 400: Content-Length and Transfer-Encoding */
    HTTP_RESULT_TRANSFER_ENCODING,    /* 501: bodies come with a length here */
    HTTP_RESULT_EXPECTATION           /* 417 */
};

struct http_header {
    struct slice name;  /* as written; compare without regard to case */
    struct slice value; /* without blanks around it */
};

struct http_request {
    enum http_method method;
    struct slice target; /* path and query as they came */
    struct slice path;   /* starts with '/'; not decoded */
    struct slice query;  /* after the '?', raw (signatures are over these bytes); may be empty */
    struct slice host;
    uint64_t content_length; /* 0 when there is no body */
    size_t head_size;        /* bytes up to and with the blank line */
    bool wants_close;        /* Connection: close */
    bool wants_upgrade;      /* Connection: upgrade */
    uint32_t header_count;
    struct http_header headers[HTTP_HEADERS_MAX];
};

/* Looks for the end of the head in bytes[0..size), from *scanned on, so that a head that arrives
 * byte by byte costs no more than one that comes whole. *scanned starts at 0 and is kept by the
 * caller. OK: *scanned is the head's size. Otherwise INCOMPLETE, BYTE_INVALID, HEAD_TOO_LARGE. */
enum http_result http_head_scan(const char *bytes, size_t size, size_t *scanned);

/* Reads a head of exactly `size` bytes, as http_head_scan() found it. Never INCOMPLETE. All slices
 * point into `bytes`. On refusal the request's contents are undefined. */
enum http_result http_request_parse(struct http_request *request, const char *bytes, size_t size);

/* How many fields have this name; *value is the first one's value (untouched if none). A caller to
 * whom a field matters refuses more than one. */
size_t http_request_find(const struct http_request *request, const char *name, struct slice *value);

/* True when the comma-separated list of all fields `name` holds `token`, in any case. */
bool http_request_has_token(const struct http_request *request, const char *name,
                            const char *token);

/* The status to answer a refusal with: 400, 417, 431, 501 or 505; 0 for OK and INCOMPLETE. */
unsigned http_result_status(enum http_result result);

/* One line for people, e.g. "Transfer-Encoding is not supported". */
const char *http_result_text(enum http_result result);

/* "GET" ... */
const char *http_method_name(enum http_method method);

/* The reason phrase of a status, "" for one we never send. */
const char *http_status_phrase(unsigned status);

#endif
