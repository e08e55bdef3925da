/* SPDX-License-Identifier: Apache-2.0
 *
 * Candles, kept sparse and read whole.
 *
 * Why a file of its own: a ring per instrument and length with binary search, the filling of quiet
 * intervals, and charts in other time zones (candles of a finer length merged at reading).
 * Invariants: in a ring open_us grows strictly; every kept candle has trades; times never go back.
 * Read next: tickers.c, which sums minutes.
 */
#include "views/candles.h"

#include "base/ensure.h"
#include "money/arithmetic.h"
#include "views/calendar.h"

/* How many of each length are kept: a week of busy minutes for the rolling windows, a quarter of
 * hours for other time zones' days, 1,500 of the rest. */
static const uint32_t kept[CANDLE_INTERVAL_1MO + 1] = {
    0,    1500, 10081, 1500, 1500, 1500, 1500, 2232, 1500,
    1500, 1500, 1500,  1500, 1500, 1500, 1500, 1500,
};

struct ring {
    uint64_t count; /* ever begun */
};

struct candles {
    uint64_t rings_offset;   /* from this struct */
    uint64_t candles_offset; /* from this struct */
    uint32_t instruments_max;
    uint32_t per_instrument;                  /* sum of kept */
    uint32_t starts[CANDLE_INTERVAL_1MO + 1]; /* of a ring within its instrument's part */
};

struct candles *candles_create(struct arena *arena, uint32_t instruments_max)
{
    size_t instruments = (size_t)instruments_max + 1;
    uint32_t starts[CANDLE_INTERVAL_1MO + 1] = {0};
    uint32_t sum = 0;

    for (uint32_t i = 1; i <= CANDLE_INTERVAL_COUNT; i++) {
        starts[i] = sum;
        sum += kept[i];
    }
    struct candles *candles = arena_reserve(arena, sizeof *candles);
    void *rings =
        arena_reserve(arena, instruments * (CANDLE_INTERVAL_COUNT + 1) * sizeof(struct ring));
    void *records = arena_reserve(arena, instruments * sum * sizeof(struct candle));

    if (arena->block == NULL) {
        return NULL;
    }
    *candles = (struct candles){
        .rings_offset = (uint64_t)((uintptr_t)rings - (uintptr_t)candles),
        .candles_offset = (uint64_t)((uintptr_t)records - (uintptr_t)candles),
        .instruments_max = instruments_max,
        .per_instrument = sum,
    };
    for (uint32_t i = 1; i <= CANDLE_INTERVAL_COUNT; i++) {
        candles->starts[i] = starts[i];
    }
    return candles;
}

static struct ring *ring_of(const struct candles *candles, uint16_t instrument,
                            enum candle_interval interval)
{
    struct ring *rings = (struct ring *)((uintptr_t)candles + candles->rings_offset);

    ENSURE(instrument >= 1 && instrument <= candles->instruments_max);
    ENSURE(interval >= 1 && (uint32_t)interval <= CANDLE_INTERVAL_COUNT);
    return &rings[(size_t)instrument * (CANDLE_INTERVAL_COUNT + 1) + interval];
}

/* The candle begun as number `at` (0, 1, 2 …) of a ring. */
static struct candle *candle_at(const struct candles *candles, uint16_t instrument,
                                enum candle_interval interval, uint64_t at)
{
    struct candle *all = (struct candle *)((uintptr_t)candles + candles->candles_offset);
    size_t start = (size_t)instrument * candles->per_instrument + candles->starts[interval];

    return &all[start + at % kept[interval]];
}

static void add_amount(struct amount *sum, struct amount amount)
{
    bool fits = amount_add(sum, *sum, amount);

    ENSURE(fits);
}

static void add_trade(struct candle *candle, const struct event_trade *trade)
{
    struct amount base = amount_of_quantity(trade->quantity);

    if (candle->trades == 0) {
        candle->open = trade->price;
        candle->high = trade->price;
        candle->low = trade->price;
        candle->first_trade = trade->trade;
    }
    if (price_compare(trade->price, candle->high) > 0) {
        candle->high = trade->price;
    }
    if (price_compare(trade->price, candle->low) < 0) {
        candle->low = trade->price;
    }
    candle->close = trade->price;
    candle->last_trade = trade->trade;
    candle->trades++;
    add_amount(&candle->base, base);
    add_amount(&candle->quote, trade->quote);
    if (trade->taker_side == SIDE_BUY) {
        add_amount(&candle->taker_base, base);
        add_amount(&candle->taker_quote, trade->quote);
    }
}

void candles_apply(struct candles *candles, int64_t time_us, const struct event_header *event)
{
    if (event->kind != EVENT_TRADE) {
        return;
    }
    const struct event_trade *trade = (const struct event_trade *)event;

    for (uint32_t i = 1; i <= CANDLE_INTERVAL_COUNT; i++) {
        enum candle_interval interval = (enum candle_interval)i;
        struct ring *ring = ring_of(candles, trade->instrument, interval);
        int64_t open_us = calendar_open(interval, time_us, 0);
        struct candle *newest = NULL;

        if (ring->count > 0) {
            newest = candle_at(candles, trade->instrument, interval, ring->count - 1);
            ENSURE(newest->open_us <= open_us);
        }
        if (newest == NULL || newest->open_us != open_us) {
            newest = candle_at(candles, trade->instrument, interval, ring->count);
            *newest = (struct candle){.open_us = open_us};
            ring->count++;
        }
        add_trade(newest, trade);
    }
}

/* The oldest kept of a ring. */
static uint64_t oldest_of(const struct ring *ring, enum candle_interval interval)
{
    return ring->count > kept[interval] ? ring->count - kept[interval] : 0;
}

/* The first kept candle that begins at or after time_us; ring->count when there is none. */
static uint64_t first_since(const struct candles *candles, uint16_t instrument,
                            enum candle_interval interval, int64_t time_us)
{
    const struct ring *ring = ring_of(candles, instrument, interval);
    uint64_t low = oldest_of(ring, interval);
    uint64_t high = ring->count;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (candle_at(candles, instrument, interval, middle)->open_us < time_us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Appends a later candle to an earlier or an empty one. */
static void merge(struct candle *sum, const struct candle *later)
{
    if (sum->trades == 0) {
        int64_t open_us = sum->open_us;

        *sum = *later;
        sum->open_us = open_us;
        return;
    }
    if (price_compare(later->high, sum->high) > 0) {
        sum->high = later->high;
    }
    if (price_compare(later->low, sum->low) < 0) {
        sum->low = later->low;
    }
    sum->close = later->close;
    sum->last_trade = later->last_trade;
    sum->trades += later->trades;
    add_amount(&sum->base, later->base);
    add_amount(&sum->quote, later->quote);
    add_amount(&sum->taker_base, later->taker_base);
    add_amount(&sum->taker_quote, later->taker_quote);
}

/* Do the intervals of this length begin at the same moments in the zone as in UTC? */
static bool zone_agrees(enum candle_interval interval, int32_t zone_minutes)
{
    int64_t length = calendar_length(interval);

    if (zone_minutes == 0) {
        return true;
    }
    return length != 0 && length <= CALENDAR_DAY_US / 2 &&
           zone_minutes * CALENDAR_MINUTE_US % length == 0;
}

/* The length whose kept candles make up those asked for: the coarsest that fits the zone. */
static enum candle_interval source_of(enum candle_interval interval, int32_t zone_minutes)
{
    static const enum candle_interval finer[] = {CANDLE_INTERVAL_1H, CANDLE_INTERVAL_30M,
                                                 CANDLE_INTERVAL_15M};

    if (zone_agrees(interval, zone_minutes)) {
        return interval;
    }
    for (size_t i = 0; i < sizeof finer / sizeof finer[0]; i++) {
        if (finer[i] < interval && zone_agrees(finer[i], zone_minutes)) {
            return finer[i];
        }
    }
    return CANDLE_INTERVAL_1M;
}

struct price candles_close_before(const struct candles *candles, uint16_t instrument,
                                  enum candle_interval interval, int64_t time_us)
{
    const struct ring *ring = ring_of(candles, instrument, interval);
    uint64_t at = first_since(candles, instrument, interval, time_us);

    if (at == oldest_of(ring, interval)) {
        return (struct price){0};
    }
    return candle_at(candles, instrument, interval, at - 1)->close;
}

/* Fills in an interval without trades. */
static void make_quiet(struct candle *candle, struct price close)
{
    candle->open = close;
    candle->high = close;
    candle->low = close;
    candle->close = close;
}

/* Where reading starts: an interval's beginning at or after the query's, not before the first
 * trade that is kept. */
static int64_t start_of(const struct candle_query *query, int64_t oldest_us, size_t max)
{
    int64_t zone = query->zone_minutes;
    int64_t start;

    if (query->from_us == INT64_MIN) {
        start = calendar_open(query->interval, query->to_us, (int32_t)zone);
        start = calendar_step(query->interval, start, (int32_t)zone, 1 - (int64_t)max);
    } else {
        start = calendar_open(query->interval, query->from_us, (int32_t)zone);
        if (start < query->from_us) {
            start = calendar_step(query->interval, start, (int32_t)zone, 1);
        }
    }
    int64_t first = calendar_open(query->interval, oldest_us, (int32_t)zone);

    return start > first ? start : first;
}

size_t candles_read(const struct candles *candles, const struct candle_query *query,
                    struct candle *out, size_t max)
{
    enum candle_interval source = source_of(query->interval, query->zone_minutes);
    const struct ring *ring = ring_of(candles, query->instrument, source);
    size_t count = 0;

    if (ring->count == 0 || max == 0 || query->from_us > query->to_us) {
        return 0;
    }
    uint64_t oldest = oldest_of(ring, source);
    int64_t oldest_us = candle_at(candles, query->instrument, source, oldest)->open_us;
    int64_t open_us = start_of(query, oldest_us, max);
    uint64_t at = first_since(candles, query->instrument, source, open_us);
    struct price close = candles_close_before(candles, query->instrument, source, open_us);

    while (open_us <= query->to_us && count < max) {
        int64_t next_us = calendar_step(query->interval, open_us, query->zone_minutes, 1);
        struct candle *candle = &out[count++];

        *candle = (struct candle){.open_us = open_us};
        while (at < ring->count) {
            const struct candle *part = candle_at(candles, query->instrument, source, at);

            if (part->open_us >= next_us) {
                break;
            }
            merge(candle, part);
            at++;
        }
        if (candle->trades == 0) {
            make_quiet(candle, close);
        }
        close = candle->close;
        open_us = next_us;
    }
    return count;
}

void candles_sum(const struct candles *candles, uint16_t instrument, enum candle_interval interval,
                 int64_t from_us, struct candle *out)
{
    const struct ring *ring = ring_of(candles, instrument, interval);
    int64_t open_us = calendar_open(interval, from_us, 0);

    *out = (struct candle){.open_us = open_us};
    for (uint64_t at = first_since(candles, instrument, interval, open_us); at < ring->count;
         at++) {
        merge(out, candle_at(candles, instrument, interval, at));
    }
}

const struct candle *candles_newest(const struct candles *candles, uint16_t instrument,
                                    enum candle_interval interval)
{
    const struct ring *ring = ring_of(candles, instrument, interval);

    return ring->count == 0 ? NULL : candle_at(candles, instrument, interval, ring->count - 1);
}
