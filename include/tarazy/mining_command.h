/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about mining: who may mine, what was measured, what the law says. They belong to the kinds of
 * tarazy/command.h, which includes this; on a node whose limits.mining is zero each is refused with
 * RESULT_MINING_NOT_ENABLED.
 *
 * Numbers 1, 2, 3 … are given to miners, pools, sites, meters, pieces of equipment and addresses in order of
 * registration; 0 = none, or "make a new one". Days are counted from 1970-01-01 = 0 in the calendar of the
 * law (its offset from UTC is a parameter); months as 12 × year + month − 1, quarters as 4 × year + quarter − 1.
 */
#ifndef TARAZY_MINING_COMMAND_H
#define TARAZY_MINING_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "tarazy/command_parts.h"
#include "tarazy/ids.h"
#include "tarazy/jurisdiction_parameter.h"
#include "tarazy/money.h"

/* X(NAME, number, struct): numbers stand in journals: append, never renumber. */
#define TARAZY_MINING_COMMANDS(X)                                          \
    X(JURISDICTION_PARAMETER_SET, 100, command_jurisdiction_parameter_set) \
    X(MINER_SET, 101, command_miner_set)                                   \
    X(MINER_DECIDE, 102, command_miner_decide)                             \
    X(POOL_SET, 103, command_pool_set)                                     \
    X(POOL_DECIDE, 104, command_pool_decide)                               \
    X(SHARE_READING, 105, command_share_reading)                           \
    X(ENERGY_READING, 106, command_energy_reading)                         \
    X(SITE_SET, 107, command_site_set)                                     \
    X(METER_SET, 108, command_meter_set)                                   \
    X(EQUIPMENT_SET, 109, command_equipment_set)                           \
    X(MINER_ADDRESS_SET, 110, command_miner_address_set)                   \
    X(POOL_DISTRIBUTION, 111, command_pool_distribution)                   \
    X(SALE_RECORD, 112, command_sale_record)                               \
    X(FEE_ASSESS, 113, command_fee_assess)                                 \
    X(FEE_PAY, 114, command_fee_pay)

/* ------------------------------------------------------------------ the law in numbers */

/* A number of the law and when it holds; two people. It takes the place of the record with its name (same
 * kind, first day and step), so that a period that was open can be closed; else no other value may hold on
 * any of its days. */
struct command_jurisdiction_parameter_set { /* 192 bytes */
    struct command_header header;
    struct jurisdiction_parameter parameter;
};

/* ------------------------------------------------------------------ who may mine */

enum licence_subtype {
    LICENCE_SUBTYPE_I = 1,  /* has a data centre of its own */
    LICENCE_SUBTYPE_II = 2, /* own hardware in somebody else's */
};

enum licence_status {
    LICENCE_STATUS_APPLIED = 1,
    LICENCE_STATUS_GRANTED = 2,
    LICENCE_STATUS_REFUSED = 3, /* for good: a new application is a new entry */
    LICENCE_STATUS_SUSPENDED = 4,
    LICENCE_STATUS_REVOKED = 5, /* for good */
};

enum licence_decision {
    LICENCE_DECISION_GRANT = 1,   /* an application; or ends a suspension early */
    LICENCE_DECISION_REFUSE = 2,  /* an application */
    LICENCE_DECISION_SUSPEND = 3, /* until and with a day */
    LICENCE_DECISION_REVOKE = 4,
};

/* An application (miner = 0), or new terms of a miner, which need two people. */
struct command_miner_set { /* 128 bytes */
    struct command_header header;
    uint32_t miner;
    uint32_t account;       /* participant; one entry that is neither refused nor revoked each */
    int32_t valid_from_day; /* term of the licence; both 0 in an application that names none */
    int32_t valid_to_day;   /* last day */
    uint16_t region;        /* number of the region, 1 … 999 */
    uint8_t subtype;        /* enum licence_subtype */
    uint8_t reserved0[5];
    char licence[32]; /* number of the licence, nobody else's; may be empty until it is granted */
    uint8_t reserved[32];
};

struct command_miner_decide { /* 128 bytes; two people */
    struct command_header header;
    uint32_t miner;
    int32_t until_day; /* SUSPEND: last day of it; else 0 */
    uint8_t decision;  /* enum licence_decision */
    uint8_t reserved0[7];
    char reason[64];
    uint8_t reserved[8];
};

/* A mining pool asks for accreditation (pool = 0), or its terms change, which needs two people. */
struct command_pool_set { /* 128 bytes */
    struct command_header header;
    uint32_t pool;
    uint32_t account; /* participant with ROLE_POOL: the only one that reports for it */
    int32_t valid_from_day;
    int32_t valid_to_day;
    uint8_t reserved0[8];
    char accreditation[32]; /* its number; may be empty until it is granted */
    uint8_t reserved[32];
};

struct command_pool_decide { /* 128 bytes; two people */
    struct command_header header;
    uint32_t pool;
    int32_t until_day;
    uint8_t decision; /* enum licence_decision */
    uint8_t reserved0[7];
    char reason[64];
    uint8_t reserved[8];
};

/* A data centre. Two people for a new quota and for every change. */
struct command_site_set { /* 128 bytes */
    struct command_header header;
    uint32_t site;
    uint32_t miner; /* whose it is; 0 = a host that does not mine */
    uint32_t host;  /* participant that runs it; 0 = the miner */
    uint32_t capacity_kw;
    uint32_t quota_kw; /* from the grid; 0 = none */
    uint16_t region;
    uint8_t reserved0[2];
    char contract[32]; /* of supply; may be empty */
    char name[32];
};

enum energy_source {
    ENERGY_SOURCE_GRID = 1,      /* bought through the unified power system, imports too */
    ENERGY_SOURCE_OWN = 2,       /* own generation that is connected to that system */
    ENERGY_SOURCE_OFF_GRID = 3,  /* generation that is not connected to it */
    ENERGY_SOURCE_RENEWABLE = 4, /* from renewables, connected or not */
    ENERGY_SOURCE_UNMETERED = 5, /* without a working control meter, whatever its source */
};

/* An energy meter. Two people, for its source decides the fee. */
struct command_meter_set { /* 128 bytes */
    struct command_header header;
    uint32_t meter;
    uint32_t site;
    uint32_t miner;  /* who mines behind it */
    uint32_t reader; /* participant with ROLE_METER: the only one that reads it */
    uint8_t
        register_digits; /* its register counts Wh modulo 10 to this; 0 = never rolls over; 6 … 18 */
    uint8_t source;      /* enum energy_source */
    uint8_t reserved0[6];
    char serial[32]; /* nobody else's */
    uint8_t reserved[32];
};

/* A batch of equal machines, or (equipment not 0) what is left of it. */
struct command_equipment_set { /* 192 bytes */
    struct command_header header;
    uint32_t equipment;
    uint32_t miner;
    uint32_t site;
    uint32_t count;         /* 0: gone */
    uint32_t nameplate_ghs; /* GH/s of one */
    uint32_t mj_per_th;     /* mJ per TH = mW per GH/s */
    char model[48];
    char customs[48]; /* customs declaration; may be empty */
    uint8_t reserved[32];
};

enum mining_address {
    MINING_ADDRESS_PAYOUT = 1, /* where a pool sends coins */
    MINING_ADDRESS_WORKER = 2, /* how he calls himself to meters and pools */
    MINING_ADDRESS_RANGE = 3,  /* where his machines speak from */
};

/* What is a miner's can be no other's. To take one away needs two people. */
struct command_miner_address_set { /* 192 bytes */
    struct command_header header;
    uint32_t miner;
    uint8_t type; /* enum mining_address */
    uint8_t removed;
    uint8_t reserved0[2];
    struct ip_range range; /* RANGE; else zero */
    char text[96];         /* PAYOUT, WORKER; else empty */
    uint8_t reserved[24];
};

/* ------------------------------------------------------------------ what was measured */

/* What one meter of shares counted for one miner in one interval, which lies in one legal month and in the
 * past. Sent by the meter itself (header.participant, ROLE_METER). Intervals of one meter and miner follow
 * each other; those of miner 0 (several people) may overlap but their beginnings do not go back. */
struct command_share_reading { /* 192 bytes */
    struct command_header header;
    uint32_t
        miner; /* number in the register; 0 = nobody known: then name says how he called himself */
    uint32_t pool; /* number in the register; 0 = mined alone */
    uint32_t site; /* number in the register; 0 = not said */
    uint32_t reserved0;
    uint64_t sequence; /* of this meter's readings: 1, 2, 3 … without gaps */
    int64_t begin_us;  /* [begin, end), UTC */
    int64_t end_us;
    uint64_t accepted; /* shares that the meter verified and counted */
    uint64_t rejected;
    uint64_t stale;
    uint64_t
        effective_milli; /* (Σd)²/Σd² × 1000: the number of shares the interval's work rests on */
    struct amount work; /* Σ of expected hashes of the assigned difficulty; whole hashes */
    struct hash256 log; /* SHA-256 of the interval's share log */
    struct handle name; /* empty where miner is known */
};

enum energy_flag {
    ENERGY_FLAG_AFTER_GAP = 1,    /* time is missing before this reading, and everybody knows */
    ENERGY_FLAG_NEW_REGISTER = 2, /* the register was exchanged or reset before this reading */
};

/* What an energy meter's register said at two moments of one legal quarter, in the past. Sent by the meter's
 * reader. Each begins where the last one ended, in time and on the register, unless a flag says otherwise. */
struct command_energy_reading { /* 128 bytes */
    struct command_header header;
    uint32_t meter;
    uint32_t flags;    /* enum energy_flag, or-ed */
    uint64_t sequence; /* of this meter's readings: 1, 2, 3 … without gaps */
    int64_t begin_us;  /* [begin, end), UTC */
    int64_t end_us;
    uint64_t register_begin_wh;
    uint64_t register_end_wh; /* below the beginning: rolled over, if the meter's register can */
    int64_t energy_wh;        /* what the two say; checked */
    uint8_t reserved[32];
};

/* A pool gave coins to a miner: the fields of the report of 20 February 2026. Sent by the pool. */
struct command_pool_distribution { /* 256 bytes */
    struct command_header header;
    uint32_t pool;
    uint32_t miner;
    uint64_t sequence; /* of this pool's distributions: 1, 2, 3 … without gaps */
    int64_t distributed_us;
    struct amount amount; /* units of the asset */
    uint16_t asset;
    uint8_t reserved0[6];
    struct address address;   /* where they went; flagged when it is not the miner's */
    struct evidence evidence; /* used once */
    uint8_t reserved[8];
};

/* A miner sold coins on a licensed exchange: a proven record of that exchange's journal. */
struct command_sale_record { /* 256 bytes */
    struct command_header header;
    uint32_t miner;
    uint16_t asset; /* of this node */
    uint16_t quote_asset;
    int64_t sold_us;
    uint64_t record;        /* number in the exchange's journal */
    struct amount amount;   /* sold, units of the asset */
    struct amount quote;    /* for this much */
    struct handle exchange; /* its name in its licence */
    struct hash256 proof;   /* root of the checkpoint that the record was proven under */
    struct evidence evidence;
    uint8_t reserved[32];
};

/* ------------------------------------------------------------------ what is owed */

/* The engine computes the fee of one miner and quarter from the readings and the law as they stand; again, as
 * a new revision, as often as asked. Two people where an average price is given. */
struct command_fee_assess { /* 64 bytes */
    struct command_header header;
    uint32_t miner;
    int32_t quarter; /* 4 × year + quarter − 1: it must be over */
    int64_t
        grid_price; /* average price of a kWh from the grid, millionths of the currency; else 0 */
    uint16_t asset; /* that it is owed in: the digital tenge */
    uint8_t has_price;
    uint8_t reserved[5];
};

/* A payment, at most what is owed: out of the miner's own account, sent by him; or (by_bank, two people) noted
 * from a bank's reference, which is used once. */
struct command_fee_pay { /* 192 bytes */
    struct command_header header;
    uint32_t miner;
    int32_t quarter;
    uint8_t by_bank;
    uint8_t reserved0[15];
    struct amount amount;
    struct evidence evidence; /* by_bank; else zero */
    uint8_t reserved[48];
};

_Static_assert(sizeof(struct command_share_reading) == 192, "the shape that meters send");
_Static_assert(offsetof(struct command_share_reading, work) == 112, "the shape that meters send");
_Static_assert(sizeof(struct command_energy_reading) == 128, "the shape that readers send");

#endif
