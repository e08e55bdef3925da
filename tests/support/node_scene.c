/* SPDX-License-Identifier: Apache-2.0
 *
 * A node in one process. Failures go through cmocka.
 */
#include "support/node_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int64_t scene_wall_us(void *context)
{
    return ((struct node_scene *)context)->wall_us;
}

static int64_t scene_monotonic_us(void *context)
{
    return ((struct node_scene *)context)->monotonic_us;
}

static void add(struct founding *founding, struct command_header *command)
{
    assert_true(founding_add(founding, command));
}

static void add_asset(struct founding *founding, const char *code)
{
    struct command_asset_create command = {.header.kind = COMMAND_ASSET_CREATE,
                                           .supply_max = {1000000000000}};
    memcpy(command.code.text, code, strlen(code));
    add(founding, &command.header);
}

static void add_market(struct founding *founding)
{
    struct command_instrument_create command = {
        .header.kind = COMMAND_INSTRUMENT_CREATE,
        .session = SESSION_CONTINUOUS,
        .terms = {.symbol.text = "GOLDKZT",
                  .base = 1,
                  .quote = 2,
                  .tick = {1},
                  .price_min = {1},
                  .price_max = {100000},
                  .reference = {100},
                  .lot = {1},
                  .quantity_min = {1},
                  .quantity_max = {1000000},
                  .market_quantity_max = {1000000}},
    };
    add(founding, &command.header);
}

static void add_trader(struct founding *founding, uint32_t who, const char *name)
{
    struct command_participant_create create = {
        .header.kind = COMMAND_PARTICIPANT_CREATE, .roles = ROLE_TRADER, .tier = 1};
    struct command_key_create key = {.header.kind = COMMAND_KEY_CREATE,
                                     .owner = who,
                                     .type = KEY_TYPE_ED25519,
                                     .scopes = KEY_SCOPE_TRADE,
                                     .material_size = 32};
    memcpy(create.handle.text, name, strlen(name));
    key.id.bytes[0] = (uint8_t)who;
    add(founding, &create.header);
    add(founding, &key.header);
    for (uint16_t asset = 1; asset <= 2; asset++) {
        struct command_sandbox_deposit deposit = {.header.kind = COMMAND_SANDBOX_DEPOSIT,
                                                  .target = who,
                                                  .asset = asset,
                                                  .amount = {100000000000},
                                                  .evidence.rail = TARAZY_RAIL_SANDBOX};
        (void)snprintf(deposit.evidence.text, sizeof deposit.evidence.text, "%u %u", who,
                       (unsigned)asset);
        add(founding, &deposit.header);
    }
}

void node_scene_found(struct founding *founding, bool open)
{
    struct command_node_found found = {
        .header.kind = COMMAND_NODE_FOUND,
        .sandbox = 1,
        .hash_seed = {1, 2},
        .limits = {.participants_max = 16,
                   .accounts_max = 64,
                   .assets_max = 4,
                   .instruments_max = 4,
                   .orders_max = 20000,
                   .price_levels_max = 4096,
                   .order_lists_max = 16,
                   .client_ids_max = 256,
                   .keys_max = 16,
                   .proposals_max = 4,
                   .evidence_max = 64,
                   .withdrawals_max = 4},
    };
    struct command_tier_set tier = {.header.kind = COMMAND_TIER_SET,
                                    .tier = 1,
                                    .rights = TIER_RIGHT_TRADE | TIER_RIGHT_DEPOSIT,
                                    .maker = {1000},
                                    .taker = {2000}};
    struct command_node_open node_open = {.header.kind = COMMAND_NODE_OPEN};
    add(founding, &found.header);
    add_asset(founding, "GOLD");
    add_asset(founding, "KZT");
    add(founding, &tier.header);
    for (uint16_t asset = 1; asset <= 2; asset++) {
        struct command_tier_limit_set limit = {.header.kind = COMMAND_TIER_LIMIT_SET,
                                               .tier = 1,
                                               .asset = asset,
                                               .withdraw_day_max = {-1},
                                               .deposit_day_max = {-1}};
        add(founding, &limit.header);
    }
    add_market(founding);
    add_trader(founding, NODE_ALICE, "alice");
    add_trader(founding, NODE_BOB, "bob");
    if (open) {
        add(founding, &node_open.header);
    }
}

static void create(struct node_scene *scene, bool open)
{
    struct founding founding;
    struct founding_failure failure = {0};
    *scene = (struct node_scene){.wall_us = NODE_START_US, .monotonic_us = 1000000};
    scene->clock = (struct clock_source){
        .context = scene, .wall_us = scene_wall_us, .monotonic_us = scene_monotonic_us};
    scene->disk = fake_disk_create();
    (void)snprintf(scene->folder, sizeof scene->folder, "node-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    assert_int_equal(pipe(scene->stop), 0);
    assert_true(founding_create(&founding));
    node_scene_found(&founding, open);
    struct founding_place place = {.storage = fake_disk_storage(scene->disk),
                                   .directory = scene->folder,
                                   .segment_size = NODE_SEGMENT_SIZE};
    assert_true(founding_write(&founding, &place, scene->wall_us, &failure));
    scene->founded = founding.count;
    founding_destroy(&founding);
}

void node_scene_create(struct node_scene *scene)
{
    create(scene, true);
}

void node_scene_create_founding(struct node_scene *scene)
{
    create(scene, false);
}

void node_scene_destroy(struct node_scene *scene)
{
    char socket[128];
    if (scene->core != NULL) {
        node_scene_kill(scene);
    }
    fake_disk_destroy(scene->disk);
    (void)close(scene->stop[0]);
    (void)close(scene->stop[1]);
    (void)snprintf(socket, sizeof socket, "%s/%s", scene->folder, LINK_SOCKET_NAME);
    (void)unlink(socket);
    assert_int_equal(rmdir(scene->folder), 0);
}

bool node_scene_start(struct node_scene *scene)
{
    int error = 0;
    struct recovery_options options = {.storage = fake_disk_storage(scene->disk),
                                       .directory = scene->folder,
                                       .segment_size = NODE_SEGMENT_SIZE};
    assert_null(scene->core);
    if (!recovery_run(&options, &scene->recovered, &scene->report, &scene->error)) {
        return false;
    }
    if (scene->wrap_log != NULL) {
        scene->recovered.log = scene->wrap_log(scene, scene->recovered.log);
    }
    scene->snapshots.storage = options.storage;
    scene->snapshots.folder = scene->recovered.folder;
    scene->snapshots.lock = -1;
    scene->snapshots.last_number = scene->report.snapshot_number;
    struct core_options core = {.directory = scene->folder,
                                .log = scene->recovered.log,
                                .engine = scene->recovered.engine,
                                .events = scene->recovered.events,
                                .clock = &scene->clock,
                                .snapshots = &scene->snapshots,
                                .stop_fd = scene->stop[0],
                                .allows_founding = scene->allows_founding};
    scene->core = core_open(&core, &error);
    assert_non_null(scene->core);
    return true;
}

void node_scene_kill(struct node_scene *scene)
{
    snapshot_schedule_stop(&scene->snapshots);
    core_close(scene->core);
    recovered_close(&scene->recovered);
    scene->core = NULL;
}

enum core_turn node_scene_settle(struct node_scene *scene)
{
    enum core_turn turn = CORE_TURN_ON;
    uint64_t before;
    do {
        before = log_head(scene->recovered.log)->number;
        for (int i = 0; i < 3 && turn == CORE_TURN_ON; i++) {
            turn = core_turn(scene->core, 0);
        }
    } while (turn == CORE_TURN_ON && log_head(scene->recovered.log)->number > before);
    return turn;
}

void node_client_open(struct node_scene *scene, struct link_client *client,
                      struct link_notice *welcome)
{
    assert_true(link_client_create(client));
    assert_int_equal(link_client_connect(client, scene->folder), 0);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_int_equal(link_client_next(client, welcome), 1);
    assert_int_equal(welcome->kind, LINK_NOTICE_WELCOME);
}

struct command_order_place node_order(uint32_t who, enum side side, int64_t price, int64_t quantity)
{
    return (struct command_order_place){
        .header = {.kind = COMMAND_ORDER_PLACE, .participant = who, .key = who},
        .terms = {.quantity = {quantity},
                  .price = {price},
                  .instrument = NODE_MARKET,
                  .side = (uint8_t)side,
                  .type = ORDER_TYPE_LIMIT,
                  .time_in_force = TIME_IN_FORCE_GTC,
                  .self_trade = SELF_TRADE_EXPIRE_TAKER},
    };
}

void node_client_send(struct link_client *client, const struct command_header *command)
{
    assert_true(link_client_queue(client, command));
    assert_int_equal(link_client_flush(client), 0);
}

bool node_client_take(struct link_client *client, struct link_notice *notice)
{
    int result = link_client_next(client, notice);
    return result > 0;
}
