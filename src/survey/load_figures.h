/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of one load: what detectors are made of.
 */
#ifndef SURVEY_LOAD_FIGURES_H
#define SURVEY_LOAD_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include "survey/gray_detectors.h"

/* 0 up to `from`, 1 from `to` on, straight between them; from > to falls. NaN gives 0. */
double load_ramp(double x, double from, double to);

/* The value below which `part` (0..1) of values[0..count) lie; count > 0. Nothing is changed. */
double load_quantile(const double *values, size_t count, double part);

/* Mean of the hours that are not curtailed; 0 without any. */
double load_mean(const struct gray_load *load);

/* The means of the hours 00–05 and 08–19, and of weekends and working days, curtailed ones left out. */
struct load_means {
    double night;
    double day;
    double weekend;
    double working;
};
struct load_means load_means_of(const struct gray_load *load);

/* How much less than in the same hour of the day elsewhere is used in the marked hours:
 * 1 − sum(actual) / sum(expected); *count is how many were compared. */
double load_drop(const struct gray_load *load, const bool *is_marked, const bool *is_left_out,
                 uint32_t *count);

/* Sudden lasting changes: see gray_detect_steps(). Writes their sizes in kW to sizes[0..max) and
 * returns how many there are, also beyond max. */
size_t load_steps(const struct gray_load *load, double *sizes, size_t max);

#endif
