/* SPDX-License-Identifier: Apache-2.0
 *
 * The ranked list for inspectors.
 *
 * Why here: a person can look at ten places a day. Which ten should be argued, not felt.
 * Invariants: every entry carries all that was seen of it, what speaks for it and what does not; the
 * list says at its head that nobody on it is accused.
 * Read next: ../programs/survey_main.c.
 */
#include "survey/gray_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "survey/load_figures.h"
#include "survey/survey_number.h"

static double score_of(const struct gray_entry *entry, enum gray_detector detector)
{
    const struct gray_finding *finding = &entry->findings[detector];
    return finding->is_known ? finding->score : 0;
}

/* ------------------------------------------------------------------ sites */

static void site_detect(struct gray_entry *entry, const struct load_set *set,
                        const struct gray_rules *rules)
{
    const struct load_series *series = &set->series[entry->series];
    struct gray_finding *findings = entry->findings;
    struct gray_load load = gray_load_of(set, entry->series);
    struct gray_load recent = gray_load_recent(&load);
    gray_detect_load_factor(&findings[GRAY_DETECTOR_LOAD_FACTOR], &recent);
    gray_detect_night_day(&findings[GRAY_DETECTOR_NIGHT_DAY], &recent);
    gray_detect_weekday(&findings[GRAY_DETECTOR_WEEKDAY], &recent);
    gray_detect_steadiness(&findings[GRAY_DETECTOR_STEADINESS], &recent);
    gray_detect_steps(&findings[GRAY_DETECTOR_STEPS], &load);
    gray_detect_curtailment(&findings[GRAY_DETECTOR_CURTAILMENT], &recent);
    gray_detect_price(&findings[GRAY_DETECTOR_PRICE], &recent);
    gray_detect_devices(&findings[GRAY_DETECTOR_DEVICES], &recent, series, rules);
    gray_detect_shares(&findings[GRAY_DETECTOR_SHARES], &load, series, rules);
}

static void site_score(struct gray_entry *entry, double feeder)
{
    double devices = score_of(entry, GRAY_DETECTOR_DEVICES);
    double shares = score_of(entry, GRAY_DETECTOR_SHARES);
    double curtailment = score_of(entry, GRAY_DETECTOR_CURTAILMENT);
    double price = score_of(entry, GRAY_DETECTOR_PRICE);
    double flat =
        cbrt(score_of(entry, GRAY_DETECTOR_LOAD_FACTOR) * score_of(entry, GRAY_DETECTOR_NIGHT_DAY) *
             score_of(entry, GRAY_DETECTOR_WEEKDAY));
    double answers = fmax(score_of(entry, GRAY_DETECTOR_STEPS), fmax(curtailment, price));
    double steady = flat * score_of(entry, GRAY_DETECTOR_STEADINESS);
    double against = (1 - 0.9 * devices) * (1 - 0.9 * shares);
    if (!entry->is_registered) {
        double reacts = fmax(curtailment, price);
        against *= (1 - 0.9 * sqrt(flat * answers)) * (1 - 0.75 * reacts * reacts) *
                   (1 - 0.35 * steady) * (1 - 0.5 * flat * answers * feeder);
    }
    entry->score = 1 - against;
}

/* ------------------------------------------------------------------ feeders */

/* The growth of every feeder's supply, one behind the other; returns how many. */
static size_t growths_collect(const struct load_set *set, double *growths)
{
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (set->series[i].site[0] == '\0') {
            struct gray_load load = gray_load_of(set, i);
            growths[count++] = gray_growth_of(&load);
        }
    }
    return count;
}

static bool feeders_judge(struct gray_report *report, const struct load_set *set,
                          const struct gray_rules *rules)
{
    double *growths = calloc(set->count, sizeof *growths);
    if (growths == NULL) {
        return false;
    }
    size_t count = growths_collect(set, growths);
    for (size_t i = 0; i < report->count; i++) {
        struct gray_entry *entry = &report->entries[i];
        struct gray_load load = gray_load_of(set, i);
        if (!entry->is_feeder) {
            continue;
        }
        gray_detect_balance(&entry->findings[GRAY_DETECTOR_BALANCE], set, i, rules);
        gray_detect_growth(&entry->findings[GRAY_DETECTOR_GROWTH], gray_growth_of(&load), growths,
                           count);
        entry->score = 1 - (1 - 0.9 * score_of(entry, GRAY_DETECTOR_BALANCE)) *
                               (1 - 0.6 * score_of(entry, GRAY_DETECTOR_GROWTH));
    }
    free(growths);
    return true;
}

/* The score of the feeder that supplies a series; 0 when its supply is not measured. */
static double feeder_score(const struct gray_report *report, const struct load_set *set,
                           const char *feeder)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct gray_entry *entry = &report->entries[i];
        if (entry->is_feeder && strcmp(set->series[i].feeder, feeder) == 0) {
            return entry->score;
        }
    }
    return 0;
}

static int entry_compare(const void *left, const void *right)
{
    const struct gray_entry *a = left;
    const struct gray_entry *b = right;
    if (a->score > b->score || a->score < b->score) {
        return a->score > b->score ? -1 : 1;
    }
    return a->series < b->series ? -1 : 1;
}

bool gray_report_make(struct gray_report *out, const struct load_set *set,
                      const struct gray_rules *rules)
{
    ENSURE(set->count > 0);
    *out = (struct gray_report){.count = set->count};
    out->entries = calloc(set->count, sizeof *out->entries);
    if (out->entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < set->count; i++) {
        struct gray_entry *entry = &out->entries[i];
        struct gray_load load = gray_load_of(set, i);
        entry->series = i;
        entry->is_feeder = set->series[i].site[0] == '\0';
        entry->is_registered = set->series[i].nameplate_kw > 0;
        entry->mean_kw = load_mean(&load);
    }
    if (!feeders_judge(out, set, rules)) {
        return false;
    }
    for (size_t i = 0; i < set->count; i++) {
        struct gray_entry *entry = &out->entries[i];
        if (!entry->is_feeder) {
            site_detect(entry, set, rules);
            site_score(entry, feeder_score(out, set, set->series[i].feeder));
        }
    }
    qsort(out->entries, out->count, sizeof *out->entries, entry_compare);
    return true;
}

void gray_report_destroy(struct gray_report *report)
{
    free(report->entries);
    *report = (struct gray_report){0};
}

/* ------------------------------------------------------------------ in words */

static size_t report_write_entries(FILE *out, const struct gray_report *report,
                                   const struct load_set *set, double score_min)
{
    size_t rank = 0;
    while (rank < report->count && report->entries[rank].score >= score_min) {
        const struct gray_entry *entry = &report->entries[rank];
        const struct load_series *series = &set->series[entry->series];
        (void)fprintf(out, "\n%zu. score %.2f: %s %s%s%s, %.0f kW on average%s\n", ++rank,
                      entry->score, entry->is_feeder ? "feeder" : "site",
                      entry->is_feeder ? series->feeder : series->site,
                      entry->is_feeder ? "" : " at feeder ", entry->is_feeder ? "" : series->feeder,
                      entry->mean_kw, entry->is_registered ? ", in the register" : "");
        for (int i = GRAY_DETECTOR_LOAD_FACTOR; i <= GRAY_DETECTOR_COUNT; i++) {
            const struct gray_finding *finding = &entry->findings[i];
            if (finding->is_known) {
                (void)fprintf(out, "   %-13s %.2f  %s\n", gray_detector_name((enum gray_detector)i),
                              finding->score, finding->reason);
            }
        }
    }
    return rank;
}

void gray_report_write(FILE *out, const struct gray_report *report, const struct load_set *set,
                       const struct gray_rules *rules, double score_min)
{
    char first[SURVEY_HOUR_SIZE];
    survey_hour_write(set->first_hour, first);
    (void)fprintf(
        out,
        "Where an inspector may want to look first\n"
        "This is an estimate from %u hours of load since %s. It is no finding and accuses nobody:\n"
        "cold stores, data centres and works that never stop look like mining by their nature.\n"
        "Supposed: PUE %.2f to %.2f, technical loss %.1f %%.\n",
        set->hours, first, rules->pue.low, rules->pue.high, rules->technical_loss * 100);
    size_t listed = report_write_entries(out, report, set, score_min);
    (void)fprintf(out, "\n%zu of %zu sites and feeders have a score of %.2f or more.\n", listed,
                  report->count, score_min);
}

void gray_report_write_csv(FILE *out, const struct gray_report *report, const struct load_set *set,
                           double score_min)
{
    (void)fputs("rank,feeder,site,score,mean_kw,detector,detector_score,reason\n", out);
    for (size_t rank = 0; rank < report->count * GRAY_DETECTOR_COUNT; rank++) {
        const struct gray_entry *entry = &report->entries[rank / GRAY_DETECTOR_COUNT];
        size_t detector = rank % GRAY_DETECTOR_COUNT + 1;
        const struct gray_finding *finding = &entry->findings[detector];
        if (entry->score < score_min || !finding->is_known) {
            continue;
        }
        (void)fprintf(out, "%zu,", rank / GRAY_DETECTOR_COUNT + 1);
        survey_csv_write(out, set->series[entry->series].feeder);
        (void)fputc(',', out);
        survey_csv_write(out, set->series[entry->series].site);
        (void)fprintf(out, ",%.3f,%.1f,%s,%.3f,", entry->score, entry->mean_kw,
                      gray_detector_name((enum gray_detector)detector), finding->score);
        survey_csv_write(out, finding->reason);
        (void)fputc('\n', out);
    }
}
