/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing: once per connection and turn, whatever was queued in it.
 *
 * Why here: all that was said to one client in one turn leaves in one system call (or one TLS
 * record), which is what makes fan-out affordable.
 * Invariants: is_blocked while the kernel has refused bytes and the loop watches for room; a
 * connection that DRAINs closes its side exactly when its queue is empty.
 * Read next: output_queue.c.
 */
#include <errno.h>
#include <sys/socket.h>

#include "gateway/connection.h"

enum {
    PIECES_MAX = 128,
    WRITES_PER_TURN = 8 /* then others have their turn */
};

/* Writes once. False: the connection is over. *taken is less than *offered when the kernel (or TLS)
 * takes no more for now. */
static bool output_write(struct connection *connection, size_t *offered, size_t *taken)
{
    struct server *server = connection->server;
    if (connection->tls != NULL) {
        *offered = output_queue_copy(&connection->output, server->gather, sizeof server->gather);
        enum tls_result result =
            tls_session_write(connection->tls, server->gather, *offered, taken);
        return result != TLS_RESULT_FAILED && result != TLS_RESULT_CLOSED;
    }
    struct iovec pieces[PIECES_MAX];
    size_t count = output_queue_peek(&connection->output, pieces, PIECES_MAX);
    const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
    *offered = 0;
    *taken = 0;
    for (size_t i = 0; i < count; i++) {
        *offered += pieces[i].iov_len;
    }
    ssize_t done = sendmsg(connection->source.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (done < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    *taken = (size_t)done;
    return true;
}

/* The peer reads, if slowly: what waits for it to read waits on. */
static void deadline_renew(struct connection *connection)
{
    const struct server_limits *limits = &connection->server->limits;
    if (connection->state == CONNECTION_STATE_HEAD && !connection->is_started &&
        connection->open.count == 0) {
        connection_expire_in(connection, limits->idle_ms);
    } else if (connection->state == CONNECTION_STATE_DRAINING) {
        connection_expire_in(connection, limits->close_deadline_ms);
    }
}

/* Writes as much as it may. False: the connection is over. */
static bool output_send(struct connection *connection)
{
    struct server *server = connection->server;
    for (int i = 0; i < WRITES_PER_TURN && connection->output.bytes > 0; i++) {
        size_t offered;
        size_t taken;
        if (!output_write(connection, &offered, &taken)) {
            return false;
        }
        server->statistics.bytes_sent += taken;
        output_queue_advance(&connection->output, &server->blocks, taken);
        if (taken > 0) {
            server->statistics.writes++;
            deadline_renew(connection);
        }
        if (taken < offered) {
            break;
        }
    }
    /* Full, or enough for this turn: the loop says when to go on. */
    connection->is_blocked = connection->output.bytes > 0;
    return true;
}

/* Everything has been sent: shut our side and hear the peer out for a moment. */
static void output_end(struct connection *connection)
{
    if (connection->tls != NULL) {
        (void)tls_session_shutdown(connection->tls);
    }
    if (connection->is_input_ended || shutdown(connection->source.fd, SHUT_WR) != 0) {
        connection_release(connection);
        return;
    }
    connection->state = CONNECTION_STATE_LINGERING;
    connection_expire_in(connection, LINGER_MS);
}

void connection_flush(struct connection *connection)
{
    if (connection->state == CONNECTION_STATE_FREE) {
        return;
    }
    if (connection->owes_close && connection->state != CONNECTION_STATE_WEBSOCKET) {
        websocket_session_tell(connection);
    }
    if (!connection->is_blocked && !output_send(connection)) {
        connection_release(connection);
        return;
    }
    if (http_session_may_begin(connection)) {
        connection_resume(connection);
    }
    if (connection->state == CONNECTION_STATE_DRAINING && connection->output.bytes == 0) {
        output_end(connection);
    }
    connection_interest_update(connection);
}
