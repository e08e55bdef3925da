/* SPDX-License-Identifier: Apache-2.0
 *
 * A stream of any bytes through the WebSocket reader, whole and in pieces: the same events, within
 * the buffer that the header promises to be enough.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/websocket_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

enum { MESSAGE_MAX = 512, FRAGMENTS_MAX = 5, BUFFER_SIZE = MESSAGE_MAX + 256 };

/* What came out, as a hash: order, kinds, codes and payloads. */
static uint64_t event_hash(uint64_t hash, const struct websocket_event *event)
{
    hash = (hash ^ (uint64_t)event->kind ^ (uint64_t)event->code << 8) * UINT64_C(1099511628211);
    for (size_t i = 0; i < event->payload.size; i++) {
        hash = (hash ^ (uint8_t)event->payload.data[i]) * UINT64_C(1099511628211);
    }
    return (hash ^ event->payload.size) * UINT64_C(1099511628211);
}

static uint64_t stream_read(const char *bytes, size_t size, size_t step, enum websocket_role role)
{
    struct websocket_reader reader;
    char buffer[BUFFER_SIZE];
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t held = 0;
    size_t at = 0;
    websocket_reader_begin(&reader, role, MESSAGE_MAX, FRAGMENTS_MAX);
    while (at < size) {
        size_t piece = size - at < step ? size - at : step;
        piece = piece < sizeof buffer - held ? piece : sizeof buffer - held;
        CHECK(piece > 0);
        memcpy(buffer + held, bytes + at, piece);
        held += piece;
        at += piece;
        for (;;) {
            struct websocket_event event = websocket_reader_next(&reader, buffer, held);
            if (event.kind == WEBSOCKET_EVENT_INCOMPLETE) {
                break;
            }
            CHECK(event.payload.size <= MESSAGE_MAX);
            CHECK(event.kind != WEBSOCKET_EVENT_TEXT ||
                  utf8_text_is_valid(event.payload.data, event.payload.size));
            hash = event_hash(hash, &event);
            if (event.kind == WEBSOCKET_EVENT_CLOSE || event.kind == WEBSOCKET_EVENT_ERROR) {
                return hash;
            }
        }
        held = websocket_reader_compact(&reader, buffer, held);
    }
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    /* The first byte chooses the role and the size of the pieces. */
    enum websocket_role role = (data[0] & 1) != 0 ? WEBSOCKET_ROLE_SERVER : WEBSOCKET_ROLE_CLIENT;
    const char *bytes = (const char *)data + 1;
    uint64_t whole = stream_read(bytes, size - 1, BUFFER_SIZE, role);
    CHECK(stream_read(bytes, size - 1, 1, role) == whole);
    CHECK(stream_read(bytes, size - 1, 2u + data[0] / 2, role) == whole);
    return 0;
}
