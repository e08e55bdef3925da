/* SPDX-License-Identifier: Apache-2.0
 *
 * Random bytes from the kernel.
 *
 * Why here: one door, so that no second source of chance creeps in.
 * Read next: signature.h.
 */
#include "platform/entropy.h"

#include <errno.h>
#include <sys/random.h>

#include "base/ensure.h"

void entropy_fill(void *out, size_t size)
{
    char *bytes = out;
    while (size > 0) {
        ssize_t got = getrandom(bytes, size, 0);
        ENSURE(got > 0 || errno == EINTR);
        if (got > 0) {
            bytes += got;
            size -= (size_t)got;
        }
    }
}
