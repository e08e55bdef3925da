/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a tree file: between liabilities_file_write.c and liabilities_file.c only.
 */
#ifndef PROOFS_LIABILITIES_FILE_LAYOUT_H
#define PROOFS_LIABILITIES_FILE_LAYOUT_H

#include "proofs/liabilities_file.h"

#define TREE_FILE_MAGIC   0x314c424149545a54u /* "TZTIABL1" read as a little-endian number */
#define TREE_FILE_ROW_MAX 20u
#define TREE_FILE_LEAVES  32u /* below one node of the row, about */

struct tree_file_header { /* 256 bytes */
    uint64_t magic;
    uint64_t epoch;
    uint64_t leaves;
    uint32_t assets;
    uint32_t row;
    uint64_t statement_size;
    struct hash256 root;
    uint8_t sealed[sizeof(struct hash256) + SEALED_OVERHEAD]; /* the epoch key, bound to the root */
    uint8_t reserved[92];
    struct hash256 digest; /* SHA-256 of what stands before */
};

_Static_assert(sizeof(struct tree_file_header) == 256, "no padding");

/* The start of a leaf's record; its values follow. */
struct tree_file_leaf {
    uint32_t position;
    uint32_t owner;
    uint32_t part;
    uint32_t reserved;
    struct hash256 hash;
};

static inline size_t tree_file_leaf_size(unsigned assets)
{
    return sizeof(struct tree_file_leaf) + assets * sizeof(uint128);
}

static inline size_t tree_file_node_size(unsigned assets)
{
    return sizeof(struct hash256) + assets * sizeof(uint128);
}

static inline uint64_t tree_file_index_offset(const struct tree_file_header *header)
{
    return sizeof *header + header->leaves * tree_file_leaf_size(header->assets);
}

static inline uint64_t tree_file_nodes_offset(const struct tree_file_header *header)
{
    return tree_file_index_offset(header) + (((uint64_t)1 << header->row) + 1) * sizeof(uint64_t);
}

static inline uint64_t tree_file_statement_offset(const struct tree_file_header *header)
{
    return tree_file_nodes_offset(header) +
           ((uint64_t)2 << header->row) * tree_file_node_size(header->assets);
}

static inline void tree_file_digest(const struct tree_file_header *header, struct hash256 *digest)
{
    const struct byte_part part = {header, offsetof(struct tree_file_header, digest)};

    sha256_compute(&part, 1, digest->bytes);
}

#endif
