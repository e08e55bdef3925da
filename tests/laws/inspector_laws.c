/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor's checker beside the engine: over every generator of the laws it must never complain, and
 * its figures must be the engine's. What it says of lies is in inspector_lies.c.
 *
 *     inspector_laws [COMMANDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspector/inspector.h"
#include "laws/law_world.h"

#define COMMANDS_DEFAULT 1000000u

struct run {
    const char *name;
    law_generator *generator;
    const struct limits *limits;
    uint64_t seed;
    uint64_t share; /* of all commands, per cent */
};

static const struct run runs[] = {
    {"chaos", law_chaos, &law_limits_tight, 101, 25},
    {"traders", law_traders, &law_limits_wide, 102, 35},
    {"treasury", law_treasury, &law_limits_wide, 103, 20},
    {"crowded", law_traders, &law_limits_tight, 104, 10},
    {"poor", law_treasury, &law_limits_tight, 105, 10},
};

struct bench {
    struct law law;
    struct inspector *inspector;
    void *block;
};

static void observe(void *context, const struct law *law, const union law_command *command)
{
    struct bench *bench = context;

    inspector_on_command(bench->inspector, &command->header, law->events.bytes, law->events.used);
}

static void print_complaint(const struct bench *bench, const char *name)
{
    const struct inspector_complaint *complaint = inspector_complaint(bench->inspector);

    (void)fprintf(stderr, "inspector: %s, command %llu (%s), event %u: %s: %s (%llu)\n", name,
                  (unsigned long long)complaint->number, tarazy_command_name(complaint->command),
                  complaint->sequence, inspector_rule_name(complaint->rule), complaint->what,
                  (unsigned long long)complaint->subject);
}

static void begin(struct bench *bench, const struct run *run)
{
    size_t size = inspector_size(run->limits);

    bench->block = aligned_alloc(64, size);
    if (size == 0 || bench->block == NULL) {
        abort();
    }
    memset(bench->block, 0, size);
    bench->inspector = inspector_create(bench->block, size, run->limits);
    law_start(&bench->law, run->limits, run->seed, observe, bench);
}

static void end(struct bench *bench)
{
    free(bench->block);
    law_end(&bench->law);
}

/* Do both know the same accounts? */
static bool agree(const struct bench *bench)
{
    for (uint32_t owner = 1; owner <= LAW_PEOPLE; owner++) {
        for (uint16_t asset = 1; asset <= LAW_ASSETS; asset++) {
            struct balance_view view = {0};

            (void)tarazy_query_balance(bench->law.engine, owner, asset, &view);
            if (inspector_owned(bench->inspector, owner, asset).units !=
                view.available.units + view.held.units) {
                (void)fprintf(stderr, "inspector: owner %u has another figure\n", owner);
                return false;
            }
        }
    }
    return true;
}

static bool run_truth(const struct run *run, uint64_t commands)
{
    struct bench bench = {0};
    static union law_command command;

    begin(&bench, run);
    for (uint64_t i = 0; i < commands && inspector_complaint(bench.inspector) == NULL; i++) {
        run->generator(&bench.law, &command);
        law_send(&bench.law, &command);
    }
    bool good = inspector_complaint(bench.inspector) == NULL;
    if (!good) {
        print_complaint(&bench, run->name);
    }
    good = good && agree(&bench);
    (void)printf("%s: %llu commands, %s\n", run->name,
                 (unsigned long long)inspector_number(bench.inspector),
                 good ? "no complaint" : "COMPLAINT");
    end(&bench);
    return good;
}

int main(int argc, char **argv)
{
    uint64_t commands = argc > 1 ? strtoull(argv[1], NULL, 10) : COMMANDS_DEFAULT;
    bool good = true;

    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        good = run_truth(&runs[i], commands * runs[i].share / 100) && good;
    }
    return good ? 0 : 1;
}
