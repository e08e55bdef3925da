/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit of the mining part: a sound state passes, and each thing that can be wrong is named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mining/mining_state.h"

#define HOUR_US ((int64_t)3600 * 1000000)
#define NOW_US  (500000 * HOUR_US)

static struct mining *mining;
static uint8_t *block;
static size_t block_size;

static void enact_offset(void)
{
    const struct jurisdiction_parameter offset = {.kind = PARAMETER_UTC_OFFSET,
                                                  .trust = TRUST_A,
                                                  .valid_to = TARAZY_DAY_OPEN,
                                                  .value = 300,
                                                  .source = "invented"};

    assert_int_equal(mining_parameter_check(mining, &offset), RESULT_OK);
    assert_int_equal(mining_parameter_set(mining, &offset), 1);
}

static void enter_all(void)
{
    const struct command_miner_set miner = {
        .account = 1, .valid_to_day = 90000, .region = 1, .subtype = 1, .licence = "L-1"};
    const struct command_miner_decide grant = {
        .header.time_us = NOW_US, .miner = 1, .decision = LICENCE_DECISION_GRANT};
    const struct command_site_set site = {.miner = 1, .capacity_kw = 9, .region = 1};
    const struct command_meter_set meter = {.site = 1, .miner = 1, .reader = 2, .serial = "EM-1"};
    const struct command_miner_address_set range = {
        .miner = 1, .type = MINING_ADDRESS_RANGE, .range = {.address = {10}, .prefix = 8}};
    const struct command_pool_set pool = {.account = 3};

    assert_int_equal(mining_miner_set(mining, &miner), 1);
    assert_int_equal(mining_miner_decide(mining, &grant), 1);
    assert_int_equal(mining_site_set(mining, &site), 1);
    assert_int_equal(mining_meter_set(mining, &meter), 1);
    assert_int_equal(mining_address_set(mining, &range), 1);
    assert_int_equal(mining_pool_set(mining, &pool), 1);
}

static void read_all(void)
{
    const struct command_share_reading shares = {.header = {.time_us = NOW_US, .participant = 2},
                                                 .miner = 1,
                                                 .sequence = 1,
                                                 .begin_us = NOW_US - HOUR_US,
                                                 .end_us = NOW_US,
                                                 .accepted = 5,
                                                 .effective_milli = 5000,
                                                 .work.units = 50};
    const struct command_energy_reading energy = {.header = {.time_us = NOW_US, .participant = 2},
                                                  .meter = 1,
                                                  .sequence = 1,
                                                  .begin_us = NOW_US - HOUR_US,
                                                  .end_us = NOW_US,
                                                  .register_end_wh = 7,
                                                  .energy_wh = 7};
    const struct command_pool_distribution coins = {.header = {.time_us = NOW_US, .participant = 3},
                                                    .pool = 1,
                                                    .miner = 1,
                                                    .sequence = 1,
                                                    .distributed_us = NOW_US,
                                                    .amount.units = 5,
                                                    .asset = 1};
    uint32_t flags;

    assert_int_equal(mining_shares_add(mining, &shares, &flags)->accepted, 5);
    assert_int_equal(mining_energy_add(mining, &energy, &flags)->energy_wh, 7);
    assert_int_equal(mining_distribution_add(mining, &coins, &flags)->distributions, 1);
}

static int start(void **state)
{
    const struct mining_limits limits = {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3};
    struct arena arena = {0};

    assert_null(mining_create(&arena, &limits));
    block_size = arena.used;
    block = aligned_alloc(64, block_size);
    assert_non_null(block);
    memset(block, 0, block_size);
    arena = (struct arena){.block = block, .size = block_size};
    mining = mining_create(&arena, &limits);
    assert_non_null(mining);
    enact_offset();
    enter_all();
    read_all();
    return 0;
}

static int stop(void **state)
{
    free(block);
    return 0;
}

static void sound_state_passes_and_without_limits_there_is_none(void **state)
{
    const struct mining_limits none = {0};
    struct arena arena = {0};

    assert_null(mining_audit(mining));
    assert_null(mining_create(&arena, &none));
    assert_int_equal(arena.used, 0);
}

static void expect(const char *what)
{
    const char *wrong = mining_audit(mining);

    assert_non_null(wrong);
    assert_non_null(strstr(wrong, what));
}

static void wrong_entries_of_the_register_are_named(void **state)
{
    struct miner *miner = pool_at(&mining->miners, 1);
    struct mining_site *site = pool_at(&mining->sites, 1);
    struct energy_meter *meter = pool_at(&mining->meters, 1);

    miner->licence.status = 0;
    expect("in no state");
    miner->licence.status = LICENCE_STATUS_GRANTED;
    miner->account = 9;
    expect("by its account");
    miner->account = 1;
    miner->number[0] = 'M';
    expect("by the number of its licence");
    miner->number[0] = 'L';
    miner->licence.valid_to_day = -1;
    expect("no number or no term");
    miner->licence.valid_to_day = 90000;
    mining->by_licence.count++;
    expect("tables of miners count others");
    mining->by_licence.count--;
    site->quota_kw = 10;
    expect("more quota than capacity");
    site->quota_kw = 0;
    meter->miner = 3;
    expect("stands nowhere");
    meter->miner = 1;
    meter->serial[0] = 'x';
    expect("by its serial number");
    meter->serial[0] = 'E';
    meter->sequence = 0;
    expect("never read has come somewhere");
    meter->sequence = 2;
    expect("other readings than the meters sent");
    meter->sequence = 1;
    mining->by_serial.count++;
    expect("table of serial numbers");
    mining->by_serial.count--;
    assert_null(mining_audit(mining));
}

static void wrong_addresses_and_parameters_are_named(void **state)
{
    struct miner_address *address = pool_at(&mining->addresses, 1);

    address->type = MINING_ADDRESS_WORKER;
    expect("chain of address ranges");
    address->type = MINING_ADDRESS_RANGE;
    mining->first_range = 0;
    expect("neither in the table nor in the chain");
    mining->first_range = 1;
    mining_parameters(mining)[0].trust = 0;
    expect("legal parameter is unsound");
    mining_parameters(mining)[0].trust = TRUST_A;
    assert_null(mining_audit(mining));
}

static void wrong_sums_are_named(void **state)
{
    struct miner *miner = pool_at(&mining->miners, 1);
    struct mining_mark *mark = pool_at(&mining->marks, 2);
    struct share_month *month = mining_share_month_at(mining, 1);
    struct energy_quarter *quarter = mining_energy_quarter_at(mining, 1);
    struct coin_quarter *coins = mining_coin_quarter_at(mining, 1);

    month->month++;
    expect("month's sum of shares is not found");
    month->month--;
    month->accepted = 51;
    expect("not one that readings make");
    month->accepted = 5;
    mark->reader = 7;
    expect("meter's mark is not found");
    mark->reader = 2;
    quarter->quarter++;
    expect("quarter's sum of energy is not found");
    quarter->quarter--;
    quarter->energy_wh = -1;
    expect("not one that readings make");
    quarter->energy_wh = 7;
    miner->first_quarter = 0;
    expect("in no miner's chain");
    miner->first_quarter = 1;
    coins->asset = 2;
    expect("quarter's sum of coins is not found");
    coins->asset = 1;
    coins->sales = 1;
    expect("not one that reports make");
    coins->sales = 0;
    coins->distributions = 2;
    expect("other distributions than pools sent");
    coins->distributions = 1;
    assert_null(mining_audit(mining));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_state_passes_and_without_limits_there_is_none),
        cmocka_unit_test(wrong_entries_of_the_register_are_named),
        cmocka_unit_test(wrong_addresses_and_parameters_are_named),
        cmocka_unit_test(wrong_sums_are_named),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
