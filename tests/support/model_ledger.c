/* SPDX-License-Identifier: Apache-2.0
 *
 * The naive books. Slow and plain on purpose: what it says is what the real ones must say.
 */
#include "support/model_ledger.h"

#include <stdlib.h>
#include <string.h>

void model_ledger_start(struct model_ledger *model)
{
    *model = (struct model_ledger){.accounts = NULL};
}

void model_ledger_end(struct model_ledger *model)
{
    free(model->accounts);
    free(model->evidence);
    model_ledger_start(model);
}

static void *grown(void *array, size_t *room, size_t size)
{
    *room = *room == 0 ? 16 : *room * 2;
    array = realloc(array, *room * size);
    if (array == NULL) {
        abort();
    }
    return array;
}

struct model_account *model_ledger_find(const struct model_ledger *model, uint32_t owner,
                                        uint16_t asset)
{
    for (size_t i = 0; i < model->count; i++) {
        if (model->accounts[i].owner == owner && model->accounts[i].asset == asset) {
            return &model->accounts[i];
        }
    }
    return NULL;
}

struct model_account *model_ledger_open(struct model_ledger *model, uint32_t owner, uint16_t asset)
{
    struct model_account *account = model_ledger_find(model, owner, asset);

    if (account != NULL) {
        return account;
    }
    if (model->count == model->room) {
        model->accounts = grown(model->accounts, &model->room, sizeof *model->accounts);
    }
    account = &model->accounts[model->count++];
    *account = (struct model_account){.owner = owner, .asset = asset};
    return account;
}

int128 model_ledger_available(const struct model_ledger *model, uint32_t owner, uint16_t asset)
{
    const struct model_account *account = model_ledger_find(model, owner, asset);

    return account != NULL ? account->available : 0;
}

int128 model_ledger_held(const struct model_ledger *model, uint32_t owner, uint16_t asset)
{
    const struct model_account *account = model_ledger_find(model, owner, asset);

    return account != NULL ? account->held : 0;
}

enum result model_ledger_hold(struct model_ledger *model, uint32_t owner, uint16_t asset,
                              int128 amount)
{
    struct model_account *account = model_ledger_open(model, owner, asset);

    if (amount != 0 && account->available < amount) {
        return RESULT_INSUFFICIENT_BALANCE;
    }
    account->available -= amount;
    account->held += amount;
    return RESULT_OK;
}

enum result model_ledger_release(struct model_ledger *model, uint32_t owner, uint16_t asset,
                                 int128 amount)
{
    struct model_account *account = model_ledger_open(model, owner, asset);

    if (account->held < amount) {
        return RESULT_INSUFFICIENT_BALANCE;
    }
    account->held -= amount;
    account->available += amount;
    return RESULT_OK;
}

static bool is_mirror(uint32_t owner)
{
    for (uint32_t rail = 1; rail <= TARAZY_RAILS_MAX; rail++) {
        if (owner == TARAZY_OWNER_OUTSIDE(rail)) {
            return true;
        }
    }
    return false;
}

enum result model_ledger_post(struct model_ledger *model, const struct model_posting *posting)
{
    const int128 most = (int128)1 << 120;

    /* Opened before either is used: opening moves the array. */
    (void)model_ledger_open(model, posting->debit, posting->asset);
    (void)model_ledger_open(model, posting->credit, posting->asset);
    struct model_account *debit = model_ledger_find(model, posting->debit, posting->asset);
    struct model_account *credit = model_ledger_find(model, posting->credit, posting->asset);
    int128 *from = posting->from_held ? &debit->held : &debit->available;

    if (*from < posting->amount && (posting->from_held || !is_mirror(posting->debit))) {
        return RESULT_INSUFFICIENT_BALANCE;
    }
    if (*from - posting->amount < -most) {
        return RESULT_OVERFLOW;
    }
    if (debit != credit && credit->available + credit->held + posting->amount > most) {
        return RESULT_OVERFLOW;
    }
    *from -= posting->amount;
    credit->available += posting->amount;
    return RESULT_OK;
}

static bool count_day(struct model_account *account, int128 *counter, int32_t day,
                      const int128 bounds[2])
{
    const int128 amount = bounds[0];
    const int128 day_max = bounds[1];
    int128 after = (account->day == day ? *counter : 0) + amount;

    if ((day_max >= 0 && after > day_max) || after > (int128)1 << 120) {
        return false;
    }
    if (account->day != day) {
        account->day = day;
        account->withdrawn = 0;
        account->deposited = 0;
    }
    *counter = after;
    return true;
}

bool model_ledger_withdraw(struct model_account *account, int32_t day, int128 amount,
                           int128 day_max)
{
    return count_day(account, &account->withdrawn, day, (const int128[]){amount, day_max});
}

bool model_ledger_deposit(struct model_account *account, int32_t day, int128 amount, int128 day_max)
{
    return count_day(account, &account->deposited, day, (const int128[]){amount, day_max});
}

enum result model_ledger_evidence(struct model_ledger *model, const struct evidence *evidence)
{
    for (size_t i = 0; i < model->evidence_count; i++) {
        if (memcmp(&model->evidence[i], evidence, sizeof *evidence) == 0) {
            return RESULT_EVIDENCE_USED;
        }
    }
    if (model->evidence_count == model->evidence_room) {
        model->evidence = grown(model->evidence, &model->evidence_room, sizeof *model->evidence);
    }
    model->evidence[model->evidence_count++] = *evidence;
    return RESULT_OK;
}

int128 model_ledger_total(const struct model_ledger *model, uint16_t asset)
{
    int128 total = 0;

    for (size_t i = 0; i < model->count; i++) {
        const struct model_account *account = &model->accounts[i];

        if (account->asset == asset && !is_mirror(account->owner)) {
            total += account->available + account->held;
        }
    }
    return total;
}

const char *model_ledger_audit(const struct model_ledger *model)
{
    for (size_t i = 0; i < model->count; i++) {
        const struct model_account *account = &model->accounts[i];
        int128 sum = 0;

        if (account->held < 0 || (account->available < 0 && !is_mirror(account->owner))) {
            return "model: an account is below zero";
        }
        for (size_t j = 0; j < model->count; j++) {
            if (model->accounts[j].asset == account->asset) {
                sum += model->accounts[j].available + model->accounts[j].held;
            }
        }
        if (sum != 0) {
            return "model: the accounts of an asset do not sum to zero";
        }
    }
    return NULL;
}
