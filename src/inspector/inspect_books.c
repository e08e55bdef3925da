/* SPDX-License-Identifier: Apache-2.0
 *
 * The inspector's own books. What an account owns follows from the postings; what it holds, from its open
 * orders and withdrawals; what is shown must be both.
 *
 * Why a file of its own: this is the sum that must be zero. Invariants: every posting was announced by a
 * trade or by the command itself before it came; an account that was posted to, or whose holds changed, is
 * right at the end of the command, or there is a complaint.
 *
 * Next: inspect_orders.c.
 */
#include "inspector/inspector_state.h"

static uint64_t hash_account(const struct inspector *inspector, uint32_t owner, uint16_t asset)
{
    return hash_u64(inspector->seed, (uint64_t)asset << 32 | owner);
}

static uint32_t find_slot(const struct inspector *inspector, uint32_t owner, uint16_t asset)
{
    uint64_t hash = hash_account(inspector, owner, asset);
    uint32_t cursor;

    for (uint32_t i = table_first(&inspector->accounts_by_owner, hash, &cursor); i != 0;
         i = table_next(&inspector->accounts_by_owner, hash, &cursor)) {
        const struct inspector_account *account = pool_at(&inspector->accounts, i);

        if (account->owner == owner && account->asset == asset) {
            return i;
        }
    }
    return 0;
}

const struct inspector_account *inspector_find_account(const struct inspector *inspector,
                                                       uint32_t owner, uint16_t asset)
{
    uint32_t slot = find_slot(inspector, owner, asset);

    return slot == 0 ? NULL : pool_at(&inspector->accounts, slot);
}

struct amount inspector_owned(const struct inspector *inspector, uint32_t owner, uint16_t asset)
{
    const struct inspector_account *account = inspector_find_account(inspector, owner, asset);

    return amount_of_wide(account == NULL ? 0 : account->own);
}

static bool is_owner(const struct inspector *inspector, uint32_t owner)
{
    return inspector_person(inspector, owner) != NULL || owner == TARAZY_OWNER_FEES ||
           owner == TARAZY_OWNER_ROUNDING || owner == TARAZY_OWNER_TREASURY ||
           inspector_is_mirror(owner);
}

struct inspector_account *inspector_account(struct inspector *inspector, uint32_t owner,
                                            uint16_t asset)
{
    uint32_t slot = find_slot(inspector, owner, asset);

    if (slot == 0) {
        if (!is_owner(inspector, owner) || asset < 1 || asset > inspector->assets_count) {
            inspector_complain(inspector, INSPECTOR_RULE_BALANCE, owner,
                               "an account of an owner or asset that does not exist");
            return NULL;
        }
        slot = pool_take(&inspector->accounts);
        if (slot == 0) {
            inspector_complain(inspector, INSPECTOR_RULE_ROOM, owner,
                               "more accounts than licensed");
            return NULL;
        }
        struct inspector_account *made = pool_at(&inspector->accounts, slot);
        made->owner = owner;
        made->asset = asset;
        table_insert(&inspector->accounts_by_owner, hash_account(inspector, owner, asset), slot);
    }
    struct inspector_account *account = pool_at(&inspector->accounts, slot);
    if (!account->touched) {
        account->touched = true;
        account->next_touched = inspector->now.touched;
        inspector->now.touched = slot;
    }
    return account;
}

void inspector_expect_held(struct inspector *inspector, uint32_t owner, uint16_t asset,
                           int128 change)
{
    struct inspector_account *account = inspector_account(inspector, owner, asset);

    if (account != NULL) {
        account->expected += change;
    }
}

void inspector_expect_posting(struct inspector *inspector, const struct inspector_due *due)
{
    struct inspector_now *now = &inspector->now;

    if (due->amount == 0) {
        return;
    }
    if (now->due_next == now->due_count) {
        now->due_next = 0;
        now->due_count = 0;
    }
    ENSURE(now->due_count < INSPECTOR_POSTINGS_MAX);
    now->due[now->due_count++] = *due;
}

static void move(struct inspector *inspector, const struct inspector_due *due)
{
    struct inspector_account *debit = inspector_account(inspector, due->debit, due->asset);
    struct inspector_account *credit = inspector_account(inspector, due->credit, due->asset);

    if (debit == NULL || credit == NULL) {
        return;
    }
    debit->own -= due->amount;
    credit->own += due->amount;
    debit->posted = true;
    credit->posted = true;
    struct inspector_asset *asset = &inspector->assets[due->asset];
    asset->outside += inspector_is_mirror(due->debit) ? due->amount : 0;
    asset->outside -= inspector_is_mirror(due->credit) ? due->amount : 0;
    if (debit->own < 0 && !inspector_is_mirror(due->debit)) {
        inspector_complain(inspector, INSPECTOR_RULE_NEGATIVE, due->debit,
                           "more is taken from an account than it owns");
    }
}

void inspector_see_posting(struct inspector *inspector, const struct event_posting *event)
{
    struct inspector_now *now = &inspector->now;

    if (now->due_next == now->due_count) {
        inspector_complain(inspector, INSPECTOR_RULE_POSTING, event->debit,
                           "a posting that nothing led to");
        return;
    }
    const struct inspector_due *due = &now->due[now->due_next++];
    bool is_fee = due->reason == POSTING_REASON_FEE_MAKER ||
                  due->reason == POSTING_REASON_FEE_TAKER || due->reason == POSTING_REASON_ROUNDING;
    if (amount_units(event->amount) != due->amount || event->asset != due->asset ||
        event->debit != due->debit || event->credit != due->credit ||
        event->reason != due->reason || event->reference != due->reference ||
        event->instrument != due->instrument) {
        inspector_complain(inspector, is_fee ? INSPECTOR_RULE_FEE : INSPECTOR_RULE_POSTING,
                           event->debit, "a posting other than what led to it says");
        return;
    }
    move(inspector, due);
}

void inspector_see_balance(struct inspector *inspector, const struct event_balance *event)
{
    struct inspector_account *account = inspector_account(inspector, event->owner, event->asset);
    int128 available = amount_units(event->available);
    int128 held = amount_units(event->held);

    if (account == NULL) {
        return;
    }
    if (account->shown) {
        inspector_complain(inspector, INSPECTOR_RULE_BALANCE, event->owner,
                           "a balance is shown twice");
    }
    if (held < 0 || (available < 0 && !inspector_is_mirror(event->owner))) {
        inspector_complain(inspector, INSPECTOR_RULE_NEGATIVE, event->owner,
                           "a balance is below zero");
    }
    if ((uint128)available + (uint128)held != (uint128)account->own) {
        inspector_complain(inspector, INSPECTOR_RULE_BALANCE, event->owner,
                           "a balance is not what the postings lead to");
        return;
    }
    inspector->assets[event->asset].shown += account->own - (account->available + account->held);
    account->available = available;
    account->held = held;
    account->posted = false;
    account->shown = true;
}

static void check_account(struct inspector *inspector, const struct inspector_account *account)
{
    if (account->posted) {
        inspector_complain(inspector, INSPECTOR_RULE_BALANCE, account->owner,
                           "an account was posted to and its balance not shown");
    }
    if (account->held != account->expected) {
        inspector_complain(inspector, INSPECTOR_RULE_HOLD, account->owner,
                           "what is held is not what orders and withdrawals hold");
    }
    if (inspector->assets[account->asset].shown != 0) {
        inspector_complain(inspector, INSPECTOR_RULE_SUM, account->asset,
                           "the balances shown of an asset do not add up to zero");
    }
}

void inspector_end_books(struct inspector *inspector)
{
    struct inspector_now *now = &inspector->now;

    if (now->due_next != now->due_count) {
        inspector_complain(inspector, INSPECTOR_RULE_POSTING, now->due[now->due_next].debit,
                           "a posting is missing");
    }
    while (now->touched != 0) {
        struct inspector_account *account = pool_at(&inspector->accounts, now->touched);

        check_account(inspector, account);
        now->touched = account->next_touched;
        account->next_touched = 0;
        account->touched = false;
        account->posted = false;
        account->shown = false;
    }
}
