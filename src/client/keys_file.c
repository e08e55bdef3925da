/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading keys.json. Its bytes hold secrets: the buffer is wiped on every way out.
 */
#include "client/keys_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_reader.h"
#include "platform/signature.h"

enum { FIELD_PARTICIPANT, FIELD_API_KEY, FIELD_TYPE, FIELD_SECRET, FIELD_COUNT };

static const struct json_field key_fields[FIELD_COUNT] = {
    [FIELD_PARTICIPANT] = {"participant", JSON_TYPE_STRING, true},
    [FIELD_API_KEY] = {"apiKey", JSON_TYPE_STRING, true},
    [FIELD_TYPE] = {"type", JSON_TYPE_STRING, true},
    [FIELD_SECRET] = {"secretKey", JSON_TYPE_STRING, false},
};

static char message[512];

static bool copy_text(struct json_value value, char *out)
{
    size_t size = 0;

    if (!json_string_decode(value, out, CLIENT_KEY_TEXT_MAX - 1, &size)) {
        return false;
    }
    out[size] = '\0';
    return true;
}

/* Is this object the key looked for? Then it is copied. */
static bool take_key(struct slice object, const char *participant, struct client_key *key)
{
    struct json_value values[FIELD_COUNT];

    if (json_object_read(object, 4, key_fields, FIELD_COUNT, JSON_UNKNOWN_SKIPPED, values) !=
        JSON_RESULT_OK) {
        return false;
    }
    return slice_equals_text(values[FIELD_TYPE].raw, "HMAC") &&
           slice_equals_text(values[FIELD_PARTICIPANT].raw, participant) &&
           values[FIELD_SECRET].type == JSON_TYPE_STRING &&
           copy_text(values[FIELD_PARTICIPANT], key->participant) &&
           copy_text(values[FIELD_API_KEY], key->api_key) &&
           copy_text(values[FIELD_SECRET], key->secret);
}

static bool find_in(struct slice text, const char *participant, struct client_key *key)
{
    struct json_reader reader;
    struct json_token token;

    json_reader_begin(&reader, text, 8);
    if (json_reader_next(&reader, &token) != JSON_RESULT_OK ||
        token.kind != JSON_TOKEN_ARRAY_BEGIN) {
        return false;
    }
    for (;;) {
        struct json_value value;

        if (json_reader_value(&reader, &value) != JSON_RESULT_OK || value.type == 0) {
            return false;
        }
        if (value.type == JSON_TYPE_OBJECT && take_key(value.raw, participant, key)) {
            return true;
        }
    }
}

/* The file's bytes, or NULL with a message. */
static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        snprintf(message, sizeof message, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *bytes = malloc(KEYS_FILE_SIZE_MAX);
    if (bytes != NULL) {
        *size = fread(bytes, 1, KEYS_FILE_SIZE_MAX, file);
    }
    if (bytes == NULL || ferror(file) || *size == KEYS_FILE_SIZE_MAX) {
        snprintf(message, sizeof message, "%s: cannot be read, or is longer than 1 MiB", path);
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

bool keys_file_find(const char *path, const char *participant, struct client_key *key,
                    const char **error)
{
    size_t size = 0;
    char *bytes = read_file(path, &size);

    *error = message;
    if (bytes == NULL) {
        return false;
    }
    bool found = find_in(slice_of(bytes, size), participant, key);
    secret_wipe(bytes, KEYS_FILE_SIZE_MAX);
    free(bytes);
    if (!found) {
        snprintf(message, sizeof message, "%s: no HMAC key of participant '%s'", path, participant);
    }
    return found;
}
