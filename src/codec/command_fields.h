/* SPDX-License-Identifier: Apache-2.0
 *
 * How the fields of a command are described, so that one writer does for all kinds. Only command_json.c and
 * the files with its tables include this.
 */
#ifndef CODEC_COMMAND_FIELDS_H
#define CODEC_COMMAND_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"

enum field_kind {
    FIELD_NUMBER = 1, /* unsigned, 1 to 8 bytes */
    FIELD_TIME,       /* microseconds, signed */
    FIELD_UNITS,      /* money, 8 or 16 bytes: a string */
    FIELD_TEXT,       /* zero-padded */
    FIELD_HEX,        /* bytes */
    FIELD_NAME,       /* enum */
    FIELD_FLAGS,      /* enum, or-ed */
    FIELD_TERMS,      /* struct order_terms */
    FIELD_LISTING,    /* struct instrument_terms */
    FIELD_LIMITS,     /* struct limits */
    FIELD_EVIDENCE,   /* struct evidence */
    FIELD_RANGES,     /* struct ip_range[] */
    FIELD_MATERIAL    /* of a key: as long as material_size says */
};

struct field_name {
    uint32_t value;
    const char *text;
};

struct field {
    const char *name; /* NULL ends a table */
    enum field_kind kind;
    uint16_t offset;
    uint16_t size;
    const struct field_name *names;
};

#define MEMBER_SIZE(type, member) (uint16_t)sizeof(((struct type *)0)->member)
#define AT(type, member)          (uint16_t) offsetof(struct type, member), MEMBER_SIZE(type, member), NULL
#define NAMED(type, member, names) \
    (uint16_t) offsetof(struct type, member), MEMBER_SIZE(type, member), names
#define END                            \
    {                                  \
        NULL, FIELD_NUMBER, 0, 0, NULL \
    }
#define NUMBER(type, m)               \
    {                                 \
#m, FIELD_NUMBER, AT(type, m) \
    }
#define TIME(type, m)               \
    {                               \
#m, FIELD_TIME, AT(type, m) \
    }
#define UNITS(type, m)               \
    {                                \
#m, FIELD_UNITS, AT(type, m) \
    }
#define TEXT(type, m)               \
    {                               \
#m, FIELD_TEXT, AT(type, m) \
    }
#define HEX(type, m)               \
    {                              \
#m, FIELD_HEX, AT(type, m) \
    }
#define NAME(type, m, n)                  \
    {                                     \
#m, FIELD_NAME, NAMED(type, m, n) \
    }
#define FLAGS(type, m, n)                  \
    {                                      \
#m, FIELD_FLAGS, NAMED(type, m, n) \
    }
#define TERMS(type, m)               \
    {                                \
#m, FIELD_TERMS, AT(type, m) \
    }
#define LISTING(type, m)               \
    {                                  \
#m, FIELD_LISTING, AT(type, m) \
    }
#define EVIDENCE(type, m)               \
    {                                   \
#m, FIELD_EVIDENCE, AT(type, m) \
    }

/* The tables of the kinds of tarazy/mining_command.h: fields_MINER_SET and so on. */
#define FIELDS_EXTERN(name, number, type) extern const struct field fields_##name[];
TARAZY_MINING_COMMANDS(FIELDS_EXTERN)
#undef FIELDS_EXTERN

#endif
