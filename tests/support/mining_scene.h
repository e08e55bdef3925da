/* SPDX-License-Identifier: Apache-2.0
 *
 * The small exchange with mining: short ways to send its commands. Alice (miner 1) has a licence, a site, an
 * energy meter on the grid (1) and one on renewables (2); Bob (miner 2) has applied. Pool 1 is accredited.
 * The law of a country that does not exist: 5 hours ahead of UTC, 3 and 2 tenge a kWh.
 */
#ifndef SUPPORT_MINING_SCENE_H
#define SUPPORT_MINING_SCENE_H

#include "support/engine_scene.h"

#define SCENE_HOUR_US     ((int64_t)3600 * 1000000)
#define SCENE_DAY_US      (24 * SCENE_HOUR_US)
#define SCENE_DAY         20717           /* 2026-09-21 */
#define SCENE_MONTH       (12 * 2026 + 8) /* September 2026 */
#define SCENE_QUARTER     (4 * 2026 + 2)  /* its third quarter */
#define SCENE_ALICE_MINES 1u
#define SCENE_BOB_MINES   2u

/* All of the above. */
void mining_scene_start(struct scene *scene);

/* Proposed by Aigul, approved by Adam. */
enum result mining_scene_two(struct scene *scene, struct command_header *command);

enum result mining_scene_law(struct scene *scene, enum parameter_kind kind, int64_t key,
                             int64_t value);

/* What these tests change is a field or two of a sound command. */
struct command_miner_set mining_scene_miner(uint32_t account, const char *licence);
struct command_site_set mining_scene_site(uint32_t miner);
struct command_meter_set mining_scene_meter(const char *serial);
struct command_miner_decide mining_scene_decide(uint32_t miner, enum licence_decision decision);
struct command_share_reading mining_scene_shares(const struct scene *scene, uint64_t sequence);
/* Of meter 1, an hour long, beginning so many hours after the scene. */
struct command_energy_reading mining_scene_energy(uint64_t sequence, int64_t hour,
                                                  uint64_t begin_wh, uint64_t end_wh);
struct command_pool_distribution mining_scene_coins(const struct scene *scene, uint64_t sequence);

#endif
