/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums of fills within one command.
 *
 * Why a file of its own: one order may have thousands of fills in a command and thousands of orders
 * one each; both must cost the same per fill. A table by order number, emptied by counting up
 * `round` instead of clearing it.
 * Invariants: at most half of the places are used; an entry belongs to this command exactly when its
 * round is the tally's; entry.left counts the fills noted and not yet counted.
 * Read next: user_streams.c.
 */
#include "gateway/fill_tally.h"

#include <stdlib.h>

#include "base/ensure.h"
#include "money/arithmetic.h"

enum { PLACES_AT_FIRST = 256 }; /* a power of two, as every size after it */

struct tally_entry {
    struct fill_sum sum;
    uint64_t order;
    uint32_t round;
    uint32_t left;
};

struct fill_tally {
    struct tally_entry *entries;
    uint32_t places;
    uint32_t used;
    uint32_t round;
};

struct fill_tally *fill_tally_create(void)
{
    struct fill_tally *tally = calloc(1, sizeof *tally);

    ENSURE(tally != NULL);
    tally->entries = calloc(PLACES_AT_FIRST, sizeof tally->entries[0]);
    ENSURE(tally->entries != NULL);
    tally->places = PLACES_AT_FIRST;
    tally->round = 1;
    return tally;
}

void fill_tally_destroy(struct fill_tally *tally)
{
    if (tally == NULL) {
        return;
    }
    free(tally->entries);
    free(tally);
}

void fill_tally_begin(struct fill_tally *tally)
{
    tally->used = 0;
    if (++tally->round == 0) {
        /* Once in four thousand million commands: rounds of old would look like this one. */
        for (uint32_t i = 0; i < tally->places; i++) {
            tally->entries[i].round = 0;
        }
        tally->round = 1;
    }
}

/* The entry of an order, or the free one where it would stand. Order numbers count up, so their low
 * bits spread by themselves; nobody outside chooses them. */
static struct tally_entry *place_of(const struct fill_tally *tally, uint64_t order)
{
    uint32_t at = (uint32_t)order & (tally->places - 1);

    while (tally->entries[at].round == tally->round && tally->entries[at].order != order) {
        at = (at + 1) & (tally->places - 1);
    }
    return &tally->entries[at];
}

static void grow(struct fill_tally *tally)
{
    struct fill_tally larger = {
        .entries = calloc((size_t)tally->places * 2, sizeof tally->entries[0]),
        .places = tally->places * 2,
        .used = tally->used,
        .round = tally->round,
    };

    ENSURE(larger.entries != NULL);
    for (uint32_t i = 0; i < tally->places; i++) {
        if (tally->entries[i].round == tally->round) {
            *place_of(&larger, tally->entries[i].order) = tally->entries[i];
        }
    }
    free(tally->entries);
    *tally = larger;
}

static void subtract(struct fill_sum *sum, struct quantity quantity, struct amount quote)
{
    bool is_exact = amount_subtract(&sum->quote, sum->quote, quote);

    ENSURE(is_exact && !amount_is_negative(sum->quote));
    sum->executed = quantity_subtract(sum->executed, quantity);
}

static void add(struct fill_sum *sum, struct quantity quantity, struct amount quote)
{
    bool is_exact = amount_add(&sum->quote, sum->quote, quote);

    is_exact = quantity_add(&sum->executed, sum->executed, quantity) && is_exact;
    ENSURE(is_exact);
}

void fill_tally_note(struct fill_tally *tally, const struct order_record *record,
                     struct quantity quantity, struct amount quote)
{
    if (tally->used * 2 >= tally->places) {
        grow(tally);
    }
    struct tally_entry *entry = place_of(tally, record->order);

    if (entry->round != tally->round) {
        *entry = (struct tally_entry){
            .sum = {record->executed, record->quote},
            .order = record->order,
            .round = tally->round,
        };
        tally->used++;
    }
    subtract(&entry->sum, quantity, quote);
    entry->left++;
}

bool fill_tally_count(struct fill_tally *tally, uint64_t order, struct quantity quantity,
                      struct amount quote, struct fill_sum *sum)
{
    struct tally_entry *entry = place_of(tally, order);

    ENSURE(entry->round == tally->round && entry->left > 0);
    add(&entry->sum, quantity, quote);
    entry->left--;
    *sum = entry->sum;
    return entry->left == 0;
}

struct fill_sum fill_tally_now(const struct fill_tally *tally, const struct order_record *record)
{
    const struct tally_entry *entry = place_of(tally, record->order);

    return entry->round == tally->round ? entry->sum
                                        : (struct fill_sum){record->executed, record->quote};
}
