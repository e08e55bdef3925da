/* SPDX-License-Identifier: Apache-2.0
 *
 * Counted shares of many miners, added up by miner, site, pool, region or country. All sums are over
 * the same window, from the first begin to the last end of the file: who was away for half of it has
 * half of the rate, and sums of parts are the whole.
 */
#ifndef SURVEY_SHARE_TABLE_H
#define SURVEY_SHARE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "survey/hash_rate.h"
#include "survey/survey_file.h"

enum { SHARE_TABLE_ROWS_MAX = 1 << 20 };

enum share_label {
    SHARE_LABEL_MINER = 1,
    SHARE_LABEL_SITE,
    SHARE_LABEL_POOL,
    SHARE_LABEL_REGION,
    SHARE_LABEL_COUNTRY,
};

enum { SHARE_LABEL_COUNT = SHARE_LABEL_COUNTRY };

struct share_row {
    char labels[SHARE_LABEL_COUNT][SURVEY_NAME_SIZE]; /* [enum share_label − 1] */
    uint64_t begin_s;                                 /* Unix time; [begin, end) */
    uint64_t end_s;
    double difficulty;
    uint64_t shares;
    uint64_t line;
};

struct share_table {
    struct share_row *rows;
    size_t count;
    double seconds; /* of the window */
};

struct share_group {
    char name[SURVEY_NAME_SIZE];
    struct share_sum sum;
    struct estimate rate; /* hashes per second over the window */
};

/* Reads `miner,site,pool,region,country,begin,end,difficulty,shares`. A miner's rows cover intervals
 * that are the same (of several difficulties or pools) or do not touch each other's inside. Refused
 * with its line: overlaps, a row twice, an end before its begin, malformed numbers, a difficulty of 0.
 * The caller destroys the table in any case. */
bool share_table_read(struct share_table *table, struct slice file, struct survey_fault *fault);

void share_table_destroy(struct share_table *table);

/* Adds up by one label; groups[0..*count) are sorted by name and freed by the caller. False: no
 * memory. */
bool share_table_group(const struct share_table *table, enum share_label label,
                       struct share_group **groups, size_t *count);

/* "miner", "site", … ; the other way round false for another word. */
const char *share_label_name(enum share_label label);
bool share_label_read(const char *text, enum share_label *label);

#endif
