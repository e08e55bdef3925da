/* SPDX-License-Identifier: Apache-2.0
 *
 * The core's connections: who is there, what they sent, what they are to be told. Nothing here ever
 * waits for anybody: reads and writes are non-blocking, what a peer has not taken is kept in a fixed
 * array, and of the news "durable up to N" only the newest counts. A peer that takes nothing is
 * not read any more once its array is full of refusals.
 */
#ifndef NODE_PEERS_H
#define NODE_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/inbox.h"
#include "node/link.h"

#define PEERS_MAX        64u
#define PEER_NOTICES_MAX 64u /* refusals and such that wait for a peer to read */

struct peer {
    struct inbox inbox;
    struct link_notice notices[PEER_NOTICES_MAX];
    uint32_t notices_start; /* the first one not wholly sent */
    uint32_t notices_end;
    uint32_t sent;     /* bytes of the first one */
    uint32_t interest; /* what epoll watches for now */
    int fd;            /* -1: the slot is free */
    uint16_t origin;
    bool may_read;     /* epoll said so, and read() has not said EAGAIN since */
    bool has_ended;    /* no more input; closed once what came is taken */
    bool owes_durable; /* the newest number is to be told */
};

struct peers {
    struct peer *slots[PEERS_MAX]; /* made when first used */
    uint64_t number;               /* durable now: what owes_durable means */
    int64_t time_us;
    int epoll;
    int listener;
    uint16_t origin;  /* given to the last peer */
    uint32_t turn;    /* whose input is taken first: moves on, so that nobody is always last */
    bool is_stopping; /* input is not looked at any more */
};

/* Listens at `name` inside the folder (mode 0600; an old socket of that name is taken away: the
 * caller holds the folder's lock, so it is nobody's). origin: where counting of origins begins.
 * 0 or a negative errno. */
int peers_open(struct peers *peers, const char *folder, const char *name, uint16_t origin);

/* Closes everything; the socket's name is removed. */
void peers_close(struct peers *peers, const char *folder, const char *name);

/* Waits at most timeout_ms (negative: for ever) until somebody connects, sends or can be sent to,
 * and accepts who connects. Returns how many things happened, or a negative errno. */
int peers_wait(struct peers *peers, int timeout_ms);
/* Makes the wait end when this descriptor becomes readable; read it yourself. */
int peers_watch(struct peers *peers, int fd);

/* Everybody is told, as soon as they can take it, that all up to number is durable. */
void peers_tell_durable(struct peers *peers, uint64_t number, int64_t time_us);

/* This command of the peer was not journaled and never will be. There is always room for one more
 * after peer_has_input() said so. */
void peer_tell_refused(struct peer *peer, uint32_t request, uint16_t result);

/* Nothing more is taken from anybody; everybody is told when they can take it. */
void peers_tell_stopping(struct peers *peers);

/* Sends what can be sent without waiting, closes who has ended, watches for what is still owed. */
void peers_flush(struct peers *peers);

/* Is anything still waiting to be sent? */
bool peers_owe(const struct peers *peers);

/* The next whole command of this peer, reading more if there is none; false: nothing now. A stream
 * that makes no sense is closed. The command is valid until peer_take. */
bool peer_has_input(struct peers *peers, struct peer *peer, const struct command_header **command,
                    size_t *size);
void peer_take(struct peer *peer, size_t size);

/* Ends the connection at once. */
void peer_close(struct peers *peers, struct peer *peer);

#endif
