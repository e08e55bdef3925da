/* SPDX-License-Identifier: Apache-2.0
 *
 * What several commands are made of: the header that each begins with, an address range, a piece of
 * evidence. Apart from command.h so that a family of commands can have a header of its own.
 */
#ifndef TARAZY_COMMAND_PARTS_H
#define TARAZY_COMMAND_PARTS_H

#include <stdint.h>

struct command_header {   /* 40 bytes */
    uint64_t number;      /* given by the core: 1, 2, 3 … without gaps */
    int64_t time_us;      /* given by the core: UTC microseconds since 1970, never going back */
    uint64_t nonce;       /* strictly increasing per key where the key asks for it; else 0 */
    uint16_t kind;        /* enum command_kind */
    uint16_t origin;      /* given by the core: which link it came by; 0 = the core itself */
    uint32_t participant; /* who acts; 0 = the node itself (founding, clock) */
    uint32_t request;     /* the sender's own number for finding its answer */
    uint32_t key;         /* API key the request was signed with: key number; 0 = none */
};

struct ip_range {
    uint8_t address[16]; /* IPv6, or IPv4 as ::ffff:a.b.c.d */
    uint8_t prefix;      /* 0 .. 128; an entry of zeros is unused */
    uint8_t reserved[7];
};

struct evidence {  /* 64 bytes: what happened outside, used once for ever */
    char text[62]; /* e.g. txid:vout, or a statement line's reference */
    uint16_t rail; /* 1 .. TARAZY_RAILS_MAX; rail 1 is the sandbox */
};

#define TARAZY_RAIL_SANDBOX 1u

_Static_assert(sizeof(struct command_header) == 40, "header");
_Static_assert(sizeof(struct ip_range) == 24, "range");
_Static_assert(sizeof(struct evidence) == 64, "evidence");

#endif
