/* SPDX-License-Identifier: Apache-2.0
 *
 * Depth changes that somebody has not been sent yet, because he reads too slowly. One backlog
 * serves all slow readers of one instrument at one speed: each remembers only the first update he
 * missed, and when his line is free he gets everything since then as one difference, one entry per
 * price. Who falls further behind than the backlog reaches cannot be helped.
 */
#ifndef GATEWAY_DIFF_BACKLOG_H
#define GATEWAY_DIFF_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "views/depth_feed.h"

struct diff_backlog;

/* Room for so many changes; the oldest are dropped first. */
struct diff_backlog *diff_backlog_create(uint32_t changes_max);
void diff_backlog_destroy(struct diff_backlog *backlog); /* NULL is allowed */

/* Takes in one window, whose first update follows the last one of the window before (ENSURE). */
void diff_backlog_append(struct diff_backlog *backlog, const struct depth_window *window,
                         const struct depth_change *changes);

/* Is everything from this update on still here? */
bool diff_backlog_covers(const struct diff_backlog *backlog, uint64_t first);

/* What changed from update `first` on, up to update *last: fills out[], which has room for
 * changes_max, sorted by side and price; returns how many. first must be covered (ENSURE). */
uint32_t diff_backlog_merge(const struct diff_backlog *backlog, uint64_t first,
                            struct depth_change *out, uint64_t *last);

#endif
