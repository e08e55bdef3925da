/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a supervisor writes what it found: a line of JSON per alarm in alarms.jsonl (and the same as a line of the log),
 * the bytes that were found wrong as a file of their own, and status.json for people and pages.
 */
#ifndef SUPERVISION_ALARM_BOOK_H
#define SUPERVISION_ALARM_BOOK_H

#include <stddef.h>
#include <stdint.h>

#include "supervision/pursuit.h"

#define ALARM_BOOK_NAME       "alarms.jsonl"
#define ALARM_STATUS_NAME     "status.json"
#define ALARM_STATUS_SIZE     65536u
#define ALARM_EVIDENCE_PREFIX "evidence-"
#define ALARM_EVIDENCE_SIZE   96u

/* Words for people and machines: "silence", "no_core", "refused", "finding", "checkpoint", "unsigned", "liabilities",
 * "quarantine"; "record", "history", "diverged", "books",
 * "state", "own". */
const char *alarm_word(enum alarm alarm);
const char *replica_kind_word(enum replica_kind kind);

struct alarm_book {
    int folder; /* the supervisor's */
};

/* 0 or a negative errno; the folder is made if need be. */
int alarm_book_open(struct alarm_book *book, const char *directory);
void alarm_book_close(struct alarm_book *book);

/* Writes the line, synced, and logs it; evidence goes into the node's own folder first. What cannot be written is at
 * least logged. wall_us: now. */
void alarm_book_write(const struct alarm_book *book, const char *node, int64_t wall_us,
                      const struct pursuit_alarm *alarm);

/* Puts a new status.json in place of the old one. 0 or a negative errno. */
int alarm_book_status(const struct alarm_book *book, const char *text, size_t size);

/* How many files of evidence stand in a folder; a negative errno. */
int alarm_evidence_count(const char *directory);

#endif
