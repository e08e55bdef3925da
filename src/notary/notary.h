/* SPDX-License-Identifier: Apache-2.0
 *
 * The notary: takes in a journal's durable batches in order, keeps their tree, writes its tiles, and
 * signs checkpoints. Files, all in DIR/tlog: tile/… as they are served, `places` (where in the journal
 * each batch stands), and its state.
 *
 * The order in which things become durable: tiles and places; the state that names the tree; and only
 * then is there a signature. So no two trees of one size are ever signed, and none that is smaller than
 * one signed before, whatever crashes.
 */
#ifndef NOTARY_NOTARY_H
#define NOTARY_NOTARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/reader.h"
#include "platform/storage.h"
#include "proofs/checkpoint.h"

enum { NOTARY_ERROR_MAX = 256 };

struct notary_options {
    const struct storage *storage; /* NULL: the system's files */
    const char *directory;         /* the folder of the tree: "DIR/tlog"; made if it is not there */
    struct node_id node;           /* whose journal */
    const uint8_t *seed;           /* ED25519_KEY_SIZE bytes, copied */
    const char *published;         /* the checkpoint that is out already; NULL: none */
    size_t published_size;
};

struct notary;

/* Goes on where the state says, and proves to itself that it may: the tiles give the tree that was last
 * signed, and a published checkpoint is a beginning of it. NULL: error says why. */
struct notary *notary_open(const struct notary_options *options, char error[NOTARY_ERROR_MAX]);
void notary_close(struct notary *notary);

/* "tarazy/0123…": the log's name, the origin of its checkpoints, out of the node's id. */
void notary_origin(const struct node_id *node, char origin[NOTE_NAME_MAX + 1]);

/* The verifier key of a node's notary. false: libcrypto failed. */
bool notary_make_key(const struct node_id *node, const uint8_t seed[ED25519_KEY_SIZE],
                     struct note_key *key);

const struct note_key *notary_key(const struct notary *notary);

/* The last command in the tree; 0: none. Batches go on behind it. */
uint64_t notary_number(const struct notary *notary);

/* Is this the journal whose batches are in the tree? head: where a reader from notary_number() + 1 on
 * stands right after opening. */
bool notary_is_of(const struct notary *notary, const struct journal_head *head);

/* Takes in the next durable batch. false: it does not follow what is in the tree, or the disk failed:
 * the notary is dead, notary_error says why. */
bool notary_add(struct notary *notary, const struct journal_batch *batch);

/* Is there something that no checkpoint has yet? */
bool notary_has_news(const struct notary *notary);

/* Signs the tree as it is: writes a note into note[0 .. CHECKPOINT_NOTE_MAX], zero-terminated. The same
 * tree gives the same note. Returns its length; 0: nothing was signed and nothing ever will be. */
size_t notary_sign(struct notary *notary, char *note);

/* The tiles of the tree as it is are on the disk, whole ones and partial ones, and give its root. false: the notary is dead. */
bool notary_write_tiles(struct notary *notary);

/* As before signing, without a signature: the tree as it is is durable and remembered, nothing smaller will be signed. */
bool notary_settle(struct notary *notary);

/* What was signed last, as it was; size 0: nothing yet. */
struct checkpoint notary_last(const struct notary *notary);

/* The tree of all that was taken in, signed or not. */
struct checkpoint notary_tree(const struct notary *notary);

/* Of a folder in which no notary works any more: the last tree that its state remembers; size 0: it does not remember any.
 * false: that of another node. */
bool notary_recall(const struct storage *storage, int folder, const struct node_id *node,
                   struct checkpoint *out);

/* Keeps every notary out of a tree's folder until the handle is closed; a negative errno: one is at work there. */
int notary_keep_out(const struct storage *storage, int folder);

const char *notary_error(const struct notary *notary);

#endif
