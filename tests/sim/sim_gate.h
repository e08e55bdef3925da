/* SPDX-License-Identifier: Apache-2.0
 *
 * The gateway of the simulated node: the real venue (doors, keys and signatures, limits, pending answers,
 * replica and views) over a server in memory, with clients that speak HTTP. What is not here is the
 * server's own side: sockets of clients, TLS, WebSocket.
 */
#ifndef SIM_SIM_GATE_H
#define SIM_SIM_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/sim_world.h"

void sim_gate_start(bool is_wanted);
void sim_gate_end(void);
int64_t sim_gate_next(void);
void sim_gate_turn(void);
struct sim_process *sim_gate_process(void);
bool sim_gate_is_live(void);
void sim_gate_down(int64_t after_us);
uint32_t sim_gate_waiting(void);
void sim_gate_finish(void);
uint64_t sim_gate_starts(void);
uint64_t sim_gate_calls(void);
uint64_t sim_gate_done(void); /* answered with 200 */
uint64_t sim_gate_unknown(void);

#endif
