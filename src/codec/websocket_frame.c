/* SPDX-License-Identifier: Apache-2.0
 *
 * WebSocket frames: reading into whole messages, encoding of headers.
 *
 * Why here: the format is small; a library costs 8 KiB a connection and copies each market-data
 * message once per client (measured, see docs/adr). All of it is a pure function of bytes.
 * Invariants: message_size <= position <= size; the unfinished message is buffer[0..message_size),
 * the bytes not yet understood are buffer[position..size); a frame is judged by its header before
 * any of its payload is waited for.
 * Read next: gateway/websocket_session.c.
 */
#include "codec/websocket_frame.h"

#include "codec/base64_text.h"

enum {
    FINAL_BIT = 0x80,
    RESERVED_BITS = 0x70,
    OPCODE_BITS = 0x0F,
    CONTROL_BIT = 0x08,
    MASKED_BIT = 0x80,
    LENGTH_BITS = 0x7F,
    LENGTH_16 = 126,
    LENGTH_64 = 127,
    MASK_SIZE = 4,
    KEY_SIZE = 16
};

struct frame_header {
    bool is_final;
    uint8_t opcode;
    uint8_t mask[MASK_SIZE];
    bool is_masked;
    size_t header_size;
    uint64_t payload_size;
};

/* What one step of the reader came to. */
enum step {
    STEP_OK = 1,
    STEP_INCOMPLETE,
    STEP_REFUSED /* with a close code */
};

void websocket_reader_begin(struct websocket_reader *reader, enum websocket_role role,
                            uint32_t message_size_max, uint32_t fragments_max)
{
    *reader = (struct websocket_reader){
        .role = role, .message_size_max = message_size_max, .fragments_max = fragments_max};
}

/* ---- headers ---- */

/* The first two bytes alone, against the state of the message. 0, or a close code. */
static uint16_t start_judge(const struct websocket_reader *reader, uint8_t first, uint8_t second)
{
    uint8_t opcode = first & OPCODE_BITS;
    bool is_masked = (second & MASKED_BIT) != 0;
    bool is_known = opcode <= WEBSOCKET_OPCODE_BINARY ||
                    (opcode >= WEBSOCKET_OPCODE_CLOSE && opcode <= WEBSOCKET_OPCODE_PONG);
    if ((first & RESERVED_BITS) != 0 || !is_known ||
        is_masked != (reader->role == WEBSOCKET_ROLE_SERVER)) {
        return WEBSOCKET_CLOSE_PROTOCOL_ERROR;
    }
    if ((opcode & CONTROL_BIT) != 0) {
        bool is_short = (second & LENGTH_BITS) <= WEBSOCKET_CONTROL_SIZE_MAX;
        return is_short && (first & FINAL_BIT) != 0 ? 0 : WEBSOCKET_CLOSE_PROTOCOL_ERROR;
    }
    bool continues = opcode == WEBSOCKET_OPCODE_CONTINUATION;
    if (continues != (reader->fragments > 0)) {
        return WEBSOCKET_CLOSE_PROTOCOL_ERROR;
    }
    return reader->fragments < reader->fragments_max ? 0 : WEBSOCKET_CLOSE_POLICY;
}

static uint64_t big_endian_read(const char *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | (uint8_t)bytes[i];
    }
    return value;
}

/* The length in the fewest bytes that hold it (RFC 6455 5.2), within what the message may take. */
static uint16_t length_judge(const struct websocket_reader *reader,
                             const struct frame_header *header, size_t length_size)
{
    uint64_t size = header->payload_size;
    if ((length_size == 2 && size < LENGTH_16) ||
        (length_size == 8 && (size <= UINT16_MAX || size > INT64_MAX))) {
        return WEBSOCKET_CLOSE_PROTOCOL_ERROR;
    }
    bool is_data = (header->opcode & CONTROL_BIT) == 0;
    return is_data && size > reader->message_size_max - reader->message_size
               ? WEBSOCKET_CLOSE_TOO_BIG
               : 0;
}

static enum step header_read(const struct websocket_reader *reader, const char *bytes, size_t size,
                             struct frame_header *header, uint16_t *code)
{
    if (size < 2) {
        return STEP_INCOMPLETE;
    }
    uint8_t first = (uint8_t)bytes[0];
    uint8_t second = (uint8_t)bytes[1];
    *code = start_judge(reader, first, second);
    if (*code != 0) {
        return STEP_REFUSED;
    }
    header->is_final = (first & FINAL_BIT) != 0;
    header->opcode = first & OPCODE_BITS;
    header->is_masked = (second & MASKED_BIT) != 0;
    header->payload_size = second & LENGTH_BITS;
    size_t length_size = header->payload_size == LENGTH_64   ? 8
                         : header->payload_size == LENGTH_16 ? 2
                                                             : 0;
    if (size < 2 + length_size) {
        return STEP_INCOMPLETE;
    }
    if (length_size > 0) {
        header->payload_size = big_endian_read(bytes + 2, length_size);
    }
    *code = length_judge(reader, header, length_size);
    if (*code != 0) {
        return STEP_REFUSED;
    }
    header->header_size = 2 + length_size + (header->is_masked ? MASK_SIZE : 0);
    if (size < header->header_size || size - header->header_size < header->payload_size) {
        return STEP_INCOMPLETE;
    }
    if (header->is_masked) {
        memcpy(header->mask, bytes + header->header_size - MASK_SIZE, MASK_SIZE);
    }
    return STEP_OK;
}

/* ---- payloads ---- */

static struct websocket_event event_refuse(struct websocket_reader *reader, uint16_t code)
{
    reader->is_ended = true;
    return (struct websocket_event){.kind = WEBSOCKET_EVENT_ERROR, .code = code};
}

static struct websocket_event close_read(struct websocket_reader *reader, struct slice payload)
{
    struct websocket_event event = {.kind = WEBSOCKET_EVENT_CLOSE,
                                    .code = WEBSOCKET_CLOSE_NO_STATUS,
                                    .payload = slice_of(payload.data, 0)};
    if (payload.size == 1) {
        return event_refuse(reader, WEBSOCKET_CLOSE_PROTOCOL_ERROR);
    }
    if (payload.size >= 2) {
        event.code = (uint16_t)big_endian_read(payload.data, 2);
        event.payload = slice_of(payload.data + 2, payload.size - 2);
    }
    if (payload.size >= 2 && !websocket_close_is_valid(event.code)) {
        return event_refuse(reader, WEBSOCKET_CLOSE_PROTOCOL_ERROR);
    }
    if (!utf8_text_is_valid(event.payload.data, event.payload.size)) {
        return event_refuse(reader, WEBSOCKET_CLOSE_INVALID_DATA);
    }
    reader->is_ended = true;
    return event;
}

static struct websocket_event control_read(struct websocket_reader *reader, uint8_t opcode,
                                           struct slice payload)
{
    if (opcode == WEBSOCKET_OPCODE_CLOSE) {
        return close_read(reader, payload);
    }
    return (struct websocket_event){.kind = opcode == WEBSOCKET_OPCODE_PING ? WEBSOCKET_EVENT_PING
                                                                            : WEBSOCKET_EVENT_PONG,
                                    .payload = payload};
}

/* One data frame. INCOMPLETE: it was a fragment and the message goes on. */
static struct websocket_event data_read(struct websocket_reader *reader, char *buffer,
                                        const struct frame_header *header, struct slice payload)
{
    if (reader->fragments == 0) {
        reader->opcode = header->opcode;
        reader->utf8 = (struct utf8_check){0};
    }
    bool is_text = reader->opcode == WEBSOCKET_OPCODE_TEXT;
    if (is_text && !utf8_check_feed(&reader->utf8, payload.data, payload.size)) {
        return event_refuse(reader, WEBSOCKET_CLOSE_INVALID_DATA);
    }
    if (reader->fragments > 0 || !header->is_final) {
        memmove(buffer + reader->message_size, payload.data, payload.size);
        reader->message_size += payload.size;
        reader->fragments++;
        payload = slice_of(buffer, reader->message_size);
    }
    if (!header->is_final) {
        return (struct websocket_event){.kind = WEBSOCKET_EVENT_INCOMPLETE};
    }
    reader->message_size = 0;
    reader->fragments = 0;
    if (is_text && !utf8_check_is_whole(&reader->utf8)) {
        return event_refuse(reader, WEBSOCKET_CLOSE_INVALID_DATA);
    }
    return (struct websocket_event){.kind = is_text ? WEBSOCKET_EVENT_TEXT : WEBSOCKET_EVENT_BINARY,
                                    .payload = payload};
}

struct websocket_event websocket_reader_next(struct websocket_reader *reader, char *buffer,
                                             size_t size)
{
    while (!reader->is_ended) {
        struct frame_header header = {0};
        uint16_t code = 0;
        char *bytes = buffer + reader->position;
        enum step step = header_read(reader, bytes, size - reader->position, &header, &code);
        if (step == STEP_REFUSED) {
            return event_refuse(reader, code);
        }
        if (step == STEP_INCOMPLETE) {
            break;
        }
        char *payload = bytes + header.header_size;
        size_t payload_size = (size_t)header.payload_size;
        if (header.is_masked) {
            websocket_mask(payload, payload_size, header.mask, 0);
        }
        reader->position += header.header_size + payload_size;
        if ((header.opcode & CONTROL_BIT) != 0) {
            return control_read(reader, header.opcode, slice_of(payload, payload_size));
        }
        struct websocket_event event =
            data_read(reader, buffer, &header, slice_of(payload, payload_size));
        if (event.kind != WEBSOCKET_EVENT_INCOMPLETE) {
            return event;
        }
    }
    return (struct websocket_event){.kind = WEBSOCKET_EVENT_INCOMPLETE};
}

size_t websocket_reader_compact(struct websocket_reader *reader, char *buffer, size_t size)
{
    size_t rest = size - reader->position;
    if (rest > 0 && reader->position > reader->message_size) {
        memmove(buffer + reader->message_size, buffer + reader->position, rest);
    }
    reader->position = reader->message_size;
    return reader->message_size + rest;
}

/* ---- writing ---- */

static size_t header_put(char *out, enum websocket_opcode opcode, size_t payload_size,
                         uint8_t mask_bit)
{
    out[0] = (char)(FINAL_BIT | opcode);
    size_t length_size = payload_size < LENGTH_16 ? 0 : payload_size <= UINT16_MAX ? 2 : 8;
    uint64_t length =
        length_size == 0 ? payload_size : (uint64_t)(length_size == 2 ? LENGTH_16 : LENGTH_64);
    out[1] = (char)(mask_bit | length);
    for (size_t i = 0; i < length_size; i++) {
        out[2 + i] = (char)(uint8_t)((uint64_t)payload_size >> (8 * (length_size - 1 - i)));
    }
    return 2 + length_size;
}

size_t websocket_header_encode(char out[WEBSOCKET_HEADER_SIZE_MAX], enum websocket_opcode opcode,
                               size_t payload_size)
{
    return header_put(out, opcode, payload_size, 0);
}

size_t websocket_header_encode_masked(char out[WEBSOCKET_HEADER_SIZE_MAX],
                                      enum websocket_opcode opcode, size_t payload_size,
                                      const uint8_t mask[4])
{
    size_t size = header_put(out, opcode, payload_size, MASKED_BIT);
    memcpy(out + size, mask, MASK_SIZE);
    return size + MASK_SIZE;
}

void websocket_mask(char *bytes, size_t size, const uint8_t mask[4], size_t offset)
{
    uint8_t turned[8];
    for (size_t i = 0; i < sizeof turned; i++) {
        turned[i] = mask[(offset + i) % MASK_SIZE];
    }
    uint64_t word_mask;
    memcpy(&word_mask, turned, sizeof word_mask);
    size_t i = 0;
    for (; size - i >= sizeof word_mask; i += sizeof word_mask) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        word ^= word_mask;
        memcpy(bytes + i, &word, sizeof word);
    }
    for (; i < size; i++) {
        bytes[i] = (char)((uint8_t)bytes[i] ^ turned[i % MASK_SIZE]);
    }
}

size_t websocket_close_encode(char out[WEBSOCKET_CONTROL_SIZE_MAX], uint16_t code,
                              struct slice reason)
{
    out[0] = (char)(code >> 8);
    out[1] = (char)(code & 0xFF);
    size_t size = reason.size;
    if (size > WEBSOCKET_CONTROL_SIZE_MAX - 2) {
        size = WEBSOCKET_CONTROL_SIZE_MAX - 2;
        while (size > 0 && !utf8_text_is_valid(reason.data, size)) {
            size--;
        }
    }
    if (size > 0) {
        memcpy(out + 2, reason.data, size);
    }
    return 2 + size;
}

bool websocket_close_is_valid(uint16_t code)
{
    if (code >= 3000 && code <= 4999) {
        return true;
    }
    return code >= 1000 && code <= 1014 && code != 1004 && code != WEBSOCKET_CLOSE_NO_STATUS &&
           code != WEBSOCKET_CLOSE_ABNORMAL;
}

bool websocket_key_is_valid(struct slice key)
{
    uint8_t bytes[KEY_SIZE];
    size_t size;
    return base64_decode(key, bytes, sizeof bytes, &size) && size == KEY_SIZE;
}
