/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the loop, shared by event_loop.c and timer_wheel.c and nobody else.
 */
#ifndef PLATFORM_EVENT_LOOP_STATE_H
#define PLATFORM_EVENT_LOOP_STATE_H

#include <sys/epoll.h>

#include "platform/event_loop.h"

enum {
    WHEEL_SLOTS = 4096, /* one per millisecond; a power of two */
    WHEEL_WORDS = WHEEL_SLOTS / 64,
    EVENTS_PER_TURN = 256
};

/* A hashed wheel: a timer hangs in the slot of its millisecond modulo the number of slots. Later
 * rounds share a slot, so being in a slot means "not before", and due_ms decides. */
struct timer_wheel {
    int64_t turned_ms; /* every slot up to this millisecond has been emptied of what was due */
    uint64_t count;    /* timers running */
    uint64_t occupied[WHEEL_WORDS]; /* bit s: slot s may hold a timer */
    struct event_timer *slots[WHEEL_SLOTS];
};

struct event_loop {
    int epoll_fd;
    const struct clock_source *clock;
    int64_t now_us;
    bool is_stopping;
    int event_count; /* of the batch being delivered */
    int event_next;
    struct epoll_event events[EVENTS_PER_TURN];
    struct event_turn_hook *hooks;
    struct event_turn_hook *hook_next; /* while hooks are being called: the one after this */
    struct timer_wheel wheel;
};

/* Calls everything due at now_ms or before. Returns how many. */
int timer_wheel_turn(struct timer_wheel *wheel, int64_t now_ms);

/* Milliseconds after turned_ms until a slot must be looked at: 1..WHEEL_SLOTS, or -1: no timer. */
int64_t timer_wheel_distance(const struct timer_wheel *wheel);

#endif
