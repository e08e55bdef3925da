/* SPDX-License-Identifier: Apache-2.0
 *
 * The founding of a node: a list of commands by the node itself, from its licence (NODE_FOUND) to
 * NODE_OPEN, proven on a fresh engine before a single byte is written, and then made the beginning of
 * a journal.
 */
#ifndef NODE_FOUNDING_H
#define NODE_FOUNDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "tarazy/command.h"
#include "tarazy/result.h"

#define FOUNDING_SIZE_MAX (4u << 20) /* bytes of commands */

struct founding {
    uint8_t *commands; /* FOUNDING_SIZE_MAX, 64-byte aligned */
    size_t size;
    uint32_t count;
};

/* False: out of memory. */
bool founding_create(struct founding *founding);
void founding_destroy(struct founding *founding);

/* Adds a command; number and time are given later. False: no room, or not well formed. */
bool founding_add(struct founding *founding, const struct command_header *command);

/* Why a founding failed: either a command of it, or the journal. */
struct founding_failure {
    uint32_t index; /* of the command that was refused, from 1; 0 = the journal's error counts */
    uint16_t kind;
    enum result result;
    struct journal_error error;
};

/* Would every command be accepted? Writes nothing. time_us: of all of them. */
bool founding_prove(const struct founding *founding, int64_t time_us,
                    struct founding_failure *failure);

/* Proves, then founds a journal in the folder (made if need be, taken for the time of the call) and
 * makes all commands durable. Refuses a folder whose journal has a command. segment_size 0: as
 * usual. */
struct founding_place {
    const struct storage *storage;
    const char *directory;
    uint64_t segment_size;
};
bool founding_write(const struct founding *founding, const struct founding_place *place,
                    int64_t time_us, struct founding_failure *failure);

/* Has the folder a journal with at least one command? 1: yes; 0: no; −1: *error says why nobody
 * knows. */
int founding_is_done(const struct storage *storage, const char *directory,
                     struct journal_error *error);

#endif
