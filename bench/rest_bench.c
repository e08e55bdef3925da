/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed REST orders through the gateway, each acknowledged when it is durable: first as many as 64
 * connections get answered, then at fixed rates with the latency counted from when each order was
 * due. Every second order trades with the one before, so the book stays small. Reference: GET
 * /api/v3/ping on the same connections.
 *
 * Argument: seconds per part (default 5).
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "sandbox_process.h"
#include "signed_order.h"
#include "stopwatch.h"

enum { CONNECTIONS = 64, BUFFER = 16384, SAMPLES_MAX = 4000000 };

struct connection {
    int fd;
    size_t size; /* of what has come of the answer */
    int64_t due_ns;
    bool is_busy;
    char answer[BUFFER];
};

struct load {
    struct sandbox_process sandbox;
    struct connection connections[CONNECTIONS];
    struct signed_orders orders;
    int epoll;
    uint64_t sent;
    uint64_t answered;
    uint64_t refused;
    int64_t *samples;
    size_t sample_count;
    bool is_ping;
};

static void give_up(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void connect_all(struct load *load)
{
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < CONNECTIONS; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};

        load->connections[i].fd = sandbox_connect(&load->sandbox);
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->connections[i].fd, &event);
    }
}

static void send_request(struct load *load, struct connection *connection, int64_t due_ns)
{
    static const char ping[] = "GET /api/v3/ping HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char request[BUFFER];
    size_t size = sizeof ping - 1;

    if (load->is_ping) {
        memcpy(request, ping, size);
    } else {
        size = signed_orders_write(&load->orders, request, sizeof request);
    }
    load->sent++;
    connection->due_ns = due_ns;
    connection->is_busy = true;
    connection->size = 0;
    if (write(connection->fd, request, size) != (ssize_t)size) {
        give_up("write");
    }
}

/* Reads what has come; true when the answer is whole. */
static bool read_answer(struct load *load, struct connection *connection)
{
    ssize_t count =
        read(connection->fd, connection->answer + connection->size, BUFFER - 1 - connection->size);

    if (count <= 0) {
        give_up("the gateway closed a connection");
    }
    connection->size += (size_t)count;
    connection->answer[connection->size] = '\0';
    const char *end = strstr(connection->answer, "\r\n\r\n");
    const char *length = end != NULL ? strcasestr(connection->answer, "content-length:") : NULL;
    if (length == NULL || connection->size < (size_t)(end + 4 - connection->answer) +
                                                 strtoul(length + 15, NULL, 10)) {
        return false;
    }
    if (strncmp(connection->answer, "HTTP/1.1 200", 12) != 0) {
        if (load->refused++ == 0) {
            fprintf(stderr, "bench: refused: %s\n", end + 4);
        }
    }
    connection->is_busy = false;
    load->answered++;
    if (load->sample_count < SAMPLES_MAX) {
        load->samples[load->sample_count++] = wall_ns() - connection->due_ns;
    }
    return true;
}

/* Waits for answers; returns after at least one event or the time given. */
static void wait_answers(struct load *load, int timeout_ms, bool again)
{
    struct epoll_event events[CONNECTIONS];
    int count = epoll_wait(load->epoll, events, CONNECTIONS, timeout_ms);

    for (int i = 0; i < count; i++) {
        struct connection *connection = &load->connections[events[i].data.u32];

        if (read_answer(load, connection) && again) {
            send_request(load, connection, wall_ns());
        }
    }
}

static void reset(struct load *load)
{
    load->sent = 0;
    load->answered = 0;
    load->refused = 0;
    load->sample_count = 0;
}

static void drain(struct load *load)
{
    while (load->answered < load->sent) {
        wait_answers(load, 1000, false);
    }
}

static void run_closed_loop(struct load *load, const char *name, int seconds)
{
    int64_t started = wall_ns();
    int64_t gateway = sandbox_process_cpu_ns(&load->sandbox, "gateway");
    int64_t core = sandbox_process_cpu_ns(&load->sandbox, "core");

    reset(load);
    for (int i = 0; i < CONNECTIONS; i++) {
        send_request(load, &load->connections[i], wall_ns());
    }
    while (wall_ns() - started < (int64_t)seconds * 1000000000) {
        wait_answers(load, 1000, true);
    }
    drain(load);
    int64_t spent = wall_ns() - started;
    gateway = sandbox_process_cpu_ns(&load->sandbox, "gateway") - gateway;
    core = sandbox_process_cpu_ns(&load->sandbox, "core") - core;
    printf("%-40s  %lld/s, %lld per gateway CPU second, gateway busy %lld %%, core busy %lld %%, "
           "%llu refused\n",
           name, (long long)((int64_t)load->answered * 1000000000 / spent),
           (long long)((int64_t)load->answered * 1000000000 / (gateway > 0 ? gateway : 1)),
           (long long)(gateway * 100 / spent), (long long)(core * 100 / spent),
           (unsigned long long)load->refused);
    print_percentiles("", load->samples, load->sample_count);
}

static struct connection *free_connection(struct load *load)
{
    for (int i = 0; i < CONNECTIONS; i++) {
        if (!load->connections[i].is_busy) {
            return &load->connections[i];
        }
    }
    return NULL;
}

static void run_fixed_rate(struct load *load, int rate, int seconds)
{
    int64_t started = wall_ns();
    int64_t total = (int64_t)rate * seconds;
    char name[64];

    reset(load);
    for (int64_t next = 0; next < total;) {
        int64_t due = started + next * 1000000000 / rate;
        bool is_due = wall_ns() >= due;
        struct connection *connection = is_due ? free_connection(load) : NULL;

        if (connection != NULL) {
            send_request(load, connection, due);
            next++;
        } else {
            wait_answers(load, is_due ? 100 : 0, false);
        }
    }
    drain(load);
    snprintf(name, sizeof name, "orders at %d/s, from when due", rate);
    print_percentiles(name, load->samples, load->sample_count);
}

int main(int argc, char **argv)
{
    static struct load load;
    int seconds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 5;

    signal(SIGPIPE, SIG_IGN);
    load.samples = calloc(SAMPLES_MAX, sizeof *load.samples);
    sandbox_process_start(&load.sandbox);
    signed_orders_begin(&load.orders, &load.sandbox);
    connect_all(&load);
    load.is_ping = true;
    run_closed_loop(&load, "reference: GET ping, 64 connections", seconds);
    load.is_ping = false;
    run_closed_loop(&load, "signed orders, 64 connections", seconds);
    run_fixed_rate(&load, 1000, seconds);
    run_fixed_rate(&load, 5000, seconds);
    run_fixed_rate(&load, 10000, seconds);
    sandbox_process_stop(&load.sandbox);
    free(load.samples);
    return 0;
}
