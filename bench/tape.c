/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header.
 */
#include "tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tape_add(struct tape *tape, const struct command_header *command)
{
    size_t size = tarazy_command_size(command->kind);

    if (tape->size + size > tape->capacity) {
        size_t capacity = tape->capacity == 0 ? (size_t)64 << 20 : tape->capacity * 2;
        uint8_t *longer = aligned_alloc(64, capacity);

        if (longer == NULL) {
            fprintf(stderr, "bench: out of memory\n");
            exit(1);
        }
        if (tape->size > 0) {
            memcpy(longer, tape->bytes, tape->size);
        }
        free(tape->bytes);
        tape->bytes = longer;
        tape->capacity = capacity;
    }
    memcpy(tape->bytes + tape->size, command, size);
    tape->size += size;
    tape->commands++;
}

void tape_free(struct tape *tape)
{
    free(tape->bytes);
    *tape = (struct tape){0};
}
