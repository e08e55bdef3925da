/* SPDX-License-Identifier: Apache-2.0
 *
 * The server core alone: keep-alive GETs on 64 connections, market-data frames of 200 bytes to 200
 * WebSocket clients (1, 8 and 32 frames a turn), and what an idle session costs. The server is a
 * process of its own on core 0, the clients are on core 1. Reference: a bare loop that reads and
 * writes the same bytes without understanding them, which is the kernel's share.
 *
 * Argument: seconds per part (default 3).
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/connection.h"
#include "gateway/server.h"
#include "stopwatch.h"

enum {
    HTTP_CLIENTS = 64,
    FAN_OUT_CLIENTS = 200,
    IDLE_SESSIONS = 5000,
    FRAME_SIZE = 200, /* payload; 4 more on the wire */
    RECEIVE = 1 << 20
};

static const char REQUEST[] = "GET /api/v3/depth?symbol=BTCKZT&limit=5 HTTP/1.1\r\n"
                              "Host: 127.0.0.1:8080\r\n"
                              "User-Agent: bench\r\n"
                              "Accept: */*\r\n\r\n";
static const char BODY[] = "{\"lastUpdateId\":1027024,\"bids\":[[\"4.00000000\",\"431.00000000\"]],"
                           "\"asks\":[[\"4.00000200\",\"12.00000000\"]]}";
static const char BARE_ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                  "Content-Length: 100\r\n\r\n"
                                  "{\"lastUpdateId\":1027024,\"bids\":[[\"4.00000000\",\"431.000000"
                                  "00\"]],\"asks\":[[\"4.00000200\",\"12.00000000\"]]}";

static char received[RECEIVE];

static void expect(bool is_true, const char *what)
{
    if (!is_true) {
        perror(what);
        exit(1);
    }
}

static void core_take(size_t core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    (void)sched_setaffinity(0, sizeof set, &set); /* with one core only: so be it */
}

/* ---- the server's process ---- */

struct fan_out {
    struct server *server;
    uint32_t frames_per_turn; /* 0: nothing is sent */
    uint32_t count;
    struct server_handle sessions[IDLE_SESSIONS];
};

static void on_request(void *context, struct server *server, struct server_handle handle,
                       const struct http_request *request, struct slice body)
{
    (void)context;
    (void)request;
    (void)body;
    const struct server_response response = {
        .status = 200, .content_type = "application/json", .body = slice_of(BODY, sizeof BODY - 1)};
    (void)server_respond(server, handle, &response);
}

static enum server_upgrade on_upgrade(void *context, struct server *server,
                                      struct server_handle handle,
                                      const struct http_request *request)
{
    struct fan_out *fan_out = context;
    (void)server;
    (void)request;
    fan_out->sessions[fan_out->count++] = handle;
    return SERVER_UPGRADE_ACCEPTED;
}

/* One market-data turn: encode once, queue for everybody who has read what came before. */
static void frames_publish(const struct fan_out *fan_out)
{
    static const char PAYLOAD[FRAME_SIZE] = {'{'};
    for (uint32_t k = 0; k < fan_out->frames_per_turn; k++) {
        struct shared_frame *frame =
            shared_frame_create_message(WEBSOCKET_OPCODE_TEXT, slice_of(PAYLOAD, FRAME_SIZE));
        for (uint32_t i = 0; i < fan_out->count; i++) {
            (void)server_ws_send_frame(fan_out->server, fan_out->sessions[i], frame,
                                       SERVER_POLICY_CONFLATE_OK);
        }
        shared_frame_release(frame);
    }
}

static void server_run(int port_pipe, uint32_t frames_per_turn, uint32_t clients)
{
    struct event_loop *loop;
    static struct fan_out fan_out;
    struct server_options options = {
        .callbacks = {.context = &fan_out, .on_request = on_request, .on_upgrade = on_upgrade}};
    expect(event_loop_create(&loop, NULL) == 0, "event_loop_create");
    server_limits_default(&options.limits);
    options.loop = loop;
    options.limits.output_size_max = 1 << 16;
    expect(server_create(&fan_out.server, &options) == 0, "server_create");
    expect(server_listen(fan_out.server, "127.0.0.1:0", NULL) == 0, "server_listen");
    fan_out.frames_per_turn = frames_per_turn;
    uint16_t port = server_port(fan_out.server);
    expect(write(port_pipe, &port, sizeof port) == sizeof port, "write");
    for (;;) {
        bool is_publishing = frames_per_turn > 0 && fan_out.count == clients;
        if (is_publishing) {
            frames_publish(&fan_out);
        }
        expect(event_loop_run_once(loop, is_publishing ? 0 : -1) >= 0, "event_loop_run_once");
    }
}

/* ---- the reference's process ---- */

static int bare_listen(int port_pipe)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    expect(bind(fd, (const struct sockaddr *)&address, size) == 0 && listen(fd, 1024) == 0,
           "listen");
    expect(getsockname(fd, (struct sockaddr *)&address, &size) == 0, "getsockname");
    uint16_t port = ntohs(address.sin_port);
    expect(write(port_pipe, &port, sizeof port) == sizeof port, "write");
    return fd;
}

static void bare_run(int port_pipe, uint32_t clients)
{
    struct epoll_event events[256];
    const int one = 1;
    int listener = bare_listen(port_pipe);
    int epoll = epoll_create1(0);
    for (uint32_t i = 0; i < clients; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        expect(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
    }
    for (;;) {
        int count = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < count; i++) {
            if (recv(events[i].data.fd, received, sizeof received, 0) <= 0) {
                _exit(0);
            }
            (void)send(events[i].data.fd, BARE_ANSWER, sizeof BARE_ANSWER - 1, MSG_NOSIGNAL);
        }
    }
}

/* The same bytes as the fan-out, written as fast as each client takes them. */
static void bare_fan_out_run(int port_pipe, uint32_t frames_per_turn, uint32_t clients)
{
    static int fds[FAN_OUT_CLIENTS];
    int listener = bare_listen(port_pipe);
    for (uint32_t i = 0; i < clients; i++) {
        fds[i] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    }
    for (;;) {
        for (uint32_t i = 0; i < clients; i++) {
            (void)send(fds[i], received, (size_t)frames_per_turn * (FRAME_SIZE + 4),
                       MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }
}

/* ---- the clients ---- */

struct target {
    pid_t child;
    uint16_t port;
};

enum kind { KIND_SERVER = 1, KIND_BARE, KIND_BARE_FAN_OUT };

static struct target target_start(enum kind kind, uint32_t frames_per_turn, uint32_t clients)
{
    struct target target;
    int ends[2];
    expect(pipe(ends) == 0, "pipe");
    target.child = fork();
    expect(target.child >= 0, "fork");
    if (target.child == 0) {
        core_take(0);
        switch (kind) {
        case KIND_SERVER: server_run(ends[1], frames_per_turn, clients); break;
        case KIND_BARE: bare_run(ends[1], clients); break;
        case KIND_BARE_FAN_OUT: bare_fan_out_run(ends[1], frames_per_turn, clients); break;
        }
        _exit(0);
    }
    expect(read(ends[0], &target.port, sizeof target.port) == sizeof target.port, "read");
    close(ends[0]);
    close(ends[1]);
    return target;
}

static void target_stop(const struct target *target)
{
    kill(target->child, SIGKILL);
    waitpid(target->child, NULL, 0);
}

/* Processor time of another process. */
static int64_t target_cpu_ns(const struct target *target)
{
    clockid_t clock;
    expect(clock_getcpuclockid(target->child, &clock) == 0, "clock_getcpuclockid");
    return stopwatch_ns(clock);
}

static int client_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    const int one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    expect(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0, "connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static int client_upgrade(uint16_t port)
{
    static const char HANDSHAKE[] =
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    int fd = client_connect(port);
    expect(send(fd, HANDSHAKE, sizeof HANDSHAKE - 1, 0) > 0, "send");
    expect(recv(fd, received, 129, MSG_WAITALL) == 129, "handshake");
    return fd;
}

static int clients_watch(const int *fds, uint32_t count)
{
    int epoll = epoll_create1(0);
    for (uint32_t i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i]};
        expect(fcntl(fds[i], F_SETFL, O_NONBLOCK) == 0, "fcntl");
        expect(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event) == 0, "epoll_ctl");
    }
    return epoll;
}

static void print_rate(const char *what, uint64_t count, int64_t wall, int64_t cpu)
{
    printf("%-44s %9llu /s   %9llu per CPU second of the server\n", what,
           (unsigned long long)(count * 1000000000u / (uint64_t)wall),
           (unsigned long long)(count * 1000000000u / (uint64_t)(cpu > 0 ? cpu : 1)));
}

/* Each client asks again as soon as it has been answered. */
static void http_measure(const char *what, enum kind kind, int64_t seconds)
{
    struct target target = target_start(kind, 0, HTTP_CLIENTS);
    struct epoll_event events[HTTP_CLIENTS];
    int fds[HTTP_CLIENTS];
    uint64_t answers = 0;
    for (uint32_t i = 0; i < HTTP_CLIENTS; i++) {
        fds[i] = client_connect(target.port);
    }
    int epoll = clients_watch(fds, HTTP_CLIENTS);
    for (uint32_t i = 0; i < HTTP_CLIENTS; i++) {
        expect(send(fds[i], REQUEST, sizeof REQUEST - 1, 0) > 0, "send");
    }
    int64_t cpu = target_cpu_ns(&target);
    int64_t started = wall_ns();
    int64_t now = started;
    while (now - started < seconds * 1000000000) {
        int count = epoll_wait(epoll, events, HTTP_CLIENTS, 1000);
        for (int i = 0; i < count; i++) {
            /* An answer is one small segment: it comes whole. */
            expect(recv(events[i].data.fd, received, sizeof received, 0) > 0, "recv");
            expect(send(events[i].data.fd, REQUEST, sizeof REQUEST - 1, 0) > 0, "send");
            answers++;
        }
        now = wall_ns();
    }
    print_rate(what, answers, now - started, target_cpu_ns(&target) - cpu);
    target_stop(&target);
    for (uint32_t i = 0; i < HTTP_CLIENTS; i++) {
        close(fds[i]);
    }
    close(epoll);
}

/* Counts the frames that arrive. */
static void fan_out_measure(const char *what, enum kind kind, uint32_t frames_per_turn,
                            int64_t seconds)
{
    struct target target = target_start(kind, frames_per_turn, FAN_OUT_CLIENTS);
    struct epoll_event events[FAN_OUT_CLIENTS];
    int fds[FAN_OUT_CLIENTS];
    uint64_t bytes = 0;
    char line[64];
    for (uint32_t i = 0; i < FAN_OUT_CLIENTS; i++) {
        fds[i] = kind == KIND_SERVER ? client_upgrade(target.port) : client_connect(target.port);
    }
    int epoll = clients_watch(fds, FAN_OUT_CLIENTS);
    int64_t cpu = target_cpu_ns(&target);
    int64_t started = wall_ns();
    int64_t now = started;
    while (now - started < seconds * 1000000000) {
        int count = epoll_wait(epoll, events, FAN_OUT_CLIENTS, 1000);
        for (int i = 0; i < count; i++) {
            ssize_t got = recv(events[i].data.fd, received, sizeof received, 0);
            expect(got > 0, "recv");
            bytes += (uint64_t)got;
        }
        now = wall_ns();
    }
    snprintf(line, sizeof line, "%s, %u frames a turn", what, frames_per_turn);
    print_rate(line, bytes / (FRAME_SIZE + 4), now - started, target_cpu_ns(&target) - cpu);
    target_stop(&target);
    for (uint32_t i = 0; i < FAN_OUT_CLIENTS; i++) {
        close(fds[i]);
    }
    close(epoll);
}

static long resident_kb(pid_t process)
{
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)process);
    FILE *file = fopen(path, "r");
    expect(file != NULL && fscanf(file, "%*d %ld", &pages) == 1, path);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void idle_measure(void)
{
    static int fds[IDLE_SESSIONS];
    struct rlimit limit;
    uint32_t count = 0;
    expect(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    struct target target = target_start(KIND_SERVER, 0, 0);
    long before = resident_kb(target.child);
    uint32_t wanted = limit.rlim_cur < IDLE_SESSIONS + 100 ? 500 : IDLE_SESSIONS;
    while (count < wanted) {
        fds[count++] = client_upgrade(target.port);
    }
    long grown = resident_kb(target.child) - before;
    printf("%-44s %9ld bytes each and a slot of %zu (%u sessions)\n", "idle WebSocket sessions",
           grown * 1024 / (long)count, sizeof(struct connection), count);
    target_stop(&target);
    while (count > 0) {
        close(fds[--count]);
    }
}

int main(int count, char **arguments)
{
    int64_t seconds = count > 1 ? strtol(arguments[1], NULL, 10) : 3;
    core_take(1);
    setvbuf(stdout, NULL, _IOLBF, 0);
    http_measure("reference: bare read and write", KIND_BARE, seconds);
    http_measure("GET, keep-alive, 64 connections", KIND_SERVER, seconds);
    for (uint32_t frames = 1; frames <= 32; frames = frames == 1 ? 8 : frames * 4) {
        fan_out_measure("reference: bare send", KIND_BARE_FAN_OUT, frames, seconds);
        fan_out_measure("200 B to 200 sessions", KIND_SERVER, frames, seconds);
    }
    idle_measure();
    return 0;
}
