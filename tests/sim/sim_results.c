/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums, and the file of results. A room of its own because a night must survive whoever stops it: a line
 * is written when its seed is done, and never changed. Invariant: a seed counts once for a program.
 *
 * Read next: sim_main.c, which asks what is left to do.
 */
#include "sim/sim_results.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

enum { SEEDS_MAX = 1 << 24, LINE_SIZE = 1024 };

static void add(struct sim_report *sum, const struct sim_report *report)
{
    sum->digest = report->digest; /* the last one's */
    sum->kinds = report->kinds > sum->kinds ? report->kinds : sum->kinds;
#define ADD(name) sum->name += report->name;
    SIM_REPORT_COUNTS(ADD)
#undef ADD
}

static void count(struct sim_results *results, uint64_t seed, bool is_failed,
                  const struct sim_report *report)
{
    uint64_t at = seed - results->from;
    if (at < SEEDS_MAX) {
        results->done[at / 8] |= (uint8_t)(1u << (at % 8));
    }
    results->seeds++;
    results->failures += is_failed;
    add(&results->sum, report);
}

/* The next number of a line, behind its name. */
static bool take_number(const char **at, uint64_t *number)
{
    char *end;
    *at += strcspn(*at, "=");
    if (**at != '=') {
        return false;
    }
    *number = strtoull(*at + 1, &end, 0);
    *at = end;
    return true;
}

static bool read_line(struct sim_results *results, const char *line)
{
    char name[24];
    char broken[16];
    uint64_t seed;
    struct sim_report report;
    int used = 0;
    if (sscanf(line, "%23s seed %" SCNu64 " %15s%n", name, &seed, broken, &used) != 3) {
        return false;
    }
    const char *at = line + used;
    bool is_whole = take_number(&at, &report.digest) && take_number(&at, &report.kinds);
#define TAKE(field) is_whole = is_whole && take_number(&at, &report.field);
    SIM_REPORT_COUNTS(TAKE)
#undef TAKE
    if (is_whole && strcmp(name, results->name) == 0 && !sim_results_has(results, seed)) {
        count(results, seed, strcmp(broken, "holds") != 0, &report);
    }
    return is_whole;
}

bool sim_results_open(struct sim_results *results, const char *path, const char *name,
                      uint64_t from)
{
    char line[LINE_SIZE];
    bool is_whole = true;
    *results = (struct sim_results){.from = from};
    (void)snprintf(results->name, sizeof results->name, "%s", name);
    results->done = calloc(SEEDS_MAX / 8, 1);
    ENSURE(results->done != NULL);
    if (path == NULL) {
        return true;
    }
    results->file = fopen(path, "a+e");
    if (results->file == NULL) {
        return false;
    }
    rewind(results->file);
    while (is_whole && fgets(line, sizeof line, results->file) != NULL) {
        is_whole = read_line(results, line);
    }
    return is_whole && fseek(results->file, 0, SEEK_END) == 0;
}

void sim_results_close(struct sim_results *results)
{
    if (results->file != NULL) {
        (void)fclose(results->file);
    }
    free(results->done);
    results->done = NULL;
}

bool sim_results_has(const struct sim_results *results, uint64_t seed)
{
    uint64_t at = seed - results->from;
    return at < SEEDS_MAX && (results->done[at / 8] >> (at % 8) & 1) != 0;
}

void sim_results_take(struct sim_results *results, const struct sim_child *child)
{
    const struct sim_report *report = &child->report;
    uint64_t seed = child->options.seed;
    count(results, seed, child->broken != 0, report);
    if (results->file == NULL) {
        return;
    }
    (void)fprintf(results->file, "%s seed %" PRIu64 " %s digest=0x%016" PRIx64 " kinds=%" PRIu64,
                  results->name, seed,
                  child->broken != 0 ? sim_checker_name(child->broken) : "holds", report->digest,
                  report->kinds);
#define PUT(field) (void)fprintf(results->file, " " #field "=%" PRIu64, report->field);
    SIM_REPORT_COUNTS(PUT)
#undef PUT
    (void)fprintf(results->file, "\n");
    (void)fflush(results->file);
}

void sim_results_print(const struct sim_results *results)
{
    const struct sim_report *sum = &results->sum;
    double hours = (double)sum->faulty_us / 3.6e9;
    (void)printf("%" PRIu64 " seeds, %" PRIu64
                 " failures; %.2f simulated hours, %.2f of them under faults\n",
                 results->seeds, results->failures, (double)sum->simulated_us / 3.6e9, hours);
    (void)printf("%-16s %14s %16s\n", "", "in all", "an hour of faults");
#define ROW(field)                                                       \
    if (strstr(#field, "_us") == NULL) {                                 \
        (void)printf("%-16s %14" PRIu64 " %16.0f\n", #field, sum->field, \
                     hours > 0 ? (double)sum->field / hours : 0);        \
    }
    SIM_REPORT_COUNTS(ROW)
#undef ROW
    (void)printf("up to %" PRIu64 " kinds of commands accepted in one run\n", sum->kinds);
}
