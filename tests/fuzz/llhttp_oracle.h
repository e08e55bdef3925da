/* SPDX-License-Identifier: Apache-2.0
 *
 * What another parser of HTTP, llhttp, makes of a head. Only for tests, only where Debian's package
 * node-llhttp is installed (TARAZY_HAVE_LLHTTP).
 */
#ifndef FUZZ_LLHTTP_ORACLE_H
#define FUZZ_LLHTTP_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"

enum { ORACLE_HEADERS_MAX = 80 };

struct oracle_reading {
    bool is_accepted;
    const char *reason; /* when it is not */
    const char *method;
    struct slice target;
    uint64_t content_length;
    size_t head_size;
    size_t header_count;
    struct slice names[ORACLE_HEADERS_MAX];
    struct slice values[ORACLE_HEADERS_MAX]; /* blanks around them as llhttp leaves them */
};

void llhttp_oracle_read(struct oracle_reading *reading, const char *bytes, size_t size);

#endif
