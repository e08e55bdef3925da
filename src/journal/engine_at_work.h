/* SPDX-License-Identifier: Apache-2.0
 *
 * Which record an engine is at, for the last words of a process: a record at which every engine stops is
 * found by its number. One engine at a time in a thread; nothing here takes time.
 */
#ifndef JOURNAL_ENGINE_AT_WORK_H
#define JOURNAL_ENGINE_AT_WORK_H

#include <stdint.h>

#include "tarazy/engine.h"

/* Around every application of a batch. */
void engine_at_work_begin(const struct engine *engine);
void engine_at_work_end(void);

/* The number of the record that is being applied; 0: none is. May be called in a signal handler. */
uint64_t engine_at_work_record(void);

#endif
