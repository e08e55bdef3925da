/* SPDX-License-Identifier: Apache-2.0
 *
 * Detectors tried on regions whose truth is known.
 */
#include "support/gray_trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "survey/synthetic_loads.h"

static void count_one(struct gray_trial_count *count, bool is_pointed_at, bool is_true)
{
    count->right += is_pointed_at && is_true;
    count->wrong += is_pointed_at && !is_true;
    count->missed += !is_pointed_at && is_true;
    count->passed += !is_pointed_at && !is_true;
}

/* Whether a detector looks for this entry, and whether it is what it looks for. */
static bool is_asked(enum gray_detector detector, const struct gray_entry *entry,
                     const struct synthetic_truth *truth, bool *is_true)
{
    switch (detector) {
    case GRAY_DETECTOR_LOAD_FACTOR:
    case GRAY_DETECTOR_NIGHT_DAY:
    case GRAY_DETECTOR_WEEKDAY:
    case GRAY_DETECTOR_STEADINESS:
    case GRAY_DETECTOR_STEPS:
    case GRAY_DETECTOR_CURTAILMENT:
    case GRAY_DETECTOR_PRICE:
        *is_true = truth->mines_unregistered;
        return !entry->is_feeder && !entry->is_registered;
    case GRAY_DETECTOR_DEVICES:
    case GRAY_DETECTOR_SHARES: *is_true = truth->has_excess; return entry->is_registered;
    case GRAY_DETECTOR_BALANCE: *is_true = truth->is_diverted; return entry->is_feeder;
    case GRAY_DETECTOR_GROWTH: *is_true = truth->has_begun; return entry->is_feeder;
    }
    return false;
}

static void entry_count(struct gray_trial *trial, const struct gray_entry *entry,
                        const struct synthetic_truth *truth)
{
    bool is_listed = entry->score >= GRAY_REPORT_LISTED;
    for (int i = GRAY_DETECTOR_LOAD_FACTOR; i <= GRAY_DETECTOR_COUNT; i++) {
        const struct gray_finding *finding = &entry->findings[i];
        bool is_true = false;
        if (is_asked((enum gray_detector)i, entry, truth, &is_true)) {
            bool is_pointed_at = finding->is_known && finding->score >= GRAY_REPORT_LISTED;
            count_one(&trial->counts[i], is_pointed_at, is_true);
        }
    }
    int list = entry->is_feeder ? GRAY_TRIAL_FEEDERS : GRAY_TRIAL_SITES;
    bool is_gray = entry->is_feeder ? truth->is_diverted : truth->gray_kw > 0;
    count_one(&trial->counts[list], is_listed, is_gray);
}

static void region_run(struct gray_trial *trial, uint64_t seed)
{
    struct synthetic_region *region = malloc(sizeof *region);
    struct gray_report report;
    ENSURE(region != NULL && synthetic_region_make(region, seed));
    ENSURE(gray_report_make(&report, &region->set, &gray_rules_default));
    for (size_t i = 0; i < report.count; i++) {
        const struct gray_entry *entry = &report.entries[i];
        const struct synthetic_truth *truth = &region->truth[entry->series];
        entry_count(trial, entry, truth);
        if (i < 10) {
            trial->first_ten++;
            trial->first_ten_right += truth->gray_kw > 0;
        }
    }
    gray_report_destroy(&report);
    load_set_destroy(&region->set);
    free(region);
}

void gray_trial_run(struct gray_trial *trial, uint64_t first_seed, uint64_t count)
{
    memset(trial, 0, sizeof *trial);
    for (uint64_t i = 0; i < count; i++) {
        region_run(trial, first_seed + i);
    }
}

static double part(uint64_t some, uint64_t others)
{
    return some + others > 0 ? (double)some / (double)(some + others) : 0;
}

double gray_trial_precision(const struct gray_trial_count *count)
{
    return part(count->right, count->wrong);
}

double gray_trial_recall(const struct gray_trial_count *count)
{
    return part(count->right, count->missed);
}

const char *gray_trial_name(int index)
{
    if (index == GRAY_TRIAL_SITES) {
        return "list of sites";
    }
    return index == GRAY_TRIAL_FEEDERS ? "list of feeders"
                                       : gray_detector_name((enum gray_detector)index);
}
