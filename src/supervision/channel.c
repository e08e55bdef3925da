/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets and TLS as one thing that says "so many bytes", "later" or "over". A room of its own so that neither the
 * relay nor a pursuit knows which it has. Invariants: nothing here blocks but the look-up of a name; what is closed
 * is closed once. Read next: relay.c, pursuit.c.
 */
#include "supervision/channel.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { CHANNEL_BACKLOG = 64, CHANNEL_UNSENT_MAX = 262144 };

/* ------------------------------------------------------------------ addresses */

static bool read_local(const char *path, struct channel_address *address)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    size_t size = strlen(path);

    if (size == 0 || size >= sizeof local.sun_path) {
        return false;
    }
    memcpy(local.sun_path, path, size + 1);
    memcpy(&address->socket, &local, sizeof local);
    address->size = sizeof local;
    return true;
}

bool channel_address_read(const char *text, struct channel_address *address)
{
    static const char local[] = "unix:";
    const struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    const char *colon = strrchr(text, ':');

    *address = (struct channel_address){0};
    if (strncmp(text, local, sizeof local - 1) == 0) {
        return read_local(text + sizeof local - 1, address);
    }
    if (colon == NULL || colon == text || (size_t)(colon - text) >= sizeof address->host) {
        return false;
    }
    bool is_bracketed = text[0] == '[' && colon[-1] == ']' && colon - text > 2;
    size_t size = (size_t)(colon - text) - (is_bracketed ? 2 : 0);
    memcpy(address->host, text + (is_bracketed ? 1 : 0), size);
    if (getaddrinfo(address->host, colon + 1, &wanted, &found) != 0) {
        return false;
    }
    bool is_found = found->ai_addrlen <= sizeof address->socket;
    if (is_found) {
        memcpy(&address->socket, found->ai_addr, found->ai_addrlen);
        address->size = found->ai_addrlen;
    }
    freeaddrinfo(found);
    return is_found;
}

bool channel_address_is_local(const struct channel_address *address)
{
    return address->socket.ss_family == AF_UNIX;
}

/* ------------------------------------------------------------------ making one */

/* A socket that a killed process has left; anything else is not ours to remove. */
static void remove_stale(const struct channel_address *address)
{
    struct sockaddr_un local;
    struct stat status;

    memcpy(&local, &address->socket, sizeof local);
    if (lstat(local.sun_path, &status) == 0 && S_ISSOCK(status.st_mode)) {
        (void)unlink(local.sun_path);
    }
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage bound = {0};
    socklen_t size = sizeof bound;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (getsockname(fd, (struct sockaddr *)&bound, &size) != 0) {
        return 0;
    }
    memcpy(&v4, &bound, sizeof v4);
    memcpy(&v6, &bound, sizeof v6);
    return bound.ss_family == AF_INET    ? ntohs(v4.sin_port)
           : bound.ss_family == AF_INET6 ? ntohs(v6.sin6_port)
                                         : 0;
}

int channel_listen(const struct channel_address *address, uint16_t *port)
{
    const int one = 1;
    bool is_local = channel_address_is_local(address);
    int fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -errno;
    }
    if (is_local) {
        remove_stale(address);
    } else {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    }
    /* The socket is made for the owner and the group of the folder's files, like the files. */
    mode_t before = is_local ? umask(0117) : 0;
    int result = bind(fd, (const struct sockaddr *)&address->socket, address->size) != 0 ||
                         listen(fd, CHANNEL_BACKLOG) != 0
                     ? -errno
                     : 0;
    if (is_local) {
        (void)umask(before);
    }
    if (result < 0) {
        (void)close(fd);
        return result;
    }
    *port = port_of(fd);
    return fd;
}

static void set_network_options(int fd)
{
    const int one = 1;
    const int unsent_max = CHANNEL_UNSENT_MAX;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_max, sizeof unsent_max);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
}

static int begin(struct channel *channel, int fd, struct tls_context *tls, const char *host)
{
    *channel = (struct channel){.fd = fd};
    if (tls != NULL) {
        set_network_options(fd);
        channel->tls = tls_session_create(tls, fd, host);
        if (channel->tls == NULL) {
            channel_close(channel);
            return -ENOMEM;
        }
    }
    return 0;
}

int channel_connect(struct channel *channel, const struct channel_address *address,
                    struct tls_context *tls)
{
    int fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    *channel = (struct channel){.fd = -1};
    if (fd < 0) {
        return -errno;
    }
    if (connect(fd, (const struct sockaddr *)&address->socket, address->size) != 0 &&
        errno != EINPROGRESS) {
        int result = -errno;
        (void)close(fd);
        return result;
    }
    return begin(channel, fd, tls, tls != NULL ? address->host : NULL);
}

int channel_accept(struct channel *channel, int fd, struct tls_context *tls)
{
    int result = begin(channel, fd, tls, NULL);
    channel->is_connected = result == 0;
    return result;
}

/* ------------------------------------------------------------------ using it */

/* Of a connect that is under way: 1 done, 0 later, a negative errno. */
static int connected(int fd)
{
    struct pollfd watched = {.fd = fd, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof error;

    if (poll(&watched, 1, 0) <= 0) {
        return 0;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        return -errno;
    }
    return error == 0 ? 1 : -error;
}

/* What TLS answered, as bytes, 0 or a negative errno. */
static int64_t judge(struct channel *channel, enum tls_result result, size_t done)
{
    channel->wants_write = result == TLS_RESULT_WANT_WRITE;
    switch (result) {
    case TLS_RESULT_OK: return (int64_t)done;
    case TLS_RESULT_WANT_READ:
    case TLS_RESULT_WANT_WRITE: return 0;
    case TLS_RESULT_CLOSED: return -ECONNRESET;
    case TLS_RESULT_FAILED: break;
    }
    return -EPROTO;
}

int channel_make_ready(struct channel *channel)
{
    if (channel->fd < 0) {
        return -ENOTCONN;
    }
    if (channel->is_ready) {
        return 1;
    }
    int result = channel->is_connected ? 1 : connected(channel->fd);
    channel->wants_write = result <= 0;
    if (result <= 0) {
        return result;
    }
    channel->is_connected = true;
    if (channel->tls != NULL) {
        result = (int)judge(channel, tls_session_handshake(channel->tls), 1);
    }
    channel->is_ready = result > 0;
    return result;
}

static int64_t plain_result(ssize_t done)
{
    if (done > 0) {
        return done;
    }
    if (done == 0) {
        return -ECONNRESET;
    }
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

int64_t channel_read(struct channel *channel, void *bytes, size_t size)
{
    size_t done = 0;

    if (channel->tls == NULL) {
        return plain_result(recv(channel->fd, bytes, size, MSG_DONTWAIT));
    }
    enum tls_result result = tls_session_read(channel->tls, bytes, size, &done);
    return judge(channel, result, done);
}

int64_t channel_write(struct channel *channel, const void *bytes, size_t size)
{
    size_t done = 0;

    if (channel->tls == NULL) {
        return plain_result(send(channel->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT));
    }
    enum tls_result result = tls_session_write(channel->tls, bytes, size, &done);
    return judge(channel, result, done);
}

void channel_explain(const struct channel *channel, int64_t error, char *out, size_t size)
{
    if (channel->tls != NULL && error == -EPROTO) {
        tls_session_explain(channel->tls, out, size);
    } else {
        (void)snprintf(out, size, "%s", strerror((int)-error));
    }
}

short channel_events(const struct channel *channel, bool has_output)
{
    if (!channel->is_ready) {
        return channel->wants_write ? POLLOUT : POLLIN;
    }
    return has_output || channel->wants_write ? POLLIN | POLLOUT : POLLIN;
}

void channel_close(struct channel *channel)
{
    if (channel->tls != NULL) {
        (void)tls_session_shutdown(channel->tls);
        tls_session_destroy(channel->tls);
    }
    if (channel->fd >= 0) {
        (void)close(channel->fd);
    }
    *channel = (struct channel){.fd = -1};
}
