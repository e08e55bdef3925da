/* SPDX-License-Identifier: Apache-2.0
 *
 * One peer of a relay as if he came over TLS, without TLS: his key is what the handshake would have proven. The registry
 * is asked when he says hello and again while he follows; what he may not have he does not get.
 */
#include "supervision/relay_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/engine_scene.h"
#include "support/node_scene.h"

#define KEY_BYTE  0xA1
#define TURN_US   10000
#define BIG_BATCH 300 /* orders: more than a socket's small buffer */

struct visit {
    struct scene scene;     /* whose registry is asked */
    struct node_scene node; /* whose journal is served */
    struct link_client client;
    struct relay_news news;
    struct relay_peer *peer;
    int fd; /* the peer's own end */
};

static void add_key(struct scene *scene)
{
    struct command_key_create create = {.header.kind = COMMAND_KEY_CREATE,
                                        .owner = SCENE_SAULE,
                                        .type = KEY_TYPE_ED25519,
                                        .scopes = KEY_SCOPE_READ,
                                        .material_size = 32};
    memset(create.id.bytes, KEY_BYTE, sizeof create.id.bytes);
    memset(create.material, KEY_BYTE, 32);
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_OMAR, &create.header), RESULT_OK);
}

static void revoke_key(struct scene *scene)
{
    struct command_key_revoke revoke = {.header.kind = COMMAND_KEY_REVOKE};
    memset(revoke.id.bytes, KEY_BYTE, sizeof revoke.id.bytes);
    assert_int_equal(scene_send(scene, SCENE_OLGA, &revoke.header), RESULT_OK);
}

/* Batches of one order each; or one of many. */
static void trade(struct visit *visit, int orders, bool together)
{
    struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90, 1);
    struct link_notice notice;
    for (int i = 0; i < orders; i++) {
        assert_true(link_client_queue(&visit->client, &order.header));
        if (!together || i + 1 == orders) {
            assert_int_equal(link_client_flush(&visit->client), 0);
            assert_int_equal(node_scene_settle(&visit->node), CORE_TURN_ON);
        }
    }
    while (node_client_take(&visit->client, &notice)) {
    }
    visit->news.number = log_durable(visit->node.recovered.log);
}

static int setup(void **state)
{
    struct visit *visit = calloc(1, sizeof *visit);
    struct link_notice welcome;
    assert_non_null(visit);
    scene_start(&visit->scene);
    add_key(&visit->scene);
    node_scene_create(&visit->node);
    assert_true(node_scene_start(&visit->node));
    node_client_open(&visit->node, &visit->client, &welcome);
    visit->news = (struct relay_news){.storage = fake_disk_storage(visit->node.disk),
                                      .directory = visit->node.folder,
                                      .engine = visit->scene.engine,
                                      .node = log_head(visit->node.recovered.log)->node,
                                      .heartbeat_ms = 250,
                                      .patience_ms = 30000,
                                      .now_us = 1000000,
                                      .wall_us = visit->scene.now_us};
    visit->fd = -1;
    trade(visit, 5, false);
    *state = visit;
    return 0;
}

static int teardown(void **state)
{
    struct visit *visit = *state;
    relay_peer_destroy(visit->peer);
    if (visit->fd >= 0) {
        (void)close(visit->fd);
    }
    link_client_destroy(&visit->client);
    node_scene_destroy(&visit->node);
    scene_end(&visit->scene);
    free(visit);
    return 0;
}

/* He has connected, and TLS has proven this key; his hello is on its way. */
static void arrive(struct visit *visit, uint8_t key)
{
    static const uint8_t prefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                     0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    static const uint8_t address[16] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};
    struct follow_hello hello = {.from = 1};
    int fds[2];
    int small = 4096;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    assert_int_equal(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
    visit->fd = fds[1];
    visit->peer = relay_peer_create(fds[0], NULL, address, visit->news.now_us);
    assert_non_null(visit->peer);
    visit->peer->is_local = false;
    memcpy(visit->peer->claim.der, prefix, sizeof prefix);
    memset(visit->peer->claim.der + sizeof prefix, key, 32);
    visit->peer->claim.der_size = sizeof prefix + 32;
    memset(hello.key.bytes, key, sizeof hello.key.bytes);
    follow_hello_seal(&hello);
    assert_int_equal(send(visit->fd, &hello, sizeof hello, 0), sizeof hello);
}

static bool turn(struct visit *visit)
{
    visit->news.now_us += TURN_US;
    return relay_peer_work(visit->peer, &visit->news);
}

/* What has come, by kind; the last refusal's reason. */
struct heard {
    uint32_t frames[FOLLOW_KIND_REFUSED + 1];
    uint16_t reason;
    uint64_t number; /* of the last batch */
};

static struct heard hear(struct visit *visit)
{
    static uint8_t bytes[1u << 20];
    struct heard heard = {.reason = 0};
    ssize_t got = recv(visit->fd, bytes, sizeof bytes, 0);
    for (size_t at = 0; got > 0 && at + sizeof(struct follow_frame) <= (size_t)got;) {
        struct follow_frame frame;
        memcpy(&frame, bytes + at, sizeof frame);
        assert_null(follow_frame_check(&frame));
        heard.frames[frame.kind]++;
        heard.reason = frame.kind == FOLLOW_KIND_REFUSED ? frame.reason : heard.reason;
        heard.number = frame.kind == FOLLOW_KIND_BATCH ? frame.number : heard.number;
        at += sizeof frame + frame.payload_size;
    }
    return heard;
}

static void follow_to_the_end(struct visit *visit)
{
    struct heard heard = {.number = 0};
    arrive(visit, KEY_BYTE);
    for (int i = 0; i < 50 && heard.number < visit->news.number; i++) {
        assert_true(turn(visit));
        heard = hear(visit);
    }
    assert_int_equal(visit->peer->number, visit->news.number);
    assert_true(turn(visit));
    (void)hear(visit);
}

static void whose_key_the_registry_does_not_know_hears_a_refusal_and_nothing_else(void **state)
{
    struct visit *visit = *state;
    arrive(visit, KEY_BYTE + 1);
    assert_false(turn(visit));
    struct heard heard = hear(visit);
    assert_int_equal(heard.frames[FOLLOW_KIND_REFUSED], 1);
    assert_int_equal(heard.reason, FOLLOW_REFUSAL_PERMISSION);
    assert_int_equal(heard.frames[FOLLOW_KIND_WELCOME], 0);
    assert_int_equal(heard.frames[FOLLOW_KIND_BATCH], 0);
}

static void whose_key_was_revoked_before_he_came_is_refused(void **state)
{
    struct visit *visit = *state;
    revoke_key(&visit->scene);
    arrive(visit, KEY_BYTE);
    assert_false(turn(visit));
    assert_int_equal(hear(visit).reason, FOLLOW_REFUSAL_PERMISSION);
}

static void who_may_follow_hears_all_of_it(void **state)
{
    struct visit *visit = *state;
    follow_to_the_end(visit);
    trade(visit, 1, false);
    assert_true(turn(visit));
    struct heard heard = hear(visit);
    assert_int_equal(heard.frames[FOLLOW_KIND_BATCH], 1);
    assert_int_equal(heard.number, visit->news.number);
}

static void whose_key_is_revoked_while_he_follows_hears_so_and_no_more_batches(void **state)
{
    struct visit *visit = *state;
    follow_to_the_end(visit);
    revoke_key(&visit->scene);
    trade(visit, 1, false);
    assert_false(turn(visit));
    struct heard heard = hear(visit);
    assert_int_equal(heard.frames[FOLLOW_KIND_BATCH], 0);
    assert_int_equal(heard.frames[FOLLOW_KIND_REFUSED], 1);
    assert_int_equal(heard.reason, FOLLOW_REFUSAL_PERMISSION);
}

static void what_waits_for_a_slow_reader_is_kept_from_him_once_his_key_is_revoked(void **state)
{
    struct visit *visit = *state;
    uint8_t byte;
    follow_to_the_end(visit);
    trade(visit, BIG_BATCH, true);
    assert_true(turn(visit));
    assert_true(visit->peer->output_end > visit->peer->output_start);
    revoke_key(&visit->scene);
    size_t left = visit->peer->output_end - visit->peer->output_start;
    while (recv(visit->fd, &byte, 1, 0) == 1) {
    }
    assert_false(turn(visit));
    assert_int_equal(visit->peer->output_end - visit->peer->output_start, left);
    assert_int_equal(recv(visit->fd, &byte, 1, 0), -1);
}

/* ------------------------------------------------------------------ "you have everything" */

/* Takes at most so many bytes, and looks at every frame that is whole: a heartbeat must not come before all is there. */
struct slow_reader {
    uint8_t bytes[FOLLOW_PAYLOAD_MAX + sizeof(struct follow_frame)];
    size_t size;
    uint64_t number; /* of the last batch */
    uint32_t heartbeats;
};

static void take_a_little(struct visit *visit, struct slow_reader *reader, size_t most)
{
    struct follow_frame frame;
    ssize_t got = recv(visit->fd, reader->bytes + reader->size, most, 0);
    reader->size += got > 0 ? (size_t)got : 0;
    while (reader->size >= sizeof frame) {
        memcpy(&frame, reader->bytes, sizeof frame);
        assert_null(follow_frame_check(&frame));
        size_t extent = sizeof frame + frame.payload_size;
        assert_true(extent + most <= sizeof reader->bytes);
        if (reader->size < extent) {
            return;
        }
        if (frame.kind == FOLLOW_KIND_BATCH) {
            reader->number = frame.number;
        } else if (frame.kind == FOLLOW_KIND_HEARTBEAT) {
            assert_int_equal(frame.number, visit->news.number);
            assert_int_equal(reader->number, visit->news.number);
            reader->heartbeats++;
        }
        reader->size -= extent;
        memmove(reader->bytes, reader->bytes + extent, reader->size);
    }
}

/* More than two fillings of the buffer wait for him, and each of his turns is longer than a heartbeat. */
static void a_slow_follower_hears_no_heartbeat_before_he_has_everything(void **state)
{
    struct visit *visit = *state;
    struct slow_reader *reader = calloc(1, sizeof *reader);
    unsigned fillings = 0;
    assert_non_null(reader);
    for (int i = 0; i < 8; i++) {
        trade(visit, BIG_BATCH, true);
    }
    visit->news.is_at_end = true;
    arrive(visit, KEY_BYTE);
    for (int i = 0; i < 1000 && reader->heartbeats == 0; i++) {
        visit->news.now_us += (int64_t)visit->news.heartbeat_ms * 1000;
        assert_true(turn(visit));
        fillings += visit->peer->was_filled ? 1 : 0;
        take_a_little(visit, reader, 3000);
    }
    assert_true(fillings > 2);
    assert_true(reader->heartbeats > 0);
    free(reader);
}

static void nobody_hears_a_heartbeat_while_the_relay_itself_is_behind(void **state)
{
    struct visit *visit = *state;
    follow_to_the_end(visit);
    for (int i = 0; i < 5; i++) {
        visit->news.now_us += (int64_t)visit->news.heartbeat_ms * 1000;
        assert_true(turn(visit));
        assert_int_equal(hear(visit).frames[FOLLOW_KIND_HEARTBEAT], 0);
    }
    visit->news.is_at_end = true;
    assert_true(turn(visit));
    assert_int_equal(hear(visit).frames[FOLLOW_KIND_HEARTBEAT], 1);
}

#define VISIT(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VISIT(whose_key_the_registry_does_not_know_hears_a_refusal_and_nothing_else),
        VISIT(whose_key_was_revoked_before_he_came_is_refused),
        VISIT(who_may_follow_hears_all_of_it),
        VISIT(whose_key_is_revoked_while_he_follows_hears_so_and_no_more_batches),
        VISIT(what_waits_for_a_slow_reader_is_kept_from_him_once_his_key_is_revoked),
        VISIT(a_slow_follower_hears_no_heartbeat_before_he_has_everything),
        VISIT(nobody_hears_a_heartbeat_while_the_relay_itself_is_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
