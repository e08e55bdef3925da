/* SPDX-License-Identifier: Apache-2.0
 *
 * The other parser, asked through its callbacks.
 *
 * Why a file of its own: llhttp's header defines names beginning with HTTP_, as ours does.
 */
#include "fuzz/llhttp_oracle.h"

#include <llhttp/llhttp.h>

/* A span grows when llhttp hands it over in pieces; in one buffer the pieces touch. */
static void span_grow(struct slice *span, const char *at, size_t size)
{
    if (span->size == 0) {
        span->data = at;
    }
    span->size = (size_t)(at + size - span->data);
}

static struct oracle_reading *reading_of(llhttp_t *parser)
{
    return parser->data;
}

static int on_url(llhttp_t *parser, const char *at, size_t size)
{
    span_grow(&reading_of(parser)->target, at, size);
    return 0;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t size)
{
    struct oracle_reading *reading = reading_of(parser);
    if (reading->header_count == ORACLE_HEADERS_MAX) {
        return HPE_USER;
    }
    span_grow(&reading->names[reading->header_count], at, size);
    return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t size)
{
    struct oracle_reading *reading = reading_of(parser);
    span_grow(&reading->values[reading->header_count], at, size);
    return 0;
}

static int on_header_value_complete(llhttp_t *parser)
{
    reading_of(parser)->header_count++;
    return 0;
}

static int on_headers_complete(llhttp_t *parser)
{
    struct oracle_reading *reading = reading_of(parser);
    reading->is_accepted = true;
    reading->content_length = parser->content_length;
    reading->method = llhttp_method_name((llhttp_method_t)parser->method);
    return HPE_PAUSED;
}

void llhttp_oracle_read(struct oracle_reading *reading, const char *bytes, size_t size)
{
    llhttp_t parser;
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    settings.on_url = on_url;
    settings.on_header_field = on_header_field;
    settings.on_header_value = on_header_value;
    settings.on_header_value_complete = on_header_value_complete;
    settings.on_headers_complete = on_headers_complete;
    *reading = (struct oracle_reading){0};
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = reading;
    llhttp_errno_t result = llhttp_execute(&parser, bytes, size);
    reading->reason = llhttp_errno_name(result);
    if (reading->is_accepted) {
        reading->head_size = (size_t)(llhttp_get_error_pos(&parser) - bytes);
    }
}
