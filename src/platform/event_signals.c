/* SPDX-License-Identifier: Apache-2.0
 *
 * Signals and wake-ups as ordinary events of the loop.
 *
 * Why here: a signal handler may do next to nothing, an event callback everything; signalfd and
 * eventfd turn the one into the other.
 * Read next: event_loop.c.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "platform/event_loop.h"

static void signals_ready(struct event_source *source, uint32_t ready)
{
    struct event_signals *signals = source->context;
    struct signalfd_siginfo info;
    (void)ready;
    /* A callback may remove the signals: the descriptor is then no longer ours to read. */
    while (source->is_added && read(source->fd, &info, sizeof info) == (ssize_t)sizeof info) {
        signals->on_signal(signals, (int)info.ssi_signo);
    }
}

int event_signals_add(struct event_loop *loop, struct event_signals *signals, const int *numbers,
                      size_t count)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++) {
        if (sigaddset(&set, numbers[i]) != 0) {
            return -EINVAL;
        }
    }
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0) {
        return -error;
    }
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    signals->source = (struct event_source){
        .fd = fd, .interest = EVENT_READ, .on_ready = signals_ready, .context = signals};
    error = event_source_add(loop, &signals->source);
    if (error != 0) {
        close(fd);
    }
    return error;
}

void event_signals_remove(struct event_loop *loop, struct event_signals *signals)
{
    if (signals->source.is_added) {
        event_source_remove(loop, &signals->source);
        close(signals->source.fd);
    }
}

static void wakeup_ready(struct event_source *source, uint32_t ready)
{
    struct event_wakeup *wakeup = source->context;
    uint64_t rings;
    (void)ready;
    if (read(source->fd, &rings, sizeof rings) == (ssize_t)sizeof rings) {
        wakeup->on_wakeup(wakeup);
    }
}

int event_wakeup_add(struct event_loop *loop, struct event_wakeup *wakeup)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    wakeup->source = (struct event_source){
        .fd = fd, .interest = EVENT_READ, .on_ready = wakeup_ready, .context = wakeup};
    int error = event_source_add(loop, &wakeup->source);
    if (error != 0) {
        close(fd);
    }
    return error;
}

void event_wakeup_remove(struct event_loop *loop, struct event_wakeup *wakeup)
{
    if (wakeup->source.is_added) {
        event_source_remove(loop, &wakeup->source);
        close(wakeup->source.fd);
    }
}

void event_wakeup_ring(const struct event_wakeup *wakeup)
{
    const uint64_t one = 1;
    int saved_errno = errno;
    /* It can fail only when 2^64 - 2 rings wait already: then nobody needs one more. */
    ssize_t written = write(wakeup->source.fd, &one, sizeof one);
    (void)written;
    errno = saved_errno;
}
