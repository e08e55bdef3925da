/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed notes (c2sp.org/signed-note): a text that ends in a newline, an empty line, and signature
 * lines "— name base64(key id ‖ signature)". Two kinds of keys: plain Ed25519 (0x01), and witnesses'
 * timestamped cosignatures (0x04, c2sp.org/tlog-cosignature).
 */
#ifndef PROOFS_SIGNED_NOTE_H
#define PROOFS_SIGNED_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/signature.h"

enum {
    NOTE_SIZE_MAX = 16384, /* of a whole note */
    NOTE_NAME_MAX = 128,   /* of a key's name */
    NOTE_SIGNATURES_MAX = 32,
    NOTE_KEY_ID_SIZE = 4,
    NOTE_KEY_TEXT_MAX = NOTE_NAME_MAX + 1 + 8 + 1 + 44, /* of a verifier key */
    NOTE_LINE_MAX = NOTE_NAME_MAX + 112 /* of a signature line of ours, with its newline */
};

enum note_key_kind {
    NOTE_KEY_KIND_ED25519 = 0x01,     /* of a log */
    NOTE_KEY_KIND_COSIGNATURE = 0x04, /* of a witness */
};

/* A public key with its name: what a verifier is told. */
struct note_key {
    char name[NOTE_NAME_MAX + 1];
    enum note_key_kind kind;
    uint8_t id[NOTE_KEY_ID_SIZE]; /* SHA-256(name ‖ 0x0A ‖ kind ‖ key)[0..4) */
    uint8_t key[ED25519_KEY_SIZE];
};

/* Names: 1 to NOTE_NAME_MAX visible ASCII characters but '+'. */
bool note_name_is_good(const char *name, size_t length);

/* false: the name is not good. */
bool note_key_make(struct note_key *key, const char *name, enum note_key_kind kind,
                   const uint8_t raw[ED25519_KEY_SIZE]);

/* "name+c74f20a3+base64(kind ‖ key)": strictly; the id must be the right one. */
bool note_key_read(struct note_key *key, const char *text, size_t length);

/* Writes the same, zero-terminated. */
void note_key_write(const struct note_key *key, char out[NOTE_KEY_TEXT_MAX + 1]);

/* ---- reading ---- */

struct note_signature { /* pieces of the note's text */
    const char *name;
    size_t name_length;
    const char *base64;
    size_t base64_length;
};

struct signed_note {
    const char *text; /* what is signed, its last newline included */
    size_t text_size;
    uint32_t count;
    struct note_signature signatures[NOTE_SIGNATURES_MAX];
};

/* The parts of note[0..size), which must outlive them. false: not a note: no UTF-8, control characters,
 * no signature, a line that is none, or too much of anything. */
bool signed_note_read(struct signed_note *note, const char *bytes, size_t size);

enum note_check {
    NOTE_CHECK_SIGNED = 1,  /* by this key */
    NOTE_CHECK_MISSING = 2, /* no line of this key is there */
    NOTE_CHECK_FORGED = 3,  /* there is one, and it is not by this key */
};

/* *time_s: when a witness cosigned; 0 for a log's key. May be NULL. */
enum note_check signed_note_check(const struct signed_note *note, const struct note_key *key,
                                  uint64_t *time_s);

/* ---- signing ---- */

/* Writes one signature line with its newline for `text` (which ends in a newline), zero-terminated.
 * time_s: only for cosignatures, else 0. Returns its length; 0: libcrypto failed. */
size_t note_line_write(const struct note_key *key, const uint8_t seed[ED25519_KEY_SIZE],
                       const char *text, size_t text_size, uint64_t time_s,
                       char out[NOTE_LINE_MAX + 1]);

#endif
