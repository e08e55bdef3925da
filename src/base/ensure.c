/* SPDX-License-Identifier: Apache-2.0
 *
 * The one place where the pure library stops the process. It may not print (it has no stdio), so
 * it leaves the reason where a handler finds it.
 */
#include "base/ensure.h"

#include <stdlib.h>

struct ensure_failure ensure_last_failure;

_Noreturn void ensure_failed(const char *condition, const char *file, int line)
{
    ensure_last_failure.condition = condition;
    ensure_last_failure.file = file;
    ensure_last_failure.line = line;
    abort();
}
