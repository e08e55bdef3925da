/* SPDX-License-Identifier: Apache-2.0
 *
 * The exact interval of a count.
 *
 * Why here: ten shares or ten blocks say very little, and the usual ± 1.96 sqrt(n) hides how little.
 * Invariants: P is monotone in x, so bisection finds the only root; the bracket is proven before it
 * is halved (ENSURE). Every loop has an end: a number of steps.
 * Read next: hash_rate.h.
 */
#include "survey/poisson_interval.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "base/ensure.h"

enum { TERMS_MAX = 200000, HALVINGS = 100, WIDENINGS_MAX = 200 };

/* x^shape e^-x / gamma(shape), the factor in front of both expansions. */
static double front(double shape, double x)
{
    int sign = 0;
    return exp(shape * log(x) - x - lgamma_r(shape, &sign));
}

static double series(double shape, double x)
{
    double term = 1 / shape;
    double sum = term;
    for (int i = 1; i < TERMS_MAX && term > sum * DBL_EPSILON; i++) {
        term *= x / (shape + i);
        sum += term;
    }
    return front(shape, x) * sum;
}

/* The upper function Q = 1 − P. */
static double fraction(double shape, double x)
{
    double b = x + 1 - shape;
    double c = 1 / DBL_MIN;
    double d = 1 / b;
    double h = d;
    for (int i = 1; i < TERMS_MAX; i++) {
        double a = -i * (i - shape);
        b += 2;
        d = 1 / (a * d + b);
        c = b + a / c;
        h *= d * c;
        if (fabs(d * c - 1) < DBL_EPSILON) {
            break;
        }
    }
    return front(shape, x) * h;
}

double poisson_gamma_lower(double shape, double x)
{
    ENSURE(shape > 0 && x >= 0);
    if (x <= 0) {
        return 0;
    }
    return x < shape + 1 ? series(shape, x) : 1 - fraction(shape, x);
}

/* The quantile of the normal distribution by bisection over erfc: a few of them are ever asked for. */
static double normal_quantile(double probability)
{
    double low = -40;
    double high = 40;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        bool is_low = erfc(-middle / sqrt(2)) / 2 < probability;
        low = is_low ? middle : low;
        high = is_low ? high : middle;
    }
    return low;
}

static double wilson_hilferty(double shape, double probability)
{
    double ninth = 1 / (9 * shape);
    double root = 1 - ninth + normal_quantile(probability) * sqrt(ninth);
    return shape * root * root * root;
}

double poisson_gamma_quantile(double shape, double probability)
{
    ENSURE(shape > 0 && probability > 0 && probability < 1);
    if (shape > POISSON_EXACT_MAX) {
        return wilson_hilferty(shape, probability);
    }
    double low = 0;
    double high = shape + 1;
    for (int i = 0; i < WIDENINGS_MAX && poisson_gamma_lower(shape, high) < probability; i++) {
        low = high;
        high *= 2;
    }
    ENSURE(poisson_gamma_lower(shape, low) < probability &&
           probability <= poisson_gamma_lower(shape, high));
    for (int i = 0; i < HALVINGS && high - low > high * DBL_EPSILON; i++) {
        double middle = (low + high) / 2;
        bool is_low = poisson_gamma_lower(shape, middle) < probability;
        low = is_low ? middle : low;
        high = is_low ? high : middle;
    }
    return (low + high) / 2;
}

struct estimate poisson_interval(double count)
{
    ENSURE(count >= 0);
    double low = count > 0 ? poisson_gamma_quantile(count, ESTIMATE_TAIL) : 0;
    double high = poisson_gamma_quantile(count + 1, 1 - ESTIMATE_TAIL);
    /* Of a part of one arrival the low limit may leave the range of doubles. */
    return (struct estimate){fmin(low, count), count, fmax(high, count)};
}

struct estimate poisson_interval_of_time(double count)
{
    ENSURE(count > 0);
    double low = poisson_gamma_quantile(count, ESTIMATE_TAIL);
    double high = poisson_gamma_quantile(count, 1 - ESTIMATE_TAIL);
    return (struct estimate){fmin(low, count), count, fmax(high, count)};
}
