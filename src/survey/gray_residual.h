/* SPDX-License-Identifier: Apache-2.0
 *
 * How much of a country's mining nobody declared, two ways.
 *
 * By power, from public numbers alone: what the map's share takes (electricity.h) less what was
 * declared. The bounds of the efficiency are taken to their worst together with the interval of the
 * share, so the answer is wide; it is what can be said without asking anybody.
 *
 *     P_gray = H_c * (J/TH) * PUE − P_declared            share = P_gray / (H_c * (J/TH) * PUE)
 *
 * By the authority's own meters: of each pool in the sample it is known how much of what the pool
 * sees here is licensed and metered, so only the rest is extrapolated (a difference estimator:
 * Cochran, "Sampling Techniques", 3rd ed., 7.7), with the interval of whole pools (mining_map.h):
 *
 *     H_gray = sum_p (H_p,c − H_p,metered) / sum_p H_p * H_network      share = H_gray / (H_gray + H_metered)
 *
 * Both may suppose that a part of the gray miners hides behind addresses of other countries: between
 * `low` and `high` of them, an assumption that is printed with the result.
 */
#ifndef SURVEY_GRAY_RESIDUAL_H
#define SURVEY_GRAY_RESIDUAL_H

#include <stddef.h>
#include <stdint.h>

#include "survey/estimate.h"

/* Which part of the gray miners no map shows; 0 <= low <= high < 1. */
struct gray_hidden {
    double low;
    double high;
};

struct gray_power_input {
    struct estimate country_ehs; /* of the map */
    struct estimate j_per_th;    /* lower, best, upper */
    struct estimate pue;         /* lower, best, upper */
    struct estimate declared_gw;
    struct gray_hidden hidden;
};

struct gray_power {
    struct estimate implied_gw; /* what the map's miners and those hidden take */
    struct estimate gray_gw;    /* may be below 0: more was declared than the map implies */
    struct estimate share;      /* of implied_gw; 0..1 */
};

struct gray_pool {
    double total_ehs;   /* all of the pool's miners, everywhere; > 0 */
    double country_ehs; /* those it sees in the country */
    double metered_ehs; /* of them, licensed and metered by the authority */
};

struct gray_metered_input {
    const struct gray_pool *pools; /* the sample; two or more */
    size_t pool_count;
    struct estimate network_ehs;
    struct estimate metered_ehs; /* of all licensed miners, in all pools */
    struct gray_hidden hidden;
};

struct gray_metered {
    double coverage;
    struct estimate gray_ehs; /* >= 0 */
    struct estimate share;    /* of gray and metered together; 0..1 */
};

void gray_residual_by_power(struct gray_power *out, const struct gray_power_input *input);

void gray_residual_by_meters(struct gray_metered *out, const struct gray_metered_input *input);

#endif
