/* SPDX-License-Identifier: Apache-2.0
 *
 * The only writer of quarantines. A room of its own because it is a start of a core that ends before the core
 * begins: the same recovery, which cuts and makes durable what a core would, one batch, and the end.
 *
 * Invariant: the batch with the record is the journal's last one when the quarantines are appended.
 *
 * Read next: recovery.c, which heeds what is not yet written.
 */
#include "journal/quarantine_write.h"

#include <string.h>

#include "base/ensure.h"
#include "journal/recovery.h"
#include "platform/signature.h"

bool quarantine_name(struct command_quarantine *quarantine, const struct journal_batch *batch,
                     uint64_t record, int64_t now_us)
{
    const struct command_header *command = quarantine_find(batch, record);

    if (command == NULL) {
        return false;
    }
    const struct byte_part bytes = {command, tarazy_command_size(command->kind)};
    quarantine->header = (struct command_header){
        .kind = COMMAND_QUARANTINE, .time_us = now_us > batch->time_us ? now_us : batch->time_us};
    quarantine->record = record;
    quarantine->chain = batch->chain;
    sha256_compute(&bytes, 1, quarantine->record_hash.bytes);
    return true;
}

/* Behind everything that recovery has replayed. */
static bool append(const struct quarantine_writing *writing, const struct recovered *recovered,
                   struct journal_error *error)
{
    struct log *log = recovered->log;
    uint64_t first = log_head(log)->number + 1;

    /* One of an earlier batch was refused by the replay. */
    if (writing->quarantines[0].record >= first) {
        journal_error_set(error, "the journal ends before the record", "", 0);
        error->number = writing->quarantines[0].record;
        return false;
    }
    for (uint32_t i = 0; i < writing->count; i++) {
        writing->quarantines[i].header.number = first + i;
    }
    const struct log_batch batch = {
        .commands = writing->quarantines,
        .size = writing->count * (uint32_t)sizeof writing->quarantines[0],
        .count = writing->count,
        .first_number = first,
        .time_us = writing->quarantines[writing->count - 1].header.time_us,
        .events = recovered->events,
    };
    if (!log_append(log, &batch) || !log_sync(log) || !log_await(log)) {
        *error = *log_failure(log);
        return false;
    }
    ENSURE(log_durable(log) == first + writing->count - 1);
    return true;
}

bool quarantine_write(const struct quarantine_writing *writing, struct journal_head *head,
                      struct journal_error *error)
{
    const struct recovery_options options = {.storage = writing->storage,
                                             .directory = writing->directory,
                                             .quarantines = writing->quarantines,
                                             .quarantine_count = writing->count};
    struct recovered recovered;
    struct recovery_report report;

    ENSURE(writing->count >= 1 && writing->count <= TARAZY_QUARANTINES_MAX);
    if (!recovery_run(&options, &recovered, &report, error)) {
        return false;
    }
    bool is_written = append(writing, &recovered, error);
    *head = *log_head(recovered.log);
    recovered_close(&recovered);
    return is_written;
}
