/* SPDX-License-Identifier: Apache-2.0
 *
 * Several nodes under one supervisor: for each a replica, a pursuit and a state check, in a folder named after it; one
 * book of alarms for all.
 */
#ifndef SUPERVISION_SUPERVISOR_H
#define SUPERVISION_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/clock.h"
#include "platform/tls.h"
#include "supervision/replica.h"
#include "supervision/witnessing.h"

#define SUPERVISOR_NODES_MAX 16u
#define SUPERVISOR_NAME_SIZE 64u

struct supervisor;

struct supervisor_node {
    char name[SUPERVISOR_NAME_SIZE]; /* letters, digits, . _ - ; also the name of its folder */
    const char *address;             /* "HOST:PORT" or "unix:PATH" */
    const struct replica_listener *listeners; /* besides the second books, which are always there */
    size_t listener_count;                    /* at most 5 */
    /* Is its checkpoints' witness? Then the rest says where they are and whose (witnessing.h). */
    bool is_witnessed;
    struct checkpoint_source source;
    struct note_key log;
    const char *epoch_keys; /* may be NULL */
};

struct supervisor_options {
    const char *directory;
    const struct clock_source *clock;
    struct tls_context *tls; /* may be NULL when every address is local */
    struct hash256 key;
    uint32_t silence_ms;
    const struct supervisor_node *nodes;
    size_t node_count;          /* at most SUPERVISOR_NODES_MAX */
    uint64_t snapshot_commands; /* between two snapshots of a replica; 0: none is made or used */
    /* Of the witness, where a node is witnessed: */
    const char *witness_name;
    int64_t witness_patience_us;
    void (*on_child)(void *context); /* in each child process, before it works; may be NULL */
    void *child_context;
};

/* "[NAME=]ADDRESS" as it stands on a command line; without a name it is made of the address. False: it is neither. */
bool supervisor_node_read(const char *text, struct supervisor_node *node);

/* Opens every copy and re-performs it, which may take long: all of them at the same time, so that listeners of two nodes
 * are called in two threads until this returns, and may share nothing. A node whose copy cannot be opened has an alarm and is not
 * followed. NULL: *error says why nothing can be done. */
struct supervisor *supervisor_open(const struct supervisor_options *options, const char **error);
void supervisor_close(struct supervisor *supervisor);

/* Waits at most timeout_ms for something to do, or for stop_fd (-1: none), and does it. */
void supervisor_turn(struct supervisor *supervisor, int stop_fd, int timeout_ms);

/* Has any node a final alarm, or is anything it shows refused for good? */
bool supervisor_has_finding(const struct supervisor *supervisor);

/* The i-th node's replica; NULL: its copy could not be opened. */
const struct replica *supervisor_replica(const struct supervisor *supervisor, size_t index);

#endif
