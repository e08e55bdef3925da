/* SPDX-License-Identifier: Apache-2.0
 *
 * Timers of the event loop: a hashed wheel of milliseconds.
 *
 * Why here: every connection has a deadline and nearly none is ever reached, so starting and
 * stopping must cost next to nothing and waiting must not grow with the number of timers.
 * Invariants: a running timer hangs in the list of slot due_ms % WHEEL_SLOTS (or, while its slot is
 * being emptied, in a list of what is due); *timer->link == timer; the bit of a slot that holds a
 * timer is set; due_ms > turned_ms for every timer in a slot.
 * Read next: event_loop.c.
 */
#include "platform/event_loop.h"

#include "base/ensure.h"
#include "platform/event_loop_state.h"

static void timer_link(struct event_timer **head, struct event_timer *timer)
{
    timer->next = *head;
    timer->link = head;
    if (timer->next != NULL) {
        timer->next->link = &timer->next;
    }
    *head = timer;
}

static void timer_unlink(struct event_timer *timer)
{
    ENSURE(*timer->link == timer);
    *timer->link = timer->next;
    if (timer->next != NULL) {
        timer->next->link = timer->link;
    }
    timer->next = NULL;
    timer->link = NULL;
}

static size_t slot_of(int64_t ms)
{
    return (size_t)ms & (WHEEL_SLOTS - 1);
}

void event_timer_start(struct event_loop *loop, struct event_timer *timer, int64_t delay_ms)
{
    struct timer_wheel *wheel = &loop->wheel;
    event_timer_stop(loop, timer);
    /* The turn's time is rounded down to a millisecond; one more keeps "never earlier". */
    timer->due_ms = event_loop_now_ms(loop) + (delay_ms > 0 ? delay_ms : 0) + 1;
    ENSURE(timer->due_ms > wheel->turned_ms);
    size_t slot = slot_of(timer->due_ms);
    timer_link(&wheel->slots[slot], timer);
    wheel->occupied[slot / 64] |= UINT64_C(1) << (slot % 64);
    wheel->count++;
}

void event_timer_stop(struct event_loop *loop, struct event_timer *timer)
{
    if (timer->link == NULL) {
        return;
    }
    timer_unlink(timer); /* the slot's bit may stay set: it says "may hold" */
    loop->wheel.count--;
}

bool event_timer_is_running(const struct event_timer *timer)
{
    return timer->link != NULL;
}

int64_t timer_wheel_distance(const struct timer_wheel *wheel)
{
    if (wheel->count == 0) {
        return -1;
    }
    size_t start = slot_of(wheel->turned_ms + 1);
    for (size_t step = 0; step <= WHEEL_WORDS; step++) {
        size_t word = (start / 64 + step) % WHEEL_WORDS;
        uint64_t bits = wheel->occupied[word];
        if (step == 0) {
            bits &= ~UINT64_C(0) << (start % 64);
        }
        if (bits != 0) {
            size_t slot = word * 64 + (size_t)__builtin_ctzll(bits);
            /* The last step looks at the first word again, for its lower bits. */
            return (int64_t)((slot - start) % WHEEL_SLOTS) + 1;
        }
    }
    return -1;
}

/* Empties the slot of `ms` of what is due then. */
static int slot_turn(struct timer_wheel *wheel, int64_t ms)
{
    size_t slot = slot_of(ms);
    struct event_timer *due = NULL;
    struct event_timer *timer = wheel->slots[slot];
    wheel->turned_ms = ms;
    while (timer != NULL) {
        struct event_timer *next = timer->next;
        if (timer->due_ms <= ms) {
            timer_unlink(timer);
            timer_link(&due, timer);
        }
        timer = next;
    }
    if (wheel->slots[slot] == NULL) {
        wheel->occupied[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
    }
    int called = 0;
    while (due != NULL) {
        /* One at a time: a callback may stop those that still wait in the list. */
        timer = due;
        timer_unlink(timer);
        wheel->count--;
        timer->on_due(timer);
        called++;
    }
    return called;
}

int timer_wheel_turn(struct timer_wheel *wheel, int64_t now_ms)
{
    int called = 0;
    for (;;) {
        int64_t distance = timer_wheel_distance(wheel);
        if (distance < 0 || wheel->turned_ms + distance > now_ms) {
            break;
        }
        called += slot_turn(wheel, wheel->turned_ms + distance);
    }
    if (wheel->turned_ms < now_ms) {
        wheel->turned_ms = now_ms;
    }
    return called;
}
