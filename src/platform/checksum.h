/* SPDX-License-Identifier: Apache-2.0
 *
 * A fast 64-bit checksum for telling torn or rotten bytes from whole ones. It resists accidents, not
 * forgers: that is what SHA-256 is for.
 *
 * XXH3, 64 bits, seed 0, as specified by xxHash 0.8 (doc/xxhash_spec.md of Cyan4973/xxHash).
 */
#ifndef PLATFORM_CHECKSUM_H
#define PLATFORM_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "platform/byte_part.h"

/* Of size bytes. */
uint64_t checksum_bytes(const void *bytes, size_t size);

/* Of the parts as if they stood one behind the other. */
uint64_t checksum_parts(const struct byte_part *parts, size_t count);

#endif
