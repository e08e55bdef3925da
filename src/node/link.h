/* SPDX-License-Identifier: Apache-2.0
 *
 * The one protocol between the processes of a node: commands go in, news of durable batches comes
 * out. It runs over a Unix stream socket in the node's folder. The batches themselves are read
 * from the journal's files, which are the shared ring: a slow follower costs the core nothing, and
 * there is no second copy to disagree.
 *
 * Towards the core: struct bytes of commands, back to back, each of the size its kind says; number,
 * time and origin zero. From the core: struct link_notice, 64 bytes each.
 */
#ifndef NODE_LINK_H
#define NODE_LINK_H

#include <stdint.h>

enum link_notice_kind {
    LINK_NOTICE_WELCOME = 1,  /* first: your origin, and what is durable now */
    LINK_NOTICE_DURABLE = 2,  /* everything up to number is durable: read it in the journal */
    LINK_NOTICE_REFUSED = 3,  /* this request was not journaled and never will be: see result */
    LINK_NOTICE_STOPPING = 4, /* the core stops in order; nothing more is taken */
};

struct link_notice { /* 64 bytes */
    uint16_t kind;   /* enum link_notice_kind */
    uint16_t origin; /* WELCOME: what your commands' headers will carry */
    uint16_t result; /* REFUSED: enum result (MALFORMED, UNKNOWN_COMMAND …) */
    uint16_t reserved0;
    uint32_t request; /* REFUSED: the command's request number */
    uint32_t reserved1;
    uint64_t number; /* durable up to and with this command */
    int64_t time_us; /* of the last batch */
    uint8_t reserved[32];
};
_Static_assert(sizeof(struct link_notice) == 64, "notice");

/* Name of the socket in the node's folder. */
#define LINK_SOCKET_NAME "core.socket"

#endif
