/* SPDX-License-Identifier: Apache-2.0
 *
 * Founding the simulated node: the commands of the law tests' world as they are sent, and before the
 * node is opened the gate's people.
 *
 * Read next: tests/laws/law_world.c.
 */
#include "sim/sim_found.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/hex_text.h"
#include "laws/law_world.h"
#include "node/founding.h"
#include "sim/sim_core.h"
#include "sim/sim_world.h"

static const struct limits limits = {
    .participants_max = 64,
    .accounts_max = 400,
    .assets_max = 6,
    .instruments_max = 6,
    .orders_max = 1200,
    .price_levels_max = 600,
    .order_lists_max = 60,
    .client_ids_max = 6000,
    .keys_max = 80,
    .proposals_max = 8,
    .evidence_max = 6000,
    .withdrawals_max = 40,
};

static const struct node_key node_key = {.bytes = {1, 2, 3, 4, 5, 6, 7, 8}};

const struct node_key *sim_found_node_key(void)
{
    return &node_key;
}

static struct hash256 key_id(uint32_t person)
{
    return (struct hash256){{(uint8_t)person, 0xAB}};
}

void sim_found_api_key(uint32_t person, char text[static 65])
{
    struct hash256 id = key_id(person);
    hex_encode(id.bytes, sizeof id.bytes, text);
    text[64] = '\0';
}

void sim_found_secret(uint32_t person, char text[static 24])
{
    (void)snprintf(text, 24, "secret-of-%u", person);
}

static void add(struct founding *founding, struct command_header *command)
{
    bool is_added = founding_add(founding, command);
    ENSURE(is_added);
}

static void add_gate_person(struct founding *founding, uint32_t person)
{
    struct command_participant_create create = {
        .header.kind = COMMAND_PARTICIPANT_CREATE, .roles = ROLE_TRADER, .tier = 1};
    struct command_key_create key = {
        .header.kind = COMMAND_KEY_CREATE,
        .owner = person,
        .type = KEY_TYPE_HMAC,
        .scopes = KEY_SCOPE_READ | KEY_SCOPE_TRADE,
        .id = key_id(person),
        .ranges = {{.address = {[10] = 0xFF, [11] = 0xFF, [12] = 127}, .prefix = 104}},
    };
    char secret[24];
    (void)snprintf(create.handle.text, sizeof create.handle.text, "gate%u", person);
    create.identity.bytes[0] = (uint8_t)person;
    sim_found_secret(person, secret);
    key.material_size =
        (uint16_t)secret_seal(&node_key, &key.id, secret, strlen(secret), key.material);
    add(founding, &create.header);
    add(founding, &key.header);
    for (uint16_t asset = 1; asset <= LAW_ASSETS; asset++) {
        struct command_sandbox_deposit deposit = {.header.kind = COMMAND_SANDBOX_DEPOSIT,
                                                  .target = person,
                                                  .asset = asset,
                                                  .amount = {(int128)1000000000000000},
                                                  .evidence.rail = TARAZY_RAIL_SANDBOX};
        (void)snprintf(deposit.evidence.text, sizeof deposit.evidence.text, "gate %u %u", person,
                       (unsigned)asset);
        add(founding, &deposit.header);
    }
}

/* What law_start sends becomes the founding. */
static void on_command(void *context, const struct law *law, const union law_command *command)
{
    struct founding *founding = context;
    union law_command copy = *command;
    (void)law;
    if (command->header.kind == COMMAND_NODE_OPEN) {
        for (uint32_t i = 0; i < SIM_GATE_PEOPLE; i++) {
            add_gate_person(founding, SIM_FIRST_GATE_PERSON + i);
        }
    }
    copy.header.number = 0;
    copy.header.time_us = 0;
    add(founding, &copy.header);
}

void sim_found_node(const struct storage *storage, uint64_t segment_size)
{
    static struct law law;
    struct founding founding;
    struct founding_failure failure = {0};
    bool is_made = founding_create(&founding);
    ENSURE(is_made);
    law_start(&law, &limits, 1, on_command, &founding);
    law_end(&law);
    struct founding_place place = {
        .storage = storage, .directory = ".", .segment_size = segment_size};
    bool is_written = founding_write(&founding, &place, clock_wall_us(sim_clock()), &failure);
    if (!is_written) {
        (void)fprintf(stderr, "founding: command %u: %s\n", failure.index,
                      tarazy_result_name(failure.result));
    }
    ENSURE(is_written);
    founding_destroy(&founding);
}
