/* SPDX-License-Identifier: Apache-2.0
 *
 * Serves a node's journal to followers: batches byte for byte as they stand in the files, from any number on, then live.
 * It is itself a follower of the node: it reads files and listens to the core's notices; the core never hears of its
 * peers. Its replica of the state knows the registry, which says who may follow (follow_permission.h).
 */
#ifndef SUPERVISION_RELAY_H
#define SUPERVISION_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/clock.h"
#include "platform/storage.h"
#include "platform/tls.h"

#define RELAY_PEERS_MAX     64u
#define RELAY_LISTENERS_MAX 8u

struct relay;

struct relay_options {
    const char *directory;
    const struct storage *storage;
    const struct clock_source *clock;
    uint32_t peers_max;    /* at most RELAY_PEERS_MAX */
    uint32_t heartbeat_ms; /* between signs of life */
    uint32_t
        patience_ms; /* for a hello, and for a peer that takes nothing although something waits */
};

/* Defaults for all but directory, storage and clock. */
void relay_options_default(struct relay_options *options);

/* NULL: *error says why, a text that lives until the next call. */
struct relay *relay_open(const struct relay_options *options, const char **error);
void relay_close(struct relay *relay);

/* "HOST:PORT" with a context that asks clients for certificates, which stays the caller's, or "unix:PATH" without
 * one (-EINVAL otherwise): who may open the socket may also read the files. 0 or a negative errno. */
int relay_listen(struct relay *relay, const char *address, struct tls_context *tls);
uint16_t relay_port(const struct relay *relay); /* of the last listener on the network */

/* Waits at most timeout_ms for something to do, or for stop_fd (-1: none), and does it. 0: go on; < 0: the journal
 * cannot be followed any more: relay_error. */
int relay_turn(struct relay *relay, int stop_fd, int timeout_ms);
const char *relay_error(const struct relay *relay);

/* Caught up with a running core. Nobody is let in before. */
bool relay_is_live(const struct relay *relay);

/* Number up to which peers are served, and peers that are let in. */
uint64_t relay_number(const struct relay *relay);
uint32_t relay_peer_count(const struct relay *relay);

#endif
