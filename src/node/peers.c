/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections of the core. A room of its own so that the core's loop reads as what it does and not
 * as socket handling. Invariants: no call here blocks but peers_wait; a peer's slot holds at most
 * INBOX_SIZE bytes of input and PEER_NOTICES_MAX notices, whatever it does; one notice slot is
 * kept for DURABLE or STOPPING, so news never waits behind refusals that fill the array.
 * Read next: core.c.
 */
#include "node/peers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ensure.h"
#include "node/link_address.h"
#include "platform/log_line.h"

enum { PEERS_EVENTS_MAX = 32, PEERS_BACKLOG = 64 };

/* What an epoll event belongs to: a slot, or one of these. */
enum { PEERS_TAG_LISTENER = PEERS_MAX, PEERS_TAG_OTHER };

static int peers_epoll_add(const struct peers *peers, int fd, uint32_t tag)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = tag};
    return epoll_ctl(peers->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

int peers_watch(struct peers *peers, int fd)
{
    return peers_epoll_add(peers, fd, PEERS_TAG_OTHER);
}

static int peers_listen(const char *folder, const char *name)
{
    struct link_address address;
    int result = link_address_open(&address, folder, name);
    if (result < 0) {
        return result;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        result = -errno;
        goto close_address;
    }
    if (unlinkat(address.folder, name, 0) != 0 && errno != ENOENT) {
        result = -errno;
        goto close_fd;
    }
    /* The mode must hold from the first moment on: bind() makes the name with it. */
    mode_t mask = umask(0177);
    int bound = bind(fd, (const struct sockaddr *)&address.socket, sizeof address.socket);
    result = bound == 0 ? 0 : -errno;
    (void)umask(mask);
    if (bound != 0) {
        goto close_fd;
    }
    if (listen(fd, PEERS_BACKLOG) == 0) {
        link_address_close(&address);
        return fd;
    }
    result = -errno;
close_fd:
    (void)close(fd);
close_address:
    link_address_close(&address);
    return result;
}

int peers_open(struct peers *peers, const char *folder, const char *name, uint16_t origin)
{
    int result = 0;
    *peers = (struct peers){.epoll = -1, .listener = -1, .origin = origin};
    peers->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (peers->epoll < 0) {
        return -errno;
    }
    peers->listener = peers_listen(folder, name);
    if (peers->listener < 0) {
        result = peers->listener;
        goto close_epoll;
    }
    result = peers_epoll_add(peers, peers->listener, PEERS_TAG_LISTENER);
    if (result == 0) {
        return 0;
    }
    (void)close(peers->listener);
close_epoll:
    (void)close(peers->epoll);
    return result;
}

void peers_close(struct peers *peers, const char *folder, const char *name)
{
    struct link_address address;
    for (uint32_t i = 0; i < PEERS_MAX; i++) {
        struct peer *peer = peers->slots[i];
        if (peer == NULL) {
            continue;
        }
        if (peer->fd >= 0) {
            (void)close(peer->fd);
        }
        inbox_destroy(&peer->inbox);
        free(peer);
    }
    (void)close(peers->listener);
    (void)close(peers->epoll);
    if (link_address_open(&address, folder, name) == 0) {
        (void)unlinkat(address.folder, name, 0);
        link_address_close(&address);
    }
    *peers = (struct peers){.epoll = -1, .listener = -1};
}

/* A free slot, made if need be; NULL when there is none. */
static struct peer *peers_slot(struct peers *peers, uint32_t *index)
{
    for (uint32_t i = 0; i < PEERS_MAX; i++) {
        struct peer *peer = peers->slots[i];
        *index = i;
        if (peer != NULL && peer->fd < 0) {
            return peer;
        }
        if (peer != NULL) {
            continue;
        }
        peer = calloc(1, sizeof *peer);
        if (peer == NULL || !inbox_create(&peer->inbox)) {
            free(peer);
            return NULL;
        }
        peer->fd = -1;
        peers->slots[i] = peer;
        return peer;
    }
    return NULL;
}

/* An origin that no living peer has; 0 is the core's own. */
static uint16_t peers_next_origin(struct peers *peers)
{
    for (;;) {
        bool is_used = false;
        peers->origin = peers->origin == UINT16_MAX ? 1 : (uint16_t)(peers->origin + 1);
        for (uint32_t i = 0; i < PEERS_MAX && !is_used; i++) {
            const struct peer *peer = peers->slots[i];
            is_used = peer != NULL && peer->fd >= 0 && peer->origin == peers->origin;
        }
        if (!is_used) {
            return peers->origin; /* there are more origins than slots */
        }
    }
}

static struct link_notice *peer_add_notice(struct peer *peer, enum link_notice_kind kind)
{
    if (peer->notices_end == PEER_NOTICES_MAX) {
        uint32_t count = peer->notices_end - peer->notices_start;
        ENSURE(count < PEER_NOTICES_MAX);
        memmove(peer->notices, peer->notices + peer->notices_start,
                count * sizeof peer->notices[0]);
        peer->notices_start = 0;
        peer->notices_end = count;
    }
    struct link_notice *notice = &peer->notices[peer->notices_end++];
    *notice = (struct link_notice){.kind = (uint16_t)kind};
    return notice;
}

static uint32_t peer_notice_room(const struct peer *peer)
{
    return PEER_NOTICES_MAX - (peer->notices_end - peer->notices_start);
}

static void peers_accept(struct peers *peers)
{
    int fd = accept4(peers->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    uint32_t index;
    struct peer *peer = peers_slot(peers, &index);
    if (peer == NULL || peers_epoll_add(peers, fd, index) != 0) {
        log_event(LOG_LEVEL_WARNING, "peer_refused", "why", "no room for another connection");
        (void)close(fd);
        return;
    }
    peer->fd = fd;
    peer->inbox.start = 0;
    peer->inbox.end = 0;
    peer->notices_start = 0;
    peer->notices_end = 0;
    peer->sent = 0;
    peer->interest = EPOLLIN;
    peer->may_read = true;
    peer->has_ended = false;
    peer->owes_durable = false;
    peer->origin = peers_next_origin(peers);
    struct link_notice *welcome = peer_add_notice(peer, LINK_NOTICE_WELCOME);
    welcome->origin = peer->origin;
    welcome->number = peers->number;
    welcome->time_us = peers->time_us;

    struct log_line line;
    log_line_begin(&line, LOG_LEVEL_DEBUG, "peer_connected");
    log_line_unsigned(&line, "origin", peer->origin);
    log_line_end(&line);
}

int peers_wait(struct peers *peers, int timeout_ms)
{
    struct epoll_event events[PEERS_EVENTS_MAX];
    int count = epoll_wait(peers->epoll, events, PEERS_EVENTS_MAX, timeout_ms);
    if (count < 0) {
        return errno == EINTR ? 0 : -errno;
    }
    for (int i = 0; i < count; i++) {
        uint32_t tag = events[i].data.u32;
        if (tag == PEERS_TAG_LISTENER) {
            peers_accept(peers);
        } else if (tag < PEERS_MAX && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
            peers->slots[tag]->may_read = true;
        }
    }
    return count;
}

void peer_close(struct peers *peers, struct peer *peer)
{
    struct log_line line;
    log_line_begin(&line, LOG_LEVEL_DEBUG, "peer_closed");
    log_line_unsigned(&line, "origin", peer->origin);
    log_line_end(&line);
    ENSURE(peer->fd >= 0);
    (void)epoll_ctl(peers->epoll, EPOLL_CTL_DEL, peer->fd, NULL);
    (void)close(peer->fd);
    peer->fd = -1;
}

void peers_tell_durable(struct peers *peers, uint64_t number, int64_t time_us)
{
    ENSURE(number >= peers->number);
    peers->number = number;
    peers->time_us = time_us;
    for (uint32_t i = 0; i < PEERS_MAX; i++) {
        if (peers->slots[i] != NULL) {
            peers->slots[i]->owes_durable = true;
        }
    }
}

void peer_tell_refused(struct peer *peer, uint32_t request, uint16_t result)
{
    struct link_notice *notice = peer_add_notice(peer, LINK_NOTICE_REFUSED);
    notice->request = request;
    notice->result = result;
}

void peers_tell_stopping(struct peers *peers)
{
    peers->is_stopping = true;
    for (uint32_t i = 0; i < PEERS_MAX; i++) {
        struct peer *peer = peers->slots[i];
        if (peer != NULL && peer->fd >= 0) {
            struct link_notice *notice = peer_add_notice(peer, LINK_NOTICE_STOPPING);
            notice->number = peers->number;
            notice->time_us = peers->time_us;
            peer->owes_durable = false;
        }
    }
}

/* Sends notices until the peer's socket is full. False: the peer is gone. */
static bool peer_send(struct peer *peer)
{
    while (peer->notices_start < peer->notices_end) {
        const uint8_t *bytes = (const uint8_t *)(peer->notices + peer->notices_start);
        size_t size = (peer->notices_end - peer->notices_start) * sizeof peer->notices[0];
        ssize_t sent =
            send(peer->fd, bytes + peer->sent, size - peer->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
            return true;
        }
        if (sent < 0) {
            return false;
        }
        size_t done = peer->sent + (size_t)sent;
        peer->notices_start += (uint32_t)(done / sizeof peer->notices[0]);
        peer->sent = (uint32_t)(done % sizeof peer->notices[0]);
    }
    peer->notices_start = 0;
    peer->notices_end = 0;
    return true;
}

/* Watches for what the peer is waited for now; a system call only when that changed. */
static void peer_watch(struct peers *peers, struct peer *peer, uint32_t index)
{
    uint32_t interest = 0;
    if (!peer->has_ended && !peers->is_stopping && inbox_has_room(&peer->inbox) &&
        peer_notice_room(peer) > 1) {
        interest |= EPOLLIN;
    }
    if (peer->notices_start < peer->notices_end) {
        interest |= EPOLLOUT;
    }
    if (interest == peer->interest) {
        return;
    }
    struct epoll_event event = {.events = interest, .data.u32 = index};
    ENSURE(epoll_ctl(peers->epoll, EPOLL_CTL_MOD, peer->fd, &event) == 0);
    peer->interest = interest;
}

static void peer_flush(struct peers *peers, struct peer *peer, uint32_t index)
{
    bool is_there = peer_send(peer);
    /* Only to a peer that took all before: else the newest number would stand behind old ones. */
    if (is_there && peer->owes_durable && peer->notices_end == 0) {
        struct link_notice *notice = peer_add_notice(peer, LINK_NOTICE_DURABLE);
        notice->number = peers->number;
        notice->time_us = peers->time_us;
        peer->owes_durable = false;
        is_there = peer_send(peer);
    }
    const struct command_header *command;
    size_t size;
    bool is_done =
        peer->has_ended && inbox_peek(&peer->inbox, &command, &size) != INBOX_NEXT_COMMAND;
    if (!is_there || is_done) {
        peer_close(peers, peer);
        return;
    }
    peer_watch(peers, peer, index);
}

void peers_flush(struct peers *peers)
{
    for (uint32_t i = 0; i < PEERS_MAX; i++) {
        struct peer *peer = peers->slots[i];
        if (peer != NULL && peer->fd >= 0) {
            peer_flush(peers, peer, i);
        }
    }
}

bool peers_owe(const struct peers *peers)
{
    for (uint32_t i = 0; i < PEERS_MAX; i++) {
        const struct peer *peer = peers->slots[i];
        if (peer != NULL && peer->fd >= 0 &&
            (peer->owes_durable || peer->notices_start < peer->notices_end)) {
            return true;
        }
    }
    return false;
}

bool peer_has_input(struct peers *peers, struct peer *peer, const struct command_header **command,
                    size_t *size)
{
    /* Room for a refusal and for the news that follows it. */
    while (!peers->is_stopping && peer_notice_room(peer) > 1) {
        enum inbox_next next = inbox_peek(&peer->inbox, command, size);
        if (next == INBOX_NEXT_COMMAND) {
            return true;
        }
        if (next == INBOX_NEXT_NONSENSE) {
            log_event(LOG_LEVEL_WARNING, "peer_makes_no_sense", "why", "unknown kind of command");
            peer_close(peers, peer);
            return false;
        }
        if (!peer->may_read || peer->has_ended) {
            return false;
        }
        switch (inbox_read(&peer->inbox, peer->fd)) {
        case INBOX_READ_SOME: break;
        case INBOX_READ_NOTHING: peer->may_read = false; return false;
        case INBOX_READ_END: peer->has_ended = true; break;
        }
    }
    return false;
}

void peer_take(struct peer *peer, size_t size)
{
    inbox_take(&peer->inbox, size);
}
