/* SPDX-License-Identifier: Apache-2.0
 *
 * A follower without a core: what is submitted is applied to the one engine at the next follower_work,
 * numbered and timed here. It has the functions of node/follower.h, so whatever is built on a follower
 * can be tested in one process, one step at a time. One per process.
 */
#ifndef SUPPORT_FAKE_FOLLOWER_H
#define SUPPORT_FAKE_FOLLOWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"
#include "tarazy/engine.h"

/* Starts anew: an empty engine with these limits. */
void fake_node_start(const struct limits *limits);
void fake_node_end(void);

/* The time of the commands that follow. */
void fake_node_set_time(int64_t now_us);

/* Applies a command as the node itself, before there is a follower: founding. Returns its result. */
enum result fake_node_found(struct command_header *command);

/* What goes wrong, if anything. */
struct fake_faults {
    bool is_silent;          /* commands wait: nothing comes back */
    bool is_full;            /* follower_submit says no */
    bool has_no_room;        /* follower_make_room says no */
    uint16_t refused_result; /* 0, or the core refuses with enum result */
};
void fake_node_set_faults(const struct fake_faults *faults);

/* Loses the link (its origin changes when it comes back), and has it back. */
void fake_node_link(bool is_up);

const struct engine *fake_node_engine(void);
/* The last command that was submitted; NULL: none yet. */
const struct command_header *fake_node_last_submitted(void);

#endif
