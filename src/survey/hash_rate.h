/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash rate from work that was seen: hashes per second, with its interval.
 *
 * A share of difficulty d stands for d * 2^48 / 65535 hashes on average (difficulty 1 is the target
 * 0xFFFF * 2^208, and 2^256 / (0xFFFF * 2^208) = 2^48 / 65535; the round 2^32 is 1.5e-5 too low).
 * Shares come as a Poisson process, so n equal ones say the rate to 1 / sqrt(n). Unequal ones rest
 * on fewer: n_eff = (sum d)^2 / sum d^2 (Kish, "Survey Sampling", 1965). The assigned difficulty is
 * counted, never what the hash happened to reach: that would have no finite mean.
 */
#ifndef SURVEY_HASH_RATE_H
#define SURVEY_HASH_RATE_H

#include <stdint.h>

#include "survey/estimate.h"

/* Hashes that one share of difficulty 1 stands for. */
#define HASH_RATE_PER_DIFFICULTY (281474976710656.0 / 65535.0)

/* What was seen of one miner, site, pool, region or country in one stretch of time. All zero: nothing
 * yet. Sums of disjoint parts are the sums of their members. */
struct share_sum {
    double work;         /* sum of expected hashes */
    double work_squared; /* sum of their squares */
    double work_largest; /* of one share; also of shares that were assigned and never came */
};

/* Adds `count` shares of one difficulty > 0; count may be 0, which says what was waited for. */
void share_sum_add(struct share_sum *sum, double difficulty, uint64_t count);

/* Adds a reading of which only the totals are known: work in hashes, and the effective number it
 * rests on (a reading's effective_milli / 1000). effective >= 1 unless work is 0. */
void share_sum_add_reading(struct share_sum *sum, double work, double effective);

/* Adds the parts of another miner, site … in the same stretch of time. */
void share_sum_join(struct share_sum *sum, const struct share_sum *part);

/* (sum w)^2 / sum w^2; 0 when there was no share. */
double share_sum_effective(const struct share_sum *sum);

/* Hashes per second over `seconds` > 0. Without a share the point is 0, and the upper limit is what
 * 3.69 shares of the largest assigned difficulty would be. */
struct estimate hash_rate_of_shares(const struct share_sum *sum, double seconds);

/* Which part of the network somebody is: both have their own chance, and are taken as independent
 * (the blocks that are both his shares and the network's are one in billions of his shares). Cut to
 * 0..1. network.point > 0. */
struct estimate hash_rate_share(struct estimate part, struct estimate network);

/* Bitcoin per day at `rate` hashes a second: what a block pays on average times the blocks found. */
double hash_rate_reward_per_day(double rate, double difficulty, double block_reward);

#endif
