/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings of shares and of energy become sums. A file of its own because here nothing may be lost or
 * counted twice: a meter numbers its readings, its intervals follow each other, its register goes on where
 * it was. What is odd but true (no licence, a gap that is owned up to) is kept and flagged.
 *
 * Invariants: a sum is what its readings say, each once; energy that went through a register is in a sum,
 * also when time is missing, for the register goes on; no interval lies in two legal periods.
 *
 * Next: mining_coins.c.
 */
#include "base/text.h"
#include "mining/mining_state.h"

#define MILLI 1000u

/* ------------------------------------------------------------------ looking up */

static uint64_t mark_hash(const struct mining *mining, uint32_t reader, uint32_t miner)
{
    return mining_key_hash(mining, (struct mining_key){.a = reader, .b = miner});
}

static struct mining_mark *mark_at(const struct mining *mining, uint32_t place)
{
    return pool_at(&mining->marks, place);
}

uint32_t mining_find_mark(const struct mining *mining, uint32_t reader, uint32_t miner)
{
    uint64_t hash = mark_hash(mining, reader, miner);
    uint32_t cursor;
    uint32_t place = table_first(&mining->by_mark, hash, &cursor);

    while (place != 0 &&
           (mark_at(mining, place)->reader != reader || mark_at(mining, place)->miner != miner)) {
        place = table_next(&mining->by_mark, hash, &cursor);
    }
    return place;
}

uint64_t mining_share_sequence(const struct mining *mining, uint32_t reader)
{
    uint32_t place = mining_find_mark(mining, reader, 0);

    return place == 0 ? 0 : mark_at(mining, place)->sequence;
}

static struct mining_mark *need_mark(struct mining *mining, uint32_t reader, uint32_t miner)
{
    uint32_t place = mining_find_mark(mining, reader, miner);

    if (place == 0) {
        place = pool_take(&mining->marks);
        mark_at(mining, place)->reader = reader;
        mark_at(mining, place)->miner = miner;
        table_insert(&mining->by_mark, mark_hash(mining, reader, miner), place);
    }
    return mark_at(mining, place);
}

static uint64_t month_hash(const struct mining *mining, uint32_t miner, int32_t month)
{
    return mining_key_hash(mining, (struct mining_key){.a = miner, .b = (uint32_t)month});
}

uint32_t mining_find_share_month(const struct mining *mining, uint32_t miner, int32_t month)
{
    uint64_t hash = month_hash(mining, miner, month);
    uint32_t cursor;
    uint32_t place = table_first(&mining->by_share_month, hash, &cursor);

    while (place != 0 && (mining_share_month_at(mining, place)->miner != miner ||
                          mining_share_month_at(mining, place)->month != month)) {
        place = table_next(&mining->by_share_month, hash, &cursor);
    }
    return place;
}

const struct share_month *mining_share_month(const struct mining *mining, uint32_t miner,
                                             int32_t month)
{
    uint32_t place = mining_find_share_month(mining, miner, month);

    return place == 0 ? NULL : mining_share_month_at(mining, place);
}

static uint64_t quarter_hash(const struct mining *mining, const struct energy_quarter *wanted)
{
    return mining_key_hash(mining, (struct mining_key){.a = wanted->meter,
                                                       .b = (uint32_t)wanted->quarter,
                                                       .c = wanted->miner,
                                                       .d = wanted->source});
}

uint32_t mining_find_energy_quarter(const struct mining *mining,
                                    const struct energy_quarter *wanted)
{
    uint64_t hash = quarter_hash(mining, wanted);
    uint32_t cursor;
    uint32_t place = table_first(&mining->by_energy_quarter, hash, &cursor);

    for (; place != 0; place = table_next(&mining->by_energy_quarter, hash, &cursor)) {
        const struct energy_quarter *found = mining_energy_quarter_at(mining, place);

        if (found->meter == wanted->meter && found->quarter == wanted->quarter &&
            found->miner == wanted->miner && found->source == wanted->source) {
            return place;
        }
    }
    return 0;
}

const struct energy_quarter *mining_energy_next(const struct mining *mining, uint32_t miner,
                                                const struct energy_quarter *after)
{
    const struct miner *entry = mining_miner(mining, miner);
    uint32_t place = 0;

    if (after != NULL) {
        place = after->next_of_miner;
    } else if (entry != NULL) {
        place = entry->first_quarter;
    }
    return place == 0 ? NULL : mining_energy_quarter_at(mining, place);
}

/* ------------------------------------------------------------------ what both have in common */

static enum result check_sequence(uint64_t last, uint64_t sequence)
{
    if (sequence <= last) {
        return RESULT_READING_REPEATED;
    }
    return sequence == last + 1 ? RESULT_OK : RESULT_READING_MISSING;
}

struct interval {
    int64_t begin_us;
    int64_t end_us;
    int64_t now_us;
    int32_t first_day; /* legal days of its first and its last microsecond */
    int32_t last_day;
};

/* Not empty, not in the future; sets the days. */
static enum result check_interval(const struct mining *mining, struct interval *interval)
{
    if (interval->begin_us >= interval->end_us || interval->end_us > interval->now_us) {
        return RESULT_READING_INTERVAL;
    }
    if (!mining_day_of(mining, interval->begin_us, &interval->first_day) ||
        !mining_day_of(mining, interval->end_us - 1, &interval->last_day)) {
        return RESULT_PARAMETER_MISSING;
    }
    return RESULT_OK;
}

/* Had the miner a licence in force when the interval began? */
static bool is_licensed(const struct mining *mining, uint32_t miner, int64_t begin_us)
{
    const struct miner *entry = mining_miner(mining, miner);
    int32_t day;

    return entry != NULL && mining_day_of(mining, begin_us, &day) &&
           mining_licence_holds(&entry->licence, day);
}

/* ------------------------------------------------------------------ shares */

static enum result check_names(const struct mining *mining,
                               const struct command_share_reading *reading)
{
    bool has_name = !text_is_empty(reading->name.text, sizeof reading->name.text);
    char worker[sizeof(((struct miner_address *)0)->text)] = {0};

    if (reading->miner != 0 && mining_miner(mining, reading->miner) == NULL) {
        return RESULT_UNKNOWN_MINER;
    }
    if (reading->pool != 0 && mining_pool(mining, reading->pool) == NULL) {
        return RESULT_UNKNOWN_POOL;
    }
    if (reading->site != 0 && mining_site(mining, reading->site) == NULL) {
        return RESULT_UNKNOWN_SITE;
    }
    if (has_name == (reading->miner != 0)) {
        return RESULT_REGISTER_TERMS;
    }
    memcpy(worker, reading->name.text, sizeof reading->name.text);
    if (has_name && mining_find_address(mining, MINING_ADDRESS_WORKER, worker) != 0) {
        return RESULT_ADDRESS_TAKEN; /* a registered name is not "nobody known" */
    }
    return RESULT_OK;
}

/* Work and its weight are there exactly when there are shares; a share is at least one hash. */
static enum result check_counts(const struct command_share_reading *reading)
{
    bool none = reading->accepted == 0;
    uint64_t most;

    if (none != amount_is_zero(reading->work) || none != (reading->effective_milli == 0) ||
        !amount_is_bounded(reading->work) ||
        __builtin_mul_overflow(reading->accepted, MILLI, &most) ||
        reading->effective_milli > most ||
        amount_units(reading->work) < (int128)reading->accepted) {
        return RESULT_READING_COUNTS;
    }
    return RESULT_OK;
}

/* The sum with the reading; false: too large. */
static MUST_CHECK bool sum_shares(struct share_month *sum,
                                  const struct command_share_reading *reading)
{
    return amount_add(&sum->work, sum->work, reading->work) && amount_is_bounded(sum->work) &&
           !__builtin_add_overflow(sum->accepted, reading->accepted, &sum->accepted) &&
           !__builtin_add_overflow(sum->rejected, reading->rejected, &sum->rejected) &&
           !__builtin_add_overflow(sum->stale, reading->stale, &sum->stale) &&
           checked_add_i64(&sum->metered_us, sum->metered_us, reading->end_us - reading->begin_us);
}

static enum result check_share_room(const struct mining *mining,
                                    const struct command_share_reading *reading, int32_t month)
{
    uint32_t reader = reading->header.participant;
    uint32_t place = mining_find_share_month(mining, reading->miner, month);
    uint32_t marks = mining_find_mark(mining, reader, 0) == 0 ? 1 : 0;
    struct share_month sum = {.miner = reading->miner};

    if (reading->miner != 0 && mining_find_mark(mining, reader, reading->miner) == 0) {
        marks++;
    }
    if (pool_room(&mining->marks) < marks) {
        return RESULT_MARKS_FULL;
    }
    if (place == 0 && pool_room(&mining->share_months) == 0) {
        return RESULT_SUMS_FULL;
    }
    if (place != 0) {
        sum = *mining_share_month_at(mining, place);
    }
    return sum_shares(&sum, reading) ? RESULT_OK : RESULT_OVERFLOW;
}

enum result mining_shares_check(const struct mining *mining,
                                const struct command_share_reading *reading)
{
    uint32_t reader = reading->header.participant;
    uint32_t own = mining_find_mark(mining, reader, 0);
    uint32_t mark = mining_find_mark(mining, reader, reading->miner);
    struct interval interval = {.begin_us = reading->begin_us,
                                .end_us = reading->end_us,
                                .now_us = reading->header.time_us};
    enum result result = check_names(mining, reading);

    if (result == RESULT_OK) {
        result = check_sequence(own == 0 ? 0 : mark_at(mining, own)->sequence, reading->sequence);
    }
    if (result == RESULT_OK) {
        result = check_interval(mining, &interval);
    }
    if (result == RESULT_OK &&
        mining_month_of_day(interval.first_day) != mining_month_of_day(interval.last_day)) {
        result = RESULT_READING_INTERVAL;
    }
    if (result == RESULT_OK && mark != 0 && reading->begin_us < mark_at(mining, mark)->reached_us) {
        result = RESULT_READING_OVERLAP;
    }
    if (result == RESULT_OK) {
        result = check_counts(reading);
    }
    if (result == RESULT_OK) {
        result = check_share_room(mining, reading, mining_month_of_day(interval.first_day));
    }
    return result;
}

const struct share_month *mining_shares_add(struct mining *mining,
                                            const struct command_share_reading *reading,
                                            uint32_t *flags)
{
    uint32_t reader = reading->header.participant;
    int32_t day = 0;

    ENSURE(mining_shares_check(mining, reading) == RESULT_OK);
    ENSURE(mining_day_of(mining, reading->begin_us, &day));
    int32_t month = mining_month_of_day(day);
    uint32_t place = mining_find_share_month(mining, reading->miner, month);
    *flags = 0;
    if (reading->miner == 0) {
        *flags = MINING_FLAG_UNKNOWN_MINER | MINING_FLAG_UNLICENSED;
    } else if (!is_licensed(mining, reading->miner, reading->begin_us)) {
        *flags = MINING_FLAG_UNLICENSED;
    }
    need_mark(mining, reader, 0)->sequence = reading->sequence;
    need_mark(mining, reader, reading->miner)->reached_us =
        reading->miner == 0 ? reading->begin_us : reading->end_us;
    if (place == 0) {
        place = pool_take(&mining->share_months);
        mining_share_month_at(mining, place)->miner = reading->miner;
        mining_share_month_at(mining, place)->month = month;
        table_insert(&mining->by_share_month, month_hash(mining, reading->miner, month), place);
    }
    struct share_month *sum = mining_share_month_at(mining, place);
    ENSURE(sum_shares(sum, reading));
    sum->readings++;
    sum->flagged += *flags != 0 ? 1 : 0;
    return sum;
}

/* ------------------------------------------------------------------ energy */

static uint64_t power_of_ten(uint8_t digits)
{
    uint64_t power = 1;

    for (uint8_t i = 0; i < digits; i++) {
        power *= 10;
    }
    return power;
}

/* Where the register stands, and whether it could. */
static enum result check_register(const struct energy_meter *meter,
                                  const struct command_energy_reading *reading)
{
    bool is_new = (reading->flags & ENERGY_FLAG_NEW_REGISTER) != 0;
    bool is_first = meter->sequence == 0;

    if (meter->register_digits != 0 &&
        (reading->register_begin_wh >= power_of_ten(meter->register_digits) ||
         reading->register_end_wh >= power_of_ten(meter->register_digits))) {
        return RESULT_READING_REGISTER;
    }
    if (is_first) {
        return is_new ? RESULT_READING_REGISTER : RESULT_OK;
    }
    return is_new || reading->register_begin_wh == meter->register_wh ? RESULT_OK
                                                                      : RESULT_READING_REGISTER;
}

/* A register that stands lower than before went through zero, if it can and that is the shorter way. */
static enum result check_energy(const struct energy_meter *meter,
                                const struct command_energy_reading *reading)
{
    uint64_t begin = reading->register_begin_wh;
    uint64_t end = reading->register_end_wh;
    uint64_t energy = end - begin;

    if (reading->energy_wh < 0) {
        return RESULT_READING_NEGATIVE;
    }
    if (end < begin) {
        uint64_t range = power_of_ten(meter->register_digits);

        energy = range - begin + end;
        if (meter->register_digits == 0 || energy > range / 2) {
            return RESULT_READING_NEGATIVE;
        }
    }
    return energy == (uint64_t)reading->energy_wh ? RESULT_OK : RESULT_READING_ENERGY;
}

/* Each reading begins where the last one ended, or says that time is missing. */
static enum result check_follows(const struct energy_meter *meter,
                                 const struct command_energy_reading *reading)
{
    bool says_gap = (reading->flags & ENERGY_FLAG_AFTER_GAP) != 0;

    if (meter->sequence == 0) {
        return says_gap ? RESULT_READING_GAP : RESULT_OK;
    }
    if (reading->begin_us < meter->reached_us) {
        return RESULT_READING_OVERLAP;
    }
    return says_gap == (reading->begin_us > meter->reached_us) ? RESULT_OK : RESULT_READING_GAP;
}

static int64_t missing_before(const struct energy_meter *meter,
                              const struct command_energy_reading *reading)
{
    return meter->sequence == 0 ? 0 : reading->begin_us - meter->reached_us;
}

static MUST_CHECK bool sum_energy(struct energy_quarter *sum, const struct energy_meter *meter,
                                  const struct command_energy_reading *reading)
{
    return checked_add_i64(&sum->energy_wh, sum->energy_wh, reading->energy_wh) &&
           checked_add_i64(&sum->metered_us, sum->metered_us,
                           reading->end_us - reading->begin_us) &&
           checked_add_i64(&sum->missing_us, sum->missing_us, missing_before(meter, reading));
}

static struct energy_quarter key_of(const struct energy_meter *meter,
                                    const struct command_energy_reading *reading, int32_t day)
{
    return (struct energy_quarter){.meter = reading->meter,
                                   .quarter = mining_quarter_of_day(day),
                                   .miner = meter->miner,
                                   .source = meter->source};
}

static enum result check_energy_room(const struct mining *mining, const struct energy_meter *meter,
                                     const struct command_energy_reading *reading, int32_t day)
{
    struct energy_quarter sum = key_of(meter, reading, day);
    uint32_t place = mining_find_energy_quarter(mining, &sum);

    if (place == 0 && pool_room(&mining->energy_quarters) == 0) {
        return RESULT_SUMS_FULL;
    }
    if (place != 0) {
        sum = *mining_energy_quarter_at(mining, place);
    }
    return sum_energy(&sum, meter, reading) ? RESULT_OK : RESULT_OVERFLOW;
}

enum result mining_energy_check(const struct mining *mining,
                                const struct command_energy_reading *reading)
{
    const struct energy_meter *meter = mining_meter(mining, reading->meter);
    struct interval interval = {.begin_us = reading->begin_us,
                                .end_us = reading->end_us,
                                .now_us = reading->header.time_us};

    if (meter == NULL) {
        return RESULT_UNKNOWN_METER;
    }
    if (meter->reader != reading->header.participant) {
        return RESULT_NOT_YOUR_METER;
    }
    enum result result = check_sequence(meter->sequence, reading->sequence);
    if (result == RESULT_OK) {
        result = check_interval(mining, &interval);
    }
    if (result == RESULT_OK &&
        mining_quarter_of_day(interval.first_day) != mining_quarter_of_day(interval.last_day)) {
        result = RESULT_READING_INTERVAL;
    }
    if (result == RESULT_OK) {
        result = check_follows(meter, reading);
    }
    if (result == RESULT_OK) {
        result = check_register(meter, reading);
    }
    if (result == RESULT_OK) {
        result = check_energy(meter, reading);
    }
    if (result == RESULT_OK) {
        result = check_energy_room(mining, meter, reading, interval.first_day);
    }
    return result;
}

static struct energy_quarter *need_quarter(struct mining *mining,
                                           const struct energy_quarter *wanted)
{
    uint32_t place = mining_find_energy_quarter(mining, wanted);

    if (place == 0) {
        struct miner *miner = mining_known(&mining->miners, wanted->miner);

        place = pool_take(&mining->energy_quarters);
        *mining_energy_quarter_at(mining, place) = *wanted;
        mining_energy_quarter_at(mining, place)->next_of_miner = miner->first_quarter;
        miner->first_quarter = place;
        table_insert(&mining->by_energy_quarter, quarter_hash(mining, wanted), place);
    }
    return mining_energy_quarter_at(mining, place);
}

const struct energy_quarter *mining_energy_add(struct mining *mining,
                                               const struct command_energy_reading *reading,
                                               uint32_t *flags)
{
    struct energy_meter *meter = mining_known(&mining->meters, reading->meter);
    int32_t day = 0;

    ENSURE(mining_energy_check(mining, reading) == RESULT_OK);
    ENSURE(mining_day_of(mining, reading->begin_us, &day));
    *flags = is_licensed(mining, meter->miner, reading->begin_us) ? 0 : MINING_FLAG_UNLICENSED;
    *flags |= (reading->flags & ENERGY_FLAG_AFTER_GAP) != 0 ? MINING_FLAG_AFTER_GAP : 0;
    *flags |= (reading->flags & ENERGY_FLAG_NEW_REGISTER) != 0 ? MINING_FLAG_NEW_REGISTER : 0;
    *flags |= reading->register_end_wh < reading->register_begin_wh ? MINING_FLAG_ROLLED_OVER : 0;
    const struct energy_quarter wanted = key_of(meter, reading, day);
    struct energy_quarter *sum = need_quarter(mining, &wanted);
    ENSURE(sum_energy(sum, meter, reading));
    sum->readings++;
    sum->flagged += (*flags & MINING_FLAG_UNLICENSED) != 0 ? 1 : 0;
    meter->sequence = reading->sequence;
    meter->reached_us = reading->end_us;
    meter->register_wh = reading->register_end_wh;
    return sum;
}
