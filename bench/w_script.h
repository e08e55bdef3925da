/* SPDX-License-Identifier: Apache-2.0
 *
 * Workload W as commands of this engine: each command of the published stream becomes the command
 * that does the same here. A move is a cancel-replace, a reduce an amend that keeps priority, a
 * fill-or-kill by budget a fill-or-kill at the range's edge.
 */
#ifndef BENCH_W_SCRIPT_H
#define BENCH_W_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "market_world.h"
#include "workload_w.h"

/* What became of the commands. */
struct w_script {
    uint64_t refused;
    uint64_t trades;
    uint64_t quantity;
};

/* One stream of W on its way to one market. */
struct w_stream {
    const struct workload_command *commands;
    size_t count;
    size_t next;
    uint64_t *numbers;   /* order number here of each id there */
    uint32_t first_user; /* users of this stream are first_user + uid */
    uint16_t market;
};

/* Applies the stream's next command to the world. */
void w_script_step(struct w_script *script, struct market_world *world, struct w_stream *stream);

#endif
