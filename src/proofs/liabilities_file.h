/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree of an epoch as a file, from which the proof of any one client is read in a millisecond or
 * two. It is the operator's: mode 0600, because it shows every balance; the epoch key in it is sealed
 * with the node's key. Beside it lies the statement, which is for everybody:
 *
 *     liabilities-00000000000000000007.tree    liabilities-00000000000000000007.root
 *
 * Numbers little-endian. Behind a header of 256 bytes:
 *
 *     leaves     per part, ascending: position, owner, part, 0 (4 bytes each), hash, values
 *     index      2^row + 1 numbers: the first leaf of each subtree below the row
 *     nodes      2^(row + 1) nodes (hash, values): those of the row and above it; node i of the row stands
 *                at 2^row + i, its parent at half of that
 *     statement  as text (liabilities_text.h)
 *
 * The row is chosen so that a subtree has about 32 leaves: to prove one, they are folded again. The
 * file is a cache like a snapshot; books and key make it again.
 */
#ifndef PROOFS_LIABILITIES_FILE_H
#define PROOFS_LIABILITIES_FILE_H

#include "platform/seal.h"
#include "proofs/liabilities_build.h"

#define LIABILITIES_NAME_SIZE 64u

/* "liabilities-00000000000000000007" ‖ ending. */
void liabilities_file_name(uint64_t epoch, const char *ending, char name[LIABILITIES_NAME_SIZE]);

struct liabilities_plan {
    const char *folder;
    const struct liabilities_source *source;
    const struct hash256 *secret; /* the epoch key */
    const struct node_key *node_key;
    unsigned row_max; /* 0: chosen by the number of leaves; more only in tests */
};

/* Builds and writes both files, synced, under their names only when whole; never replaces one. statement:
 * record, epoch and assets are there, root and totals are filled in. NULL, or what went wrong (static
 * text or strerror). */
const char *liabilities_file_write(const struct liabilities_plan *plan,
                                   struct liabilities_statement *statement);

struct liabilities_file;

/* NULL: *error says why (not there, not whole, not sealed by this node's key). */
struct liabilities_file *liabilities_file_open(const char *folder, uint64_t epoch,
                                               const struct node_key *node_key, const char **error);
void liabilities_file_close(struct liabilities_file *file);

const struct liabilities_statement *liabilities_file_statement(const struct liabilities_file *file);

/* The epoch key: for the supervisor. */
void liabilities_file_secret(const struct liabilities_file *file, struct hash256 *secret);

/* The proof of one owner, already checked. NULL, or what went wrong: no such owner, or the file is
 * not what was written. */
const char *liabilities_file_prove(const struct liabilities_file *file, uint32_t owner,
                                   const char *identity, size_t identity_size,
                                   struct liabilities_proof *proof);

#endif
