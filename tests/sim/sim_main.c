/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulator's front door: one seed, or many.
 *
 *     sim SEED [options]                      one run; a failure is shrunk
 *     sim --from SEED --count N [options]     many; --hours H: until so many simulated hours under
 *                                             faults are done, --minutes M: until so much real time
 *                                             has passed
 *
 *     --seconds N       simulated seconds with faults (a quiet minute follows); else by the seed
 *     --clients N       clients that submit commands; else by the seed
 *     --faults LIST     all, none, or of process,power,disk,net,clock,damage
 *     --schedule FILE   these faults instead of the seed's
 *     --no-gate         without the venue and its HTTP clients
 *     --jobs N          runs beside each other
 *     --twice           each seed twice: the digests must agree
 *     --no-shrink       a failure is only told
 *     --results FILE    a line for each seed that is done; those in it count, and are not done again
 *     --name NAME       of this program in the results: only its own lines count
 *     --canary NAME     with a planted bug (sim_canary only)
 *     --expect LIST     a failure of one of these checkers must be found, and no other
 *
 * Exit status: 0 as it should be, 1 a failure, 2 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/sim_canary.h"
#include "sim/sim_child.h"
#include "sim/sim_results.h"

enum { JOBS_MAX = 8, SHRUNK_MAX = 3 };

struct night {
    struct sim_options options; /* seconds and clients 0: by the seed */
    uint32_t families;
    const char *schedule_file;
    uint64_t count;
    uint32_t jobs;
    uint64_t hours;
    time_t end; /* of real time; 0: none */
    bool is_many;
    bool is_twice;
    bool shrinks;
    const char *expect;
    const char *results_file;
    const char *name; /* of the program, in the results */
    /* what came of it */
    struct sim_results results;
    uint64_t failures; /* now */
    uint64_t simulated_us;
    bool was_expected;
};

static bool usage(const char *wrong)
{
    (void)fprintf(stderr, "sim: %s; see the head of tests/sim/sim_main.c\n", wrong);
    return false;
}

static bool take_flag(struct night *night, const char *name)
{
    if (strcmp(name, "--no-gate") == 0) {
        night->options.has_gate = false;
    } else if (strcmp(name, "--twice") == 0) {
        night->is_twice = true;
    } else if (strcmp(name, "--no-shrink") == 0) {
        night->shrinks = false;
    } else {
        return false;
    }
    return true;
}

static bool take_option(struct night *night, const char *name, const char *value)
{
    uint64_t number = strtoull(value, NULL, 10);
    if (strcmp(name, "--seconds") == 0) {
        night->options.seconds = (int64_t)number;
    } else if (strcmp(name, "--clients") == 0 && number <= SIM_CLIENTS_MAX) {
        night->options.clients = (uint32_t)number;
    } else if (strcmp(name, "--from") == 0) {
        night->options.seed = number;
        night->is_many = true;
    } else if (strcmp(name, "--count") == 0) {
        night->count = number;
    } else if (strcmp(name, "--hours") == 0) {
        night->hours = number;
        night->count = UINT64_MAX;
    } else if (strcmp(name, "--minutes") == 0) {
        night->end = time(NULL) + (time_t)(number * 60);
        night->count = UINT64_MAX;
    } else if (strcmp(name, "--jobs") == 0 && number >= 1 && number <= JOBS_MAX) {
        night->jobs = (uint32_t)number;
    } else if (strcmp(name, "--faults") == 0) {
        return sim_schedule_families(value, &night->families) || usage("unknown faults");
    } else if (strcmp(name, "--schedule") == 0) {
        night->schedule_file = value;
    } else if (strcmp(name, "--expect") == 0) {
        night->expect = value;
    } else if (strcmp(name, "--results") == 0) {
        night->results_file = value;
    } else if (strcmp(name, "--name") == 0) {
        night->name = value;
    } else if (strcmp(name, "--canary") == 0) {
        return canary_choose(value) || usage("no such canary in this program");
    } else {
        return usage("an option that is not understood");
    }
    return true;
}

static bool parse(struct night *night, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            night->options.seed = strtoull(argv[i], NULL, 10);
        } else if (take_flag(night, argv[i])) {
            continue;
        } else if (i + 1 == argc || !take_option(night, argv[i], argv[i + 1])) {
            return usage(argv[i]);
        } else {
            i++;
        }
    }
    return argc > 1 || usage("which seed?");
}

/* What the seed says where the caller did not. */
static bool plan(const struct night *night, uint64_t seed, struct sim_options *options,
                 struct sim_schedule *schedule)
{
    struct random_stream random = {.state = seed * 0xd1342543de82ef95u + 3};
    /* What starts again reads everything again: busy worlds are short, some calm ones long. */
    uint64_t longest = random_once_in(&random, 8) ? 600 : 120;
    longest = sim_world_is_busy(seed) ? 30 : longest;
    int64_t seconds = 30 + (int64_t)random_below(&random, longest);
    uint32_t clients = 1 + (uint32_t)random_below(&random, SIM_CLIENTS_MAX);
    *options = night->options;
    options->seed = seed;
    options->seconds = options->seconds != 0 ? options->seconds : seconds;
    options->clients = options->clients != 0 ? options->clients : clients;
    sim_schedule_draw(schedule, seed, options->seconds, night->families);
    if (night->schedule_file == NULL) {
        return true;
    }
    FILE *file = fopen(night->schedule_file, "r");
    bool is_read = file != NULL && sim_schedule_read(schedule, file);
    if (file != NULL) {
        (void)fclose(file);
    }
    return is_read || usage("the schedule cannot be read");
}

static bool is_expected(const struct night *night, enum sim_checker broken)
{
    const char *name = sim_checker_name(broken);
    const char *at = night->expect != NULL ? strstr(night->expect, name) : NULL;
    return at != NULL;
}

static void take(struct night *night, const struct sim_child *child)
{
    static struct sim_schedule schedule;
    struct sim_options options;
    night->simulated_us += child->report.simulated_us;
    sim_results_take(&night->results, child);
    if (child->broken == 0) {
        return;
    }
    night->failures++;
    night->was_expected = is_expected(night, child->broken);
    (void)printf("seed %llu fails: %s\n", (unsigned long long)child->options.seed,
                 sim_checker_name(child->broken));
    if (night->shrinks && night->failures <= SHRUNK_MAX &&
        plan(night, child->options.seed, &options, &schedule)) {
        (void)sim_shrink(&options, &schedule, child->broken);
    }
}

static void print_sum(const struct night *night, double real_s)
{
    sim_results_print(&night->results);
    (void)printf("this time %.2f simulated hours in %.1f s: %.0f times as fast as life\n",
                 (double)night->simulated_us / 3.6e9, real_s,
                 real_s > 0 ? (double)night->simulated_us / 1e6 / real_s : 0);
}

static bool compare_twice(const struct night *night, const struct sim_child *child)
{
    static struct sim_schedule schedule;
    struct sim_child again;
    struct sim_options options;
    if (!plan(night, child->options.seed, &options, &schedule)) {
        return false;
    }
    sim_child_begin(&again, &options, &schedule);
    sim_child_end(&again);
    bool is_same = again.broken == child->broken && again.report.digest == child->report.digest;
    if (!is_same) {
        (void)printf("seed %llu: two runs differ\n", (unsigned long long)child->options.seed);
    }
    return is_same;
}

static bool is_over(const struct night *night, uint64_t begun)
{
    return begun == night->count ||
           (night->hours > 0 && night->results.sum.faulty_us >= night->hours * 3600000000u) ||
           (night->end != 0 && time(NULL) >= night->end) ||
           (night->expect != NULL && night->failures > 0);
}

/* Begins what there is room for; returns how many are at work, or -1: the plan cannot be made. */
static int keep_busy(const struct night *night, struct sim_child *children, uint64_t *begun)
{
    static struct sim_schedule schedule;
    struct sim_options options;
    int busy = 0;
    for (uint32_t i = 0; i < night->jobs; i++) {
        if (children[i].process == 0 && !is_over(night, *begun)) {
            uint64_t seed = night->options.seed + (*begun)++;
            if (sim_results_has(&night->results, seed)) {
                i--; /* the same place, the next seed */
                continue;
            }
            if (!plan(night, seed, &options, &schedule)) {
                return -1;
            }
            sim_child_begin(&children[i], &options, &schedule);
        }
        busy += children[i].process != 0;
    }
    return busy;
}

static bool go(struct night *night)
{
    static struct sim_child children[JOBS_MAX];
    uint64_t begun = 0;
    bool is_same = true;
    int busy;
    while ((busy = keep_busy(night, children, &begun)) > 0) {
        const struct sim_child *ended = sim_child_any(children, night->jobs);
        if (ended != NULL) {
            is_same = (!night->is_twice || compare_twice(night, ended)) && is_same;
            take(night, ended);
        }
    }
    return is_same && busy == 0;
}

int main(int argc, char **argv)
{
    struct night night = {
        .options = {.has_gate = true}, .count = 1, .jobs = 1, .shrinks = true, .name = "-"};
    struct timespec begin;
    struct timespec end;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)sim_schedule_families("all", &night.families);
    if (!parse(&night, argc, argv)) {
        return 2;
    }
    night.options.is_verbose = night.expect == NULL;
    if (!sim_results_open(&night.results, night.results_file, night.name, night.options.seed)) {
        (void)usage("the file of results cannot be read");
        return 2;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    bool is_good = go(&night);
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    print_sum(&night,
              (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
    if (!night.is_many && night.failures == 0) {
        (void)printf("digest %016llx\n", (unsigned long long)night.results.sum.digest);
    }
    sim_results_close(&night.results);
    if (night.expect != NULL) {
        return is_good && night.failures > 0 && night.was_expected ? 0 : 1;
    }
    return is_good && night.failures == 0 ? 0 : 1;
}
