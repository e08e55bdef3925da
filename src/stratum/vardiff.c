/* SPDX-License-Identifier: Apache-2.0
 *
 * Variable difficulty. A file of its own because it is a control loop that a miner can try to steer. Invariants: what was assigned
 * changes only together with a new job, so that each share is held against a number fixed before it was found; never
 * above the pool's difficulty, where the miner would lose shares that the pool pays. Read next: session.c.
 */
#include "stratum/meter_inside.h"

enum {
    WINDOW_MS = 30000,  /* looked at after so long */
    WINDOW_SHARES = 24, /* or after so many shares */
    STEP_MAX = 4        /* at most so many times harder or easier at once */
};

static struct difficulty bounded(struct difficulty difficulty, const struct meter_options *options,
                                 struct difficulty pool)
{
    if (difficulty_compare(difficulty, options->difficulty_min) < 0) {
        difficulty = options->difficulty_min;
    }
    if (difficulty_compare(difficulty, options->difficulty_max) > 0) {
        difficulty = options->difficulty_max;
    }
    return difficulty_compare(difficulty, pool) > 0 ? pool : difficulty;
}

struct difficulty vardiff_next(struct miner *miner, const struct meter_job *job, int64_t now_ms)
{
    const struct meter_options *options = &miner->meter->options;
    struct difficulty difficulty = miner->assigned.difficulty;
    int64_t passed = now_ms - miner->window_ms;

    if (miner->suggested.mantissa != 0) {
        difficulty = miner->suggested;
        miner->suggested = (struct difficulty){0};
        return bounded(difficulty, options, job->pool_difficulty);
    }
    if (difficulty.mantissa == 0) {
        return bounded(options->difficulty_start, options, job->pool_difficulty);
    }
    if (passed < 1 || (passed < WINDOW_MS && miner->window_shares < WINDOW_SHARES)) {
        return bounded(difficulty, options, job->pool_difficulty);
    }
    uint64_t found = (uint64_t)miner->window_shares * 60000;
    uint64_t wanted = (uint64_t)options->shares_per_minute * (uint64_t)passed;

    miner->window_ms = now_ms;
    miner->window_shares = 0;
    if (found > wanted * STEP_MAX) {
        difficulty = difficulty_scale(difficulty, STEP_MAX, 1);
    } else if (found < wanted / STEP_MAX) {
        difficulty = difficulty_scale(difficulty, 1, STEP_MAX);
    } else if (2 * found > 3 * wanted || 3 * found < 2 * wanted) {
        difficulty = difficulty_scale(difficulty, found, wanted);
    }
    return bounded(difficulty, options, job->pool_difficulty);
}
