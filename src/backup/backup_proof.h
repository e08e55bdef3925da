/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a folder hold the journal that it should, up to a number? Every byte of it that is not known
 * yet is read: checksums, chain, seals; the commands behind the newest snapshot are re-performed, and
 * the digests of their events compared.
 */
#ifndef BACKUP_BACKUP_PROOF_H
#define BACKUP_BACKUP_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "backup/backup_head.h"
#include "journal/journal_error.h"
#include "platform/storage.h"

struct backup_proof_options {
    const struct storage *storage;
    const char *directory;
    bool is_whole;               /* no file is there that goes beyond limit: outline, too */
    uint64_t limit;              /* the number it must reach */
    uint64_t snapshot;           /* to begin the state with; 0: with the first command */
    uint64_t known_number;       /* proven earlier: nothing before it is read again; 0: all is */
    struct hash256 known_chain;  /* … the chain hash there */
    const struct hash256 *chain; /* that it must have at limit; NULL: any */
    const struct hash256 *state; /* likewise */
};

/* Fills in head: where it ends, and the state's digest. false: *error says what is wrong and where. */
bool backup_prove(const struct backup_proof_options *options, struct backup_head *head,
                  struct journal_error *error);

#endif
