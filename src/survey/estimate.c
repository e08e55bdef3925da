/* SPDX-License-Identifier: Apache-2.0
 *
 * Points with intervals, and their arithmetic.
 *
 * Why here: an error bar that is forgotten between two steps makes a guess look like a measurement.
 * So estimates travel as one value, and only these functions join them.
 * Invariant: low <= point <= high before and after (ENSURE).
 * Read next: poisson_interval.h, where most of them come from.
 */
#include "survey/estimate.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/ensure.h"

static struct estimate checked(struct estimate estimate)
{
    ENSURE(estimate.low <= estimate.point && estimate.point <= estimate.high);
    return estimate;
}

struct estimate estimate_of_exact(double value)
{
    return checked((struct estimate){value, value, value});
}

struct estimate estimate_scale(struct estimate estimate, double factor)
{
    ENSURE(factor >= 0);
    return checked(
        (struct estimate){estimate.low * factor, estimate.point * factor, estimate.high * factor});
}

struct estimate estimate_add(struct estimate a, struct estimate b)
{
    double point = a.point + b.point;
    return checked((struct estimate){point - hypot(a.point - a.low, b.point - b.low), point,
                                     point + hypot(a.high - a.point, b.high - b.point)});
}

struct estimate estimate_subtract(struct estimate a, struct estimate b)
{
    double point = a.point - b.point;
    return checked((struct estimate){point - hypot(a.point - a.low, b.high - b.point), point,
                                     point + hypot(a.high - a.point, b.point - b.low)});
}

struct estimate estimate_divide(struct estimate a, struct estimate b)
{
    ENSURE(a.low >= 0 && b.low >= 0 && b.point > 0);
    double point = a.point / b.point;
    if (a.point <= 0) {
        return checked((struct estimate){0, 0, b.low > 0 ? a.high / b.low : (double)INFINITY});
    }
    double down = a.low > 0 ? hypot(log(a.point / a.low), log(b.high / b.point)) : (double)INFINITY;
    double up = b.low > 0 ? hypot(log(a.high / a.point), log(b.point / b.low)) : (double)INFINITY;
    return checked((struct estimate){point * exp(-down), point, point * exp(up)});
}

struct estimate estimate_multiply(struct estimate a, struct estimate b)
{
    ENSURE(a.low >= 0 && b.low >= 0);
    double point = a.point * b.point;
    if (point <= 0) {
        return checked((struct estimate){0, 0, a.high * b.high});
    }
    bool is_open = a.low <= 0 || b.low <= 0;
    double down = is_open ? (double)INFINITY : hypot(log(a.point / a.low), log(b.point / b.low));
    double up = hypot(log(a.high / a.point), log(b.high / b.point));
    return checked((struct estimate){point * exp(-down), point, point * exp(up)});
}

struct estimate estimate_multiply_bounds(struct estimate a, struct estimate b)
{
    ENSURE(a.low >= 0 && b.low >= 0);
    return checked((struct estimate){a.low * b.low, a.point * b.point, a.high * b.high});
}

struct estimate estimate_clamp(struct estimate estimate, double low, double high)
{
    ENSURE(low <= high);
    return checked((struct estimate){fmin(fmax(estimate.low, low), high),
                                     fmin(fmax(estimate.point, low), high),
                                     fmin(fmax(estimate.high, low), high)});
}

double estimate_student(uint32_t freedom)
{
    static const double table[] = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
        2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
        2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    };
    ENSURE(freedom >= 1);
    if (freedom <= sizeof table / sizeof table[0]) {
        return table[freedom - 1];
    }
    const double z = 1.959963984540054;
    double n = (double)freedom;
    double first = (z * z * z + z) / 4;
    double second = (5 * pow(z, 5) + 16 * z * z * z + 3 * z) / 96;
    return z + first / n + second / (n * n);
}
