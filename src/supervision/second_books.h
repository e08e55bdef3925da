/* SPDX-License-Identifier: Apache-2.0
 *
 * The second, independently written checker (inspector/inspector.h) as a listener of a replica: made when the node's first
 * command says how large it must be.
 */
#ifndef SUPERVISION_SECOND_BOOKS_H
#define SUPERVISION_SECOND_BOOKS_H

#include "inspector/inspector.h"
#include "journal/state_block.h"
#include "supervision/replica.h"

struct second_books {
    struct inspector *inspector; /* NULL until the first command */
    struct state_block block;
    bool is_impossible; /* no memory for it: said as a complaint, never passed over */
    char text[REPLICA_REASON_SIZE];
};

/* Zeroed books, which must outlive the listener. */
struct replica_listener second_books_listener(struct second_books *books);

void second_books_destroy(struct second_books *books);

#endif
