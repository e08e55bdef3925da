/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests of any parameters: `query newline body newline JSON`. Whatever passes the check has the form
 * its type asks for, so that no getter can fail; a refusal always has a code and a text; zones and
 * address ranges stay within their bounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/parameters.h"
#include "gateway/range_text.h"
#include "gateway/zone_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

enum { TEXT_MAX = 8192 };

static const struct parameter_rule rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},    {"quantity", PARAMETER_TYPE_DECIMAL, false},
    {"price", PARAMETER_TYPE_DECIMAL, false},   {"limit", PARAMETER_TYPE_INTEGER, false},
    {"startTime", PARAMETER_TYPE_TIME, false},  {"flag", PARAMETER_TYPE_BOOL, false},
    {"id", PARAMETER_TYPE_CLIENT_ID, false},    {"type", PARAMETER_TYPE_NAME, false},
    {"text", PARAMETER_TYPE_TEXT, false},       {"hex", PARAMETER_TYPE_HEX, false},
    {"symbols", PARAMETER_TYPE_SYMBOLS, false},
};
static const struct parameter_table table = {rules, sizeof rules / sizeof rules[0]};
static const struct parameter_table nothing = {NULL, 0};

/* The next line of the input, without its end. */
static struct slice next_line(struct slice *rest)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
    struct slice line = slice_of(rest->data, size);

    size += end != NULL;
    *rest = slice_of(rest->data + size, rest->size - size);
    return line;
}

static void check_failure(const struct failure *failure)
{
    CHECK(failure->code < 0 && failure->status >= 400 && failure->text[0] != '\0');
    CHECK(memchr(failure->text, '\0', sizeof failure->text) != NULL);
}

static void use_decimal(const struct parameters *parameters, const char *name, uint32_t decimals)
{
    struct failure failure;
    struct amount amount;
    int64_t units;
    bool fits = parameters_decimal(parameters, name, decimals, &units, &failure);

    CHECK(fits ? units >= 0 : failure.code == -1111 || failure.code == -1108);
    if (parameters_amount(parameters, name, decimals, &amount, &failure)) {
        CHECK(amount.units >= 0 && (!fits || amount.units == units));
    } else {
        CHECK(failure.code == -1111 && !fits);
    }
}

static void use(const struct parameters *parameters)
{
    struct symbol symbol;
    struct slice value;

    CHECK(parameters_find(parameters, "symbol", &value));
    CHECK(parameters_copy(value, symbol.text, sizeof symbol.text));
    CHECK(parameters_integer(parameters, "limit", 7) >= 0);
    CHECK(parameters_time(parameters, "startTime", 7) >= 0);
    (void)parameters_bool(parameters, "flag", true);
    for (uint32_t decimals = 0; decimals <= 18; decimals += 6) {
        use_decimal(parameters, "quantity", decimals);
        use_decimal(parameters, "price", decimals);
    }
    if (parameters_find(parameters, "id", &value)) {
        CHECK(value.size >= 1 && value.size <= 36);
    }
}

static void use_texts(struct slice text)
{
    struct ip_range ranges[TARAZY_KEY_RANGES_MAX];
    int32_t minutes;

    if (zone_text_parse(text, &minutes)) {
        CHECK(minutes >= ZONE_MINUTES_MIN && minutes <= ZONE_MINUTES_MAX);
    }
    if (range_text_parse_list(text, ranges)) {
        for (size_t i = 0; i < TARAZY_KEY_RANGES_MAX; i++) {
            CHECK(ranges[i].prefix <= 128);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct parameters parameters;
    struct failure failure = {0};

    if (size > TEXT_MAX) {
        return 0;
    }
    struct slice rest = slice_of((const char *)data, size);
    struct slice query = next_line(&rest);
    struct slice body = next_line(&rest);

    use_texts(query);
    if (!parameters_read_form(&parameters, query, body, &failure) ||
        (rest.size > 0 && !parameters_read_json(&parameters, rest, &failure)) ||
        !parameters_check(&parameters, &table, &nothing, &failure)) {
        check_failure(&failure);
        return 0;
    }
    CHECK(parameters.count <= PARAMETERS_MAX && parameters.text_used <= PARAMETERS_TEXT_MAX);
    use(&parameters);
    return 0;
}
