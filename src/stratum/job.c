/* SPDX-License-Identifier: Apache-2.0
 *
 * From a job and a miner's numbers to the hash of a block header. A file of its own because everything that is counted goes
 * through it, and because it can be compared with published blocks. Invariant: pure; byte orders are
 * decided here and nowhere else. Read next: share.c.
 */
#include "stratum/job.h"

#include <string.h>

#include "base/ensure.h"

void hash_twice(struct sha256 *sha, const struct byte_part *parts, size_t count,
                struct hash256 *out)
{
    struct hash256 first;

    sha256_parts(sha, parts, count, &first);
    sha256_parts(sha, &(struct byte_part){first.bytes, sizeof first.bytes}, 1, out);
}

static void put_u32(uint8_t *out, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

void job_header(struct sha256 *sha, const struct stratum_job *job,
                const struct job_solution *solution, struct header *out)
{
    const struct byte_part coinbase[] = {
        {job->coinbase1, job->coinbase1_size},
        {solution->extranonce1, solution->extranonce1_size},
        {solution->extranonce2, solution->extranonce2_size},
        {job->coinbase2, job->coinbase2_size},
    };
    struct hash256 root;

    ENSURE(job->branch_count <= STRATUM_BRANCHES_MAX);
    hash_twice(sha, coinbase, sizeof coinbase / sizeof *coinbase, &root);
    for (uint32_t i = 0; i < job->branch_count; i++) {
        const struct byte_part pair[] = {{root.bytes, 32}, {job->branches[i].bytes, 32}};

        hash_twice(sha, pair, 2, &root);
    }
    put_u32(out->bytes, solution->version);
    memcpy(out->bytes + 4, job->previous, 32);
    memcpy(out->bytes + 36, root.bytes, 32);
    put_u32(out->bytes + 68, solution->time);
    put_u32(out->bytes + 72, job->bits);
    put_u32(out->bytes + 76, solution->nonce);
    hash_twice(sha, &(struct byte_part){out->bytes, HEADER_SIZE}, 1, &out->hash);
}

/* One level up: hashes[1..count) without the one beside place 0; place 0 itself is never known here. */
static size_t rise(struct sha256 *sha, struct hash256 *hashes, size_t count)
{
    size_t above = 0;

    for (size_t i = 1; i < count; i += 2) {
        size_t right = i + 1 < count ? i + 1 : i;
        const struct byte_part pair[] = {{hashes[i].bytes, 32}, {hashes[right].bytes, 32}};
        struct hash256 parent;

        hash_twice(sha, pair, 2, &parent);
        hashes[above++] = parent;
    }
    return above;
}

uint32_t job_branches(struct sha256 *sha, struct hash256 *hashes, size_t count,
                      struct hash256 branches[STRATUM_BRANCHES_MAX])
{
    uint32_t branch_count = 0;

    while (count > 0) {
        ENSURE(branch_count < STRATUM_BRANCHES_MAX);
        branches[branch_count++] = hashes[0];
        count = rise(sha, hashes, count);
    }
    return branch_count;
}

void job_turn_words(const uint8_t in[32], uint8_t out[32])
{
    uint8_t turned[32];

    for (unsigned i = 0; i < 32; i++) {
        turned[i] = in[(i & ~3u) + 3 - (i & 3u)];
    }
    memcpy(out, turned, 32);
}
