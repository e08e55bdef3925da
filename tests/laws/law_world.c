/* SPDX-License-Identifier: Apache-2.0
 *
 * Founding a node for the law tests. Four instruments over four assets: plain integers, eight decimals
 * with bands and filters, a wide price range, and one whose own terms are tight.
 */
#include "laws/law_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_US ((int64_t)1790000000 * 1000000)
#define RICH     ((int128)1000000000000000)

const struct limits law_limits_tight = {
    .participants_max = 48,
    .accounts_max = 190,
    .assets_max = 5,
    .instruments_max = 5,
    .orders_max = 220,
    .price_levels_max = 160,
    .order_lists_max = 20,
    .client_ids_max = 300,
    .keys_max = 56,
    .proposals_max = 6,
    .evidence_max = 4000,
    .withdrawals_max = 12,
};

const struct limits law_limits_wide = {
    .participants_max = 256,
    .accounts_max = 2000,
    .assets_max = 16,
    .instruments_max = 16,
    .orders_max = 20000,
    .price_levels_max = 20000,
    .order_lists_max = 2000,
    .client_ids_max = 20000,
    .keys_max = 512,
    .proposals_max = 64,
    .evidence_max = 400000,
    .withdrawals_max = 200,
};

void law_recent_add(struct law_recent *recent, uint64_t number)
{
    if (number != 0) {
        recent->numbers[recent->next++ % LAW_RECENT] = number;
    }
}

uint64_t law_recent_any(struct law *law, const struct law_recent *recent)
{
    return recent->numbers[random_below(&law->stream, LAW_RECENT)];
}

uint64_t law_open_proposal(struct law *law)
{
    struct proposal_view views[64];
    size_t count = tarazy_query_proposals(law->engine, views, 64);

    return count == 0 ? 0 : views[random_below(&law->stream, count)].proposal;
}

uint64_t law_open_withdrawal(struct law *law)
{
    struct withdrawal_view views[64];
    size_t count = tarazy_query_withdrawals(law->engine, 0, views, 64);

    return count == 0 ? 0 : views[random_below(&law->stream, count)].withdrawal;
}

uint32_t law_frozen_person(struct law *law)
{
    uint32_t from = 1 + (uint32_t)random_below(&law->stream, LAW_PEOPLE);
    struct participant_view view;

    for (uint32_t i = 0; i < LAW_PEOPLE; i++) {
        uint32_t person = 1 + (from + i) % LAW_PEOPLE;

        if (tarazy_query_participant(law->engine, person, &view) && view.frozen) {
            return person;
        }
    }
    return from;
}

struct client_id law_name(struct law *law, bool fresh)
{
    struct client_id name = {{0}};
    uint64_t number = fresh ? ++law->names : random_below(&law->stream, law->names + 1);

    (void)snprintf(name.text, sizeof name.text, "c%llu", (unsigned long long)number);
    return name;
}

void law_evidence(struct law *law, struct evidence *evidence, uint16_t rail, bool fresh)
{
    uint64_t number = fresh ? ++law->evidence : random_below(&law->stream, law->evidence + 1);

    memset(evidence, 0, sizeof *evidence);
    (void)snprintf(evidence->text, sizeof evidence->text, "e%llu", (unsigned long long)number);
    evidence->rail = rail;
}

uint32_t law_any_trader(struct law *law)
{
    return 1 + (uint32_t)random_below(&law->stream, LAW_TRADERS);
}

uint32_t law_any_operator(struct law *law)
{
    return LAW_TRADERS + 1 + (uint32_t)random_below(&law->stream, LAW_OPERATORS);
}

uint32_t law_any_approver(struct law *law)
{
    /* the last operator approves, too */
    return LAW_TRADERS + LAW_OPERATORS + (uint32_t)random_below(&law->stream, LAW_APPROVERS + 1);
}

uint32_t law_any_custodian(struct law *law)
{
    return LAW_TRADERS + LAW_OPERATORS + LAW_APPROVERS + 1 +
           (uint32_t)random_below(&law->stream, LAW_CUSTODIANS);
}

static void found_node(struct law *law, const struct limits *limits)
{
    struct command_node_found found = {
        .header.kind = COMMAND_NODE_FOUND,
        .sandbox = 1,
        .hash_seed = {1, 2},
        .name.text = "laws",
        .limits = *limits,
    };
    union law_command command = {.bytes = {0}};

    memcpy(&command, &found, sizeof found);
    law_send(law, &command);
}

static void must_be_ok(const struct law *law)
{
    if (law_outcome(law)->result != RESULT_OK) {
        (void)fprintf(stderr, "laws: founding refused: %s\n",
                      tarazy_result_name((enum result)law_outcome(law)->result));
        abort();
    }
}

static void create_tiers(struct law *law)
{
    for (uint16_t tier = 1; tier <= 3; tier++) {
        union law_command command = {.header.kind = COMMAND_TIER_SET};

        command.tier_set.tier = tier;
        command.tier_set.rights = TIER_RIGHT_TRADE | TIER_RIGHT_DEPOSIT | TIER_RIGHT_WITHDRAW;
        command.tier_set.maker.ppm = tier == 1 ? 0 : 333u * tier;
        command.tier_set.taker.ppm = tier == 1 ? 0 : 777u * tier;
        command.tier_set.orders_max = tier == 3 ? 12 : 0;
        law_send(law, &command);
        must_be_ok(law);
    }
}

static uint32_t roles_of(uint32_t person)
{
    if (person <= LAW_TRADERS) {
        return person % 8 == 0 ? ROLE_MARKET_MAKER : ROLE_TRADER;
    }
    if (person <= LAW_TRADERS + LAW_OPERATORS) {
        return person == LAW_TRADERS + LAW_OPERATORS ? ROLE_OPERATOR | ROLE_APPROVER
                                                     : ROLE_OPERATOR;
    }
    return person <= LAW_TRADERS + LAW_OPERATORS + LAW_APPROVERS ? ROLE_APPROVER : ROLE_CUSTODIAN;
}

static void create_person(struct law *law, uint32_t person)
{
    union law_command command = {.header.kind = COMMAND_PARTICIPANT_CREATE};
    struct command_participant_create *create = &command.participant_create;

    (void)snprintf(create->handle.text, sizeof create->handle.text, "person%u", person);
    create->identity.bytes[0] = (uint8_t)person;
    create->roles = roles_of(person);
    create->tier = (uint16_t)(1 + person % 3);
    law_send(law, &command);
    must_be_ok(law);

    command = (union law_command){.header.kind = COMMAND_KEY_CREATE};
    command.key_create.owner = person;
    command.key_create.type = KEY_TYPE_ED25519;
    command.key_create.scopes =
        KEY_SCOPE_READ | KEY_SCOPE_TRADE | KEY_SCOPE_WITHDRAW | KEY_SCOPE_OPERATE;
    command.key_create.material_size = 32;
    command.key_create.id.bytes[0] = (uint8_t)person;
    command.key_create.ranges[0].address[15] = 1;
    command.key_create.ranges[0].prefix = 128;
    law_send(law, &command);
    must_be_ok(law);
}

static void create_asset(struct law *law, uint16_t asset)
{
    static const char *const codes[] = {"", "GOLD", "KZT", "BTC", "USDT"};
    static const uint8_t scales[] = {0, 0, 0, 8, 6};
    union law_command command = {.header.kind = COMMAND_ASSET_CREATE};
    struct command_asset_create *create = &command.asset_create;

    memcpy(create->code.text, codes[asset], strlen(codes[asset]));
    create->scale = scales[asset];
    create->supply_max.units = (int128)1 << 100;
    create->withdraw_min.units = 5;
    create->withdraw_fee.units = 2;
    law_send(law, &command);
    must_be_ok(law);
    for (uint16_t tier = 1; tier <= 3; tier++) {
        command = (union law_command){.header.kind = COMMAND_TIER_LIMIT_SET};
        command.tier_limit_set.tier = tier;
        command.tier_limit_set.asset = asset;
        command.tier_limit_set.withdraw_day_max.units = tier == 1 ? -1 : 100000;
        command.tier_limit_set.deposit_day_max.units = tier == 1 ? -1 : 1000000;
        law_send(law, &command);
        must_be_ok(law);
    }
}

/* GOLDKZT: whole numbers, no rules. */
static struct instrument_terms plain_terms(void)
{
    return (struct instrument_terms){
        .symbol.text = "GOLDKZT",
        .base = 1,
        .quote = 2,
        .tick.units = 1,
        .price_min.units = 1,
        .price_max.units = 100000,
        .reference.units = 1000,
        .lot.units = 1,
        .quantity_min.units = 1,
        .quantity_max.units = 100000,
        .slippage_ppm = 200000,
    };
}

/* BTCUSDT: decimals, bands, filters. */
static struct instrument_terms banded_terms(void)
{
    struct instrument_terms terms = plain_terms();

    memset(&terms.symbol, 0, sizeof terms.symbol);
    memcpy(terms.symbol.text, "BTCUSDT", 7);
    terms.base = 3;
    terms.quote = 4;
    terms.tick.units = 10000;
    terms.price_min.units = 10000;
    terms.price_max.units = 10000000000;
    terms.reference.units = 500000000;
    terms.lot.units = 10000;
    terms.quantity_min.units = 10000;
    terms.quantity_max.units = 1000000000;
    terms.market_quantity_max.units = 500000000;
    terms.notional_min.units = 100000;
    terms.band_static_ppm = 60000;
    terms.band_dynamic_ppm = 12000;
    terms.slippage_ppm = 40000;
    terms.auction_ms = 3000;
    terms.percent_up_ppm = 300000;
    terms.percent_down_ppm = 300000;
    terms.trailing_min_bps = 5;
    terms.trailing_max_bps = 3000;
    return terms;
}

/* GOLDUSDT: prices far apart, a lot above one. */
static struct instrument_terms wide_terms(void)
{
    struct instrument_terms terms = plain_terms();

    memset(&terms.symbol, 0, sizeof terms.symbol);
    memcpy(terms.symbol.text, "GOLDUSDT", 8);
    terms.quote = 4;
    terms.tick.units = 3;
    terms.price_min.units = 3;
    terms.price_max.units = 3000000000;
    terms.reference.units = 3000000;
    terms.lot.units = 5;
    terms.quantity_min.units = 5;
    terms.slippage_ppm = 0;
    return terms;
}

/* BTCKZT: every count is limited, and the price can hardly move. */
static struct instrument_terms tight_terms(void)
{
    struct instrument_terms terms = plain_terms();

    memset(&terms.symbol, 0, sizeof terms.symbol);
    memcpy(terms.symbol.text, "BTCKZT", 6);
    terms.base = 3;
    terms.tick.units = 100000000;
    terms.price_min.units = 9500000000;
    terms.price_max.units = 10500000000;
    terms.reference.units = 10000000000;
    terms.lot.units = 1;
    terms.quantity_max.units = 100000;
    terms.market_quantity_max.units = 900;
    terms.notional_max.units = 5000000;
    terms.position_max.units = RICH + 20000;
    terms.band_static_ppm = 20000;
    terms.auction_ms = 500;
    terms.orders_max = 8;
    terms.algo_orders_max = 3;
    terms.iceberg_orders_max = 2;
    terms.iceberg_parts_max = 5;
    terms.amends_max = 2;
    terms.order_lists_max = 2;
    return terms;
}

struct instrument_terms law_terms(uint16_t instrument)
{
    const struct instrument_terms all[] = {plain_terms(), banded_terms(), wide_terms(),
                                           tight_terms()};

    return all[instrument >= 1 && instrument <= 4 ? instrument - 1 : 3];
}

static void create_instruments(struct law *law)
{
    for (uint16_t instrument = 1; instrument <= LAW_INSTRUMENTS; instrument++) {
        union law_command command = {.header.kind = COMMAND_INSTRUMENT_CREATE};

        command.instrument_create.session = SESSION_CONTINUOUS;
        command.instrument_create.terms = law_terms(instrument);
        law_send(law, &command);
        must_be_ok(law);
    }
}

static void fund_traders(struct law *law)
{
    for (uint32_t trader = 1; trader <= LAW_TRADERS; trader++) {
        for (uint16_t asset = 1; asset <= LAW_ASSETS; asset++) {
            union law_command command = {.header.kind = COMMAND_SANDBOX_DEPOSIT};

            command.sandbox_deposit.target = trader;
            command.sandbox_deposit.asset = asset;
            /* some are rich, some run out of money soon */
            command.sandbox_deposit.amount.units = trader % 4 == 3 ? 3000 + trader : RICH;
            law_evidence(law, &command.sandbox_deposit.evidence, TARAZY_RAIL_SANDBOX, true);
            law_send(law, &command);
            must_be_ok(law);
        }
    }
}

void law_start(struct law *law, const struct limits *limits, uint64_t seed, law_observer *observer,
               void *observer_context)
{
    size_t size = tarazy_engine_size(limits);
    uint8_t *block = aligned_alloc(TARAZY_ENGINE_ALIGNMENT, size);
    uint8_t *events = aligned_alloc(16, TARAZY_EVENTS_SIZE_MAX);

    if (size == 0 || block == NULL || events == NULL) {
        abort();
    }
    memset(block, 0, size);
    *law = (struct law){
        .engine = tarazy_engine_create(block, size, limits),
        .size = size,
        .stream = {seed},
        .events = {.bytes = events, .size = TARAZY_EVENTS_SIZE_MAX},
        .digest = digest_start(),
        .now_us = START_US,
        .observer = observer,
        .observer_context = observer_context,
    };
    found_node(law, limits);
    must_be_ok(law);
    create_tiers(law);
    for (uint32_t person = 1; person <= LAW_PEOPLE; person++) {
        create_person(law, person);
    }
    for (uint16_t asset = 1; asset <= LAW_ASSETS; asset++) {
        create_asset(law, asset);
    }
    create_instruments(law);
    fund_traders(law);
    union law_command open = {.header.kind = COMMAND_NODE_OPEN};
    law_send(law, &open);
    must_be_ok(law);
}

void law_end(struct law *law)
{
    free(law->engine);
    free(law->events.bytes);
}

const struct event_outcome *law_outcome(const struct law *law)
{
    const void *last = law->events.bytes + law->events.used - sizeof(struct event_outcome);

    return last;
}

void law_repeat(struct engine *engine, const union law_command *command,
                struct event_buffer *events)
{
    events->used = 0;
    events->count = 0;
    tarazy_engine_apply(engine, &command->header, events);
}

/* Remembers what the command made, so that later ones can name it. */
static void remember(struct law *law)
{
    const struct event_outcome *outcome = law_outcome(law);

    if (outcome->result != RESULT_OK) {
        return;
    }
    bool one = outcome->command == COMMAND_ORDER_PLACE || outcome->command == COMMAND_ORDER_REPLACE;
    bool list = outcome->command == COMMAND_ORDER_LIST_PLACE;
    if (one || list) {
        law_recent_add(&law->orders, outcome->id);
    }
    if (list) {
        law_recent_add(&law->lists, outcome->list);
        law_recent_add(&law->orders, outcome->id + 1);
    }
    if (outcome->command == COMMAND_PROPOSE) {
        law_recent_add(&law->proposals, outcome->id);
    }
    if (outcome->command == COMMAND_WITHDRAW_REQUEST) {
        law_recent_add(&law->withdrawals, outcome->id);
    }
}

void law_send(struct law *law, union law_command *command)
{
    command->header.number = tarazy_engine_number(law->engine) + 1;
    command->header.time_us = law->now_us;
    if (!tarazy_command_is_well_formed(&command->header,
                                       tarazy_command_size(command->header.kind))) {
        (void)fprintf(stderr, "laws: a generator made a malformed %s\n",
                      tarazy_command_name(command->header.kind));
        abort();
    }
    law_repeat(law->engine, command, &law->events);
    digest_update(&law->digest, law->events.bytes, law->events.used);
    remember(law);
    if (law->observer != NULL) {
        law->observer(law->observer_context, law, command);
    }
}
