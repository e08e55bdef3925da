/* SPDX-License-Identifier: Apache-2.0
 *
 * Who has what on an instrument: counts for the filters, orders by age, the dead-man timer.
 */
#ifndef MARKET_TRADERS_H
#define MARKET_TRADERS_H

#include "market/market_state.h"

/* The record of a participant on an instrument, or 0. */
uint32_t traders_find(const struct market *market, uint32_t participant, uint16_t instrument);

/* Is there room for another record? */
bool traders_has_room(const struct market *market);

/* Looking ahead, as order_ask_place and order_guess. */
void traders_ask_place(const struct market *market, uint32_t participant, uint16_t instrument);
void traders_ask_first(const struct market *market, uint32_t participant); /* its chain */
uint32_t traders_guess(const struct market *market, uint32_t participant, uint16_t instrument);

/* The record, made if need be; the caller made sure of room. */
uint32_t traders_open(struct market *market, uint32_t participant, uint16_t instrument);

/* Marks a record that holds nothing any more as idle: it may be reused. */
void traders_rest(struct market *market, uint32_t slot);

void traders_add_order(struct market *market, uint32_t slot);
void traders_remove_order(struct market *market, uint32_t slot);

const char *traders_audit(const struct market *market);

#endif
