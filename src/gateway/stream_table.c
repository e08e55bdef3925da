/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams, audiences, seats.
 *
 * Why a file of its own: joining and leaving must cost the same whether a stream has one listener
 * or ten thousand, and nobody may be left pointing at what is gone; that is easier to see without
 * the market in between.
 * Invariants: a stream exists exactly as long as it has a seat; a seat stands at `place` of the
 * audience of its listener's form and at `index` of its listener's seats; who is behind stands at
 * `behind_place − 1` of the list of those behind. Removing moves the last one into the gap.
 * Read next: market_streams.c.
 */
#include "gateway/stream_table.h"

#include <stdlib.h>

#include "base/ensure.h"

enum { BUCKET_COUNT = 1024 };

struct stream_table {
    struct stream_table_limits limits;
    struct stream **of_instrument; /* 0 … instruments_max */
    struct stream_seat **behind;
    uint32_t behind_count;
    uint32_t behind_capacity;
    uint32_t seat_count;
    uint32_t stream_count;
    struct stream *buckets[BUCKET_COUNT];
};

enum stream_form stream_form_of(bool is_wrapped, bool is_micro)
{
    if (is_micro) {
        return is_wrapped ? STREAM_FORM_WRAPPED_MICRO : STREAM_FORM_PLAIN_MICRO;
    }
    return is_wrapped ? STREAM_FORM_WRAPPED : STREAM_FORM_PLAIN;
}

bool stream_form_is_wrapped(enum stream_form form)
{
    return form == STREAM_FORM_WRAPPED || form == STREAM_FORM_WRAPPED_MICRO;
}

bool stream_form_is_micro(enum stream_form form)
{
    return form == STREAM_FORM_PLAIN_MICRO || form == STREAM_FORM_WRAPPED_MICRO;
}

/* Zeroed memory. Every count is bounded by a limit, so running out is the machine's fault. */
static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    ENSURE(memory != NULL);
    return memory;
}

/* Makes room for one more pointer in an array that doubles. */
static void grow(struct stream_seat ***seats, uint32_t count, uint32_t *capacity)
{
    if (count < *capacity) {
        return;
    }
    uint32_t larger = *capacity == 0 ? 2 : *capacity * 2;
    struct stream_seat **moved = realloc(*seats, larger * sizeof(struct stream_seat *));

    ENSURE(moved != NULL);
    *seats = moved;
    *capacity = larger;
}

struct stream_table *stream_table_create(const struct stream_table_limits *limits)
{
    struct stream_table *table = allocate(1, sizeof *table);

    table->limits = *limits;
    table->of_instrument = allocate((size_t)limits->instruments_max + 1, sizeof(struct stream *));
    return table;
}

void stream_table_destroy(struct stream_table *table)
{
    if (table == NULL) {
        return;
    }
    ENSURE(table->seat_count == 0 && table->stream_count == 0 && table->behind_count == 0);
    free(table->behind);
    free(table->of_instrument);
    free(table);
}

static struct stream **bucket_of(const struct stream_table *table, struct slice name)
{
    uint64_t hash = hash_bytes(table->limits.seed, name.data, name.size);

    return (struct stream **)(uintptr_t)&table->buckets[hash % BUCKET_COUNT];
}

static bool is_named(const struct stream *stream, struct slice name)
{
    return slice_equals(slice_of(stream->name, stream->name_size), name);
}

static struct stream *stream_find(const struct stream_table *table, struct slice name)
{
    struct stream *stream = *bucket_of(table, name);

    while (stream != NULL && !is_named(stream, name)) {
        stream = stream->next_named;
    }
    return stream;
}

static struct stream *stream_make(struct stream_table *table, struct slice name,
                                  const struct stream_spec *spec, uint16_t instrument)
{
    struct stream *stream = allocate(1, sizeof *stream);
    struct stream **bucket = bucket_of(table, name);

    ENSURE(name.size <= sizeof stream->name && instrument <= table->limits.instruments_max);
    memcpy(stream->name, name.data, name.size);
    stream->name_size = (uint8_t)name.size;
    stream->spec = *spec;
    stream->instrument = instrument;
    stream->next_named = *bucket;
    *bucket = stream;
    stream->next = table->of_instrument[instrument];
    if (stream->next != NULL) {
        stream->next->previous = stream;
    }
    table->of_instrument[instrument] = stream;
    table->stream_count++;
    return stream;
}

static void stream_forget(struct stream_table *table, struct stream *stream)
{
    struct stream **link = bucket_of(table, slice_of(stream->name, stream->name_size));

    ENSURE(!stream->is_pending); /* somebody would still point at it */
    while (*link != stream) {
        ENSURE(*link != NULL);
        link = &(*link)->next_named;
    }
    *link = stream->next_named;
    if (stream->previous != NULL) {
        stream->previous->next = stream->next;
    } else {
        table->of_instrument[stream->instrument] = stream->next;
    }
    if (stream->next != NULL) {
        stream->next->previous = stream->previous;
    }
    for (uint32_t i = 0; i < STREAM_FORM_COUNT; i++) {
        free(stream->audiences[i].seats);
        message_bundle_clear(&stream->bundles[i]);
    }
    free(stream);
    table->stream_count--;
}

static struct stream_audience *audience_of(struct stream *stream, enum stream_form form)
{
    return &stream->audiences[form - 1];
}

static void audience_enter(struct stream_seat *seat)
{
    struct stream_audience *audience = audience_of(seat->stream, seat->listener->form);

    grow(&audience->seats, audience->count, &audience->capacity);
    seat->place = audience->count;
    audience->seats[audience->count++] = seat;
}

static void audience_quit(struct stream_seat *seat)
{
    struct stream_audience *audience = audience_of(seat->stream, seat->listener->form);
    struct stream_seat *last = audience->seats[audience->count - 1];

    ENSURE(audience->seats[seat->place] == seat);
    audience->seats[seat->place] = last;
    last->place = seat->place;
    audience->count--;
}

static bool stream_is_deserted(const struct stream *stream)
{
    for (uint32_t i = 0; i < STREAM_FORM_COUNT; i++) {
        if (stream->audiences[i].count > 0) {
            return false;
        }
    }
    return true;
}

struct stream_seat *stream_table_find(const struct stream_table *table,
                                      const struct stream_listener *listener, struct slice name)
{
    /* A listener has few seats, a popular stream has many: look among the listener's. */
    const struct stream *stream = stream_find(table, name);

    for (uint32_t i = 0; stream != NULL && i < listener->count; i++) {
        if (listener->seats[i]->stream == stream) {
            return listener->seats[i];
        }
    }
    return NULL;
}

enum stream_table_result stream_table_join(struct stream_table *table,
                                           struct stream_listener *listener, struct slice name,
                                           const struct stream_spec *spec, uint16_t instrument,
                                           struct stream_seat **seat)
{
    *seat = stream_table_find(table, listener, name);
    if (*seat != NULL) {
        return STREAM_TABLE_RESULT_ALREADY;
    }
    if (listener->count >= table->limits.seats_each) {
        return STREAM_TABLE_RESULT_TOO_MANY;
    }
    if (table->seat_count >= table->limits.seats_max) {
        return STREAM_TABLE_RESULT_FULL;
    }
    struct stream *stream = stream_find(table, name);
    struct stream_seat *taken = allocate(1, sizeof *taken);

    taken->stream = stream != NULL ? stream : stream_make(table, name, spec, instrument);
    taken->listener = listener;
    audience_enter(taken);
    grow(&listener->seats, listener->count, &listener->capacity);
    taken->index = listener->count;
    listener->seats[listener->count++] = taken;
    table->seat_count++;
    *seat = taken;
    return STREAM_TABLE_RESULT_OK;
}

static void listener_drop(struct stream_listener *listener, struct stream_seat *seat)
{
    struct stream_seat *last = listener->seats[listener->count - 1];

    ENSURE(listener->seats[seat->index] == seat);
    listener->seats[seat->index] = last;
    last->index = seat->index;
    if (--listener->count == 0) {
        free(listener->seats);
        listener->seats = NULL;
        listener->capacity = 0;
    }
}

void stream_table_leave(struct stream_table *table, struct stream_seat *seat)
{
    struct stream *stream = seat->stream;

    stream_table_clear_behind(table, seat);
    audience_quit(seat);
    listener_drop(seat->listener, seat);
    free(seat);
    table->seat_count--;
    if (stream_is_deserted(stream)) {
        stream_forget(table, stream);
    }
}

void stream_table_set_form(struct stream_table *table, struct stream_listener *listener,
                           enum stream_form form)
{
    (void)table;
    for (uint32_t i = 0; i < listener->count; i++) {
        audience_quit(listener->seats[i]);
    }
    listener->form = form;
    for (uint32_t i = 0; i < listener->count; i++) {
        audience_enter(listener->seats[i]);
    }
}

struct stream *stream_table_first(const struct stream_table *table, uint16_t instrument)
{
    ENSURE(instrument <= table->limits.instruments_max);
    return table->of_instrument[instrument];
}

bool stream_table_has(const struct stream_table *table, uint16_t instrument, enum stream_kind kind)
{
    const struct stream *stream = stream_table_first(table, instrument);

    while (stream != NULL && stream->spec.kind != kind) {
        stream = stream->next;
    }
    return stream != NULL;
}

void stream_table_set_behind(struct stream_table *table, struct stream_seat *seat)
{
    if (seat->behind_place != 0) {
        return;
    }
    grow(&table->behind, table->behind_count, &table->behind_capacity);
    table->behind[table->behind_count++] = seat;
    seat->behind_place = table->behind_count;
}

void stream_table_clear_behind(struct stream_table *table, struct stream_seat *seat)
{
    if (seat->behind_place == 0) {
        return;
    }
    struct stream_seat *last = table->behind[table->behind_count - 1];

    ENSURE(table->behind[seat->behind_place - 1] == seat);
    table->behind[seat->behind_place - 1] = last;
    last->behind_place = seat->behind_place;
    table->behind_count--;
    seat->behind_place = 0;
    seat->missed_from = 0;
}

uint32_t stream_table_behind_count(const struct stream_table *table)
{
    return table->behind_count;
}

struct stream_seat *stream_table_behind(const struct stream_table *table, uint32_t index)
{
    ENSURE(index < table->behind_count);
    return table->behind[index];
}

uint32_t stream_table_seat_count(const struct stream_table *table)
{
    return table->seat_count;
}

uint32_t stream_table_stream_count(const struct stream_table *table)
{
    return table->stream_count;
}
