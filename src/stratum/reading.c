/* SPDX-License-Identifier: Apache-2.0
 *
 * A reading as a line of JSON, and the files of readings that wait. A file of its own because the thread that sends them needs
 * this and nothing else of an interval. Invariant: a file of readings appears whole, under its name, or not at all; it changes
 * its name once, when the node has acknowledged all of it. Read next: sender.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/hex_text.h"
#include "codec/json_writer.h"
#include "stratum/interval.h"

enum { SPOOL_FILE_MAX = 64 << 20 };

enum {
    FIELD_SEQUENCE,
    FIELD_ACCOUNT,
    FIELD_MINER,
    FIELD_POOL,
    FIELD_SITE,
    FIELD_BEGIN,
    FIELD_END,
    FIELD_ACCEPTED,
    FIELD_REJECTED,
    FIELD_STALE,
    FIELD_REFUSED,
    FIELD_EFFECTIVE,
    FIELD_WORK,
    FIELD_LOG,
    FIELD_COUNT
};

static const struct json_field fields[FIELD_COUNT] = {
    {"sequence", JSON_TYPE_NUMBER, true}, {"account", JSON_TYPE_STRING, true},
    {"miner", JSON_TYPE_NUMBER, true},    {"pool", JSON_TYPE_NUMBER, true},
    {"site", JSON_TYPE_NUMBER, true},     {"begin_us", JSON_TYPE_NUMBER, true},
    {"end_us", JSON_TYPE_NUMBER, true},   {"accepted", JSON_TYPE_NUMBER, true},
    {"rejected", JSON_TYPE_NUMBER, true}, {"stale", JSON_TYPE_NUMBER, true},
    {"refused", JSON_TYPE_NUMBER, true},  {"effective_milli", JSON_TYPE_NUMBER, true},
    {"work", JSON_TYPE_STRING, true},     {"log", JSON_TYPE_STRING, true},
};

size_t reading_write(const struct reading *reading, char *out, size_t capacity)
{
    struct json_writer writer;
    char hash[64];

    json_writer_begin(&writer, out, capacity);
    json_write_object_begin(&writer);
    json_write_key_uint64(&writer, fields[FIELD_SEQUENCE].name, reading->sequence);
    json_write_key_text(&writer, fields[FIELD_ACCOUNT].name, reading->account);
    json_write_key_uint64(&writer, fields[FIELD_MINER].name, reading->miner);
    json_write_key_uint64(&writer, fields[FIELD_POOL].name, reading->pool);
    json_write_key_uint64(&writer, fields[FIELD_SITE].name, reading->site);
    json_write_key_int64(&writer, fields[FIELD_BEGIN].name, reading->begin_us);
    json_write_key_int64(&writer, fields[FIELD_END].name, reading->end_us);
    json_write_key_uint64(&writer, fields[FIELD_ACCEPTED].name, reading->accepted);
    json_write_key_uint64(&writer, fields[FIELD_REJECTED].name, reading->rejected);
    json_write_key_uint64(&writer, fields[FIELD_STALE].name, reading->stale);
    json_write_key_uint64(&writer, fields[FIELD_REFUSED].name, reading->refused);
    json_write_key_uint64(&writer, fields[FIELD_EFFECTIVE].name, reading->effective_milli);
    json_write_key_decimal(&writer, fields[FIELD_WORK].name, (__int128)reading->work, 0);
    hex_encode(reading->log.bytes, 32, hash);
    json_write_key_string(&writer, fields[FIELD_LOG].name, slice_of(hash, sizeof hash));
    json_write_object_end(&writer);
    return json_writer_text(&writer).size;
}

static bool read_work(struct json_value value, wide_half *work)
{
    *work = 0;
    if (value.raw.size == 0 || value.raw.size > 38) {
        return false;
    }
    for (size_t i = 0; i < value.raw.size; i++) {
        char digit = value.raw.data[i];

        if (digit < '0' || digit > '9') {
            return false;
        }
        *work = *work * 10 + (unsigned)(digit - '0');
    }
    return true;
}

static bool read_u32(struct json_value value, uint32_t *out)
{
    uint64_t number;

    if (!json_number_uint64(value, &number) || number > UINT32_MAX) {
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

bool reading_read(struct slice line, struct reading *reading)
{
    struct json_value values[FIELD_COUNT];
    size_t size;

    *reading = (struct reading){0};
    if (json_object_read(line, 1, fields, FIELD_COUNT, JSON_UNKNOWN_REFUSED, values) !=
            JSON_RESULT_OK ||
        !json_string_decode(values[FIELD_ACCOUNT], reading->account, STRATUM_WORKER_MAX, &size)) {
        return false;
    }
    return read_u32(values[FIELD_MINER], &reading->miner) &&
           read_u32(values[FIELD_POOL], &reading->pool) &&
           read_u32(values[FIELD_SITE], &reading->site) &&
           json_number_uint64(values[FIELD_SEQUENCE], &reading->sequence) &&
           json_number_int64(values[FIELD_BEGIN], &reading->begin_us) &&
           json_number_int64(values[FIELD_END], &reading->end_us) &&
           json_number_uint64(values[FIELD_ACCEPTED], &reading->accepted) &&
           json_number_uint64(values[FIELD_REJECTED], &reading->rejected) &&
           json_number_uint64(values[FIELD_STALE], &reading->stale) &&
           json_number_uint64(values[FIELD_REFUSED], &reading->refused) &&
           json_number_uint64(values[FIELD_EFFECTIVE], &reading->effective_milli) &&
           read_work(values[FIELD_WORK], &reading->work) &&
           hex_decode(values[FIELD_LOG].raw, reading->log.bytes, 32);
}

/* ---- the files ---- */

struct first_name {
    char name[LOG_NAME_SIZE];
};

static void look_at_name(void *visitor, const char *name)
{
    struct first_name *first = visitor;
    size_t size = strlen(name);

    if (strncmp(name, "readings-", 9) != 0 || size < 5 || strcmp(name + size - 5, ".json") != 0) {
        return;
    }
    if (first->name[0] == '\0' || strcmp(name, first->name) < 0) {
        memcpy(first->name, name, size + 1);
    }
}

static int read_whole(const struct storage *storage, int file, char **text, size_t *size)
{
    int64_t bytes = storage->size(storage->context, file);

    if (bytes < 0 || bytes > SPOOL_FILE_MAX) {
        return bytes < 0 ? (int)bytes : -EFBIG;
    }
    *size = (size_t)bytes;
    *text = malloc(*size + 1);
    ENSURE(*text != NULL);
    (*text)[*size] = '\0';
    int error = storage_read_bytes(storage, file, *text, *size, 0);
    if (error != 0) {
        free(*text);
        *text = NULL;
    }
    return error;
}

int spool_read(const struct storage *storage, int folder, const char *name, char **text,
               size_t *size)
{
    int file = storage->open(storage->context, folder, name, STORAGE_MODE_READ);

    if (file < 0) {
        return file;
    }
    int error = read_whole(storage, file, text, size);
    (void)storage->close(storage->context, file);
    return error;
}

int spool_next(const struct storage *storage, int folder, char name[LOG_NAME_SIZE], char **text,
               size_t *size)
{
    struct first_name first = {.name = ""};
    int error = storage->list(storage->context, folder, look_at_name, &first);

    if (error != 0 || first.name[0] == '\0') {
        return error;
    }
    error = spool_read(storage, folder, first.name, text, size);
    memcpy(name, first.name, LOG_NAME_SIZE);
    return error == 0 ? 1 : error;
}

int spool_done(const struct storage *storage, int folder, const char *name)
{
    char done[LOG_NAME_SIZE];

    (void)snprintf(done, sizeof done, "sent-%s", name + strlen("readings-"));
    int error = storage->rename(storage->context, folder, name, done);
    return error != 0 ? error : storage->sync_folder(storage->context, folder);
}
