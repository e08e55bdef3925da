/* SPDX-License-Identifier: Apache-2.0
 *
 * The words, units and shapes of the law's parameters. A file of its own because it is a table: the
 * list stands in include/tarazy/jurisdiction_parameter.h, and what is appended there is here. Read
 * next: jurisdiction.c.
 */
#include <string.h>

#include "mining/jurisdiction.h"

struct kind_entry {
    uint16_t kind;
    enum parameter_unit unit;
    enum parameter_shape shape;
    const char *name;
};

static const struct kind_entry kinds[] = {
#define KIND_ENTRY(name, number, text, unit, shape) \
    {(number), PARAMETER_UNIT_##unit, PARAMETER_SHAPE_##shape, text},
    TARAZY_PARAMETERS(KIND_ENTRY)
#undef KIND_ENTRY
};

enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

static const struct kind_entry *kind_find(uint16_t kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (kinds[i].kind == kind) {
            return &kinds[i];
        }
    }
    return NULL;
}

const char *jurisdiction_kind_name(uint16_t kind)
{
    const struct kind_entry *entry = kind_find(kind);

    return entry == NULL ? NULL : entry->name;
}

enum parameter_unit jurisdiction_kind_unit(uint16_t kind)
{
    const struct kind_entry *entry = kind_find(kind);

    return entry == NULL ? (enum parameter_unit)0 : entry->unit;
}

enum parameter_shape jurisdiction_kind_shape(uint16_t kind)
{
    const struct kind_entry *entry = kind_find(kind);

    return entry == NULL ? (enum parameter_shape)0 : entry->shape;
}

uint16_t jurisdiction_kind_of_name(const char *name, size_t length)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, name, length) == 0) {
            return kinds[i].kind;
        }
    }
    return 0;
}

char trust_letter(enum trust trust)
{
    switch (trust) {
    case TRUST_A: return 'A';
    case TRUST_B: return 'B';
    case TRUST_C: return 'C';
    case TRUST_M: return 'M';
    case TRUST_D: return 'D';
    }
    return '\0';
}

enum trust trust_weaker(enum trust one, enum trust other)
{
    return one > other ? one : other;
}

const char *jurisdiction_result_text(enum jurisdiction_result result)
{
    switch (result) {
#define RESULT_TEXT(name, number, text) \
    case JURISDICTION_RESULT_##name: return text;
        JURISDICTION_RESULTS(RESULT_TEXT)
#undef RESULT_TEXT
    }
    return "unknown result";
}
