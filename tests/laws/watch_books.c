/* SPDX-License-Identifier: Apache-2.0
 *
 * Postings into the naive books; balances out of them. The naive books know only what accounts own;
 * what they hold is worked out anew from the open orders and withdrawals whenever all is compared.
 */
#include <stdlib.h>

#include "laws/law_watch.h"
#include "support/model_ledger.h"

#define TOUCHED_MAX     8192u
#define WITHDRAWALS_MAX 512u

struct touched {
    uint32_t owner;
    uint16_t asset;
};

struct watch_books {
    struct model_ledger model; /* everything in `available`: whole accounts */
    struct event_withdrawal withdrawals[WITHDRAWALS_MAX];
    uint32_t withdrawals_count;
    struct touched posted[TOUCHED_MAX]; /* by the present command, and not yet shown */
    uint32_t posted_count;
};

struct watch_books *watch_books_new(void)
{
    struct watch_books *books = calloc(1, sizeof *books);

    if (books == NULL) {
        abort();
    }
    model_ledger_start(&books->model);
    return books;
}

void watch_books_free(struct watch_books *books)
{
    model_ledger_end(&books->model);
    free(books);
}

static bool is_mirror(uint32_t owner)
{
    return owner > TARAZY_OWNER_OUTSIDE(0) && owner <= TARAZY_OWNER_OUTSIDE(TARAZY_RAILS_MAX);
}

static void note_posted(struct watch *watch, uint32_t owner, uint16_t asset)
{
    struct watch_books *books = watch->books;

    for (uint32_t i = 0; i < books->posted_count; i++) {
        if (books->posted[i].owner == owner && books->posted[i].asset == asset) {
            return;
        }
    }
    if (books->posted_count == TOUCHED_MAX) {
        watch_break(watch, "more accounts posted to than the watch can count");
        return;
    }
    books->posted[books->posted_count++] = (struct touched){owner, asset};
}

static void see_posting(struct watch *watch, const struct event_posting *event)
{
    struct model_posting posting = {
        .amount = event->amount.units,
        .debit = event->debit,
        .credit = event->credit,
        .asset = event->asset,
    };

    if (event->amount.units <= 0) {
        watch_break(watch, "a posting moves nothing");
    }
    if (event->debit != event->credit &&
        model_ledger_post(&watch->books->model, &posting) != RESULT_OK) {
        watch_break(watch, "posting: owner %u has not that much of asset %u", event->debit,
                    event->asset);
    }
    note_posted(watch, event->debit, event->asset);
    note_posted(watch, event->credit, event->asset);
}

static void see_balance(struct watch *watch, const struct event_balance *event)
{
    struct watch_books *books = watch->books;
    int128 owned = model_ledger_available(&books->model, event->owner, event->asset);

    if (owned != event->available.units + event->held.units) {
        watch_break(watch, "balance: owner %u has other than the postings say of asset %u",
                    event->owner, event->asset);
    }
    if (event->held.units < 0 || (event->available.units < 0 && !is_mirror(event->owner))) {
        watch_break(watch, "balance: owner %u is below zero in asset %u", event->owner,
                    event->asset);
    }
    for (uint32_t i = 0; i < books->posted_count; i++) {
        if (books->posted[i].owner == event->owner && books->posted[i].asset == event->asset) {
            books->posted[i] = books->posted[--books->posted_count];
            return;
        }
    }
}

static uint32_t find_withdrawal(const struct watch_books *books, uint64_t number)
{
    uint32_t at = 0;

    while (at < books->withdrawals_count && books->withdrawals[at].withdrawal != number) {
        at++;
    }
    return at;
}

static void see_withdrawal(struct watch *watch, const struct event_withdrawal *event)
{
    struct watch_books *books = watch->books;
    uint32_t at = find_withdrawal(books, event->withdrawal);
    bool known = at < books->withdrawals_count;

    if (known == (event->state == WITHDRAWAL_STATE_REQUESTED)) {
        watch_break(watch, "withdrawal %llu comes or goes twice",
                    (unsigned long long)event->withdrawal);
    } else if (known) {
        books->withdrawals[at] = books->withdrawals[--books->withdrawals_count];
    } else if (at < WITHDRAWALS_MAX) {
        books->withdrawals[books->withdrawals_count++] = *event;
    } else {
        watch_break(watch, "more withdrawals than the watch can count");
    }
}

void watch_books_event(struct watch *watch, const struct event_header *event)
{
    const void *whole = event;

    if (event->kind == EVENT_POSTING) {
        see_posting(watch, whole);
    } else if (event->kind == EVENT_BALANCE) {
        see_balance(watch, whole);
    } else if (event->kind == EVENT_WITHDRAWAL) {
        see_withdrawal(watch, whole);
    }
}

void watch_books_end(struct watch *watch)
{
    if (watch->books->posted_count != 0) {
        watch_break(watch, "owner %u was posted to and its balance not shown",
                    watch->books->posted[0].owner);
    }
    watch->books->posted_count = 0;
}

static int128 held_by_withdrawals(const struct watch_books *books, uint32_t owner, uint16_t asset)
{
    int128 held = 0;

    for (uint32_t i = 0; i < books->withdrawals_count; i++) {
        if (books->withdrawals[i].participant == owner && books->withdrawals[i].asset == asset) {
            held += books->withdrawals[i].amount.units;
        }
    }
    return held;
}

void watch_books_compare(struct watch *watch, const struct law *law)
{
    struct watch_books *books = watch->books;
    const char *wrong = model_ledger_audit(&books->model);

    if (wrong != NULL) {
        watch_break(watch, "%s", wrong);
    }
    for (size_t i = 0; i < books->model.count; i++) {
        const struct model_account *account = &books->model.accounts[i];
        struct balance_view view;

        if (!tarazy_query_balance(law->engine, account->owner, account->asset, &view)) {
            watch_break(watch, "owner %u's account is not there", account->owner);
            continue;
        }
        int128 held = held_by_withdrawals(books, account->owner, account->asset) +
                      watch_orders_held(watch, account->owner, account->asset);
        if (view.available.units + view.held.units != account->available) {
            watch_break(watch, "owner %u owns other than the postings say", account->owner);
        }
        if (view.held.units != held) {
            watch_break(watch, "owner %u holds %lld of asset %u, its orders say %lld",
                        account->owner, (long long)view.held.units, account->asset,
                        (long long)held);
        }
    }
}
