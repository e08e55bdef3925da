/* SPDX-License-Identifier: Apache-2.0
 *
 * The gateway's server without sockets: requests of clients go to the venue's callbacks, what it answers
 * comes back to the client who asked. It has the functions of gateway/server.h.
 */
#ifndef SIM_SIM_DOOR_H
#define SIM_SIM_DOOR_H

#include <stddef.h>
#include <stdint.h>

/* client: from 0. Told once for each request that is answered. */
typedef void sim_door_answer(uint32_t client, uint32_t status, const char *body, size_t size);

void sim_door_start(sim_door_answer *on_answer);

/* A whole request as its head stands on the wire. A request of the client's that is open is given up. */
void sim_door_request(uint32_t client, const char *head);

/* Nobody waits any more: the process has died. */
void sim_door_forget(void);

#endif
