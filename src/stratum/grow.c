/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that wait to be read or written, for one connection. A file of its own because an idle miner must have none: memory is taken when
 * something waits and given back when nothing does. Invariant: never more than the cap that comes with each call. Read next: door.c.
 */
#include <stdlib.h>
#include <string.h>

#include "stratum/meter_inside.h"

bool bytes_keep(struct slice_own *kept, const char *bytes, size_t size, size_t max)
{
    if (size > max || kept->size > max - size) {
        return false;
    }
    if (kept->size + size > kept->capacity) {
        size_t capacity =
            2 * kept->capacity > kept->size + size ? 2 * kept->capacity : kept->size + size;
        char *grown = realloc(kept->bytes, capacity);

        if (grown == NULL) {
            return false;
        }
        kept->bytes = grown;
        kept->capacity = capacity;
    }
    memcpy(kept->bytes + kept->size, bytes, size);
    kept->size += size;
    return true;
}

void bytes_drop(struct slice_own *kept, size_t size)
{
    if (size == kept->size) {
        bytes_free(kept);
        return;
    }
    kept->size -= size;
    memmove(kept->bytes, kept->bytes + size, kept->size);
}

void bytes_free(struct slice_own *kept)
{
    free(kept->bytes);
    *kept = (struct slice_own){0};
}
