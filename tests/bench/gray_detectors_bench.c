/* SPDX-License-Identifier: Apache-2.0
 *
 * Precision and recall of every detector of gray mining, over a hundred invented regions with sealed
 * seeds. The table of docs/gray-mining.md is this program's.
 */
#include <stdio.h>
#include <stdlib.h>

#include "support/gray_trial.h"

enum { SEEDS = 100, FIRST_SEED = 1000 };

int main(void)
{
    static struct gray_trial trial;
    gray_trial_run(&trial, FIRST_SEED, SEEDS);
    (void)printf(
        "| detector | precision | recall | true | pointed at | of |\n|---|---|---|---|---|---|\n");
    for (int i = GRAY_DETECTOR_LOAD_FACTOR; i < GRAY_TRIAL_COUNT; i++) {
        const struct gray_trial_count *count = &trial.counts[i];
        (void)printf(
            "| %s | %.2f | %.2f | %llu | %llu | %llu |\n", gray_trial_name(i),
            gray_trial_precision(count), gray_trial_recall(count),
            (unsigned long long)(count->right + count->missed),
            (unsigned long long)(count->right + count->wrong),
            (unsigned long long)(count->right + count->missed + count->wrong + count->passed));
    }
    (void)printf("\nOf the first ten entries of each region's list %.1f have something that nobody "
                 "declared.\n",
                 10.0 * (double)trial.first_ten_right / (double)trial.first_ten);
    return EXIT_SUCCESS;
}
