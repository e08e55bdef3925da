/* SPDX-License-Identifier: Apache-2.0
 *
 * The event loop on a clock that the test turns: timers against a naive twin, descriptors, hooks,
 * signals, wake-ups, and what may be removed in the middle of a turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/event_loop.h"
#include "support/random_stream.h"

static int64_t fake_now_us;

static int64_t fake_clock_us(void *context)
{
    return fake_now_us;
}

static const struct clock_source FAKE_CLOCK = {.wall_us = fake_clock_us,
                                               .monotonic_us = fake_clock_us};

static struct event_loop *loop_make(void)
{
    struct event_loop *loop;
    fake_now_us = INT64_C(123456789123);
    assert_int_equal(event_loop_create(&loop, &FAKE_CLOCK), 0);
    return loop;
}

/* ---- timers ---- */

enum { TIMERS = 400 };

struct twin {
    struct event_timer timer;
    struct event_loop *loop;
    struct random_stream *random;
    struct twin *all;
    bool is_running;
    int64_t due_ms; /* when the twin says it is due */
    uint64_t calls;
};

static void twin_start(struct twin *twin)
{
    /* Mostly near, sometimes many rounds of the wheel away. */
    int64_t delay = (int64_t)(random_once_in(twin->random, 10) ? random_below(twin->random, 40000)
                                                               : random_below(twin->random, 300));
    twin->is_running = true;
    twin->due_ms = event_loop_now_ms(twin->loop) + delay + 1;
    event_timer_start(twin->loop, &twin->timer, delay);
}

static void twin_due(struct event_timer *timer)
{
    struct twin *twin = timer->context;
    assert_true(twin->is_running);
    assert_true(twin->due_ms <= event_loop_now_ms(twin->loop));
    twin->is_running = false;
    twin->calls++;
    /* Callbacks start and stop themselves and others. */
    struct twin *other = &twin->all[random_below(twin->random, TIMERS)];
    if (random_once_in(twin->random, 3)) {
        event_timer_stop(twin->loop, &other->timer);
        other->is_running = false;
    }
    if (random_once_in(twin->random, 2)) {
        twin_start(other);
    }
}

static void timers_agree_with_a_naive_twin(void **state)
{
    static struct twin twins[TIMERS];
    struct random_stream random = {.state = 20261122};
    struct event_loop *loop = loop_make();
    for (size_t i = 0; i < TIMERS; i++) {
        twins[i] = (struct twin){.loop = loop, .random = &random, .all = twins};
        twins[i].timer = (struct event_timer){.on_due = twin_due, .context = &twins[i]};
    }
    uint64_t calls = 0;
    for (int turn = 0; turn < 30000; turn++) {
        struct twin *twin = &twins[random_below(&random, TIMERS)];
        if (random_once_in(&random, 4)) {
            event_timer_stop(loop, &twin->timer);
            twin->is_running = false;
        } else {
            twin_start(twin);
        }
        fake_now_us += (int64_t)(random_once_in(&random, 200) ? random_below(&random, 30000000)
                                                              : random_below(&random, 20000));
        assert_true(event_loop_run_once(loop, 0) >= 0);
        for (size_t i = 0; i < TIMERS; i++) {
            /* Nothing that is due is left over, nothing else has been called. */
            assert_int_equal(event_timer_is_running(&twins[i].timer), twins[i].is_running);
            assert_true(!twins[i].is_running || twins[i].due_ms > event_loop_now_ms(loop));
        }
    }
    for (size_t i = 0; i < TIMERS; i++) {
        calls += twins[i].calls;
        event_timer_stop(loop, &twins[i].timer);
    }
    assert_true(calls > 10000);
    event_loop_destroy(loop);
}

struct order_log {
    struct event_loop *loop;
    int64_t last_due_ms;
    int calls;
};

static void order_due(struct event_timer *timer)
{
    struct order_log *log = timer->context;
    assert_true(timer->due_ms >= log->last_due_ms);
    log->last_due_ms = timer->due_ms;
    log->calls++;
}

static void timers_of_one_turn_are_called_in_order_over_any_gap(void **state)
{
    struct event_loop *loop = loop_make();
    struct order_log log = {.loop = loop};
    struct event_timer timers[50];
    for (size_t i = 0; i < 50; i++) {
        timers[i] = (struct event_timer){.on_due = order_due, .context = &log};
        event_timer_start(loop, &timers[i], (int64_t)((i * 7919) % 50 * 1000));
    }
    fake_now_us += INT64_C(86400000000); /* a day in one turn */
    assert_int_equal(event_loop_run_once(loop, 0), 50);
    assert_int_equal(log.calls, 50);
    event_loop_destroy(loop);
}

static void a_timer_is_never_early_and_at_most_a_millisecond_late(void **state)
{
    struct event_loop *loop = loop_make();
    struct order_log log = {.loop = loop};
    struct event_timer timer = {.on_due = order_due, .context = &log};
    for (int64_t offset_us = 0; offset_us < 2000; offset_us += 37) {
        fake_now_us += offset_us;
        assert_true(event_loop_run_once(loop, 0) >= 0);
        int64_t started_us = event_loop_now_us(loop);
        int before = log.calls;
        event_timer_start(loop, &timer, 10);
        while (log.calls == before) {
            fake_now_us += 50;
            assert_true(event_loop_run_once(loop, 0) >= 0);
        }
        assert_in_range(fake_now_us - started_us, 10000, 11050);
    }
    event_loop_destroy(loop);
}

static void waiting_ends_when_a_timer_is_due(void **state)
{
    struct event_loop *loop; /* on the real clock */
    struct order_log log = {0};
    struct event_timer timer = {.on_due = order_due, .context = &log};
    assert_int_equal(event_loop_create(&loop, NULL), 0);
    event_timer_start(loop, &timer, 5);
    /* Without the timer this would wait for ever. */
    while (log.calls == 0) {
        assert_true(event_loop_run_once(loop, -1) >= 0);
    }
    event_loop_destroy(loop);
}

/* ---- descriptors ---- */

struct reader {
    struct event_source source;
    struct event_loop *loop;
    struct event_source *victim; /* to be removed when this one is called */
    int calls;
    uint32_t ready;
};

static void reader_ready(struct event_source *source, uint32_t ready)
{
    struct reader *reader = source->context;
    reader->calls++;
    reader->ready = ready;
    if (reader->victim != NULL) {
        event_source_remove(reader->loop, reader->victim);
    }
}

static void pair_open(struct event_loop *loop, struct reader *reader, int *peer)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    *reader = (struct reader){.loop = loop};
    reader->source = (struct event_source){
        .fd = fds[0], .interest = EVENT_READ, .on_ready = reader_ready, .context = reader};
    assert_int_equal(event_source_add(loop, &reader->source), 0);
    *peer = fds[1];
}

static void descriptors_are_told_what_they_asked_for(void **state)
{
    struct event_loop *loop = loop_make();
    struct reader reader;
    int peer;
    pair_open(loop, &reader, &peer);
    assert_int_equal(event_loop_run_once(loop, 0), 0);
    assert_int_equal(write(peer, "x", 1), 1);
    assert_int_equal(event_loop_run_once(loop, 0), 1);
    assert_int_equal(reader.ready, EVENT_READ);
    assert_int_equal(event_loop_run_once(loop, 0), 1); /* level-triggered: still unread */
    assert_int_equal(event_source_change(loop, &reader.source, EVENT_WRITE), 0);
    assert_int_equal(event_loop_run_once(loop, 0), 1);
    assert_int_equal(reader.ready, EVENT_WRITE);
    assert_int_equal(event_source_change(loop, &reader.source, 0), 0);
    assert_int_equal(event_loop_run_once(loop, 0), 0);
    close(peer);
    assert_int_equal(event_loop_run_once(loop, 0), 1);
    assert_int_equal(reader.ready, EVENT_HANGUP);
    event_source_remove(loop, &reader.source);
    event_source_remove(loop, &reader.source);
    assert_int_equal(event_loop_run_once(loop, 0), 0);
    close(reader.source.fd);
    event_loop_destroy(loop);
}

static void what_is_removed_in_a_turn_is_not_called_in_it(void **state)
{
    struct event_loop *loop = loop_make();
    struct reader readers[2];
    int peers[2];
    for (size_t i = 0; i < 2; i++) {
        pair_open(loop, &readers[i], &peers[i]);
        assert_int_equal(write(peers[i], "x", 1), 1);
    }
    readers[0].victim = &readers[1].source;
    readers[1].victim = &readers[0].source;
    assert_int_equal(event_loop_run_once(loop, 0), 1);
    assert_int_equal(readers[0].calls + readers[1].calls, 1);
    for (size_t i = 0; i < 2; i++) {
        event_source_remove(loop, &readers[i].source);
        close(readers[i].source.fd);
        close(peers[i]);
    }
    event_loop_destroy(loop);
}

/* ---- hooks ---- */

struct hook_log {
    struct event_turn_hook hook;
    struct event_loop *loop;
    struct event_turn_hook *removes;
    int calls;
};

static void hook_call(struct event_turn_hook *hook)
{
    struct hook_log *log = hook->context;
    log->calls++;
    if (log->removes != NULL) {
        event_turn_hook_remove(log->loop, log->removes);
    }
}

static void hooks_are_called_each_turn_and_may_remove_each_other(void **state)
{
    struct event_loop *loop = loop_make();
    struct hook_log logs[3] = {0};
    for (size_t i = 0; i < 3; i++) {
        logs[i].loop = loop;
        logs[i].hook = (struct event_turn_hook){.on_turn_end = hook_call, .context = &logs[i]};
        event_turn_hook_add(loop, &logs[i].hook);
    }
    assert_int_equal(event_loop_run_once(loop, 0), 0);
    assert_int_equal(logs[0].calls + logs[1].calls + logs[2].calls, 3);
    logs[0].removes = &logs[1].hook; /* the next one */
    logs[2].removes = &logs[2].hook; /* itself */
    assert_int_equal(event_loop_run_once(loop, 0), 0);
    assert_int_equal(event_loop_run_once(loop, 0), 0);
    assert_int_equal(logs[0].calls, 3);
    assert_int_equal(logs[1].calls, 1);
    assert_int_equal(logs[2].calls, 2);
    event_turn_hook_remove(loop, &logs[0].hook);
    event_loop_destroy(loop);
}

/* ---- signals and wake-ups ---- */

static int signal_seen;
static struct event_loop *signal_loop;

static void signal_note(struct event_signals *signals, int number)
{
    signal_seen = number;
    event_loop_stop(signal_loop);
}

static void a_signal_arrives_as_an_event(void **state)
{
    struct event_signals signals = {.on_signal = signal_note};
    const int numbers[] = {SIGUSR1, SIGUSR2};
    const int nonsense = 1000;
    signal_loop = loop_make();
    assert_int_equal(event_signals_add(signal_loop, &signals, &nonsense, 1), -EINVAL);
    assert_int_equal(event_signals_add(signal_loop, &signals, numbers, 2), 0);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_int_equal(event_loop_run(signal_loop), 0);
    assert_int_equal(signal_seen, SIGUSR1);
    event_signals_remove(signal_loop, &signals);
    event_signals_remove(signal_loop, &signals);
    event_loop_destroy(signal_loop);
}

static int wakeups_seen;

static void wakeup_note(struct event_wakeup *wakeup)
{
    wakeups_seen++;
}

static void *bell(void *context)
{
    event_wakeup_ring(context);
    event_wakeup_ring(context);
    return NULL;
}

static void another_thread_can_wake_the_loop(void **state)
{
    struct event_loop *loop = loop_make();
    struct event_wakeup wakeup = {.on_wakeup = wakeup_note};
    pthread_t thread;
    assert_int_equal(event_wakeup_add(loop, &wakeup), 0);
    assert_int_equal(event_loop_run_once(loop, 0), 0);
    assert_int_equal(pthread_create(&thread, NULL, bell, &wakeup), 0);
    assert_int_equal(event_loop_run_once(loop, -1), 1); /* waits for the bell */
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(event_loop_run_once(loop, 0) >= 0);
    assert_in_range(wakeups_seen, 1, 2); /* two rings may come as one */
    assert_int_equal(event_loop_run_once(loop, 0), 0);
    event_wakeup_remove(loop, &wakeup);
    event_loop_destroy(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_agree_with_a_naive_twin),
        cmocka_unit_test(timers_of_one_turn_are_called_in_order_over_any_gap),
        cmocka_unit_test(a_timer_is_never_early_and_at_most_a_millisecond_late),
        cmocka_unit_test(waiting_ends_when_a_timer_is_due),
        cmocka_unit_test(descriptors_are_told_what_they_asked_for),
        cmocka_unit_test(what_is_removed_in_a_turn_is_not_called_in_it),
        cmocka_unit_test(hooks_are_called_each_turn_and_may_remove_each_other),
        cmocka_unit_test(a_signal_arrives_as_an_event),
        cmocka_unit_test(another_thread_can_wake_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
