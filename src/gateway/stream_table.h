/* SPDX-License-Identifier: Apache-2.0
 *
 * Who listens to what: streams by name and by instrument, the seats of each stream's audience, the
 * seats of each listener. Bookkeeping only; it knows no sockets and sends nothing.
 */
#ifndef GATEWAY_STREAM_TABLE_H
#define GATEWAY_STREAM_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "gateway/message_bundle.h"
#include "gateway/server.h"
#include "gateway/stream_name.h"

/* A message has one content and up to four forms, encoded once each. */
enum stream_form {
    STREAM_FORM_PLAIN = 1,
    STREAM_FORM_WRAPPED,     /* {"stream":"…","data":…} */
    STREAM_FORM_PLAIN_MICRO, /* times in microseconds */
    STREAM_FORM_WRAPPED_MICRO,
};

#define STREAM_FORM_COUNT 4u

enum stream_form stream_form_of(bool is_wrapped, bool is_micro);
bool stream_form_is_wrapped(enum stream_form form);
bool stream_form_is_micro(enum stream_form form);

struct stream_seat;

/* One connection that listens. All zero but handle and form at first. */
struct stream_listener {
    struct server_handle handle;
    enum stream_form form;
    uint32_t count;
    uint32_t capacity;
    struct stream_seat **seats;
};

struct stream_audience {
    struct stream_seat **seats;
    uint32_t count;
    uint32_t capacity;
};

/* A name that somebody listens to. Lives as long as its audience. */
struct stream {
    struct stream_spec spec;
    uint16_t instrument; /* 0: a stream of all instruments */
    uint8_t name_size;
    bool is_pending; /* a bundle holds something; private to who fills the bundles */
    char name[STREAM_NAME_SIZE_MAX];
    struct stream_audience audiences[STREAM_FORM_COUNT]; /* by form − 1 */
    struct message_bundle bundles[STREAM_FORM_COUNT];    /* to be sent at the end of the batch */
    int64_t candle_open_us; /* CANDLE: the one told last; 0: none yet */
    uint64_t updates;       /* PARTIAL_DEPTH, BOOK_TICKER: the book's update told last */
    struct stream *next;    /* of the instrument */
    struct stream *previous;
    struct stream *next_named; /* private */
};

struct stream_seat {
    struct stream *stream;
    struct stream_listener *listener;
    uint32_t place;        /* in the audience; private */
    uint32_t index;        /* among the listener's seats; private */
    uint32_t behind_place; /* 1 …: among those who are behind; 0: is not */
    uint64_t missed_from;  /* DEPTH, behind: first update not sent */
};

struct stream_table;

struct stream_table_limits {
    uint32_t instruments_max;
    uint32_t seats_max;    /* of all listeners together */
    uint32_t seats_each;   /* of one listener */
    struct hash_seed seed; /* keeps strangers from crowding the table of names */
};

struct stream_table *stream_table_create(const struct stream_table_limits *limits);

/* Everybody must have left. NULL is allowed. */
void stream_table_destroy(struct stream_table *table);

enum stream_table_result {
    STREAM_TABLE_RESULT_OK = 1,
    STREAM_TABLE_RESULT_ALREADY,  /* this listener listens to it already */
    STREAM_TABLE_RESULT_TOO_MANY, /* this listener has seats_each seats */
    STREAM_TABLE_RESULT_FULL,     /* all listeners together have seats_max */
};

/* Takes a seat. *seat is the new or the present one, where there is one. */
enum stream_table_result stream_table_join(struct stream_table *table,
                                           struct stream_listener *listener, struct slice name,
                                           const struct stream_spec *spec, uint16_t instrument,
                                           struct stream_seat **seat);

/* The listener's seat in the stream of this name; NULL = none. */
struct stream_seat *stream_table_find(const struct stream_table *table,
                                      const struct stream_listener *listener, struct slice name);

/* Gives a seat up. */
void stream_table_leave(struct stream_table *table, struct stream_seat *seat);

/* Moves all seats of a listener to another form. */
void stream_table_set_form(struct stream_table *table, struct stream_listener *listener,
                           enum stream_form form);

/* The streams of an instrument (0: those of all instruments), NULL = none; stream->next goes on. */
struct stream *stream_table_first(const struct stream_table *table, uint16_t instrument);

/* Does anybody listen to a stream of this kind on this instrument? */
bool stream_table_has(const struct stream_table *table, uint16_t instrument, enum stream_kind kind);

/* Those who are behind: marked and not yet cleared, in no particular order. */
void stream_table_set_behind(struct stream_table *table, struct stream_seat *seat);
void stream_table_clear_behind(struct stream_table *table, struct stream_seat *seat);
uint32_t stream_table_behind_count(const struct stream_table *table);
/* index counts from 0. Clearing moves the last one to the place that became free. */
struct stream_seat *stream_table_behind(const struct stream_table *table, uint32_t index);

/* How many seats are taken, and in how many streams. */
uint32_t stream_table_seat_count(const struct stream_table *table);
uint32_t stream_table_stream_count(const struct stream_table *table);

#endif
