/* SPDX-License-Identifier: Apache-2.0
 *
 * What a request says: named values, from a query string and a form body (the query wins), or from
 * a JSON object. Decoded, checked against the operation's table, and counted: nothing that was sent
 * may go unread.
 *
 * Values are texts, whatever they came from: a JSON number or array is the text it stood as.
 */
#ifndef GATEWAY_PARAMETERS_H
#define GATEWAY_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"
#include "gateway/errors.h"
#include "tarazy/money.h"

enum { PARAMETERS_MAX = 48, PARAMETERS_TEXT_MAX = 131072 };

enum parameter_type {
    PARAMETER_TYPE_TEXT = 1, /* printable ASCII */
    PARAMETER_TYPE_SYMBOL,   /* A-Z 0-9 - _ . of 1 to 20 characters */
    PARAMETER_TYPE_SYMBOLS,  /* ["BTCKZT","ETHKZT"] */
    PARAMETER_TYPE_INTEGER,  /* 0 … 2^63 − 1 */
    PARAMETER_TYPE_DECIMAL,  /* 1.50 */
    PARAMETER_TYPE_TIME,     /* milliseconds or microseconds since 1970: told apart by their size */
    PARAMETER_TYPE_BOOL,     /* true or false */
    PARAMETER_TYPE_CLIENT_ID,       /* A-Z a-z 0-9 . : / _ - of 1 to 36 characters */
    PARAMETER_TYPE_NAME,            /* A-Z a-z 0-9 _: an enumeration; the operation knows which */
    PARAMETER_TYPE_HEX,             /* an even number of hexadecimal digits */
    PARAMETER_TYPE_TEXT_OR_NOTHING, /* text, or empty: for charts, which send empty fields */
    PARAMETER_TYPE_ARRAY,           /* [ … ] of JSON, which the operation reads strictly */
};

struct parameter_rule {
    const char *name;
    enum parameter_type type;
    bool is_mandatory;
};

struct parameter {
    struct slice name;
    struct slice value; /* decoded */
};

struct parameters {
    struct parameter items[PARAMETERS_MAX];
    size_t count;
    uint64_t marks; /* of the names there are: parameters_mark */
    size_t text_used;
    char text[PARAMETERS_TEXT_MAX]; /* what had to be decoded */
};

/* Reads query and form body. false: *failure says why. The slices must outlive the parameters. */
bool parameters_read_form(struct parameters *parameters, struct slice query, struct slice body,
                          struct failure *failure);

/* One of 64 bits, by length and first letter: most names that are not there are known by it. */
uint64_t parameters_mark(const char *name, size_t size);

/* Adds the members of one JSON object, none of which may be there already; null is refused. */
bool parameters_read_json(struct parameters *parameters, struct slice object,
                          struct failure *failure);

/* Checks presence, form and that every parameter is one of rules[] or common[]. */
struct parameter_table {
    const struct parameter_rule *rules;
    size_t count;
};
bool parameters_check(const struct parameters *parameters, const struct parameter_table *table,
                      const struct parameter_table *common, struct failure *failure);

/* Checks presence and form by one table alone; parameters of other tables may be there. */
bool parameters_check_table(const struct parameters *parameters,
                            const struct parameter_table *table, struct failure *failure);

/* Is there such a parameter? *value is untouched if not. */
bool parameters_find(const struct parameters *parameters, const char *name, struct slice *value);

/* The value as a whole number of those that parameters_check found good; fallback when absent. */
int64_t parameters_integer(const struct parameters *parameters, const char *name, int64_t fallback);

/* A time in microseconds; fallback when absent. */
int64_t parameters_time(const struct parameters *parameters, const char *name, int64_t fallback);

bool parameters_bool(const struct parameters *parameters, const char *name, bool fallback);

/* A decimal in units of 10^-decimals into *units: true, also when absent (*units = 0). false: more
 * decimals than that (zeros at the end do not count), or too large: *failure says which. */
bool parameters_decimal(const struct parameters *parameters, const char *name, uint32_t decimals,
                        int64_t *units, struct failure *failure);

/* The same for an amount, which may be larger than one order. */
bool parameters_amount(const struct parameters *parameters, const char *name, uint32_t decimals,
                       struct amount *amount, struct failure *failure);

/* Copies a value into a fixed text field of `size` bytes, zero-padded. false: too long. */
bool parameters_copy(struct slice value, char *field, size_t size);

#endif
