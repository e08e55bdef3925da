/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifier keys of notes: a name, a kind, a public key, and the four bytes by which signature lines
 * find it. A file of its own because people copy these texts by hand: everything about what a good
 * one looks like stands here. Read next: signed_note.c.
 */
#include <string.h>

#include "proofs/note_base64.h"
#include "proofs/signed_note.h"

enum { NOTE_HEX_SIZE = 2 * NOTE_KEY_ID_SIZE, NOTE_KEY_BYTES = 1 + ED25519_KEY_SIZE };

static const char note_digits[] = "0123456789abcdef";

bool note_name_is_good(const char *name, size_t length)
{
    if (length == 0 || length > NOTE_NAME_MAX) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '+') {
            return false;
        }
    }
    return true;
}

bool note_key_make(struct note_key *key, const char *name, enum note_key_kind kind,
                   const uint8_t raw[ED25519_KEY_SIZE])
{
    const uint8_t between[] = {'\n', (uint8_t)kind};
    size_t length = strlen(name);
    uint8_t hash[SHA256_SIZE];
    const struct byte_part parts[] = {
        {.bytes = name, .size = length},
        {.bytes = between, .size = sizeof between},
        {.bytes = raw, .size = ED25519_KEY_SIZE},
    };

    if (!note_name_is_good(name, length)) {
        return false;
    }
    *key = (struct note_key){.kind = kind};
    memcpy(key->name, name, length);
    memcpy(key->key, raw, ED25519_KEY_SIZE);
    sha256_compute(parts, sizeof parts / sizeof parts[0], hash);
    memcpy(key->id, hash, sizeof key->id);
    return true;
}

static void note_hex_write(const uint8_t id[NOTE_KEY_ID_SIZE], char out[NOTE_HEX_SIZE])
{
    for (size_t i = 0; i < NOTE_KEY_ID_SIZE; i++) {
        out[2 * i] = note_digits[id[i] >> 4];
        out[2 * i + 1] = note_digits[id[i] & 15];
    }
}

bool note_key_read(struct note_key *key, const char *text, size_t length)
{
    const size_t key_text = NOTE_BASE64_SIZE(NOTE_KEY_BYTES);
    const size_t tail = 1 + NOTE_HEX_SIZE + 1 + key_text;
    uint8_t bytes[NOTE_KEY_BYTES];
    char name[NOTE_NAME_MAX + 1] = {0};
    char hex[NOTE_HEX_SIZE];

    if (length <= tail || length - tail > NOTE_NAME_MAX) {
        return false;
    }
    size_t name_length = length - tail;
    memcpy(name, text, name_length);
    if (text[name_length] != '+' || text[name_length + 1 + NOTE_HEX_SIZE] != '+' ||
        !note_name_is_good(name, name_length) ||
        !note_base64_read_exactly(text + length - key_text, key_text, bytes, sizeof bytes) ||
        (bytes[0] != NOTE_KEY_KIND_ED25519 && bytes[0] != NOTE_KEY_KIND_COSIGNATURE) ||
        !note_key_make(key, name, (enum note_key_kind)bytes[0], bytes + 1)) {
        return false;
    }
    note_hex_write(key->id, hex);
    return memcmp(hex, text + name_length + 1, sizeof hex) == 0;
}

void note_key_write(const struct note_key *key, char out[NOTE_KEY_TEXT_MAX + 1])
{
    uint8_t bytes[NOTE_KEY_BYTES] = {(uint8_t)key->kind};
    size_t length = strlen(key->name);

    memcpy(bytes + 1, key->key, sizeof key->key);
    memcpy(out, key->name, length);
    out[length++] = '+';
    note_hex_write(key->id, out + length);
    length += NOTE_HEX_SIZE;
    out[length++] = '+';
    note_base64_write(bytes, sizeof bytes, out + length);
    out[length + NOTE_BASE64_SIZE(sizeof bytes)] = '\0';
}
