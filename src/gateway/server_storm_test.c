/* SPDX-License-Identifier: Apache-2.0
 *
 * A storm: seeded clients that connect, talk sense and nonsense, pipeline it cut anywhere, stop
 * reading, leave in the middle of anything; a user that answers late, twice, or somebody else; time that jumps. What must hold
 * afterwards is little and exact: every session's end is told once, every slot comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/random_stream.h"
#include "support/server_rig.h"

enum { CLIENTS = 12, STEPS = 60000, UPGRADE = 5, HTTP_PIECES = 6, SESSION_PIECES = 4 };

struct storm {
    struct rig rig;
    struct random_stream random;
    int fds[CLIENTS];
    struct server_handle sessions[CLIENTS]; /* of the client at the same place; old ones too */
    bool is_session[CLIENTS];
    uint32_t closes;
    uint32_t pipelines;
    uint32_t open_most; /* requests that waited for the user at once */
};

static char scratch[200000];

/* First what HTTP means, the handshake last; then what a session means; then what nobody does. */
#define UPGRADE_HEAD                                                               \
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

static const char *const PIECES[] = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\nGET /d HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789",
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
    UPGRADE_HEAD,
    "\x81\x82\x01\x02\x03\x04in",
    "\x01\x81\x01\x02\x03\x04x\x80\x81\x01\x02\x03\x04y",
    "\x89\x80\x01\x02\x03\x04",
    "\x8A\x80\x01\x02\x03\x04",
    "\x88\x80\x01\x02\x03\x04",
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n",
    "G",
    "\r\n",
    "garbage",
};
enum { PIECES_COUNT = sizeof PIECES / sizeof PIECES[0] };

static size_t pick(struct storm *storm, size_t below)
{
    return (size_t)random_below(&storm->random, below);
}

/* A run of pieces as one text, sent in two or more cuts: mostly requests, at times a handshake, an end
 * or nonsense in the middle. */
static void client_pipeline(struct storm *storm, size_t client)
{
    static char text[1 << 14];
    struct rig *rig = &storm->rig;
    size_t size = 0;
    size_t at = 0;
    uint32_t before = rig->sessions;
    for (size_t i = pick(storm, 90); i > 0; i--) {
        size_t piece =
            random_once_in(&storm->random, 150) ? pick(storm, PIECES_COUNT) : pick(storm, UPGRADE);
        size_t length = strlen(PIECES[piece]);
        memcpy(text + size, PIECES[piece], length);
        size += length;
    }
    if (random_once_in(&storm->random, 3)) {
        size +=
            (size_t)snprintf(text + size, sizeof text - size, "%s",
                             random_once_in(&storm->random, 2) ? UPGRADE_HEAD
                                                               : "GET /reads HTTP/1.1\r\nHost: a"
                                                                 "\r\n\r\n");
    }
    while (at < size) {
        size_t cut = 1 + pick(storm, size - at);
        (void)send(storm->fds[client], text + at, cut, MSG_NOSIGNAL);
        at += cut;
        rig_turn(rig);
        if (random_once_in(&storm->random, 40)) {
            break; /* the rest never comes */
        }
    }
    storm->pipelines++;
    if (rig->sessions != before) {
        storm->is_session[client] = true;
        storm->sessions[client] = rig->session;
    }
}

static void client_talk(struct storm *storm, size_t client)
{
    struct rig *rig = &storm->rig;
    int fd = storm->fds[client];
    bool is_session = storm->is_session[client];
    size_t piece =
        is_session ? HTTP_PIECES + pick(storm, SESSION_PIECES) : pick(storm, HTTP_PIECES);
    if (random_once_in(&storm->random, 60)) {
        piece = pick(storm, PIECES_COUNT);
    }
    size_t size = strlen(PIECES[piece]);
    size_t cut = random_once_in(&storm->random, 4) ? pick(storm, size + 1) : size;
    uint32_t before = rig->sessions;
    (void)send(fd, PIECES[piece], cut, MSG_NOSIGNAL);
    rig_turn(rig);
    if (!random_once_in(&storm->random, 40)) { /* else the rest never comes */
        (void)send(fd, PIECES[piece] + cut, size - cut, MSG_NOSIGNAL);
        rig_turn(rig);
    }
    if (rig->sessions != before) {
        storm->is_session[client] = true;
        storm->sessions[client] = rig->session;
    }
    if (is_session && random_once_in(&storm->random, 50)) {
        rig_send_frame(rig, fd, 0x81, scratch, pick(storm, 2500));
    }
}

static void client_act(struct storm *storm)
{
    size_t client = pick(storm, CLIENTS);
    int *fd = &storm->fds[client];
    if (*fd < 0) {
        *fd = rig_connect(&storm->rig);
        storm->is_session[client] = false;
        return;
    }
    size_t act = pick(storm, 200);
    bool is_closed = false;
    if (act < 10 && !storm->is_session[client]) {
        client_pipeline(storm, client);
    } else if (act < 150) {
        client_talk(storm, client);
    } else if (act < 150 + 4 * client) { /* the first ones hardly ever read */
        (void)rig_receive(&storm->rig, *fd, scratch, 1 + pick(storm, sizeof scratch), &is_closed);
    } else if (act == 198) {
        (void)shutdown(*fd, SHUT_WR);
    }
    if (is_closed || act == 199) {
        close(*fd);
        *fd = -1;
    }
}

static void user_act(struct storm *storm)
{
    struct rig *rig = &storm->rig;
    static const enum rig_answer ANSWERS[] = {RIG_ANSWER_ECHO, RIG_ANSWER_LATER, RIG_ANSWER_LARGE};
    rig->answer = ANSWERS[pick(storm, 3)];
    rig->large_size = pick(storm, 150000);
    rig->greets = random_once_in(&storm->random, 2);
    rig->echoes = random_once_in(&storm->random, 2);
    rig->refuses_upgrades = random_once_in(&storm->random, 6);
    storm->open_most = rig->handle_count > storm->open_most ? rig->handle_count : storm->open_most;
    rig->is_strict = random_once_in(&storm->random, 6);
    if (rig->handle_count > 0) {
        struct server_handle handle = rig->handles[pick(storm, rig->handle_count)];
        bool was_alive = server_is_alive(rig->server, handle);
        assert_int_equal(rig_respond(rig, handle, "late"), was_alive);
        assert_false(rig_respond(rig, handle, "twice"));
    }
    if (rig->handle_count > RIG_HANDLES / 2) {
        rig->answer = RIG_ANSWER_ECHO; /* there is no room to keep more */
        for (uint32_t i = 0; i < rig->handle_count; i++) {
            (void)rig_respond(rig, rig->handles[i], "all");
        }
        rig->handle_count = 0;
    }
}

static void sessions_act(struct storm *storm)
{
    struct rig *rig = &storm->rig;
    struct server_handle session = storm->sessions[pick(storm, CLIENTS)];
    enum server_policy policy =
        random_once_in(&storm->random, 20) ? SERVER_POLICY_MUST_DELIVER : SERVER_POLICY_CONFLATE_OK;
    size_t act = pick(storm, 200);
    memset(scratch, 'z', sizeof scratch);
    if (act < 100) {
        (void)server_ws_send(rig->server, session, slice_of(scratch, pick(storm, 20000)), policy);
    } else if (act < 101) {
        server_ws_close(rig->server, session, 4000, "enough");
    } else if (act < 140) {
        struct shared_frame *frame =
            shared_frame_create_message(WEBSOCKET_OPCODE_TEXT, slice_of_text("to all"));
        for (size_t i = 0; i < CLIENTS; i++) {
            (void)server_ws_send_frame(rig->server, storm->sessions[i], frame, policy);
        }
        shared_frame_release(frame);
    }
    assert_true(server_ws_backlog(rig->server, session) <= 300000);
}

/* What on_close wrote since the last time, counted and forgotten. */
static void closes_count(struct storm *storm)
{
    for (const char *c = storm->rig.closes; *c != '\0'; c++) {
        storm->closes += *c == '(';
    }
    storm->rig.closes[0] = '\0';
    storm->rig.messages[0] = '\0';
}

static void storm_run(uint64_t seed)
{
    static struct storm storm;
    struct server_limits limits;
    server_limits_default(&limits);
    limits.connections_max = CLIENTS - 2;
    limits.body_size_max = 2000;
    limits.message_size_max = 2000;
    limits.output_size_max = 200000;
    storm = (struct storm){.random = {.state = seed}};
    rig_open(&storm.rig, &limits);
    memset(storm.fds, -1, sizeof storm.fds);
    for (int step = 0; step < STEPS; step++) {
        client_act(&storm);
        user_act(&storm);
        sessions_act(&storm);
        if (random_once_in(&storm.random, 20)) {
            rig_turn(&storm.rig);
            storm.rig.now_us += (int64_t)random_below(&storm.random, 1000000);
        }
        closes_count(&storm);
        assert_true(server_connection_count(storm.rig.server) <= limits.connections_max);
    }
    /* The end: everybody leaves, or is left after its deadline. */
    for (size_t i = 0; i < CLIENTS; i++) {
        if (storm.fds[i] >= 0) {
            close(storm.fds[i]);
        }
    }
    storm.rig.answer = RIG_ANSWER_ECHO;
    rig_turn(&storm.rig);
    for (uint32_t i = 0; i < storm.rig.handle_count; i++) {
        (void)rig_respond(&storm.rig, storm.rig.handles[i], "last");
    }
    server_shutdown(storm.rig.server);
    for (int i = 0; i < 100; i++) {
        storm.rig.now_us += 2000000;
        rig_turn(&storm.rig);
    }
    closes_count(&storm);
    const struct server_statistics *statistics = server_statistics(storm.rig.server);
    assert_int_equal(server_connection_count(storm.rig.server), 0);
    assert_int_equal(storm.closes, statistics->upgrades);
    /* The storm was one. */
    assert_true(statistics->upgrades > 200 && statistics->requests > 5000);
    assert_true(storm.pipelines > 500 && storm.open_most > 100);
    assert_true(statistics->requests_malformed > 50 && statistics->connections_refused > 20);
    assert_true(statistics->frames_conflated > 20 && statistics->sessions_overflowed > 0);
    rig_close(&storm.rig);
}

static void every_slot_comes_back_and_every_end_is_told_once(void **state)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        storm_run(seed);
    }
}

/* ---- pipelines alone ---- */

/* A client sends `sent` requests in random cuts, the user answers in any order: what comes back are
 * the answers in the order of the requests, a HEAD without its body. */
static void pipeline_run(struct rig *rig, struct random_stream *random, uint32_t sent)
{
    static char requests[1 << 16];
    static char expected[1 << 16];
    size_t size = 0;
    size_t expected_size = 0;
    size_t at = 0;
    size_t got = 0;
    int fd = rig_connect(rig);
    rig->handle_count = 0;
    for (uint32_t i = 0; i < sent; i++) {
        bool is_head = random_once_in(random, 5);
        size += (size_t)snprintf(requests + size, sizeof requests - size,
                                 "%s / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz",
                                 is_head ? "HEAD" : "POST");
        expected_size += (size_t)snprintf(expected + expected_size, sizeof expected - expected_size,
                                          "HTTP/1.1 200 OK\r\n"
                                          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                          "Server: tarazy\r\nContent-Length: 6\r\n\r\n");
        expected_size += is_head ? 0
                                 : (size_t)snprintf(expected + expected_size,
                                                    sizeof expected - expected_size, "%06u", i);
    }
    while (got < expected_size) {
        size_t cut = (size_t)random_below(random, 400);
        cut = cut < size - at ? cut : size - at;
        rig_send(rig, fd, requests + at, cut);
        at += cut;
        for (uint32_t i = 0; i < 3 && rig->handle_count > 0; i++) {
            char body[16];
            uint32_t one = (uint32_t)random_below(random, rig->handle_count);
            bool was_open = server_is_alive(rig->server, rig->handles[one]);
            snprintf(body, sizeof body, "%06u", one);
            assert_int_equal(rig_respond(rig, rig->handles[one], body), was_open);
            assert_false(rig_respond(rig, rig->handles[one], "twice"));
        }
        got += rig_receive(rig, fd, scratch + got, sizeof scratch - got, NULL);
    }
    assert_int_equal(rig->handle_count, sent);
    assert_string_equal(scratch, expected);
    close(fd);
    rig_turn(rig);
}

static void answers_in_any_order_leave_in_the_order_of_the_requests(void **state)
{
    struct rig rig;
    struct random_stream random = {.state = 77};
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LATER;
    for (int round = 0; round < 60; round++) {
        pipeline_run(&rig, &random, 1 + (uint32_t)random_below(&random, 200));
    }
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_any_order_leave_in_the_order_of_the_requests),
        cmocka_unit_test(every_slot_comes_back_and_every_end_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
