/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS over a socket pair: a round trip in small pieces, refusals, and what WANT_WRITE leaves behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/tls.h"
#include "support/test_certificate.h"

static struct test_certificate certificate;
static struct tls_context *server_context;
static struct tls_context *client_context;
static char error[256];

static int contexts_make(void **state)
{
    signal(SIGPIPE, SIG_IGN);
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

struct pair {
    int fds[2];
    struct tls_session *server;
    struct tls_session *client;
};

static void pair_open(struct pair *pair, struct tls_context *client, const char *host_name)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair->fds), 0);
    pair->server = tls_session_create(server_context, pair->fds[0], NULL);
    pair->client = tls_session_create(client, pair->fds[1], host_name);
    assert_non_null(pair->server);
    assert_non_null(pair->client);
}

static void pair_close(struct pair *pair)
{
    tls_session_destroy(pair->server);
    tls_session_destroy(pair->client);
    close(pair->fds[0]);
    close(pair->fds[1]);
}

/* Turns both sides until both are done or one has failed. */
static bool handshake_run(struct pair *pair)
{
    enum tls_result server = TLS_RESULT_WANT_READ;
    enum tls_result client = TLS_RESULT_WANT_READ;
    for (int i = 0; i < 100 && (server != TLS_RESULT_OK || client != TLS_RESULT_OK); i++) {
        client = tls_session_handshake(pair->client);
        server = tls_session_handshake(pair->server);
        if (client == TLS_RESULT_FAILED || server == TLS_RESULT_FAILED) {
            return false;
        }
    }
    return server == TLS_RESULT_OK && client == TLS_RESULT_OK;
}

static void bytes_go_both_ways(void **state)
{
    struct pair pair;
    char out[100];
    size_t done;
    pair_open(&pair, client_context, "localhost");
    assert_true(handshake_run(&pair));
    assert_int_equal(tls_session_read(pair.server, out, sizeof out, &done), TLS_RESULT_WANT_READ);
    assert_int_equal(done, 0);
    assert_int_equal(tls_session_write(pair.client, "hello", 5, &done), TLS_RESULT_OK);
    assert_int_equal(done, 5);
    assert_int_equal(tls_session_read(pair.server, out, 2, &done), TLS_RESULT_OK);
    assert_int_equal(done, 2);
    assert_int_equal(tls_session_pending(pair.server), 3);
    assert_int_equal(tls_session_read(pair.server, out + 2, 98, &done), TLS_RESULT_OK);
    assert_memory_equal(out, "hello", 5);
    assert_int_equal(tls_session_write(pair.server, "world", 5, &done), TLS_RESULT_OK);
    assert_int_equal(tls_session_read(pair.client, out, sizeof out, &done), TLS_RESULT_OK);
    assert_memory_equal(out, "world", 5);
    assert_int_equal(tls_session_shutdown(pair.server), TLS_RESULT_OK);
    assert_int_equal(tls_session_shutdown(pair.server), TLS_RESULT_OK);
    assert_int_equal(tls_session_read(pair.client, out, sizeof out, &done), TLS_RESULT_CLOSED);
    pair_close(&pair);
}

static void a_full_socket_makes_the_writer_wait_and_nothing_is_lost(void **state)
{
    enum { SIZE = 3000000 };
    struct pair pair;
    char *sent = malloc(SIZE);
    char *received = malloc(SIZE);
    size_t written = 0;
    size_t read_so_far = 0;
    size_t waits = 0;
    pair_open(&pair, client_context, "localhost");
    assert_true(handshake_run(&pair));
    for (size_t i = 0; i < SIZE; i++) {
        sent[i] = (char)(i * 31 + i / 1000);
    }
    while (read_so_far < SIZE) {
        size_t done;
        enum tls_result result = TLS_RESULT_WANT_WRITE;
        if (written < SIZE) {
            /* After a refusal more may be offered, from another address: a copy of the rest. */
            size_t offered = SIZE - written < 20000 + waits ? SIZE - written : 20000 + waits;
            char *copy = malloc(offered);
            memcpy(copy, sent + written, offered);
            result = tls_session_write(pair.server, copy, offered, &done);
            free(copy);
            written += done;
        }
        if (result == TLS_RESULT_WANT_WRITE) {
            waits++;
            assert_int_equal(
                tls_session_read(pair.client, received + read_so_far, SIZE - read_so_far, &done),
                TLS_RESULT_OK);
            read_so_far += done;
        } else {
            assert_int_equal(result, TLS_RESULT_OK);
        }
    }
    assert_true(waits > 10);
    assert_memory_equal(sent, received, SIZE);
    free(sent);
    free(received);
    pair_close(&pair);
}

static void a_client_refuses_a_stranger(void **state)
{
    static const char *const NAMES[] = {"localhost", "127.0.0.1", "example.kz", "127.0.0.2"};
    for (size_t i = 0; i < 4; i++) {
        struct pair pair;
        pair_open(&pair, client_context, NAMES[i]);
        assert_int_equal(handshake_run(&pair), i < 2);
        pair_close(&pair);
    }
    struct tls_context *distrustful = tls_context_create_client(NULL, error, sizeof error);
    assert_non_null(distrustful);
    struct pair pair;
    pair_open(&pair, distrustful, "localhost");
    assert_false(handshake_run(&pair));
    tls_session_explain(pair.client, error, sizeof error);
    assert_non_null(strstr(error, "certificate verify failed"));
    pair_close(&pair);
    tls_context_destroy(distrustful);
}

static void both_sides_prove_a_key(void **state)
{
    struct pair pair;
    uint8_t der[640];
    uint8_t shown[640];
    struct tls_context *usual = server_context;
    struct tls_context *asking = tls_context_create_server(
        certificate.certificate_path, certificate.key_path, error, sizeof error);
    struct tls_context *showing =
        tls_context_create_client(certificate.certificate_path, error, sizeof error);
    assert_true(tls_context_ask_clients(asking, error, sizeof error));
    server_context = asking;
    pair_open(&pair, client_context, "localhost"); /* shows nothing */
    (void)handshake_run(&pair);
    assert_int_not_equal(tls_session_handshake(pair.server), TLS_RESULT_OK);
    pair_close(&pair);
    assert_false(tls_context_show_certificate(showing, "none.pem", certificate.key_path, error,
                                              sizeof error));
    assert_true(tls_context_show_certificate(showing, certificate.certificate_path,
                                             certificate.key_path, error, sizeof error));
    pair_open(&pair, showing, "localhost");
    assert_true(handshake_run(&pair));
    size_t size = tls_session_peer_key(pair.server, der, sizeof der);
    assert_true(size > 60);
    assert_int_equal(tls_session_peer_key(pair.client, shown, sizeof shown), size);
    assert_memory_equal(der, shown, size); /* both have the same certificate here */
    assert_int_equal(tls_session_peer_key(pair.server, der, size - 1), 0);
    pair_close(&pair);
    server_context = usual;
    pair_open(&pair, showing, "localhost"); /* nobody asks */
    assert_true(handshake_run(&pair));
    assert_int_equal(tls_session_peer_key(pair.server, der, sizeof der), 0);
    pair_close(&pair);
    tls_context_destroy(asking);
    tls_context_destroy(showing);
}

static void garbage_and_silence_fail_for_good(void **state)
{
    struct pair pair;
    char out[10];
    size_t done;
    pair_open(&pair, client_context, "localhost");
    assert_int_equal(write(pair.fds[1], "GET / HTTP/1.1\r\n\r\n", 18), 18);
    assert_int_equal(tls_session_handshake(pair.server), TLS_RESULT_FAILED);
    tls_session_explain(pair.server, error, sizeof error);
    assert_non_null(strstr(error, "http request"));
    assert_int_equal(tls_session_read(pair.server, out, sizeof out, &done), TLS_RESULT_FAILED);
    assert_int_equal(tls_session_write(pair.server, "x", 1, &done), TLS_RESULT_FAILED);
    pair_close(&pair);
    pair_open(&pair, client_context, "localhost");
    assert_true(handshake_run(&pair));
    close(pair.fds[1]); /* without a goodbye */
    assert_int_equal(tls_session_read(pair.server, out, sizeof out, &done), TLS_RESULT_FAILED);
    pair.fds[1] = dup(0);
    pair_close(&pair);
}

static void missing_files_are_named(void **state)
{
    assert_null(tls_context_create_server("none.pem", certificate.key_path, error, sizeof error));
    assert_non_null(strstr(error, "none.pem"));
    assert_null(
        tls_context_create_server(certificate.certificate_path, "none.pem", error, sizeof error));
    assert_non_null(strstr(error, "none.pem"));
    assert_null(tls_context_create_server(certificate.certificate_path,
                                          certificate.certificate_path, error, sizeof error));
    assert_null(tls_context_create_client("none.pem", error, sizeof error));
    assert_non_null(strstr(error, "none.pem"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_both_ways),
        cmocka_unit_test(a_full_socket_makes_the_writer_wait_and_nothing_is_lost),
        cmocka_unit_test(a_client_refuses_a_stranger),
        cmocka_unit_test(both_sides_prove_a_key),
        cmocka_unit_test(garbage_and_silence_fail_for_good),
        cmocka_unit_test(missing_files_are_named),
    };
    return cmocka_run_group_tests(tests, contexts_make, contexts_remove);
}
