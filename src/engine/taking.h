/* SPDX-License-Identifier: Apache-2.0
 *
 * An order that takes: matched, settled, then rested or closed.
 */
#ifndef ENGINE_TAKING_H
#define ENGINE_TAKING_H

#include "engine/apply.h"

/* Matches an order in state TAKING that holds `held`. */
void take_order(struct apply *apply, uint32_t order, struct amount held);

#endif
