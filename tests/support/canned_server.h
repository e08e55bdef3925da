/* SPDX-License-Identifier: Apache-2.0
 *
 * A peer for tests of clients: a child process on 127.0.0.1 that gives the same answers in the same
 * order, whatever is asked, and hands over what it was asked.
 */
#ifndef TESTS_CANNED_SERVER_H
#define TESTS_CANNED_SERVER_H

#include <stddef.h>
#include <sys/types.h>

struct canned_server {
    pid_t child;
    int asked; /* pipe: the requests as they came, each followed by a zero byte */
    int port;
};

/* answers: raw bytes of whole HTTP answers, used one per request, the last one again and again.
 * NULL in place of an answer: the connection is closed without one. Asserts on failure. */
void canned_server_start(struct canned_server *server, const char *const *answers, size_t count);

/* Stops the child; copies everything it was asked, zero bytes between, into out. Returns the size. */
size_t canned_server_stop(struct canned_server *server, char *out, size_t capacity);

/* The n-th request (0 …) in what canned_server_stop copied; NULL when there were fewer. */
const char *canned_request(const char *asked, size_t size, size_t n);

#endif
