/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of one load.
 *
 * Why a file of its own: they are plain statistics and know nothing of mining; the detectors beside
 * them are judgements.
 * Invariants: a load of zeros gives zeros and never a division by zero; curtailed hours are in no
 * mean.
 * Read next: gray_detectors.c.
 */
#include "survey/load_figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "survey/survey_number.h"

enum { HOURS_OF_DAY = 24, STEP_WINDOW = 12, SATURDAY = 5 };

double load_ramp(double x, double from, double to)
{
    double part = (x - from) / (to - from);
    return part > 0 ? fmin(part, 1) : 0;
}

static int double_compare(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;
    return (*a > *b) - (*a < *b);
}

double load_quantile(const double *values, size_t count, double part)
{
    ENSURE(count > 0);
    double *sorted = malloc(count * sizeof *sorted);
    ENSURE(sorted != NULL);
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, double_compare);
    double result = sorted[(size_t)(part * (double)(count - 1) + 0.5)];
    free(sorted);
    return result;
}

static bool is_free(const struct gray_load *load, uint32_t i)
{
    return load->is_curtailed == NULL || !load->is_curtailed[i];
}

static double mean_of(double sum, double count)
{
    return count > 0 ? sum / count : 0;
}

double load_mean(const struct gray_load *load)
{
    double sum = 0;
    double count = 0;
    for (uint32_t i = 0; i < load->hours; i++) {
        sum += is_free(load, i) ? load->kwh[i] : 0;
        count += is_free(load, i) ? 1 : 0;
    }
    return mean_of(sum, count);
}

struct load_means load_means_of(const struct gray_load *load)
{
    double sums[4] = {0};
    double counts[4] = {0};
    for (uint32_t i = 0; i < load->hours; i++) {
        int64_t hour = load->first_hour + i;
        uint32_t of_day = (uint32_t)(hour % HOURS_OF_DAY);
        const bool belongs[4] = {of_day < 6, of_day >= 8 && of_day < 20,
                                 survey_hour_weekday(hour) >= SATURDAY,
                                 survey_hour_weekday(hour) < SATURDAY};
        for (int k = 0; k < 4; k++) {
            bool counts_here = belongs[k] && is_free(load, i);
            sums[k] += counts_here ? load->kwh[i] : 0;
            counts[k] += counts_here ? 1 : 0;
        }
    }
    return (struct load_means){mean_of(sums[0], counts[0]), mean_of(sums[1], counts[1]),
                               mean_of(sums[2], counts[2]), mean_of(sums[3], counts[3])};
}

double load_drop(const struct gray_load *load, const bool *is_marked, const bool *is_left_out,
                 uint32_t *count)
{
    double sums[HOURS_OF_DAY] = {0};
    double counts[HOURS_OF_DAY] = {0};
    double actual = 0;
    double expected = 0;
    *count = 0;
    for (uint32_t i = 0; i < load->hours; i++) {
        size_t of_day = (size_t)((load->first_hour + i) % HOURS_OF_DAY);
        bool is_plain = !is_marked[i] && (is_left_out == NULL || !is_left_out[i]);
        sums[of_day] += is_plain ? load->kwh[i] : 0;
        counts[of_day] += is_plain ? 1 : 0;
    }
    for (uint32_t i = 0; i < load->hours; i++) {
        size_t of_day = (size_t)((load->first_hour + i) % HOURS_OF_DAY);
        if (is_marked[i] && counts[of_day] > 0) {
            actual += load->kwh[i];
            expected += sums[of_day] / counts[of_day];
            (*count)++;
        }
    }
    return expected > 0 ? 1 - actual / expected : 0;
}

/* Median and spread (10th to 90th percentile) of one window. */
struct window {
    double median;
    double spread;
};

static struct window window_of(const struct gray_load *load, uint32_t from)
{
    double sorted[STEP_WINDOW];
    memcpy(sorted, load->kwh + from, sizeof sorted);
    qsort(sorted, STEP_WINDOW, sizeof *sorted, double_compare);
    return (struct window){(sorted[STEP_WINDOW / 2 - 1] + sorted[STEP_WINDOW / 2]) / 2,
                           sorted[STEP_WINDOW - 2] - sorted[1]};
}

static bool window_is_free(const struct gray_load *load, uint32_t from)
{
    for (uint32_t i = from; i < from + STEP_WINDOW; i++) {
        if (!is_free(load, i)) {
            return false;
        }
    }
    return true;
}

/* The change at hour `at`, or 0 when it is none: too small, or either side is not flat. */
static double step_at(const struct gray_load *load, uint32_t at, double mean)
{
    struct window before = window_of(load, at - STEP_WINDOW);
    struct window behind = window_of(load, at);
    double change = fabs(behind.median - before.median);
    bool is_flat = fmax(before.spread, behind.spread) < 0.35 * change;
    /* The change lies between these two hours, not somewhere within a window. */
    bool is_here = fabs(load->kwh[at] - load->kwh[at - 1]) > 0.6 * change;
    return is_flat && is_here && change > 0.06 * mean ? change : 0;
}

size_t load_steps(const struct gray_load *load, double *sizes, size_t max)
{
    size_t count = 0;
    double mean = load_mean(load);
    uint32_t at = STEP_WINDOW;
    while (at + STEP_WINDOW <= load->hours) {
        bool is_quiet = window_is_free(load, at - STEP_WINDOW) && window_is_free(load, at);
        double change = is_quiet ? step_at(load, at, mean) : 0;
        if (change > 0 && count < max) {
            sizes[count] = change;
        }
        count += change > 0;
        at += change > 0 ? STEP_WINDOW : 1;
    }
    return count;
}
