/* SPDX-License-Identifier: Apache-2.0
 *
 * Miners' connections: who is let in, bytes into lines, lines out. A file of its own because hostile bytes are met here, before
 * anything is parsed. Invariants: one read buffer for everybody, a miner's own memory only for an unfinished line or an unread
 * answer; a slot's generation changes with each miner. Read next: session.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "platform/log_line.h"
#include "stratum/meter_inside.h"
#include "stratum/socket_address.h"

enum { ACCEPTS_PER_TURN = 64, PAUSE_MS = 100, BACKLOG = 4096 };

struct miner *meter_miner(struct meter *meter, uint32_t slot, uint32_t generation)
{
    if (slot >= meter->miner_count || meter->miners[slot] == NULL) {
        return NULL;
    }
    struct miner *miner = meter->miners[slot];

    return miner->is_open && miner->generation == generation ? miner : NULL;
}

void miner_close_now(struct miner *miner, const char *why)
{
    struct meter *meter = miner->meter;
    struct log_line line;

    if (!miner->is_open) {
        return;
    }
    log_line_begin(&line, LOG_LEVEL_DEBUG, "miner_gone");
    log_line_unsigned(&line, "slot", miner->slot);
    log_line_text(&line, "why", why);
    log_line_end(&line);
    session_forget(miner);
    event_source_remove(meter->loop, &miner->source);
    (void)close(miner->source.fd);
    bytes_free(&miner->input);
    bytes_free(&miner->output);
    miner->is_open = false;
    meter->free_slots[meter->free_count++] = miner->slot;
    meter->open_count--;
}

void miner_close(struct miner *miner, const char *why)
{
    if (miner->output.size == 0) {
        miner_close_now(miner, why);
    } else {
        miner->is_closing = true;
        (void)event_source_change(miner->meter->loop, &miner->source, EVENT_WRITE);
    }
}

static void output_write(struct miner *miner)
{
    while (miner->output.size > 0) {
        ssize_t written = send(miner->source.fd, miner->output.bytes, miner->output.size,
                               MSG_NOSIGNAL | MSG_DONTWAIT);

        if (written < 0 && errno == EAGAIN) {
            return;
        }
        if (written <= 0) {
            miner_close_now(miner, "write failed");
            return;
        }
        bytes_drop(&miner->output, (size_t)written);
    }
    if (miner->is_closing) {
        miner_close_now(miner, "told to go");
        return;
    }
    (void)event_source_change(miner->meter->loop, &miner->source, EVENT_READ);
}

void miner_send(struct miner *miner, const char *bytes, size_t size)
{
    ssize_t written = 0;

    if (!miner->is_open || miner->is_closing || size == 0) {
        return;
    }
    if (miner->output.size == 0) {
        written = send(miner->source.fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    if (written < 0 && errno != EAGAIN) {
        return; /* the loop will tell that he is gone */
    }
    size_t done = written > 0 ? (size_t)written : 0;
    if (done == size) {
        return;
    }
    if (!bytes_keep(&miner->output, bytes + done, size - done, MINER_OUTPUT_MAX)) {
        bytes_free(&miner->output);
        miner->is_closing = true; /* he does not read: the loop closes him at his next event */
        (void)shutdown(miner->source.fd, SHUT_RDWR);
        return;
    }
    (void)event_source_change(miner->meter->loop, &miner->source, EVENT_READ | EVENT_WRITE);
}

/* The lines of bytes[0..size); what is left without an end is kept. */
static void take_bytes(struct miner *miner, const char *bytes, size_t size)
{
    while (size > 0 && miner->is_open && !miner->is_closing) {
        const char *end = memchr(bytes, '\n', size);
        size_t line_size = end == NULL ? size : (size_t)(end - bytes);

        if (miner->input.size + line_size > STRATUM_MINER_LINE_MAX) {
            char *line = miner->meter->line;
            size_t told =
                write_refusal((struct line_buffer){line, sizeof miner->meter->line},
                              slice_of_text("null"), 20, line_fault_text(LINE_FAULT_TOO_LONG));

            miner_send(miner, line, told);
            miner_close(miner, "line too long");
            return;
        }
        if (end == NULL) {
            if (!bytes_keep(&miner->input, bytes, size, STRATUM_MINER_LINE_MAX)) {
                miner_close_now(miner, "no memory");
            }
            return;
        }
        struct slice line = slice_of(bytes, line_size);
        char whole[STRATUM_MINER_LINE_MAX];
        if (miner->input.size > 0) {
            memcpy(whole, miner->input.bytes, miner->input.size);
            memcpy(whole + miner->input.size, bytes, line_size);
            line = slice_of(whole, miner->input.size + line_size);
            bytes_free(&miner->input);
        }
        if (line.size > 0 && line.data[line.size - 1] == '\r') {
            line.size--;
        }
        bytes += line_size + 1;
        size -= line_size + 1;
        if (line.size > 0) {
            session_take_line(miner, line);
        }
    }
}

static void miner_ready(struct event_source *source, uint32_t ready)
{
    struct miner *miner = source->context;
    struct meter *meter = miner->meter;

    if ((ready & EVENT_WRITE) != 0) {
        output_write(miner);
    }
    if (!miner->is_open || (ready & (EVENT_READ | EVENT_HANGUP)) == 0) {
        return;
    }
    ssize_t got = recv(source->fd, meter->input, sizeof meter->input, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0 || miner->is_closing) {
        miner_close_now(miner, got < 0 ? "connection broken" : "end of stream");
        return;
    }
    miner->seen_ms = event_loop_now_ms(meter->loop);
    take_bytes(miner, meter->input, (size_t)got);
}

static struct miner *slot_take(struct meter *meter)
{
    if (meter->free_count > 0) {
        return meter->miners[meter->free_slots[--meter->free_count]];
    }
    if (meter->miner_count == meter->options.miners_max) {
        return NULL;
    }
    struct miner *miner = calloc(1, sizeof *miner);
    if (miner != NULL) {
        miner->slot = meter->miner_count;
        meter->miners[meter->miner_count++] = miner;
    }
    return miner;
}

static void let_in(struct meter *meter, int fd)
{
    const int one = 1;
    struct miner *miner = slot_take(meter);

    if (miner == NULL) {
        (void)close(fd);
        return;
    }
    *miner = (struct miner){.slot = miner->slot,
                            .generation = miner->generation + 1,
                            .meter = meter,
                            .is_open = true,
                            .seen_ms = event_loop_now_ms(meter->loop)};
    miner->source = (struct event_source){
        .fd = fd, .interest = EVENT_READ, .on_ready = miner_ready, .context = miner};
    miner->window_ms = miner->seen_ms;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    meter->open_count++;
    if (event_source_add(meter->loop, &miner->source) != 0) {
        miner_close_now(miner, "no room in the loop");
    }
}

static void door_ready(struct event_source *source, uint32_t ready)
{
    struct meter *meter = source->context;

    (void)ready;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int fd = accept4(source->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            let_in(meter, fd);
            continue;
        }
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
            /* No descriptors left: the loop must not spin on a door that stays ready. */
            (void)event_source_change(meter->loop, source, 0);
            event_timer_start(meter->loop, &meter->door_pause, PAUSE_MS);
        }
        return;
    }
}

static void door_again(struct event_timer *timer)
{
    struct meter *meter = timer->context;

    (void)event_source_change(meter->loop, &meter->door, EVENT_READ);
}

int door_open(struct meter *meter)
{
    struct sockaddr_storage address;
    const int one = 1;
    socklen_t size = socket_address_read(meter->options.listen, &address);

    meter->door.fd = -1;
    if (size == 0) {
        return -EINVAL;
    }
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, BACKLOG) != 0) {
        int error = -errno;

        (void)close(fd);
        return error;
    }
    size = sizeof address;
    ENSURE(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    meter->port = socket_address_port(&address);
    meter->door = (struct event_source){
        .fd = fd, .interest = EVENT_READ, .on_ready = door_ready, .context = meter};
    meter->door_pause = (struct event_timer){.on_due = door_again, .context = meter};
    return event_source_add(meter->loop, &meter->door);
}

void door_close(struct meter *meter)
{
    for (uint32_t i = 0; i < meter->miner_count; i++) {
        miner_close_now(meter->miners[i], "the meter stops");
        free(meter->miners[i]);
    }
    meter->miner_count = 0;
    event_timer_stop(meter->loop, &meter->door_pause);
    event_source_remove(meter->loop, &meter->door);
    if (meter->door.fd >= 0) {
        (void)close(meter->door.fd);
    }
}
