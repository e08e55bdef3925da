/* SPDX-License-Identifier: Apache-2.0
 *
 * A journal without its frame, for the divergence drill: the commands' bytes one behind the other.
 */
#ifndef DRILLS_COMMAND_FILE_H
#define DRILLS_COMMAND_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"

struct command_file {
    uint8_t *commands; /* 64-byte aligned */
    size_t size;
};

/* Reads the whole file; false when it cannot be, or does not begin with a founding. */
bool command_file_open(struct command_file *file, const char *path);
void command_file_close(struct command_file *file);

/* The command behind this one; NULL: the first. NULL behind the last. */
const struct command_header *command_file_next(const struct command_file *file,
                                               const struct command_header *command);

#endif
