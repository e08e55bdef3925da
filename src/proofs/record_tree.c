/* SPDX-License-Identifier: Apache-2.0
 *
 * What the leaves of the trees are, byte by byte: the one home in code of docs/proofs.md, "Leaves".
 * Invariants: no two different commands, places or batches have the same leaf data (fixed sizes before
 * the command, and a tag that tells the two trees apart); an entry is what was written or refused.
 * Read next: proof_text.c, which carries a command and its way up to a checkpoint.
 */
#include "proofs/record_tree.h"

#include <string.h>

#include "base/ensure.h"

static const char record_tag[16] = {'t', 'a', 'r', 'a', 'z', 'y', ' ', 'r',
                                    'e', 'c', 'o', 'r', 'd', ' ', '1', '\n'};
static const char entry_tag[16] = {'t', 'a', 'r', 'a', 'z', 'y', ' ', 'b',
                                   'a', 't', 'c', 'h', 'e', 's', ' ', '1'};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "integers are copied as they stand");

struct hash256 record_leaf(const void *command, size_t size, uint64_t first_number)
{
    struct command_header header;
    uint8_t head[RECORD_LEAF_HEAD_SIZE];
    const struct byte_part parts[] = {
        {.bytes = head, .size = sizeof head},
        {.bytes = command, .size = size},
    };

    ENSURE(size >= sizeof header);
    memcpy(&header, command, sizeof header);
    memcpy(head, record_tag, sizeof record_tag);
    memcpy(head + 16, &header.number, 8);
    memcpy(head + 24, &first_number, 8);
    return merkle_leaf(parts, sizeof parts / sizeof parts[0]);
}

bool record_batch_leaves(const struct record_batch *batch, struct hash256 *leaves)
{
    uint32_t offset = 0;

    if (batch->count == 0 || batch->count > RECORD_COMMANDS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        struct command_header header;

        if (batch->size - offset < sizeof header) {
            return false;
        }
        memcpy(&header, batch->commands + offset, sizeof header);
        size_t size = tarazy_command_size(header.kind);
        if (size == 0 || size > batch->size - offset || header.number != batch->first_number + i) {
            return false;
        }
        leaves[i] = record_leaf(batch->commands + offset, size, batch->first_number);
        offset += (uint32_t)size;
    }
    return offset == batch->size;
}

bool record_batch_entry(const struct record_batch *batch, struct hash256 *scratch,
                        struct record_entry *entry)
{
    struct merkle_edge edge;

    if (!record_batch_leaves(batch, scratch)) {
        return false;
    }
    merkle_edge_start(&edge);
    for (uint32_t i = 0; i < batch->count; i++) {
        merkle_edge_add(&edge, &scratch[i]);
    }
    *entry = (struct record_entry){
        .first_number = batch->first_number,
        .count = batch->count,
        .size = batch->size,
        .time_us = batch->time_us,
        .chain = batch->chain,
        .root = merkle_edge_root(&edge),
    };
    memcpy(entry->node, batch->node, RECORD_NODE_SIZE);
    return true;
}

void record_entry_write(const struct record_entry *entry, uint8_t out[RECORD_ENTRY_SIZE])
{
    memcpy(out, entry_tag, 16);
    memcpy(out + 16, entry->node, 16);
    memcpy(out + 32, &entry->first_number, 8);
    memcpy(out + 40, &entry->count, 4);
    memcpy(out + 44, &entry->size, 4);
    memcpy(out + 48, &entry->time_us, 8);
    memcpy(out + 56, entry->chain.bytes, 32);
    memcpy(out + 88, entry->root.bytes, 32);
}

bool record_entry_read(struct record_entry *entry, const uint8_t *bytes, size_t size)
{
    if (size != RECORD_ENTRY_SIZE || memcmp(bytes, entry_tag, sizeof entry_tag) != 0) {
        return false;
    }
    memcpy(entry->node, bytes + 16, 16);
    memcpy(&entry->first_number, bytes + 32, 8);
    memcpy(&entry->count, bytes + 40, 4);
    memcpy(&entry->size, bytes + 44, 4);
    memcpy(&entry->time_us, bytes + 48, 8);
    memcpy(entry->chain.bytes, bytes + 56, 32);
    memcpy(entry->root.bytes, bytes + 88, 32);
    return entry->first_number != 0 && entry->count != 0 && entry->count <= RECORD_COMMANDS_MAX &&
           entry->first_number <= UINT64_MAX - entry->count;
}

struct hash256 record_entry_leaf(const struct record_entry *entry)
{
    uint8_t bytes[RECORD_ENTRY_SIZE];
    const struct byte_part part = {.bytes = bytes, .size = sizeof bytes};

    record_entry_write(entry, bytes);
    return merkle_leaf(&part, 1);
}

bool record_log_add(struct record_log *log, const struct record_batch *batch,
                    struct hash256 *scratch, struct record_entry *entry)
{
    struct record_entry own;

    if (batch->first_number != log->number + 1 || !record_batch_entry(batch, scratch, &own)) {
        return false;
    }
    struct hash256 leaf = record_entry_leaf(&own);
    merkle_edge_add(&log->edge, &leaf);
    log->number += batch->count;
    if (entry != NULL) {
        *entry = own;
    }
    return true;
}
