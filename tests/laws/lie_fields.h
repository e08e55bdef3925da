/* SPDX-License-Identifier: Apache-2.0
 *
 * The fields of all events, and why a lie about one may go unseen by the supervisor's own checker: what
 * remains for the digests of a second execution.
 */
#ifndef LAWS_LIE_FIELDS_H
#define LAWS_LIE_FIELDS_H

#include <stdint.h>

struct lie_field {
    const char *name;
    uint16_t kind;
    uint16_t offset;
    uint16_t size;
    const char *harmless; /* why a lie about it may stand; NULL: it must be found */
};

#define LIE_FIELDS 121

extern const struct lie_field lie_fields[LIE_FIELDS];

#endif
