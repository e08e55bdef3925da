/* SPDX-License-Identifier: Apache-2.0
 *
 * Carrying out auctions.
 */
#ifndef ENGINE_APPLY_AUCTION_H
#define ENGINE_APPLY_AUCTION_H

#include "engine/apply.h"

/* Uncrosses or extends the instrument's auction if one is due, as far as the command's bounds let. */
void auction_run(struct apply *apply, uint16_t instrument);

/* A price band was about to be broken: the instrument goes into an auction of its own length. */
void auction_begin_volatility(struct apply *apply, uint16_t instrument);

#endif
