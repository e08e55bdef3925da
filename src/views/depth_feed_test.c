/* SPDX-License-Identifier: Apache-2.0
 *
 * The feed's promise: whoever sets the levels of each flush has the book, and no update id is lost.
 */
#include "views/depth_feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/movable_block.h"
#include "support/random_stream.h"
#include "support/sample_events.h"

#define INSTRUMENTS 3u
#define PRICES      20u

struct book {
    int64_t quantity[2][PRICES];
};

static struct depth_feed *new_feed(uint8_t **block, uint32_t changes_max)
{
    struct arena measure = {0};
    const struct hash_seed seed = {{5, 6}};

    (void)depth_feed_create(&measure, INSTRUMENTS, changes_max, seed);
    *block = movable_block_new(measure.used);
    struct arena place = {.block = *block, .size = measure.used};

    return depth_feed_create(&place, INSTRUMENTS, changes_max, seed);
}

static struct event_level sample_level(uint16_t instrument, uint64_t update, enum side side,
                                       int64_t price, int64_t quantity)
{
    return (struct event_level){
        .header = SAMPLE_HEADER(LEVEL, event_level, update),
        .update = update,
        .price = {price},
        .quantity = {quantity},
        .orders = 1,
        .instrument = instrument,
        .side = (uint8_t)side,
    };
}

/* Sets the reader's levels from a flush; returns the window's last id. */
static uint64_t flush_into(struct depth_feed *feed, uint16_t instrument, struct book *reader,
                           uint64_t known)
{
    struct depth_window window = depth_feed_window(feed, instrument);
    struct depth_change change;
    uint32_t cursor = 0;
    uint32_t changes = 0;

    if (window.first == 0) {
        return known;
    }
    assert_int_equal(window.first, known + 1);
    assert_true(window.last >= window.first);
    while (depth_feed_next(feed, instrument, &cursor, &change)) {
        reader->quantity[change.side - 1][change.price.units] = change.quantity.units;
        changes++;
    }
    assert_int_equal(changes, window.changes);
    depth_feed_flush(feed, instrument);
    assert_int_equal(depth_feed_window(feed, instrument).first, 0);
    return window.last;
}

static void flushes_carry_the_whole_book_without_gaps(void **state)
{
    uint8_t *block;
    struct depth_feed *feed = new_feed(&block, 30); /* fewer than there are prices: it fills up */
    struct random_stream random = {99};
    struct book *books = calloc(INSTRUMENTS + 1, sizeof *books);
    struct book *readers = calloc(INSTRUMENTS + 1, sizeof *readers);
    uint64_t updates[INSTRUMENTS + 1] = {0};
    uint64_t known[INSTRUMENTS + 1] = {0};
    int refused = 0;

    for (int round = 0; round < 50000; round++) {
        uint16_t instrument = (uint16_t)(random_below(&random, INSTRUMENTS) + 1);
        enum side side = random_once_in(&random, 2) ? SIDE_BUY : SIDE_SELL;
        int64_t price = (int64_t)random_below(&random, PRICES);
        int64_t quantity = (int64_t)random_below(&random, 4);
        struct event_level level =
            sample_level(instrument, ++updates[instrument], side, price, quantity);

        while (!depth_feed_note(feed, &level)) {
            uint16_t oldest = depth_feed_pending(feed);

            refused++;
            assert_int_not_equal(oldest, 0);
            known[oldest] = flush_into(feed, oldest, &readers[oldest], known[oldest]);
        }
        books[instrument].quantity[side - 1][price] = quantity;
        if (random_once_in(&random, 20)) {
            known[instrument] =
                flush_into(feed, instrument, &readers[instrument], known[instrument]);
            assert_int_equal(known[instrument], updates[instrument]);
            assert_memory_equal(&readers[instrument], &books[instrument], sizeof *books);
        }
    }
    assert_true(refused > 0);
    free(books);
    free(readers);
    free(block);
}

static void skip_an_update(void *feed)
{
    struct event_level first = sample_level(1, 1, SIDE_BUY, 5, 1);
    struct event_level third = sample_level(1, 3, SIDE_BUY, 5, 2);

    if (depth_feed_note(feed, &first)) {
        (void)!depth_feed_note(feed, &third);
    }
}

static void a_gap_in_the_log_is_a_bug(void **state)
{
    uint8_t *block;
    struct depth_feed *feed = new_feed(&block, 10);

    assert_true(does_abort(skip_an_update, feed));
    free(block);
}

static void those_that_wait_come_in_turn(void **state)
{
    uint8_t *block;
    struct depth_feed *feed = new_feed(&block, 10);
    struct event_level second = sample_level(2, 1, SIDE_BUY, 5, 1);
    struct event_level first = sample_level(1, 1, SIDE_SELL, 5, 1);

    assert_int_equal(depth_feed_pending(feed), 0);
    assert_true(depth_feed_note(feed, &second));
    assert_true(depth_feed_note(feed, &first));
    assert_int_equal(depth_feed_pending(feed), 2);
    depth_feed_flush(feed, 2);
    assert_int_equal(depth_feed_pending(feed), 1);
    depth_feed_flush(feed, 1);
    assert_int_equal(depth_feed_pending(feed), 0);
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flushes_carry_the_whole_book_without_gaps),
        cmocka_unit_test(a_gap_in_the_log_is_a_bug),
        cmocka_unit_test(those_that_wait_come_in_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
