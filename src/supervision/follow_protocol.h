/* SPDX-License-Identifier: Apache-2.0
 *
 * The protocol by which a node's journal goes to followers that do not see its files: one hello from the
 * follower, then frames from the relay, for ever. docs/follow-protocol.md is the specification; this is
 * its one home in code. Only layouts and what is well formed: nothing here reads or writes.
 *
 * All integers are little-endian; everything is a multiple of 64 bytes, so that the commands inside a
 * batch that was received at an aligned address are aligned.
 */
#ifndef SUPERVISION_FOLLOW_PROTOCOL_H
#define SUPERVISION_FOLLOW_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "journal/journal_format.h"
#include "tarazy/ids.h"

#define FOLLOW_VERSION     1u
#define FOLLOW_HELLO_MAGIC JOURNAL_WORD('T', 'R', 'Z', 'H', 'E', 'L', 'L', 'O')
#define FOLLOW_HELLO_MARK  JOURNAL_WORD('h', 'e', 'l', 'l', 'o', 'e', 'n', 'd')
#define FOLLOW_FRAME_MAGIC 0x465a5254u /* "TRZF" */

/* The largest payload: the largest batch with its header and trailer. */
#define FOLLOW_PAYLOAD_MAX \
    (JOURNAL_BATCH_SIZE_MAX + sizeof(struct batch_header) + sizeof(struct batch_trailer))

/* The only thing a follower ever says. 128 bytes. */
struct follow_hello {
    uint64_t magic;   /* FOLLOW_HELLO_MAGIC */
    uint32_t version; /* FOLLOW_VERSION */
    uint32_t reserved0;
    uint64_t from;       /* at least 1: the first batch sent is the one that holds this number */
    struct node_id node; /* whose journal is wanted; zeros: whichever this is */
    struct hash256 key; /* over TLS: the id of the API key whose public key the certificate holds */
    uint8_t reserved[48];
    uint64_t mark; /* FOLLOW_HELLO_MARK */
};

enum follow_kind {
    FOLLOW_KIND_WELCOME = 1,   /* first; payload: struct follow_welcome */
    FOLLOW_KIND_BATCH = 2,     /* payload: a batch, byte for byte as it stands in the journal */
    FOLLOW_KIND_HEARTBEAT = 3, /* all there is has been sent; payload: struct follow_pulse */
    FOLLOW_KIND_STATE = 4,     /* a digest of the state; payload: struct follow_state */
    FOLLOW_KIND_REFUSED = 5,   /* last, no payload; `reason` says why */
};

enum follow_refusal {
    FOLLOW_REFUSAL_HELLO = 1,      /* the hello is not well formed */
    FOLLOW_REFUSAL_NODE = 2,       /* this is the journal of another node */
    FOLLOW_REFUSAL_PERMISSION = 3, /* the registry does not permit it (any more) */
    FOLLOW_REFUSAL_BEYOND = 4,     /* `from` lies behind the end; `number` is where that is */
    FOLLOW_REFUSAL_DAMAGED = 5,    /* the journal cannot be read */
};

struct follow_frame { /* 64 bytes, before each payload */
    uint32_t magic;   /* FOLLOW_FRAME_MAGIC */
    uint16_t kind;    /* enum follow_kind */
    uint16_t
        reason; /* REFUSED: enum follow_refusal; HEARTBEAT: 1 = the core is there, 2 = it is not */
    uint32_t payload_size; /* bytes behind this frame: fixed by the kind but for BATCH */
    uint32_t reserved;
    uint64_t number;       /* BATCH, STATE: of the last command; else: durable up to here */
    int64_t time_us;       /* the relay's clock */
    uint64_t segment;      /* BATCH: first number of its segment, … */
    uint64_t segment_size; /* … bytes of that file, … */
    uint64_t offset;       /* … and where in it the batch stands; else zeros */
    uint64_t checksum;     /* XXH3-64 of the 56 bytes before it */
};

struct follow_welcome { /* 64 bytes */
    struct node_id node;
    uint32_t version;
    uint32_t heartbeat_ms; /* how often a sign of life comes */
    uint8_t reserved[40];
};

struct follow_pulse {     /* 64 bytes */
    struct hash256 chain; /* of the batch that ends with `number` */
    struct digest
        events; /* of its events, as the relay's own replica derives them; zeros: not known */
    uint8_t reserved[16];
};

struct follow_state { /* 64 bytes: from the header of one of the core's snapshots */
    struct hash256 chain;
    struct hash256 state;
};

_Static_assert(sizeof(struct follow_hello) == 128, "hello");
_Static_assert(sizeof(struct follow_frame) == 64, "frame");
_Static_assert(sizeof(struct follow_welcome) == 64, "welcome");
_Static_assert(sizeof(struct follow_pulse) == 64, "pulse");
_Static_assert(sizeof(struct follow_state) == 64, "state");

/* Fills in magic, version and mark. */
void follow_hello_seal(struct follow_hello *hello);

/* NULL: well formed; else what is wrong with it, a text that lives for ever. */
const char *follow_hello_check(const struct follow_hello *hello);

/* Fills in magic and checksum. */
void follow_frame_seal(struct follow_frame *frame);

/* NULL: well formed by itself (magic, checksum, kind, payload_size within what the kind allows, nothing
 * where nothing belongs); else what is wrong with it. */
const char *follow_frame_check(const struct follow_frame *frame);

/* For people; never NULL. */
const char *follow_refusal_text(uint16_t reason);

#endif
