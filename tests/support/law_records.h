/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of law for tests, one line each, and the days of dates.
 */
#ifndef SUPPORT_LAW_RECORDS_H
#define SUPPORT_LAW_RECORDS_H

#include <string.h>

#include "mining/civil_date.h"
#include "mining/jurisdiction.h"

enum { LAW_RECORDS_MAX = 600 };

struct law_records {
    struct jurisdiction_parameter parameters[LAW_RECORDS_MAX];
    uint32_t count;
};

static inline int32_t law_day(int32_t year, int month, int day)
{
    return civil_day_of_date((struct civil_date){year, (uint8_t)month, (uint8_t)day});
}

static inline struct jurisdiction law_view(const struct law_records *records)
{
    return (struct jurisdiction){records->parameters, records->count};
}

static inline struct jurisdiction_parameter law_record(enum parameter_kind kind, int32_t from,
                                                       int32_t to, int64_t value)
{
    struct jurisdiction_parameter one = {
        .kind = (uint16_t)kind,
        .trust = TRUST_A,
        .valid_from = from,
        .valid_to = to,
        .value = value,
    };

    memcpy(one.source, "test", 4);
    return one;
}

/* Adds it and gives it back, so that the test can change it. */
static inline struct jurisdiction_parameter *law_add(struct law_records *records,
                                                     enum parameter_kind kind, int32_t from,
                                                     int32_t to, int64_t value)
{
    struct jurisdiction_parameter *one = &records->parameters[records->count++];

    *one = law_record(kind, from, to, value);
    return one;
}

/* A parameter that always held. */
static inline struct jurisdiction_parameter *law_always(struct law_records *records,
                                                        enum parameter_kind kind, int64_t value)
{
    return law_add(records, kind, CIVIL_DAY_MIN, TARAZY_DAY_OPEN, value);
}

#endif
