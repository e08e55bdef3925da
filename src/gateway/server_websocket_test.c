/* SPDX-License-Identifier: Apache-2.0
 *
 * WebSocket sessions through a server on a turned clock: handshakes, messages, pings, closes, and
 * readers that are too slow.
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

#include "support/server_rig.h"

static char received[1 << 22];

#define HANDSHAKE(lines)              \
    "GET /ws HTTP/1.1\r\nHost: a\r\n" \
    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" lines "\r\n"
#define KEY     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"

static struct server_limits small_limits(void)
{
    struct server_limits limits;
    server_limits_default(&limits);
    limits.connections_max = 64;
    limits.message_size_max = 1000;
    limits.fragments_max = 4;
    limits.output_size_max = 300000;
    limits.output_frames_max = 1000;
    return limits;
}

/* Reads what has come and checks that it is exactly these bytes. */
static void receives(struct rig *rig, int fd, const char *bytes, size_t size)
{
    size_t got = rig_receive(rig, fd, received, sizeof received, NULL);
    assert_int_equal(got, size);
    assert_memory_equal(received, bytes, size);
}

static void the_handshake_of_the_standard_is_answered_as_there(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    rig.greets = true;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, HANDSHAKE(KEY VERSION));
    static const char EXPECTED[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                   "Upgrade: websocket\r\n"
                                   "Connection: Upgrade\r\n"
                                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
                                   "\x81\x05hello"; /* what was sent inside on_upgrade */
    receives(&rig, fd, EXPECTED, sizeof EXPECTED - 1);
    assert_true(server_is_alive(rig.server, rig.session));
    close(fd);
    rig_close(&rig);
}

static void a_handshake_that_is_not_one_is_refused(void **state)
{
    static const struct {
        const char *request;
        const char *status;
    } CASES[] = {
        {HANDSHAKE(KEY), "HTTP/1.1 426 "},
        {HANDSHAKE(KEY "Sec-WebSocket-Version: 8\r\n"), "HTTP/1.1 426 "},
        {HANDSHAKE(KEY VERSION VERSION), "HTTP/1.1 426 "},
        {HANDSHAKE(VERSION), "HTTP/1.1 400 "},
        {HANDSHAKE(KEY KEY VERSION), "HTTP/1.1 400 "},
        {HANDSHAKE("Sec-WebSocket-Key: short\r\n" VERSION), "HTTP/1.1 400 "},
        {HANDSHAKE(KEY VERSION "Content-Length: 1\r\n") "x", "HTTP/1.1 400 "},
        {"POST /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" KEY VERSION
         "\r\n",
         "HTTP/1.1 400 "},
        /* Not asked for in both fields, or for something else: an ordinary request. */
        {"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" KEY VERSION "\r\n",
         "HTTP/1.1 200 "},
        {"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n" KEY VERSION "\r\n",
         "HTTP/1.1 200 "},
        {"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
         "HTTP/1.1 200 "},
    };
    struct rig rig;
    rig_open(&rig, NULL);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int fd = rig_connect(&rig);
        rig_send_text(&rig, fd, CASES[i].request);
        rig_receive(&rig, fd, received, sizeof received, NULL);
        assert_memory_equal(received, CASES[i].status, strlen(CASES[i].status));
        close(fd);
        rig_turn(&rig);
    }
    assert_int_equal(rig.sessions, 0);
    rig.refuses_upgrades = true;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, HANDSHAKE(KEY VERSION) "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_memory_equal(received, "HTTP/1.1 404 ", 13);
    assert_non_null(strstr(received, "GET /next")); /* it is still an HTTP connection */
    assert_string_equal(rig.closes, "");
    close(fd);
    rig_close(&rig);
}

static void messages_arrive_whole_at_any_cut(void **state)
{
    static char stream[512];
    struct rig rig;
    rig_open(&rig, NULL);
    rig.echoes = true;
    /* Record what a client sends, then cut it at every byte. */
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    rig_send_frame(&rig, pair[0], 0x81, "one", 3);
    rig_send_frame(&rig, pair[0], 0x01, "tw", 2);
    rig_send_frame(&rig, pair[0], 0x89, "ping", 4);
    rig_send_frame(&rig, pair[0], 0x80, "o", 1);
    rig_send_frame(&rig, pair[0], 0x81, "", 0);
    ssize_t size = recv(pair[1], stream, sizeof stream, 0);
    assert_true(size > 0);
    static const char EXPECTED[] = "\x81\x03one\x8A\x04ping\x81\x03two\x81\x00";
    for (size_t cut = 0; cut <= (size_t)size; cut++) {
        int fd = rig_upgrade(&rig);
        rig.messages[0] = '\0';
        rig_send(&rig, fd, stream, cut);
        rig_send(&rig, fd, stream + cut, (size_t)size - cut);
        assert_string_equal(rig.messages, "[one][two][]");
        receives(&rig, fd, EXPECTED, sizeof EXPECTED - 1);
        close(fd);
        rig_turn(&rig);
    }
    close(pair[0]);
    close(pair[1]);
    rig_close(&rig);
}

static void frames_sent_with_the_handshake_are_read_after_it(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = rig_connect(&rig);
    char bytes[512] = HANDSHAKE(KEY VERSION);
    size_t size = strlen(bytes);
    memcpy(bytes + size, "\x81\x82\x01\x02\x03\x04", 6);
    bytes[size + 6] = 'h' ^ 1;
    bytes[size + 7] = 'i' ^ 2;
    rig_send(&rig, fd, bytes, size + 8);
    assert_string_equal(rig.messages, "[hi]");
    close(fd);
    rig_close(&rig);
}

static void every_breach_is_closed_with_its_code(void **state)
{
    static const struct {
        uint8_t first;
        size_t size;
        const char *answer;
        const char *told;
    } CASES[] = {
        {0xC1, 1, "\x88\x02\x03\xEA", "(1002)"}, /* a reserved bit */
        {0x80, 1, "\x88\x02\x03\xEA", "(1002)"}, /* continues nothing */
        {0x82, 1, "\x88\x02\x03\xEB", "(1003)"}, /* binary */
        {0x81, 1001, "\x88\x02\x03\xF1", "(1009)"},
    };
    struct rig rig;
    struct server_limits limits = small_limits();
    static const char PAYLOAD[1001] = {'x'};
    rig_open(&rig, &limits);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        bool is_closed;
        int fd = rig_upgrade(&rig);
        rig.closes[0] = '\0';
        rig_send_frame(&rig, fd, CASES[i].first, PAYLOAD, CASES[i].size);
        size_t got = rig_receive(&rig, fd, received, sizeof received, &is_closed);
        assert_int_equal(got, 4);
        assert_memory_equal(received, CASES[i].answer, 4);
        assert_true(is_closed);
        assert_string_equal(rig.closes, CASES[i].told);
        assert_false(server_is_alive(rig.server, rig.session));
        close(fd);
        rig_turn(&rig);
    }
    int fd = rig_upgrade(&rig);
    rig_send(&rig, fd, "\x81\x02hi", 4); /* not masked */
    receives(&rig, fd, "\x88\x02\x03\xEA", 4);
    close(fd);
    rig_close(&rig);
}

static void the_peers_close_is_answered_and_told_once(void **state)
{
    struct rig rig;
    bool is_closed;
    rig_open(&rig, NULL);
    int fd = rig_upgrade(&rig);
    rig_send_frame(&rig, fd, 0x88,
                   "\x0F\xA1"
                   "why",
                   5); /* 4001 */
    size_t got = rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_int_equal(got, 4);
    assert_memory_equal(received, "\x88\x02\x0F\xA1", 4);
    assert_true(is_closed);
    assert_string_equal(rig.closes, "(4001)");
    close(fd);
    fd = rig_upgrade(&rig);
    rig_send_frame(&rig, fd, 0x88, "", 0);
    receives(&rig, fd, "\x88\x00", 2);
    close(fd);
    rig_turn(&rig);
    assert_string_equal(rig.closes, "(4001)(1005)");
    fd = rig_upgrade(&rig);
    close(fd); /* without a word */
    rig_turn(&rig);
    assert_string_equal(rig.closes, "(4001)(1005)(1006)");
    assert_int_equal(server_connection_count(rig.server), 0);
    rig_close(&rig);
}

static void our_close_waits_for_the_peers_but_not_for_ever(void **state)
{
    struct rig rig;
    bool is_closed;
    rig_open(&rig, NULL);
    int fd = rig_upgrade(&rig);
    server_ws_close(rig.server, rig.session, 4000, "reason");
    assert_string_equal(rig.closes, ""); /* never from inside a call */
    assert_int_equal(
        server_ws_send(rig.server, rig.session, slice_of_text("late"), SERVER_POLICY_MUST_DELIVER),
        SERVER_SEND_GONE);
    rig_turn(&rig);
    assert_string_equal(rig.closes, "(4000)");
    receives(&rig, fd, "\x88\x08\x0F\xA0reason", 10);
    rig_send_frame(&rig, fd, 0x81, "ignored", 7);
    assert_string_equal(rig.messages, "");
    rig_send_frame(&rig, fd, 0x88, "\x0F\xA0", 2);
    assert_int_equal(rig_receive(&rig, fd, received, sizeof received, &is_closed), 0);
    assert_true(is_closed);
    close(fd);
    fd = rig_upgrade(&rig);
    server_ws_close(rig.server, rig.session, 4000, "");
    rig_advance(&rig, 4990);
    assert_int_equal(server_connection_count(rig.server), 1);
    rig_advance(&rig, 12);
    assert_int_equal(server_connection_count(rig.server), 0);
    assert_string_equal(rig.closes, "(4000)(4000)");
    close(fd);
    rig_close(&rig);
}

static void pings_are_sent_and_a_silent_client_is_closed(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = rig_upgrade(&rig);
    for (int i = 0; i < 10; i++) {
        rig_advance(&rig, 20001);
        receives(&rig, fd, "\x89\x00", 2);
        rig_send_frame(&rig, fd, 0x8A, "", 0);
    }
    /* From now on it only talks: that is no pong. */
    for (int i = 0; i < 2; i++) {
        rig_advance(&rig, 20001);
        receives(&rig, fd, "\x89\x00", 2);
        rig_send_frame(&rig, fd, 0x81, "x", 1);
    }
    rig_advance(&rig, 19900);
    assert_string_equal(rig.closes, "");
    rig_advance(&rig, 200);
    assert_string_equal(rig.closes, "(1008)");
    rig_advance(&rig, 5002);
    assert_int_equal(server_connection_count(rig.server), 0);
    close(fd);
    rig_close(&rig);
}

static void a_session_ends_with_its_lifetime(void **state)
{
    struct rig rig;
    struct server_limits limits = small_limits();
    limits.websocket_lifetime_ms = 30000;
    rig_open(&rig, &limits);
    int fd = rig_upgrade(&rig);
    rig_advance(&rig, 29990);
    assert_string_equal(rig.closes, "");
    rig_advance(&rig, 12);
    assert_string_equal(rig.closes, "(1001)");
    close(fd);
    rig_close(&rig);
}

/* ---- slow readers ---- */

static void a_slow_reader_of_public_data_is_conflated(void **state)
{
    static char text[1000];
    struct rig rig;
    struct server_limits limits = small_limits();
    rig_open(&rig, &limits);
    int fd = rig_upgrade(&rig);
    memset(text, 'd', sizeof text);
    uint32_t queued = 0;
    uint32_t conflated = 0;
    for (int i = 0; i < 2000; i++) {
        enum server_send sent = server_ws_send(rig.server, rig.session, slice_of(text, sizeof text),
                                               SERVER_POLICY_CONFLATE_OK);
        queued += sent == SERVER_SEND_QUEUED;
        conflated += sent == SERVER_SEND_CONFLATED;
        assert_true(server_ws_backlog(rig.server, rig.session) <= limits.output_size_max);
        if (i % 10 == 0) {
            rig_turn(&rig);
        }
    }
    assert_int_equal(queued + conflated, 2000);
    assert_true(conflated > 500);
    /* All that was queued arrives, and the session lives. */
    assert_int_equal(rig_receive(&rig, fd, received, sizeof received, NULL), queued * 1004u);
    assert_int_equal(server_ws_backlog(rig.server, rig.session), 0);
    assert_int_equal(
        server_ws_send(rig.server, rig.session, slice_of_text("fresh"), SERVER_POLICY_CONFLATE_OK),
        SERVER_SEND_QUEUED);
    receives(&rig, fd,
             "\x81\x05"
             "fresh",
             7);
    assert_string_equal(rig.closes, "");
    close(fd);
    rig_close(&rig);
}

static void a_slow_reader_of_private_data_is_closed_with_a_code(void **state)
{
    static char text[1000];
    struct rig rig;
    struct server_limits limits = small_limits();
    bool is_closed;
    rig_open(&rig, &limits);
    int fd = rig_upgrade(&rig);
    memset(text, 'p', sizeof text);
    enum server_send sent = SERVER_SEND_QUEUED;
    while (sent == SERVER_SEND_QUEUED) {
        sent = server_ws_send(rig.server, rig.session, slice_of(text, sizeof text),
                              SERVER_POLICY_MUST_DELIVER);
        rig_turn(&rig);
    }
    assert_int_equal(sent, SERVER_SEND_OVERFLOW);
    assert_string_equal(rig.closes, "(1008)");
    /* Whole frames arrive, the reason after them, and nothing else. */
    size_t size = rig_receive(&rig, fd, received, sizeof received, &is_closed);
    size_t at = 0;
    while (at < size && (uint8_t)received[at] == 0x81) {
        assert_memory_equal(received + at, "\x81\x7E\x03\xE8pppp", 8);
        at += 1004;
    }
    assert_int_equal(size - at, 15);
    assert_memory_equal(received + at, "\x88\x0D\x03\xF0slow reader", 15);
    assert_int_equal(server_statistics(rig.server)->sessions_overflowed, 1);
    close(fd);
    rig_close(&rig);
}

static void many_small_frames_are_capped_too(void **state)
{
    struct rig rig;
    struct server_limits limits = small_limits();
    rig_open(&rig, &limits);
    int fd = rig_upgrade(&rig);
    uint32_t queued = 0;
    for (int i = 0; i < 1500; i++) { /* within one turn */
        queued += server_ws_send(rig.server, rig.session, slice_of_text("x"),
                                 SERVER_POLICY_CONFLATE_OK) == SERVER_SEND_QUEUED;
    }
    assert_int_equal(queued, limits.output_frames_max);
    assert_int_equal(rig_receive(&rig, fd, received, sizeof received, NULL), 3 * queued);
    close(fd);
    rig_close(&rig);
}

static void pongs_are_not_piled_up_for_who_does_not_read(void **state)
{
    struct rig rig;
    struct server_limits limits = small_limits();
    char payload[125] = {0};
    rig_open(&rig, &limits);
    int fd = rig_upgrade(&rig);
    for (int i = 0; i < 20000; i++) {
        rig_send_frame(&rig, fd, 0x89, payload, sizeof payload);
    }
    assert_true(server_ws_backlog(rig.server, rig.session) <= limits.output_size_max);
    assert_true(server_is_alive(rig.server, rig.session));
    close(fd);
    rig_close(&rig);
}

/* ---- fan-out ---- */

static void one_encoded_frame_serves_many_sessions(void **state)
{
    enum { CLIENTS = 20, FRAMES = 100 };
    struct rig rig;
    int fds[CLIENTS];
    struct server_handle sessions[CLIENTS];
    rig_open(&rig, NULL);
    for (size_t i = 0; i < CLIENTS; i++) {
        fds[i] = rig_upgrade(&rig);
        sessions[i] = rig.session;
    }
    char expected[FRAMES * 16];
    size_t expected_size = 0;
    for (int k = 0; k < FRAMES; k++) {
        char text[16];
        int size = snprintf(text, sizeof text, "frame %d", k);
        struct shared_frame *frame =
            shared_frame_create_message(WEBSOCKET_OPCODE_TEXT, slice_of(text, (size_t)size));
        for (size_t i = 0; i < CLIENTS; i++) {
            assert_int_equal(
                server_ws_send_frame(rig.server, sessions[i], frame, SERVER_POLICY_CONFLATE_OK),
                SERVER_SEND_QUEUED);
        }
        assert_int_equal(frame->references, CLIENTS + 1);
        memcpy(expected + expected_size, frame->bytes, frame->size);
        expected_size += frame->size;
        shared_frame_release(frame);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        receives(&rig, fds[i], expected, expected_size);
        close(fds[i]);
    }
    rig_close(&rig);
}

static void a_shutdown_says_that_the_server_goes_away(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = rig_upgrade(&rig);
    server_shutdown(rig.server);
    assert_true(rig_receive(&rig, fd, received, sizeof received, NULL) > 4);
    assert_memory_equal(received + 2, "\x03\xE9", 2);
    assert_memory_equal(received, "\x88", 1);
    assert_string_equal(rig.closes, "(1001)");
    rig_send_frame(&rig, fd, 0x88, "\x03\xE9", 2);
    close(fd);
    rig_turn(&rig);
    assert_int_equal(server_connection_count(rig.server), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_handshake_of_the_standard_is_answered_as_there),
        cmocka_unit_test(a_handshake_that_is_not_one_is_refused),
        cmocka_unit_test(messages_arrive_whole_at_any_cut),
        cmocka_unit_test(frames_sent_with_the_handshake_are_read_after_it),
        cmocka_unit_test(every_breach_is_closed_with_its_code),
        cmocka_unit_test(the_peers_close_is_answered_and_told_once),
        cmocka_unit_test(our_close_waits_for_the_peers_but_not_for_ever),
        cmocka_unit_test(pings_are_sent_and_a_silent_client_is_closed),
        cmocka_unit_test(a_session_ends_with_its_lifetime),
        cmocka_unit_test(a_slow_reader_of_public_data_is_conflated),
        cmocka_unit_test(a_slow_reader_of_private_data_is_closed_with_a_code),
        cmocka_unit_test(many_small_frames_are_capped_too),
        cmocka_unit_test(pongs_are_not_piled_up_for_who_does_not_read),
        cmocka_unit_test(one_encoded_frame_serves_many_sessions),
        cmocka_unit_test(a_shutdown_says_that_the_server_goes_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
