/* SPDX-License-Identifier: Apache-2.0
 *
 * Roots of liabilities, judged by a supervisor: a journal of a real engine on a disk in memory is the copy, its operator
 * publishes roots that are right and roots that are not, and children build them again.
 */
#include "supervision/owed_watch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal/recovery.h"
#include "journal/replayer.h"
#include "proofs/liabilities_check.h"
#include "support/node_scene.h"

#define LATER_US 1000000000 /* long after any pause */

enum { OLGA = 3 };

struct owing {
    struct fake_disk *disk;
    struct recovered recovered; /* of the copy "j" */
    struct replayer *replayer;
    struct own_tree *tree;
    struct owed_watch watch;
    struct replica_listener watch_listener;
    struct replica_listener tree_listener;
    uint64_t number; /* of the next command of the tree */
    enum result result;
    char folder[32]; /* of the epochs' keys */
};

/* ------------------------------------------------------------------ a journal */

static void on_command(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size)
{
    struct owing *owing = context;
    struct event_outcome outcome;

    memcpy(&outcome, events + size - sizeof outcome, sizeof outcome);
    owing->result = (enum result)outcome.result;
    owing->watch_listener.on_command(owing->watch_listener.context, engine, command, events, size);
}

static void found(struct owing *owing)
{
    struct command_participant_create olga = {.header.kind = COMMAND_PARTICIPANT_CREATE,
                                              .roles = ROLE_OPERATOR,
                                              .tier = 1,
                                              .handle.text = "olga"};
    struct command_key_create key = {.header.kind = COMMAND_KEY_CREATE,
                                     .id.bytes = {OLGA},
                                     .owner = OLGA,
                                     .type = KEY_TYPE_ED25519,
                                     .scopes = KEY_SCOPE_OPERATE,
                                     .material_size = 32};
    const struct command_node_open node_open = {.header.kind = COMMAND_NODE_OPEN};
    const struct founding_place place = {.storage = fake_disk_storage(owing->disk),
                                         .directory = "j",
                                         .segment_size = NODE_SEGMENT_SIZE};
    struct founding founding;
    struct founding_failure failure;

    assert_true(founding_create(&founding));
    node_scene_found(&founding, false);
    assert_true(founding_add(&founding, &olga.header));
    assert_true(founding_add(&founding, &key.header));
    assert_true(founding_add(&founding, &node_open.header));
    assert_true(founding_write(&founding, &place, NODE_START_US, &failure));
    founding_destroy(&founding);
}

/* A batch of one command by Olga, or by whom it names: on the disk, performed, in the tree. true: it was taken. */
static bool act(struct owing *owing, struct command_header *command)
{
    uint8_t bytes[512] __attribute__((aligned(64)));
    struct log *log = owing->recovered.log;
    struct command_header clock = {
        .number = owing->number++, .time_us = NODE_START_US, .kind = COMMAND_CLOCK};
    uint8_t small[128] __attribute__((aligned(64))) = {0};
    const struct node_id node = {{7}};

    command->number = log_head(log)->number + 1;
    command->time_us = NODE_START_US;
    command->participant = command->participant != 0 ? command->participant : OLGA;
    command->key = command->participant;
    const struct log_batch batch = {.commands = bytes,
                                    .size = (uint32_t)tarazy_command_size(command->kind),
                                    .count = 1,
                                    .first_number = command->number,
                                    .time_us = NODE_START_US,
                                    .events = replayer_events(owing->replayer)};
    assert_true(batch.size <= sizeof bytes);
    memcpy(bytes, command, batch.size);
    assert_true(log_append(log, &batch) && log_sync(log));
    replayer_apply_commands(owing->replayer, bytes, batch.size);
    memcpy(small, &clock, sizeof clock);
    const struct journal_batch leaf = {.first_number = clock.number,
                                       .count = 1,
                                       .size = (uint32_t)tarazy_command_size(COMMAND_CLOCK),
                                       .time_us = NODE_START_US,
                                       .commands = small};
    owing->tree_listener.on_batch(owing->tree_listener.context, &node, &leaf);
    owing->tree_listener.on_synced(owing->tree_listener.context);
    return owing->result == RESULT_OK;
}

static void trade(struct owing *owing, int64_t price)
{
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, price, 5);

    assert_true(act(owing, &order.header));
    order = node_order(NODE_BOB, SIDE_SELL, price, 3);
    assert_true(act(owing, &order.header));
}

static int set_up(void **state)
{
    struct owing *owing = calloc(1, sizeof *owing);
    struct recovery_report report;
    struct journal_error error;

    assert_non_null(owing);
    owing->disk = fake_disk_create();
    found(owing);
    const struct recovery_options options = {.storage = fake_disk_storage(owing->disk),
                                             .directory = "j",
                                             .segment_size = NODE_SEGMENT_SIZE};
    assert_true(recovery_run(&options, &owing->recovered, &report, &error));
    const struct replay_sink sink = {.context = owing, .on_command = on_command};
    owing->replayer = replayer_create(owing->recovered.engine, owing->recovered.events, &sink);
    (void)snprintf(owing->folder, sizeof owing->folder, "epochs.XXXXXX");
    assert_non_null(mkdtemp(owing->folder));
    owing->tree = own_tree_create();
    owing->number = 1;
    owing->watch = (struct owed_watch){
        .tree = owing->tree, .storage = options.storage, .copy = "j", .keys = owing->folder};
    assert_true(owed_watch_open(&owing->watch));
    owing->watch_listener = owed_watch_listener(&owing->watch);
    owing->tree_listener = own_tree_listener(owing->tree);
    *state = owing;
    return 0;
}

static int tear_down(void **state)
{
    struct owing *owing = *state;
    char path[64];

    owed_watch_close(&owing->watch);
    own_tree_destroy(owing->tree);
    replayer_destroy(owing->replayer);
    recovered_close(&owing->recovered);
    fake_disk_destroy(owing->disk);
    for (int epoch = 1; epoch <= 3; epoch++) {
        (void)snprintf(path, sizeof path, "%s/%d.key", owing->folder, epoch);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(owing->folder), 0);
    free(owing);
    return 0;
}

/* ------------------------------------------------------------------ roots */

static struct hash256 secret_of(uint64_t epoch)
{
    struct hash256 secret;

    memset(&secret, (int)epoch, sizeof secret);
    return secret;
}

static void reveal(const struct owing *owing, uint64_t epoch, const char *end)
{
    const struct hash256 secret = secret_of(epoch);
    char path[64];

    (void)snprintf(path, sizeof path, "%s/%llu.key", owing->folder, (unsigned long long)epoch);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    for (size_t i = 0; i < sizeof secret; i++) {
        assert_true(fprintf(file, "%02x", secret.bytes[i]) == 2);
    }
    assert_true(fputs(end, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* What an honest node would publish of its books as they stand now. */
static struct command_liabilities_publish honest(const struct owing *owing, uint64_t epoch)
{
    struct liabilities_statement *statement = calloc(1, sizeof *statement);
    const struct engine *engine = owing->recovered.engine;
    const struct hash256 secret = secret_of(epoch);
    struct liabilities_source source;
    struct liabilities_key key;
    struct liabilities_node top;

    assert_non_null(statement);
    assert_true(liabilities_books_source(engine, &source));
    liabilities_key_prepare(&key, &secret, epoch);
    assert_int_equal(liabilities_build(&source, &key, LIABILITIES_DEPTH, NULL, &top),
                     LIABILITIES_BUILD_DONE);
    liabilities_books_statement(engine, epoch, statement);
    liabilities_statement_close(statement, &top);
    const struct liabilities_claim claim = liabilities_claim_of(statement);
    free(statement);
    return (struct command_liabilities_publish){.header.kind = COMMAND_LIABILITIES_PUBLISH,
                                                .record = claim.record,
                                                .epoch = claim.epoch,
                                                .root = claim.root,
                                                .totals = claim.totals};
}

static bool publish_honest(struct owing *owing, uint64_t epoch)
{
    struct command_liabilities_publish command = honest(owing, epoch);

    return act(owing, &command.header);
}

static enum owed_news wait_for_news(struct owing *owing, int64_t now_us)
{
    enum owed_news news = OWED_NEWS_NONE;

    while (news == OWED_NEWS_NONE) { /* a child ends, sooner or later; ctest bounds it */
        news = owed_watch_work(&owing->watch, own_tree_synced(owing->tree), now_us);
    }
    return news;
}

static uint64_t synced(const struct owing *owing)
{
    return own_tree_synced(owing->tree);
}

/* It is wrong, and stays it: nothing behind it is looked at, nothing that covers it is cosigned. */
static void expect_wrong(struct owing *owing, const char *reason)
{
    uint64_t batch = owing->watch.waiting[0].batch;

    assert_int_equal(wait_for_news(owing, 1), OWED_NEWS_WRONG);
    assert_non_null(strstr(owing->watch.reason, reason));
    assert_int_equal(owing->watch.about.batch, batch);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(owed_watch_work(&owing->watch, synced(owing), i * LATER_US),
                         OWED_NEWS_NONE);
        assert_int_equal(owing->watch.task.child, 0);
    }
    owed_watch_settle(&owing->watch, synced(owing)); /* whatever is said to be cosigned */
    assert_true(owed_watch_covers(&owing->watch, batch));
    assert_false(owed_watch_covers(&owing->watch, batch + 1));
}

/* ------------------------------------------------------------------ waiting */

static void a_root_holds_up_every_checkpoint_that_covers_it(void **state)
{
    struct owing *owing = *state;

    assert_true(owed_watch_covers(&owing->watch, 100));
    assert_true(publish_honest(owing, 3));
    assert_int_equal(owing->watch.count, 1);
    assert_true(owed_watch_covers(&owing->watch, 0));
    assert_false(owed_watch_covers(&owing->watch, 1));
    assert_false(owed_watch_covers(&owing->watch, 2));
    owed_watch_settle(&owing->watch, 1); /* was cosigned in an earlier life */
    assert_true(owed_watch_covers(&owing->watch, 2));
}

static void a_root_published_twice_is_published_once(void **state)
{
    struct owing *owing = *state;

    reveal(owing, 1, "\n");
    assert_true(publish_honest(owing, 1));
    uint64_t number = owing->watch.waiting[0].number;
    assert_false(publish_honest(owing, 1)); /* refused: has published nothing */
    assert_int_equal(owing->watch.count, 1);
    assert_int_equal(wait_for_news(owing, 1), OWED_NEWS_AGREES);
    assert_int_equal(owing->watch.about.number, number);
    assert_false(publish_honest(owing, 1)); /* nor after it was judged */
    assert_int_equal(owing->watch.count, 0);
    assert_true(owed_watch_covers(&owing->watch, synced(owing)));
}

static void a_root_is_not_built_before_its_batch_is_on_the_disk(void **state)
{
    struct owing *owing = *state;

    reveal(owing, 1, "");
    trade(owing, 100);
    assert_true(publish_honest(owing, 1));
    for (uint64_t size = 0; size < synced(owing); size++) {
        assert_int_equal(owed_watch_work(&owing->watch, size, 1), OWED_NEWS_NONE);
        assert_int_equal(owing->watch.task.child, 0);
    }
    assert_int_equal(wait_for_news(owing, 1), OWED_NEWS_AGREES);
}

static void a_root_that_was_cosigned_meanwhile_is_not_built_to_the_end(void **state)
{
    struct owing *owing = *state;

    assert_true(publish_honest(owing, 1));
    assert_int_equal(owed_watch_work(&owing->watch, synced(owing), 1), OWED_NEWS_NONE);
    assert_true(owing->watch.task.child != 0);
    owed_watch_settle(&owing->watch, synced(owing));
    assert_int_equal(owing->watch.task.child, 0);
    assert_int_equal(owing->watch.count, 0);
}

static void roots_that_were_given_up_hold_up_what_was_not_cosigned_before(void **state)
{
    struct owing *owing = *state;
    struct command_liabilities_publish command = honest(owing, 1);

    for (command.epoch = 1; command.epoch <= OWED_WAITING_MAX + 1; command.epoch++) {
        assert_true(act(owing, &command.header));
    }
    assert_false(owed_watch_covers(&owing->watch, 1)); /* the first one was given up */
    owed_watch_settle(&owing->watch, 1);
    assert_true(owed_watch_covers(&owing->watch, 1));
    assert_false(owed_watch_covers(&owing->watch, 2));
}

/* ------------------------------------------------------------------ judged */

static void the_right_root_agrees_and_holds_nothing_up_any_more(void **state)
{
    struct owing *owing = *state;

    for (uint64_t epoch = 1; epoch <= 3; epoch++) {
        trade(owing, 100 + (int64_t)epoch);
        reveal(owing, epoch, epoch == 2 ? "\n" : "");
        assert_true(publish_honest(owing, epoch));
    }
    for (uint64_t epoch = 1; epoch <= 3; epoch++) {
        assert_int_equal(wait_for_news(owing, 1), OWED_NEWS_AGREES);
        assert_int_equal(owing->watch.about.claim.epoch, epoch);
        assert_int_equal(owed_watch_covers(&owing->watch, synced(owing)), epoch == 3);
    }
}

static void the_wrong_root_is_found_and_nothing_behind_it_is_looked_at(void **state)
{
    struct owing *owing = *state;
    struct command_liabilities_publish command = honest(owing, 1);

    reveal(owing, 1, "");
    reveal(owing, 2, "");
    command.root.bytes[31] ^= 1;
    assert_true(act(owing, &command.header));
    assert_true(publish_honest(owing, 2));
    expect_wrong(owing, "epoch 1: the published root is not that of the books");
}

static void the_wrong_total_is_found_though_the_root_is_right(void **state)
{
    struct owing *owing = *state;

    reveal(owing, 1, "");
    reveal(owing, 2, "");
    assert_true(publish_honest(owing, 1));
    struct command_liabilities_publish command = honest(owing, 2);
    command.totals.bytes[0] ^= 0x80;
    assert_true(act(owing, &command.header));
    assert_int_equal(wait_for_news(owing, 1), OWED_NEWS_AGREES);
    expect_wrong(owing, "epoch 2: the published totals are not those of the books");
}

static void books_of_another_record_than_the_one_that_is_named_are_not_enough(void **state)
{
    struct owing *owing = *state;
    struct command_liabilities_publish command = honest(owing, 1);

    reveal(owing, 1, "");
    trade(owing, 100);
    command.record = tarazy_engine_number(owing->recovered.engine);
    assert_true(act(owing, &command.header));
    expect_wrong(owing, "epoch 1: ");
}

static void a_root_of_a_record_long_gone_is_built_from_the_books_of_then(void **state)
{
    struct owing *owing = *state;
    struct command_liabilities_publish command = honest(owing, 1);
    struct journal_error error;

    reveal(owing, 1, "");
    for (int64_t i = 0; i < 20; i++) {
        trade(owing, 100 + i);
    }
    const struct snapshot_source source = {.engine = owing->recovered.engine,
                                           .head = *log_head(owing->recovered.log),
                                           .events = replayer_events(owing->replayer),
                                           .limits = owing->recovered.limits};
    assert_true(
        snapshot_write(fake_disk_storage(owing->disk), owing->recovered.folder, &source, &error));
    trade(owing, 200);
    assert_true(act(owing, &command.header));
    assert_int_equal(wait_for_news(owing, 1), OWED_NEWS_AGREES);
    assert_true(owed_watch_covers(&owing->watch, synced(owing)));
}

static void a_root_of_a_record_that_is_not_reached_is_no_root(void **state)
{
    struct owing *owing = *state;
    struct command_liabilities_publish command = honest(owing, 1);

    for (uint64_t ahead = 1; ahead <= 3; ahead++) { /* its own number is the first of them */
        command.record = tarazy_engine_number(owing->recovered.engine) + ahead;
        assert_false(act(owing, &command.header));
    }
    assert_int_equal(owing->watch.count, 0);
    assert_true(owed_watch_covers(&owing->watch, synced(owing)));
}

/* ------------------------------------------------------------------ what is no answer */

static void expect_a_pause(struct owing *owing)
{
    int64_t retry_us = owing->watch.retry_us;

    assert_true(retry_us > 1);
    assert_int_equal(owed_watch_work(&owing->watch, synced(owing), retry_us - 1), OWED_NEWS_NONE);
    assert_int_equal(owing->watch.task.child, 0);
    assert_false(owed_watch_covers(&owing->watch, synced(owing)));
}

static void a_root_without_its_key_is_tried_again(void **state)
{
    struct owing *owing = *state;

    assert_true(publish_honest(owing, 1));
    owing->watch.keys = NULL; /* no folder of keys at all */
    assert_int_equal(wait_for_news(owing, 1), OWED_NEWS_NO_KEY);
    expect_a_pause(owing);
    owing->watch.keys = owing->folder;
    assert_int_equal(wait_for_news(owing, LATER_US), OWED_NEWS_NO_KEY);
    reveal(owing, 1, "0"); /* is not one */
    assert_int_equal(wait_for_news(owing, 2 * LATER_US), OWED_NEWS_NO_KEY);
    assert_non_null(strstr(owing->watch.reason, "epoch 1: the key of the epoch"));
    reveal(owing, 1, "\n");
    assert_int_equal(wait_for_news(owing, INT64_C(3) * LATER_US), OWED_NEWS_AGREES);
}

static void a_copy_that_does_not_reach_the_record_is_no_agreement(void **state)
{
    struct owing *owing = *state;
    struct fake_disk *before = fake_disk_copy(owing->disk);

    reveal(owing, 1, "");
    trade(owing, 100);
    assert_true(publish_honest(owing, 1));
    owing->watch.storage = fake_disk_storage(before);
    assert_int_equal(wait_for_news(owing, 1), OWED_NEWS_FAILED);
    assert_non_null(strstr(owing->watch.reason, "epoch 1: "));
    expect_a_pause(owing);
    owing->watch.storage = fake_disk_storage(owing->disk);
    assert_int_equal(wait_for_news(owing, LATER_US), OWED_NEWS_AGREES);
    fake_disk_destroy(before);
}

static int die(void *context, const char *path, bool create)
{
    (void)context;
    (void)path;
    (void)create;
    (void)raise(SIGKILL);
    return -1;
}

static void a_child_that_dies_has_not_agreed_and_another_one_is_sent(void **state)
{
    struct owing *owing = *state;
    const struct storage *whole = owing->watch.storage;
    struct storage deadly = *whole;

    reveal(owing, 1, "");
    assert_true(publish_honest(owing, 1));
    deadly.open_folder = die;
    owing->watch.storage = &deadly;
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal(wait_for_news(owing, 1 + i * LATER_US), OWED_NEWS_FAILED);
        assert_non_null(strstr(owing->watch.reason, "ended without an answer"));
        expect_a_pause(owing);
    }
    owing->watch.storage = whole;
    assert_int_equal(wait_for_news(owing, INT64_C(4) * LATER_US), OWED_NEWS_AGREES);
    assert_true(owed_watch_covers(&owing->watch, synced(owing)));
}

int main(void)
{
#define OWED(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        OWED(a_root_holds_up_every_checkpoint_that_covers_it),
        OWED(a_root_published_twice_is_published_once),
        OWED(a_root_is_not_built_before_its_batch_is_on_the_disk),
        OWED(a_root_that_was_cosigned_meanwhile_is_not_built_to_the_end),
        OWED(roots_that_were_given_up_hold_up_what_was_not_cosigned_before),
        OWED(the_right_root_agrees_and_holds_nothing_up_any_more),
        OWED(the_wrong_root_is_found_and_nothing_behind_it_is_looked_at),
        OWED(the_wrong_total_is_found_though_the_root_is_right),
        OWED(books_of_another_record_than_the_one_that_is_named_are_not_enough),
        OWED(a_root_of_a_record_long_gone_is_built_from_the_books_of_then),
        OWED(a_root_of_a_record_that_is_not_reached_is_no_root),
        OWED(a_root_without_its_key_is_tried_again),
        OWED(a_copy_that_does_not_reach_the_record_is_no_agreement),
        OWED(a_child_that_dies_has_not_agreed_and_another_one_is_sent),
    };
#undef OWED
    return cmocka_run_group_tests(tests, NULL, NULL);
}
