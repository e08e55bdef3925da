/* SPDX-License-Identifier: Apache-2.0
 *
 * The share log on disk. A file of its own because what it promises is all that a miner has after a crash.
 * Invariants: a batch is on the disk before share_log_sync returns 0; the first failed write or sync is the last
 * call; a reader cuts off only what no later batch stands behind. Read next: interval.c.
 */
#include "stratum/share_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "platform/checksum.h"

enum { SUMMED_SIZE = offsetof(struct log_record, checksum), RECORDS_AT_ONCE = 512 };

/* Records that may wait for one sync: 32 MiB. */
enum { BATCH_MAX = 262144 };

struct share_log {
    const struct storage *storage;
    int file;
    bool has_failed;
    uint64_t size;
    uint32_t batch;
    size_t count;
    size_t capacity;
    struct log_record *records;
};

void share_log_name(int64_t begin_us, char out[LOG_NAME_SIZE])
{
    (void)snprintf(out, LOG_NAME_SIZE, "shares-%020" PRId64 ".log", begin_us);
}

bool share_log_name_read(const char *name, int64_t *begin_us)
{
    char same[LOG_NAME_SIZE];
    long long value = 0;

    if (strncmp(name, "shares-", 7) != 0) {
        return false;
    }
    value = strtoll(name + 7, NULL, 10);
    share_log_name((int64_t)value, same);
    *begin_us = (int64_t)value;
    return strcmp(same, name) == 0;
}

int share_log_create(const struct storage *storage, int folder, int64_t begin_us,
                     struct share_log **log)
{
    struct log_record begin = {.kind = LOG_KIND_BEGIN, .time_us = begin_us};
    char name[LOG_NAME_SIZE];

    share_log_name(begin_us, name);
    int file = storage->open(storage->context, folder, name, STORAGE_MODE_CREATE);
    if (file < 0) {
        return file;
    }
    struct share_log *made = calloc(1, sizeof *made);
    ENSURE(made != NULL);
    made->storage = storage;
    made->file = file;
    memcpy(begin.body, "tarazy share log 1", 18);
    ENSURE(share_log_add(made, &begin));
    int error = share_log_sync(made);
    if (error == 0) {
        error = storage->sync_folder(storage->context, folder);
    }
    if (error != 0) {
        share_log_destroy(made);
        return error;
    }
    *log = made;
    return 0;
}

bool share_log_add(struct share_log *log, const struct log_record *record)
{
    if (log->count == log->capacity) {
        size_t capacity = log->capacity == 0 ? 256 : 2 * log->capacity;

        if (capacity > BATCH_MAX) {
            return false;
        }
        struct log_record *records = realloc(log->records, capacity * sizeof *records);
        if (records == NULL) {
            return false;
        }
        log->records = records;
        log->capacity = capacity;
    }
    log->records[log->count++] = *record;
    return true;
}

size_t share_log_waiting(const struct share_log *log)
{
    return log->count;
}

const struct log_record *share_log_batch(const struct share_log *log)
{
    return log->records;
}

int share_log_sync(struct share_log *log)
{
    const struct storage *storage = log->storage;

    ENSURE(!log->has_failed);
    if (log->count == 0) {
        return 0;
    }
    log->batch++;
    for (size_t i = 0; i < log->count; i++) {
        struct log_record *record = &log->records[i];

        record->batch = log->batch;
        record->left = (uint32_t)(log->count - 1 - i);
        record->checksum = checksum_bytes(record, SUMMED_SIZE);
    }
    size_t size = log->count * sizeof *log->records;
    int error = storage_write_bytes(storage, log->file, log->records, size, log->size);
    if (error == 0) {
        error = storage->sync(storage->context, log->file);
    }
    if (error != 0) {
        log->has_failed = true;
        return error;
    }
    log->size += size;
    log->count = 0;
    return 0;
}

void share_log_destroy(struct share_log *log)
{
    if (log != NULL) {
        (void)log->storage->close(log->storage->context, log->file);
        free(log->records);
        free(log);
    }
}

/* ---- reading back ---- */

struct walk {
    uint64_t end;   /* of the last good record */
    uint32_t batch; /* of the last good record */
    uint32_t left;
    int64_t time_us;
};

static bool is_sound(const struct log_record *record)
{
    return record->checksum == checksum_bytes(record, SUMMED_SIZE) &&
           record->kind >= LOG_KIND_BEGIN && record->kind <= LOG_KIND_END;
}

/* Does it follow on what was read before? */
static bool does_follow(const struct walk *walk, const struct log_record *record)
{
    bool is_next = walk->left > 0 ? record->batch == walk->batch && record->left == walk->left - 1
                                  : record->batch == walk->batch + 1;

    return is_next && record->time_us >= walk->time_us &&
           (walk->end == 0) == (record->kind == LOG_KIND_BEGIN);
}

static int read_record(const struct storage *storage, int file, uint64_t at,
                       struct log_record *record)
{
    return storage_read_bytes(storage, file, record, sizeof *record, at);
}

/* Behind a bad record: does a batch stand that was begun after the bad one had been synced? */
static bool has_later_batch(const struct storage *storage, int file, const struct walk *walk,
                            uint64_t size)
{
    uint32_t bad_batch = walk->left > 0 ? walk->batch : walk->batch + 1;
    struct log_record record;

    for (uint64_t at = walk->end + sizeof record; at + sizeof record <= size; at += sizeof record) {
        if (read_record(storage, file, at, &record) == 0 && is_sound(&record) &&
            record.batch > bad_batch) {
            return true;
        }
    }
    return false;
}

/* The records up to the first that is missing or bad, told and hashed only once their batch is whole. */
static int walk_records(const struct storage *storage, int file, uint64_t size, struct walk *walk)
{
    struct log_record record;

    while (walk->end + sizeof record <= size) {
        int error = read_record(storage, file, walk->end, &record);

        if (error != 0) {
            return error;
        }
        if (!is_sound(&record) || !does_follow(walk, &record)) {
            break;
        }
        walk->end += sizeof record;
        walk->batch = record.batch;
        walk->left = record.left;
        walk->time_us = record.time_us;
    }
    return 0;
}

static int tell_records(const struct storage *storage, int file, uint64_t end,
                        struct log_reading *reading)
{
    static struct log_record records[RECORDS_AT_ONCE];
    struct sha256 *sha = sha256_create();
    int error = 0;

    sha256_start(sha);
    for (uint64_t at = 0; at < end && error == 0;) {
        uint64_t size = end - at < sizeof records ? end - at : sizeof records;

        error = storage_read_bytes(storage, file, records, (size_t)size, at);
        for (size_t i = 0; error == 0 && i < (size_t)size / sizeof *records; i++) {
            reading->visit(reading->context, &records[i]);
        }
        sha256_add(sha, records, (size_t)size);
        at += size;
    }
    sha256_finish(sha, &reading->hash);
    sha256_destroy(sha);
    return error;
}

/* Where the last whole batch ends: what stands of an unfinished one was never answered. */
static int find_whole_end(const struct storage *storage, int file, struct walk *walk)
{
    struct log_record record;

    while (walk->left > 0 && walk->end > 0) {
        int error = read_record(storage, file, walk->end - sizeof record, &record);

        if (error != 0) {
            return error;
        }
        if (record.batch != walk->batch) {
            break;
        }
        walk->end -= sizeof record;
    }
    walk->left = 0;
    return 0;
}

static enum log_result read_open(const struct storage *storage, int file,
                                 struct log_reading *reading)
{
    struct walk walk = {.time_us = INT64_MIN};
    int64_t size = storage->size(storage->context, file);
    enum log_result result = LOG_RESULT_OK;

    reading->error = size < 0 ? (int)size : walk_records(storage, file, (uint64_t)size, &walk);
    if (reading->error != 0) {
        return LOG_RESULT_ERROR;
    }
    if (walk.end != (uint64_t)size || walk.left > 0) {
        if (has_later_batch(storage, file, &walk, (uint64_t)size)) {
            reading->place = walk.end;
            return LOG_RESULT_DAMAGED;
        }
        result = LOG_RESULT_TORN;
        reading->error = find_whole_end(storage, file, &walk);
        if (reading->error == 0) {
            reading->error = storage->resize(storage->context, file, walk.end);
        }
        if (reading->error == 0) {
            reading->error = storage->sync(storage->context, file);
        }
    }
    if (reading->error == 0) {
        reading->error = tell_records(storage, file, walk.end, reading);
    }
    return reading->error == 0 ? result : LOG_RESULT_ERROR;
}

enum log_result share_log_read(const struct storage *storage, int folder, const char *name,
                               struct log_reading *reading)
{
    int file = storage->open(storage->context, folder, name, STORAGE_MODE_WRITE);

    if (file < 0) {
        reading->error = file;
        return LOG_RESULT_ERROR;
    }
    enum log_result result = read_open(storage, file, reading);
    (void)storage->close(storage->context, file);
    return result;
}
