/* SPDX-License-Identifier: Apache-2.0
 *
 * The ranked list for inspectors: sites and feeders with what was seen of each, the clearest first.
 *
 * A site that is not in the register is judged by its load (shape, and what it answers to), a
 * registered one by whether its power is what it declared. Signs that must come together are multiplied,
 * signs that each suffice are joined as independent chances (1 − product of 1 − s, "noisy or": Pearl,
 * "Probabilistic Reasoning in Intelligent Systems", 1988, 4.3.2):
 *
 *     flat     = (load factor * night and day * weekday)^(1/3)
 *     answers  = max(steps, curtailment, price)
 *     site     = 1 − (1 − 0.9 sqrt(flat * answers)) (1 − 0.75 max(curtailment, price)^2)
 *                    (1 − 0.35 flat * steadiness) (1 − 0.5 flat * answers * feeder)
 *     register = 1 − (1 − 0.9 devices) (1 − 0.9 shares)
 *     feeder   = 1 − (1 − 0.9 balance) (1 − 0.6 growth)
 *
 * The weights are judgements, not measurements; what they lead to is measured in docs/gray-mining.md.
 */
#ifndef SURVEY_GRAY_REPORT_H
#define SURVEY_GRAY_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "survey/gray_detectors.h"

/* From here on an entry is listed unless all are asked for. */
#define GRAY_REPORT_LISTED 0.5

struct gray_entry {
    size_t series; /* in the set; of a feeder its supply */
    bool is_feeder;
    bool is_registered;
    double mean_kw;
    double score;
    struct gray_finding findings[GRAY_DETECTOR_COUNT + 1]; /* [enum gray_detector] */
};

struct gray_report {
    struct gray_entry *entries; /* highest score first */
    size_t count;
};

/* Judges every series of the set. False: no memory. The caller destroys the report. */
bool gray_report_make(struct gray_report *out, const struct load_set *set,
                      const struct gray_rules *rules);

void gray_report_destroy(struct gray_report *report);

/* The list in words, with what it is and is not at its head; entries below `score_min` left out. */
void gray_report_write(FILE *out, const struct gray_report *report, const struct load_set *set,
                       const struct gray_rules *rules, double score_min);

/* rank,feeder,site,score,mean_kw,detector,detector_score,reason: one row per finding that is known. */
void gray_report_write_csv(FILE *out, const struct gray_report *report, const struct load_set *set,
                           double score_min);

#endif
