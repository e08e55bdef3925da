/* SPDX-License-Identifier: Apache-2.0
 *
 * The witness. A library of its own, without loop or network, so that every order of crash and question
 * can be tried. Invariants: the tree remembered on disk is at least as large as any that was cosigned;
 * between two cosigned trees the larger continues the smaller; after a failed write nothing is cosigned
 * any more in this process, and the next one finds either tree on the disk, both of which are safe.
 * Read next: two_slots.c, proofs/checkpoint.c.
 */
#include "witness/witness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "witness/two_slots.h"

static const char witness_state_name[] = "witness.state";
static const char witness_lock_name[] = "witness.lock";

enum { WITNESS_EVIDENCE_HEX = 16, WITNESS_EVIDENCE_SIZE = 2 * WITNESS_NOTE_MAX + 1024 };

struct witness {
    struct witness_options options;
    struct note_key key;
    uint8_t seed[ED25519_KEY_SIZE];
    struct two_slots slots;
    struct checkpoint last;
    char note[WITNESS_NOTE_MAX]; /* the last one cosigned, as the log signed it */
    size_t note_size;            /* 0: none */
    uint32_t evidence_count;
    int folder;
    int lock;
};

/* ------------------------------------------------------------------ opening */

/* What is on the disk is a note of this log, or nothing yet. */
static bool witness_take_state(struct witness *witness, size_t size)
{
    struct signed_note note;

    if (size == 0) {
        return true;
    }
    witness->note_size = size;
    return checkpoint_open(&witness->last, &note, witness->note, size, &witness->options.log) ==
           CHECKPOINT_CHECK_GOOD;
}

/* NULL, or why not. */
static const char *witness_prepare(struct witness *witness)
{
    const struct storage *storage = witness->options.storage;
    uint8_t raw[ED25519_KEY_SIZE];
    uint8_t payload[SLOT_PAYLOAD_MAX];
    size_t size = 0;

    if (!ed25519_public_key(witness->seed, raw) ||
        !note_key_make(&witness->key, witness->options.name, NOTE_KEY_KIND_COSIGNATURE, raw)) {
        return "the witness's name or key cannot be used";
    }
    witness->folder = storage->open_folder(storage->context, witness->options.directory, true);
    if (witness->folder < 0) {
        return "the witness's folder cannot be opened";
    }
    witness->lock = storage->lock(storage->context, witness->folder, witness_lock_name);
    if (witness->lock < 0) {
        return "another process works in the witness's folder";
    }
    int result = two_slots_open(&witness->slots, storage, witness->folder, witness_state_name,
                                payload, &size);
    if (result < 0 || size > sizeof witness->note) {
        return result == -EBADMSG
                   ? "the witness's state is damaged: it may not cosign what it could have forgotten"
                   : "the witness's state cannot be read";
    }
    memcpy(witness->note, payload, size);
    return witness_take_state(witness, size) ? NULL : "the witness's state is that of another log";
}

struct witness *witness_open(const struct witness_options *options, const char **error)
{
    struct witness *witness = calloc(1, sizeof *witness);

    if (witness == NULL) {
        *error = "there is no memory for a witness";
        return NULL;
    }
    witness->options = *options;
    if (options->storage == NULL) {
        witness->options.storage = storage_system();
    }
    memcpy(witness->seed, options->seed, sizeof witness->seed);
    witness->slots.file = -1;
    witness->folder = -1;
    witness->lock = -1;
    *error = witness_prepare(witness);
    if (*error != NULL) {
        witness_close(witness);
        return NULL;
    }
    return witness;
}

void witness_close(struct witness *witness)
{
    if (witness == NULL) {
        return;
    }
    const struct storage *storage = witness->options.storage;
    two_slots_close(&witness->slots);
    if (witness->lock >= 0) {
        (void)storage->close(storage->context, witness->lock);
    }
    if (witness->folder >= 0) {
        (void)storage->close(storage->context, witness->folder);
    }
    secret_wipe(witness->seed, sizeof witness->seed);
    free(witness);
}

const struct note_key *witness_key(const struct witness *witness)
{
    return &witness->key;
}

struct checkpoint witness_last(const struct witness *witness)
{
    return witness->last;
}

/* ------------------------------------------------------------------ evidence */

/* Both notes and why, as text for people and as bytes for verifiers. */
static size_t witness_evidence_write(const struct witness *witness,
                                     const struct witness_request *request,
                                     enum witness_answer answer, char *out)
{
    return (size_t)snprintf(
        out, WITNESS_EVIDENCE_SIZE,
        "tarazy witness evidence v1\nwhy %s\ntime %llu\n"
        "---- cosigned before (%zu bytes) ----\n%.*s---- refused (%zu bytes) ----\n%.*s",
        witness_answer_text(answer), (unsigned long long)request->time_s, witness->note_size,
        (int)witness->note_size, witness->note, request->note_size, (int)request->note_size,
        request->note);
}

/* "evidence-0123456789abcdef.txt": by what was refused, so that asking again adds nothing. */
static void witness_evidence_name(const char *text, size_t size, char name[STORAGE_NAME_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    const struct byte_part part = {.bytes = text, .size = size};
    uint8_t hash[SHA256_SIZE];
    char hex[WITNESS_EVIDENCE_HEX + 1] = {0};

    sha256_compute(&part, 1, hash);
    for (size_t i = 0; i < WITNESS_EVIDENCE_HEX / 2; i++) {
        hex[2 * i] = digits[hash[i] >> 4];
        hex[2 * i + 1] = digits[hash[i] & 15];
    }
    (void)snprintf(name, STORAGE_NAME_SIZE, "evidence-%s.txt", hex);
}

/* A failure to keep evidence changes nothing about the refusal. */
static void witness_keep_evidence(struct witness *witness, const struct witness_request *request,
                                  enum witness_answer answer)
{
    const struct storage *storage = witness->options.storage;
    char text[WITNESS_EVIDENCE_SIZE];
    char name[STORAGE_NAME_SIZE];

    if (witness->evidence_count >= WITNESS_EVIDENCE_MAX) {
        return;
    }
    witness_evidence_name(request->note, request->note_size, name);
    int file = storage->open(storage->context, witness->folder, name, STORAGE_MODE_CREATE);
    if (file < 0) {
        return; /* -EEXIST: it is kept already */
    }
    witness->evidence_count++;
    size_t size = witness_evidence_write(witness, request, answer, text);
    if (storage_write_bytes(storage, file, text, size, 0) == 0 &&
        storage->sync(storage->context, file) == 0) {
        (void)storage->sync_folder(storage->context, witness->folder);
    }
    (void)storage->close(storage->context, file);
}

/* ------------------------------------------------------------------ judging */

const char *witness_answer_text(enum witness_answer answer)
{
    switch (answer) {
    case WITNESS_ANSWER_COSIGNED: return "cosigned";
    case WITNESS_ANSWER_MALFORMED: return "not a checkpoint";
    case WITNESS_ANSWER_FOREIGN: return "a checkpoint of another log";
    case WITNESS_ANSWER_UNSIGNED: return "not signed by the log's key";
    case WITNESS_ANSWER_ROLLBACK: return "rollback: an older tree than the one cosigned";
    case WITNESS_ANSWER_SPLIT: return "split view: another tree of the size cosigned";
    case WITNESS_ANSWER_INCONSISTENT: return "no proof that it continues the tree cosigned";
    case WITNESS_ANSWER_DIVERGED: return "not the tree that the own copy of the journal gives";
    case WITNESS_ANSWER_FAILED: return "the witness's disk or key failed";
    }
    return "unknown";
}

/* Does the checkpoint, which the log has signed, continue what was cosigned? */
static enum witness_answer witness_compare(const struct witness *witness,
                                           const struct checkpoint *checkpoint,
                                           const struct witness_request *request)
{
    struct merkle_growth growth = {
        .old_size = witness->last.size,
        .new_size = checkpoint->size,
        .old_root = witness->last.root,
        .new_root = checkpoint->root,
    };
    struct merkle_edge empty;

    if (witness->note_size == 0) {
        merkle_edge_start(&empty);
        growth.old_root = merkle_edge_root(&empty);
    }
    if (checkpoint->size < growth.old_size) {
        return WITNESS_ANSWER_ROLLBACK;
    }
    if (checkpoint->size == growth.old_size && !merkle_equals(&growth.old_root, &growth.new_root)) {
        return WITNESS_ANSWER_SPLIT;
    }
    if (!merkle_proof_check_growth(request->growth, &growth)) {
        return WITNESS_ANSWER_INCONSISTENT;
    }
    if (!merkle_equals(&checkpoint->root, &request->own_root)) {
        return WITNESS_ANSWER_DIVERGED;
    }
    return WITNESS_ANSWER_COSIGNED;
}

static enum witness_answer witness_judge(const struct witness *witness, struct signed_note *note,
                                         struct checkpoint *checkpoint,
                                         const struct witness_request *request)
{
    if (request->note_size > WITNESS_NOTE_MAX) {
        return WITNESS_ANSWER_MALFORMED;
    }
    switch (checkpoint_open(checkpoint, note, request->note, request->note_size,
                            &witness->options.log)) {
    case CHECKPOINT_CHECK_GOOD: return witness_compare(witness, checkpoint, request);
    case CHECKPOINT_CHECK_MALFORMED: return WITNESS_ANSWER_MALFORMED;
    case CHECKPOINT_CHECK_FOREIGN: return WITNESS_ANSWER_FOREIGN;
    case CHECKPOINT_CHECK_UNSIGNED:
    case CHECKPOINT_CHECK_FORGED: return WITNESS_ANSWER_UNSIGNED;
    }
    return WITNESS_ANSWER_MALFORMED;
}

/* Remembers the tree, on the disk, before anybody hears of it. */
static bool witness_remember(struct witness *witness, const struct checkpoint *checkpoint,
                             const struct witness_request *request)
{
    if (witness->note_size > 0 && checkpoint->size == witness->last.size) {
        return !witness->slots.has_failed; /* the same tree again */
    }
    if (two_slots_write(&witness->slots, request->note, request->note_size) != 0) {
        return false;
    }
    memcpy(witness->note, request->note, request->note_size);
    witness->note_size = request->note_size;
    witness->last = *checkpoint;
    return true;
}

enum witness_answer witness_cosign(struct witness *witness, const struct witness_request *request,
                                   char line[NOTE_LINE_MAX + 1])
{
    struct signed_note note;
    struct checkpoint checkpoint;

    line[0] = '\0';
    enum witness_answer answer = witness_judge(witness, &note, &checkpoint, request);
    if (answer >= WITNESS_ANSWER_ROLLBACK) {
        witness_keep_evidence(witness, request, answer);
    }
    if (answer != WITNESS_ANSWER_COSIGNED) {
        return answer;
    }
    if (!witness_remember(witness, &checkpoint, request)) {
        return WITNESS_ANSWER_FAILED;
    }
    size_t length = note_line_write(&witness->key, witness->seed, note.text, note.text_size,
                                    request->time_s, line);
    return length == 0 ? WITNESS_ANSWER_FAILED : WITNESS_ANSWER_COSIGNED;
}
