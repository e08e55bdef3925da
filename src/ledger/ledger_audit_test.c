/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit can fail: each law of the books is broken by hand, and the audit says which one it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/ledger_state.h"
#include "support/expect_abort.h"
#include "support/movable_block.h"

#define ALICE 1u
#define BOB   2u
#define BTC   1u
#define KZT   2u

static const struct limits limits = {.accounts_max = 8, .assets_max = 64, .evidence_max = 4};

static struct amount units(int64_t number)
{
    return amount_of_units(number);
}

/* Account 1: the outside, -100 BTC; 2: Alice, 70 and 30 held; 3: Bob, nothing. */
static struct ledger *new_books(size_t *size)
{
    struct arena measure = {.block = NULL};

    (void)ledger_create(&measure, &limits);
    *size = measure.used;
    struct arena place = {.block = movable_block_new(*size), .size = *size};
    struct ledger *ledger = ledger_create(&place, &limits);
    struct posting posting = {
        .amount = units(100),
        .debit = ledger_open(ledger, TARAZY_OWNER_OUTSIDE(1), BTC),
        .credit = ledger_open(ledger, ALICE, BTC),
        .from = LEDGER_PART_AVAILABLE,
    };
    (void)ledger_open(ledger, BOB, BTC);
    ledger_post(ledger, &posting);
    assert_int_equal(ledger_hold(ledger, posting.credit, units(30)), RESULT_OK);
    ledger_touched_clear(ledger);
    return ledger;
}

static struct account *account_at(struct ledger *ledger, uint32_t index)
{
    return ledger_at(ledger, index);
}

static void break_available(struct ledger *ledger)
{
    account_at(ledger, 2)->available = units(71);
}

static void break_both_alike(struct ledger *ledger)
{
    account_at(ledger, 2)->available = units(71);
    account_at(ledger, 1)->available = units(-101);
}

static void break_below_zero(struct ledger *ledger)
{
    account_at(ledger, 3)->available = units(-1);
    account_at(ledger, 2)->available = units(71);
}

static void break_held_below_zero(struct ledger *ledger)
{
    account_at(ledger, 3)->held = units(-1);
    account_at(ledger, 2)->held = units(31);
}

static void break_mirror_holds(struct ledger *ledger)
{
    account_at(ledger, 1)->held = units(1);
    account_at(ledger, 1)->available = units(-101);
}

static void break_bound(struct ledger *ledger)
{
    account_at(ledger, 2)->available = amount_bound();
}

static void break_owner(struct ledger *ledger)
{
    account_at(ledger, 3)->owner = 77;
}

static void break_owner_to_nobody(struct ledger *ledger)
{
    account_at(ledger, 3)->owner = 0;
}

static void break_asset(struct ledger *ledger)
{
    account_at(ledger, 3)->asset = 65;
}

static void break_running_sum(struct ledger *ledger)
{
    ledger_sums(ledger, KZT)->inside = units(1);
}

static void break_running_sum_of_last_asset(struct ledger *ledger)
{
    ledger_sums(ledger, 64)->outside = units(1);
}

static void break_counter(struct ledger *ledger)
{
    ledger_day_at(ledger, 3)->withdrawn = units(-1);
}

static void break_reserved(struct ledger *ledger)
{
    account_at(ledger, 3)->reserved[15] = 1;
}

static void break_reserved_of_day(struct ledger *ledger)
{
    ledger_day_at(ledger, 3)->reserved[11] = 1;
}

static void break_chain_into_another_owner(struct ledger *ledger)
{
    account_at(ledger, 2)->next_of_owner = 3;
}

static void break_chain_into_another_owner_in_order(struct ledger *ledger)
{
    account_at(ledger, 2)->next_of_owner = ledger_open(ledger, BOB, KZT);
}

static void break_chain_into_itself(struct ledger *ledger)
{
    account_at(ledger, 3)->next_of_owner = 3;
}

static void break_chain_end(struct ledger *ledger)
{
    (void)ledger_open(ledger, ALICE, KZT);
    account_at(ledger, 2)->next_of_owner = 0;
}

static void break_touched_flag(struct ledger *ledger)
{
    account_at(ledger, 2)->touched = 1;
}

static void break_touched_link(struct ledger *ledger)
{
    account_at(ledger, 2)->next_touched = 3;
}

static void break_touched_round(struct ledger *ledger)
{
    assert_int_equal(ledger_hold(ledger, 2, units(1)), RESULT_OK);
    account_at(ledger, 2)->next_touched = 2;
}

static void break_touched_last(struct ledger *ledger)
{
    ledger->touched_last = 2;
}

static void break_evidence(struct ledger *ledger)
{
    const struct evidence evidence = {.text = "x", .rail = 1};

    ledger_evidence_use(ledger, &evidence);
    ((struct evidence *)pool_at(&ledger->evidence, 1))->text[0] = 'y';
}

static void break_evidence_count(struct ledger *ledger)
{
    (void)pool_take(&ledger->evidence);
}

static void break_account_count(struct ledger *ledger)
{
    (void)pool_take(&ledger->accounts);
}

static void audit_finds_each_broken_law(void **state)
{
    const struct {
        void (*act)(struct ledger *);
        const char *found;
    } laws[] = {
        {break_available, "ledger: the accounts of an asset do not sum to zero"},
        {break_both_alike, "ledger: a running sum differs from the accounts"},
        {break_below_zero, "ledger: an account that mirrors nothing is below zero"},
        {break_held_below_zero, "ledger: an account that mirrors nothing is below zero"},
        {break_mirror_holds, "ledger: a mirror of the outside holds something"},
        {break_bound, "ledger: an account is beyond what the books can hold"},
        {break_owner, "ledger: an account is not found under its owner and asset"},
        {break_owner_to_nobody, "ledger: an account has no owner or no asset"},
        {break_asset, "ledger: an account has no owner or no asset"},
        {break_running_sum, "ledger: a running sum differs from the accounts"},
        {break_running_sum_of_last_asset, "ledger: a running sum differs from the accounts"},
        {break_counter, "ledger: a day's counter is below zero"},
        {break_reserved, "ledger: a reserved byte is not zero"},
        {break_reserved_of_day, "ledger: a reserved byte is not zero"},
        {break_chain_into_another_owner, "ledger: an owner's accounts are not in ascending order"},
        {break_chain_into_another_owner_in_order,
         "ledger: an owner's accounts are not in ascending order"},
        {break_chain_into_itself, "ledger: an owner's accounts are not in ascending order"},
        {break_chain_end, "ledger: an account is in no owner's chain"},
        {break_touched_flag, "ledger: the chain of touched accounts is broken"},
        {break_touched_link, "ledger: an untouched account is in the chain of touched ones"},
        {break_touched_round, "ledger: the chain of touched accounts is broken"},
        {break_touched_last, "ledger: the chain of touched accounts is broken"},
        {break_evidence, "ledger: a piece of evidence is not found again"},
        {break_evidence_count, "ledger: a piece of evidence is in no table"},
        {break_account_count, "ledger: the tables count other accounts than the pool"},
    };

    for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
        size_t size;
        struct ledger *ledger = new_books(&size);

        assert_null(ledger_audit(ledger));
        laws[i].act(ledger);
        const char *found = ledger_audit(ledger);
        assert_non_null(found);
        assert_string_equal(found, laws[i].found);
        free(ledger);
    }
}

/* A posting meets a running sum that is wrong: it does not go on. */
static void post_with_a_wrong_sum(void *argument)
{
    struct posting posting = {
        .amount = units(1), .debit = 2, .credit = 3, .from = LEDGER_PART_AVAILABLE};

    ledger_sums(argument, BTC)->inside = units(99);
    ledger_post(argument, &posting);
}

static void release_beyond_the_bound(void *argument)
{
    account_at(argument, 2)->held = amount_bound();
    ledger_release(argument, 2, amount_bound());
}

static void broken_books_abort_when_they_are_used(void **state)
{
    size_t size;
    struct ledger *ledger = new_books(&size);

    assert_true(does_abort(post_with_a_wrong_sum, ledger));
    assert_true(does_abort(release_beyond_the_bound, ledger));
    free(ledger);
}

static void parts_of_the_books_do_not_overlap(void **state)
{
    size_t size;
    struct ledger *ledger = new_books(&size);
    uintptr_t end_of_accounts = (uintptr_t)ledger_at(ledger, limits.accounts_max + 1);
    uintptr_t sums = (uintptr_t)ledger_sums(ledger, 0);
    uintptr_t end_of_sums = (uintptr_t)(ledger_sums(ledger, (uint16_t)limits.assets_max) + 1);
    uintptr_t evidence = (uintptr_t)pool_at(&ledger->evidence, 0);
    uintptr_t end_of_evidence = (uintptr_t)pool_at(&ledger->evidence, limits.evidence_max + 1);

    assert_true(end_of_accounts <= sums && end_of_sums <= evidence);
    assert_true(end_of_evidence <= (uintptr_t)ledger + size);
    free(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit_finds_each_broken_law),
        cmocka_unit_test(broken_books_abort_when_they_are_used),
        cmocka_unit_test(parts_of_the_books_do_not_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
