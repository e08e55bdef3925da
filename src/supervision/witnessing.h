/* SPDX-License-Identifier: Apache-2.0
 *
 * The witness of one followed node, beside the loop that follows it: a child process that fetches the node's checkpoints,
 * holds the key and cosigns; and here, in the loop, what our own copy answers it. The loop waits for nothing.
 */
#ifndef SUPERVISION_WITNESSING_H
#define SUPERVISION_WITNESSING_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/clock.h"
#include "supervision/cosigner.h"
#include "supervision/owed_watch.h"
#include "supervision/own_tree.h"
#include "supervision/pursuit.h"

#define WITNESSING_FOLDER "witness" /* in the copy's folder: state and evidence of the witness */
#define WITNESSING_COSIGNED_NAME \
    "cosigned" /* in that: the newest note with our line, for publishing */
#define WITNESSING_KEY_NAME  "witness.key" /* in the supervisor's folder: one key for all nodes */
#define WITNESSING_LISTENERS 2u

struct witnessing_options {
    const char *directory;           /* the copy's folder */
    const char *key_folder;          /* the supervisor's: WITNESSING_KEY_NAME is in it */
    const char *name;                /* of the witness */
    struct note_key log;             /* the notary's verifier key */
    const char *epoch_keys;          /* the folder of the epochs' keys; NULL: there is none */
    struct checkpoint_source source; /* called in the child only */
    const struct clock_source *clock;
    int64_t patience_us; /* proven batches without a cosigned checkpoint for longer are an alarm */
    struct pursuit_sink alarms; /* on_alarm */
    /* Called in the child before it looks at anything: confines it, say. May be NULL. */
    void (*on_child)(void *context);
    void *child_context;
};

struct witnessing;

/* NULL: no memory. Starts no child yet. What options points at stays the caller's. */
struct witnessing *witnessing_create(const struct witnessing_options *options);
void witnessing_destroy(struct witnessing *witnessing);

/* The listeners of the node's replica, in this order. */
void witnessing_listeners(struct witnessing *witnessing,
                          struct replica_listener out[WITNESSING_LISTENERS]);

/* For poll(): its descriptor wants POLLIN; -1: there is none now. */
int witnessing_fd(const struct witnessing *witnessing);

/* Answers the child, hears it, keeps it alive, looks at the clock: to be called each turn. */
void witnessing_work(struct witnessing *witnessing);

/* Cosigns no more: something else was found against the node. */
void witnessing_stop(struct witnessing *witnessing);

/* For people: batches under the last checkpoint that was cosigned; is anything refused for good? */
uint64_t witnessing_cosigned_size(const struct witnessing *witnessing);
bool witnessing_has_refused(const struct witnessing *witnessing);

#endif
