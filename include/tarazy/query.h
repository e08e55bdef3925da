/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the state: what gateways and views ask of their replica. Nothing here changes anything.
 * Functions return false (or 0) when there is no such thing.
 */
#ifndef TARAZY_QUERY_H
#define TARAZY_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/engine.h"

struct node_view {
    struct handle name;
    struct limits limits;
    bool founded;
    bool open; /* founding is over */
    bool sandbox;
    uint16_t assets;      /* 1 .. assets are listed */
    uint16_t instruments; /* 1 .. instruments are listed */
    uint32_t participants;
    uint32_t orders; /* open now */
};
void tarazy_query_node(const struct engine *engine, struct node_view *out);

struct asset_view {
    struct asset_code code;
    struct handle name;
    struct amount supply_max;
    struct amount withdraw_min;
    struct amount withdraw_fee;
    struct amount total; /* what participants own: minus the sum of the mirrors of the outside */
    uint16_t asset;
    uint8_t scale;
};
bool tarazy_query_asset(const struct engine *engine, uint16_t asset, struct asset_view *out);
uint16_t tarazy_query_asset_by_code(const struct engine *engine, struct asset_code code);

struct instrument_view {
    struct instrument_terms terms;
    struct price last;      /* last trade; the terms' reference before the first */
    struct price reference; /* of the static band */
    struct price best_bid;  /* 0 = none */
    struct price best_ask;
    int64_t session_until_us;
    uint64_t trades;  /* number of the last trade */
    uint64_t updates; /* number of the last level change */
    uint32_t orders;  /* open, stop orders included */
    uint16_t instrument;
    uint8_t session;
    uint8_t base_scale;
    uint8_t quote_scale;
};
bool tarazy_query_instrument(const struct engine *engine, uint16_t instrument,
                             struct instrument_view *out);
uint16_t tarazy_query_instrument_by_symbol(const struct engine *engine, struct symbol symbol);

struct level_view {
    struct price price;
    struct quantity quantity; /* visible */
    uint32_t orders;
};
/* Fills out[] with at most max levels of one side, best first; returns how many. */
size_t tarazy_query_depth(const struct engine *engine, uint16_t instrument, enum side side,
                          struct level_view *out, size_t max);

struct participant_view {
    struct handle handle;
    struct hash256 identity;
    uint32_t participant;
    uint32_t roles;
    uint16_t tier;
    bool frozen;
};
bool tarazy_query_participant(const struct engine *engine, uint32_t participant,
                              struct participant_view *out);
uint32_t tarazy_query_participant_by_handle(const struct engine *engine, struct handle handle);

struct tier_view {
    uint16_t rights;
    struct rate maker;
    struct rate taker;
    uint32_t orders_max;
    bool set;
};
bool tarazy_query_tier(const struct engine *engine, uint16_t tier, struct tier_view *out);

struct key_view {
    struct hash256 id;
    struct ip_range ranges[TARAZY_KEY_RANGES_MAX];
    int64_t expires_us;
    uint64_t nonce; /* the last one used */
    uint32_t key;   /* its number: goes into command headers */
    uint32_t owner;
    uint16_t material_size;
    uint8_t type;
    uint8_t scopes;
    bool nonce_required;
    bool revoked;
    const uint8_t *material; /* in the state: valid until the next apply */
};
bool tarazy_query_key(const struct engine *engine, const struct hash256 *id, struct key_view *out);
bool tarazy_query_key_by_number(const struct engine *engine, uint32_t key, struct key_view *out);

struct balance_view {
    struct amount available;
    struct amount held;
    struct amount withdrawn_today;
    uint32_t owner;
    uint16_t asset;
};
bool tarazy_query_balance(const struct engine *engine, uint32_t owner, uint16_t asset,
                          struct balance_view *out);
/* All accounts of an owner, by asset number; returns how many there are (may exceed max). */
size_t tarazy_query_balances(const struct engine *engine, uint32_t owner, struct balance_view *out,
                             size_t max);

struct order_view {
    struct order_terms terms; /* quantity: the whole one after amends and decrements */
    struct amount quote;      /* executed, quote units */
    struct quantity executed;
    struct quantity left;
    uint64_t order;
    uint64_t list;
    int64_t opened_us;
    uint32_t participant;
    uint8_t status; /* NEW, PARTIALLY_FILLED or PENDING_NEW */
    bool working;   /* on the book */
};
bool tarazy_query_order(const struct engine *engine, uint64_t order, struct order_view *out);
/* The open order a participant calls by this name; 0 = none. */
uint64_t tarazy_query_order_by_client_id(const struct engine *engine, uint32_t participant,
                                         struct client_id client_id);
/* Open orders of a participant (instrument 0 = all), ascending by number; fills at
 * most max; returns how many were filled. */
size_t tarazy_query_orders(const struct engine *engine, uint32_t participant, uint16_t instrument,
                           struct order_view *out, size_t max);

struct order_list_view {
    struct client_id client_id;
    uint64_t list;
    uint64_t orders[TARAZY_LIST_LEGS_MAX];
    uint32_t participant;
    uint16_t instrument;
    uint8_t contingency;
    uint8_t legs;
};
bool tarazy_query_order_list(const struct engine *engine, uint64_t list,
                             struct order_list_view *out);

struct proposal_view {
    int64_t expires_us;
    uint64_t proposal;
    uint32_t proposer;
    uint16_t kind;
    uint16_t size;
    const struct command_header *command; /* in the state: valid until the next apply */
};
/* Open proposals, ascending; returns how many were filled. */
size_t tarazy_query_proposals(const struct engine *engine, struct proposal_view *out, size_t max);

struct withdrawal_view {
    struct amount amount;
    struct amount fee;
    struct address address;
    struct client_id client_id;
    int64_t requested_us;
    uint64_t withdrawal;
    uint32_t participant;
    uint16_t asset;
    uint16_t rail;
};
/* The last root of liabilities that was published; false before the first. */
struct liabilities_view {
    struct hash256 root;
    struct hash256 totals;
    uint64_t record; /* the books after this command */
    uint64_t epoch;
    uint64_t published; /* number of the command that says so */
};
bool tarazy_query_liabilities(const struct engine *engine, struct liabilities_view *out);

/* Open withdrawals of a participant (0 = all), ascending; returns how many were filled. */
size_t tarazy_query_withdrawals(const struct engine *engine, uint32_t participant,
                                struct withdrawal_view *out, size_t max);

#endif
