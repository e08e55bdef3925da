/* SPDX-License-Identifier: Apache-2.0
 *
 * The verdict on one share. A file of its own because it is what miners will try to cheat. Invariant: nothing is
 * counted that this function has not called ACCEPTED, and it calls the same header so only once. Read next: job.c,
 * seen_shares.c, meter.c.
 */
#include "stratum/share.h"

#include "base/ensure.h"

static const struct {
    int code;
    const char *text;
} verdicts[] = {
    [SHARE_VERDICT_ACCEPTED] = {0, "Accepted"},
    [SHARE_VERDICT_STALE] = {21, "Invalid JobID"},
    [SHARE_VERDICT_DUPLICATE] = {22, "Duplicate"},
    [SHARE_VERDICT_ABOVE_TARGET] = {23, "Above target"},
    [SHARE_VERDICT_EXTRANONCE_SIZE] = {20, "Invalid nonce2 length"},
    [SHARE_VERDICT_TIME_RANGE] = {20, "Ntime out of range"},
    [SHARE_VERDICT_VERSION_BITS] = {20, "Invalid version mask"},
    [SHARE_VERDICT_WORKER] = {24, "Worker mismatch"},
    [SHARE_VERDICT_UNSUBSCRIBED] = {25, "Not subscribed"},
    [SHARE_VERDICT_MALFORMED] = {20, "Malformed"},
    [SHARE_VERDICT_NO_ROOM] = {20, "Meter is full"},
};

int share_verdict_code(enum share_verdict verdict)
{
    ENSURE(verdict >= SHARE_VERDICT_ACCEPTED && verdict <= SHARE_VERDICT_NO_ROOM);
    return verdicts[verdict].code;
}

const char *share_verdict_text(enum share_verdict verdict)
{
    ENSURE(verdict >= SHARE_VERDICT_ACCEPTED && verdict <= SHARE_VERDICT_NO_ROOM);
    return verdicts[verdict].text;
}

/* What can be said without hashing. */
static enum share_verdict check_terms(const struct share_terms *terms,
                                      const struct stratum_submit *submit)
{
    const struct stratum_job *job = terms->job;

    if (job == NULL) {
        return SHARE_VERDICT_STALE;
    }
    if (submit->extranonce2_size != terms->extranonce2_size) {
        return SHARE_VERDICT_EXTRANONCE_SIZE;
    }
    if (submit->time < job->time || submit->time - job->time > SHARE_TIME_AHEAD_S) {
        return SHARE_VERDICT_TIME_RANGE;
    }
    if (submit->has_version_bits && (submit->version_bits & ~terms->version_mask) != 0) {
        return SHARE_VERDICT_VERSION_BITS;
    }
    return SHARE_VERDICT_ACCEPTED;
}

static uint32_t rolled_version(const struct share_terms *terms, const struct stratum_submit *submit)
{
    if (!submit->has_version_bits) {
        return terms->job->version;
    }
    return (terms->job->version & ~terms->version_mask) | submit->version_bits;
}

enum share_verdict share_verify(struct sha256 *sha, struct seen_shares *seen,
                                const struct share_terms *terms,
                                const struct stratum_submit *submit, struct header *header)
{
    enum share_verdict verdict = check_terms(terms, submit);

    if (verdict != SHARE_VERDICT_ACCEPTED) {
        return verdict;
    }
    const struct job_solution solution = {
        .extranonce1 = terms->extranonce1,
        .extranonce1_size = terms->extranonce1_size,
        .extranonce2 = submit->extranonce2,
        .extranonce2_size = submit->extranonce2_size,
        .version = rolled_version(terms, submit),
        .time = submit->time,
        .nonce = submit->nonce,
    };
    job_header(sha, terms->job, &solution, header);
    if (!target_is_met(&terms->assigned, &header->hash)) {
        return SHARE_VERDICT_ABOVE_TARGET;
    }
    switch (seen_shares_add(seen, terms->job->previous, &header->hash)) {
    case SEEN_RESULT_NEW: return SHARE_VERDICT_ACCEPTED;
    case SEEN_RESULT_BEFORE: return SHARE_VERDICT_DUPLICATE;
    case SEEN_RESULT_FULL: return SHARE_VERDICT_NO_ROOM;
    }
    return SHARE_VERDICT_NO_ROOM;
}
