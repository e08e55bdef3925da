/* SPDX-License-Identifier: Apache-2.0
 *
 * What the listeners of a replica know, in a file beside the snapshot of the engine's state: the second books, the own
 * tree. With both a supervisor that comes back goes on from there instead of from the first command. Like a snapshot it is
 * a cache, made by this supervisor, in its own folder, and proven by its digests.
 *
 *     books-00000000000000000001.kept      a page of header, then each part, at the next whole page
 */
#ifndef SUPERVISION_KEPT_BOOKS_H
#define SUPERVISION_KEPT_BOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "journal/journal_format.h"
#include "journal/snapshot.h"
#include "platform/storage.h"
#include "supervision/replica.h"

#define KEPT_BOOKS_PARTS_MAX 8u

/* Where the replica stands. */
struct kept_place {
    uint64_t number;     /* of the last command */
    uint64_t last_first; /* of the first command of its batch */
    struct node_id node;
    struct hash256 chain; /* after that batch */
};

/* Those of the listeners that keep anything. */
struct kept_listeners {
    const struct replica_listener *all;
    size_t count;
};

/* Can all of them be kept now, and taken up again? */
bool kept_books_can(const struct kept_listeners *listeners);

/* Writes the books and then the snapshot, each under a temporary name, synced and renamed, and removes books that have no
 * snapshot any more. false: *error. */
bool kept_books_write(const struct storage *storage, const char *directory,
                      const struct snapshot_source *source, uint64_t last_first,
                      const struct kept_listeners *listeners, struct journal_error *error);

/* Takes up the newest snapshot of this copy's own history whose books are whole and of these listeners, and gives every
 * listener back what it knew. false: there is none; each of them is as at the very beginning then. */
bool kept_books_find(const struct storage *storage, const char *directory,
                     const struct kept_listeners *listeners, struct snapshot_state *state,
                     struct kept_place *place);

#endif
