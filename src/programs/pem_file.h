/* SPDX-License-Identifier: Apache-2.0
 *
 * A file with a block of PEM in it, as people bring keys.
 */
#ifndef PROGRAMS_PEM_FILE_H
#define PROGRAMS_PEM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEM_FILE_TEXT_MAX 4096u /* of a longer file only this much is looked at */

/* May hold a secret: nothing of it is anywhere else; see pem_file_wipe. */
struct pem_file {
    char text[PEM_FILE_TEXT_MAX];
    uint8_t der[PEM_FILE_TEXT_MAX / 4 * 3];
    size_t size; /* of der; 0: the file has no block of this label */
};

/* False: the file cannot be read; error says why. */
bool pem_file_read(const char *path, const char *label, struct pem_file *out, char *error,
                   size_t error_size);
void pem_file_wipe(struct pem_file *file);

#endif
