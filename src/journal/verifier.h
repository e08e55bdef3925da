/* SPDX-License-Identifier: Apache-2.0
 *
 * Re-reads and re-performs a whole journal: every checksum and chain hash from the first command on,
 * every events digest, every snapshot against the state at its number, and the audit of the books at
 * each of them and at the end. Changes nothing and takes no lock.
 */
#ifndef JOURNAL_VERIFIER_H
#define JOURNAL_VERIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "journal/journal_format.h"
#include "journal/replayer.h"
#include "platform/storage.h"

struct verifier_options {
    const struct storage *storage;
    const char *directory;
    /* A head that somebody remembers (a witness, a receipt): the journal must pass through it. A
     * journal cut back to an older head cannot show it by itself. number 0 = none. */
    uint64_t expected_number;
    struct hash256 expected_chain;
    uint64_t
        limit; /* of a journal being written: the last number known to be durable; 0 = to the end */
    bool reads_ahead; /* on a second thread: see read_ahead.h; the storage must stand it */
    const struct replay_sink *sink; /* told every command and its events; may be NULL */
};

enum verifier_result {
    VERIFIER_RESULT_AGREES = 1,   /* everything does */
    VERIFIER_RESULT_TORN = 2,     /* everything does, up to a write that was never finished */
    VERIFIER_RESULT_DAMAGED = 3,  /* the files are not what was written */
    VERIFIER_RESULT_DIVERGED = 4, /* the files are whole, but this engine does otherwise */
    VERIFIER_RESULT_FAILED = 5,   /* could not be found out: disk, memory */
};

struct verifier_report {
    uint64_t segments;
    uint64_t batches;
    uint64_t commands;
    uint64_t snapshots;         /* compared and equal */
    struct journal_head head;   /* of the last good batch */
    struct hash256 state;       /* digest of the state after it */
    const char *audit;          /* DIVERGED: the engine's sentence, if it was the audit */
    struct journal_error error; /* what and where, unless AGREES */
};

enum verifier_result journal_verify(const struct verifier_options *options,
                                    struct verifier_report *report);

#endif
