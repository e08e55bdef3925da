/* SPDX-License-Identifier: Apache-2.0
 *
 * What a backup says of itself: up to which command it goes, with which chain hash, and the digest of
 * the state after it. It is written last, so a backup without one was never finished; the newest
 * counts. 256 bytes, little-endian, as "backup-NUMBER.head" beside the copied files.
 */
#ifndef BACKUP_BACKUP_HEAD_H
#define BACKUP_BACKUP_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "journal/journal_folder.h"
#include "journal/journal_format.h"
#include "platform/storage.h"

#define BACKUP_MAGIC          JOURNAL_WORD('T', 'R', 'Z', 'B', 'A', 'C', 'K', 'P')
#define BACKUP_VERSION        1u
#define BACKUP_TEMPORARY_NAME "backup.temp"

struct backup_head { /* 256 bytes */
    uint64_t magic;
    uint32_t version;
    uint32_t reserved0;
    uint64_t number;  /* of the last command; at least 1 */
    int64_t time_us;  /* of its batch */
    uint64_t segment; /* first number of the segment that it ends in … */
    uint64_t offset;  /* … there */
    uint64_t segment_size;
    uint64_t snapshot; /* number of the snapshot that lies beside; 0: none */
    struct node_id node;
    struct hash256 chain; /* of the last batch */
    struct hash256 state; /* digest of the state after it: journal/state_digest.h */
    uint8_t reserved[80];
    struct hash256 hash; /* SHA-256 of the 224 bytes before it */
};
_Static_assert(sizeof(struct backup_head) == 256, "backup head");

struct journal_name backup_head_name(uint64_t number);

/* The newest head in a folder. number is 0 when there is none. false: *error says why; one that is
 * damaged is an error, not passed over. */
bool backup_head_read(struct backup_head *head, const struct storage *storage, int folder,
                      struct journal_error *error);

/* Under a temporary name, synced, renamed, the folder synced; then older heads go. The rest of the
 * folder must be durable by now. */
bool backup_head_write(struct backup_head *head, const struct storage *storage, int folder,
                       struct journal_error *error);

#endif
