/* SPDX-License-Identifier: Apache-2.0
 *
 * Outgoing HTTP for the command-line tools: the only door to libcurl. One client is one kept-alive
 * connection used by one thread, one request at a time.
 */
#ifndef CLIENT_HTTP_CLIENT_H
#define CLIENT_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

enum {
    HTTP_CLIENT_BODY_MAX = 16 << 20, /* bytes of an answer; a longer one is an error */
    HTTP_CLIENT_TIMEOUT_MS = 15000
};

struct http_client;

struct http_answer {
    int status;       /* of HTTP; 0: no answer, see error */
    const char *body; /* zero-terminated, valid until the next request */
    size_t size;
    const char *error; /* NULL, or why there is no answer */
};

struct http_client *http_client_create(void);
void http_client_destroy(struct http_client *client);

/* method: GET, POST, PUT or DELETE. api_key: NULL, or sent as X-MBX-APIKEY. body: NULL = none; a
 * body is a form. Never follows redirects. */
struct http_request_line {
    const char *method;
    const char *url;
    const char *api_key;
    const char *body;
};
struct http_answer http_client_send(struct http_client *client,
                                    const struct http_request_line *request);

#endif
