/* SPDX-License-Identifier: Apache-2.0
 *
 * One seeded run of each generator, and the digests of what came out: of all events, and of the whole
 * state at the end. They are the same on every machine, with every compiler and at every level of
 * optimisation, or the engine is not deterministic.
 *
 *     law_digest                 prints them
 *     law_digest FILE            compares them with FILE, which is committed
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "laws/law_world.h"

#define COMMANDS  40000u
#define LINE_SIZE 160u

struct run {
    const char *name;
    law_generator *generator;
    const struct limits *limits;
};

static const struct run runs[] = {
    {"chaos", law_chaos, &law_limits_tight},
    {"traders", law_traders, &law_limits_wide},
    {"treasury", law_treasury, &law_limits_wide},
    {"crowded", law_traders, &law_limits_tight},
};
#define RUNS (sizeof runs / sizeof runs[0])

static void describe(const struct run *run, char *line)
{
    static union law_command command;
    static struct law law;
    struct digest state = digest_start();
    size_t size;

    law_start(&law, run->limits, 2026, NULL, NULL);
    for (unsigned i = 0; i < COMMANDS; i++) {
        run->generator(&law, &command);
        law_send(&law, &command);
    }
    const void *block = tarazy_engine_block(law.engine, &size);
    digest_update(&state, block, size);
    (void)snprintf(line, LINE_SIZE, "%s %llu events %016llx%016llx state %016llx%016llx\n",
                   run->name, (unsigned long long)tarazy_engine_number(law.engine),
                   (unsigned long long)law.digest.words[0], (unsigned long long)law.digest.words[1],
                   (unsigned long long)state.words[0], (unsigned long long)state.words[1]);
    law_end(&law);
}

static int compare(FILE *golden, char lines[][LINE_SIZE])
{
    int differing = 0;

    for (size_t i = 0; i < RUNS; i++) {
        char expected[LINE_SIZE] = {0};

        if (fgets(expected, sizeof expected, golden) == NULL || strcmp(expected, lines[i]) != 0) {
            (void)fprintf(stderr, "law_digest: is        %slaw_digest: should be %s\n", lines[i],
                          expected);
            differing = 1;
        }
    }
    return differing;
}

int main(int argc, char **argv)
{
    static char lines[RUNS][LINE_SIZE];

    for (size_t i = 0; i < RUNS; i++) {
        describe(&runs[i], lines[i]);
        (void)fputs(lines[i], stdout);
    }
    if (argc < 2) {
        return 0;
    }
    FILE *golden = fopen(argv[1], "r");
    if (golden == NULL) {
        perror(argv[1]);
        return 1;
    }
    int differing = compare(golden, lines);
    (void)fclose(golden);
    return differing;
}
