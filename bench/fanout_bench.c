/* SPDX-License-Identifier: Apache-2.0
 *
 * WebSocket fan-out: every trade goes to all readers of its stream. Trades are made as fast as one
 * client gets its orders acknowledged on several connections; what counts is the messages that
 * arrive, and the gateway's processor time. Also: memory of an idle WebSocket.
 *
 * Arguments: readers (default 500), seconds (default 5).
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http_load.h"
#include "sandbox_process.h"
#include "signed_order.h"
#include "stopwatch.h"

enum { BUFFER = 65536, TRADERS = 8, IDLE = 1000 };

struct reader {
    int fd;
    uint64_t skip;   /* bytes of the present frame still to come */
    uint8_t head[4]; /* of a frame whose head was cut */
    size_t head_size;
    bool is_trader;
};

struct fanout {
    struct sandbox_process sandbox;
    struct signed_orders orders;
    struct reader *readers;
    int epoll;
    uint64_t frames;
    uint64_t orders_done;
};

static int open_stream(const struct fanout *fanout, const char *path)
{
    char text[1024];
    int fd = http_load_connect(fanout->sandbox.port);
    int size = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
                        "Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                        "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        path);

    if (write(fd, text, (size_t)size) != size) {
        perror("bench: write");
        exit(1);
    }
    ssize_t count = read(fd, text, sizeof text - 1);
    text[count > 0 ? count : 0] = '\0';
    if (strncmp(text, "HTTP/1.1 101", 12) != 0) {
        fprintf(stderr, "bench: no upgrade: %.200s\n", text);
        exit(1);
    }
    return fd;
}

static void send_order(struct fanout *fanout, const struct reader *trader)
{
    char request[4096];
    size_t size = signed_orders_write(&fanout->orders, request, sizeof request);

    if (write(trader->fd, request, size) != (ssize_t)size) {
        perror("bench: write");
        exit(1);
    }
}

/* Payload size of a server's frame from its head; false: more bytes are needed. */
static bool frame_size(const uint8_t *head, size_t size, uint64_t *payload, size_t *head_size)
{
    if (size < 2) {
        return false;
    }
    *head_size = (head[1] & 127) == 126 ? 4 : 2;
    if (size < *head_size) {
        return false;
    }
    *payload = *head_size == 4 ? (uint64_t)head[2] << 8 | head[3] : (head[1] & 127u);
    return true;
}

static void count_frames(struct fanout *fanout, struct reader *reader, const uint8_t *bytes,
                         size_t size)
{
    size_t at = 0;

    while (at < size) {
        if (reader->skip > 0) {
            uint64_t step = reader->skip < size - at ? reader->skip : size - at;

            reader->skip -= step;
            at += (size_t)step;
            continue;
        }
        uint64_t payload = 0;
        size_t head_size = 0;
        reader->head[reader->head_size++] = bytes[at++];
        if (frame_size(reader->head, reader->head_size, &payload, &head_size)) {
            fanout->frames += (reader->head[0] & 15) == 1;
            reader->skip = payload;
            reader->head_size = 0;
        }
    }
}

static void read_some(struct fanout *fanout, struct reader *reader)
{
    static uint8_t bytes[BUFFER];
    ssize_t count = read(reader->fd, bytes, sizeof bytes);

    if (count <= 0) {
        fprintf(stderr, "bench: the gateway closed a connection\n");
        exit(1);
    }
    if (reader->is_trader) {
        fanout->orders_done++;
        send_order(fanout, reader);
    } else {
        count_frames(fanout, reader, bytes, (size_t)count);
    }
}

static void watch(struct fanout *fanout, uint32_t index)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};

    epoll_ctl(fanout->epoll, EPOLL_CTL_ADD, fanout->readers[index].fd, &event);
}

static void run(struct fanout *fanout, uint32_t readers, int seconds)
{
    int64_t started = wall_ns();
    int64_t gateway = sandbox_process_cpu_ns(&fanout->sandbox, "gateway");

    for (uint32_t i = readers; i < readers + TRADERS; i++) {
        fanout->readers[i] =
            (struct reader){.fd = http_load_connect(fanout->sandbox.port), .is_trader = true};
        watch(fanout, i);
        send_order(fanout, &fanout->readers[i]);
    }
    while (wall_ns() - started < (int64_t)seconds * 1000000000) {
        struct epoll_event events[256];
        int count = epoll_wait(fanout->epoll, events, 256, 1000);

        for (int i = 0; i < count; i++) {
            read_some(fanout, &fanout->readers[events[i].data.u32]);
        }
    }
    int64_t spent = wall_ns() - started;
    gateway = sandbox_process_cpu_ns(&fanout->sandbox, "gateway") - gateway;
    printf(
        "%-40s  %llu messages/s to %u readers, %llu per gateway CPU second (orders included), "
        "%llu orders/s\n",
        "fan-out of trades", (unsigned long long)(fanout->frames * 1000000000 / (uint64_t)spent),
        readers,
        (unsigned long long)(fanout->frames * 1000000000 / (uint64_t)(gateway > 0 ? gateway : 1)),
        (unsigned long long)(fanout->orders_done * 1000000000 / (uint64_t)spent));
}

static void measure_idle(struct fanout *fanout)
{
    int idle[IDLE];
    int64_t before = sandbox_process_resident(&fanout->sandbox, "gateway");

    for (int i = 0; i < IDLE; i++) {
        idle[i] = open_stream(fanout, "/ws");
    }
    printf("%-40s  %lld bytes (%d connections)\n", "one idle WebSocket",
           (long long)((sandbox_process_resident(&fanout->sandbox, "gateway") - before) / IDLE),
           IDLE);
    for (int i = 0; i < IDLE; i++) {
        close(idle[i]);
    }
}

int main(int argc, char **argv)
{
    static struct fanout fanout;
    uint32_t readers = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 500;
    int seconds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
    struct rlimit files = {8192, 8192};

    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_NOFILE, &files);
    sandbox_process_start(&fanout.sandbox);
    signed_orders_begin(&fanout.orders, &fanout.sandbox);
    measure_idle(&fanout);
    fanout.epoll = epoll_create1(EPOLL_CLOEXEC);
    fanout.readers = calloc(readers + TRADERS, sizeof *fanout.readers);
    for (uint32_t i = 0; i < readers; i++) {
        fanout.readers[i].fd = open_stream(&fanout, "/ws/btcusdt@trade");
        watch(&fanout, i);
    }
    run(&fanout, readers, seconds);
    sandbox_process_stop(&fanout.sandbox);
    free(fanout.readers);
    return 0;
}
