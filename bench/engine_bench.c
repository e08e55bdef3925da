/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine alone, one core: book, holds, ledger, fees and events, on workload W with 1,000 and with
 * a million resting orders, on 1,000 markets with a million users, and on what lies around (growth).
 * What is timed is the play of a recording from a fresh state: setting up people and money is not.
 *
 * Arguments: names of parts to run (w1k w1m many growth latency memory); none = all.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/state_block.h"
#include "market_world.h"
#include "stopwatch.h"
#include "w_script.h"
#include "workload_w.h"

enum { ROUNDS = 3, PEOPLE_MIN = 1000, PRICE_MAX = 10000000 };

struct setting {
    const char *name;
    struct market_world_options options;
    uint32_t people; /* of each market; the next one's begin behind them, or with the first again */
};

static uint32_t first_user(const struct setting *setting, uint32_t market)
{
    return (uint32_t)((uint64_t)market * setting->people % setting->options.users);
}

static void start_world(struct market_world *world, const struct setting *setting)
{
    market_world_create(world, &setting->options);
    for (uint32_t market = 0; market < setting->options.markets; market++) {
        for (uint32_t i = 0; i < setting->people; i++) {
            market_world_fund(world, first_user(setting, market) + i + 1, (uint16_t)(market + 1));
        }
    }
    market_world_open(world);
}

static void print_speed(const char *name, uint64_t commands, int64_t cpu_ns, int64_t spent_ns)
{
    printf("%-40s  %llu ns/command (cpu), %llu.%02llu M commands/s (wall)\n", name,
           (unsigned long long)((uint64_t)cpu_ns / commands),
           (unsigned long long)(commands * 1000 / (uint64_t)spent_ns),
           (unsigned long long)(commands * 100000 / (uint64_t)spent_ns % 100));
}

static void play_rounds(const struct setting *setting, const struct tape *tape,
                        const struct w_script *script)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct market_world world;

        start_world(&world, setting);
        struct played played = market_world_play(&world, tape);
        print_speed(setting->name, tape->commands, played.cpu_ns, played.wall_ns);
        if (round == 0) {
            printf("%-40s  %llu commands, %llu trades of %llu, %llu events, %llu refused\n", "",
                   (unsigned long long)tape->commands, (unsigned long long)script->trades,
                   (unsigned long long)script->quantity, (unsigned long long)played.events,
                   (unsigned long long)script->refused);
        }
        market_world_destroy(&world);
    }
}

/* Generates W for one market. */
static void open_stream(struct w_stream *stream, const struct workload_parameters *parameters)
{
    struct workload_summary summary;
    struct workload_command *commands = malloc(workload_count(parameters) * sizeof *commands);

    if (commands == NULL || !workload_generate(parameters, commands, &summary)) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    stream->commands = commands;
    stream->count = workload_count(parameters);
    stream->numbers = calloc((size_t)summary.ids + 1, sizeof *stream->numbers);
}

static void close_stream(struct w_stream *stream)
{
    free((void *)(uintptr_t)stream->commands);
    free(stream->numbers);
}

static struct limits limits_of(uint32_t users, uint32_t markets, uint32_t people, uint32_t orders)
{
    uint32_t accounts = users + markets * people;

    return (struct limits){
        .participants_max = users + 1,
        .accounts_max = accounts + 4u * markets + 100,
        .assets_max = markets + 2u,
        .instruments_max = markets,
        .orders_max = orders,
        .price_levels_max = orders / 4 + 100000,
        .order_lists_max = 16,
        .client_ids_max = 1024,
        .keys_max = users + 1,
        .proposals_max = 16,
        .evidence_max = accounts + 100,
        .withdrawals_max = 16,
    };
}

static void run_single(const char *name, const struct workload_parameters *parameters,
                       uint32_t orders)
{
    const struct setting setting = {
        name, {limits_of(1000, 1, 1000, orders), 1000, 1, PRICE_MAX, NULL, false}, 1000};
    struct w_stream stream = {.market = 1};
    struct w_script script = {0};
    struct tape tape = {0};
    struct market_world world;

    open_stream(&stream, parameters);
    start_world(&world, &setting);
    world.tape = &tape;
    while (stream.next < stream.count) {
        w_script_step(&script, &world, &stream);
    }
    market_world_destroy(&world);
    play_rounds(&setting, &tape, &script);
    close_stream(&stream);
    tape_free(&tape);
}

static uint64_t random_state = 88172645463325252u;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

struct crowd {
    const char *name;
    uint16_t markets; /* their shares fall as 1/rank */
    uint32_t users;
    uint32_t orders; /* wanted on the books together */
    uint32_t commands;
};

static const struct crowd MANY = {"W, 1,000 markets, 1 M users, 1 M orders", 1000, 1000000, 1000000,
                                  2000000};

/* The same with more of one thing or less of another: what does its number cost? */
static const struct crowd GROWTH[] = {
    {"W, 1 market, 1,000 users, 4 M orders", 1, 1000, 4000000, 2000000},
    {"W, 1 market, 1 M users, 1 M orders", 1, 1000000, 1000000, 2000000},
    {"W, 1,000 markets, 1,000 users, 1 M orders", 1000, 1000, 1000000, 2000000},
    {"W, 1,000 markets, 1 M users, 4 M orders", 1000, 1000000, 4000000, 2000000},
};

static uint32_t weight_of(uint32_t market)
{
    return 1000000 / (market + 1);
}

/* One stream for each market. Returns how many commands they have together. */
static uint64_t open_streams(const struct crowd *crowd, const struct setting *setting,
                             struct w_stream *streams)
{
    uint64_t weights = 0;
    uint64_t commands = 0;

    for (uint32_t i = 0; i < crowd->markets; i++) {
        weights += weight_of(i);
    }
    for (uint32_t i = 0; i < crowd->markets; i++) {
        struct workload_parameters parameters = {
            .commands = (uint32_t)(crowd->commands * (uint64_t)weight_of(i) / weights + 1),
            .target = (uint32_t)(crowd->orders * (uint64_t)weight_of(i) / weights + 2),
            .users = setting->people,
            .symbol = 0,
            .seed = (int32_t)(i + 1),
        };
        streams[i].market = (uint16_t)(i + 1);
        streams[i].first_user = first_user(setting, i);
        open_stream(&streams[i], &parameters);
        commands += streams[i].count;
    }
    return commands;
}

static void run_crowd(const struct crowd *crowd)
{
    uint32_t people = crowd->users / crowd->markets;

    people = people > PEOPLE_MIN ? people : PEOPLE_MIN;
    const struct setting setting = {
        crowd->name,
        {limits_of(crowd->users, crowd->markets, people, crowd->orders + 1000000), crowd->users,
         crowd->markets, PRICE_MAX, NULL, false},
        people};
    struct w_stream *streams = calloc(crowd->markets, sizeof *streams);
    struct w_script script = {0};
    struct tape tape = {0};
    struct market_world world;
    uint64_t left = open_streams(crowd, &setting, streams);

    start_world(&world, &setting);
    world.tape = &tape;
    while (left > 0) { /* a stream is drawn in proportion to what it has left */
        uint64_t draw = next_random() % left;
        uint32_t i = 0;

        while (draw >= streams[i].count - streams[i].next) {
            draw -= streams[i].count - streams[i].next;
            i++;
        }
        w_script_step(&script, &world, &streams[i]);
        left--;
    }
    market_world_destroy(&world);
    play_rounds(&setting, &tape, &script);
    for (uint32_t i = 0; i < crowd->markets; i++) {
        close_stream(&streams[i]);
    }
    free(streams);
    tape_free(&tape);
}

/* One command due every microsecond; late ones count from when they were due. No world: nothing is done
 * but looking at the clock, which shows what the machine itself makes late. Returns the samples. */
static size_t play_at_rate(struct market_world *world, const struct tape *tape, int64_t *samples)
{
    enum { GAP_NS = 1000 };
    int64_t started = wall_ns();
    size_t count = 0;

    for (size_t at = 0; at < tape->size; count++) {
        const struct command_header *command = (const void *)(tape->bytes + at);
        int64_t due = started + (int64_t)count * GAP_NS;

        while (wall_ns() < due) {
        }
        if (world != NULL) {
            world->events.used = 0;
            world->events.count = 0;
            tarazy_engine_apply(world->engine, command, &world->events);
        }
        samples[count] = wall_ns() - due;
        at += tarazy_command_size(command->kind);
    }
    return count;
}

static void run_latency(void)
{
    enum { COMMANDS = 1000000 };
    const struct setting setting = {
        "latency", {limits_of(1000, 1, 1000, 100000), 1000, 1, PRICE_MAX, NULL, false}, 1000};
    const struct workload_parameters parameters = {COMMANDS, 1000, 1000, 0, 101572685};
    struct w_stream stream = {.market = 1};
    struct w_script script = {0};
    struct tape tape = {0};
    struct market_world world;
    size_t room = (COMMANDS + 1000) * sizeof(int64_t);
    int64_t *samples = malloc(room);

    open_stream(&stream, &parameters);
    start_world(&world, &setting);
    world.tape = &tape;
    while (stream.next < stream.count) {
        w_script_step(&script, &world, &stream);
    }
    market_world_destroy(&world);
    for (int round = 0; round < ROUNDS; round++) {
        memset(samples, 1, room); /* its pages are there before the clock starts */
        print_percentiles("reference: 1 M/s of doing nothing", samples,
                          play_at_rate(NULL, &tape, samples));
        start_world(&world, &setting);
        print_percentiles("W1K at 1 M commands/s, from when due", samples,
                          play_at_rate(&world, &tape, samples));
        market_world_destroy(&world);
    }
    close_stream(&stream);
    tape_free(&tape);
    free(samples);
}

static size_t resident_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file == NULL || fscanf(file, "%*u %lu", &pages) != 1) {
        pages = 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return (size_t)pages * 4096;
}

/* What a million resting orders make the process grow by, indexes and price levels included. */
static void run_memory(void)
{
    enum { ORDERS = 1000000 };
    const struct setting setting = {
        .name = "memory",
        .options = {.limits = limits_of(1000, 1, 1000, ORDERS + 1000),
                    .users = 1000,
                    .markets = 1,
                    .price_max = PRICE_MAX,
                    .is_lean = true},
        .people = 1000,
    };
    struct command_order_place place = {.header.kind = COMMAND_ORDER_PLACE,
                                        .terms = {.quantity = {1},
                                                  .instrument = 1,
                                                  .type = ORDER_TYPE_LIMIT,
                                                  .time_in_force = TIME_IN_FORCE_GTC,
                                                  .self_trade = SELF_TRADE_NONE}};
    struct market_world world;

    start_world(&world, &setting);
    size_t before = resident_bytes();
    for (uint32_t i = 0; i < ORDERS; i++) {
        place.terms.side = i % 2 == 0 ? SIDE_BUY : SIDE_SELL;
        place.terms.price.units = PRICE_MAX / 2 + (i % 2 == 0 ? -1 : 1) * (int64_t)(1 + i % 2000);
        place.header.participant = 1 + i % 1000;
        place.header.key = place.header.participant;
        if (market_world_apply(&world, &place.header)->result != RESULT_OK) {
            fprintf(stderr, "bench: a resting order was refused\n");
            exit(1);
        }
    }
    printf("%-40s  %zu bytes\n", "one resting order, all included",
           (resident_bytes() - before) / ORDERS);
    market_world_destroy(&world);
}

static bool wanted(int argc, char **argv, const char *part)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], part) == 0) {
            return true;
        }
    }
    return argc == 1;
}

/* One read after another, each of a far place that only the one before tells, in memory like a state's. */
static int64_t far_read_ns(void)
{
    enum { READS = 1000000, WORDS = 1 << 27 };
    struct state_block block = state_block_create(WORDS * sizeof(uint64_t));
    const volatile uint64_t *words = (const volatile uint64_t *)block.bytes;
    uint64_t at = 1;

    if (block.bytes == NULL) {
        return 0;
    }
    state_block_populate(&block);
    int64_t started = thread_ns();
    for (int i = 0; i < READS; i++) {
        at = at * 6364136223846793005u + 1442695040888963407u + words[at >> 37];
    }
    int64_t spent = thread_ns() - started;
    state_block_destroy(&block);
    return spent / READS;
}

static void print_references(void)
{
    printf("%-40s  %lld ps\n", "reference: one dependent addition", (long long)dependent_add_ps());
    printf("%-40s  %lld ns\n", "reference: one dependent far read", (long long)far_read_ns());
}

int main(int argc, char **argv)
{
    print_references();
    if (wanted(argc, argv, "w1k")) {
        run_single("W1K, 1,000 users", &WORKLOAD_W1K, 100000);
    }
    if (wanted(argc, argv, "w1m")) {
        run_single("W1M, 1,000 users", &WORKLOAD_W1M, 1500000);
    }
    if (wanted(argc, argv, "many")) {
        run_crowd(&MANY);
    }
    for (size_t i = 0; wanted(argc, argv, "growth") && i < sizeof GROWTH / sizeof GROWTH[0]; i++) {
        run_crowd(&GROWTH[i]);
    }
    if (wanted(argc, argv, "latency")) {
        run_latency();
    }
    if (wanted(argc, argv, "memory")) {
        run_memory();
    }
    print_references();
    return 0;
}
