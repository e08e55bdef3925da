/* SPDX-License-Identifier: Apache-2.0
 *
 * Mining, a second time: the state of each licence, how far each meter and pool has come, and every sum,
 * added up from the readings that the commands themselves carry. A file of its own because the engine's room
 * for mining may not be looked into. What it cannot see: which legal month a moment lies in and what the fee
 * is, for both rest on the law's numbers; it takes the month as it is told, and the fee as it is assessed.
 *
 * Invariants: no reading is counted twice or left out; each sum told is the one before and this reading;
 * energy goes on where the register stood; a decision fits the state of the licence; what is paid was owed.
 */
#include <string.h>

#include "inspector/inspector_state.h"

#define KIND_SHARES 1u
#define KIND_COINS  2u
#define KIND_FEE    3u
#define KIND_ENERGY 16u /* and the source */

/* Places of inspector_sum.values. */
enum { SUM_WORK, SUM_ACCEPTED, SUM_REJECTED, SUM_STALE, SUM_METERED };
enum { SUM_ENERGY, SUM_ENERGY_METERED, SUM_ENERGY_MISSING };
enum { SUM_RECEIVED, SUM_SOLD };
enum { SUM_FEE, SUM_PAID, SUM_REVISION, SUM_ASSET };

static void complain(struct inspector *inspector, uint64_t subject, const char *what)
{
    inspector_complain(inspector, INSPECTOR_RULE_MINING, subject, what);
}

static uint64_t hash_key(const struct inspector *inspector, const struct inspector_sum *wanted)
{
    return hash_bytes(inspector->seed, &wanted->key, sizeof wanted->key);
}

static struct inspector_sum *find_sum(const struct inspector *inspector,
                                      const struct inspector_sum *wanted)
{
    uint32_t cursor;
    uint64_t hash = hash_key(inspector, wanted);

    for (uint32_t i = table_first(&inspector->sums_by_key, hash, &cursor); i != 0;
         i = table_next(&inspector->sums_by_key, hash, &cursor)) {
        struct inspector_sum *sum = pool_at(&inspector->sums, i);

        if (memcmp(&sum->key, &wanted->key, sizeof sum->key) == 0) {
            return sum;
        }
    }
    return NULL;
}

/* Made if it is new; NULL, with a complaint, when the licence has no room for it. */
static struct inspector_sum *need_sum(struct inspector *inspector,
                                      const struct inspector_sum *wanted)
{
    struct inspector_sum *sum = find_sum(inspector, wanted);

    if (sum != NULL) {
        return sum;
    }
    uint32_t slot = pool_take(&inspector->sums);
    if (slot == 0) {
        inspector_complain(inspector, INSPECTOR_RULE_ROOM, 0, "more sums of mining than licensed");
        return NULL;
    }
    sum = pool_at(&inspector->sums, slot);
    *sum = *wanted;
    table_insert(&inspector->sums_by_key, hash_key(inspector, wanted), slot);
    return sum;
}

static bool is_one_of(uint32_t number, uint32_t count)
{
    return number >= 1 && number <= count;
}

/* ------------------------------------------------------------------ the register */

/* A licence as the decision leaves it; 0: it does not fit its state. */
static uint8_t status_after(uint8_t status, uint8_t decision)
{
    bool applied = status == LICENCE_STATUS_APPLIED;
    bool in_force = status == LICENCE_STATUS_GRANTED || status == LICENCE_STATUS_SUSPENDED;

    if (decision == LICENCE_DECISION_GRANT && (applied || status == LICENCE_STATUS_SUSPENDED)) {
        return LICENCE_STATUS_GRANTED;
    }
    if (decision == LICENCE_DECISION_REFUSE && applied) {
        return LICENCE_STATUS_REFUSED;
    }
    if (decision == LICENCE_DECISION_SUSPEND && in_force) {
        return LICENCE_STATUS_SUSPENDED;
    }
    return decision == LICENCE_DECISION_REVOKE && in_force ? LICENCE_STATUS_REVOKED : 0;
}

struct expected {
    uint32_t entry; /* 0: not to be known */
    uint16_t subject;
    uint8_t change;
    uint8_t status;
};

static void expect_new(struct expected *expected, uint32_t given, uint32_t *count)
{
    expected->entry = given != 0 ? given : ++*count;
    expected->change = given != 0 ? MINING_CHANGE_CHANGED : MINING_CHANGE_ADDED;
}

static void expect_licence(struct inspector *inspector, struct expected *expected,
                           struct inspector_licence *licence, uint8_t decision)
{
    uint8_t status = status_after(licence->status, decision);

    if (status == 0) {
        complain(inspector, expected->entry, "a decision does not fit the state of the licence");
    }
    expected->change = MINING_CHANGE_DECIDED;
    licence->status = status;
    expected->status = status;
}

static void see_miner(struct inspector *inspector, struct expected *expected,
                      const struct command_miner_set *set)
{
    expected->subject = MINING_SUBJECT_MINER;
    expect_new(expected, set->miner, &inspector->miners_count);
    if (!is_one_of(expected->entry, inspector->miners_count) ||
        inspector->miners_count > inspector->limits.mining.miners_max ||
        inspector_person(inspector, set->account) == NULL) {
        complain(inspector, set->miner, "a miner who is nobody, or one too many");
        return;
    }
    struct inspector_licence *licence = &inspector->miners[expected->entry];
    licence->account = set->account;
    licence->status = set->miner == 0 ? (uint8_t)LICENCE_STATUS_APPLIED : licence->status;
    expected->status = licence->status;
}

static void see_pool(struct inspector *inspector, struct expected *expected,
                     const struct command_pool_set *set)
{
    const struct inspector_person *person = inspector_person(inspector, set->account);

    expected->subject = MINING_SUBJECT_POOL;
    expect_new(expected, set->pool, &inspector->pools_count);
    if (!is_one_of(expected->entry, inspector->pools_count) ||
        inspector->pools_count > inspector->limits.mining.pools_max || person == NULL ||
        (person->roles & (uint32_t)ROLE_POOL) == 0) {
        complain(inspector, set->pool, "a pool that is nobody, or one too many");
        return;
    }
    struct inspector_licence *licence = &inspector->pools[expected->entry];
    licence->account = set->account;
    licence->status = set->pool == 0 ? (uint8_t)LICENCE_STATUS_APPLIED : licence->status;
    expected->status = licence->status;
}

static void see_meter(struct inspector *inspector, struct expected *expected,
                      const struct command_meter_set *set)
{
    const struct inspector_person *reader = inspector_person(inspector, set->reader);

    expected->subject = MINING_SUBJECT_METER;
    expect_new(expected, set->meter, &inspector->meters_count);
    if (!is_one_of(expected->entry, inspector->meters_count) ||
        inspector->meters_count > inspector->limits.mining.meters_max ||
        !is_one_of(set->miner, inspector->miners_count) ||
        !is_one_of(set->site, inspector->sites_count) || reader == NULL ||
        (reader->roles & (uint32_t)ROLE_METER) == 0) {
        complain(inspector, set->meter, "an energy meter of nobody, or one too many");
        return;
    }
    struct inspector_meter *meter = &inspector->meters[expected->entry];
    meter->miner = set->miner;
    meter->reader = set->reader;
    meter->source = set->source;
    meter->digits = set->register_digits;
}

static struct expected expected_entry(struct inspector *inspector)
{
    const struct command_header *act = inspector->now.act;
    const void *whole = act;
    struct expected expected = {0};

    if (act->kind == COMMAND_MINER_SET) {
        see_miner(inspector, &expected, whole);
    } else if (act->kind == COMMAND_POOL_SET) {
        see_pool(inspector, &expected, whole);
    } else if (act->kind == COMMAND_METER_SET) {
        see_meter(inspector, &expected, whole);
    } else if (act->kind == COMMAND_SITE_SET) {
        expected.subject = MINING_SUBJECT_SITE;
        expect_new(&expected, ((const struct command_site_set *)whole)->site,
                   &inspector->sites_count);
    } else if (act->kind == COMMAND_EQUIPMENT_SET) {
        expected.subject = MINING_SUBJECT_EQUIPMENT;
        expect_new(&expected, ((const struct command_equipment_set *)whole)->equipment,
                   &inspector->equipment_count);
    } else if (act->kind == COMMAND_MINER_ADDRESS_SET) {
        const struct command_miner_address_set *set = whole;

        expected.subject = MINING_SUBJECT_ADDRESS;
        expected.change =
            set->removed != 0 ? (uint8_t)MINING_CHANGE_REMOVED : (uint8_t)MINING_CHANGE_ADDED;
    } else if (act->kind == COMMAND_JURISDICTION_PARAMETER_SET) {
        expected.subject = MINING_SUBJECT_PARAMETER;
    }
    return expected;
}

static struct expected expected_decision(struct inspector *inspector)
{
    const void *act = inspector->now.act;
    struct expected expected = {0};

    if (inspector_has(inspector, COMMAND_MINER_DECIDE)) {
        const struct command_miner_decide *decide = act;

        expected.subject = MINING_SUBJECT_MINER;
        expected.entry = decide->miner;
        if (is_one_of(decide->miner, inspector->miners_count)) {
            expect_licence(inspector, &expected, &inspector->miners[decide->miner],
                           decide->decision);
        }
    } else {
        const struct command_pool_decide *decide = act;

        expected.subject = MINING_SUBJECT_POOL;
        expected.entry = decide->pool;
        if (is_one_of(decide->pool, inspector->pools_count)) {
            expect_licence(inspector, &expected, &inspector->pools[decide->pool], decide->decision);
        }
    }
    return expected;
}

void inspector_see_mining_entry(struct inspector *inspector, const struct event_mining_entry *event)
{
    bool decides = inspector_has(inspector, COMMAND_MINER_DECIDE) ||
                   inspector_has(inspector, COMMAND_POOL_DECIDE);
    struct expected expected = decides ? expected_decision(inspector) : expected_entry(inspector);

    if (event->subject != expected.subject || event->status != expected.status ||
        (expected.entry != 0 && event->entry != expected.entry) ||
        (expected.change != 0 && event->change != expected.change) ||
        (decides && expected.change == 0)) {
        complain(inspector, event->entry, "an entry changes otherwise than the command says");
    }
    inspector->now.id = event->entry;
    inspector->now.mining_events++;
}

/* ------------------------------------------------------------------ readings */

void inspector_see_mining_shares(struct inspector *inspector,
                                 const struct event_mining_shares *event)
{
    const void *act = inspector->now.act;
    const struct command_share_reading *reading = act;
    const struct inspector_sum wanted = {
        .key = {KIND_SHARES, event->miner, (uint32_t)event->month, 0}};

    inspector->now.mining_events++;
    inspector->now.id = event->sequence;
    if (!inspector_has(inspector, COMMAND_SHARE_READING) ||
        reading->sequence != ++inspector->people[inspector->now.actor].readings ||
        event->reader != inspector->now.actor || event->miner != reading->miner ||
        event->pool != reading->pool || event->site != reading->site ||
        event->sequence != reading->sequence || event->begin_us != reading->begin_us ||
        event->end_us != reading->end_us || reading->begin_us >= reading->end_us ||
        reading->end_us > inspector->time_us) {
        complain(inspector, event->sequence, "a reading of shares is not the next, or not it");
        return;
    }
    struct inspector_sum *sum = need_sum(inspector, &wanted);
    if (sum == NULL) {
        return;
    }
    sum->values[SUM_WORK] += amount_units(reading->work);
    sum->values[SUM_ACCEPTED] += reading->accepted;
    sum->values[SUM_REJECTED] += reading->rejected;
    sum->values[SUM_STALE] += reading->stale;
    sum->values[SUM_METERED] += reading->end_us - reading->begin_us;
    if (amount_units(event->work) != amount_units(reading->work) ||
        event->accepted != reading->accepted || event->rejected != reading->rejected ||
        event->stale != reading->stale || event->effective_milli != reading->effective_milli ||
        amount_units(event->month_work) != sum->values[SUM_WORK] ||
        event->month_accepted != sum->values[SUM_ACCEPTED] ||
        event->month_rejected != sum->values[SUM_REJECTED] ||
        event->month_stale != sum->values[SUM_STALE] ||
        event->month_metered_us != sum->values[SUM_METERED]) {
        complain(inspector, event->miner, "a month's sum of shares is not what was read");
    }
}

/* What went through the register between the two values, which the meter can show. */
static bool is_energy_right(const struct inspector_meter *meter,
                            const struct command_energy_reading *reading)
{
    int128 moved = (int128)reading->register_end_wh - reading->register_begin_wh;
    int128 range = 1;

    for (uint8_t i = 0; i < meter->digits; i++) {
        range *= 10;
    }
    if (moved < 0) {
        moved = meter->digits == 0 ? -1 : moved + range;
    }
    return moved >= 0 && moved == reading->energy_wh;
}

/* In time and on the register, as the flags say. */
static bool does_follow(const struct inspector_meter *meter,
                        const struct command_energy_reading *reading)
{
    bool gap = (reading->flags & (uint32_t)ENERGY_FLAG_AFTER_GAP) != 0;
    bool is_new = (reading->flags & (uint32_t)ENERGY_FLAG_NEW_REGISTER) != 0;

    if (reading->sequence != meter->sequence + 1) {
        return false;
    }
    if (meter->sequence == 0) {
        return true;
    }
    return (gap ? reading->begin_us > meter->reached_us : reading->begin_us == meter->reached_us) &&
           (is_new || reading->register_begin_wh == meter->register_wh);
}

static void add_energy(struct inspector *inspector, const struct event_mining_energy *event,
                       const struct command_energy_reading *reading)
{
    struct inspector_meter *meter = &inspector->meters[reading->meter];
    const struct inspector_sum wanted = {.key = {KIND_ENERGY + meter->source, reading->meter,
                                                 (uint32_t)event->quarter, meter->miner}};
    struct inspector_sum *sum = need_sum(inspector, &wanted);

    if (sum == NULL) {
        return;
    }
    sum->values[SUM_ENERGY] += reading->energy_wh;
    sum->values[SUM_ENERGY_METERED] += reading->end_us - reading->begin_us;
    if (meter->sequence != 0) {
        sum->values[SUM_ENERGY_MISSING] += reading->begin_us - meter->reached_us;
    }
    meter->sequence = reading->sequence;
    meter->reached_us = reading->end_us;
    meter->register_wh = reading->register_end_wh;
    if (event->energy_wh != reading->energy_wh || event->source != meter->source ||
        event->miner != meter->miner || event->quarter_wh != sum->values[SUM_ENERGY] ||
        event->quarter_metered_us != sum->values[SUM_ENERGY_METERED] ||
        event->quarter_missing_us != sum->values[SUM_ENERGY_MISSING]) {
        complain(inspector, event->meter, "a quarter's sum of energy is not what was read");
    }
}

void inspector_see_mining_energy(struct inspector *inspector,
                                 const struct event_mining_energy *event)
{
    const void *act = inspector->now.act;
    const struct command_energy_reading *reading = act;

    inspector->now.mining_events++;
    inspector->now.id = event->sequence;
    if (!inspector_has(inspector, COMMAND_ENERGY_READING) || event->meter != reading->meter ||
        !is_one_of(reading->meter, inspector->meters_count) ||
        event->sequence != reading->sequence || event->begin_us != reading->begin_us ||
        event->end_us != reading->end_us) {
        complain(inspector, event->meter, "energy is told that nobody read");
        return;
    }
    const struct inspector_meter *meter = &inspector->meters[reading->meter];
    if (meter->reader != inspector->now.actor || event->reader != inspector->now.actor) {
        complain(inspector, event->meter, "an energy meter is read by somebody else");
        return;
    }
    if (!does_follow(meter, reading) || !is_energy_right(meter, reading) ||
        reading->begin_us >= reading->end_us || reading->end_us > inspector->time_us) {
        complain(inspector, event->meter, "a reading of energy does not follow the one before");
        return;
    }
    add_energy(inspector, event, reading);
}

/* ------------------------------------------------------------------ coins and money */

static void add_coins(struct inspector *inspector, const struct event_mining_coins *event,
                      const struct inspector_sum *more)
{
    struct inspector_sum wanted = *more;

    wanted.values[SUM_RECEIVED] = 0;
    wanted.values[SUM_SOLD] = 0;
    struct inspector_sum *sum = need_sum(inspector, &wanted);
    if (sum == NULL) {
        return;
    }
    sum->values[SUM_RECEIVED] += more->values[SUM_RECEIVED];
    sum->values[SUM_SOLD] += more->values[SUM_SOLD];
    if (amount_units(event->quarter_received) != sum->values[SUM_RECEIVED] ||
        amount_units(event->quarter_sold) != sum->values[SUM_SOLD] ||
        amount_units(event->amount) != more->values[SUM_RECEIVED] + more->values[SUM_SOLD]) {
        complain(inspector, event->miner, "a quarter's sum of coins is not what was reported");
    }
}

void inspector_see_mining_coins(struct inspector *inspector, const struct event_mining_coins *event)
{
    const void *act = inspector->now.act;
    const struct command_pool_distribution *given = act;
    const struct command_sale_record *sale = act;
    struct inspector_sum more = {
        .key = {KIND_COINS, event->miner, (uint32_t)event->quarter, event->asset}};
    bool sound = false;

    inspector->now.mining_events++;
    if (inspector_has(inspector, COMMAND_POOL_DISTRIBUTION)) {
        struct inspector_licence *pool =
            is_one_of(given->pool, inspector->pools_count) ? &inspector->pools[given->pool] : NULL;

        inspector->now.id = given->sequence;
        more.values[SUM_RECEIVED] = amount_units(given->amount);
        sound = pool != NULL && pool->account == inspector->now.actor &&
                given->sequence == ++pool->sequence && event->sequence == given->sequence &&
                event->miner == given->miner && event->asset == given->asset &&
                event->pool == given->pool;
    } else if (inspector_has(inspector, COMMAND_SALE_RECORD)) {
        inspector->now.id = sale->record;
        more.values[SUM_SOLD] = amount_units(sale->amount);
        sound = event->sequence == 0 && event->pool == 0 && event->miner == sale->miner &&
                event->asset == sale->asset && event->quote_asset == sale->quote_asset &&
                amount_units(event->quote) == amount_units(sale->quote);
    }
    if (!sound || !is_one_of(event->miner, inspector->miners_count)) {
        complain(inspector, event->miner, "coins are told that nobody reported");
        return;
    }
    add_coins(inspector, event, &more);
}

/* The fee as it was assessed last; NULL: never. */
static struct inspector_sum *find_fee(const struct inspector *inspector, uint32_t miner,
                                      int32_t quarter)
{
    const struct inspector_sum wanted = {.key = {KIND_FEE, miner, (uint32_t)quarter, 0}};

    return find_sum(inspector, &wanted);
}

static void see_assessment(struct inspector *inspector, const struct event_mining_fee *event,
                           const struct command_fee_assess *assess)
{
    const struct inspector_sum wanted = {
        .key = {KIND_FEE, assess->miner, (uint32_t)assess->quarter, 0}};
    struct inspector_sum *sum = need_sum(inspector, &wanted);

    if (sum == NULL || !is_one_of(assess->miner, inspector->miners_count)) {
        complain(inspector, assess->miner, "a fee is assessed of nobody");
        return;
    }
    sum->values[SUM_REVISION]++;
    if (sum->values[SUM_REVISION] > 1 && sum->values[SUM_ASSET] != assess->asset) {
        complain(inspector, event->miner, "a fee is owed in another asset than before");
    }
    sum->values[SUM_ASSET] = assess->asset;
    sum->values[SUM_FEE] = amount_units(event->fee);
    if (event->change != MINING_FEE_CHANGE_ASSESSED || amount_units(event->amount) != 0 ||
        event->revision != sum->values[SUM_REVISION] || amount_units(event->fee) < 0) {
        complain(inspector, event->miner, "an assessment is not the next one");
    }
}

void inspector_see_mining_fee(struct inspector *inspector, const struct event_mining_fee *event)
{
    const void *act = inspector->now.act;
    const struct command_fee_pay *pay = act;

    inspector->now.mining_events++;
    inspector->now.id = event->miner;
    if (inspector_has(inspector, COMMAND_FEE_ASSESS)) {
        see_assessment(inspector, event, act);
    } else if (inspector_has(inspector, COMMAND_FEE_PAY)) {
        struct inspector_sum *sum = find_fee(inspector, pay->miner, pay->quarter);
        uint8_t change = pay->by_bank != 0 ? (uint8_t)MINING_FEE_CHANGE_PAID_BY_BANK
                                           : (uint8_t)MINING_FEE_CHANGE_PAID;

        if (sum == NULL) {
            return; /* inspector_expect_mining has complained */
        }
        sum->values[SUM_PAID] += amount_units(pay->amount);
        if (event->change != change || amount_units(event->amount) != amount_units(pay->amount) ||
            sum->values[SUM_PAID] > sum->values[SUM_FEE]) {
            complain(inspector, event->miner, "more is paid than is owed, or something else");
        }
    } else {
        complain(inspector, event->miner, "a fee is told that nobody assessed or paid");
        return;
    }
    const struct inspector_sum *kept = find_fee(inspector, event->miner, event->quarter);
    if (kept == NULL || amount_units(event->paid) != kept->values[SUM_PAID] ||
        amount_units(event->fee) != kept->values[SUM_FEE] ||
        event->asset != kept->values[SUM_ASSET]) {
        complain(inspector, event->miner, "a fee is not what was assessed and paid");
    }
}

static void expect_payment(struct inspector *inspector, const struct command_fee_pay *pay)
{
    const struct inspector_sum *fee = find_fee(inspector, pay->miner, pay->quarter);

    if (fee == NULL || amount_units(pay->amount) <= 0) {
        complain(inspector, pay->miner, "something is paid that is not owed");
        return;
    }
    if (pay->by_bank != 0) {
        inspector_use_evidence(inspector, &pay->evidence);
        return;
    }
    if (inspector->miners[pay->miner].account != inspector->now.actor) {
        complain(inspector, pay->miner, "somebody else pays out of a miner's account");
        return;
    }
    const struct inspector_due due = {
        .amount = amount_units(pay->amount),
        .debit = inspector->now.actor,
        .credit = TARAZY_OWNER_TREASURY,
        .reference = pay->miner,
        .asset = (uint16_t)fee->values[SUM_ASSET],
        .reason = POSTING_REASON_ENERGY_FEE,
    };
    inspector_expect_posting(inspector, &due);
}

void inspector_expect_mining(struct inspector *inspector)
{
    const void *act = inspector->now.act;

    if (inspector_has(inspector, COMMAND_POOL_DISTRIBUTION)) {
        inspector_use_evidence(inspector,
                               &((const struct command_pool_distribution *)act)->evidence);
    } else if (inspector_has(inspector, COMMAND_SALE_RECORD)) {
        inspector_use_evidence(inspector, &((const struct command_sale_record *)act)->evidence);
    } else if (inspector_has(inspector, COMMAND_FEE_PAY)) {
        expect_payment(inspector, act);
    }
}
