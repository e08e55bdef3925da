/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may follow a node from afar: whoever proves a key that the node's own registry knows, not revoked, not expired,
 * good for reading, used from where it may be used, of a participant with the supervisor's role who is not frozen.
 */
#ifndef SUPERVISION_FOLLOW_PERMISSION_H
#define SUPERVISION_FOLLOW_PERMISSION_H

#include <stddef.h>
#include <stdint.h>

#include "tarazy/engine.h"
#include "tarazy/ids.h"

#define FOLLOW_KEY_DER_MAX 640u /* longer than any key a registry holds */

struct follow_claim {
    struct hash256 key;              /* the API key's id, as the hello says it */
    uint8_t der[FOLLOW_KEY_DER_MAX]; /* SubjectPublicKeyInfo of the key that TLS has proven */
    size_t der_size;                 /* 0: none was */
    uint8_t address[16];             /* where from: IPv6, or IPv4 as ::ffff:a.b.c.d */
};

/* NULL: permitted by this state, at this time; else why not: for the log, not for the stranger. */
const char *follow_permission_refuse(const struct engine *engine, const struct follow_claim *claim,
                                     int64_t now_us);

#endif
