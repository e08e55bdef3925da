/* SPDX-License-Identifier: Apache-2.0
 *
 * Intervals one after the other in a folder: the log of the running one, readings of those that are over, and what of
 * these the node has acknowledged.
 *
 *     shares-BEGIN.log      the log of an interval
 *     readings-BEGIN.json   its readings, one JSON object a line, waiting to be sent
 *     sent-BEGIN.json       the same file once the node has acknowledged all of them
 *
 * Readings are numbered 1, 2, 3 ... over all files. A log without readings is closed at the next start.
 */
#ifndef STRATUM_INTERVAL_H
#define STRATUM_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/clock.h"
#include "platform/storage.h"
#include "stratum/register_names.h"
#include "stratum/seen_shares.h"
#include "stratum/share_log.h"
#include "stratum/tally.h"

struct interval;

struct interval_options {
    const struct storage *storage;
    const struct clock_source *clock;
    const char *directory;
    const struct register_names *names; /* accounts -> numbers in the node's register; NULL: none */
    struct seen_shares *seen;           /* filled with the shares of the last logs */
    int64_t
        length_us; /* ends on multiples of it since 1970, so within one day and month; 0: on demand */
};

/* Opens the folder (locked: one meter), closes what a crash left open, begins an interval. 0 or a negative errno: -EBADMSG when a log is damaged. what: a
 * file's name, for the message. */
int interval_open(const struct interval_options *options, struct interval **out,
                  char what[LOG_NAME_SIZE]);
void interval_destroy(struct interval *interval);

/* Microseconds UTC of this interval: its begin by the wall clock, then by the monotonic one, so that a wall clock
 * that jumps neither shortens nor repeats an interval. */
int64_t interval_now_us(const struct interval *interval);
/* It is over: turn it. */
bool interval_is_due(const struct interval *interval);
int64_t interval_begin_us(const struct interval *interval);

/* The number of a worker in the running log; introduced when he is new there. 0: too many. */
uint32_t interval_worker(struct interval *interval, const char *name);

/* Adds a record (time and kind are set here). False: the batch is full, sync first. */
bool interval_add(struct interval *interval, enum log_kind kind, struct log_record *record);

/* Writes and syncs what waits. After an error the process must stop. */
int interval_sync(struct interval *interval);

/* Ends the interval, writes its readings, begins the next. *readings: how many. 0 or a negative errno. */
int interval_turn(struct interval *interval, size_t *readings);

/* ---- the spool; by another thread as well, of the same folder ---- */

struct reading {
    uint64_t sequence;
    char account[STRATUM_WORKER_MAX + 1];
    uint32_t miner;
    uint32_t pool;
    uint32_t site;
    int64_t begin_us;
    int64_t end_us;
    uint64_t accepted;
    uint64_t rejected;
    uint64_t stale;
    uint64_t refused;
    uint64_t effective_milli;
    wide_half work;
    struct hash256 log;
};
/* A reading as a line of JSON without its end, and back. */
size_t reading_write(const struct reading *reading, char *out, size_t capacity);
bool reading_read(struct slice line, struct reading *reading);

/* The first file with readings that wait, whole, to be freed by the caller. 1: there is one; 0: none; negative errno. */
int spool_next(const struct storage *storage, int folder, char name[LOG_NAME_SIZE], char **text,
               size_t *size);
/* A file of the folder, whole, to be freed by the caller. 0 or a negative errno. */
int spool_read(const struct storage *storage, int folder, const char *name, char **text,
               size_t *size);
/* All of its readings were acknowledged. 0 or a negative errno. */
int spool_done(const struct storage *storage, int folder, const char *name);

#endif
