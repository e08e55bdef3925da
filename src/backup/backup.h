/* SPDX-License-Identifier: Apache-2.0
 *
 * A copy of a node's journal that can take its place, and its way back.
 *
 * A backup is a folder that is itself a journal: segments up to a number that was durable, the newest
 * snapshot up to there, and a head (backup_head.h). Every reader of journals reads it. It holds no
 * secret: node.key, keys.json and the identity store are kept apart, by other people.
 */
#ifndef BACKUP_BACKUP_H
#define BACKUP_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "backup/backup_head.h"
#include "journal/journal_error.h"
#include "platform/storage.h"

struct backup_place {
    const struct storage *storage;
    const char *directory;
};

struct backup_report {
    struct backup_head head;
    uint64_t bytes;       /* copied now; the rest was there */
    bool was_there;       /* a backup that has been continued */
    uint64_t from_number; /* of the head that it had */
};

/* Copies what the node at `from` has and the backup at `to` lacks, up to the number `limit`, which is
 * durable; 0: nobody writes the journal now, and all of it is copied but a write that was never
 * finished. Reads the node's files and nothing else, takes no lock. Then the copy is proven, and only
 * then given its head: interrupted at any moment, `to` is the backup it was before, and the next run
 * goes on. false: *error says why. */
bool backup_run(const struct backup_place *from, const struct backup_place *to, uint64_t limit,
                struct backup_report *report, struct journal_error *error);

/* Proves the backup at `from`, every byte of it, copies it to `to`, a folder that is empty or not
 * there, and proves the copy: chain hash and digest of the state as the head says. The first segment
 * gets its name last, so what was not finished is no journal. false: *error says why. */
bool backup_restore(const struct backup_place *from, const struct backup_place *to,
                    struct backup_report *report, struct journal_error *error);

#endif
