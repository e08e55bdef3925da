/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed notes: strict reading, checking, signing. A file of its own because every promise of the
 * notary and of witnesses is one of these. Invariants: what is signed is the text up to and with its
 * last newline before the empty line; a line that names a key and does not verify condemns the note,
 * whatever other lines say. Read next: checkpoint.c.
 */
#include "proofs/signed_note.h"

#include <string.h>

#include "base/ensure.h"
#include "proofs/note_base64.h"

/* "— ", the em dash in UTF-8. */
static const char note_dash[] = {'\xE2', '\x80', '\x94', ' '};
static const char note_cosigned[] = "cosignature/v1\ntime ";

enum {
    NOTE_DECIMAL_MAX = 20,
    NOTE_COSIGNED_HEAD_MAX = sizeof note_cosigned + NOTE_DECIMAL_MAX + 1,
    NOTE_BLOB_MAX = NOTE_KEY_ID_SIZE + 8 + ED25519_SIGNATURE_SIZE
};

/* ------------------------------------------------------------------ reading */

/* Bytes of the UTF-8 character at the start of text[0..size); 0: none. */
static size_t note_character(const unsigned char *text, size_t size)
{
    static const struct {
        unsigned char first, last, second, second_last;
        size_t size;
    } shapes[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };

    if (text[0] < 0x80) {
        return 1;
    }
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (text[0] < shapes[i].first || text[0] > shapes[i].last || size < shapes[i].size) {
            continue;
        }
        bool is_good = text[1] >= shapes[i].second && text[1] <= shapes[i].second_last;
        for (size_t k = 2; k < shapes[i].size; k++) {
            is_good = is_good && text[k] >= 0x80 && text[k] <= 0xBF;
        }
        return is_good ? shapes[i].size : 0;
    }
    return 0;
}

static bool note_is_text(const char *bytes, size_t size)
{
    const unsigned char *text = (const unsigned char *)bytes;

    for (size_t at = 0; at < size;) {
        size_t length = note_character(text + at, size - at);

        if (length == 0 || (text[at] < ' ' && text[at] != '\n') || text[at] == 0x7F) {
            return false;
        }
        at += length;
    }
    return true;
}

/* One line behind the empty one, without its newline. */
static bool note_read_line(struct note_signature *signature, const char *line, size_t length)
{
    uint8_t start[3];
    size_t size = 0;

    if (length < sizeof note_dash || memcmp(line, note_dash, sizeof note_dash) != 0) {
        return false;
    }
    line += sizeof note_dash;
    length -= sizeof note_dash;
    const char *space = memchr(line, ' ', length);
    if (space == NULL || space == line || memchr(line, '+', (size_t)(space - line)) != NULL) {
        return false;
    }
    *signature = (struct note_signature){.name = line, .name_length = (size_t)(space - line)};
    signature->base64 = space + 1;
    signature->base64_length = length - signature->name_length - 1;
    /* A key id and at least one byte; the canonical spelling of the rest is asked for when the key is
     * one that we know, for other kinds may be of any size. */
    return signature->base64_length >= 8 && signature->base64_length % 4 == 0 &&
           memchr(signature->base64, ' ', signature->base64_length) == NULL &&
           note_base64_read(signature->base64, 4, start, sizeof start, &size) && size == 3;
}

/* Where the last empty line stands: the newline that ends the text. NULL: there is none. */
static const char *note_find_end(const char *bytes, size_t size)
{
    for (size_t at = size; at >= 2; at--) {
        if (bytes[at - 1] == '\n' && bytes[at - 2] == '\n') {
            return bytes + at - 2;
        }
    }
    return NULL;
}

bool signed_note_read(struct signed_note *note, const char *bytes, size_t size)
{
    if (size == 0 || size > NOTE_SIZE_MAX || bytes[size - 1] != '\n' ||
        !note_is_text(bytes, size)) {
        return false;
    }
    const char *end = note_find_end(bytes, size);
    if (end == NULL) {
        return false;
    }
    note->text = bytes;
    note->text_size = (size_t)(end - bytes) + 1;
    note->count = 0;
    const char *line = end + 2;
    const char *stop = bytes + size;
    while (line < stop) {
        const char *newline = memchr(line, '\n', (size_t)(stop - line));

        if (newline == NULL || note->count == NOTE_SIGNATURES_MAX ||
            !note_read_line(&note->signatures[note->count], line, (size_t)(newline - line))) {
            return false;
        }
        note->count++;
        line = newline + 1;
    }
    return note->count > 0;
}

/* ------------------------------------------------------------------ checking */

static size_t note_decimal_write(uint64_t value, char *out)
{
    char digits[NOTE_DECIMAL_MAX];
    size_t count = 0;

    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < count; i++) {
        out[i] = digits[count - 1 - i];
    }
    return count;
}

/* What a witness signs. Returns the size; `out` has room for the head and the text. */
static size_t note_cosigned_message(char *out, const char *text, size_t text_size, uint64_t time_s)
{
    size_t size = sizeof note_cosigned - 1;

    memcpy(out, note_cosigned, size);
    size += note_decimal_write(time_s, out + size);
    out[size++] = '\n';
    memcpy(out + size, text, text_size);
    return size + text_size;
}

static void note_time_write(uint64_t time_s, uint8_t out[8])
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t)(time_s >> (56 - 8 * i));
    }
}

static uint64_t note_time_read(const uint8_t bytes[8])
{
    uint64_t time_s = 0;

    for (unsigned i = 0; i < 8; i++) {
        time_s = time_s << 8 | bytes[i];
    }
    return time_s;
}

/* Does the line name the key: by its name and by its id? */
static bool note_line_is_of(const struct note_signature *signature, const struct note_key *key)
{
    uint8_t start[6];
    size_t size = 0;

    return strlen(key->name) == signature->name_length &&
           memcmp(key->name, signature->name, signature->name_length) == 0 &&
           note_base64_read(signature->base64, 8, start, sizeof start, &size) &&
           size >= NOTE_KEY_ID_SIZE && memcmp(start, key->id, NOTE_KEY_ID_SIZE) == 0;
}

static bool note_verify(const struct signed_note *note, const struct note_signature *signature,
                        const struct note_key *key, uint64_t *time_s)
{
    char message[NOTE_COSIGNED_HEAD_MAX + NOTE_SIZE_MAX];
    uint8_t blob[NOTE_BLOB_MAX];
    bool is_cosigned = key->kind == NOTE_KEY_KIND_COSIGNATURE;
    size_t blob_size = is_cosigned ? NOTE_BLOB_MAX : NOTE_BLOB_MAX - 8;
    size_t size = note->text_size;

    *time_s = 0;
    if (!note_base64_read_exactly(signature->base64, signature->base64_length, blob, blob_size)) {
        return false;
    }
    memcpy(message, note->text, note->text_size);
    if (is_cosigned) {
        *time_s = note_time_read(blob + NOTE_KEY_ID_SIZE);
        size = note_cosigned_message(message, note->text, note->text_size, *time_s);
    }
    struct public_key *public = public_key_create_ed25519(key->key);
    bool is_good =
        public != NULL && *time_s <= INT64_MAX &&
        public_key_verify(public, message, size, blob + blob_size - ED25519_SIGNATURE_SIZE,
                          ED25519_SIGNATURE_SIZE);
    public_key_destroy(public);
    return is_good;
}

enum note_check signed_note_check(const struct signed_note *note, const struct note_key *key,
                                  uint64_t *time_s)
{
    enum note_check result = NOTE_CHECK_MISSING;
    uint64_t newest_s = 0;

    for (uint32_t i = 0; i < note->count; i++) {
        uint64_t cosigned_s = 0;

        if (!note_line_is_of(&note->signatures[i], key)) {
            continue;
        }
        if (!note_verify(note, &note->signatures[i], key, &cosigned_s)) {
            return NOTE_CHECK_FORGED;
        }
        result = NOTE_CHECK_SIGNED;
        newest_s = cosigned_s > newest_s ? cosigned_s : newest_s;
    }
    if (time_s != NULL) {
        *time_s = newest_s;
    }
    return result;
}

/* ------------------------------------------------------------------ signing */

size_t note_line_write(const struct note_key *key, const uint8_t seed[ED25519_KEY_SIZE],
                       const char *text, size_t text_size, uint64_t time_s,
                       char out[NOTE_LINE_MAX + 1])
{
    char message[NOTE_COSIGNED_HEAD_MAX + NOTE_SIZE_MAX];
    uint8_t blob[NOTE_BLOB_MAX];
    bool is_cosigned = key->kind == NOTE_KEY_KIND_COSIGNATURE;
    size_t blob_size = is_cosigned ? NOTE_BLOB_MAX : NOTE_BLOB_MAX - 8;
    size_t size = text_size;

    ENSURE(text_size > 0 && text_size <= NOTE_SIZE_MAX && text[text_size - 1] == '\n');
    memcpy(message, text, text_size);
    memcpy(blob, key->id, sizeof key->id);
    if (is_cosigned) {
        note_time_write(time_s, blob + NOTE_KEY_ID_SIZE);
        size = note_cosigned_message(message, text, text_size, time_s);
    }
    if (!ed25519_sign(seed, message, size, blob + blob_size - ED25519_SIGNATURE_SIZE)) {
        return 0;
    }
    size_t length = strlen(key->name);
    size_t at = sizeof note_dash;
    memcpy(out, note_dash, sizeof note_dash);
    memcpy(out + at, key->name, length);
    at += length;
    out[at++] = ' ';
    note_base64_write(blob, blob_size, out + at);
    at += NOTE_BASE64_SIZE(blob_size);
    out[at++] = '\n';
    out[at] = '\0';
    return at;
}
