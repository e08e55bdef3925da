/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of survey files as numbers and moments. The grammar is codec/decimal_text.h's: no sign,
 * exponent, blank or comma, so that nobody reads one hundred thousand as one hundred.
 */
#ifndef SURVEY_SURVEY_NUMBER_H
#define SURVEY_SURVEY_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/slice.h"

enum { SURVEY_MONTH_SIZE = 8, SURVEY_HOUR_SIZE = 14 }; /* texts with their zero */

/* "12.34", at most 18 digits before the point and 12 behind it, and below 2^63 without the point; the
 * nearest double. */
bool survey_number_read(struct slice text, double *value);

/* A whole number 0..max. */
bool survey_number_read_whole(struct slice text, uint64_t max, uint64_t *value);

/* "2021-08" <-> months since year 0: 2021 * 12 + 7. Years 2009 to 2999. */
bool survey_month_read(struct slice text, uint32_t *month);
void survey_month_write(uint32_t month, char out[SURVEY_MONTH_SIZE]);

/* "2021-08-31" -> days since 1970-01-01. */
bool survey_day_read(struct slice text, int64_t *day);

/* "2021-08-31T07" <-> hours since 1970-01-01T00. */
bool survey_hour_read(struct slice text, int64_t *hour);
void survey_hour_write(int64_t hour, char out[SURVEY_HOUR_SIZE]);

/* 0 = Monday .. 6 = Sunday. */
uint32_t survey_hour_weekday(int64_t hour);

#endif
