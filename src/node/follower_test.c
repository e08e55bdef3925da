/* SPDX-License-Identifier: Apache-2.0
 *
 * Followers beside a core: the same state, nothing before it is durable, nothing twice, nothing left
 * out, and a word when the files are not what they should be.
 */
#include "node/follower.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "node/link_address.h"
#include "node/link_client.h"
#include "node/peers.h"
#include "support/node_scene.h"
#include "support/random_stream.h"
#include "tarazy/query.h"

/* What a follower told. */
struct told {
    uint64_t first;
    uint64_t last;
    uint64_t batch; /* the last number of the last batch */
    uint32_t refused_request;
    enum result refused;
    uint32_t ups;
    uint32_t downs;
    uint32_t outcomes;        /* with our origin … */
    uint32_t outcome_request; /* … and the last of them */
    uint16_t outcome_result;
    struct follower *follower;
};

static void on_command(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size)
{
    struct told *told = context;
    const struct event_outcome *outcome = (const void *)(events + size - sizeof *outcome);
    assert_true(told->last == 0 || command->number == told->last + 1);
    assert_int_equal(tarazy_engine_number(engine), command->number);
    assert_int_equal(outcome->header.kind, EVENT_OUTCOME);
    assert_int_equal(outcome->header.number, command->number);
    told->first = told->first == 0 ? command->number : told->first;
    told->last = command->number;
    if (told->follower != NULL && outcome->origin == follower_origin(told->follower)) {
        told->outcomes++;
        told->outcome_request = outcome->request;
        told->outcome_result = outcome->result;
    }
}

static void on_batch(void *context, const struct engine *engine, uint64_t number, int64_t time_us)
{
    struct told *told = context;
    assert_int_equal(number, tarazy_engine_number(engine));
    assert_int_equal(time_us, tarazy_engine_time(engine));
    assert_int_equal(number, told->last);
    told->batch = number;
}

static void on_refused(void *context, uint32_t request, enum result result)
{
    struct told *told = context;
    told->refused_request = request;
    told->refused = result;
}

static void on_link(void *context, bool up)
{
    struct told *told = context;
    told->ups += up ? 1 : 0;
    told->downs += up ? 0 : 1;
}

static struct follower *open_follower(struct node_scene *scene, struct told *told, uint64_t from,
                                      bool replay_from_start)
{
    const char *error = NULL;
    struct follower_options options = {.directory = scene->folder,
                                       .storage = fake_disk_storage(scene->disk),
                                       .from = from,
                                       .replay_from_start = replay_from_start,
                                       .verify_chain = true};
    struct follower_sink sink = {.context = told,
                                 .on_command = on_command,
                                 .on_batch = on_batch,
                                 .on_refused = on_refused,
                                 .on_link = on_link};
    *told = (struct told){0};
    struct follower *follower = follower_open(&options, &sink, &error);
    if (follower == NULL) {
        fail_msg("follower_open: %s", error);
    }
    told->follower = follower;
    return follower;
}

/* Core and follower take turns until both have nothing to do. */
static void settle(struct node_scene *scene, struct follower *follower)
{
    for (int i = 0; i < 10; i++) {
        if (scene->core != NULL) {
            assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
        }
        int more = 1;
        while (more > 0) {
            more = follower_work(follower, 1000);
        }
        assert_int_equal(more, 0);
    }
}

static void expect_same_state(const struct node_scene *scene, const struct follower *follower)
{
    size_t size;
    size_t other;
    const void *block = tarazy_engine_block(scene->recovered.engine, &size);
    const void *replica = tarazy_engine_block(follower_engine(follower), &other);
    assert_int_equal(size, other);
    assert_memory_equal(block, replica, size);
}

static void submit_order(struct follower *follower, uint32_t who, enum side side, int64_t price)
{
    struct command_order_place order = node_order(who, side, price, 3);
    order.header.request = follower_next_request(follower);
    assert_true(follower_submit(follower, &order.header));
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

static void a_follower_has_the_cores_state(void **state)
{
    struct node_scene *scene = *state;
    struct random_stream random = {.state = 5};
    struct told told;
    struct follower *follower = open_follower(scene, &told, 1, true);
    settle(scene, follower);
    assert_true(follower_is_live(follower));
    assert_int_equal(told.first, 1);
    assert_int_equal(told.last, scene->founded);
    for (int i = 0; i < 500; i++) {
        submit_order(follower, i % 2 == 0 ? NODE_ALICE : NODE_BOB,
                     random_once_in(&random, 2) ? SIDE_BUY : SIDE_SELL,
                     (int64_t)(80 + random_below(&random, 40)));
        if (random_once_in(&random, 7)) {
            settle(scene, follower);
        }
    }
    settle(scene, follower);
    assert_int_equal(told.last, scene->founded + 500);
    assert_int_equal(told.batch, told.last);
    assert_int_equal(told.outcomes, 500);
    expect_same_state(scene, follower);
    follower_close(follower);
}

static void an_answer_is_told_by_origin_and_request(void **state)
{
    struct node_scene *scene = *state;
    struct told mine;
    struct told theirs;
    struct follower *me = open_follower(scene, &mine, 1, true);
    settle(scene, me);
    struct follower *them = open_follower(scene, &theirs, 1, true);
    settle(scene, them);
    assert_int_not_equal(follower_origin(me), follower_origin(them));
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 3);
    order.header.request = follower_next_request(me);
    order.terms.price.units = 1000000; /* above its range: refused by the engine, journaled */
    assert_true(follower_submit(me, &order.header));
    follower_flush(me);
    settle(scene, me);
    settle(scene, them);
    assert_int_equal(mine.outcomes, 1);
    assert_int_equal(mine.outcome_request, order.header.request);
    assert_int_equal(mine.outcome_result, RESULT_PRICE_FILTER);
    assert_int_equal(theirs.outcomes, 0);
    assert_int_equal(theirs.last, mine.last);
    follower_close(me);
    follower_close(them);
}

static void what_the_core_refuses_is_told(void **state)
{
    struct node_scene *scene = *state;
    struct told told;
    struct follower *follower = open_follower(scene, &told, 1, true);
    settle(scene, follower);
    struct command_clock clock = {.header = {.kind = COMMAND_CLOCK, .request = 17}};
    assert_true(follower_submit(follower, &clock.header));
    settle(scene, follower);
    assert_int_equal(told.refused_request, 17);
    assert_int_equal(told.refused, RESULT_NOT_PERMITTED);
    assert_int_equal(told.last, scene->founded);
    follower_close(follower);
}

static void snapshot_now(struct node_scene *scene)
{
    struct journal_error error;
    struct node_view node;
    tarazy_query_node(scene->recovered.engine, &node);
    struct snapshot_source source = {.engine = scene->recovered.engine,
                                     .head = *log_head(scene->recovered.log),
                                     .limits = node.limits};
    /* The digest of the last batch's events is what recovery finds by replaying. */
    node_scene_kill(scene);
    assert_true(node_scene_start(scene));
    source.engine = scene->recovered.engine;
    source.head = *log_head(scene->recovered.log);
    source.events = scene->recovered.events;
    assert_true(
        snapshot_write(fake_disk_storage(scene->disk), scene->recovered.folder, &source, &error));
}

static void a_follower_starts_from_the_newest_snapshot_before_what_it_wants(void **state)
{
    struct node_scene *scene = *state;
    struct told told;
    struct follower *first = open_follower(scene, &told, 1, true);
    settle(scene, first);
    for (int i = 0; i < 20; i++) {
        submit_order(first, NODE_ALICE, SIDE_BUY, 90 + i % 3);
        settle(scene, first);
    }
    follower_close(first);
    snapshot_now(scene);
    uint64_t snapshot = scene->founded + 20;
    /* All of it from the snapshot. */
    struct follower *follower = open_follower(scene, &told, UINT64_MAX, false);
    assert_int_equal(tarazy_engine_number(follower_engine(follower)), snapshot);
    settle(scene, follower);
    assert_int_equal(told.last, 0);
    for (int i = 0; i < 5; i++) {
        submit_order(follower, NODE_BOB, SIDE_SELL, 91);
    }
    settle(scene, follower);
    expect_same_state(scene, follower);
    follower_close(follower);
    /* Events before the snapshot are wanted: from the start. */
    follower = open_follower(scene, &told, snapshot - 3, false);
    settle(scene, follower);
    assert_int_equal(told.first, snapshot - 3);
    assert_int_equal(told.last, snapshot + 5);
    expect_same_state(scene, follower);
    follower_close(follower);
    /* Only what comes behind it. */
    follower = open_follower(scene, &told, snapshot + 3, false);
    settle(scene, follower);
    assert_int_equal(told.first, snapshot + 3);
    follower_close(follower);
}

/* The newest snapshot with another chain hash, whole again. */
static void change_chain(struct node_scene *scene, uint64_t number)
{
    struct snapshot_header header;
    struct sha256 *sha = sha256_create();
    size_t size = 0;
    uint8_t *bytes = fake_disk_bytes(scene->disk, journal_snapshot_name(number).text, &size);
    assert_non_null(bytes);
    memcpy(&header, bytes, sizeof header);
    header.chain.bytes[0] ^= 1;
    snapshot_header_seal(&header, sha);
    memcpy(bytes, &header, sizeof header);
    sha256_destroy(sha);
}

static void a_snapshot_of_another_journal_is_not_followed_on(void **state)
{
    struct node_scene *scene = *state;
    const struct follower_sink sink = {.context = NULL};
    struct follower_options options = {
        .directory = scene->folder, .storage = fake_disk_storage(scene->disk), .from = UINT64_MAX};
    const char *error = NULL;
    snapshot_now(scene);
    change_chain(scene, scene->founded);
    for (int i = 0; i < 2; i++) {
        options.verify_chain = i != 0; /* the gateway's way, and the relay's */
        assert_null(follower_open(&options, &sink, &error));
        assert_non_null(strstr(error, "the snapshot is not of this journal"));
        assert_non_null(strstr(error, "snapshot-"));
    }
    options.replay_from_start = true;
    struct follower *follower = follower_open(&options, &sink, &error);
    assert_non_null(follower);
    follower_close(follower);
    options.replay_from_start = false;
    change_chain(scene, scene->founded); /* as it was */
    follower = follower_open(&options, &sink, &error);
    assert_non_null(follower);
    follower_close(follower);
}

static void a_lost_link_is_told_and_comes_up_again(void **state)
{
    struct node_scene *scene = *state;
    struct told told;
    struct follower *follower = open_follower(scene, &told, 1, true);
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 3);
    assert_false(follower_submit(follower, &order.header)); /* nobody has welcomed us yet */
    settle(scene, follower);
    assert_int_equal(told.ups, 1);
    uint16_t origin = follower_origin(follower);
    submit_order(follower, NODE_ALICE, SIDE_BUY, 90);
    settle(scene, follower);
    node_scene_kill(scene);
    settle(scene, follower);
    assert_int_equal(told.downs, 1);
    assert_int_equal(follower_fd(follower), -1);
    assert_false(follower_is_live(follower));
    assert_false(follower_submit(follower, &order.header));
    assert_true(node_scene_start(scene));
    settle(scene, follower);
    assert_int_equal(told.ups, 2);
    assert_int_not_equal(follower_origin(follower), origin);
    submit_order(follower, NODE_ALICE, SIDE_BUY, 91);
    settle(scene, follower);
    assert_int_equal(told.last, scene->founded + 2);
    expect_same_state(scene, follower);
    follower_close(follower);
}

static void what_there_is_room_for_is_taken(void **state)
{
    struct node_scene *scene = *state;
    struct told told;
    struct follower *follower = open_follower(scene, &told, 1, true);
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 3);
    size_t size = sizeof order;
    assert_false(follower_make_room(follower, size)); /* nobody has welcomed us yet */
    settle(scene, follower);
    assert_false(follower_make_room(follower, LINK_QUEUE_SIZE + 1));
    while (follower_make_room(follower, 2 * size)) {
        assert_true(follower_submit(follower, &order.header));
        assert_true(follower_submit(follower, &order.header));
    }
    /* The core does not run: socket and queue are full. */
    while (follower_make_room(follower, size)) {
        assert_true(follower_submit(follower, &order.header));
    }
    assert_false(follower_submit(follower, &order.header));
    node_scene_kill(scene);
    settle(scene, follower);
    assert_false(follower_make_room(follower, size));
    follower_close(follower);
}

static void a_bounded_piece_of_work_ends_behind_a_batch(void **state)
{
    struct node_scene *scene = *state;
    struct told told;
    struct follower *follower = open_follower(scene, &told, 1, true);
    settle(scene, follower);
    for (int i = 0; i < 30; i++) {
        submit_order(follower, NODE_ALICE, SIDE_BUY, 90);
        follower_flush(follower);
        assert_int_equal(node_scene_settle(scene), CORE_TURN_ON); /* a batch each */
    }
    assert_int_equal(follower_work(follower, 10), 1);
    assert_int_equal(told.last, scene->founded + 10);
    assert_int_equal(follower_work(follower, 100), 0);
    assert_int_equal(told.last, scene->founded + 30);
    follower_close(follower);
}

/* Somebody who sits where the core would, and says what the test wants. */
struct pretender {
    int listener;
    int peer;
};

static struct pretender pretend(struct node_scene *scene)
{
    struct link_address address;
    struct pretender pretender = {.peer = -1};
    assert_int_equal(link_address_open(&address, scene->folder, LINK_SOCKET_NAME), 0);
    pretender.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_true(pretender.listener >= 0);
    assert_int_equal(
        bind(pretender.listener, (const struct sockaddr *)&address.socket, sizeof address.socket),
        0);
    assert_int_equal(listen(pretender.listener, 4), 0);
    link_address_close(&address);
    return pretender;
}

static void pretender_say(struct pretender *pretender, enum link_notice_kind kind, uint64_t number)
{
    struct link_notice notice = {.kind = (uint16_t)kind, .origin = 1, .number = number};
    if (pretender->peer < 0) {
        pretender->peer = accept(pretender->listener, NULL, NULL);
    }
    assert_true(pretender->peer >= 0);
    assert_int_equal(write(pretender->peer, &notice, sizeof notice), sizeof notice);
}

static void nothing_is_applied_before_the_core_calls_it_durable(void **state)
{
    struct node_scene *scene = *state;
    struct told told;
    struct follower *follower = open_follower(scene, &told, 1, true);
    settle(scene, follower);
    for (int i = 0; i < 5; i++) {
        submit_order(follower, NODE_ALICE, SIDE_BUY, 90);
        settle(scene, follower);
    }
    follower_close(follower);
    node_scene_kill(scene);
    /* All five stand in the files, but the one who decides has only called two of them durable. */
    struct pretender pretender = pretend(scene);
    follower = open_follower(scene, &told, 1, true);
    assert_int_equal(follower_work(follower, 1000), 0);
    assert_int_equal(told.last, 0);
    pretender_say(&pretender, LINK_NOTICE_WELCOME, scene->founded);
    assert_int_equal(follower_work(follower, 1000), 0);
    assert_int_equal(told.last, scene->founded);
    pretender_say(&pretender, LINK_NOTICE_DURABLE, scene->founded + 2);
    assert_int_equal(follower_work(follower, 1000), 0);
    assert_int_equal(told.last, scene->founded + 2);
    /* One who has less is another journal's. */
    (void)close(pretender.peer);
    pretender.peer = -1;
    assert_int_equal(follower_work(follower, 1000), 0);
    assert_int_equal(told.downs, 1);
    assert_int_equal(follower_work(follower, 1000), 0);
    pretender_say(&pretender, LINK_NOTICE_WELCOME, scene->founded + 1);
    assert_true(follower_work(follower, 1000) < 0);
    assert_non_null(strstr(follower_error(follower), "another journal"));
    assert_true(follower_work(follower, 1000) < 0);
    follower_close(follower);
    (void)close(pretender.peer);
    (void)close(pretender.listener);
}

static void offline_it_reads_to_the_end_of_what_is_whole(void **state)
{
    struct node_scene *scene = *state;
    const char *error = NULL;
    struct told told;
    struct follower *follower = open_follower(scene, &told, 1, true);
    settle(scene, follower);
    for (int i = 0; i < 5; i++) {
        submit_order(follower, NODE_ALICE, SIDE_BUY, 90);
        settle(scene, follower);
    }
    follower_close(follower);
    node_scene_kill(scene);
    struct follower_options options = {.directory = scene->folder,
                                       .storage = fake_disk_storage(scene->disk),
                                       .from = 1,
                                       .offline = true};
    struct follower_sink sink = {.context = &told, .on_command = on_command};
    told = (struct told){0};
    follower = follower_open(&options, &sink, &error);
    assert_non_null(follower);
    while (follower_work(follower, 2) > 0) {
    }
    assert_int_equal(told.last, scene->founded + 5);
    assert_int_equal(told.ups, 0);
    follower_close(follower);
}

/* Where the batches of a segment end. */
static size_t end_of_batches(const uint8_t *bytes, size_t size)
{
    size_t end = sizeof(struct segment_header);
    struct batch_header header;
    for (;;) {
        assert_true(end + sizeof header <= size);
        memcpy(&header, bytes + end, sizeof header);
        if (header.magic != JOURNAL_BATCH_MAGIC) {
            return end;
        }
        end += (size_t)journal_batch_extent(header.size);
    }
}

static void damage_is_told_with_its_place_and_ends_the_follower(void **state)
{
    struct node_scene *scene = *state;
    struct told told;
    struct follower *follower = open_follower(scene, &told, 1, true);
    settle(scene, follower);
    submit_order(follower, NODE_ALICE, SIDE_BUY, 90);
    settle(scene, follower);
    follower_close(follower);
    size_t size;
    struct journal_name name = journal_segment_name(1);
    uint8_t *bytes = fake_disk_bytes(scene->disk, name.text, &size);
    assert_non_null(bytes);
    bytes[128 + 200] ^= 0x10; /* in the middle of the founding */
    follower = NULL;
    const char *error = NULL;
    struct follower_options options = {
        .directory = scene->folder, .storage = fake_disk_storage(scene->disk), .from = 1};
    struct follower_sink sink = {.context = &told};
    follower = follower_open(&options, &sink, &error);
    assert_null(follower);
    assert_non_null(strstr(error, name.text));
    bytes[128 + 200] ^= 0x10;
    /* Behind the founding: the follower opens, and stops there. */
    follower = open_follower(scene, &told, 1, true);
    settle(scene, follower);
    submit_order(follower, NODE_ALICE, SIDE_BUY, 90);
    follower_flush(follower);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    for (size_t at = size - 1;; at--) {
        if (bytes[at] != 0) {
            bytes[at] ^= 1;
            break;
        }
    }
    assert_true(follower_work(follower, 1000) < 0);
    assert_non_null(strstr(follower_error(follower), name.text));
    assert_int_equal(told.last, scene->founded + 1);
    follower_close(follower);
}

/* What the core has called durable and is not there is damage. To whoever only reads as far as there is
 * something it would be the end, for ever. */
static void a_durable_batch_that_is_not_there_ends_the_follower(void **state)
{
    struct node_scene *scene = *state;
    struct told told;
    size_t size;
    struct follower *follower = open_follower(scene, &told, 1, true);
    settle(scene, follower);
    submit_order(follower, NODE_ALICE, SIDE_BUY, 90);
    settle(scene, follower);
    uint64_t seen = told.last;
    uint8_t *bytes = fake_disk_bytes(scene->disk, journal_segment_name(1).text, &size);
    uint64_t end = end_of_batches(bytes, size);
    submit_order(follower, NODE_ALICE, SIDE_BUY, 90);
    follower_flush(follower);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    bytes = fake_disk_bytes(scene->disk, journal_segment_name(1).text, &size);
    memset(bytes + end, 0, size - end);
    assert_true(follower_work(follower, 1000) < 0);
    assert_non_null(strstr(follower_error(follower), "a durable batch is missing"));
    assert_int_equal(told.last, seen);
    follower_close(follower);
}

static void a_folder_without_a_node_is_an_error_with_a_reason(void **state)
{
    const char *error = NULL;
    struct follower_options options = {.directory = "no-such-folder", .from = 1};
    struct follower_sink sink = {.context = NULL};
    assert_null(follower_open(&options, &sink, &error));
    assert_non_null(error);
}

int main(void)
{
#define FOLLOWER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        FOLLOWER_TEST(a_follower_has_the_cores_state),
        FOLLOWER_TEST(an_answer_is_told_by_origin_and_request),
        FOLLOWER_TEST(what_the_core_refuses_is_told),
        FOLLOWER_TEST(a_follower_starts_from_the_newest_snapshot_before_what_it_wants),
        FOLLOWER_TEST(a_snapshot_of_another_journal_is_not_followed_on),
        FOLLOWER_TEST(a_lost_link_is_told_and_comes_up_again),
        FOLLOWER_TEST(what_there_is_room_for_is_taken),
        FOLLOWER_TEST(a_bounded_piece_of_work_ends_behind_a_batch),
        FOLLOWER_TEST(nothing_is_applied_before_the_core_calls_it_durable),
        FOLLOWER_TEST(offline_it_reads_to_the_end_of_what_is_whole),
        FOLLOWER_TEST(damage_is_told_with_its_place_and_ends_the_follower),
        FOLLOWER_TEST(a_durable_batch_that_is_not_there_ends_the_follower),
        cmocka_unit_test(a_folder_without_a_node_is_an_error_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
