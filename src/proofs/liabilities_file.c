/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the tree of an epoch, and proofs out of it. A file of its own because a gateway does nothing but
 * this: it never builds.
 *
 * Invariants: sizes are those the header says, to the byte; no proof leaves here that its owner would
 * refuse, so that a damaged file can do no more than fail.
 *
 * Next: liabilities_proof.c.
 */
#include "proofs/liabilities_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ensure.h"
#include "proofs/liabilities_file_layout.h"
#include "proofs/liabilities_text.h"

struct liabilities_file {
    int fd;
    struct tree_file_header header;
    struct hash256 secret;
    struct liabilities_key key;
    struct liabilities_statement statement;
    struct liabilities_claim claim;
};

static const char damaged[] = "the tree file is not what was written";

static bool read_at(int fd, void *bytes, size_t size, uint64_t offset)
{
    size_t done = 0;

    while (done < size) {
        ssize_t count = pread(fd, (uint8_t *)bytes + done, size - done, (off_t)(offset + done));

        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        done += (size_t)count;
    }
    return true;
}

static bool header_is_sound(const struct tree_file_header *header, uint64_t epoch, int fd)
{
    struct hash256 digest;
    struct stat status;

    tree_file_digest(header, &digest);
    return header->magic == TREE_FILE_MAGIC &&
           memcmp(&digest, &header->digest, sizeof digest) == 0 && header->epoch == epoch &&
           header->assets >= 1 && header->assets <= LIABILITIES_ASSETS_MAX &&
           header->row <= TREE_FILE_ROW_MAX && header->leaves >= 1 &&
           header->leaves <= (uint64_t)1 << LIABILITIES_DEPTH &&
           header->statement_size <= LIABILITIES_TEXT_MAX && fstat(fd, &status) == 0 &&
           (uint64_t)status.st_size == tree_file_statement_offset(header) + header->statement_size;
}

static bool read_statement(struct liabilities_file *file)
{
    size_t size = (size_t)file->header.statement_size;
    char *text = malloc(size + 1);
    bool is_read = text != NULL &&
                   read_at(file->fd, text, size, tree_file_statement_offset(&file->header)) &&
                   liabilities_statement_read(text, size, &file->statement) == 0;

    free(text);
    return is_read && file->statement.assets == file->header.assets &&
           file->statement.epoch == file->header.epoch &&
           memcmp(&file->statement.root, &file->header.root, sizeof file->header.root) == 0;
}

/* What is wrong with it; NULL: nothing. */
static const char *take_up(struct liabilities_file *file, uint64_t epoch,
                           const struct node_key *node_key)
{
    size_t size = 0;
    uint8_t secret[sizeof file->header.sealed];

    if (!read_at(file->fd, &file->header, sizeof file->header, 0) ||
        !header_is_sound(&file->header, epoch, file->fd) || !read_statement(file)) {
        return damaged;
    }
    if (!secret_open(node_key, &file->header.root, file->header.sealed, sizeof file->header.sealed,
                     secret, &size) ||
        size != sizeof file->secret) {
        return "the epoch key was not sealed by this node's key";
    }
    memcpy(&file->secret, secret, sizeof file->secret);
    secret_wipe(secret, sizeof secret);
    liabilities_key_prepare(&file->key, &file->secret, epoch);
    file->claim = liabilities_claim_of(&file->statement);
    return NULL;
}

struct liabilities_file *liabilities_file_open(const char *folder, uint64_t epoch,
                                               const struct node_key *node_key, const char **error)
{
    char path[4096];
    char name[LIABILITIES_NAME_SIZE];
    struct liabilities_file *file = calloc(1, sizeof *file);

    liabilities_file_name(epoch, ".tree", name);
    if (file == NULL || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) {
        *error = "out of memory";
        free(file);
        return NULL;
    }
    file->fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file->fd < 0) {
        *error = strerror(errno);
        free(file);
        return NULL;
    }
    *error = take_up(file, epoch, node_key);
    if (*error != NULL) {
        liabilities_file_close(file);
        return NULL;
    }
    return file;
}

void liabilities_file_close(struct liabilities_file *file)
{
    if (file == NULL) {
        return;
    }
    (void)close(file->fd);
    secret_wipe(file, sizeof *file);
    free(file);
}

const struct liabilities_statement *liabilities_file_statement(const struct liabilities_file *file)
{
    return &file->statement;
}

void liabilities_file_secret(const struct liabilities_file *file, struct hash256 *secret)
{
    *secret = file->secret;
}

/* ------------------------------------------------------------------ one proof */

static bool read_leaf(const struct liabilities_file *file, uint64_t number,
                      struct tree_file_leaf *leaf, uint128 *values)
{
    size_t size = tree_file_leaf_size(file->header.assets);
    uint8_t bytes[sizeof *leaf + LIABILITIES_ASSETS_MAX * sizeof values[0]];

    if (number >= file->header.leaves ||
        !read_at(file->fd, bytes, size, sizeof file->header + number * size)) {
        return false;
    }
    memcpy(leaf, bytes, sizeof *leaf);
    memcpy(values, bytes + sizeof *leaf, size - sizeof *leaf);
    return true;
}

/* Which leaves stand below a node of the row: from … to − 1. */
static bool read_range(const struct liabilities_file *file, uint64_t subtree, uint64_t range[2])
{
    return read_at(file->fd, range, 2 * sizeof range[0],
                   tree_file_index_offset(&file->header) + subtree * sizeof range[0]) &&
           range[0] <= range[1] && range[1] <= file->header.leaves;
}

/* The position of a part: its place, or, as long as that is taken without a gap, a later one. */
static bool find_part(const struct liabilities_file *file, uint32_t owner, unsigned part,
                      uint32_t *position)
{
    unsigned shift = LIABILITIES_DEPTH - file->header.row;
    uint64_t wished = liabilities_key_place(&file->key, owner, part);
    uint128 values[LIABILITIES_ASSETS_MAX];
    struct tree_file_leaf leaf;
    uint64_t range[2];

    if (!read_range(file, wished >> shift, range)) {
        return false;
    }
    uint64_t expected = wished;
    for (uint64_t i = range[0]; read_leaf(file, i, &leaf, values); i++) {
        if (leaf.position < wished) {
            continue;
        }
        if (leaf.position != expected++) {
            return false;
        }
        if (leaf.owner == owner && leaf.part == part) {
            *position = leaf.position;
            return true;
        }
    }
    return false;
}

/* Catches the siblings of one position while its subtree is folded. */
struct catcher {
    struct liabilities_part *part;
    unsigned assets;
};

static void copy_node(const struct liabilities_node *from, unsigned assets,
                      struct liabilities_node *to)
{
    to->hash = from->hash;
    memcpy(to->values, from->values, assets * sizeof to->values[0]);
}

static void catcher_on_node(void *context, unsigned level, uint32_t index,
                            const struct liabilities_node *node)
{
    const struct catcher *catcher = context;

    if (level == 0 && index == catcher->part->position) {
        memcpy(catcher->part->values, node->values, catcher->assets * sizeof node->values[0]);
    }
    if (level < LIABILITIES_DEPTH && index == (catcher->part->position >> level ^ 1)) {
        copy_node(node, catcher->assets, &catcher->part->siblings[level]);
    }
}

/* The siblings below the row. */
static bool prove_low(const struct liabilities_file *file, struct liabilities_part *part)
{
    unsigned shift = LIABILITIES_DEPTH - file->header.row;
    struct catcher catcher = {part, file->header.assets};
    const struct liabilities_sink sink = {&catcher, catcher_on_node};
    struct liabilities_fold *fold = liabilities_fold_create(&file->key, file->header.assets, &sink);
    struct liabilities_node node;
    struct tree_file_leaf leaf;
    uint64_t range[2];
    uint64_t previous = 0;
    bool holds = fold != NULL && read_range(file, (uint64_t)part->position >> shift, range) &&
                 range[0] < range[1];

    for (uint64_t i = holds ? range[0] : 1; holds && i < range[1]; i++) {
        holds = read_leaf(file, i, &leaf, node.values) && leaf.position >= previous &&
                (uint64_t)leaf.position >> shift == (uint64_t)part->position >> shift;
        if (holds) {
            previous = (uint64_t)leaf.position + 1;
            node.hash = leaf.hash;
            holds = liabilities_fold_add(fold, leaf.position, &node);
        }
    }
    holds = holds && liabilities_fold_finish(fold, shift, &node);
    liabilities_fold_destroy(fold);
    return holds;
}

/* The siblings from the row up. */
static bool prove_high(const struct liabilities_file *file, struct liabilities_part *part)
{
    size_t size = tree_file_node_size(file->header.assets);
    uint8_t bytes[sizeof(struct hash256) + LIABILITIES_ASSETS_MAX * sizeof(uint128)];

    for (unsigned level = LIABILITIES_DEPTH - file->header.row; level < LIABILITIES_DEPTH;
         level++) {
        struct liabilities_node *sibling = &part->siblings[level];
        uint64_t place =
            ((uint64_t)1 << (LIABILITIES_DEPTH - level)) + (part->position >> level ^ 1);

        if (!read_at(file->fd, bytes, size, tree_file_nodes_offset(&file->header) + place * size)) {
            return false;
        }
        memcpy(&sibling->hash, bytes, sizeof sibling->hash);
        memcpy(sibling->values, bytes + sizeof sibling->hash, size - sizeof sibling->hash);
    }
    return true;
}

const char *liabilities_file_prove(const struct liabilities_file *file, uint32_t owner,
                                   const char *identity, size_t identity_size,
                                   struct liabilities_proof *proof)
{
    uint128 balance[LIABILITIES_ASSETS_MAX];
    struct liabilities_user user;

    ENSURE(identity_size <= LIABILITIES_IDENTITY_MAX);
    proof->statement = file->statement;
    proof->identity_size = identity_size;
    memcpy(proof->identity, identity, identity_size);
    liabilities_key_user(&file->key, owner, &proof->secret);
    liabilities_user_prepare(&user, &proof->secret, file->key.epoch);
    proof->parts = liabilities_user_parts(&user);
    for (unsigned i = 0; i < proof->parts; i++) {
        struct liabilities_part *part = &proof->part[i];

        if (!find_part(file, owner, i, &part->position)) {
            return "nobody of this number was a participant then";
        }
        if (!prove_low(file, part) || !prove_high(file, part)) {
            return damaged;
        }
    }
    return liabilities_proof_check(proof, &file->claim, identity, identity_size, balance) ==
                   LIABILITIES_VERDICT_AGREES
               ? NULL
               : damaged;
}
