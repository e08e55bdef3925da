/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a share. The meter hashes it itself, so that neither the miner nor the pool has to be believed.
 */
#ifndef STRATUM_SHARE_H
#define STRATUM_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stratum/job.h"
#include "stratum/seen_shares.h"
#include "stratum/stratum_line.h"

/* How far a header's time may run ahead of its job's, seconds: what ckpool takes. The meter's own clock has no say, so a
 * clock that jumps refuses nobody's work. */
enum { SHARE_TIME_AHEAD_S = 7000 };

/* 0x1fffe000: the bits of the version that BIP 320 leaves to miners. */
#define SHARE_VERSION_MASK 0x1fffe000u

enum share_verdict {
    SHARE_VERDICT_ACCEPTED = 1,
    SHARE_VERDICT_STALE,           /* no such job any more */
    SHARE_VERDICT_DUPLICATE,       /* this header was counted already */
    SHARE_VERDICT_ABOVE_TARGET,    /* its hash is above what was assigned */
    SHARE_VERDICT_EXTRANONCE_SIZE, /* extranonce2 of another size than was given */
    SHARE_VERDICT_TIME_RANGE,      /* before its job's time, or too far behind it */
    SHARE_VERDICT_VERSION_BITS,    /* bits outside the mask that was agreed */
    SHARE_VERDICT_WORKER,          /* a worker that this connection has not authorized */
    SHARE_VERDICT_UNSUBSCRIBED,    /* no mining.subscribe before */
    SHARE_VERDICT_MALFORMED,       /* the line was no share at all */
    SHARE_VERDICT_NO_ROOM,         /* the set of seen shares is full: cannot be counted safely */
};

/* Stratum's error number (20 other, 21 stale, 22 duplicate, 23 above target, 24 unauthorized, 25 not subscribed)
 * and its words. */
int share_verdict_code(enum share_verdict verdict);
const char *share_verdict_text(enum share_verdict verdict);

struct share_terms {
    const struct stratum_job *job; /* NULL: none of that name, or a stale one */
    const uint8_t *extranonce1;
    size_t extranonce1_size;
    size_t extranonce2_size;
    uint32_t version_mask;  /* 0: this miner rolls no version */
    struct target assigned; /* at or below */
};

/* Checks everything; remembers an accepted share in `seen`. *header is filled once it could be hashed, that is for
 * ACCEPTED, DUPLICATE, ABOVE_TARGET and NO_ROOM. */
enum share_verdict share_verify(struct sha256 *sha, struct seen_shares *seen,
                                const struct share_terms *terms,
                                const struct stratum_submit *submit, struct header *header);

#endif
