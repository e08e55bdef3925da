/* SPDX-License-Identifier: Apache-2.0
 *
 * Every invariant of the mining part that can be recomputed from it: for tests, verifiers and supervisors.
 * The readings themselves stand in the journal, so that the sums are the inspector's to recompute.
 */
#include "base/text.h"
#include "mining/mining_state.h"

static bool is_status(uint8_t status)
{
    return status >= LICENCE_STATUS_APPLIED && status <= LICENCE_STATUS_REVOKED;
}

static bool table_has(const struct table *table, uint64_t hash, uint32_t place)
{
    uint32_t cursor;
    uint32_t found = table_first(table, hash, &cursor);

    while (found != 0 && found != place) {
        found = table_next(table, hash, &cursor);
    }
    return found == place;
}

static const char *audit_miners(const struct mining *mining)
{
    uint32_t numbered = 0;

    for (uint32_t place = 1; place < mining->miners.fresh; place++) {
        const struct miner *miner = mining_miner(mining, place);
        bool granted = miner->licence.status == LICENCE_STATUS_GRANTED ||
                       miner->licence.status == LICENCE_STATUS_SUSPENDED;
        bool has_number = !text_is_empty(miner->number, sizeof miner->number);

        if (!is_status(miner->licence.status) ||
            !table_has(&mining->by_account,
                       mining_key_hash(mining, (struct mining_key){.a = miner->account}), place)) {
            return "mining: a miner is not found by its account, or in no state";
        }
        if (has_number &&
            !table_has(&mining->by_licence,
                       mining_text_hash(mining, miner->number, sizeof miner->number), place)) {
            return "mining: a miner is not found by the number of its licence";
        }
        if (granted &&
            (!has_number || miner->licence.valid_from_day > miner->licence.valid_to_day)) {
            return "mining: a licence in force has no number or no term";
        }
        numbered += has_number ? 1 : 0;
    }
    return mining->by_account.count == mining->miners.count &&
                   mining->by_licence.count == numbered &&
                   mining->miners.count + 1 == mining->miners.fresh
               ? NULL
               : "mining: the tables of miners count others than the register";
}

static const char *audit_places(const struct mining *mining)
{
    for (uint32_t place = 1; place < mining->sites.fresh; place++) {
        const struct mining_site *site = mining_site(mining, place);

        if (site->quota_kw > site->capacity_kw || (site->miner == 0 && site->host == 0) ||
            (site->miner != 0 && mining_miner(mining, site->miner) == NULL)) {
            return "mining: a site is nobody's, or has more quota than capacity";
        }
    }
    for (uint32_t place = 1; place < mining->meters.fresh; place++) {
        const struct energy_meter *meter = mining_meter(mining, place);

        if (mining_site(mining, meter->site) == NULL ||
            mining_miner(mining, meter->miner) == NULL) {
            return "mining: an energy meter stands nowhere, or measures nobody";
        }
        if (!table_has(&mining->by_serial,
                       mining_text_hash(mining, meter->serial, sizeof meter->serial), place)) {
            return "mining: an energy meter is not found by its serial number";
        }
        if (meter->sequence == 0 && (meter->reached_us != 0 || meter->register_wh != 0)) {
            return "mining: an energy meter that was never read has come somewhere";
        }
    }
    return mining->by_serial.count == mining->meters.count
               ? NULL
               : "mining: the table of serial numbers counts others than the register";
}

/* Ranges are the addresses that stand in no table. */
static const char *audit_addresses(const struct mining *mining)
{
    uint32_t ranges = 0;

    for (uint32_t place = mining->first_range; place != 0;) {
        const struct miner_address *address = pool_at(&mining->addresses, place);

        if (address->type != MINING_ADDRESS_RANGE || ++ranges > mining->addresses.count) {
            return "mining: the chain of address ranges leads elsewhere";
        }
        place = address->next;
    }
    return ranges + mining->by_address.count == mining->addresses.count
               ? NULL
               : "mining: an address is neither in the table nor in the chain";
}

static const char *audit_shares(const struct mining *mining)
{
    for (uint32_t place = 1; place < mining->share_months.fresh; place++) {
        const struct share_month *sum = mining_share_month_at(mining, place);

        if (mining_find_share_month(mining, sum->miner, sum->month) != place) {
            return "mining: a month's sum of shares is not found";
        }
        if (sum->readings == 0 || sum->flagged > sum->readings || sum->metered_us <= 0 ||
            amount_is_negative(sum->work) || amount_units(sum->work) < (int128)sum->accepted) {
            return "mining: a month's sum of shares is not one that readings make";
        }
    }
    for (uint32_t place = 1; place < mining->marks.fresh; place++) {
        const struct mining_mark *mark = pool_at(&mining->marks, place);

        if (mining_find_mark(mining, mark->reader, mark->miner) != place ||
            mining_find_mark(mining, mark->reader, 0) == 0) {
            return "mining: a meter's mark is not found, or counts no readings";
        }
    }
    return NULL;
}

static const char *audit_energy(const struct mining *mining)
{
    uint32_t chained = 0;
    uint64_t readings = 0;

    for (uint32_t miner = 1; miner < mining->miners.fresh; miner++) {
        for (const struct energy_quarter *sum = mining_energy_next(mining, miner, NULL);
             sum != NULL; sum = mining_energy_next(mining, miner, sum)) {
            if (sum->miner != miner || ++chained > mining->energy_quarters.count) {
                return "mining: a miner's chain of energy leads to somebody else's";
            }
        }
    }
    for (uint32_t place = 1; place < mining->energy_quarters.fresh; place++) {
        const struct energy_quarter *sum = mining_energy_quarter_at(mining, place);

        if (mining_find_energy_quarter(mining, sum) != place ||
            mining_meter(mining, sum->meter) == NULL) {
            return "mining: a quarter's sum of energy is not found, or no meter's";
        }
        if (sum->energy_wh < 0 || sum->metered_us <= 0 || sum->missing_us < 0 ||
            sum->flagged > sum->readings) {
            return "mining: a quarter's sum of energy is not one that readings make";
        }
        readings += sum->readings;
    }
    for (uint32_t place = 1; place < mining->meters.fresh; place++) {
        readings -= mining_meter(mining, place)->sequence;
    }
    if (chained != mining->energy_quarters.count) {
        return "mining: a sum of energy is in no miner's chain";
    }
    return readings == 0 ? NULL : "mining: the sums hold other readings than the meters sent";
}

static const char *audit_coins(const struct mining *mining)
{
    uint64_t distributions = 0;

    for (uint32_t place = 1; place < mining->coin_quarters.fresh; place++) {
        const struct coin_quarter *sum = mining_coin_quarter_at(mining, place);

        if (mining_find_coin_quarter(mining, sum) != place ||
            mining_miner(mining, sum->miner) == NULL) {
            return "mining: a quarter's sum of coins is not found, or nobody's";
        }
        if (amount_is_negative(sum->received) || amount_is_negative(sum->sold) ||
            amount_is_positive(sum->received) != (sum->distributions > 0) ||
            amount_is_positive(sum->sold) != (sum->sales > 0)) {
            return "mining: a quarter's sum of coins is not one that reports make";
        }
        distributions += sum->distributions;
    }
    for (uint32_t place = 1; place < mining->pools.fresh; place++) {
        distributions -= mining_pool(mining, place)->sequence;
    }
    return distributions == 0 ? NULL : "mining: the sums hold other distributions than pools sent";
}

static const char *audit_law(const struct mining *mining)
{
    struct jurisdiction law = mining_law(mining);

    for (uint32_t i = 0; i < law.count; i++) {
        if (jurisdiction_admits(&law, &law.parameters[i]) != JURISDICTION_RESULT_OK) {
            return "mining: a legal parameter is unsound, or over another";
        }
    }
    return NULL;
}

const char *mining_audit(const struct mining *mining)
{
    const char *wrong = audit_miners(mining);

    if (wrong == NULL) {
        wrong = audit_places(mining);
    }
    if (wrong == NULL) {
        wrong = audit_addresses(mining);
    }
    if (wrong == NULL) {
        wrong = audit_shares(mining);
    }
    if (wrong == NULL) {
        wrong = audit_energy(mining);
    }
    if (wrong == NULL) {
        wrong = audit_coins(mining);
    }
    if (wrong == NULL) {
        wrong = audit_law(mining);
    }
    return wrong;
}
