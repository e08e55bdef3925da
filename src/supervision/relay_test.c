/* SPDX-License-Identifier: Apache-2.0
 *
 * A relay beside a real core, and who follows it: everything arrives, live and after restarts; silence, a missing core, a
 * node that has forgotten or tells another story are alarms; strangers and slow readers cost what they may.
 */
#include "supervision/relay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "supervision/channel.h"
#include "supervision/pursuit.h"
#include "supervision/relay_peer.h"
#include "support/node_scene.h"
#include "support/random_stream.h"

enum { TURN_US = 10000, SILENCE_MS = 3000, KINDS = 5 };

struct play {
    struct node_scene node;
    struct relay *relay;
    char address[160];
    struct link_client client;
    struct random_stream random;
    struct fake_disk *disk; /* of the copy */
    struct replica *replica;
    struct pursuit *pursuit;
    unsigned raised[KINDS];
    unsigned cleared[KINDS];
    struct replica_finding finding;
    size_t evidence_size;
    uint64_t state_number;
};

static void on_alarm(void *context, const struct pursuit_alarm *alarm)
{
    struct play *play = context;
    play->raised[alarm->alarm] += alarm->is_raised ? 1 : 0;
    play->cleared[alarm->alarm] += alarm->is_raised ? 0 : 1;
    if (alarm->finding != NULL) {
        play->finding = *alarm->finding;
        play->evidence_size = alarm->evidence_size;
    }
}

static void on_state(void *context, uint64_t number, const struct follow_state *state)
{
    struct play *play = context;
    (void)state;
    play->state_number = number;
}

static void open_relay(struct play *play, uint32_t patience_ms)
{
    struct relay_options options = {.directory = play->node.folder,
                                    .storage = fake_disk_storage(play->node.disk),
                                    .clock = &play->node.clock};
    const char *error = NULL;
    relay_options_default(&options);
    options.patience_ms = patience_ms;
    options.peers_max = 4;
    play->relay = relay_open(&options, &error);
    if (play->relay == NULL) {
        fail_msg("%s", error);
    }
    (void)snprintf(play->address, sizeof play->address, "unix:%s/relay.socket", play->node.folder);
    assert_int_equal(relay_listen(play->relay, play->address, NULL), 0);
}

static void open_pursuit(struct play *play)
{
    struct replica_options replica = {.storage = fake_disk_storage(play->disk),
                                      .directory = "copy"};
    struct pursuit_options options = {.clock = &play->node.clock, .silence_ms = SILENCE_MS};
    const struct pursuit_sink sink = {play, on_alarm, on_state};
    play->replica = replica_open(&replica, &play->finding);
    if (play->replica == NULL) {
        fail_msg("%s", play->finding.reason);
    }
    options.replica = play->replica;
    assert_true(channel_address_read(play->address, &options.address));
    play->pursuit = pursuit_create(&options, &sink);
    assert_non_null(play->pursuit);
}

static void close_pursuit(struct play *play)
{
    pursuit_destroy(play->pursuit);
    replica_close(play->replica);
    play->pursuit = NULL;
    play->replica = NULL;
}

/* Everybody takes a turn, so many times. */
static void spin(struct play *play, int turns)
{
    for (int i = 0; i < turns; i++) {
        play->node.monotonic_us += TURN_US;
        if (play->node.core != NULL) {
            assert_int_equal(node_scene_settle(&play->node), CORE_TURN_ON);
        }
        if (play->relay != NULL) {
            assert_int_equal(relay_turn(play->relay, -1, 0), 0);
        }
        if (play->pursuit != NULL) {
            (void)pursuit_work(play->pursuit);
        }
    }
}

static void trade(struct play *play, int count)
{
    struct link_notice notice;
    for (int i = 0; i < count; i++) {
        struct command_order_place order =
            node_order(random_once_in(&play->random, 2) ? NODE_ALICE : NODE_BOB,
                       random_once_in(&play->random, 2) ? SIDE_BUY : SIDE_SELL,
                       (int64_t)(90 + random_below(&play->random, 20)), 3);
        node_client_send(&play->client, &order.header);
        if (i % 3 == 0) {
            assert_int_equal(node_scene_settle(&play->node), CORE_TURN_ON);
        }
        while (node_client_take(&play->client, &notice)) {
        }
    }
    assert_int_equal(node_scene_settle(&play->node), CORE_TURN_ON);
}

static void open_client(struct play *play)
{
    struct link_notice notice;
    node_client_open(&play->node, &play->client, &notice);
}

static uint64_t head(const struct play *play)
{
    return log_head(play->node.recovered.log)->number;
}

static void expect_level(const struct play *play)
{
    assert_int_equal(replica_head(play->replica)->number, head(play));
    assert_memory_equal(&replica_head(play->replica)->chain,
                        &log_head(play->node.recovered.log)->chain, sizeof(struct hash256));
}

static int setup(void **state)
{
    struct play *play = calloc(1, sizeof *play);
    assert_non_null(play);
    play->random.state = 11;
    node_scene_create(&play->node);
    assert_true(node_scene_start(&play->node));
    open_client(play);
    trade(play, 300);
    play->disk = fake_disk_create();
    open_relay(play, 30000);
    open_pursuit(play);
    *state = play;
    return 0;
}

static int teardown(void **state)
{
    struct play *play = *state;
    close_pursuit(play);
    relay_close(play->relay);
    link_client_destroy(&play->client);
    fake_disk_destroy(play->disk);
    node_scene_destroy(&play->node);
    free(play);
    return 0;
}

/* ------------------------------------------------------------------ following */

static void all_of_history_arrives_and_then_what_happens(void **state)
{
    struct play *play = *state;
    spin(play, 50);
    expect_level(play);
    for (int i = 0; i < 30; i++) {
        trade(play, 7);
        spin(play, 2);
        expect_level(play);
    }
    assert_int_equal(play->raised[ALARM_FINDING], 0);
    assert_int_equal(play->raised[ALARM_SILENCE], 0);
    assert_true(pursuit_is_connected(play->pursuit));
    assert_int_equal(pursuit_node_number(play->pursuit), head(play));
}

static void the_pursuit_goes_on_after_a_restart_of_either_side(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 12; i++) {
        trade(play, 20);
        spin(play, (int)random_below(&play->random, 12));
        if (i % 2 == 0) {
            relay_close(play->relay);
            open_relay(play, 30000);
        } else {
            close_pursuit(play);
            open_pursuit(play);
        }
    }
    spin(play, 100);
    expect_level(play);
    assert_int_equal(play->raised[ALARM_FINDING], 0);
}

static void the_core_may_die_and_come_back(void **state)
{
    struct play *play = *state;
    spin(play, 50);
    link_client_disconnect(&play->client);
    node_scene_kill(&play->node);
    spin(play, 100);
    assert_int_equal(play->raised[ALARM_NO_CORE], 1);
    assert_int_equal(play->raised[ALARM_SILENCE], 0); /* the relay is heard */
    assert_true(node_scene_start(&play->node));
    link_client_destroy(&play->client);
    open_client(play);
    trade(play, 20);
    spin(play, 100);
    assert_int_equal(play->cleared[ALARM_NO_CORE], 1);
    expect_level(play);
}

static void silence_is_an_alarm_until_it_ends(void **state)
{
    struct play *play = *state;
    spin(play, 50);
    for (int i = 0; i < 2; i++) {
        struct relay *relay = play->relay;
        play->relay = NULL; /* takes no turn: hangs */
        spin(play, SILENCE_MS * 1000 / TURN_US - 50);
        assert_int_equal(play->raised[ALARM_SILENCE], i);
        spin(play, 100);
        assert_int_equal(play->raised[ALARM_SILENCE], i + 1);
        play->relay = relay;
        spin(play, 100);
        assert_int_equal(play->cleared[ALARM_SILENCE], i + 1);
    }
    trade(play, 5);
    spin(play, 5);
    expect_level(play);
}

static void a_snapshot_of_the_core_is_told(void **state)
{
    struct play *play = *state;
    struct journal_error error;
    const struct snapshot_source source = {.engine = play->node.recovered.engine,
                                           .head = *log_head(play->node.recovered.log),
                                           .events = play->node.recovered.events,
                                           .limits = play->node.recovered.limits};
    uint64_t number = head(play);
    spin(play, 50);
    assert_true(snapshot_write(fake_disk_storage(play->node.disk), play->node.recovered.folder,
                               &source, &error));
    trade(play, 5);
    spin(play, 250);
    assert_int_equal(play->state_number, number);
}

/* ------------------------------------------------------------------ what is wrong */

/* The node's disk as it was before: what was acknowledged meanwhile is forgotten. */
static void roll_back(struct play *play, struct fake_disk *before)
{
    link_client_destroy(&play->client);
    relay_close(play->relay);
    node_scene_kill(&play->node);
    fake_disk_destroy(play->node.disk);
    play->node.disk = before;
    assert_true(node_scene_start(&play->node));
    open_client(play);
    open_relay(play, 30000);
}

static void a_node_that_has_forgotten_is_found(void **state)
{
    struct play *play = *state;
    struct fake_disk *before = fake_disk_copy(play->node.disk);
    uint64_t number = head(play);
    trade(play, 40);
    spin(play, 50);
    expect_level(play);
    roll_back(play, before);
    spin(play, 100);
    assert_int_equal(play->raised[ALARM_FINDING], 1);
    assert_int_equal(play->finding.kind, REPLICA_KIND_HISTORY);
    assert_int_equal(play->finding.number, number + 1);
    assert_true(play->evidence_size > 0);
}

static void a_node_that_tells_another_story_is_found(void **state)
{
    struct play *play = *state;
    struct fake_disk *before = fake_disk_copy(play->node.disk);
    trade(play, 40);
    spin(play, 50);
    uint64_t seen = replica_head(play->replica)->number;
    roll_back(play, before);
    play->random.state = 12345;
    trade(play, 80);
    assert_true(head(play) > seen);
    spin(play, 100);
    assert_int_equal(play->raised[ALARM_FINDING], 1);
    assert_int_equal(play->finding.kind, REPLICA_KIND_HISTORY);
    assert_true(play->finding.number <= seen);
    assert_true(play->evidence_size > sizeof(struct follow_frame));
    trade(play, 10);
    for (int i = 0; i < 200; i++) {
        spin(play, 1);
        assert_int_equal(pursuit_fd(play->pursuit), -1); /* nothing more is asked for */
    }
    assert_int_equal(replica_head(play->replica)->number, seen);
}

static void another_node_at_the_address_is_found(void **state)
{
    struct play *play = *state;
    struct node_scene other;
    spin(play, 50);
    node_scene_create(&other);
    assert_true(node_scene_start(&other));
    relay_close(play->relay);
    link_client_destroy(&play->client);
    struct node_scene mine = play->node;
    node_scene_kill(&mine);
    play->node = other;
    node_scene_kill(&play->node); /* the clock's context has moved: start anew */
    play->node.clock.context = &play->node;
    play->node.monotonic_us = mine.monotonic_us;
    play->node.wall_us = mine.wall_us;
    assert_true(node_scene_start(&play->node));
    open_client(play);
    char address[sizeof play->address];
    memcpy(address, play->address, sizeof address);
    open_relay(play, 30000);
    close_pursuit(play);
    open_pursuit(play); /* whoever listens there now */
    spin(play, 100);
    assert_int_equal(play->raised[ALARM_FINDING], 1);
    assert_int_equal(play->finding.kind, REPLICA_KIND_HISTORY);
    node_scene_destroy(&mine);
}

/* ------------------------------------------------------------------ strangers */

static int stranger(const struct play *play)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", play->address + 5);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Reads what has come and keeps the payload of the last frame of a kind. False: there was none. */
static bool last_of_kind(int fd, enum follow_kind kind, void *out, size_t size)
{
    static uint8_t bytes[1u << 20];
    ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    bool is_found = false;
    for (size_t at = 0; got > 0 && at < (size_t)got;) {
        struct follow_frame frame;
        memcpy(&frame, bytes + at, sizeof frame);
        assert_null(follow_frame_check(&frame));
        if (frame.kind == kind) {
            memcpy(out, bytes + at + sizeof frame, size);
            is_found = true;
        }
        at += sizeof frame + frame.payload_size;
    }
    return is_found;
}

static void say_hello(int fd, uint64_t from)
{
    struct follow_hello hello = {.from = from};
    follow_hello_seal(&hello);
    assert_int_equal(send(fd, &hello, sizeof hello, 0), sizeof hello);
}

/* What the relay has to say at once. */
static struct follow_frame first_frame(int fd)
{
    struct follow_frame frame = {0};
    assert_int_equal(recv(fd, &frame, sizeof frame, 0), sizeof frame);
    assert_null(follow_frame_check(&frame));
    return frame;
}

static void expect_refused(struct play *play, int fd, enum follow_refusal reason)
{
    uint8_t byte;
    spin(play, 5);
    struct follow_frame frame = first_frame(fd);
    assert_int_equal(frame.kind, FOLLOW_KIND_REFUSED);
    assert_int_equal(frame.reason, reason);
    assert_int_equal(recv(fd, &byte, 1, 0), 0);
    (void)close(fd);
}

static void a_heartbeat_carries_the_digest_that_the_next_batch_records(void **state)
{
    struct play *play = *state;
    struct follow_pulse pulse;
    struct batch_header next;
    spin(play, 5);
    int fd = stranger(play);
    say_hello(fd, head(play));
    trade(play, 1);
    spin(play, 60);
    assert_true(last_of_kind(fd, FOLLOW_KIND_HEARTBEAT, &pulse, sizeof pulse));
    assert_memory_equal(&pulse.chain, &log_head(play->node.recovered.log)->chain,
                        sizeof pulse.chain);
    trade(play, 1);
    spin(play, 5);
    assert_true(last_of_kind(fd, FOLLOW_KIND_BATCH, &next, sizeof next));
    assert_memory_equal(&pulse.events, &next.events, sizeof next.events);
    (void)close(fd);
}

static void a_hello_that_is_none_is_refused(void **state)
{
    struct play *play = *state;
    uint8_t noise[sizeof(struct follow_hello)];
    spin(play, 5);
    memset(noise, 'x', sizeof noise);
    int fd = stranger(play);
    assert_int_equal(send(fd, noise, sizeof noise, 0), sizeof noise);
    expect_refused(play, fd, FOLLOW_REFUSAL_HELLO);
}

static void another_node_than_this_is_refused(void **state)
{
    struct play *play = *state;
    struct follow_hello hello = {.from = 1, .node = {{1, 2, 3}}};
    spin(play, 5);
    int fd = stranger(play);
    follow_hello_seal(&hello);
    assert_int_equal(send(fd, &hello, sizeof hello, 0), sizeof hello);
    expect_refused(play, fd, FOLLOW_REFUSAL_NODE);
}

static void a_number_beyond_the_end_is_refused(void **state)
{
    struct play *play = *state;
    spin(play, 5);
    int fd = stranger(play);
    say_hello(fd, head(play) + 2);
    expect_refused(play, fd, FOLLOW_REFUSAL_BEYOND);
}

static void who_says_more_than_a_hello_is_dropped(void **state)
{
    struct play *play = *state;
    spin(play, 5);
    uint32_t count = relay_peer_count(play->relay);
    int fd = stranger(play);
    say_hello(fd, 1);
    spin(play, 3);
    assert_int_equal(relay_peer_count(play->relay), count + 1);
    assert_int_equal(send(fd, "!", 1, 0), 1);
    spin(play, 3);
    assert_int_equal(relay_peer_count(play->relay), count);
    (void)close(fd);
}

static void who_says_nothing_is_dropped(void **state)
{
    struct play *play = *state;
    relay_close(play->relay);
    open_relay(play, 1000);
    spin(play, 60);
    uint32_t count = relay_peer_count(play->relay);
    int fd = stranger(play);
    spin(play, 50);
    assert_int_equal(relay_peer_count(play->relay), count + 1);
    spin(play, 100);
    assert_int_equal(relay_peer_count(play->relay), count);
    (void)close(fd);
}

static void no_more_peers_than_the_limit_are_let_in(void **state)
{
    struct play *play = *state;
    int fds[8];
    spin(play, 5);
    for (size_t i = 0; i < 8; i++) {
        fds[i] = stranger(play);
    }
    spin(play, 5);
    assert_int_equal(relay_peer_count(play->relay), 4);
    for (size_t i = 0; i < 8; i++) {
        (void)close(fds[i]);
    }
}

static void a_slow_reader_holds_up_nobody_and_is_dropped(void **state)
{
    struct play *play = *state;
    int fd = stranger(play);
    int small = 1024;
    relay_close(play->relay);
    (void)close(fd);
    open_relay(play, 2000);
    spin(play, 60);
    fd = stranger(play);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    say_hello(fd, 1);
    for (int i = 0; i < 40; i++) {
        trade(play, 120);
        play->node.monotonic_us -= 2 * TURN_US; /* no time passes */
        spin(play, 2);
        expect_level(play);
    }
    assert_int_equal(relay_peer_count(play->relay), 2);
    spin(play, 250);
    assert_int_equal(relay_peer_count(play->relay), 1);
    (void)close(fd);
}

static void nobody_is_let_in_before_the_cores_word_is_reached(void **state)
{
    struct play *play = *state;
    relay_close(play->relay);
    link_client_disconnect(&play->client);
    node_scene_kill(&play->node);
    open_relay(play, 30000);
    int fd = stranger(play);
    say_hello(fd, 1);
    spin(play, 20);
    assert_int_equal(relay_peer_count(play->relay), 0);
    assert_false(relay_is_live(play->relay));
    (void)close(fd);
    assert_true(node_scene_start(&play->node));
    spin(play, 100);
    assert_true(relay_is_live(play->relay));
    expect_level(play);
}

static void doors_on_the_network_need_tls(void **state)
{
    struct play *play = *state;
    assert_int_not_equal(relay_listen(play->relay, "127.0.0.1:0", NULL), 0);
    assert_int_not_equal(relay_listen(play->relay, "nonsense", NULL), 0);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(all_of_history_arrives_and_then_what_happens),
        STORY(the_pursuit_goes_on_after_a_restart_of_either_side),
        STORY(the_core_may_die_and_come_back),
        STORY(silence_is_an_alarm_until_it_ends),
        STORY(a_snapshot_of_the_core_is_told),
        STORY(a_node_that_has_forgotten_is_found),
        STORY(a_node_that_tells_another_story_is_found),
        STORY(another_node_at_the_address_is_found),
        STORY(a_heartbeat_carries_the_digest_that_the_next_batch_records),
        STORY(a_hello_that_is_none_is_refused),
        STORY(another_node_than_this_is_refused),
        STORY(a_number_beyond_the_end_is_refused),
        STORY(who_says_more_than_a_hello_is_dropped),
        STORY(who_says_nothing_is_dropped),
        STORY(no_more_peers_than_the_limit_are_let_in),
        STORY(a_slow_reader_holds_up_nobody_and_is_dropped),
        STORY(nobody_is_let_in_before_the_cores_word_is_reached),
        STORY(doors_on_the_network_need_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
