/* SPDX-License-Identifier: Apache-2.0
 *
 * A note of who works. A file of its own because it is a variable of the whole process, which no room should
 * have: a signal handler has nowhere else to look. Read next: programs/abort_report.c.
 */
#include "journal/engine_at_work.h"

#include <stddef.h>

static const struct engine *volatile at_work;

void engine_at_work_begin(const struct engine *engine)
{
    at_work = engine;
}

void engine_at_work_end(void)
{
    at_work = NULL;
}

uint64_t engine_at_work_record(void)
{
    const struct engine *engine = at_work;

    return engine != NULL ? tarazy_engine_number(engine) : 0;
}
