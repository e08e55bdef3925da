/* SPDX-License-Identifier: Apache-2.0
 *
 * Trades, aggregates and fills, each in a ring.
 *
 * Why a file of its own: the engine keeps no trade. Ids count without gaps per instrument, so a
 * ring needs no index: record i stands at i modulo the ring's size. Invariants: aggregates never
 * change after the command that made them; every trade of the ring stands in exactly one aggregate
 * (the aggregates' ring reaches at least as far back). Read next: candles.c.
 */
#include "views/trade_history.h"

#include "base/ensure.h"
#include "money/arithmetic.h"
#include "views/chains.h"

struct tape { /* one instrument's counters */
    uint64_t last_trade;
    uint64_t last_aggregate;
};

struct trade_history {
    struct trade_history_limits limits;
    uint64_t fills; /* ever seen */
    /* from this struct: */
    uint64_t tapes_offset;
    uint64_t trades_offset;
    uint64_t aggregates_offset;
    uint64_t fills_offset;
    uint64_t chains_offset;
};

static uint64_t offset_of(const struct trade_history *history, const void *part)
{
    return (uint64_t)((uintptr_t)part - (uintptr_t)history);
}

struct trade_history *trade_history_create(struct arena *arena,
                                           const struct trade_history_limits *limits,
                                           struct hash_seed seed)
{
    size_t tapes_max = (size_t)limits->instruments_max + 1;

    ENSURE(limits->trades_max >= 1 && limits->fills_max >= 2);
    struct trade_history *history = arena_reserve(arena, sizeof *history);
    void *tapes = arena_reserve(arena, tapes_max * sizeof(struct tape));
    void *trades =
        arena_reserve(arena, tapes_max * limits->trades_max * sizeof(struct trade_record));
    void *aggregates =
        arena_reserve(arena, tapes_max * limits->trades_max * sizeof(struct aggregate_record));
    void *fills =
        arena_reserve(arena, ((size_t)limits->fills_max + 1) * sizeof(struct fill_record));
    struct chains *chains = chains_create(arena, limits->fills_max, seed);

    if (arena->block == NULL) {
        return NULL;
    }
    *history = (struct trade_history){
        .limits = *limits,
        .tapes_offset = offset_of(history, tapes),
        .trades_offset = offset_of(history, trades),
        .aggregates_offset = offset_of(history, aggregates),
        .fills_offset = offset_of(history, fills),
        .chains_offset = offset_of(history, chains),
    };
    return history;
}

static void *part_at(const struct trade_history *history, uint64_t offset)
{
    return (void *)((uintptr_t)history + offset);
}

static struct tape *tape_of(const struct trade_history *history, uint16_t instrument)
{
    ENSURE(instrument >= 1 && instrument <= history->limits.instruments_max);
    return (struct tape *)part_at(history, history->tapes_offset) + instrument;
}

/* Where the record of an id stands within all rings of its kind. */
static size_t place_of(const struct trade_history *history, uint16_t instrument, uint64_t id)
{
    return (size_t)instrument * history->limits.trades_max + id % history->limits.trades_max;
}

static struct trade_record *trade_at(const struct trade_history *history, uint16_t instrument,
                                     uint64_t trade)
{
    struct trade_record *trades = part_at(history, history->trades_offset);

    return &trades[place_of(history, instrument, trade)];
}

static struct aggregate_record *aggregate_at(const struct trade_history *history,
                                             uint16_t instrument, uint64_t aggregate)
{
    struct aggregate_record *aggregates = part_at(history, history->aggregates_offset);

    return &aggregates[place_of(history, instrument, aggregate)];
}

static struct fill_record *fill_at(const struct trade_history *history, uint32_t index)
{
    struct fill_record *fills = part_at(history, history->fills_offset);

    return &fills[index];
}

static struct chains *chains_of(const struct trade_history *history)
{
    return part_at(history, history->chains_offset);
}

static void add_trade(struct trade_history *history, int64_t time_us,
                      const struct event_trade *event)
{
    *trade_at(history, event->instrument, event->trade) = (struct trade_record){
        .quote = event->quote,
        .price = event->price,
        .quantity = event->quantity,
        .time_us = time_us,
        .trade = event->trade,
        .maker_order = event->maker_order,
        .taker_order = event->taker_order,
        .number = event->header.number,
        .taker_side = event->taker_side,
        .flags = event->flags,
    };
}

static bool continues(const struct aggregate_record *aggregate, const struct event_trade *event)
{
    return aggregate->taker_order == event->taker_order &&
           aggregate->number == event->header.number &&
           price_compare(aggregate->price, event->price) == 0;
}

static void add_to_aggregate(struct trade_history *history, struct tape *tape, int64_t time_us,
                             const struct event_trade *event)
{
    struct aggregate_record *last = aggregate_at(history, event->instrument, tape->last_aggregate);

    if (tape->last_aggregate != 0 && continues(last, event)) {
        bool fits = quantity_add(&last->quantity, last->quantity, event->quantity);
        ENSURE(fits); /* both were parts of one order's quantity */
        last->last = event->trade;
        return;
    }
    tape->last_aggregate++;
    *aggregate_at(history, event->instrument, tape->last_aggregate) = (struct aggregate_record){
        .price = event->price,
        .quantity = event->quantity,
        .time_us = time_us,
        .aggregate = tape->last_aggregate,
        .first = event->trade,
        .last = event->trade,
        .taker_order = event->taker_order,
        .number = event->header.number,
        .taker_side = event->taker_side,
    };
}

static void add_fill(struct trade_history *history, const struct fill_record *fill)
{
    uint32_t index = (uint32_t)(history->fills % history->limits.fills_max) + 1;

    if (history->fills >= history->limits.fills_max) {
        chains_remove(chains_of(history), index);
    }
    *fill_at(history, index) = *fill;
    chains_append(chains_of(history), fill->participant, fill->instrument, index);
    history->fills++;
}

static void add_fills(struct trade_history *history, int64_t time_us,
                      const struct event_trade *event)
{
    uint8_t maker_side = event->taker_side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
    struct fill_record fill = {
        .quote = event->quote,
        .fee = event->maker_fee,
        .price = event->price,
        .quantity = event->quantity,
        .time_us = time_us,
        .trade = event->trade,
        .order = event->maker_order,
        .participant = event->maker,
        .instrument = event->instrument,
        .fee_asset = event->maker_fee_asset,
        .side = maker_side,
        .is_maker = 1,
    };

    add_fill(history, &fill);
    fill.fee = event->taker_fee;
    fill.order = event->taker_order;
    fill.participant = event->taker;
    fill.fee_asset = event->taker_fee_asset;
    fill.side = event->taker_side;
    fill.is_maker = 0;
    add_fill(history, &fill);
}

void trade_history_apply(struct trade_history *history, int64_t time_us,
                         const struct event_header *event)
{
    if (event->kind != EVENT_TRADE) {
        return;
    }
    const struct event_trade *trade = (const struct event_trade *)event;
    struct tape *tape = tape_of(history, trade->instrument);

    ENSURE(trade->trade == tape->last_trade + 1);
    tape->last_trade = trade->trade;
    add_trade(history, time_us, trade);
    add_to_aggregate(history, tape, time_us, trade);
    add_fills(history, time_us, trade);
}

static struct id_range range_of(const struct trade_history *history, uint64_t last)
{
    uint64_t size = history->limits.trades_max;

    return (struct id_range){.first = last > size ? last - size + 1 : 1, .last = last};
}

struct id_range trade_history_trades(const struct trade_history *history, uint16_t instrument)
{
    return range_of(history, tape_of(history, instrument)->last_trade);
}

struct id_range trade_history_aggregates(const struct trade_history *history, uint16_t instrument)
{
    return range_of(history, tape_of(history, instrument)->last_aggregate);
}

const struct trade_record *trade_history_trade(const struct trade_history *history,
                                               uint16_t instrument, uint64_t trade)
{
    const struct trade_record *record = trade_at(history, instrument, trade);

    ENSURE(record->trade == trade && trade != 0);
    return record;
}

const struct aggregate_record *trade_history_aggregate(const struct trade_history *history,
                                                       uint16_t instrument, uint64_t aggregate)
{
    const struct aggregate_record *record = aggregate_at(history, instrument, aggregate);

    ENSURE(record->aggregate == aggregate && aggregate != 0);
    return record;
}

uint64_t trade_history_aggregate_since(const struct trade_history *history, uint16_t instrument,
                                       int64_t time_us)
{
    struct id_range range = trade_history_aggregates(history, instrument);
    uint64_t low = range.first;
    uint64_t high = range.last + 1;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (aggregate_at(history, instrument, middle)->time_us < time_us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct fill_record *fill_or_null(const struct trade_history *history, uint32_t index)
{
    return index == 0 ? NULL : fill_at(history, index);
}

static uint32_t index_of(const struct trade_history *history, const struct fill_record *fill)
{
    return (uint32_t)(fill - fill_at(history, 0));
}

const struct fill_record *trade_history_fill_first(const struct trade_history *history,
                                                   uint32_t participant, uint16_t instrument)
{
    return fill_or_null(history, chains_first(chains_of(history), participant, instrument));
}

const struct fill_record *trade_history_fill_last(const struct trade_history *history,
                                                  uint32_t participant, uint16_t instrument)
{
    return fill_or_null(history, chains_last(chains_of(history), participant, instrument));
}

const struct fill_record *trade_history_fill_next(const struct trade_history *history,
                                                  const struct fill_record *fill)
{
    return fill_or_null(history, chains_next(chains_of(history), index_of(history, fill)));
}

const struct fill_record *trade_history_fill_previous(const struct trade_history *history,
                                                      const struct fill_record *fill)
{
    return fill_or_null(history, chains_previous(chains_of(history), index_of(history, fill)));
}
