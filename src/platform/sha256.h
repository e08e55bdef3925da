/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 (FIPS 180-4) of long inputs, with a context that is made once and used again: setting one
 * up costs more than hashing a command. For a single short message see platform/signature.h.
 */
#ifndef PLATFORM_SHA256_H
#define PLATFORM_SHA256_H

#include <stddef.h>

#include "platform/byte_part.h"
#include "tarazy/ids.h"

struct sha256;

/* A context to be used again and again by one thread; aborts when there is no memory for it. */
struct sha256 *sha256_create(void);

/* NULL is allowed. */
void sha256_destroy(struct sha256 *sha);

/* The hash of the parts as if they stood one behind the other. */
void sha256_parts(struct sha256 *sha, const struct byte_part *parts, size_t count,
                  struct hash256 *out);

/* The same in steps: start, any number of additions, finish. */
void sha256_start(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t size);
void sha256_finish(struct sha256 *sha, struct hash256 *out);

#endif
