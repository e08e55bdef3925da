/* SPDX-License-Identifier: Apache-2.0
 *
 * The law of the backlog: whoever has the book before update `first` and applies the merged
 * difference has the book after update `last`. Compared with a book that simply takes every change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/diff_backlog.h"
#include "money/arithmetic.h"
#include "support/random_stream.h"

enum { PRICES = 16, WINDOWS = 200, ROOM = 40 };

/* Quantities by side and price. */
struct book {
    int64_t level[3][PRICES];
};

static struct depth_change change_of(uint8_t side, int64_t price, int64_t quantity)
{
    return (struct depth_change){
        .price = price_of_units(price), .quantity = quantity_of_units(quantity), .side = side};
}

static void book_apply(struct book *book, const struct depth_change *change)
{
    book->level[change->side][price_units(change->price)] = quantity_units(change->quantity);
}

static void one_window_comes_back_sorted(void **state)
{
    struct diff_backlog *backlog = diff_backlog_create(8);
    const struct depth_change changes[] = {change_of(SIDE_SELL, 3, 1), change_of(SIDE_BUY, 2, 5)};
    const struct depth_window window = {.first = 10, .last = 12, .changes = 2};
    struct depth_change out[8];
    uint64_t last = 0;

    assert_false(diff_backlog_covers(backlog, 10));
    diff_backlog_append(backlog, &window, changes);
    assert_true(diff_backlog_covers(backlog, 10));
    assert_true(diff_backlog_covers(backlog, 12));
    assert_false(diff_backlog_covers(backlog, 9));
    assert_false(diff_backlog_covers(backlog, 13));
    assert_int_equal(diff_backlog_merge(backlog, 10, out, &last), 2);
    assert_int_equal(last, 12);
    assert_int_equal(out[0].side, SIDE_BUY);
    assert_int_equal(out[1].side, SIDE_SELL);
    diff_backlog_destroy(backlog);
}

static void of_two_changes_of_a_price_the_newer_stays(void **state)
{
    struct diff_backlog *backlog = diff_backlog_create(8);
    struct depth_change out[8];
    uint64_t last = 0;

    for (uint64_t update = 1; update <= 3; update++) {
        const struct depth_change change = change_of(SIDE_BUY, 7, (int64_t)(10 * update));
        const struct depth_window window = {.first = update, .last = update, .changes = 1};

        diff_backlog_append(backlog, &window, &change);
    }
    assert_int_equal(diff_backlog_merge(backlog, 1, out, &last), 1);
    assert_int_equal(quantity_units(out[0].quantity), 30);
    diff_backlog_destroy(backlog);
}

static void what_does_not_fit_is_no_longer_covered(void **state)
{
    struct diff_backlog *backlog = diff_backlog_create(2);
    const struct depth_change changes[] = {change_of(SIDE_BUY, 1, 1), change_of(SIDE_BUY, 2, 1),
                                           change_of(SIDE_BUY, 3, 1)};
    const struct depth_window small = {.first = 1, .last = 1, .changes = 1};
    const struct depth_window full = {.first = 2, .last = 3, .changes = 2};
    const struct depth_window huge = {.first = 4, .last = 6, .changes = 3};

    diff_backlog_append(backlog, &small, changes);
    diff_backlog_append(backlog, &full, changes);
    assert_false(diff_backlog_covers(backlog, 1));
    assert_true(diff_backlog_covers(backlog, 2));
    diff_backlog_append(backlog, &huge, changes);
    for (uint64_t update = 1; update <= 7; update++) {
        assert_false(diff_backlog_covers(backlog, update));
    }
    diff_backlog_destroy(backlog);
}

/* What one seed made: books[w] is the book after window w, ends[w] that window's last update. */
static struct book books[WINDOWS + 1];
static uint64_t ends[WINDOWS + 1];

/* A window of a few changes, at most one per price, as a feed gives them. */
static void append_random(struct diff_backlog *backlog, struct random_stream *random, uint32_t w)
{
    struct depth_change changes[6];
    struct depth_window window = {.first = ends[w - 1] + 1};

    books[w] = books[w - 1];
    window.changes = (uint32_t)random_below(random, 6) + 1;
    for (uint32_t i = 0; i < window.changes; i++) {
        changes[i] =
            change_of((uint8_t)(1 + random_below(random, 2)),
                      (int64_t)(i * 2 + random_below(random, 2)), (int64_t)random_below(random, 3));
        book_apply(&books[w], &changes[i]);
    }
    ends[w] = ends[w - 1] + window.changes + random_below(random, 3);
    window.last = ends[w];
    diff_backlog_append(backlog, &window, changes);
}

/* From the book after window `from`, the merged difference leads to the book after window w. */
static void expect_merge(const struct diff_backlog *backlog, uint32_t from, uint32_t w)
{
    struct depth_change out[ROOM];
    struct book book = books[from];
    uint64_t last = 0;
    uint32_t count = diff_backlog_merge(backlog, ends[from] + 1, out, &last);

    for (uint32_t i = 0; i < count; i++) {
        book_apply(&book, &out[i]);
    }
    assert_memory_equal(&book, &books[w], sizeof book);
    assert_int_equal(last, ends[w]);
}

static void a_merged_difference_leads_to_the_same_book(void **state)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct diff_backlog *backlog = diff_backlog_create(ROOM);
        struct random_stream random = {seed};

        memset(books, 0, sizeof books);
        memset(ends, 0, sizeof ends);
        for (uint32_t w = 1; w <= WINDOWS; w++) {
            append_random(backlog, &random, w);
            for (uint32_t from = w; from >= 1 && diff_backlog_covers(backlog, ends[from - 1] + 1);
                 from--) {
                expect_merge(backlog, from - 1, w);
            }
        }
        diff_backlog_destroy(backlog);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_window_comes_back_sorted),
        cmocka_unit_test(of_two_changes_of_a_price_the_newer_stays),
        cmocka_unit_test(what_does_not_fit_is_no_longer_covered),
        cmocka_unit_test(a_merged_difference_leads_to_the_same_book),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
