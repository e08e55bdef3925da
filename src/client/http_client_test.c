/* SPDX-License-Identifier: Apache-2.0
 *
 * The tools' HTTP against a peer that answers well, badly, or not at all.
 */
#include "client/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/canned_server.h"

static struct http_answer ask(struct http_client *client, const struct canned_server *server,
                              const char *method, const char *body)
{
    char url[64];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/a?b=c", server->port);
    return http_client_send(client, &(struct http_request_line){
                                        .method = method,
                                        .url = url,
                                        .api_key = "key",
                                        .body = body,
                                    });
}

static void an_answer_arrives_with_status_and_body(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno",
    };
    struct canned_server server;
    struct http_client *client = http_client_create();
    char asked[4096];

    (void)state;
    canned_server_start(&server, answers, 2);
    struct http_answer first = ask(client, &server, "GET", NULL);
    assert_null(first.error);
    assert_int_equal(first.status, 200);
    assert_string_equal(first.body, "hello");
    struct http_answer second = ask(client, &server, "POST", "x=1&y=2");
    assert_int_equal(second.status, 400);
    assert_string_equal(second.body, "no");
    size_t size = canned_server_stop(&server, asked, sizeof asked);
    assert_non_null(strstr(canned_request(asked, size, 0), "GET /a?b=c HTTP/1.1\r\n"));
    assert_non_null(strstr(canned_request(asked, size, 0), "X-MBX-APIKEY: key\r\n"));
    assert_non_null(strstr(canned_request(asked, size, 1), "\r\n\r\nx=1&y=2"));
    assert_null(strstr(canned_request(asked, size, 1), "Expect"));
    http_client_destroy(client);
}

static void a_connection_that_ends_early_is_an_error(void **state)
{
    static const char *const silent[] = {NULL};
    struct http_client *client = http_client_create();
    struct canned_server server;
    char asked[4096];

    (void)state;
    canned_server_start(&server, silent, 1);
    assert_non_null(ask(client, &server, "GET", NULL).error);
    canned_server_stop(&server, asked, sizeof asked);
    assert_non_null(ask(client, &server, "GET", NULL).error); /* nobody listens any more */
    http_client_destroy(client);
}

static void a_redirect_is_not_followed(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"};
    struct http_client *client = http_client_create();
    struct canned_server server;
    char asked[4096];

    (void)state;
    canned_server_start(&server, answers, 1);
    assert_int_equal(ask(client, &server, "GET", NULL).status, 302);
    canned_server_stop(&server, asked, sizeof asked);
    http_client_destroy(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_arrives_with_status_and_body),
        cmocka_unit_test(a_connection_that_ends_early_is_an_error),
        cmocka_unit_test(a_redirect_is_not_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
