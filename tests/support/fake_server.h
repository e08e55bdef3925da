/* SPDX-License-Identifier: Apache-2.0
 *
 * A server without sockets: requests are handed to its callbacks, answers are kept. It has the
 * functions of gateway/server.h. One per process.
 */
#ifndef SUPPORT_FAKE_SERVER_H
#define SUPPORT_FAKE_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/http_request.h"
#include "codec/slice.h"

enum { FAKE_SERVER_BODY_MAX = 4 << 20, FAKE_SERVER_HEADERS_MAX = 2048 };

struct fake_answer {
    bool is_there; /* the request has been answered */
    uint32_t status;
    uint32_t count;                        /* answers to this request: one, or something is wrong */
    char headers[FAKE_SERVER_HEADERS_MAX]; /* "Name: value\n" each */
    char body[FAKE_SERVER_BODY_MAX];       /* zero-terminated */
    size_t size;
};

/* A whole request, as its head stands on the wire, and its body. */
void fake_server_request(const char *head, struct slice body);

/* What was answered to the last request. */
const struct fake_answer *fake_server_answer(void);

/* Did the last request let others be begun beside it? */
bool fake_server_lets_follow(void);

/* Where the client is. */
void fake_server_set_peer(const uint8_t address[16]);

#endif
