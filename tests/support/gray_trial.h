/* SPDX-License-Identifier: Apache-2.0
 *
 * Detectors of gray mining tried on regions whose truth is known: how many of what a detector points at
 * are what it looks for (precision), and how many of these it points at (recall).
 */
#ifndef SUPPORT_GRAY_TRIAL_H
#define SUPPORT_GRAY_TRIAL_H

#include <stdint.h>

#include "survey/gray_report.h"

/* Beyond the detectors: the whole list's scores of sites and of feeders. */
enum { GRAY_TRIAL_SITES = GRAY_DETECTOR_COUNT + 1, GRAY_TRIAL_FEEDERS, GRAY_TRIAL_COUNT };

struct gray_trial_count {
    uint64_t right;  /* pointed at, and true */
    uint64_t wrong;  /* pointed at, and not true */
    uint64_t missed; /* true, and not pointed at */
    uint64_t passed; /* neither */
};

struct gray_trial {
    struct gray_trial_count counts[GRAY_TRIAL_COUNT]; /* [enum gray_detector] and the two above */
    /* Of each region's ten highest entries, how many have something that nobody declared. */
    uint64_t first_ten_right;
    uint64_t first_ten;
};

/* Regions of the seeds first .. first + count − 1. A score of 0.5 or more points at. */
void gray_trial_run(struct gray_trial *trial, uint64_t first_seed, uint64_t count);

/* 0 when there is nothing to divide by. */
double gray_trial_precision(const struct gray_trial_count *count);
double gray_trial_recall(const struct gray_trial_count *count);

/* "load factor" … "list of sites". */
const char *gray_trial_name(int index);

#endif
