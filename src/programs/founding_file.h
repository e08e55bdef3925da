/* SPDX-License-Identifier: Apache-2.0
 *
 * The founding file: what a node is from its first command on, written by people: tiers, assets,
 * instruments, participants and their keys. share/sandbox.founding is one; tarazy-init(1) explains it.
 */
#ifndef PROGRAMS_FOUNDING_FILE_H
#define PROGRAMS_FOUNDING_FILE_H

#include <stdbool.h>

#include "node/founding.h"
#include "platform/seal.h"
#include "programs/key_list.h"

struct founding_input {
    const char *name; /* the file, for messages */
    const char *text; /* its content; NULL: read the file */
    const char *law;  /* of a sandbox's jurisdiction, if the file names none; NULL: none */
    const struct limits *limits;
    const struct node_key *node_key; /* seals the secrets made here */
};

/* Turns the file into commands, from NODE_FOUND to NODE_OPEN, and makes the keys it asks for.
 * False: what is wrong was printed, with file and line. */
bool founding_file_read(const struct founding_input *input, struct founding *founding,
                        struct key_list *keys);

#endif
