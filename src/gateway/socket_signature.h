/* SPDX-License-Identifier: Apache-2.0
 *
 * What a signature of the WebSocket API is over: all parameters but the signature itself, apiKey
 * included, sorted by name, "k=v&k=v". Values as they stand, or percent-encoded: clients of both
 * kinds are about, and each text says only one thing.
 */
#ifndef GATEWAY_SOCKET_SIGNATURE_H
#define GATEWAY_SOCKET_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/parameters.h"

enum socket_signature_form {
    SOCKET_SIGNATURE_FORM_PLAIN = 1, /* values as they stand */
    SOCKET_SIGNATURE_FORM_ENCODED,   /* values percent-encoded (RFC 3986, upper-case digits) */
};

/* Writes the signed text into out[0..capacity). False: no room, or the plain form would be
 * ambiguous: a value has one of & = % in it, and could be read as other parameters. */
bool socket_signature_text(const struct parameters *parameters, enum socket_signature_form form,
                           char *out, size_t capacity, struct slice *text);

/* Do the two forms differ? */
bool socket_signature_has_forms(const struct parameters *parameters);

#endif
