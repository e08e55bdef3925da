/* SPDX-License-Identifier: Apache-2.0
 *
 * Load on an HTTP server over keep-alive connections: as many requests as get answered, or at a fixed
 * rate with each latency counted from when the request was due. One thread, one epoll.
 */
#ifndef BENCH_HTTP_LOAD_H
#define BENCH_HTTP_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOAD_CONNECTIONS_MAX = 64,
    LOAD_REQUEST_MAX = 131072,
    LOAD_ANSWER_MAX = 524288,
    LOAD_SAMPLES_MAX = 4000000
};

struct load_connection {
    int fd;
    uint32_t open; /* requests written and not answered */
    int64_t due_ns;
    size_t size;   /* of what has come and is no whole answer yet */
    size_t wanted; /* of the answer that is coming; 0: its head is not whole */
    char *answer;  /* LOAD_ANSWER_MAX */
};

struct http_load {
    /* Writes the next request; returns its size, at most capacity. */
    size_t (*write)(void *context, char *out, size_t capacity);
    void *context;
    uint32_t orders; /* that one request carries: what is counted */
    uint32_t depth;  /* requests in one write; the next ones when all are answered */
    int connection_count;
    struct load_connection connections[LOAD_CONNECTIONS_MAX];
    int epoll;
    uint64_t sent;
    uint64_t answered;
    uint64_t refused; /* answers that are not 200, and elements of a batch with a code */
    int64_t *samples;
    size_t sample_count;
    char *request; /* LOAD_REQUEST_MAX */
};

/* Connects to 127.0.0.1:port; ends the program when that fails. `write`, `context`, `orders` and
 * `depth` are set by the caller before and between the runs. */
void http_load_open(struct http_load *load, int port, int connections);
void http_load_close(struct http_load *load);

/* Asks again as soon as all of a connection's requests are answered. Returns nanoseconds spent. */
int64_t http_load_run(struct http_load *load, int64_t seconds);

/* Asks at this rate; depth must be 1. */
void http_load_run_at(struct http_load *load, int64_t rate, int64_t seconds);

/* A connected socket to 127.0.0.1:port without delay; ends the program when there is none. */
int http_load_connect(int port);

#endif
