/* SPDX-License-Identifier: Apache-2.0
 *
 * What the leaves are. Two levels of trees over a journal's commands:
 *
 *   the tree of a batch: leaf i is the batch's command i, and its data are
 *       "tarazy record 1\n"   16 bytes
 *       number of the command  8 bytes
 *       first number of the batch it stands in  8 bytes
 *       the command, byte for byte as it stands in the journal
 *
 *   the tree of the log: leaf j is the journal's batch j (the first is 0), and its data, the entry, are
 *       "tarazy batches 1"    16 bytes
 *       the node's id         16 bytes
 *       first number           8 bytes
 *       count of commands      4 bytes
 *       bytes of commands      4 bytes
 *       time, microseconds     8 bytes
 *       chain hash of the journal after the batch  32 bytes
 *       root of the batch's tree                   32 bytes
 *
 * All integers little-endian, as in the journal. So a checkpoint over the log's tree binds every
 * command to its number and place, and the journal's own chain with them.
 */
#ifndef PROOFS_RECORD_TREE_H
#define PROOFS_RECORD_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proofs/merkle_proof.h"
#include "proofs/merkle_tree.h"
#include "tarazy/command.h"

enum {
    RECORD_NODE_SIZE = 16,
    RECORD_ENTRY_SIZE = 120,
    RECORD_LEAF_HEAD_SIZE = 32,   /* of a command's leaf data before the command */
    RECORD_COMMANDS_MAX = 1 << 14 /* of a batch: a mebibyte of the smallest */
};

/* A batch as the journal has it. */
struct record_batch {
    const uint8_t *node; /* RECORD_NODE_SIZE bytes: the node's id */
    uint64_t first_number;
    uint32_t count;
    uint32_t size; /* bytes of the commands */
    int64_t time_us;
    struct hash256 chain;
    const uint8_t *commands;
};

/* What an entry says. */
struct record_entry {
    uint8_t node[RECORD_NODE_SIZE];
    uint64_t first_number;
    uint32_t count;
    uint32_t size;
    int64_t time_us;
    struct hash256 chain;
    struct hash256 root;
};

/* The leaf of one command, `size` bytes, in a batch that begins with first_number. */
struct hash256 record_leaf(const void *command, size_t size, uint64_t first_number);

/* The leaves of all commands of a batch, in order. leaves has room for batch->count. false: the
 * commands are not what the batch says: kinds, sizes, numbers. */
bool record_batch_leaves(const struct record_batch *batch, struct hash256 *leaves);

/* Entry and leaf of a batch in the log's tree; `scratch` has room for batch->count hashes and is used
 * up. false: as record_batch_leaves. */
bool record_batch_entry(const struct record_batch *batch, struct hash256 *scratch,
                        struct record_entry *entry);

/* The bytes of an entry, and what they mean. false: not an entry, or one that cannot be. */
void record_entry_write(const struct record_entry *entry, uint8_t out[RECORD_ENTRY_SIZE]);
bool record_entry_read(struct record_entry *entry, const uint8_t *bytes, size_t size);

/* The leaf of an entry in the log's tree. */
struct hash256 record_entry_leaf(const struct record_entry *entry);

/* ---- a whole log, batch by batch: what a notary signs and a supervisor compares ---- */

struct record_log {
    struct merkle_edge edge;
    uint64_t number; /* of the last command taken in */
};

/* Takes in the next batch, which begins with log->number + 1. Gives its entry, too, unless that is
 * NULL. false: it does not follow, or is not a batch; nothing has changed. */
bool record_log_add(struct record_log *log, const struct record_batch *batch,
                    struct hash256 *scratch, struct record_entry *entry);

#endif
