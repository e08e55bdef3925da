/* SPDX-License-Identifier: Apache-2.0
 *
 * A small registry for the tests of this room: two tiers, three participants, no keys.
 */
#ifndef REGISTRY_REGISTRY_ROOM_TEST_H
#define REGISTRY_REGISTRY_ROOM_TEST_H

#include <string.h>

#include "registry/registry_state.h"
#include "support/movable_block.h"

#define ALICE 1u
#define BOB   2u
#define OLGA  3u

struct room {
    uint8_t *block;
    size_t size;
};

static inline struct registry *registry_of(const struct room *room)
{
    return (struct registry *)(void *)room->block;
}

static inline struct handle handle_of(const char *name)
{
    struct handle handle = {{0}};

    memcpy(handle.text, name, strlen(name));
    return handle;
}

static inline struct command_participant_create create_of(const char *name, uint32_t roles)
{
    return (struct command_participant_create){
        .header = {.kind = COMMAND_PARTICIPANT_CREATE},
        .handle = handle_of(name),
        .roles = roles,
        .tier = 1,
    };
}

/* Tier 1 and 2 are set. */
static inline struct room room_new(const struct limits *limits)
{
    struct arena measure = {.block = NULL};

    (void)registry_create(&measure, limits);
    struct room room = {movable_block_new(measure.used), measure.used};
    struct arena place = {.block = room.block, .size = room.size};
    struct registry *registry = registry_create(&place, limits);
    registry_set_seed(registry, (struct hash_seed){{21, 22}});
    for (uint16_t tier = 1; tier <= 2; tier++) {
        struct command_tier_set set = {.tier = tier, .rights = TIER_RIGHT_TRADE, .orders_max = 10};

        registry_tier_set(registry, &set);
    }
    return room;
}

static inline struct room room_with_people(void)
{
    const struct limits limits = {
        .participants_max = 5, .assets_max = 3, .keys_max = 4, .proposals_max = 3};
    struct room room = room_new(&limits);
    const struct command_participant_create people[] = {
        create_of("alice", ROLE_TRADER),
        create_of("bob", ROLE_MARKET_MAKER),
        create_of("olga", ROLE_OPERATOR),
    };

    for (size_t i = 0; i < 3; i++) {
        (void)registry_participant_add(registry_of(&room), &people[i]);
    }
    return room;
}

#endif
