/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the mining part of the state. Nothing here changes anything; functions return false (or 0) when
 * there is no such thing, and on a node without mining.
 *
 * Months are 12 × year + month − 1, quarters 4 × year + quarter − 1, days from 1970-01-01 = 0.
 */
#ifndef TARAZY_MINING_QUERY_H
#define TARAZY_MINING_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/engine.h"

/* How much there is: entries have the numbers 1 .. count. */
struct mining_view {
    uint32_t miners;
    uint32_t pools;
    uint32_t sites;
    uint32_t meters;
    uint32_t equipment;
    uint32_t parameters;
};
bool tarazy_query_mining(const struct engine *engine, struct mining_view *out);

/* The n-th record of the law, from 1. */
bool tarazy_query_parameter(const struct engine *engine, uint32_t number,
                            struct jurisdiction_parameter *out);

struct miner_view {
    char licence[32];
    uint32_t miner;
    uint32_t account;
    int32_t valid_from_day;
    int32_t valid_to_day;
    int32_t until_day; /* SUSPENDED: its last day */
    uint16_t region;
    uint8_t subtype;
    uint8_t status; /* enum licence_status */
    bool in_force;  /* at the time of the last command */
};
bool tarazy_query_miner(const struct engine *engine, uint32_t miner, struct miner_view *out);

struct pool_view {
    char accreditation[32];
    uint64_t sequence; /* of its last distribution */
    uint32_t pool;
    uint32_t account;
    int32_t valid_from_day;
    int32_t valid_to_day;
    int32_t until_day;
    uint8_t status;
    bool in_force;
};
bool tarazy_query_pool(const struct engine *engine, uint32_t pool, struct pool_view *out);

struct site_view {
    char contract[32];
    char name[32];
    uint32_t site;
    uint32_t miner;
    uint32_t host;
    uint32_t capacity_kw;
    uint32_t quota_kw;
    uint16_t region;
};
bool tarazy_query_site(const struct engine *engine, uint32_t site, struct site_view *out);

struct meter_view {
    char serial[32];
    uint64_t sequence; /* of its last reading: the next must be this + 1 */
    uint64_t register_wh;
    int64_t reached_us; /* end of its last reading */
    uint32_t meter;
    uint32_t site;
    uint32_t miner;
    uint32_t reader;
    uint8_t register_digits;
    uint8_t source;
};
bool tarazy_query_meter(const struct engine *engine, uint32_t meter, struct meter_view *out);

struct equipment_view {
    char model[48];
    char customs[48];
    uint32_t equipment;
    uint32_t miner;
    uint32_t site;
    uint32_t count;
    uint32_t nameplate_ghs;
    uint32_t mj_per_th;
};
bool tarazy_query_equipment(const struct engine *engine, uint32_t equipment,
                            struct equipment_view *out);

/* Whose payout address or worker name this is; 0 = nobody's. */
uint32_t tarazy_query_miner_by_address(const struct engine *engine, enum mining_address type,
                                       struct address address);

/* The sequence of a meter's last reading of shares; 0: none yet. Where it goes on after a restart. */
uint64_t tarazy_query_share_sequence(const struct engine *engine, uint32_t reader);

struct share_month_view {
    struct amount work;
    uint64_t accepted;
    uint64_t rejected;
    uint64_t stale;
    uint64_t readings;
    uint64_t flagged;
    int64_t metered_us;
};
/* miner 0: of nobody known. */
bool tarazy_query_share_month(const struct engine *engine, uint32_t miner, int32_t month,
                              struct share_month_view *out);

struct energy_quarter_view {
    int64_t energy_wh;
    int64_t metered_us;
    int64_t missing_us;
    uint64_t readings;
    uint64_t flagged;
    uint32_t meter;
    int32_t quarter;
    uint8_t source;
};
/* All of a miner, newest first; fills at most max, returns how many there are. */
size_t tarazy_query_energy(const struct engine *engine, uint32_t miner,
                           struct energy_quarter_view *out, size_t max);

struct coin_quarter_view {
    struct amount received;
    struct amount sold;
    uint64_t distributions;
    uint64_t sales;
    uint32_t flagged;
};
bool tarazy_query_coin_quarter(const struct engine *engine, uint32_t miner, int32_t quarter,
                               uint16_t asset, struct coin_quarter_view *out);

struct assessment_view {
    struct amount fee;
    struct amount paid;
    int64_t energy_wh;
    uint64_t command;        /* number of the command that computed it */
    int32_t declaration_day; /* INT32_MIN = none */
    int32_t payment_day;
    uint32_t revision;
    uint16_t asset;
    uint8_t trust;
    bool is_estimate; /* an average price was given */
};
bool tarazy_query_assessment(const struct engine *engine, uint32_t miner, int32_t quarter,
                             struct assessment_view *out);

#endif
