/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes a journal of many records, as a core would have: people, money, then workload W on one market
 * after the other. For the drill of a restart; prints the digest of the state it ends with.
 *
 * Arguments: folder, millions of commands.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/recovery.h"
#include "journal/replayer.h"
#include "journal/state_digest.h"
#include "market_world.h"
#include "w_script.h"

enum { USERS = 1000, PRICE_MAX = 10000000, A_MARKET = 1000000, MARKETS_MAX = 64 };
#define FLUSH_SIZE ((size_t)64 << 20)
#define BATCH_SIZE (256u << 10)

static void give_up(const char *what)
{
    fprintf(stderr, "large_journal: %s\n", what);
    exit(1);
}

static void give_up_journal(const struct journal_error *error)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];

    give_up(journal_error_text(error, text));
}

struct writer {
    struct recovered recovered;
    struct replayer *replayer;
    struct tape tape;
};

/* The commands of the tape that make one batch. */
static struct log_batch next_batch(const struct tape *tape, size_t at, uint32_t size_max)
{
    struct log_batch batch = {.commands = tape->bytes + at};

    while (at + batch.size < tape->size) {
        const struct command_header *command = (const void *)(tape->bytes + at + batch.size);
        uint32_t size = (uint32_t)tarazy_command_size(command->kind);

        if (batch.size > 0 && batch.size + size > size_max) {
            break;
        }
        batch.first_number = batch.count == 0 ? command->number : batch.first_number;
        batch.time_us = command->time_us;
        batch.size += size;
        batch.count++;
    }
    return batch;
}

/* What is on the tape goes to the journal, batch by batch, applied as a core does it. */
static void flush(struct writer *writer)
{
    struct log *log = writer->recovered.log;

    for (size_t at = 0; at < writer->tape.size;) {
        bool is_first = writer->replayer == NULL; /* the founding: a batch of its own */
        struct log_batch batch = next_batch(&writer->tape, at, is_first ? 1 : BATCH_SIZE);

        batch.events = is_first ? digest_start() : replayer_events(writer->replayer);
        if (!log_append(log, &batch) || !log_sync(log)) {
            give_up_journal(log_failure(log));
        }
        if (is_first) {
            if (!recovered_found(&writer->recovered, batch.commands)) {
                give_up("no room for the state");
            }
            writer->replayer = replayer_create(writer->recovered.engine, digest_start(), NULL);
        }
        replayer_apply_commands(writer->replayer, batch.commands, batch.size);
        at += batch.size;
    }
    writer->tape.size = 0;
}

/* One market's share of the workload. */
static void play_market(struct writer *writer, struct market_world *world, uint16_t market)
{
    const struct workload_parameters parameters = {A_MARKET, 1000, USERS, 0, 101572685 + market};
    struct workload_summary summary;
    struct w_script script = {0};
    struct workload_command *commands = malloc(workload_count(&parameters) * sizeof *commands);

    if (commands == NULL || !workload_generate(&parameters, commands, &summary)) {
        give_up("out of memory");
    }
    struct w_stream stream = {.commands = commands,
                              .count = workload_count(&parameters),
                              .numbers = calloc((size_t)summary.ids + 1, sizeof(uint64_t)),
                              .market = market};
    while (stream.next < stream.count) {
        w_script_step(&script, world, &stream);
        if (writer->tape.size >= FLUSH_SIZE) {
            flush(writer);
        }
    }
    free(stream.numbers);
    free(commands);
}

static void play(struct writer *writer, uint16_t markets)
{
    const struct market_world_options options = {
        .limits = {.participants_max = USERS + 1,
                   .accounts_max = (markets + 4u) * USERS,
                   .assets_max = markets + 3u,
                   .instruments_max = markets,
                   .orders_max = 100000u * markets,
                   .price_levels_max = 100000u * markets,
                   .order_lists_max = 16,
                   .client_ids_max = 1024,
                   .keys_max = USERS + 1,
                   .proposals_max = 16,
                   .evidence_max = (markets + 4u) * USERS,
                   .withdrawals_max = 16},
        .users = USERS,
        .markets = markets,
        .price_max = PRICE_MAX,
        .tape = &writer->tape,
    };
    struct market_world world;

    market_world_create(&world, &options);
    for (uint32_t user = 1; user <= USERS; user++) {
        for (uint16_t market = 1; market <= markets; market++) {
            market_world_fund(&world, user, market);
        }
    }
    market_world_open(&world);
    for (uint16_t market = 1; market <= markets; market++) {
        play_market(writer, &world, market);
    }
    flush(writer);
    market_world_destroy(&world);
}

static void print_end(const struct writer *writer)
{
    struct state_digest digest;
    struct hash256 state;
    size_t size;
    const void *block = tarazy_engine_block(writer->recovered.engine, &size);

    state_digest_create(&digest);
    state_digest_compute(&digest, block, size, &state);
    state_digest_destroy(&digest);
    printf("number %llu\nstate ", (unsigned long long)log_durable(writer->recovered.log));
    for (size_t i = 0; i < sizeof state.bytes; i++) {
        printf("%02x", state.bytes[i]);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    struct writer writer = {0};
    struct recovery_report report;
    struct journal_error error;
    unsigned long markets = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

    if (markets < 1 || markets > MARKETS_MAX) {
        give_up("usage: large_journal FOLDER MILLIONS");
    }
    const struct recovery_options options = {
        .storage = storage_system(), .directory = argv[1], .create = true, .node = {{1}}};
    if (!recovery_run(&options, &writer.recovered, &report, &error)) {
        give_up_journal(&error);
    }
    play(&writer, (uint16_t)markets);
    print_end(&writer);
    replayer_destroy(writer.replayer);
    recovered_close(&writer.recovered);
    tape_free(&writer.tape);
    return 0;
}
