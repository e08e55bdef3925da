/* SPDX-License-Identifier: Apache-2.0
 *
 * An exchange inside another program, in one file: no server, no files, no threads. It founds a node,
 * lists gold against tenge, lets two people trade and reads the books.
 *
 *     cc -Iinclude examples/embed.c -Lbuild/release/lib -ltarazy -o embed && ./embed
 *
 * The library is linked from libtarazy.a alone. Everything that can happen is a command; what it did
 * comes back as events. Whoever keeps the commands can have the same exchange again, anywhere.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tarazy/engine.h"
#include "tarazy/query.h"

enum { ALICE = 1, BOB = 2, GOLD = 1, TENGE = 2, GOLDKZT = 1 };

struct exchange {
    struct engine *engine;
    struct event_buffer events;
};

/* Numbers, times and sends one command; stops the program if it is refused. */
static void send(struct exchange *exchange, uint32_t participant, struct command_header *command)
{
    static _Alignas(64) uint8_t bytes[TARAZY_COMMAND_SIZE_MAX];
    size_t size = tarazy_command_size(command->kind);

    command->number = tarazy_engine_number(exchange->engine) + 1;
    command->time_us = INT64_C(1790000000000000) + (int64_t)command->number;
    command->participant = participant;
    command->key = participant; /* in this program everybody's key has his own number */
    memcpy(bytes, command, size);
    const struct command_header *aligned = (const struct command_header *)(void *)bytes;
    if (!tarazy_command_is_well_formed(aligned, size)) {
        fprintf(stderr, "%s is not well formed\n", tarazy_command_name(command->kind));
        exit(1);
    }
    exchange->events.used = 0;
    exchange->events.count = 0;
    tarazy_engine_apply(exchange->engine, aligned, &exchange->events);

    const struct event_outcome *outcome =
        (const struct event_outcome *)(const void *)(exchange->events.bytes +
                                                     exchange->events.used - sizeof *outcome);
    if (outcome->result != RESULT_OK) {
        fprintf(stderr, "%s was refused: %s\n", tarazy_command_name(command->kind),
                tarazy_result_text((enum result)outcome->result));
        exit(1);
    }
}

static void found(struct exchange *exchange, const struct limits *limits)
{
    struct command_node_found licence = {.header.kind = COMMAND_NODE_FOUND,
                                         .sandbox = 1,
                                         .hash_seed = {1, 2}, /* random in earnest */
                                         .name.text = "embedded",
                                         .limits = *limits};
    struct command_tier_set tier = {.header.kind = COMMAND_TIER_SET,
                                    .tier = 1,
                                    .rights = TIER_RIGHT_TRADE,
                                    .maker.ppm = 1000, /* 0.1 % */
                                    .taker.ppm = 2000};

    send(exchange, 0, &licence.header);
    send(exchange, 0, &tier.header);
}

static void add_person(struct exchange *exchange, uint32_t number, const char *name)
{
    struct command_participant_create person = {
        .header.kind = COMMAND_PARTICIPANT_CREATE, .roles = ROLE_TRADER, .tier = 1};
    struct command_key_create key = {.header.kind = COMMAND_KEY_CREATE,
                                     .owner = number,
                                     .type = KEY_TYPE_ED25519,
                                     .scopes = KEY_SCOPE_TRADE,
                                     .id.bytes[0] = (uint8_t)number,
                                     .material_size = 32};

    memcpy(person.handle.text, name, strlen(name));
    send(exchange, 0, &person.header);
    send(exchange, 0, &key.header);
}

static void list(struct exchange *exchange)
{
    struct command_asset_create gold = {.header.kind = COMMAND_ASSET_CREATE,
                                        .code.text = "GOLD",
                                        .scale = 3, /* grams, in thousandths */
                                        .supply_max.units = 1000000000};
    struct command_asset_create tenge = {.header.kind = COMMAND_ASSET_CREATE,
                                         .code.text = "KZT",
                                         .scale = 2,
                                         .supply_max.units = (int128)1000000000000000};
    struct command_instrument_create market = {
        .header.kind = COMMAND_INSTRUMENT_CREATE,
        .session = SESSION_CONTINUOUS,
        .terms = {.symbol.text = "GOLDKZT",
                  .base = GOLD,
                  .quote = TENGE,
                  .tick.units = 1000, /* 10.00 tenge */
                  .price_min.units = 1000,
                  .price_max.units = 100000000,
                  .reference.units = 6000000, /* 60,000.00 tenge a gram */
                  .lot.units = 1,
                  .quantity_min.units = 1,
                  .quantity_max.units = 1000000},
    };

    send(exchange, 0, &gold.header);
    send(exchange, 0, &tenge.header);
    send(exchange, 0, &market.header);
}

static void fund(struct exchange *exchange, uint32_t who, uint16_t asset, int64_t amount)
{
    struct command_sandbox_deposit deposit = {.header.kind = COMMAND_SANDBOX_DEPOSIT,
                                              .target = who,
                                              .asset = asset,
                                              .amount.units = amount,
                                              .evidence.rail = TARAZY_RAIL_SANDBOX};

    snprintf(deposit.evidence.text, sizeof deposit.evidence.text, "gift %" PRIu32 " %u", who,
             asset);
    send(exchange, 0, &deposit.header);
}

static void order(struct exchange *exchange, uint32_t who, enum side side, int64_t price,
                  int64_t quantity)
{
    struct command_order_place place = {.header.kind = COMMAND_ORDER_PLACE,
                                        .terms = {.quantity.units = quantity,
                                                  .price.units = price,
                                                  .instrument = GOLDKZT,
                                                  .side = (uint8_t)side,
                                                  .type = ORDER_TYPE_LIMIT,
                                                  .time_in_force = TIME_IN_FORCE_GTC,
                                                  .self_trade = SELF_TRADE_EXPIRE_MAKER}};

    send(exchange, who, &place.header);
}

static void print_trades(const struct exchange *exchange)
{
    for (size_t at = 0; at < exchange->events.used;) {
        const void *bytes = exchange->events.bytes + at;
        const struct event_header *event = bytes;

        if (event->kind == EVENT_TRADE) {
            const struct event_trade *trade = bytes;

            printf("trade %" PRIu64 ": %" PRId64 " mg at %" PRId64 " tiyn a gram\n", trade->trade,
                   trade->quantity.units, trade->price.units);
        }
        at += event->size;
    }
}

static void print_balance(const struct exchange *exchange, const char *name, uint32_t who,
                          uint16_t asset)
{
    struct balance_view balance;

    if (tarazy_query_balance(exchange->engine, who, asset, &balance)) {
        printf("%s: asset %u, %" PRId64 " free, %" PRId64 " held\n", name, asset,
               (int64_t)balance.available.units, (int64_t)balance.held.units);
    }
}

int main(void)
{
    const struct limits limits = {.participants_max = 10,
                                  .accounts_max = 100,
                                  .assets_max = 4,
                                  .instruments_max = 4,
                                  .orders_max = 1000,
                                  .price_levels_max = 1000,
                                  .order_lists_max = 10,
                                  .client_ids_max = 1000,
                                  .keys_max = 10,
                                  .proposals_max = 10,
                                  .evidence_max = 100,
                                  .withdrawals_max = 10};
    struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};
    size_t size = tarazy_engine_size(&limits);
    void *block = aligned_alloc(TARAZY_ENGINE_ALIGNMENT, size);
    struct exchange exchange = {.events.bytes = aligned_alloc(16, TARAZY_EVENTS_SIZE_MAX),
                                .events.size = TARAZY_EVENTS_SIZE_MAX};

    if (block == NULL || exchange.events.bytes == NULL) {
        fprintf(stderr, "no memory\n");
        return 1;
    }
    memset(block, 0, size);
    exchange.engine = tarazy_engine_create(block, size, &limits);
    found(&exchange, &limits);
    add_person(&exchange, ALICE, "alice");
    add_person(&exchange, BOB, "bob");
    list(&exchange);
    fund(&exchange, ALICE, TENGE, 100000000); /* a million tenge */
    fund(&exchange, BOB, GOLD, 50000);        /* fifty grams */
    send(&exchange, 0, &open.header);

    order(&exchange, BOB, SIDE_SELL, 6000000, 10000);
    order(&exchange, ALICE, SIDE_BUY, 6100000, 4000);
    print_trades(&exchange);
    print_balance(&exchange, "alice", ALICE, GOLD);
    print_balance(&exchange, "alice", ALICE, TENGE);
    print_balance(&exchange, "bob", BOB, GOLD);
    print_balance(&exchange, "bob", BOB, TENGE);
    const char *wrong = tarazy_engine_audit(exchange.engine);
    printf("books: %s\n", wrong == NULL ? "in order" : wrong);
    free(block);
    free(exchange.events.bytes);
    return wrong == NULL ? 0 : 1;
}
