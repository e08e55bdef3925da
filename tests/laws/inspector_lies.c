/* SPDX-License-Identifier: Apache-2.0
 *
 * Lies for the supervisor's checker. A true stream is recorded; then, over and over, one thing in it is
 * altered: a field of an event, an event left out or said twice, a refusal turned into an acceptance, a
 * command left out, its time or key exchanged. The lie must be found before the stream ends, or its
 * field stands in the list of lie_fields.c of what moves no value and changes nobody's rights, with the reason.
 *
 *     inspector_lies [LIES [SEED]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspector/inspector.h"
#include "laws/law_record.h"
#include "laws/law_world.h"
#include "laws/lie_fields.h"

#define LIES_DEFAULT   300000u
#define LIES_A_ROUND   30000u
#define COMMANDS       6000u /* of one recorded stream */
#define HORIZON        400u  /* commands in which a lie with an excuse is waited for */
#define LIES_A_PLACE   12u
#define FAILURES_SHOWN 20u /* and then no more is tried */

/* Whole events left out or said twice; why it may stand, by kind of event. */
static const char *const harmless_without[EVENT_REGISTRY + 1] = {
    [EVENT_ORDER_CHANGED] = "a stop order that does not trade afterwards, or that began to trail",
    [EVENT_SESSION] = "a session that nobody trades in before the next one",
    [EVENT_BALANCE] = "an account that is again as it was before the command",
    [EVENT_LEVEL] = "the last level event of the stream",
    [EVENT_PROPOSAL] = "a proposal that has expired and can be executed no more",
};
static const char *const harmless_twice[EVENT_REGISTRY + 1] = {
    [EVENT_ORDER_CHANGED] = "a stop order that begins to work, or to trail, twice",
    [EVENT_SESSION] = "an auction that goes on, said twice",
};

/* Lies that are no fields. */
enum lie {
    LIE_FIELD = 1,
    LIE_LEFT_OUT = 2,
    LIE_TWICE = 3,
    LIE_ACCEPTED = 4, /* a refusal becomes RESULT_OK */
    LIE_NO_COMMAND = 5,
    LIE_TIME = 6,
    LIE_KEY = 7,
    LIE_EXECUTED = 8, /* a proposal that was refused is said to be executed */
    LIE_PRICE = 9,    /* a trade prints elsewhere, its quote with it */
};

static const char *const lie_names[] = {
    "",          "field",          "event left out", "event twice",      "refusal accepted",
    "no number", "time goes back", "another's key",  "refusal executed", "another price",
};

struct tally {
    uint64_t told[LIE_FIELDS];
    uint64_t stood[LIE_FIELDS];
    uint64_t told_kinds[LIE_PRICE + 1];
    uint64_t stood_kinds[LIE_PRICE + 1];
    uint64_t rules[INSPECTOR_RULE_MINING + 1];
    uint64_t late; /* found in a later command than the lie's */
    uint64_t failures;
};

struct bench {
    struct law_stream stream;
    struct random_stream chance;
    struct inspector *inspector;
    uint8_t *block;
    uint8_t *before; /* the block as it was before a lie */
    size_t size;
    struct tally tally;
    uint8_t *scratch; /* altered events of one command */
    size_t scratch_size;
};

static uint64_t below(struct bench *bench, uint64_t bound)
{
    return random_below(&bench->chance, bound);
}

static void show(struct bench *bench, const struct law_record *record)
{
    inspector_on_command(bench->inspector, &record->command.header,
                         bench->stream.events + record->events, record->size);
}

static struct event_header *event_in(struct bench *bench, size_t at)
{
    void *bytes = bench->scratch + at;

    return bytes;
}

/* Where the n-th event of the scratch begins. */
static size_t place_of(struct bench *bench, size_t size, uint64_t nth)
{
    size_t at = 0;

    while (nth-- > 0 && at + event_in(bench, at)->size < size) {
        at += event_in(bench, at)->size;
    }
    return at;
}

static uint32_t count_events(struct bench *bench, size_t size)
{
    uint32_t count = 0;

    for (size_t at = 0; at < size; at += event_in(bench, at)->size) {
        count++;
    }
    return count;
}

static void number_anew(struct bench *bench, size_t size)
{
    uint32_t sequence = 0;

    for (size_t at = 0; at < size; at += event_in(bench, at)->size) {
        event_in(bench, at)->sequence = sequence++;
    }
}

/* One field of one event becomes another: near the truth, a bit of it, or anything. */
static const struct lie_field *alter_field(struct bench *bench, size_t size)
{
    size_t at = place_of(bench, size, below(bench, count_events(bench, size)));
    const struct lie_field *field = NULL;
    uint64_t value = 0;

    for (uint32_t tries = 0; field == NULL && tries < 2000; tries++) {
        const struct lie_field *any = &lie_fields[below(bench, LIE_FIELDS)];

        field = any->kind == event_in(bench, at)->kind ? any : NULL;
    }
    if (field == NULL) {
        return NULL;
    }
    uint8_t *bytes = bench->scratch + at + field->offset;
    size_t width = field->size < sizeof value ? field->size : sizeof value;
    memcpy(&value, bytes, width);
    switch (below(bench, 3)) {
    case 0: value += 1 + below(bench, 3); break;
    case 1: value ^= (uint64_t)1 << below(bench, 8 * width); break;
    default: /* not an enum */ value = below(bench, UINT64_MAX); break;
    }
    if (memcmp(bytes, &value, width) == 0) {
        return NULL;
    }
    memcpy(bytes, &value, width);
    return field;
}

/* Leaves an event out, or says it again; never the outcome. */
static uint16_t alter_events(struct bench *bench, size_t *size, bool twice)
{
    uint32_t count = count_events(bench, *size);

    if (count < 2) {
        return 0;
    }
    size_t at = place_of(bench, *size, below(bench, count - 1));
    uint16_t kind = event_in(bench, at)->kind;
    size_t length = event_in(bench, at)->size;
    uint8_t *from = bench->scratch + at;
    if (twice) {
        memmove(from + length, from, *size - at);
        *size += length;
    } else {
        memmove(from, from + length, *size - at - length);
        *size -= length;
    }
    number_anew(bench, *size);
    return kind;
}

static bool accept_refused(struct bench *bench, size_t size)
{
    void *last = bench->scratch + size - sizeof(struct event_outcome);
    struct event_outcome *outcome = last;

    if (outcome->result == RESULT_OK || outcome->result == RESULT_REPLACE_NOT_PLACED) {
        return false;
    }
    outcome->result = RESULT_OK;
    return true;
}

/* Was it refused because its time lay before the last one's? */
static bool was_too_late(const struct bench *bench, size_t size)
{
    const void *last = bench->scratch + size - sizeof(struct event_outcome);
    const struct event_outcome *outcome = last;

    return outcome->result == RESULT_TIME_BACKWARDS;
}

static bool execute_refused(struct bench *bench, size_t size)
{
    for (size_t at = 0; at < size; at += event_in(bench, at)->size) {
        void *whole = event_in(bench, at);
        struct event_proposal *event = whole;

        if (event->header.kind == EVENT_PROPOSAL && event->state == PROPOSAL_STATE_REFUSED) {
            event->state = PROPOSAL_STATE_EXECUTED;
            event->result = RESULT_OK;
            return true;
        }
    }
    return false;
}

/* The first trade prints up to 5 % elsewhere, on the grid of its own price. */
static bool print_elsewhere(struct bench *bench, size_t size)
{
    for (size_t at = 0; at < size; at += event_in(bench, at)->size) {
        void *whole = event_in(bench, at);
        struct event_trade *event = whole;

        if (event->header.kind == EVENT_TRADE && event->quote.units % event->price.units == 0) {
            int64_t step = 1 + (int64_t)below(bench, (uint64_t)event->price.units / 20 + 1);
            int128 each = event->quote.units / event->price.units;

            step = below(bench, 2) == 0 || step >= event->price.units ? step : -step;
            event->price.units += step;
            event->quote.units += step * each;
            return true;
        }
    }
    return false;
}

/* Another person's valid key, or none at all, under the same events. */
static bool exchange_key(struct bench *bench, union law_command *command, size_t size)
{
    void *last = bench->scratch + size - sizeof(struct event_outcome);
    const struct event_outcome *outcome = last;

    if (command->header.participant == 0 || outcome->result != RESULT_OK) {
        return false;
    }
    command->header.key = (uint32_t)below(bench, LAW_PEOPLE + 1);
    return command->header.key != command->header.participant;
}

/* Why may this lie stand? NULL: it may not. */
static const char *excuse(enum lie lie, const struct lie_field *field, uint16_t kind)
{
    if (lie == LIE_FIELD) {
        return field->harmless;
    }
    if (lie == LIE_TWICE) {
        return harmless_twice[kind];
    }
    return lie == LIE_LEFT_OUT ? harmless_without[kind] : NULL;
}

static bool judge(struct bench *bench, uint32_t place, enum lie lie, const struct lie_field *field,
                  uint16_t kind)
{
    const struct inspector_complaint *found = inspector_complaint(bench->inspector);
    uint64_t number = bench->stream.records[place].command.header.number;

    bench->tally.told_kinds[lie]++;
    if (field != NULL) {
        bench->tally.told[field - lie_fields]++;
    }
    if (found != NULL) {
        bench->tally.rules[found->rule]++;
        bench->tally.late += found->number != number;
        return true;
    }
    bench->tally.stood_kinds[lie]++;
    if (field != NULL) {
        bench->tally.stood[field - lie_fields]++;
    }
    if (excuse(lie, field, kind) != NULL) {
        return true;
    }
    bench->tally.failures++;
    (void)fprintf(stderr, "inspector: command %llu (%s): a lie stood: %s %s\n",
                  (unsigned long long)number,
                  tarazy_command_name(bench->stream.records[place].command.header.kind),
                  lie_names[lie], field != NULL ? field->name : tarazy_event_name(kind));
    return false;
}

/* Tells one lie at this place, then the truth for a while. False: it stood and may not. */
static bool tell(struct bench *bench, uint32_t place, enum lie lie)
{
    const struct law_record *truth = &bench->stream.records[place];
    static union law_command command;
    const struct lie_field *field = NULL;
    size_t size = truth->size;
    uint16_t kind = 0;
    bool told = true;

    if (size + 4096 > bench->scratch_size) {
        return true;
    }
    command = truth->command;
    memcpy(bench->scratch, bench->stream.events + truth->events, size);
    switch (lie) {
    case LIE_FIELD: told = (field = alter_field(bench, size)) != NULL; break;
    case LIE_LEFT_OUT: told = (kind = alter_events(bench, &size, false)) != 0; break;
    case LIE_TWICE: told = (kind = alter_events(bench, &size, true)) != 0; break;
    case LIE_ACCEPTED: told = accept_refused(bench, size); break;
    case LIE_EXECUTED: told = execute_refused(bench, size); break;
    case LIE_PRICE: told = print_elsewhere(bench, size); break;
    case LIE_NO_COMMAND: break;
    case LIE_TIME:
        told = place > 400 && !was_too_late(bench, size) &&
               bench->stream.records[place - 1].command.header.time_us >
                   bench->stream.records[0].command.header.time_us;
        command.header.time_us = bench->stream.records[0].command.header.time_us;
        break;
    case LIE_KEY: told = exchange_key(bench, &command, size); break;
    }
    if (!told) {
        return true;
    }
    if (lie != LIE_NO_COMMAND) {
        inspector_on_command(bench->inspector, &command.header, bench->scratch, size);
    }
    /* what has no excuse may show as late as it likes */
    uint32_t end = excuse(lie, field, kind) != NULL ? place + HORIZON : bench->stream.count;
    for (uint32_t next = place + 1;
         next < bench->stream.count && next <= end && inspector_complaint(bench->inspector) == NULL;
         next++) {
        show(bench, &bench->stream.records[next]);
    }
    bool good = judge(bench, place, lie, field, kind);
    memcpy(bench->block, bench->before, bench->size);
    return good;
}

static enum lie any_lie(struct bench *bench)
{
    uint64_t draw = below(bench, 16);

    return draw < 8 ? LIE_FIELD : (enum lie)(LIE_FIELD + 1 + draw - 8);
}

/* Walks over the stream and lies here and there. */
static bool walk(struct bench *bench, uint64_t lies)
{
    uint32_t places = (uint32_t)(lies / LIES_A_PLACE) + 1;
    bool good = true;

    for (uint32_t place = 0;
         place + 1 < bench->stream.count && bench->tally.failures < FAILURES_SHOWN; place++) {
        uint64_t left = bench->stream.count - place;

        if (places > 0 && below(bench, left) < places) {
            places--;
            memcpy(bench->before, bench->block, bench->size);
            for (uint32_t i = 0; i < LIES_A_PLACE; i++) {
                good = tell(bench, place, any_lie(bench)) && good;
            }
        }
        show(bench, &bench->stream.records[place]);
        if (inspector_complaint(bench->inspector) != NULL) {
            (void)fprintf(stderr, "inspector: the truth is complained about\n");
            return false;
        }
    }
    return good;
}

static bool run(struct bench *bench, law_generator *generator, uint64_t seed, uint64_t lies)
{
    law_stream_make(&bench->stream, generator, seed, COMMANDS);
    memset(bench->block, 0, bench->size);
    bench->inspector = inspector_create(bench->block, bench->size, &law_limits_tight);
    bool good = walk(bench, lies);
    law_stream_free(&bench->stream);
    return good;
}

static bool print(const struct tally *tally)
{
    uint64_t told = 0;
    uint64_t stood = 0;
    bool good = true;

    for (unsigned lie = LIE_FIELD; lie <= LIE_PRICE; lie++) {
        (void)printf("%-18s %8llu told %8llu stood\n", lie_names[lie],
                     (unsigned long long)tally->told_kinds[lie],
                     (unsigned long long)tally->stood_kinds[lie]);
        told += tally->told_kinds[lie];
        stood += tally->stood_kinds[lie];
    }
    for (size_t i = 0; i < LIE_FIELDS; i++) {
        if (tally->stood[i] != 0) {
            (void)printf("    %-28s %6llu of %6llu stood: %s\n", lie_fields[i].name,
                         (unsigned long long)tally->stood[i], (unsigned long long)tally->told[i],
                         lie_fields[i].harmless == NULL ? "NOT EXCUSED" : lie_fields[i].harmless);
        }
    }
    for (uint8_t rule = INSPECTOR_RULE_SHAPE; rule <= INSPECTOR_RULE_ROOM; rule++) {
        (void)printf("    rule %-12s %8llu\n", inspector_rule_name(rule),
                     (unsigned long long)tally->rules[rule]);
        /* SUPPLY is far away in these worlds: inspector_test.c comes there */
        good = good && (tally->rules[rule] != 0 || rule == INSPECTOR_RULE_SUPPLY || told < 100000);
    }
    (void)printf("%llu lies, %llu stood with an excuse, %llu seen only later; every rule %s\n",
                 (unsigned long long)told, (unsigned long long)stood,
                 (unsigned long long)tally->late, good ? "spoke" : "DID NOT SPEAK");
    return good;
}

int main(int argc, char **argv)
{
    uint64_t lies = argc > 1 ? strtoull(argv[1], NULL, 10) : LIES_DEFAULT;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    static struct bench bench;
    bool good = true;

    bench.chance = (struct random_stream){seed};
    bench.size = inspector_size(&law_limits_tight);
    bench.block = aligned_alloc(64, bench.size);
    bench.before = aligned_alloc(64, bench.size);
    bench.scratch_size = (size_t)1 << 20;
    bench.scratch = aligned_alloc(64, bench.scratch_size);
    if (bench.block == NULL || bench.before == NULL || bench.scratch == NULL) {
        abort();
    }
    for (uint64_t done = 0; done < lies && bench.tally.failures < FAILURES_SHOWN;
         done += LIES_A_ROUND, seed += 3) {
        good = run(&bench, law_chaos, seed, LIES_A_ROUND * 40 / 100) && good;
        good = run(&bench, law_traders, seed + 1, LIES_A_ROUND * 30 / 100) && good;
        good = run(&bench, law_treasury, seed + 2, LIES_A_ROUND * 30 / 100) && good;
    }
    good = print(&bench.tally) && good;
    free(bench.block);
    free(bench.before);
    free(bench.scratch);
    return good ? 0 : 1;
}
