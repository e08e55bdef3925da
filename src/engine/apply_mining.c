/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about the law's numbers and the register of mining, and the switch over all kinds of mining. A
 * file of its own because most nodes have no mining: there every such command ends here, by name.
 *
 * Invariant: who an entry names is a participant of this node, and has the role that the entry needs.
 *
 * Next: apply_mining_readings.c, apply_mining_fee.c.
 */
#include "engine/apply_mining.h"

#include "engine/emit.h"

static enum result check_parameter_set(const struct engine *engine,
                                       const struct command_jurisdiction_parameter_set *command)
{
    return mining_parameter_check(known_mining(engine), &command->parameter);
}

/* Is there such a participant, with (roles not 0) one of these roles? */
static enum result check_account(const struct engine *engine, uint32_t account, uint32_t roles)
{
    const struct participant *participant = registry_participant(engine_registry(engine), account);

    if (participant == NULL) {
        return RESULT_UNKNOWN_PARTICIPANT;
    }
    return roles == 0 || (participant->roles & roles) != 0 ? RESULT_OK : RESULT_READER_ROLE;
}

static enum result check_miner_set(const struct engine *engine,
                                   const struct command_miner_set *command)
{
    enum result result = check_account(engine, command->account, 0);

    return result == RESULT_OK ? mining_miner_set_check(known_mining(engine), command) : result;
}

static enum result check_pool_set(const struct engine *engine,
                                  const struct command_pool_set *command)
{
    enum result result = check_account(engine, command->account, ROLE_POOL);

    return result == RESULT_OK ? mining_pool_set_check(known_mining(engine), command) : result;
}

static enum result check_site_set(const struct engine *engine,
                                  const struct command_site_set *command)
{
    enum result result = command->host == 0 ? RESULT_OK : check_account(engine, command->host, 0);

    return result == RESULT_OK ? mining_site_set_check(known_mining(engine), command) : result;
}

static enum result check_meter_set(const struct engine *engine,
                                   const struct command_meter_set *command)
{
    enum result result = check_account(engine, command->reader, ROLE_METER);

    return result == RESULT_OK ? mining_meter_set_check(known_mining(engine), command) : result;
}

/* Is there this kind of mining, and may this command be? */
enum result check_mining(const struct engine *engine, const struct command_header *command)
{
    const struct mining *mining = engine_mining(engine);
    const void *whole = command;

    if (mining == NULL) {
        return RESULT_MINING_NOT_ENABLED;
    }
    switch (command->kind) {
    case COMMAND_JURISDICTION_PARAMETER_SET: return check_parameter_set(engine, whole);
    case COMMAND_MINER_SET: return check_miner_set(engine, whole);
    case COMMAND_MINER_DECIDE: return mining_miner_decide_check(mining, whole);
    case COMMAND_POOL_SET: return check_pool_set(engine, whole);
    case COMMAND_POOL_DECIDE: return mining_pool_decide_check(mining, whole);
    case COMMAND_SITE_SET: return check_site_set(engine, whole);
    case COMMAND_METER_SET: return check_meter_set(engine, whole);
    case COMMAND_EQUIPMENT_SET: return mining_equipment_set_check(mining, whole);
    case COMMAND_MINER_ADDRESS_SET: return mining_address_set_check(mining, whole);
    case COMMAND_SHARE_READING: return mining_shares_check(mining, whole);
    case COMMAND_ENERGY_READING: return mining_energy_check(mining, whole);
    case COMMAND_POOL_DISTRIBUTION: return check_pool_distribution(engine, whole);
    case COMMAND_SALE_RECORD: return check_sale_record(engine, whole);
    case COMMAND_FEE_ASSESS: return check_fee_assess(engine, whole);
    case COMMAND_FEE_PAY: return check_fee_pay(engine, whole);
    default: /* not an enum */ return RESULT_UNKNOWN_COMMAND;
    }
}

static void tell_entry(struct apply *apply, enum mining_subject subject, uint32_t entry,
                       bool is_new)
{
    const struct mining_entry_change change = {
        .subject = subject,
        .change = is_new ? MINING_CHANGE_ADDED : MINING_CHANGE_CHANGED,
        .entry = entry,
    };

    apply->id = entry;
    emit_mining_entry(apply, &change);
}

static void set_parameter(struct apply *apply,
                          const struct command_jurisdiction_parameter_set *command)
{
    uint32_t before = mining_law(apply_mining_part(apply)).count;
    uint32_t entry = mining_parameter_set(apply_mining_part(apply), &command->parameter);

    tell_entry(apply, MINING_SUBJECT_PARAMETER, entry, entry > before);
}

static void tell_licence(struct apply *apply, enum mining_subject subject, uint32_t entry,
                         enum mining_change change)
{
    struct mining *mining = apply_mining_part(apply);
    bool is_miner = subject == MINING_SUBJECT_MINER;
    const struct mining_licence *licence =
        is_miner ? &mining_miner(mining, entry)->licence : &mining_pool(mining, entry)->licence;
    const struct mining_entry_change told = {
        .subject = subject,
        .change = change,
        .entry = entry,
        .miner = is_miner ? entry : 0,
        .status = licence->status,
        .until_day = licence->until_day,
    };

    apply->id = entry;
    emit_mining_entry(apply, &told);
}

static void set_address(struct apply *apply, const struct command_miner_address_set *command)
{
    const struct mining_entry_change change = {
        .subject = MINING_SUBJECT_ADDRESS,
        .change = command->removed != 0 ? MINING_CHANGE_REMOVED : MINING_CHANGE_ADDED,
        .entry = mining_address_set(apply_mining_part(apply), command),
        .miner = command->miner,
    };

    apply->id = change.entry;
    emit_mining_entry(apply, &change);
}

static void set_pool(struct apply *apply, const struct command_pool_set *command)
{
    uint32_t entry = mining_pool_set(apply_mining_part(apply), command);

    tell_licence(apply, MINING_SUBJECT_POOL, entry,
                 command->pool == 0 ? MINING_CHANGE_ADDED : MINING_CHANGE_CHANGED);
}

static void set_miner(struct apply *apply, const struct command_miner_set *command)
{
    uint32_t entry = mining_miner_set(apply_mining_part(apply), command);

    tell_licence(apply, MINING_SUBJECT_MINER, entry,
                 command->miner == 0 ? MINING_CHANGE_ADDED : MINING_CHANGE_CHANGED);
}

/* Changes of places and things. */
static void set_place(struct apply *apply, const struct command_header *command)
{
    struct mining *mining = apply_mining_part(apply);
    const void *whole = command;

    if (command->kind == COMMAND_SITE_SET) {
        const struct command_site_set *set = whole;

        tell_entry(apply, MINING_SUBJECT_SITE, mining_site_set(mining, set), set->site == 0);
    } else if (command->kind == COMMAND_METER_SET) {
        const struct command_meter_set *set = whole;

        tell_entry(apply, MINING_SUBJECT_METER, mining_meter_set(mining, set), set->meter == 0);
    } else {
        const struct command_equipment_set *set = whole;

        ENSURE(command->kind == COMMAND_EQUIPMENT_SET);
        tell_entry(apply, MINING_SUBJECT_EQUIPMENT, mining_equipment_set(mining, set),
                   set->equipment == 0);
    }
}

enum result apply_mining(struct apply *apply, const struct command_header *command)
{
    const void *whole = command;
    enum result result = check_mining(apply->engine, command);

    if (result != RESULT_OK) {
        return result;
    }
    switch (command->kind) {
    case COMMAND_JURISDICTION_PARAMETER_SET: set_parameter(apply, whole); break;
    case COMMAND_MINER_SET: set_miner(apply, whole); break;
    case COMMAND_MINER_DECIDE:
        tell_licence(apply, MINING_SUBJECT_MINER,
                     mining_miner_decide(apply_mining_part(apply), whole), MINING_CHANGE_DECIDED);
        break;
    case COMMAND_POOL_SET: set_pool(apply, whole); break;
    case COMMAND_POOL_DECIDE:
        tell_licence(apply, MINING_SUBJECT_POOL,
                     mining_pool_decide(apply_mining_part(apply), whole), MINING_CHANGE_DECIDED);
        break;
    case COMMAND_SITE_SET:
    case COMMAND_METER_SET:
    case COMMAND_EQUIPMENT_SET: set_place(apply, command); break;
    case COMMAND_MINER_ADDRESS_SET: set_address(apply, whole); break;
    case COMMAND_SHARE_READING: take_shares(apply, whole); break;
    case COMMAND_ENERGY_READING: take_energy(apply, whole); break;
    case COMMAND_POOL_DISTRIBUTION: take_distribution(apply, whole); break;
    case COMMAND_SALE_RECORD: take_sale(apply, whole); break;
    case COMMAND_FEE_ASSESS: assess_fee(apply, whole); break;
    case COMMAND_FEE_PAY: pay_fee(apply, whole); break;
    default: /* not an enum */ ENSURE(false);
    }
    return RESULT_OK;
}
