/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets in memory. A room of its own because these calls take the place of the C library's: what is
 * not one of our descriptors goes on to the real ones. Invariants: bytes of one direction arrive in
 * order, each once, or the connection ends; a dead process sends and gets nothing.
 *
 * Read next: src/node/peers.c and src/node/link_client.c, who call.
 */
#include "sim/sim_net.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ensure.h"
#include "sim/sim_canary.h"
#include "sim/sim_wraps.h"

enum {
    NET_FDS_MAX = 96,
    NET_FIRST_FD = 1 << 20,
    NET_PIECES_MAX = 4096,
    NET_PIPE_BYTES_MAX = 200 << 10,
    NET_EPOLL_MAX = 80,
    NET_CALL_US = 2
};

enum net_kind {
    NET_KIND_FREE = 1,
    NET_KIND_SOCKET,
    NET_KIND_LISTENER,
    NET_KIND_EPOLL,
    NET_KIND_FLAG,
};

struct net_piece {
    int64_t at_us; /* when it is there */
    uint8_t *bytes;
    size_t size;
};

/* What is under way to one end. */
struct net_pipe {
    struct net_piece pieces[NET_PIECES_MAX];
    uint32_t first;
    uint32_t count;
    size_t bytes;
    size_t taken;    /* of the first piece */
    int64_t last_us; /* nothing arrives before what was sent before it */
    int64_t end_us;  /* the other side has closed: seen from then on; SIM_NEVER: open */
    bool is_dumb;    /* a canary: nothing arrives any more, and nobody is told */
};

struct net_watch {
    int fd;
    struct epoll_event event;
};

struct net_fd {
    enum net_kind kind;
    struct sim_process *owner;
    struct net_pipe *in;  /* of a socket; NULL: not connected */
    uint32_t other;       /* the socket at the other end; 0: none (any more) */
    uint32_t waiting[16]; /* of a listener: sockets that wait to be accepted */
    int64_t waiting_us[16];
    uint32_t waiting_count;
    struct net_watch watches[NET_EPOLL_MAX];
    uint32_t watch_count;
    int64_t held_us; /* of a socket: nothing is delivered before */
    bool is_raised;
};

static struct net_fd fds[NET_FDS_MAX]; /* 0 is never used */
static uint32_t listener;              /* 0: nobody listens */
static uint32_t fds_end;               /* behind the last that was ever used */

static struct net_fd *net_at(int fd)
{
    ENSURE(fd > NET_FIRST_FD && fd < NET_FIRST_FD + NET_FDS_MAX);
    struct net_fd *at = &fds[fd - NET_FIRST_FD];
    ENSURE(at->kind != NET_KIND_FREE);
    return at;
}

static bool net_is_ours(int fd)
{
    return fd >= NET_FIRST_FD;
}

static uint32_t net_index(const struct net_fd *at)
{
    return (uint32_t)(at - fds);
}

void sim_net_start(void)
{
    for (uint32_t i = 0; i < NET_FDS_MAX; i++) {
        fds[i].kind = NET_KIND_FREE;
    }
    listener = 0;
    fds_end = 1;
}

static int net_make(enum net_kind kind)
{
    for (uint32_t i = 1; i < NET_FDS_MAX; i++) {
        if (fds[i].kind == NET_KIND_FREE) {
            memset(&fds[i], 0, sizeof fds[i]);
            fds[i].kind = kind;
            fds[i].owner = sim.current;
            fds_end = i >= fds_end ? i + 1 : fds_end;
            return NET_FIRST_FD + (int)i;
        }
    }
    errno = EMFILE;
    return -1;
}

/* ------------------------------------------------------------------ pipes */

static struct net_pipe *pipe_make(void)
{
    struct net_pipe *pipe = calloc(1, sizeof *pipe);
    ENSURE(pipe != NULL);
    pipe->end_us = SIM_NEVER;
    return pipe;
}

static void pipe_drop_first(struct net_pipe *pipe)
{
    struct net_piece *piece = &pipe->pieces[pipe->first];
    pipe->bytes -= piece->size;
    free(piece->bytes);
    pipe->first = (pipe->first + 1) % NET_PIECES_MAX;
    pipe->count--;
    pipe->taken = 0;
}

static void pipe_free(struct net_pipe *pipe)
{
    while (pipe != NULL && pipe->count > 0) {
        pipe_drop_first(pipe);
    }
    free(pipe);
}

/* What is not there yet is lost, from some byte on. */
static void pipe_cut(struct net_pipe *pipe, struct random_stream *random)
{
    uint32_t kept = 0;
    while (kept < pipe->count &&
           pipe->pieces[(pipe->first + kept) % NET_PIECES_MAX].at_us <= sim_now()) {
        kept++;
    }
    for (uint32_t i = kept; i < pipe->count; i++) {
        struct net_piece *piece = &pipe->pieces[(pipe->first + i) % NET_PIECES_MAX];
        size_t left = i == kept ? (size_t)random_below(random, piece->size) : 0;
        left = i == 0 && left < pipe->taken ? pipe->taken : left;
        pipe->bytes -= piece->size - left;
        piece->size = left;
    }
    pipe->end_us = pipe->last_us > sim_now() ? pipe->last_us : sim_now();
}

static bool pipe_has(const struct net_pipe *pipe, int64_t held_us)
{
    return pipe->count > 0 && pipe->pieces[pipe->first].at_us <= sim_now() && held_us <= sim_now();
}

static bool pipe_has_ended(const struct net_pipe *pipe)
{
    return pipe->count == 0 && pipe->end_us <= sim_now();
}

static void pipe_put(struct net_pipe *pipe, const void *bytes, size_t size)
{
    int64_t delay = 5 + (int64_t)random_below(&sim.random, (uint64_t)sim.net_delay_us);
    int64_t at_us = sim_now() + delay;
    pipe->last_us = at_us > pipe->last_us ? at_us : pipe->last_us;
    struct net_piece *piece = &pipe->pieces[(pipe->first + pipe->count) % NET_PIECES_MAX];
    *piece = (struct net_piece){.at_us = pipe->last_us, .bytes = malloc(size), .size = size};
    ENSURE(piece->bytes != NULL);
    memcpy(piece->bytes, bytes, size);
    pipe->count++;
    pipe->bytes += size;
}

/* ------------------------------------------------------------------ ends */

/* Nobody watches it any more, and nobody will accept it. */
static void net_forget(uint32_t index)
{
    for (uint32_t i = 1; i < fds_end; i++) {
        for (uint32_t w = 0; w < fds[i].watch_count; w++) {
            if (fds[i].watches[w].fd == NET_FIRST_FD + (int)index) {
                fds[i].watches[w--] = fds[i].watches[--fds[i].watch_count];
            }
        }
    }
    struct net_fd *door = &fds[listener];
    for (uint32_t i = 0; listener != 0 && i < door->waiting_count; i++) {
        if (door->waiting[i] == index) {
            door->waiting_count--;
            memmove(door->waiting + i, door->waiting + i + 1,
                    (door->waiting_count - i) * sizeof door->waiting[0]);
            memmove(door->waiting_us + i, door->waiting_us + i + 1,
                    (door->waiting_count - i) * sizeof door->waiting_us[0]);
            return;
        }
    }
}

static void net_close(struct net_fd *at)
{
    if (at->kind == NET_KIND_LISTENER) {
        for (uint32_t i = 0; i < at->waiting_count; i++) {
            fds[at->waiting[i]].in->end_us = sim_now();
        }
        listener = 0;
    }
    if (at->other != 0) {
        struct net_fd *other = &fds[at->other];
        int64_t last_us = other->in->last_us;
        other->in->end_us = last_us > sim_now() ? last_us : sim_now();
        other->other = 0;
    }
    net_forget(net_index(at));
    pipe_free(at->in);
    memset(at, 0, sizeof *at);
    at->kind = NET_KIND_FREE;
}

void sim_net_close_all(struct sim_process *process)
{
    for (uint32_t i = 1; i < fds_end; i++) {
        if (fds[i].kind != NET_KIND_FREE && fds[i].owner == process) {
            net_close(&fds[i]);
        }
    }
}

void sim_net_cut(uint64_t n, struct random_stream *random)
{
    uint32_t found[NET_FDS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 1; i < fds_end; i++) {
        if (fds[i].kind == NET_KIND_SOCKET && fds[i].other != 0) {
            found[count++] = i;
        }
    }
    if (count == 0) {
        return;
    }
    struct net_fd *at = &fds[found[n % count]];
    struct net_fd *other = &fds[at->other];
    pipe_cut(at->in, random);
    pipe_cut(other->in, random);
    at->other = 0;
    other->other = 0;
}

void sim_net_hold(const struct sim_process *process, int64_t until_us)
{
    for (uint32_t i = 1; i < fds_end; i++) {
        if (fds[i].kind == NET_KIND_SOCKET && fds[i].owner == process) {
            fds[i].held_us = until_us;
            fds[fds[i].other].held_us = until_us; /* 0 is nobody's */
        }
    }
}

int sim_net_flag(void)
{
    return net_make(NET_KIND_FLAG);
}

void sim_net_flag_raise(int fd, bool is_raised)
{
    net_at(fd)->is_raised = is_raised;
}

/* When this descriptor has news next. */
static int64_t net_news(const struct net_fd *at)
{
    int64_t next = SIM_NEVER;
    if (at->kind == NET_KIND_FLAG) {
        return at->is_raised ? 0 : SIM_NEVER;
    }
    if (at->kind == NET_KIND_LISTENER && at->waiting_count > 0) {
        return at->waiting_us[0];
    }
    if (at->kind != NET_KIND_SOCKET || at->in == NULL) {
        return SIM_NEVER;
    }
    if (at->in->count > 0) {
        next = at->in->pieces[at->in->first].at_us;
    } else {
        next = at->in->end_us;
    }
    return next < at->held_us ? at->held_us : next;
}

int64_t sim_net_next(const struct sim_process *process)
{
    int64_t next = SIM_NEVER;
    for (uint32_t i = 1; i < fds_end; i++) {
        if (fds[i].owner == process && fds[i].kind != NET_KIND_FREE) {
            int64_t news = net_news(&fds[i]);
            next = news < next ? news : next;
        }
    }
    return next;
}

/* ------------------------------------------------------------------ the C library's calls */

int __wrap_socket(int domain, int type, int protocol)
{
    (void)domain;
    (void)type;
    (void)protocol;
    return net_make(NET_KIND_SOCKET);
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size)
{
    (void)address;
    (void)size;
    net_at(fd)->kind = NET_KIND_LISTENER;
    return 0;
}

int __wrap_listen(int fd, int backlog)
{
    (void)backlog;
    listener = net_index(net_at(fd));
    return 0;
}

int __wrap_unlinkat(int folder, const char *name, int flags)
{
    (void)folder;
    (void)name;
    (void)flags;
    errno = ENOENT;
    return -1;
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    struct net_fd *at = net_at(fd);
    (void)address;
    (void)size;
    if (!sim_call(NET_CALL_US) || listener == 0 || fds[listener].waiting_count == 16) {
        errno = ECONNREFUSED;
        return -1;
    }
    struct net_fd *door = &fds[listener];
    at->in = pipe_make();
    door->waiting_us[door->waiting_count] =
        sim_now() + (int64_t)random_below(&sim.random, (uint64_t)sim.net_delay_us);
    door->waiting[door->waiting_count++] = net_index(at);
    return 0;
}

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    struct net_fd *door = net_at(fd);
    (void)address;
    (void)size;
    (void)flags;
    if (!sim_call(NET_CALL_US) || door->waiting_count == 0 || door->waiting_us[0] > sim_now()) {
        errno = EAGAIN;
        return -1;
    }
    uint32_t caller = door->waiting[0];
    door->waiting_count--;
    memmove(door->waiting, door->waiting + 1, door->waiting_count * sizeof door->waiting[0]);
    memmove(door->waiting_us, door->waiting_us + 1,
            door->waiting_count * sizeof door->waiting_us[0]);
    int made = net_make(NET_KIND_SOCKET);
    if (made >= 0) {
        struct net_fd *at = net_at(made);
        at->in = pipe_make();
        at->other = caller;
        fds[caller].other = net_index(at);
    }
    return made;
}

ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags)
{
    struct net_fd *at = net_at(fd);
    (void)flags;
    if (!sim_call(NET_CALL_US)) {
        errno = EPIPE;
        return -1;
    }
    /* Not accepted yet: nothing can be sent before; a kernel would keep it. */
    bool is_waiting = at->other == 0 && at->in != NULL && at->in->end_us == SIM_NEVER;
    struct net_pipe *out = at->other != 0 ? fds[at->other].in : NULL;
    if (is_waiting ||
        (out != NULL && (out->bytes >= NET_PIPE_BYTES_MAX || out->count == NET_PIECES_MAX))) {
        errno = EAGAIN;
        return -1;
    }
    if (out == NULL) {
        errno = EPIPE;
        return -1;
    }
    size_t room = NET_PIPE_BYTES_MAX - out->bytes;
    size = size < room ? size : room;
    if (size > 1 && random_once_in(&sim.random, 16)) {
        size = 1 + (size_t)random_below(&sim.random, size - 1);
    }
    out->is_dumb = out->is_dumb || canary_swallows_message();
    if (!out->is_dumb) {
        pipe_put(out, bytes, size);
    }
    return (ssize_t)size;
}

ssize_t __wrap_recv(int fd, void *bytes, size_t size, int flags)
{
    struct net_fd *at = net_at(fd);
    (void)flags;
    if (!sim_call(NET_CALL_US) || at->in == NULL || !pipe_has(at->in, at->held_us)) {
        bool has_ended = at->in != NULL && pipe_has_ended(at->in);
        errno = EAGAIN;
        return has_ended ? 0 : -1;
    }
    size_t got = 0;
    size_t wanted =
        random_once_in(&sim.random, 8) ? 1 + (size_t)random_below(&sim.random, size) : size;
    while (got < wanted && pipe_has(at->in, at->held_us)) {
        struct net_piece *piece = &at->in->pieces[at->in->first];
        size_t left = piece->size - at->in->taken;
        size_t part = left < wanted - got ? left : wanted - got;
        memcpy((uint8_t *)bytes + got, piece->bytes + at->in->taken, part);
        got += part;
        at->in->taken += part;
        if (at->in->taken == piece->size) {
            pipe_drop_first(at->in);
        }
    }
    sim_note(got);
    errno = EAGAIN;
    return got > 0 ? (ssize_t)got : pipe_has_ended(at->in) ? 0 : -1;
}

ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
    return net_is_ours(fd) ? __wrap_recv(fd, bytes, size, 0) : __real_read(fd, bytes, size);
}

int __wrap_close(int fd)
{
    if (!net_is_ours(fd)) {
        return __real_close(fd);
    }
    net_close(net_at(fd));
    return 0;
}

int __wrap_poll(struct pollfd *watched, nfds_t count, int timeout_ms)
{
    if (count != 1 || !net_is_ours(watched->fd)) {
        return __real_poll(watched, count, timeout_ms);
    }
    watched->revents = 0;
    if (!net_at(watched->fd)->is_raised) {
        return 0;
    }
    watched->revents = POLLIN;
    return 1;
}

ssize_t __wrap___read_chk(int fd, void *bytes, size_t size, size_t room)
{
    ENSURE(size <= room);
    return __wrap_read(fd, bytes, size);
}

ssize_t __wrap___recv_chk(int fd, void *bytes, size_t size, size_t room, int flags)
{
    ENSURE(size <= room);
    return __wrap_recv(fd, bytes, size, flags);
}

int __wrap___poll_chk(struct pollfd *watched, nfds_t count, int timeout_ms, size_t room)
{
    ENSURE(count * sizeof *watched <= room);
    return __wrap_poll(watched, count, timeout_ms);
}

/* ------------------------------------------------------------------ epoll */

int __wrap_epoll_create1(int flags)
{
    (void)flags;
    return net_make(NET_KIND_EPOLL);
}

int __wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    struct net_fd *at = net_at(epoll);
    uint32_t w = 0;
    while (w < at->watch_count && at->watches[w].fd != fd) {
        w++;
    }
    if (operation == EPOLL_CTL_DEL) {
        if (w < at->watch_count) {
            at->watches[w] = at->watches[--at->watch_count];
        }
        return 0;
    }
    if (w == at->watch_count) {
        ENSURE(operation == EPOLL_CTL_ADD && at->watch_count < NET_EPOLL_MAX);
        at->watch_count++;
    }
    at->watches[w] = (struct net_watch){.fd = fd, .event = *event};
    return 0;
}

static uint32_t net_ready(const struct net_fd *at)
{
    uint32_t ready = 0;
    if (net_news(at) <= sim_now()) {
        ready |= EPOLLIN;
    }
    if (at->kind == NET_KIND_SOCKET && at->in != NULL && at->other != 0 &&
        fds[at->other].in->bytes < NET_PIPE_BYTES_MAX) {
        ready |= EPOLLOUT;
    }
    if (at->kind == NET_KIND_SOCKET && at->in != NULL && pipe_has_ended(at->in)) {
        ready |= EPOLLHUP;
    }
    return ready;
}

static int net_collect(const struct net_fd *at, struct epoll_event *events, int max)
{
    int count = 0;
    for (uint32_t w = 0; w < at->watch_count && count < max; w++) {
        uint32_t ready = net_ready(net_at(at->watches[w].fd));
        ready &= at->watches[w].event.events | EPOLLHUP;
        if (ready != 0) {
            events[count] = at->watches[w].event;
            events[count++].events = ready;
        }
    }
    return count;
}

/* The first wait of a turn that would be one ends the turn: the world goes on meanwhile. Later ones
 * (the core saying goodbye) take their time at once. */
int __wrap_epoll_wait(int epoll, struct epoll_event *events, int max, int timeout_ms)
{
    const struct net_fd *at = net_at(epoll);
    struct sim_process *process = sim.current;
    if (!sim_call(NET_CALL_US)) {
        return 0;
    }
    int count = net_collect(at, events, max);
    if (count > 0 || timeout_ms == 0 || process == NULL) {
        return count;
    }
    if (process->has_waited) {
        process->ahead_us += timeout_ms > 0 ? timeout_ms * SIM_MS : SIM_MS;
        return 0;
    }
    process->has_waited = true;
    process->patience_us = timeout_ms > 0 ? timeout_ms * SIM_MS : SIM_NEVER;
    return 0;
}
