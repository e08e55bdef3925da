/* SPDX-License-Identifier: Apache-2.0
 *
 * What crash_core and its driver agree upon.
 */
#ifndef CRASH_CRASH_CORE_H
#define CRASH_CRASH_CORE_H

/* Some large batches, and then the next segment. */
#define CRASH_CORE_SEGMENT_SIZE (1u << 19)

#endif
