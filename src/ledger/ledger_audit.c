/* SPDX-License-Identifier: Apache-2.0
 *
 * Every invariant of the books, recomputed from the accounts alone. A room's own proof: tests call
 * it after random commands, verifiers and supervisors on a whole state.
 *
 * It has no memory of its own, so sums are recomputed for a few assets at a time.
 */
#include <string.h>

#include "base/ensure.h"
#include "ledger/ledger_state.h"

#define ASSETS_AT_ONCE 64u

static const char *audit_account(const struct ledger *ledger, uint32_t index)
{
    const struct account *account = ledger_at(ledger, index);
    const struct account_day *counted = ledger_day_at(ledger, index);
    struct amount whole;

    if (account->owner == 0 || account->asset == 0 || account->asset > ledger->assets_max) {
        return "ledger: an account has no owner or no asset";
    }
    if (ledger_find(ledger, account->owner, account->asset) != index) {
        return "ledger: an account is not found under its owner and asset";
    }
    if (ledger_is_mirror(account->owner)) {
        if (!amount_is_zero(account->held)) {
            return "ledger: a mirror of the outside holds something";
        }
    } else if (amount_is_negative(account->available) || amount_is_negative(account->held)) {
        return "ledger: an account that mirrors nothing is below zero";
    }
    if (!amount_add(&whole, account->available, account->held) || !amount_is_bounded(whole)) {
        return "ledger: an account is beyond what the books can hold";
    }
    if (amount_is_negative(counted->withdrawn) || amount_is_negative(counted->deposited)) {
        return "ledger: a day's counter is below zero";
    }
    uint8_t reserved = account->reserved0;
    for (size_t i = 0; i < sizeof account->reserved; i++) {
        reserved |= account->reserved[i];
    }
    for (size_t i = 0; i < sizeof counted->reserved; i++) {
        reserved |= counted->reserved[i];
    }
    return reserved == 0 ? NULL : "ledger: a reserved byte is not zero";
}

/* Adds what an account owns to the sums of its asset; false when that overflows. */
static bool add_account(struct asset_sums *sums, const struct account *account)
{
    struct amount *into = ledger_is_mirror(account->owner) ? &sums->outside : &sums->inside;

    return amount_add(into, *into, account->available) && amount_add(into, *into, account->held);
}

static const char *compare_sums(const struct ledger *ledger, const struct asset_sums *sums,
                                uint32_t first)
{
    for (uint32_t i = 0; i < ASSETS_AT_ONCE && first + i <= ledger->assets_max; i++) {
        const struct asset_sums *running = ledger_sums(ledger, (uint16_t)(first + i));
        struct amount all;

        if (!amount_add(&all, sums[i].inside, sums[i].outside) || !amount_is_zero(all)) {
            return "ledger: the accounts of an asset do not sum to zero";
        }
        if (amount_compare(sums[i].inside, running->inside) != 0 ||
            amount_compare(sums[i].outside, running->outside) != 0) {
            return "ledger: a running sum differs from the accounts";
        }
    }
    return NULL;
}

static const char *audit_sums(const struct ledger *ledger)
{
    for (uint32_t first = 0; first <= ledger->assets_max; first += ASSETS_AT_ONCE) {
        struct asset_sums sums[ASSETS_AT_ONCE] = {0};

        for (uint32_t index = 1; index < ledger->accounts.fresh; index++) {
            const struct account *account = ledger_at(ledger, index);
            uint32_t asset = account->asset;

            if (asset < first || asset - first >= ASSETS_AT_ONCE) {
                continue;
            }
            if (!add_account(&sums[asset - first], account)) {
                return "ledger: the sum of an asset's accounts overflows";
            }
        }
        const char *wrong = compare_sums(ledger, sums, first);
        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

/* Every account is reached exactly once from the head of its owner's chain. */
static const char *audit_chains(const struct ledger *ledger)
{
    uint32_t heads = 0;
    uint32_t reached = 0;

    for (uint32_t index = 1; index < ledger->accounts.fresh; index++) {
        const struct account *account = ledger_at(ledger, index);
        uint32_t next = account->next_of_owner;

        if (ledger_first_of_owner(ledger, account->owner) == index) {
            heads++;
        }
        if (next == 0) {
            continue;
        }
        if (next >= ledger->accounts.fresh || ledger_at(ledger, next)->owner != account->owner ||
            ledger_at(ledger, next)->asset <= account->asset) {
            return "ledger: an owner's accounts are not in ascending order";
        }
        reached++;
    }
    /* An ascending chain cannot turn back, so heads and links together count the accounts. */
    if (heads != ledger->by_owner.count || heads + reached != ledger->accounts.count) {
        return "ledger: an account is in no owner's chain";
    }
    return NULL;
}

static const char *audit_touched(const struct ledger *ledger)
{
    uint32_t flagged = 0;
    uint32_t chained = 0;
    uint32_t last = 0;

    for (uint32_t index = 1; index < ledger->accounts.fresh; index++) {
        const struct account *account = ledger_at(ledger, index);

        if (account->touched > 1 || (account->touched == 0 && account->next_touched != 0)) {
            return "ledger: an untouched account is in the chain of touched ones";
        }
        flagged += account->touched;
    }
    for (uint32_t index = ledger->touched_first; index != 0 && chained <= flagged; chained++) {
        last = index;
        index = ledger_at(ledger, index)->next_touched;
    }
    if (chained != flagged || last != ledger->touched_last) {
        return "ledger: the chain of touched accounts is broken";
    }
    return NULL;
}

static const char *audit_evidence(const struct ledger *ledger)
{
    if (ledger->evidence.count != ledger->by_evidence.count) {
        return "ledger: a piece of evidence is in no table";
    }
    for (uint32_t index = 1; index < ledger->evidence.fresh; index++) {
        const struct evidence *evidence = pool_at(&ledger->evidence, index);

        if (ledger_evidence_check(ledger, evidence) != RESULT_EVIDENCE_USED) {
            return "ledger: a piece of evidence is not found again";
        }
    }
    return NULL;
}

const char *ledger_audit(const struct ledger *ledger)
{
    if (ledger->accounts.count + 1 != ledger->accounts.fresh ||
        ledger->accounts.count != ledger->by_key.count) {
        return "ledger: the tables count other accounts than the pool";
    }
    for (uint32_t index = 1; index < ledger->accounts.fresh; index++) {
        const char *wrong = audit_account(ledger, index);

        if (wrong != NULL) {
            return wrong;
        }
    }
    const char *wrong = audit_sums(ledger);
    if (wrong == NULL) {
        wrong = audit_chains(ledger);
    }
    if (wrong == NULL) {
        wrong = audit_touched(ledger);
    }
    if (wrong == NULL) {
        wrong = audit_evidence(ledger);
    }
    return wrong;
}
