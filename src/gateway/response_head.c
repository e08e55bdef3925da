/* SPDX-License-Identifier: Apache-2.0
 *
 * Status line, fields, body: one run of bytes.
 *
 * Why here: each request ends here, so it is written without printf; and a value that somebody
 * outside has a hand in must not be able to end its line.
 * Invariant: the room is counted before it is filled, by the same list of parts.
 * Read next: http_session.c.
 */
#include "gateway/response_head.h"

#include <stdio.h>
#include <time.h>

#include "base/ensure.h"

/* Without any header of the caller: the status line, Content-Length and Connection, generously. */
enum { FIXED_SIZE = 160 };

struct cursor {
    char *at;
    const char *end;
};

static void bytes_put(struct cursor *cursor, const char *bytes, size_t size)
{
    ENSURE((size_t)(cursor->end - cursor->at) >= size);
    if (size > 0) {
        memcpy(cursor->at, bytes, size);
        cursor->at += size;
    }
}

static void text_put(struct cursor *cursor, const char *text)
{
    bytes_put(cursor, text, strlen(text));
}

static void number_put(struct cursor *cursor, uint64_t number)
{
    char digits[20];
    size_t size = sizeof digits;
    do {
        digits[--size] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    bytes_put(cursor, digits + size, sizeof digits - size);
}

/* A value is one line whatever it was made of. */
static void value_put(struct cursor *cursor, struct slice value)
{
    bytes_put(cursor, value.data, value.size);
    for (char *c = cursor->at - value.size; c < cursor->at; c++) {
        if (*c < ' ' || *c > '~') {
            *c = '?';
        }
    }
}

static void field_put(struct cursor *cursor, const char *name, struct slice value)
{
    text_put(cursor, name);
    bytes_put(cursor, ": ", 2);
    value_put(cursor, value);
    bytes_put(cursor, "\r\n", 2);
}

static size_t fields_size(const struct server_response *response)
{
    size_t size = response->content_type != NULL ? strlen(response->content_type) + 32 : 0;
    for (size_t i = 0; i < response->header_count; i++) {
        size += strlen(response->headers[i].name) + response->headers[i].value.size + 4;
    }
    return size;
}

static void status_put(struct cursor *cursor, uint32_t status)
{
    bytes_put(cursor, "HTTP/1.1 ", 9);
    number_put(cursor, status);
    bytes_put(cursor, " ", 1);
    text_put(cursor, http_status_phrase(status));
    bytes_put(cursor, "\r\n", 2);
}

struct shared_frame *response_encode(const struct server_response *response,
                                     const struct response_style *style)
{
    ENSURE(response->header_count <= SERVER_HEADERS_MAX);
    ENSURE(response->status >= 100 && response->status <= 599);
    const struct shared_frame *shared = response->body_frame;
    size_t body_size = shared != NULL ? shared->size : response->body.size;
    /* 204 and 304 have no body and, by RFC 9110 8.6, no length. */
    bool has_body = response->status != 204 && response->status != 304;
    size_t copied_size =
        has_body && shared == NULL && !style->is_head_only ? response->body.size : 0;
    struct shared_frame *frame = shared_frame_create(FIXED_SIZE + style->common_lines.size +
                                                     fields_size(response) + copied_size);
    struct cursor cursor = {.at = frame->bytes, .end = frame->bytes + frame->size};
    status_put(&cursor, response->status);
    bytes_put(&cursor, style->common_lines.data, style->common_lines.size);
    if (response->content_type != NULL) {
        field_put(&cursor, "Content-Type", slice_of_text(response->content_type));
    }
    if (has_body) {
        text_put(&cursor, "Content-Length: ");
        number_put(&cursor, body_size);
        bytes_put(&cursor, "\r\n", 2);
    }
    for (size_t i = 0; i < response->header_count; i++) {
        field_put(&cursor, response->headers[i].name, response->headers[i].value);
    }
    if (style->wants_close) {
        text_put(&cursor, "Connection: close\r\n");
    }
    bytes_put(&cursor, "\r\n", 2);
    bytes_put(&cursor, response->body.data, copied_size);
    frame->size = (uint32_t)(cursor.at - frame->bytes);
    return frame;
}

size_t response_common_lines(int64_t unix_seconds, const char *server_name, char *out,
                             size_t capacity)
{
    static const char DAYS[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char MONTHS[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm utc;
    const time_t seconds = (time_t)unix_seconds;
    ENSURE(gmtime_r(&seconds, &utc) != NULL);
    int size = snprintf(out, capacity, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                        DAYS[utc.tm_wday], utc.tm_mday, MONTHS[utc.tm_mon], utc.tm_year + 1900,
                        utc.tm_hour, utc.tm_min, utc.tm_sec);
    if (server_name != NULL) {
        size += snprintf(out + size, capacity - (size_t)size, "Server: %s\r\n", server_name);
    }
    ENSURE(size > 0 && (size_t)size < capacity);
    return (size_t)size;
}
