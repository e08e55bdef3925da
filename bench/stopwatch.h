/* SPDX-License-Identifier: Apache-2.0
 *
 * Time and percentiles for benchmarks. Absolute figures of one machine mean little; each benchmark
 * also prints a reference measured in the same run.
 */
#ifndef BENCH_STOPWATCH_H
#define BENCH_STOPWATCH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline int64_t stopwatch_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t wall_ns(void)
{
    return stopwatch_ns(CLOCK_MONOTONIC);
}

static inline int64_t thread_ns(void)
{
    return stopwatch_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* Picoseconds of one dependent addition: says how fast the processor's clock is just now. */
static inline int64_t dependent_add_ps(void)
{
    enum { ADDS = 200000000 };
    uint64_t value = 1;
    int64_t started = thread_ns();

    for (int i = 0; i < ADDS; i++) {
        __asm__ volatile("add $1, %0" : "+r"(value));
    }
    return (thread_ns() - started) * 1000 / ADDS;
}

static inline int compare_i64(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* Sorts samples and prints percentiles in microseconds with one decimal. */
static inline void print_percentiles(const char *what, int64_t *samples_ns, size_t count)
{
    static const struct {
        const char *name;
        uint32_t per_100000;
    } points[] = {
        {"p50", 50000}, {"p90", 90000}, {"p99", 99000}, {"p99.9", 99900}, {"max", 100000}};

    if (count == 0) {
        return;
    }
    qsort(samples_ns, count, sizeof *samples_ns, compare_i64);
    printf("%-40s", what);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        size_t place = (size_t)((uint64_t)count * points[i].per_100000 / 100000);
        int64_t value = samples_ns[place < count ? place : count - 1];

        printf("  %s %lld.%lld us", points[i].name, (long long)(value / 1000),
               (long long)(value % 1000 / 100));
    }
    printf("\n");
}

#endif
