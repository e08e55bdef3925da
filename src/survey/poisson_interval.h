/* SPDX-License-Identifier: Apache-2.0
 *
 * The exact interval of a count (Garwood, "Fiducial limits for the Poisson distribution",
 * Biometrika 28, 1936): low = the mean under which `count` or more has the probability ESTIMATE_TAIL,
 * high = the mean under which `count` or fewer has it. By the chi-square distribution:
 *
 *     low = chi2inv(tail, 2 n) / 2        high = chi2inv(1 − tail, 2 n + 2) / 2
 *
 * which are quantiles of the gamma distribution with shapes n and n + 1.
 */
#ifndef SURVEY_POISSON_INTERVAL_H
#define SURVEY_POISSON_INTERVAL_H

#include "survey/estimate.h"

/* The regularized lower incomplete gamma function P(shape, x), shape > 0, x >= 0: the series below
 * the mean, Lentz's continued fraction above it (Numerical Recipes 6.2; DLMF 8.7.1, 8.9.2). Right to
 * 1e-9 for shapes up to POISSON_EXACT_MAX. */
double poisson_gamma_lower(double shape, double x);

/* The x with P(shape, x) = probability, 0 < probability < 1. Above POISSON_EXACT_MAX by the cube root
 * of Wilson and Hilferty, whose error there is below 1e-8 of the result. */
double poisson_gamma_quantile(double shape, double probability);

#define POISSON_EXACT_MAX 1e6

/* The mean of a Poisson distribution of which `count` was seen. A count that is not whole (an
 * effective number of unequal shares) is what lies between its neighbours. count >= 0. */
struct estimate poisson_interval(double count);

/* The rate of which `count` > 0 arrivals took one unit of time, when the count was fixed and the
 * time was left to chance (so many blocks, from the first to the last): both limits are quantiles of
 * the gamma distribution of shape `count`. */
struct estimate poisson_interval_of_time(double count);

#endif
