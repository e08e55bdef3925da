/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of the source tree, for tests that check committed data.
 */
#ifndef SUPPORT_SOURCE_FILE_H
#define SUPPORT_SOURCE_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "codec/slice.h"

/* The whole of TARAZY_SOURCE_DIR/name, in out[0..capacity); fails the test if it does not fit. */
static inline struct slice source_file_read(const char *name, char *out, size_t capacity)
{
    char path[1024];
    const char *folder = getenv("TARAZY_SOURCE_DIR");
    assert_non_null(folder);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t size = fread(out, 1, capacity, file);
    assert_true(size > 0 && size < capacity);
    (void)fclose(file);
    return slice_of(out, size);
}

#endif
