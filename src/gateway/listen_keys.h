/* SPDX-License-Identifier: Apache-2.0
 *
 * Listen keys: the old way to one's own events. A client with an API key asks for one and opens
 * /ws/<listenKey>; whoever knows it may listen, so it is random and good for an hour at a time. They
 * live in this process only: after a restart clients ask for new ones, as they do when one runs out.
 */
#ifndef GATEWAY_LISTEN_KEYS_H
#define GATEWAY_LISTEN_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/slice.h"
#include "gateway/user_streams.h"

#define LISTEN_KEY_VALID_US INT64_C(3600000000)

struct listen_key {
    char text[LISTEN_KEY_SIZE]; /* letters and digits */
    uint32_t participant;       /* 0: free */
    uint32_t key;               /* the API key it was asked for with */
    int64_t expires_us;
};

struct listen_keys;

struct listen_keys *listen_keys_create(uint32_t keys_max);
void listen_keys_destroy(struct listen_keys *keys); /* NULL is allowed */

/* The key of this participant and API key, good for an hour from now: the one he has, or a new one.
 * NULL: there are keys_max already. Valid until the next call that changes something. */
const struct listen_key *listen_keys_open(struct listen_keys *keys, uint32_t participant,
                                          uint32_t key, int64_t now_us);

/* The key of this text; NULL: none, or it has run out. */
const struct listen_key *listen_keys_find(const struct listen_keys *keys, struct slice text,
                                          int64_t now_us);

/* Makes it good for an hour from now. False: none of this participant. */
bool listen_keys_extend(struct listen_keys *keys, struct slice text, uint32_t participant,
                        int64_t now_us);

/* Forgets it. False: none of this participant. */
bool listen_keys_close(struct listen_keys *keys, struct slice text, uint32_t participant,
                       int64_t now_us);

/* Takes out one key that has run out; false: there is none. */
bool listen_keys_expire(struct listen_keys *keys, int64_t now_us, struct listen_key *expired);

uint32_t listen_keys_count(const struct listen_keys *keys);

#endif
