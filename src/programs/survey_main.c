/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy survey QUESTION`: estimates of mining out of files: the map, the network's rate, power, and what
 * nobody declared. It needs no node and changes nothing. Here: the command line. Read next:
 * survey_rate.c, survey_power.c.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "programs/survey_call.h"
#include "survey/survey_number.h"

enum { SURVEY_FILE_SIZE_MAX = 1 << 30, SURVEY_READ_STEP = 1 << 20 };

enum survey_option {
    SURVEY_OPTION_SPLITS = 1,
    SURVEY_OPTION_HEADERS,
    SURVEY_OPTION_READINGS,
    SURVEY_OPTION_MACHINES,
    SURVEY_OPTION_DAYS,
    SURVEY_OPTION_LOADS,
    SURVEY_OPTION_SIGNALS,
    SURVEY_OPTION_DEVICES,
    SURVEY_OPTION_SHARES,
    SURVEY_OPTION_SVG,
    SURVEY_OPTION_COUNTRY,
    SURVEY_OPTION_MONTH,
    SURVEY_OPTION_DAY,
    SURVEY_OPTION_NETWORK,
    SURVEY_OPTION_HASHRATE,
    SURVEY_OPTION_REVENUE,
    SURVEY_OPTION_PRICE,
    SURVEY_OPTION_PUE,
    SURVEY_OPTION_YEARS,
    SURVEY_OPTION_PLAIN,
    SURVEY_OPTION_EFFICIENCY,
    SURVEY_OPTION_DECLARED,
    SURVEY_OPTION_LOSS,
    SURVEY_OPTION_HIDDEN,
    SURVEY_OPTION_BY,
    SURVEY_OPTION_SEED,
    SURVEY_OPTION_CSV,
    SURVEY_OPTION_ALL,
    SURVEY_OPTION_HELP,
};

static const struct option survey_options[] = {
    {"splits", required_argument, NULL, SURVEY_OPTION_SPLITS},
    {"headers", required_argument, NULL, SURVEY_OPTION_HEADERS},
    {"readings", required_argument, NULL, SURVEY_OPTION_READINGS},
    {"machines", required_argument, NULL, SURVEY_OPTION_MACHINES},
    {"days", required_argument, NULL, SURVEY_OPTION_DAYS},
    {"loads", required_argument, NULL, SURVEY_OPTION_LOADS},
    {"signals", required_argument, NULL, SURVEY_OPTION_SIGNALS},
    {"devices", required_argument, NULL, SURVEY_OPTION_DEVICES},
    {"shares", required_argument, NULL, SURVEY_OPTION_SHARES},
    {"svg", required_argument, NULL, SURVEY_OPTION_SVG},
    {"country", required_argument, NULL, SURVEY_OPTION_COUNTRY},
    {"month", required_argument, NULL, SURVEY_OPTION_MONTH},
    {"day", required_argument, NULL, SURVEY_OPTION_DAY},
    {"network", required_argument, NULL, SURVEY_OPTION_NETWORK},
    {"hashrate", required_argument, NULL, SURVEY_OPTION_HASHRATE},
    {"revenue", required_argument, NULL, SURVEY_OPTION_REVENUE},
    {"price", required_argument, NULL, SURVEY_OPTION_PRICE},
    {"pue", required_argument, NULL, SURVEY_OPTION_PUE},
    {"years", required_argument, NULL, SURVEY_OPTION_YEARS},
    {"plain", no_argument, NULL, SURVEY_OPTION_PLAIN},
    {"efficiency", required_argument, NULL, SURVEY_OPTION_EFFICIENCY},
    {"declared", required_argument, NULL, SURVEY_OPTION_DECLARED},
    {"loss", required_argument, NULL, SURVEY_OPTION_LOSS},
    {"hidden", required_argument, NULL, SURVEY_OPTION_HIDDEN},
    {"by", required_argument, NULL, SURVEY_OPTION_BY},
    {"seed", required_argument, NULL, SURVEY_OPTION_SEED},
    {"csv", no_argument, NULL, SURVEY_OPTION_CSV},
    {"all", no_argument, NULL, SURVEY_OPTION_ALL},
    {"help", no_argument, NULL, SURVEY_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static const struct {
    const char *name;
    int (*ask)(const struct survey_call *call);
} survey_questions[] = {
    {"map", survey_ask_map},           {"rate", survey_ask_rate},
    {"shares", survey_ask_shares},     {"electricity", survey_ask_electricity},
    {"residual", survey_ask_residual}, {"gray", survey_ask_gray},
    {"invent", survey_ask_invent},
};

static void survey_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy survey map --month YYYY-MM --splits FILE --network EH/S [--svg FILE] [--csv]\n"
        "       tarazy survey rate --headers FILE\n"
        "       tarazy survey shares --readings FILE [--by LABEL] [--network EH/S]\n"
        "       tarazy survey electricity --machines FILE --hashrate EH/S\n"
        "           (--days FILE | --day YYYY-MM-DD --revenue USD --network EH/S)\n"
        "           [--price USD] [--pue L:B:U] [--years N] [--plain]\n"
        "       tarazy survey residual --month YYYY-MM --splits FILE --network EH/S --country NAME\n"
        "           --efficiency L:B:U --declared GW [--pue L:B:U] [--hidden LOW:HIGH]\n"
        "       tarazy survey gray --loads FILE [--signals FILE] [--devices FILE --machines FILE]\n"
        "           [--shares FILE] [--loss PART] [--pue L:B:U] [--all] [--csv]\n"
        "       tarazy survey invent --seed N [--signals FILE]\n\n"
        "Estimates of mining out of files, each with its interval: see tarazy-survey(1).\n",
        out);
}

/* ------------------------------------------------------------------ files */

/* Grows the buffer and reads until the end; NULL: errno says why, or the file is too long. */
static char *survey_read_all(FILE *file, size_t *size)
{
    char *bytes = NULL;
    size_t capacity = 0;
    *size = 0;
    while (capacity < SURVEY_FILE_SIZE_MAX) {
        capacity += capacity < SURVEY_READ_STEP ? SURVEY_READ_STEP : capacity;
        char *larger = realloc(bytes, capacity);
        if (larger == NULL) {
            break;
        }
        bytes = larger;
        *size += fread(bytes + *size, 1, capacity - *size, file);
        if (*size < capacity) {
            return ferror(file) == 0 ? bytes : (free(bytes), NULL);
        }
    }
    free(bytes);
    errno = EFBIG;
    return NULL;
}

bool survey_call_read(const char *path, struct slice *file)
{
    FILE *in = fopen(path, "re");
    size_t size = 0;
    char *bytes = in == NULL ? NULL : survey_read_all(in, &size);
    if (bytes == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
    }
    if (in != NULL) {
        (void)fclose(in);
    }
    *file = slice_of(bytes, size);
    return bytes != NULL;
}

void survey_call_say(const char *path, const struct survey_fault *fault)
{
    if (fault->line == 0) {
        (void)fprintf(stderr, "%s: %s\n", path, fault->reason);
    } else {
        (void)fprintf(stderr, "%s:%llu: %s\n", path, (unsigned long long)fault->line,
                      fault->reason);
    }
}

bool survey_call_close(FILE *out, const char *name)
{
    bool is_good = fflush(out) == 0 && ferror(out) == 0;
    is_good = (out == stdout || fclose(out) == 0) && is_good;
    if (!is_good) {
        (void)fprintf(stderr, "%s: %s\n", name, strerror(errno));
    }
    return is_good;
}

/* ------------------------------------------------------------------ the command line */

static bool survey_take_number(const char *text, double *out)
{
    return survey_number_read(slice_of_text(text), out);
}

/* The numbers of "a:b:c" (count of them); false: another count, or no numbers. */
static bool survey_take_numbers(const char *text, double *out, size_t count)
{
    const char *at = text;
    for (size_t i = 0; i < count; i++) {
        size_t size = strcspn(at, ":");
        bool is_last = i + 1 == count;
        if ((at[size] == '\0') != is_last || !survey_number_read(slice_of(at, size), &out[i])) {
            return false;
        }
        at += size + 1;
    }
    return true;
}

/* LOW:POINT:HIGH in order, or (if `alone`) a point that is known. */
static bool survey_take_estimate(const char *text, bool alone, struct estimate *out)
{
    double values[3];
    if (alone && survey_take_number(text, &values[0])) {
        *out = estimate_of_exact(values[0]);
        return values[0] > 0;
    }
    if (!survey_take_numbers(text, values, 3) || values[0] > values[1] || values[1] > values[2]) {
        return false;
    }
    *out = (struct estimate){values[0], values[1], values[2]};
    return values[0] > 0;
}

static bool survey_take_hidden(const char *text, struct gray_hidden *out)
{
    double values[2];
    bool is_good = survey_take_numbers(text, values, 2) && values[0] <= values[1] && values[1] < 1;
    *out = is_good ? (struct gray_hidden){values[0], values[1]} : *out;
    return is_good;
}

static bool survey_take_years(const char *text, uint32_t *out)
{
    uint64_t years = 0;
    bool is_good = survey_number_read_whole(slice_of_text(text), 100, &years);
    *out = (uint32_t)years;
    return is_good;
}

/* Numbers and what else is not a file's name. */
static bool survey_take_value(struct survey_call *call, enum survey_option option)
{
    struct slice text = slice_of_text(optarg);
    switch (option) {
    case SURVEY_OPTION_MONTH: return call->has_month = survey_month_read(text, &call->month);
    case SURVEY_OPTION_DAY: return call->has_day = survey_day_read(text, &call->day);
    case SURVEY_OPTION_NETWORK:
        return call->has_network = survey_take_estimate(optarg, true, &call->network_ehs);
    case SURVEY_OPTION_HASHRATE:
        return survey_take_number(optarg, &call->hashrate_ehs) && call->hashrate_ehs > 0;
    case SURVEY_OPTION_REVENUE:
        return survey_take_number(optarg, &call->revenue_usd) && call->revenue_usd > 0;
    case SURVEY_OPTION_PRICE:
        return survey_take_number(optarg, &call->rules.price_usd_kwh) &&
               call->rules.price_usd_kwh > 0;
    case SURVEY_OPTION_PUE: return survey_take_estimate(optarg, false, &call->rules.pue);
    case SURVEY_OPTION_YEARS: return survey_take_years(optarg, &call->rules.years_max);
    case SURVEY_OPTION_EFFICIENCY:
        return call->has_efficiency = survey_take_estimate(optarg, false, &call->j_per_th);
    case SURVEY_OPTION_DECLARED:
        return call->has_declared = survey_take_number(optarg, &call->declared_gw);
    case SURVEY_OPTION_LOSS:
        call->has_loss = survey_take_number(optarg, &call->loss) && call->loss < 1;
        return call->has_loss;
    case SURVEY_OPTION_HIDDEN: return survey_take_hidden(optarg, &call->hidden);
    case SURVEY_OPTION_BY: return share_label_read(optarg, &call->by);
    case SURVEY_OPTION_SEED:
        return call->has_seed = survey_number_read_whole(text, INT64_MAX, &call->seed);
    case SURVEY_OPTION_SPLITS:
    case SURVEY_OPTION_HEADERS:
    case SURVEY_OPTION_READINGS:
    case SURVEY_OPTION_MACHINES:
    case SURVEY_OPTION_DAYS:
    case SURVEY_OPTION_LOADS:
    case SURVEY_OPTION_SIGNALS:
    case SURVEY_OPTION_DEVICES:
    case SURVEY_OPTION_SHARES:
    case SURVEY_OPTION_SVG:
    case SURVEY_OPTION_COUNTRY:
    case SURVEY_OPTION_PLAIN:
    case SURVEY_OPTION_CSV:
    case SURVEY_OPTION_ALL:
    case SURVEY_OPTION_HELP: break;
    }
    return false;
}

static bool survey_take(struct survey_call *call, enum survey_option option)
{
    switch (option) {
    case SURVEY_OPTION_SPLITS: call->splits = optarg; return true;
    case SURVEY_OPTION_HEADERS: call->headers = optarg; return true;
    case SURVEY_OPTION_READINGS: call->readings = optarg; return true;
    case SURVEY_OPTION_MACHINES: call->machines = optarg; return true;
    case SURVEY_OPTION_DAYS: call->days = optarg; return true;
    case SURVEY_OPTION_LOADS: call->loads = optarg; return true;
    case SURVEY_OPTION_SIGNALS: call->signals = optarg; return true;
    case SURVEY_OPTION_DEVICES: call->devices = optarg; return true;
    case SURVEY_OPTION_SHARES: call->shares = optarg; return true;
    case SURVEY_OPTION_SVG: call->svg = optarg; return true;
    case SURVEY_OPTION_COUNTRY: call->country = optarg; return true;
    case SURVEY_OPTION_PLAIN: call->rules.weighting = ELECTRICITY_WEIGHTING_PLAIN; return true;
    case SURVEY_OPTION_CSV: call->is_csv = true; return true;
    case SURVEY_OPTION_ALL: call->lists_all = true; return true;
    case SURVEY_OPTION_MONTH:
    case SURVEY_OPTION_DAY:
    case SURVEY_OPTION_NETWORK:
    case SURVEY_OPTION_HASHRATE:
    case SURVEY_OPTION_REVENUE:
    case SURVEY_OPTION_PRICE:
    case SURVEY_OPTION_PUE:
    case SURVEY_OPTION_YEARS:
    case SURVEY_OPTION_EFFICIENCY:
    case SURVEY_OPTION_DECLARED:
    case SURVEY_OPTION_LOSS:
    case SURVEY_OPTION_HIDDEN:
    case SURVEY_OPTION_BY:
    case SURVEY_OPTION_SEED:
    case SURVEY_OPTION_HELP: break;
    }
    return survey_take_value(call, option);
}

/* -1 to go on, else the exit code. An option given twice is a mistake, as one that nobody knows. */
static int survey_parse(struct survey_call *call, int argc, char **argv)
{
    bool seen[SURVEY_OPTION_HELP + 1] = {false};
    int option;
    while ((option = getopt_long(argc, argv, "", survey_options, NULL)) != -1) {
        if (option == SURVEY_OPTION_HELP) {
            survey_print_help(stdout);
            return EXIT_CODE_DONE;
        }
        if (option < SURVEY_OPTION_SPLITS || option > SURVEY_OPTION_HELP || seen[option] ||
            !survey_take(call, (enum survey_option)option)) {
            (void)fprintf(stderr, "%s: %s makes no sense\n", argv[0], argv[optind - 1]);
            return EXIT_CODE_USAGE;
        }
        seen[option] = true;
    }
    return -1;
}

int survey_main(int argc, char **argv)
{
    struct survey_call call = {.rules = electricity_rules_default, .by = SHARE_LABEL_COUNTRY};
    int code = survey_parse(&call, argc, argv);
    if (code >= 0) {
        return code;
    }
    const char *question = optind + 1 == argc ? argv[optind] : "";
    for (size_t i = 0; i < sizeof survey_questions / sizeof survey_questions[0]; i++) {
        if (strcmp(survey_questions[i].name, question) == 0) {
            code = survey_questions[i].ask(&call);
        }
    }
    if (code < 0 || code == EXIT_CODE_USAGE) {
        survey_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    if (code == EXIT_CODE_DONE && !survey_call_close(stdout, "standard output")) {
        return EXIT_CODE_FAILED;
    }
    return code;
}
