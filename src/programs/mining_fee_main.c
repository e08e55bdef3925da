/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy mining-fee`: what a quarter's energy of mining costs, and why. It reads the law of a country
 * and what was used, and nothing else: no node, no network, no clock. Read next: fee_paper.c,
 * mining/energy_fee.h; docs/mining-fee.md.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "codec/decimal_text.h"
#include "codec/energy_csv.h"
#include "codec/jurisdiction_value.h"
#include "money/arithmetic.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "programs/fee_paper.h"

enum {
    FEE_FILE_SIZE_MAX = 64 << 20,
    FEE_PAYMENTS_MAX = 64,
    FEE_SCALE_USUAL = 2, /* hundredths; --scale says otherwise */
    KWH_DECIMALS = 3,
};

static const char program[] = "tarazy mining-fee";

struct fee_call {
    const char *law;
    const char *readings;
    const char *quarter_text;
    struct quarter quarter;
    struct energy_use use;
    bool has_energy; /* by options */
    uint8_t scale;
    const char *paid[FEE_PAYMENTS_MAX]; /* "2024-05-27=2000000" */
    uint32_t paid_count;
    int32_t as_of;
    bool has_as_of;
};

static void fee_usage(FILE *out)
{
    (void)fputs("usage: tarazy mining-fee --jurisdiction FILE --quarter 2024Q1 [--readings FILE]\n"
                "           [--grid-kwh N [--grid-price P]] [--own-kwh N] [--off-grid-kwh N]\n"
                "           [--renewable-kwh N] [--unmetered-kwh N] [--scale N]\n"
                "           [--as-of DAY [--paid DAY=AMOUNT]...]\n\n"
                "  --jurisdiction FILE   the law: jurisdictions/kz.conf\n"
                "  --quarter 2024Q1      the quarter\n"
                "  --readings FILE       meters as CSV: " ENERGY_CSV_HEAD "\n"
                "  --grid-kwh N ...      or the quarter's energy by source, in kWh\n"
                "  --grid-price P        average price of a kWh from the grid, in whole currency\n"
                "  --scale N             decimals of the currency in the books; 2 if not given\n"
                "  --as-of DAY           also what is unpaid on this day, and the penalty\n"
                "  --paid DAY=AMOUNT     a payment\n",
                out);
}

static bool take_decimal(const char *text, uint32_t decimals, int64_t *out)
{
    return decimal_text_parse(slice_of_text(text), decimals, out) == DECIMAL_RESULT_OK;
}

static bool take_energy(struct fee_call *call, enum energy_source source, const char *text)
{
    int64_t *energy_wh = &call->use.energy_wh[source - 1];

    call->has_energy = true;
    return *energy_wh == 0 && take_decimal(text, KWH_DECIMALS, energy_wh);
}

/* "2024Q1" */
static bool take_quarter(struct fee_call *call, const char *text)
{
    int64_t year;
    size_t size = strlen(text);

    call->quarter_text = text;
    if (size != 6 || text[4] != 'Q' || text[5] < '1' || text[5] > '4' ||
        decimal_text_parse(slice_of(text, 4), 0, &year) != DECIMAL_RESULT_OK) {
        return false;
    }
    call->quarter = (struct quarter){(int32_t)year, (uint8_t)(text[5] - '0')};
    return quarter_is_valid(call->quarter);
}

static bool take_scale(struct fee_call *call, const char *text)
{
    int64_t scale;

    if (!take_decimal(text, 0, &scale) || scale > (int64_t)MONEY_SCALE_MAX) {
        return false;
    }
    call->scale = (uint8_t)scale;
    return true;
}

static bool take_option(struct fee_call *call, int option, const char *value)
{
    switch (option) {
    case 'j': call->law = value; return true;
    case 'q': return take_quarter(call, value);
    case 'r': call->readings = value; return true;
    case 'g': return take_energy(call, ENERGY_SOURCE_GRID, value);
    case 'o': return take_energy(call, ENERGY_SOURCE_OWN, value);
    case 'f': return take_energy(call, ENERGY_SOURCE_OFF_GRID, value);
    case 'e': return take_energy(call, ENERGY_SOURCE_RENEWABLE, value);
    case 'u': return take_energy(call, ENERGY_SOURCE_UNMETERED, value);
    case 'p':
        call->use.has_grid_price = true;
        return take_decimal(value, TARAZY_PARAMETER_MONEY_DECIMALS, &call->use.grid_price);
    case 's': return take_scale(call, value);
    case 'a':
        call->has_as_of = true;
        return jurisdiction_day_read(slice_of_text(value), &call->as_of);
    case 'd':
        if (call->paid_count == FEE_PAYMENTS_MAX) {
            return false;
        }
        call->paid[call->paid_count++] = value;
        return true;
    default: return false; /* not an enum */
    }
}

/* Either readings, or energy by options; payments only with a day to look from. */
static bool call_is_sound(const struct fee_call *call)
{
    bool has_energy = call->has_energy || call->use.has_grid_price;

    return call->law != NULL && call->quarter_text != NULL &&
           (call->readings != NULL) != has_energy && (call->paid_count == 0 || call->has_as_of);
}

/* A whole file; NULL: said. The caller frees it. */
static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text = file == NULL ? NULL : malloc(FEE_FILE_SIZE_MAX);
    bool is_read = false;

    if (text != NULL) {
        *size = fread(text, 1, FEE_FILE_SIZE_MAX, file);
        is_read = ferror(file) == 0;
    }
    if (!is_read) {
        (void)fprintf(stderr, "%s: %s: %s\n", program, path, strerror(errno));
    } else if (*size == FEE_FILE_SIZE_MAX) {
        (void)fprintf(stderr, "%s: %s: too large\n", program, path);
        is_read = false;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    if (!is_read) {
        free(text);
        text = NULL;
    }
    return text;
}

static bool law_read(const char *path, struct jurisdiction_file *law)
{
    size_t size = 0;
    char *text = read_file(path, &size);

    if (text == NULL) {
        return false;
    }
    struct jurisdiction_file_problem problem = jurisdiction_file_parse(law, slice_of(text, size));
    free(text);
    if (problem.result != JURISDICTION_FILE_RESULT_OK) {
        (void)fprintf(stderr, "%s:%u: %s\n", path, problem.line,
                      jurisdiction_file_problem_text(&problem));
        return false;
    }
    return true;
}

/* Meters that do not tell every day: said, as the fee is then of what was told. */
static void print_gaps(const struct energy_csv *csv)
{
    (void)printf("readings     %llu of %u meters\n", (unsigned long long)csv->rows,
                 csv->meter_count);
    for (uint32_t i = 0; i < csv->meter_count; i++) {
        uint32_t missing = energy_csv_days_missing(csv, i);
        if (missing > 0) {
            (void)printf("missing      %.*s has no reading on %u of %u days\n",
                         (int)text_length(csv->meters[i].name, sizeof csv->meters[i].name),
                         csv->meters[i].name, missing, csv->days);
        }
    }
}

static bool readings_read(struct fee_call *call, struct energy_csv *csv)
{
    size_t size = 0;
    char *text = read_file(call->readings, &size);

    if (text == NULL) {
        return false;
    }
    struct energy_csv_problem problem = energy_csv_read(csv, slice_of(text, size), call->quarter);
    free(text);
    if (problem.result != ENERGY_CSV_RESULT_OK) {
        (void)fprintf(stderr, "%s:%llu: %s", call->readings, (unsigned long long)problem.line,
                      energy_csv_problem_text(&problem));
        if (problem.other_line != 0) {
            (void)fprintf(stderr, ": line %llu", (unsigned long long)problem.other_line);
        }
        (void)fprintf(stderr, "\n");
        return false;
    }
    call->use = csv->use;
    return true;
}

/* "2024-05-27=2000000.00" */
static bool payment_read(const struct fee_call *call, const char *text, struct tax_payment *out)
{
    const char *equals = strchr(text, '=');
    int64_t units;

    if (equals == NULL ||
        !jurisdiction_day_read(slice_of(text, (size_t)(equals - text)), &out->day) ||
        !take_decimal(equals + 1, call->scale, &units)) {
        (void)fprintf(stderr, "%s: --paid %s: write DAY=AMOUNT\n", program, text);
        return false;
    }
    out->amount = amount_of_units(units);
    return true;
}

static int print_arrears(const struct fee_call *call, const struct jurisdiction_file *law,
                         const struct energy_fee *fee)
{
    struct tax_payment payments[FEE_PAYMENTS_MAX];
    struct jurisdiction view = jurisdiction_file_view(law);
    struct tax_arrears arrears;
    struct tax_debt debt = {.due_day = fee->payment.day,
                            .owed = fee->fee,
                            .payments = payments,
                            .payment_count = call->paid_count};

    for (uint32_t i = 0; i < call->paid_count; i++) {
        if (!payment_read(call, call->paid[i], &payments[i])) {
            return EXIT_CODE_USAGE;
        }
    }
    if (!fee->payment.is_due) {
        (void)fprintf(stderr, "%s: the law names no day of payment\n", program);
        return EXIT_CODE_FAILED;
    }
    enum jurisdiction_result result = tax_arrears_compute(&view, &debt, call->as_of, &arrears);
    if (result != JURISDICTION_RESULT_OK) {
        fee_paper_refuse(program, result, &arrears.fault);
        return EXIT_CODE_FAILED;
    }
    fee_paper_print_arrears(law, &arrears, call->as_of, call->scale);
    return EXIT_CODE_DONE;
}

static int fee_run(struct fee_call *call, struct jurisdiction_file *law, struct energy_csv *csv)
{
    struct energy_fee fee;

    if (!law_read(call->law, law) || (call->readings != NULL && !readings_read(call, csv))) {
        return EXIT_CODE_USAGE;
    }
    struct jurisdiction view = jurisdiction_file_view(law);
    enum jurisdiction_result result =
        energy_fee_compute(&view, call->quarter, &call->use, call->scale, &fee);
    if (result != JURISDICTION_RESULT_OK) {
        fee_paper_refuse(program, result, &fee.fault);
        return EXIT_CODE_FAILED;
    }
    if (call->readings != NULL) {
        print_gaps(csv);
    }
    fee_paper_print(law, &call->use, &fee, call->scale);
    return call->has_as_of ? print_arrears(call, law, &fee) : EXIT_CODE_DONE;
}

int mining_fee_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"jurisdiction", required_argument, NULL, 'j'},
        {"quarter", required_argument, NULL, 'q'},
        {"readings", required_argument, NULL, 'r'},
        {"grid-kwh", required_argument, NULL, 'g'},
        {"grid-price", required_argument, NULL, 'p'},
        {"own-kwh", required_argument, NULL, 'o'},
        {"off-grid-kwh", required_argument, NULL, 'f'},
        {"renewable-kwh", required_argument, NULL, 'e'},
        {"unmetered-kwh", required_argument, NULL, 'u'},
        {"scale", required_argument, NULL, 's'},
        {"as-of", required_argument, NULL, 'a'},
        {"paid", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct fee_call call = {.scale = FEE_SCALE_USUAL};
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            fee_usage(stdout);
            return EXIT_CODE_DONE;
        }
        if (!take_option(&call, option, optarg)) {
            if (option != '?') {
                (void)fprintf(stderr, "%s: '%s' makes no sense here\n\n", program, optarg);
            }
            fee_usage(stderr);
            return EXIT_CODE_USAGE;
        }
    }
    if (optind != argc || !call_is_sound(&call)) {
        fee_usage(stderr);
        return EXIT_CODE_USAGE;
    }
    struct jurisdiction_file *law = malloc(sizeof *law);
    struct energy_csv *csv = malloc(sizeof *csv);
    int code = EXIT_CODE_FAILED;
    if (law != NULL && csv != NULL) {
        code = fee_run(&call, law, csv);
    } else {
        (void)fprintf(stderr, "%s: out of memory\n", program);
    }
    free(law);
    free(csv);
    return code;
}
