/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and checking what a request says.
 *
 * Why a file of its own: REST, the WebSocket API and the operators' interface say the same things in
 * three notations; after this file there is one. Invariants: no name stands twice; after
 * parameters_check every value has the form its type asks for, so the getters below cannot fail on
 * form. Read next: router.h, whose routes carry the tables.
 */
#include "gateway/parameters.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "codec/decimal_text.h"
#include "codec/hex_text.h"
#include "codec/json_reader.h"
#include "codec/query_text.h"

#define LEGAL_SYMBOL    "^[A-Z0-9-_.]{1,20}$"
#define LEGAL_INTEGER   "^[0-9]{1,20}$"
#define LEGAL_DECIMAL   "^([0-9]{1,20})(\\.[0-9]{1,20})?$"
#define LEGAL_CLIENT_ID "^[a-zA-Z0-9-_.:/]{1,36}$"
#define LEGAL_NAME      "^[A-Za-z0-9_]{1,32}$"
#define LEGAL_TEXT      "^[^\"'\\\\\\x00-\\x1F\\x7F]+$"
#define LEGAL_SYMBOLS   "^\\[(\"[A-Z0-9-_.]{1,20}\")(,\"[A-Z0-9-_.]{1,20}\")*\\]$"
#define LEGAL_ARRAY     "a JSON array"
#define LEGAL_HEX       "^([0-9a-fA-F]{2})+$"

/* ------------------------------------------------------------------ reading */

/* Undoes percent-encoding into the parameters' own text where there is any. */
static bool decode(struct parameters *parameters, struct slice raw, struct slice *value)
{
    char *room = parameters->text + parameters->text_used;

    if (!query_view(raw, room, sizeof parameters->text - parameters->text_used, value)) {
        return false;
    }
    if (value->data == room) {
        parameters->text_used += value->size;
    }
    return true;
}

/* A failure that names a parameter by a slice. */
static bool fail_named(struct failure *failure, enum venue_error error, struct slice name,
                       const char *second)
{
    char text[64];
    size_t size = name.size < sizeof text - 1 ? name.size : sizeof text - 1;

    memcpy(text, name.data, size);
    text[size] = '\0';
    return failure_set(failure, error, text, second);
}

static bool fail_query(struct failure *failure, enum query_result result)
{
    switch (result) {
    case QUERY_RESULT_DUPLICATE:
        return failure_set(failure, VENUE_ERROR_DUPLICATE_PARAMETER, NULL, NULL);
    case QUERY_RESULT_TOO_MANY:
        return failure_set(failure, VENUE_ERROR_TOO_MANY_PARAMETERS, NULL, NULL);
    case QUERY_RESULT_MALFORMED:
    case QUERY_RESULT_END:
    case QUERY_RESULT_OK: break;
    }
    return failure_set(failure, VENUE_ERROR_ILLEGAL_CHARACTERS, "query",
                       "application/x-www-form-urlencoded");
}

bool parameters_read_form(struct parameters *parameters, struct slice query, struct slice body,
                          struct failure *failure)
{
    struct query_field fields[PARAMETERS_MAX];
    size_t count = 0;
    enum query_result result = query_split(query, fields, PARAMETERS_MAX, &count);

    if (result == QUERY_RESULT_OK || result == QUERY_RESULT_END) {
        result = query_split_under(body, fields, PARAMETERS_MAX, &count);
    }
    if (result != QUERY_RESULT_OK && result != QUERY_RESULT_END) {
        return fail_query(failure, result);
    }
    parameters->count = 0;
    parameters->marks = 0;
    parameters->text_used = 0;
    for (size_t i = 0; i < count; i++) {
        struct parameter *item = &parameters->items[parameters->count];

        item->name = fields[i].name;
        if (!decode(parameters, fields[i].value, &item->value)) {
            return fail_named(failure, VENUE_ERROR_ILLEGAL_CHARACTERS, fields[i].name, LEGAL_TEXT);
        }
        parameters->marks |= parameters_mark(item->name.data, item->name.size);
        parameters->count++;
    }
    return true;
}

/* The text of a JSON value: a string without its escapes, anything else as it stands. */
static bool json_text(struct parameters *parameters, const struct json_member *member,
                      struct slice *value)
{
    char *room = parameters->text + parameters->text_used;
    size_t capacity = sizeof parameters->text - parameters->text_used;

    if (member->value.type == JSON_TYPE_NULL || member->value.type == JSON_TYPE_OBJECT) {
        return false;
    }
    if (member->value.type != JSON_TYPE_STRING) {
        *value = member->value.raw;
        return true;
    }
    if (!json_string_view(member->value, room, capacity, value)) {
        return false;
    }
    if (value->data == room) {
        parameters->text_used += value->size;
    }
    return true;
}

bool parameters_read_json(struct parameters *parameters, struct slice object,
                          struct failure *failure)
{
    struct json_member members[PARAMETERS_MAX];
    size_t count = 0;
    struct slice known;

    if (json_object_members(object, 4, members, PARAMETERS_MAX, &count) != JSON_RESULT_OK) {
        return failure_set(failure, VENUE_ERROR_JSON, NULL, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        char name[JSON_KEY_SIZE_MAX];

        if (parameters->count == PARAMETERS_MAX) {
            return failure_set(failure, VENUE_ERROR_TOO_MANY_PARAMETERS, NULL, NULL);
        }
        if (members[i].key.size >= sizeof name) {
            return failure_set(failure, VENUE_ERROR_JSON, NULL, NULL);
        }
        memcpy(name, members[i].key.data, members[i].key.size);
        name[members[i].key.size] = '\0';
        if (parameters_find(parameters, name, &known)) {
            return failure_set(failure, VENUE_ERROR_DUPLICATE_PARAMETER, NULL, NULL);
        }
        struct parameter *item = &parameters->items[parameters->count];

        item->name = members[i].key;
        if (!json_text(parameters, &members[i], &item->value)) {
            return failure_set(failure, VENUE_ERROR_MISSING, name, NULL);
        }
        parameters->marks |= parameters_mark(item->name.data, item->name.size);
        parameters->count++;
    }
    return true;
}

uint64_t parameters_mark(const char *name, size_t size)
{
    return size == 0 ? 1 : UINT64_C(1) << (((uint8_t)name[0] + 7 * size) % 64);
}

bool parameters_find(const struct parameters *parameters, const char *name, struct slice *value)
{
    size_t size = strlen(name);

    if ((parameters->marks & parameters_mark(name, size)) == 0) {
        return false;
    }
    for (size_t i = 0; i < parameters->count; i++) {
        const struct parameter *item = &parameters->items[i];

        if (item->name.size == size && memcmp(item->name.data, name, size) == 0) {
            *value = item->value;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ checking */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* Only digits, only letters if asked for, and bytes of `more`; 1 … size_max bytes. */
static bool is_made_of(struct slice value, bool has_letters, const char *more, size_t size_max)
{
    if (value.size == 0 || value.size > size_max) {
        return false;
    }
    for (size_t i = 0; i < value.size; i++) {
        char byte = value.data[i];

        if (is_digit(byte) || (has_letters && is_letter(byte))) {
            continue;
        }
        if (byte == '\0' || strchr(more, byte) == NULL) {
            return false;
        }
    }
    return true;
}

static bool is_symbol(struct slice value)
{
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] >= 'a' && value.data[i] <= 'z') {
            return false;
        }
    }
    return is_made_of(value, true, "-_.", 20);
}

static bool is_decimal(struct slice value)
{
    const char *point = memchr(value.data, '.', value.size);
    size_t whole = point == NULL ? value.size : (size_t)(point - value.data);

    if (!is_made_of(slice_of(value.data, whole), false, "", 20)) {
        return false;
    }
    return point == NULL || is_made_of(slice_of(point + 1, value.size - whole - 1), false, "", 20);
}

/* Printable ASCII without ' and \, and perhaps without ". */
static bool is_printable(struct slice value, bool has_quotes)
{
    for (size_t i = 0; i < value.size; i++) {
        char byte = value.data[i];

        if (byte < 0x20 || byte > 0x7E || byte == '\'' || byte == '\\' ||
            (byte == '"' && !has_quotes)) {
            return false;
        }
    }
    return value.size > 0;
}

static bool is_hex(struct slice value)
{
    for (size_t i = 0; i < value.size; i++) {
        if (hex_digit_value(value.data[i]) < 0) {
            return false;
        }
    }
    return value.size > 0 && value.size % 2 == 0;
}

/* The whole number a run of digits says; false: it passes int64. */
static bool read_integer(struct slice value, int64_t *number)
{
    int64_t sum = 0;

    for (size_t i = 0; i < value.size; i++) {
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, value.data[i] - '0', &sum)) {
            return false;
        }
    }
    *number = sum;
    return true;
}

/* What a value of this type looks like; NULL: it does. */
static const char *legal_range(enum parameter_type type, struct slice value)
{
    switch (type) {
    case PARAMETER_TYPE_SYMBOL: return is_symbol(value) ? NULL : LEGAL_SYMBOL;
    case PARAMETER_TYPE_INTEGER:
    case PARAMETER_TYPE_TIME: return is_made_of(value, false, "", 20) ? NULL : LEGAL_INTEGER;
    case PARAMETER_TYPE_DECIMAL: return is_decimal(value) ? NULL : LEGAL_DECIMAL;
    case PARAMETER_TYPE_CLIENT_ID:
        return is_made_of(value, true, "-_.:/", 36) ? NULL : LEGAL_CLIENT_ID;
    case PARAMETER_TYPE_NAME: return is_made_of(value, true, "_", 32) ? NULL : LEGAL_NAME;
    case PARAMETER_TYPE_HEX: return is_hex(value) ? NULL : LEGAL_HEX;
    case PARAMETER_TYPE_TEXT_OR_NOTHING:
    case PARAMETER_TYPE_TEXT: return is_printable(value, false) ? NULL : LEGAL_TEXT;
    case PARAMETER_TYPE_SYMBOLS: return is_printable(value, true) ? NULL : LEGAL_SYMBOLS;
    case PARAMETER_TYPE_ARRAY:
        return value.data[0] == '[' && value.data[value.size - 1] == ']' ? NULL : LEGAL_ARRAY;
    case PARAMETER_TYPE_BOOL: return NULL; /* looked at below: another number */
    }
    return LEGAL_TEXT;
}

static bool check_value(const struct parameter_rule *rule, struct slice value,
                        struct failure *failure)
{
    int64_t number;

    if (value.size == 0 && rule->type == PARAMETER_TYPE_TEXT_OR_NOTHING) {
        return true;
    }
    if (value.size == 0) {
        return failure_set(failure, rule->is_mandatory ? VENUE_ERROR_MISSING : VENUE_ERROR_EMPTY,
                           rule->name, NULL);
    }
    const char *legal = legal_range(rule->type, value);

    if (legal != NULL) {
        return failure_set(failure, VENUE_ERROR_ILLEGAL_CHARACTERS, rule->name, legal);
    }
    if ((rule->type == PARAMETER_TYPE_INTEGER || rule->type == PARAMETER_TYPE_TIME) &&
        !read_integer(value, &number)) {
        return failure_set(failure, VENUE_ERROR_PARAMETER_OVERFLOW, rule->name, NULL);
    }
    if (rule->type == PARAMETER_TYPE_BOOL && !slice_equals_any_case(value, "true") &&
        !slice_equals_any_case(value, "false")) {
        return failure_set(failure, VENUE_ERROR_INVALID, rule->name, NULL);
    }
    return true;
}

/* Checks the rules of one table; *read counts the parameters that it has. */
static bool check_table(const struct parameters *parameters, const struct parameter_table *table,
                        size_t *read, struct failure *failure)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct parameter_rule *rule = &table->rules[i];
        struct slice value;

        if (!parameters_find(parameters, rule->name, &value)) {
            if (rule->is_mandatory) {
                return failure_set(failure, VENUE_ERROR_MISSING, rule->name, NULL);
            }
            continue;
        }
        (*read)++;
        if (!check_value(rule, value, failure)) {
            return false;
        }
    }
    return true;
}

bool parameters_check_table(const struct parameters *parameters,
                            const struct parameter_table *table, struct failure *failure)
{
    size_t read = 0;

    return check_table(parameters, table, &read, failure);
}

bool parameters_check(const struct parameters *parameters, const struct parameter_table *table,
                      const struct parameter_table *common, struct failure *failure)
{
    size_t read = 0;

    if (!check_table(parameters, common, &read, failure) ||
        !check_table(parameters, table, &read, failure)) {
        return false;
    }
    if (read != parameters->count) {
        char were_read[24];
        char were_sent[24];

        (void)snprintf(were_read, sizeof were_read, "%zu", read);
        (void)snprintf(were_sent, sizeof were_sent, "%zu", parameters->count);
        return failure_set(failure, VENUE_ERROR_UNREAD, were_read, were_sent);
    }
    return true;
}

/* ------------------------------------------------------------------ values */

int64_t parameters_integer(const struct parameters *parameters, const char *name, int64_t fallback)
{
    struct slice value;
    int64_t number = fallback;

    if (parameters_find(parameters, name, &value)) {
        bool fits = read_integer(value, &number);
        ENSURE(fits); /* parameters_check looked */
    }
    return number;
}

/* Above this a number is microseconds: as milliseconds it would lie beyond the year 5138. */
#define TIME_MS_MAX INT64_C(100000000000000)
/* Later than that is the same as never; and nothing added to it overflows. */
#define TIME_US_MAX (INT64_MAX / 4)

int64_t parameters_time(const struct parameters *parameters, const char *name, int64_t fallback)
{
    struct slice value;

    if (!parameters_find(parameters, name, &value)) {
        return fallback;
    }
    int64_t number = parameters_integer(parameters, name, 0);

    if (number < TIME_MS_MAX) {
        return number * 1000;
    }
    return number < TIME_US_MAX ? number : TIME_US_MAX;
}

bool parameters_bool(const struct parameters *parameters, const char *name, bool fallback)
{
    struct slice value;

    if (!parameters_find(parameters, name, &value)) {
        return fallback;
    }
    return slice_equals_any_case(value, "true");
}

/* Zeros behind the last decimal that counts say nothing, and whole numbers may end in a point's
 * worth of them. */
static struct slice without_zeros(struct slice value, uint32_t decimals)
{
    const char *point = memchr(value.data, '.', value.size);

    if (point == NULL) {
        return value;
    }
    size_t whole = (size_t)(point - value.data);

    while (value.size > whole + 1 + decimals && value.data[value.size - 1] == '0') {
        value.size--;
    }
    if (value.size == whole + 1) {
        value.size = whole;
    }
    return value;
}

bool parameters_decimal(const struct parameters *parameters, const char *name, uint32_t decimals,
                        int64_t *units, struct failure *failure)
{
    struct slice value;

    *units = 0;
    if (!parameters_find(parameters, name, &value)) {
        return true;
    }
    switch (decimal_text_parse(without_zeros(value, decimals), decimals, units)) {
    case DECIMAL_RESULT_OK: return true;
    case DECIMAL_RESULT_TOO_MANY_DECIMALS:
        return failure_set(failure, VENUE_ERROR_PRECISION, name, NULL);
    case DECIMAL_RESULT_MALFORMED:
    case DECIMAL_RESULT_OUT_OF_RANGE: break;
    }
    return failure_set(failure, VENUE_ERROR_PARAMETER_OVERFLOW, name, NULL);
}

/* A decimal of at most 20 whole digits and 18 decimals is below 2^127. */
_Static_assert(DECIMAL_TEXT_DECIMALS_MAX == 18, "decimals of an amount");

bool parameters_amount(const struct parameters *parameters, const char *name, uint32_t decimals,
                       struct amount *amount, struct failure *failure)
{
    struct slice value;
    int128 sum = 0;
    uint32_t written = 0;
    bool is_fraction = false;

    ENSURE(decimals <= DECIMAL_TEXT_DECIMALS_MAX);
    *amount = (struct amount){0};
    if (!parameters_find(parameters, name, &value)) {
        return true;
    }
    value = without_zeros(value, decimals);
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] == '.') {
            is_fraction = true;
            continue;
        }
        written += is_fraction;
        if (written > decimals) {
            return failure_set(failure, VENUE_ERROR_PRECISION, name, NULL);
        }
        sum = sum * 10 + (value.data[i] - '0');
    }
    for (; written < decimals; written++) {
        sum *= 10;
    }
    *amount = (struct amount){sum};
    return true;
}

bool parameters_copy(struct slice value, char *field, size_t size)
{
    return text_set(field, size, value.data, value.size);
}
