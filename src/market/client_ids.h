/* SPDX-License-Identifier: Apache-2.0
 *
 * What clients call their orders and lists: the open ones, and the recent ones that are gone.
 */
#ifndef MARKET_CLIENT_IDS_H
#define MARKET_CLIENT_IDS_H

#include "market/market_state.h"

uint64_t client_id_hash(const struct market *market, uint32_t participant,
                        const struct client_id *client_id);

bool client_id_equals(const struct client_id *a, const struct client_id *b);

/* The order's present client id (not empty) names it from now on. */
void client_ids_add_order(struct market *market, uint32_t slot);

/* The order's present client id is remembered and names no open order any more. */
void client_ids_retire_order(struct market *market, uint32_t slot);

/* Remembers a name; the longest remembered one goes when there is no room. */
void client_ids_remember(struct market *market, uint32_t participant,
                         const struct client_id *client_id, enum client_id_kind kind,
                         uint64_t number);

/* The number a remembered name stood for; 0 = not remembered. */
uint64_t client_ids_recall(const struct market *market, uint32_t participant,
                           const struct client_id *client_id, enum client_id_kind kind);

/* Asks memory for where this name will be looked for, and for where one stands that will soon be
 * forgotten. Changes nothing. */
void client_ids_ask(const struct market *market, uint32_t participant,
                    const struct client_id *client_id);

const char *client_ids_audit(const struct market *market);

static inline struct remembered *client_ids_remembered(const struct market *market, uint32_t place)
{
    return (struct remembered *)((uintptr_t)market + market->remembered_offset) + place;
}

#endif
