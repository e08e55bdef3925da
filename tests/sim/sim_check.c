/* SPDX-License-Identifier: Apache-2.0
 *
 * The checkers. A room of its own because it trusts none of the processes: it keeps a hash of every
 * command and of its events as first seen, and what clients were told. Invariants: `told` only grows;
 * what is beyond it may be forgotten by a crash, nothing else.
 *
 * Read next: tests/laws/law_watch.h, the books kept from events alone.
 */
#include "sim/sim_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/verifier.h"
#include "laws/law_watch.h"
#include "node/follower.h"
#include "sim/sim_canary.h"
#include "sim/sim_disk.h"

enum { COMPARE_EVERY = 509 };

struct seen {
    uint64_t command; /* hash of its bytes */
    uint64_t events;  /* hash; 0: nobody has seen it */
    uint32_t intent;
    bool is_done; /* accepted, and it carries an intent's name */
};

struct intent {
    uint64_t told; /* the command that did it */
    bool is_told;
    bool is_refused;
    uint32_t effects; /* while counting */
    uint64_t number;  /* of the last effect, while counting */
};

static struct seen *seen; /* by number */
static uint64_t seen_room;
static uint64_t told;
static int64_t told_time_us;
static uint64_t watched; /* last command the watchers have seen */
static struct watch *watch;
static struct law watch_law;
static struct intent *intents; /* from 1 */
static uint32_t intent_count;
static uint32_t intent_room;
static uint64_t effects;
static bool kinds[256]; /* accepted, by kind */

static const struct hash_seed hash_of = {{3, 4}};

void check_start(void)
{
    seen_room = 1 << 14;
    seen = calloc(seen_room, sizeof *seen);
    intent_room = 1 << 12;
    intents = calloc(intent_room, sizeof *intents);
    ENSURE(seen != NULL && intents != NULL);
    told = 0;
    told_time_us = 0;
    watched = 0;
    intent_count = 0;
    watch = watch_new();
}

void check_end(void)
{
    watch_free(watch);
    free(seen);
    free(intents);
}

static struct seen *seen_at(uint64_t number)
{
    while (number >= seen_room) {
        seen = realloc(seen, 2 * seen_room * sizeof *seen);
        ENSURE(seen != NULL);
        memset(seen + seen_room, 0, seen_room * sizeof *seen);
        seen_room *= 2;
    }
    return &seen[number];
}

/* The law's view of an engine that belongs to somebody else: read only. */
static void look_through(const struct engine *engine)
{
    watch_law.engine = (struct engine *)(uintptr_t)engine;
}

static void watch_command(const struct engine *engine, const struct command_header *command,
                          const uint8_t *events, size_t size)
{
    union law_command copy = {.bytes = {0}};
    memcpy(&copy, command, tarazy_command_size(command->kind));
    look_through(engine);
    watch_law.events = (struct event_buffer){
        .bytes = (uint8_t *)(uintptr_t)events, .size = size, .used = size, .count = 0};
    for (size_t at = 0; at < size; watch_law.events.count++) {
        struct event_header header;
        memcpy(&header, events + at, sizeof header);
        at += header.size;
    }
    watched = command->number;
    const char *wrong = watch_see(watch, &watch_law, &copy);
    if (wrong == NULL && command->number % COMPARE_EVERY == 0) {
        wrong = watch_compare(watch, &watch_law);
    }
    if (wrong != NULL) {
        sim_break(SIM_CHECKER_BOOKS, "command %llu, %s: %s", (unsigned long long)command->number,
                  tarazy_command_name(command->kind), wrong);
    }
}

static void check_time(const struct command_header *command)
{
    int64_t time_us = command->time_us;
    if (canary_is(SIM_CANARY_WALL_TIME)) {
        time_us = clock_wall_us(sim_clock());
    }
    if (time_us < told_time_us) {
        sim_break(SIM_CHECKER_TIME, "command %llu is earlier than the one before it",
                  (unsigned long long)command->number);
    }
    told_time_us = time_us;
}

void check_see(const struct engine *engine, const struct command_header *command,
               const uint8_t *events, size_t size)
{
    uint64_t number = command->number;
    struct seen *at = seen_at(number);
    uint64_t command_hash = hash_bytes(hash_of, command, tarazy_command_size(command->kind));
    uint64_t events_hash = hash_bytes(hash_of, events, size);
    if (tarazy_engine_number(engine) != number) {
        sim_break(SIM_CHECKER_FOLLOWER, "the replica stands at another command than it tells");
    }
    if (at->events != 0 && at->command != command_hash) {
        sim_break(SIM_CHECKER_DURABLE, "command %llu is not what it was when it was durable",
                  (unsigned long long)number);
    }
    if (at->events != 0 && at->events != events_hash) {
        sim_break(SIM_CHECKER_FOLLOWER, "command %llu had other events elsewhere",
                  (unsigned long long)number);
    }
    if (at->events == 0) {
        struct event_outcome outcome;
        memcpy(&outcome, events + size - sizeof outcome, sizeof outcome);
        *at = (struct seen){
            .command = command_hash, .events = events_hash, .intent = check_intent_of(command)};
        kinds[command->kind & 255] = kinds[command->kind & 255] || outcome.result == RESULT_OK;
        at->is_done = at->intent != 0 && outcome.result == RESULT_OK;
        sim_note(events_hash);
        sim.events++;
    }
    if (number > told) {
        check_time(command);
        told = number;
    }
    if (number == watched + 1) {
        watch_command(engine, command, events, size);
    }
}

uint64_t check_told(void)
{
    return told;
}

void check_recovered(uint64_t number)
{
    sim_note(number);
    if (number < told) {
        sim_break(SIM_CHECKER_DURABLE, "%llu was durable, the core comes back with %llu",
                  (unsigned long long)told, (unsigned long long)number);
    }
}

/* ------------------------------------------------------------------ intents */

uint32_t check_intent_new(void)
{
    intent_count++;
    if (intent_count >= intent_room) {
        intents = realloc(intents, 2 * intent_room * sizeof *intents);
        ENSURE(intents != NULL);
        intent_room *= 2;
    }
    intents[intent_count] = (struct intent){0};
    return intent_count;
}

uint32_t check_intents(void)
{
    return intent_count;
}

uint64_t check_effects(void)
{
    return effects;
}

uint32_t check_kinds(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        count += kinds[i];
    }
    return count;
}

void check_intent_told(uint32_t intent, uint64_t number)
{
    intents[intent].is_told = true;
    intents[intent].told = number;
}

void check_intent_refused(uint32_t intent)
{
    intents[intent].is_refused = true;
}

void check_intent_name(uint32_t intent, unsigned attempt, char text[static 24])
{
    (void)snprintf(text, 24, attempt == 0 ? "i%u" : "i%ux%u", intent, attempt);
}

uint32_t check_intent_of(const struct command_header *command)
{
    const void *bytes = command;
    const union law_command *any = bytes;
    const char *text = NULL;
    switch (command->kind) {
    case COMMAND_ORDER_PLACE: text = any->order_place.terms.client_id.text; break;
    case COMMAND_WITHDRAW_REQUEST: text = any->withdraw_request.client_id.text; break;
    case COMMAND_SANDBOX_DEPOSIT: text = any->sandbox_deposit.evidence.text; break;
    default: return 0; /* not an enum: the kind is a number here */
    }
    return text[0] == 'i' ? (uint32_t)strtoul(text + 1, NULL, 10) : 0;
}

void check_intents_hold(void)
{
    for (uint64_t number = 1; number <= told; number++) {
        if (seen[number].is_done && seen[number].intent <= intent_count) {
            intents[seen[number].intent].effects++;
            effects++;
            intents[seen[number].intent].number = number;
        }
    }
    for (uint32_t i = 1; i <= intent_count; i++) {
        const struct intent *intent = &intents[i];
        if (intent->effects > 1) {
            sim_break(SIM_CHECKER_ONCE, "intent %u happened %u times", i, intent->effects);
        }
        if (intent->is_told && intent->effects != 1) {
            sim_break(SIM_CHECKER_ANSWER, "intent %u was told done, and is not", i);
        }
        if (intent->is_told && intent->told != 0 && intent->told != intent->number) {
            sim_break(SIM_CHECKER_ANSWER, "intent %u was told done in another command", i);
        }
        if (intent->is_refused && intent->effects != 0) {
            sim_break(SIM_CHECKER_ANSWER, "intent %u was told refused, and was done", i);
        }
    }
}

/* ------------------------------------------------------------------ comparisons */

void check_equal(enum sim_checker checker, const struct engine *one, const struct engine *other,
                 const char *who)
{
    size_t one_size;
    size_t other_size;
    const uint8_t *a = tarazy_engine_block(one, &one_size);
    const uint8_t *b = tarazy_engine_block(other, &other_size);
    if (one_size != other_size || memcmp(a, b, one_size) != 0) {
        sim_break(checker, "%s has another state at command %llu", who,
                  (unsigned long long)tarazy_engine_number(one));
    }
}

void check_books(const struct engine *engine)
{
    const char *wrong = tarazy_engine_audit(engine);
    if (wrong == NULL && watched == tarazy_engine_number(engine)) {
        look_through(engine);
        wrong = watch_compare(watch, &watch_law);
    }
    if (wrong != NULL) {
        sim_break(SIM_CHECKER_BOOKS, "%s", wrong);
    }
}

static void on_replayed(void *context, const struct engine *engine,
                        const struct command_header *command, const uint8_t *events, size_t size)
{
    (void)context;
    check_see(engine, command, events, size);
}

static void turn_a_bit(const struct engine *engine)
{
    size_t size;
    const uint8_t *block = tarazy_engine_block(engine, &size);
    uint8_t *byte = (uint8_t *)(uintptr_t)(block + random_below(&sim.random, size));
    *byte ^= 16;
}

void check_replay(const struct engine *live)
{
    struct sim_process reader;
    const char *error = NULL;
    sim_process_make(&reader, SIM_ROLE_CHECKER, 77);
    sim_disk_give(&reader);
    struct follower_options options = {.directory = ".",
                                       .storage = &reader.storage,
                                       .from = 1,
                                       .replay_from_start = true,
                                       .verify_chain = true,
                                       .offline = true};
    struct follower_sink sink = {.on_command = on_replayed};
    sim_enter(&reader);
    struct follower *follower = follower_open(&options, &sink, &error);
    if (follower == NULL) {
        sim_break(SIM_CHECKER_REPLAY, "%s", error);
    }
    while (tarazy_engine_number(follower_engine(follower)) < tarazy_engine_number(live)) {
        uint64_t before = tarazy_engine_number(follower_engine(follower));
        if (follower_work(follower, 1) < 0 ||
            tarazy_engine_number(follower_engine(follower)) == before) {
            sim_break(SIM_CHECKER_REPLAY, "from 1, it ends at %llu of %llu: %s",
                      (unsigned long long)before, (unsigned long long)tarazy_engine_number(live),
                      follower_error(follower));
        }
    }
    if (canary_is(SIM_CANARY_CORE_BIT)) {
        turn_a_bit(live);
    }
    check_equal(SIM_CHECKER_REPLAY, live, follower_engine(follower), "a replay from command 1");
    follower_close(follower);
    sim_leave();
}

void check_verify(uint64_t durable, bool is_damaged)
{
    struct sim_process reader;
    struct verifier_report report;
    char text[JOURNAL_ERROR_TEXT_SIZE];
    struct fake_disk *hidden = NULL;
    sim_process_make(&reader, SIM_ROLE_CHECKER, 78);
    sim_disk_give(&reader);
    struct verifier_options options = {
        .storage = &reader.storage, .directory = ".", .limit = durable};
    if (canary_is(SIM_CANARY_HIDDEN_DAMAGE)) {
        hidden = sim_disk_copy_repaired();
        options.storage = fake_disk_storage(hidden);
    }
    sim_enter(&reader);
    enum verifier_result result = journal_verify(&options, &report);
    sim_leave();
    bool agrees = result == VERIFIER_RESULT_AGREES;
    if (!is_damaged && !agrees) {
        sim_break(SIM_CHECKER_REPLAY, "the verifier: %s",
                  report.audit != NULL ? report.audit : journal_error_text(&report.error, text));
    }
    if (is_damaged && result != VERIFIER_RESULT_DAMAGED) {
        sim_break(SIM_CHECKER_DAMAGE, "the verifier finds nothing wrong with a damaged journal");
    }
    if (hidden != NULL) {
        fake_disk_destroy(hidden);
    }
}
