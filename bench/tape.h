/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands back to back, with the numbers and times they were applied with: a journal without a disk.
 */
#ifndef BENCH_TAPE_H
#define BENCH_TAPE_H

#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"

struct tape {
    uint8_t *bytes; /* 64-byte aligned */
    size_t size;
    size_t capacity;
    uint64_t commands;
};

void tape_add(struct tape *tape, const struct command_header *command);
void tape_free(struct tape *tape);

#endif
