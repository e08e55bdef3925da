/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs as texts. A file of its own because this is what a client keeps and a court may read: there is
 * one spelling of each proof. Invariants: what is read and written again is the same text; nothing of a
 * proof is believed before proof_text_check has said GOOD. Read next: node/record_finder.c, which makes
 * them.
 */
#include "proofs/proof_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "proofs/note_base64.h"

static const char proof_first_line[] = "c2sp.org/tlog-proof@v1\nextra ";
static const char growth_first_line[] = "tarazy growth proof v1\nold ";

enum { PROOF_HASH_LINE = 44, PROOF_NUMBER_MAX = 19 };

/* ------------------------------------------------------------------ pieces */

/* What is left to read. */
struct proof_cursor {
    const char *at;
    size_t left;
};

static bool proof_take(struct proof_cursor *cursor, const char *word, size_t length)
{
    if (cursor->left < length || memcmp(cursor->at, word, length) != 0) {
        return false;
    }
    cursor->at += length;
    cursor->left -= length;
    return true;
}

/* The rest of the line, without its newline. false: it does not end. */
static bool proof_take_line(struct proof_cursor *cursor, const char **line, size_t *length)
{
    const char *newline = memchr(cursor->at, '\n', cursor->left);

    if (newline == NULL) {
        return false;
    }
    *line = cursor->at;
    *length = (size_t)(newline - cursor->at);
    cursor->at += *length + 1;
    cursor->left -= *length + 1;
    return true;
}

static bool proof_take_number(struct proof_cursor *cursor, uint64_t *out)
{
    const char *line = NULL;
    size_t length = 0;

    *out = 0;
    if (!proof_take_line(cursor, &line, &length) || length == 0 || length > PROOF_NUMBER_MAX ||
        (line[0] == '0' && length > 1)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (line[i] < '0' || line[i] > '9') {
            return false;
        }
        *out = *out * 10 + (uint64_t)(line[i] - '0');
    }
    return *out < MERKLE_SIZE_MAX;
}

/* Lines of hashes up to the end or an empty line, which is left. */
static bool proof_take_hashes(struct proof_cursor *cursor, struct merkle_proof *proof)
{
    proof->count = 0;
    while (cursor->left > 0 && cursor->at[0] != '\n') {
        const char *line = NULL;
        size_t length = 0;

        if (proof->count == MERKLE_PROOF_MAX || !proof_take_line(cursor, &line, &length) ||
            !note_base64_read_exactly(line, length, proof->hashes[proof->count].bytes, 32)) {
            return false;
        }
        proof->count++;
    }
    return true;
}

static size_t proof_write_hashes(const struct merkle_proof *proof, char *out)
{
    for (uint32_t i = 0; i < proof->count; i++, out += PROOF_HASH_LINE + 1) {
        note_base64_write(proof->hashes[i].bytes, 32, out);
        out[PROOF_HASH_LINE] = '\n';
    }
    return (size_t)proof->count * (PROOF_HASH_LINE + 1);
}

/* ------------------------------------------------------------------ extra */

static size_t proof_extra_write(const struct record_proof *proof, uint8_t out[PROOF_EXTRA_MAX])
{
    size_t hashes = (size_t)proof->in_batch.count * 32;
    size_t at = RECORD_ENTRY_SIZE;

    ENSURE(proof->in_batch.count <= PROOF_PATH_MAX &&
           proof->command_size <= TARAZY_COMMAND_SIZE_MAX);
    record_entry_write(&proof->entry, out);
    memcpy(out + at, &proof->position, 4);
    memcpy(out + at + 4, &proof->in_batch.count, 4);
    memcpy(out + at + 8, proof->in_batch.hashes, hashes);
    at += 8 + hashes;
    if (proof->command_size == 0) {
        memcpy(out + at, proof->leaf.bytes, sizeof proof->leaf.bytes);
        return at + sizeof proof->leaf.bytes;
    }
    memcpy(out + at, proof->command, proof->command_size);
    return at + proof->command_size;
}

void record_proof_hide(struct record_proof *proof)
{
    memset(proof->command, 0, sizeof proof->command);
    proof->command_size = 0;
}

/* What stands behind the hashes: a command, or the leaf of one. */
static bool proof_command_read(struct record_proof *proof, const uint8_t *bytes, size_t size)
{
    struct command_header header;

    if (size == sizeof proof->leaf.bytes) {
        memcpy(proof->leaf.bytes, bytes, size);
        return true;
    }
    if (size < sizeof header || size > TARAZY_COMMAND_SIZE_MAX) {
        return false;
    }
    proof->command_size = (uint32_t)size;
    memcpy(proof->command, bytes, size);
    memcpy(&header, bytes, sizeof header);
    proof->leaf = record_leaf(bytes, size, proof->entry.first_number);
    return tarazy_command_size(header.kind) == size &&
           header.number == proof->entry.first_number + proof->position;
}

static bool proof_extra_read(struct record_proof *proof, const uint8_t *bytes, size_t size)
{
    size_t at = RECORD_ENTRY_SIZE + 8;

    if (size < at || !record_entry_read(&proof->entry, bytes, RECORD_ENTRY_SIZE)) {
        return false;
    }
    memcpy(&proof->position, bytes + RECORD_ENTRY_SIZE, 4);
    memcpy(&proof->in_batch.count, bytes + RECORD_ENTRY_SIZE + 4, 4);
    size_t hashes = (size_t)proof->in_batch.count * 32;
    if (proof->in_batch.count > PROOF_PATH_MAX || size - at < hashes) {
        return false;
    }
    memcpy(proof->in_batch.hashes, bytes + at, hashes);
    return proof_command_read(proof, bytes + at + hashes, size - at - hashes);
}

static bool proof_take_extra(struct proof_cursor *cursor, struct record_proof *proof)
{
    uint8_t extra[PROOF_EXTRA_MAX];
    const char *line = NULL;
    size_t length = 0;
    size_t size = 0;

    return proof_take_line(cursor, &line, &length) &&
           note_base64_read(line, length, extra, sizeof extra, &size) &&
           proof_extra_read(proof, extra, size);
}

/* ------------------------------------------------------------------ inclusion */

size_t proof_text_write(const struct record_proof *proof, const char *note, size_t note_size,
                        char *out, size_t capacity)
{
    uint8_t extra[PROOF_EXTRA_MAX];
    size_t extra_size = proof_extra_write(proof, extra);
    size_t most = sizeof proof_first_line + NOTE_BASE64_SIZE(extra_size) + 32 +
                  (size_t)proof->in_log.count * (PROOF_HASH_LINE + 1) + note_size + 2;
    size_t at = sizeof proof_first_line - 1;

    if (most > capacity) {
        return 0;
    }
    memcpy(out, proof_first_line, at);
    note_base64_write(extra, extra_size, out + at);
    at += NOTE_BASE64_SIZE(extra_size);
    at += (size_t)snprintf(out + at, capacity - at, "\nindex %" PRIu64 "\n", proof->index);
    at += proof_write_hashes(&proof->in_log, out + at);
    out[at++] = '\n';
    memcpy(out + at, note, note_size);
    out[at + note_size] = '\0';
    return at + note_size;
}

bool proof_text_read(struct record_proof *proof, const char *text, size_t size, const char **note,
                     size_t *note_size)
{
    struct proof_cursor cursor = {.at = text, .left = size};

    memset(proof, 0, sizeof *proof);
    if (size > PROOF_TEXT_MAX ||
        !proof_take(&cursor, proof_first_line, sizeof proof_first_line - 1) ||
        !proof_take_extra(&cursor, proof) || !proof_take(&cursor, "index ", 6) ||
        !proof_take_number(&cursor, &proof->index) || !proof_take_hashes(&cursor, &proof->in_log) ||
        !proof_take(&cursor, "\n", 1)) {
        return false;
    }
    *note = cursor.at;
    *note_size = cursor.left;
    return true;
}

const char *proof_check_text(enum proof_check check)
{
    switch (check) {
    case PROOF_CHECK_GOOD: return "the command is in the log";
    case PROOF_CHECK_MALFORMED: return "this is not a proof";
    case PROOF_CHECK_CHECKPOINT: return "the checkpoint is not one signed by this log";
    case PROOF_CHECK_COMMAND: return "the command is not in the batch that the proof names";
    case PROOF_CHECK_ENTRY: return "the batch is not in the tree that the checkpoint signs";
    }
    return "unknown";
}

/* Is the command the one at its position of the entry's batch? */
static bool proof_check_command(const struct record_proof *proof)
{
    return merkle_proof_check_inclusion(&proof->in_batch, proof->position, proof->entry.count,
                                        &proof->leaf, &proof->entry.root);
}

enum proof_check proof_text_check(const char *text, size_t size, const struct note_key *key,
                                  struct record_proof *proof, struct checkpoint *checkpoint,
                                  struct signed_note *note)
{
    const char *bytes = NULL;
    size_t bytes_size = 0;

    if (!proof_text_read(proof, text, size, &bytes, &bytes_size)) {
        return PROOF_CHECK_MALFORMED;
    }
    if (checkpoint_open(checkpoint, note, bytes, bytes_size, key) != CHECKPOINT_CHECK_GOOD) {
        return PROOF_CHECK_CHECKPOINT;
    }
    if (!proof_check_command(proof)) {
        return PROOF_CHECK_COMMAND;
    }
    struct hash256 leaf = record_entry_leaf(&proof->entry);
    return merkle_proof_check_inclusion(&proof->in_log, proof->index, checkpoint->size, &leaf,
                                        &checkpoint->root)
               ? PROOF_CHECK_GOOD
               : PROOF_CHECK_ENTRY;
}

/* ------------------------------------------------------------------ growth */

size_t growth_text_write(const struct growth_proof *growth, char *out)
{
    size_t at = (size_t)snprintf(out, GROWTH_TEXT_MAX + 1, "%s%" PRIu64 "\nnew %" PRIu64 "\n",
                                 growth_first_line, growth->old_size, growth->new_size);

    at += proof_write_hashes(&growth->proof, out + at);
    out[at] = '\0';
    return at;
}

bool growth_text_read(struct growth_proof *growth, const char *text, size_t size)
{
    struct proof_cursor cursor = {.at = text, .left = size};

    return size <= GROWTH_TEXT_MAX &&
           proof_take(&cursor, growth_first_line, sizeof growth_first_line - 1) &&
           proof_take_number(&cursor, &growth->old_size) && proof_take(&cursor, "new ", 4) &&
           proof_take_number(&cursor, &growth->new_size) &&
           proof_take_hashes(&cursor, &growth->proof) && cursor.left == 0 &&
           growth->old_size <= growth->new_size;
}
