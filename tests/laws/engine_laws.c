/* SPDX-License-Identifier: Apache-2.0
 *
 * The laws of the whole engine over seeded random commands. After each command: its test request said
 * the same, its events agree with the naive watchers. Every so often: every invariant, everything
 * compared, a refusal that must not have changed a byte, a copy of the state that must go on alike.
 *
 *     engine_laws [GENERATOR [SEED]]      all of them without arguments
 *
 * TARAZY_LAW_COMMANDS in the environment says how many commands in all; 0 or unset: 3 million.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "laws/law_watch.h"

#define COMMANDS_DEFAULT 3000000u
#define AUDIT_EVERY      1500u
#define FORK_EVERY       4000u /* a second state beside the first, for a while */
#define FORK_COMMANDS    150u
#define UNCHANGED_COST   20000u /* bytes a command may cost in comparing what was refused */

struct run {
    const char *name;
    law_generator *generator;
    const struct limits *limits;
    uint64_t seed;
    uint64_t share; /* of all commands, per cent */
};

static const struct run runs[] = {
    {"chaos", law_chaos, &law_limits_tight, 1, 25},
    {"traders", law_traders, &law_limits_wide, 2, 35},
    {"treasury", law_treasury, &law_limits_wide, 3, 20},
    {"crowded", law_traders, &law_limits_tight, 4, 10},
    {"poor", law_treasury, &law_limits_tight, 5, 10},
};

/* The second state and what it needs. */
struct twin {
    struct engine *engine;
    uint8_t *block;
    struct event_buffer events;
    uint32_t commands_left;
};

struct tally {
    uint64_t commands;
    uint64_t accepted;
    uint64_t trades;
    uint64_t results[256];
    uint64_t kinds[256];  /* accepted, by kind of command */
    uint64_t reasons[32]; /* of closed orders */
};

static bool fail(const struct run *run, const struct law *law, const union law_command *command,
                 const char *what)
{
    (void)fprintf(stderr, "laws: %s, seed %llu, command %llu (%s): %s\n", run->name,
                  (unsigned long long)run->seed, (unsigned long long)command->header.number,
                  tarazy_command_name(command->header.kind), what);
    (void)law;
    return false;
}

static bool start_twin(struct twin *twin, const struct law *law)
{
    size_t size;
    const void *block = tarazy_engine_block(law->engine, &size);

    memset(twin->block, 0xa5, law->size);
    memcpy(twin->block, block, size);
    twin->engine = tarazy_engine_adopt(twin->block, size);
    twin->commands_left = FORK_COMMANDS;
    return twin->engine != NULL;
}

/* The same command to the copy: the same events, and at the end the same bytes. */
static const char *follow(struct twin *twin, const struct law *law,
                          const union law_command *command)
{
    if (twin->commands_left == 0) {
        return NULL;
    }
    law_repeat(twin->engine, command, &twin->events);
    if (twin->events.used != law->events.used ||
        memcmp(twin->events.bytes, law->events.bytes, law->events.used) != 0) {
        return "a copy of the state answers otherwise";
    }
    twin->commands_left--;
    if (twin->commands_left == 0 && memcmp(twin->engine, law->engine, law->size) != 0) {
        return "a copy of the state went another way";
    }
    return NULL;
}

/* A refusal changes number, time and nonce: at most three words. */
static const char *compare_refusal(const struct law *law, const uint8_t *before)
{
    size_t size;
    const uint8_t *after = tarazy_engine_block(law->engine, &size);
    unsigned differing = 0;

    for (size_t at = 0; at < size; at += 4096) {
        size_t length = size - at < 4096 ? size - at : 4096;

        if (memcmp(before + at, after + at, length) == 0) {
            continue;
        }
        for (size_t word = at; word < at + length; word += 8) {
            differing += memcmp(before + word, after + word, 8) != 0;
        }
    }
    return differing <= 3 ? NULL : "a refused command changed the state";
}

static void count(struct tally *tally, const struct law *law)
{
    const struct event_outcome *outcome = law_outcome(law);

    tally->commands++;
    tally->results[outcome->result & 255]++;
    if (outcome->result == RESULT_OK) {
        tally->accepted++;
        tally->kinds[outcome->command & 255]++;
    }
    for (size_t at = 0; at < law->events.used;) {
        const void *bytes = law->events.bytes + at;
        const struct event_header *event = bytes;

        tally->trades += event->kind == EVENT_TRADE;
        if (event->kind == EVENT_PROPOSAL) {
            tally->results[((const struct event_proposal *)bytes)->result & 255]++;
        }
        if (event->kind == EVENT_ORDER_CLOSED) {
            tally->reasons[((const struct event_order_closed *)bytes)->reason & 31]++;
        }
        at += event->size;
    }
}

struct bench {
    struct law law;
    struct watch *watch;
    struct twin twin;
    uint8_t *before;
    const char *wrong; /* what the watch saw */
    struct random_stream
        chance; /* when to look closer: not the generator's, whose draws it must not move */
};

static void observe(void *context, const struct law *law, const union law_command *command)
{
    struct bench *bench = context;
    const char *wrong = watch_see(bench->watch, law, command);

    bench->wrong = bench->wrong != NULL ? bench->wrong : wrong;
}

/* One command and everything that is looked at after each. */
static const char *step(struct bench *bench, const struct run *run, union law_command *command)
{
    struct law *law = &bench->law;
    size_t size;

    run->generator(law, command);
    command->header.number = tarazy_engine_number(law->engine) + 1;
    command->header.time_us = law->now_us;
    bool compares = random_once_in(&bench->chance, 1 + law->size / UNCHANGED_COST);
    enum result expected = tarazy_engine_check(law->engine, &command->header);
    compares = compares && expected != RESULT_OK;
    if (compares) {
        memcpy(bench->before, tarazy_engine_block(law->engine, &size), law->size);
    }
    law_send(law, command);
    enum result result = (enum result)law_outcome(law)->result;
    if (result != expected) {
        return "the test request said otherwise";
    }
    const char *wrong = bench->wrong;
    if (wrong == NULL) {
        wrong = follow(&bench->twin, law, command);
    }
    if (wrong == NULL && compares && result != RESULT_REPLACE_NOT_PLACED) {
        wrong = compare_refusal(law, bench->before);
    }
    return wrong;
}

static const char *look_at_all(struct bench *bench)
{
    const char *wrong = tarazy_engine_audit(bench->law.engine);

    return wrong != NULL ? wrong : watch_compare(bench->watch, &bench->law);
}

static bool go(struct bench *bench, const struct run *run, uint64_t commands, struct tally *tally)
{
    static union law_command command;

    for (uint64_t i = 0; i < commands; i++) {
        const char *wrong = step(bench, run, &command);

        if (wrong == NULL && i % AUDIT_EVERY == 0) {
            wrong = look_at_all(bench);
        }
        if (wrong == NULL && bench->twin.commands_left == 0 &&
            random_once_in(&bench->chance, FORK_EVERY) && !start_twin(&bench->twin, &bench->law)) {
            wrong = "a copy of the state is not taken up";
        }
        if (wrong != NULL) {
            return fail(run, &bench->law, &command, wrong);
        }
        count(tally, &bench->law);
    }
    const char *wrong = look_at_all(bench);
    return wrong == NULL || fail(run, &bench->law, &command, wrong);
}

static bool run_one(const struct run *run, uint64_t commands, struct tally *tally)
{
    struct bench bench = {0};

    bench.watch = watch_new();
    law_start(&bench.law, run->limits, run->seed, observe, &bench);
    bench.before = malloc(bench.law.size);
    bench.twin.block = aligned_alloc(TARAZY_ENGINE_ALIGNMENT, bench.law.size);
    bench.twin.events.bytes = aligned_alloc(16, TARAZY_EVENTS_SIZE_MAX);
    bench.twin.events.size = TARAZY_EVENTS_SIZE_MAX;
    if (bench.before == NULL || bench.twin.block == NULL || bench.twin.events.bytes == NULL) {
        abort();
    }
    bool good = go(&bench, run, commands, tally);
    watch_free(bench.watch);
    free(bench.before);
    free(bench.twin.block);
    free(bench.twin.events.bytes);
    law_end(&bench.law);
    return good;
}

static void print_tally(const struct run *run, const struct tally *tally)
{
    (void)printf("%s: %llu commands, %llu accepted, %llu trades\n", run->name,
                 (unsigned long long)tally->commands, (unsigned long long)tally->accepted,
                 (unsigned long long)tally->trades);
    if (getenv("TARAZY_LAW_VERBOSE") == NULL) {
        return;
    }
    for (unsigned i = 0; i < 256; i++) {
        if (i != 0 && tally->results[i] != 0) {
            (void)printf("    result %s: %llu\n", tarazy_result_name((enum result)i),
                         (unsigned long long)tally->results[i]);
        }
        if (tally->kinds[i] != 0) {
            (void)printf("    accepted %s: %llu\n", tarazy_command_name((uint16_t)i),
                         (unsigned long long)tally->kinds[i]);
        }
        if (i < 32 && tally->reasons[i] != 0) {
            (void)printf("    close reason %u: %llu\n", i, (unsigned long long)tally->reasons[i]);
        }
    }
}

int main(int argc, char **argv)
{
    const char *given = getenv("TARAZY_LAW_COMMANDS");
    uint64_t commands = given != NULL ? strtoull(given, NULL, 10) : 0;
    bool good = true;

    if (commands == 0) {
        commands = COMMANDS_DEFAULT;
    }
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        struct run run = runs[i];
        static struct tally tally;

        if (argc > 1 && strcmp(argv[1], run.name) != 0) {
            continue;
        }
        if (argc > 2) {
            run.seed = strtoull(argv[2], NULL, 10);
        }
        memset(&tally, 0, sizeof tally);
        good = run_one(&run, commands * run.share / 100, &tally) && good;
        print_tally(&run, &tally);
    }
    return good ? 0 : 1;
}
