/* SPDX-License-Identifier: Apache-2.0
 *
 * "HOST:PORT" as a socket's address.
 */
#ifndef STRATUM_SOCKET_ADDRESS_H
#define STRATUM_SOCKET_ADDRESS_H

#include <stdint.h>
#include <sys/socket.h>

/* IPv6 in brackets; a name is looked up, which may take a while: at the start, not in a loop. Returns the size, 0: it is no address. */
socklen_t socket_address_read(const char *text, struct sockaddr_storage *address);
uint16_t socket_address_port(const struct sockaddr_storage *address);

#endif
