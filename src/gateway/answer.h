/* SPDX-License-Identifier: Apache-2.0
 *
 * An answer on its way: where it goes, and the JSON it is made of. An operation that can answer at
 * once and one that waits for its command to come back durable end in the same two functions.
 *
 * All answers are written into one buffer of the venue, one at a time: nothing that begins an answer
 * may call anything that begins another.
 */
#ifndef GATEWAY_ANSWER_H
#define GATEWAY_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/json_writer.h"
#include "gateway/errors.h"
#include "gateway/server.h"

struct venue;

enum door {
    DOOR_HTTP = 1,
    DOOR_SOCKET = 2, /* the WebSocket API: venue_extension.answer_socket sends it */
};

enum { REPLY_ID_MAX = 64 };

/* Where an answer goes; may be copied and kept while one waits. */
struct reply_address {
    struct server_handle handle;
    uint32_t weight_used;   /* by the client's address in this minute */
    uint32_t retry_after_s; /* with 429 and 418; else 0 */
    uint32_t participant;   /* whose order counts are told; 0: nobody's */
    int64_t begun_us;       /* when the request was here; 0: nobody measures */
    uint8_t family;         /* enum security of its route; 0: none was found */
    uint8_t door;           /* enum door */
    bool wants_microseconds;
    bool is_public;         /* HTTP: any web page may read it */
    uint8_t id_size;        /* SOCKET: the request's id, as the JSON it was */
    bool wants_rate_limits; /* SOCKET */
    char id[REPLY_ID_MAX];  /* last: only id_size bytes of it are kept */
};

struct answer {
    struct venue *venue;
    struct reply_address to;
    struct json_writer json;
};

/* Starts to write: answer->json is empty. */
void answer_begin(struct answer *answer, struct venue *venue, const struct reply_address *to);

/* Sends what was written, with this status (200). Too long for the buffer: an error instead. */
void answer_send(struct answer *answer, uint32_t status);

/* Sends a refusal instead of whatever was written. */
void answer_fail(struct answer *answer, const struct failure *failure);

/* Sends a body of another type (HTTP only). */
void answer_send_as(struct answer *answer, uint32_t status, const char *content_type,
                    struct slice body);

/* "time": 1700000000000, in the unit the client asked for. */
void answer_key_time(struct answer *answer, const char *name, int64_t time_us);

#endif
