/* SPDX-License-Identifier: Apache-2.0
 *
 * What a careless core would make of its log. The test-only copy of node/core.c that is compiled with
 * -Dlog_await=mutant_log_await, or -Dlog_durable=mutant_log_durable, calls these.
 *
 * Read next: CMakeLists.txt of this folder; core_crash_driver.c, which must notice.
 */
#include "journal/log.h"

bool mutant_log_await(struct log *log);
uint64_t mutant_log_durable(const struct log *log);

bool mutant_log_await(struct log *log)
{
    (void)log;
    return true;
}

uint64_t mutant_log_durable(const struct log *log)
{
    return log_head(log)->number;
}
