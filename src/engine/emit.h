/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing events into the caller's buffer, in place. One function per kind of event, so that no other
 * file knows how an event is filled in; each reads what it can from the state.
 */
#ifndef ENGINE_EMIT_H
#define ENGINE_EMIT_H

#include "engine/apply.h"
#include "mining/mining.h"

/* An order was opened: reads the market's record. */
void emit_order_opened(struct apply *apply, uint32_t slot, const struct order_terms *terms,
                       uint64_t replaces);

struct changed {
    enum order_change change;
    struct quantity prevented; /* DECREMENTED; else 0 */
    struct price price;        /* DECREMENTED: where they met; else 0 = the order's limit */
    uint64_t counter_order;
};
void emit_order_changed(struct apply *apply, uint32_t slot, const struct changed *changed);

struct closing {
    enum close_reason reason;
    enum order_status status;
    const struct client_id *client_id; /* of the cancel; NULL = none */
    uint64_t counter_order;            /* SELF_TRADE; else 0 */
};
/* Before the market forgets the order. */
void emit_order_closed(struct apply *apply, const struct order *order,
                       const struct closing *closing);

/* What a fill was charged: fee and rounding together. */
struct charged {
    struct amount maker;
    struct amount taker;
};
void emit_trade(struct apply *apply, const struct step *step, const struct charged *charged,
                bool auction);

void emit_level(struct apply *apply, const struct level_change *level);
void emit_order_list(struct apply *apply, const struct order_list *list, enum list_state state);
void emit_session(struct apply *apply, uint16_t instrument, enum session_reason reason,
                  const struct auction_price *price);
void emit_withdrawal(struct apply *apply, const struct withdrawal *withdrawal,
                     enum withdrawal_state state);
void emit_proposal(struct apply *apply, const struct proposal *proposal, enum proposal_state state,
                   uint32_t approver, uint16_t result);
void emit_registry(struct apply *apply, enum registry_subject subject, uint32_t id);

/* mining: what is told of an entry, and of coins. */
struct mining_entry_change {
    enum mining_subject subject;
    enum mining_change change;
    uint32_t entry;
    uint32_t miner;
    int32_t until_day;
    uint8_t status;
};
void emit_mining_entry(struct apply *apply, const struct mining_entry_change *change);
void emit_mining_shares(struct apply *apply, const struct command_share_reading *reading,
                        const struct share_month *sum, uint32_t flags);
void emit_mining_energy(struct apply *apply, const struct command_energy_reading *reading,
                        const struct energy_quarter *sum, uint32_t flags);
struct mining_coins_told {
    struct amount amount;
    struct amount quote;
    int64_t moment_us;
    uint64_t sequence; /* 0 = a sale */
    uint32_t pool;
    uint32_t flags;
    uint16_t quote_asset;
};
void emit_mining_coins(struct apply *apply, const struct coin_quarter *sum,
                       const struct mining_coins_told *told);
void emit_mining_fee(struct apply *apply, const struct mining_assessment *kept,
                     enum mining_fee_change change, struct amount amount);

/* Moves value and says so: the only way from engine/ into ledger_post. */
struct transfer {
    struct posting posting;
    enum posting_reason reason;
    uint64_t reference;
    uint16_t instrument; /* of a trade; else 0 */
};
void emit_transfer(struct apply *apply, const struct transfer *transfer);

/* The touched accounts as they stand now, then the command's answer. */
void emit_end(struct apply *apply, enum result result);

#endif
