/* SPDX-License-Identifier: Apache-2.0
 *
 * Assessments: what a miner owes for the energy of one legal quarter, and what of it is paid. A file of its
 * own because here the sums of the meters and the numbers of the law meet; the arithmetic is
 * energy_fee.c's.
 *
 * Invariants: nobody gives the fee, it is computed; an assessment can be made again and is then a new
 * revision; no payment is larger than what is owed when it is made.
 *
 * Next: energy_fee.c.
 */
#include "mining/mining_state.h"

static uint64_t assessment_hash(const struct mining *mining, uint32_t miner, int32_t quarter)
{
    return mining_key_hash(mining, (struct mining_key){.a = miner, .b = (uint32_t)quarter});
}

static uint32_t find_assessment(const struct mining *mining, uint32_t miner, int32_t quarter)
{
    uint64_t hash = assessment_hash(mining, miner, quarter);
    uint32_t cursor;
    uint32_t place = table_first(&mining->by_assessment, hash, &cursor);

    while (place != 0 && (mining_assessment_at(mining, place)->miner != miner ||
                          mining_assessment_at(mining, place)->quarter != quarter)) {
        place = table_next(&mining->by_assessment, hash, &cursor);
    }
    return place;
}

const struct mining_assessment *mining_assessment(const struct mining *mining, uint32_t miner,
                                                  int32_t quarter)
{
    uint32_t place = find_assessment(mining, miner, quarter);

    return place == 0 ? NULL : mining_assessment_at(mining, place);
}

/* The quarter by its number, once it is over. */
static enum result find_quarter(const struct mining *mining,
                                const struct command_fee_assess *assess, struct quarter *quarter)
{
    int32_t today;

    if (!mining_day_of(mining, assess->header.time_us, &today)) {
        return RESULT_PARAMETER_MISSING;
    }
    *quarter =
        (struct quarter){.year = assess->quarter / 4, .number = (uint8_t)(assess->quarter % 4 + 1)};
    return assess->quarter >= 0 && quarter_is_valid(*quarter) && quarter_last_day(*quarter) < today
               ? RESULT_OK
               : RESULT_QUARTER_INVALID;
}

/* What the meters say of this quarter, by source. */
static enum result add_use(const struct mining *mining, const struct command_fee_assess *assess,
                           struct energy_use *use)
{
    int64_t price = assess->has_price != 0 ? assess->grid_price : -1;
    int128 cost = 0;

    for (const struct energy_quarter *sum = mining_energy_next(mining, assess->miner, NULL);
         sum != NULL; sum = mining_energy_next(mining, assess->miner, sum)) {
        bool is_grid = sum->source == ENERGY_SOURCE_GRID;

        if (sum->quarter == assess->quarter &&
            energy_use_add(use, &cost, (enum energy_source)sum->source, sum->energy_wh,
                           is_grid ? price : -1) != JURISDICTION_RESULT_OK) {
            return RESULT_OVERFLOW;
        }
    }
    return RESULT_OK;
}

static enum result result_of(enum jurisdiction_result result)
{
    switch (result) {
    case JURISDICTION_RESULT_OK: return RESULT_OK;
    case JURISDICTION_RESULT_MISSING:
    case JURISDICTION_RESULT_NO_WORKING_DAY: return RESULT_PARAMETER_MISSING;
    case JURISDICTION_RESULT_NO_PRICE: return RESULT_FEE_PRICE_MISSING;
    case JURISDICTION_RESULT_NEGATIVE:
    case JURISDICTION_RESULT_OVERFLOW: return RESULT_OVERFLOW;
    case JURISDICTION_RESULT_UNKNOWN_KIND:
    case JURISDICTION_RESULT_BAD_TRUST:
    case JURISDICTION_RESULT_BAD_PERIOD:
    case JURISDICTION_RESULT_BAD_VALUE:
    case JURISDICTION_RESULT_BAD_KEY:
    case JURISDICTION_RESULT_BAD_SOURCE:
    case JURISDICTION_RESULT_BAD_BYTES:
    case JURISDICTION_RESULT_OVERLAP:
    case JURISDICTION_RESULT_GAP:
    case JURISDICTION_RESULT_CHANGES:
    case JURISDICTION_RESULT_TWO_RATES:
    case JURISDICTION_RESULT_ROUNDING_UNIT:
    case JURISDICTION_RESULT_BAD_DAY: return RESULT_FEE_LAW_UNCLEAR;
    }
    return RESULT_FEE_LAW_UNCLEAR;
}

enum result mining_fee_compute(const struct mining *mining, const struct command_fee_assess *assess,
                               uint8_t scale, struct energy_fee *fee)
{
    struct jurisdiction law = mining_law(mining);
    struct energy_use use = {0};
    struct quarter quarter;

    if (mining_miner(mining, assess->miner) == NULL) {
        return RESULT_UNKNOWN_MINER;
    }
    enum result result = find_quarter(mining, assess, &quarter);
    if (result == RESULT_OK) {
        result = add_use(mining, assess, &use);
    }
    if (result == RESULT_OK) {
        result = result_of(energy_fee_compute(&law, quarter, &use, scale, fee));
    }
    if (result != RESULT_OK) {
        return result;
    }
    if (!amount_is_bounded(fee->fee)) {
        return RESULT_OVERFLOW;
    }
    const struct mining_assessment *before =
        mining_assessment(mining, assess->miner, assess->quarter);
    if (before != NULL && before->asset != assess->asset) {
        return RESULT_REGISTER_TERMS; /* what was paid was paid in the other asset */
    }
    return before != NULL || pool_room(&mining->assessments) > 0 ? RESULT_OK
                                                                 : RESULT_ASSESSMENTS_FULL;
}

const struct mining_assessment *mining_fee_keep(struct mining *mining,
                                                const struct command_fee_assess *assess,
                                                const struct energy_fee *fee)
{
    uint32_t place = find_assessment(mining, assess->miner, assess->quarter);

    if (place == 0) {
        place = pool_take(&mining->assessments);
        mining_assessment_at(mining, place)->miner = assess->miner;
        mining_assessment_at(mining, place)->quarter = assess->quarter;
        table_insert(&mining->by_assessment,
                     assessment_hash(mining, assess->miner, assess->quarter), place);
    }
    struct mining_assessment *kept = mining_assessment_at(mining, place);
    kept->fee = fee->fee;
    kept->energy_wh = 0;
    for (uint32_t i = 0; i < fee->line_count; i++) {
        ENSURE(checked_add_i64(&kept->energy_wh, kept->energy_wh, fee->lines[i].energy_wh));
    }
    kept->command = assess->header.number;
    kept->declaration_day = fee->declaration.is_due ? fee->declaration.day : INT32_MIN;
    kept->payment_day = fee->payment.is_due ? fee->payment.day : INT32_MIN;
    kept->revision++;
    kept->asset = assess->asset;
    kept->trust = (uint8_t)fee->trust;
    kept->is_estimate = assess->has_price;
    return kept;
}

enum result mining_fee_pay_check(const struct mining *mining, const struct command_fee_pay *pay)
{
    uint32_t place = find_assessment(mining, pay->miner, pay->quarter);
    struct amount paid;

    if (mining_miner(mining, pay->miner) == NULL) {
        return RESULT_UNKNOWN_MINER;
    }
    if (place == 0) {
        return RESULT_UNKNOWN_ASSESSMENT;
    }
    const struct mining_assessment *kept = mining_assessment_at(mining, place);
    if (!amount_is_positive(pay->amount)) {
        return RESULT_AMOUNT_INVALID;
    }
    return amount_add(&paid, kept->paid, pay->amount) && amount_compare(paid, kept->fee) <= 0
               ? RESULT_OK
               : RESULT_FEE_OVERPAID;
}

const struct mining_assessment *mining_fee_pay(struct mining *mining,
                                               const struct command_fee_pay *pay)
{
    ENSURE(mining_fee_pay_check(mining, pay) == RESULT_OK);
    struct mining_assessment *kept =
        mining_assessment_at(mining, find_assessment(mining, pay->miner, pay->quarter));

    ENSURE(amount_add(&kept->paid, kept->paid, pay->amount));
    return kept;
}
