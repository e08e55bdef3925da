/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy country`: plays an invented small country that mines into a sandbox (serve --sandbox --mining):
 * its register, the readings of a month, and the fee of its quarter. Then it says what the authority may conclude from
 * what it sees, with intervals, and, asked for it, the truth that the seed has sealed.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mining/civil_date.h"
#include "platform/clock.h"
#include "programs/commands.h"
#include "programs/country_play.h"
#include "programs/exit_codes.h"

enum country_option {
    OPTION_URL = 1,
    OPTION_KEYS,
    OPTION_SEED,
    OPTION_TRUTH,
    OPTION_READY_FD,
    OPTION_HELP
};

static const struct option country_options[] = {
    {"url", required_argument, NULL, OPTION_URL},
    {"keys", required_argument, NULL, OPTION_KEYS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"truth", no_argument, NULL, OPTION_TRUTH},
    {"ready-fd", required_argument, NULL, OPTION_READY_FD},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct country_call {
    struct country_play_options play;
    uint64_t seed;
    bool tells_truth;
};

static void country_usage(FILE *out)
{
    (void)fputs("usage: tarazy country [--url URL] [--keys FILE] [--seed N] [--truth]\n"
                "  --url URL    gateway (default http://127.0.0.1:8080)\n"
                "  --keys FILE  keys.json of the node (default build/run/keys.json)\n"
                "  --seed N     which country (default 1)\n"
                "  --truth      say what is hidden, too\n",
                out);
}

static bool read_seed(const char *text, uint64_t *seed)
{
    char *end;

    errno = 0;
    *seed = strtoull(text, &end, 10);
    return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

/* −1 to go on, else the exit code. */
static int parse_options(int argc, char **argv, struct country_call *call)
{
    int option;

    while ((option = getopt_long(argc, argv, "", country_options, NULL)) != -1) {
        if (option == OPTION_URL) {
            call->play.url = optarg;
        } else if (option == OPTION_KEYS) {
            call->play.keys = optarg;
        } else if (option == OPTION_TRUTH) {
            call->tells_truth = true;
        } else if (option == OPTION_SEED) {
            if (!read_seed(optarg, &call->seed)) {
                (void)fprintf(stderr, "tarazy country: --seed: a whole number\n");
                return EXIT_CODE_USAGE;
            }
        } else if (option != OPTION_READY_FD) { /* tarazy serve waits for nothing here */
            country_usage(option == OPTION_HELP ? stdout : stderr);
            return option == OPTION_HELP ? EXIT_CODE_DONE : EXIT_CODE_USAGE;
        }
    }
    if (optind != argc) {
        country_usage(stderr);
        return EXIT_CODE_USAGE;
    }
    return -1;
}

/* The last month of the last whole quarter, UTC: its fee can be assessed. */
static void choose_month(struct country_play_options *options)
{
    int64_t day = clock_wall_us(clock_source_system()) / INT64_C(86400000000);
    struct civil_date today = civil_date_of_day((int32_t)day);

    options->month = (uint8_t)((today.month - 1) / 3 * 3);
    options->year = today.year;
    if (options->month == 0) {
        options->month = 12;
        options->year--;
    }
}

static void print_estimate(const char *what, struct estimate estimate, const char *unit)
{
    (void)printf("%-34s %8.3f  [%.3f .. %.3f] %s\n", what, estimate.point, estimate.low,
                 estimate.high, unit);
}

static void print_conclusions(const struct country *country, uint64_t seed)
{
    struct country_estimate estimate;

    country_estimate(&estimate, country, seed);
    print_estimate("network", estimate.network_ehs, "EH/s");
    print_estimate("licensed and metered", estimate.metered_ehs, "EH/s");
    print_estimate("gray, by the meters", estimate.by_meters.gray_ehs, "EH/s");
    print_estimate("gray share, by the meters", estimate.by_meters.share, "of the country's");
    print_estimate("gray share, by power alone", estimate.by_power.share, "of the country's");
}

int country_main(int argc, char **argv)
{
    struct country_call call = {
        .play = {.url = "http://127.0.0.1:8080", .keys = "build/run/keys.json"}, .seed = 1};
    struct country_played played;
    static struct country country;
    int code = parse_options(argc, argv, &call);

    if (code >= 0) {
        return code;
    }
    choose_month(&call.play);
    country_make(&country, call.seed);
    if (!country_play(&country, &call.play, &played)) {
        return EXIT_CODE_FAILED;
    }
    (void)printf("%04d-%02u: %u miners, %u pools, %u readings of shares, %u of energy, %u fees\n",
                 (int)call.play.year, (unsigned)call.play.month, played.miners, played.pools,
                 played.share_readings, played.energy_readings, played.fees);
    print_conclusions(&country, call.seed);
    if (call.tells_truth) {
        (void)printf("%-34s %8.3f\n", "gray share, the truth", country.gray_share);
    }
    return EXIT_CODE_DONE;
}
