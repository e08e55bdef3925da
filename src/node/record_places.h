/* SPDX-License-Identifier: Apache-2.0
 *
 * Where in the journal the batches of the tree stand: DIR/tlog/places, one struct per batch, in order.
 * The notary writes it, whoever proves reads it. A cache: what is found there is checked by hashes.
 */
#ifndef NODE_RECORD_PLACES_H
#define NODE_RECORD_PLACES_H

#include <stdint.h>

#define RECORD_TREE_NAME       "tlog"       /* the folder of the tree in the node's folder */
#define RECORD_PLACES_NAME     "places"     /* in that folder, as all from here on */
#define RECORD_CHECKPOINT_NAME "checkpoint" /* the newest one */
#define RECORD_COSIGNED_NAME   "cosigned"   /* the newest one that witnesses have cosigned */
#define RECORD_KEY_NAME        "key"        /* the verifier key, as text */

struct record_place {
    uint64_t first_number; /* of the batch */
    uint64_t segment;      /* first number of the segment it stands in */
    uint64_t offset;       /* in that segment's file */
};
_Static_assert(sizeof(struct record_place) == 24, "places are bytes on the disk");

#endif
