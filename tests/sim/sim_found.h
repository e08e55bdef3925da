/* SPDX-License-Identifier: Apache-2.0
 *
 * The node that is simulated: the law tests' people, assets and instruments, with room for hours of
 * commands, and a few people with HMAC keys for the gate.
 */
#ifndef SIM_SIM_FOUND_H
#define SIM_SIM_FOUND_H

#include <stdint.h>

#include "platform/seal.h"
#include "platform/storage.h"

enum { SIM_FIRST_GATE_PERSON = 42, SIM_GATE_PEOPLE = 4 };

/* Founds and opens the node in the folder. */
void sim_found_node(const struct storage *storage, uint64_t segment_size);

/* The key that seals the gate's secrets, and a person's API key and secret. */
const struct node_key *sim_found_node_key(void);
void sim_found_api_key(uint32_t person, char text[static 65]);
void sim_found_secret(uint32_t person, char text[static 24]);

/* The core has begun a snapshot. */
void sim_snapshot_begun(void);

#endif
