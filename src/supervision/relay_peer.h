/* SPDX-License-Identifier: Apache-2.0
 *
 * One follower of a relay: its connection, what it claims, and where it stands. Bounded: one reader and one buffer, which
 * is filled again only when it is empty.
 */
#ifndef SUPERVISION_RELAY_PEER_H
#define SUPERVISION_RELAY_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/reader.h"
#include "platform/clock.h"
#include "supervision/channel.h"
#include "supervision/follow_permission.h"
#include "supervision/follow_protocol.h"

/* What all peers of a relay share: what may be told. */
struct relay_news {
    const struct storage *storage;
    const char *directory;
    const struct engine *engine; /* the relay's replica */
    struct node_id node;
    uint64_t number;           /* durable, and re-performed by the relay */
    struct digest events;      /* of the batch that ends with it; zeros: not known */
    struct follow_state state; /* of the newest snapshot … */
    uint64_t state_number;     /* … of this number; 0: none */
    bool has_core;
    bool is_at_end; /* number is all that the core has called durable */
    uint32_t heartbeat_ms;
    uint32_t patience_ms;
    int64_t now_us; /* monotonic */
    int64_t wall_us;
};

enum relay_step {
    RELAY_STEP_CONNECTING = 1,
    RELAY_STEP_HELLO = 2,
    RELAY_STEP_STREAM = 3,
    RELAY_STEP_LEAVING = 4, /* what is in the buffer still goes out */
};

struct relay_peer {
    struct channel channel;
    enum relay_step step;
    bool is_local;
    struct follow_hello hello;
    size_t hello_size;
    struct follow_claim claim;
    struct journal_reader *reader;
    uint64_t number; /* sent, or in the buffer, up to here */
    struct hash256 chain;
    uint64_t state_number; /* of the last state told */
    uint8_t *output;
    size_t output_start;
    size_t output_end;
    int64_t progress_us; /* when something last went out, or nothing had to */
    int64_t heartbeat_us;
    bool was_filled; /* the buffer was full: there may be more at once */
    const char *why; /* the end's reason, for the log */
};

/* Takes the socket. NULL: no memory. address: IPv6 or mapped IPv4. */
struct relay_peer *relay_peer_create(int fd, struct tls_context *tls, const uint8_t address[16],
                                     int64_t now_us);
void relay_peer_destroy(struct relay_peer *peer);

/* Does what can be done now. false: the peer is gone or is not to stay; peer->why. */
bool relay_peer_work(struct relay_peer *peer, const struct relay_news *news);

/* What poll() should wait for. */
short relay_peer_events(const struct relay_peer *peer);

#endif
