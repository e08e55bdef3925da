/* SPDX-License-Identifier: Apache-2.0
 *
 * Counted shares added up.
 *
 * Why here: the same share must not be counted twice, in whatever order the rows come; so they are
 * sorted first and every neighbour is looked at.
 * Invariant: the sums of all groups of one label have the work of the whole table.
 * Read next: hash_rate.h.
 */
#include "survey/share_table.h"

#include <stdlib.h>
#include <string.h>

#include "survey/survey_number.h"

/* Seconds of Unix time up to the year 2106; difficulties come as decimals. */
static bool row_read(struct share_row *row, struct survey_rows *rows)
{
    const struct slice *fields = rows->row.fields;
    *row = (struct share_row){.line = rows->reader.line};
    for (int i = 0; i < SHARE_LABEL_COUNT; i++) {
        if (!survey_name_read(fields[i], row->labels[i])) {
            return survey_rows_refuse(rows, "no name");
        }
    }
    if (!survey_number_read_whole(fields[5], UINT32_MAX, &row->begin_s) ||
        !survey_number_read_whole(fields[6], UINT32_MAX, &row->end_s) ||
        row->end_s <= row->begin_s) {
        return survey_rows_refuse(rows, "no begin and end in Unix time, or the end is not later");
    }
    if (!survey_number_read(fields[7], &row->difficulty) || row->difficulty <= 0) {
        return survey_rows_refuse(rows, "no difficulty above 0");
    }
    if (!survey_number_read_whole(fields[8], (uint64_t)1 << 40, &row->shares)) {
        return survey_rows_refuse(rows, "no number of shares");
    }
    return true;
}

static int compare_number(double a, double b)
{
    return (a > b) - (a < b);
}

/* By miner, then by time, then by what may differ within one interval. */
static int row_compare(const void *left, const void *right)
{
    const struct share_row *a = left;
    const struct share_row *b = right;
    int by_miner = strcmp(a->labels[0], b->labels[0]);
    if (by_miner != 0) {
        return by_miner;
    }
    if (a->begin_s != b->begin_s || a->end_s != b->end_s) {
        return a->begin_s != b->begin_s ? (a->begin_s > b->begin_s ? 1 : -1)
                                        : (a->end_s > b->end_s ? 1 : -1);
    }
    int by_pool = strcmp(a->labels[SHARE_LABEL_POOL - 1], b->labels[SHARE_LABEL_POOL - 1]);
    if (by_pool != 0) {
        return by_pool;
    }
    int by_difficulty = compare_number(a->difficulty, b->difficulty);
    return by_difficulty != 0 ? by_difficulty : (a->line > b->line ? 1 : -1);
}

/* Why two neighbours may not stand in one file, or NULL. */
static const char *pair_judge(const struct share_row *a, const struct share_row *b)
{
    if (strcmp(a->labels[0], b->labels[0]) != 0) {
        return NULL;
    }
    bool is_same = a->begin_s == b->begin_s && a->end_s == b->end_s;
    if (!is_same) {
        return b->begin_s < a->end_s ? "this miner's intervals overlap" : NULL;
    }
    bool is_double =
        strcmp(a->labels[SHARE_LABEL_POOL - 1], b->labels[SHARE_LABEL_POOL - 1]) == 0 &&
        compare_number(a->difficulty, b->difficulty) == 0;
    return is_double ? "these shares have been told before" : NULL;
}

static bool table_check(struct share_table *table, struct survey_fault *fault)
{
    uint64_t begin = UINT64_MAX;
    uint64_t end = 0;
    qsort(table->rows, table->count, sizeof *table->rows, row_compare);
    for (size_t i = 0; i < table->count; i++) {
        const struct share_row *row = &table->rows[i];
        const char *words = i > 0 ? pair_judge(row - 1, row) : NULL;
        if (words != NULL) {
            uint64_t line = row->line > row[-1].line ? row->line : row[-1].line;
            return survey_fault_say(fault, line, words);
        }
        begin = row->begin_s < begin ? row->begin_s : begin;
        end = row->end_s > end ? row->end_s : end;
    }
    table->seconds = end > begin ? (double)(end - begin) : 0;
    return table->count > 0 || survey_fault_say(fault, 1, "no rows");
}

static size_t lines_count(struct slice file)
{
    size_t count = 0;
    for (size_t i = 0; i < file.size; i++) {
        count += file.data[i] == '\n';
    }
    return count;
}

bool share_table_read(struct share_table *table, struct slice file, struct survey_fault *fault)
{
    struct survey_rows rows;
    *table = (struct share_table){0};
    if (!survey_rows_begin(&rows, file,
                           "miner,site,pool,region,country,begin,end,difficulty,shares", fault)) {
        return false;
    }
    size_t lines = lines_count(file);
    if (lines > SHARE_TABLE_ROWS_MAX) {
        return survey_fault_say(fault, 0, "too many rows");
    }
    table->rows = calloc(lines + 1, sizeof *table->rows);
    if (table->rows == NULL) {
        return survey_fault_say(fault, 0, "out of memory");
    }
    while (survey_rows_next(&rows)) {
        if (!row_read(&table->rows[table->count++], &rows)) {
            return false;
        }
    }
    return fault->reason == NULL && table_check(table, fault);
}

void share_table_destroy(struct share_table *table)
{
    free(table->rows);
    *table = (struct share_table){0};
}

static int group_compare(const void *left, const void *right)
{
    const struct share_group *a = left;
    const struct share_group *b = right;
    return strcmp(a->name, b->name);
}

/* Joins groups of one name, which stand side by side; returns how many are left. */
static size_t groups_join(struct share_group *groups, size_t count)
{
    size_t last = 0;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(groups[last].name, groups[i].name) == 0) {
            share_sum_join(&groups[last].sum, &groups[i].sum);
        } else {
            groups[++last] = groups[i];
        }
    }
    return count > 0 ? last + 1 : 0;
}

bool share_table_group(const struct share_table *table, enum share_label label,
                       struct share_group **groups, size_t *count)
{
    struct share_group *all = calloc(table->count, sizeof *all);
    if (all == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct share_row *row = &table->rows[i];
        memcpy(all[i].name, row->labels[label - 1], SURVEY_NAME_SIZE);
        share_sum_add(&all[i].sum, row->difficulty, row->shares);
    }
    qsort(all, table->count, sizeof *all, group_compare);
    *count = groups_join(all, table->count);
    for (size_t i = 0; i < *count; i++) {
        all[i].rate = hash_rate_of_shares(&all[i].sum, table->seconds);
    }
    *groups = all;
    return true;
}

const char *share_label_name(enum share_label label)
{
    switch (label) {
    case SHARE_LABEL_MINER: return "miner";
    case SHARE_LABEL_SITE: return "site";
    case SHARE_LABEL_POOL: return "pool";
    case SHARE_LABEL_REGION: return "region";
    case SHARE_LABEL_COUNTRY: return "country";
    }
    return "unknown";
}

bool share_label_read(const char *text, enum share_label *label)
{
    for (int i = SHARE_LABEL_MINER; i <= SHARE_LABEL_COUNT; i++) {
        if (strcmp(share_label_name((enum share_label)i), text) == 0) {
            *label = (enum share_label)i;
            return true;
        }
    }
    return false;
}
