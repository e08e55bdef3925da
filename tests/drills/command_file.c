/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a file of commands. A file of its own because both sides of the drill must read the same.
 *
 * Invariant: what command_file_next returns lies whole within the file.
 */
#include "drills/command_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE_MAX ((size_t)64 << 20)

bool command_file_open(struct command_file *file, const char *path)
{
    FILE *stream = fopen(path, "rb");

    if (stream == NULL) {
        return false;
    }
    file->commands = aligned_alloc(64, FILE_SIZE_MAX);
    file->size = file->commands == NULL ? 0 : fread(file->commands, 1, FILE_SIZE_MAX, stream);
    (void)fclose(stream);
    const struct command_header *first = command_file_next(file, NULL);
    return first != NULL && first->kind == COMMAND_NODE_FOUND;
}

void command_file_close(struct command_file *file)
{
    free(file->commands);
}

const struct command_header *command_file_next(const struct command_file *file,
                                               const struct command_header *command)
{
    size_t at = 0;

    if (command != NULL) {
        at = (size_t)((const uint8_t *)command - file->commands) +
             tarazy_command_size(command->kind);
    }
    if (at + sizeof *command > file->size) {
        return NULL;
    }
    const void *next = file->commands + at;
    const struct command_header *header = next;
    size_t size = tarazy_command_size(header->kind);

    return size != 0 && at + size <= file->size ? header : NULL;
}
