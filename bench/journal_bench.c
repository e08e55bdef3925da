/* SPDX-License-Identifier: Apache-2.0
 *
 * Durable commands: append, sync and apply batches of workload W, and of transfers, on a real disk, as
 * the core does it; then the start from that journal with every hash and digest checked. References, in the same folder and the
 * same minute: syncs of a preallocated file, SHA-256 of a large buffer.
 *
 * Arguments: kilobytes a batch (default 256).
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "journal/log_writer.h"
#include "journal/recovery.h"
#include "journal/replayer.h"
#include "market_world.h"
#include "platform/sha256.h"
#include "stopwatch.h"
#include "w_script.h"

enum { USERS = 1000, PRICE_MAX = 10000000, ROUNDS = 3, SYNCS = 500 };

static void give_up(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static void give_up_journal(const struct journal_error *error)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];

    give_up(journal_error_text(error, text));
}

/* W1K from the first command on. */
static void record(struct tape *tape)
{
    const struct workload_parameters parameters = {1000000, 1000, USERS, 0, 101572685};
    const struct market_world_options options = {
        .limits = {.participants_max = USERS + 1,
                   .accounts_max = 4 * USERS,
                   .assets_max = 4,
                   .instruments_max = 1,
                   .orders_max = 100000,
                   .price_levels_max = 100000,
                   .order_lists_max = 16,
                   .client_ids_max = 1024,
                   .keys_max = USERS + 1,
                   .proposals_max = 16,
                   .evidence_max = 4 * USERS,
                   .withdrawals_max = 16},
        .users = USERS,
        .markets = 1,
        .price_max = PRICE_MAX,
        .tape = tape,
    };
    struct workload_summary summary;
    struct workload_command *commands = malloc(workload_count(&parameters) * sizeof *commands);
    struct market_world world;
    struct w_script script = {0};

    if (commands == NULL || !workload_generate(&parameters, commands, &summary)) {
        give_up("out of memory");
    }
    struct w_stream stream = {.commands = commands,
                              .count = workload_count(&parameters),
                              .numbers = calloc((size_t)summary.ids + 1, sizeof(uint64_t)),
                              .market = 1};
    market_world_create(&world, &options);
    for (uint32_t user = 1; user <= USERS; user++) {
        market_world_fund(&world, user, 1);
    }
    market_world_open(&world);
    while (stream.next < stream.count) {
        w_script_step(&script, &world, &stream);
    }
    market_world_destroy(&world);
    free(stream.numbers);
    free(commands);
}

/* Transfers between 10,000 accounts and the outside's: each one posting, with evidence that is used once,
 * looked up among all before it. */
static void record_transfers(struct tape *tape)
{
    enum { OWNERS = 10000, TRANSFERS = 1000000 };
    const struct market_world_options options = {
        .limits = {.participants_max = OWNERS,
                   .accounts_max = 3 * OWNERS,
                   .assets_max = 4,
                   .instruments_max = 1,
                   .orders_max = 16,
                   .price_levels_max = 16,
                   .order_lists_max = 16,
                   .client_ids_max = 16,
                   .keys_max = OWNERS,
                   .proposals_max = 16,
                   .evidence_max = TRANSFERS + 2 * OWNERS,
                   .withdrawals_max = 16},
        .users = OWNERS,
        .markets = 1,
        .price_max = PRICE_MAX,
        .tape = tape,
    };
    struct market_world world;

    market_world_create(&world, &options);
    for (uint32_t i = 0; i < TRANSFERS; i++) {
        struct command_sandbox_deposit command = {.header.kind = COMMAND_SANDBOX_DEPOSIT,
                                                  .target = 1 + i * 7919u % OWNERS,
                                                  .asset = 1,
                                                  .amount = {1 + (int128)i % 10000},
                                                  .evidence = {.rail = TARAZY_RAIL_SANDBOX}};

        (void)snprintf(command.evidence.text, sizeof command.evidence.text, "transfer %u", i);
        if (market_world_apply(&world, &command.header)->result != RESULT_OK) {
            give_up("a transfer was refused");
        }
    }
    market_world_destroy(&world);
}

/* The commands of the tape that make one batch. */
static struct log_batch next_batch(const struct tape *tape, size_t at, uint32_t size_max)
{
    struct log_batch batch = {.commands = tape->bytes + at};

    while (at + batch.size < tape->size) {
        const struct command_header *command = (const void *)(tape->bytes + at + batch.size);
        uint32_t size = (uint32_t)tarazy_command_size(command->kind);

        if (batch.size + size > size_max) {
            break;
        }
        batch.first_number = batch.count == 0 ? command->number : batch.first_number;
        batch.time_us = command->time_us;
        batch.size += size;
        batch.count++;
    }
    return batch;
}

static void run_core(const char *name, const struct tape *tape, struct recovered *recovered,
                     uint32_t size_max)
{
    struct replayer *replayer = NULL;
    uint64_t batches = 0;
    int64_t started = wall_ns();
    int64_t cpu = thread_ns();

    for (size_t at = 0; at < tape->size; batches++) {
        struct log_batch batch = next_batch(tape, at, at == 0 ? 192 : size_max);

        batch.events = replayer != NULL ? replayer_events(replayer) : digest_start();
        if (!log_append(recovered->log, &batch) || !log_sync(recovered->log)) {
            give_up_journal(log_failure(recovered->log));
        }
        if (replayer == NULL) {
            if (!recovered_found(recovered, batch.commands)) {
                give_up("no room for the state");
            }
            replayer = replayer_create(recovered->engine, digest_start(), NULL);
        }
        replayer_apply_commands(replayer, batch.commands, batch.size);
        if (!log_await(recovered->log)) {
            give_up_journal(log_failure(recovered->log));
        }
        (void)log_prepare(recovered->log);
        at += batch.size;
    }
    int64_t spent = wall_ns() - started;
    printf("%-9s durable, batches of %4u KiB      %llu commands/s (wall), %llu ns cpu each, "
           "%llu batches\n",
           name, size_max >> 10,
           (unsigned long long)(tape->commands * 1000000000 / (uint64_t)spent),
           (unsigned long long)((uint64_t)(thread_ns() - cpu) / tape->commands),
           (unsigned long long)batches);
    replayer_destroy(replayer);
}

static void run_round(const char *name, const struct tape *tape, const char *folder,
                      uint32_t size_max)
{
    struct recovery_options options = {.storage = storage_system(),
                                       .directory = folder,
                                       .create = true,
                                       .node = {{1}},
                                       .reads_ahead = true};
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;

    if (!recovery_run(&options, &recovered, &report, &error)) {
        give_up_journal(&error);
    }
    recovered.log = log_writer_create(recovered.log); /* as the core has it */
    if (recovered.log == NULL) {
        give_up("no room for the log");
    }
    run_core(name, tape, &recovered, size_max);
    recovered_close(&recovered);
    int64_t started = wall_ns();
    if (!recovery_run(&options, &recovered, &report, &error)) {
        give_up_journal(&error);
    }
    int64_t spent = wall_ns() - started;
    printf("%-9s start, all checks               %lld ms for %llu commands, %lld ms a million\n",
           name, (long long)(spent / 1000000), (unsigned long long)report.commands_replayed,
           (long long)(spent / (int64_t)report.commands_replayed));
    recovered_close(&recovered);
}

static void print_references(const char *folder, uint32_t size_max)
{
    size_t size = (size_t)64 << 20;
    char path[300];
    uint8_t *bytes = calloc(1, size);
    struct sha256 *sha = sha256_create();
    struct hash256 hash;

    snprintf(path, sizeof path, "%s/reference", folder);
    int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (bytes == NULL || file < 0 || write(file, bytes, size) != (ssize_t)size ||
        fsync(file) != 0) {
        give_up("the reference file cannot be written");
    }
    int64_t started = wall_ns();
    for (int i = 0; i < SYNCS; i++) {
        off_t place = (off_t)((size_t)i * size_max % (size - size_max));

        if (pwrite(file, bytes, size_max, place) != (ssize_t)size_max || fdatasync(file) != 0) {
            give_up("the reference file cannot be synced");
        }
    }
    printf("reference: write + fdatasync of %4u KiB    %lld/s\n", size_max >> 10,
           (long long)(SYNCS * 1000000000LL / (wall_ns() - started)));
    close(file);
    unlink(path);
    started = wall_ns();
    sha256_parts(sha, &(struct byte_part){bytes, size}, 1, &hash);
    printf("reference: SHA-256 of 64 MiB               %lld MB/s\n",
           (long long)((int64_t)size * 1000 / (wall_ns() - started)));
    sha256_destroy(sha);
    free(bytes);
}

static void run_rounds(const char *name, const struct tape *tape, uint32_t size_max)
{
    const char *binaries = getenv("TARAZY_BINARY_DIR");
    char folder[256];

    for (int round = 0; round < ROUNDS; round++) {
        snprintf(folder, sizeof folder, "%s/bench-journal-XXXXXX",
                 binaries != NULL ? binaries : ".");
        if (mkdtemp(folder) == NULL) {
            give_up("no folder");
        }
        print_references(folder, size_max);
        run_round(name, tape, folder, size_max);
        folder_remove(folder);
    }
}

int main(int argc, char **argv)
{
    uint32_t size_max = (argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 256) << 10;
    struct tape tape = {0};
    struct tape transfers = {0};

    record(&tape);
    run_rounds("W1K", &tape, size_max);
    tape_free(&tape);
    record_transfers(&transfers);
    run_rounds("transfers", &transfers, size_max);
    tape_free(&transfers);
    return 0;
}
