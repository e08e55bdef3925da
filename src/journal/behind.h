/* SPDX-License-Identifier: Apache-2.0
 *
 * Do quarantines stand directly behind a batch? Looked at before that batch is handed out, so that whoever
 * applies it knows what is to be skipped. Only journal/reader.c asks.
 */
#ifndef JOURNAL_BEHIND_H
#define JOURNAL_BEHIND_H

#include <stdint.h>

#include "journal/log_file.h"
#include "platform/sha256.h"
#include "platform/storage.h"
#include "tarazy/command.h"

#define BEHIND_SIZE_MAX                                           \
    (sizeof(struct batch_header) + sizeof(struct batch_trailer) + \
     TARAZY_QUARANTINES_MAX * sizeof(struct command_quarantine))
#define BEHIND_LOOK_SIZE 192u /* a batch's header and the one of its first command */

struct behind_place {
    const struct storage *storage;
    int folder;
    int file;                        /* of the tail's segment */
    const struct journal_tail *tail; /* behind the batch */
    const uint8_t *seen; /* BEHIND_LOOK_SIZE bytes at the tail that were read already; NULL: none */
    uint64_t limit;      /* nothing beyond this number is looked at */
    struct sha256 *sha;  /* NULL: the chain is not checked */
};

/* Reads the batch behind the tail into bytes, 8-byte aligned, BEHIND_SIZE_MAX of them, if it is one of
 * quarantines and whole. Returns how many there are, 0 for none, or a negative errno. A damaged one
 * counts as none: that is for the reader to say when it gets there. */
int behind_read(const struct behind_place *place, uint8_t *bytes);

#endif
