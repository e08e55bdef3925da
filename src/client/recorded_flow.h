/* SPDX-License-Identifier: Apache-2.0
 *
 * Recorded order flow: what really happened on a market, line by line, as acts that another market
 * can repeat. Two formats:
 *   - Bitstamp order log: `<ms since 1970> <event> {JSON}` with order_created, order_changed,
 *     order_deleted, trade and order_book. Only orders made and deleted are repeated: the others
 *     are consequences.
 *   - LOBSTER message file: time, type, order id, size, price × 10 000, direction (±1). An execution
 *     of a resting order is repeated as an immediate order against it; executions of hidden orders
 *     and halts are not.
 */
#ifndef CLIENT_RECORDED_FLOW_H
#define CLIENT_RECORDED_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/slice.h"
#include "tarazy/command.h"

enum flow_act {
    FLOW_ACT_PLACE = 1, /* a limit order that may rest */
    FLOW_ACT_HIT,       /* an immediate order at a limit */
    FLOW_ACT_REDUCE,    /* takes quantity off an order, keeping its place */
    FLOW_ACT_CANCEL,
    FLOW_ACT_NOTHING /* a line that has nothing to repeat */
};

enum { FLOW_DECIMALS = 8 }; /* of prices and quantities below */

struct flow_event {
    int64_t time_us; /* since 1970, or since midnight */
    uint64_t order;  /* the recording's own number */
    int64_t price;   /* units of 10^-8 */
    int64_t quantity;
    enum flow_act act;
    enum side side;
};

enum flow_format { FLOW_FORMAT_BITSTAMP = 1, FLOW_FORMAT_LOBSTER };

/* Which format a file is in, by its first line; 0: neither. */
enum flow_format flow_format_of(struct slice first_line);

/* Reads one line without its end. False: malformed. */
bool flow_parse(enum flow_format format, struct slice line, struct flow_event *event);

#endif
