/* SPDX-License-Identifier: Apache-2.0
 *
 * The head parser on any bytes: the same in pieces as at once, every slice inside the head, and no
 * accepted head that another parser reads differently.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/http_request.h"
#ifdef TARAZY_HAVE_LLHTTP
#include "fuzz/llhttp_oracle.h"
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

static void slice_check(struct slice part, const char *bytes, size_t size)
{
    CHECK(part.data >= bytes && part.data + part.size <= bytes + size);
}

static void request_check(const struct http_request *request, const char *bytes, size_t size)
{
    CHECK(request->head_size == size && request->path.size > 0 && request->path.data[0] == '/');
    CHECK(request->header_count >= 1 && request->header_count <= HTTP_HEADERS_MAX);
    slice_check(request->target, bytes, size);
    slice_check(request->path, bytes, size);
    slice_check(request->query, bytes, size);
    slice_check(request->host, bytes, size);
    struct slice value;
    CHECK(http_request_find(request, "host", &value) == 1);
    CHECK(http_request_find(request, "transfer-encoding", &value) == 0);
    CHECK(http_request_find(request, "content-length", &value) <= 1);
    for (uint32_t i = 0; i < request->header_count; i++) {
        slice_check(request->headers[i].name, bytes, size);
        slice_check(request->headers[i].value, bytes, size);
        for (size_t k = 0; k < request->headers[i].value.size; k++) {
            char c = request->headers[i].value.data[k];
            CHECK(c == '\t' || (c >= ' ' && c <= '~'));
        }
    }
}

#ifdef TARAZY_HAVE_LLHTTP
static void oracle_check(const struct http_request *request, const char *bytes, size_t size)
{
    static struct oracle_reading other;
    llhttp_oracle_read(&other, bytes, size);
    if (!other.is_accepted) {
        return; /* it may be stricter; it may not read something else */
    }
    CHECK(other.head_size == size);
    CHECK(slice_equals_text(slice_of_text(http_method_name(request->method)), other.method));
    CHECK(slice_equals(request->target, other.target));
    CHECK(request->content_length == other.content_length);
    CHECK(request->header_count == other.header_count);
    for (size_t i = 0; i < other.header_count; i++) {
        CHECK(slice_equals(request->headers[i].name, other.names[i]));
        CHECK(slice_equals(request->headers[i].value, slice_trim(other.values[i])));
    }
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http_request request;
    const char *bytes = (const char *)data;
    size_t scanned = 0;
    enum http_result result = http_head_scan(bytes, size, &scanned);
    CHECK(scanned <= size && scanned <= HTTP_HEAD_SIZE_MAX);

    size_t piecewise = 0;
    enum http_result again = HTTP_RESULT_INCOMPLETE;
    size_t step = size > 0 ? 1 + data[size / 2] % 7 : 1;
    for (size_t end = 0; end < size && again == HTTP_RESULT_INCOMPLETE;) {
        end = size - end < step ? size : end + step;
        again = http_head_scan(bytes, end, &piecewise);
    }
    CHECK(again == result && (size == 0 || piecewise == scanned));
    if (result != HTTP_RESULT_OK) {
        return 0;
    }
    result = http_request_parse(&request, bytes, scanned);
    CHECK(result != HTTP_RESULT_INCOMPLETE);
    if (result != HTTP_RESULT_OK) {
        CHECK(http_result_status(result) >= 400);
        return 0;
    }
    request_check(&request, bytes, scanned);
#ifdef TARAZY_HAVE_LLHTTP
    oracle_check(&request, bytes, scanned);
#endif
    return 0;
}
