/* SPDX-License-Identifier: Apache-2.0
 *
 * The strict reader of request heads.
 *
 * Why here: most of the grammar of HTTP is ways to say one thing twice, and every second way has
 * been somebody's request smuggling. What this file takes is the part that every parser reads
 * alike; the differential fuzz target in tests/fuzz/ holds it against another parser.
 * Invariants: http_head_scan() lets through only blanks, visible ASCII and CRLF pairs, so nothing
 * after it can meet a control byte; a request is answered with one status or is unambiguous.
 * Read next: query_text.c, then gateway/http_session.c.
 */
#include "codec/http_request.h"

/* Content-Length: 18 digits always fit in 64 bits. */
enum { LENGTH_DIGITS_MAX = 18 };

/* ---- the end of the head ---- */

static bool is_head_byte(uint8_t byte)
{
    return ((byte >= 0x20) & (byte <= 0x7E)) | (byte == '\t');
}

/* So many bytes at a time are looked at where no line ends; the compiler does it in one go. */
enum { RUN = 16 };

static bool is_plain_run(const char *bytes)
{
    bool is_plain = true;
    for (size_t i = 0; i < RUN; i++) {
        is_plain &= is_head_byte((uint8_t)bytes[i]);
    }
    return is_plain;
}

enum http_result http_head_scan(const char *bytes, size_t size, size_t *scanned)
{
    size_t end = size < HTTP_HEAD_SIZE_MAX ? size : HTTP_HEAD_SIZE_MAX;
    size_t run = *scanned; /* where a run may be tried next */
    for (size_t i = *scanned; i < end; i++) {
        bool follows_return = i > 0 && bytes[i - 1] == '\r';
        if (i >= run && end - i > RUN && !follows_return) {
            run = i + RUN;
            if (is_plain_run(bytes + i)) {
                i = run - 1;
                continue;
            }
        }
        bool is_newline = bytes[i] == '\n';
        /* A line feed comes after a carriage return, and nothing else does. */
        if (is_newline != follows_return ||
            (!is_newline && bytes[i] != '\r' && !is_head_byte((uint8_t)bytes[i]))) {
            *scanned = i;
            return HTTP_RESULT_BYTE_INVALID;
        }
        if (is_newline && i >= 3 && bytes[i - 2] == '\n') {
            *scanned = i + 1;
            return HTTP_RESULT_OK;
        }
    }
    *scanned = end;
    return end == HTTP_HEAD_SIZE_MAX ? HTTP_RESULT_HEAD_TOO_LARGE : HTTP_RESULT_INCOMPLETE;
}

/* ---- pieces ---- */

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* What may stand in a target, in its path and behind its '?'. */
static bool is_target_byte(char c, bool is_in_query)
{
    bool is_in_both = (c > ' ') & (c < '\x7F') & (c != '"') & (c != '#') & (c != '<') & (c != '>') &
                      (c != '\\') & (c != '`');
    bool is_in_query_alone =
        (c == '?') | (c == '[') | (c == ']') | (c == '{') | (c == '}') | (c == '|') | (c == '^');
    return is_in_both & (is_in_query | !is_in_query_alone);
}

static bool are_target_bytes(struct slice text, bool is_in_query)
{
    bool are_fine = true;
    for (size_t i = 0; i < text.size; i++) {
        are_fine &= is_target_byte(text.data[i], is_in_query);
    }
    return are_fine;
}

static bool text_has(const char *characters, char c)
{
    return c != '\0' && strchr(characters, c) != NULL;
}

/* RFC 9110 5.6.2 */
static bool is_token(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!is_alphanumeric(text.data[i]) && !text_has("!#$%&'*+-.^_`|~", text.data[i])) {
            return false;
        }
    }
    return text.size > 0;
}

/* Cuts the bytes before the first `separator` off the front of `rest`, and the separator with
 * them. False, and nothing cut, when there is none. */
static bool piece_cut(struct slice *rest, char separator, struct slice *piece)
{
    const char *found = rest->size > 0 ? memchr(rest->data, separator, rest->size) : NULL;
    if (found == NULL) {
        return false;
    }
    size_t size = (size_t)(found - rest->data);
    *piece = slice_of(rest->data, size);
    *rest = slice_of(found + 1, rest->size - size - 1);
    return true;
}

/* Cuts one line off; its CRLF goes with it. */
static bool line_cut(struct slice *rest, struct slice *line)
{
    if (!piece_cut(rest, '\r', line) || rest->size == 0 || rest->data[0] != '\n') {
        return false;
    }
    *rest = slice_of(rest->data + 1, rest->size - 1);
    return true;
}

/* ---- the request line ---- */

static const char *const METHOD_NAMES[] = {
    [HTTP_METHOD_GET] = "GET", [HTTP_METHOD_HEAD] = "HEAD",     [HTTP_METHOD_POST] = "POST",
    [HTTP_METHOD_PUT] = "PUT", [HTTP_METHOD_DELETE] = "DELETE", [HTTP_METHOD_OPTIONS] = "OPTIONS",
};

const char *http_method_name(enum http_method method)
{
    return METHOD_NAMES[method];
}

static enum http_result method_read(struct http_request *request, struct slice text)
{
    for (unsigned i = HTTP_METHOD_GET; i <= HTTP_METHOD_OPTIONS; i++) {
        if (slice_equals_text(text, METHOD_NAMES[i])) {
            request->method = (enum http_method)i;
            return HTTP_RESULT_OK;
        }
    }
    return is_token(text) ? HTTP_RESULT_METHOD_UNKNOWN : HTTP_RESULT_REQUEST_LINE_INVALID;
}

/* Origin-form (RFC 9112 3.2.1). The path holds what RFC 3986 allows there; the query may also hold
 * the few characters that browsers leave as they are. */
static enum http_result target_read(struct http_request *request, struct slice target)
{
    if (target.size == 0 || target.data[0] != '/') {
        return HTTP_RESULT_TARGET_INVALID;
    }
    const char *question = memchr(target.data, '?', target.size);
    size_t path_size = question != NULL ? (size_t)(question - target.data) : target.size;
    bool has_query = question != NULL;
    if (!are_target_bytes(slice_of(target.data, path_size), false) ||
        !are_target_bytes(slice_of(target.data + path_size, target.size - path_size), true)) {
        return HTTP_RESULT_TARGET_INVALID;
    }
    request->target = target;
    request->path = slice_of(target.data, path_size);
    request->query = has_query ? slice_of(target.data + path_size + 1, target.size - path_size - 1)
                               : slice_of(target.data + target.size, 0);
    return HTTP_RESULT_OK;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum http_result version_check(struct slice version)
{
    if (slice_equals_text(version, "HTTP/1.1")) {
        return HTTP_RESULT_OK;
    }
    bool is_version = version.size == 8 && memcmp(version.data, "HTTP/", 5) == 0 &&
                      is_digit(version.data[5]) && version.data[6] == '.' &&
                      is_digit(version.data[7]);
    return is_version ? HTTP_RESULT_VERSION_UNSUPPORTED : HTTP_RESULT_REQUEST_LINE_INVALID;
}

static enum http_result request_line_read(struct http_request *request, struct slice line)
{
    struct slice method;
    struct slice target;
    if (!piece_cut(&line, ' ', &method) || !piece_cut(&line, ' ', &target)) {
        return HTTP_RESULT_REQUEST_LINE_INVALID;
    }
    enum http_result result = version_check(line);
    if (result == HTTP_RESULT_OK) {
        result = method_read(request, method);
    }
    return result == HTTP_RESULT_OK ? target_read(request, target) : result;
}

/* ---- fields ---- */

static bool port_is_valid(struct slice port)
{
    for (size_t i = 0; i < port.size; i++) {
        if (!is_digit(port.data[i])) {
            return false;
        }
    }
    return port.size >= 1 && port.size <= 5;
}

/* name[:port] or [IPv6][:port] (RFC 3986 3.2.2, without percent-encoding and future forms). */
static bool host_is_valid(struct slice host)
{
    bool is_literal = host.size > 0 && host.data[0] == '[';
    size_t i = is_literal ? 1 : 0;
    size_t start = i;
    while (i < host.size &&
           (is_alphanumeric(host.data[i]) || text_has(is_literal ? ":." : "-._~", host.data[i]))) {
        i++;
    }
    if (i == start) {
        return false;
    }
    if (is_literal && (i == host.size || host.data[i++] != ']')) {
        return false;
    }
    if (i == host.size) {
        return true;
    }
    return host.data[i] == ':' && port_is_valid(slice_of(host.data + i + 1, host.size - i - 1));
}

static enum http_result host_read(struct http_request *request, struct slice value)
{
    if (request->host.size > 0 || !host_is_valid(value)) {
        return HTTP_RESULT_HOST_INVALID;
    }
    request->host = value;
    return HTTP_RESULT_OK;
}

static enum http_result length_read(struct http_request *request, struct slice value)
{
    if (value.size == 0 || value.size > LENGTH_DIGITS_MAX) {
        return HTTP_RESULT_LENGTH_INVALID;
    }
    uint64_t length = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (!is_digit(value.data[i])) {
            return HTTP_RESULT_LENGTH_INVALID;
        }
        length = length * 10 + (uint64_t)(value.data[i] - '0');
    }
    request->content_length = length;
    return HTTP_RESULT_OK;
}

/* What decides where the request ends is judged after all fields are known. */
struct framing {
    uint32_t lengths;
    bool has_transfer_encoding;
    bool has_expectation;
};

static enum http_result field_note(struct http_request *request, struct framing *framing,
                                   const struct http_header *header)
{
    /* The length tells most other fields apart before any byte is compared. */
    switch (header->name.size) {
    case 4:
        if (slice_equals_any_case(header->name, "host")) {
            return host_read(request, header->value);
        }
        break;
    case 6: framing->has_expectation |= slice_equals_any_case(header->name, "expect"); break;
    case 14:
        if (slice_equals_any_case(header->name, "content-length")) {
            framing->lengths++;
            return length_read(request, header->value);
        }
        break;
    case 17:
        framing->has_transfer_encoding |= slice_equals_any_case(header->name, "transfer-encoding");
        break;
    default: break;
    }
    return HTTP_RESULT_OK;
}

static enum http_result fields_read(struct http_request *request, struct framing *framing,
                                    struct slice rest)
{
    struct slice line;
    while (line_cut(&rest, &line)) {
        if (line.size == 0) {
            return rest.size == 0 ? HTTP_RESULT_OK : HTTP_RESULT_HEADER_INVALID;
        }
        struct http_header header;
        if (!piece_cut(&line, ':', &header.name) || !is_token(header.name)) {
            return HTTP_RESULT_HEADER_INVALID;
        }
        header.value = slice_trim(line);
        if (request->header_count == HTTP_HEADERS_MAX) {
            return HTTP_RESULT_HEADERS_TOO_MANY;
        }
        request->headers[request->header_count++] = header;
        enum http_result result = field_note(request, framing, &header);
        if (result != HTTP_RESULT_OK) {
            return result;
        }
    }
    return HTTP_RESULT_HEADER_INVALID;
}

static enum http_result framing_check(const struct http_request *request,
                                      const struct framing *framing)
{
    if (framing->has_transfer_encoding) {
        return framing->lengths > 0 ? HTTP_RESULT_LENGTH_AMBIGUOUS : HTTP_RESULT_TRANSFER_ENCODING;
    }
    if (framing->lengths > 1) {
        return HTTP_RESULT_LENGTH_INVALID;
    }
    if (request->host.size == 0) {
        return HTTP_RESULT_HOST_INVALID;
    }
    return framing->has_expectation ? HTTP_RESULT_EXPECTATION : HTTP_RESULT_OK;
}

enum http_result http_request_parse(struct http_request *request, const char *bytes, size_t size)
{
    /* The field table is left alone: 2 KiB that nobody needs zeroed. */
    request->host = slice_of(NULL, 0);
    request->content_length = 0;
    request->head_size = size;
    request->header_count = 0;
    struct framing framing = {0};
    struct slice rest = slice_of(bytes, size);
    struct slice line;
    if (!line_cut(&rest, &line)) {
        return HTTP_RESULT_REQUEST_LINE_INVALID;
    }
    enum http_result result = request_line_read(request, line);
    if (result == HTTP_RESULT_OK) {
        result = fields_read(request, &framing, rest);
    }
    if (result == HTTP_RESULT_OK) {
        result = framing_check(request, &framing);
    }
    if (result == HTTP_RESULT_OK) {
        request->wants_close = http_request_has_token(request, "connection", "close");
        request->wants_upgrade = http_request_has_token(request, "connection", "upgrade");
    }
    return result;
}

size_t http_request_find(const struct http_request *request, const char *name, struct slice *value)
{
    size_t found = 0;
    for (uint32_t i = 0; i < request->header_count; i++) {
        if (!slice_equals_any_case(request->headers[i].name, name)) {
            continue;
        }
        if (found == 0) {
            *value = request->headers[i].value;
        }
        found++;
    }
    return found;
}

bool http_request_has_token(const struct http_request *request, const char *name, const char *token)
{
    for (uint32_t i = 0; i < request->header_count; i++) {
        if (!slice_equals_any_case(request->headers[i].name, name)) {
            continue;
        }
        struct slice rest = request->headers[i].value;
        struct slice piece;
        while (piece_cut(&rest, ',', &piece)) {
            if (slice_equals_any_case(slice_trim(piece), token)) {
                return true;
            }
        }
        if (slice_equals_any_case(slice_trim(rest), token)) {
            return true;
        }
    }
    return false;
}
