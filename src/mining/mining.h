/* SPDX-License-Identifier: Apache-2.0
 *
 * The mining part of a node's state: who may mine, what was measured, what the law says and what is owed.
 * Each command has a check, which looks, and a deed, which ENSUREs the check and then changes. Who acts,
 * whether participants exist and which roles they have is the engine's question.
 */
#ifndef MINING_MINING_H
#define MINING_MINING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/checked.h"
#include "base/hash.h"
#include "mining/civil_date.h"
#include "mining/energy_fee.h"
#include "mining/jurisdiction.h"
#include "tarazy/command.h"
#include "tarazy/event.h"
#include "tarazy/limits.h"
#include "tarazy/result.h"

struct mining;

struct mining_licence { /* 16 bytes */
    int32_t valid_from_day;
    int32_t valid_to_day;
    int32_t until_day; /* SUSPENDED: last day of it */
    uint8_t status;    /* enum licence_status */
    uint8_t reserved[3];
};

struct miner { /* 64 bytes */
    struct mining_licence licence;
    uint32_t account;
    uint16_t region;
    uint8_t subtype;
    uint8_t reserved0;
    char number[32];        /* of the licence */
    uint32_t first_quarter; /* energy quarters, newest first: place of the first; 0 = none */
    uint32_t reserved1;
};

struct mining_pool { /* 64 bytes */
    struct mining_licence licence;
    uint32_t account;
    uint32_t reserved0;
    char accreditation[32];
    uint64_t sequence; /* of its last distribution */
};

struct mining_site { /* 88 bytes */
    uint32_t miner;
    uint32_t host;
    uint32_t capacity_kw;
    uint32_t quota_kw;
    char contract[32];
    char name[32];
    uint16_t region;
    uint8_t reserved[6];
};

struct energy_meter { /* 72 bytes */
    uint32_t site;
    uint32_t miner;
    uint32_t reader;
    uint8_t register_digits;
    uint8_t source; /* enum energy_source */
    uint8_t reserved[2];
    uint64_t sequence;    /* of its last reading; 0 = none yet */
    int64_t reached_us;   /* end of the last reading */
    uint64_t register_wh; /* at that moment */
    char serial[32];
};

struct mining_equipment { /* 120 bytes */
    uint32_t miner;
    uint32_t site;
    uint32_t count;
    uint32_t nameplate_ghs;
    uint32_t mj_per_th;
    uint32_t reserved;
    char model[48];
    char customs[48];
};

struct miner_address { /* 136 bytes; taken away: the place is free */
    uint32_t miner;
    uint8_t type; /* enum mining_address */
    uint8_t reserved[3];
    struct ip_range range;
    char text[96];
    uint32_t next; /* RANGE: the next older one */
    uint32_t reserved1;
};

struct share_month { /* 80 bytes: what all meters counted for one miner in one legal month */
    struct amount work;
    uint32_t miner; /* 0 = nobody known */
    int32_t month;
    uint64_t accepted;
    uint64_t rejected;
    uint64_t stale;
    uint64_t readings;
    uint64_t flagged;   /* of them: while he had no licence in force */
    int64_t metered_us; /* sum of the intervals' lengths */
    uint64_t reserved;
};

struct energy_quarter { /* 64 bytes: what one meter said of one legal quarter */
    uint32_t meter;
    int32_t quarter;
    uint32_t miner;
    uint32_t source; /* enum energy_source */
    int64_t energy_wh;
    int64_t metered_us;
    int64_t missing_us; /* gaps before readings of this quarter */
    uint64_t readings;
    uint64_t flagged; /* of them: while the miner had no licence in force */
    uint32_t next_of_miner;
    uint32_t reserved;
};

struct
    coin_quarter { /* 64 bytes: coins of one asset that one miner got and sold in one legal quarter */
    struct amount received;
    struct amount sold;
    uint32_t miner;
    int32_t quarter;
    uint32_t asset;
    uint32_t
        flagged; /* distributions to an address that is not his, or without a licence in force */
    uint64_t distributions;
    uint64_t sales;
};

struct mining_assessment { /* 80 bytes: the fee of one miner and quarter, as it was last computed */
    struct amount fee;
    struct amount paid;
    uint32_t miner;
    int32_t quarter;
    int64_t energy_wh;
    uint64_t command;        /* number of the command that computed it */
    int32_t declaration_day; /* INT32_MIN = none */
    int32_t payment_day;
    uint32_t revision;   /* 1, 2, 3 … */
    uint16_t asset;      /* that it is owed in */
    uint8_t trust;       /* enum trust: the weakest number it rests on */
    uint8_t is_estimate; /* the average price was given, not measured */
    uint8_t reserved[8];
};

/* ------------------------------------------------------------------ mining_state.c */

/* Reserves its part (NULL while measuring). Limits all zero: reserves nothing. */
struct mining *mining_create(struct arena *arena, const struct mining_limits *limits);
void mining_set_seed(struct mining *mining, struct hash_seed seed);

static inline bool mining_limits_are_none(const struct mining_limits *limits)
{
    return limits->miners_max == 0 && limits->pools_max == 0 && limits->sites_max == 0 &&
           limits->meters_max == 0 && limits->equipment_max == 0 && limits->addresses_max == 0 &&
           limits->marks_max == 0 && limits->share_months_max == 0 &&
           limits->energy_quarters_max == 0 && limits->coin_quarters_max == 0 &&
           limits->parameters_max == 0 && limits->assessments_max == 0;
}

/* The country's law, as a view into the state. */
struct jurisdiction mining_law(const struct mining *mining);

/* Legal day, month (12 × year + month − 1) and quarter (4 × year + quarter − 1) of a moment. False: the
 * law's offset from UTC is not known for it, or it is outside the calendar. */
MUST_CHECK bool mining_day_of(const struct mining *mining, int64_t time_us, int32_t *day);
int32_t mining_month_of_day(int32_t day);
int32_t mining_quarter_of_day(int32_t day);

/* NULL or false: no such. */
const struct miner *mining_miner(const struct mining *mining, uint32_t miner);
const struct mining_pool *mining_pool(const struct mining *mining, uint32_t pool);
const struct mining_site *mining_site(const struct mining *mining, uint32_t site);
const struct energy_meter *mining_meter(const struct mining *mining, uint32_t meter);
const struct mining_equipment *mining_equipment(const struct mining *mining, uint32_t equipment);
const struct share_month *mining_share_month(const struct mining *mining, uint32_t miner,
                                             int32_t month);
const struct coin_quarter *mining_coin_quarter(const struct mining *mining, uint32_t miner,
                                               int32_t quarter, uint16_t asset);
/* Energy quarters of a miner, newest first: first with after NULL. */
const struct energy_quarter *mining_energy_next(const struct mining *mining, uint32_t miner,
                                                const struct energy_quarter *after);
uint32_t mining_miner_count(const struct mining *mining);
uint32_t mining_pool_count(const struct mining *mining);
uint32_t mining_site_count(const struct mining *mining);
uint32_t mining_meter_count(const struct mining *mining);
uint32_t mining_equipment_count(const struct mining *mining);
/* Of a meter's last reading of shares; 0: none yet. */
uint64_t mining_share_sequence(const struct mining *mining, uint32_t reader);

/* Was the licence in force on this day? A suspension that is over is none. */
bool mining_licence_holds(const struct mining_licence *licence, int32_t day);

/* The miner whose payout address or worker name this is; 0 = nobody's. */
uint32_t mining_address_owner(const struct mining *mining, enum mining_address type,
                              const char *text);

/* ------------------------------------------------------------------ mining_parameters.c */

MUST_CHECK enum result mining_parameter_check(const struct mining *mining,
                                              const struct jurisdiction_parameter *one);
/* Its place among the records, from 1; takes the place of the record with the same name. */
uint32_t mining_parameter_set(struct mining *mining, const struct jurisdiction_parameter *one);

/* ------------------------------------------------------------------ mining_register.c */

#define MINING_DEED(name, type)                                               \
    MUST_CHECK enum result mining_##name##_check(const struct mining *mining, \
                                                 const struct type *command); \
    uint32_t mining_##name(struct mining *mining, const struct type *command)

/* Each deed returns the entry's number. */
MINING_DEED(miner_set, command_miner_set);
MINING_DEED(miner_decide, command_miner_decide);
MINING_DEED(pool_set, command_pool_set);
MINING_DEED(pool_decide, command_pool_decide);

/* mining_places.c */
MINING_DEED(site_set, command_site_set);
MINING_DEED(meter_set, command_meter_set);
MINING_DEED(equipment_set, command_equipment_set);

/* mining_addresses.c */
MINING_DEED(address_set, command_miner_address_set);

#undef MINING_DEED

/* ------------------------------------------------------------------ mining_readings.c */

MUST_CHECK enum result mining_shares_check(const struct mining *mining,
                                           const struct command_share_reading *reading);
/* The month's sum after it; *flags: enum mining_flag (tarazy/event.h), or-ed. */
const struct share_month *mining_shares_add(struct mining *mining,
                                            const struct command_share_reading *reading,
                                            uint32_t *flags);

MUST_CHECK enum result mining_energy_check(const struct mining *mining,
                                           const struct command_energy_reading *reading);
const struct energy_quarter *mining_energy_add(struct mining *mining,
                                               const struct command_energy_reading *reading,
                                               uint32_t *flags);

/* ------------------------------------------------------------------ mining_coins.c */

MUST_CHECK enum result mining_distribution_check(const struct mining *mining,
                                                 const struct command_pool_distribution *given);
const struct coin_quarter *mining_distribution_add(struct mining *mining,
                                                   const struct command_pool_distribution *given,
                                                   uint32_t *flags);
MUST_CHECK enum result mining_sale_check(const struct mining *mining,
                                         const struct command_sale_record *sale);
const struct coin_quarter *mining_sale_add(struct mining *mining,
                                           const struct command_sale_record *sale);

/* ------------------------------------------------------------------ mining_fee.c */

/* What the fee of a miner and quarter is, by the sums and the law as they stand; scale: of the asset it is
 * owed in. RESULT_OK, UNKNOWN_MINER, QUARTER_INVALID (not over yet, or none), FEE_PRICE_MISSING, FEE_LAW_UNCLEAR,
 * PARAMETER_MISSING, OVERFLOW, ASSESSMENTS_FULL. */
MUST_CHECK enum result mining_fee_compute(const struct mining *mining,
                                          const struct command_fee_assess *assess, uint8_t scale,
                                          struct energy_fee *fee);
/* Keeps what was computed. */
const struct mining_assessment *mining_fee_keep(struct mining *mining,
                                                const struct command_fee_assess *assess,
                                                const struct energy_fee *fee);
/* RESULT_OK, UNKNOWN_ASSESSMENT, AMOUNT_INVALID, FEE_OVERPAID. */
MUST_CHECK enum result mining_fee_pay_check(const struct mining *mining,
                                            const struct command_fee_pay *pay);
const struct mining_assessment *mining_fee_pay(struct mining *mining,
                                               const struct command_fee_pay *pay);
const struct mining_assessment *mining_assessment(const struct mining *mining, uint32_t miner,
                                                  int32_t quarter);

/* ------------------------------------------------------------------ mining_audit.c */

/* NULL, or the first invariant that does not hold. */
const char *mining_audit(const struct mining *mining);

#endif
