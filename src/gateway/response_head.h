/* SPDX-License-Identifier: Apache-2.0
 *
 * An answer as it goes over the wire.
 */
#ifndef GATEWAY_RESPONSE_HEAD_H
#define GATEWAY_RESPONSE_HEAD_H

#include "gateway/server.h"

struct response_style {
    struct slice common_lines; /* whole lines: Date, Server */
    bool is_head_only;         /* no body, but its length */
    bool wants_close;          /* Connection: close */
};

/* Writes head and body (the head only when the body is a frame of its own) into one frame. */
struct shared_frame *response_encode(const struct server_response *response,
                                     const struct response_style *style);

/* "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" (RFC 9110 5.6.7) and, if there is a name, the Server
 * line. Returns the size; out must hold 64 bytes and the name. */
size_t response_common_lines(int64_t unix_seconds, const char *server_name, char *out,
                             size_t capacity);

#endif
