/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed orders through the gateway over TCP, each acknowledged when it is durable. Every second order
 * (or batch) trades with the one before, so the book stays small.
 *
 *   peers      one order a request on 64 connections, in rounds with GET /api/v3/ping and with a
 *              hello-world of libh2o on as many connections: the ratio is what counts
 *   rates      latency at fixed rates, from when each order was due
 *   single     one connection, one order at a time
 *   pipelined  64 requests in one write
 *   batch      64 orders a request on 64 connections, then 500 on 8
 *
 * Arguments: seconds per part (default 5), names of parts (default: all). History stands back in the
 * parts pipelined and batch: it is a consumer, no part of an acknowledgement.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hello_server.h"
#include "http_load.h"
#include "sandbox_process.h"
#include "signed_order.h"
#include "stopwatch.h"

enum { CONNECTIONS = 64, BATCH_CONNECTIONS = 8, PIPELINED = 64, ROUNDS = 3 };

struct bench {
    struct sandbox_process sandbox;
    struct signed_orders orders;
    int64_t seconds;
};

/* ------------------------------------------------------------------ what is asked */

static size_t write_ping(void *context, char *out, size_t capacity)
{
    static const char ping[] = "GET /api/v3/ping HTTP/1.1\r\nHost: localhost\r\n\r\n";

    (void)context;
    if (capacity < sizeof ping) {
        return 0;
    }
    memcpy(out, ping, sizeof ping - 1);
    return sizeof ping - 1;
}

static size_t write_order(void *context, char *out, size_t capacity)
{
    return signed_orders_write(context, out, capacity);
}

static size_t write_batch(void *context, char *out, size_t capacity)
{
    return signed_orders_write_batch(context, out, capacity);
}

/* ------------------------------------------------------------------ what it costs */

struct costs {
    int64_t gateway_ns;
    int64_t core_ns;
};

static struct costs costs_now(const struct bench *bench)
{
    return (struct costs){sandbox_process_cpu_ns(&bench->sandbox, "gateway"),
                          sandbox_process_cpu_ns(&bench->sandbox, "core")};
}

static int64_t per_second(uint64_t count, int64_t spent_ns)
{
    return (int64_t)((double)count * 1e9 / (double)(spent_ns > 0 ? spent_ns : 1));
}

/* One closed loop. Returns what was done per second of the gateway's processor. */
static int64_t measure(struct bench *bench, struct http_load *load, const char *name)
{
    struct costs before = costs_now(bench);
    int64_t spent = http_load_run(load, bench->seconds);
    struct costs after = costs_now(bench);
    int64_t gateway = after.gateway_ns - before.gateway_ns;
    uint64_t done = load->answered * load->orders;

    printf("%-40s  %lld/s, %lld per gateway CPU second, gateway busy %lld %%, core busy %lld %%, "
           "%llu refused\n",
           name, (long long)per_second(done, spent), (long long)per_second(done, gateway),
           (long long)(gateway * 100 / spent),
           (long long)((after.core_ns - before.core_ns) * 100 / spent),
           (unsigned long long)load->refused);
    print_percentiles("", load->samples, load->sample_count);
    fflush(stdout);
    return per_second(done, gateway);
}

/* ------------------------------------------------------------------ parts */

static int64_t median(int64_t values[ROUNDS])
{
    qsort(values, ROUNDS, sizeof values[0], compare_i64);
    return values[ROUNDS / 2];
}

static int64_t measure_hello(const struct bench *bench, struct http_load *load, pid_t process)
{
    int64_t before = process_cpu_ns(process);
    int64_t spent = http_load_run(load, bench->seconds);
    int64_t rate = per_second(load->answered, process_cpu_ns(process) - before);

    printf("%-40s  %lld/s, %lld per CPU second\n", "peer: libh2o hello-world, 64 connections",
           (long long)per_second(load->answered, spent), (long long)rate);
    fflush(stdout);
    return rate;
}

static void run_peers(struct bench *bench)
{
    static struct http_load load;
    static struct http_load hello;
    int64_t rates[3][ROUNDS] = {0};
    int port;
    pid_t process = hello_server_start(&port);

    http_load_open(&load, bench->sandbox.port, CONNECTIONS);
    if (process > 0) {
        http_load_open(&hello, port, CONNECTIONS);
        hello.write = write_ping;
    }
    load.context = &bench->orders;
    for (int i = 0; i < ROUNDS; i++) {
        if (process > 0) {
            rates[0][i] = measure_hello(bench, &hello, process);
        }
        load.write = write_ping;
        rates[1][i] = measure(bench, &load, "reference: GET ping, 64 connections");
        load.write = write_order;
        rates[2][i] = measure(bench, &load, "signed orders, 64 connections");
    }
    double orders = (double)median(rates[2]);

    printf("%-40s  %.2f of ping", "orders per CPU second, medians",
           orders / (double)median(rates[1]));
    if (process > 0) {
        printf(", %.2f of libh2o's hello-world\n", orders / (double)median(rates[0]));
        http_load_close(&hello);
    } else {
        printf("; libh2o hello-world: skipped, built without libh2o-evloop-dev\n");
    }
    hello_server_stop(process);
    http_load_close(&load);
}

static void run_rates(struct bench *bench)
{
    static const int rates[] = {1000, 5000, 10000, 20000};
    static struct http_load load;

    http_load_open(&load, bench->sandbox.port, CONNECTIONS);
    load.write = write_order;
    load.context = &bench->orders;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        char name[64];

        http_load_run_at(&load, rates[i], bench->seconds);
        snprintf(name, sizeof name, "orders at %d/s, from when due", rates[i]);
        print_percentiles(name, load.samples, load.sample_count);
        fflush(stdout);
    }
    http_load_close(&load);
}

static void run_loop(struct bench *bench, int connections, struct http_load asked, const char *name)
{
    static struct http_load load;

    http_load_open(&load, bench->sandbox.port, connections);
    load.write = asked.write;
    load.orders = asked.orders;
    load.depth = asked.depth;
    load.context = &bench->orders;
    measure(bench, &load, name);
    http_load_close(&load);
}

static void run_single(struct bench *bench)
{
    run_loop(bench, 1, (struct http_load){.write = write_order, .orders = 1, .depth = 1},
             "signed orders, one at a time");
}

static void run_pipelined(struct bench *bench)
{
    sandbox_process_idle(&bench->sandbox, "history");
    run_loop(bench, CONNECTIONS,
             (struct http_load){.write = write_order, .orders = 1, .depth = PIPELINED},
             "signed orders, 64 a write, 64 connections");
}

static void run_batches(struct bench *bench, int orders, int connections, const char *name)
{
    signed_orders_set_batch(&bench->orders, orders);
    run_loop(bench, connections,
             (struct http_load){.write = write_batch, .orders = (uint32_t)orders, .depth = 1},
             name);
}

static void run_batch(struct bench *bench)
{
    sandbox_process_idle(&bench->sandbox, "history");
    run_batches(bench, PIPELINED, CONNECTIONS, "orders in batches of 64, 64 connections");
    run_batches(bench, SIGNED_BATCH_ORDERS, BATCH_CONNECTIONS,
                "orders in batches of 500, 8 connections");
}

static const struct part {
    const char *name;
    void (*run)(struct bench *bench);
} parts[] = {
    {"peers", run_peers},         {"rates", run_rates}, {"single", run_single},
    {"pipelined", run_pipelined}, {"batch", run_batch},
};

static bool is_wanted(const char *name, int argc, char **argv)
{
    bool has_names = false;

    for (int i = 1; i < argc; i++) {
        bool is_number = argv[i][0] >= '0' && argv[i][0] <= '9';

        if (strcmp(argv[i], name) == 0) {
            return true;
        }
        has_names = has_names || !is_number;
    }
    return !has_names;
}

int main(int argc, char **argv)
{
    static struct bench bench = {.seconds = 5};

    signal(SIGPIPE, SIG_IGN);
    if (argc > 1 && strtol(argv[1], NULL, 10) > 0) {
        bench.seconds = strtol(argv[1], NULL, 10);
    }
    sandbox_process_start(&bench.sandbox);
    signed_orders_begin(&bench.orders, &bench.sandbox);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (is_wanted(parts[i].name, argc, argv)) {
            parts[i].run(&bench);
        }
    }
    sandbox_process_stop(&bench.sandbox);
    return 0;
}
