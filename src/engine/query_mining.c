/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the mining part of the state. Apart from query_node.c because trading gateways never ask it.
 *
 * Invariant: nothing here changes anything; without mining there is nothing.
 */
#include "tarazy/mining_query.h"

#include <string.h>

#include "engine/apply_mining.h"

bool tarazy_query_mining(const struct engine *engine, struct mining_view *out)
{
    const struct mining *mining = engine_mining(engine);

    if (mining == NULL) {
        return false;
    }
    *out = (struct mining_view){
        .miners = mining_miner_count(mining),
        .pools = mining_pool_count(mining),
        .sites = mining_site_count(mining),
        .meters = mining_meter_count(mining),
        .equipment = mining_equipment_count(mining),
        .parameters = mining_law(mining).count,
    };
    return true;
}

bool tarazy_query_parameter(const struct engine *engine, uint32_t number,
                            struct jurisdiction_parameter *out)
{
    const struct mining *mining = engine_mining(engine);

    if (mining == NULL || number < 1 || number > mining_law(mining).count) {
        return false;
    }
    *out = mining_law(mining).parameters[number - 1];
    return true;
}

/* Does the licence hold on the day of the last command? */
static bool is_in_force(const struct engine *engine, const struct mining_licence *licence)
{
    int32_t today;

    return mining_day_of(known_mining(engine), engine->time_us, &today) &&
           mining_licence_holds(licence, today);
}

bool tarazy_query_miner(const struct engine *engine, uint32_t number, struct miner_view *out)
{
    const struct mining *mining = engine_mining(engine);
    const struct miner *miner = mining == NULL ? NULL : mining_miner(mining, number);

    if (miner == NULL) {
        return false;
    }
    *out = (struct miner_view){
        .miner = number,
        .account = miner->account,
        .valid_from_day = miner->licence.valid_from_day,
        .valid_to_day = miner->licence.valid_to_day,
        .until_day = miner->licence.until_day,
        .region = miner->region,
        .subtype = miner->subtype,
        .status = miner->licence.status,
        .in_force = is_in_force(engine, &miner->licence),
    };
    memcpy(out->licence, miner->number, sizeof out->licence);
    return true;
}

bool tarazy_query_pool(const struct engine *engine, uint32_t number, struct pool_view *out)
{
    const struct mining *mining = engine_mining(engine);
    const struct mining_pool *pool = mining == NULL ? NULL : mining_pool(mining, number);

    if (pool == NULL) {
        return false;
    }
    *out = (struct pool_view){
        .sequence = pool->sequence,
        .pool = number,
        .account = pool->account,
        .valid_from_day = pool->licence.valid_from_day,
        .valid_to_day = pool->licence.valid_to_day,
        .until_day = pool->licence.until_day,
        .status = pool->licence.status,
        .in_force = is_in_force(engine, &pool->licence),
    };
    memcpy(out->accreditation, pool->accreditation, sizeof out->accreditation);
    return true;
}

bool tarazy_query_site(const struct engine *engine, uint32_t number, struct site_view *out)
{
    const struct mining *mining = engine_mining(engine);
    const struct mining_site *site = mining == NULL ? NULL : mining_site(mining, number);

    if (site == NULL) {
        return false;
    }
    *out = (struct site_view){
        .site = number,
        .miner = site->miner,
        .host = site->host,
        .capacity_kw = site->capacity_kw,
        .quota_kw = site->quota_kw,
        .region = site->region,
    };
    memcpy(out->contract, site->contract, sizeof out->contract);
    memcpy(out->name, site->name, sizeof out->name);
    return true;
}

bool tarazy_query_meter(const struct engine *engine, uint32_t number, struct meter_view *out)
{
    const struct mining *mining = engine_mining(engine);
    const struct energy_meter *meter = mining == NULL ? NULL : mining_meter(mining, number);

    if (meter == NULL) {
        return false;
    }
    *out = (struct meter_view){
        .sequence = meter->sequence,
        .register_wh = meter->register_wh,
        .reached_us = meter->reached_us,
        .meter = number,
        .site = meter->site,
        .miner = meter->miner,
        .reader = meter->reader,
        .register_digits = meter->register_digits,
        .source = meter->source,
    };
    memcpy(out->serial, meter->serial, sizeof out->serial);
    return true;
}

bool tarazy_query_equipment(const struct engine *engine, uint32_t number,
                            struct equipment_view *out)
{
    const struct mining *mining = engine_mining(engine);
    const struct mining_equipment *equipment =
        mining == NULL ? NULL : mining_equipment(mining, number);

    if (equipment == NULL) {
        return false;
    }
    *out = (struct equipment_view){
        .equipment = number,
        .miner = equipment->miner,
        .site = equipment->site,
        .count = equipment->count,
        .nameplate_ghs = equipment->nameplate_ghs,
        .mj_per_th = equipment->mj_per_th,
    };
    memcpy(out->model, equipment->model, sizeof out->model);
    memcpy(out->customs, equipment->customs, sizeof out->customs);
    return true;
}

uint32_t tarazy_query_miner_by_address(const struct engine *engine, enum mining_address type,
                                       struct address address)
{
    const struct mining *mining = engine_mining(engine);

    return mining == NULL ? 0 : mining_address_owner(mining, type, address.text);
}

uint64_t tarazy_query_share_sequence(const struct engine *engine, uint32_t reader)
{
    const struct mining *mining = engine_mining(engine);

    return mining == NULL ? 0 : mining_share_sequence(mining, reader);
}

bool tarazy_query_share_month(const struct engine *engine, uint32_t miner, int32_t month,
                              struct share_month_view *out)
{
    const struct mining *mining = engine_mining(engine);
    const struct share_month *sum =
        mining == NULL ? NULL : mining_share_month(mining, miner, month);

    if (sum == NULL) {
        return false;
    }
    *out = (struct share_month_view){
        .work = sum->work,
        .accepted = sum->accepted,
        .rejected = sum->rejected,
        .stale = sum->stale,
        .readings = sum->readings,
        .flagged = sum->flagged,
        .metered_us = sum->metered_us,
    };
    return true;
}

size_t tarazy_query_energy(const struct engine *engine, uint32_t miner,
                           struct energy_quarter_view *out, size_t max)
{
    const struct mining *mining = engine_mining(engine);
    const struct energy_quarter *sum =
        mining == NULL ? NULL : mining_energy_next(mining, miner, NULL);
    size_t count = 0;

    for (; sum != NULL; sum = mining_energy_next(mining, miner, sum)) {
        if (count < max) {
            out[count] = (struct energy_quarter_view){
                .energy_wh = sum->energy_wh,
                .metered_us = sum->metered_us,
                .missing_us = sum->missing_us,
                .readings = sum->readings,
                .flagged = sum->flagged,
                .meter = sum->meter,
                .quarter = sum->quarter,
                .source = (uint8_t)sum->source,
            };
        }
        count++;
    }
    return count;
}

bool tarazy_query_coin_quarter(const struct engine *engine, uint32_t miner, int32_t quarter,
                               uint16_t asset, struct coin_quarter_view *out)
{
    const struct mining *mining = engine_mining(engine);
    const struct coin_quarter *sum =
        mining == NULL ? NULL : mining_coin_quarter(mining, miner, quarter, asset);

    if (sum == NULL) {
        return false;
    }
    *out = (struct coin_quarter_view){
        .received = sum->received,
        .sold = sum->sold,
        .distributions = sum->distributions,
        .sales = sum->sales,
        .flagged = sum->flagged,
    };
    return true;
}

bool tarazy_query_assessment(const struct engine *engine, uint32_t miner, int32_t quarter,
                             struct assessment_view *out)
{
    const struct mining *mining = engine_mining(engine);
    const struct mining_assessment *kept =
        mining == NULL ? NULL : mining_assessment(mining, miner, quarter);

    if (kept == NULL) {
        return false;
    }
    *out = (struct assessment_view){
        .fee = kept->fee,
        .paid = kept->paid,
        .energy_wh = kept->energy_wh,
        .command = kept->command,
        .declaration_day = kept->declaration_day,
        .payment_day = kept->payment_day,
        .revision = kept->revision,
        .asset = kept->asset,
        .trust = kept->trust,
        .is_estimate = kept->is_estimate != 0,
    };
    return true;
}
