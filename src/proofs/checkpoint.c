/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints: three lines and a signature. A file of its own because log, witness and verifier must
 * read the same three lines. Invariant: what is read and written again is the same text, unless it had
 * extension lines. Read next: notary/notary.c, which signs; witness/witness.c, which cosigns.
 */
#include "proofs/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "proofs/note_base64.h"

enum { CHECKPOINT_ROOT_TEXT = 44 };

size_t checkpoint_write(const struct checkpoint *checkpoint, char out[CHECKPOINT_TEXT_MAX + 1])
{
    char root[CHECKPOINT_ROOT_TEXT + 1] = {0};

    ENSURE(note_name_is_good(checkpoint->origin, strlen(checkpoint->origin)));
    note_base64_write(checkpoint->root.bytes, sizeof checkpoint->root.bytes, root);
    return (size_t)snprintf(out, CHECKPOINT_TEXT_MAX + 1, "%s\n%" PRIu64 "\n%s\n",
                            checkpoint->origin, checkpoint->size, root);
}

/* Cuts the next line off; its length, or -1: there is none that ends and is not empty. */
static ptrdiff_t checkpoint_next_line(const char **text, size_t *size, const char **line)
{
    const char *newline = memchr(*text, '\n', *size);

    if (newline == NULL || newline == *text) {
        return -1;
    }
    ptrdiff_t length = newline - *text;
    *line = *text;
    *text = newline + 1;
    *size -= (size_t)length + 1;
    return length;
}

static bool checkpoint_read_size(const char *line, size_t length, uint64_t *out)
{
    uint64_t value = 0;

    if (length > 19 || (line[0] == '0' && length > 1)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (line[i] < '0' || line[i] > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(line[i] - '0');
    }
    *out = value;
    return value < MERKLE_SIZE_MAX;
}

bool checkpoint_read(struct checkpoint *checkpoint, const char *text, size_t size)
{
    const char *line = NULL;

    *checkpoint = (struct checkpoint){.size = 0};
    ptrdiff_t length = checkpoint_next_line(&text, &size, &line);
    if (length < 0 || !note_name_is_good(line, (size_t)length)) {
        return false;
    }
    memcpy(checkpoint->origin, line, (size_t)length);
    length = checkpoint_next_line(&text, &size, &line);
    if (length < 0 || !checkpoint_read_size(line, (size_t)length, &checkpoint->size)) {
        return false;
    }
    length = checkpoint_next_line(&text, &size, &line);
    if (length < 0 || !note_base64_read_exactly(line, (size_t)length, checkpoint->root.bytes,
                                                sizeof checkpoint->root.bytes)) {
        return false;
    }
    while (size > 0) {
        if (checkpoint_next_line(&text, &size, &line) < 0) {
            return false;
        }
    }
    return true;
}

enum checkpoint_check checkpoint_open(struct checkpoint *checkpoint, struct signed_note *note,
                                      const char *bytes, size_t size, const struct note_key *key)
{
    if (!signed_note_read(note, bytes, size) ||
        !checkpoint_read(checkpoint, note->text, note->text_size)) {
        return CHECKPOINT_CHECK_MALFORMED;
    }
    if (strcmp(checkpoint->origin, key->name) != 0) {
        return CHECKPOINT_CHECK_FOREIGN;
    }
    switch (signed_note_check(note, key, NULL)) {
    case NOTE_CHECK_SIGNED: return CHECKPOINT_CHECK_GOOD;
    case NOTE_CHECK_MISSING: return CHECKPOINT_CHECK_UNSIGNED;
    case NOTE_CHECK_FORGED: return CHECKPOINT_CHECK_FORGED;
    }
    return CHECKPOINT_CHECK_MALFORMED;
}

size_t checkpoint_sign(uint64_t size, const struct hash256 *root, const struct note_key *key,
                       const uint8_t seed[ED25519_KEY_SIZE], char *out)
{
    struct checkpoint checkpoint = {.size = size, .root = *root};

    memcpy(checkpoint.origin, key->name, sizeof checkpoint.origin);
    size_t length = checkpoint_write(&checkpoint, out);
    out[length] = '\n';
    size_t line = note_line_write(key, seed, out, length, 0, out + length + 1);
    return line == 0 ? 0 : length + 1 + line;
}
