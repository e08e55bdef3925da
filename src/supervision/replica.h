/* SPDX-License-Identifier: Apache-2.0
 *
 * A verifying replica of one node: takes the batches that a relay sends, trusts none of them, and keeps what it has
 * proven: a copy of the journal (journal_copy.h) and the state that the commands lead to. Whatever does not agree is
 * told as a finding, and not taken.
 */
#ifndef SUPERVISION_REPLICA_H
#define SUPERVISION_REPLICA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/replayer.h"
#include "platform/storage.h"
#include "supervision/follow_protocol.h"

struct replica;

#define KEPT_NAME_SIZE 32u

struct kept_part { /* plain bytes that a listener keeps */
    void *bytes;   /* NULL: none */
    size_t size;
};

/* Others who look at everything that is re-performed: the independent books, a witness. Also told the history that
 * the copy holds already, when it is opened, from the first command on; or from a snapshot on, when all of them can be
 * kept (kept_books.h). Any of them may be NULL. */
struct replica_listener {
    void *context;
    void (*on_command)(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size);
    /* NULL: all is well; else a sentence: what does not hold after the command before. */
    const char *(*complaint)(void *context);
    /* A batch of this node was re-performed without any finding, and is written (synced later). */
    void (*on_batch)(void *context, const struct node_id *node, const struct journal_batch *batch);
    /* All batches so far are on the disk. */
    void (*on_synced)(void *context);
    /* Keeping what it knows. A name with the version of the layout; NULL: it cannot be kept, and no snapshot is made. */
    const char *kept_name;
    struct kept_part (*keep)(void *context); /* what it knows; bytes NULL: not now */
    struct kept_part (*make)(void *context,
                             size_t size); /* zeroed memory for that many bytes of it */
    bool (*resume)(void *context);         /* they are there; false: they make no sense */
    void (*forget)(
        void *
            context); /* be as at the beginning; may be NULL when nothing was changed before resume */
};

enum replica_kind {
    REPLICA_KIND_RECORD = 1,   /* not whole, not well formed, missing, doubled, out of order */
    REPLICA_KIND_HISTORY = 2,  /* another node's, another history, or one that ends earlier */
    REPLICA_KIND_DIVERGED = 3, /* the commands lead to other events than the node says */
    REPLICA_KIND_BOOKS = 4,    /* a listener complains */
    REPLICA_KIND_STATE = 5,    /* the commands lead to another state than the node says */
    REPLICA_KIND_OWN = 6,      /* our own disk or memory; nothing against the node */
};

#define REPLICA_REASON_SIZE 320u

struct replica_finding {
    enum replica_kind kind;
    uint64_t number; /* the first record that is wrong, or the one expected there */
    char reason[REPLICA_REASON_SIZE];
    bool is_of_held; /* the frame that is wrong is the held one, not the one that came last */
};

struct replica_options {
    const struct storage *storage;
    const char *directory;                    /* of the copy; made if need be */
    const struct replica_listener *listeners; /* stay the caller's */
    size_t listener_count;
    /* true: begins behind the newest snapshot of the copy, if all listeners kept what they know there (kept_books.h). */
    bool begins_with_snapshot;
    /* true: the last batch, of the copy or that came, is performed only when it is known what comes behind it: it may
     * hold a record at which every engine stops, and a quarantine of it (docs/adr/0013-quarantine.md). */
    bool holds_last;
};

/* Opens the copy and re-performs all of it (but for a last batch that is held). NULL: *finding says why (kind OWN, or what is wrong with the copy). */
struct replica *replica_open(const struct replica_options *options,
                             struct replica_finding *finding);
void replica_close(struct replica *replica);

/* Where it stands; number 0: nothing performed yet. */
const struct journal_head *replica_head(const struct replica *replica);

/* The end of what the node has shown, a held batch included; number 0: nothing, and the node is not known. */
const struct journal_head *replica_shown(const struct replica *replica);

/* The held batch with its frame before it, as it came; *size 0: nothing is held. */
const uint8_t *replica_held(const struct replica *replica, size_t *size);

/* Nothing stands behind the last batch shown, and the node's core has got past it: a held one is performed. */
bool replica_settle(struct replica *replica, struct replica_finding *finding);

/* What follow_hello.from must be: the number of the last batch, so that the first one sent shows whether the node's
 * history is still ours. */
uint64_t replica_from(const struct replica *replica);

/* To be called at the beginning of each connection: the next batch must be the last one we have. */
void replica_expect_known(struct replica *replica);
bool replica_expects_known(const struct replica *replica);

/* A batch as it came, at an address aligned to 64 bytes, with its checked frame. false: *finding; the replica is as it
 * was, but for DIVERGED and BOOKS, which are about what it did itself and final. */
bool replica_take(struct replica *replica, const struct follow_frame *frame, const uint8_t *batch,
                  struct replica_finding *finding);

/* What the node says of itself at its end. false: *finding. */
bool replica_compare_pulse(const struct replica *replica, uint64_t number,
                           const struct follow_pulse *pulse, struct replica_finding *finding);

/* What was taken is on the disk when this returns true. */
bool replica_sync(struct replica *replica, struct replica_finding *finding);

/* Writes a snapshot of the state and, beside it, what the listeners know, so that another life may begin there. All of it
 * is synced (replica_sync). In a child process it stops nobody. false: *error, and nothing is worse than before. */
bool replica_write_snapshot(const struct replica *replica, struct journal_error *error);

/* Can it be written: is there a state, and can every listener be kept now? */
bool replica_can_keep(const struct replica *replica);

/* The command it began behind; 0: the first one was performed. */
uint64_t replica_began(const struct replica *replica);

/* NULL until the first batch. */
const struct engine *replica_engine(const struct replica *replica);

void replica_finding_set(struct replica_finding *finding, enum replica_kind kind, uint64_t number,
                         const char *reason);

#endif
