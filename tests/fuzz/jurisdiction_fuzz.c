/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of law of any bytes: it is refused with the number of a line it has, or it is sound, and every
 * parameter written again is read as the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/jurisdiction_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

static struct jurisdiction_file law;
static struct jurisdiction_file again;
static char text[64 + JURISDICTION_FILE_PARAMETERS_MAX * JURISDICTION_FILE_WRITTEN_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jurisdiction_file_problem problem =
        jurisdiction_file_parse(&law, slice_of((const char *)data, size));
    if (problem.result != JURISDICTION_FILE_RESULT_OK) {
        size_t lines = 1;
        for (size_t i = 0; i < size; i++) {
            lines += data[i] == '\n';
        }
        CHECK(problem.line <= lines);
        CHECK((problem.law != 0) == (problem.result == JURISDICTION_FILE_RESULT_LAW));
        return 0;
    }
    uint32_t index;
    struct jurisdiction view = jurisdiction_file_view(&law);
    CHECK(problem.line == 0);
    CHECK(jurisdiction_check(&view, &index) == JURISDICTION_RESULT_OK);
    size_t written =
        (size_t)snprintf(text, sizeof text, "country %s\ncurrency %s\n", law.country, law.currency);
    for (uint32_t i = 0; i < law.count; i++) {
        written += jurisdiction_file_write(&law.parameters[i], text + written);
    }
    problem = jurisdiction_file_parse(&again, slice_of(text, written));
    CHECK(problem.result == JURISDICTION_FILE_RESULT_OK && again.count == law.count);
    CHECK(memcmp(again.parameters, law.parameters, sizeof law.parameters) == 0);
    return 0;
}
