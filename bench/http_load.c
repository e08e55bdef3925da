/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header. Sockets block: a write waits until the kernel has taken all of it, which it soon has,
 * for the server reads whatever comes.
 */
#include "http_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stopwatch.h"

static void give_up(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

int http_load_connect(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        give_up("connect");
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

void http_load_open(struct http_load *load, int port, int connections)
{
    *load = (struct http_load){.orders = 1, .depth = 1, .connection_count = connections};
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->samples = calloc(LOAD_SAMPLES_MAX, sizeof *load->samples);
    load->request = malloc(LOAD_REQUEST_MAX);
    if (load->epoll < 0 || load->samples == NULL || load->request == NULL) {
        give_up("memory");
    }
    for (int i = 0; i < connections; i++) {
        struct load_connection *connection = &load->connections[i];
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};

        connection->fd = http_load_connect(port);
        connection->answer = malloc(LOAD_ANSWER_MAX);
        if (connection->answer == NULL ||
            epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
            give_up("epoll");
        }
    }
}

void http_load_close(struct http_load *load)
{
    for (int i = 0; i < load->connection_count; i++) {
        close(load->connections[i].fd);
        free(load->connections[i].answer);
    }
    close(load->epoll);
    free(load->samples);
    free(load->request);
}

/* `depth` requests in one write. */
static void send_requests(struct http_load *load, struct load_connection *connection,
                          int64_t due_ns)
{
    size_t size = 0;
    size_t done = 0;

    for (uint32_t i = 0; i < load->depth; i++) {
        size += load->write(load->context, load->request + size, LOAD_REQUEST_MAX - size);
    }
    load->sent += load->depth;
    connection->open = load->depth;
    connection->due_ns = due_ns;
    while (done < size) {
        ssize_t count = write(connection->fd, load->request + done, size - done);

        if (count < 0) {
            give_up("write");
        }
        done += (size_t)count;
    }
}

/* The size of the answer that begins here; 0: its head is not whole. */
static size_t answer_size(const char *text, size_t size)
{
    const char *end = memmem(text, size, "\r\n\r\n", 4);

    if (end == NULL) {
        return 0;
    }
    for (const char *line = text; line < end; line = (const char *)memchr(line, '\n', size) + 1) {
        if (strncasecmp(line, "content-length:", 15) == 0) {
            return (size_t)(end + 4 - text) + strtoul(line + 15, NULL, 10);
        }
    }
    errno = EPROTO;
    give_up("an answer without a length");
    return 0;
}

static void look_at(struct http_load *load, const char *text, size_t size)
{
    static const char code[] = "{\"code\":";
    bool is_refused = memcmp(text + 9, "200", 3) != 0;
    uint64_t refused = is_refused ? load->orders : 0;
    const char *at = text;
    const char *first = memmem(text, size, code, sizeof code - 1);

    if (!is_refused && load->orders > 1) {
        while ((at = memmem(at, size - (size_t)(at - text), code, sizeof code - 1)) != NULL) {
            refused++;
            at++;
        }
    }
    if (refused > 0 && load->refused == 0) {
        fprintf(stderr, "bench: refused: %.*s\n", 200, first != NULL ? first : text);
    }
    load->refused += refused;
    load->answered++;
}

/* Takes whole answers off the front. */
static void take_answers(struct http_load *load, struct load_connection *connection)
{
    size_t used = 0;

    while (connection->size > used) {
        const char *text = connection->answer + used;

        if (connection->wanted == 0) {
            connection->wanted = answer_size(text, connection->size - used);
        }
        if (connection->wanted == 0 || connection->size - used < connection->wanted) {
            break;
        }
        look_at(load, text, connection->wanted);
        if (load->sample_count < LOAD_SAMPLES_MAX) {
            load->samples[load->sample_count++] = wall_ns() - connection->due_ns;
        }
        used += connection->wanted;
        connection->wanted = 0;
        connection->open--;
    }
    memmove(connection->answer, connection->answer + used, connection->size - used);
    connection->size -= used;
}

/* Waits for answers; returns after at least one event or the time given. */
static void wait_answers(struct http_load *load, int timeout_ms, bool again)
{
    struct epoll_event events[LOAD_CONNECTIONS_MAX];
    int count = epoll_wait(load->epoll, events, LOAD_CONNECTIONS_MAX, timeout_ms);

    for (int i = 0; i < count; i++) {
        struct load_connection *connection = &load->connections[events[i].data.u32];
        ssize_t got = read(connection->fd, connection->answer + connection->size,
                           LOAD_ANSWER_MAX - 1 - connection->size);

        if (got <= 0) {
            give_up("the server closed a connection");
        }
        connection->size += (size_t)got;
        connection->answer[connection->size] = '\0';
        take_answers(load, connection);
        if (again && connection->open == 0) {
            send_requests(load, connection, wall_ns());
        }
    }
}

static void begin(struct http_load *load)
{
    load->sent = 0;
    load->answered = 0;
    load->refused = 0;
    load->sample_count = 0;
}

static void drain(struct http_load *load)
{
    while (load->answered < load->sent) {
        wait_answers(load, 1000, false);
    }
}

int64_t http_load_run(struct http_load *load, int64_t seconds)
{
    int64_t started = wall_ns();

    begin(load);
    for (int i = 0; i < load->connection_count; i++) {
        send_requests(load, &load->connections[i], wall_ns());
    }
    while (wall_ns() - started < seconds * 1000000000) {
        wait_answers(load, 1000, true);
    }
    drain(load);
    return wall_ns() - started;
}

static struct load_connection *free_connection(struct http_load *load)
{
    for (int i = 0; i < load->connection_count; i++) {
        if (load->connections[i].open == 0) {
            return &load->connections[i];
        }
    }
    return NULL;
}

void http_load_run_at(struct http_load *load, int64_t rate, int64_t seconds)
{
    int64_t started = wall_ns();

    begin(load);
    for (int64_t next = 0; next < rate * seconds;) {
        int64_t due = started + next * 1000000000 / rate;
        bool is_due = wall_ns() >= due;
        struct load_connection *connection = is_due ? free_connection(load) : NULL;

        if (connection != NULL) {
            send_requests(load, connection, due);
            next++;
        } else {
            wait_answers(load, is_due ? 100 : 0, false);
        }
    }
    drain(load);
}
