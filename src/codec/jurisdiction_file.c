/* SPDX-License-Identifier: Apache-2.0
 *
 * A country's law, line by line.
 *
 * Why a format of its own: one line is one sentence of the law, so that a lawyer reads it without a
 * manual and a diff shows what has changed; a tree of braces would do neither.
 * Invariants: a file is taken whole or not at all; every refusal has the number of its line.
 * Read next: jurisdiction_value.c; mining/jurisdiction.c for what may stand beside what.
 */
#include "codec/jurisdiction_file.h"

#include "base/ensure.h"
#include "base/text.h"
#include "codec/jurisdiction_value.h"

enum { FIELDS_BEFORE_SOURCE = 5 };

/* Up to the next LF, which is left out. */
static enum jurisdiction_file_result cut_line(struct slice *rest, struct slice *line)
{
    const char *end = memchr(rest->data, '\n', rest->size);

    if (end == NULL) {
        return JURISDICTION_FILE_RESULT_CUT;
    }
    *line = slice_of(rest->data, (size_t)(end - rest->data));
    *rest = slice_of(end + 1, rest->size - line->size - 1);
    if (line->size > JURISDICTION_FILE_LINE_SIZE_MAX) {
        return JURISDICTION_FILE_RESULT_LONG;
    }
    for (size_t i = 0; i < line->size; i++) {
        if (line->data[i] < ' ' || line->data[i] > '~') {
            return JURISDICTION_FILE_RESULT_BYTES;
        }
    }
    return JURISDICTION_FILE_RESULT_OK;
}

/* The next run of what is not blank; empty at the end. */
static struct slice cut_field(struct slice *line)
{
    *line = slice_trim(*line);
    size_t size = 0;
    while (size < line->size && line->data[size] != ' ') {
        size++;
    }
    struct slice field = slice_of(line->data, size);
    *line = slice_of(line->data + size, line->size - size);
    return field;
}

static bool name_take(struct slice text, char *out)
{
    return text.size > 0 && text.size < JURISDICTION_FILE_NAME_SIZE &&
           text_set(out, JURISDICTION_FILE_NAME_SIZE, text.data, text.size) &&
           text_is_of(out, JURISDICTION_FILE_NAME_SIZE, TEXT_CHARSET_CODE);
}

static enum jurisdiction_file_result head_read(struct jurisdiction_file *file, struct slice line)
{
    bool has_country = file->country[0] != '\0';
    struct slice word = cut_field(&line);
    struct slice name = cut_field(&line);

    if (!slice_equals_text(word, has_country ? "currency" : "country") ||
        cut_field(&line).size > 0) {
        return JURISDICTION_FILE_RESULT_HEAD;
    }
    return name_take(name, has_country ? file->currency : file->country)
               ? JURISDICTION_FILE_RESULT_OK
               : JURISDICTION_FILE_RESULT_HEAD;
}

static bool trust_read(struct slice text, uint8_t *trust)
{
    for (int i = TRUST_A; i <= TRUST_D; i++) {
        if (text.size == 1 && text.data[0] == trust_letter((enum trust)i)) {
            *trust = (uint8_t)i;
            return true;
        }
    }
    return false;
}

static enum jurisdiction_file_result parameter_read(struct jurisdiction_parameter *one,
                                                    struct slice line)
{
    struct slice fields[FIELDS_BEFORE_SOURCE];

    *one = (struct jurisdiction_parameter){0};
    for (size_t i = 0; i < FIELDS_BEFORE_SOURCE; i++) {
        fields[i] = cut_field(&line);
    }
    line = slice_trim(line);
    if (line.size == 0) {
        return JURISDICTION_FILE_RESULT_FIELDS;
    }
    one->kind = jurisdiction_kind_of_name(fields[0].data, fields[0].size);
    if (one->kind == 0) {
        return JURISDICTION_FILE_RESULT_UNKNOWN_NAME;
    }
    if (!jurisdiction_day_read(fields[1], &one->valid_from)) {
        return JURISDICTION_FILE_RESULT_FIRST_DAY;
    }
    one->valid_to = TARAZY_DAY_OPEN;
    if (!slice_equals_text(fields[2], "open") &&
        !jurisdiction_day_read(fields[2], &one->valid_to)) {
        return JURISDICTION_FILE_RESULT_LAST_DAY;
    }
    if (!jurisdiction_value_read(one->kind, fields[3], &one->key, &one->value)) {
        return JURISDICTION_FILE_RESULT_VALUE;
    }
    if (!trust_read(fields[4], &one->trust)) {
        return JURISDICTION_FILE_RESULT_TRUST;
    }
    return text_set(one->source, sizeof one->source, line.data, line.size) &&
                   text_is_of(one->source, sizeof one->source, TEXT_CHARSET_PLAIN)
               ? JURISDICTION_FILE_RESULT_OK
               : JURISDICTION_FILE_RESULT_SOURCE;
}

static struct jurisdiction_file_problem line_read(struct jurisdiction_file *file, struct slice line,
                                                  uint32_t number)
{
    struct jurisdiction_file_problem problem = {.result = JURISDICTION_FILE_RESULT_OK,
                                                .line = number};
    struct slice text = slice_trim(line);

    if (text.size == 0 || text.data[0] == '#') {
        return problem;
    }
    if (file->currency[0] == '\0') {
        problem.result = head_read(file, text);
        return problem;
    }
    if (file->count == JURISDICTION_FILE_PARAMETERS_MAX) {
        problem.result = JURISDICTION_FILE_RESULT_FULL;
        return problem;
    }
    struct jurisdiction_parameter *one = &file->parameters[file->count];
    problem.result = parameter_read(one, text);
    if (problem.result == JURISDICTION_FILE_RESULT_OK) {
        enum jurisdiction_result law = jurisdiction_check_parameter(one);
        if (law != JURISDICTION_RESULT_OK) {
            problem.result = JURISDICTION_FILE_RESULT_LAW;
            problem.law = law;
        }
        file->lines[file->count++] = number;
    }
    return problem;
}

/* Every line is good; do they make one law? */
static struct jurisdiction_file_problem whole_check(const struct jurisdiction_file *file,
                                                    uint32_t lines)
{
    struct jurisdiction_file_problem problem = {.result = JURISDICTION_FILE_RESULT_OK};
    struct jurisdiction view = jurisdiction_file_view(file);
    uint32_t index = 0;

    if (file->currency[0] == '\0') {
        problem.result = JURISDICTION_FILE_RESULT_HEAD;
        problem.line = lines;
        return problem;
    }
    enum jurisdiction_result law = jurisdiction_check(&view, &index);
    if (law != JURISDICTION_RESULT_OK) {
        problem = (struct jurisdiction_file_problem){JURISDICTION_FILE_RESULT_LAW, law,
                                                     file->lines[index]};
    }
    return problem;
}

struct jurisdiction_file_problem jurisdiction_file_parse(struct jurisdiction_file *file,
                                                         struct slice text)
{
    uint32_t number = 0;

    memset(file, 0, sizeof *file);
    while (text.size > 0) {
        struct slice line;
        struct jurisdiction_file_problem problem = {.line = ++number};
        problem.result = cut_line(&text, &line);
        if (problem.result == JURISDICTION_FILE_RESULT_OK) {
            problem = line_read(file, line, number);
        }
        if (problem.result != JURISDICTION_FILE_RESULT_OK) {
            return problem;
        }
    }
    return whole_check(file, number);
}

static size_t field_write(const char *field, size_t size, char *out)
{
    memcpy(out, field, size);
    out[size] = ' ';
    return size + 1;
}

size_t jurisdiction_file_write(const struct jurisdiction_parameter *one, char *out)
{
    const char *name = jurisdiction_kind_name(one->kind);
    char letter = trust_letter((enum trust)one->trust);
    char field[JURISDICTION_VALUE_SIZE_MAX];

    ENSURE(name != NULL && jurisdiction_check_parameter(one) == JURISDICTION_RESULT_OK);
    size_t size = field_write(name, strlen(name), out);
    jurisdiction_day_write(one->valid_from, field);
    size += field_write(field, JURISDICTION_DAY_SIZE, out + size);
    if (one->valid_to == TARAZY_DAY_OPEN) {
        size += field_write("open", 4, out + size);
    } else {
        jurisdiction_day_write(one->valid_to, field);
        size += field_write(field, JURISDICTION_DAY_SIZE, out + size);
    }
    size += field_write(field, jurisdiction_value_write(one, field), out + size);
    size += field_write(&letter, 1, out + size);
    size += field_write(one->source, text_length(one->source, sizeof one->source), out + size);
    out[size - 1] = '\n';
    ENSURE(size <= JURISDICTION_FILE_WRITTEN_MAX);
    return size;
}

const char *jurisdiction_file_problem_text(const struct jurisdiction_file_problem *problem)
{
    if (problem->result == JURISDICTION_FILE_RESULT_LAW) {
        return jurisdiction_result_text(problem->law);
    }
    switch (problem->result) {
#define FILE_TEXT(name, number, text) \
    case JURISDICTION_FILE_RESULT_##name: return text;
        JURISDICTION_FILE_RESULTS(FILE_TEXT)
#undef FILE_TEXT
    }
    return "unknown problem";
}
