/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree of a notary that must not go on (its state is lost, a tile has rotted), built again from the journal into a
 * folder of its own. It is taken only if it is the tree that was signed before, as far as anybody still has what says so:
 * a notary that forgot can be made to sign two histories.
 */
#ifndef NOTARY_TREE_REBUILD_H
#define NOTARY_TREE_REBUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "notary/notary.h"

enum { SIGNED_TREES_MAX = 32, TREE_REBUILD_TEXT_MAX = 320 };

/* Trees that were signed. */
struct signed_trees {
    struct checkpoint tree[SIGNED_TREES_MAX];
    size_t count;
};

/* A checkpoint, cosigned or not. NULL: it is among them now; else why not: this key has not signed it, or no room. */
const char *signed_trees_add_note(struct signed_trees *trees, const struct note_key *key,
                                  const char *note, size_t size);

/* What a state remembers; size 0: nothing. false: no room. */
bool signed_trees_add(struct signed_trees *trees, const struct checkpoint *tree);

struct tree_rebuild_options {
    const struct notary_options
        *notary;         /* directory: an empty folder, or none yet; published: not looked at */
    const char *journal; /* the node's folder */
    uint64_t durable;    /* the tree ends with the batch of this command */
    const struct signed_trees *trees;
};

enum tree_rebuilt {
    TREE_REBUILT_DONE = 1,
    TREE_REBUILT_OTHER = 2,   /* the journal's tree is not the one that was signed */
    TREE_REBUILT_UNKNOWN = 3, /* nothing says what was signed */
    TREE_REBUILT_FAILED = 4,  /* journal or disk */
};

struct tree_rebuild_report {
    struct checkpoint tree;
    uint64_t number;                  /* of the last command in it */
    char text[TREE_REBUILD_TEXT_MAX]; /* why it was not done */
};

/* Takes as long as reading the journal. On DONE the folder is one in which a notary goes on: tiles, places and a state
 * that remembers the whole tree. Nothing was signed. On anything else it has no state. */
enum tree_rebuilt tree_rebuild(const struct tree_rebuild_options *options,
                               struct tree_rebuild_report *report);

#endif
