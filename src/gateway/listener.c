/* SPDX-License-Identifier: Apache-2.0
 *
 * Listening and letting in.
 *
 * Why here: who may have a slot at all is decided before a byte is read: by the number of slots,
 * and by how many the same address has already.
 * Invariants: an accepted descriptor is handed to connection_open() or closed; every connection is
 * counted under its address exactly once.
 * Read next: connection.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/connection.h"

enum { ACCEPTS_PER_TURN = 64, PAUSE_MS = 100, BACKLOG = 1024 };

/* Bytes that wait in the kernel to be sent. More than that waits in our own queue, where it is counted
 * and what is stale can be left out; the kernel alone would take megabytes for who does not read. */
enum { UNSENT_MAX = 131072 };

union socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

static const char NO_ROOM[] = "HTTP/1.1 503 Service Unavailable\r\n"
                              "Content-Length: 0\r\n"
                              "Retry-After: 1\r\n"
                              "Connection: close\r\n\r\n";

/* ---- letting in ---- */

static void peer_read(struct server_peer *peer, const union socket_address *address)
{
    *peer = (struct server_peer){0};
    if (address->any.sa_family == AF_INET) {
        peer->address[10] = 0xFF;
        peer->address[11] = 0xFF;
        memcpy(peer->address + 12, &address->v4.sin_addr, 4);
        peer->port = ntohs(address->v4.sin_port);
    } else if (address->any.sa_family == AF_INET6) {
        memcpy(peer->address, &address->v6.sin6_addr, 16);
        peer->port = ntohs(address->v6.sin6_port);
    }
}

static bool is_let_in(struct server *server, const struct server_peer *peer)
{
    const struct server_limits *limits = &server->limits;
    uint32_t count_max = address_is_local(peer->address) ? limits->connections_from_loopback
                                                         : limits->connections_per_address;
    return server->first_free > 0 &&
           address_table_enter(server->addresses, peer->address, count_max);
}

static void client_accept(struct listener *listener, int fd, const union socket_address *address)
{
    struct server *server = listener->server;
    struct server_peer peer;
    const int one = 1;
    const int unsent_max = UNSENT_MAX;
    peer_read(&peer, address);
    peer.is_tls = listener->tls != NULL;
    if (!is_let_in(server, &peer)) {
        server->statistics.connections_refused++;
        if (listener->tls == NULL) {
            (void)send(fd, NO_ROOM, sizeof NO_ROOM - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        close(fd);
        return;
    }
    if (listener->path[0] == '\0') {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_max, sizeof unsent_max);
    }
    server->statistics.connections_accepted++;
    connection_open(server, fd, listener->tls, &peer);
}

static void listener_ready(struct event_source *source, uint32_t ready)
{
    struct listener *listener = source->context;
    (void)ready;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        union socket_address address = {0};
        socklen_t size = sizeof address;
        int fd = accept4(source->fd, &address.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            client_accept(listener, fd, &address);
            continue;
        }
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
            /* No descriptors left: the loop must not spin on a listener that stays ready. */
            (void)event_source_change(listener->server->loop, source, 0);
            event_timer_start(listener->server->loop, &listener->pause, PAUSE_MS);
        }
        return;
    }
}

static void pause_end(struct event_timer *timer)
{
    struct listener *listener = timer->context;
    (void)event_source_change(listener->server->loop, &listener->source, EVENT_READ);
}

/* ---- listening ---- */

/* "host:port" with a numeric host, IPv6 in brackets. Returns the size of the address, 0 if it is
 * none. */
static socklen_t network_address_read(const char *text, union socket_address *address)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof host) {
        return 0;
    }
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (colon[1] < '0' || colon[1] > '9' || *end != '\0' || port > UINT16_MAX) {
        return 0;
    }
    bool is_v6 = text[0] == '[' && colon > text + 1 && colon[-1] == ']';
    int host_size = (int)(colon - text) - (is_v6 ? 2 : 0);
    snprintf(host, sizeof host, "%.*s", host_size, text + (is_v6 ? 1 : 0));
    if (is_v6 && inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons((uint16_t)port);
        return sizeof address->v6;
    }
    if (!is_v6 && inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons((uint16_t)port);
        return sizeof address->v4;
    }
    return 0;
}

static socklen_t address_read(const char *text, union socket_address *address)
{
    static const char UNIX[] = "unix:";
    *address = (union socket_address){0};
    if (strncmp(text, UNIX, sizeof UNIX - 1) != 0) {
        return network_address_read(text, address);
    }
    const char *path = text + sizeof UNIX - 1;
    if (path[0] == '\0' || strlen(path) >= sizeof address->local.sun_path) {
        return 0;
    }
    address->local.sun_family = AF_UNIX;
    snprintf(address->local.sun_path, sizeof address->local.sun_path, "%s", path);
    return sizeof address->local;
}

/* A socket left behind by a server that was killed; anything else is not ours to remove. */
static void stale_socket_remove(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode)) {
        (void)unlink(path);
    }
}

static int socket_listen(const union socket_address *address, socklen_t size)
{
    const int one = 1;
    int family = address->any.sa_family;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    if (family == AF_UNIX) {
        stale_socket_remove(address->local.sun_path);
    } else {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    }
    if (family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    }
    if (bind(fd, &address->any, size) != 0 || listen(fd, BACKLOG) != 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

static uint16_t port_of(int fd)
{
    union socket_address address = {0};
    socklen_t size = sizeof address;
    if (getsockname(fd, &address.any, &size) != 0) {
        return 0;
    }
    return address.any.sa_family == AF_INET    ? ntohs(address.v4.sin_port)
           : address.any.sa_family == AF_INET6 ? ntohs(address.v6.sin6_port)
                                               : 0;
}

int server_listen(struct server *server, const char *address, struct tls_context *tls)
{
    union socket_address where;
    socklen_t size = address_read(address, &where);
    if (size == 0) {
        return -EINVAL;
    }
    if (server->listener_count == LISTENERS_MAX) {
        return -ENOSPC;
    }
    int fd = socket_listen(&where, size);
    if (fd < 0) {
        return fd;
    }
    struct listener *listener = &server->listeners[server->listener_count];
    *listener = (struct listener){.server = server, .tls = tls, .port = port_of(fd)};
    if (where.any.sa_family == AF_UNIX) {
        snprintf(listener->path, sizeof listener->path, "%s", where.local.sun_path);
    }
    listener->source = (struct event_source){
        .fd = fd, .interest = EVENT_READ, .on_ready = listener_ready, .context = listener};
    listener->pause = (struct event_timer){.on_due = pause_end, .context = listener};
    int error = event_source_add(server->loop, &listener->source);
    if (error != 0) {
        close(fd);
        return error;
    }
    server->listener_count++;
    return 0;
}

uint16_t server_port(const struct server *server)
{
    return server->listener_count > 0 ? server->listeners[0].port : 0;
}

void listeners_close(struct server *server)
{
    for (uint32_t i = 0; i < server->listener_count; i++) {
        struct listener *listener = &server->listeners[i];
        event_timer_stop(server->loop, &listener->pause);
        event_source_remove(server->loop, &listener->source);
        close(listener->source.fd);
        if (listener->path[0] != '\0') {
            (void)unlink(listener->path);
        }
    }
    server->listener_count = 0;
}
