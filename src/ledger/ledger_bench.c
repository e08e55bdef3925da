/* SPDX-License-Identifier: Apache-2.0
 *
 * What the books cost: nanoseconds per find, hold, release and posting, with accounts that fit the
 * caches and with a million that do not; and what one price times quantity costs.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ledger/ledger.h"
#include "money/arithmetic.h"
#include "support/movable_block.h"
#include "support/random_stream.h"

#define ROUNDS 2000000u

static int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void print_figure(const char *what, uint32_t owners, int64_t started_ns)
{
    int64_t tenths = (now_ns() - started_ns) * 10 / ROUNDS;

    printf("%-10s %8" PRIu32 " owners  %4" PRId64 ".%" PRId64 " ns\n", what, owners, tenths / 10,
           tenths % 10);
}

/* Every owner gets a million units of asset 1 from the outside. */
static struct ledger *new_books(uint32_t owners)
{
    const struct limits limits = {.accounts_max = owners + 1, .assets_max = 64, .evidence_max = 16};
    struct arena measure = {.block = NULL};

    (void)ledger_create(&measure, &limits);
    struct arena place = {.block = movable_block_new(measure.used), .size = measure.used};
    struct ledger *ledger = ledger_create(&place, &limits);
    ledger_set_seed(ledger, (struct hash_seed){{11, 12}});
    uint32_t outside = ledger_open(ledger, TARAZY_OWNER_OUTSIDE(1), 1);
    for (uint32_t owner = 1; owner <= owners; owner++) {
        struct posting posting = {
            .amount = amount_of_units(1000000),
            .debit = outside,
            .credit = ledger_open(ledger, owner, 1),
            .from = LEDGER_PART_AVAILABLE,
        };

        ledger_post(ledger, &posting);
        ledger_touched_clear(ledger);
    }
    return ledger;
}

static void bench_accounts(uint32_t owners)
{
    struct ledger *ledger = new_books(owners);
    struct random_stream random = {91};
    uint64_t seen = 0;

    int64_t started = now_ns();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        seen += ledger_find(ledger, 1 + (uint32_t)random_below(&random, owners), 1);
    }
    print_figure("find", owners, started);

    started = now_ns();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t account = 2 + (uint32_t)random_below(&random, owners);

        seen += ledger_hold(ledger, account, amount_of_units(1)) == RESULT_OK;
        ledger_release(ledger, account, amount_of_units(1));
        ledger_touched_clear(ledger);
    }
    print_figure("hold+rel", owners, started);

    started = now_ns();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct posting posting = {
            .amount = amount_of_units(1),
            .debit = 2 + (uint32_t)random_below(&random, owners),
            .credit = 2 + (uint32_t)random_below(&random, owners),
            .from = LEDGER_PART_AVAILABLE,
        };

        if (ledger_check(ledger, &posting) == RESULT_OK) {
            ledger_post(ledger, &posting);
        }
        ledger_touched_clear(ledger);
    }
    print_figure("check+post", owners, started);
    free(ledger);
    if (seen == 0) {
        abort();
    }
}

static void bench_notional(unsigned price_bits, const char *what)
{
    struct random_stream random = {92};
    struct price prices[64];
    struct quantity quantities[64];
    uint64_t seen = 0;

    for (int i = 0; i < 64; i++) {
        prices[i] = price_of_units((int64_t)(random_next(&random) >> (64 - price_bits)));
        quantities[i] = quantity_of_units((int64_t)(random_next(&random) >> 32));
    }
    int64_t started = now_ns();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct amount out;

        seen += money_notional_floor(&out, prices[i % 64], quantities[i / 7 % 64], 8);
        seen += (uint64_t)amount_units(out);
    }
    print_figure(what, 0, started);
    if (seen == 0) {
        abort();
    }
}

int main(void)
{
    bench_accounts(1000);
    bench_accounts(1000000);
    bench_notional(31, "notional64");
    bench_notional(62, "notional128");
    return 0;
}
