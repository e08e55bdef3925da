/* SPDX-License-Identifier: Apache-2.0
 *
 * The meter under load: shares verified on one core, without and with everything around them (sockets, log, sync), and the memory of
 * idle miners. The meter is a process of its own; pool and miners are this one.
 *
 *     stratum_bench [MINERS] [SECONDS]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "stopwatch.h"
#include "stratum/meter.h"
#include "stratum/share.h"
#include "stratum/stratum_write.h"

enum { VERIFIED = 300000, WINDOW = 64, BRANCHES = 12, ANSWER_MAX = 65536 };

static uint8_t coinbase[300];
static struct stratum_job job;

static void job_prepare(void)
{
    job = (struct stratum_job){.id = "b",
                               .coinbase1 = coinbase,
                               .coinbase1_size = 120,
                               .coinbase2 = coinbase + 120,
                               .coinbase2_size = 180,
                               .branch_count = BRANCHES,
                               .version = 0x20000000,
                               .bits = 0x1703ffffu,
                               .time = 1700000000};
    (void)target_of_bits(job.bits, &job.block_target);
}

static size_t share_write(char *out, size_t capacity, const char *name, uint64_t number)
{
    const uint8_t extranonce2[4] = {(uint8_t)(number >> 32), (uint8_t)(number >> 40),
                                    (uint8_t)(number >> 48), (uint8_t)(number >> 56)};
    const struct pool_share share = {.worker = "bench.rig",
                                     .job = name,
                                     .extranonce2 = extranonce2,
                                     .extranonce2_size = 2,
                                     .time = job.time,
                                     .nonce = (uint32_t)number};

    return write_submit((struct line_buffer){out, capacity}, 4, &share);
}

/* ---- lines to verdicts, alone ---- */

static void bench_verification(void)
{
    const uint8_t extranonce1[8] = {1, 2, 3, 4, 5, 6};
    struct sha256 *sha = sha256_create();
    struct seen_shares *seen = seen_shares_create(1 << 22);
    struct share_terms terms = {.job = &job,
                                .extranonce1 = extranonce1,
                                .extranonce1_size = 6,
                                .extranonce2_size = 2,
                                .assigned = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}}};
    uint64_t accepted = 0;
    char text[512];
    int64_t started = thread_ns();

    for (uint64_t i = 0; i < VERIFIED; i++) {
        struct stratum_line line;
        struct stratum_submit submit;
        struct header header;
        size_t size = share_write(text, sizeof text, "b", i);

        if (stratum_line_read(slice_of(text, size - 1), &line) == LINE_FAULT_NONE &&
            stratum_read_submit(line.params, &submit) == LINE_FAULT_NONE) {
            accepted +=
                share_verify(sha, seen, &terms, &submit, &header) == SHARE_VERDICT_ACCEPTED ? 1 : 0;
        }
    }
    int64_t passed = thread_ns() - started;
    printf("verified alone        %llu of %d shares, %lld shares/s of one core (line, %d branches, "
           "replay)\n",
           (unsigned long long)accepted, VERIFIED, (long long)VERIFIED * 1000000000 / passed,
           BRANCHES);
    sha256_destroy(sha);
    seen_shares_destroy(seen);
}

/* ---- the meter as a child ---- */

static struct event_loop *loop;

static void failed(void *context, int error)
{
    (void)context;
    fprintf(stderr, "the log failed: %s\n", strerror(-error));
    _exit(1);
}

static void nothing(void *context)
{
    (void)context;
}

static _Noreturn void run_meter(int tell, uint16_t pool_port, uint32_t miners, const char *folder)
{
    struct interval *interval = NULL;
    struct meter *meter = NULL;
    char what[LOG_NAME_SIZE];
    const char *about;
    struct seen_shares *seen = seen_shares_create(1 << 24);
    struct interval_options around = {.storage = storage_system(),
                                      .clock = clock_source_system(),
                                      .directory = folder,
                                      .seen = seen};
    struct meter_options options = {.directory = folder,
                                    .listen = "127.0.0.1:0",
                                    .pool_count = 1,
                                    .seen = seen,
                                    .miners_max = miners + 16,
                                    .silence_s = 3600,
                                    .shares_per_minute = 12,
                                    .difficulty_start = {.mantissa = 1, .decimals = 12},
                                    .difficulty_min = {.mantissa = 1, .decimals = 12},
                                    .difficulty_max = {.mantissa = 1, .decimals = 12},
                                    .on_failure = failed,
                                    .on_readings = nothing};

    (void)snprintf(options.pools[0].address, METER_TEXT_MAX, "127.0.0.1:%u", pool_port);
    (void)snprintf(options.pools[0].user, STRATUM_WORKER_MAX, "bench");
    if (event_loop_create(&loop, NULL) != 0 || interval_open(&around, &interval, what) != 0) {
        _exit(1);
    }
    options.loop = loop;
    options.interval = interval;
    if (meter_create(&options, &meter, &about) != 0) {
        _exit(1);
    }
    uint16_t port = meter_port(meter);
    if (write(tell, &port, sizeof port) != (ssize_t)sizeof port) {
        _exit(1);
    }
    (void)event_loop_run(loop);
    _exit(0);
}

/* ---- the pool: one connection, one job ---- */

static void say(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = send(fd, text, size, MSG_NOSIGNAL);

        if (written <= 0) {
            perror("send");
            exit(1);
        }
        text += written;
        size -= (size_t)written;
    }
}

static int listen_here(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        perror("listen");
        exit(1);
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static int serve_pool(int door)
{
    static char text[65536];
    const struct stratum_extranonce extranonce = {{9, 9, 9, 9}, 4, 4};
    int fd = accept(door, NULL, NULL);
    size_t got = 0;

    while (memmem(text, got, "mining.subscribe", 16) == NULL) {
        ssize_t more = recv(fd, text + got, sizeof text - got, 0);

        if (more <= 0) {
            exit(1);
        }
        got += (size_t)more;
    }
    const struct line_buffer out = {text, sizeof text};
    /* our meter asks to subscribe with the id 2, behind mining.configure */
    say(fd, text, write_subscribed(out, slice_of_text("2"), "s", &extranonce));
    say(fd, text, write_set_difficulty(out, (struct difficulty){.mantissa = 1000000000}));
    say(fd, text, write_notify(out, "b", &job, true));
    return fd;
}

/* ---- miners ---- */

struct client {
    int fd;
    uint32_t open; /* shares not answered */
    char job[32];
};

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("connect");
        exit(1);
    }
    return fd;
}

static void come_in(struct client *client, uint16_t port)
{
    static const char hello[] =
        "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"bench\"]}\n"
        "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"bench.rig\",\"x\"]}\n";
    static const char mark[] = "\"mining.notify\",\"params\":[\"";
    char text[16384];
    size_t got = 0;
    const char *at = NULL;

    client->fd = connect_to(port);
    say(client->fd, hello, sizeof hello - 1);
    while (at == NULL || memmem(text, got, "\"id\":2", 6) == NULL || text[got - 1] != '\n') {
        ssize_t more = recv(client->fd, text + got, sizeof text - got, 0);

        if (more <= 0) {
            fprintf(stderr, "a miner was not let in\n");
            exit(1);
        }
        got += (size_t)more;
        at = memmem(text, got, mark, sizeof mark - 1);
    }
    (void)snprintf(client->job, sizeof client->job, "%.*s",
                   (int)strcspn(at + sizeof mark - 1, "\""), at + sizeof mark - 1);
}

static long resident_kb(pid_t pid)
{
    char path[64];
    long pages = 0;
    long all = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL || fscanf(file, "%ld %ld", &all, &pages) != 2) {
        exit(1);
    }
    (void)fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Processor time of the child so far, nanoseconds. */
static int64_t child_ns(pid_t pid)
{
    clockid_t clock;

    return clock_getcpuclockid(pid, &clock) == 0 ? stopwatch_ns(clock) : 0;
}

static void send_window(struct client *client, uint64_t *number)
{
    char text[WINDOW * 192];
    size_t size = 0;

    while (client->open < WINDOW) {
        size += share_write(text + size, sizeof text - size, client->job, (*number)++);
        client->open++;
    }
    say(client->fd, text, size);
}

static void bench_load(struct client *clients, uint32_t count, int seconds, pid_t pid)
{
    static char text[ANSWER_MAX];
    struct pollfd *polled = calloc(count, sizeof *polled);
    uint64_t number = 0;
    uint64_t good = 0;
    uint64_t bad = 0;
    int64_t started = wall_ns();
    int64_t cpu = child_ns(pid);

    for (uint32_t i = 0; i < count; i++) {
        polled[i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
        send_window(&clients[i], &number);
    }
    while (wall_ns() - started < (int64_t)seconds * 1000000000) {
        if (poll(polled, count, 1000) <= 0) {
            break;
        }
        for (uint32_t i = 0; i < count; i++) {
            ssize_t got =
                polled[i].revents == 0 ? 0 : recv(clients[i].fd, text, sizeof text, MSG_DONTWAIT);

            for (char *at = text; got > 0 && (at = memchr(at, '\n', (size_t)(text + got - at)));
                 at++) {
                clients[i].open--;
                bool is_good = at - text >= 13 && memcmp(at - 13, "\"error\":null}", 13) == 0;

                good += is_good ? 1 : 0;
                bad += is_good ? 0 : 1;
            }
            if (got > 0 && clients[i].open < WINDOW / 2) {
                send_window(&clients[i], &number);
            }
        }
    }
    int64_t passed = wall_ns() - started;
    cpu = child_ns(pid) - cpu;
    printf(
        "with everything       %llu shares/s on the wall clock, %llu shares per second of the meter's "
        "processor time (%llu accepted, %llu lines cut or refused, %u connections)\n",
        (unsigned long long)(good * 1000000000 / (uint64_t)passed),
        (unsigned long long)(cpu == 0 ? 0 : good * 1000000000 / (uint64_t)cpu),
        (unsigned long long)good, (unsigned long long)bad, count);
    free(polled);
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
    int seconds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
    struct rlimit limit = {count + 256, count + 256};
    uint16_t pool_port = 0;
    uint16_t port = 0;
    int ends[2];
    char folder[] = "stratum-bench-XXXXXX";

    (void)setrlimit(RLIMIT_NOFILE, &limit);
    job_prepare();
    bench_verification();
    int door = listen_here(&pool_port);
    if (pipe(ends) != 0 || mkdtemp(folder) == NULL) {
        return 1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        run_meter(ends[1], pool_port, count, folder);
    }
    if (pid < 0 || read(ends[0], &port, sizeof port) != (ssize_t)sizeof port) {
        return 1;
    }
    int pool = serve_pool(door);
    struct client *clients = calloc(count, sizeof *clients);
    come_in(&clients[0], port);
    long before = resident_kb(pid);
    int64_t started = wall_ns();
    for (uint32_t i = 1; i < count; i++) {
        come_in(&clients[i], port);
    }
    printf(
        "idle miners           %u connected in %lld ms, %ld bytes each in the meter (resident)\n",
        count, (long long)(wall_ns() - started) / 1000000,
        (resident_kb(pid) - before) * 1024 / (count > 1 ? count - 1 : 1));
    bench_load(clients, count < 200 ? count : 200, seconds, pid);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    for (uint32_t i = 0; i < count; i++) {
        (void)close(clients[i].fd);
    }
    (void)close(pool);
    free(clients);
    folder_remove(folder);
    return 0;
}
