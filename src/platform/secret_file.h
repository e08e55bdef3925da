/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of secrets: mode 0600, of one exact size, made once and never replaced. Who reads one insists that
 * nobody else can.
 */
#ifndef PLATFORM_SECRET_FILE_H
#define PLATFORM_SECRET_FILE_H

#include <stddef.h>

/* Makes the file in the folder, synced with its name. 0 or a negative errno; -EEXIST: it is there. */
int secret_file_create(const char *folder, const char *name, const void *bytes, size_t size);

/* Reads exactly size bytes. 0 or a negative errno; -EPERM: others may read it; -EBADMSG: of another size. Never
 * follows a symbolic link. */
int secret_file_read(const char *folder, const char *name, void *bytes, size_t size);

#endif
