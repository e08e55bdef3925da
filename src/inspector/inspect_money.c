/* SPDX-License-Identifier: Apache-2.0
 *
 * Value that enters and leaves: deposits, withdrawals, corrections. What each must bring about is worked
 * out from the command before its events are looked at. A file of its own because here the rules meet
 * that are about the outside: evidence, supply, the limits of a day.
 *
 * Invariant: whatever is expected here was accepted, so what breaks a rule is a complaint, not a refusal.
 *
 * Next: inspect_books.c, which sees it happen.
 */
#include <string.h>

#include "base/time.h"
#include "inspector/inspector_state.h"

void inspector_use_evidence(struct inspector *inspector, const struct evidence *evidence)
{
    uint64_t hash = hash_bytes(inspector->seed, evidence, sizeof *evidence);
    uint32_t cursor;

    for (uint32_t i = table_first(&inspector->evidence_by_text, hash, &cursor); i != 0;
         i = table_next(&inspector->evidence_by_text, hash, &cursor)) {
        const struct inspector_evidence *used = pool_at(&inspector->evidence, i);

        if (memcmp(&used->evidence, evidence, sizeof *evidence) == 0) {
            inspector_complain(inspector, INSPECTOR_RULE_EVIDENCE, evidence->rail,
                               "the same evidence moves value twice");
            return;
        }
    }
    uint32_t slot = pool_take(&inspector->evidence);
    if (slot == 0) {
        inspector_complain(inspector, INSPECTOR_RULE_ROOM, 0, "more evidence than licensed");
        return;
    }
    struct inspector_evidence *record = pool_at(&inspector->evidence, slot);
    record->evidence = *evidence;
    table_insert(&inspector->evidence_by_text, hash, slot);
}

/* Adds to a counter of the day and says whether it stays within the limit (below zero: none). */
static bool count_day(struct inspector *inspector, struct inspector_account *account,
                      int128 *counter, int128 amount, int128 limit)
{
    int32_t day = time_utc_day(inspector->time_us);

    if (account->day != day) {
        account->day = day;
        account->withdrawn = 0;
        account->deposited = 0;
    }
    *counter += amount;
    return limit < 0 || *counter <= limit;
}

static const struct inspector_tier *tier_of(const struct inspector *inspector, uint32_t person)
{
    return &inspector->tiers[inspector->people[person].tier];
}

static bool is_asset(const struct inspector *inspector, uint16_t asset)
{
    return asset >= 1 && asset <= inspector->assets_count;
}

/* What deposits have in common. */
struct incoming {
    const struct evidence *evidence;
    int128 amount;
    uint32_t target;
    uint16_t asset;
    uint16_t reason;
};

static void expect_incoming(struct inspector *inspector, const struct incoming *incoming)
{
    if (inspector_person(inspector, incoming->target) == NULL ||
        !is_asset(inspector, incoming->asset) || incoming->amount <= 0) {
        inspector_complain(inspector, INSPECTOR_RULE_EFFECT, incoming->target,
                           "a deposit of nothing, of no asset or for nobody");
        return;
    }
    const struct inspector_asset *asset = &inspector->assets[incoming->asset];
    if (incoming->amount > asset->supply_max - asset->outside) {
        inspector_complain(inspector, INSPECTOR_RULE_SUPPLY, incoming->asset,
                           "more comes in than there is of the asset");
        return;
    }
    const struct inspector_due due = {
        .amount = incoming->amount,
        .debit = TARAZY_OWNER_OUTSIDE(incoming->evidence->rail),
        .credit = incoming->target,
        .reference = inspector->number,
        .asset = incoming->asset,
        .reason = incoming->reason,
    };
    inspector_expect_posting(inspector, &due);
    inspector_use_evidence(inspector, incoming->evidence);
}

static void expect_sandbox(struct inspector *inspector,
                           const struct command_sandbox_deposit *deposit)
{
    const struct incoming incoming = {
        .evidence = &deposit->evidence,
        .amount = amount_units(deposit->amount),
        .target = deposit->target,
        .asset = deposit->asset,
        .reason = POSTING_REASON_SANDBOX_DEPOSIT,
    };

    if (!inspector->sandbox || deposit->evidence.rail != TARAZY_RAIL_SANDBOX) {
        inspector_complain(inspector, INSPECTOR_RULE_EFFECT, deposit->target,
                           "a sandbox deposit where there is no sandbox");
    }
    expect_incoming(inspector, &incoming);
}

static void expect_deposit(struct inspector *inspector, const struct command_deposit *deposit)
{
    const struct incoming incoming = {
        .evidence = &deposit->evidence,
        .amount = amount_units(deposit->amount),
        .target = deposit->target,
        .asset = deposit->asset,
        .reason = POSTING_REASON_DEPOSIT,
    };

    expect_incoming(inspector, &incoming);
    if (inspector->complains) {
        return;
    }
    struct inspector_account *account =
        inspector_account(inspector, deposit->target, deposit->asset);
    if (account == NULL) {
        return;
    }
    uint16_t tier = inspector->people[deposit->target].tier;
    bool fits = count_day(inspector, account, &account->deposited, incoming.amount,
                          inspector_day_limit(inspector, tier, deposit->asset)->deposit);
    if (!fits || (inspector->tiers[tier].rights & TIER_RIGHT_DEPOSIT) == 0 ||
        deposit->evidence.rail == TARAZY_RAIL_SANDBOX) {
        inspector_complain(inspector, INSPECTOR_RULE_TIER, deposit->target,
                           "a deposit that the tier does not permit");
    }
}

static void expect_request(struct inspector *inspector,
                           const struct command_withdraw_request *request)
{
    uint32_t who = inspector->now.actor;
    int128 amount = amount_units(request->amount);

    if (!is_asset(inspector, request->asset) || inspector_person(inspector, who) == NULL) {
        inspector_complain(inspector, INSPECTOR_RULE_WITHDRAWAL, who, "a withdrawal of no asset");
        return;
    }
    const struct inspector_asset *asset = &inspector->assets[request->asset];
    struct inspector_account *account = inspector_account(inspector, who, request->asset);
    if (account == NULL) {
        return;
    }
    if (amount <= 0 || amount < asset->withdraw_min || amount <= asset->withdraw_fee) {
        inspector_complain(inspector, INSPECTOR_RULE_WITHDRAWAL, who,
                           "a withdrawal below the asset's minimum");
    }
    uint16_t tier = inspector->people[who].tier;
    bool fits = count_day(inspector, account, &account->withdrawn, amount,
                          inspector_day_limit(inspector, tier, request->asset)->withdraw);
    if (!fits || (tier_of(inspector, who)->rights & TIER_RIGHT_WITHDRAW) == 0) {
        inspector_complain(inspector, INSPECTOR_RULE_TIER, who,
                           "a withdrawal that the tier does not permit");
    }
}

static uint32_t find_withdrawal(const struct inspector *inspector, uint64_t number)
{
    uint64_t hash = hash_u64(inspector->seed, number);
    uint32_t cursor;

    for (uint32_t i = table_first(&inspector->withdrawals_by_number, hash, &cursor); i != 0;
         i = table_next(&inspector->withdrawals_by_number, hash, &cursor)) {
        const struct inspector_withdrawal *open = pool_at(&inspector->withdrawals, i);

        if (open->number == number) {
            return i;
        }
    }
    return 0;
}

static void expect_settle(struct inspector *inspector, const struct command_withdraw_settle *settle)
{
    uint32_t slot = find_withdrawal(inspector, settle->withdrawal);

    if (slot == 0) {
        inspector_complain(inspector, INSPECTOR_RULE_WITHDRAWAL, settle->withdrawal,
                           "a withdrawal is settled that is not open");
        return;
    }
    const struct inspector_withdrawal *open = pool_at(&inspector->withdrawals, slot);
    if (settle->evidence.rail != open->rail || inspector->people[open->participant].frozen) {
        inspector_complain(inspector, INSPECTOR_RULE_WITHDRAWAL, settle->withdrawal,
                           "a withdrawal leaves by another rail, or for somebody frozen");
    }
    inspector_use_evidence(inspector, &settle->evidence);
    struct inspector_due due = {
        .amount = open->amount - open->fee,
        .debit = open->participant,
        .credit = TARAZY_OWNER_OUTSIDE(open->rail),
        .reference = open->number,
        .asset = open->asset,
        .reason = POSTING_REASON_WITHDRAWAL,
    };
    inspector_expect_posting(inspector, &due);
    due.amount = open->fee;
    due.credit = TARAZY_OWNER_FEES;
    due.reason = POSTING_REASON_WITHDRAWAL_FEE;
    inspector_expect_posting(inspector, &due);
}

static void expect_correction(struct inspector *inspector,
                              const struct command_correction *correction)
{
    const struct inspector_due due = {
        .amount = amount_units(correction->amount),
        .debit = correction->debit,
        .credit = correction->credit,
        .reference = inspector->number,
        .asset = correction->asset,
        .reason = POSTING_REASON_CORRECTION,
    };

    if (due.amount <= 0 || !is_asset(inspector, due.asset) || due.debit == due.credit ||
        inspector_person(inspector, due.debit) == NULL ||
        inspector_person(inspector, due.credit) == NULL) {
        inspector_complain(inspector, INSPECTOR_RULE_EFFECT, due.debit,
                           "a correction of nothing or between nobodies");
        return;
    }
    inspector_expect_posting(inspector, &due);
}

void inspector_expect_money(struct inspector *inspector)
{
    const void *act = inspector->now.act;

    if (inspector_has(inspector, COMMAND_SANDBOX_DEPOSIT)) {
        expect_sandbox(inspector, act);
    } else if (inspector_has(inspector, COMMAND_DEPOSIT)) {
        expect_deposit(inspector, act);
    } else if (inspector_has(inspector, COMMAND_WITHDRAW_REQUEST)) {
        expect_request(inspector, act);
    } else if (inspector_has(inspector, COMMAND_WITHDRAW_SETTLE)) {
        expect_settle(inspector, act);
    } else if (inspector_has(inspector, COMMAND_CORRECTION)) {
        expect_correction(inspector, act);
    }
    inspector_expect_mining(inspector);
}

static void see_requested(struct inspector *inspector, const struct event_withdrawal *event)
{
    const void *act = inspector->now.act;
    const struct command_withdraw_request *request = act;

    if (!inspector_has(inspector, COMMAND_WITHDRAW_REQUEST) ||
        event->withdrawal != inspector->last_withdrawal + 1 ||
        event->participant != inspector->now.actor || event->asset != request->asset ||
        amount_units(event->amount) != amount_units(request->amount) ||
        amount_units(event->fee) != inspector->assets[request->asset].withdraw_fee) {
        inspector_complain(inspector, INSPECTOR_RULE_WITHDRAWAL, event->withdrawal,
                           "a withdrawal is opened other than requested");
        return;
    }
    uint32_t slot = pool_take(&inspector->withdrawals);
    if (slot == 0) {
        inspector_complain(inspector, INSPECTOR_RULE_ROOM, 0, "more withdrawals than licensed");
        return;
    }
    struct inspector_withdrawal *open = pool_at(&inspector->withdrawals, slot);
    inspector->last_withdrawal = event->withdrawal;
    inspector->now.id = event->withdrawal;
    *open = (struct inspector_withdrawal){
        .amount = amount_units(request->amount),
        .fee = amount_units(event->fee),
        .number = event->withdrawal,
        .participant = event->participant,
        .asset = request->asset,
        .rail = request->rail,
    };
    table_insert(&inspector->withdrawals_by_number, hash_u64(inspector->seed, open->number), slot);
    inspector_expect_held(inspector, open->participant, open->asset, open->amount);
}

/* Which open withdrawal does the act at hand end? 0: none. */
static uint64_t ended_by_act(const struct inspector *inspector, uint16_t state)
{
    const void *act = inspector->now.act;

    if (state == WITHDRAWAL_STATE_SETTLED && inspector_has(inspector, COMMAND_WITHDRAW_SETTLE)) {
        return ((const struct command_withdraw_settle *)act)->withdrawal;
    }
    if (state == WITHDRAWAL_STATE_REJECTED && inspector_has(inspector, COMMAND_WITHDRAW_REJECT)) {
        return ((const struct command_withdraw_reject *)act)->withdrawal;
    }
    return 0;
}

static void see_ended(struct inspector *inspector, const struct event_withdrawal *event)
{
    uint32_t slot = find_withdrawal(inspector, event->withdrawal);
    const struct inspector_withdrawal *open = pool_at(&inspector->withdrawals, slot);

    if (slot == 0 || ended_by_act(inspector, event->state) != event->withdrawal ||
        event->participant != open->participant || event->asset != open->asset ||
        amount_units(event->amount) != open->amount || amount_units(event->fee) != open->fee) {
        inspector_complain(inspector, INSPECTOR_RULE_WITHDRAWAL, event->withdrawal,
                           "a withdrawal ends other than requested and decided");
        return;
    }
    inspector_expect_held(inspector, open->participant, open->asset, -open->amount);
    table_remove(&inspector->withdrawals_by_number, hash_u64(inspector->seed, open->number), slot);
    pool_give(&inspector->withdrawals, slot);
    inspector->now.id = event->withdrawal;
}

void inspector_see_withdrawal(struct inspector *inspector, const struct event_withdrawal *event)
{
    inspector->now.withdrawal_events++;
    if (event->state == WITHDRAWAL_STATE_REQUESTED) {
        see_requested(inspector, event);
    } else {
        see_ended(inspector, event);
    }
}
