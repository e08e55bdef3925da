/* SPDX-License-Identifier: Apache-2.0
 *
 * A number that is not known exactly: a point and the 95 % interval around it. Everything this room
 * tells is one of these, or says why it cannot be.
 *
 * Intervals of independent estimates are combined by recovering the variances from the limits, each
 * side for itself (Zou and Donner, "Construction of confidence limits about effect measures",
 * Statistics in Medicine 27, 2008), so that a skewed interval stays skewed.
 */
#ifndef SURVEY_ESTIMATE_H
#define SURVEY_ESTIMATE_H

#include <stdint.h>

/* What lies outside of an interval on each side: 95 % is all this room ever says. */
#define ESTIMATE_TAIL 0.025

/* low <= point <= high; all in the same unit. */
struct estimate {
    double low;
    double point;
    double high;
};

/* A number that is known. */
struct estimate estimate_of_exact(double value);

/* Times a number that is known; factor >= 0. */
struct estimate estimate_scale(struct estimate estimate, double factor);

/* a + b, a and b independent. */
struct estimate estimate_add(struct estimate a, struct estimate b);

/* a − b, a and b independent. May be negative. */
struct estimate estimate_subtract(struct estimate a, struct estimate b);

/* a / b on the scale of logarithms, a and b independent; a >= 0. Where b.low is 0 nothing is known
 * upwards: high is INFINITY. b.point > 0 (ENSURE). */
struct estimate estimate_divide(struct estimate a, struct estimate b);

/* a * b on the scale of logarithms, a and b independent; a, b >= 0. A point of 0 has the limits that
 * the worst of both gives. */
struct estimate estimate_multiply(struct estimate a, struct estimate b);

/* a * b with all four limits taken to the worst: for bounds that are no statistics (an unknown
 * efficiency lies anywhere between them). a, b >= 0. */
struct estimate estimate_multiply_bounds(struct estimate a, struct estimate b);

/* The same with its limits cut to [low, high]. */
struct estimate estimate_clamp(struct estimate estimate, double low, double high);

/* The 97.5 % quantile of Student's t with `freedom` >= 1 degrees: the published table to 30, above
 * it the expansion of Fisher and Cornish, right to 0.001. */
double estimate_student(uint32_t freedom);

#endif
