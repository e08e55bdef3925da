/* SPDX-License-Identifier: Apache-2.0
 *
 * The only door to libxxhash.
 *
 * Read next: journal/journal_format.h, which says what is summed.
 */
#include "platform/checksum.h"

/* The size of the streaming state, which lives on our stack. */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "base/ensure.h"

uint64_t checksum_bytes(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}

uint64_t checksum_parts(const struct byte_part *parts, size_t count)
{
    XXH3_state_t state;

    ENSURE(XXH3_64bits_reset(&state) == XXH_OK);
    for (size_t i = 0; i < count; i++) {
        ENSURE(XXH3_64bits_update(&state, parts[i].bytes, parts[i].size) == XXH_OK);
    }
    return XXH3_64bits_digest(&state);
}
