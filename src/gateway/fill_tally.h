/* SPDX-License-Identifier: Apache-2.0
 *
 * How far orders were filled after each single fill of a command. The views know orders as they are
 * after the whole command; a report about the second of five fills must tell the sum of two. So the
 * fills are noted first, and then counted once more, one by one.
 */
#ifndef GATEWAY_FILL_TALLY_H
#define GATEWAY_FILL_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "views/order_history.h"

struct fill_tally;

struct fill_tally *fill_tally_create(void);
void fill_tally_destroy(struct fill_tally *tally); /* NULL is allowed */

/* Forgets the command before. */
void fill_tally_begin(struct fill_tally *tally);

/* First walk: a fill of this order; record: the order after the command. */
void fill_tally_note(struct fill_tally *tally, const struct order_record *record,
                     struct quantity quantity, struct amount quote);

struct fill_sum {
    struct quantity executed;
    struct amount quote;
};

/* Second walk, in the same order: the sums after this fill, which has been noted (ENSURE). Returns
 * whether it was the order's last one of the command. */
bool fill_tally_count(struct fill_tally *tally, uint64_t order, struct quantity quantity,
                      struct amount quote, struct fill_sum *sum);

/* The sums at this point of the second walk. */
struct fill_sum fill_tally_now(const struct fill_tally *tally, const struct order_record *record);

#endif
