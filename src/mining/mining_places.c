/* SPDX-License-Identifier: Apache-2.0
 *
 * Where and with what is mined: sites, energy meters, equipment. A file of its own because these entries
 * have no state, only terms.
 *
 * Invariants: a serial number is one energy meter's; what an entry names is in the register; what a meter
 * has read stays when its terms change.
 *
 * Next: mining_addresses.c.
 */
#include "base/text.h"
#include "mining/mining_state.h"

#define REGION_MAX          999u
#define REGISTER_DIGITS_MIN 6u
#define REGISTER_DIGITS_MAX 18u

static bool is_miner_or_none(const struct mining *mining, uint32_t miner)
{
    return miner == 0 || mining_miner(mining, miner) != NULL;
}

enum result mining_site_set_check(const struct mining *mining,
                                  const struct command_site_set *command)
{
    if (command->site != 0 && mining_site(mining, command->site) == NULL) {
        return RESULT_UNKNOWN_SITE;
    }
    if (!is_miner_or_none(mining, command->miner)) {
        return RESULT_UNKNOWN_MINER;
    }
    if ((command->miner == 0 && command->host == 0) || command->region < 1 ||
        command->region > REGION_MAX || command->quota_kw > command->capacity_kw) {
        return RESULT_REGISTER_TERMS;
    }
    return command->site != 0 || pool_room(&mining->sites) > 0 ? RESULT_OK : RESULT_SITES_FULL;
}

uint32_t mining_site_set(struct mining *mining, const struct command_site_set *command)
{
    ENSURE(mining_site_set_check(mining, command) == RESULT_OK);
    uint32_t place = command->site != 0 ? command->site : pool_take(&mining->sites);
    struct mining_site *site = mining_known(&mining->sites, place);

    site->miner = command->miner;
    site->host = command->host;
    site->capacity_kw = command->capacity_kw;
    site->quota_kw = command->quota_kw;
    site->region = command->region;
    memcpy(site->contract, command->contract, sizeof site->contract);
    memcpy(site->name, command->name, sizeof site->name);
    return place;
}

static uint32_t find_serial(const struct mining *mining, const char *serial)
{
    uint64_t hash = mining_text_hash(mining, serial, sizeof(((struct energy_meter *)0)->serial));
    uint32_t cursor;
    uint32_t place = table_first(&mining->by_serial, hash, &cursor);

    while (place != 0 && !text_equals(mining_meter(mining, place)->serial, serial,
                                      sizeof(((struct energy_meter *)0)->serial))) {
        place = table_next(&mining->by_serial, hash, &cursor);
    }
    return place;
}

static bool are_digits_sound(uint8_t digits)
{
    return digits == 0 || (digits >= REGISTER_DIGITS_MIN && digits <= REGISTER_DIGITS_MAX);
}

enum result mining_meter_set_check(const struct mining *mining,
                                   const struct command_meter_set *command)
{
    const struct energy_meter *entry = mining_meter(mining, command->meter);
    uint32_t holder = find_serial(mining, command->serial);

    if (command->meter != 0 && entry == NULL) {
        return RESULT_UNKNOWN_METER;
    }
    if (mining_site(mining, command->site) == NULL) {
        return RESULT_UNKNOWN_SITE;
    }
    if (mining_miner(mining, command->miner) == NULL) {
        return RESULT_UNKNOWN_MINER;
    }
    if (!are_digits_sound(command->register_digits)) {
        return RESULT_REGISTER_TERMS;
    }
    if (holder != 0 && holder != command->meter) {
        return RESULT_SERIAL_TAKEN;
    }
    return entry != NULL || pool_room(&mining->meters) > 0 ? RESULT_OK : RESULT_METERS_FULL;
}

uint32_t mining_meter_set(struct mining *mining, const struct command_meter_set *command)
{
    uint32_t place = command->meter;

    ENSURE(mining_meter_set_check(mining, command) == RESULT_OK);
    if (place == 0) {
        place = pool_take(&mining->meters);
    } else {
        const struct energy_meter *before = mining_meter(mining, place);

        table_remove(&mining->by_serial,
                     mining_text_hash(mining, before->serial, sizeof before->serial), place);
    }
    struct energy_meter *meter = mining_known(&mining->meters, place);
    meter->site = command->site;
    meter->miner = command->miner;
    meter->reader = command->reader;
    meter->register_digits = command->register_digits;
    meter->source = command->source;
    memcpy(meter->serial, command->serial, sizeof meter->serial);
    table_insert(&mining->by_serial, mining_text_hash(mining, meter->serial, sizeof meter->serial),
                 place);
    return place;
}

enum result mining_equipment_set_check(const struct mining *mining,
                                       const struct command_equipment_set *command)
{
    const struct mining_equipment *entry = mining_equipment(mining, command->equipment);

    if (command->equipment != 0 && entry == NULL) {
        return RESULT_UNKNOWN_EQUIPMENT;
    }
    if (mining_miner(mining, command->miner) == NULL) {
        return RESULT_UNKNOWN_MINER;
    }
    if (mining_site(mining, command->site) == NULL) {
        return RESULT_UNKNOWN_SITE;
    }
    if (command->nameplate_ghs == 0 || command->mj_per_th == 0 ||
        (entry == NULL && command->count == 0)) {
        return RESULT_REGISTER_TERMS;
    }
    return entry != NULL || pool_room(&mining->equipment) > 0 ? RESULT_OK : RESULT_EQUIPMENT_FULL;
}

uint32_t mining_equipment_set(struct mining *mining, const struct command_equipment_set *command)
{
    ENSURE(mining_equipment_set_check(mining, command) == RESULT_OK);
    uint32_t place = command->equipment != 0 ? command->equipment : pool_take(&mining->equipment);
    struct mining_equipment *equipment = mining_known(&mining->equipment, place);

    equipment->miner = command->miner;
    equipment->site = command->site;
    equipment->count = command->count;
    equipment->nameplate_ghs = command->nameplate_ghs;
    equipment->mj_per_th = command->mj_per_th;
    memcpy(equipment->model, command->model, sizeof equipment->model);
    memcpy(equipment->customs, command->customs, sizeof equipment->customs);
    return place;
}
