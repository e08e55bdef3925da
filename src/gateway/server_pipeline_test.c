/* SPDX-License-Identifier: Apache-2.0
 *
 * Pipelines: several open requests of one connection, answered in any order by the user and in the
 * order of the requests by the server; bounds, barriers, ends in the middle, clients that go away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/open_requests.h"
#include "support/server_rig.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define HANDSHAKE                                                                  \
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

static char received[1 << 22];
static char requests[1 << 20];

static struct server_limits small_limits(void)
{
    struct server_limits limits;
    server_limits_default(&limits);
    limits.connections_max = 4;
    limits.body_size_max = 100000;
    return limits;
}

/* A rig that answers later, one client, and these bytes sent. Returns the client's end. */
static int begin(struct rig *rig, const char *bytes)
{
    struct server_limits limits = small_limits();
    rig_open(rig, &limits);
    rig->answer = RIG_ANSWER_LATER;
    int fd = rig_connect(rig);
    rig_send_text(rig, fd, bytes);
    return fd;
}

static void end(struct rig *rig, int fd)
{
    close(fd);
    rig_turn(rig);
    assert_int_equal(server_connection_count(rig->server), 0);
    rig_close(rig);
}

/* Where a text stands in what was received; it must be there once. */
static size_t place_of(const char *text)
{
    const char *first = strstr(received, text);
    assert_non_null(first);
    assert_null(strstr(first + 1, text));
    return (size_t)(first - received);
}

static int times_in(const char *text, const char *piece)
{
    int times = 0;
    for (; (text = strstr(text, piece)) != NULL; text += strlen(piece)) {
        times++;
    }
    return times;
}

static size_t write_gets(size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += (size_t)snprintf(requests + size, sizeof requests - size,
                                 "GET /%zu HTTP/1.1\r\nHost: a\r\n\r\n", i);
    }
    return size;
}

/* Answers without letting anything be written yet. */
static bool respond(struct rig *rig, uint32_t request, const char *body)
{
    const struct server_response response = {.status = 200, .body = slice_of_text(body)};
    return server_respond(rig->server, rig->handles[request], &response);
}

static void expect_nothing(struct rig *rig, int fd)
{
    bool is_closed;
    assert_int_equal(rig_receive(rig, fd, received, sizeof received, &is_closed), 0);
    assert_false(is_closed);
}

/* ---- order ---- */

static void several_requests_are_open_and_answers_keep_their_order(void **state)
{
    struct rig rig;
    int fd = begin(&rig, GET("/1") GET("/2") GET("/3"));
    assert_int_equal(rig.requests, 3);
    assert_true(rig_respond(&rig, rig.handles[2], "third"));
    assert_true(rig_respond(&rig, rig.handles[1], "second"));
    expect_nothing(&rig, fd);
    assert_false(server_is_alive(rig.server, rig.handles[2]));
    assert_true(server_is_alive(rig.server, rig.handles[0]));
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_true(place_of("first") < place_of("second"));
    assert_true(place_of("second") < place_of("third"));
    end(&rig, fd);
}

static void what_is_ready_in_one_turn_leaves_in_one_write(void **state)
{
    struct rig rig;
    int fd = begin(&rig, "");
    rig_send(&rig, fd, requests, write_gets(OPEN_REQUESTS_MAX));
    assert_int_equal(rig.requests, OPEN_REQUESTS_MAX);
    uint64_t before = server_statistics(rig.server)->writes;
    for (uint32_t i = OPEN_REQUESTS_MAX; i > 0; i--) {
        assert_true(respond(&rig, i - 1, "ready"));
    }
    rig_turn(&rig);
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_int_equal(times_in(received, "ready"), OPEN_REQUESTS_MAX);
    assert_int_equal(server_statistics(rig.server)->writes, before + 1);
    end(&rig, fd);
}

static void a_request_is_answered_once_even_while_its_answer_waits(void **state)
{
    struct rig rig;
    int fd = begin(&rig, GET("/1") GET("/2"));
    int mark = 0;
    server_set_user(rig.server, rig.handles[0], &mark);
    assert_ptr_equal(server_user(rig.server, rig.handles[1]), &mark);
    assert_true(respond(&rig, 1, "second"));
    assert_false(respond(&rig, 1, "again"));
    assert_null(server_user(rig.server, rig.handles[1]));
    assert_true(respond(&rig, 0, "first"));
    assert_false(respond(&rig, 0, "again"));
    assert_false(respond(&rig, 1, "again"));
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_int_equal(times_in(received, "HTTP/1.1"), 2);
    assert_null(strstr(received, "again"));
    end(&rig, fd);
}

/* ---- bounds ---- */

static void a_connection_has_so_many_open_requests_and_no_more(void **state)
{
    struct rig rig;
    int fd = begin(&rig, "");
    rig_send(&rig, fd, requests, write_gets(OPEN_REQUESTS_MAX + 10));
    assert_int_equal(rig.requests, OPEN_REQUESTS_MAX);
    /* An answer that must wait makes no room, one that leaves does. */
    assert_true(rig_respond(&rig, rig.handles[5], "early"));
    assert_int_equal(rig.requests, OPEN_REQUESTS_MAX);
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    assert_int_equal(rig.requests, OPEN_REQUESTS_MAX + 1);
    for (uint32_t i = 1; i < OPEN_REQUESTS_MAX + 10; i++) {
        assert_int_equal(rig_respond(&rig, rig.handles[i], "rest"), i != 5);
    }
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_int_equal(times_in(received, "HTTP/1.1 200"), OPEN_REQUESTS_MAX + 10);
    end(&rig, fd);
}

static void open_requests_have_so_many_bytes_and_no_more(void **state)
{
    enum { BODY = 70000 };
    struct rig rig;
    int fd = begin(&rig, "");
    size_t size = 0;
    for (int i = 0; i < 4; i++) {
        size += (size_t)snprintf(requests + size, sizeof requests - size,
                                 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", BODY);
        memset(requests + size, 'b', BODY);
        size += BODY;
    }
    size_t at = 0;
    for (int i = 0; i < 1000; i++) {
        ssize_t done = send(fd, requests + at, size - at, MSG_NOSIGNAL);
        at += done > 0 ? (size_t)done : 0;
        rig_turn(&rig);
    }
    assert_int_equal(rig.requests,
                     2); /* the second is taken while there is room, then there is none */
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    assert_int_equal(rig.requests, 3);
    rig_send(&rig, fd, requests + at, size - at);
    assert_true(rig_respond(&rig, rig.handles[1], "second"));
    rig_turn(&rig);
    assert_int_equal(rig.requests, 4);
    end(&rig, fd);
}

static void answers_that_wait_for_an_earlier_one_are_not_piled_up(void **state)
{
    struct rig rig;
    int fd = begin(&rig, GET("/1"));
    rig.answer = RIG_ANSWER_LARGE;
    rig.large_size = 40000;
    rig_send(&rig, fd, requests, write_gets(20));
    assert_int_equal(rig.requests, 3); /* two answers wait, and are more than there is room for */
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    size_t bytes = 0;
    size_t got;
    while ((got = rig_receive(&rig, fd, received, sizeof received, NULL)) > 0) {
        bytes += got;
    }
    assert_int_equal(rig.requests, 21);
    assert_true(bytes > 20 * rig.large_size);
    end(&rig, fd);
}

static void who_reads_nothing_is_let_go_once_nothing_is_open(void **state)
{
    struct rig rig;
    int fd = begin(&rig, GET("/1") GET("/2"));
    static char large[1000001];
    memset(large, 'L', sizeof large - 1);
    assert_true(rig_respond(&rig, rig.handles[0], large));
    rig_advance(&rig, 70000); /* what is open is not given up for it */
    assert_int_equal(server_connection_count(rig.server), 1);
    assert_true(rig_respond(&rig, rig.handles[1], large));
    rig_advance(&rig, 59990);
    assert_int_equal(server_connection_count(rig.server), 1);
    rig_advance(&rig, 12);
    assert_int_equal(server_connection_count(rig.server), 0);
    end(&rig, fd);
}

/* Input up to its cap behind an open request; then the answer and the end come in one turn. */
static void full_input_an_answer_and_a_hangup_may_come_together(void **state)
{
    static char flood[1 << 20];
    struct rig rig;
    int fd = begin(&rig, GET("/alone"));
    memset(flood, 'x', sizeof flood);
    for (int i = 0; i < 200; i++) {
        (void)send(fd, flood, sizeof flood, MSG_NOSIGNAL);
        rig_turn(&rig);
    }
    assert_true(respond(&rig, 0, "done"));
    end(&rig, fd);
}

/* ---- what may not follow ---- */

static void what_reads_waits_for_all_that_is_open(void **state)
{
    struct rig rig;
    int fd = begin(&rig, GET("/1") GET("/2") GET("/reads") GET("/4"));
    assert_int_equal(rig.requests, 2);
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    assert_int_equal(rig.requests, 2);
    rig_advance(&rig, 100000); /* it is not slow: it waits */
    assert_true(rig_respond(&rig, rig.handles[1], "second"));
    assert_int_equal(rig.requests, 4); /* once begun it lets others follow */
    assert_true(rig_respond(&rig, rig.handles[3], "fourth"));
    assert_true(rig_respond(&rig, rig.handles[2], "third"));
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_int_equal(times_in(received, "HTTP/1.1 200"), 4);
    assert_true(place_of("third") < place_of("fourth"));
    end(&rig, fd);
}

static void a_body_that_may_not_follow_waits_whole(void **state)
{
    struct rig rig;
    int fd =
        begin(&rig, GET("/1") "POST /reads HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    rig_send_text(&rig, fd, "llo");
    assert_int_equal(rig.requests, 1);
    rig.answer = RIG_ANSWER_ECHO;
    rig_advance(&rig, 100000);
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_true(place_of("first") < place_of("POST /reads hello"));
    end(&rig, fd);
}

static void nothing_follows_what_must_be_alone(void **state)
{
    struct rig rig;
    int fd = begin(&rig, GET("/1") GET("/alone") GET("/3") GET("/4"));
    assert_int_equal(rig.requests, 2);
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    assert_int_equal(rig.requests, 2);
    server_let_follow(rig.server, rig.handles[0]); /* too late, and not the newest: nothing */
    rig_turn(&rig);
    assert_int_equal(rig.requests, 2);
    assert_true(rig_respond(&rig, rig.handles[1], "second"));
    assert_int_equal(rig.requests, 4);
    end(&rig, fd);
}

/* ---- the end in the middle ---- */

static void after_connection_close_nothing_is_begun_and_all_is_answered(void **state)
{
    struct rig rig;
    bool is_closed;
    int fd =
        begin(&rig, GET("/1") "GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET("/3"));
    assert_int_equal(rig.requests, 2);
    rig_send_text(&rig, fd, GET("/4"));
    assert_true(rig_respond(&rig, rig.handles[1], "second"));
    expect_nothing(&rig, fd);
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_true(is_closed);
    assert_int_equal(rig.requests, 2);
    assert_true(place_of("first") < place_of("Connection: close"));
    assert_true(place_of("Connection: close") < place_of("second"));
    end(&rig, fd);
}

static void a_refusal_in_the_middle_comes_in_its_turn_and_last(void **state)
{
    static const struct {
        const char *bytes;
        const char *status;
    } CASES[] = {
        {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
        {"garbage\n\n", "HTTP/1.1 400 "},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n", "HTTP/1.1 413 "},
        {"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
         "HTTP/1.1 426 "},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct rig rig;
        bool is_closed;
        int fd = begin(&rig, GET("/1") GET("/2"));
        rig_send_text(&rig, fd, CASES[i].bytes);
        rig_send_text(&rig, fd, GET("/smuggled"));
        assert_int_equal(rig.requests, 2);
        assert_true(rig_respond(&rig, rig.handles[1], "second"));
        expect_nothing(&rig, fd);
        assert_true(rig_respond(&rig, rig.handles[0], "first"));
        rig_receive(&rig, fd, received, sizeof received, &is_closed);
        assert_true(is_closed);
        assert_int_equal(rig.requests, 2);
        assert_int_equal(times_in(received, "HTTP/1.1 200"), 2);
        assert_true(place_of("second") < place_of(CASES[i].status));
        assert_true(place_of(CASES[i].status) < place_of("Connection: close"));
        end(&rig, fd);
    }
}

static void the_user_may_end_the_connection_in_the_middle(void **state)
{
    struct rig rig;
    bool is_closed;
    int fd = begin(&rig, GET("/1") GET("/2") GET("/3"));
    const struct server_response last = {
        .status = 200, .body = slice_of_text("first"), .wants_close = true};
    assert_true(server_respond(rig.server, rig.handles[0], &last));
    rig_turn(&rig);
    rig_send_text(&rig, fd, GET("/4"));
    assert_int_equal(rig.requests, 3);
    assert_true(rig_respond(&rig, rig.handles[2], "third"));
    assert_true(rig_respond(&rig, rig.handles[1], "second"));
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_true(is_closed);
    assert_int_equal(times_in(received, "HTTP/1.1 200"), 3);
    /* The word stands in the last answer: nobody looks for answers behind it. */
    assert_true(place_of("second") < place_of("Connection: close"));
    end(&rig, fd);
}

static void a_client_that_shuts_its_side_has_all_its_answers(void **state)
{
    struct rig rig;
    bool is_closed;
    int fd = begin(&rig, "");
    size_t size = write_gets(OPEN_REQUESTS_MAX + 5);
    rig_send(&rig, fd, requests, size);
    rig_send_text(&rig, fd, "POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    rig_advance(&rig, 20000);
    for (uint32_t i = 0; i < OPEN_REQUESTS_MAX + 5; i++) {
        assert_true(rig_respond(&rig, rig.handles[i], "answer"));
    }
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_true(is_closed);
    assert_int_equal(times_in(received, "HTTP/1.1 200"), OPEN_REQUESTS_MAX + 5);
    assert_int_equal(times_in(received, "HTTP/1.1"), OPEN_REQUESTS_MAX + 5);
    assert_null(strstr(received, "Connection: close")); /* as for who has one request open */
    end(&rig, fd);
}

static void answers_to_a_client_that_has_gone_are_dropped(void **state)
{
    struct rig rig;
    int fd = begin(&rig, GET("/1") GET("/2") GET("/3"));
    assert_true(respond(&rig, 1, "held, then dropped"));
    close(fd);
    rig_turn(&rig);
    assert_int_equal(server_connection_count(rig.server), 0);
    /* The next clients get the same slot, and none of the old answers. */
    fd = rig_connect(&rig);
    rig_send_text(&rig, fd, GET("/4") GET("/5"));
    assert_int_equal(rig.handles[3].slot, rig.handles[0].slot);
    for (uint32_t i = 0; i < 3; i++) {
        assert_false(rig_respond(&rig, rig.handles[i], "meant for another"));
    }
    expect_nothing(&rig, fd);
    assert_true(rig_respond(&rig, rig.handles[3], "yours"));
    assert_true(rig_respond(&rig, rig.handles[4], "and yours"));
    end(&rig, fd);
}

static void shut_down_behind(const char *begun, const char *rest)
{
    struct rig rig;
    bool is_closed;
    int fd = begin(&rig, GET("/1") GET("/2"));
    rig_send_text(&rig, fd, begun);
    server_shutdown(rig.server);
    rig_turn(&rig);
    rig_send_text(&rig, fd, rest);
    assert_int_equal(rig.requests, 2);
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    assert_true(rig_respond(&rig, rig.handles[1], "second"));
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_true(is_closed);
    assert_int_equal(times_in(received, "HTTP/1.1 200"), 2);
    assert_true(place_of("first") < place_of("Connection: close"));
    assert_int_equal(rig.requests, 2);
    end(&rig, fd);
}

static void a_shutdown_answers_all_that_is_open_and_begins_no_more(void **state)
{
    shut_down_behind("", GET("/3"));
    shut_down_behind("GET /half HTTP/1.1\r\n", "Host: a\r\n\r\n");
}

/* ---- deadlines ---- */

static void a_slow_head_behind_open_requests_has_its_deadline(void **state)
{
    struct rig rig;
    bool is_closed;
    int fd = begin(&rig, GET("/1") GET("/2") "GET /slow");
    rig_advance(&rig, 4000);
    assert_true(rig_respond(&rig, rig.handles[0], "first")); /* no new time for the slow one */
    rig_receive(&rig, fd, received, sizeof received, NULL);
    rig_advance(&rig, 1002);
    rig_send_text(&rig, fd, " HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(rig.requests, 2);
    expect_nothing(&rig, fd); /* the refusal waits for its turn */
    assert_true(rig_respond(&rig, rig.handles[1], "second"));
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_true(is_closed);
    assert_true(place_of("second") < place_of("HTTP/1.1 408 "));
    end(&rig, fd);
}

static void a_slow_body_behind_open_requests_has_its_deadline(void **state)
{
    struct rig rig;
    bool is_closed;
    int fd =
        begin(&rig, GET("/1") "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1024\r\n\r\nsome");
    rig_advance(&rig, 5990);
    rig_send_text(&rig, fd, "more");
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_false(is_closed);
    rig_advance(&rig, 12);
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_memory_equal(received, "HTTP/1.1 408 ", 13);
    assert_true(is_closed);
    end(&rig, fd);
}

static void open_requests_have_all_the_time_they_need(void **state)
{
    struct rig rig;
    bool is_closed;
    int fd = begin(&rig, GET("/1") GET("/2"));
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    rig_advance(&rig, 200000);
    assert_true(rig_respond(&rig, rig.handles[1], "at last"));
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_non_null(strstr(received, "at last"));
    rig_advance(&rig, 59990); /* idle from now on */
    assert_int_equal(server_connection_count(rig.server), 1);
    rig_advance(&rig, 12);
    assert_int_equal(server_connection_count(rig.server), 0);
    end(&rig, fd);
}

/* ---- upgrades ---- */

static void an_upgrade_waits_for_all_that_is_open(void **state)
{
    struct rig rig;
    int fd = begin(&rig, GET("/1") GET("/2") HANDSHAKE);
    rig_send_frame(&rig, fd, 0x81, "hi", 2);
    assert_int_equal(rig.sessions, 0);
    assert_true(rig_respond(&rig, rig.handles[1], "second"));
    rig_advance(&rig, 100000);
    assert_int_equal(rig.sessions, 0);
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    assert_int_equal(rig.sessions, 1);
    assert_string_equal(rig.messages, "[hi]");
    assert_true(server_is_alive(rig.server, rig.session));
    assert_int_equal(
        server_ws_send(rig.server, rig.session, slice_of_text("hello"), SERVER_POLICY_MUST_DELIVER),
        SERVER_SEND_QUEUED);
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_true(place_of("second") < place_of("HTTP/1.1 101 "));
    assert_true(place_of("HTTP/1.1 101 ") < place_of("hello"));
    /* Old handles mean nothing to the session. */
    assert_false(respond(&rig, 0, "again"));
    assert_false(respond(&rig, 1, "again"));
    end(&rig, fd);
}

static void behind_a_refused_upgrade_requests_go_on(void **state)
{
    struct rig rig;
    int fd = begin(&rig, "");
    rig.refuses_upgrades = true;
    rig_send_text(&rig, fd, GET("/1") HANDSHAKE GET("/2") GET("/3"));
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    assert_int_equal(rig.requests, 3);
    assert_true(respond(&rig, 2, "third"));
    assert_true(respond(&rig, 1, "second"));
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_true(place_of("first") < place_of("HTTP/1.1 404 "));
    assert_true(place_of("HTTP/1.1 404 ") < place_of("second"));
    end(&rig, fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_requests_are_open_and_answers_keep_their_order),
        cmocka_unit_test(what_is_ready_in_one_turn_leaves_in_one_write),
        cmocka_unit_test(a_request_is_answered_once_even_while_its_answer_waits),
        cmocka_unit_test(a_connection_has_so_many_open_requests_and_no_more),
        cmocka_unit_test(open_requests_have_so_many_bytes_and_no_more),
        cmocka_unit_test(answers_that_wait_for_an_earlier_one_are_not_piled_up),
        cmocka_unit_test(who_reads_nothing_is_let_go_once_nothing_is_open),
        cmocka_unit_test(full_input_an_answer_and_a_hangup_may_come_together),
        cmocka_unit_test(what_reads_waits_for_all_that_is_open),
        cmocka_unit_test(a_body_that_may_not_follow_waits_whole),
        cmocka_unit_test(nothing_follows_what_must_be_alone),
        cmocka_unit_test(after_connection_close_nothing_is_begun_and_all_is_answered),
        cmocka_unit_test(a_refusal_in_the_middle_comes_in_its_turn_and_last),
        cmocka_unit_test(the_user_may_end_the_connection_in_the_middle),
        cmocka_unit_test(a_client_that_shuts_its_side_has_all_its_answers),
        cmocka_unit_test(answers_to_a_client_that_has_gone_are_dropped),
        cmocka_unit_test(a_shutdown_answers_all_that_is_open_and_begins_no_more),
        cmocka_unit_test(a_slow_head_behind_open_requests_has_its_deadline),
        cmocka_unit_test(a_slow_body_behind_open_requests_has_its_deadline),
        cmocka_unit_test(open_requests_have_all_the_time_they_need),
        cmocka_unit_test(an_upgrade_waits_for_all_that_is_open),
        cmocka_unit_test(behind_a_refused_upgrade_requests_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
