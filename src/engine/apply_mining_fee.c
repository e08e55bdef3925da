/* SPDX-License-Identifier: Apache-2.0
 *
 * The fee on the energy of mining: assessed by the engine, paid in an asset of the books or noted from a
 * bank's reference. A file of its own because here mining and the ledger meet.
 *
 * Invariants: nobody names the sum that is owed; out of an account pays only its owner; what a bank's
 * reference says needs two people, and the reference is used once; no payment is above what is owed.
 *
 * Next: mining/mining_fee.c.
 */
#include "engine/apply_mining.h"
#include "engine/emit.h"
#include "mining/energy_fee.h"

static enum result compute(const struct engine *engine, const struct command_fee_assess *assess,
                           struct energy_fee *fee)
{
    const struct asset *asset = engine_asset(engine, assess->asset);

    if (asset == NULL) {
        return RESULT_UNKNOWN_ASSET;
    }
    return mining_fee_compute(known_mining(engine), assess, asset->scale, fee);
}

enum result check_fee_assess(const struct engine *engine, const struct command_fee_assess *assess)
{
    struct energy_fee fee;

    return compute(engine, assess, &fee);
}

void assess_fee(struct apply *apply, const struct command_fee_assess *assess)
{
    struct energy_fee fee;

    ENSURE(compute(apply->engine, assess, &fee) == RESULT_OK);
    const struct mining_assessment *kept = mining_fee_keep(apply_mining_part(apply), assess, &fee);
    apply->id = assess->miner;
    emit_mining_fee(apply, kept, MINING_FEE_CHANGE_ASSESSED, amount_zero());
}

/* The treasury's account is opened by the first payment; credit 0: it is not there yet. */
static struct posting posting_of(const struct engine *engine, const struct command_fee_pay *pay,
                                 uint16_t asset)
{
    const struct ledger *ledger = engine_ledger(engine);

    return (struct posting){
        .amount = pay->amount,
        .debit = ledger_find(ledger, pay->header.participant, asset),
        .credit = ledger_find(ledger, TARAZY_OWNER_TREASURY, asset),
        .from = LEDGER_PART_AVAILABLE,
    };
}

static enum result check_own_payment(const struct engine *engine, const struct command_fee_pay *pay,
                                     uint16_t asset)
{
    const struct ledger *ledger = engine_ledger(engine);
    const struct posting posting = posting_of(engine, pay, asset);

    if (posting.debit == 0 ||
        amount_compare(ledger_account(ledger, posting.debit)->available, pay->amount) < 0) {
        return RESULT_INSUFFICIENT_BALANCE;
    }
    if (posting.credit == 0) {
        return ledger_room(ledger) > 0 ? RESULT_OK : RESULT_ACCOUNTS_FULL;
    }
    return ledger_check(ledger, &posting);
}

enum result check_fee_pay(const struct engine *engine, const struct command_fee_pay *pay)
{
    const struct mining *mining = known_mining(engine);
    enum result result = mining_fee_pay_check(mining, pay);

    if (result != RESULT_OK) {
        return result;
    }
    const struct mining_assessment *owed = mining_assessment(mining, pay->miner, pay->quarter);
    const struct miner *miner = mining_miner(mining, pay->miner);
    uint32_t sender = pay->header.participant;
    ENSURE(owed != NULL && miner != NULL);
    if (pay->by_bank == 0) {
        return miner->account == sender ? check_own_payment(engine, pay, owed->asset)
                                        : RESULT_NOT_PERMITTED;
    }
    if ((registry_participant(engine_registry(engine), sender)->roles & ROLE_AUTHORITY) == 0) {
        return RESULT_NOT_PERMITTED;
    }
    return ledger_evidence_check(engine_ledger(engine), &pay->evidence);
}

static void move_money(struct apply *apply, const struct command_fee_pay *pay, uint16_t asset)
{
    uint32_t treasury = ledger_open(apply->ledger, TARAZY_OWNER_TREASURY, asset);
    const struct transfer transfer = {
        .posting = posting_of(apply->engine, pay, asset),
        .reason = POSTING_REASON_ENERGY_FEE,
        .reference = pay->miner,
    };

    ENSURE(treasury != 0);
    emit_transfer(apply, &transfer);
}

void pay_fee(struct apply *apply, const struct command_fee_pay *pay)
{
    struct mining *mining = apply_mining_part(apply);
    const struct mining_assessment *owed = mining_assessment(mining, pay->miner, pay->quarter);
    bool by_bank = pay->by_bank != 0;

    ENSURE(owed != NULL);
    if (by_bank) {
        ledger_evidence_use(apply->ledger, &pay->evidence);
    } else {
        move_money(apply, pay, owed->asset);
    }
    const struct mining_assessment *kept = mining_fee_pay(mining, pay);
    apply->id = pay->miner;
    emit_mining_fee(apply, kept, by_bank ? MINING_FEE_CHANGE_PAID_BY_BANK : MINING_FEE_CHANGE_PAID,
                    pay->amount);
}
