/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a node shows its checkpoints and proofs of growth: its gateway ("http://HOST:PORT", "https://…"), or a folder
 * that has its tree (DIR/tlog), on this machine.
 */
#ifndef PROGRAMS_CHECKPOINT_SOURCE_H
#define PROGRAMS_CHECKPOINT_SOURCE_H

#include <stdbool.h>

#include "client/http_client.h"
#include "node/record_finder.h"
#include "supervision/cosigner.h"

struct checkpoint_place {
    const char *address;
    bool is_folder;
    struct record_finder finder; /* of a folder */
    struct http_client *client;  /* made with the first request, in the process that asks */
};

/* False: neither. Opens nothing. The address stays the caller's. */
bool checkpoint_place_set(struct checkpoint_place *place, const char *address);

/* The place stays the caller's. */
struct checkpoint_source checkpoint_place_source(struct checkpoint_place *place);

#endif
