/* SPDX-License-Identifier: Apache-2.0
 *
 * The books: accounts, holds, postings. A room of its own so that no other code can change a
 * balance: whoever wants value to move brings a posting, and a posting takes from one account what
 * it gives to another.
 *
 * Invariants (ledger_audit checks all of them):
 *  1. Per asset: what participants and the house own plus the mirrors of the outside is zero, and
 *     the two running sums say so after every posting.
 *  2. No part of an account is below zero, but the available part of a mirror; a mirror holds nothing.
 *  3. available + held of an account stays within 2^120, so that holding and releasing cannot overflow.
 *  4. An owner's accounts are one chain, ascending by asset, that the owners' table leads to.
 *  5. Touched accounts are one chain, in order of first change.
 *
 * Next: ledger_day.c, ledger_evidence.c, ledger_audit.c, then engine/ for who asks for all this.
 */
#include "ledger/ledger_state.h"

#include <string.h>

#include "base/ensure.h"

struct ledger *ledger_create(struct arena *arena, const struct limits *limits)
{
    size_t sums_size = ((size_t)limits->assets_max + 1) * sizeof(struct asset_sums);
    struct ledger *ledger = arena_reserve(arena, sizeof *ledger);
    void *accounts =
        arena_reserve(arena, pool_memory_size(limits->accounts_max, sizeof(struct account)));
    void *days =
        arena_reserve(arena, pool_memory_size(limits->accounts_max, sizeof(struct account_day)));
    void *by_key = arena_reserve(arena, table_memory_size(limits->accounts_max));
    void *by_owner = arena_reserve(arena, table_memory_size(limits->accounts_max));
    void *sums = arena_reserve(arena, sums_size);
    void *evidence =
        arena_reserve(arena, pool_memory_size(limits->evidence_max, sizeof(struct evidence)));
    void *by_evidence = arena_reserve(arena, table_memory_size(limits->evidence_max));

    if (limits->assets_max > UINT16_MAX) {
        arena->overflow = true; /* asset numbers have 16 bits */
    }
    if (ledger == NULL) {
        return NULL;
    }
    pool_create(&ledger->accounts, accounts, limits->accounts_max, sizeof(struct account));
    table_create(&ledger->by_key, by_key, limits->accounts_max);
    table_create(&ledger->by_owner, by_owner, limits->accounts_max);
    pool_create(&ledger->evidence, evidence, limits->evidence_max, sizeof(struct evidence));
    table_create(&ledger->by_evidence, by_evidence, limits->evidence_max);
    ledger->days_offset = (uint64_t)((uintptr_t)days - (uintptr_t)ledger);
    ledger->sums_offset = (uint64_t)((uintptr_t)sums - (uintptr_t)ledger);
    ledger->assets_max = limits->assets_max;
    return ledger;
}

void ledger_set_seed(struct ledger *ledger, struct hash_seed seed)
{
    ENSURE(ledger->accounts.count == 0 && ledger->evidence.count == 0);
    ledger->seed = seed;
}

static uint64_t key_hash(const struct ledger *ledger, uint32_t owner, uint16_t asset)
{
    return hash_u64(ledger->seed, (uint64_t)owner << 32 | asset);
}

uint32_t ledger_find(const struct ledger *ledger, uint32_t owner, uint16_t asset)
{
    uint64_t hash = key_hash(ledger, owner, asset);
    uint32_t cursor;
    uint32_t index = table_first(&ledger->by_key, hash, &cursor);

    while (index != 0) {
        const struct account *account = ledger_at(ledger, index);

        if (account->owner == owner && account->asset == asset) {
            return index;
        }
        index = table_next(&ledger->by_key, hash, &cursor);
    }
    return 0;
}

uint32_t ledger_first_of_owner(const struct ledger *ledger, uint32_t owner)
{
    uint64_t hash = hash_u64(ledger->seed, owner);
    uint32_t cursor;
    uint32_t index = table_first(&ledger->by_owner, hash, &cursor);

    while (index != 0 && ledger_at(ledger, index)->owner != owner) {
        index = table_next(&ledger->by_owner, hash, &cursor);
    }
    return index;
}

/* Puts a new account into its owner's chain. The owners' table always names the chain's head. */
static void link_owner(struct ledger *ledger, uint32_t index)
{
    struct account *account = ledger_at(ledger, index);
    uint64_t hash = hash_u64(ledger->seed, account->owner);
    uint32_t head = ledger_first_of_owner(ledger, account->owner);

    if (head == 0 || ledger_at(ledger, head)->asset > account->asset) {
        account->next_of_owner = head;
        if (head != 0) {
            table_remove(&ledger->by_owner, hash, head);
        }
        table_insert(&ledger->by_owner, hash, index);
        return;
    }
    struct account *before = ledger_at(ledger, head);
    while (before->next_of_owner != 0 &&
           ledger_at(ledger, before->next_of_owner)->asset < account->asset) {
        before = ledger_at(ledger, before->next_of_owner);
    }
    account->next_of_owner = before->next_of_owner;
    before->next_of_owner = index;
}

uint32_t ledger_open(struct ledger *ledger, uint32_t owner, uint16_t asset)
{
    uint32_t index = ledger_find(ledger, owner, asset);

    ENSURE(owner != 0 && asset != 0 && asset <= ledger->assets_max);
    if (index != 0) {
        return index;
    }
    index = pool_take(&ledger->accounts);
    if (index == 0) {
        return 0;
    }
    struct account *account = ledger_at(ledger, index);
    account->owner = owner;
    account->asset = asset;
    link_owner(ledger, index);
    table_insert(&ledger->by_key, key_hash(ledger, owner, asset), index);
    return index;
}

void ledger_ask_place(const struct ledger *ledger, uint32_t owner, uint16_t asset)
{
    table_ask(&ledger->by_key, key_hash(ledger, owner, asset));
}

uint32_t ledger_guess(const struct ledger *ledger, uint32_t owner, uint16_t asset)
{
    uint32_t cursor;

    return table_first(&ledger->by_key, key_hash(ledger, owner, asset), &cursor);
}

void ledger_ask(const struct ledger *ledger, uint32_t account)
{
    __builtin_prefetch(ledger_at(ledger, account), 1);
}

uint32_t ledger_room(const struct ledger *ledger)
{
    return pool_room(&ledger->accounts);
}

const struct account *ledger_account(const struct ledger *ledger, uint32_t account)
{
    ENSURE(account >= 1 && account < ledger->accounts.fresh);
    return ledger_at(ledger, account);
}

const struct account_day *ledger_account_day(const struct ledger *ledger, uint32_t account)
{
    ENSURE(account >= 1 && account < ledger->accounts.fresh);
    return ledger_day_at(ledger, account);
}

/* Puts an account at the end of the chain of this command's accounts, once. */
static void touch(struct ledger *ledger, uint32_t index, struct account *account)
{
    if (account->touched != 0) {
        return;
    }
    account->touched = 1;
    if (ledger->touched_last == 0) {
        ledger->touched_first = index;
    } else {
        ledger_at(ledger, ledger->touched_last)->next_touched = index;
    }
    ledger->touched_last = index;
}

uint32_t ledger_touched_first(const struct ledger *ledger)
{
    return ledger->touched_first;
}

void ledger_touched_clear(struct ledger *ledger)
{
    uint32_t index = ledger->touched_first;

    while (index != 0) {
        struct account *account = ledger_at(ledger, index);

        index = account->next_touched;
        account->touched = 0;
        account->next_touched = 0;
    }
    ledger->touched_first = 0;
    ledger->touched_last = 0;
}

static struct account *writable(struct ledger *ledger, uint32_t index)
{
    ENSURE(index >= 1 && index < ledger->accounts.fresh);
    return ledger_at(ledger, index);
}

/* Sums that cannot overflow because of invariant 3; if they do, it is broken. */
static struct amount sum(struct amount a, struct amount b)
{
    struct amount out;

    ENSURE(amount_add(&out, a, b));
    return out;
}

static struct amount difference(struct amount a, struct amount b)
{
    struct amount out;

    ENSURE(amount_subtract(&out, a, b));
    return out;
}

enum result ledger_hold(struct ledger *ledger, uint32_t account, struct amount amount)
{
    struct account *owned = writable(ledger, account);

    ENSURE(!amount_is_negative(amount) && !ledger_is_mirror(owned->owner));
    if (amount_is_zero(amount)) {
        return RESULT_OK;
    }
    if (amount_compare(owned->available, amount) < 0) {
        return RESULT_INSUFFICIENT_BALANCE;
    }
    owned->available = difference(owned->available, amount);
    owned->held = sum(owned->held, amount);
    touch(ledger, account, owned);
    return RESULT_OK;
}

void ledger_release(struct ledger *ledger, uint32_t account, struct amount amount)
{
    struct account *owned = writable(ledger, account);

    ENSURE(!amount_is_negative(amount) && amount_compare(owned->held, amount) >= 0);
    if (amount_is_zero(amount)) {
        return;
    }
    owned->held = difference(owned->held, amount);
    owned->available = sum(owned->available, amount);
    ENSURE(amount_is_bounded(owned->available));
    touch(ledger, account, owned);
}

/* Is there enough to take from, and may the account go below zero? */
static enum result check_debit(const struct account *debit, const struct posting *posting)
{
    struct amount after;
    bool from_held = posting->from == LEDGER_PART_HELD;

    ENSURE(from_held || posting->from == LEDGER_PART_AVAILABLE);
    if (from_held) {
        return amount_compare(debit->held, posting->amount) >= 0 ? RESULT_OK
                                                                 : RESULT_INSUFFICIENT_BALANCE;
    }
    if (amount_compare(debit->available, posting->amount) >= 0) {
        return RESULT_OK;
    }
    if (!ledger_is_mirror(debit->owner)) {
        return RESULT_INSUFFICIENT_BALANCE;
    }
    return amount_subtract(&after, debit->available, posting->amount) && amount_is_bounded(after)
               ? RESULT_OK
               : RESULT_OVERFLOW;
}

/* The whole of an account stays within the bound, so that a later release always finds room. */
static enum result check_credit(const struct account *credit, struct amount amount)
{
    struct amount after;

    return amount_add(&after, credit->available, amount) &&
                   amount_add(&after, after, credit->held) && amount_is_bounded(after)
               ? RESULT_OK
               : RESULT_OVERFLOW;
}

enum result ledger_check(const struct ledger *ledger, const struct posting *posting)
{
    const struct account *debit = ledger_account(ledger, posting->debit);
    const struct account *credit = ledger_account(ledger, posting->credit);

    ENSURE(debit->asset == credit->asset && !amount_is_negative(posting->amount));
    enum result result = check_debit(debit, posting);
    if (result != RESULT_OK || debit == credit) {
        return result;
    }
    return check_credit(credit, posting->amount);
}

/*~ Where a fill becomes property: one posting takes the seller's held coins and gives them to the
 * buyer, another takes the buyer's held money. The engine asked ledger_check before it changed
 * anything, so here a refusal would be a bug. Next: engine/ writes the events. */
void ledger_post(struct ledger *ledger, const struct posting *posting)
{
    ENSURE(ledger_check(ledger, posting) == RESULT_OK);
    if (amount_is_zero(posting->amount)) {
        return;
    }
    struct account *debit = ledger_at(ledger, posting->debit);
    struct account *credit = ledger_at(ledger, posting->credit);
    struct asset_sums *sums = ledger_sums(ledger, debit->asset);
    struct amount *from = posting->from == LEDGER_PART_HELD ? &debit->held : &debit->available;
    struct amount *debit_sum = ledger_is_mirror(debit->owner) ? &sums->outside : &sums->inside;
    struct amount *credit_sum = ledger_is_mirror(credit->owner) ? &sums->outside : &sums->inside;

    /* The sums follow what the accounts really do, not what the posting says. */
    struct amount before = *from;
    *from = difference(*from, posting->amount);
    *debit_sum = sum(*debit_sum, difference(*from, before));
    before = credit->available;
    credit->available = sum(credit->available, posting->amount);
    *credit_sum = sum(*credit_sum, difference(credit->available, before));

    ENSURE(amount_is_zero(sum(sums->inside, sums->outside)));
    touch(ledger, posting->debit, debit);
    touch(ledger, posting->credit, credit);
}

struct amount ledger_total(const struct ledger *ledger, uint16_t asset)
{
    ENSURE(asset != 0 && asset <= ledger->assets_max);
    return amount_negate(ledger_sums(ledger, asset)->outside);
}
