/* SPDX-License-Identifier: Apache-2.0
 *
 * What a fill does to the books, and what orders hold of them.
 */
#ifndef ENGINE_SETTLE_H
#define ENGINE_SETTLE_H

#include "engine/apply.h"

/* The asset an order gives: base for a seller, quote for a buyer. */
uint16_t settle_spent_asset(const struct market *market, uint16_t instrument, uint8_t side);

/* The two accounts that a participant's orders on an instrument can touch. They stand as a note beside
 * the participant's orders (market_trader_note), so that no fill has to look for them. */
struct accounts {
    uint32_t base;
    uint32_t quote;
};
struct accounts settle_accounts(const struct market *market, const struct order *order);

/* The account an order's hold lies on. */
uint32_t settle_spent_account(const struct market *market, const struct order *order);

/* What this order holds together with the other legs of its list that work: legs of an OCO share one
 * hold, the largest of theirs, because only one of them can trade. Pending legs hold nothing. */
struct amount settle_held(const struct market *market, uint32_t order);

/* The same for a list, and the first leg that works and so says on which account it holds: 0 = none
 * works. That need not be the leg one came from: a pending leg may spend another asset. */
struct amount settle_held_by_list(const struct market *market, const struct order_list *list);
uint32_t settle_working_leg(const struct market *market, const struct order_list *list);

/* held → available for the difference; ENSUREs before >= after. */
void settle_release(struct apply *apply, uint32_t account, struct amount before,
                    struct amount after);

/* The taker's half of a fill that stays the same from fill to fill. */
struct taker {
    uint32_t order;
    uint32_t spent;    /* account */
    uint32_t received; /* account */
    struct rate rate;
    struct amount held; /* what of the order's hold is left */
};

/* Fills in the accounts and the rate. */
void settle_prepare_taker(const struct apply *apply, uint32_t slot, struct amount held,
                          struct taker *taker);

/* Moves a fill: base and quote between maker and taker, then each one's fee out of what it received.
 * What the maker's price held too much (auctions) is released here, the taker's at its end. */
void settle_fill(struct apply *apply, const struct step *step, struct taker *taker, bool auction);

#endif
