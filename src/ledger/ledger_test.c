/* SPDX-License-Identifier: Apache-2.0
 *
 * The books against the naive books: the same answers and the same balances over a million random
 * acts, and the laws of the books after them, while the whole block keeps moving in memory.
 */
#include "ledger/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "money/arithmetic.h"
#include "support/model_ledger.h"
#include "support/movable_block.h"
#include "support/random_stream.h"

#define ACTS         1000000u
#define ACCOUNTS_MAX 60u /* fewer than there are pairs: opening fails sometimes */
#define EVIDENCE_MAX 300u
#define TOUCHED_MAX  ACCOUNTS_MAX

static const uint32_t owners[] = {
    1,
    2,
    3,
    7,
    900000,
    TARAZY_OWNER_FEES,
    TARAZY_OWNER_ROUNDING,
    TARAZY_OWNER_OUTSIDE(1),
    TARAZY_OWNER_OUTSIDE(2),
    TARAZY_OWNER_OUTSIDE(TARAZY_RAILS_MAX),
};
static const uint16_t assets[] = {1, 2, 63, 64, 65, 128, 130};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct limits limits = {
    .accounts_max = ACCOUNTS_MAX, .assets_max = 130, .evidence_max = EVIDENCE_MAX};

struct books {
    uint8_t *block;
    size_t size;
    struct model_ledger model;
    struct random_stream random;
    uint32_t touched[TOUCHED_MAX]; /* the twin of the chain */
    uint32_t touched_count;
    uint32_t seen[256]; /* how often each result came; results used here are below 256 */
};

static struct ledger *ledger_of(const struct books *books)
{
    return (struct ledger *)(void *)books->block;
}

static void start(struct books *books, uint64_t seed)
{
    struct arena measure = {.block = NULL};

    *books = (struct books){.random = {seed}};
    (void)ledger_create(&measure, &limits);
    assert_false(measure.overflow);
    books->size = measure.used;
    books->block = movable_block_new(books->size);
    struct arena place = {.block = books->block, .size = books->size};
    struct ledger *ledger = ledger_create(&place, &limits);
    assert_ptr_equal(ledger, books->block);
    assert_int_equal(place.used, measure.used);
    ledger_set_seed(ledger, (struct hash_seed){{seed, ~seed}});
    model_ledger_start(&books->model);
}

static void end(struct books *books)
{
    model_ledger_end(&books->model);
    free(books->block);
}

/* The mirrors are the last three. */
static uint32_t random_holder(struct books *books)
{
    return owners[random_below(&books->random, COUNT(owners) - 3)];
}

static uint32_t random_owner(struct books *books)
{
    return owners[random_below(&books->random, COUNT(owners))];
}

static uint16_t random_asset(struct books *books)
{
    return assets[random_below(&books->random, COUNT(assets))];
}

/* Mostly everyday amounts, sometimes nothing, sometimes as much as the books can hold. */
static int128 random_amount(struct books *books)
{
    uint64_t sort = random_below(&books->random, 40);

    if (sort == 0) {
        return 0;
    }
    if (sort == 1) {
        return ((int128)1 << 118) + (int128)random_skewed(&books->random, 40);
    }
    return (int128)random_skewed(&books->random, 40);
}

/* Opens in both, if there is room. */
static uint32_t open_account(struct books *books, uint32_t owner, uint16_t asset)
{
    bool is_new = model_ledger_find(&books->model, owner, asset) == NULL;
    uint32_t room = ledger_room(ledger_of(books));
    uint32_t found = ledger_find(ledger_of(books), owner, asset);
    uint32_t index = ledger_open(ledger_of(books), owner, asset);

    assert_int_equal(room, ACCOUNTS_MAX - books->model.count);
    assert_int_equal(found != 0, !is_new);
    assert_int_equal(index != 0, !is_new || room > 0);
    if (index != 0) {
        (void)model_ledger_open(&books->model, owner, asset);
        assert_int_equal(ledger_find(ledger_of(books), owner, asset), index);
    }
    return index;
}

static void note_touched(struct books *books, uint32_t index)
{
    for (uint32_t i = 0; i < books->touched_count; i++) {
        if (books->touched[i] == index) {
            return;
        }
    }
    books->touched[books->touched_count++] = index;
}

static void act_hold(struct books *books)
{
    uint32_t owner = random_holder(books);
    uint16_t asset = random_asset(books);
    int128 amount = random_amount(books);
    uint32_t index = open_account(books, owner, asset);

    if (index == 0) {
        return;
    }
    enum result result = ledger_hold(ledger_of(books), index, amount_of_wide(amount));
    assert_int_equal(result, model_ledger_hold(&books->model, owner, asset, amount));
    books->seen[result]++;
    if (result == RESULT_OK && amount != 0) {
        note_touched(books, index);
    }
}

static void act_release(struct books *books)
{
    uint32_t owner = random_owner(books);
    uint16_t asset = random_asset(books);
    int128 held = model_ledger_held(&books->model, owner, asset);
    uint32_t index = ledger_find(ledger_of(books), owner, asset);
    int128 amount = random_amount(books);

    if (index == 0) {
        return;
    }
    amount = amount > held ? held : amount;
    ledger_release(ledger_of(books), index, amount_of_wide(amount));
    assert_int_equal(model_ledger_release(&books->model, owner, asset, amount), RESULT_OK);
    if (amount != 0) {
        note_touched(books, index);
    }
}

static void act_post(struct books *books)
{
    struct model_posting twin = {
        .amount = random_amount(books),
        .debit = random_owner(books),
        .credit = random_owner(books),
        .asset = random_asset(books),
        .from_held = random_once_in(&books->random, 2),
    };
    uint32_t debit = open_account(books, twin.debit, twin.asset);
    uint32_t credit = open_account(books, twin.credit, twin.asset);

    if (debit == 0 || credit == 0) {
        return;
    }
    struct posting posting = {
        .amount = amount_of_wide(twin.amount),
        .debit = debit,
        .credit = credit,
        .from = twin.from_held ? LEDGER_PART_HELD : LEDGER_PART_AVAILABLE,
    };
    enum result result = ledger_check(ledger_of(books), &posting);
    assert_int_equal(result, model_ledger_post(&books->model, &twin));
    books->seen[result]++;
    if (result == RESULT_OK) {
        ledger_post(ledger_of(books), &posting);
    }
    if (result == RESULT_OK && twin.amount != 0) {
        note_touched(books, debit);
        note_touched(books, credit);
    }
}

static void act_day(struct books *books)
{
    uint32_t owner = random_owner(books);
    uint16_t asset = random_asset(books);
    uint32_t index = open_account(books, owner, asset);

    if (index == 0) {
        return;
    }
    struct model_account *twin = model_ledger_find(&books->model, owner, asset);
    int32_t day = twin->day + (int32_t)random_below(&books->random, 8) / 7;
    int128 amount = random_amount(books);
    int128 most = random_once_in(&books->random, 3) ? -1 : random_amount(books) * 3;
    struct amount given = amount_of_wide(amount);
    struct amount bound = amount_of_wide(most);
    bool fits;

    if (random_once_in(&books->random, 2)) {
        fits = ledger_day_withdraw_fits(ledger_of(books), index, day, given, bound);
        assert_int_equal(ledger_day_withdraw(ledger_of(books), index, day, given, bound), fits);
        assert_int_equal(model_ledger_withdraw(twin, day, amount, most), fits);
    } else {
        fits = ledger_day_deposit_fits(ledger_of(books), index, day, given, bound);
        assert_int_equal(ledger_day_deposit(ledger_of(books), index, day, given, bound), fits);
        assert_int_equal(model_ledger_deposit(twin, day, amount, most), fits);
    }
}

static void act_evidence(struct books *books)
{
    struct evidence evidence = {.rail = (uint16_t)(1 + random_below(&books->random, 3))};
    size_t count = books->model.evidence_count;

    memset(evidence.text, 'a', 1 + random_below(&books->random, sizeof evidence.text));
    evidence.text[0] = (char)('0' + random_below(&books->random, 4));
    enum result expected = model_ledger_evidence(&books->model, &evidence);
    if (expected == RESULT_OK && count == EVIDENCE_MAX) {
        expected = RESULT_EVIDENCE_FULL;
        books->model.evidence_count--;
    }
    enum result result = ledger_evidence_check(ledger_of(books), &evidence);
    assert_int_equal(result, expected);
    books->seen[result]++;
    if (result == RESULT_OK) {
        ledger_evidence_use(ledger_of(books), &evidence);
        assert_int_equal(ledger_evidence_check(ledger_of(books), &evidence), RESULT_EVIDENCE_USED);
    }
}

static void check_touched(struct books *books)
{
    uint32_t index = ledger_touched_first(ledger_of(books));

    for (uint32_t i = 0; i < books->touched_count; i++) {
        assert_int_equal(index, books->touched[i]);
        index = ledger_account(ledger_of(books), index)->next_touched;
    }
    assert_int_equal(index, 0);
}

static void act_clear(struct books *books)
{
    check_touched(books);
    ledger_touched_clear(ledger_of(books));
    books->touched_count = 0;
    assert_int_equal(ledger_touched_first(ledger_of(books)), 0);
}

/* Every account of the one in the other, and every asset's total. */
static void compare(const struct books *books)
{
    const struct ledger *ledger = ledger_of(books);

    for (size_t i = 0; i < books->model.count; i++) {
        const struct model_account *twin = &books->model.accounts[i];
        uint32_t index = ledger_find(ledger, twin->owner, twin->asset);
        const struct account *account = ledger_account(ledger, index);

        assert_int_equal(index, i + 1);
        assert_true(amount_units(account->available) == twin->available);
        assert_true(amount_units(account->held) == twin->held);
        assert_true(amount_units(ledger_account_day(ledger, index)->withdrawn) == twin->withdrawn);
        assert_true(amount_units(ledger_account_day(ledger, index)->deposited) == twin->deposited);
        assert_int_equal(ledger_account_day(ledger, index)->day, twin->day);
    }
    for (size_t i = 0; i < COUNT(assets); i++) {
        assert_true(amount_units(ledger_total(ledger, assets[i])) ==
                    model_ledger_total(&books->model, assets[i]));
    }
    assert_null(model_ledger_audit(&books->model));
    assert_null(ledger_audit(ledger));
}

static void act(struct books *books)
{
    switch (random_below(&books->random, 16)) {
    case 0:
    case 1:
    case 2: act_hold(books); break;
    case 3:
    case 4: act_release(books); break;
    case 5: act_day(books); break;
    case 6: act_evidence(books); break;
    case 7: act_clear(books); break;
    default: act_post(books); break;
    }
}

static void books_agree_with_naive_books_over_a_million_acts_and_moves_in_memory(void **state)
{
    struct books books;

    start(&books, 81);
    for (uint32_t done = 1; done <= ACTS; done++) {
        act(&books);
        if (done % 500 == 0) {
            compare(&books);
        }
        if (done % 2000 == 0) {
            books.block = movable_block_move(books.block, books.size);
        }
    }
    compare(&books);
    /* The stream was worth something: it met every answer, and the books were full. */
    assert_true(books.seen[RESULT_OK] > ACTS / 10);
    assert_true(books.seen[RESULT_INSUFFICIENT_BALANCE] > ACTS / 100);
    assert_true(books.seen[RESULT_OVERFLOW] > 100);
    assert_true(books.seen[RESULT_EVIDENCE_USED] > 100);
    assert_true(books.seen[RESULT_EVIDENCE_FULL] > 0);
    assert_int_equal(ledger_room(ledger_of(&books)), 0);
    end(&books);
}

/* The same acts give the same bytes, wherever the block stands: what snapshots and digests need. */
static void equal_acts_make_equal_bytes(void **state)
{
    struct books one;
    struct books other;

    start(&one, 82);
    start(&other, 82);
    for (uint32_t done = 0; done < 20000; done++) {
        act(&one);
        act(&other);
        if (done % 1000 == 0) {
            other.block = movable_block_move(other.block, other.size);
        }
    }
    assert_memory_equal(one.block, other.block, one.size);
    end(&one);
    end(&other);
}

/* Strangers who do not know the seed cannot choose what crowds together. */
static void seed_decides_where_things_stand_in_the_tables(void **state)
{
    struct books one;
    struct books other;

    start(&one, 83);
    start(&other, 84);
    for (uint32_t owner = 1; owner <= 20; owner++) {
        assert_int_equal(ledger_open(ledger_of(&one), owner, 1), owner);
        assert_int_equal(ledger_open(ledger_of(&other), owner, 1), owner);
    }
    size_t head = sizeof(struct hash_seed); /* where the seed itself stands */
    assert_memory_not_equal(one.block + head, other.block + head, one.size - head);
    end(&one);
    end(&other);
}

static void absurd_limits_are_marked_while_measuring(void **state)
{
    struct limits absurd = limits;
    struct arena measure = {.block = NULL};

    absurd.assets_max = 65535;
    assert_null(ledger_create(&measure, &absurd));
    assert_false(measure.overflow);
    absurd.assets_max = 65536;
    assert_null(ledger_create(&measure, &absurd));
    assert_true(measure.overflow);
    absurd = limits;
    absurd.accounts_max = UINT32_MAX;
    measure = (struct arena){.block = NULL};
    assert_null(ledger_create(&measure, &absurd));
    assert_true(measure.overflow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(books_agree_with_naive_books_over_a_million_acts_and_moves_in_memory),
        cmocka_unit_test(equal_acts_make_equal_bytes),
        cmocka_unit_test(seed_decides_where_things_stand_in_the_tables),
        cmocka_unit_test(absurd_limits_are_marked_while_measuring),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
