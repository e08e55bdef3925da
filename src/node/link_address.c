/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of sockets in folders with long names, for both ends of a link. Read next: peers.c.
 */
#include "node/link_address.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int link_address_open(struct link_address *address, const char *folder, const char *name)
{
    *address = (struct link_address){.socket.sun_family = AF_UNIX};
    address->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (address->folder < 0) {
        return -errno;
    }
    int size = snprintf(address->socket.sun_path, sizeof address->socket.sun_path,
                        "/proc/self/fd/%d/%s", address->folder, name);
    if (size < 0 || (size_t)size >= sizeof address->socket.sun_path) {
        link_address_close(address);
        return -ENAMETOOLONG;
    }
    return 0;
}

void link_address_close(struct link_address *address)
{
    if (address->folder >= 0) {
        (void)close(address->folder);
        address->folder = -1;
    }
}
