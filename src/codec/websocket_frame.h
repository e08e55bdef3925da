/* SPDX-License-Identifier: Apache-2.0
 *
 * WebSocket frames (RFC 6455): a reader that turns received bytes into whole messages inside the
 * buffer they arrived in, and the encoding of headers for the writer. No extension is spoken, so
 * every reserved bit must be zero and there is nothing that inflates.
 */
#ifndef CODEC_WEBSOCKET_FRAME_H
#define CODEC_WEBSOCKET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"
#include "codec/utf8_text.h"

enum {
    WEBSOCKET_HEADER_SIZE_MAX = 14, /* 10 without a mask */
    WEBSOCKET_CONTROL_SIZE_MAX = 125,
    WEBSOCKET_MESSAGE_SIZE_DEFAULT = 65536,
    WEBSOCKET_FRAGMENTS_DEFAULT = 16
};

/* RFC 6455 5.2; the numbers are the wire's own. */
enum websocket_opcode {
    WEBSOCKET_OPCODE_CONTINUATION = 0x0,
    WEBSOCKET_OPCODE_TEXT = 0x1,
    WEBSOCKET_OPCODE_BINARY = 0x2,
    WEBSOCKET_OPCODE_CLOSE = 0x8,
    WEBSOCKET_OPCODE_PING = 0x9,
    WEBSOCKET_OPCODE_PONG = 0xA
};

/* RFC 6455 7.4.1 and the IANA registry. */
enum websocket_close {
    WEBSOCKET_CLOSE_NORMAL = 1000,
    WEBSOCKET_CLOSE_GOING_AWAY = 1001,
    WEBSOCKET_CLOSE_PROTOCOL_ERROR = 1002,
    WEBSOCKET_CLOSE_UNSUPPORTED_DATA = 1003,
    WEBSOCKET_CLOSE_NO_STATUS = 1005, /* never on the wire: the close frame was empty */
    WEBSOCKET_CLOSE_ABNORMAL = 1006,  /* never on the wire: the connection broke */
    WEBSOCKET_CLOSE_INVALID_DATA = 1007,
    WEBSOCKET_CLOSE_POLICY = 1008,
    WEBSOCKET_CLOSE_TOO_BIG = 1009,
    WEBSOCKET_CLOSE_INTERNAL = 1011,
    WEBSOCKET_CLOSE_TRY_AGAIN_LATER = 1013
};

enum websocket_role {
    WEBSOCKET_ROLE_SERVER = 1, /* reads masked frames, refuses others */
    WEBSOCKET_ROLE_CLIENT      /* reads unmasked frames, refuses others */
};

struct websocket_reader {
    enum websocket_role role;
    uint32_t message_size_max;
    uint32_t fragments_max;
    size_t message_size; /* bytes of an unfinished message, kept at the front of the buffer */
    size_t position;     /* first byte of the buffer not yet understood */
    uint32_t fragments;  /* frames of the unfinished message; 0: none is open */
    uint8_t opcode;      /* of the unfinished message */
    bool is_ended;       /* after CLOSE or ERROR nothing more is read */
    struct utf8_check utf8;
};

enum websocket_event_kind {
    WEBSOCKET_EVENT_INCOMPLETE = 1, /* more bytes needed */
    WEBSOCKET_EVENT_TEXT,           /* a whole text message, valid UTF-8 */
    WEBSOCKET_EVENT_BINARY,         /* a whole binary message */
    WEBSOCKET_EVENT_PING,
    WEBSOCKET_EVENT_PONG,
    WEBSOCKET_EVENT_CLOSE, /* the peer closes: code (1005 if it gave none) and reason */
    WEBSOCKET_EVENT_ERROR  /* the peer broke the protocol: close with code */
};

struct websocket_event {
    enum websocket_event_kind kind;
    uint16_t code;        /* CLOSE, ERROR */
    struct slice payload; /* in the buffer, until the next call; CLOSE: the reason */
};

void websocket_reader_begin(struct websocket_reader *reader, enum websocket_role role,
                            uint32_t message_size_max, uint32_t fragments_max);

/* Reads the next event out of buffer[0..size). The caller appends received bytes at the end and
 * calls until INCOMPLETE; the payload is unmasked and put together in place, so the buffer is
 * written to. Interleaved control frames are told as they come. */
struct websocket_event websocket_reader_next(struct websocket_reader *reader, char *buffer,
                                             size_t size);

/* Drops what was understood: moves the unfinished rest to the front and returns its size. To be
 * called after the last event, before more bytes are appended. A buffer of
 * message_size_max + 256 bytes never fills up after this call. */
size_t websocket_reader_compact(struct websocket_reader *reader, char *buffer, size_t size);

/* The header of a server's frame (final, unmasked) in out; returns its size, 2, 4 or 10. */
size_t websocket_header_encode(char out[WEBSOCKET_HEADER_SIZE_MAX], enum websocket_opcode opcode,
                               size_t payload_size);

/* The header of a client's frame (final, masked); returns its size, 6, 8 or 14. */
size_t websocket_header_encode_masked(char out[WEBSOCKET_HEADER_SIZE_MAX],
                                      enum websocket_opcode opcode, size_t payload_size,
                                      const uint8_t mask[4]);

/* Masks or unmasks bytes whose first one is byte `offset` of the payload. */
void websocket_mask(char *bytes, size_t size, const uint8_t mask[4], size_t offset);

/* The payload of a close frame: code and reason (cut to 123 bytes at a character). Returns the
 * size. */
size_t websocket_close_encode(char out[WEBSOCKET_CONTROL_SIZE_MAX], uint16_t code,
                              struct slice reason);

/* May this code stand in a close frame? */
bool websocket_close_is_valid(uint16_t code);

/* Is this a Sec-WebSocket-Key: the base64 form of 16 bytes? */
bool websocket_key_is_valid(struct slice key);

#endif
