/* SPDX-License-Identifier: Apache-2.0
 *
 * Every order list (OCO, OTO, OTOCO), running and done: by number, by name, and per participant.
 * All running lists are always here; of those that are done the most recent.
 */
#ifndef VIEWS_LIST_HISTORY_H
#define VIEWS_LIST_HISTORY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "tarazy/event.h"

struct list_record {
    struct client_id client_id;
    uint32_t participant;
    uint64_t list;
    uint64_t orders[TARAZY_LIST_LEGS_MAX]; /* unused legs 0 */
    int64_t opened_us;
    int64_t updated_us;
    uint32_t next_done; /* private */
    uint16_t instrument;
    uint8_t contingency;
    uint8_t state; /* enum list_state */
    uint8_t legs;
    uint8_t reserved[7];
};

struct list_history;

struct list_history_limits {
    uint32_t open_max; /* the node's order_lists_max */
    uint32_t done_max; /* done lists remembered, at least 1 */
};

struct list_history *list_history_create(struct arena *arena,
                                         const struct list_history_limits *limits,
                                         struct hash_seed seed);

/* Takes in one event of a command made at time_us. */
void list_history_apply(struct list_history *history, int64_t time_us,
                        const struct event_header *event);

/* NULL: unknown or forgotten. Valid until the next apply. */
const struct list_record *list_history_find(const struct list_history *history, uint64_t list);

/* The list a participant calls by this name: the running one, else the youngest. */
const struct list_record *list_history_find_client(const struct list_history *history,
                                                   uint32_t participant,
                                                   const struct client_id *client_id);

/* A participant's lists, oldest first and youngest first; NULL = none (left). */
const struct list_record *list_history_first(const struct list_history *history,
                                             uint32_t participant);
const struct list_record *list_history_last(const struct list_history *history,
                                            uint32_t participant);
const struct list_record *list_history_next(const struct list_history *history,
                                            const struct list_record *record);
const struct list_record *list_history_previous(const struct list_history *history,
                                                const struct list_record *record);

#endif
