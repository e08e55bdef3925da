/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash rate from work that was seen.
 *
 * Why here: everything else of the room begins with a rate and how well it is known.
 * Invariant: a sum holds what is needed to join it with others and to say its interval, and nothing
 * that depends on the order of joining but the last bits of doubles.
 * Read next: network_rate.h, share_table.h.
 */
#include "survey/hash_rate.h"

#include <math.h>

#include "base/ensure.h"
#include "survey/poisson_interval.h"

enum { SECONDS_PER_DAY = 86400 };

void share_sum_add(struct share_sum *sum, double difficulty, uint64_t count)
{
    ENSURE(difficulty > 0);
    double work = difficulty * HASH_RATE_PER_DIFFICULTY;
    sum->work += work * (double)count;
    sum->work_squared += work * work * (double)count;
    sum->work_largest = fmax(sum->work_largest, work);
}

void share_sum_add_reading(struct share_sum *sum, double work, double effective)
{
    ENSURE(work >= 0 && (work <= 0 || effective >= 1));
    if (work <= 0) {
        return;
    }
    sum->work += work;
    sum->work_squared += work * work / effective;
    sum->work_largest = fmax(sum->work_largest, work / effective);
}

void share_sum_join(struct share_sum *sum, const struct share_sum *part)
{
    sum->work += part->work;
    sum->work_squared += part->work_squared;
    sum->work_largest = fmax(sum->work_largest, part->work_largest);
}

double share_sum_effective(const struct share_sum *sum)
{
    return sum->work_squared > 0 ? sum->work * sum->work / sum->work_squared : 0;
}

struct estimate hash_rate_of_shares(const struct share_sum *sum, double seconds)
{
    ENSURE(seconds > 0);
    double effective = share_sum_effective(sum);
    struct estimate count = poisson_interval(effective);
    if (effective <= 0) {
        return estimate_scale(count, sum->work_largest / seconds);
    }
    return estimate_scale(count, sum->work / effective / seconds);
}

struct estimate hash_rate_share(struct estimate part, struct estimate network)
{
    return estimate_clamp(estimate_divide(part, network), 0, 1);
}

double hash_rate_reward_per_day(double rate, double difficulty, double block_reward)
{
    ENSURE(difficulty > 0);
    double blocks = rate * SECONDS_PER_DAY / (difficulty * HASH_RATE_PER_DIFFICULTY);
    return blocks * block_reward;
}
