/* SPDX-License-Identifier: Apache-2.0
 *
 * The venue in one process. Failures go through cmocka.
 */
#include "support/venue_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/hex_text.h"
#include "platform/signature.h"

enum { REQUEST_MAX = 262144, PEOPLE = RIG_AIDA };

#define COIN INT64_C(100000000)

static struct rig *current; /* for the clocks */

static const struct limits rig_limits = {
    .participants_max = 64,
    .accounts_max = 512,
    .assets_max = 8,
    .instruments_max = 4,
    .orders_max = 2048,
    .price_levels_max = 1024,
    .order_lists_max = 64,
    .client_ids_max = 4096,
    .keys_max = 64,
    .proposals_max = 8,
    .evidence_max = 256,
    .withdrawals_max = 16,
    .mining = TARAZY_MINING_LIMITS_SMALL,
};

static const struct node_key rig_node_key = {.bytes = {1, 2, 3, 4, 5, 6, 7, 8}};

/* ------------------------------------------------------------------ clocks */

static int64_t wall_us(void *context)
{
    int64_t now_us = current->now_us;

    (void)context;
    current->now_us += current->step_us;
    return now_us;
}

static int64_t monotonic_us(void *context)
{
    (void)context;
    return current->now_us;
}

static const struct clock_source rig_clock = {NULL, wall_us, monotonic_us};

/* ------------------------------------------------------------------ founding */

static void found(struct command_header *command)
{
    assert_true(tarazy_command_is_well_formed(command, tarazy_command_size(command->kind)));
    assert_string_equal(tarazy_result_name(fake_node_found(command)), "OK");
}

static void found_tier(void)
{
    struct command_tier_set set = {
        .header = {.kind = COMMAND_TIER_SET},
        .tier = 1,
        .rights = TIER_RIGHT_TRADE | TIER_RIGHT_WITHDRAW | TIER_RIGHT_DEPOSIT,
        .maker = {1000},
        .taker = {2000},
    };

    found(&set.header);
}

static void found_asset(const char *code, uint8_t scale)
{
    struct command_asset_create create = {
        .header = {.kind = COMMAND_ASSET_CREATE},
        .scale = scale,
        .supply_max = {(int128)1 << 100},
        .withdraw_min = {10},
        .withdraw_fee = {1},
    };

    memcpy(create.code.text, code, strlen(code));
    memcpy(create.name.text, code, strlen(code));
    found(&create.header);
}

static void found_limit(uint16_t asset)
{
    struct command_tier_limit_set set = {
        .header = {.kind = COMMAND_TIER_LIMIT_SET},
        .tier = 1,
        .asset = asset,
        .withdraw_day_max = {-1},
        .deposit_day_max = {-1},
    };

    found(&set.header);
}

static void found_instrument(const char *symbol, uint16_t base, uint16_t quote)
{
    struct command_instrument_create create = {
        .header = {.kind = COMMAND_INSTRUMENT_CREATE},
        .session = SESSION_CONTINUOUS,
        .terms =
            {
                .base = base,
                .quote = quote,
                .tick = {100},
                .lot = {COIN / 100},
                .price_min = {100},
                .price_max = {100000000000},
                .reference = {1500000},
                .quantity_min = {COIN / 100},
                .quantity_max = {1000 * COIN},
                .market_quantity_max = {500 * COIN},
                .notional_min = {1000},
                .slippage_ppm = 100000,
                .percent_up_ppm = 4000000,
                .percent_down_ppm = 800000,
                .trailing_min_bps = 10,
                .trailing_max_bps = 2000,
                .orders_max = 100,
                .algo_orders_max = 5,
                .iceberg_orders_max = 5,
                .iceberg_parts_max = 10,
                .amends_max = 3,
                .order_lists_max = 5,
            },
    };

    memcpy(create.terms.symbol.text, symbol, strlen(symbol));
    found(&create.header);
}

static const struct {
    const char *handle;
    uint32_t roles;
    uint8_t scopes;
} people[] = {
    [RIG_ALICE] = {"alice", ROLE_TRADER, 15},  [RIG_BOB] = {"bob", ROLE_TRADER, 15},
    [RIG_OLGA] = {"olga", ROLE_OPERATOR, 15},  [RIG_OMAR] = {"omar", ROLE_APPROVER, 15},
    [RIG_CARL] = {"carl", ROLE_CUSTODIAN, 15}, [RIG_AIDA] = {"aida", ROLE_AUTHORITY, 15},
};

const char *rig_api_key(enum rig_person person)
{
    static char text[65];
    struct hash256 id = {{(uint8_t)person, 0xAB}};

    hex_encode(id.bytes, sizeof id.bytes, text);
    return text;
}

const char *rig_secret(enum rig_person person)
{
    static char text[32];

    snprintf(text, sizeof text, "secret-of-%u", (unsigned)person);
    return text;
}

static void found_person(enum rig_person person)
{
    struct command_participant_create create = {
        .header = {.kind = COMMAND_PARTICIPANT_CREATE},
        .roles = people[person].roles,
        .tier = 1,
    };
    struct command_key_create key = {
        .header = {.kind = COMMAND_KEY_CREATE},
        .owner = (uint32_t)person,
        .type = KEY_TYPE_HMAC,
        .scopes = people[person].scopes,
        .id = {{(uint8_t)person, 0xAB}},
        /* ::ffff:127.0.0.0/8 */
        .ranges = {{.address = {[10] = 0xFF, [11] = 0xFF, [12] = 127}, .prefix = 104}},
    };
    const char *secret = rig_secret(person);

    memcpy(create.handle.text, people[person].handle, strlen(people[person].handle));
    found(&create.header);
    key.material_size =
        (uint16_t)secret_seal(&rig_node_key, &key.id, secret, strlen(secret), key.material);
    found(&key.header);
}

static void found_deposit(uint32_t target, uint16_t asset, int64_t units)
{
    struct command_sandbox_deposit deposit = {
        .header = {.kind = COMMAND_SANDBOX_DEPOSIT},
        .target = target,
        .asset = asset,
        .amount = {units},
        .evidence = {.rail = TARAZY_RAIL_SANDBOX},
    };

    snprintf(deposit.evidence.text, sizeof deposit.evidence.text, "first-%u-%u", target, asset);
    found(&deposit.header);
}

static void found_node(void)
{
    struct command_node_found node = {
        .header = {.kind = COMMAND_NODE_FOUND},
        .sandbox = 1,
        .hash_seed = {11, 12},
        .name = {"Rig"},
        .limits = rig_limits,
    };
    struct command_node_open open = {.header = {.kind = COMMAND_NODE_OPEN}};

    found(&node.header);
    found_tier();
    found_asset("BTC", 8);
    found_asset("KZT", 2);
    found_asset("ETH", 8);
    for (uint16_t asset = 1; asset <= 3; asset++) {
        found_limit(asset);
    }
    found_instrument("BTCKZT", 1, 2);
    found_instrument("ETHKZT", 3, 2);
    for (uint32_t person = 1; person <= PEOPLE; person++) {
        found_person((enum rig_person)person);
    }
    for (uint32_t person = RIG_ALICE; person <= RIG_BOB; person++) {
        found_deposit(person, 1, 1000 * COIN);
        found_deposit(person, 2, 100000000);
        found_deposit(person, 3, 1000 * COIN);
    }
    found(&open.header);
}

/* ------------------------------------------------------------------ life */

static void work(struct rig *rig)
{
    rig->venue->has_more = true; /* there is no descriptor to tell that there is something to do */
    for (int i = 0; i < 4; i++) {
        rig->now_us += 1000; /* the loop's timers count milliseconds */
        fake_node_set_time(rig->now_us);
        (void)event_loop_run_once(rig->loop, 0);
    }
}

void rig_wait(struct rig *rig, int64_t us)
{
    rig->now_us += us;
    work(rig);
}

void rig_start(struct rig *rig, const struct rate_options *rates)
{
    static const struct rate_options generous = {1000000, 1000000, 100000, 1000000, false};
    const uint8_t loopback[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 1};
    const char *error = NULL;

    *rig = (struct rig){.now_us = RIG_START_US};
    current = rig;
    fake_node_start(&rig_limits);
    fake_node_set_time(rig->now_us);
    found_node();
    fake_server_set_peer(loopback);
    assert_int_equal(event_loop_create(&rig->loop, &rig_clock), 0);
    const struct venue_options options = {
        .loop = rig->loop,
        .clock = &rig_clock,
        .directory = ".",
        .node_key = &rig_node_key,
        .rates = rates != NULL ? *rates : generous,
    };

    rig->venue = venue_create(&options, &error);
    assert_non_null(rig->venue);
    rig_wait(rig, 1000);
    assert_true(venue_is_live(rig->venue));
}

void rig_end(struct rig *rig)
{
    venue_destroy(rig->venue);
    event_loop_destroy(rig->loop);
    fake_node_end();
}

int rig_set_up(void **state)
{
    struct rig *rig = malloc(sizeof *rig);

    assert_non_null(rig);
    rig_start(rig, NULL);
    *state = rig;
    return 0;
}

int rig_tear_down(void **state)
{
    rig_end(*state);
    free(*state);
    return 0;
}

/* ------------------------------------------------------------------ requests */

const struct fake_answer *rig_send(struct rig *rig, const char *head, const char *body)
{
    rig->now_us += 1000;
    fake_node_set_time(rig->now_us);
    fake_server_request(head, slice_of_text(body));
    work(rig);
    const struct fake_answer *answer = fake_server_answer();

    assert_true(answer->count <= 1);
    return answer->is_there ? answer : NULL;
}

static void sign(const char *secret, const char *text, char digits[65])
{
    const struct byte_part part = {text, strlen(text)};
    uint8_t code[SHA256_SIZE];
    struct hmac_key key;

    hmac_key_prepare(&key, secret, strlen(secret));
    hmac_compute(&key, &part, 1, code);
    hex_encode(code, sizeof code, digits);
    digits[64] = '\0';
}

const struct fake_answer *rig_call(struct rig *rig, enum rig_person person, const char *method,
                                   const char *path, const char *parameters)
{
    static char text[REQUEST_MAX];
    static char head[2 * REQUEST_MAX];
    char signature[65];
    int size = snprintf(text, sizeof text, "%s", parameters);

    if (person != RIG_NOBODY && !rig->is_plain) {
        size += snprintf(text + size, sizeof text - (size_t)size, "%stimestamp=%lld",
                         size > 0 ? "&" : "", (long long)(rig->now_us / 1000));
        sign(rig_secret(person), text, signature);
        size += snprintf(text + size, sizeof text - (size_t)size, "&signature=%s", signature);
    }
    snprintf(head, sizeof head, "%s %s%s%s HTTP/1.1\r\nHost: x\r\n%s%s%s\r\n", method, path,
             !rig->is_body && size > 0 ? "?" : "", rig->is_body ? "" : text,
             person != RIG_NOBODY ? "X-MBX-APIKEY: " : "",
             person != RIG_NOBODY ? rig_api_key(person) : "", person != RIG_NOBODY ? "\r\n" : "");
    return rig_send(rig, head, rig->is_body ? text : "");
}

void rig_expect_also(const char *text)
{
    const struct fake_answer *answer = fake_server_answer();

    if (strstr(answer->body, text) == NULL) {
        fail_msg("no %s in %u %.2000s", text, answer->status, answer->body);
    }
}

void rig_expect_not(const char *text)
{
    const struct fake_answer *answer = fake_server_answer();

    if (strstr(answer->body, text) != NULL) {
        fail_msg("%s in %u %.2000s", text, answer->status, answer->body);
    }
}

void rig_expect_header(const char *line)
{
    const struct fake_answer *answer = fake_server_answer();

    if (strstr(answer->headers, line) == NULL) {
        fail_msg("no %s in %s", line, answer->headers);
    }
}

void rig_expect(struct rig *rig, enum rig_person person, const char *request, unsigned status,
                const char *text)
{
    char method[8];
    char path[128];
    int used = 0;

    assert_int_equal(sscanf(request, "%7s %127s %n", method, path, &used), 2);
    const struct fake_answer *answer = rig_call(rig, person, method, path, request + used);

    if (answer == NULL) {
        fail_msg("no answer to %s", request);
        abort();
    }
    if (answer->status != status) {
        fail_msg("%s: %u %.2000s", request, answer->status, answer->body);
    }
    rig_expect_also(text);
}
