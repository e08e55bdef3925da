/* SPDX-License-Identifier: Apache-2.0
 *
 * A note of who works. A file of its own because it is a variable outside of every struct, which no room should
 * have: a signal handler has nowhere else to look. Read next: programs/abort_report.c.
 */
#include "journal/engine_at_work.h"

#include <stddef.h>

/* Of each thread its own: a supervisor opens several copies at once, and last words are said by the thread that fails. */
static _Thread_local const struct engine *volatile at_work;

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
