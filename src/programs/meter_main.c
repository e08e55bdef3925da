/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy meter`: miners on one side, a pool or a Bitcoin node on the other. What it does lives in src/stratum; here are options,
 * folders, signals and the way it ends.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "platform/log_line.h"
#include "platform/signature.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "stratum/meter.h"
#include "stratum/sender.h"

enum {
    MINERS_DEFAULT = 12000,
    INTERVAL_DEFAULT_S = 600,
    SILENCE_DEFAULT_S = 300,
    SHARES_DEFAULT = 12,
    REFRESH_S = 30,
    SEEN_MAX = 32 << 20,
    FILES_BESIDE = 128,
    REGISTER_FILE_MAX = 64 << 20,
};

struct meter_call {
    struct meter_options meter;
    struct interval_options interval;
    struct node_work_options node;
    struct sender_options sender;
    const char *register_file;
    const char *keys;
    const char *as;
    uint32_t pool_number;
    uint32_t interval_s;
};

struct meter_run {
    struct event_loop *loop;
    struct sender *sender;
    int failure;
};

static void usage(FILE *out)
{
    fputs(
        "usage: tarazy meter --dir DIR (--pool HOST:PORT ... | --node URL --pay ADDRESS) [OPTION...]\n"
        "  --dir DIR               share logs and readings; one meter's own\n"
        "  --listen HOST:PORT      for miners (default 127.0.0.1:3333)\n"
        "  --pool HOST:PORT        a pool; given again: the next one when it fails (at most 4)\n"
        "  --user NAME             for the last --pool: mine as NAME, not as each worker himself\n"
        "  --password TEXT         for the last --pool\n"
        "  --node URL              a Bitcoin node's RPC: http://USER:PASSWORD@HOST:PORT/\n"
        "  --pay ADDRESS           a segwit address, or script:HEX: whom blocks pay\n"
        "  --register FILE         accounts, their numbers in the register, their passwords\n"
        "  --pool-number N         this pool's number in the register\n"
        "  --send-to URL --keys FILE --as NAME   send readings to a node\n"
        "  --interval SECONDS      of one reading (default 600; must divide an hour)\n"
        "  --difficulty D --difficulty-min D --difficulty-max D   (default 1, 0.001, 1e12)\n"
        "  --shares-per-minute N   wanted of each miner (default 12)\n"
        "  --silence SECONDS       a pool that says nothing for so long is left (default 300)\n"
        "  --miners N              connections at one time (default 12000)\n",
        out);
}

/* ---- options ---- */

static bool number_of(const char *text, uint32_t min, uint32_t max, uint32_t *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < min ||
        value > max) {
        fprintf(stderr, "tarazy meter: '%s' must be a number from %u to %u\n", text, min, max);
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

static bool difficulty_of(const char *text, struct difficulty *out)
{
    if (!difficulty_parse(slice_of_text(text), out)) {
        fprintf(stderr, "tarazy meter: '%s' is no difficulty\n", text);
        return false;
    }
    return true;
}

static bool copy_of(const char *text, char *out, size_t size)
{
    if (strlen(text) >= size) {
        fprintf(stderr, "tarazy meter: '%s' is too long\n", text);
        return false;
    }
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool pool_option(struct meter_options *meter, int option, const char *value)
{
    struct meter_pool *last = &meter->pools[meter->pool_count > 0 ? meter->pool_count - 1 : 0];

    if (option == 'p') {
        if (meter->pool_count == METER_POOLS_MAX) {
            fputs("tarazy meter: too many pools\n", stderr);
            return false;
        }
        last = &meter->pools[meter->pool_count++];
        memcpy(last->password, "x", 2);
        return copy_of(value, last->address, sizeof last->address);
    }
    if (meter->pool_count == 0) {
        fputs("tarazy meter: --user and --password belong behind a --pool\n", stderr);
        return false;
    }
    return option == 'U' ? copy_of(value, last->user, sizeof last->user)
                         : copy_of(value, last->password, sizeof last->password);
}

static bool take_option(struct meter_call *call, int option, const char *value)
{
    switch (option) { /* characters, not an enum */
    case 'd': call->interval.directory = call->meter.directory = value; return true;
    case 'l': call->meter.listen = value; return true;
    case 'p':
    case 'U':
    case 'P': return pool_option(&call->meter, option, value);
    case 'n': call->node.url = value; return true;
    case 'y':
        if (!payout_script_read(slice_of_text(value), call->node.script, &call->node.script_size)) {
            fprintf(stderr, "tarazy meter: '%s' is no segwit address\n", value);
            return false;
        }
        return true;
    case 'r': call->register_file = value; return true;
    case 'N': return number_of(value, 1, UINT32_MAX, &call->pool_number);
    case 's': call->sender.url = value; return true;
    case 'k': call->keys = value; return true;
    case 'a': call->as = value; return true;
    case 'i': return number_of(value, 1, 3600, &call->interval_s);
    case 'D': return difficulty_of(value, &call->meter.difficulty_start);
    case 'm': return difficulty_of(value, &call->meter.difficulty_min);
    case 'M': return difficulty_of(value, &call->meter.difficulty_max);
    case 'w': return number_of(value, 1, 60000, &call->meter.shares_per_minute);
    case 'S': return number_of(value, 5, 86400, &call->meter.silence_s);
    case 'c': return number_of(value, 1, 1000000, &call->meter.miners_max);
    default: /* not an enum */ return false;
    }
}

static bool is_complete(const struct meter_call *call)
{
    bool has_node = call->node.url != NULL;

    if (call->meter.directory == NULL || has_node == (call->meter.pool_count > 0)) {
        fputs("tarazy meter: --dir, and either --pool or --node, must be there\n", stderr);
        return false;
    }
    if (has_node && call->node.script_size == 0) {
        fputs("tarazy meter: --node needs --pay\n", stderr);
        return false;
    }
    if ((call->sender.url != NULL) != (call->as != NULL) || 3600 % call->interval_s != 0) {
        fputs("tarazy meter: --send-to needs --keys and --as; --interval must divide an hour\n",
              stderr);
        return false;
    }
    return true;
}

/* ---- running ---- */

static void failed(void *context, int error)
{
    struct meter_run *run = context;
    struct log_line line;

    log_line_begin(&line, LOG_LEVEL_ERROR, "disk_failed");
    log_line_errno(&line, "error", error);
    log_line_end(&line);
    run->failure = EXIT_CODE_DISK;
    event_loop_stop(run->loop);
}

static void has_readings(void *context)
{
    struct meter_run *run = context;

    if (run->sender != NULL) {
        sender_wake(run->sender);
    }
}

static void signalled(struct event_signals *signals, int signal_number)
{
    struct meter_run *run = signals->context;

    (void)signal_number;
    event_loop_stop(run->loop);
}

static struct register_names *read_register(const struct meter_call *call)
{
    size_t line = 0;
    FILE *file = call->register_file == NULL ? NULL : fopen(call->register_file, "re");

    if (call->register_file == NULL) {
        return register_names_read("", 0, call->pool_number, &line);
    }
    char *text = malloc(REGISTER_FILE_MAX);
    if (file == NULL || text == NULL) {
        fprintf(stderr, "tarazy meter: %s: %s\n", call->register_file, strerror(errno));
        free(text);
        return NULL;
    }
    size_t size = fread(text, 1, REGISTER_FILE_MAX, file);
    struct register_names *names = register_names_read(text, size, call->pool_number, &line);
    if (names == NULL) {
        fprintf(stderr, "%s:%zu: not 'ACCOUNT miner=N [site=N] [password=SHA-256]', or twice\n",
                call->register_file, line);
    }
    (void)fclose(file);
    free(text);
    return names;
}

/* Threads are born with the signals of the loop blocked, so that only the loop takes them. */
static void block_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
}

static void raise_file_limit(uint32_t miners)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < miners + FILES_BESIDE) {
        limit.rlim_cur =
            miners + FILES_BESIDE < limit.rlim_max ? miners + FILES_BESIDE : limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int code_of(int error)
{
    return error == -EBADMSG       ? EXIT_CODE_DAMAGED
           : error == -EWOULDBLOCK ? EXIT_CODE_BUSY
                                   : EXIT_CODE_FAILED;
}

static int run_meter(struct meter_call *call, struct meter_run *run)
{
    struct event_signals signals = {.on_signal = signalled, .context = run};
    const int numbers[] = {SIGTERM, SIGINT};
    struct meter *meter = NULL;
    const char *what = "";

    if (event_signals_add(run->loop, &signals, numbers, 2) != 0) {
        return EXIT_CODE_FAILED;
    }
    int error = meter_create(&call->meter, &meter, &what);
    if (error != 0) {
        fprintf(stderr, "tarazy meter: %s: %s\n", what, strerror(-error));
        event_signals_remove(run->loop, &signals);
        return EXIT_CODE_FAILED;
    }
    printf("ready stratum+tcp port %u\n", meter_port(meter));
    (void)fflush(stdout);
    (void)event_loop_run(run->loop);
    if (run->failure == 0) {
        (void)meter_finish(meter);
    }
    meter_destroy(meter);
    event_signals_remove(run->loop, &signals);
    return run->failure;
}

/* Everything beside the loop: the folder, the register, the threads. */
static int run_around(struct meter_call *call, struct meter_run *run)
{
    char what[LOG_NAME_SIZE];
    struct interval *interval = NULL;
    int code = EXIT_CODE_FAILED;
    int error = interval_open(&call->interval, &interval, what);

    if (error != 0) {
        fprintf(stderr, "tarazy meter: %s %s: %s\n", call->meter.directory, what,
                error == -EBADMSG ? "damaged" : strerror(-error));
        return code_of(error);
    }
    call->meter.interval = interval;
    if (call->node.url != NULL) {
        call->node.directory = call->meter.directory;
        call->node.refresh_s = REFRESH_S;
        call->meter.node = node_work_create(&call->node);
    }
    if (call->sender.url != NULL) {
        run->sender = sender_create(&call->sender);
    }
    if ((call->node.url == NULL || call->meter.node != NULL) &&
        (call->sender.url == NULL || run->sender != NULL)) {
        code = run_meter(call, run);
    } else {
        fputs("tarazy meter: a thread could not be started\n", stderr);
    }
    sender_destroy(run->sender);
    node_work_destroy(call->meter.node);
    interval_destroy(interval);
    return code;
}

static int prepare(struct meter_call *call)
{
    struct meter_run run = {0};
    struct client_key key = {0};
    const char *why = NULL;
    int code = EXIT_CODE_FAILED;

    if (call->as != NULL && !keys_file_find(call->keys, call->as, &key, &why)) {
        fprintf(stderr, "tarazy meter: %s\n", why);
        return EXIT_CODE_USAGE;
    }
    struct register_names *names = read_register(call);
    if (names == NULL) {
        secret_wipe(&key, sizeof key);
        return EXIT_CODE_USAGE;
    }
    call->sender.key = &key;
    call->sender.directory = call->meter.directory;
    call->interval.storage = storage_system();
    call->interval.clock = clock_source_system();
    call->interval.length_us = (int64_t)call->interval_s * 1000000;
    call->interval.names = call->meter.names = names;
    call->interval.seen = call->meter.seen = seen_shares_create(SEEN_MAX);
    call->meter.on_failure = failed;
    call->meter.on_readings = has_readings;
    call->meter.context = &run;
    block_signals();
    raise_file_limit(call->meter.miners_max);
    if (call->meter.seen != NULL && event_loop_create(&run.loop, NULL) == 0) {
        call->meter.loop = run.loop;
        code = run_around(call, &run);
        event_loop_destroy(run.loop);
    }
    seen_shares_destroy(call->meter.seen);
    register_names_destroy(names);
    secret_wipe(&key, sizeof key);
    call->sender.key = NULL;
    call->meter.context = NULL;
    return code;
}

int meter_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"dir", required_argument, NULL, 'd'},
        {"listen", required_argument, NULL, 'l'},
        {"pool", required_argument, NULL, 'p'},
        {"user", required_argument, NULL, 'U'},
        {"password", required_argument, NULL, 'P'},
        {"node", required_argument, NULL, 'n'},
        {"pay", required_argument, NULL, 'y'},
        {"register", required_argument, NULL, 'r'},
        {"pool-number", required_argument, NULL, 'N'},
        {"send-to", required_argument, NULL, 's'},
        {"keys", required_argument, NULL, 'k'},
        {"as", required_argument, NULL, 'a'},
        {"interval", required_argument, NULL, 'i'},
        {"difficulty", required_argument, NULL, 'D'},
        {"difficulty-min", required_argument, NULL, 'm'},
        {"difficulty-max", required_argument, NULL, 'M'},
        {"shares-per-minute", required_argument, NULL, 'w'},
        {"silence", required_argument, NULL, 'S'},
        {"miners", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct meter_call call = {
        .meter = {.listen = "127.0.0.1:3333",
                  .miners_max = MINERS_DEFAULT,
                  .silence_s = SILENCE_DEFAULT_S,
                  .shares_per_minute = SHARES_DEFAULT,
                  .difficulty_start = {.mantissa = 1},
                  .difficulty_min = {.mantissa = 1, .decimals = 3},
                  .difficulty_max = {.mantissa = 1000000000000}},
        .keys = "build/run/keys.json",
        .interval_s = INTERVAL_DEFAULT_S,
    };
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            usage(stdout);
            return EXIT_CODE_DONE;
        }
        if (!take_option(&call, option, optarg)) {
            usage(stderr);
            return EXIT_CODE_USAGE;
        }
    }
    if (optind != argc || !is_complete(&call)) {
        usage(stderr);
        return EXIT_CODE_USAGE;
    }
    return prepare(&call);
}
