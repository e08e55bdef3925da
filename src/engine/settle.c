/* SPDX-License-Identifier: Apache-2.0
 *
 * A fill becomes property here: the one place where the market's "these two traded" meets the ledger's
 * accounts and the registry's fees. A file of its own because every rule about who pays what is in it.
 *
 * Invariants: base and quote change hands exactly as traded; each side pays its fee in what it
 * received, after it received it, so a fee never needs a balance of its own; fee and rounding go to
 * named accounts; an order never gives more than it holds.
 *
 * Next: taking.c, which drives the matching.
 */
#include "engine/settle.h"

#include "engine/emit.h"

uint16_t settle_spent_asset(const struct market *market, uint16_t instrument, uint8_t side)
{
    const struct instrument_terms *terms = market_terms(market, instrument);

    return side == SIDE_BUY ? terms->quote : terms->base;
}

struct accounts settle_accounts(const struct market *market, const struct order *order)
{
    struct trader_note note = market_trader_note(market, order->trader);

    ENSURE(note.words[0] != 0 && note.words[1] != 0);
    return (struct accounts){.base = note.words[0], .quote = note.words[1]};
}

uint32_t settle_spent_account(const struct market *market, const struct order *order)
{
    struct accounts accounts = settle_accounts(market, order);

    return order->side == SIDE_BUY ? accounts.quote : accounts.base;
}

struct amount settle_held_by_list(const struct market *market, const struct order_list *list)
{
    struct amount held = amount_zero();

    for (uint32_t leg = 0; leg < list->legs; leg++) {
        uint32_t order = list->orders[leg];

        if (order != 0 && market_order(market, order)->state != ORDER_STATE_PENDING) {
            held = amount_max(held, market_order_hold(market, order));
        }
    }
    return held;
}

uint32_t settle_working_leg(const struct market *market, const struct order_list *list)
{
    for (uint32_t leg = 0; leg < list->legs; leg++) {
        uint32_t order = list->orders[leg];

        if (order != 0 && market_order(market, order)->state != ORDER_STATE_PENDING) {
            return order;
        }
    }
    return 0;
}

struct amount settle_held(const struct market *market, uint32_t order)
{
    uint32_t list =
        market_order(market, order)->extra == 0 ? 0 : market_list_of_order(market, order);

    if (list != 0) {
        return settle_held_by_list(market, market_list(market, list));
    }
    return market_order_hold(market, order);
}

static struct amount difference(struct amount a, struct amount b)
{
    struct amount out;

    ENSURE(amount_subtract(&out, a, b) && !amount_is_negative(out));
    return out;
}

void settle_release(struct apply *apply, uint32_t account, struct amount before,
                    struct amount after)
{
    ledger_release(apply->ledger, account, difference(before, after));
}

/* The tier decides what a fill costs, at the moment of the fill. */
static const struct tier *tier_of(const struct apply *apply, uint32_t participant)
{
    return registry_tier(apply->registry, registry_participant(apply->registry, participant)->tier);
}

void settle_prepare_taker(const struct apply *apply, uint32_t slot, struct amount held,
                          struct taker *taker)
{
    const struct order *order = market_order(apply->market, slot);
    struct accounts accounts = settle_accounts(apply->market, order);
    bool buys = order->side == SIDE_BUY;

    *taker = (struct taker){
        .order = slot,
        .spent = buys ? accounts.quote : accounts.base,
        .received = buys ? accounts.base : accounts.quote,
        .rate = tier_of(apply, order->participant)->taker,
        .held = held,
    };
}

/* One side of a fill. */
struct half {
    uint32_t spent;    /* account it gives from, held */
    uint32_t received; /* account it gets on */
    struct rate rate;
    enum posting_reason fee_reason;
};

static struct half half_of_maker(const struct apply *apply, const struct order *maker)
{
    struct accounts accounts = settle_accounts(apply->market, maker);
    bool buys = maker->side == SIDE_BUY;

    return (struct half){
        .spent = buys ? accounts.quote : accounts.base,
        .received = buys ? accounts.base : accounts.quote,
        .rate = tier_of(apply, maker->participant)->maker,
        .fee_reason = POSTING_REASON_FEE_MAKER,
    };
}

/* The fee on what one side received: earned by the fee account; what rounding it up to a whole unit
 * added goes to the rounding account. */
static void charge(struct apply *apply, const struct half *half, struct transfer *transfer,
                   const struct fee *fee)
{
    uint16_t number = ledger_account(apply->ledger, half->received)->asset;
    const struct asset *asset = engine_asset_at(apply->engine, number);

    transfer->posting = (struct posting){
        .amount = fee->earned,
        .debit = half->received,
        .credit = asset->fees_account,
        .from = LEDGER_PART_AVAILABLE,
    };
    transfer->reason = half->fee_reason;
    emit_transfer(apply, transfer);
    transfer->posting.amount = difference(fee->charged, fee->earned);
    transfer->posting.credit = asset->rounding_account;
    transfer->reason = POSTING_REASON_ROUNDING;
    emit_transfer(apply, transfer);
}

/* In an auction a resting buyer may pay less than its price: what it held too much for this fill. */
static void release_improvement(struct apply *apply, const struct order *maker,
                                const struct half *half, const struct step *step)
{
    if (maker->side != SIDE_BUY || price_compare(maker->price, step->price) == 0) {
        return;
    }
    struct amount at_limit = money_notional(maker->price, step->quantity,
                                            market_base_scale(apply->market, maker->instrument));
    settle_release(apply, half->spent, at_limit, step->quote);
}

/*~ Maker and taker traded: base and quote change hands, then each pays its fee; each posting is an event. The
 * money was held when the orders were placed, so nothing here can be short; ledger_post ENSUREs it.
 * Next: closing.c for orders that are filled now, emit.c for the balances at the command's end. */
void settle_fill(struct apply *apply, const struct step *step, struct taker *taker, bool auction)
{
    const struct order *maker = market_order(apply->market, step->maker);
    struct half giver = half_of_maker(apply, maker);
    struct half other = {taker->spent, taker->received, taker->rate, POSTING_REASON_FEE_TAKER};
    bool maker_buys = maker->side == SIDE_BUY;
    const struct half *buyer = maker_buys ? &giver : &other;
    const struct half *seller = maker_buys ? &other : &giver;
    struct amount base = amount_of_quantity(step->quantity);
    struct fee buyer_fee = money_fee(base, buyer->rate);
    struct fee seller_fee = money_fee(step->quote, seller->rate);
    struct charged charged = {
        .maker = maker_buys ? buyer_fee.charged : seller_fee.charged,
        .taker = maker_buys ? seller_fee.charged : buyer_fee.charged,
    };
    struct transfer transfer = {
        .posting = {base, seller->spent, buyer->received, LEDGER_PART_HELD},
        .reason = POSTING_REASON_TRADE_BASE,
        .reference = step->trade,
        .instrument = maker->instrument,
    };

    emit_trade(apply, step, &charged, auction);
    emit_transfer(apply, &transfer);
    transfer.posting =
        (struct posting){step->quote, buyer->spent, seller->received, LEDGER_PART_HELD};
    transfer.reason = POSTING_REASON_TRADE_QUOTE;
    emit_transfer(apply, &transfer);
    charge(apply, buyer, &transfer, &buyer_fee);
    charge(apply, seller, &transfer, &seller_fee);
    release_improvement(apply, maker, &giver, step);
    taker->held = difference(taker->held, maker_buys ? base : step->quote);
}
