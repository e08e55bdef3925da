/* SPDX-License-Identifier: Apache-2.0
 *
 * The address of a Unix socket inside a folder. The path of such a socket may have 107 bytes, that
 * of a folder many more: so the folder is opened, and the socket named through its descriptor.
 */
#ifndef NODE_LINK_ADDRESS_H
#define NODE_LINK_ADDRESS_H

#include <sys/socket.h>
#include <sys/un.h>

struct link_address {
    struct sockaddr_un socket; /* good while the folder is open */
    int folder;
};

/* 0 or a negative errno. */
int link_address_open(struct link_address *address, const char *folder, const char *name);
void link_address_close(struct link_address *address);

#endif
