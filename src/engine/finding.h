/* SPDX-License-Identifier: Apache-2.0
 *
 * The order that a cancel, an amend or a replacement means.
 */
#ifndef ENGINE_FINDING_H
#define ENGINE_FINDING_H

#include "engine/apply.h"

struct wanted_order {
    uint64_t number;                   /* 0: by client id */
    const struct client_id *client_id; /* given together with a number, both must fit */
    uint32_t participant;
    uint16_t instrument;
    uint8_t restriction; /* 0 or enum cancel_restriction */
};

/* Its slot, or UNKNOWN_ORDER, NOT_YOUR_ORDER, CANCEL_RESTRICTED. */
MUST_CHECK enum result finding_order(const struct engine *engine, const struct wanted_order *wanted,
                                     uint32_t *order);

#endif
