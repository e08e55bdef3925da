/* SPDX-License-Identifier: Apache-2.0
 *
 * The flow and the small core around it: recovery, log and replayer put together as a real core puts
 * them together, without network and clock.
 *
 * Read next: src/journal/log_file_test.c; tests/crash/crash_writer.c.
 */
#include "support/journal_flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/reader.h"
#include "support/random_stream.h"

#define FLOW_BEGIN_US INT64_C(1700000000000000)

static const struct limits FLOW_LIMITS = {
    .participants_max = 64,
    .accounts_max = 256,
    .assets_max = 8,
    .instruments_max = 4,
    .orders_max = 4096,
    .price_levels_max = 1024,
    .order_lists_max = 256,
    .client_ids_max = 1024,
    .keys_max = 64,
    .proposals_max = 64,
    .evidence_max = 256,
    .withdrawals_max = 64,
};

static uint16_t kind_of(uint64_t draw)
{
    static const uint16_t kinds[] = {
        COMMAND_ORDER_PLACE, COMMAND_ORDER_CANCEL,     COMMAND_CLOCK,      COMMAND_ORDER_PLACE,
        COMMAND_KEY_CREATE,  COMMAND_ORDER_LIST_PLACE, COMMAND_PROPOSE,    COMMAND_ORDER_CANCEL_ALL,
        COMMAND_ORDER_PLACE, COMMAND_ORDER_REPLACE,    COMMAND_KEY_REVOKE, COMMAND_SANDBOX_DEPOSIT,
    };

    return kinds[draw % (sizeof kinds / sizeof kinds[0])];
}

int64_t journal_flow_time(uint64_t number)
{
    return FLOW_BEGIN_US + (int64_t)number * 1000;
}

size_t journal_flow_command(uint64_t number, union command_sample *command)
{
    struct random_stream random = {number * 1000003};
    uint16_t kind = number == 1 ? COMMAND_NODE_FOUND : kind_of(random_next(&random));
    size_t size = command_sample_make(command, kind);

    if (number == 1) {
        ((struct command_node_found *)(void *)command)->limits = FLOW_LIMITS;
    } else {
        command->header.participant = (uint32_t)random_below(&random, 60) + 1;
        command->header.nonce = random_next(&random);
        command->header.request = (uint32_t)random_next(&random);
    }
    command->header.number = number;
    command->header.time_us = journal_flow_time(number);
    ENSURE(tarazy_command_is_well_formed(&command->header, size));
    return size;
}

bool journal_core_start(struct journal_core *core, const struct storage *storage,
                        const char *directory, uint64_t segment_size)
{
    const struct recovery_options options = {
        .storage = storage,
        .directory = directory,
        .create = true,
        .node = {"sixteen bytes id"},
        .segment_size = segment_size,
    };

    memset(core, 0, sizeof *core);
    if (!recovery_run(&options, &core->recovered, &core->report, &core->error)) {
        return false;
    }
    if (core->recovered.engine == NULL) {
        union command_sample first;

        journal_flow_command(1, &first);
        ENSURE(recovered_found(&core->recovered, (const void *)&first));
    }
    core->replayer = replayer_create(core->recovered.engine, core->recovered.events, NULL);
    ENSURE(core->replayer != NULL);
    core->acknowledged = log_durable(core->recovered.log);
    return true;
}

/* The next commands, as many as fit, up to count. */
static struct log_batch make_batch(const struct journal_core *core, uint8_t *bytes, uint32_t count)
{
    struct log *log = core->recovered.log;
    struct log_batch batch = {
        .commands = bytes,
        .first_number = log_head(log)->number + 1,
        .events = replayer_events(core->replayer),
    };

    for (uint32_t i = 0; i < count; i++) {
        union command_sample command;
        size_t size = journal_flow_command(batch.first_number + i, &command);

        if (batch.size + size > log_batch_size_max(log)) {
            break;
        }
        memcpy(bytes + batch.size, &command, size);
        batch.size += (uint32_t)size;
        batch.count++;
    }
    batch.time_us = journal_flow_time(batch.first_number + batch.count - 1);
    return batch;
}

static uint8_t *allocate(const struct journal_core *core)
{
    size_t size = (log_batch_size_max(core->recovered.log) + 63u) / 64u * 64u;
    uint8_t *bytes = aligned_alloc(64, size);

    ENSURE(bytes != NULL);
    return bytes;
}

bool journal_core_step(struct journal_core *core, uint32_t count)
{
    struct log *log = core->recovered.log;
    uint8_t *bytes = allocate(core);
    struct log_batch batch = make_batch(core, bytes, count);
    bool is_durable = log_append(log, &batch) && log_sync(log);

    if (is_durable) {
        ENSURE(log_durable(log) == batch.first_number + batch.count - 1);
        core->acknowledged = log_durable(log);
        replayer_apply_commands(core->replayer, bytes, batch.size);
    }
    free(bytes);
    return is_durable;
}

bool journal_core_append(struct journal_core *core, uint32_t count)
{
    uint8_t *bytes = allocate(core);
    struct log_batch batch = make_batch(core, bytes, count);
    bool is_appended = log_append(core->recovered.log, &batch);

    free(bytes);
    return is_appended;
}

struct snapshot_source journal_core_source(const struct journal_core *core)
{
    ENSURE(log_head(core->recovered.log)->number == log_durable(core->recovered.log));
    return (struct snapshot_source){
        .engine = core->recovered.engine,
        .head = *log_head(core->recovered.log),
        .events = replayer_events(core->replayer),
        .limits = core->recovered.limits,
    };
}

bool journal_core_snapshot(struct journal_core *core, const struct storage *storage)
{
    struct snapshot_source source = journal_core_source(core);

    return snapshot_write(storage, core->recovered.folder, &source, &core->error);
}

void journal_core_stop(struct journal_core *core)
{
    replayer_destroy(core->replayer);
    recovered_close(&core->recovered);
    core->replayer = NULL;
}

/* NULL when the batch is the flow's from *next on; moves *next behind it. */
static const char *check_batch(const struct journal_batch *batch, uint64_t *next)
{
    uint32_t done = 0;

    if (batch->first_number != *next) {
        return "a batch is out of order";
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        union command_sample command;
        size_t size = journal_flow_command(*next, &command);

        if (size > batch->size - done || memcmp(batch->commands + done, &command, size) != 0) {
            return "a command is not the one that was written";
        }
        done += (uint32_t)size;
        (*next)++;
    }
    return done == batch->size ? NULL : "the batch is longer than its commands";
}

const char *journal_flow_check(const struct storage *storage, const char *directory, uint64_t *last)
{
    const struct journal_reader_options options = {
        .storage = storage, .directory = directory, .from = 1};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    struct journal_batch batch;
    enum journal_read read;
    uint64_t next = 1;

    if (reader == NULL) {
        return error.what;
    }
    while ((read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch)) == JOURNAL_READ_BATCH) {
        const char *wrong = check_batch(&batch, &next);

        if (wrong != NULL) {
            journal_reader_close(reader);
            return wrong;
        }
    }
    *last = next - 1;
    const char *what = read == JOURNAL_READ_END ? NULL : journal_reader_error(reader)->what;
    journal_reader_close(reader);
    return what;
}
