/* SPDX-License-Identifier: Apache-2.0
 *
 * Watching a node from its events alone, as a stranger would who has nothing else: what they say must
 * agree with itself and with what the state shows when asked. Three watchers, each for its kind of
 * event; all naive, none shares code with the engine.
 */
#ifndef LAWS_LAW_WATCH_H
#define LAWS_LAW_WATCH_H

#include "laws/law_world.h"

#define LAW_BROKEN_SIZE 160u

/* What a watcher knows of people before a command; taken again after it. */
#define WATCH_PEOPLE_MAX      257u
#define WATCH_INSTRUMENTS_MAX 17u

struct watch_person {
    struct hash256 identity;
    uint32_t roles;
    uint32_t maker_ppm;
    uint32_t taker_ppm;
    bool frozen;
};

struct watch {
    struct watch_person people[WATCH_PEOPLE_MAX];
    uint32_t people_count;
    struct instrument_view instruments[WATCH_INSTRUMENTS_MAX];
    uint16_t instruments_count;
    uint8_t scales[WATCH_INSTRUMENTS_MAX + 1]; /* by asset */
    struct watch_books *books;
    struct watch_orders *orders;
    struct watch_hands *hands;
    char broken[LAW_BROKEN_SIZE]; /* the law that was broken, "" = none */
};

/* Before the node is founded. */
struct watch *watch_new(void);
void watch_free(struct watch *watch);

/* Takes in the last command's events. NULL, or the first law they break. */
const char *watch_see(struct watch *watch, const struct law *law, const union law_command *command);

/* Compares everything seen with what the state shows now. Slow. */
const char *watch_compare(struct watch *watch, const struct law *law);

/* ------------------------------------------------------------------ for the watchers */

/* Notes a broken law, the first only. */
__attribute__((format(printf, 2, 3))) void watch_break(struct watch *watch, const char *format,
                                                       ...);

/* watch_books.c: postings, balances, withdrawals. */
struct watch_books *watch_books_new(void);
void watch_books_free(struct watch_books *books);
void watch_books_event(struct watch *watch, const struct event_header *event);
void watch_books_end(struct watch *watch);
void watch_books_compare(struct watch *watch, const struct law *law);

/* watch_orders.c: orders, trades, levels, lists, sessions. */
struct watch_orders *watch_orders_new(void);
void watch_orders_free(struct watch_orders *orders);
void watch_orders_event(struct watch *watch, const struct event_header *event);
void watch_orders_compare(struct watch *watch, const struct law *law);
/* What the open orders of an owner hold of an asset, by the published rule. */
int128 watch_orders_held(const struct watch *watch, uint32_t owner, uint16_t asset);

/* watch_hands.c: who did what, and whether it took two. */
struct watch_hands *watch_hands_new(void);
void watch_hands_free(struct watch_hands *hands);
void watch_hands_see(struct watch *watch, const struct law *law, const union law_command *command);

#endif
