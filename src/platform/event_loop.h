/* SPDX-License-Identifier: Apache-2.0
 *
 * One thread, one loop: file descriptors (epoll, level-triggered), timers, signals, wake-ups, and
 * hooks at the end of each turn. Sources, timers and hooks are structs inside their owners, linked
 * into the loop: an event costs no allocation and no lookup.
 *
 * A turn: wait; read the clock once; call the sources that are ready; call the timers that are due;
 * call the turn hooks. Anything may be added, changed or removed inside any callback, itself
 * included; what has been removed is not called any more, not even later in the same turn.
 */
#ifndef PLATFORM_EVENT_LOOP_H
#define PLATFORM_EVENT_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/clock.h"

struct event_loop;

/* Makes a loop; clock may be NULL: the system's; otherwise it must outlive the loop. Returns 0 or a
 * negative errno. */
int event_loop_create(struct event_loop **loop, const struct clock_source *clock);

/* Everything must have been removed before. NULL is allowed. */
void event_loop_destroy(struct event_loop *loop);

/* One turn. Waits at most timeout_ms (0: not at all, negative: as long as it takes), less when a
 * timer is due earlier. Returns the number of callbacks made, or a negative errno. */
int event_loop_run_once(struct event_loop *loop, int timeout_ms);

/* Turns until event_loop_stop(). Returns 0 or a negative errno. */
int event_loop_run(struct event_loop *loop);
void event_loop_stop(struct event_loop *loop);

/* The monotonic clock as read at the start of this turn. */
int64_t event_loop_now_ms(const struct event_loop *loop);
int64_t event_loop_now_us(const struct event_loop *loop);

/* The clock itself, for who needs the time of day or a later time than the turn's. */
const struct clock_source *event_loop_clock(const struct event_loop *loop);

/* ---- descriptors ---- */

enum {
    EVENT_READ = 1,
    EVENT_WRITE = 2,
    EVENT_HANGUP = 4 /* told whatever was asked for: both directions are closed, or an error */
};

struct event_source {
    int fd;
    uint32_t interest; /* EVENT_READ | EVENT_WRITE; change it through event_source_change() */
    void (*on_ready)(struct event_source *source, uint32_t ready);
    void *context;
    bool is_added; /* private */
};

/* Returns 0 or a negative errno. The source stays where it is until it is removed. */
int event_source_add(struct event_loop *loop, struct event_source *source);

/* A system call only when `interest` is another one. Returns 0 or a negative errno. */
int event_source_change(struct event_loop *loop, struct event_source *source, uint32_t interest);

/* To be called before the descriptor is closed. Harmless when it is not added. */
void event_source_remove(struct event_loop *loop, struct event_source *source);

/* ---- timers: start and stop cost a few instructions each ---- */

struct event_timer {
    void (*on_due)(struct event_timer *timer);
    void *context;
    int64_t due_ms; /* private from here on */
    struct event_timer *next;
    struct event_timer **link; /* what points at this timer; NULL: not running */
};

/* Starts, or starts anew, to call on_due once, delay_ms from this turn's time or up to 1 ms later,
 * never earlier. Timers due in one turn are called in the order of their millisecond. */
void event_timer_start(struct event_loop *loop, struct event_timer *timer, int64_t delay_ms);
void event_timer_stop(struct event_loop *loop, struct event_timer *timer);
bool event_timer_is_running(const struct event_timer *timer);

/* ---- the end of each turn ---- */

struct event_turn_hook {
    void (*on_turn_end)(struct event_turn_hook *hook);
    void *context;
    struct event_turn_hook *next; /* private */
    bool is_added;                /* private */
};

/* Called at the end of every turn, in the order added: the place to write what the turn's events
 * have queued. */
void event_turn_hook_add(struct event_loop *loop, struct event_turn_hook *hook);
void event_turn_hook_remove(struct event_loop *loop, struct event_turn_hook *hook);

/* ---- signals ---- */

struct event_signals {
    void (*on_signal)(struct event_signals *signals, int signal_number);
    void *context;
    struct event_source source; /* private */
};

/* Blocks the signals numbers[0..count) for this thread and delivers them as events. 0 or a negative
 * errno. */
int event_signals_add(struct event_loop *loop, struct event_signals *signals, const int *numbers,
                      size_t count);
/* Stops delivery; the signals stay blocked. */
void event_signals_remove(struct event_loop *loop, struct event_signals *signals);

/* ---- wake-ups from another thread or a forked process ---- */

struct event_wakeup {
    void (*on_wakeup)(struct event_wakeup *wakeup);
    void *context;
    struct event_source source; /* private */
};

int event_wakeup_add(struct event_loop *loop, struct event_wakeup *wakeup);
void event_wakeup_remove(struct event_loop *loop, struct event_wakeup *wakeup);
/* Safe from any thread and from a signal handler; many rings may arrive as one call. */
void event_wakeup_ring(const struct event_wakeup *wakeup);

#endif
