/* SPDX-License-Identifier: Apache-2.0
 *
 * Durable commands through the link: the real core process on a real disk, orders of two traders sent
 * through the Unix socket, counted when the core calls them durable. First many at a time from one and
 * from several clients, with and without a follower beside them; then one at a time. Reference, in
 * the same minute: write and fdatasync of 4 KiB in a preallocated file.
 *
 * Arguments: commands of a run (default 400000).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/follower.h"
#include "node/link_client.h"
#include "stopwatch.h"
#include "tarazy/query.h"

enum { CLIENTS_MAX = 8, SINGLES = 3000, SYNCS = 1000, PAGE = 4096 };

struct trader {
    uint32_t participant;
    uint32_t key;
};

struct bench {
    char folder[64];
    const char *program;
    pid_t core;
    struct trader traders[2];
    uint16_t market;
    struct price price;
    struct quantity quantity;
};

static void give_up(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ------------------------------------------------------------------ the node */

static pid_t run(const char *program, const char *const *arguments)
{
    pid_t process = fork();
    if (process == 0) {
        (void)execv(program, (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    return process;
}

static void found(struct bench *bench)
{
    char founding[1024];
    int status = 0;
    const char *source = getenv("TARAZY_SOURCE_DIR");
    snprintf(founding, sizeof founding, "%s/share/sandbox.founding", source != NULL ? source : ".");
    snprintf(bench->folder, sizeof bench->folder, "link-bench-XXXXXX");
    if (mkdtemp(bench->folder) == NULL) {
        give_up("a folder");
    }
    const char *arguments[] = {"tarazy", "init",        "--founding", founding,
                               "--dir",  bench->folder, NULL};
    pid_t init = run(bench->program, arguments);
    if (waitpid(init, &status, 0) != init || status != 0) {
        give_up("tarazy init");
    }
}

static void start_core(struct bench *bench)
{
    const char *arguments[] = {"tarazy",      "core",    "--dir", bench->folder,
                               "--log-level", "warning", NULL};
    bench->core = run(bench->program, arguments);
}

static void remove_all(struct bench *bench)
{
    const char *arguments[] = {"rm", "-rf", bench->folder, NULL};
    pid_t process = run("/bin/rm", arguments);
    (void)waitpid(process, NULL, 0);
}

/* ------------------------------------------------------------------ clients */

static void wait_readable(const struct link_client *client)
{
    struct pollfd watched = {.fd = client->fd, .events = POLLIN};
    if (link_client_wants_write(client)) {
        watched.events |= POLLOUT;
    }
    (void)poll(&watched, 1, 10000);
}

/* Connects, however long the core takes to come up; the number that is durable. */
static uint64_t connect_client(struct link_client *client, const struct bench *bench)
{
    struct link_notice notice;
    if (!link_client_create(client)) {
        give_up("memory");
    }
    while (link_client_connect(client, bench->folder) != 0) {
        (void)poll(NULL, 0, 1);
    }
    while (link_client_next(client, &notice) == 0) {
        wait_readable(client);
    }
    return notice.number;
}

static struct command_order_place order_of(const struct bench *bench, bool is_buyer)
{
    const struct trader *trader = &bench->traders[is_buyer ? 0 : 1];
    return (struct command_order_place){
        .header = {.kind = COMMAND_ORDER_PLACE,
                   .participant = trader->participant,
                   .key = trader->key},
        .terms = {.quantity = bench->quantity,
                  .price = bench->price,
                  .instrument = bench->market,
                  .side = is_buyer ? SIDE_BUY : SIDE_SELL,
                  .type = ORDER_TYPE_LIMIT,
                  .time_in_force = TIME_IN_FORCE_GTC,
                  .self_trade = SELF_TRADE_EXPIRE_TAKER},
    };
}

/* Takes what has come; the newest durable number. */
static uint64_t take_notices(struct link_client *client, uint64_t durable)
{
    struct link_notice notice;
    int result;
    while ((result = link_client_next(client, &notice)) > 0) {
        if (notice.kind == LINK_NOTICE_REFUSED) {
            give_up("an order was refused");
        }
        durable = notice.number > durable ? notice.number : durable;
    }
    if (result < 0) {
        give_up("the core has gone");
    }
    return durable;
}

/* All clients together send `commands`, as fast as they are taken. Nanoseconds until all are durable. */
static int64_t pump(struct bench *bench, struct link_client *clients, int count, uint64_t first,
                    uint64_t commands)
{
    uint64_t sent = 0;
    uint64_t durable = first;
    int64_t begin = wall_ns();
    while (durable < first + commands) {
        for (int i = 0; i < count; i++) {
            struct command_order_place order = order_of(bench, sent % 2 == 0);
            while (sent < commands && link_client_queue(&clients[i], &order.header)) {
                sent++;
                order = order_of(bench, sent % 2 == 0);
            }
            if (link_client_flush(&clients[i]) < 0) {
                give_up("the core has gone");
            }
            durable = take_notices(&clients[i], durable);
        }
        if (durable < first + commands) {
            wait_readable(&clients[0]);
        }
    }
    return wall_ns() - begin;
}

static void measure_many(struct bench *bench, int count, uint64_t commands, const char *what)
{
    struct link_client clients[CLIENTS_MAX];
    uint64_t first = 0;
    for (int i = 0; i < count; i++) {
        first = connect_client(&clients[i], bench);
    }
    int64_t taken_ns = pump(bench, clients, count, first, commands);
    printf("%-40s  %lld commands/s\n", what,
           (long long)(commands * 1000000000u / (uint64_t)taken_ns));
    for (int i = 0; i < count; i++) {
        link_client_destroy(&clients[i]);
    }
}

static void measure_singles(struct bench *bench)
{
    static int64_t samples[SINGLES];
    struct link_client client;
    uint64_t durable = connect_client(&client, bench);
    for (int i = 0; i < SINGLES; i++) {
        struct command_order_place order = order_of(bench, i % 2 == 0);
        uint64_t wanted = durable + 1;
        int64_t begin = wall_ns();
        (void)link_client_queue(&client, &order.header);
        (void)link_client_flush(&client);
        while ((durable = take_notices(&client, durable)) < wanted) {
            wait_readable(&client);
        }
        samples[i] = wall_ns() - begin;
    }
    print_percentiles("one at a time, until durable", samples, SINGLES);
    link_client_destroy(&client);
}

/* ------------------------------------------------------------------ a follower beside */

static volatile sig_atomic_t follow_stop;

static void follow_end(int number)
{
    (void)number;
    follow_stop = 1;
}

/* In a process of its own, as a gateway would be. */
static pid_t start_follower(const struct bench *bench)
{
    pid_t process = fork();
    if (process != 0) {
        return process;
    }
    const char *error = NULL;
    struct follower_options options = {.directory = bench->folder, .from = UINT64_MAX};
    struct follower_sink sink = {.context = NULL};
    (void)signal(SIGTERM, follow_end);
    struct follower *follower = follower_open(&options, &sink, &error);
    while (follower != NULL && !follow_stop) {
        if (follower_work(follower, 4096) == 0) {
            struct pollfd watched = {.fd = follower_fd(follower), .events = POLLIN};
            (void)poll(&watched, 1, 100);
        }
    }
    _exit(follower == NULL ? 1 : 0);
}

/* ------------------------------------------------------------------ references and the world */

static void measure_syncs(const struct bench *bench)
{
    static int64_t samples[SYNCS];
    static char page[PAGE] = {1};
    char path[128];
    snprintf(path, sizeof path, "%s/sync", bench->folder);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (int i = 0; i < SYNCS && fd >= 0; i++) {
        if (pwrite(fd, page, PAGE, (off_t)i * PAGE) != PAGE) {
            give_up("a file");
        }
    }
    if (fd < 0 || fsync(fd) != 0) {
        give_up("a file");
    }
    for (int i = 0; i < SYNCS; i++) {
        int64_t begin = wall_ns();
        if (pwrite(fd, page, PAGE, (off_t)i * PAGE) != PAGE || fdatasync(fd) != 0) {
            give_up("a file");
        }
        samples[i] = wall_ns() - begin;
    }
    print_percentiles("reference: write and fdatasync of 4 KiB", samples, SYNCS);
    (void)close(fd);
}

/* Who may trade what: from the node's state. */
static void look_around(struct bench *bench)
{
    const char *error = NULL;
    struct follower_options options = {
        .directory = bench->folder, .from = 1, .replay_from_start = true, .offline = true};
    struct follower_sink sink = {.context = NULL};
    struct instrument_view market;
    struct follower *follower = follower_open(&options, &sink, &error);
    if (follower == NULL) {
        give_up(error);
    }
    while (follower_work(follower, 1000) > 0) {
    }
    const struct engine *engine = follower_engine(follower);
    const struct handle names[2] = {{"maker"}, {"taker"}};
    for (int i = 0; i < 2; i++) {
        struct key_view key;
        bench->traders[i].participant = tarazy_query_participant_by_handle(engine, names[i]);
        for (uint32_t number = 1; tarazy_query_key_by_number(engine, number, &key); number++) {
            if (key.owner == bench->traders[i].participant) {
                bench->traders[i].key = number;
            }
        }
    }
    bench->market = tarazy_query_instrument_by_symbol(engine, (struct symbol){.text = "BTCKZT"});
    if (!tarazy_query_instrument(engine, bench->market, &market)) {
        give_up("BTCKZT");
    }
    bench->price = market.last;
    bench->quantity = (struct quantity){1000000};
    follower_close(follower);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    uint64_t commands = argc > 1 ? strtoull(argv[1], NULL, 10) : 400000;
    const char *program = getenv("TARAZY_PROGRAM");
    bench.program = program != NULL ? program : "./tarazy";
    found(&bench);
    look_around(&bench);
    start_core(&bench);
    measure_syncs(&bench);
    measure_many(&bench, 1, commands, "one client, many at a time");
    measure_many(&bench, CLIENTS_MAX, commands, "eight clients, many at a time");
    pid_t follower = start_follower(&bench);
    measure_many(&bench, 1, commands, "one client, a follower beside");
    (void)kill(follower, SIGTERM);
    (void)waitpid(follower, NULL, 0);
    measure_singles(&bench);
    measure_syncs(&bench);
    (void)kill(bench.core, SIGTERM);
    (void)waitpid(bench.core, NULL, 0);
    remove_all(&bench);
    return 0;
}
