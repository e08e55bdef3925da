/* SPDX-License-Identifier: Apache-2.0
 *
 * The small exchange. Failures go through cmocka, so a broken rule fails the test that broke it.
 */
#include "support/engine_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COINS 1000000

const struct limits scene_limits = {
    .participants_max = 64,
    .accounts_max = 256,
    .assets_max = 8,
    .instruments_max = 4,
    .orders_max = 1024,
    .price_levels_max = 1024,
    .order_lists_max = 64,
    .client_ids_max = 256,
    .keys_max = 64,
    .proposals_max = 4,
    .evidence_max = 128,
    .withdrawals_max = 8,
};

void (*scene_watch)(const struct command_header *command, const struct event_buffer *events);

struct client_id scene_name(const char *text)
{
    struct client_id id = {{0}};

    memcpy(id.text, text, strlen(text));
    return id;
}

void scene_start_empty(struct scene *scene, const struct limits *limits)
{
    size_t size = tarazy_engine_size(limits);
    uint8_t *block = aligned_alloc(TARAZY_ENGINE_ALIGNMENT, size);
    uint8_t *before = malloc(size);
    uint8_t *events = aligned_alloc(16, TARAZY_EVENTS_SIZE_MAX);

    assert_true(size > 0 && block != NULL && before != NULL && events != NULL);
    memset(block, 0, size);
    *scene = (struct scene){
        .engine = tarazy_engine_create(block, size, limits),
        .size = size,
        .before = before,
        .events = {.bytes = events, .size = TARAZY_EVENTS_SIZE_MAX},
        .now_us = SCENE_START_US,
    };
}

void scene_end(struct scene *scene)
{
    free(scene->engine);
    free(scene->before);
    free(scene->events.bytes);
}

static const struct event_header *event_at(const struct scene *scene, size_t at)
{
    return (const struct event_header *)(const void *)(scene->events.bytes + at);
}

/* The events of one command are whole: numbered, sized, one outcome at the end. */
static void expect_whole_events(const struct scene *scene, const struct command_header *command)
{
    uint32_t sequence = 0;
    size_t at = 0;

    while (at < scene->events.used) {
        const struct event_header *event = event_at(scene, at);

        assert_int_equal(event->number, command->number);
        assert_int_equal(event->sequence, sequence);
        assert_non_null(tarazy_event_name(event->kind));
        assert_true(event->size >= sizeof *event && event->size % 16 == 0);
        at += event->size;
        assert_true((event->kind == EVENT_OUTCOME) == (at == scene->events.used));
        sequence++;
    }
    assert_int_equal(scene->events.count, sequence);
    const struct event_outcome *outcome = scene_outcome(scene);
    assert_int_equal(outcome->command, command->kind);
    assert_int_equal(outcome->participant, command->participant);
    assert_int_equal(outcome->request, command->request);
    assert_int_equal(outcome->origin, command->origin);
}

/* A refused command changes nothing but number, time and nonce: apply it again to the old state, and
 * only those differ. They stand in the first bytes of the block and in one key; so the comparison is
 * done on copies in which the refused command was replaced by one that is refused for its kind. */
static void expect_unchanged(struct scene *scene, const struct command_header *command)
{
    size_t size;
    const uint8_t *after = tarazy_engine_block(scene->engine, &size);
    unsigned differing = 0;
    struct key_view key;

    for (size_t at = 0; at < size; at += 8) {
        differing += memcmp(after + at, scene->before + at, 8) != 0;
    }
    /* number; perhaps time; perhaps nonce */
    unsigned allowed = 2;
    if (command->participant != 0 &&
        tarazy_query_key_by_number(scene->engine, command->key, &key) && command->nonce != 0 &&
        key.nonce == command->nonce) {
        allowed++;
    }
    assert_true(differing <= allowed);
    assert_int_equal(tarazy_engine_number(scene->engine), command->number);
}

enum result scene_send(struct scene *scene, uint32_t who, struct command_header *command)
{
    _Alignas(64) uint8_t bytes[TARAZY_COMMAND_SIZE_MAX] = {0};
    size_t size = tarazy_command_size(command->kind);
    struct command_header *copy = (struct command_header *)(void *)bytes;
    size_t block_size;

    command->number = tarazy_engine_number(scene->engine) + 1;
    command->time_us = scene->now_us;
    command->participant = who;
    command->key = who == 0 ? 0 : scene->key != 0 ? scene->key : who;
    command->nonce = scene->nonce;
    command->request = (uint32_t)command->number + 7;
    command->origin = 3;
    memcpy(bytes, command, size);
    assert_true(tarazy_command_is_well_formed(copy, size));
    enum result expected = tarazy_engine_check(scene->engine, copy);
    if (!scene->quick) {
        memcpy(scene->before, tarazy_engine_block(scene->engine, &block_size), scene->size);
    }
    scene->events.used = 0;
    scene->events.count = 0;
    tarazy_engine_apply(scene->engine, copy, &scene->events);
    expect_whole_events(scene, copy);
    if (scene_watch != NULL) {
        scene_watch(copy, &scene->events);
    }
    scene->result = (enum result)scene_outcome(scene)->result;
    assert_string_equal(tarazy_result_name(scene->result), tarazy_result_name(expected));
    if (!scene->quick) {
        const char *wrong = tarazy_engine_audit(scene->engine);

        if (wrong != NULL) {
            fail_msg("%s after %s", wrong, tarazy_command_name(command->kind));
        }
        if (scene->result != RESULT_OK && scene->result != RESULT_REPLACE_NOT_PLACED) {
            expect_unchanged(scene, copy);
        }
    }
    return scene->result;
}

static const void *find_event(const struct scene *scene, enum event_kind kind, unsigned n)
{
    for (size_t at = 0; at < scene->events.used; at += event_at(scene, at)->size) {
        if (event_at(scene, at)->kind == kind && n-- == 0) {
            return event_at(scene, at);
        }
    }
    return NULL;
}

const void *scene_event(const struct scene *scene, enum event_kind kind, unsigned n)
{
    const void *event = find_event(scene, kind, n);

    if (event == NULL) {
        fail_msg("there is no %s number %u", tarazy_event_name((uint16_t)kind), n);
        abort();
    }
    return event;
}

unsigned scene_event_count(const struct scene *scene, enum event_kind kind)
{
    unsigned count = 0;

    for (size_t at = 0; at < scene->events.used; at += event_at(scene, at)->size) {
        count += event_at(scene, at)->kind == kind;
    }
    return count;
}

const struct event_outcome *scene_outcome(const struct scene *scene)
{
    return scene_event(scene, EVENT_OUTCOME, 0);
}

enum result scene_deposit(struct scene *scene, uint32_t who, uint16_t asset, int64_t amount)
{
    struct command_sandbox_deposit deposit = {
        .header.kind = COMMAND_SANDBOX_DEPOSIT,
        .target = who,
        .asset = asset,
        .amount.units = amount,
        .evidence.rail = TARAZY_RAIL_SANDBOX,
    };
    uint64_t number = tarazy_engine_number(scene->engine) + 1;

    for (size_t i = 0; i < 20; i++) {
        deposit.evidence.text[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return scene_send(scene, 0, &deposit.header);
}

static void create_tier(struct scene *scene, uint16_t tier, uint16_t rights, uint32_t maker,
                        uint32_t taker)
{
    struct command_tier_set set = {
        .header.kind = COMMAND_TIER_SET,
        .tier = tier,
        .rights = rights,
        .maker.ppm = maker,
        .taker.ppm = taker,
    };

    assert_int_equal(scene_send(scene, 0, &set.header), RESULT_OK);
}

static void create_person(struct scene *scene, const char *handle, uint32_t roles, uint16_t tier)
{
    struct command_participant_create person = {
        .header.kind = COMMAND_PARTICIPANT_CREATE,
        .roles = roles,
        .tier = tier,
    };
    struct command_key_create key = {
        .header.kind = COMMAND_KEY_CREATE,
        .type = KEY_TYPE_ED25519,
        .scopes = KEY_SCOPE_READ | KEY_SCOPE_TRADE | KEY_SCOPE_WITHDRAW | KEY_SCOPE_OPERATE,
        .material_size = 32,
        .ranges[0] = {.address = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}, .prefix = 128},
    };

    memcpy(person.handle.text, handle, strlen(handle));
    memcpy(person.identity.bytes, handle, strlen(handle));
    assert_int_equal(scene_send(scene, 0, &person.header), RESULT_OK);
    key.owner = (uint32_t)scene_outcome(scene)->id;
    key.id.bytes[0] = (uint8_t)key.owner;
    assert_int_equal(scene_send(scene, 0, &key.header), RESULT_OK);
    assert_int_equal(scene_outcome(scene)->id, key.owner);
}

static void create_asset(struct scene *scene, const char *code, uint8_t scale)
{
    struct command_asset_create asset = {
        .header.kind = COMMAND_ASSET_CREATE,
        .scale = scale,
        .supply_max.units = (int128)1000000000000000000,
        .withdraw_min.units = 10,
        .withdraw_fee.units = 3,
    };
    struct command_tier_limit_set limit = {
        .header.kind = COMMAND_TIER_LIMIT_SET,
        .tier = SCENE_TIER,
        .withdraw_day_max.units = 1000,
        .deposit_day_max.units = 5000,
    };

    memcpy(asset.code.text, code, strlen(code));
    assert_int_equal(scene_send(scene, 0, &asset.header), RESULT_OK);
    limit.asset = (uint16_t)scene_outcome(scene)->id;
    assert_int_equal(scene_send(scene, 0, &limit.header), RESULT_OK);
}

struct instrument_terms scene_goldkzt_terms(void)
{
    return (struct instrument_terms){
        .symbol.text = "GOLDKZT",
        .base = SCENE_GOLD,
        .quote = SCENE_KZT,
        .tick.units = 1,
        .price_min.units = 1,
        .price_max.units = 1000000,
        .reference.units = 100,
        .lot.units = 1,
        .quantity_min.units = 1,
        .quantity_max.units = 1000000,
        .slippage_ppm = 500000,
    };
}

struct instrument_terms scene_btcusdt_terms(void)
{
    return (struct instrument_terms){
        .notional_min.units = 5000000,                /* 5 USDT */
        .notional_max.units = (int128)10000000000000, /* 10 million USDT */
        .symbol.text = "BTCUSDT",
        .base = SCENE_BTC,
        .quote = SCENE_USDT,
        .tick.units = 10000, /* 0.01 USDT */
        .price_min.units = 10000,
        .price_max.units = 1000000000000, /* 1 million USDT */
        .reference.units = 50000000000,   /* 50,000 USDT */
        .lot.units = 10000,               /* 0.0001 BTC */
        .quantity_min.units = 10000,
        .quantity_max.units = 10000000000, /* 100 BTC */
        .market_quantity_max.units = 5000000000,
        .band_static_ppm = 100000,
        .band_dynamic_ppm = 20000,
        .slippage_ppm = 50000,
        .percent_up_ppm = 500000,
        .percent_down_ppm = 500000,
        .auction_ms = 60000,
        .trailing_min_bps = 10,
        .trailing_max_bps = 2000,
        .orders_max = 20,
        .algo_orders_max = 5,
        .iceberg_orders_max = 3,
        .iceberg_parts_max = 10,
        .amends_max = 3,
        .order_lists_max = 2,
    };
}

static void create_instrument(struct scene *scene, struct instrument_terms terms)
{
    struct command_instrument_create create = {
        .header.kind = COMMAND_INSTRUMENT_CREATE,
        .session = SESSION_CONTINUOUS,
        .terms = terms,
    };

    assert_int_equal(scene_send(scene, 0, &create.header), RESULT_OK);
}

static void fund_everybody(struct scene *scene)
{
    static const int64_t whole_coin[] = {
        [SCENE_GOLD] = 1, [SCENE_KZT] = 1, [SCENE_BTC] = 100000000, [SCENE_USDT] = 1000000};

    for (uint32_t who = SCENE_ALICE; who <= SCENE_MAKER; who++) {
        for (uint16_t asset = SCENE_GOLD; asset <= SCENE_USDT; asset++) {
            assert_int_equal(scene_deposit(scene, who, asset, COINS * whole_coin[asset]),
                             RESULT_OK);
        }
    }
}

static void found(struct scene *scene, const struct limits *limits, bool sandbox)
{
    struct command_node_found licence = {
        .header.kind = COMMAND_NODE_FOUND,
        .sandbox = sandbox,
        .hash_seed = {11, 12},
        .limits = *limits,
    };

    scene_start_empty(scene, limits);
    memcpy(licence.name.text, "scene", 5);
    assert_int_equal(scene_send(scene, 0, &licence.header), RESULT_OK);
    create_tier(scene, SCENE_TIER, TIER_RIGHT_TRADE | TIER_RIGHT_WITHDRAW | TIER_RIGHT_DEPOSIT,
                1000, 2000);
    create_tier(scene, SCENE_TIER_FREE, TIER_RIGHT_TRADE, 0, 0);
    create_person(scene, "alice", ROLE_TRADER, SCENE_TIER);
    create_person(scene, "bob", ROLE_TRADER, SCENE_TIER);
    create_person(scene, "carol", ROLE_TRADER, SCENE_TIER_FREE);
    create_person(scene, "maker", ROLE_MARKET_MAKER, SCENE_TIER_FREE);
    create_person(scene, "olga", ROLE_OPERATOR, SCENE_TIER);
    create_person(scene, "omar", ROLE_OPERATOR | ROLE_APPROVER, SCENE_TIER);
    create_person(scene, "adam", ROLE_APPROVER, SCENE_TIER);
    create_person(scene, "kamila", ROLE_CUSTODIAN, SCENE_TIER);
    create_person(scene, "saule", ROLE_SUPERVISOR, SCENE_TIER);
    create_asset(scene, "GOLD", 0);
    create_asset(scene, "KZT", 0);
    create_asset(scene, "BTC", 8);
    create_asset(scene, "USDT", 6);
    create_instrument(scene, scene_goldkzt_terms());
    create_instrument(scene, scene_btcusdt_terms());
}

void scene_start_founding(struct scene *scene)
{
    found(scene, &scene_limits, true);
    fund_everybody(scene);
}

void scene_start_with(struct scene *scene, const struct limits *limits)
{
    struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};

    found(scene, limits, true);
    fund_everybody(scene);
    assert_int_equal(scene_send(scene, 0, &open.header), RESULT_OK);
}

void scene_start(struct scene *scene)
{
    scene_start_with(scene, &scene_limits);
}

void scene_start_mining(struct scene *scene)
{
    struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};
    struct limits limits = scene_limits;

    limits.mining = (struct mining_limits){
        .miners_max = 4,
        .pools_max = 2,
        .sites_max = 3,
        .meters_max = 3,
        .equipment_max = 2,
        .addresses_max = 6,
        .marks_max = 4,
        .share_months_max = 4,
        .energy_quarters_max = 4,
        .coin_quarters_max = 3,
        .parameters_max = 16,
        .assessments_max = 2,
    };
    found(scene, &limits, true);
    create_person(scene, "aigul", ROLE_AUTHORITY, SCENE_TIER);
    create_person(scene, "meter", ROLE_METER, SCENE_TIER);
    create_person(scene, "other meter", ROLE_METER, SCENE_TIER);
    create_person(scene, "pool", ROLE_POOL, SCENE_TIER);
    create_person(scene, "other pool", ROLE_POOL, SCENE_TIER);
    fund_everybody(scene);
    assert_int_equal(scene_send(scene, 0, &open.header), RESULT_OK);
}

void scene_start_real(struct scene *scene)
{
    struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};

    found(scene, &scene_limits, false);
    assert_int_equal(scene_send(scene, 0, &open.header), RESULT_OK);
}

struct order_terms scene_limit(enum side side, int64_t price, int64_t quantity)
{
    return (struct order_terms){
        .quantity.units = quantity,
        .price.units = price,
        .instrument = SCENE_GOLDKZT,
        .side = (uint8_t)side,
        .type = ORDER_TYPE_LIMIT,
        .time_in_force = TIME_IN_FORCE_GTC,
        .self_trade = SELF_TRADE_NONE,
    };
}

struct order_terms scene_market(enum side side, int64_t quantity)
{
    struct order_terms terms = scene_limit(side, 0, quantity);

    terms.type = ORDER_TYPE_MARKET;
    terms.time_in_force = TIME_IN_FORCE_IOC;
    return terms;
}

struct order_terms scene_stop(enum side side, enum order_type type, int64_t stop, int64_t price,
                              int64_t quantity)
{
    struct order_terms terms = scene_limit(side, price, quantity);

    terms.type = (uint8_t)type;
    terms.stop_price.units = stop;
    terms.time_in_force = price == 0 ? TIME_IN_FORCE_IOC : TIME_IN_FORCE_GTC;
    return terms;
}

enum result scene_place(struct scene *scene, uint32_t who, const struct order_terms *terms)
{
    struct command_order_place place = {.header.kind = COMMAND_ORDER_PLACE, .terms = *terms};

    return scene_send(scene, who, &place.header);
}

enum result scene_cancel(struct scene *scene, uint32_t who, uint64_t order)
{
    struct order_view view = {0};
    struct command_order_cancel cancel = {.header.kind = COMMAND_ORDER_CANCEL, .order = order};

    (void)tarazy_query_order(scene->engine, order, &view);
    cancel.instrument = view.terms.instrument;
    return scene_send(scene, who, &cancel.header);
}

enum result scene_clock(struct scene *scene, int64_t now_us)
{
    struct command_clock clock = {.header.kind = COMMAND_CLOCK};

    scene->now_us = now_us;
    return scene_send(scene, 0, &clock.header);
}

enum result scene_session(struct scene *scene, uint16_t instrument, enum session session,
                          int64_t until_us)
{
    struct command_session_set set = {
        .header.kind = COMMAND_SESSION_SET,
        .instrument = instrument,
        .session = (uint8_t)session,
        .until_us = until_us,
    };

    return scene_send(scene, SCENE_OLGA, &set.header);
}

uint64_t scene_propose(struct scene *scene, uint32_t proposer, struct command_header *command)
{
    struct command_propose propose = {
        .header.kind = COMMAND_PROPOSE,
        .expires_us = scene->now_us + 3600000000,
        .size = (uint16_t)tarazy_command_size(command->kind),
    };
    const struct command_header bare = {.kind = command->kind};

    assert_true(propose.size <= sizeof propose.command);
    memcpy(propose.command, command, propose.size);
    memcpy(propose.command, &bare, sizeof bare);
    return scene_send(scene, proposer, &propose.header) == RESULT_OK ? scene_outcome(scene)->id : 0;
}

enum result scene_approve(struct scene *scene, uint32_t approver, uint64_t proposal)
{
    struct command_approve approve = {.header.kind = COMMAND_APPROVE, .proposal = proposal};

    return scene_send(scene, approver, &approve.header);
}

enum result scene_four_eyes(struct scene *scene, uint32_t proposer, uint32_t approver,
                            struct command_header *command)
{
    uint64_t proposal = scene_propose(scene, proposer, command);

    if (proposal == 0 || scene_approve(scene, approver, proposal) != RESULT_OK) {
        return scene->result;
    }
    const struct event_proposal *event = scene_event(scene, EVENT_PROPOSAL, 0);
    assert_int_equal(event->proposal, proposal);
    assert_int_equal(event->proposer, proposer);
    assert_int_equal(event->approver, approver);
    assert_int_equal(event->state,
                     event->result == RESULT_OK ? PROPOSAL_STATE_EXECUTED : PROPOSAL_STATE_REFUSED);
    return (enum result)event->result;
}

int64_t scene_available(const struct scene *scene, uint32_t owner, uint16_t asset)
{
    struct balance_view view = {0};

    (void)tarazy_query_balance(scene->engine, owner, asset, &view);
    return (int64_t)view.available.units;
}

int64_t scene_held(const struct scene *scene, uint32_t owner, uint16_t asset)
{
    struct balance_view view = {0};

    (void)tarazy_query_balance(scene->engine, owner, asset, &view);
    return (int64_t)view.held.units;
}
