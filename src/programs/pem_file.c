/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of keys. A file of its own because private and public ones are read alike. Invariant: nothing of what was read
 * stands anywhere but in the caller's struct. Read next: codec/pem_text.h.
 */
#include "programs/pem_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "codec/pem_text.h"
#include "platform/signature.h"

bool pem_file_read(const char *path, const char *label, struct pem_file *out, char *error,
                   size_t error_size)
{
    FILE *file = fopen(path, "re");

    out->size = 0;
    if (file == NULL) {
        (void)snprintf(error, error_size, "%s", strerror(errno));
        return false;
    }
    (void)setvbuf(file, NULL, _IONBF, 0); /* no copy in a buffer that nobody wipes */
    size_t size = fread(out->text, 1, sizeof out->text, file);
    bool is_read = ferror(file) == 0;
    (void)fclose(file);
    if (!is_read) {
        (void)snprintf(error, error_size, "cannot be read");
        return false;
    }
    if (!pem_decode(out->text, size, label, out->der, sizeof out->der, &out->size)) {
        out->size = 0;
    }
    return true;
}

void pem_file_wipe(struct pem_file *file)
{
    secret_wipe(file, sizeof *file);
}
