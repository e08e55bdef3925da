/* SPDX-License-Identifier: Apache-2.0
 *
 * A time zone as clients write it: "0", "8", "-3", "05:45", "-1:00"; from -12:00 to +14:00.
 */
#ifndef GATEWAY_ZONE_TEXT_H
#define GATEWAY_ZONE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/slice.h"

enum { ZONE_MINUTES_MIN = -12 * 60, ZONE_MINUTES_MAX = 14 * 60 };

/* false: not a zone. */
bool zone_text_parse(struct slice text, int32_t *minutes);

#endif
