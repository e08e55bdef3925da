/* SPDX-License-Identifier: Apache-2.0
 *
 * A non-blocking connection, with TLS or without, and where it comes from: an address "HOST:PORT" (IPv6 in
 * brackets) or "unix:PATH".
 */
#ifndef SUPERVISION_CHANNEL_H
#define SUPERVISION_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "platform/tls.h"

struct channel {
    int fd;                  /* -1: none */
    struct tls_session *tls; /* NULL: plain */
    bool is_connected;
    bool is_ready;    /* connected, and the handshake is done */
    bool wants_write; /* TLS: what it waits for, while it waits */
};

struct channel_address {
    struct sockaddr_storage socket;
    socklen_t size;
    char host[256]; /* the name as given, whom TLS expects; empty for a Unix socket */
};

/* Reads the text; a host that is a name is looked up, which may take a while: at the start, not in a loop.
 * False: it is no address, or nobody knows the name. */
bool channel_address_read(const char *text, struct channel_address *address);
bool channel_address_is_local(const struct channel_address *address);

/* A listening socket, which is the caller's, or a negative errno. A socket left behind at the path is
 * replaced. *port: the one the system chose for port 0; 0 for a Unix socket. */
int channel_listen(const struct channel_address *address, uint16_t *port);

/* Begins to connect; tls NULL: plain. 0 or a negative errno. */
int channel_connect(struct channel *channel, const struct channel_address *address,
                    struct tls_context *tls);

/* Takes an accepted socket, for good: it is closed when this fails. */
int channel_accept(struct channel *channel, int fd, struct tls_context *tls);

/* Goes on connecting. 1: ready; 0: later; a negative errno: never. */
int channel_make_ready(struct channel *channel);

/* Bytes read or written, more than 0; 0: later; a negative errno: the connection is over. */
int64_t channel_read(struct channel *channel, void *bytes, size_t size);
int64_t channel_write(struct channel *channel, const void *bytes, size_t size);

/* Why a call said that the connection is over, for people; error: what it returned. */
void channel_explain(const struct channel *channel, int64_t error, char *out, size_t size);

/* What poll() should wait for; has_output: there is something to be written. */
short channel_events(const struct channel *channel, bool has_output);

/* Harmless when there is none. */
void channel_close(struct channel *channel);

#endif
