/* SPDX-License-Identifier: Apache-2.0
 *
 * A piece of something that is written, hashed or summed as a whole without being copied together.
 */
#ifndef PLATFORM_BYTE_PART_H
#define PLATFORM_BYTE_PART_H

#include <stddef.h>

struct byte_part {
    const void *bytes;
    size_t size;
};

#endif
