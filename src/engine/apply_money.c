/* SPDX-License-Identifier: Apache-2.0
 *
 * Value that enters and leaves. There is no command that creates a balance: what enters is taken from
 * the account that mirrors the outside of a rail, against evidence that can be used once, and what
 * leaves goes back there. A file of its own because nothing else may touch those mirrors.
 *
 * Invariants: the books never hold more of an asset than its whole supply; a withdrawal's amount is
 * held from request to settlement or rejection; the daily counters never go down, not even when a
 * withdrawal is rejected (a limit that a rejection gives back is no limit).
 *
 * Next: withdrawals.c.
 */
#include "base/time.h"
#include "engine/emit.h"
#include "engine/withdrawals.h"

/* What the two kinds of deposit have in common. */
struct incoming {
    struct amount amount;
    const struct evidence *evidence;
    uint32_t target;
    uint16_t asset;
};

static uint32_t new_accounts(const struct ledger *ledger, uint32_t owner_a, uint32_t owner_b,
                             uint16_t asset)
{
    return (uint32_t)(ledger_find(ledger, owner_a, asset) == 0) +
           (uint32_t)(ledger_find(ledger, owner_b, asset) == 0);
}

/* Would a mirror of the outside pass what the books can hold? What comes in on one rail may go out on
 * another, so the supply alone does not bound it. An account that is new begins at zero. */
static enum result check_books(const struct ledger *ledger, const struct posting *posting)
{
    if (posting->debit == 0 || posting->credit == 0) {
        return RESULT_OK;
    }
    return ledger_check(ledger, posting);
}

static enum result check_incoming(const struct engine *engine, const struct incoming *incoming)
{
    const struct ledger *ledger = engine_ledger(engine);
    const struct asset *asset = engine_asset(engine, incoming->asset);
    uint32_t outside = TARAZY_OWNER_OUTSIDE(incoming->evidence->rail);
    struct amount total;

    if (registry_participant(engine_registry(engine), incoming->target) == NULL) {
        return RESULT_UNKNOWN_PARTICIPANT;
    }
    if (asset == NULL) {
        return RESULT_UNKNOWN_ASSET;
    }
    if (!amount_is_positive(incoming->amount)) {
        return RESULT_AMOUNT_INVALID;
    }
    if (!amount_add(&total, ledger_total(ledger, incoming->asset), incoming->amount)) {
        return RESULT_OVERFLOW;
    }
    if (amount_compare(total, asset->supply_max) > 0) {
        return RESULT_SUPPLY_EXCEEDED;
    }
    if (new_accounts(ledger, incoming->target, outside, incoming->asset) > ledger_room(ledger)) {
        return RESULT_ACCOUNTS_FULL;
    }
    struct posting posting = {
        .amount = incoming->amount,
        .debit = ledger_find(ledger, outside, incoming->asset),
        .credit = ledger_find(ledger, incoming->target, incoming->asset),
        .from = LEDGER_PART_AVAILABLE,
    };
    enum result result = check_books(ledger, &posting);
    return result == RESULT_OK ? ledger_evidence_check(ledger, incoming->evidence) : result;
}

static void take_in(struct apply *apply, const struct incoming *incoming,
                    enum posting_reason reason)
{
    uint32_t outside = TARAZY_OWNER_OUTSIDE(incoming->evidence->rail);
    struct transfer transfer = {
        .posting =
            {
                .amount = incoming->amount,
                .debit = ledger_open(apply->ledger, outside, incoming->asset),
                .credit = ledger_open(apply->ledger, incoming->target, incoming->asset),
                .from = LEDGER_PART_AVAILABLE,
            },
        .reason = reason,
        .reference = apply->command->number,
    };

    ledger_evidence_use(apply->ledger, incoming->evidence);
    emit_transfer(apply, &transfer);
}

static struct incoming incoming_of_sandbox(const struct command_sandbox_deposit *deposit)
{
    return (struct incoming){
        .amount = deposit->amount,
        .evidence = &deposit->evidence,
        .target = deposit->target,
        .asset = deposit->asset,
    };
}

enum result check_sandbox_deposit(const struct engine *engine,
                                  const struct command_sandbox_deposit *deposit)
{
    struct incoming incoming = incoming_of_sandbox(deposit);

    if (!engine->sandbox) {
        return RESULT_NOT_SANDBOX;
    }
    if (deposit->evidence.rail != TARAZY_RAIL_SANDBOX) {
        return RESULT_FIELD_INVALID;
    }
    return check_incoming(engine, &incoming);
}

enum result apply_sandbox_deposit(struct apply *apply,
                                  const struct command_sandbox_deposit *deposit)
{
    struct incoming incoming = incoming_of_sandbox(deposit);
    enum result result = check_sandbox_deposit(apply->engine, deposit);

    if (result != RESULT_OK) {
        return result;
    }
    take_in(apply, &incoming, POSTING_REASON_SANDBOX_DEPOSIT);
    return RESULT_OK;
}

static struct incoming incoming_of(const struct command_deposit *deposit)
{
    return (struct incoming){
        .amount = deposit->amount,
        .evidence = &deposit->evidence,
        .target = deposit->target,
        .asset = deposit->asset,
    };
}

/* Does the amount fit what is left of the day? An account that does not exist yet has used nothing. */
static bool deposit_fits_day(const struct engine *engine, const struct command_deposit *deposit,
                             struct amount day_max)
{
    const struct ledger *ledger = engine_ledger(engine);
    uint32_t account = ledger_find(ledger, deposit->target, deposit->asset);

    if (account == 0) {
        return amount_is_negative(day_max) || amount_compare(deposit->amount, day_max) <= 0;
    }
    return ledger_day_deposit_fits(ledger, account, time_utc_day(deposit->header.time_us),
                                   deposit->amount, day_max);
}

enum result check_deposit(const struct engine *engine, const struct command_deposit *deposit)
{
    const struct registry *registry = engine_registry(engine);
    struct incoming incoming = incoming_of(deposit);

    if (deposit->evidence.rail == TARAZY_RAIL_SANDBOX) {
        return RESULT_FIELD_INVALID;
    }
    enum result result = check_incoming(engine, &incoming);
    if (result != RESULT_OK) {
        return result;
    }
    uint16_t tier = registry_participant(registry, deposit->target)->tier;
    if ((registry_tier(registry, tier)->rights & TIER_RIGHT_DEPOSIT) == 0) {
        return RESULT_TIER_FORBIDS;
    }
    struct tier_limit limit = registry_tier_limit(registry, tier, deposit->asset);
    return deposit_fits_day(engine, deposit, limit.deposit_day_max) ? RESULT_OK : RESULT_TIER_LIMIT;
}

enum result apply_deposit(struct apply *apply, const struct command_deposit *deposit)
{
    struct incoming incoming = incoming_of(deposit);
    enum result result = check_deposit(apply->engine, deposit);

    if (result != RESULT_OK) {
        return result;
    }
    take_in(apply, &incoming, POSTING_REASON_DEPOSIT);
    uint16_t tier = registry_participant(apply->registry, deposit->target)->tier;
    struct tier_limit limit = registry_tier_limit(apply->registry, tier, deposit->asset);
    uint32_t account = ledger_find(apply->ledger, deposit->target, deposit->asset);
    ENSURE(ledger_day_deposit(apply->ledger, account, time_utc_day(apply->now_us), deposit->amount,
                              limit.deposit_day_max));
    return RESULT_OK;
}

/* What the request itself says, before the books are asked. */
static enum result check_request(const struct engine *engine,
                                 const struct command_withdraw_request *request)
{
    const struct asset *asset = engine_asset(engine, request->asset);

    if (asset == NULL) {
        return RESULT_UNKNOWN_ASSET;
    }
    if (request->rail == TARAZY_RAIL_SANDBOX && !engine->sandbox) {
        return RESULT_FIELD_INVALID;
    }
    if (!amount_is_positive(request->amount)) {
        return RESULT_AMOUNT_INVALID;
    }
    if (amount_compare(request->amount, asset->withdraw_min) < 0 ||
        amount_compare(request->amount, asset->withdraw_fee) <= 0) {
        return RESULT_WITHDRAWAL_TOO_SMALL;
    }
    return RESULT_OK;
}

/* The name comes before the money: the answer to a repeated request is that it was sent before, even
 * though the first one has taken the money away. */
enum result check_withdraw_request(const struct engine *engine,
                                   const struct command_withdraw_request *request)
{
    const struct registry *registry = engine_registry(engine);
    const struct ledger *ledger = engine_ledger(engine);
    uint32_t sender = request->header.participant;
    enum result result = check_request(engine, request);

    if (result != RESULT_OK) {
        return result;
    }
    if (withdrawals_seen(engine, sender, &request->client_id)) {
        return RESULT_DUPLICATE_CLIENT_ID;
    }
    uint16_t tier = registry_participant(registry, sender)->tier;
    if ((registry_tier(registry, tier)->rights & TIER_RIGHT_WITHDRAW) == 0) {
        return RESULT_TIER_FORBIDS;
    }
    uint32_t account = ledger_find(ledger, sender, request->asset);
    if (account == 0 ||
        amount_compare(ledger_account(ledger, account)->available, request->amount) < 0) {
        return RESULT_INSUFFICIENT_BALANCE;
    }
    struct tier_limit limit = registry_tier_limit(registry, tier, request->asset);
    if (!ledger_day_withdraw_fits(ledger, account, time_utc_day(request->header.time_us),
                                  request->amount, limit.withdraw_day_max)) {
        return RESULT_TIER_LIMIT;
    }
    return withdrawals_room(&engine->withdrawals) > 0 ? RESULT_OK : RESULT_WITHDRAWALS_FULL;
}

static void name_known_withdrawal(struct apply *apply,
                                  const struct command_withdraw_request *request)
{
    const struct withdrawal *known =
        withdrawals_find_name(apply->engine, request->header.participant, &request->client_id);

    if (known != NULL) {
        apply->id = known->number;
    }
}

enum result apply_withdraw_request(struct apply *apply,
                                   const struct command_withdraw_request *request)
{
    uint32_t sender = request->header.participant;
    enum result result = check_withdraw_request(apply->engine, request);

    if (result == RESULT_DUPLICATE_CLIENT_ID) {
        name_known_withdrawal(apply, request);
    }
    if (result != RESULT_OK) {
        return result;
    }
    struct withdrawal wanted = {
        .amount = request->amount,
        .fee = engine_asset_at(apply->engine, request->asset)->withdraw_fee,
        .address = request->address,
        .client_id = request->client_id,
        .participant = sender,
        .requested_us = apply->now_us,
        .asset = request->asset,
        .rail = request->rail,
    };
    uint16_t tier = registry_participant(apply->registry, sender)->tier;
    struct tier_limit limit = registry_tier_limit(apply->registry, tier, request->asset);
    uint32_t account = ledger_find(apply->ledger, sender, request->asset);
    ENSURE(ledger_hold(apply->ledger, account, request->amount) == RESULT_OK);
    ENSURE(ledger_day_withdraw(apply->ledger, account, time_utc_day(apply->now_us), request->amount,
                               limit.withdraw_day_max));
    const struct withdrawal *open = withdrawals_open(apply->engine, &wanted);
    apply->id = open->number;
    emit_withdrawal(apply, open, WITHDRAWAL_STATE_REQUESTED);
    return RESULT_OK;
}

/* Nothing leaves for somebody who is frozen, whoever signs. */
enum result check_withdraw_settle(const struct engine *engine,
                                  const struct command_withdraw_settle *settle)
{
    const struct ledger *ledger = engine_ledger(engine);
    const struct withdrawal *open = withdrawals_find(engine, settle->withdrawal);

    if (open == NULL) {
        return RESULT_UNKNOWN_WITHDRAWAL;
    }
    if (settle->evidence.rail != open->rail) {
        return RESULT_FIELD_INVALID;
    }
    if (registry_participant(engine_registry(engine), open->participant)->frozen) {
        return RESULT_PARTICIPANT_FROZEN;
    }
    uint32_t outside = TARAZY_OWNER_OUTSIDE(open->rail);
    if (ledger_find(ledger, outside, open->asset) == 0 && ledger_room(ledger) == 0) {
        return RESULT_ACCOUNTS_FULL;
    }
    struct posting posting = {
        .amount = open->amount,
        .debit = ledger_find(ledger, open->participant, open->asset),
        .credit = ledger_find(ledger, outside, open->asset),
        .from = LEDGER_PART_HELD,
    };
    enum result result = check_books(ledger, &posting);
    return result == RESULT_OK ? ledger_evidence_check(ledger, &settle->evidence) : result;
}

enum result apply_withdraw_settle(struct apply *apply, const struct command_withdraw_settle *settle)
{
    enum result result = check_withdraw_settle(apply->engine, settle);

    if (result != RESULT_OK) {
        return result;
    }
    const struct withdrawal *open = withdrawals_find(apply->engine, settle->withdrawal);
    uint32_t outside = ledger_open(apply->ledger, TARAZY_OWNER_OUTSIDE(open->rail), open->asset);
    struct transfer transfer = {
        .posting =
            {
                .debit = ledger_find(apply->ledger, open->participant, open->asset),
                .credit = outside,
                .from = LEDGER_PART_HELD,
            },
        .reason = POSTING_REASON_WITHDRAWAL,
        .reference = open->number,
    };
    ENSURE(amount_subtract(&transfer.posting.amount, open->amount, open->fee));
    emit_transfer(apply, &transfer);
    transfer.posting.amount = open->fee;
    transfer.posting.credit = engine_asset_at(apply->engine, open->asset)->fees_account;
    transfer.reason = POSTING_REASON_WITHDRAWAL_FEE;
    emit_transfer(apply, &transfer);
    ledger_evidence_use(apply->ledger, &settle->evidence);
    apply->id = open->number;
    emit_withdrawal(apply, open, WITHDRAWAL_STATE_SETTLED);
    withdrawals_close(apply->engine, settle->withdrawal);
    return RESULT_OK;
}

enum result check_withdraw_reject(const struct engine *engine,
                                  const struct command_withdraw_reject *reject)
{
    return withdrawals_find(engine, reject->withdrawal) != NULL ? RESULT_OK
                                                                : RESULT_UNKNOWN_WITHDRAWAL;
}

enum result apply_withdraw_reject(struct apply *apply, const struct command_withdraw_reject *reject)
{
    enum result result = check_withdraw_reject(apply->engine, reject);

    if (result != RESULT_OK) {
        return result;
    }
    const struct withdrawal *open = withdrawals_find(apply->engine, reject->withdrawal);
    uint32_t account = ledger_find(apply->ledger, open->participant, open->asset);
    ledger_release(apply->ledger, account, open->amount);
    apply->id = open->number;
    emit_withdrawal(apply, open, WITHDRAWAL_STATE_REJECTED);
    withdrawals_close(apply->engine, reject->withdrawal);
    return RESULT_OK;
}

enum result check_correction(const struct engine *engine,
                             const struct command_correction *correction)
{
    const struct registry *registry = engine_registry(engine);
    const struct ledger *ledger = engine_ledger(engine);

    if (registry_participant(registry, correction->debit) == NULL ||
        registry_participant(registry, correction->credit) == NULL) {
        return RESULT_UNKNOWN_PARTICIPANT;
    }
    if (engine_asset(engine, correction->asset) == NULL) {
        return RESULT_UNKNOWN_ASSET;
    }
    if (!amount_is_positive(correction->amount)) {
        return RESULT_AMOUNT_INVALID;
    }
    if (correction->debit == correction->credit) {
        return RESULT_FIELD_INVALID;
    }
    uint32_t debit = ledger_find(ledger, correction->debit, correction->asset);
    if (debit == 0 ||
        amount_compare(ledger_account(ledger, debit)->available, correction->amount) < 0) {
        return RESULT_INSUFFICIENT_BALANCE;
    }
    bool new_credit = ledger_find(ledger, correction->credit, correction->asset) == 0;
    return new_credit && ledger_room(ledger) == 0 ? RESULT_ACCOUNTS_FULL : RESULT_OK;
}

enum result apply_correction(struct apply *apply, const struct command_correction *correction)
{
    enum result result = check_correction(apply->engine, correction);

    if (result != RESULT_OK) {
        return result;
    }
    struct transfer transfer = {
        .posting =
            {
                .amount = correction->amount,
                .debit = ledger_find(apply->ledger, correction->debit, correction->asset),
                .credit = ledger_open(apply->ledger, correction->credit, correction->asset),
                .from = LEDGER_PART_AVAILABLE,
            },
        .reason = POSTING_REASON_CORRECTION,
        .reference = apply->command->number,
    };
    emit_transfer(apply, &transfer);
    return RESULT_OK;
}
