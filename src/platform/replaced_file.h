/* SPDX-License-Identifier: Apache-2.0
 *
 * A small file that others read while it is replaced: they see the old one or the new one, whole.
 */
#ifndef PLATFORM_REPLACED_FILE_H
#define PLATFORM_REPLACED_FILE_H

#include <stddef.h>

/* Takes the place of the file in one step, synced with its name. folder: a descriptor; beside the file NAME.new is used.
 * 0 or a negative errno. */
int replaced_file_write(int folder, const char *name, const void *bytes, size_t size);

#endif
