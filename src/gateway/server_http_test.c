/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP through a server on a turned clock: answers now and later, pipelines, pieces, deadlines,
 * caps, and clients that go away.
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

#include "support/server_rig.h"

static char received[1 << 22];

static struct server_limits small_limits(void)
{
    struct server_limits limits;
    server_limits_default(&limits);
    limits.connections_max = 8;
    limits.body_size_max = 1000;
    return limits;
}

/* How often a text occurs. */
static int times_in(const char *text, const char *piece)
{
    int times = 0;
    while ((text = strstr(text, piece)) != NULL) {
        times++;
        text += strlen(piece);
    }
    return times;
}

static void an_answer_has_all_that_http_asks_for(void **state)
{
    struct rig rig;
    bool is_closed;
    rig_open(&rig, NULL);
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET /api/v3/ping?a=1 HTTP/1.1\r\nHost: a\r\n\r\n");
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_string_equal(received, "HTTP/1.1 200 OK\r\n"
                                  "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                  "Server: tarazy\r\n"
                                  "Content-Type: text/plain\r\n"
                                  "Content-Length: 21\r\n\r\n"
                                  "GET /api/v3/ping?a=1 ");
    assert_false(is_closed);
    close(fd);
    rig_close(&rig);
}

static const char PIPELINE[] = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                               "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                               "HEAD /3 HTTP/1.1\r\nHost: a\r\n\r\n"
                               "DELETE /4 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
                               "PUT /5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                               "GET /never HTTP/1.1\r\nHost: a\r\n\r\n";

static void a_pipeline_split_at_any_byte_is_answered_the_same(void **state)
{
    static char whole[4096];
    struct rig rig;
    rig_open(&rig, NULL);
    for (size_t cut = 0; cut < sizeof PIPELINE - 1; cut++) {
        bool is_closed;
        int fd = rig_connect(&rig);
        rig_send(&rig, fd, PIPELINE, cut);
        rig_send(&rig, fd, PIPELINE + cut, sizeof PIPELINE - 1 - cut);
        rig_receive(&rig, fd, received, sizeof received, &is_closed);
        assert_true(is_closed);
        if (cut == 0) {
            memcpy(whole, received, strlen(received) + 1);
            assert_non_null(strstr(whole, "POST /2 hello"));
            assert_null(strstr(whole, "HEAD /3")); /* no body, but its length */
            assert_int_equal(times_in(whole, "HTTP/1.1 200 OK"), 5);
            assert_int_equal(times_in(whole, "Connection: close"), 1);
        }
        assert_string_equal(received, whole);
        close(fd);
        rig_turn(&rig);
    }
    assert_int_equal(server_connection_count(rig.server), 0);
    rig_close(&rig);
}

static void a_request_byte_by_byte_is_answered(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = rig_connect(&rig);
    for (size_t i = 0; i < sizeof PIPELINE - 1; i++) {
        rig_send(&rig, fd, PIPELINE + i, 1);
    }
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_int_equal(times_in(received, "HTTP/1.1 200 OK"), 5);
    assert_int_equal(rig.requests, 5);
    close(fd);
    rig_close(&rig);
}

static void what_may_not_follow_waits_for_the_answer_before(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LATER;
    rig.is_strict = true;
    int fd = rig_connect(&rig);
    rig_send(&rig, fd, PIPELINE, sizeof PIPELINE - 1);
    /* Only the first request has been shown: the second waits for the first answer. */
    for (uint32_t i = 1; i <= 5; i++) {
        assert_int_equal(rig.requests, i);
        assert_int_equal(rig_receive(&rig, fd, received, sizeof received, NULL), 0);
        assert_true(server_is_alive(rig.server, rig.handles[i - 1]));
        assert_true(rig_respond(&rig, rig.handles[i - 1], "later"));
        assert_false(server_is_alive(rig.server, rig.handles[i - 1]));
        assert_true(rig_receive(&rig, fd, received, sizeof received, NULL) > 0);
    }
    assert_int_equal(rig.requests, 5); /* after "Connection: close" nothing is read */
    close(fd);
    rig_close(&rig);
}

static void a_second_answer_never_meets_the_next_request(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LATER;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(rig_respond(&rig, rig.handles[0], "first"));
    assert_int_equal(rig.requests, 2);
    assert_false(rig_respond(&rig, rig.handles[0], "first again"));
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_int_equal(times_in(received, "HTTP/1.1"), 1);
    assert_true(rig_respond(&rig, rig.handles[1], "second"));
    close(fd);
    rig_close(&rig);
}

static void an_answer_to_a_client_that_has_gone_is_harmless(void **state)
{
    struct rig rig;
    struct server_limits limits = small_limits();
    limits.connections_max = 1; /* the next client gets the same slot */
    rig_open(&rig, &limits);
    rig.answer = RIG_ANSWER_LATER;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    close(fd);
    rig_turn(&rig);
    assert_int_equal(server_connection_count(rig.server), 0);
    assert_false(rig_respond(&rig, rig.handles[0], "too late"));
    fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(rig.handles[1].slot, rig.handles[0].slot);
    assert_false(rig_respond(&rig, rig.handles[0], "meant for another"));
    assert_int_equal(rig_receive(&rig, fd, received, sizeof received, NULL), 0);
    assert_true(rig_respond(&rig, rig.handles[1], "yours"));
    assert_false(rig_respond(&rig, (struct server_handle){0}, "nobody"));
    assert_false(rig_respond(&rig, (struct server_handle){.slot = 99, .generation = 1}, "nobody"));
    close(fd);
    rig_close(&rig);
}

static void a_client_that_shuts_its_side_is_still_answered(void **state)
{
    struct rig rig;
    bool is_closed;
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LATER;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd,
                  "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /half");
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    rig_turn(&rig);
    assert_true(rig_respond(&rig, rig.handles[0], "one"));
    assert_true(rig_respond(&rig, rig.handles[1], "two"));
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_int_equal(times_in(received, "HTTP/1.1 200 OK"), 2);
    assert_true(is_closed);
    assert_int_equal(server_connection_count(rig.server), 0);
    close(fd);
    rig_close(&rig);
}

/* ---- refusals ---- */

static void what_is_refused_is_answered_once_and_closed(void **state)
{
    static const struct {
        const char *bytes;
        const char *status;
    } CASES[] = {
        {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
        {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", "HTTP/1.1 505 "},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 501 "},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
         "HTTP/1.1 501 "},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 413 "},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999999999\r\n\r\n",
         "HTTP/1.1 413 "},
        {"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", "HTTP/1.1 417 "},
        {"\x16\x03\x01", "HTTP/1.1 400 "},
        {"GET / HTTP/1.1\nHost: a\n\n", "HTTP/1.1 400 "},
    };
    struct rig rig;
    struct server_limits limits = small_limits();
    rig_open(&rig, &limits);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        bool is_closed;
        int fd = rig_connect(&rig);
        rig_send_text(&rig, fd, CASES[i].bytes);
        rig_send_text(&rig, fd, "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
        rig_receive(&rig, fd, received, sizeof received, &is_closed);
        assert_true(is_closed);
        assert_memory_equal(received, CASES[i].status, strlen(CASES[i].status));
        assert_int_equal(times_in(received, "Content-Length: "), 1);
        assert_non_null(strstr(received, "Connection: close\r\n"));
        assert_non_null(strstr(received, "{\"code\":-1000,\"msg\":\""));
        close(fd);
        rig_turn(&rig);
    }
    assert_int_equal(rig.requests, 0);
    assert_int_equal(server_connection_count(rig.server), 0);
    assert_int_equal(server_statistics(rig.server)->requests_malformed,
                     sizeof CASES / sizeof CASES[0]);
    rig_close(&rig);
}

static void a_body_of_exactly_the_limit_is_taken(void **state)
{
    struct rig rig;
    struct server_limits limits = small_limits();
    char body[1001];
    rig_open(&rig, &limits);
    int fd = rig_connect(&rig);
    memset(body, 'b', 1000);
    body[1000] = '\0';
    rig_send_text(&rig, fd, "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
    for (size_t i = 0; i < 1000; i += 100) {
        rig_send(&rig, fd, body + i, 100);
    }
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_non_null(strstr(received, body));
    close(fd);
    rig_close(&rig);
}

/* ---- deadlines ---- */

static void a_slow_head_is_answered_408_at_its_deadline(void **state)
{
    struct rig rig;
    bool is_closed;
    rig_open(&rig, NULL);
    int fd = rig_connect(&rig);
    rig_advance(&rig, 30000); /* an idle connection may wait */
    rig_send_text(&rig, fd, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < 4; i++) {
        rig_advance(&rig, 1200);
        rig_send_text(&rig, fd, "X: y\r\n"); /* drops do not help: the clock runs from the start */
    }
    assert_int_equal(rig_receive(&rig, fd, received, sizeof received, &is_closed), 0);
    rig_advance(&rig, 201);
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_memory_equal(received, "HTTP/1.1 408 ", 13);
    assert_true(is_closed);
    close(fd);
    rig_close(&rig);
}

static void a_slow_body_is_answered_408_at_its_deadline(void **state)
{
    struct rig rig;
    bool is_closed;
    rig_open(&rig, NULL);
    int fd = rig_connect(&rig);
    /* 2,048 bytes: 5 s, and 1 s for each KiB */
    rig_send_text(&rig, fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2048\r\n\r\n");
    rig_advance(&rig, 6900);
    rig_send_text(&rig, fd, "some");
    assert_int_equal(rig_receive(&rig, fd, received, sizeof received, &is_closed), 0);
    assert_false(is_closed);
    rig_advance(&rig, 102);
    rig_receive(&rig, fd, received, sizeof received, &is_closed);
    assert_memory_equal(received, "HTTP/1.1 408 ", 13);
    assert_true(is_closed);
    assert_int_equal(rig.requests, 0);
    close(fd);
    rig_close(&rig);
}

static void an_idle_connection_is_closed_without_a_word(void **state)
{
    struct rig rig;
    bool is_closed;
    rig_open(&rig, NULL);
    int fd = rig_connect(&rig);
    rig_advance(&rig, 40000);
    rig_send_text(&rig, fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(rig_receive(&rig, fd, received, sizeof received, &is_closed) > 0);
    rig_advance(&rig, 59990); /* counted from the answer */
    assert_int_equal(rig_receive(&rig, fd, received, sizeof received, &is_closed), 0);
    assert_false(is_closed);
    rig_advance(&rig, 11);
    assert_int_equal(rig_receive(&rig, fd, received, sizeof received, &is_closed), 0);
    assert_true(is_closed);
    close(fd);
    rig_close(&rig);
}

static void an_open_request_has_all_the_time_its_answer_needs(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LATER;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    rig_advance(&rig, 200000);
    assert_true(rig_respond(&rig, rig.handles[0], "at last"));
    assert_true(rig_receive(&rig, fd, received, sizeof received, NULL) > 0);
    close(fd);
    rig_close(&rig);
}

/* ---- caps ---- */

static void who_pipelines_without_reading_is_not_piled_up_for(void **state)
{
    static char requests[60000];
    struct rig rig;
    size_t size = 0;
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LARGE;
    rig.large_size = 100000;
    while (size + 64 < sizeof requests) {
        size += (size_t)snprintf(requests + size, sizeof requests - size,
                                 "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    uint32_t sent = (uint32_t)times_in(requests, "GET ");
    int fd = rig_connect(&rig);
    assert_true(send(fd, requests, size, MSG_NOSIGNAL) > 0);
    rig_turn(&rig);
    /* Two thousand requests are there; a few answers fill the pipe, the rest waits unread. */
    assert_true(sent > 1500 && rig.requests < 20);
    /* Once it reads, all are answered. */
    uint64_t bytes = 0;
    size_t got;
    while ((got = rig_receive(&rig, fd, received, sizeof received, NULL)) > 0) {
        bytes += got;
    }
    assert_int_equal(rig.requests, sent);
    assert_true(bytes > (uint64_t)sent * rig.large_size);
    close(fd);
    rig_close(&rig);
}

static void input_behind_an_open_request_is_held_back_by_the_cap(void **state)
{
    static char flood[4 << 20];
    struct rig rig;
    struct server_limits limits = small_limits();
    rig_open(&rig, &limits);
    rig.answer = RIG_ANSWER_LATER;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET /alone HTTP/1.1\r\nHost: a\r\n\r\n");
    memset(flood, 'x', sizeof flood);
    size_t sent = 0;
    for (int i = 0; i < 1000; i++) {
        ssize_t done = send(fd, flood, sizeof flood, MSG_NOSIGNAL);
        sent += done > 0 ? (size_t)done : 0;
        rig_turn(&rig);
    }
    assert_true(sent < 1 << 20); /* what the kernel holds, and one read */
    assert_true(server_statistics(rig.server)->bytes_received < 200000);
    assert_true(rig_respond(&rig, rig.handles[0], "done"));
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_non_null(strstr(received, "done"));
    assert_non_null(strstr(received, "HTTP/1.1 4")); /* the x'es are no request */
    close(fd);
    rig_close(&rig);
}

static void a_large_answer_arrives_whole_at_a_slow_reader(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LARGE;
    rig.large_size = 3000000;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    size_t total = 0;
    bool is_closed = false;
    while (!is_closed) {
        char piece[30000];
        total += rig_receive(&rig, fd, piece, sizeof piece, &is_closed);
        rig_advance(&rig, 100);
    }
    assert_in_range(total, 3000100, 3000300);
    close(fd);
    rig_close(&rig);
}

static void who_never_reads_his_answer_is_let_go(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LARGE;
    rig.large_size = 3000000;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(server_connection_count(rig.server), 1);
    rig_advance(&rig, 60002);
    assert_int_equal(server_connection_count(rig.server), 0);
    close(fd);
    rig_close(&rig);
}

static void slots_are_limited_and_the_rest_is_told_to_wait(void **state)
{
    struct rig rig;
    struct server_limits limits = small_limits();
    int fds[9];
    bool is_closed;
    rig_open(&rig, &limits);
    for (size_t i = 0; i < 9; i++) {
        fds[i] = rig_connect(&rig);
    }
    assert_int_equal(server_connection_count(rig.server), 8);
    rig_receive(&rig, fds[8], received, sizeof received, &is_closed);
    assert_memory_equal(received, "HTTP/1.1 503 ", 13);
    assert_true(is_closed);
    close(fds[0]);
    rig_turn(&rig);
    close(fds[8]);
    fds[8] = rig_connect(&rig);
    rig_send_text(&rig, fds[8], "GET /room HTTP/1.1\r\nHost: a\r\n\r\n");
    rig_receive(&rig, fds[8], received, sizeof received, &is_closed);
    assert_non_null(strstr(received, "GET /room"));
    for (size_t i = 1; i < 9; i++) {
        close(fds[i]);
    }
    rig_close(&rig);
}

/* ---- what the user says ---- */

static void headers_of_the_user_cannot_end_their_line(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LATER;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const struct server_header headers[] = {
        {"X-MBX-USED-WEIGHT-1M", slice_of_text("12")},
        {"X-Reflected", slice_of_text("a\r\nSet-Cookie: b")},
    };
    const struct server_response response = {
        .status = 429, .headers = headers, .header_count = 2, .body = slice_of_text("{}")};
    assert_true(server_respond(rig.server, rig.handles[0], &response));
    rig_receive(&rig, fd, received, sizeof received, NULL);
    assert_non_null(strstr(received, "HTTP/1.1 429 Too Many Requests\r\n"));
    assert_non_null(strstr(received, "X-MBX-USED-WEIGHT-1M: 12\r\n"));
    assert_non_null(strstr(received, "X-Reflected: a??Set-Cookie: b\r\n"));
    close(fd);
    rig_close(&rig);
}

static void a_shared_body_is_sent_and_stays_the_users(void **state)
{
    struct rig rig;
    struct shared_frame *body = shared_frame_create(5);
    memcpy(body->bytes, "cache", 5);
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LATER;
    for (int i = 0; i < 3; i++) {
        int fd = rig_connect(&rig);
        rig_send_text(&rig, fd,
                      i == 2 ? "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
                             : "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        const struct server_response response = {.status = 200, .body_frame = body};
        assert_true(server_respond(rig.server, rig.handles[i], &response));
        rig_receive(&rig, fd, received, sizeof received, NULL);
        assert_non_null(strstr(received, "Content-Length: 5\r\n"));
        assert_int_equal(times_in(received, "cache"), i == 2 ? 0 : 1);
        close(fd);
        rig_turn(&rig);
    }
    assert_int_equal(body->references, 1);
    shared_frame_release(body);
    rig_close(&rig);
}

static void one_pointer_of_the_user_lives_as_long_as_the_connection(void **state)
{
    struct rig rig;
    int mark = 0;
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LATER;
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_null(server_user(rig.server, rig.handles[0]));
    server_set_user(rig.server, rig.handles[0], &mark);
    assert_true(rig_respond(&rig, rig.handles[0], ""));
    rig_send_text(&rig, fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_ptr_equal(server_user(rig.server, rig.handles[1]), &mark);
    struct server_peer peer;
    assert_true(server_peer(rig.server, rig.handles[1], &peer));
    assert_int_equal(peer.port, 0);
    close(fd);
    rig_turn(&rig);
    assert_null(server_user(rig.server, rig.handles[1]));
    assert_false(server_peer(rig.server, rig.handles[1], &peer));
    rig_close(&rig);
}

static void a_shutdown_lets_open_requests_be_answered(void **state)
{
    struct rig rig;
    bool is_closed;
    rig_open(&rig, NULL);
    rig.answer = RIG_ANSWER_LATER;
    int idle = rig_connect(&rig);
    int busy = rig_connect(&rig);
    rig_send_text(&rig, busy, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    server_shutdown(rig.server);
    assert_int_equal(rig_receive(&rig, idle, received, sizeof received, &is_closed), 0);
    assert_true(is_closed);
    assert_true(rig_respond(&rig, rig.handles[0], "last words"));
    rig_receive(&rig, busy, received, sizeof received, &is_closed);
    assert_non_null(strstr(received, "last words"));
    assert_non_null(strstr(received, "Connection: close"));
    assert_true(is_closed);
    close(idle);
    close(busy);
    rig_turn(&rig);
    assert_int_equal(server_connection_count(rig.server), 0);
    rig_close(&rig);
}

static void a_closed_connection_lingers_for_a_second_at_most(void **state)
{
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = rig_connect(&rig);
    rig_send_text(&rig, fd, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    rig_advance(&rig, 990);
    assert_int_equal(server_connection_count(rig.server), 1);
    rig_send_text(&rig, fd, "more of no interest");
    rig_advance(&rig, 12);
    assert_int_equal(server_connection_count(rig.server), 0);
    close(fd);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_has_all_that_http_asks_for),
        cmocka_unit_test(a_pipeline_split_at_any_byte_is_answered_the_same),
        cmocka_unit_test(a_request_byte_by_byte_is_answered),
        cmocka_unit_test(what_may_not_follow_waits_for_the_answer_before),
        cmocka_unit_test(a_second_answer_never_meets_the_next_request),
        cmocka_unit_test(an_answer_to_a_client_that_has_gone_is_harmless),
        cmocka_unit_test(a_client_that_shuts_its_side_is_still_answered),
        cmocka_unit_test(what_is_refused_is_answered_once_and_closed),
        cmocka_unit_test(a_body_of_exactly_the_limit_is_taken),
        cmocka_unit_test(a_slow_head_is_answered_408_at_its_deadline),
        cmocka_unit_test(a_slow_body_is_answered_408_at_its_deadline),
        cmocka_unit_test(an_idle_connection_is_closed_without_a_word),
        cmocka_unit_test(an_open_request_has_all_the_time_its_answer_needs),
        cmocka_unit_test(who_pipelines_without_reading_is_not_piled_up_for),
        cmocka_unit_test(input_behind_an_open_request_is_held_back_by_the_cap),
        cmocka_unit_test(a_large_answer_arrives_whole_at_a_slow_reader),
        cmocka_unit_test(who_never_reads_his_answer_is_let_go),
        cmocka_unit_test(slots_are_limited_and_the_rest_is_told_to_wait),
        cmocka_unit_test(headers_of_the_user_cannot_end_their_line),
        cmocka_unit_test(a_shared_body_is_sent_and_stays_the_users),
        cmocka_unit_test(one_pointer_of_the_user_lives_as_long_as_the_connection),
        cmocka_unit_test(a_shutdown_lets_open_requests_be_answered),
        cmocka_unit_test(a_closed_connection_lingers_for_a_second_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
