/* SPDX-License-Identifier: Apache-2.0
 *
 * Arbitrary bytes as everything that this room reads from strangers: notes, checkpoints, keys, proofs,
 * paths of tiles, base64. Nothing may crash; and whatever is taken has one spelling: written again it
 * is the same bytes. The first byte of an input says what the rest is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "proofs/log_tile.h"
#include "proofs/note_base64.h"
#include "proofs/proof_text.h"

#define INPUT_MAX 40000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_key(const char *text, size_t size)
{
    char again[NOTE_KEY_TEXT_MAX + 1];
    struct note_key key;

    if (note_key_read(&key, text, size)) {
        note_key_write(&key, again);
        ENSURE(strlen(again) == size && memcmp(again, text, size) == 0);
    }
}

static void try_note(const char *text, size_t size)
{
    static const char peter[] =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    struct signed_note note;
    struct note_key key;
    uint64_t time_s;

    ENSURE(note_key_read(&key, peter, strlen(peter)));
    if (!signed_note_read(&note, text, size)) {
        return;
    }
    ENSURE(note.count > 0 && note.count <= NOTE_SIGNATURES_MAX && note.text == text);
    ENSURE(note.text_size > 0 && note.text_size < size && text[note.text_size - 1] == '\n' &&
           text[note.text_size] == '\n');
    for (uint32_t i = 0; i < note.count; i++) {
        const struct note_signature *line = &note.signatures[i];

        ENSURE(line->name_length > 0 && line->name > text && line->base64 > line->name);
        ENSURE(line->base64 + line->base64_length < text + size);
    }
    (void)signed_note_check(&note, &key, &time_s);
    key.kind = NOTE_KEY_KIND_COSIGNATURE;
    (void)signed_note_check(&note, &key, &time_s);
}

static void try_checkpoint(const char *text, size_t size)
{
    char again[CHECKPOINT_TEXT_MAX + 1];
    struct checkpoint checkpoint;

    if (checkpoint_read(&checkpoint, text, size)) {
        size_t written = checkpoint_write(&checkpoint, again);

        ENSURE(written <= size && memcmp(again, text, written) == 0);
    }
}

static void try_proof(const char *text, size_t size)
{
    static char again[PROOF_TEXT_MAX + 1];
    static struct record_proof proof;
    const char *note = NULL;
    size_t note_size = 0;

    if (proof_text_read(&proof, text, size, &note, &note_size)) {
        ENSURE(note + note_size == text + size);
        ENSURE(proof_text_write(&proof, note, note_size, again, sizeof again) == size);
        ENSURE(memcmp(again, text, size) == 0);
    }
}

static void try_growth(const char *text, size_t size)
{
    char again[GROWTH_TEXT_MAX + 1];
    struct growth_proof growth;

    if (growth_text_read(&growth, text, size)) {
        const struct merkle_growth trees = {.old_size = growth.old_size,
                                            .new_size = growth.new_size};

        ENSURE(growth_text_write(&growth, again) == size && memcmp(again, text, size) == 0);
        ENSURE(!merkle_proof_check_growth(&growth.proof, &trees) ||
               growth.old_size == growth.new_size);
    }
}

static void try_tile(const char *text, size_t size)
{
    char again[TILE_PATH_MAX + 1];
    struct tile_place place;

    if (tile_path_read(&place, text, size)) {
        ENSURE(place.width > 0 && place.width <= TILE_WIDTH);
        ENSURE(tile_path_write(&place, again) == size && memcmp(again, text, size) == 0);
    }
}

static void try_base64(const char *text, size_t size)
{
    static uint8_t bytes[INPUT_MAX];
    static char again[NOTE_BASE64_SIZE(INPUT_MAX)];
    size_t count = 0;

    if (note_base64_read(text, size, bytes, sizeof bytes, &count)) {
        ENSURE(NOTE_BASE64_SIZE(count) == size);
        note_base64_write(bytes, count, again);
        ENSURE(memcmp(again, text, size) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(const char *text, size_t size) = {
        try_key, try_note, try_checkpoint, try_proof, try_growth, try_tile, try_base64,
    };

    if (size < 2 || size > INPUT_MAX) {
        return 0;
    }
    /* A copy of its own size, so that a sanitizer sees the byte behind it. */
    char *text = malloc(size - 1);
    ENSURE(text != NULL);
    memcpy(text, data + 1, size - 1);
    tries[data[0] % (sizeof tries / sizeof tries[0])](text, size - 1);
    free(text);
    return 0;
}
