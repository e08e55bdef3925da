/* SPDX-License-Identifier: Apache-2.0
 *
 * The law of a country as data: records of include/tarazy/jurisdiction_parameter.h, looked up by day.
 * `struct jurisdiction` is only a view: the records are a plain array of whoever keeps them (the
 * node's state, a file that was read), in any order.
 */
#ifndef MINING_JURISDICTION_H
#define MINING_JURISDICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/jurisdiction_parameter.h"

/* X(NAME, number, text): what the calculations of this room answer. */
#define JURISDICTION_RESULTS(X)                                                                 \
    X(OK, 1, "done")                                                                            \
    /* a record by itself */                                                                    \
    X(UNKNOWN_KIND, 2, "no such kind of parameter")                                             \
    X(BAD_TRUST, 3, "trust is A, B, C, M or D")                                                 \
    X(BAD_PERIOD, 4, "the period ends before it begins, or is outside the years 1 to 9999")     \
    X(BAD_VALUE, 5, "the value is outside what this kind of parameter may be")                  \
    X(BAD_KEY, 6, "this kind of parameter has no such step or month")                           \
    X(BAD_SOURCE, 7, "a source of printable ASCII without quotation marks is needed")           \
    X(BAD_BYTES, 8, "reserved bytes are not zero")                                              \
    /* records beside each other */                                                             \
    X(OVERLAP, 20, "two records of this parameter hold on the same day")                        \
    X(GAP, 21, "a day between two records of this parameter, or the first step, has no record") \
    /* a question */                                                                            \
    X(MISSING, 30, "no record of this parameter holds on this day")                             \
    X(CHANGES, 31, "this parameter changes within the period: it has no one value")             \
    X(TWO_RATES, 32, "a flat rate and a scale hold on the same day")                            \
    X(NO_PRICE, 33, "the rate goes by the price of energy, which was not given")                \
    X(NEGATIVE, 34, "a quantity below zero")                                                    \
    X(OVERFLOW, 35, "a number is too large to reckon with")                                     \
    X(ROUNDING_UNIT, 36, "the unit of rounding is zero, or finer than the currency's scale")    \
    X(BAD_DAY, 37,                                                                              \
      "a day, quarter or period outside the calendar, or one that ends before it begins")       \
    X(NO_WORKING_DAY, 38, "no working day within a hundred days")

enum jurisdiction_result {
#define JURISDICTION_CONSTANT(name, number, text) JURISDICTION_RESULT_##name = (number),
    JURISDICTION_RESULTS(JURISDICTION_CONSTANT)
#undef JURISDICTION_CONSTANT
};

struct jurisdiction {
    const struct jurisdiction_parameter *parameters; /* [0..count) */
    uint32_t count;
};

/* Which parameter a refusal is about, and which day; kind 0: none in particular. */
struct jurisdiction_fault {
    uint16_t kind;
    int32_t day;
};

/* Is this one record sound by itself? OK, UNKNOWN_KIND or a BAD_… */
enum jurisdiction_result jurisdiction_check_parameter(const struct jurisdiction_parameter *one);

/* The record with the same name: same kind, first day and (in a table) step. A new record of that
 * name takes its place; so a period that was open is closed. False: there is none. */
bool jurisdiction_find_same(const struct jurisdiction *jurisdiction,
                            const struct jurisdiction_parameter *one, uint32_t *index);

/* May this record be added, or take the place of the one with its name? OK, a result of
 * jurisdiction_check_parameter, or OVERLAP. Gaps are allowed on the way. */
enum jurisdiction_result jurisdiction_admits(const struct jurisdiction *jurisdiction,
                                             const struct jurisdiction_parameter *one);

/* Is the whole sound: every record by itself, none over another, no gap in what must have none, every
 * table from 0 on? *index: the record at fault. */
enum jurisdiction_result jurisdiction_check(const struct jurisdiction *jurisdiction,
                                            uint32_t *index);

/* The record of a kind that is no table on a day. OK, MISSING or OVERLAP; *index only on OK. */
enum jurisdiction_result jurisdiction_find(const struct jurisdiction *jurisdiction,
                                           enum parameter_kind kind, int32_t day, uint32_t *index);

/* In a table: the last step that begins at or below `key`. OK, MISSING or OVERLAP. */
enum jurisdiction_result jurisdiction_find_step(const struct jurisdiction *jurisdiction,
                                                enum parameter_kind kind, int64_t key, int32_t day,
                                                uint32_t *index);

/* A question about every day of a period, [first_day..last_day]. */
struct jurisdiction_question {
    enum parameter_kind kind;
    int64_t key; /* of a table */
    int32_t first_day;
    int32_t last_day;
};

/* The record that holds on the last day, if the value was the same on all days: OK, MISSING, OVERLAP
 * or CHANGES; *fault says which day. */
enum jurisdiction_result jurisdiction_find_steady(const struct jurisdiction *jurisdiction,
                                                  const struct jurisdiction_question *question,
                                                  uint32_t *index,
                                                  struct jurisdiction_fault *fault);

/* The country's own day at a moment (microseconds UTC), by its offset from UTC on that day. */
enum jurisdiction_result jurisdiction_day_of_time(const struct jurisdiction *jurisdiction,
                                                  int64_t time_us, int32_t *day);

/* The weaker of two. */
enum trust trust_weaker(enum trust one, enum trust other);

/* Words, in jurisdiction_names.c. NULL or 0: no such. */
const char *jurisdiction_result_text(enum jurisdiction_result result);
const char *jurisdiction_kind_name(uint16_t kind);
uint16_t jurisdiction_kind_of_name(const char *name, size_t length);
enum parameter_unit jurisdiction_kind_unit(uint16_t kind);
enum parameter_shape jurisdiction_kind_shape(uint16_t kind);
char trust_letter(enum trust trust);

#endif
