/* SPDX-License-Identifier: Apache-2.0
 *
 * Coins that pools gave to miners, and coins that miners sold on licensed exchanges. A file of its own
 * because the duty to sell is the ratio of the two sums kept here, and neither moves any value of this node.
 *
 * Invariants: a pool numbers its distributions without gaps; coins sent to an address that is another
 * miner's are refused; a sum is of one miner, legal quarter and asset.
 *
 * Next: duty_to_sell.c.
 */
#include "mining/mining_state.h"

static uint64_t coin_hash(const struct mining *mining, const struct coin_quarter *wanted)
{
    return mining_key_hash(mining, (struct mining_key){.a = wanted->miner,
                                                       .b = (uint32_t)wanted->quarter,
                                                       .c = wanted->asset});
}

uint32_t mining_find_coin_quarter(const struct mining *mining, const struct coin_quarter *wanted)
{
    uint64_t hash = coin_hash(mining, wanted);
    uint32_t cursor;
    uint32_t place = table_first(&mining->by_coin_quarter, hash, &cursor);

    for (; place != 0; place = table_next(&mining->by_coin_quarter, hash, &cursor)) {
        const struct coin_quarter *found = mining_coin_quarter_at(mining, place);

        if (found->miner == wanted->miner && found->quarter == wanted->quarter &&
            found->asset == wanted->asset) {
            return place;
        }
    }
    return 0;
}

const struct coin_quarter *mining_coin_quarter(const struct mining *mining, uint32_t miner,
                                               int32_t quarter, uint16_t asset)
{
    const struct coin_quarter wanted = {.miner = miner, .quarter = quarter, .asset = asset};
    uint32_t place = mining_find_coin_quarter(mining, &wanted);

    return place == 0 ? NULL : mining_coin_quarter_at(mining, place);
}

/* Coins of one miner at one moment. */
struct coins {
    struct amount received;
    struct amount sold;
    int64_t moment_us;
    uint32_t miner;
    uint16_t asset;
};

static struct coin_quarter key_of(const struct coins *coins, int32_t day)
{
    return (struct coin_quarter){
        .miner = coins->miner, .quarter = mining_quarter_of_day(day), .asset = coins->asset};
}

static MUST_CHECK bool sum_coins(struct coin_quarter *sum, const struct coins *coins)
{
    return amount_add(&sum->received, sum->received, coins->received) &&
           amount_is_bounded(sum->received) && amount_add(&sum->sold, sum->sold, coins->sold) &&
           amount_is_bounded(sum->sold);
}

static enum result check_coins(const struct mining *mining, const struct coins *coins,
                               int64_t now_us)
{
    int32_t day;

    if (coins->moment_us > now_us) {
        return RESULT_READING_INTERVAL;
    }
    if (!amount_is_bounded(coins->received) || !amount_is_bounded(coins->sold) ||
        (!amount_is_positive(coins->received) && !amount_is_positive(coins->sold))) {
        return RESULT_AMOUNT_INVALID;
    }
    if (!mining_day_of(mining, coins->moment_us, &day)) {
        return RESULT_PARAMETER_MISSING;
    }
    struct coin_quarter sum = key_of(coins, day);
    uint32_t place = mining_find_coin_quarter(mining, &sum);
    if (place == 0 && pool_room(&mining->coin_quarters) == 0) {
        return RESULT_SUMS_FULL;
    }
    if (place != 0) {
        sum = *mining_coin_quarter_at(mining, place);
    }
    return sum_coins(&sum, coins) ? RESULT_OK : RESULT_OVERFLOW;
}

static struct coin_quarter *add_coins(struct mining *mining, const struct coins *coins)
{
    int32_t day = 0;

    ENSURE(mining_day_of(mining, coins->moment_us, &day));
    const struct coin_quarter wanted = key_of(coins, day);
    uint32_t place = mining_find_coin_quarter(mining, &wanted);
    if (place == 0) {
        place = pool_take(&mining->coin_quarters);
        *mining_coin_quarter_at(mining, place) = wanted;
        table_insert(&mining->by_coin_quarter, coin_hash(mining, &wanted), place);
    }
    ENSURE(sum_coins(mining_coin_quarter_at(mining, place), coins));
    return mining_coin_quarter_at(mining, place);
}

static struct coins coins_given(const struct command_pool_distribution *given)
{
    return (struct coins){.received = given->amount,
                          .sold = amount_zero(),
                          .moment_us = given->distributed_us,
                          .miner = given->miner,
                          .asset = given->asset};
}

enum result mining_distribution_check(const struct mining *mining,
                                      const struct command_pool_distribution *given)
{
    const struct mining_pool *pool = mining_pool(mining, given->pool);
    const struct coins coins = coins_given(given);
    uint32_t owner = mining_address_owner(mining, MINING_ADDRESS_PAYOUT, given->address.text);

    if (pool == NULL) {
        return RESULT_UNKNOWN_POOL;
    }
    if (pool->account != given->header.participant) {
        return RESULT_NOT_YOUR_POOL;
    }
    if (mining_miner(mining, given->miner) == NULL) {
        return RESULT_UNKNOWN_MINER;
    }
    if (given->sequence <= pool->sequence) {
        return RESULT_READING_REPEATED;
    }
    if (given->sequence != pool->sequence + 1) {
        return RESULT_READING_MISSING;
    }
    if (owner != 0 && owner != given->miner) {
        return RESULT_ADDRESS_TAKEN;
    }
    return check_coins(mining, &coins, given->header.time_us);
}

const struct coin_quarter *mining_distribution_add(struct mining *mining,
                                                   const struct command_pool_distribution *given,
                                                   uint32_t *flags)
{
    const struct miner *miner = mining_miner(mining, given->miner);
    const struct coins coins = coins_given(given);
    int32_t day = 0;

    ENSURE(mining_distribution_check(mining, given) == RESULT_OK);
    ENSURE(mining_day_of(mining, given->distributed_us, &day));
    struct mining_pool *pool = mining_known(&mining->pools, given->pool);
    struct coin_quarter *sum = add_coins(mining, &coins);
    *flags = mining_licence_holds(&miner->licence, day) ? 0 : MINING_FLAG_UNLICENSED;
    if (!mining_licence_holds(&pool->licence, day)) {
        *flags |= MINING_FLAG_UNACCREDITED;
    }
    if (mining_address_owner(mining, MINING_ADDRESS_PAYOUT, given->address.text) == 0) {
        *flags |= MINING_FLAG_FOREIGN_ADDRESS;
    }
    pool->sequence = given->sequence;
    sum->distributions++;
    sum->flagged += *flags != 0 ? 1 : 0;
    return sum;
}

static struct coins coins_sold(const struct command_sale_record *sale)
{
    return (struct coins){.received = amount_zero(),
                          .sold = sale->amount,
                          .moment_us = sale->sold_us,
                          .miner = sale->miner,
                          .asset = sale->asset};
}

enum result mining_sale_check(const struct mining *mining, const struct command_sale_record *sale)
{
    const struct coins coins = coins_sold(sale);

    if (mining_miner(mining, sale->miner) == NULL) {
        return RESULT_UNKNOWN_MINER;
    }
    if (!amount_is_positive(sale->quote) || sale->asset == sale->quote_asset) {
        return RESULT_AMOUNT_INVALID;
    }
    return check_coins(mining, &coins, sale->header.time_us);
}

const struct coin_quarter *mining_sale_add(struct mining *mining,
                                           const struct command_sale_record *sale)
{
    const struct coins coins = coins_sold(sale);

    ENSURE(mining_sale_check(mining, sale) == RESULT_OK);
    struct coin_quarter *sum = add_coins(mining, &coins);
    sum->sales++;
    return sum;
}
