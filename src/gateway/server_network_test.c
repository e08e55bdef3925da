/* SPDX-License-Identifier: Apache-2.0
 *
 * The server on real sockets of 127.0.0.1, plain and TLS. What arrives when is the kernel's
 * business here, so these tests turn the loop until something has come, and give up after seconds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/server_rig.h"
#include "support/test_certificate.h"

enum { PATIENCE = 20000 }; /* turns of up to a millisecond */

static char received[1 << 20];
static struct test_certificate certificate;
static struct tls_context *server_context;
static struct tls_context *client_context;
static char error[256];

static int contexts_make(void **state)
{
    test_certificate_make(&certificate);
    server_context = tls_context_create_server(certificate.certificate_path, certificate.key_path,
                                               error, sizeof error);
    client_context = tls_context_create_client(certificate.certificate_path, error, sizeof error);
    return server_context != NULL && client_context != NULL ? 0 : -1;
}

static int contexts_remove(void **state)
{
    tls_context_destroy(server_context);
    tls_context_destroy(client_context);
    test_certificate_remove(&certificate);
    return 0;
}

static int tcp_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    assert_int_equal(inet_pton(AF_INET, "127.0.0.1", &address.sin_addr), 1);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* The port of the listener added last: the rig's own is a Unix socket. */
static uint16_t tcp_listen(struct rig *rig, const struct server_limits *limits,
                           struct tls_context *tls)
{
    rig_open(rig, limits);
    server_destroy(rig->server);
    struct server_options options = {.loop = rig->loop, .callbacks = rig->callbacks};
    options.limits = *limits;
    assert_int_equal(server_create(&rig->server, &options), 0);
    assert_int_equal(server_listen(rig->server, "127.0.0.1:0", tls), 0);
    return server_port(rig->server);
}

static struct server_limits some_limits(void)
{
    struct server_limits limits;
    server_limits_default(&limits);
    limits.connections_max = 16;
    limits.connections_from_loopback = 3;
    return limits;
}

static void turn(struct rig *rig)
{
    assert_true(event_loop_run_once(rig->loop, 1) >= 0);
}

/* Plain bytes until `wanted` is among them or the connection ends. */
static void plain_expect(struct rig *rig, int fd, const char *wanted)
{
    size_t size = 0;
    for (int i = 0; i < PATIENCE; i++) {
        turn(rig);
        ssize_t got = recv(fd, received + size, sizeof received - 1 - size, 0);
        size += got > 0 ? (size_t)got : 0;
        received[size] = '\0';
        if (strstr(received, wanted) != NULL) {
            return;
        }
        assert_true(got > 0 || (got < 0 && errno == EAGAIN));
    }
    fail_msg("never came: %s", wanted);
}

static void a_request_over_tcp_is_answered(void **state)
{
    struct rig rig;
    struct server_limits limits = some_limits();
    struct server_peer peer;
    uint16_t port = tcp_listen(&rig, &limits, NULL);
    rig.answer = RIG_ANSWER_LATER;
    int fd = tcp_connect(port);
    assert_int_equal(send(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, 0), 27);
    for (int i = 0; i < PATIENCE && rig.requests == 0; i++) {
        turn(&rig);
    }
    assert_true(server_peer(rig.server, rig.handles[0], &peer));
    assert_memory_equal(peer.address, "\0\0\0\0\0\0\0\0\0\0\xFF\xFF\x7F\0\0\1", 16);
    assert_true(peer.port != 0 && !peer.is_tls);
    assert_true(rig_respond(&rig, rig.handles[0], "over tcp"));
    plain_expect(&rig, fd, "over tcp");
    close(fd);
    rig_close(&rig);
}

static void an_address_has_its_share_of_slots_and_no_more(void **state)
{
    struct rig rig;
    struct server_limits limits = some_limits();
    uint16_t port = tcp_listen(&rig, &limits, NULL);
    int fds[4];
    for (size_t i = 0; i < 4; i++) {
        fds[i] = tcp_connect(port);
    }
    plain_expect(&rig, fds[3], "HTTP/1.1 503 ");
    assert_int_equal(server_connection_count(rig.server), 3);
    assert_int_equal(server_statistics(rig.server)->connections_refused, 1);
    close(fds[0]);
    for (int i = 0; i < PATIENCE && server_connection_count(rig.server) > 2; i++) {
        turn(&rig);
    }
    close(fds[3]);
    fds[3] = tcp_connect(port);
    assert_int_equal(send(fds[3], "GET /in HTTP/1.1\r\nHost: a\r\n\r\n", 29, 0), 29);
    plain_expect(&rig, fds[3], "GET /in");
    for (size_t i = 1; i < 4; i++) {
        close(fds[i]);
    }
    rig_close(&rig);
}

static void addresses_to_listen_at_are_checked(void **state)
{
    static const char *const REFUSED[] = {
        "",        "127.0.0.1", "127.0.0.1:",      "127.0.0.1:x",
        ":80",     "::1:80",    "[127.0.0.1]:80",  "[::1:80",
        "host:80", "unix:",     "127.0.0.1:65536", "127.0.0.1:-1",
        "[]:80",   "1.2.3:80",  "127.0.0.1: 80",   "127.0.0.1:8 "};
    struct rig rig;
    rig_open(&rig, NULL);
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        assert_int_equal(server_listen(rig.server, REFUSED[i], NULL), -EINVAL);
    }
    assert_int_equal(server_listen(rig.server, "192.0.2.1:0", NULL), -EADDRNOTAVAIL);
    rig_close(&rig);
}

/* ---- TLS ---- */

struct tls_client {
    int fd;
    struct tls_session *session;
    size_t size;
};

static void tls_open(struct rig *rig, struct tls_client *client, uint16_t port)
{
    client->fd = tcp_connect(port);
    client->session = tls_session_create(client_context, client->fd, "localhost");
    client->size = 0;
    enum tls_result result = TLS_RESULT_WANT_READ;
    for (int i = 0; i < PATIENCE && result != TLS_RESULT_OK; i++) {
        result = tls_session_handshake(client->session);
        assert_int_not_equal(result, TLS_RESULT_FAILED);
        turn(rig);
    }
    assert_int_equal(result, TLS_RESULT_OK);
}

static void tls_close(struct tls_client *client)
{
    tls_session_destroy(client->session);
    close(client->fd);
}

static void tls_send(struct rig *rig, struct tls_client *client, const char *bytes, size_t size)
{
    size_t at = 0;
    for (int i = 0; i < PATIENCE && at < size; i++) {
        size_t done;
        enum tls_result result = tls_session_write(client->session, bytes + at, size - at, &done);
        assert_int_not_equal(result, TLS_RESULT_FAILED);
        at += done;
        turn(rig);
    }
    assert_int_equal(at, size);
}

/* Reads until at least this many bytes have come in all. */
static void tls_read_until(struct rig *rig, struct tls_client *client, size_t size)
{
    for (int i = 0; i < PATIENCE && client->size < size; i++) {
        size_t done;
        enum tls_result result = tls_session_read(client->session, received + client->size,
                                                  sizeof received - 1 - client->size, &done);
        assert_true(result == TLS_RESULT_OK || result == TLS_RESULT_WANT_READ);
        client->size += done;
        turn(rig);
    }
    assert_true(client->size >= size);
    received[client->size] = '\0';
}

static void tls_expect(struct rig *rig, struct tls_client *client, size_t size)
{
    tls_read_until(rig, client, size);
    assert_int_equal(client->size, size);
}

static void requests_over_tls_are_answered_at_any_cut(void **state)
{
    static const char REQUESTS[] = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
                                   "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    struct rig rig;
    struct server_limits limits = some_limits();
    uint16_t port = tcp_listen(&rig, &limits, server_context);
    size_t whole = 0;
    for (size_t cut = 1; cut < sizeof REQUESTS - 1; cut += 7) {
        struct tls_client client;
        tls_open(&rig, &client, port);
        tls_send(&rig, &client, REQUESTS, cut);
        tls_send(&rig, &client, REQUESTS + cut, sizeof REQUESTS - 1 - cut);
        if (whole == 0) {
            received[0] = '\0';
            while (strstr(received, "GET /2 ") == NULL) {
                tls_read_until(&rig, &client, client.size + 1);
            }
            whole = client.size;
        }
        tls_expect(&rig, &client, whole);
        assert_non_null(strstr(received, "POST /1 body"));
        assert_non_null(strstr(received, "GET /2 "));
        tls_close(&client);
        for (int i = 0; i < PATIENCE && server_connection_count(rig.server) > 0; i++) {
            turn(&rig);
        }
    }
    rig_close(&rig);
}

/* What is decrypted already does not make the socket readable again: it must be asked for. */
static void a_record_larger_than_the_room_for_it_is_read_whole(void **state)
{
    enum { BODY = 9000 };
    static char request[BODY + 200];
    struct rig rig;
    struct server_limits limits = some_limits();
    struct tls_client client;
    uint16_t port = tcp_listen(&rig, &limits, server_context);
    int head = snprintf(request, sizeof request,
                        "POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", BODY);
    memset(request + head, 'b', BODY);
    tls_open(&rig, &client, port);
    tls_send(&rig, &client, request, 10); /* held back, in a small buffer */
    tls_send(&rig, &client, request + 10, (size_t)head + BODY - 10);
    tls_read_until(&rig, &client, BODY);
    assert_non_null(strstr(received, "POST /large bbbb"));
    tls_close(&client);
    rig_close(&rig);
}

static void a_large_pipeline_over_tls_is_answered_whole(void **state)
{
    enum { REQUESTS = 200 };
    static char requests[REQUESTS * 64];
    struct rig rig;
    struct server_limits limits = some_limits();
    struct tls_client client;
    size_t size = 0;
    uint16_t port = tcp_listen(&rig, &limits, server_context);
    rig.answer = RIG_ANSWER_LARGE;
    rig.large_size = 4000;
    for (int i = 0; i < REQUESTS; i++) {
        size += (size_t)snprintf(requests + size, sizeof requests - size,
                                 "GET /%d HTTP/1.1\r\nHost: a\r\n\r\n", i);
    }
    tls_open(&rig, &client, port);
    tls_send(&rig, &client, requests, size);
    /* The head differs from answer to answer by nothing. */
    size_t answer = 0;
    while (answer == 0) {
        tls_read_until(&rig, &client, client.size + 1);
        const char *end = strstr(received, "\r\n\r\n");
        answer = end != NULL ? (size_t)(end - received) + 4 + rig.large_size : 0;
    }
    tls_expect(&rig, &client, answer * REQUESTS);
    assert_int_equal(rig.requests, REQUESTS);
    tls_close(&client);
    rig_close(&rig);
}

static void a_pipeline_over_tls_is_open_at_once_and_answered_in_order(void **state)
{
    enum { REQUESTS = 50 };
    static char requests[REQUESTS * 64];
    struct rig rig;
    struct server_limits limits = some_limits();
    struct tls_client client;
    size_t size = 0;
    uint16_t port = tcp_listen(&rig, &limits, server_context);
    rig.answer = RIG_ANSWER_LATER;
    for (int i = 0; i < REQUESTS; i++) {
        size += (size_t)snprintf(requests + size, sizeof requests - size,
                                 "GET /%d HTTP/1.1\r\nHost: a\r\n\r\n", i);
    }
    tls_open(&rig, &client, port);
    tls_send(&rig, &client, requests, size);
    for (int i = 0; i < PATIENCE && rig.requests < REQUESTS; i++) {
        turn(&rig);
    }
    for (uint32_t i = REQUESTS; i > 0; i--) {
        char body[16];
        const int length = snprintf(body, sizeof body, "answer %02u.", i - 1);
        const struct server_response response = {.status = 200,
                                                 .body = slice_of(body, (size_t)length)};
        assert_true(server_respond(rig.server, rig.handles[i - 1], &response));
    }
    received[0] = '\0';
    while (strstr(received, "answer 49.") == NULL) {
        tls_read_until(&rig, &client, client.size + 1);
    }
    const char *at = received;
    for (int i = 0; i < REQUESTS; i++) {
        char body[16];
        snprintf(body, sizeof body, "answer %02d.", i);
        at = strstr(at, body);
        assert_non_null(at);
    }
    tls_close(&client);
    rig_close(&rig);
}

static void frames_over_tls_arrive_in_order(void **state)
{
    enum { FRAMES = 3000, SIZE = 104 };
    static const char HANDSHAKE[] =
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    struct rig rig;
    struct server_limits limits = some_limits();
    struct tls_client client;
    uint16_t port = tcp_listen(&rig, &limits, server_context);
    tls_open(&rig, &client, port);
    tls_send(&rig, &client, HANDSHAKE, sizeof HANDSHAKE - 1);
    tls_expect(&rig, &client, 129);
    assert_memory_equal(received, "HTTP/1.1 101 ", 13);
    client.size = 0;
    for (int i = 0; i < FRAMES; i++) {
        char text[SIZE - 2];
        memset(text, '.', sizeof text);
        snprintf(text, sizeof text, "%d", i);
        assert_int_equal(server_ws_send(rig.server, rig.session, slice_of(text, sizeof text),
                                        SERVER_POLICY_MUST_DELIVER),
                         SERVER_SEND_QUEUED);
    }
    tls_expect(&rig, &client, (size_t)FRAMES * SIZE);
    for (int i = 0; i < FRAMES; i++) {
        assert_int_equal(strtol(received + (size_t)i * SIZE + 2, NULL, 10), i);
    }
    tls_close(&client);
    rig_close(&rig);
}

static void who_speaks_plain_to_tls_is_cut_off(void **state)
{
    struct rig rig;
    struct server_limits limits = some_limits();
    uint16_t port = tcp_listen(&rig, &limits, server_context);
    int fd = tcp_connect(port);
    assert_int_equal(send(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, 0), 27);
    for (int i = 0; i < PATIENCE && server_statistics(rig.server)->connections_accepted == 0; i++) {
        turn(&rig);
    }
    for (int i = 0; i < PATIENCE && server_connection_count(rig.server) > 0; i++) {
        turn(&rig);
    }
    assert_int_equal(server_connection_count(rig.server), 0);
    /* One that says nothing has the time of a head. */
    int silent = tcp_connect(port);
    for (int i = 0; i < PATIENCE && server_connection_count(rig.server) == 0; i++) {
        turn(&rig);
    }
    rig_advance(&rig, 4990);
    assert_int_equal(server_connection_count(rig.server), 1);
    rig_advance(&rig, 12);
    assert_int_equal(server_connection_count(rig.server), 0);
    assert_int_equal(rig.requests, 0);
    close(fd);
    close(silent);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_over_tcp_is_answered),
        cmocka_unit_test(an_address_has_its_share_of_slots_and_no_more),
        cmocka_unit_test(addresses_to_listen_at_are_checked),
        cmocka_unit_test(requests_over_tls_are_answered_at_any_cut),
        cmocka_unit_test(a_record_larger_than_the_room_for_it_is_read_whole),
        cmocka_unit_test(a_large_pipeline_over_tls_is_answered_whole),
        cmocka_unit_test(a_pipeline_over_tls_is_open_at_once_and_answered_in_order),
        cmocka_unit_test(frames_over_tls_arrive_in_order),
        cmocka_unit_test(who_speaks_plain_to_tls_is_cut_off),
    };
    return cmocka_run_group_tests(tests, contexts_make, contexts_remove);
}
