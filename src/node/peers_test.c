/* SPDX-License-Identifier: Apache-2.0
 *
 * The core among peers of every kind: who sends nonsense, who hangs up, who never reads, who floods. None
 * of them is a trouble to the others.
 */
#include "node/peers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal/reader.h"
#include "support/node_scene.h"

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

/* Has the peer been told this number by now? Takes all notices. */
static uint64_t newest_number(struct link_client *client, uint32_t *notices)
{
    struct link_notice notice;
    uint64_t newest = 0;
    while (node_client_take(client, &notice)) {
        assert_true(notice.number >= newest);
        newest = notice.number;
        (*notices)++;
    }
    return newest;
}

static void a_stream_of_nonsense_closes_only_its_own_connection(void **state)
{
    struct node_scene *scene = *state;
    struct link_client bad;
    struct link_client good;
    struct link_notice notice;
    uint8_t noise[64];
    memset(noise, 0xee, sizeof noise);
    node_client_open(scene, &bad, &notice);
    node_client_open(scene, &good, &notice);
    assert_int_equal(write(bad.fd, noise, sizeof noise), sizeof noise);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_true(link_client_next(&bad, &notice) < 0);
    struct command_order_place order = node_order(NODE_BOB, SIDE_BUY, 90, 5);
    node_client_send(&good, &order.header);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_true(node_client_take(&good, &notice));
    assert_int_equal(notice.number, scene->founded + 1);
    link_client_destroy(&bad);
    link_client_destroy(&good);
}

static void what_was_sent_before_hanging_up_is_still_taken(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    node_client_open(scene, &client, &notice);
    for (int i = 0; i < 10; i++) {
        struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
        node_client_send(&client, &order.header);
    }
    struct command_order_place cut = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
    assert_int_equal(write(client.fd, &cut, 100), 100); /* and a piece of one */
    link_client_destroy(&client);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_int_equal(log_head(scene->recovered.log)->number, scene->founded + 10);
}

static void a_peer_that_does_not_read_stops_nobody_and_learns_the_newest(void **state)
{
    struct node_scene *scene = *state;
    struct link_client sleeper;
    struct link_client trader;
    struct link_notice notice;
    uint32_t notices = 0;
    enum { ORDERS = 12000 };
    node_client_open(scene, &sleeper, &notice);
    node_client_open(scene, &trader, &notice);
    for (int i = 0; i < ORDERS; i++) {
        /* The two sides meet, so that the book does not fill up. */
        struct command_order_place order = node_order(i % 2 == 0 ? NODE_ALICE : NODE_BOB,
                                                      i % 2 == 0 ? SIDE_BUY : SIDE_SELL, 90, 1);
        node_client_send(&trader, &order.header);
        assert_int_equal(core_turn(scene->core, 0), CORE_TURN_ON);
        (void)newest_number(&trader, &notices);
    }
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_int_equal(log_head(scene->recovered.log)->number, scene->founded + ORDERS);
    /* It wakes up: few notices were kept for it, and the last one is the newest. */
    notices = 0;
    uint64_t newest = 0;
    for (int i = 0; i < 100 && newest < scene->founded + ORDERS; i++) {
        uint64_t seen = newest_number(&sleeper, &notices);
        newest = seen > newest ? seen : newest;
        assert_int_equal(core_turn(scene->core, 0), CORE_TURN_ON);
    }
    assert_int_equal(newest, scene->founded + ORDERS);
    assert_true(notices < ORDERS);
    link_client_destroy(&sleeper);
    link_client_destroy(&trader);
}

static void a_peer_that_sends_and_never_reads_is_served_all_the_same(void **state)
{
    struct node_scene *scene = *state;
    struct link_client client;
    struct link_notice notice;
    enum { ORDERS = 6000 };
    node_client_open(scene, &client, &notice);
    for (int i = 0; i < ORDERS; i++) {
        struct command_order_place order = node_order(i % 2 == 0 ? NODE_ALICE : NODE_BOB,
                                                      i % 2 == 0 ? SIDE_BUY : SIDE_SELL, 90, 1);
        node_client_send(&client, &order.header);
        assert_int_equal(core_turn(scene->core, 0), CORE_TURN_ON);
    }
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_int_equal(log_head(scene->recovered.log)->number, scene->founded + ORDERS);
    link_client_destroy(&client);
}

static void a_peer_that_only_sends_what_is_refused_is_held_back(void **state)
{
    struct node_scene *scene = *state;
    struct link_client bad;
    struct link_client good;
    struct link_notice notice;
    node_client_open(scene, &bad, &notice);
    node_client_open(scene, &good, &notice);
    struct command_order_place nonsense = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
    nonsense.terms.side = 9;
    uint32_t sent = 0;
    for (int rounds = 0; rounds < 2000; rounds++) {
        nonsense.header.request = sent + 1;
        if (link_client_queue(&bad, &nonsense.header)) {
            sent++;
        }
        assert_int_equal(link_client_flush(&bad), 0);
        assert_int_equal(core_turn(scene->core, 0), CORE_TURN_ON);
    }
    while (link_client_wants_write(&bad) == false) {
        nonsense.header.request = sent + 1;
        sent += link_client_queue(&bad, &nonsense.header) ? 1 : 0;
        assert_int_equal(link_client_flush(&bad), 0);
        assert_int_equal(core_turn(scene->core, 0), CORE_TURN_ON);
    }
    /* It is not read any more. The other one is. */
    struct command_order_place order = node_order(NODE_BOB, SIDE_BUY, 90, 5);
    node_client_send(&good, &order.header);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    assert_true(node_client_take(&good, &notice));
    assert_int_equal(notice.number, scene->founded + 1);
    /* It reads: every refusal comes, in order, none is lost. */
    uint32_t refused = 0;
    for (int rounds = 0; rounds < 100000 && refused < sent; rounds++) {
        while (node_client_take(&bad, &notice)) {
            if (notice.kind == LINK_NOTICE_REFUSED) {
                refused++;
                assert_int_equal(notice.request, refused);
            }
        }
        assert_int_equal(link_client_flush(&bad), 0);
        assert_int_equal(core_turn(scene->core, 0), CORE_TURN_ON);
    }
    assert_int_equal(refused, sent);
    link_client_destroy(&bad);
    link_client_destroy(&good);
}

static void two_busy_peers_share_a_batch(void **state)
{
    struct node_scene *scene = *state;
    struct link_client clients[2];
    uint16_t origins[2];
    uint32_t counts[2] = {0, 0};
    struct link_notice notice;
    struct journal_error error;
    struct journal_batch batch;
    for (int i = 0; i < 2; i++) {
        node_client_open(scene, &clients[i], &notice);
        origins[i] = notice.origin;
    }
    for (int i = 0; i < 2; i++) {
        struct command_order_place order = node_order((uint32_t)(NODE_ALICE + i), SIDE_BUY, 90, 1);
        for (int n = 0; n < 3000; n++) {
            assert_true(link_client_queue(&clients[i], &order.header));
        }
        assert_int_equal(link_client_flush(&clients[i]), 0);
    }
    assert_int_equal(core_turn(scene->core, 0), CORE_TURN_ON);
    struct journal_reader_options options = {.storage = fake_disk_storage(scene->disk),
                                             .directory = scene->folder,
                                             .from = scene->founded + 1};
    struct journal_reader *reader = journal_reader_open(&options, &error);
    assert_non_null(reader);
    assert_int_equal(journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch), JOURNAL_READ_BATCH);
    for (uint32_t i = 0; i < batch.count; i++) {
        const struct command_header *command =
            (const void *)(batch.commands + (size_t)i * sizeof(struct command_order_place));
        counts[command->origin == origins[0] ? 0 : 1]++;
    }
    assert_true(batch.size <= CORE_BATCH_SIZE_MAX);
    assert_true(counts[0] > batch.count / 3 && counts[1] > batch.count / 3);
    journal_reader_close(reader);
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    link_client_destroy(&clients[0]);
    link_client_destroy(&clients[1]);
}

static void more_peers_than_there_is_room_for_are_turned_away(void **state)
{
    struct node_scene *scene = *state;
    static struct link_client clients[PEERS_MAX + 2];
    struct link_notice notice;
    uint32_t welcome = 0;
    for (uint32_t i = 0; i < PEERS_MAX + 2; i++) {
        assert_true(link_client_create(&clients[i]));
        assert_int_equal(link_client_connect(&clients[i], scene->folder), 0);
        assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    }
    for (uint32_t i = 0; i < PEERS_MAX + 2; i++) {
        int result = link_client_next(&clients[i], &notice);
        welcome += result == 1 ? 1 : 0;
        assert_true(result != 0);
    }
    assert_int_equal(welcome, PEERS_MAX);
    for (uint32_t i = 0; i < PEERS_MAX + 2; i++) {
        link_client_destroy(&clients[i]);
    }
    /* Their places are free again. */
    assert_int_equal(node_scene_settle(scene), CORE_TURN_ON);
    node_client_open(scene, &clients[0], &notice);
    link_client_destroy(&clients[0]);
}

int main(void)
{
#define PEERS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        PEERS_TEST(a_stream_of_nonsense_closes_only_its_own_connection),
        PEERS_TEST(what_was_sent_before_hanging_up_is_still_taken),
        PEERS_TEST(a_peer_that_does_not_read_stops_nobody_and_learns_the_newest),
        PEERS_TEST(a_peer_that_sends_and_never_reads_is_served_all_the_same),
        PEERS_TEST(a_peer_that_only_sends_what_is_refused_is_held_back),
        PEERS_TEST(two_busy_peers_share_a_batch),
        PEERS_TEST(more_peers_than_there_is_room_for_are_turned_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
