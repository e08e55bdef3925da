/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is asking: API key, address, time and signature. The same rules for REST (the signature is
 * over the query and body as sent) and the WebSocket API (over the sorted parameters); the caller
 * says which bytes are signed.
 *
 * Keys are looked up in the replica for every request, so that a revocation counts at once; what is
 * expensive about them (opened secrets, prepared pads, parsed public keys) is kept per key.
 */
#ifndef GATEWAY_AUTHENTICATE_H
#define GATEWAY_AUTHENTICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"
#include "gateway/errors.h"
#include "platform/seal.h"
#include "tarazy/query.h"

#define RECV_WINDOW_DEFAULT_US INT64_C(5000000)
#define RECV_WINDOW_MAX_US     INT64_C(60000000)
#define CLOCK_AHEAD_MAX_US     INT64_C(1000000)

struct key_ring;

/* node_key: opens the secrets of HMAC keys; copied. NULL: out of memory. */
struct key_ring *key_ring_create(const struct node_key *node_key);
void key_ring_destroy(struct key_ring *ring);

/* The node's key itself: for what else is sealed with it. Stays until the ring is destroyed. */
const struct node_key *key_ring_node_key(const struct key_ring *ring);

/* Who a request turned out to be. */
struct caller {
    uint32_t participant;
    uint32_t key; /* its number */
    uint8_t scopes;
    uint8_t type; /* enum key_type */
};

/* What a key must be good for. */
struct key_demand {
    struct slice api_key;   /* as the client wrote it: 64 hexadecimal digits */
    const uint8_t *address; /* 16 bytes: where the client is */
    uint8_t scope;          /* enum key_scope; 0: any */
    int64_t now_us;
};

/* Finds the key: format, existence, revocation, expiry, address, scope, a participant who is there.
 * false: *failure says KEY_FORMAT or KEY_REJECTED. */
bool authenticate_key(const struct engine *engine, const struct key_demand *demand,
                      struct caller *caller, struct failure *failure);

/* Is the time within the rules? TIMESTAMP_AHEAD, TIMESTAMP_OUTSIDE. */
bool authenticate_time(int64_t now_us, int64_t timestamp_us, int64_t recv_window_us,
                       struct failure *failure);

/* "5000", "4999.999": milliseconds with up to three decimals. false: INVALID. */
bool authenticate_read_window(struct slice text, int64_t *window_us, struct failure *failure);

/* Is it the key's signature (decoded from the wire, but not from hex or base64) over the message?
 * false: SIGNATURE. */
bool authenticate_signature(struct key_ring *ring, const struct engine *engine,
                            const struct caller *caller, struct slice message,
                            struct slice signature, struct failure *failure);

/* Makes an HMAC key: a random id and a random secret of 64 characters, which is sealed into the
 * command. false: libcrypto failed. The secret is the caller's to tell once and to wipe. */
enum { HMAC_SECRET_SIZE = 64 };
bool key_ring_new_secret(const struct key_ring *ring, struct command_key_create *create,
                         char secret[HMAC_SECRET_SIZE]);

#endif
