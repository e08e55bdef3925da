/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings, distributions and sales: what was measured and reported enters the sums and is told with them.
 * A file of its own because these are the commands of machines, many a second, and need no second person:
 * each meter and pool speaks for itself, under its own key, in its own sequence.
 *
 * Invariant: evidence of a distribution or a sale is used once, like that of a deposit.
 *
 * Next: mining/mining_readings.c.
 */
#include "engine/apply_mining.h"
#include "engine/emit.h"

void take_shares(struct apply *apply, const struct command_share_reading *reading)
{
    uint32_t flags;
    const struct share_month *sum = mining_shares_add(apply_mining_part(apply), reading, &flags);

    apply->id = reading->sequence;
    emit_mining_shares(apply, reading, sum, flags);
}

void take_energy(struct apply *apply, const struct command_energy_reading *reading)
{
    uint32_t flags;
    const struct energy_quarter *sum = mining_energy_add(apply_mining_part(apply), reading, &flags);

    apply->id = reading->sequence;
    emit_mining_energy(apply, reading, sum, flags);
}

enum result check_pool_distribution(const struct engine *engine,
                                    const struct command_pool_distribution *given)
{
    enum result result = mining_distribution_check(known_mining(engine), given);

    if (result == RESULT_OK && engine_asset(engine, given->asset) == NULL) {
        result = RESULT_UNKNOWN_ASSET;
    }
    return result == RESULT_OK ? ledger_evidence_check(engine_ledger(engine), &given->evidence)
                               : result;
}

void take_distribution(struct apply *apply, const struct command_pool_distribution *given)
{
    uint32_t flags;
    const struct coin_quarter *sum =
        mining_distribution_add(apply_mining_part(apply), given, &flags);
    const struct mining_coins_told told = {
        .amount = given->amount,
        .quote = amount_zero(),
        .pool = given->pool,
        .flags = flags,
        .moment_us = given->distributed_us,
        .sequence = given->sequence,
    };

    ledger_evidence_use(apply->ledger, &given->evidence);
    apply->id = given->sequence;
    emit_mining_coins(apply, sum, &told);
}

enum result check_sale_record(const struct engine *engine, const struct command_sale_record *sale)
{
    enum result result = mining_sale_check(known_mining(engine), sale);

    if (result == RESULT_OK && (engine_asset(engine, sale->asset) == NULL ||
                                engine_asset(engine, sale->quote_asset) == NULL)) {
        result = RESULT_UNKNOWN_ASSET;
    }
    return result == RESULT_OK ? ledger_evidence_check(engine_ledger(engine), &sale->evidence)
                               : result;
}

void take_sale(struct apply *apply, const struct command_sale_record *sale)
{
    const struct coin_quarter *sum = mining_sale_add(apply_mining_part(apply), sale);
    const struct mining_coins_told told = {
        .amount = sale->amount,
        .quote = sale->quote,
        .quote_asset = sale->quote_asset,
        .moment_us = sale->sold_us,
    };

    ledger_evidence_use(apply->ledger, &sale->evidence);
    apply->id = sale->record;
    emit_mining_coins(apply, sum, &told);
}
