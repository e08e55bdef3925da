/* SPDX-License-Identifier: Apache-2.0
 *
 * Putting quarantines behind a journal's last batch, while no core runs. Nothing is asked here of people or of
 * engines that stop: that is programs/quarantine_main.c. What is written passed the check of everybody who
 * will read it.
 */
#ifndef JOURNAL_QUARANTINE_WRITE_H
#define JOURNAL_QUARANTINE_WRITE_H

#include "journal/quarantine.h"
#include "platform/storage.h"

/* Fills in everything but people, signatures and reason: the record as it stands in the batch, and a time that
 * is not before it. false: the batch holds no such record. */
bool quarantine_name(struct command_quarantine *quarantine, const struct journal_batch *batch,
                     uint64_t record, int64_t now_us);

struct quarantine_writing {
    const struct storage *storage;
    const char *directory;
    struct command_quarantine
        *quarantines; /* signed, in the order of their records; get their numbers */
    uint32_t count;   /* 1 .. TARAZY_QUARANTINES_MAX */
};

/* Takes the folder, replays it with the quarantines heeded, and appends and syncs them as one batch. *head: where
 * the journal then ends. false: *error; nothing was appended, unless it is the disk's error. */
bool quarantine_write(const struct quarantine_writing *writing, struct journal_head *head,
                      struct journal_error *error);

#endif
