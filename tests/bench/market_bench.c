/* SPDX-License-Identifier: Apache-2.0
 *
 * How fast the market alone is on workload W: every command checked, opened, matched, closed as the
 * engine would do it, without ledger and events. Prints the median of a few rounds.
 *
 * usage: market_bench [w1m]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/workload_w.h"
#include "market/market.h"
#include "support/movable_block.h"

#define ROUNDS 5

struct bench {
    struct market *market;
    uint64_t *numbers; /* of the generator's ids; 0 = gone */
    uint64_t last;
    uint64_t trades;
    uint64_t quantity;
    uint64_t refused;
    struct workload_summary summary;
};

/* Of this thread: others on the machine do not count. */
static double now_seconds(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* A chain of dependent additions: the clock that the core runs at just now, in GHz. */
static double clock_ghz(void)
{
    uint64_t value = 1;
    double start = now_seconds();

    for (uint64_t i = 0; i < 200000000u; i++) {
        __asm__ volatile("add $1, %0" : "+r"(value));
    }
    return 0.2 / (now_seconds() - start);
}

static void close_slot(struct bench *bench, uint32_t slot)
{
    struct level_change change;

    (void)market_order_close(bench->market, slot, &change);
}

static void take(struct bench *bench, uint32_t slot)
{
    struct match match;
    struct step step;
    struct level_change change;

    market_match_begin(bench->market, slot, 1, &match);
    while (market_match_step(bench->market, &match, &step)) {
        switch ((enum step_kind)step.kind) {
        case STEP_FILL:
            bench->trades++;
            bench->quantity += (uint64_t)step.quantity.units;
            break;
        case STEP_MAKER_DONE: close_slot(bench, step.maker); break;
        case STEP_SELF_TRADE:
        case STEP_LEVEL: break;
        }
    }
    if (match.fills > 0) {
        while (market_next_triggered(bench->market, 1) != 0) {
        }
    }
    if (match.end == MATCH_END_REST) {
        market_order_rest(bench->market, slot, &change);
    } else {
        close_slot(bench, slot);
    }
}

static void place(struct bench *bench, const struct placement *placement,
                  const struct order_terms *terms, uint64_t id, uint32_t instead)
{
    struct amount funding;

    if (market_order_check(bench->market, placement, terms) != RESULT_OK ||
        !market_order_funding(bench->market, placement, terms, &funding)) {
        bench->refused++;
        return;
    }
    if (instead != 0) {
        close_slot(bench, instead);
    }
    bench->numbers[id] = ++bench->last;
    take(bench, market_order_open(bench->market, placement, terms, bench->last, 0));
}

/* Above every price of the workload. */
static int64_t price_above(const struct bench *bench)
{
    const struct workload_summary *summary = &bench->summary;

    return 1 + (summary->price_highest > summary->price_max ? summary->price_highest
                                                            : summary->price_max);
}

static struct order_terms terms_for(const struct bench *bench,
                                    const struct workload_command *command)
{
    int64_t limit = command->price;

    if (command->order_type == WORKLOAD_FOK_BUDGET) {
        limit = command->side == WORKLOAD_BID ? price_above(bench) : 1;
    }
    return (struct order_terms){
        .quantity = {command->size},
        .price = {limit},
        .instrument = 1,
        .side = command->side == WORKLOAD_BID ? SIDE_BUY : SIDE_SELL,
        .type = ORDER_TYPE_LIMIT,
        .time_in_force = command->order_type == WORKLOAD_GTC   ? TIME_IN_FORCE_GTC
                         : command->order_type == WORKLOAD_IOC ? TIME_IN_FORCE_IOC
                                                               : TIME_IN_FORCE_FOK,
        .self_trade = SELF_TRADE_NONE,
    };
}

static void move(struct bench *bench, const struct workload_command *command, uint32_t slot)
{
    const struct order *order = market_order(bench->market, slot);
    struct placement placement = {
        .participant = order->participant,
        .legs = 1,
        .now_us = 1,
        .ignoring = slot,
    };
    struct order_terms terms = {
        .quantity = order->left,
        .price = {command->price},
        .instrument = 1,
        .side = order->side,
        .type = ORDER_TYPE_LIMIT,
        .time_in_force = TIME_IN_FORCE_GTC,
        .self_trade = SELF_TRADE_NONE,
    };

    place(bench, &placement, &terms, (uint64_t)command->id, slot);
}

static void reduce(struct bench *bench, const struct workload_command *command, uint32_t slot)
{
    static const struct client_id same;
    const struct order *order = market_order(bench->market, slot);
    struct quantity quantity = {order->quantity.units - command->size};
    struct level_change change;

    if (command->size >= order->left.units) {
        close_slot(bench, slot);
    } else if (market_amend_check(bench->market, slot, quantity, &same) == RESULT_OK) {
        (void)market_amend(bench->market, slot, quantity, &same, &change);
    } else {
        bench->refused++;
    }
}

static void apply(struct bench *bench, const struct workload_command *command)
{
    if (command->type == WORKLOAD_PLACE) {
        struct placement placement = {.participant = command->user, .legs = 1, .now_us = 1};
        struct order_terms terms = terms_for(bench, command);

        place(bench, &placement, &terms, (uint64_t)command->id, 0);
        return;
    }
    uint32_t slot = market_order_find(bench->market, bench->numbers[command->id]);
    if (slot == 0) {
        bench->refused++;
    } else if (command->type == WORKLOAD_CANCEL) {
        close_slot(bench, slot);
    } else if (command->type == WORKLOAD_MOVE) {
        move(bench, command, slot);
    } else {
        reduce(bench, command, slot);
    }
}

static uint8_t *start(struct bench *bench, const struct workload_parameters *parameters)
{
    const struct limits limits = {
        .participants_max = parameters->users,
        .instruments_max = 1,
        .orders_max = 1000000 + parameters->target * 2,
        .price_levels_max = 40000,
        .order_lists_max = 16,
        .client_ids_max = 16,
    };
    struct instrument_terms terms = {
        .symbol = {"WORKLOAD"},
        .base = 1,
        .quote = 2,
        .tick = {1},
        .price_min = {1},
        .price_max = {price_above(bench)},
        .reference = {bench->summary.price_min},
        .lot = {1},
        .quantity_min = {1},
        .quantity_max = {1000000},
    };
    struct arena arena = {0};

    (void)market_create(&arena, &limits);
    arena = (struct arena){.block = movable_block_new(arena.used), .size = arena.used};
    bench->market = market_create(&arena, &limits);
    market_set_seed(bench->market, (struct hash_seed){{1, 2}});
    ENSURE(market_listing_check(bench->market, &terms, 0) == RESULT_OK);
    (void)market_list_instrument(bench->market, &terms, 0, SESSION_CONTINUOUS);
    bench->last = 0;
    bench->trades = 0;
    bench->quantity = 0;
    bench->refused = 0;
    return arena.block;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* One pass over all commands; nanoseconds a command after filling. */
static double run(struct bench *bench, const struct workload_parameters *parameters,
                  const struct workload_command *commands)
{
    size_t count = workload_count(parameters);
    uint8_t *block = start(bench, parameters);
    double begin = 0;

    for (size_t i = 0; i < count; i++) {
        if (i == parameters->target) {
            begin = now_seconds();
        }
        apply(bench, &commands[i]);
    }
    double seconds = now_seconds() - begin;
    const char *wrong = market_audit(bench->market);
    if (wrong != NULL || bench->refused != 0 || bench->trades != bench->summary.trades ||
        bench->quantity != bench->summary.quantity) {
        printf("WRONG: %s, %llu refused, %llu trades, quantity %llu\n",
               wrong != NULL ? wrong : "sound", (unsigned long long)bench->refused,
               (unsigned long long)bench->trades, (unsigned long long)bench->quantity);
        exit(1);
    }
    free(block);
    return seconds * 1e9 / (double)parameters->commands;
}

int main(int argc, char **argv)
{
    bool large = argc > 1 && strcmp(argv[1], "w1m") == 0;
    struct workload_parameters parameters = large ? WORKLOAD_W1M : WORKLOAD_W1K;
    struct workload_command *commands = malloc(workload_count(&parameters) * sizeof *commands);
    struct bench bench = {0};
    double rounds[ROUNDS];

    if (commands == NULL || !workload_generate(&parameters, commands, &bench.summary)) {
        return 1;
    }
    bench.numbers = calloc((size_t)bench.summary.ids + 1, sizeof *bench.numbers);
    if (bench.numbers == NULL) {
        return 1;
    }
    double before = clock_ghz();
    for (int i = 0; i < ROUNDS; i++) {
        rounds[i] = run(&bench, &parameters, commands);
    }
    qsort(rounds, ROUNDS, sizeof rounds[0], compare_doubles);
    printf("market %s: %.1f ns a command (%.2f M/s), best %.1f ns; %llu trades; clock %.2f to %.2f "
           "GHz\n",
           large ? "W1M" : "W1K", rounds[ROUNDS / 2], 1e3 / rounds[ROUNDS / 2], rounds[0],
           (unsigned long long)bench.trades, before, clock_ghz());
    free(bench.numbers);
    free(commands);
    return 0;
}
