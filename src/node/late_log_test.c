/* SPDX-License-Identifier: Apache-2.0
 *
 * The core over a log that has nothing when log_sync returns, and everything when log_await does: what a
 * log with a thread is, without the luck of two threads. In between the core applies, and tells nobody.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/log.h"
#include "node/core.h"
#include "support/node_scene.h"

struct late_log {
    struct log log;
    struct log *inner;
    struct link_client *client; /* hears nothing too early */
    bool is_asked;
    bool fails;
    uint32_t waits;
};

static struct late_log *late_of(struct log *log)
{
    return (struct late_log *)log;
}

static bool take_note(struct late_log *late)
{
    const struct journal_error *failure = log_failure(late->inner);

    late->log.head = *log_head(late->inner);
    late->log.durable = log_durable(late->inner);
    if (failure != NULL) {
        late->log.failure = *failure;
    }
    return failure == NULL;
}

static bool late_append(struct log *log, const struct log_batch *batch)
{
    return log_append(late_of(log)->inner, batch) && take_note(late_of(log));
}

static bool late_sync(struct log *log)
{
    late_of(log)->is_asked = true;
    return true;
}

static bool late_await(struct log *log)
{
    struct late_log *late = late_of(log);
    struct link_notice notice;

    assert_true(late->is_asked);
    late->is_asked = false;
    late->waits++;
    if (late->client != NULL) {
        assert_false(node_client_take(late->client, &notice));
    }
    if (late->fails) {
        journal_error_set(&log->failure, "the disk is gone", "", EIO);
        return false;
    }
    return log_sync(late->inner) && take_note(late);
}

static bool late_work(struct log *log)
{
    (void)log;
    return true;
}

static bool late_prepare(struct log *log)
{
    (void)log;
    return false;
}

static int late_wakeup_fd(const struct log *log)
{
    (void)log;
    return -1;
}

static void late_close(struct log *log)
{
    log_close(late_of(log)->inner);
    free(log);
}

static struct log *make_late(struct node_scene *scene, struct log *inner)
{
    static const struct log_operations operations = {.append = late_append,
                                                     .sync = late_sync,
                                                     .await = late_await,
                                                     .work = late_work,
                                                     .prepare = late_prepare,
                                                     .wakeup_fd = late_wakeup_fd,
                                                     .close = late_close};
    struct late_log *late = calloc(1, sizeof *late);

    (void)scene;
    assert_non_null(late);
    late->log.operations = &operations;
    late->log.batch_size_max = log_batch_size_max(inner);
    late->inner = inner;
    (void)take_note(late);
    return &late->log;
}

static int setup(void **state)
{
    struct node_scene *scene = malloc(sizeof *scene);

    assert_non_null(scene);
    node_scene_create(scene);
    scene->wrap_log = make_late;
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

static void what_becomes_durable_later_is_told_then_and_not_before(void **state)
{
    struct node_scene *scene = *state;
    struct late_log *late = late_of(scene->recovered.log);
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 5);
    struct link_client client;
    struct link_notice notice;

    node_client_open(scene, &client, &notice);
    late->client = &client;
    for (uint64_t i = 1; i <= 5; i++) {
        node_client_send(&client, &order.header);
        assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
        assert_int_equal(late->waits, i);
        assert_true(node_client_take(&client, &notice));
        assert_int_equal(notice.kind, LINK_NOTICE_DURABLE);
        assert_int_equal(notice.number, scene->founded + i);
        assert_false(node_client_take(&client, &notice));
    }
    link_client_destroy(&client);
}

static void what_fails_later_is_never_told_and_ends_the_core(void **state)
{
    struct node_scene *scene = *state;
    struct late_log *late = late_of(scene->recovered.log);
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 5);
    struct link_client client;
    struct link_notice notice;

    node_client_open(scene, &client, &notice);
    late->client = &client;
    late->fails = true;
    node_client_send(&client, &order.header);
    assert_int_equal(core_turn(scene->core, 0), CORE_TURN_DISK);
    assert_false(node_client_take(&client, &notice));
    assert_int_equal(core_turn(scene->core, 0), CORE_TURN_DISK);
    assert_false(node_client_take(&client, &notice));
    link_client_destroy(&client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_becomes_durable_later_is_told_then_and_not_before,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(what_fails_later_is_never_told_and_ends_the_core, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
