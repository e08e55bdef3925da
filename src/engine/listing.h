/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding listed assets by their code.
 */
#ifndef ENGINE_LISTING_H
#define ENGINE_LISTING_H

#include "engine/state.h"

/* The asset's number; 0 = none. */
uint16_t listing_find_asset(const struct engine *engine, const struct asset_code *code);

#endif
