/* SPDX-License-Identifier: Apache-2.0
 *
 * The core's loop on a disk in memory: what it takes, what it refuses, whom it tells what and when.
 */
#include "node/core.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal/reader.h"
#include "support/node_scene.h"
#include "tarazy/query.h"

/* What the journal holds: how many commands, and a look at each of them. */
struct journal_look {
    uint64_t last_number;
    uint32_t batches;
    uint32_t kinds[128];
    int64_t last_us;
    uint64_t last_origin;
    bool has_gone_back;
};

static struct journal_look look_at_journal(struct node_scene *scene)
{
    struct journal_look look = {0};
    struct journal_error error;
    struct journal_batch batch;
    struct journal_reader_options options = {
        .storage = fake_disk_storage(scene->disk), .directory = scene->folder, .from = 1};
    struct journal_reader *reader = journal_reader_open(&options, &error);
    assert_non_null(reader);
    while (journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
        const uint8_t *place = batch.commands;
        look.batches++;
        for (uint32_t i = 0; i < batch.count; i++) {
            const struct command_header *command = (const void *)place;
            assert_int_equal(command->number, look.last_number + 1);
            look.has_gone_back = look.has_gone_back || command->time_us < look.last_us;
            look.last_number = command->number;
            look.last_us = command->time_us;
            look.last_origin = command->origin;
            look.kinds[command->kind]++;
            place += tarazy_command_size(command->kind);
        }
    }
    journal_reader_close(reader);
    return look;
}

static int setup(void **state)
{
    struct node_scene *scene = malloc(sizeof *scene);
    assert_non_null(scene);
    node_scene_create(scene);
    assert_true(node_scene_start(scene));
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    node_scene_destroy(*state);
    free(*state);
    return 0;
}

static void a_command_comes_back_as_a_durable_number(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 5);
    node_client_open(scene, &client, &notice);
    assert_int_equal(notice.number, scene->founded);
    uint16_t origin = notice.origin;
    assert_int_not_equal(origin, 0);
    order.header.request = 77;
    node_client_send(&client, &order.header);
    scene->wall_us += 5;
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_true(node_client_take(&client, &notice));
    assert_int_equal(notice.kind, LINK_NOTICE_DURABLE);
    assert_int_equal(notice.number, scene->founded + 1);
    assert_int_equal(notice.time_us, scene->wall_us);
    assert_false(node_client_take(&client, &notice));
    struct journal_look look = look_at_journal(scene);
    assert_int_equal(look.last_number, scene->founded + 1);
    assert_int_equal(look.last_us, scene->wall_us);
    assert_int_equal(look.last_origin, origin);
    assert_int_equal(look.kinds[COMMAND_ORDER_PLACE], 1);
    link_client_destroy(&client);
}

static void what_comes_together_is_synced_together(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    node_client_open(scene, &client, &notice);
    uint32_t batches = look_at_journal(scene).batches;
    for (uint32_t i = 0; i < 100; i++) {
        struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
        order.header.request = i;
        assert_true(link_client_queue(&client, &order.header));
    }
    assert_int_equal(link_client_flush(&client), 0);
    assert_int_equal(core_turn(scene->core, 0), CORE_TURN_ON);
    struct journal_look look = look_at_journal(scene);
    assert_int_equal(look.last_number, scene->founded + 100);
    assert_int_equal(look.batches, batches + 1);
    assert_true(node_client_take(&client, &notice));
    assert_int_equal(notice.number, scene->founded + 100);
    assert_false(node_client_take(&client, &notice));
    link_client_destroy(&client);
}

/* Sends one command and expects that it is refused and not journaled. */
static void expect_refused(struct node_scene *scene, struct link_client *client,
                           const struct command_header *command, enum result result)
{
    struct link_notice notice;
    uint64_t before = log_head(scene->recovered.log)->number;
    node_client_send(client, command);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_true(node_client_take(client, &notice));
    assert_int_equal(notice.kind, LINK_NOTICE_REFUSED);
    assert_int_equal(notice.request, command->request);
    assert_int_equal(notice.result, result);
    assert_int_equal(log_head(scene->recovered.log)->number, before);
    assert_false(node_client_take(client, &notice));
}

static void what_is_not_well_formed_is_refused_and_not_journaled(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    node_client_open(scene, &client, &notice);
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 5);
    order.header.request = 5;
    order.terms.side = 9;
    expect_refused(scene, &client, &order.header, RESULT_MALFORMED);
    link_client_destroy(&client);
}

static void numbers_times_and_origins_are_the_cores_alone(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    node_client_open(scene, &client, &notice);
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 5);
    order.header.request = 6;
    order.header.number = 1;
    expect_refused(scene, &client, &order.header, RESULT_MALFORMED);
    order.header.number = 0;
    order.header.time_us = NODE_START_US;
    expect_refused(scene, &client, &order.header, RESULT_MALFORMED);
    order.header.time_us = 0;
    order.header.origin = 3;
    expect_refused(scene, &client, &order.header, RESULT_MALFORMED);
    link_client_destroy(&client);
}

static void nobody_speaks_for_the_node_itself(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    node_client_open(scene, &client, &notice);
    struct command_sandbox_deposit deposit = {.header.kind = COMMAND_SANDBOX_DEPOSIT,
                                              .target = NODE_ALICE,
                                              .asset = 1,
                                              .amount = {5},
                                              .evidence = {.text = "more", .rail = 1}};
    expect_refused(scene, &client, &deposit.header, RESULT_NOT_PERMITTED);
    struct command_clock clock = {.header.kind = COMMAND_CLOCK};
    expect_refused(scene, &client, &clock.header, RESULT_NOT_PERMITTED);
    clock.header.participant = NODE_ALICE;
    expect_refused(scene, &client, &clock.header, RESULT_NOT_PERMITTED);
    link_client_destroy(&client);
}

static void a_quarantine_never_comes_over_the_link(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    struct command_quarantine quarantine = {
        .header.kind = COMMAND_QUARANTINE, .record = 1, .reason = "not from here"};
    node_client_open(scene, &client, &notice);
    expect_refused(scene, &client, &quarantine.header, RESULT_NOT_PERMITTED);
    quarantine.header.participant = NODE_ALICE;
    quarantine.header.key = NODE_ALICE;
    expect_refused(scene, &client, &quarantine.header, RESULT_NOT_PERMITTED);
    link_client_destroy(&client);
}

static void even_founding_is_not_allowed_once_the_node_is_open(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    node_scene_kill(scene);
    scene->allows_founding = true;
    assert_true(node_scene_start(scene));
    node_client_open(scene, &client, &notice);
    struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};
    expect_refused(scene, &client, &open.header, RESULT_NOT_PERMITTED);
    link_client_destroy(&client);
}

static void before_the_node_is_open_its_founders_may_use_the_link_if_they_said_so(void **state)
{
    struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};
    struct link_client client;
    struct link_notice notice;
    struct node_view node;
    struct node_scene scene;
    node_scene_create_founding(&scene);
    assert_true(node_scene_start(&scene));
    node_client_open(&scene, &client, &notice);
    expect_refused(&scene, &client, &open.header, RESULT_NOT_PERMITTED);
    link_client_destroy(&client);
    node_scene_kill(&scene);
    scene.allows_founding = true;
    assert_true(node_scene_start(&scene));
    node_client_open(&scene, &client, &notice);
    struct command_quarantine quarantine = {
        .header.kind = COMMAND_QUARANTINE, .record = 1, .reason = "not from here"};
    expect_refused(&scene, &client, &quarantine.header, RESULT_NOT_PERMITTED);
    node_client_send(&client, &open.header);
    assert_int_equal(node_scene_settle(&scene), CORE_TURN_ON);
    assert_true(node_client_take(&client, &notice));
    assert_int_equal(notice.kind, LINK_NOTICE_DURABLE);
    tarazy_query_node(scene.recovered.engine, &node);
    assert_true(node.open);
    link_client_destroy(&client);
    node_scene_destroy(&scene);
}

static void time_never_goes_back(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    node_client_open(scene, &client, &notice);
    int64_t jumps[] = {1000, -500000, 3, -1, 700000};
    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
        scene->wall_us += jumps[i];
        node_client_send(&client, &order.header);
        assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    }
    struct journal_look look = look_at_journal(scene);
    assert_int_equal(look.last_number, scene->founded + 5);
    assert_false(look.has_gone_back);
    link_client_destroy(&client);
}

/* Also behind a restart, with a last command that the engine's time did not move with. */
static void time_does_not_go_back_behind_a_stranger_and_a_restart(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
    struct command_order_place strange = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
    strange.header.participant = 9; /* nobody */
    node_client_open(scene, &client, &notice);
    scene->wall_us += 1000000;
    node_client_send(&client, &strange.header);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_true(tarazy_engine_time(scene->recovered.engine) < scene->wall_us);
    link_client_destroy(&client);
    node_scene_kill(scene);
    scene->wall_us -= 500000; /* somebody has set the clock */
    assert_true(node_scene_start(scene));
    node_client_open(scene, &client, &notice);
    node_client_send(&client, &order.header);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    struct journal_look look = look_at_journal(scene);
    assert_int_equal(look.last_number, scene->founded + 2);
    assert_false(look.has_gone_back);
    link_client_destroy(&client);
}

static void a_clock_is_sent_when_a_deadline_has_passed(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    node_client_open(scene, &client, &notice);
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
    order.terms.time_in_force = TIME_IN_FORCE_GTD;
    order.terms.expires_us = scene->wall_us + 2000000;
    node_client_send(&client, &order.header);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_int_equal(look_at_journal(scene).kinds[COMMAND_CLOCK], 0);
    scene->wall_us += 1999999;
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_int_equal(look_at_journal(scene).kinds[COMMAND_CLOCK], 0);
    scene->wall_us += 1;
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_int_equal(look_at_journal(scene).kinds[COMMAND_CLOCK], 1);
    struct node_view node;
    tarazy_query_node(scene->recovered.engine, &node);
    assert_int_equal(node.orders, 0);
    link_client_destroy(&client);
}

static void a_failed_write_or_sync_ends_the_core_and_nothing_is_told(void **state)
{
    struct node_scene *scene = *state;
    for (uint64_t call = 1; call < 8; call++) {
        struct link_client client;
        struct link_notice notice;
        struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
        node_client_open(scene, &client, &notice);
        fake_disk_plan(scene->disk, FAKE_FAILURE_ONCE, call, call % 2 == 0 ? EIO : ENOSPC);
        node_client_send(&client, &order.header);
        enum core_turn turn = CORE_TURN_ON;
        for (int i = 0; i < 3 && turn == CORE_TURN_ON; i++) {
            turn = core_turn(scene->core, 0);
            /* It ends in the very turn in which the disk fails. */
            assert_int_equal(turn == CORE_TURN_DISK, fake_disk_has_failed(scene->disk));
        }
        if (!fake_disk_has_failed(scene->disk)) {
            link_client_destroy(&client);
            assert_true(call > 2); /* a write and a sync there must be */
            break;
        }
        assert_int_equal(turn, CORE_TURN_DISK);
        assert_non_null(log_failure(scene->recovered.log));
        /* Nothing may follow, and nobody was told. */
        assert_int_equal(core_turn(scene->core, 0), CORE_TURN_DISK);
        assert_false(node_client_take(&client, &notice));
        node_scene_kill(scene);
        fake_disk_restart(scene->disk, FAKE_LOSS_ALL, NULL);
        assert_true(node_scene_start(scene));
        link_client_destroy(&client);
    }
}

static void asked_to_stop_it_settles_says_so_and_takes_nothing_more(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
    node_client_open(scene, &client, &notice);
    node_client_send(&client, &order.header);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_int_equal(write(scene->stop[1], "x", 1), 1);
    node_client_send(&client, &order.header);
    assert_int_equal(core_turn(scene->core, 0), CORE_TURN_STOPPED);
    assert_true(node_client_take(&client, &notice));
    assert_int_equal(notice.kind, LINK_NOTICE_DURABLE);
    assert_true(node_client_take(&client, &notice));
    assert_int_equal(notice.kind, LINK_NOTICE_STOPPING);
    assert_int_equal(notice.number, scene->founded + 1);
    assert_int_equal(log_head(scene->recovered.log)->number, scene->founded + 1);
    link_client_destroy(&client);
}

/* A log whose sync only asks: it is durable when the test says so, as a replicated one would be. */
struct slow_log {
    struct log log;
    struct log *inner;
    int fd; /* eventfd: readable when work has news */
};

static bool slow_append(struct log *log, const struct log_batch *batch)
{
    struct slow_log *slow = (struct slow_log *)log;
    bool is_done = log_append(slow->inner, batch);
    log->head = *log_head(slow->inner);
    return is_done;
}

static bool slow_sync(struct log *log)
{
    return log_sync(((struct slow_log *)log)->inner);
}

static bool slow_await(struct log *log)
{
    (void)log;
    return true;
}

static bool slow_work(struct log *log)
{
    struct slow_log *slow = (struct slow_log *)log;
    uint64_t news;
    if (read(slow->fd, &news, sizeof news) == sizeof news) {
        log->durable = log_durable(slow->inner);
    }
    return true;
}

static bool slow_prepare(struct log *log)
{
    (void)log;
    return false;
}

static int slow_wakeup_fd(const struct log *log)
{
    return ((const struct slow_log *)log)->fd;
}

static void slow_close(struct log *log)
{
    (void)log;
}

static void what_is_appended_is_told_only_when_it_is_durable(void **state)
{
    static const struct log_operations operations = {.append = slow_append,
                                                     .sync = slow_sync,
                                                     .await = slow_await,
                                                     .work = slow_work,
                                                     .prepare = slow_prepare,
                                                     .wakeup_fd = slow_wakeup_fd,
                                                     .close = slow_close};
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 5);
    const uint64_t news = 1;
    int error = 0;
    core_close(scene->core);
    struct slow_log slow = {.log = *scene->recovered.log, .inner = scene->recovered.log};
    slow.log.operations = &operations;
    slow.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct core_options options = {.directory = scene->folder,
                                   .log = &slow.log,
                                   .engine = scene->recovered.engine,
                                   .events = scene->recovered.events,
                                   .clock = &scene->clock,
                                   .stop_fd = scene->stop[0]};
    scene->core = core_open(&options, &error);
    assert_non_null(scene->core);
    node_client_open(scene, &client, &notice);
    for (uint64_t number = scene->founded + 1; number <= scene->founded + 3; number++) {
        node_client_send(&client, &order.header);
        assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
        assert_int_equal(log_head(&slow.log)->number, number); /* the next ones need not wait */
        assert_false(node_client_take(&client, &notice));
    }
    /* Asked to stop, it stays until what it took is durable. */
    assert_int_equal(write(scene->stop[1], "x", 1), 1);
    assert_int_equal(core_turn(scene->core, 0), CORE_TURN_ON);
    assert_false(node_client_take(&client, &notice));
    assert_int_equal(write(slow.fd, &news, sizeof news), sizeof news);
    assert_int_equal(core_turn(scene->core, 0), CORE_TURN_STOPPED);
    assert_true(node_client_take(&client, &notice));
    assert_int_equal(notice.kind, LINK_NOTICE_DURABLE);
    assert_int_equal(notice.number, scene->founded + 3);
    link_client_destroy(&client);
    (void)close(slow.fd);
}

static void a_request_is_not_found_again_behind_a_restart(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 5);
    uint16_t origins[8];
    for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
        node_client_open(scene, &client, &notice);
        origins[i] = notice.origin;
        node_client_send(&client, &order.header);
        assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
        link_client_destroy(&client);
        node_scene_kill(scene);
        assert_true(node_scene_start(scene));
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(origins[i], origins[k]);
        }
    }
}

int main(void)
{
#define CORE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CORE_TEST(a_command_comes_back_as_a_durable_number),
        CORE_TEST(what_comes_together_is_synced_together),
        CORE_TEST(what_is_not_well_formed_is_refused_and_not_journaled),
        CORE_TEST(numbers_times_and_origins_are_the_cores_alone),
        CORE_TEST(nobody_speaks_for_the_node_itself),
        CORE_TEST(a_quarantine_never_comes_over_the_link),
        CORE_TEST(even_founding_is_not_allowed_once_the_node_is_open),
        cmocka_unit_test(before_the_node_is_open_its_founders_may_use_the_link_if_they_said_so),
        CORE_TEST(time_never_goes_back),
        CORE_TEST(time_does_not_go_back_behind_a_stranger_and_a_restart),
        CORE_TEST(a_clock_is_sent_when_a_deadline_has_passed),
        CORE_TEST(a_failed_write_or_sync_ends_the_core_and_nothing_is_told),
        CORE_TEST(asked_to_stop_it_settles_says_so_and_takes_nothing_more),
        CORE_TEST(what_is_appended_is_told_only_when_it_is_durable),
        CORE_TEST(a_request_is_not_found_again_behind_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
