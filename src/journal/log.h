/* SPDX-License-Identifier: Apache-2.0
 *
 * The log: where the order of commands becomes final. One interface, so that a replicated log can
 * take the place of the local file (log_file.h): whoever uses it never assumes that appending and
 * being durable are one moment, and takes a number for final only when log_durable() has reached it.
 *
 *     log_append(log, &batch);  // has a place in the order
 *     log_sync(log);            // asks for durability; a file has it on return
 *     …                         // time to apply the batch
 *     log_await(log);           // … of a log with a thread, which has it then
 *     while (log_durable(log) < last) { … }  // others: wait on log_wakeup_fd, call log_work
 *
 * On the first error the log is dead for good: every later call says false, nothing more becomes
 * durable, and log_failure() tells why. The caller stops the process; the next one recovers.
 *
 * Reading is journal/reader.h on the log's folder: every implementation keeps the same files there.
 */
#ifndef JOURNAL_LOG_H
#define JOURNAL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "journal/journal_error.h"
#include "journal/journal_format.h"

struct log_batch {
    const void *commands;  /* struct bytes back to back, as they will be applied */
    uint32_t size;         /* bytes: a multiple of 64, at most log_batch_size_max() */
    uint32_t count;        /* commands, at least 1 */
    uint64_t first_number; /* the last appended number + 1 */
    int64_t time_us;       /* not before the last appended batch's */
    struct digest
        events; /* of all events of the batch before this one; digest_start() for the first */
};

struct log;

/* What an implementation brings. Contracts below. */
struct log_operations {
    bool (*append)(struct log *log, const struct log_batch *batch);
    bool (*sync)(struct log *log);
    bool (*await)(struct log *log);
    bool (*work)(struct log *log);
    bool (*prepare)(struct log *log);
    int (*wakeup_fd)(const struct log *log);
    void (*close)(struct log *log);
};

/* The part all implementations share; theirs begins with it. Read only through the functions. */
struct log {
    const struct log_operations *operations;
    struct journal_head head; /* after the last appended batch */
    uint64_t durable;
    uint32_t batch_size_max;
    struct journal_error failure;
};

/* Gives the batch its place behind the last one. The bytes may be re-used on return. ENSUREs the
 * batch's shape. false: the log has failed, and whether the batch is in it nobody knows. */
bool log_append(struct log *log, const struct log_batch *batch);

/* Asks that everything appended be made durable, now. false: the log has failed. */
bool log_sync(struct log *log);

/* Waits for what log_sync has begun on another thread of this process: then it is durable. Between the
 * two calls the log must be asked for nothing else, and its head's chain is not known. A log whose
 * durability comes with log_sync, or from elsewhere, has nothing to wait for. false: it has failed. */
bool log_await(struct log *log);

/* Takes note of what happened meanwhile; to be called when log_wakeup_fd is readable, harmless at
 * any other time. false: the log has failed. */
bool log_work(struct log *log);

/* Spends a little idle time on what will be needed later (zeroing the next segment). Returns true
 * while there is more of it. Never needed: appending does the same in time. */
bool log_prepare(struct log *log);

/* Readable when log_work has news; -1 when durability only ever comes with log_sync. */
int log_wakeup_fd(const struct log *log);

/* Every number up to here is on disk, for ever. Never goes back. */
uint64_t log_durable(const struct log *log);

/* The end of what has been appended: what a snapshot and the next batch refer to. */
const struct journal_head *log_head(const struct log *log);

uint32_t log_batch_size_max(const struct log *log);

/* NULL while the log is healthy. */
const struct journal_error *log_failure(const struct log *log);

/* Lets go of files and lock; what is appended and not durable may be lost. NULL is allowed. */
void log_close(struct log *log);

#endif
