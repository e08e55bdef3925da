/* SPDX-License-Identifier: Apache-2.0
 *
 * The network of the world: stream sockets in memory under the names that the C library gives them
 * (the linker's --wrap), so that peers.c, link_client.c and event_loop.c run as they are. Bytes arrive
 * late, in pieces, in order, or never: a connection may be cut in the middle of a message. One address,
 * one listener.
 */
#ifndef SIM_SIM_NET_H
#define SIM_SIM_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/sim_world.h"

/* Before the world starts: nothing is open. */
void sim_net_start(void);

/* When something arrives next for this process (bytes, an end, a caller); SIM_NEVER: nothing under way. */
int64_t sim_net_next(const struct sim_process *process);

/* All of the process's descriptors are closed, as the kernel does when it has died. */
void sim_net_close_all(struct sim_process *process);

/* Cuts the n-th connection (counted round): what is under way is lost from some byte on. */
void sim_net_cut(uint64_t n, struct random_stream *random);

/* Until then nothing that this process sends or is sent is delivered. */
void sim_net_hold(const struct sim_process *process, int64_t until_us);

/* A descriptor that becomes readable when told so: the core's wish to stop. */
int sim_net_flag(void);
void sim_net_flag_raise(int fd, bool is_raised);

#endif
