/* SPDX-License-Identifier: Apache-2.0
 *
 * How much of a country's mining nobody declared.
 *
 * Why here: this is the number that the authority is asked for, and the easiest of all to make up. It
 * comes with its interval, its coverage and its assumptions, or not at all.
 * Invariants: a share is within 0..1; more declared never makes more gray.
 * Read next: gray_detectors.h, which looks for where it is.
 */
#include "survey/gray_residual.h"

#include <math.h>

#include "base/ensure.h"

/* What is seen is 1 − hidden of what is there. */
static struct estimate hidden_factor(struct gray_hidden hidden)
{
    ENSURE(hidden.low >= 0 && hidden.low <= hidden.high && hidden.high < 1);
    double middle = (hidden.low + hidden.high) / 2;
    return (struct estimate){1 / (1 - hidden.low), 1 / (1 - middle), 1 / (1 - hidden.high)};
}

/* part / (part + known): rises with the one, falls with the other. */
static double share_of(double part, double known)
{
    double whole = part + known;
    return part > 0 && whole > 0 ? part / whole : 0;
}

static struct estimate share_between(struct estimate part, struct estimate known)
{
    return (struct estimate){share_of(part.low, known.high), share_of(part.point, known.point),
                             share_of(part.high, known.low)};
}

void gray_residual_by_power(struct gray_power *out, const struct gray_power_input *input)
{
    struct estimate watts = estimate_multiply_bounds(input->j_per_th, input->pue);
    struct estimate seen =
        estimate_scale(estimate_multiply_bounds(input->country_ehs, watts), 1.0 / 1000);
    struct estimate declared = input->declared_gw;
    struct estimate factor = hidden_factor(input->hidden);
    /* Only who is gray hides: what is declared is seen. */
    struct estimate gray = {seen.low - declared.high, seen.point - declared.point,
                            seen.high - declared.low};
    gray.low *= gray.low > 0 ? factor.low : 1;
    gray.point *= gray.point > 0 ? factor.point : 1;
    gray.high *= gray.high > 0 ? factor.high : 1;
    out->gray_gw = gray;
    out->implied_gw = (struct estimate){gray.low + declared.high, gray.point + declared.point,
                                        gray.high + declared.low};
    out->share = share_between(gray, declared);
}

/* The sums over the sample. */
struct pool_sums {
    double total;
    double gray;
};

static struct pool_sums pools_add(const struct gray_metered_input *input)
{
    struct pool_sums sums = {0};
    for (size_t i = 0; i < input->pool_count; i++) {
        const struct gray_pool *pool = &input->pools[i];
        ENSURE(pool->total_ehs > 0);
        sums.total += pool->total_ehs;
        sums.gray += pool->country_ehs - pool->metered_ehs;
    }
    return sums;
}

/* Half of the interval of gray / total, from how the pools differ. */
static double pools_half_width(const struct gray_metered_input *input, struct pool_sums sums,
                               double coverage)
{
    double k = (double)input->pool_count;
    double squares = 0;
    for (size_t i = 0; i < input->pool_count; i++) {
        const struct gray_pool *pool = &input->pools[i];
        double gray = pool->country_ehs - pool->metered_ehs;
        double residual = gray - sums.gray / sums.total * pool->total_ehs;
        squares += residual * residual;
    }
    double variance = (1 - coverage) * k / (k - 1) * squares;
    return estimate_student((uint32_t)input->pool_count - 1) * sqrt(variance) / sums.total;
}

void gray_residual_by_meters(struct gray_metered *out, const struct gray_metered_input *input)
{
    ENSURE(input->pool_count >= 2 && input->network_ehs.point > 0);
    struct pool_sums sums = pools_add(input);
    out->coverage = fmin(1, sums.total / input->network_ehs.point);
    double ratio = sums.gray / sums.total;
    double half = pools_half_width(input, sums, out->coverage);
    struct estimate part =
        estimate_clamp((struct estimate){ratio - half, ratio, ratio + half}, 0, 1);
    struct estimate seen = estimate_multiply(part, input->network_ehs);
    out->gray_ehs = estimate_multiply_bounds(seen, hidden_factor(input->hidden));
    out->share = share_between(out->gray_ehs, input->metered_ehs);
}
