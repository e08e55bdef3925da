/* SPDX-License-Identifier: Apache-2.0
 *
 * A job: what a header is made of but for the miner's part. Coinbase parts belong to whoever made the job.
 */
#ifndef STRATUM_JOB_H
#define STRATUM_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/sha256.h"
#include "stratum/difficulty.h"
#include "tarazy/ids.h"

enum {
    STRATUM_JOB_ID_MAX = 64,
    STRATUM_EXTRANONCE_MAX = 16,  /* bytes of either extranonce */
    STRATUM_BRANCHES_MAX = 24,    /* a tree of 16 million transactions */
    STRATUM_COINBASE_MAX = 32768, /* bytes of both parts of the coinbase transaction */
    HEADER_SIZE = 80,
};

struct stratum_job {
    char id[STRATUM_JOB_ID_MAX + 1]; /* as its maker calls it */
    uint8_t previous[32];            /* as it stands in the header */
    const uint8_t *coinbase1;
    size_t coinbase1_size;
    const uint8_t *coinbase2;
    size_t coinbase2_size;
    struct hash256 branches[STRATUM_BRANCHES_MAX];
    uint32_t branch_count;
    uint32_t version;
    uint32_t bits;
    uint32_t time;
    bool is_clean; /* earlier jobs are worth nothing any more */
    struct target block_target;
};

/* What a miner adds. */
struct job_solution {
    const uint8_t *extranonce1;
    size_t extranonce1_size;
    const uint8_t *extranonce2;
    size_t extranonce2_size;
    uint32_t version; /* rolled already */
    uint32_t time;
    uint32_t nonce;
};

struct header {
    uint8_t bytes[HEADER_SIZE];
    struct hash256 hash; /* SHA-256 twice: a little-endian number */
};

/* SHA-256 twice over parts. */
void hash_twice(struct sha256 *sha, const struct byte_part *parts, size_t count,
                struct hash256 *out);

/* The header that a solution makes of a job: coinbase, Merkle root, 80 bytes, hash. */
void job_header(struct sha256 *sha, const struct stratum_job *job,
                const struct job_solution *solution, struct header *out);

/* The branches beside the coinbase transaction (place 0) up to the root, from the hashes of the other
 * transactions in order, as block templates give them. Uses hashes[0..count) as its work space. Returns the number
 * of branches; more than STRATUM_BRANCHES_MAX transactions' worth cannot be (ENSURE). */
uint32_t job_branches(struct sha256 *sha, struct hash256 *hashes, size_t count,
                      struct hash256 branches[STRATUM_BRANCHES_MAX]);

/* 32 bytes of a header's previous hash <-> Stratum's order: each four bytes turned around. Its own inverse. */
void job_turn_words(const uint8_t in[32], uint8_t out[32]);

#endif
