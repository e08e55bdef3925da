/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP door: from a request's bytes to a call. Charges, reads parameters, and authenticates over
 * the very bytes that were sent.
 */
#ifndef GATEWAY_REST_DOOR_H
#define GATEWAY_REST_DOOR_H

#include "codec/http_request.h"
#include "gateway/server.h"

struct venue;

/* For server_callbacks.on_request, context: the venue. */
void rest_door_request(void *context, struct server *server, struct server_handle handle,
                       const struct http_request *request, struct slice body);

/* For server_callbacks.may_follow, context: the venue. Orders, cancels and batches of them may: the
 * core takes them in the order sent, whoever waits for what. What reads the replica may not: it must
 * see what the requests before it have done. */
bool rest_door_may_follow(void *context, const struct http_request *request);

/* Query and body without the signature parameter, one after the other, in buffer if they must be
 * joined. Returns how often the parameter occurs in both; SIZE_MAX: no room. */
size_t rest_door_signed_bytes(struct slice query, struct slice body, char *buffer, size_t capacity,
                              struct slice *message);

#endif
