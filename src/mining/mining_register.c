/* SPDX-License-Identifier: Apache-2.0
 *
 * Miners and pools: applications, terms and decisions. A file of its own because both go through the same
 * states, and no other file changes them: applied → granted or refused; granted ⇄ suspended; both →
 * revoked. Refused and revoked are for good.
 *
 * Invariants: an account has at most one entry that is not over; a licence number is one miner's for ever;
 * what is granted has a number and a term that the law allows.
 *
 * Next: mining_places.c.
 */
#include "base/text.h"
#include "mining/mining_state.h"

#define REGION_MAX 999u

/* The same day so many months later; the last of the month where it has no such day. */
static int32_t day_after_months(int32_t day, int32_t months)
{
    struct civil_date date = civil_date_of_day(day);
    int32_t month = 12 * date.year + date.month - 1 + months;
    struct civil_date later = {.year = month / 12, .month = (uint8_t)(month % 12 + 1)};

    if (later.year > 9999) {
        return CIVIL_DAY_MAX;
    }
    uint8_t last = civil_month_days(later.year, later.month);
    later.day = date.day < last ? date.day : last;
    return civil_day_of_date(later);
}

/* The number the law says on this day; false: nothing. Absurdly large ones are cut. */
static bool law_says(const struct mining *mining, enum parameter_kind kind, int32_t day,
                     int32_t *value)
{
    struct jurisdiction law = mining_law(mining);
    uint32_t index;

    if (jurisdiction_find(&law, kind, day, &index) != JURISDICTION_RESULT_OK) {
        return false;
    }
    int64_t said = law.parameters[index].value;
    *value = said > 1200 ? 1200 : (int32_t)said;
    return true;
}

static bool is_term_known(int32_t from, int32_t to)
{
    return civil_day_is_known(from) && civil_day_is_known(to) && from <= to;
}

/* A term that was named: in order, and no longer than the law has it. 0 and 0: none was named. */
static enum result check_term(const struct mining *mining, int32_t from, int32_t to)
{
    int32_t years;

    if (from == 0 && to == 0) {
        return RESULT_OK;
    }
    if (!is_term_known(from, to)) {
        return RESULT_LICENCE_TERM;
    }
    if (law_says(mining, PARAMETER_LICENCE_TERM, from, &years) &&
        to >= day_after_months(from, 12 * years)) {
        return RESULT_LICENCE_TERM;
    }
    return RESULT_OK;
}

/* An entry that is over does not stand in the way of another application. */
static bool is_over(const struct mining_licence *licence)
{
    return licence->status == LICENCE_STATUS_REFUSED || licence->status == LICENCE_STATUS_REVOKED;
}

static uint64_t account_hash(const struct mining *mining, uint32_t account)
{
    return mining_key_hash(mining, (struct mining_key){.a = account});
}

static uint32_t find_live_miner(const struct mining *mining, uint32_t account)
{
    uint64_t hash = account_hash(mining, account);
    uint32_t cursor;
    uint32_t place = table_first(&mining->by_account, hash, &cursor);

    while (place != 0) {
        const struct miner *miner = mining_miner(mining, place);

        if (miner->account == account && !is_over(&miner->licence)) {
            return place;
        }
        place = table_next(&mining->by_account, hash, &cursor);
    }
    return 0;
}

static uint32_t find_licence(const struct mining *mining, const char *number)
{
    uint64_t hash = mining_text_hash(mining, number, sizeof(((struct miner *)0)->number));
    uint32_t cursor;
    uint32_t place = table_first(&mining->by_licence, hash, &cursor);

    while (place != 0 && !text_equals(mining_miner(mining, place)->number, number,
                                      sizeof(((struct miner *)0)->number))) {
        place = table_next(&mining->by_licence, hash, &cursor);
    }
    return place;
}

enum result mining_miner_set_check(const struct mining *mining,
                                   const struct command_miner_set *command)
{
    const struct miner *entry = mining_miner(mining, command->miner);
    uint32_t live = find_live_miner(mining, command->account);

    if (command->miner != 0 && entry == NULL) {
        return RESULT_UNKNOWN_MINER;
    }
    if (command->region < 1 || command->region > REGION_MAX) {
        return RESULT_REGISTER_TERMS;
    }
    if (entry != NULL && is_over(&entry->licence)) {
        return RESULT_LICENCE_STATE;
    }
    if (live != 0 && live != command->miner) {
        return RESULT_DUPLICATE_MINER;
    }
    if (!text_is_empty(command->licence, sizeof command->licence)) {
        uint32_t holder = find_licence(mining, command->licence);

        if (holder != 0 && holder != command->miner) {
            return RESULT_LICENCE_TAKEN;
        }
    }
    bool nameless = text_is_empty(command->licence, sizeof command->licence) ||
                    !is_term_known(command->valid_from_day, command->valid_to_day);
    if (entry != NULL && entry->licence.status != LICENCE_STATUS_APPLIED && nameless) {
        return RESULT_LICENCE_TERM; /* a licence in force cannot lose its number or term */
    }
    if (entry == NULL && pool_room(&mining->miners) == 0) {
        return RESULT_MINERS_FULL;
    }
    return check_term(mining, command->valid_from_day, command->valid_to_day);
}

static void forget_names(struct mining *mining, uint32_t place)
{
    struct miner *miner = mining_known(&mining->miners, place);

    table_remove(&mining->by_account, account_hash(mining, miner->account), place);
    if (!text_is_empty(miner->number, sizeof miner->number)) {
        table_remove(&mining->by_licence,
                     mining_text_hash(mining, miner->number, sizeof miner->number), place);
    }
}

uint32_t mining_miner_set(struct mining *mining, const struct command_miner_set *command)
{
    uint32_t place = command->miner;

    ENSURE(mining_miner_set_check(mining, command) == RESULT_OK);
    if (place == 0) {
        place = pool_take(&mining->miners);
        ((struct miner *)mining_known(&mining->miners, place))->licence.status =
            LICENCE_STATUS_APPLIED;
    } else {
        forget_names(mining, place);
    }
    struct miner *miner = mining_known(&mining->miners, place);
    miner->account = command->account;
    miner->region = command->region;
    miner->subtype = command->subtype;
    miner->licence.valid_from_day = command->valid_from_day;
    miner->licence.valid_to_day = command->valid_to_day;
    memcpy(miner->number, command->licence, sizeof miner->number);
    table_insert(&mining->by_account, account_hash(mining, miner->account), place);
    if (!text_is_empty(miner->number, sizeof miner->number)) {
        table_insert(&mining->by_licence,
                     mining_text_hash(mining, miner->number, sizeof miner->number), place);
    }
    return place;
}

struct decision {
    int64_t time_us;
    int32_t until_day;
    uint8_t decision; /* enum licence_decision */
    bool has_number;
};

static enum result check_suspension(const struct mining *mining, int32_t today, int32_t until)
{
    int32_t months;

    if (!civil_day_is_known(until) || until < today) {
        return RESULT_LICENCE_TERM;
    }
    if (law_says(mining, PARAMETER_LICENCE_SUSPENSION_MAX, today, &months) &&
        until > day_after_months(today, months)) {
        return RESULT_LICENCE_TERM;
    }
    if (law_says(mining, PARAMETER_LICENCE_SUSPENSION_MIN, today, &months) &&
        until < day_after_months(today, months)) {
        return RESULT_LICENCE_TERM;
    }
    return RESULT_OK;
}

/* What may be decided about a licence as it stands. */
static enum result check_decision(const struct mining *mining, const struct mining_licence *licence,
                                  const struct decision *decision)
{
    bool applied = licence->status == LICENCE_STATUS_APPLIED;
    bool in_force =
        licence->status == LICENCE_STATUS_GRANTED || licence->status == LICENCE_STATUS_SUSPENDED;
    int32_t today;

    if (!mining_day_of(mining, decision->time_us, &today)) {
        return RESULT_PARAMETER_MISSING;
    }
    if (decision->decision != LICENCE_DECISION_SUSPEND && decision->until_day != 0) {
        return RESULT_REGISTER_TERMS;
    }
    switch ((enum licence_decision)decision->decision) {
    case LICENCE_DECISION_GRANT:
        if (!applied && licence->status != LICENCE_STATUS_SUSPENDED) {
            return RESULT_LICENCE_STATE;
        }
        return decision->has_number &&
                       is_term_known(licence->valid_from_day, licence->valid_to_day) &&
                       licence->valid_to_day >= today
                   ? RESULT_OK
                   : RESULT_LICENCE_TERM;
    case LICENCE_DECISION_REFUSE: return applied ? RESULT_OK : RESULT_LICENCE_STATE;
    case LICENCE_DECISION_SUSPEND:
        return in_force ? check_suspension(mining, today, decision->until_day)
                        : RESULT_LICENCE_STATE;
    case LICENCE_DECISION_REVOKE: return in_force ? RESULT_OK : RESULT_LICENCE_STATE;
    }
    return RESULT_FIELD_INVALID;
}

static void decide(struct mining_licence *licence, uint8_t decision, int32_t until_day)
{
    licence->until_day = until_day;
    switch ((enum licence_decision)decision) {
    case LICENCE_DECISION_GRANT: licence->status = LICENCE_STATUS_GRANTED; return;
    case LICENCE_DECISION_REFUSE: licence->status = LICENCE_STATUS_REFUSED; return;
    case LICENCE_DECISION_SUSPEND: licence->status = LICENCE_STATUS_SUSPENDED; return;
    case LICENCE_DECISION_REVOKE: licence->status = LICENCE_STATUS_REVOKED; return;
    }
    ENSURE(false);
}

enum result mining_miner_decide_check(const struct mining *mining,
                                      const struct command_miner_decide *command)
{
    const struct miner *miner = mining_miner(mining, command->miner);

    if (miner == NULL) {
        return RESULT_UNKNOWN_MINER;
    }
    const struct decision decision = {.time_us = command->header.time_us,
                                      .until_day = command->until_day,
                                      .decision = command->decision,
                                      .has_number =
                                          !text_is_empty(miner->number, sizeof miner->number)};
    return check_decision(mining, &miner->licence, &decision);
}

uint32_t mining_miner_decide(struct mining *mining, const struct command_miner_decide *command)
{
    ENSURE(mining_miner_decide_check(mining, command) == RESULT_OK);
    struct miner *miner = mining_known(&mining->miners, command->miner);

    decide(&miner->licence, command->decision, command->until_day);
    return command->miner;
}

/* Pools are few: an account's entry is looked for among all of them. */
static uint32_t find_live_pool(const struct mining *mining, uint32_t account)
{
    for (uint32_t place = 1; place < mining->pools.fresh; place++) {
        const struct mining_pool *pool = mining_pool(mining, place);

        if (pool->account == account && !is_over(&pool->licence)) {
            return place;
        }
    }
    return 0;
}

enum result mining_pool_set_check(const struct mining *mining,
                                  const struct command_pool_set *command)
{
    const struct mining_pool *entry = mining_pool(mining, command->pool);
    uint32_t live = find_live_pool(mining, command->account);

    if (command->pool != 0 && entry == NULL) {
        return RESULT_UNKNOWN_POOL;
    }
    if (entry != NULL && is_over(&entry->licence)) {
        return RESULT_LICENCE_STATE;
    }
    if (live != 0 && live != command->pool) {
        return RESULT_DUPLICATE_POOL;
    }
    bool nameless = text_is_empty(command->accreditation, sizeof command->accreditation) ||
                    !is_term_known(command->valid_from_day, command->valid_to_day);
    if (entry != NULL && entry->licence.status != LICENCE_STATUS_APPLIED && nameless) {
        return RESULT_LICENCE_TERM;
    }
    if (entry == NULL && pool_room(&mining->pools) == 0) {
        return RESULT_POOLS_FULL;
    }
    bool unnamed = command->valid_from_day == 0 && command->valid_to_day == 0;
    return unnamed || is_term_known(command->valid_from_day, command->valid_to_day)
               ? RESULT_OK
               : RESULT_LICENCE_TERM;
}

uint32_t mining_pool_set(struct mining *mining, const struct command_pool_set *command)
{
    uint32_t place = command->pool;

    ENSURE(mining_pool_set_check(mining, command) == RESULT_OK);
    if (place == 0) {
        place = pool_take(&mining->pools);
        ((struct mining_pool *)mining_known(&mining->pools, place))->licence.status =
            LICENCE_STATUS_APPLIED;
    }
    struct mining_pool *pool = mining_known(&mining->pools, place);
    pool->account = command->account;
    pool->licence.valid_from_day = command->valid_from_day;
    pool->licence.valid_to_day = command->valid_to_day;
    memcpy(pool->accreditation, command->accreditation, sizeof pool->accreditation);
    return place;
}

enum result mining_pool_decide_check(const struct mining *mining,
                                     const struct command_pool_decide *command)
{
    const struct mining_pool *pool = mining_pool(mining, command->pool);

    if (pool == NULL) {
        return RESULT_UNKNOWN_POOL;
    }
    const struct decision decision = {
        .time_us = command->header.time_us,
        .until_day = command->until_day,
        .decision = command->decision,
        .has_number = !text_is_empty(pool->accreditation, sizeof pool->accreditation)};
    return check_decision(mining, &pool->licence, &decision);
}

uint32_t mining_pool_decide(struct mining *mining, const struct command_pool_decide *command)
{
    ENSURE(mining_pool_decide_check(mining, command) == RESULT_OK);
    struct mining_pool *pool = mining_known(&mining->pools, command->pool);

    decide(&pool->licence, command->decision, command->until_day);
    return command->pool;
}
