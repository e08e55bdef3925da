/* SPDX-License-Identifier: Apache-2.0
 *
 * A follower's end of the link. A room of its own so that tests can be a client without being a
 * follower. Invariants: the queue holds whole commands but for the first, which may be partly sent;
 * what was queued is sent in order or the link is lost as a whole. Read next: follower.c.
 */
#include "node/link_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ensure.h"
#include "node/link_address.h"

bool link_client_create(struct link_client *client)
{
    *client = (struct link_client){.fd = -1, .queue = malloc(LINK_QUEUE_SIZE)};
    return client->queue != NULL;
}

void link_client_destroy(struct link_client *client)
{
    link_client_disconnect(client);
    free(client->queue);
    client->queue = NULL;
}

int link_client_connect(struct link_client *client, const char *folder)
{
    struct link_address address;
    ENSURE(client->fd < 0);
    int result = link_address_open(&address, folder, LINK_SOCKET_NAME);
    if (result < 0) {
        return result;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        result = -errno;
    } else if (connect(fd, (const struct sockaddr *)&address.socket, sizeof address.socket) != 0) {
        result = -errno;
        (void)close(fd);
    } else {
        client->fd = fd;
    }
    link_address_close(&address);
    return result;
}

void link_client_disconnect(struct link_client *client)
{
    if (client->fd >= 0) {
        (void)close(client->fd);
    }
    client->fd = -1;
    client->queue_start = 0;
    client->queue_end = 0;
    client->notices_start = 0;
    client->notices_end = 0;
    client->is_drained = false;
}

bool link_client_queue(struct link_client *client, const struct command_header *command)
{
    size_t size = tarazy_command_size(command->kind);
    ENSURE(size > 0);
    if (client->fd < 0) {
        return false;
    }
    if (size > LINK_QUEUE_SIZE - client->queue_end && client->queue_start > 0) {
        memmove(client->queue, client->queue + client->queue_start,
                client->queue_end - client->queue_start);
        client->queue_end -= client->queue_start;
        client->queue_start = 0;
    }
    if (size > LINK_QUEUE_SIZE - client->queue_end) {
        return false;
    }
    memcpy(client->queue + client->queue_end, command, size);
    client->queue_end += size;
    return true;
}

size_t link_client_room(const struct link_client *client)
{
    return client->fd < 0 ? 0 : LINK_QUEUE_SIZE - (client->queue_end - client->queue_start);
}

int link_client_flush(struct link_client *client)
{
    if (client->fd < 0) {
        return -ENOTCONN;
    }
    while (client->queue_start < client->queue_end) {
        ssize_t sent = send(client->fd, client->queue + client->queue_start,
                            client->queue_end - client->queue_start, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
            return 0;
        }
        if (sent < 0) {
            return -errno;
        }
        client->queue_start += (size_t)sent;
    }
    client->queue_start = 0;
    client->queue_end = 0;
    return 0;
}

bool link_client_wants_write(const struct link_client *client)
{
    return client->fd >= 0 && client->queue_start < client->queue_end;
}

/* Reads more bytes behind those that are no whole notice yet. 1: some came; 0: none now. */
static int link_client_fill(struct link_client *client)
{
    uint8_t *bytes = (uint8_t *)client->notices;
    size_t left = client->notices_end - client->notices_start;
    memmove(bytes, bytes + client->notices_start, left);
    client->notices_start = 0;
    client->notices_end = left;
    ssize_t got = recv(client->fd, bytes + left, sizeof client->notices - left, MSG_DONTWAIT);
    if (got > 0) {
        client->is_drained = (size_t)got < sizeof client->notices - left;
        client->notices_end += (size_t)got;
        return 1;
    }
    if (got == 0) {
        return -ECONNRESET;
    }
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

bool link_client_is_drained(const struct link_client *client)
{
    return client->is_drained &&
           client->notices_end - client->notices_start < sizeof client->notices[0];
}

int link_client_next(struct link_client *client, struct link_notice *notice)
{
    if (client->fd < 0) {
        return -ENOTCONN;
    }
    while (client->notices_end - client->notices_start < sizeof *notice) {
        int result = link_client_fill(client);
        if (result <= 0) {
            return result;
        }
    }
    memcpy(notice, (const uint8_t *)client->notices + client->notices_start, sizeof *notice);
    client->notices_start += sizeof *notice;
    return 1;
}
