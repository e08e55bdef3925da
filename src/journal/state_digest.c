/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 over a state in two levels. A room of its own because three parties must get the same 32
 * bytes: who writes a snapshot, who reads it, and who has computed the state by itself.
 *
 * Invariant: J20 of docs/journal-format.md. Why two levels: docs/adr/0004-snapshot-and-digest.md.
 *
 * Read next: snapshot.c.
 */
#include "journal/state_digest.h"

#include <string.h>

#include "base/ensure.h"

static const char LABEL[16] = "tarazy state v1";

void state_digest_create(struct state_digest *digest)
{
    static const uint8_t zeros[JOURNAL_STATE_CHUNK_SIZE];
    const struct byte_part part = {zeros, sizeof zeros};

    digest->root = sha256_create();
    digest->leaf = sha256_create();
    digest->left = 0;
    sha256_parts(digest->leaf, &part, 1, &digest->zero_leaf);
}

void state_digest_destroy(struct state_digest *digest)
{
    sha256_destroy(digest->root);
    sha256_destroy(digest->leaf);
    digest->root = NULL;
    digest->leaf = NULL;
}

void state_digest_start(struct state_digest *digest, uint64_t size)
{
    sha256_start(digest->root);
    sha256_add(digest->root, LABEL, sizeof LABEL);
    sha256_add(digest->root, &size, sizeof size);
    digest->left = size;
}

void state_digest_add_zeros(struct state_digest *digest)
{
    ENSURE(digest->left >= JOURNAL_STATE_CHUNK_SIZE);
    digest->left -= JOURNAL_STATE_CHUNK_SIZE;
    sha256_add(digest->root, &digest->zero_leaf, sizeof digest->zero_leaf);
}

bool state_digest_add(struct state_digest *digest, const void *chunk, size_t size)
{
    const struct byte_part part = {chunk, size};
    struct hash256 leaf;

    ENSURE(size == JOURNAL_STATE_CHUNK_SIZE || (size == digest->left && size > 0));
    ENSURE(size <= digest->left);
    if (size == JOURNAL_STATE_CHUNK_SIZE && journal_is_zero(chunk, size)) {
        state_digest_add_zeros(digest);
        return true;
    }
    digest->left -= size;
    sha256_parts(digest->leaf, &part, 1, &leaf);
    sha256_add(digest->root, &leaf, sizeof leaf);
    return false;
}

void state_digest_finish(struct state_digest *digest, struct hash256 *out)
{
    ENSURE(digest->left == 0);
    sha256_finish(digest->root, out);
}

void state_digest_compute(struct state_digest *digest, const void *block, uint64_t size,
                          struct hash256 *out)
{
    const uint8_t *at = block;

    state_digest_start(digest, size);
    while (digest->left > 0) {
        size_t chunk = digest->left < JOURNAL_STATE_CHUNK_SIZE ? (size_t)digest->left
                                                               : JOURNAL_STATE_CHUNK_SIZE;

        (void)state_digest_add(digest, at, chunk);
        at += chunk;
    }
    state_digest_finish(digest, out);
}
