/* SPDX-License-Identifier: Apache-2.0
 *
 * The tiles that are not whole yet, one per level, and the places of batches in the journal. What is
 * full goes to the disk at once; what is not, as a partial tile before each checkpoint.
 */
#ifndef NOTARY_TILE_SHELF_H
#define NOTARY_TILE_SHELF_H

#include "node/record_places.h"
#include "proofs/record_tree.h"
#include "proofs/tile_folder.h"

struct tile_shelf;

/* Goes on after the first `size` leaves. handle: the tree's folder, open, in which `places` stands. NULL:
 * *result is a negative errno. */
struct tile_shelf *tile_shelf_open(struct tile_folder *folder, int handle, uint64_t size,
                                   int *result);
void tile_shelf_close(struct tile_shelf *shelf);

/* Takes the next leaf. 0, or a negative errno: then the shelf must not be used any more. */
int tile_shelf_add(struct tile_shelf *shelf, const struct record_entry *entry,
                   const struct record_place *place);

/* Everything taken so far is durable when this returns 0. */
int tile_shelf_settle(struct tile_shelf *shelf);

#endif
