/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine with people, markets and money, for benchmarks: users 1 … n, each able to pay for
 * whatever the workload asks; markets of a base asset of their own against one common quote asset.
 */
#ifndef BENCH_MARKET_WORLD_H
#define BENCH_MARKET_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include "journal/state_block.h"
#include "tape.h"
#include "tarazy/engine.h"

struct market_world {
    struct engine *engine;
    struct state_block block;
    size_t size;
    struct event_buffer events;
    struct tape *tape; /* records every command; NULL: nothing does */
    uint64_t number;
    int64_t time_us;
};

struct market_world_options {
    struct limits limits;
    uint32_t users;
    uint16_t markets;
    int64_t price_max;
    struct tape *tape; /* from the first command on; may be NULL */
    bool is_lean;      /* takes memory when it is touched, not at once as a core does */
};

void market_world_create(struct market_world *world, const struct market_world_options *options);
void market_world_destroy(struct market_world *world);

/* Lets a user own plenty of a market's base asset (market 0: of the quote asset). */
void market_world_fund(struct market_world *world, uint32_t user, uint16_t market);

/* Ends the founding: from now on users may trade. */
void market_world_open(struct market_world *world);

/* Fills in number and time and applies; the events of this command alone are in world->events. */
const struct event_outcome *market_world_apply(struct market_world *world,
                                               struct command_header *command);

struct played {
    uint64_t events;
    int64_t cpu_ns;
    int64_t wall_ns;
};

/* Applies a whole tape to a world in the state it was recorded from, in batches of 256 KiB. Applying is
 * timed, bringing a batch to where it is applied is not: in a core it has just been written and stands
 * in the cache. */
struct played market_world_play(struct market_world *world, const struct tape *tape);

#endif
