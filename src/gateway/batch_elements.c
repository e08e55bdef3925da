/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a batch.
 *
 * Why a file of its own: five hundred orders in one text are read in one pass, token by token; to
 * take the array apart first and each object again afterwards would read every byte three times.
 * Invariants: ends[] never falls; no element has two fields of one name; nothing is written beyond
 * the arrays, whatever the text says. Read next: rest_batch.c.
 */
#include "gateway/batch_elements.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"

enum { DEPTH_MAX = 2 }; /* an array of flat objects */

struct reading {
    struct batch_elements *elements;
    struct json_reader reader;
    const char *name;
    struct failure *failure;
};

static bool fail(const struct reading *reading, enum venue_error error)
{
    char most[16];

    if (error == VENUE_ERROR_BATCH_SIZE) {
        (void)snprintf(most, sizeof most, "%d", BATCH_ELEMENTS_MAX);
        return failure_set(reading->failure, error, most, NULL);
    }
    return failure_set(reading->failure, error, reading->name, NULL);
}

static bool next(struct reading *reading, struct json_token *token)
{
    return json_reader_next(&reading->reader, token) == JSON_RESULT_OK ||
           fail(reading, VENUE_ERROR_INVALID);
}

static bool begin(struct reading *reading, struct slice array)
{
    struct json_token token;

    reading->elements->count = 0;
    reading->elements->text_used = 0;
    json_reader_begin(&reading->reader, array, DEPTH_MAX);
    return next(reading, &token) &&
           (token.kind == JSON_TOKEN_ARRAY_BEGIN || fail(reading, VENUE_ERROR_INVALID));
}

/* The array has ended: nothing may follow it, and something must have been in it. */
static bool end(struct reading *reading)
{
    struct json_token token;

    return next(reading, &token) &&
           (reading->elements->count > 0 || fail(reading, VENUE_ERROR_BATCH_SIZE));
}

/* A text without its escapes, or the digits of a number. */
static bool take_value(struct reading *reading, const struct json_token *token, struct slice *value)
{
    struct batch_elements *elements = reading->elements;
    const struct json_value text = {
        .type = JSON_TYPE_STRING, .is_escaped = token->is_escaped, .raw = token->text};
    char *room = elements->text + elements->text_used;

    if (token->kind == JSON_TOKEN_NUMBER) {
        *value = token->text;
        return true;
    }
    if (token->kind != JSON_TOKEN_STRING ||
        !json_string_view(text, room, sizeof elements->text - elements->text_used, value)) {
        return fail(reading, VENUE_ERROR_INVALID);
    }
    elements->text_used += value->data == room ? value->size : 0;
    return true;
}

/* Room for one more element, which begins where the last one ends. */
static bool open_element(struct reading *reading)
{
    struct batch_elements *elements = reading->elements;
    uint32_t index = elements->count;

    if (index == BATCH_ELEMENTS_MAX) {
        return fail(reading, VENUE_ERROR_BATCH_SIZE);
    }
    elements->ends[index] = index == 0 ? 0 : elements->ends[index - 1];
    elements->marks[index] = 0;
    elements->count++;
    return true;
}

static uint32_t element_start(const struct batch_elements *elements, uint32_t index)
{
    return index == 0 ? 0 : elements->ends[index - 1];
}

static bool has_field(const struct batch_elements *elements, uint32_t index, struct slice name)
{
    for (uint32_t i = element_start(elements, index); i < elements->ends[index]; i++) {
        if (slice_equals(elements->fields[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* One more field of the last element. */
static bool add_field(struct reading *reading, struct slice name, struct slice value)
{
    struct batch_elements *elements = reading->elements;
    uint32_t index = elements->count - 1;
    uint64_t mark = parameters_mark(name.data, name.size);

    if ((elements->marks[index] & mark) != 0 && has_field(elements, index, name)) {
        return fail(reading, VENUE_ERROR_DUPLICATE_PARAMETER);
    }
    if (elements->ends[index] - element_start(elements, index) == BATCH_FIELDS_MAX) {
        return fail(reading, VENUE_ERROR_TOO_MANY_PARAMETERS);
    }
    elements->marks[index] |= mark;
    elements->fields[elements->ends[index]++] = (struct parameter){name, value};
    return true;
}

/* Behind its opening brace. A name with escapes could be spelled in two ways: refused. */
static bool read_object(struct reading *reading)
{
    struct json_token key;
    struct json_token token;
    struct slice value;

    if (!open_element(reading)) {
        return false;
    }
    while (next(reading, &key)) {
        if (key.kind == JSON_TOKEN_OBJECT_END) {
            return true;
        }
        if (key.kind != JSON_TOKEN_KEY || key.is_escaped) {
            return fail(reading, VENUE_ERROR_INVALID);
        }
        if (!next(reading, &token) || !take_value(reading, &token, &value) ||
            !add_field(reading, key.text, value)) {
            return false;
        }
    }
    return false;
}

bool batch_elements_read_objects(struct batch_elements *elements, struct slice array,
                                 const char *name, struct failure *failure)
{
    struct reading reading = {.elements = elements, .name = name, .failure = failure};
    struct json_token token;

    if (!begin(&reading, array)) {
        return false;
    }
    while (next(&reading, &token)) {
        if (token.kind == JSON_TOKEN_ARRAY_END) {
            return end(&reading);
        }
        if (token.kind != JSON_TOKEN_OBJECT_BEGIN) {
            return fail(&reading, VENUE_ERROR_INVALID);
        }
        if (!read_object(&reading)) {
            return false;
        }
    }
    return false;
}

bool batch_elements_read_values(struct batch_elements *elements, struct slice array,
                                enum json_type type, const char *name, const char *field,
                                struct failure *failure)
{
    struct reading reading = {.elements = elements, .name = name, .failure = failure};
    enum json_token_kind kind = type == JSON_TYPE_NUMBER ? JSON_TOKEN_NUMBER : JSON_TOKEN_STRING;
    struct json_token token;
    struct slice value;

    if (!begin(&reading, array)) {
        return false;
    }
    while (next(&reading, &token)) {
        if (token.kind == JSON_TOKEN_ARRAY_END) {
            return end(&reading);
        }
        if (token.kind != kind) {
            return fail(&reading, VENUE_ERROR_INVALID);
        }
        if (!take_value(&reading, &token, &value) || !open_element(&reading) ||
            !add_field(&reading, slice_of_text(field), value)) {
            return false;
        }
    }
    return false;
}

void batch_elements_get(const struct batch_elements *elements, uint32_t index,
                        struct parameters *parameters)
{
    ENSURE(index < elements->count);
    uint32_t start = element_start(elements, index);
    uint32_t count = elements->ends[index] - start;

    ENSURE(count <= BATCH_FIELDS_MAX);
    memcpy(parameters->items, elements->fields + start, count * sizeof parameters->items[0]);
    parameters->count = count;
    parameters->marks = elements->marks[index];
    parameters->text_used = 0;
}
