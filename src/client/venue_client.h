/* SPDX-License-Identifier: Apache-2.0
 *
 * A client of the venue's REST interface: signs what needs a signature (HMAC-SHA256 over the
 * parameters as sent) and reads answers. What watch, replay and admin are built on.
 */
#ifndef CLIENT_VENUE_CLIENT_H
#define CLIENT_VENUE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/http_client.h"
#include "client/keys_file.h"
#include "codec/slice.h"

enum { VENUE_CLIENT_TEXT_MAX = 4096 };

struct venue_client;

/* base_url: "http://127.0.0.1:8080", without a path. key: NULL for public calls only; copied. */
struct venue_client *venue_client_create(const char *base_url, const struct client_key *key);
void venue_client_destroy(struct venue_client *client);

/* Parameters are written one after another and percent-encoded. */
struct venue_parameters {
    char text[VENUE_CLIENT_TEXT_MAX];
    size_t size;
    bool is_cut; /* something did not fit: the request is not sent */
};
void venue_parameters_begin(struct venue_parameters *parameters);
void venue_parameters_add(struct venue_parameters *parameters, const char *name, const char *value);
void venue_parameters_add_decimal(struct venue_parameters *parameters, const char *name,
                                  int64_t units, uint32_t decimals);

/* A public GET. */
struct http_answer venue_client_get(struct venue_client *client, const char *path,
                                    const struct venue_parameters *parameters);

/* A signed request: adds timestamp, recvWindow and signature. GET and DELETE use the query, others
 * the form body. */
struct http_answer venue_client_signed(struct venue_client *client, const char *method,
                                       const char *path, const struct venue_parameters *parameters);

/* Did the venue take it? Otherwise code and text of its refusal (code 0: no answer). */
struct venue_refusal {
    int64_t code;
    char text[256];
};
bool venue_answer_is_ok(const struct http_answer *answer, struct venue_refusal *refusal);

/* The first value of this name anywhere in a JSON text: a string's or number's text. */
bool venue_answer_find(const struct http_answer *answer, const char *name, struct slice *value);

#endif
