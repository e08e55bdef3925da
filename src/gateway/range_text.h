/* SPDX-License-Identifier: Apache-2.0
 *
 * Address ranges as people write them: "127.0.0.1", "10.0.0.0/8", "2001:db8::/32".
 */
#ifndef GATEWAY_RANGE_TEXT_H
#define GATEWAY_RANGE_TEXT_H

#include <stdbool.h>

#include "codec/slice.h"
#include "tarazy/command.h"

/* One range; IPv4 becomes its mapped IPv6 range. Bits beyond the prefix must be zero. */
bool range_text_parse(struct slice text, struct ip_range *range);

/* A comma-separated list of at most TARAZY_KEY_RANGES_MAX; the rest is zeroed. Empty: none. */
bool range_text_parse_list(struct slice text, struct ip_range ranges[TARAZY_KEY_RANGES_MAX]);

#endif
