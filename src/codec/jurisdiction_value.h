/* SPDX-License-Identifier: Apache-2.0
 *
 * How the values of legal parameters and days are written, for a lawyer to read and a diff to show:
 *
 *     money      24.50            whole currency, at most six decimals
 *     share      75%              at most four decimals
 *     count      3                energy 1000.5 (kWh, at most three decimals)
 *     minute     09:30            offset  +05:00
 *     due        15-of-month-2    the second month after the period's last; or: none
 *     grounds    each highest     shift   none next previous     rounding  down up half-up
 *     weekdays   sat,sun          in the order of the week; or: none
 *     flag       yes no
 *     step       >=24:1           from 24 on, 1: before any of the above, in tables
 *     day        2024-05-25
 */
#ifndef CODEC_JURISDICTION_VALUE_H
#define CODEC_JURISDICTION_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/slice.h"
#include "mining/jurisdiction.h"

enum {
    JURISDICTION_VALUE_SIZE_MAX = 96, /* of any value as text */
    JURISDICTION_DAY_SIZE = 10,
};

/* Reads the value of a parameter of this kind, and the step or month it has. False: not of the form
 * above. What may be of the form and yet no value of the law (a duty on day 0) is left to
 * jurisdiction_check_parameter. */
bool jurisdiction_value_read(uint16_t kind, struct slice text, int64_t *key, int64_t *value);

/* Writes it to out[0..JURISDICTION_VALUE_SIZE_MAX), not terminated; the length. Read again it is the
 * same. ENSUREs a sound parameter. */
size_t jurisdiction_value_write(const struct jurisdiction_parameter *one, char *out);

/* A day that the calendar has. */
bool jurisdiction_day_read(struct slice text, int32_t *day);

/* Exactly JURISDICTION_DAY_SIZE bytes, not terminated; ENSUREs a known day. */
void jurisdiction_day_write(int32_t day, char *out);

#endif
