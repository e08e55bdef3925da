/* SPDX-License-Identifier: Apache-2.0
 *
 * The log of one interval: what every reading rests on. Append-only records of 128 bytes; those of one turn are one
 * batch, written and synced together before any of their miners is answered.
 *
 * docs/stratum-meter.md has the layout. An accepted share stands with its 80-byte header and its assigned
 * difficulty, so that anybody can hash it again.
 */
#ifndef STRATUM_SHARE_LOG_H
#define STRATUM_SHARE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/storage.h"
#include "stratum/difficulty.h"
#include "stratum/job.h"
#include "stratum/stratum_line.h"

enum log_kind {
    LOG_KIND_BEGIN = 1,  /* the first record: text is the version, time the begin of the interval */
    LOG_KIND_WORKER = 2, /* text: the name that `worker` stands for in this file */
    LOG_KIND_ACCEPTED = 3, /* header, difficulty */
    LOG_KIND_REJECTED = 4, /* detail: enum share_verdict */
    LOG_KIND_STALE = 5,
    LOG_KIND_REFUSED = 6, /* counted before, then refused by the pool it was sent on to */
    LOG_KIND_END = 7,     /* the last record of an interval that was closed in order: its end */
};

struct log_record {
    uint8_t body[HEADER_SIZE]; /* a header; of WORKER and BEGIN: a text, zero-padded */
    int64_t time_us;           /* UTC, never going back within a file */
    uint64_t mantissa;         /* of the assigned difficulty */
    uint32_t worker;           /* 1, 2, 3 ... within the file */
    uint16_t decimals;         /* of the assigned difficulty */
    uint8_t kind;              /* enum log_kind */
    uint8_t detail;
    uint32_t batch; /* 1, 2, 3 ... */
    uint32_t left;  /* records of this batch behind this one */
    uint8_t reserved[8];
    uint64_t checksum; /* XXH3 of the 120 bytes before */
};
_Static_assert(sizeof(struct log_record) == 128, "records are read back by others");

enum { LOG_NAME_SIZE = STORAGE_NAME_SIZE };

struct share_log;

/* Makes "shares-BEGIN.log" in the folder and syncs it. 0 or a negative errno. */
int share_log_create(const struct storage *storage, int folder, int64_t begin_us,
                     struct share_log **log);

/* Into the batch; kind, time, worker, difficulty, body, detail are the caller's. False: no memory for it. */
bool share_log_add(struct share_log *log, const struct log_record *record);
size_t share_log_waiting(const struct share_log *log);
/* The records of the batch, valid until the next call. */
const struct log_record *share_log_batch(const struct share_log *log);

/* Writes and syncs the batch. 0, or a negative errno: then the process must stop; nothing may be answered. */
int share_log_sync(struct share_log *log);

/* Closes the file; what was not synced is lost. */
void share_log_destroy(struct share_log *log);

enum log_result {
    LOG_RESULT_OK = 1,
    LOG_RESULT_TORN, /* the end of the last batch was missing and has been cut off: nobody was told of it */
    LOG_RESULT_DAMAGED, /* a record is wrong that a later sync had covered */
    LOG_RESULT_ERROR,   /* the disk says no */
};

/* Everything of a log that stands, once its torn end is cut off. visit: for each record in order. *hash: SHA-256 of
 * the whole file. *place: offset of the first bad record, when damaged. */
struct log_reading {
    void (*visit)(void *context, const struct log_record *record);
    void *context;
    struct hash256 hash;
    uint64_t place;
    int error;
};
enum log_result share_log_read(const struct storage *storage, int folder, const char *name,
                               struct log_reading *reading);

/* "shares-00001763857000000000.log" <-> its begin. */
void share_log_name(int64_t begin_us, char out[LOG_NAME_SIZE]);
bool share_log_name_read(const char *name, int64_t *begin_us);

#endif
