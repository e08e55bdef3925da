/* SPDX-License-Identifier: Apache-2.0
 *
 * The event loop: epoll, the turn, and the hooks at its end.
 *
 * Why here: one thread per process needs one place that waits. epoll itself is all of it; a library
 * would bring its own buffers and no speed (measured, see docs/adr).
 * Invariants: the time of a turn is read once and does not go back; a source that was removed is
 * not called any more, even if the kernel had already reported it; hooks are called last.
 * Read next: timer_wheel.c, event_signals.c.
 */
#include "platform/event_loop.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ensure.h"
#include "platform/event_loop_state.h"

/* A clock that goes back, as a careless test's might, does not take the loop with it. */
static void time_read(struct event_loop *loop)
{
    int64_t now_us = clock_monotonic_us(loop->clock);
    if (now_us > loop->now_us) {
        loop->now_us = now_us;
    }
}

int event_loop_create(struct event_loop **loop, const struct clock_source *clock)
{
    struct event_loop *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return -ENOMEM;
    }
    made->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (made->epoll_fd < 0) {
        int error = errno;
        free(made);
        return -error;
    }
    made->clock = clock != NULL ? clock : clock_source_system();
    time_read(made);
    made->wheel.turned_ms = event_loop_now_ms(made);
    *loop = made;
    return 0;
}

void event_loop_destroy(struct event_loop *loop)
{
    if (loop == NULL) {
        return;
    }
    close(loop->epoll_fd);
    free(loop);
}

int64_t event_loop_now_ms(const struct event_loop *loop)
{
    return loop->now_us / 1000;
}

int64_t event_loop_now_us(const struct event_loop *loop)
{
    return loop->now_us;
}

const struct clock_source *event_loop_clock(const struct event_loop *loop)
{
    return loop->clock;
}

/* ---- descriptors ---- */

static uint32_t epoll_bits(uint32_t interest)
{
    return ((interest & EVENT_READ) != 0 ? (uint32_t)EPOLLIN : 0) |
           ((interest & EVENT_WRITE) != 0 ? (uint32_t)EPOLLOUT : 0);
}

static int source_control(struct event_loop *loop, struct event_source *source, int operation)
{
    struct epoll_event event = {.events = epoll_bits(source->interest), .data.ptr = source};
    return epoll_ctl(loop->epoll_fd, operation, source->fd, &event) == 0 ? 0 : -errno;
}

int event_source_add(struct event_loop *loop, struct event_source *source)
{
    ENSURE(!source->is_added && source->on_ready != NULL);
    int error = source_control(loop, source, EPOLL_CTL_ADD);
    source->is_added = error == 0;
    return error;
}

int event_source_change(struct event_loop *loop, struct event_source *source, uint32_t interest)
{
    ENSURE(source->is_added);
    if (source->interest == interest) {
        return 0;
    }
    source->interest = interest;
    return source_control(loop, source, EPOLL_CTL_MOD);
}

void event_source_remove(struct event_loop *loop, struct event_source *source)
{
    if (!source->is_added) {
        return;
    }
    source->is_added = false;
    (void)source_control(loop, source, EPOLL_CTL_DEL);
    /* What the kernel has reported of it in this batch is not to be delivered any more. */
    for (int i = loop->event_next; i < loop->event_count; i++) {
        if (loop->events[i].data.ptr == source) {
            loop->events[i].data.ptr = NULL;
        }
    }
}

static int events_deliver(struct event_loop *loop)
{
    int called = 0;
    while (loop->event_next < loop->event_count) {
        const struct epoll_event *event = &loop->events[loop->event_next++];
        struct event_source *source = event->data.ptr;
        if (source == NULL) {
            continue;
        }
        uint32_t ready =
            ((event->events & (uint32_t)EPOLLIN) != 0 ? EVENT_READ : 0u) |
            ((event->events & (uint32_t)EPOLLOUT) != 0 ? EVENT_WRITE : 0u) |
            ((event->events & (uint32_t)(EPOLLHUP | EPOLLERR)) != 0 ? EVENT_HANGUP : 0u);
        source->on_ready(source, ready);
        called++;
    }
    loop->event_count = 0;
    loop->event_next = 0;
    return called;
}

/* ---- hooks ---- */

void event_turn_hook_add(struct event_loop *loop, struct event_turn_hook *hook)
{
    ENSURE(!hook->is_added && hook->on_turn_end != NULL);
    struct event_turn_hook **end = &loop->hooks;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    hook->next = NULL;
    hook->is_added = true;
    *end = hook;
}

void event_turn_hook_remove(struct event_loop *loop, struct event_turn_hook *hook)
{
    if (!hook->is_added) {
        return;
    }
    struct event_turn_hook **link = &loop->hooks;
    while (*link != hook) {
        ENSURE(*link != NULL);
        link = &(*link)->next;
    }
    *link = hook->next;
    if (loop->hook_next == hook) {
        loop->hook_next = hook->next;
    }
    hook->next = NULL;
    hook->is_added = false;
}

static void hooks_call(struct event_loop *loop)
{
    struct event_turn_hook *hook = loop->hooks;
    while (hook != NULL) {
        loop->hook_next = hook->next;
        hook->on_turn_end(hook);
        hook = loop->hook_next;
    }
    loop->hook_next = NULL;
}

/* ---- the turn ---- */

/* How long to wait: as asked, but not past the next timer. */
static int wait_ms(const struct event_loop *loop, int timeout_ms)
{
    int64_t distance = timer_wheel_distance(&loop->wheel);
    if (distance < 0 || timeout_ms == 0) {
        return timeout_ms;
    }
    int64_t due_us = (loop->wheel.turned_ms + distance) * 1000 - clock_monotonic_us(loop->clock);
    int64_t due_ms = due_us > 0 ? (due_us + 999) / 1000 : 0;
    return timeout_ms > 0 && timeout_ms < due_ms ? timeout_ms : (int)due_ms;
}

int event_loop_run_once(struct event_loop *loop, int timeout_ms)
{
    int count =
        epoll_wait(loop->epoll_fd, loop->events, EVENTS_PER_TURN, wait_ms(loop, timeout_ms));
    if (count < 0 && errno != EINTR) {
        return -errno;
    }
    loop->event_count = count > 0 ? count : 0;
    loop->event_next = 0;
    time_read(loop);
    int called = events_deliver(loop);
    called += timer_wheel_turn(&loop->wheel, event_loop_now_ms(loop));
    hooks_call(loop);
    return called;
}

int event_loop_run(struct event_loop *loop)
{
    int result = 0;
    loop->is_stopping = false;
    while (!loop->is_stopping && result >= 0) {
        result = event_loop_run_once(loop, -1);
    }
    return result < 0 ? result : 0;
}

void event_loop_stop(struct event_loop *loop)
{
    loop->is_stopping = true;
}
