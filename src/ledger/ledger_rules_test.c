/* SPDX-License-Identifier: Apache-2.0
 *
 * Each rule of the books by name: what is done, what is refused, what aborts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/ledger.h"
#include "money/arithmetic.h"
#include "support/equal_tags.h"
#include "support/expect_abort.h"
#include "support/movable_block.h"

#define ALICE 1u
#define BOB   2u
#define BTC   1u
#define KZT   2u

static const struct limits limits = {.accounts_max = 8, .assets_max = 70, .evidence_max = 4};

struct books {
    uint8_t *block;
    size_t size;
    struct ledger *ledger;
    uint32_t outside; /* of BTC */
    uint32_t alice;
    uint32_t bob;
};

static struct amount units(int64_t number)
{
    return amount_of_units(number);
}

static struct posting posting_of(uint32_t debit, uint32_t credit, struct amount amount)
{
    return (struct posting){
        .amount = amount, .debit = debit, .credit = credit, .from = LEDGER_PART_AVAILABLE};
}

static void move(struct books *books, uint32_t debit, uint32_t credit, int64_t amount)
{
    struct posting posting = posting_of(debit, credit, units(amount));

    ledger_post(books->ledger, &posting);
}

/* Alice owns 100 BTC, 30 of them held; Bob owns nothing. */
static int start(void **state)
{
    static struct books books;
    struct arena measure = {.block = NULL};

    (void)ledger_create(&measure, &limits);
    books.size = measure.used;
    books.block = movable_block_new(books.size);
    struct arena place = {.block = books.block, .size = books.size};
    books.ledger = ledger_create(&place, &limits);
    ledger_set_seed(books.ledger, (struct hash_seed){{3, 4}});
    books.outside = ledger_open(books.ledger, TARAZY_OWNER_OUTSIDE(1), BTC);
    books.alice = ledger_open(books.ledger, ALICE, BTC);
    books.bob = ledger_open(books.ledger, BOB, BTC);
    move(&books, books.outside, books.alice, 100);
    assert_int_equal(ledger_hold(books.ledger, books.alice, units(30)), RESULT_OK);
    ledger_touched_clear(books.ledger);
    *state = &books;
    return 0;
}

static int end(void **state)
{
    const struct books *books = *state;

    free(books->block);
    return 0;
}

static void check_account(const struct books *books, uint32_t account, int64_t available,
                          int64_t held)
{
    assert_true(amount_units(ledger_account(books->ledger, account)->available) == available);
    assert_true(amount_units(ledger_account(books->ledger, account)->held) == held);
}

static void hold_moves_available_to_held_and_back(void **state)
{
    const struct books *books = *state;

    check_account(books, books->alice, 70, 30);
    ledger_release(books->ledger, books->alice, units(10));
    check_account(books, books->alice, 80, 20);
    assert_int_equal(ledger_hold(books->ledger, books->alice, units(80)), RESULT_OK);
    check_account(books, books->alice, 0, 100);
}

static void hold_beyond_what_is_available_is_refused_and_changes_nothing(void **state)
{
    const struct books *books = *state;

    assert_int_equal(ledger_hold(books->ledger, books->alice, units(71)),
                     RESULT_INSUFFICIENT_BALANCE);
    check_account(books, books->alice, 70, 30);
    assert_int_equal(ledger_touched_first(books->ledger), 0);
    assert_int_equal(ledger_hold(books->ledger, books->bob, units(1)), RESULT_INSUFFICIENT_BALANCE);
}

static void held_value_goes_to_the_other_side_as_available(void **state)
{
    const struct books *books = *state;
    struct posting posting = posting_of(books->alice, books->bob, units(30));

    posting.from = LEDGER_PART_HELD;
    assert_int_equal(ledger_check(books->ledger, &posting), RESULT_OK);
    ledger_post(books->ledger, &posting);
    check_account(books, books->alice, 70, 0);
    check_account(books, books->bob, 30, 0);
}

static void posting_beyond_the_part_it_takes_from_is_refused(void **state)
{
    const struct books *books = *state;
    struct posting posting = posting_of(books->alice, books->bob, units(71));

    assert_int_equal(ledger_check(books->ledger, &posting), RESULT_INSUFFICIENT_BALANCE);
    posting.amount = units(31);
    posting.from = LEDGER_PART_HELD;
    assert_int_equal(ledger_check(books->ledger, &posting), RESULT_INSUFFICIENT_BALANCE);
    posting.amount = units(30);
    assert_int_equal(ledger_check(books->ledger, &posting), RESULT_OK);
}

static void only_a_mirror_of_the_outside_goes_below_zero(void **state)
{
    struct books *books = *state;
    const uint32_t house[] = {TARAZY_OWNER_FEES, TARAZY_OWNER_ROUNDING, TARAZY_OWNER_HOUSE,
                              TARAZY_OWNER_OUTSIDE(0), TARAZY_OWNER_OUTSIDE(TARAZY_RAILS_MAX + 1)};

    check_account(books, books->outside, -100, 0);
    for (size_t i = 0; i < sizeof house / sizeof house[0]; i++) {
        struct posting posting =
            posting_of(ledger_open(books->ledger, house[i], BTC), books->alice, units(1));

        assert_int_equal(ledger_check(books->ledger, &posting), RESULT_INSUFFICIENT_BALANCE);
    }
    assert_int_equal(ledger_room(books->ledger), 0);
}

static void mirror_of_the_last_rail_goes_below_zero_too(void **state)
{
    struct books *books = *state;
    uint32_t rail = ledger_open(books->ledger, TARAZY_OWNER_OUTSIDE(TARAZY_RAILS_MAX), BTC);

    move(books, rail, books->bob, 5);
    check_account(books, rail, -5, 0);
    assert_int_equal(amount_units(ledger_total(books->ledger, BTC)), 105);
    move(books, books->bob, books->outside, 2);
    assert_int_equal(amount_units(ledger_total(books->ledger, BTC)), 103);
    assert_int_equal(amount_units(ledger_total(books->ledger, KZT)), 0);
    assert_null(ledger_audit(books->ledger));
}

/* The giver has room, the getter has not: 70 are available, 30 held, and 2^120 − 99 would come. */
static void account_that_would_pass_the_bound_is_refused_as_overflow(void **state)
{
    struct books *books = *state;
    uint32_t rail = ledger_open(books->ledger, TARAZY_OWNER_OUTSIDE(2), BTC);
    struct posting posting =
        posting_of(rail, books->alice, amount_of_wide(amount_units(amount_bound()) - 99));

    assert_int_equal(ledger_check(books->ledger, &posting), RESULT_OVERFLOW);
    posting.credit = books->bob;
    assert_int_equal(ledger_check(books->ledger, &posting), RESULT_OK);
}

/* 2^120 is the most an account may hold, its held part counted. */
static void account_beyond_the_bound_is_refused_as_overflow(void **state)
{
    struct books *books = *state;
    struct amount room = amount_of_wide(amount_units(amount_bound()) - 100);
    struct amount more = amount_of_wide(amount_units(amount_bound()) - 99);
    struct posting posting = posting_of(books->outside, books->alice, more);

    assert_int_equal(ledger_check(books->ledger, &posting), RESULT_OVERFLOW);
    posting.amount = room;
    assert_int_equal(ledger_check(books->ledger, &posting), RESULT_OK);
    ledger_post(books->ledger, &posting);
    assert_null(ledger_audit(books->ledger));
    /* Now the mirror is at its bound as well: nothing more comes in on this rail, for anybody. */
    posting = posting_of(books->outside, books->bob, units(1));
    assert_int_equal(ledger_check(books->ledger, &posting), RESULT_OVERFLOW);
    /* What is held comes back without passing the bound. */
    ledger_release(books->ledger, books->alice, units(30));
    assert_null(ledger_audit(books->ledger));
    posting = posting_of(books->alice, books->alice, units(5));
    assert_int_equal(ledger_check(books->ledger, &posting), RESULT_OK);
}

static void posting_to_oneself_frees_what_was_held(void **state)
{
    const struct books *books = *state;
    struct posting posting = posting_of(books->alice, books->alice, units(30));

    posting.from = LEDGER_PART_HELD;
    ledger_post(books->ledger, &posting);
    check_account(books, books->alice, 100, 0);
    assert_null(ledger_audit(books->ledger));
}

static void moving_nothing_touches_nothing(void **state)
{
    struct books *books = *state;

    move(books, books->alice, books->bob, 0);
    assert_int_equal(ledger_hold(books->ledger, books->alice, units(0)), RESULT_OK);
    ledger_release(books->ledger, books->alice, units(0));
    assert_int_equal(ledger_touched_first(books->ledger), 0);
}

static void owners_accounts_are_a_chain_ascending_by_asset(void **state)
{
    const struct books *books = *state;
    const uint16_t order[] = {64, 7, 70, 2};
    const uint16_t sorted[] = {1, 2, 7, 64, 70};

    for (size_t i = 0; i < 4; i++) {
        assert_true(ledger_open(books->ledger, ALICE, order[i]) != 0);
        assert_null(ledger_audit(books->ledger));
    }
    uint32_t index = ledger_first_of_owner(books->ledger, ALICE);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(ledger_account(books->ledger, index)->asset, sorted[i]);
        assert_int_equal(ledger_account(books->ledger, index)->owner, ALICE);
        index = ledger_account(books->ledger, index)->next_of_owner;
    }
    assert_int_equal(index, 0);
    assert_int_equal(ledger_first_of_owner(books->ledger, 99), 0);
}

static void account_beyond_the_last_slot_is_not_opened(void **state)
{
    const struct books *books = *state;

    for (uint16_t asset = 11; ledger_room(books->ledger) > 0; asset++) {
        assert_true(ledger_open(books->ledger, BOB, asset) != 0);
    }
    assert_int_equal(ledger_open(books->ledger, BOB, 60), 0);
    assert_int_equal(ledger_find(books->ledger, BOB, 60), 0);
    assert_int_equal(ledger_open(books->ledger, BOB, BTC), books->bob);
    assert_null(ledger_audit(books->ledger));
}

static void day_limit_counts_per_day_and_is_exact(void **state)
{
    const struct books *books = *state;
    struct ledger *ledger = books->ledger;

    assert_true(ledger_day_withdraw(ledger, books->alice, 5, units(60), units(100)));
    assert_false(ledger_day_withdraw(ledger, books->alice, 5, units(41), units(100)));
    assert_true(ledger_day_withdraw(ledger, books->alice, 5, units(40), units(100)));
    assert_false(ledger_day_withdraw(ledger, books->alice, 5, units(1), units(100)));
    assert_true(ledger_day_withdraw(ledger, books->alice, 5, units(1), units(-1)));
    /* Deposits are counted apart. */
    assert_true(ledger_day_deposit(ledger, books->alice, 5, units(100), units(100)));
    assert_false(ledger_day_deposit(ledger, books->alice, 5, units(1), units(100)));
    /* A refusal on the next day leaves the old day's counters alone; an acceptance resets both. */
    assert_false(ledger_day_deposit(ledger, books->alice, 6, units(101), units(100)));
    assert_int_equal(ledger_account_day(ledger, books->alice)->day, 5);
    assert_true(ledger_day_deposit(ledger, books->alice, 6, units(100), units(100)));
    assert_true(ledger_day_withdraw(ledger, books->alice, 6, units(100), units(100)));
    assert_int_equal(ledger_account_day(ledger, books->alice)->day, 6);
    assert_false(ledger_day_withdraw(ledger, books->alice, 6, units(1), units(0)));
    assert_int_equal(ledger_touched_first(ledger), 0);
}

static void day_counter_never_passes_the_bound_of_the_books(void **state)
{
    const struct books *books = *state;
    struct amount largest = amount_of_wide((int128)(~(uint128)0 >> 1));

    assert_true(ledger_day_withdraw(books->ledger, books->alice, 1, amount_bound(), units(-1)));
    assert_false(ledger_day_withdraw(books->ledger, books->alice, 1, units(1), units(-1)));
    assert_false(ledger_day_withdraw(books->ledger, books->alice, 1, largest, units(-1)));
    assert_false(ledger_day_withdraw(books->ledger, books->alice, 1, units(1), largest));
}

static const struct hash_seed seed = {{3, 4}};

static uint64_t hash_of_pair(uint32_t number)
{
    return hash_u64(seed, (uint64_t)number << 32 | BTC);
}

static uint64_t hash_of_owner(uint32_t number)
{
    return hash_u64(seed, number);
}

static struct evidence evidence_of(uint32_t number)
{
    struct evidence evidence = {.rail = 1};

    memcpy(evidence.text, &number, sizeof number);
    return evidence;
}

static uint64_t hash_of_evidence(uint32_t number)
{
    struct evidence evidence = evidence_of(number);

    return hash_bytes(seed, &evidence, sizeof evidence);
}

static void accounts_whose_hashes_agree_are_told_apart(void **state)
{
    const struct books *books = *state;
    uint32_t pair[2];

    assert_true(equal_tags_find(hash_of_pair, pair));
    assert_true(ledger_open(books->ledger, pair[0], BTC) != 0);
    assert_int_equal(ledger_find(books->ledger, pair[1], BTC), 0);
    assert_true(ledger_open(books->ledger, pair[1], BTC) != 0);
    for (size_t i = 0; i < 2; i++) {
        uint32_t index = ledger_find(books->ledger, pair[i], BTC);

        assert_int_equal(ledger_account(books->ledger, index)->owner, pair[i]);
    }
}

static void owners_whose_hashes_agree_are_told_apart(void **state)
{
    const struct books *books = *state;
    uint32_t pair[2];

    assert_true(equal_tags_find(hash_of_owner, pair));
    assert_true(ledger_open(books->ledger, pair[0], KZT) != 0);
    assert_int_equal(ledger_first_of_owner(books->ledger, pair[1]), 0);
    assert_true(ledger_open(books->ledger, pair[1], KZT) != 0);
    /* A new head replaces the old one of its own owner, not of the other. */
    assert_true(ledger_open(books->ledger, pair[1], BTC) != 0);
    for (size_t i = 0; i < 2; i++) {
        uint32_t index = ledger_first_of_owner(books->ledger, pair[i]);

        assert_int_equal(ledger_account(books->ledger, index)->owner, pair[i]);
        assert_int_equal(ledger_account(books->ledger, index)->asset, i == 0 ? KZT : BTC);
    }
    assert_null(ledger_audit(books->ledger));
}

static void evidence_whose_hashes_agree_is_told_apart(void **state)
{
    const struct books *books = *state;
    uint32_t pair[2];

    assert_true(equal_tags_find(hash_of_evidence, pair));
    struct evidence one = evidence_of(pair[0]);
    struct evidence other = evidence_of(pair[1]);
    ledger_evidence_use(books->ledger, &one);
    assert_int_equal(ledger_evidence_check(books->ledger, &other), RESULT_OK);
    ledger_evidence_use(books->ledger, &other);
    assert_int_equal(ledger_evidence_check(books->ledger, &one), RESULT_EVIDENCE_USED);
    assert_int_equal(ledger_evidence_check(books->ledger, &other), RESULT_EVIDENCE_USED);
}

static void evidence_is_used_once_for_ever(void **state)
{
    const struct books *books = *state;
    struct evidence evidence = {.text = "txid:0", .rail = 2};
    struct evidence other_rail = {.text = "txid:0", .rail = 3};
    struct evidence other_text = {.text = "txid:1", .rail = 2};

    assert_int_equal(ledger_evidence_check(books->ledger, &evidence), RESULT_OK);
    ledger_evidence_use(books->ledger, &evidence);
    assert_int_equal(ledger_evidence_check(books->ledger, &evidence), RESULT_EVIDENCE_USED);
    assert_int_equal(ledger_evidence_check(books->ledger, &other_rail), RESULT_OK);
    assert_int_equal(ledger_evidence_check(books->ledger, &other_text), RESULT_OK);
}

static void evidence_beyond_the_last_slot_is_refused_but_used_evidence_is_still_known(void **state)
{
    const struct books *books = *state;
    struct evidence evidence = {.text = "0", .rail = 1};

    for (char i = '0'; i < '4'; i++) {
        evidence.text[0] = i;
        ledger_evidence_use(books->ledger, &evidence);
    }
    assert_int_equal(ledger_evidence_check(books->ledger, &evidence), RESULT_EVIDENCE_USED);
    evidence.text[0] = '4';
    assert_int_equal(ledger_evidence_check(books->ledger, &evidence), RESULT_EVIDENCE_FULL);
    assert_null(ledger_audit(books->ledger));
}

/* ------------------------------------------------------------------ misuse aborts */

/* Where answers go that nobody waits for. */
static volatile bool answered;

static void abort_hold_negative(void *argument)
{
    const struct books *books = argument;

    answered = ledger_hold(books->ledger, books->alice, units(-1)) == RESULT_OK;
}

static void abort_hold_of_a_mirror(void *argument)
{
    const struct books *books = argument;

    answered = ledger_hold(books->ledger, books->outside, units(0)) == RESULT_OK;
}

static void abort_release_too_much(void *argument)
{
    const struct books *books = argument;

    ledger_release(books->ledger, books->alice, units(31));
}

static void abort_release_negative(void *argument)
{
    const struct books *books = argument;

    ledger_release(books->ledger, books->alice, units(-1));
}

static void abort_post_refused(void *argument)
{
    move(argument, ((struct books *)argument)->bob, ((struct books *)argument)->alice, 1);
}

static void abort_post_negative(void *argument)
{
    move(argument, ((struct books *)argument)->alice, ((struct books *)argument)->bob, -1);
}

static void abort_post_across_assets(void *argument)
{
    struct books *books = argument;

    move(books, books->alice, ledger_open(books->ledger, BOB, KZT), 1);
}

static void abort_post_from_no_part(void *argument)
{
    struct books *books = argument;
    struct posting posting = posting_of(books->alice, books->bob, units(1));

    posting.from = 0;
    ledger_post(books->ledger, &posting);
}

static void abort_account_zero(void *argument)
{
    (void)ledger_account(((struct books *)argument)->ledger, 0);
}

static void abort_account_never_opened(void *argument)
{
    (void)ledger_account(((struct books *)argument)->ledger, 4);
}

static void abort_hold_never_opened(void *argument)
{
    answered = ledger_hold(((struct books *)argument)->ledger, 4, units(0)) == RESULT_OK;
}

static void abort_open_no_owner(void *argument)
{
    (void)ledger_open(((struct books *)argument)->ledger, 0, BTC);
}

static void abort_open_no_asset(void *argument)
{
    (void)ledger_open(((struct books *)argument)->ledger, ALICE, 0);
}

static void abort_open_asset_too_large(void *argument)
{
    (void)ledger_open(((struct books *)argument)->ledger, ALICE, 71);
}

static void abort_total_of_no_asset(void *argument)
{
    (void)ledger_total(((struct books *)argument)->ledger, 0);
}

static void abort_total_of_asset_too_large(void *argument)
{
    (void)ledger_total(((struct books *)argument)->ledger, 71);
}

static void abort_seed_late(void *argument)
{
    ledger_set_seed(((struct books *)argument)->ledger, (struct hash_seed){{1, 1}});
}

static void abort_evidence_twice(void *argument)
{
    const struct evidence evidence = {.text = "x", .rail = 1};

    ledger_evidence_use(((struct books *)argument)->ledger, &evidence);
    ledger_evidence_use(((struct books *)argument)->ledger, &evidence);
}

static void abort_day_back(void *argument)
{
    const struct books *books = argument;

    if (ledger_day_deposit(books->ledger, books->alice, 5, units(1), units(-1))) {
        answered = ledger_day_withdraw_fits(books->ledger, books->alice, 4, units(1), units(-1));
    }
}

static void abort_day_negative(void *argument)
{
    const struct books *books = argument;

    answered = ledger_day_withdraw_fits(books->ledger, books->alice, 4, units(-1), units(-1));
}

static void misuse_of_the_books_aborts(void **state)
{
    void (*const acts[])(void *) = {
        abort_hold_negative,      abort_hold_of_a_mirror,
        abort_release_too_much,   abort_release_negative,
        abort_post_refused,       abort_post_negative,
        abort_post_across_assets, abort_post_from_no_part,
        abort_account_zero,       abort_account_never_opened,
        abort_hold_never_opened,  abort_open_no_owner,
        abort_open_no_asset,      abort_open_asset_too_large,
        abort_total_of_no_asset,  abort_total_of_asset_too_large,
        abort_seed_late,          abort_evidence_twice,
        abort_day_back,           abort_day_negative,
    };

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        assert_true(does_abort(acts[i], *state));
    }
}

#define RULE(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(hold_moves_available_to_held_and_back),
        RULE(hold_beyond_what_is_available_is_refused_and_changes_nothing),
        RULE(held_value_goes_to_the_other_side_as_available),
        RULE(posting_beyond_the_part_it_takes_from_is_refused),
        RULE(only_a_mirror_of_the_outside_goes_below_zero),
        RULE(mirror_of_the_last_rail_goes_below_zero_too),
        RULE(account_that_would_pass_the_bound_is_refused_as_overflow),
        RULE(account_beyond_the_bound_is_refused_as_overflow),
        RULE(posting_to_oneself_frees_what_was_held),
        RULE(moving_nothing_touches_nothing),
        RULE(owners_accounts_are_a_chain_ascending_by_asset),
        RULE(account_beyond_the_last_slot_is_not_opened),
        RULE(day_limit_counts_per_day_and_is_exact),
        RULE(day_counter_never_passes_the_bound_of_the_books),
        RULE(accounts_whose_hashes_agree_are_told_apart),
        RULE(owners_whose_hashes_agree_are_told_apart),
        RULE(evidence_whose_hashes_agree_is_told_apart),
        RULE(evidence_is_used_once_for_ever),
        RULE(evidence_beyond_the_last_slot_is_refused_but_used_evidence_is_still_known),
        RULE(misuse_of_the_books_aborts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
