/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints a fee on energy. A file of its own because what is printed is read by people and by scripts:
 * one fact per line, its first word says which. Invariant: every number stands with the letter of its
 * trust and the source it was taken from. Read next: mining_fee_main.c.
 */
#include "programs/fee_paper.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "codec/decimal_text.h"
#include "codec/jurisdiction_value.h"
#include "money/arithmetic.h"

enum { KWH_DECIMALS = 3, NANO_DECIMALS = 9, LABEL = -12 };

struct number_text {
    char text[DECIMAL_TEXT_SIZE_MAX + 1];
};

struct day_text {
    char text[JURISDICTION_DAY_SIZE + 1];
};

/* With all decimals, or without needless zeros behind. */
static struct number_text number_of(int128 units, uint32_t decimals, bool is_short)
{
    struct number_text out = {{0}};
    size_t size = decimal_text_format(units, decimals, out.text, DECIMAL_TEXT_SIZE_MAX);

    for (; is_short && decimals > 0 && out.text[size - 1] == '0'; decimals--) {
        size--;
    }
    if (is_short && decimals == 0 && size > 0 && out.text[size - 1] == '.') {
        size--;
    }
    out.text[size] = '\0';
    return out;
}

static struct day_text day_of(int32_t day)
{
    struct day_text out;

    jurisdiction_day_write(day, out.text);
    out.text[JURISDICTION_DAY_SIZE] = '\0';
    return out;
}

/* A record: its name, value, trust and source. */
static void print_rule(const struct jurisdiction_file *law, const char *label, uint32_t index)
{
    const struct jurisdiction_parameter *one = &law->parameters[index];
    char value[JURISDICTION_VALUE_SIZE_MAX];
    int size = (int)jurisdiction_value_write(one, value);

    (void)printf("%*s %s %.*s  trust %c  %.*s (line %u)\n", LABEL, label,
                 jurisdiction_kind_name(one->kind), size, value,
                 trust_letter((enum trust)one->trust),
                 (int)text_length(one->source, sizeof one->source), one->source, law->lines[index]);
}

static void print_lines(const struct jurisdiction_file *law, const struct energy_use *use,
                        const struct energy_fee *fee)
{
    for (uint32_t i = 0; i < fee->line_count; i++) {
        const struct energy_fee_line *line = &fee->lines[i];
        (void)printf("%*s %s %s kWh x %s = %s %s\n", LABEL, "energy",
                     energy_source_name(line->source),
                     number_of(line->energy_wh, KWH_DECIMALS, true).text,
                     number_of(line->rate, TARAZY_PARAMETER_MONEY_DECIMALS, true).text,
                     number_of(line->exact_nano, NANO_DECIMALS, true).text, law->currency);
        if (line->source == ENERGY_SOURCE_GRID && use->has_grid_price) {
            (void)printf("%*s %s %s a kWh on average\n", LABEL, "price",
                         number_of(use->grid_price, TARAZY_PARAMETER_MONEY_DECIMALS, true).text,
                         law->currency);
        }
        print_rule(law, "rate", line->own_parameter);
        if (line->parameter != line->own_parameter) {
            print_rule(law, "instead", line->parameter);
        }
    }
}

static void print_due(const struct jurisdiction_file *law, const char *label,
                      const struct due_day *due)
{
    if (!due->is_due) {
        (void)printf("%*s none  trust %c\n", LABEL, label, trust_letter(due->trust));
        print_rule(law, "rule", due->rule);
        return;
    }
    (void)printf("%*s %s  trust %c", LABEL, label, day_of(due->day).text, trust_letter(due->trust));
    if (due->day != due->nominal_day) {
        (void)printf("  (%s is no working day; holidays: trust %c)", day_of(due->nominal_day).text,
                     trust_letter(due->holidays_trust));
    }
    (void)printf("\n");
    print_rule(law, "rule", due->rule);
    if (due->day != due->nominal_day) {
        print_rule(law, "rule", due->shift);
    }
}

void fee_paper_print(const struct jurisdiction_file *law, const struct energy_use *use,
                     const struct energy_fee *fee, uint8_t currency_scale)
{
    (void)printf("%*s %s\n", LABEL, "country", law->country);
    (void)printf("%*s %dQ%u  %s to %s\n", LABEL, "quarter", (int)fee->quarter.year,
                 (unsigned)fee->quarter.number, day_of(fee->first_day).text,
                 day_of(fee->last_day).text);
    print_lines(law, use, fee);
    if (fee->has_grounds) {
        print_rule(law, "several", fee->grounds);
    }
    (void)printf("%*s %s %s\n", LABEL, "sum", number_of(fee->exact_nano, NANO_DECIMALS, true).text,
                 law->currency);
    if (!fee->is_exact) {
        print_rule(law, "rounded", fee->rounding);
        print_rule(law, "rounded", fee->rounding_unit);
    }
    (void)printf("%*s %s %s  trust %c\n", LABEL, "fee",
                 number_of(amount_units(fee->fee), currency_scale, false).text, law->currency,
                 trust_letter(fee->trust));
    print_due(law, "declaration", &fee->declaration);
    print_due(law, "payment", &fee->payment);
    if (fee->trust > TRUST_B) {
        (void)printf(
            "%*s this fee rests on a number of trust %c: check it against the law's text\n", LABEL,
            "unsure", trust_letter(fee->trust));
    }
}

void fee_paper_print_arrears(const struct jurisdiction_file *law, const struct tax_arrears *arrears,
                             int32_t today, uint8_t currency_scale)
{
    (void)printf("%*s %s\n", LABEL, "as-of", day_of(today).text);
    (void)printf("%*s %s %s\n", LABEL, "unpaid",
                 number_of(amount_units(arrears->unpaid), currency_scale, false).text,
                 law->currency);
    if (!amount_is_zero(arrears->overpaid)) {
        (void)printf("%*s %s %s\n", LABEL, "overpaid",
                     number_of(amount_units(arrears->overpaid), currency_scale, false).text,
                     law->currency);
    }
    (void)printf("%*s %s %s  %u days", LABEL, "penalty",
                 number_of(amount_units(arrears->penalty), currency_scale, false).text,
                 law->currency, arrears->days_late);
    if (arrears->trust != 0) {
        (void)printf("  trust %c", trust_letter(arrears->trust));
    }
    (void)printf("\n");
}

void fee_paper_refuse(const char *program, enum jurisdiction_result result,
                      const struct jurisdiction_fault *fault)
{
    (void)fprintf(stderr, "%s: %s", program, jurisdiction_result_text(result));
    if (fault->kind != 0) {
        (void)fprintf(stderr, ": %s", jurisdiction_kind_name(fault->kind));
        if (civil_day_is_known(fault->day)) {
            (void)fprintf(stderr, " on %s", day_of(fault->day).text);
        }
    }
    (void)fprintf(stderr, "\n");
}
