/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy replay FILE`: repeats recorded order flow through the public gateway, at the recording's
 * own pace (faster with --speed) or as fast as every act is answered (--fast). It is a client with
 * two keys and nothing more.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client/flow_player.h"
#include "client/keys_file.h"
#include "client/recorded_flow.h"
#include "client/venue_client.h"
#include "codec/decimal_text.h"
#include "platform/signature.h"
#include "programs/commands.h"

enum { FACTOR_ONE = 100000000, EXIT_USAGE = 2 };

struct replay {
    const char *url;
    const char *keys;
    const char *symbol;
    const char *buyer;
    const char *seller;
    const char *file;
    int64_t price_factor;
    int64_t quantity_factor;
    int64_t speed;
    uint64_t lines_max;
    bool is_fast;
    bool keep;
};

/* The recording as lines in memory. */
struct recording {
    char *bytes;
    size_t size;
    size_t lines;
};

static volatile sig_atomic_t stop_asked;

static void ask_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

static void usage(FILE *out)
{
    fputs(
        "usage: tarazy replay [options] FILE\n"
        "  --url URL             gateway (default http://127.0.0.1:8080)\n"
        "  --keys FILE           keys.json of the node (default build/run/keys.json)\n"
        "  --symbol SYMBOL       instrument (default BTCKZT)\n"
        "  --buyer NAME          participant of the bids (default maker)\n"
        "  --seller NAME         participant of the asks (default taker)\n"
        "  --price-factor N      recorded price times N, down to the tick (default 1)\n"
        "  --quantity-factor N   recorded quantity times N, down to the lot (default 1)\n"
        "  --speed N             N times the recorded pace (default 1)\n"
        "  --fast                each act as soon as the one before is answered\n"
        "  --lines N             only the first N lines\n"
        "  --keep                leave the open orders at the end\n"
        "FILE: a Bitstamp order log or a LOBSTER message file, also as .xz; - reads standard input\n",
        out);
}

static bool parse_decimal(const char *text, uint32_t decimals, int64_t *out)
{
    return decimal_text_parse(slice_of_text(text), decimals, out) == DECIMAL_RESULT_OK && *out > 0;
}

enum option_id {
    OPTION_URL = 1,
    OPTION_KEYS,
    OPTION_SYMBOL,
    OPTION_BUYER,
    OPTION_SELLER,
    OPTION_PRICE_FACTOR,
    OPTION_QUANTITY_FACTOR,
    OPTION_SPEED,
    OPTION_FAST,
    OPTION_LINES,
    OPTION_KEEP,
    OPTION_HELP
};

static const struct option long_options[] = {
    {"url", required_argument, NULL, OPTION_URL},
    {"keys", required_argument, NULL, OPTION_KEYS},
    {"symbol", required_argument, NULL, OPTION_SYMBOL},
    {"buyer", required_argument, NULL, OPTION_BUYER},
    {"seller", required_argument, NULL, OPTION_SELLER},
    {"price-factor", required_argument, NULL, OPTION_PRICE_FACTOR},
    {"quantity-factor", required_argument, NULL, OPTION_QUANTITY_FACTOR},
    {"speed", required_argument, NULL, OPTION_SPEED},
    {"fast", no_argument, NULL, OPTION_FAST},
    {"lines", required_argument, NULL, OPTION_LINES},
    {"keep", no_argument, NULL, OPTION_KEEP},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

/* Takes one option. False: its value is no good. */
static bool take_option(struct replay *replay, int option, const char *value)
{
    int64_t lines = 0;

    switch (option) {
    case OPTION_URL: replay->url = value; return true;
    case OPTION_KEYS: replay->keys = value; return true;
    case OPTION_SYMBOL: replay->symbol = value; return true;
    case OPTION_BUYER: replay->buyer = value; return true;
    case OPTION_SELLER: replay->seller = value; return true;
    case OPTION_PRICE_FACTOR: return parse_decimal(value, FLOW_DECIMALS, &replay->price_factor);
    case OPTION_QUANTITY_FACTOR:
        return parse_decimal(value, FLOW_DECIMALS, &replay->quantity_factor);
    case OPTION_SPEED: return parse_decimal(value, 0, &replay->speed);
    case OPTION_LINES:
        if (!parse_decimal(value, 0, &lines)) {
            return false;
        }
        replay->lines_max = (uint64_t)lines;
        return true;
    case OPTION_FAST: replay->is_fast = true; return true;
    case OPTION_KEEP: replay->keep = true; return true;
    }
    return false;
}

/* Returns −1 to go on, else the exit code. */
static int parse_options(int argc, char **argv, struct replay *replay)
{
    int option;

    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (option == OPTION_HELP || option == 'h') {
            usage(stdout);
            return 0;
        }
        if (option == '?') {
            usage(stderr);
            return EXIT_USAGE;
        }
        if (!take_option(replay, option, optarg)) {
            fprintf(stderr, "tarazy replay: '%s' is no value for this option\n", optarg);
            return EXIT_USAGE;
        }
    }
    if (optind + 1 != argc) {
        usage(stderr);
        return EXIT_USAGE;
    }
    replay->file = argv[optind];
    return -1;
}

/* Opens the recording; an .xz file through xz(1). */
static FILE *open_recording(const char *path, pid_t *child)
{
    size_t size = strlen(path);
    int ends[2];

    *child = 0;
    if (strcmp(path, "-") == 0) {
        return stdin;
    }
    if (size < 3 || strcmp(path + size - 3, ".xz") != 0) {
        return fopen(path, "re");
    }
    if (access(path, R_OK) != 0 || pipe(ends) != 0) {
        return NULL;
    }
    *child = fork();
    if (*child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp("xz", "xz", "-dc", "--", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    return *child > 0 ? fdopen(ends[0], "r") : NULL;
}

static bool read_all(FILE *file, struct recording *recording)
{
    size_t capacity = 1 << 20;

    recording->bytes = malloc(capacity);
    while (recording->bytes != NULL) {
        recording->size +=
            fread(recording->bytes + recording->size, 1, capacity - recording->size, file);
        if (recording->size < capacity) {
            break;
        }
        capacity *= 2;
        char *longer = realloc(recording->bytes, capacity);
        if (longer == NULL) {
            free(recording->bytes);
        }
        recording->bytes = longer;
    }
    for (size_t i = 0; recording->bytes != NULL && i < recording->size; i++) {
        recording->lines += recording->bytes[i] == '\n';
    }
    return recording->bytes != NULL && !ferror(file);
}

static bool read_recording(const char *path, struct recording *recording)
{
    pid_t child = 0;
    int status = 0;
    FILE *file = open_recording(path, &child);

    if (file == NULL) {
        fprintf(stderr, "tarazy replay: %s: %s\n", path, strerror(errno));
        return false;
    }
    bool ok = read_all(file, recording);
    if (file != stdin) {
        fclose(file);
    }
    if (child > 0 && (waitpid(child, &status, 0) != child || status != 0)) {
        fprintf(stderr, "tarazy replay: %s: xz cannot unpack it\n", path);
        return false;
    }
    if (!ok || recording->size == 0) {
        fprintf(stderr, "tarazy replay: %s: nothing to read\n", path);
        return false;
    }
    return true;
}

static int64_t monotonic_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Waits until the recorded moment comes, `speed` times as fast as it was. */
static void wait_for(const struct replay *replay, int64_t started_us, int64_t first_us,
                     int64_t event_us)
{
    int64_t due = started_us + (event_us - first_us) / replay->speed;
    int64_t left = due - monotonic_us();

    if (!replay->is_fast && left > 0) {
        struct timespec pause = {left / 1000000, left % 1000000 * 1000};

        nanosleep(&pause, NULL);
    }
}

static void show_progress(size_t done, size_t all, const struct flow_counts *counts)
{
    enum { WIDTH = 30 };
    char bar[WIDTH + 1];
    size_t full = all > 0 ? done * WIDTH / all : WIDTH;

    memset(bar, '.', WIDTH);
    memset(bar, '#', full);
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r[%s] %zu/%zu lines, %" PRIu64 " placed, %" PRIu64 " cancelled ", bar, done,
            all, counts->placed, counts->cancelled);
}

static void show_summary(const struct flow_player *player, size_t lines, int64_t elapsed_us)
{
    const struct flow_counts *counts = flow_player_counts(player);
    uint64_t acts =
        counts->placed + counts->cancelled + counts->reduced + counts->gone + counts->refused;

    printf("%zu lines: %" PRIu64 " placed, %" PRIu64 " cancelled, %" PRIu64 " reduced, %" PRIu64
           " gone before, %" PRIu64 " skipped, %" PRIu64 " refused; %" PRId64 " ms, %" PRIu64
           " acts/s\n",
           lines, counts->placed, counts->cancelled, counts->reduced, counts->gone, counts->skipped,
           counts->refused, elapsed_us / 1000,
           elapsed_us > 0 ? acts * 1000000 / (uint64_t)elapsed_us : 0);
    if (counts->refused > 0) {
        const struct venue_refusal *refusal = flow_player_last_refusal(player);

        printf("last refusal: %" PRId64 " %s\n", refusal->code, refusal->text);
    }
}

static bool next_line(const struct recording *recording, size_t *at, struct slice *line)
{
    if (*at >= recording->size) {
        return false;
    }
    const char *start = recording->bytes + *at;
    const char *end = memchr(start, '\n', recording->size - *at);
    size_t size = end != NULL ? (size_t)(end - start) : recording->size - *at;

    *at += size + 1;
    *line = slice_of(start, size > 0 && start[size - 1] == '\r' ? size - 1 : size);
    return true;
}

static int play(const struct replay *replay, const struct recording *recording,
                struct flow_player *player)
{
    bool show = isatty(STDERR_FILENO) == 1;
    size_t all = replay->lines_max > 0 && replay->lines_max < recording->lines ? replay->lines_max
                                                                               : recording->lines;
    int64_t started_us = monotonic_us();
    int64_t first_us = -1;
    enum flow_format format = 0;
    struct slice line;
    size_t done = 0;
    const char *error;

    for (size_t at = 0; done < all && !stop_asked && next_line(recording, &at, &line); done++) {
        struct flow_event event;

        format = done == 0 ? flow_format_of(line) : format;
        if (format == 0 || !flow_parse(format, line, &event)) {
            fprintf(stderr, "tarazy replay: %s:%zu: not a line of recorded flow\n", replay->file,
                    done + 1);
            return EXIT_FAILURE;
        }
        first_us = first_us < 0 ? event.time_us : first_us;
        wait_for(replay, started_us, first_us, event.time_us);
        if (!flow_player_play(player, &event, &error)) {
            fprintf(stderr, "\ntarazy replay: %s:%zu: %s\n", replay->file, done + 1, error);
            return EXIT_FAILURE;
        }
        if (show && done % 64 == 0) {
            show_progress(done, all, flow_player_counts(player));
        }
    }
    if (show) {
        show_progress(done, all, flow_player_counts(player));
        fputc('\n', stderr);
    }
    show_summary(player, done, monotonic_us() - started_us);
    return EXIT_SUCCESS;
}

static struct venue_client *client_of(const struct replay *replay, const char *participant)
{
    struct client_key key;
    const char *error;

    if (!keys_file_find(replay->keys, participant, &key, &error)) {
        fprintf(stderr, "tarazy replay: %s\n", error);
        return NULL;
    }
    struct venue_client *client = venue_client_create(replay->url, &key);
    secret_wipe(&key, sizeof key);
    if (client == NULL) {
        fprintf(stderr, "tarazy replay: cannot make a client for %s\n", replay->url);
    }
    return client;
}

static int run(const struct replay *replay, const struct recording *recording,
               struct venue_client *buyer, struct venue_client *seller)
{
    char name[32];
    const char *error;

    snprintf(name, sizeof name, "r%" PRIx64,
             (uint64_t)time(NULL) * 1000 + (uint64_t)getpid() % 1000);
    struct flow_player *player = flow_player_create(
        &(struct flow_player_options){
            .symbol = replay->symbol,
            .run = name,
            .buyer = buyer,
            .seller = seller,
            .price_factor = replay->price_factor,
            .quantity_factor = replay->quantity_factor,
            .orders_max = (uint32_t)(recording->lines + 1),
        },
        &error);
    if (player == NULL) {
        fprintf(stderr, "tarazy replay: %s\n", error);
        return EXIT_FAILURE;
    }
    int code = play(replay, recording, player);
    if (!replay->keep) {
        flow_player_clear(player);
    }
    flow_player_destroy(player);
    return code;
}

int replay_main(int argc, char **argv)
{
    struct replay replay = {
        .url = "http://127.0.0.1:8080",
        .keys = "build/run/keys.json",
        .symbol = "BTCKZT",
        .buyer = "maker",
        .seller = "taker",
        .price_factor = FACTOR_ONE,
        .quantity_factor = FACTOR_ONE,
        .speed = 1,
    };
    struct recording recording = {0};
    int code = parse_options(argc, argv, &replay);

    if (code >= 0) {
        return code;
    }
    signal(SIGINT, ask_stop);
    signal(SIGTERM, ask_stop);
    struct venue_client *buyer = client_of(&replay, replay.buyer);
    struct venue_client *seller = buyer != NULL ? client_of(&replay, replay.seller) : NULL;
    code = EXIT_FAILURE;
    if (seller != NULL && read_recording(replay.file, &recording)) {
        code = run(&replay, &recording, buyer, seller);
    }
    free(recording.bytes);
    venue_client_destroy(seller);
    venue_client_destroy(buyer);
    return code;
}
